"""Where the bench runs: namespaces of its own, CPU accounting, two hosts."""
import contextlib
import ctypes
import errno
import os
import resource
import signal
import stat
import subprocess
import sys
import time
import traceback

CLONE_NEWNS, CLONE_NEWNET, CLONE_NEWPID = 0x20000, 0x40000000, 0x20000000
CLONE_NEWIPC = 0x08000000
MS_RDONLY, MS_BIND, MS_REC, MS_PRIVATE = 1, 4096, 16384, 1 << 18
PR_SET_PDEATHSIG = 1
PTY_MAX, PTY_RESERVE = '/proc/sys/kernel/pty/max', 1024

SERVER = '10.76.0.1'            # the server's address
CLIENT = '10.76.0.2'            # the client's on the wire between them
CLIENTS = '10.77.0.0/16'        # all of these are the client's, too
FIRST = '10.77.0.1'

libc = ctypes.CDLL(None, use_errno=True)


def check(result, what):
    if result == -1:
        err = ctypes.get_errno()
        raise OSError(err, '%s: %s' % (what, os.strerror(err)))


def mount(source, target, fstype=None, flags=0, data=None):
    def enc(s):
        return s.encode() if s is not None else None
    check(libc.mount(enc(source), enc(target), enc(fstype),
                     ctypes.c_ulong(flags), enc(data)),
          'mount %s on %s' % (source, target))


def unshare(flags):
    check(libc.unshare(flags), 'unshare')


def setns(fd):
    check(libc.setns(fd, CLONE_NEWNET), 'setns')


def run(*argv, **kw):
    subprocess.check_call(argv, stdin=subprocess.DEVNULL, **kw)


# --- CPU of a server: a control group, else what /proc knows ----------------

class Cgroup:
    """Counts all CPU of its members, of those also that are gone."""

    def __init__(self, path, unit, filename):
        self.path, self.unit, self.filename = path, unit, filename

    def join(self):
        with open(self.path + '/cgroup.procs', 'w') as f:
            f.write('0')

    def usage(self):
        """ns of CPU, user and system."""
        with open('%s/%s' % (self.path, self.filename)) as f:
            for line in f:
                words = line.split()
                if len(words) == 1 or words[0] == 'usage_usec':
                    return int(words[-1]) * self.unit
        raise RuntimeError('%s: no usage' % self.path)

    def pids(self):
        with open(self.path + '/cgroup.procs') as f:
            return [int(line) for line in f if line.strip() != '0']

    def close(self):
        try:
            os.rmdir(self.path)
        except OSError:
            pass


class ProcTimes:
    """Without a control group: clock ticks of the living, and of the dead
    whose parent waited for them.  Coarser, and blind for children of a
    process that ignores SIGCHLD."""

    def __init__(self):
        self.others = {os.getpid()}
        self.unit = 10 ** 9 // os.sysconf('SC_CLK_TCK')

    def join(self):
        pass

    def pids(self):
        return [int(p) for p in os.listdir('/proc') if p.isdigit() and
                int(p) not in self.others]

    def usage(self):
        ticks = 0
        for pid in self.pids():
            try:
                with open('/proc/%d/stat' % pid) as f:
                    words = f.read().rpartition(')')[2].split()
            except OSError:
                continue
            ticks += sum(int(w) for w in words[11:15])
        gone = resource.getrusage(resource.RUSAGE_CHILDREN)
        return ticks * self.unit + int((gone.ru_utime + gone.ru_stime) * 1e9)

    def close(self):
        pass


def make_cgroup():
    """The first kind of control group that lets us have one, or None."""
    name = 'pptpd-bench-%d' % os.getpid()
    for parent, unit, filename in (
            ('/sys/fs/cgroup', 1000, 'cpu.stat'),
            ('/sys/fs/cgroup/unified', 1000, 'cpu.stat'),
            ('/sys/fs/cgroup/cpuacct', 1, 'cpuacct.usage')):
        path = '%s/%s' % (parent, name)
        try:
            os.mkdir(path)
        except OSError:
            continue
        if os.path.exists('%s/%s' % (path, filename)):
            return Cgroup(path, unit, filename)
        os.rmdir(path)
    return None


def process_cpu(pid):
    """ns of CPU of a living process, by the clock it has for that."""
    return int(time.clock_gettime((~pid << 3) | 2) * 1e9)


# --- a machine of our own ---------------------------------------------------

def make_dev():
    """A /dev without the host's log socket, and with ptys of our own."""
    new = '/run/dev'
    os.mkdir(new)
    mount('bench', new, 'tmpfs', 0, 'mode=755')
    umask = os.umask(0)
    for name, major, minor in (('null', 1, 3), ('zero', 1, 5), ('full', 1, 7),
                               ('random', 1, 8), ('urandom', 1, 9),
                               ('tty', 5, 0)):
        os.mknod('%s/%s' % (new, name), stat.S_IFCHR | 0o666,
                 os.makedev(major, minor))
    os.umask(umask)
    for name, target in (('fd', '/proc/self/fd'), ('stdin', 'fd/0'),
                         ('stdout', 'fd/1'), ('stderr', 'fd/2'),
                         ('ptmx', 'pts/ptmx')):
        os.symlink(target, '%s/%s' % (new, name))
    os.mkdir(new + '/pts')
    os.mkdir(new + '/shm')
    mount('devpts', new + '/pts', 'devpts', 0,
          'newinstance,ptmxmode=0666,mode=620')
    mount(new, '/dev', None, MS_BIND | MS_REC)


def make_machine():
    """Mounts that nobody else sees, and that end with us."""
    mount('none', '/', None, MS_REC | MS_PRIVATE)
    mount('proc', '/proc', 'proc')
    mount('bench', '/run', 'tmpfs', 0, 'mode=755')
    if not os.path.islink('/var/run'):
        mount('/run', '/var/run', None, MS_BIND)
    make_dev()
    run('ip', 'link', 'set', 'lo', 'up')


@contextlib.contextmanager
def ptys(n):
    """So many ptys may exist.  The limit is the machine's: it is put back,
    by inside() if it must be."""
    with open(PTY_MAX) as f:
        old = f.read()
    if int(old) < n + PTY_RESERVE:
        with open(PTY_MAX, 'w') as f:
            f.write(str(n + PTY_RESERVE))
    try:
        yield
    finally:
        with open(PTY_MAX, 'w') as f:
            f.write(old)


def die_with_parent():
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def inside(main, limit):
    """Runs main(accounting) as the first process of new namespaces, so that
    whatever it starts ends with it; at the latest after limit seconds."""
    if os.geteuid() != 0:
        sys.exit('bench: namespaces and raw sockets: must be root')
    group = make_cgroup()
    with open(PTY_MAX) as f:
        pty_max = f.read()
    sys.stdout.flush()
    unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWIPC)
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            die_with_parent()
            make_machine()
            status = main(group or ProcTimes())
        except KeyboardInterrupt:
            pass
        except SystemExit as e:
            if isinstance(e.code, str):
                sys.stderr.write(e.code + '\n')
            else:
                status = e.code or 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def end(signum, frame):
        sys.stderr.write('bench: ended by signal %d\n' % signum)
        os.kill(pid, signal.SIGKILL)
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM,
                   signal.SIGHUP):
        signal.signal(signum, end)
    signal.alarm(limit)
    while True:
        try:
            _, status = os.waitpid(pid, 0)
            break
        except InterruptedError:
            continue
    if group:
        group.close()
    with open(PTY_MAX) as f:
        changed = f.read() != pty_max
    if changed:                 # it was killed within ptys()
        with open(PTY_MAX, 'w') as f:
            f.write(pty_max)
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 1


def reap():
    """Children of processes that have ended are ours."""
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                return True
        except ChildProcessError:
            return False
        except OSError as e:
            if e.errno != errno.EINTR:
                raise


def kill_all():
    """Ends every process of our namespace, which is not the machine's."""
    if os.getpid() != 1:
        raise RuntimeError('not in a PID namespace of our own')
    try:
        os.kill(-1, signal.SIGKILL)
    except ProcessLookupError:
        pass
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


class Network:
    """A network namespace for the server, a wire from ours to it."""

    def __init__(self):
        here = os.open('/proc/self/ns/net', os.O_RDONLY | os.O_CLOEXEC)
        unshare(CLONE_NEWNET)
        self.fd = os.open('/proc/self/ns/net', os.O_RDONLY | os.O_CLOEXEC)
        setns(here)
        os.close(here)
        self.run('ip', 'link', 'set', 'lo', 'up')
        self.run('ip', 'link', 'add', 'wire', 'type', 'veth', 'peer', 'name',
                 'wire', 'netns', '1')
        self.run('ip', 'addr', 'add', SERVER + '/24', 'dev', 'wire')
        run('ip', 'addr', 'add', CLIENT + '/24', 'dev', 'wire')
        self.run('ip', 'link', 'set', 'wire', 'up')
        run('ip', 'link', 'set', 'wire', 'up')
        self.run('ip', 'route', 'add', CLIENTS, 'via', CLIENT)
        run('ip', 'route', 'replace', 'local', CLIENTS, 'dev', 'lo')

    def enter(self):
        setns(self.fd)

    def run(self, *argv):
        run(*argv, preexec_fn=self.enter)

    def close(self):
        run('ip', 'link', 'del', 'wire')
        os.close(self.fd)
