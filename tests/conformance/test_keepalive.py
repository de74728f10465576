"""Keep-alive: RFC 2637 sections 2.5 and 3.1.4."""

import threading
import time

from pptptest import pptp
from pptptest.lab import OTHER, data
from pptptest.points import check, ms, point
from pptptest.pptp import ECHORP, ECHORQ, build

IDLE, PATIENCE = 60, 60         # seconds


def echo_request(session, timeout):
    """(message, seconds) of the next Echo-Request from the server."""
    begin = time.monotonic()
    got = session.tcp.expect(ECHORQ, timeout, exact=True)
    return got, time.monotonic() - begin


def in_time(what, took, want):
    check(want - 4 <= took <= want + 6, '%s after %.0f s' % (what, took))


@point('K-1', 'Echo-Request is answered at once with its identifier, before '
       'and during a call')
def k_1(lab):
    lab.server()
    tcp = lab.control()
    worst = 0
    session = None
    for ident in (0, 1, 0x01020304, 0xFFFFFFFF):
        for stage in ('before', 'during'):
            if stage == 'during':
                session = session or lab.call()
            used = tcp if stage == 'before' else session.tcp
            used.send(build(ECHORQ, ident=ident))
            begin = time.monotonic()
            got = used.expect(ECHORP, 1)
            worst = max(worst, time.monotonic() - begin)
            check(got and got.raw == build(ECHORP, ident=ident, result=1),
                  '%s a call, id %08x: %s' % (
                      stage, ident, got.raw.hex() if got else 'nothing'))
    return 'answered within ' + ms(worst)


@point('K-2', 'Echo-Request after 60 s without control message; any control '
       'message restarts the 60 s', slow=True, limit=170)
def k_2(lab):
    lab.server()
    quiet, talks = lab.call(), lab.call(address=OTHER)
    seen = {}

    def later():
        time.sleep(20)  # time: a client's silence
        talks.tcp.send(build(pptp.SLI, peer_id=talks.theirs))
        seen['talks'] = echo_request(talks, 130)
    beside = threading.Thread(target=later, daemon=True)
    beside.start()
    got, took = echo_request(quiet, 130)
    if got is None:
        check(False, 'no Echo-Request in 130 s' if not quiet.tcp.closed else
              'closed without Echo-Request')
    in_time('Echo-Request', took, IDLE)
    beside.join(80)
    check('talks' in seen and seen['talks'][0], 'none after a message at 20 s')
    in_time('after a message at 20 s, Echo-Request 20 s +',
            seen['talks'][1], IDLE)
    return 'after %.0f s; %.0f s after another message' % (
        took, seen['talks'][1])


@point('K-3', 'without Echo-Reply the connection closes 60 s later and the '
       'call ends', slow=True, limit=170)
def k_3(lab):
    lab.server()
    session = lab.call()
    begin = time.monotonic()
    end = session.tcp.wait_closed(135)
    took = time.monotonic() - begin
    asked = [m for m in session.tcp.seen if m.type == ECHORQ]
    check(end, 'still open after %.0f s, %d Echo-Requests' % (took,
                                                              len(asked)))
    # StopCCRQ and the wait for its answer may come on top.
    check(115 <= took <= 131, 'closed after %.0f s' % took)
    check(session.pppd.wait_hangup(3), 'pppd is not hung up')
    return 'closed after %.0f s, %d Echo-Request' % (took, len(asked))


@point('K-4', 'one Echo-Request outstanding at a time; identifiers differ',
       slow=True, limit=170)
def k_4(lab):
    lab.server()
    session = lab.call()
    first, took = echo_request(session, 70)
    check(first, 'no Echo-Request in 70 s')
    session.tcp.send(build(ECHORP, ident=first.ident))
    second, took = echo_request(session, 70)
    check(second, 'no second Echo-Request 70 s after the first was answered')
    in_time('second', took, IDLE)
    check(first.ident != second.ident, 'both have %08x' % first.ident)
    more, _ = echo_request(session, 20)
    check(not more, 'another one while this is unanswered')
    return '%08x, %08x' % (first.ident, second.ident)


@point('K-5', 'an Echo-Reply with a wrong identifier does not count',
       slow=True, limit=170)
def k_5(lab):
    lab.server()
    session = lab.call()
    begin = time.monotonic()
    asked, _ = echo_request(session, 70)
    check(asked, 'no Echo-Request in 70 s')
    session.tcp.send(build(ECHORP, ident=asked.ident ^ 0x5555))
    session.tcp.drain(40)
    check(not session.tcp.closed, 'the wrong identifier ends the connection')
    end = session.tcp.wait_closed(35)
    took = time.monotonic() - begin
    check(end, 'open after %.0f s: the wrong identifier counts, or patience '
          'is too long' % took)
    check(115 <= took <= 131, 'closed after %.0f s' % took)
    return 'ignored; closed after %.0f s' % took


@point('K-6', 'an Echo-Reply with result 2 counts as a sign of life',
       slow=True, limit=170)
def k_6(lab):
    lab.server()
    session = lab.call()
    asked, _ = echo_request(session, 70)
    check(asked, 'no Echo-Request in 70 s')
    session.tcp.send(build(ECHORP, ident=asked.ident, result=2, error=1))
    session.tcp.drain(72)
    check(not session.tcp.closed, 'closed')
    return 'connection lives on'


@point('K-7', 'an unsolicited Echo-Reply is ignored')
def k_7(lab):
    lab.server()
    session = lab.call()
    session.tcp.send(build(ECHORP, ident=1), build(ECHORP, ident=0))
    check(not session.tcp.drain(0.3), 'answered')
    session.needs()
    return 'ignored'


@point('K-8', 'Echo-Requests at 10 per second are all answered', waits=True)
def k_8(lab):
    lab.server()
    session = lab.call()
    for ident in range(40):
        check(session.tcp.echo(ident), 'number %d is not answered' % ident)
        time.sleep(0.095)  # pace
    return '40 of 40'


@point('K-10', 'neither GRE nor a busy pppd postpones the keep-alive',
       slow=True, limit=170)
def k_10(lab):
    lab.server()
    session = lab.call()
    stop = threading.Event()

    def chatter():
        while not stop.is_set():
            session.gre.send(session.theirs, seq=session.seq,
                             payload=data(b'up'))
            session.seq += 1
            session.pppd.send(data(b'down'))
            session.gre.drain(0.05)
    beside = threading.Thread(target=chatter, daemon=True)
    beside.start()
    got, took = echo_request(session, 75)
    stop.set()
    check(got, 'no Echo-Request in 75 s with GRE traffic')
    in_time('Echo-Request', took, IDLE)
    return 'after %.0f s with GRE traffic both ways' % took


@point('K-11', 'while the peer sends Echo-Requests the server keeps quiet',
       slow=True, limit=120)
def k_11(lab):
    lab.server()
    session = lab.call()
    for ident in range(4):
        check(session.tcp.echo(ident), 'not answered')
        got, _ = echo_request(session, 19)
        check(not got, 'Echo-Request though the peer sent one %d s before'
              % 19)
    session.needs()
    return 'no Echo-Request in 76 s'
