"""Faults to survive.  Fl-n are the numbers of those faults."""

import os
import signal
import socket
import subprocess
import time

from pptptest import namespaces, pptp, server
from pptptest.calls import goes_on, sessions_left
from pptptest.lab import OTHER, client, data, numbered
from pptptest.points import Fail, Skip, check, ms, point
from pptptest.pptp import CCRQ, CDN, OCRQ, SCCRQ, SLI, STOPRP, STOPRQ, build


@point('Fl-1', 'kill -9 of a pppd: within 1 s Call-Disconnect-Notify 1 and '
       'StopCCRQ, a log line with the signal; other calls are untouched')
def fl_1(lab):
    lab.server()
    session, other = lab.call(), lab.call(address=OTHER)
    mark = lab.log.mark()
    begin = time.monotonic()
    session.pppd.kill()
    got = session.tcp.drain(1.2, count=2)
    check([m.type for m in got] == [CDN, STOPRQ] and
          (got[0].result, got[1].reason) == (1, 1),
          pptp.describe(got, session.tcp.closed or 'open'))
    check(got[1].when - begin < 1, 'after ' + ms(got[1].when - begin))
    line = lab.log.wait(r'(?i).*(signal 9|killed|sigkill).*', 1, mark)
    check(line, 'no log line with the signal')
    other.needs('another call')
    return line.text


@point('Fl-2', 'a stopped pppd delays nobody and is killed within 11 s when '
       'its call ends', waits=True)
def fl_2(lab):
    lab.server()
    session, other = lab.call(), lab.call(address=OTHER)
    session.pppd.kill(signal.SIGSTOP)
    for number in range(400):
        session.up(numbered(number, 1000))
    took = session.tcp.echo(timeout=2)
    check(took is not None, 'Echo-Request is not answered')
    other.needs('another call')
    session.tcp.send(build(STOPRQ))
    begin = time.monotonic()
    gone = session.pppd.wait_gone(14)
    check(gone, 'still there 14 s after StopCCRQ')
    check(gone - begin <= 11.5, 'killed after %.1f s' % (gone - begin))
    return 'killed after %.1f s' % (gone - begin)


@point('Fl-3', 'a pppd that closes its line but lives on is told off and '
       'killed', waits=True)
def fl_3(lab):
    lab.server()
    session = lab.call()
    session.pppd.order(do='term', exit=None)
    session.pppd.order(do='closetty')
    got = session.tcp.drain(1.5)
    check(CDN in [m.type for m in got], pptp.describe(
        got, session.tcp.closed or 'open'))
    check(session.pppd.wait_gone(14), 'still there after 14 s')
    check(session.pppd.signalled(signal.SIGTERM), 'killed without TERM')
    return 'TERM, then KILL'


def survives(session, wait=3.0):
    """True when the call works again within this time, False when its client
    was told or closed and pppd hung up; Fail otherwise."""
    end = time.monotonic() + wait
    while time.monotonic() < end:
        try:
            if session.works(0.7) is None:
                return True
        except (OSError, pptp.Closed):
            pass
        if session.tcp.closed:
            break
    session.tcp.drain(6)
    check(session.tcp.closed, 'the connection is neither served nor closed')
    check(session.pppd.wait_hangup(8), 'pppd lives on without its client')
    return False


@point('Fl-4', 'the process that serves the network is killed: calls go on '
       'and new clients are served', waits=True)
def fl_4(lab):
    run = lab.server()
    session = lab.call()
    engines = run.engines()
    if not engines:
        raise Skip('no such process: one for each call')
    os.kill(engines[0].pid, signal.SIGKILL)
    lab.until(lambda: not server.Process(engines[0].pid).alive(), 5)
    took = lab.until(run.listening, 5)
    check(took is not None, 'nobody listens any more')
    lab.serves(OTHER, within=3)
    check(survives(session), 'the call is lost')
    return 'call goes on'


def queues(lab, tcp):
    """Octets that the server has not sent to this client, and has not read
    from it; None if it has no such connection."""
    port = ':%04X' % tcp.port
    for line in server.read('/proc/%d/net/tcp'
                            % lab.holder).splitlines()[1:]:
        fields = line.split()
        if fields[2].endswith(port):
            return tuple(int(n, 16) for n in fields[4].split(':'))
    return None


def unread(lab, tcp):
    now = queues(lab, tcp)
    check(now is not None, 'the server has closed the connection')
    return now[1]


def full(lab, tcp):
    """Has the server send to a client that does not read, until the kernel
    takes no more of it."""
    stuck = 0
    for _ in range(1000):
        before = queues(lab, tcp)
        tcp.send(build(SCCRQ) * 4)
        check(lab.until(lambda: unread(lab, tcp) == 0) is not None,
              'the server does not read')
        now = queues(lab, tcp)          # a few octets are on their way
        stuck = stuck + 1 if now == before and now[0] > 2048 else 0
        if stuck == 2:
            return
    raise Fail('the server can still send')


def paused(lab, tcp, rate):
    """Sends, and gets no answer to, more than message-rate allows at once;
    returns when the server has read it all and waits for more."""
    tcp.send(build(SLI) * rate * 7)
    check(lab.until(lambda: unread(lab, tcp) == 0, 10) is not None,
          'the server does not read any more')
    tcp.send(build(SLI))        # read when all that waited is done
    check(lab.until(lambda: unread(lab, tcp) == 0, 10) is not None,
          'the server does not read any more')
    time.sleep(10 / rate)  # time: the last pause, many times


@point('Fl-4b', 'a client that does not read asks for a call and resets: the '
       'process that serves the network lives', waits=True)
def fl_4b(lab):
    lab.small_buffers()
    rate = 40
    run = lab.server(conf=[('message-rate', str(rate))])
    session = lab.call(address=OTHER)
    engine = run.engines()[0].pid if run.engines() else run.pid
    for number in range(3):
        tcp = lab.connect(client(10 + number), rcvbuf=1, segment=100)
        full(lab, tcp)
        if number > 0:
            paused(lab, tcp, rate)  # then it reads before it writes
        os.kill(engine, signal.SIGSTOP)
        try:
            lab.until(lambda: server.Process(engine).state == 'T')
            tcp.send(build(OCRQ))
            lab.until(lambda: unread(lab, tcp) > 0)
            tcp.reset()
            lab.until(lambda: queues(lab, tcp) is None)
        finally:
            os.kill(engine, signal.SIGCONT)
        lab.serves(client(30 + number), within=None)
        check(server.Process(engine).alive(), 'it has died')
    session.needs('a call from before')
    return '3 clients'


@point('Fl-5', 'the daemon is killed and started again: serves at once, and '
       'no address is given to two calls', waits=True, limit=60)
def fl_5(lab):
    run = lab.server()
    session = lab.call()
    run.signal(signal.SIGKILL)
    run.wait_exit()
    time.sleep(1)  # time: nobody is there for so long
    run.start(wait=False)
    check(run.listening(10), 'does not listen again within 10 s')
    alive = survives(session)
    other = lab.call(address=OTHER)
    other.needs('a new call')
    if alive:
        check(other.pppd.argv[4] != session.pppd.argv[4],
              'the old call goes on, and a new one has its address '
              + other.pppd.argv[4])
    return 'the old call %s' % ('goes on' if alive else 'was ended')


@point('Fl-6', 'stop and start: the port is free at once, calls are ended in '
       'order (or go on with their addresses)', waits=True, limit=60)
def fl_6(lab):
    run = lab.server()
    session = lab.call()
    begin = time.monotonic()
    run.signal(signal.SIGTERM)
    got = session.tcp.drain(1)
    if STOPRQ in [m.type for m in got]:
        session.tcp.try_send(build(STOPRP))
    check(run.wait_exit(10) is not None, 'does not stop in 10 s')
    run.start(wait=False)
    check(run.listening(5), 'does not listen again')
    alive = survives(session)
    if not alive:
        check([m.type for m in got][:2] == [CDN, STOPRQ],
              'ended without a word: ' + pptp.describe(got,
                                                       session.tcp.closed))
    other = lab.call(address=OTHER)
    check(not alive or other.pppd.argv[4] != session.pppd.argv[4],
          'the old call goes on, and a new one has its address '
          + other.pppd.argv[4])
    return '%s; %.1f s' % (pptp.describe(got), time.monotonic() - begin)


@point('Fl-6b', 'a stop as soon as the pid file is there: it ends in order')
def fl_6b(lab):
    run = lab.server()
    for number in range(20):
        check(run.stop() == 0, 'start %d: status %s' % (number,
                                                        run.wait_exit(0)))
        check(not os.path.exists(server.PIDFILE), 'start %d: the pid file '
              'is left' % number)
        run.start(wait=False)
        check(lab.until(lambda: server.read(server.PIDFILE).strip() ==
                        str(run.pid), 5) is not None, 'no pid file')
    return '20 times'


@point('Fl-9', 'a log that nobody reads, or none, and a pid file that cannot '
       'be written stop nothing')
def fl_9(lab):
    os.unlink('/dev/log')
    stuck = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    stuck.bind('/dev/log')
    namespaces.write(server.CONF, '')
    run = lab.server(args=['--pidfile', '/nonexistent/dir/pptpd.pid',
                           '--debug'])
    worst = 0
    for number in range(40):
        worst = max(worst, lab.serves(client(1 + number), within=None))
        check(worst < 2, 'with a log that nobody reads client %d waits '
              '%.1f s' % (number, worst))
    session = lab.call()
    stuck.close()
    os.unlink('/dev/log')
    session.needs()
    lab.call(address=OTHER).needs('a call without log')
    check(run.alive(), 'the daemon is dead')
    return 'served within ' + ms(worst)


@point('Fl-11', 'the link is down for 30 s: the call survives', slow=True,
       limit=80)
def fl_11(lab):
    lab.server()
    session = lab.call()
    lab.ip_server('link set s0 down')
    for _ in range(30):
        session.pppd.send(data(b'lost'))
        time.sleep(1)  # pace
    lab.ip_server('link set s0 up\nroute add %s0/24 via 203.0.113.2\n'
                  % namespaces.CLIENTS)
    goes_on(session)
    return 'survived'


@point('Fl-12', "the server's address vanishes for 3 s: the call survives")
def fl_12(lab):
    lab.server()
    session = lab.call()
    lab.ip_server('addr del %s/32 dev lo' % namespaces.SERVER)
    for _ in range(10):
        session.pppd.send(data(b'lost'))
        time.sleep(0.3)  # pace
    lab.ip_server('addr add %s/32 dev lo' % namespaces.SERVER)
    session.needs()
    return 'survived'


@point('Fl-13', 'a client that lost its first connection dials again with the '
       'same address and Call ID: works at once')
def fl_13(lab):
    lab.server()
    old = lab.call(call_id=0x2222)
    new = lab.call(call_id=0x2222)
    check(new.theirs != old.theirs, 'both calls have our Call ID %04x'
          % new.theirs)
    new.needs('the new call')
    new.up(data(b'for the new one'))
    check(new.pppd.wait_frame(data(b'for the new one'), 1), 'lost')
    check(all(b'for the new one' not in f for _, f in old.pppd.frames),
          'mixed with the old one')
    return 'two calls, two pppds'


@point('Fl-18', 'no pty left: the call is refused, the server goes on and '
       'recovers', ptys=3)
def fl_18(lab):
    run = lab.server()
    calls = []
    refused = None
    for number in range(5):
        tcp = lab.connect(client(10 + number))
        got = tcp.start(timeout=3)
        if got and got.result == 1:
            got = tcp.call(timeout=3)
        if got and got.result == 1 and lab.theatre.wait(number + 1, 1):
            calls.append(tcp)
            continue
        refused = pptp.describe(tcp.seen, tcp.closed)
        check(got and got.result != 1, 'without pty: %s' % refused)
        check(got.result == 4 or (got.result, got.error) in ((2, 4), (2, 6)),
              str(got))
        tcp.close()
        break
    check(refused, '5 calls on 3 ptys?')
    check(run.alive(), 'the daemon is dead')
    for tcp in calls:
        check(tcp.echo(), 'a call is lost')
    calls[0].close()
    sessions_left(run, len(calls) - 1)
    lab.call(address=OTHER).needs('a call when there is one again')
    return refused


@point('Fl-21', 'pppd vanishes from the disk: the client is told, the log '
       'names the program, the server goes on')
def fl_21(lab):
    path = '/run/conformance/vanishing'
    os.symlink(lab.pppd, path)
    run = lab.server(conf=[('ppp', path)])
    lab.call().close()
    os.rename(path, path + '.away')
    mark = lab.log.mark()
    tcp = lab.control(OTHER)
    tcp.send(build(OCRQ))
    got = tcp.drain(1.5)
    check(got and (got[0].result != 1 or CDN in [m.type for m in got]),
          pptp.describe(got, tcp.closed or 'open'))
    check(lab.log.wait('.*%s.*' % path, 1, mark) or
          lab.log.wait('.*pppd.*', 1, mark), 'the log does not name it')
    os.rename(path + '.away', path)
    check(run.alive(), 'the daemon is dead')
    lab.call().needs('a call when it is back')
    return pptp.describe(got, tcp.closed)


@point('Fl-23', 'process ids above 65535')
def fl_23(lab):
    try:
        namespaces.write('/proc/sys/kernel/ns_last_pid', '70000')
    except OSError:
        raise Skip('cannot set the next process id')
    run = lab.server()
    check(run.pid > 65535, 'still %d' % run.pid)
    session = lab.call()
    session.needs()
    session.tcp.send(build(CCRQ, call_id=session.mine))
    check(session.pppd.wait_gone(3), 'pppd lives on')
    check(server.read(server.PIDFILE).strip() == str(run.pid), 'pid file: '
          + server.read(server.PIDFILE))
    return 'pid %d' % run.pid


@point('Fl-24', 'started with descriptors 0, 1 and 2 closed')
def fl_24(lab):
    run = lab.server(wrap=['sh', '-c', 'exec "$0" "$@" <&- >&- 2>&-'])
    session = lab.call()
    session.needs()
    fds = session.pppd.hello['fds']
    check(fds.get('0', '').startswith('/dev/pts/') and
          fds.get('1') == fds.get('0'), 'pppd has %s' % fds)
    session.close()
    lab.serves(OTHER)
    check(run.alive(), 'the daemon is dead')
    return 'serves'


@point('Fl-25', 'a second start ends at once with an error and leaves pid '
       'file and calls of the first alone')
def fl_25(lab):
    run = lab.server()
    session = lab.call()
    second = subprocess.Popen(
        ['nsenter', '--net=/proc/%d/ns/net' % lab.holder, '--', lab.binary,
         '--fg', '--conf', server.CONF, '--pidfile', server.PIDFILE],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=server.ENVIRONMENT)
    try:
        status = second.wait(5)
    except subprocess.TimeoutExpired:
        second.kill()
        check(False, 'two of them run')
    check(status != 0, 'status 0')
    check(server.read(server.PIDFILE).strip() == str(run.pid),
          'the pid file is overwritten: %s, not %d' % (
              server.read(server.PIDFILE).strip(), run.pid))
    session.needs('the first one\'s call')
    lab.serves(OTHER)
    return 'status %d' % status


@point('Fl-26', 'storms of signals: none is lost, nothing ends')
def fl_26(lab):
    run = lab.server()
    session = lab.call()
    for number in range(100):
        for one in (signal.SIGURG, signal.SIGCHLD, signal.SIGPIPE,
                    signal.SIGWINCH, signal.SIGHUP):
            try:
                run.signal(one)
            except ProcessLookupError:
                check(False, 'the daemon is dead after %d rounds' % number)
        if number % 20 == 0:
            time.sleep(0.02)  # pace
    time.sleep(0.5)  # quiet: a death that should not come
    check(run.alive(), 'the daemon is dead (status %s)' % run.wait_exit(0))
    session.needs()
    # A death amid the storm is noticed.
    for number in range(50):
        run.signal(signal.SIGHUP)
        if number == 25:
            session.pppd.kill()
    got = session.tcp.drain(1.5)
    check(CDN in [m.type for m in got], 'the death of a pppd is missed')
    lab.call(address=OTHER).needs('a new call')
    return '500 signals'


@point('SB-1', 'the process that reads the network has no privileges: uid, '
       'capabilities, no-new-privs, seccomp')
def sb_1(lab):
    run = lab.server()
    lab.call()
    engines = run.engines()
    if not engines:
        readers = [p for p in run.processes()
                   if p.status('Uid').split()[:1] == ['0']]
        check(not readers, '%s reads it as root' % readers[-1].comm)
    for engine in engines:
        wrong = []
        if '0' in engine.status('Uid').split():
            wrong.append('uid ' + engine.status('Uid'))
        for key in ('CapEff', 'CapPrm', 'CapInh', 'CapAmb'):
            if int(engine.status(key) or '0', 16):
                wrong.append('%s %s' % (key, engine.status(key)))
        if engine.status('NoNewPrivs') != '1':
            wrong.append('NoNewPrivs ' + engine.status('NoNewPrivs'))
        if engine.status('Seccomp') != '2':
            wrong.append('Seccomp ' + engine.status('Seccomp'))
        check(not wrong, '; '.join(wrong))
    return 'uid %s' % engines[0].status('Uid').split()[0]
