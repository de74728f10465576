"""Each reason of docs/troubleshooting.md is made to happen, and the log has its
word; those that cannot be made here are named, with the test that has them."""

import os
import re
import signal
import struct

from pptptest import puppet, server
from pptptest.control import ctl, start
from pptptest.lab import CLIENT, OTHER, client
from pptptest.points import check, point
from pptptest.pptp import CCRQ, STOPRQ, build

HERE = os.path.dirname(os.path.abspath(__file__))
DOCS = os.path.join(HERE, '../../docs/troubleshooting.md')
RECORD_FD, VERSION_AT = 4, 4
EXITS = {0: 'pppd-ended', 1: 'pppd-failed', 4: 'no-kernel-ppp',
         5: 'pppd-signal', 10: 'negotiation', 11: 'auth-failed', 12: 'idle',
         13: 'session-time', 15: 'lcp-echo', 16: 'pppd-ended', 20: 'traffic',
         100: 'radius-disconnect', 127: 'pppd-failed'}
# What takes more than this laboratory has, or more time
ELSEWHERE = {
    'echo-timeout': 'conformance/test_keepalive.py: K-3',
    'not-started': 'conformance/test_calls.py: C-18',
    'message-rate': 'conformance/test_keywords.py: D-8b',
    'not-reading': 'conformance/test_history.py: T-6',
    'rate-per-ip': 'conformance/test_keywords.py: D-18c',
    'kernel-stalled': 'system/scenarios/kernel-stall',
    'crash': 'unit/test_rejoin_server.c: a_call_that_engines_die_of',
    'damaged': 'unit/test_adopt.c: what_an_engine_wrote_is_checked',
    'resources': 'faults/test_shortage.py',
    'max-logins-per-user': 'control/test_policy.py: DENIED',
    'replaced': 'control/test_policy.py: REPLACED',
    'user-file': 'control/test_policy.py: user-file',
    'no-address': 'control/test_policy.py: no-address',
}
MADE = set()


@point('reasons', 'the reasons in docs/troubleshooting.md: each is made to '
       'happen here, or by a test that is named here')
def documented(lab):
    with open(DOCS) as stream:
        table = stream.read().split('\n## Reasons\n')[1].split('\n## ')[0]
    words = re.findall(r'^\| `([a-z-]+)` \|', table, re.M)
    with open(__file__) as stream:
        here = set(re.findall(r"'([a-z-]+)'", stream.read()))
    check(len(words) == len(set(words)) and len(words) > 30, str(words))
    check(set(words) <= here, 'not made: %s' % (set(words) - here))
    for where in ELSEWHERE.values():
        name, _, what = where.partition(': ')
        path = os.path.join(HERE, '..', name)
        check(os.path.exists(path), path)
        with open(path) as stream:
            check(what in stream.read(), where)
    return '%d words, %d elsewhere' % (len(words), len(ELSEWHERE))


def made(word, lab, pattern, mark, timeout=5):
    check(lab.log.wait('.*' + pattern, timeout, mark), '%s: no line %s; %s' % (
        word, pattern, ' / '.join(line.text for line in lab.log.since(mark))))
    MADE.add(word)


def ends(lab, word, how, mark=None, timeout=5, **fields):
    """A call that ends so; its last line has the word."""
    mark = lab.log.mark() if mark is None else mark
    session = lab.call(**fields)
    how(session)
    made(word, lab, 'Call of client .* ended: .*, session [0-9A-F]{16}, '
         'reason %s$' % word, mark, timeout)
    session.close()


def refuses(lab, word, how, timeout=5):
    mark = lab.log.mark()
    how()
    made(word, lab, r'Client \S+ refused: .* \(%s\)$' % word, mark, timeout)


@point('reasons-client', 'the client ends its call, in five ways: the log has '
       'the word of each')
def by_client(lab):
    start(lab)
    ends(lab, 'cleared', lambda s: s.tcp.send(build(CCRQ, call_id=s.mine)))
    ends(lab, 'stopped', lambda s: s.tcp.send(build(STOPRQ)))
    ends(lab, 'closed', lambda s: s.tcp.close())
    ends(lab, 'connection-failed', lambda s: s.tcp.reset())
    ends(lab, 'protocol', lambda s: s.tcp.send(b'\0\1\0\1' * 40))
    return ', '.join(sorted(MADE))


@point('reasons-pppd', 'pppd ends, with each exit status and by a signal: the '
       'log has the word of each')
def by_pppd(lab):
    start(lab)
    for status, word in EXITS.items():
        ends(lab, word, lambda s: s.pppd.exit(status))
    ends(lab, 'pppd-signal', lambda s: s.pppd.kill())
    mark = lab.log.mark()
    lab.theatre.begin = lambda p: p.exit(2)
    tcp = lab.control()
    tcp.call(timeout=5)
    made('pppd-options', lab, 'ended: .*, reason (pppd-options|not-started)$',
         mark)
    return '%d statuses' % len(EXITS)


@point('reasons-server', 'the server ends a call: the log has the word of '
       'each reason', limit=60)
def by_server(lab):
    run = start(lab, conf=[('restart-grace', '0')])
    ends(lab, 'admin', lambda s: ctl('kick', '%04X' % s.theirs))
    mark = lab.log.mark()
    session = lab.call()
    os.kill(run.engines()[0].pid, signal.SIGKILL)
    made('lost', lab, 'ended: .*, reason lost$', mark)
    session.close()
    check(lab.until(run.engines, 10) is not None, 'no engine')
    ends(lab, 'shutdown', lambda s: ctl('shutdown'))
    return ', '.join(sorted(MADE))


@point('reasons-version', 'an engine of another version takes over: the log '
       'has the word')
def by_version(lab):
    run = start(lab)
    mark = lab.log.mark()
    session = lab.call()
    engine = run.engines()[0].pid
    os.kill(engine, signal.SIGSTOP)
    fd = os.open('/proc/%d/fd/%d' % (session.pppd.hello['ppid'], RECORD_FD),
                 os.O_RDWR)
    os.pwrite(fd, struct.pack('=I', 999), VERSION_AT)
    os.close(fd)
    os.kill(engine, signal.SIGKILL)
    made('version', lab, 'ended: .*, reason version$', mark, 15)
    return 'version'


@point('reasons-time', 'a client that takes too long: the log has the word of '
       'each time limit', waits=True)
def by_time(lab):
    lab.theatre.greeting = (puppet.LCP,)
    start(lab, conf=[('stimeout', '1'), ('call-timeout', '1'),
                     ('auth-timeout', '4')])    # pppd has to start
    ends(lab, 'auth-timeout', lambda s: None)
    refuses(lab, 'stimeout', lab.connect)
    refuses(lab, 'call-timeout', lab.control, 15)   # it answers no StopCCRQ
    return ', '.join(sorted(MADE))


@point('reasons-limits', 'a client that is too many: the log has the word of '
       'each limit', limit=60)
def by_limits(lab):
    run = start(lab, conf=[('max-per-ip', '2'), ('max-unauth', '4'),
                           ('max-unauth-per-ip', '2')])
    held = [lab.call() for _ in range(2)]
    refuses(lab, 'max-per-ip', lambda: lab.control().call())
    for session in held:
        session.close()

    def silent(address):
        return lambda: [lab.connect(address) for _ in range(4)]
    refuses(lab, 'max-unauth-per-ip', silent(OTHER))

    def crowd():
        for number in range(8):
            lab.connect(client(50 + number))
    refuses(lab, 'max-unauth', crowd)
    run.stop()

    run = start(lab, conf=[('connections', '1'), ('remoteip', '10.0.0.200'),
                           ('auth-penalty', '60')])
    session = lab.call()
    refuses(lab, 'busy', lambda: lab.control(OTHER).call(timeout=10), 10)
    session.close()
    check(lab.until(lambda: not run.sessions(), 5) is not None, 'it goes on')
    lab.theatre.begin = lambda p: p.exit(11)

    def fail():
        for _ in range(10):
            tcp = lab.connect(client(7))
            if tcp.start(timeout=5) and not tcp.closed:
                tcp.call(timeout=5)
            tcp.drain(0.3)
            tcp.close()
    refuses(lab, 'auth-penalty', fail)
    lab.theatre.begin = None
    run.stop()
    return ', '.join(sorted(MADE))


@point('reasons-others', 'made-room, draining, address, access: the log has '
       'the word of each', limit=60)
def by_others(lab):
    lab.theatre.greeting = (puppet.LCP,)
    run = start(lab, conf=[('connections', '1'), ('remoteip', '10.0.0.200')])
    mark = lab.log.mark()
    lab.call()
    lab.control(OTHER).call(timeout=10)
    made('made-room', lab, 'ended: .*, reason made-room$', mark, 10)
    run.stop()
    lab.theatre.greeting = puppet.GREETING

    run = start(lab, conf=[('remoteip', '10.0.0.200,' + client(9))])
    refuses(lab, 'address', lambda: lab.control(client(9)).call())
    lab.call()
    lab.control(OTHER)
    refuses(lab, 'draining', lambda: ctl('drain'), 15)
    run.stop()

    server.hosts_deny(lab, 'pptpd: ' + OTHER + '\n')
    start(lab)
    refuses(lab, 'access', lambda: lab.connect(OTHER).drain(2))
    return ', '.join(sorted(MADE))
