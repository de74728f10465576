"""Start and stop of the control connection: RFC 2637 sections 2.1 to 2.4
and 3.1."""

import os
import signal
import threading
import time

from pptptest import pptp, server
from pptptest.calls import sessions_left
from pptptest.lab import OTHER, client
from pptptest.points import check, ms, patience, point
from pptptest.pptp import (CCRQ, CDN, ICRQ, OCRP, OCRQ, SCCRP, SCCRQ, SLI,
                           STOPRP, STOPRQ, build)

# The calls end with the server.
NO_GRACE = [('restart-grace', '0')]

FULL = r'MGR: No free connection slots or IPs - no more clients can connect!'


@point('S-1', 'SCCRQ is answered by SCCRP result 1, error 0, version 1.0 '
       'within 1 s')
def s_1(lab):
    lab.server()
    begin = time.monotonic()
    got = lab.connect().start()
    took = time.monotonic() - begin
    check(got, 'no SCCRP')
    check((got.result, got.error, got.version) == (1, 0, 0x0100),
          '%s, version %04x' % (got, got.version))
    check(took < 1, 'takes %.1f s' % took)
    return '%s after %s' % (got, ms(took))


@point('S-2', 'a newer version is answered with our version 1.0 and the '
       'connection is established')
def s_2(lab):
    lab.server()
    for version in (0x0101, 0x0200, 0xFFFF):
        tcp, got = lab.greet(version=version)
        check(got and got.result == 1 and got.version == 0x0100,
              '%04x: %s' % (version, got or tcp.closed))
        check(tcp.echo(), '%04x: not established' % version)
        tcp.close()
    return 'SCCRP 1/0 with version 0100'


@point('S-3', 'an older version is answered with SCCRP result 5, then closed')
def s_3(lab):
    lab.server()
    for version in (0x0000, 0x0001, 0x00FF):
        tcp, got = lab.greet(version=version)
        check(got and got.result == 5, '%04x: %s' % (version, got or
                                                     tcp.closed))
        check(tcp.wait_closed(1), '%04x: connection stays' % version)
    return 'SCCRP 5, closed'


@point('S-4', 'a client refused by TCP wrappers is closed silently or told '
       'SCCRP result 4')
def s_4(lab):
    server.hosts_deny(lab, 'pptpd: 198.51.100.66\n')
    lab.server()
    tcp = lab.connect('198.51.100.66')
    tcp.try_send(build(SCCRQ))
    got = tcp.drain(1, closes=True)
    check(tcp.closed, 'denied in hosts.deny, yet: ' + pptp.describe(
        got, 'open'))
    check(all(m.type == SCCRP and m.result == 4 for m in got),
          pptp.describe(got, tcp.closed))
    lab.serves(OTHER)
    return pptp.describe(got, tcp.closed)


@point('S-5', 'without a free slot a client is told so (SCCRP 2/4, or a '
       'refusing OCRP), the log says it, and it works again afterwards')
def s_5(lab):
    lab.server(conf=[('connections', '1'), ('remoteip', '10.0.0.200')])
    first = lab.call()
    tcp = lab.connect(OTHER)
    got = tcp.start(timeout=2)
    check(got, 'no answer in 2 s: ' + (tcp.closed or 'left hanging'))
    if got.result == 1:
        got = tcp.call(timeout=2)
        check(got and got.result != 1, 'OCRQ: %s' % (got or tcp.closed))
    else:
        check((got.result, got.error) == (2, 4), str(got))
        check(tcp.wait_closed(1), 'not closed after ' + str(got))
    check(lab.log.wait(FULL), 'the log does not say it')
    first.needs('the first call')
    tcp.close()
    first.close()
    sessions_left(lab.running)
    lab.call(address=OTHER).needs('the next client')
    return str(got)


@point('S-6', 'any other first message closes the connection')
def s_6(lab):
    lab.server()
    wrong = []
    for kind in range(0, 17):
        if kind == SCCRQ:
            continue
        tcp = lab.connect(client(3))
        tcp.send(build(kind))
        got = tcp.drain(0.7, closes=True)
        if not tcp.closed or any(m.type != OCRP or m.result == 1
                                 for m in got):
            wrong.append('%s: %s' % (pptp.NAMES.get(kind, kind),
                                     pptp.describe(got, tcp.closed or
                                                   'open')))
        tcp.close()
    check(not wrong, '; '.join(wrong))
    return 'closed'


@point('S-7', 'a second SCCRQ gets SCCRP result 3 or nothing; connection and '
       'call stay')
def s_7(lab):
    lab.server()
    session = lab.call()
    session.tcp.send(build(SCCRQ))
    got = session.tcp.drain(0.5)
    check(all(m.type == SCCRP and m.result == 3 for m in got),
          pptp.describe(got, session.tcp.closed))
    session.needs()
    return pptp.describe(got) + ', call goes on'


def silent_close(lab, deadline):
    """Seconds until a silent client is closed; checks that another one is
    served meanwhile."""
    tcp = lab.connect()
    time.sleep(0.2)  # pace
    begin = tcp.opened
    late = []

    def other():
        try:
            late.append(lab.serves(OTHER, within=None))
        except Exception as err:                # told by the main thread
            late.append(str(err))
    beside = threading.Thread(target=other, daemon=True)
    beside.start()
    end = tcp.wait_closed(deadline)
    took = time.monotonic() - begin
    check(end, 'still open after %.0f s' % took)
    beside.join(5)
    check(late and isinstance(late[0], float) and late[0] < patience(),
          'closed after %.1f s, but another client waited %s' % (
              took, '%.1f s' % late[0] if late and
              isinstance(late[0], float) else late))
    return took


@point('S-8', 'a client that sends nothing is closed after 10 s and delays '
       'nobody', waits=True)
def s_8(lab):
    lab.server()
    took = silent_close(lab, 14)
    check(9 <= took <= 12, 'closed after %.1f s' % took)
    return 'closed after %.1f s' % took


@point('S-8b', 'stimeout in the configuration file sets this time', waits=True)
def s_8b(lab):
    lab.server(conf=[('stimeout', '2')])
    took = silent_close(lab, 12)
    check(1.5 <= took <= 3.5, 'stimeout 2, closed after %.1f s' % took)
    return 'stimeout 2: closed after %.1f s' % took


@point('S-9', 'a control connection without a call is ended with StopCCRQ '
       'after 60 s', slow=True, limit=90)
def s_9(lab):
    lab.server()
    tcp = lab.control()
    begin = time.monotonic()
    got = tcp.expect(STOPRQ, 66)
    took = time.monotonic() - begin
    check(got, 'no StopCCRQ in %.0f s' % took if not tcp.closed else
          'closed after %.0f s without StopCCRQ' % took)
    check(55 <= took <= 66, 'StopCCRQ after %.0f s' % took)
    tcp.try_send(build(STOPRP))
    check(tcp.wait_closed(6), 'not closed after StopCCRP')
    return 'StopCCRQ reason %d after %.0f s' % (got.reason, took)


@point('S-10', 'capabilities 0 and any Maximum Channels are accepted')
def s_10(lab):
    lab.server()
    for channels in (0, 1, 65535):
        tcp, got = lab.greet(framing=0, bearer=0, channels=channels)
        check(got and got.result == 1, 'channels %d: %s' % (
            channels, got or tcp.closed))
        tcp.close()
    return 'accepted'


@point('S-11', 'odd host and vendor names harm nobody and reach no log '
       'unescaped')
def s_11(lab):
    lab.server(args=['--debug'])
    names = [b'\xff' * 64, b'%s%n%s%n%x' * 7, b'\x1b[2J\x1b]0;x\x07',
             b'evil\n<3>pptpd: forged line', b'\0' * 64, b'x' * 64]
    for name in names:
        tcp, got = lab.greet(host=name[:64], vendor=name[:64])
        check(got and got.result == 1, '%r: %s' % (name[:8], got or
                                                   tcp.closed))
        check(tcp.echo(), '%r: no Echo-Reply' % name[:8])
        tcp.close()
    lab.serves(OTHER)
    time.sleep(0.2)  # quiet: lines
    for line in lab.log.since():
        check(all(32 <= c < 127 for c in line.raw.rstrip(b'\0\n')),
              'log line %r' % line.raw)
        check(not line.text.startswith('forged'), 'forged log line')
    return '%d log lines clean' % len(lab.log.since())


@point('S-12', 'SCCRP looks as Poptop\'s: capabilities 0, channels 1, '
       'firmware 1, "local", "linux"')
def s_12(lab):
    lab.server()
    got = lab.connect().start()
    check(got, 'no SCCRP')
    want = build(SCCRP, version=0x0100, result=1, channels=1, firmware=1,
                 host=b'local', vendor=b'linux')
    check(got.raw == want, 'framing %d bearer %d channels %d firmware %d '
          '%r %r' % (got.framing, got.bearer, got.channels, got.firmware,
                     got.host.rstrip(b'\0'), got.vendor.rstrip(b'\0')))
    return 'same 156 octets'


@point('S-13', 'several control connections from one address are independent')
def s_13(lab):
    lab.server()
    sessions = [lab.call() for _ in range(4)]
    for session in sessions:
        session.needs()
    sessions[0].close()
    sessions[1].tcp.send(build(STOPRQ))
    sessions_left(lab.running, 2)
    for session in sessions[2:]:
        session.needs('after two of four ended')
    lab.call().needs('a fifth call')
    return 'four calls, two ended, two go on'


@point('S-20', 'StopCCRQ is answered by StopCCRP result 1, then closed, in '
       'any state; the call ends')
def s_20(lab):
    lab.server()
    tcp = lab.control()
    tcp.send(build(STOPRQ, reason=3))
    got = tcp.drain(1.5, closes=True)
    check([m.type for m in got] == [STOPRP] and
          (got[0].result, got[0].error) == (1, 0) and tcp.closed,
          'without call: ' + pptp.describe(got, tcp.closed or 'open'))
    session = lab.call()
    session.tcp.send(build(STOPRQ))
    got = session.tcp.drain(1.5, closes=True)
    check([m.type for m in got if m.type != CDN] == [STOPRP] and
          session.tcp.closed,
          'with call: ' + pptp.describe(got, session.tcp.closed or 'open'))
    check(session.pppd.wait_hangup(1), 'pppd is not hung up')
    return pptp.describe(got, session.tcp.closed)


@point('S-21', 'SIGTERM to the daemon: every client is told StopCCRQ')
def s_21(lab):
    run = lab.server(NO_GRACE)
    calls = [lab.call(), lab.call(address=OTHER)]
    idle = lab.control(client(3))
    run.signal(signal.SIGTERM)
    heard = []
    for tcp in [c.tcp for c in calls] + [idle]:
        got = tcp.drain(1.0)
        heard.append(pptp.describe(got, tcp.closed))
        if STOPRQ in [m.type for m in got]:
            tcp.try_send(build(STOPRP))
    check(all('StopCCRQ' in h for h in heard),
          'two calls and an idle connection hear: ' + ' | '.join(heard))
    for session in calls:
        check(session.pppd.wait_hangup(2), 'a pppd lives on')
    return ' | '.join(heard)


@point('S-22', 'StopCCRQ reason is 3 at shutdown of the daemon, 1 when one '
       'session is ended')
def s_22(lab):
    run = lab.server(NO_GRACE)
    one, two = lab.call(), lab.call(address=OTHER)
    os.kill(one.pppd.hello['ppid'], signal.SIGTERM)
    kicked = one.tcp.expect(STOPRQ, 2)
    check(kicked and kicked.reason == 1, 'session ended: ' + pptp.describe(
        one.tcp.seen[2:], one.tcp.closed))
    one.tcp.try_send(build(STOPRP))
    run.signal(signal.SIGTERM)
    down = two.tcp.expect(STOPRQ, 2)
    check(down, 'shutdown: ' + pptp.describe(two.tcp.seen[2:],
                                             two.tcp.closed or 'open'))
    check(down.reason == 3, 'shutdown: reason %d' % down.reason)
    return 'reason 1 and 3'


@point('S-23', 'after StopCCRQ the server closes at StopCCRP, else after 5 s; '
       'a shutdown takes no longer', waits=True)
def s_23(lab):
    run = lab.server(NO_GRACE)
    answers, mute = lab.call(), lab.call(address=OTHER)
    deaf = lab.call(address=client(3))
    for session in (answers, mute):
        os.kill(session.pppd.hello['ppid'], signal.SIGTERM)
    check(answers.tcp.expect(STOPRQ, 2), 'no StopCCRQ: ' + pptp.describe(
        answers.tcp.seen[2:], answers.tcp.closed))
    answers.tcp.send(build(STOPRP))
    begin = time.monotonic()
    check(answers.tcp.wait_closed(1), 'not closed at StopCCRP')
    check(mute.tcp.wait_closed(7), 'without StopCCRP open for ever')
    took = time.monotonic() - begin
    check(3 <= took <= 6, 'without StopCCRP closed after %.1f s' % took)
    begin = time.monotonic()
    run.signal(signal.SIGTERM)
    check(run.wait_exit(8) is not None, 'daemon still runs 8 s after SIGTERM')
    deaf.tcp.drain(7)
    check(deaf.tcp.closed, 'a client is still connected 7 s later')
    return 'closed after %.1f s, daemon gone after %.1f s' % (
        took, time.monotonic() - begin)


@point('S-24', 'when both sides send StopCCRQ the server answers and closes')
def s_24(lab):
    lab.server()
    session = lab.call()
    os.kill(session.pppd.hello['ppid'], signal.SIGTERM)
    check(session.tcp.expect(STOPRQ, 2), 'no StopCCRQ: ' + pptp.describe(
        session.tcp.seen[2:], session.tcp.closed))
    session.tcp.send(build(STOPRQ))
    got = session.tcp.drain(1.5, closes=True)
    check(STOPRP in [m.type for m in got] and session.tcp.closed,
          pptp.describe(got, session.tcp.closed or 'open'))
    return pptp.describe(got, session.tcp.closed)


@point('S-25', 'StopCCRP out of place is ignored; while the server waits for '
       'it nothing but StopCCRP and StopCCRQ counts')
def s_25(lab):
    lab.server()
    session = lab.call()
    session.tcp.send(build(STOPRP))
    session.needs('after a StopCCRP')
    os.kill(session.pppd.hello['ppid'], signal.SIGTERM)
    check(session.tcp.expect(STOPRQ, 2), 'no StopCCRQ')
    session.tcp.send(build(CCRQ, call_id=session.mine), build(SCCRQ),
                     build(SLI), build(OCRQ), build(ICRQ))
    got = session.tcp.drain(0.7)
    check(not got and not session.tcp.closed,
          pptp.describe(got, session.tcp.closed))
    session.tcp.send(build(STOPRP))
    check(session.tcp.wait_closed(1), 'StopCCRP then does not close')
    return 'ignored, closed at StopCCRP'


@point('X-2', 'a client that connects and leaves at once is no error in the '
       'log')
def x_2(lab):
    lab.server()
    for _ in range(3):
        lab.connect().close()
        lab.connect().reset()
    lab.serves(OTHER)
    time.sleep(0.2)  # quiet: lines
    bad = [line for line in lab.log.since(0, 3)]
    check(not bad, '%d error lines: %s' % (len(bad), bad and bad[0].text))
    return 'none'
