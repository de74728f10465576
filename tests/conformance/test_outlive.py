"""Calls that outlive the processes that serve them."""

import array
import contextlib
import os
import signal
import socket
import stat
import struct
import threading
import time

from pptptest import pptp, puppet, server
from pptptest.calls import ended, goes_on, needs_engine, start
from pptptest.lab import OTHER, client, data
from pptptest.points import Fail, check, ms, point
from pptptest.pptp import (CDN, ECHORP, ECHORQ, OCRP, OCRQ, SCCRQ, STOPRP,
                           STOPRQ, build)

RECORD_FD = 4                   # a keeper's, of its call's record
VERSION_AT = 4                  # in the record
RUN_DIRECTORY = '/run/pptpd'
REJOIN_MAGIC = 0x50505452       # what a keeper says first


def kill_and_start(run):
    """As a supervisor does when the daemon has died."""
    run.signal(signal.SIGKILL)
    run.wait_exit()
    check(run.lab.until(lambda: not run.listening()) is not None,
          'its engine goes on listening')
    start(run)


def engine_of(run, session):
    """Process ID of the engine that serves a call, if none has ended yet."""
    pids = sorted(process.pid for process in run.engines())
    return pids[session.theirs % len(pids)]


def address(session):
    """That pppd was given for its client."""
    for word in session.pppd.argv:
        if word.startswith(server.LOCAL + ':'):
            return word.split(':')[1]
    raise Fail('no address in %s' % session.pppd.argv)


@point('O-1', 'SIGTERM and a new start: the call goes on, with its address')
def o_1(lab):
    run = lab.server()
    needs_engine(run)
    session = lab.call()
    run.signal(signal.SIGTERM)
    check(run.wait_exit(10) is not None, 'does not stop in 10 s')
    check(not run.engines(), 'the engine has not stopped')
    check(not session.tcp.drain(0.3) and not session.tcp.closed,
          'the client is told: ' + pptp.describe(session.tcp.seen[2:]))
    start(run)
    took = goes_on(session)
    other = lab.call(address=OTHER)
    other.needs('a new call')
    check(address(other) != address(session), 'a new call gets its address')
    return 'works again after ' + ms(took)


@point('O-2', 'kill -9 of the daemon and a new start: the call goes on, with '
       'its address, again and again', waits=True)
def o_2(lab):
    run = lab.server()
    needs_engine(run)
    engines = len(run.engines())
    session = lab.call()
    took = []
    for number in range(3):
        time.sleep(2.2)  # time: longer than a keeper takes to start
        kill_and_start(run)
        took.append(goes_on(session))
        other = lab.call(address=client(10 + number))
        other.needs('a new call')
        check(address(other) != address(session),
              'a new call gets its address')
    check(len(run.engines()) == engines, '%d engines, not %d' % (
        len(run.engines()), engines))
    return 'works again after ' + ', '.join(map(ms, took))


@point('O-3', 'restart-grace 0: SIGTERM ends every call in order')
def o_3(lab):
    run = lab.server(conf=[('restart-grace', '0')])
    needs_engine(run)
    session = lab.call()
    run.signal(signal.SIGTERM)
    got = session.tcp.drain(2, count=2)
    session.tcp.try_send(build(STOPRP))
    check([m.type for m in got] == [CDN, STOPRQ] and got[1].reason == 3,
          pptp.describe(got, session.tcp.closed or 'open'))
    check(session.pppd.wait_hangup(2), 'pppd lives on')
    check(run.wait_exit(15) is not None, 'does not end in 15 s')
    return ended(lab, session)


@point('O-3b', 'restart-grace 0: when the engine is killed its calls end at '
       'once, in order, and the next ones are served')
def o_3b(lab):
    run = lab.server(conf=[('restart-grace', '0')])
    needs_engine(run)
    session = lab.call()
    os.kill(engine_of(run, session), signal.SIGKILL)
    got = session.tcp.drain(2, count=2)
    check([m.type for m in got] == [CDN, STOPRQ],
          pptp.describe(got, session.tcp.closed or 'open'))
    check(session.pppd.wait_hangup(2), 'pppd lives on')
    lab.serves(OTHER, within=3)
    return ended(lab, session)


@point('O-4', 'nobody comes back within restart-grace: the client is told, '
       'pppd is told, the log says why', waits=True)
def o_4(lab):
    run = lab.server(conf=[('restart-grace', '3')])
    needs_engine(run)
    session = lab.call()
    begin = time.monotonic()
    run.signal(signal.SIGKILL)
    run.wait_exit()
    got = session.tcp.drain(8, count=2)
    check([m.type for m in got] == [CDN, STOPRQ],
          pptp.describe(got, session.tcp.closed or 'open'))
    took = got[0].when - begin
    check(2.5 < took < 7, 'after %.1f s' % took)
    check(session.pppd.wait_hangup(3), 'pppd lives on')
    why = ended(lab, session)
    check('unknown' not in why and 'still up' not in why, why)
    check(lab.until(lambda: not run.sessions(), 12) is not None,
          'its pptpctrl lives on')
    start(run)
    lab.call().needs('a new call')
    return '%s; after %.1f s' % (why, took)


@point('O-5', 'SIGUSR2: calls go on, and no connection is refused meanwhile')
def o_5(lab):
    run = lab.server()
    needs_engine(run)
    session = lab.call()
    mark = lab.log.mark()
    refused, served, enough = [], [], threading.Event()

    def knock():
        number = 0
        while not enough.is_set():
            number += 1
            try:
                tcp = pptp.Client(lab.address, client(20 + number % 200))
                served.append(tcp.start(timeout=5) is not None)
                tcp.close()
            except OSError as err:
                refused.append(str(err))
    thread = threading.Thread(target=knock)
    thread.start()
    try:
        for _ in range(3):
            time.sleep(0.3)  # pace
            run.signal(signal.SIGUSR2)
            time.sleep(0.7)  # pace
            check(run.alive(), 'the daemon is dead (status %s)'
                  % run.wait_exit(0))
    finally:
        enough.set()
        thread.join()
    check(not refused, '%d connections were refused: %s' % (
        len(refused), refused[:1]))
    check(len(served) > 10, 'only %d connections' % len(served))
    took = goes_on(session)
    other = lab.call(address=OTHER)
    other.needs('a new call')
    check(address(other) != address(session), 'a new call gets its address')
    check(not lab.log.find('.*no meaning here.*', mark), 'it does nothing')
    lost = served.count(False)
    return '%d connections, %d of them unanswered; the call works after %s' \
        % (len(served), lost, ms(took))


@point('O-6', 'an address whose pptpctrl is stopped while the daemon starts '
       'again is given to nobody else', waits=True)
def o_6(lab):
    run = lab.server(conf=[('remoteip', '10.0.0.200-202')])
    needs_engine(run)
    session = lab.call()
    keeper = session.pppd.hello['ppid']
    os.kill(keeper, signal.SIGSTOP)
    try:
        kill_and_start(run)
        others = [lab.call(address=client(10 + n)) for n in range(2)]
        for other in others:
            other.needs('a new call')
            check(address(other) != address(session),
                  'a new call gets its address')
        tcp = lab.control(client(20))
        reply = tcp.call()
        check(reply and reply.result != 1, 'a third call gets an address')
    finally:
        os.kill(keeper, signal.SIGCONT)
    took = goes_on(session)
    return 'works again after ' + ms(took)


@point('O-7', 'a call whose record has another version is hung up, and the '
       'log says so; others go on', waits=True)
def o_7(lab):
    run = lab.server()
    needs_engine(run)
    session, other = lab.call(), lab.call(address=OTHER)
    engine = engine_of(run, session)
    path = '/proc/%d/fd/%d' % (session.pppd.hello['ppid'], RECORD_FD)
    os.kill(engine, signal.SIGSTOP)
    fd = os.open(path, os.O_RDWR)
    version, = struct.unpack('=I', os.pread(fd, 4, VERSION_AT))
    check(0 < version < 1000, 'version %d?' % version)
    os.pwrite(fd, struct.pack('=I', version + 1), VERSION_AT)
    os.close(fd)
    mark = lab.log.mark()
    os.kill(engine, signal.SIGKILL)
    got = session.tcp.drain(5, count=2)
    check([m.type for m in got] == [CDN, STOPRQ],
          pptp.describe(got, session.tcp.closed or 'open'))
    goes_on(other, what='the other call')
    check(session.pppd.wait_gone(12), 'pppd lives on')
    line = lab.log.wait('(?i).*version.*', 1, mark)
    check(line, 'no line about the version; %s' % ended(lab, session, mark))
    return line.text


@point('O-8', 'a control message that is half there when the engine is killed '
       'is answered by the next one')
def o_8(lab):
    run = lab.server()
    engine = needs_engine(run)
    session = lab.call()
    octets = build(ECHORQ, ident=0x11223344)
    session.tcp.send(octets[:7])
    time.sleep(0.2)  # time: the first part is read
    os.kill(engine, signal.SIGKILL)
    time.sleep(0.1)  # pace
    session.tcp.send(octets[7:])
    got = session.tcp.expect(ECHORP, 5)
    check(got and got.ident == 0x11223344, 'no Echo-Reply: ' + pptp.describe(
        session.tcp.seen[2:], session.tcp.closed or 'open'))
    session.needs()
    return 'answered'


@point('O-9', 'after the engine was killed sequence numbers go on, both ways')
def o_9(lab):
    run = lab.server()
    engine = needs_engine(run)
    session = lab.call()
    for number in range(20):
        session.pppd.send(data(b'%d' % number))
    last = [session.down().seq for _ in range(20)][-1]
    for number in range(20):
        session.up(data(b'up %d' % number))
    check(session.pppd.wait_frame(data(b'up 19')), 'frames are lost')
    os.kill(engine, signal.SIGKILL)
    time.sleep(0.5)  # time: nobody is there for so long
    session.pppd.send(data(b'next'))
    packet = session.down(5)
    check(packet and packet.payload == data(b'next'), 'the frame is lost')
    check(packet.seq == last + 1, 'sequence number %d after %d' % (
        packet.seq, last))
    count = len(session.pppd.frames)
    session.up(data(b'old'), seq=session.seq - 5)
    check(session.delivered(data(b'new'), 5) is not None,
          'the next number is not taken')
    check(len(session.pppd.frames) == count + 1,
          'an old number is taken again')
    return '%d after %d' % (packet.seq, last)


@point('O-10', 'pptpctrl is killed while no daemon runs: its pppd ends, and '
       'the next daemon serves its address again', waits=True)
def o_10(lab):
    run = lab.server(conf=[('remoteip', '10.0.0.200')])
    needs_engine(run)
    session = lab.call()
    run.signal(signal.SIGKILL)
    run.wait_exit()
    time.sleep(0.5)  # time: nobody is there for so long
    os.kill(session.pppd.hello['ppid'], signal.SIGKILL)
    check(session.pppd.wait_gone(5), 'pppd lives on')
    start(run)
    end = time.monotonic() + 10
    while True:
        tcp = lab.control(OTHER)
        reply = tcp.call()
        if reply and reply.result == 1:
            break
        tcp.close()
        check(time.monotonic() < end, 'its address is not free after 10 s')
        time.sleep(0.3)  # look
    return 'free again'


@point('O-11', 'SIGTERM to pptpctrl while no daemon runs ends its call in '
       'order')
def o_11(lab):
    run = lab.server()
    needs_engine(run)
    session = lab.call()
    run.signal(signal.SIGKILL)
    run.wait_exit()
    time.sleep(0.3)  # time: nobody is there for so long
    os.kill(session.pppd.hello['ppid'], signal.SIGTERM)
    got = session.tcp.drain(10, count=2)
    check([m.type for m in got] == [CDN, STOPRQ],
          pptp.describe(got, session.tcp.closed or 'open'))
    check(session.pppd.wait_gone(12), 'pppd lives on')
    return ended(lab, session)


@point('O-12', 'while no daemon runs no GRE packet is answered with an ICMP '
       'error: there are clients that hang up on it', waits=True)
def o_12(lab):
    run = lab.server()
    needs_engine(run)
    session = lab.call()
    sniffer = lab.sniffer()
    enough = threading.Event()

    def talk():
        while not enough.is_set():
            session.up(data(b'talk'))
            time.sleep(0.001)  # pace
    thread = threading.Thread(target=talk)
    thread.start()
    try:
        for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGKILL):
            time.sleep(0.3)  # pace
            run.signal(number)
            run.wait_exit()
            time.sleep(0.5)  # time: nobody is there for so long
            start(run)
        run.signal(signal.SIGUSR2)
        time.sleep(1)  # time: the next server has it
    finally:
        enough.set()
        thread.join()
    errors = [p for p in sniffer.drain() if p.proto == 1 and p.from_server()]
    check(not errors, '%d ICMP packets, the first of type %d code %d' % (
        (len(errors),) + tuple(errors[0].body[:2] if errors else (0, 0))))
    goes_on(session)
    return '%d packets, no error' % session.seq


def upgrade_begins(lab, run, mark):
    """SIGUSR2 was sent; again, if a busy machine takes too long to check."""
    for _ in range(3):
        line = lab.log.wait('MGR: (no )?upgrade.*', 15, mark)
        if not line or ' has not ended within ' not in line.text:
            break
        mark = lab.log.mark()
        run.signal(signal.SIGUSR2)
    check(line and line.text.startswith('MGR: upgrade: '),
          'no upgrade: %s' % line)


def told_while_upgrading(number):
    """Says both at once, or one a moment after the other, or the second one
    while an engine that was stopped keeps the upgrade waiting."""
    def once(lab, how):
        run = lab.server(wait=False)
        check(run.listening(10), 'does not listen')
        needs_engine(run)
        session = lab.call()
        mark = lab.log.mark()
        if how == 'waits':
            os.kill(run.engines()[0].pid, signal.SIGSTOP)
        run.signal(signal.SIGUSR2)
        if how == 'waits':
            upgrade_begins(lab, run, mark)
        else:
            time.sleep(how)  # time: the upgrade is so far
        run.signal(number)
        status = run.wait_exit(15)
        if status is None:
            run.signal(signal.SIGKILL)
            run.wait_exit()
            raise Fail('the server goes on (%s)' % how)
        check(status == 0, 'the status is %d (%s)' % (status, how))
        if number == signal.SIGINT:
            check(session.pppd.wait_gone(5), 'a pppd lives on (%s)' % how)
        else:
            start(run)
            goes_on(session)
            run.signal(signal.SIGINT)
            run.wait_exit()
        session.close()

    def test(lab):
        rounds = ['waits', 'waits'] + [n * 0.005 for n in range(12)]
        for how in rounds:
            once(lab, how)
        return '%d rounds' % len(rounds)
    return test


point('O-5b', 'SIGTERM during an upgrade ends the server that comes after it; '
      'calls wait for the next', waits=True, limit=180)(
          told_while_upgrading(signal.SIGTERM))
point('O-5c', 'SIGINT during an upgrade ends the server that comes after it, '
      'and its calls', waits=True, limit=180)(
          told_while_upgrading(signal.SIGINT))


def slow_configuration():
    """Puts a pipe in the place of the configuration; returns what waits for
    its reader and what lets the reader have it."""
    text = server.read(server.CONF)
    os.rename(server.CONF, server.CONF + '.file')
    os.mkfifo(server.CONF)
    ends = []

    def opened():
        try:
            ends.append(os.open(server.CONF, os.O_WRONLY | os.O_NONBLOCK))
        except OSError:
            return False
        return True

    def release():
        os.rename(server.CONF + '.file', server.CONF)
        try:
            os.write(ends[0], text.encode())
        finally:
            os.close(ends[0])
    return opened, release


def begin_slow_upgrade(lab):
    """A server with a call, told to upgrade, whose check of the configuration
    waits for release()."""
    run = lab.server()
    needs_engine(run)
    session = lab.call()
    mark = lab.log.mark()
    opened, release = slow_configuration()
    run.signal(signal.SIGUSR2)
    check(lab.until(opened, 3) is not None, 'nobody reads the configuration')
    return session, mark, release


@point('O-13', 'SIGUSR2 when the check of the configuration takes 2 s: calls '
       'work all the time, the engine is given its time to stop', waits=True)
def o_13(lab):
    session, mark, release = begin_slow_upgrade(lab)
    begin = time.monotonic()
    while time.monotonic() < begin + 2:    # it may take 5
        tag = data(b'%f' % time.monotonic())
        check(session.delivered(tag) is not None, 'the call does not work')
        time.sleep(0.1)  # pace
    release()
    check(lab.log.wait('.*Manager process started', 15, mark),
          'no upgrade: %s' % lab.log.find('MGR: .*', mark))
    took = goes_on(session)
    killed = lab.log.find('.*does not stop.*', mark)
    check(not killed, str(killed))
    return 'works again after ' + ms(took)


@point('O-13b', 'SIGUSR2 when the check of the configuration does not end: the '
       'log says so, server and calls go on', waits=True)
def o_13b(lab):
    session, mark, release = begin_slow_upgrade(lab)
    line = lab.log.wait('MGR: no upgrade, this pptpd goes on: '
                        '/.*/pptpd --check has not ended within 5 s', 10, mark)
    check(line, str(lab.log.find('MGR: .*', mark)))
    with contextlib.suppress(BrokenPipeError):
        release()
    session.needs()
    lab.call(address=OTHER).needs()
    return line.text


@point('O-13c', 'the check of the configuration is killed: the log says so, '
       'server and calls go on', waits=True)
def o_13c(lab):
    session, mark, release = begin_slow_upgrade(lab)
    checking, = [p for p in server.processes()
                 if '--check' in p.title.split('\0')]
    os.kill(checking.pid, signal.SIGKILL)
    line = lab.log.wait('MGR: no upgrade, this pptpd goes on: /.*/pptpd '
                        '--check: killed by signal 9', 10, mark)
    check(line, str(lab.log.find('MGR: .*', mark)))
    with contextlib.suppress(BrokenPipeError):
        release()
    session.needs()
    lab.call(address=OTHER).needs()
    return line.text


@point('O-14', 'a pptpctrl that began under another daemon is killed: the log '
       'says so, the client is told, its address comes back')
def o_14(lab):
    run = lab.server(conf=[('remoteip', '10.0.0.200')])
    needs_engine(run)
    for number in range(3):
        session = lab.call(address=client(10 + number))
        kill_and_start(run)
        goes_on(session)
        mark = lab.log.mark()
        keeper = session.pppd.hello['ppid']
        os.kill(keeper, signal.SIGKILL)
        got = session.tcp.drain(2, count=2)
        check([m.type for m in got] == [CDN, STOPRQ],
              pptp.describe(got, session.tcp.closed or 'open'))
        line = lab.log.wait(r'MGR: pptpctrl\[%d\] was killed.*' % keeper, 2,
                            mark)
        check(line, 'the log does not say that it was killed')
        check(session.pppd.wait_gone(3), 'its pppd lives on')
        time.sleep(0.2)  # quiet: lines
        # In order, it is none that was killed.
        mark = lab.log.mark()
        session = lab.call(address=client(20 + number))
        kill_and_start(run)
        goes_on(session)
        session.tcp.close()
        check(session.pppd.wait_gone(3), 'its pppd lives on')
        time.sleep(0.2)  # quiet: lines
        check(not lab.log.find('.*was killed.*', mark),
              'said to be killed, and was not')
    return line.text


@point('O-14b', 'a pptpctrl that began under another daemon is killed when the '
       'end of its pppd is known already: the log says so')
def o_14b(lab):
    run = lab.server(conf=[('remoteip', '10.0.0.200')])
    needs_engine(run)
    session = lab.call()
    kill_and_start(run)
    goes_on(session)
    mark = lab.log.mark()
    keeper = session.pppd.hello['ppid']
    before = len(pidfds(run))
    os.kill(keeper, signal.SIGSTOP)
    os.kill(session.pppd.pid, signal.SIGKILL)
    check(lab.until(lambda: len(pidfds(run)) < before, 5) is not None,
          'the daemon does not see the end of a pppd')
    os.kill(keeper, signal.SIGKILL)
    line = lab.log.wait(r'MGR: pptpctrl\[%d\] was killed.*' % keeper, 2, mark)
    check(line, 'the log does not say that it was killed')
    lab.call(address=OTHER).needs('a call with its address')
    return line.text


def pidfds(run):
    """The daemon's descriptors for processes."""
    found = []
    for name in os.listdir('/proc/%d/fd' % run.pid):
        try:
            path = os.readlink('/proc/%d/fd/%s' % (run.pid, name))
        except FileNotFoundError:
            continue
        if 'pidfd' in path:
            found.append(path)
    return found


def keepers_socket():
    """Where keepers of a server that is gone find the next one."""
    found = [os.path.join(RUN_DIRECTORY, name)
             for name in os.listdir(RUN_DIRECTORY)]
    found = [path for path in found if stat.S_ISSOCK(os.stat(path).st_mode)
             and 'keepers' in path]
    check(len(found) == 1, 'sockets: %s' % found)
    return found[0]


@point('O-15', 'a pptpctrl of another version is told to hang up, and the log '
       'says so; one that talks nonsense is sent away')
def o_15(lab):
    run = lab.server()
    needs_engine(run)
    session = lab.call()
    path = keepers_socket()
    check(os.stat(path).st_mode & 0o077 == 0, 'not for root alone: %o'
          % os.stat(path).st_mode)
    record_version = 0x7fffffff
    hello = struct.pack('=6I', REJOIN_MAGIC, 1, 24, record_version, 1,
                        0x0164a8c0)
    said = []
    for octets in (hello, hello[:7], b'x' * 3000, b'\0' * len(hello)):
        mark = lab.log.mark()
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        sock.connect(path)
        null = os.open('/dev/null', os.O_RDONLY)
        socket_send(sock, octets, [null, null])
        os.close(null)
        sock.settimeout(3)
        said.append(sock.recv(100)[:8])
        sock.close()
        if octets is hello:
            line = lab.log.wait('.*version.*', 2, mark)
            check(line, 'no line about the version')
    hang_up = struct.pack('=2I', REJOIN_MAGIC, 2)
    check(said[0] == hang_up, 'answered with %r' % said[0])
    check(all(s in (b'', hang_up) for s in said), 'answered with %r' % said)
    session.needs()
    lab.call(address=OTHER).needs('a new call')
    return line.text


def socket_send(sock, octets, fds):
    """With descriptors (socket.send_fds is newer than some Pythons)."""
    sock.sendmsg([octets], [(socket.SOL_SOCKET, socket.SCM_RIGHTS,
                             array.array('i', fds))])


@point('O-16', 'the daemon is killed while its engine hangs: the next one has '
       'the port, and the calls', waits=True)
def o_16(lab):
    run = lab.server()
    engine = needs_engine(run)
    session = lab.call()
    os.kill(engine, signal.SIGSTOP)
    try:
        run.signal(signal.SIGKILL)
        run.wait_exit()
        time.sleep(0.2)  # time: nobody is there for so long
        run.start(wait=False)
        check(run.listening(5) and run.alive(), 'does not listen again: ' +
              '; '.join(str(line) for line in lab.log.since(0, 3))[-300:])
        took = goes_on(session)
    finally:
        try:
            os.kill(engine, signal.SIGCONT)
        except ProcessLookupError:
            pass
    lab.call(address=OTHER).needs('a new call')
    return 'works again after ' + ms(took)


@point('O-17', 'auth-timeout counts from the beginning of the call, whatever '
       'engine sees its end', waits=True)
def o_17(lab):
    lab.theatre.greeting = (puppet.LCP,)
    run = lab.server(conf=[('auth-timeout', '4')])
    needs_engine(run)
    begin = time.monotonic()
    session = lab.call()
    time.sleep(1)  # time: a part of auth-timeout
    os.kill(run.engines()[0].pid, signal.SIGKILL)
    time.sleep(1)  # time: a part of auth-timeout
    kill_and_start(run)
    again = time.monotonic()
    got = session.tcp.expect(CDN, 20)
    now = time.monotonic()
    check(got, 'goes on after %.1f s' % (now - begin))
    took = now - begin
    check(took >= 4, 'ended after %.1f s' % took)
    check(now - again < 3.5, '%.1f s after the last start, as if it had begun '
          'then' % (now - again))
    return '%s, after %.1f s' % (ended(lab, session), took)


@point('O-18', 'the engine dies while calls begin: each works or is closed, '
       'and nothing is left behind', waits=True)
def o_18(lab):
    run = lab.server()
    needs_engine(run)
    up, closed = [], 0
    for number in range(16):     # after 20 it gives up
        tcp = lab.connect(client(10 + number), timeout=5)
        tcp.try_send(build(SCCRQ) + build(OCRQ, call_id=100 + number))
        time.sleep(0.0006 * number)  # pace
        for engine in run.engines():
            os.kill(engine.pid, signal.SIGKILL)
        reply = tcp.expect(OCRP, 5)
        if reply and reply.result == 1:
            check(tcp.echo(timeout=5) is not None, 'call %d: %s' % (
                number, pptp.describe(tcp.seen, tcp.closed or 'open')))
            up.append(tcp)
        else:
            check(tcp.closed or reply, 'call %d: neither served nor closed: '
                  '%s' % (number, pptp.describe(tcp.seen)))
            tcp.close()
            closed += 1
    check(lab.until(lambda: len(run.sessions()) == len(up), 12) is not None,
          '%d calls, %d pptpctrl' % (len(up), len(run.sessions())))
    for tcp in up:
        check(tcp.echo(timeout=5) is not None, 'a call does not go on')
        tcp.close()
    check(lab.until(lambda: not run.sessions(), 12) is not None,
          'a pptpctrl lives on')
    lab.call(address=OTHER).needs('a new call')
    return '%d up, %d closed' % (len(up), closed)
