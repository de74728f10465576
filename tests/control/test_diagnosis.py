"""The diagnosis of a call that gets nowhere: the words, within 15 s, in log,
list, show, events and history; and none of a call that works."""

import time

from pptptest import puppet
from pptptest.control import ctl, start
from pptptest.lab import CLIENT, OTHER, client
from pptptest.points import check, ms, patience, point
from test_events import Watch, history

LCP_ACK = bytes.fromhex('ff03c021' '0201000a' '050601223344')
LCP_NAK_AUTH = bytes.fromhex('ff03c021' '03010008' '0304c023')
LCP_TERMINATE = bytes.fromhex('ff03c021' '05020004')
CHALLENGE = bytes.fromhex('ff03c223' '01010004')
RESPONSE = bytes.fromhex('ff03c223' '02010004')
CCP = bytes.fromhex('ff0380fd' '0101000a' '120601000040')
CCP_REJECT = bytes.fromhex('ff0380fd' '0401000a' '120601000040')
REJECTS_CCP = bytes.fromhex('ff03c021' '0801000a' '80fd01010004')


def told(lab, session, word, words='', timeout=15):
    """Seconds until log, list, show and history have the word."""
    begin = time.monotonic()
    line = lab.log.wait(r'CTRL: Client %s, session [0-9A-F]{16}: .*%s.* '
                        r'\(%s\)$' % (session.address, words, word), timeout)
    took = time.monotonic() - begin
    check(line, 'not in the log: ' + ' / '.join(
        entry.text for entry in lab.log.since()))
    check(took < 15 * patience(), 'after %.1f s' % took)
    return took


def shown(session, word):
    call = [c for c in ctl('-j', 'list').json['calls']
            if c['call_id'] == '%04X' % session.theirs]
    check(call and call[0]['diagnosis'] == word and
          call[0]['diagnosis_text'], 'list: %s' % call)
    check(word in ctl('list').out, 'not in the table')
    check(ctl('show', '%04X' % session.theirs).field('diagnosis') == word,
          'not in show')


def remembered(session, word):
    session.tcp.close()
    check(session.lab.until(lambda: any(
        e['diagnosis'] == word and e['event'] == 'ended' for e in history()),
        5) is not None, 'not in the history: %s' % history())
    check(word in ctl('history').out, 'not in the table of the history')


@point('diagnosis-gre', 'no GRE, GRE with an unknown Call ID, from another '
       'address, unanswered: log, list, show, events and history say which; '
       'of a call that works nothing is said', waits=True, limit=90)
def gre(lab):
    lab.theatre.greeting = (puppet.LCP,)
    start(lab, conf=[('auth-timeout', '0'), ('max-unauth-per-ip', '0')])
    watch = Watch().begin(lab)
    none = lab.call(address=client(11))
    stray = lab.call(address=client(12))
    other = lab.call(address=client(13))
    silent = lab.call(address=client(14))
    deaf = lab.call(address=client(15))
    lab.theatre.greeting = puppet.GREETING
    good = lab.call(address=CLIENT)
    stray.gre.send(stray.theirs ^ 0x5555, seq=0, payload=puppet.LCP)
    elsewhere = lab.gre(OTHER)
    elsewhere.send(other.theirs, seq=0, payload=puppet.LCP)
    silent.up(puppet.LCP)
    deaf.up(puppet.LCP, ack=0)
    took = [
        told(lab, none, 'no-gre', r'GRE \(IP protocol 47\) from '
             r'198\.51\.100\.11 does not arrive: a firewall or NAT on the '
             'way drops it'),
        told(lab, stray, 'unknown-call-id', '%04X' % (stray.theirs ^ 0x5555)),
        told(lab, other, 'other-address', OTHER.replace('.', r'\.')),
        told(lab, silent, 'not-heard', 'drops it on its way out'),
        told(lab, deaf, 'lcp-silent')]
    watch.event('changed', diagnosis='no-gre', client=client(11))
    for session, word in ((none, 'no-gre'), (stray, 'unknown-call-id'),
                          (other, 'other-address'), (silent, 'not-heard'),
                          (deaf, 'lcp-silent')):
        shown(session, word)
    good.needs()
    check(not lab.log.find('CTRL: Client %s, session.*' % CLIENT),
          'a call that works is ill')
    # It comes after all.
    none.up(LCP_ACK)
    none.pppd.send(puppet.CHAP_SUCCESS)
    check(lab.log.wait('CTRL: Client 198.51.100.11, session .* goes on after '
                       r'all \(none\)', 10), 'it is still ill')
    check(lab.until(lambda: ctl('-j', 'show', client(11)).json['call'][
        'diagnosis'] is None, 3) is not None, 'still in show')
    remembered(stray, 'unknown-call-id')
    remembered(silent, 'not-heard')
    watch.end()
    return ms(max(took))


@point('diagnosis-login', 'authentication refused, unanswered, undecided, of '
       'no common kind; encryption refused by either: the log says which',
       waits=True, limit=90)
def login(lab):
    lab.theatre.greeting = (puppet.LCP,)
    start(lab, conf=[('auth-timeout', '0'), ('max-unauth-per-ip', '0')])
    calls = [lab.call(address=client(21 + n)) for n in range(6)]
    for session in calls[:5]:
        session.up(LCP_ACK)
    wrong, mute, slow, mppe, server, kind = calls
    for session in wrong, mute, slow:
        session.pppd.send(CHALLENGE)
        check(session.down(2), 'no challenge')
    for session in wrong, slow:
        session.up(RESPONSE)
        check(session.pppd.wait_frame(RESPONSE), 'no response')
    wrong.pppd.send(puppet.CHAP_FAILURE)
    mppe.pppd.send(puppet.CHAP_SUCCESS, CCP)
    check(mppe.down(2) and mppe.down(2), 'no CCP')
    mppe.up(CCP_REJECT)
    check(mppe.pppd.wait_frame(CCP_REJECT), 'no rejection')
    mppe.pppd.send(LCP_TERMINATE)
    server.pppd.send(puppet.CHAP_SUCCESS, REJECTS_CCP)
    check(server.down(2) and server.down(2), 'no rejection')
    server.up(LCP_TERMINATE)
    kind.up(LCP_NAK_AUTH)
    check(kind.pppd.wait_frame(LCP_NAK_AUTH), 'no Nak')
    kind.pppd.send(LCP_TERMINATE)
    words = ['auth-refused', 'auth-silent', 'auth-undecided', 'mppe-client',
             'mppe-server', 'auth-kind']
    took = [told(lab, session, word) for session, word in zip(calls, words)]
    for session, word in zip(calls, words):
        shown(session, word)
        remembered(session, word)
    return ms(max(took))
