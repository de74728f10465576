"""Private network, mount and process namespaces: two of the first kind, the
clients' and the server's, joined by a veth pair."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x20000, 0x4000000, 0x8000000
CLONE_NEWPID, CLONE_NEWNET = 0x20000000, 0x40000000
MS_NOSUID, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 2, 8, 4096, 16384, 1 << 18
MNT_DETACH = 2

SERVER, SERVER2 = '192.0.2.1', '192.0.2.2'      # the server's addresses
CLIENTS = '198.51.100.'                         # a /24, every one is ours
MANY = '198.18.'                                # a /16, likewise

libc = ctypes.CDLL(None, use_errno=True)


def _check(result, what):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, '%s: %s' % (what, os.strerror(number)))


def unshare(flags):
    _check(libc.unshare(flags), 'unshare')


def mount(source, target, kind, flags=0, data=''):
    _check(libc.mount(source.encode(), target.encode(), kind.encode(),
                      ctypes.c_ulong(flags), data.encode()),
           'mount %s on %s' % (kind or source, target))


def bind(source, target):
    mount(source, target, '', MS_BIND)


def ip(script, pid=None):
    """Runs lines of ip(8) commands, in the network namespace of pid."""
    command = ['ip', '-batch', '-']
    if pid:
        command = ['nsenter', '--net=/proc/%d/ns/net' % pid] + command
    done = subprocess.run(command, input=script.encode(),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise OSError('ip: ' + done.stdout.decode().strip())


def write(path, text):
    with open(path, 'w') as stream:
        stream.write(text)


def init_main(body):
    """In the first process of a process namespace: runs body() in a child,
    reaps what is left to it, ends with the child."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = body() or 0
        finally:
            os._exit(status)
    while True:
        try:
            pid, status = os.waitpid(-1, 0)
        except OSError:
            os._exit(1)
        if pid == child:
            os._exit(0 if status == 0 else 1)


def enter(body):
    """Runs body() in a process with all namespaces of its own; returns the
    pid of the process that waits for it.  SIGTERM to that one ends everything
    within."""
    waiter = os.fork()
    if waiter:
        return waiter
    before = signal.pthread_sigmask(signal.SIG_BLOCK,
                                    (signal.SIGTERM, signal.SIGCHLD))
    # Never outlive the runner.
    libc.prctl(1, signal.SIGKILL, 0, 0, 0)
    try:
        unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC |
                CLONE_NEWUTS)
        mount('none', '/', '', MS_REC | MS_PRIVATE)
        first = os.fork()
        if first == 0:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            libc.prctl(1, signal.SIGKILL, 0, 0, 0)
            mount('proc', '/proc', 'proc', MS_NOSUID | MS_NOEXEC)
            init_main(body)
        # From here on the signal is taken by sigwait() alone: a handler could
        # run at any line, and what it raises would leave this process to go
        # on as a second runner.
        _wait_or_kill(first)
    except OSError as err:
        print(err, file=sys.stderr)
        sys.stderr.flush()
    finally:
        os._exit(0)


def _wait_or_kill(child):
    """Waits for the child's end, which SIGTERM hastens.  Both signals are
    blocked."""
    while signal.sigwait((signal.SIGTERM, signal.SIGCHLD)) == signal.SIGCHLD:
        if os.waitpid(child, os.WNOHANG)[0] == child:
            return
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def private_dev(max_ptys):
    """A /dev with the usual few nodes, ptys of its own and room for the log
    socket."""
    keep = '/run/conformance/dev'
    nodes = ['null', 'zero', 'full', 'random', 'urandom', 'tty', 'ppp']
    os.mkdir(keep)
    have = []
    for name in nodes:
        if os.path.exists('/dev/' + name):
            open(keep + '/' + name, 'w').close()
            bind('/dev/' + name, keep + '/' + name)
            have.append(name)
    mount('tmpfs', '/dev', 'tmpfs', MS_NOSUID, 'mode=755')
    for name in have:
        open('/dev/' + name, 'w').close()
        bind(keep + '/' + name, '/dev/' + name)
        _check(libc.umount2((keep + '/' + name).encode(), MNT_DETACH),
               'umount')
    os.mkdir('/dev/pts')
    mount('devpts', '/dev/pts', 'devpts', MS_NOSUID | MS_NOEXEC,
          'newinstance,ptmxmode=0666,mode=620,max=%d' % max_ptys)
    os.symlink('pts/ptmx', '/dev/ptmx')
    os.symlink('/proc/self/fd', '/dev/fd')
    os.mkdir('/dev/shm')
    mount('tmpfs', '/dev/shm', 'tmpfs', MS_NOSUID)


def private_files(installed, max_ptys):
    """/run, /var/lib, /dev and, for a server in an install root, /usr and
    /etc."""
    mount('tmpfs', '/run', 'tmpfs', MS_NOSUID, 'mode=755')
    mount('tmpfs', '/var/lib', 'tmpfs', MS_NOSUID, 'mode=755')
    os.mkdir('/run/conformance')
    if not os.path.islink('/var/run'):
        bind('/run', '/var/run')
    private_dev(max_ptys)
    if installed:
        for top in ('/usr',):
            root = installed.rstrip('/') + top
            if os.path.isdir(root):
                # Read only: nothing can be written to either layer.
                mount('overlay', top, 'overlay', 0,
                      'lowerdir=%s:%s' % (root, top))


def private_net():
    """Addresses and routes; returns the pid that holds the server's
    namespace open."""
    ready, tell = os.pipe()
    holder = os.fork()
    if holder == 0:
        unshare(CLONE_NEWNET)
        os.write(tell, b'x')
        while True:
            signal.pause()
    os.read(ready, 1)
    os.close(ready)
    os.close(tell)
    ip('link set lo up\n'
       'link add c0 type veth peer name s0 netns %d\n'
       'addr add 203.0.113.2/30 dev c0\n'
       'link set c0 up\n'
       'route add local %s0/24 dev lo\n'
       'route add local %s0.0/16 dev lo\n'
       'route add 192.0.2.0/24 via 203.0.113.1 src %s1\n'
       % (holder, CLIENTS, MANY, CLIENTS))
    ip('link set lo up\n'
       'addr add 203.0.113.1/30 dev s0\n'
       'addr add %s/32 dev lo\n'
       'addr add %s/32 dev lo\n'
       'link set s0 up\n'
       'route add %s0/24 via 203.0.113.2\n'
       'route add %s0.0/16 via 203.0.113.2\n'
       % (SERVER, SERVER2, CLIENTS, MANY), holder)
    # IPv6 chatter and SYN backlog limits are not what is tested here.
    end = time.monotonic() + 2
    while time.monotonic() < end:
        probe = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            probe.connect((SERVER, 9))
        except ConnectionRefusedError:
            return holder
        except OSError:
            time.sleep(0.005)  # look
        finally:
            probe.close()
    raise OSError('the veth pair does not carry packets')
