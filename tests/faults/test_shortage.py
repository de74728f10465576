"""Fl-18 and D-16, call by call."""

import os
import re
import signal
import time
from errno import (EAGAIN, ECONNABORTED, EINTR, EMFILE, ENFILE, ENOBUFS,
                   ENOMEM, ENOSPC, EPERM, EPROTO, ETOOMANYREFS)

from pptptest import pptp, rules, server
from pptptest.calls import goes_on, needs_engine, sessions_left, settled
from pptptest.lab import OTHER, client
from pptptest.points import Fail, check, ms, point

POOL = [('remoteip', '10.0.0.200-203'), ('connections', '4')]
TRIES = 6                       # calls that are refused: more than the pool


def refused(lab, address):
    """Asks for a call that cannot be had; how that was said."""
    tcp = lab.control(address)
    begin = time.monotonic()
    got = tcp.call(timeout=5)
    took = time.monotonic() - begin
    check(got is not None, 'no answer to the request of a call, %s'
          % (tcp.closed or 'open'))
    check(got.result != 1, 'a call without its means: %s' % got)
    check(got.result == 4 or (got.result == 2 and got.error in (4, 6)),
          str(got))
    check(took < 2, 'answered after ' + ms(took))
    check(tcp.echo(), 'the control connection is of no use afterwards')
    tcp.close()
    return str(got)


def shortage(process, call, error, first=False):
    """A call cannot be started because of this; first: not even the first
    call, for which more has to be made ready."""
    ident = '%s-%s-%s' % (process, call, rules.name(error))

    @point(ident, '%s: %s fails with %s: the call is refused, nothing else '
           'happens' % (process, call, rules.name(error)))
    def test(lab):
        faults = rules.Rules(lab)
        run = lab.server(conf=POOL)
        old = None
        if not first:
            old = lab.call()
            lab.call(address=client(30)).close()
            sessions_left(run, 1)
        before = settled(run)
        faults.set(process, call, error)
        for number in range(TRIES):
            said = refused(lab, client(10 + number))
            if (process, call) == ('engine', 'recvmsg'):
                time.sleep(0.4)  # time: its pptpctrl stays while this lasts
            elif process == 'engine':   # it was started, and has to end
                sessions_left(run, 1 if old else 0)
        check(faults.hits() >= TRIES, 'only %d of %d calls had to do with it'
              % (faults.hits(), TRIES))
        if old:
            old.needs('a call from before')
        faults.clear()
        after = settled(run)
        if not first:
            check(after == before, 'descriptors and processes: %d and %d, '
                  'before %d and %d' % (after + before))
        check(run.alive(), 'the daemon is dead')
        # The pool is whole: three more calls beside the old one, or four.
        for number in range(3 if old else 4):
            lab.call(address=client(40 + number)).needs('a call afterwards')
        return said


for one in EMFILE, ENFILE, ENOMEM:
    shortage('pptpd', 'socketpair', one)
    shortage('pptpd', 'memfd_create', one)
shortage('pptpd', 'ftruncate', ENOMEM)
shortage('pptpd', 'mmap', ENOMEM)
shortage('pptpd', 'calloc', ENOMEM)
shortage('pptpd', 'recvmsg', rules.LOST)
shortage('pptpd', 'sendmsg', ETOOMANYREFS)
for one in EAGAIN, ENOMEM:
    shortage('pptpd', 'posix_spawn', one, first=True)
    shortage('spawner', 'clone', one)
    shortage('keeper', 'vfork', one)
shortage('spawner', 'recvmsg', rules.LOST)
shortage('keeper', 'mmap', ENOMEM)
for one in EMFILE, ENFILE:
    shortage('keeper', 'pipe2', one)
for one in EAGAIN, EMFILE, ENFILE, ENOMEM, ENOSPC:
    shortage('keeper', 'posix_openpt', one)
shortage('engine', 'mmap', ENOMEM)
shortage('engine', 'recvmsg', rules.LOST)
for one in EAGAIN, ENOBUFS, ENOMEM, ETOOMANYREFS:
    shortage('engine', 'sendmsg', one)


def accepting(error, pauses):
    """No connection can be accepted; pauses: the server may wait a second
    until it tries again."""
    ident = 'engine-accept4-%s' % rules.name(error)

    @point(ident, 'engine: accept fails with %s: no busy loop, existing '
           'calls go on, clients are served when it is over'
           % rules.name(error), waits=True)
    def test(lab):
        faults = rules.Rules(lab)
        run = lab.server()
        session = lab.call(address=OTHER)
        before = settled(run)
        faults.set('engine', 'accept4', error, rules.FOREVER if pauses else
                   20)
        waiting = [lab.connect(client(10 + n)) for n in range(5)]
        for tcp in waiting:
            tcp.send(pptp.build(pptp.SCCRQ))
        time.sleep(0.2)  # time: what it costs at first is over
        cpu = run.cpu()
        time.sleep(1.5)  # time: processor time is of this
        used = (run.cpu() - cpu) / 1.5
        check(used < 0.1, 'takes %.0f %% of a processor' % (used * 100))
        session.needs('a call from before')
        check(faults.hits() > 0, 'accept was not tried')
        faults.clear()
        begin = time.monotonic()
        for tcp in waiting:
            check(tcp.expect(pptp.SCCRP, 3), 'who waited is not served')
        took = time.monotonic() - begin
        for tcp in waiting:
            tcp.close()
        lab.until(lambda: settled(run) == before, 5)
        after = settled(run)
        check(after == before, 'descriptors and processes: %d and %d, '
              'before %d and %d' % (after + before))
        return 'served %s after it was over' % ms(took)


for one in EMFILE, ENFILE, ENOBUFS, ENOMEM:
    accepting(one, True)
for one in ECONNABORTED, EINTR, EPROTO, EPERM:
    accepting(one, False)


def rejoining(error):
    """Keepers that have lost their engine cannot be accepted for a while."""
    ident = 'pptpd-accept4-%s' % rules.name(error)

    @point(ident, 'monitor: accept fails with %s for a pptpctrl that has lost '
           'its engine: no busy loop, and its call goes on when it is over'
           % rules.name(error), waits=True)
    def test(lab):
        faults = rules.Rules(lab)
        run = lab.server()
        needs_engine(run)
        session = lab.call(address=OTHER)
        monitor = server.Process(run.pid)
        faults.set('pptpd', 'accept4', error)
        os.kill(run.engines()[0].pid, signal.SIGKILL)
        check(lab.until(faults.hits, 5) is not None, 'accept was not tried')
        cpu, begin, tried = monitor.cpu(), time.monotonic(), faults.hits()
        time.sleep(2)  # time: processor time is of this
        used = (monitor.cpu() - cpu) / (time.monotonic() - begin)
        tried = faults.hits() - tried
        check(used < 0.1 and tried < 20, 'takes %.0f %% of a processor, '
              'tries %d times' % (used * 100, tried))
        lab.serves(client(10), within=None)
        faults.clear()
        took = goes_on(session)
        return 'goes on %s after it was over; tried %d times' % (ms(took),
                                                                 tried)


for one in EMFILE, ENFILE, ENOBUFS, ENOMEM:
    rejoining(one)


@point('engine-accept4-again', 'engine: accept fails once more than there '
       'are clients, for each of many clients')
def again(lab):
    faults = rules.Rules(lab)
    run = lab.server()
    for number in range(20):
        faults.set('engine', 'accept4', EAGAIN, 1)
        lab.serves(client(10 + number))
    check(run.alive(), 'the daemon is dead')
    return '20 clients served'


@point('engine-accept4-room', 'engine: no descriptor, but somebody is '
       'silent: a good client gets his place', waits=True)
def room(lab):
    faults = rules.Rules(lab)
    lab.server(conf=[('stimeout', '60')])
    lab.serves(OTHER, None)             # the engine is there
    crowd = [lab.connect(client(10 + n)) for n in range(5)]
    lab.serves(OTHER, None)             # and has accepted them
    time.sleep(1.2)  # time: nobody is silent before that
    faults.set('engine', 'accept4', EMFILE, 1)
    took = lab.serves(OTHER)
    check(faults.hits() == 1, 'accept was not tried')
    gone = sum(bool(tcp.wait_closed(2)) for tcp in crowd)
    check(gone == 1, '%d of 5 silent ones had to go' % gone)
    return 'served in ' + ms(took)


def lost_clients(call, error, sentence):
    @point('engine-%s-%s' % (call, rules.name(error)), sentence)
    def test(lab):
        faults = rules.Rules(lab)
        run = lab.server()
        session = lab.call(address=OTHER)
        before = settled(run)
        faults.set('engine', call, error)
        for number in range(10):
            tcp = lab.connect(client(10 + number))
            tcp.try_send(pptp.build(pptp.SCCRQ))
            check(tcp.wait_closed(2), 'neither served nor closed')
        session.needs('a call from before')
        check(faults.hits() >= 10, 'only %d' % faults.hits())
        faults.clear()
        after = settled(run)
        check(after == before, 'descriptors and processes: %d and %d, '
              'before %d and %d' % (after + before))
        lab.call().needs('a call afterwards')
        return '10 of 10 closed at once'


lost_clients('calloc', ENOMEM, 'engine: no memory for a connection: it is '
             'closed, others go on')
for one in ENOMEM, ENOSPC:
    lost_clients('epoll_ctl', one, 'engine: the kernel watches no more '
                 'connections: they are closed, others go on')


@point('engine-sendmmsg', 'engine: GRE cannot be sent: packets are lost, no '
       'call is')
def sending(lab):
    faults = rules.Rules(lab)
    lab.server()
    session = lab.call()
    for error in ENOBUFS, ENOMEM, EAGAIN, EPERM:
        faults.set('engine', 'sendmmsg', error, 20)
        for number in range(10):
            session.up(b'\xff\x03\x00\x21up')
            session.pppd.send(b'\xff\x03\x00\x21down')
            time.sleep(0.01)  # pace
        check(faults.hits() > 0, 'nothing was sent')
        faults.clear()
        session.gre.drain(0.1)
        session.needs('after %s' % rules.name(error))
    return 'four errors'


@point('pptpd-posix_spawn-engine', 'the engine dies and cannot be started '
       'at once: it is tried again', waits=True)
def restart(lab):
    faults = rules.Rules(lab)
    run = lab.server()
    lab.serves()
    engines = run.engines()
    if not engines:
        raise Fail('there is no engine')
    faults.set('pptpd', 'posix_spawn', EAGAIN, 2)
    os.kill(engines[0].pid, signal.SIGKILL)
    end = time.monotonic() + 12
    while time.monotonic() < end and faults.hits() < 2:
        check(run.alive(), 'the daemon gives up')
        time.sleep(0.1)  # look
    check(faults.hits() == 2, 'tried %d times' % faults.hits())
    check(run.listening(5), 'nobody listens any more')
    took = lab.serves(OTHER, within=None)
    return 'served again in ' + ms(took)


@point('monitor-files', 'calls that wait for an engine, after a restart, take '
       'no more descriptors of the monitor than files.h says', limit=60)
def monitor_files(lab):
    faults = rules.Rules(lab)
    run = lab.server(conf=[('remoteip', '10.0.0.100-200')])
    needs_engine(run)
    lab.serves()
    monitor = server.Process(run.pid)
    own = monitor.fds()
    sessions = [lab.call(address=client(10 + n)) for n in range(20)]
    run.signal(signal.SIGKILL)
    run.wait_exit()
    run.start(wait=False)
    for session in sessions:
        goes_on(session, 20)
    monitor = server.Process(run.pid)
    at_rest = monitor.fds()
    faults.set('pptpd', 'posix_spawn', EAGAIN, rules.FOREVER)
    os.kill(run.engines()[0].pid, signal.SIGKILL)
    # Each comes with a connection of its own; the engine's has gone.
    wanted = at_rest - 1 + len(sessions)
    check(lab.until(lambda: monitor.fds() >= wanted, 10) is not None,
          'only %d descriptors, %d at rest' % (monitor.fds(), at_rest))
    each = (monitor.fds() - own) / len(sessions)
    faults.clear()
    said = re.search(r'#define FILES_MONITOR_CALL (\d+)', server.read(
        os.path.join(os.path.dirname(__file__),
                     '../../pptpd/shared/files.h')))
    check(each <= int(said[1]), '%.1f for each, not %s' % (each, said[1]))
    for session in sessions:
        goes_on(session, 20)
    return '%.1f for each call' % each


@point('leak', 'hundreds of calls that cannot be started leave nothing '
       'behind', waits=True)
def leak(lab):
    faults = rules.Rules(lab)
    run = lab.server()
    lab.call().close()
    ways = [('pptpd', 'socketpair', EMFILE), ('pptpd', 'mmap', ENOMEM),
            ('pptpd', 'recvmsg', rules.LOST), ('spawner', 'clone', EAGAIN),
            ('keeper', 'posix_openpt', ENOSPC), ('keeper', 'vfork', EAGAIN),
            ('engine', 'sendmsg', ENOBUFS)]

    def refuse(times, some=ways):
        for number in range(times):
            faults.set(*some[number % len(some)])
            refused(lab, client(10 + number % 100))
        faults.clear()
        time.sleep(0.3)  # time: what it costs is over
        return settled(run) + (run.memory(),)
    # The table of Call IDs, which are random, is soon touched everywhere.
    refuse(1200, ways[-1:])
    before = refuse(70)
    after = refuse(350)
    check(after[:2] == before[:2], 'descriptors and processes: %d and %d, '
          'before %d and %d' % (after[:2] + before[:2]))
    check(after[2] - before[2] < 200, 'memory grows by %d KiB'
          % (after[2] - before[2]))
    lab.call().needs('a call afterwards')
    return '350 calls, %d KiB' % (after[2] - before[2])
