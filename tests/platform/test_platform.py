"""What a kernel, its settings or a container's profile may lack."""

import os
import shutil
import signal
import time

from pptptest import namespaces, server
from pptptest.control import ctl
from pptptest.lab import CLIENT, OTHER
from pptptest.points import Fail, Skip, check, ms, point
from pptptest.server import Process

# What newer kernels have, by the version that brought it.
NEWER = [
    ((5, 1), ['pidfd_send_signal', 'io_uring_setup']),
    ((5, 3), ['pidfd_open', 'clone3']),
    ((5, 6), ['openat2', 'pidfd_getfd']),
    ((5, 8), ['faccessat2']),
    ((5, 9), ['close_range']),
    ((5, 10), ['process_madvise']),
    ((5, 11), ['epoll_pwait2']),
    ((5, 13), ['landlock_create_ruleset', 'landlock_add_rule',
               'landlock_restrict_self']),
    ((5, 16), ['futex_waitv']),
    ((6, 6), ['fchmodat2']),
]
# memfd_create(2) knows MFD_NOEXEC_SEAL and MFD_EXEC since 6.3.
EXEC_FLAGS = (6, 3), 'memfd_create:1&0x18=EINVAL'
PIDFD = ['pidfd_open', 'pidfd_send_signal', 'pidfd_getfd']
ONE_ADDRESS = [('remoteip', '10.0.0.200'), ('restart-grace', '20')]


def without(*rules):
    """What a command has to begin with to do without these."""
    return [os.environ['WITHOUT']] + list(rules) + ['--']


def kernel(version, error='ENOSYS'):
    """The same, for all that a kernel of this version does not have.  glibc
    starts nothing where clone3(2) has another error than ENOSYS."""
    rules = ['%s=%s' % (call, error) for since, names in NEWER
             if since > version for call in names
             if error == 'ENOSYS' or call != 'clone3']
    if version < EXEC_FLAGS[0]:
        rules.append(EXEC_FLAGS[1])
    return without(*rules)


def output(run):
    """What it has said, wherever: lines."""
    return [line.text for line in run.lab.log.since()] + \
        server.read(server.OUTPUT).splitlines()


def said(run, word):
    """The first line with that word, or None."""
    return next((line for line in output(run) if word in line), None)


def everything(lab, run):
    """A call, its descriptors, a restart, the next call."""
    session = lab.call()
    session.needs()
    check(set(session.pppd.hello['fds']) <= {'0', '1', '2', '3'},
          'pppd has descriptors of ours: %s' % session.pppd.hello['fds'])
    run.signal(signal.SIGTERM)
    check(run.wait_exit(10) is not None, 'does not stop in 10 s')
    run.start()
    took = lab.until(lambda: session.works(0.3) is None, 10)
    check(took is not None, 'the call does not outlive a restart: %s'
          % session.works())
    other = lab.call(address=OTHER)
    other.needs('another call')
    run.engines() and os.kill(run.engines()[0].pid, signal.SIGKILL)
    for one in session, other:
        check(lab.until(lambda: one.works(0.3) is None, 10) is not None,
              'a call does not outlive its engine: %s' % one.works())
    return 'works again after ' + ms(took)


def runs_on(version, error='ENOSYS'):
    @point('Linux-%d.%d' % version if error == 'ENOSYS' else
           'Profile-' + error,
           'calls, a restart, an engine that dies: ' + (
               'Linux %d.%d' % version if error == 'ENOSYS' else
               'a container answers %s to all that is new but clone3' % error),
           waits=True)
    def test(lab):
        return everything(lab, lab.server(wrap=kernel(version, error)))


runs_on((4, 18))
runs_on((5, 4))
runs_on((5, 10))
runs_on((6, 1))
runs_on((4, 18), 'EPERM')


def memfd_noexec(value):
    @point('Noexec-%d' % value, 'calls, a restart, an engine that dies: '
           'vm.memfd_noexec is %d' % value, waits=True)
    def test(lab):
        path = '/proc/sys/vm/memfd_noexec'
        try:
            namespaces.write(path, '%d' % value)
        except OSError as err:
            raise Skip('%s: %s' % (path, err))
        check(server.read(path).strip() == str(value), 'cannot be set')
        return everything(lab, lab.server())


for one in 0, 1, 2:
    memfd_noexec(one)


# --- no call is refused in silence -------------------------------------------

def says_or_works(call, error):
    @point('%s-%s' % (call, error), '%s(2) answers %s: calls come up, or a '
           'line says that it is missing' % (call, error))
    def test(lab):
        run = lab.server(wrap=without('%s=%s' % (call, error)), wait=False)
        if not run.listening(5.0):
            run.wait_exit(5)
            line = said(run, call)
            check(line, 'no start, and only these lines: %s'
                  % '; '.join(output(run))[-500:])
            return 'no start: ' + line
        try:
            lab.call().needs()
        except (Fail, ConnectionError) as fail:
            line = lab.until(lambda: said(run, call), 2) and said(run, call)
            check(line, '%s; and only these lines: %s' % (
                fail, '; '.join(output(run))[-500:]))
            return 'no call: ' + line
        return 'calls work'


for one in ('accept4', 'bpf', 'clone3', 'close_range', 'dup3', 'epoll_create1',
            'getrandom', 'memfd_create', 'pidfd_open', 'pipe2', 'recvmmsg',
            'seccomp', 'sendmmsg', 'socketpair'):
    says_or_works(one, 'ENOSYS')
    says_or_works(one, 'EPERM')


@point('Keeper-silent', 'a keeper that ends before it has said anything: a '
       'line says which call it was, and what was missing')
def keeper_silent(lab):
    # The spawner alone, which the keepers are forked from.
    real, script = '/run/conformance/pptpctrl', '/run/conformance/spawner'
    shutil.copy('/usr/sbin/pptpctrl', real)
    namespaces.write(script, '#!/bin/sh\nexec %s %s "$@"\n' % (' '.join(
        without('close_range=EPERM', 'getdents64=EPERM')), real))
    os.chmod(script, 0o755)
    namespaces.bind(script, '/usr/sbin/pptpctrl')
    run = lab.server()
    tcp = lab.control()
    reply = tcp.call(timeout=5)
    check(reply is None or reply.result != 1, 'the call came up all the same')
    for word in 'close_range', 'pptpctrl[', CLIENT:
        check(lab.until(lambda: said(run, word), 3) is not None,
              'no line has "%s": %s' % (word, '; '.join(output(run))[-500:]))
    return said(run, 'close_range')


@point('No-kill-process', 'seccomp cannot end a process (before Linux 4.14): '
       'a line says so, and what does without')
def no_kill_process(lab):
    # SECCOMP_GET_ACTION_AVAIL is 2; it came with that action.
    run = lab.server(wrap=without('seccomp:0&2=EINVAL'), wait=False)
    line = lab.until(lambda: said(run, '4.14'), 5) and said(run, '4.14')
    check(line, 'it says: ' + '; '.join(output(run))[-500:])
    check(lab.until(lambda: said(run, 'sandbox off'), 2) is not None,
          'not a word about what does without: ' + '; '.join(output(run)))
    run.signal(signal.SIGTERM)
    run.wait_exit(10)
    run = lab.server([('sandbox', 'off')],
                     wrap=without('seccomp:0&2=EINVAL'))
    lab.call().needs()
    return line


# --- no pidfd: no address is given out twice ---------------------------------

def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def refused(lab, address):
    """Asks for a call and fails if it gets one."""
    tcp = lab.control(address)
    reply = tcp.call(timeout=5)
    tcp.close()
    check(reply is not None and reply.result != 1,
          'the address is given out again: %s' % reply)


def address_stays(ident, sentence, rules):
    @point(ident, sentence, waits=True)
    def test(lab):
        run = lab.server(ONE_ADDRESS, wrap=without(*rules))
        session = lab.call()
        session.needs()
        keeper = run.sessions()[0].pid
        pppd = Process(session.pppd.pid)
        os.kill(keeper, signal.SIGSTOP)         # so it does not come back
        run.signal(signal.SIGKILL)
        run.wait_exit()
        lab.until(lambda: not run.listening(), 5)
        run.start()
        time.sleep(2.5)  # time: it is looked at once a second
        check(Process(pppd.pid).alive(), 'pppd has not lived so long')
        refused(lab, OTHER)
        os.kill(keeper, signal.SIGCONT)
        check(lab.until(lambda: session.works(0.3) is None, 10) is not None,
              'the call does not come back: %s' % session.works())
        refused(lab, OTHER)
        line = said(run, 'pidfd_open')
        check(line, 'not a word about pidfd_open(2)')
        # And it is free again when all of it has ended.
        os.kill(run.sessions()[0].pid, signal.SIGKILL)

        def served():
            tcp = lab.control(OTHER)
            reply = tcp.call(timeout=5)
            if reply is None or reply.result != 1:
                tcp.close()
                return False
            return True
        took = lab.until(served, 20)
        check(took is not None, 'its address is never free again')
        return 'free again after %s; %s' % (ms(took), line)


address_stays('Pidfd-ENOSYS', 'no pidfd_open(2) (before Linux 5.3): no '
              'address is given out while its pppd lives, calls come back',
              [name + '=ENOSYS' for name in PIDFD])
address_stays('Pidfd-EPERM', 'a container forbids pidfd_open(2): the same',
              [name + '=EPERM' for name in PIDFD])
address_stays('Pidfd-EMFILE', 'no descriptor for pidfd_open(2): the same',
              ['pidfd_open=EMFILE'])


@point('Pidfd-gone', 'no pidfd_open(2), and keeper and pppd end while nobody '
       'serves: their address is free at once', waits=True)
def pidfd_gone(lab):
    run = lab.server(ONE_ADDRESS, wrap=without(*[
        name + '=ENOSYS' for name in PIDFD]))
    session = lab.call()
    keeper = run.sessions()[0].pid
    os.kill(keeper, signal.SIGSTOP)
    run.signal(signal.SIGKILL)
    run.wait_exit()
    lab.until(lambda: not run.listening(), 5)
    for pid in keeper, session.pppd.pid:
        kill(pid)
    check(lab.until(lambda: not Process(keeper).alive() and
                    not Process(session.pppd.pid).alive(), 5) is not None,
          'they do not end')
    run.start()
    lab.call(address=OTHER).needs()


@point('Kick', 'no pidfd_send_signal(2): a call that began before a restart '
       'is ended when the server is told to', waits=True)
def kick(lab):
    run = lab.server(wrap=kernel((4, 18)))
    session = lab.call()
    session.needs()
    run.signal(signal.SIGTERM)
    run.wait_exit(10)
    run.start()
    check(lab.until(lambda: session.works(0.3) is None, 10) is not None,
          'the call does not come back: %s' % session.works())
    other = lab.call(address=OTHER)
    ctl('kick', '%04X' % session.theirs)
    check(session.pppd.wait_hangup(8), 'it is not ended')
    other.needs('another call')
