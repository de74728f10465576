"""A systemd that runs one unit: process 1 of namespaces of its own.

It has its own control groups, processes and mounts, sees the machine's files
read-only but for /etc, /run and /tmp, which are overlays and tmpfs, and knows
no unit but those that it is given."""

import os
import shutil
import sys
import time

from pptptest import machine, namespaces, server
from pptptest.namespaces import MS_BIND, MS_NOSUID
from pptptest.points import Fail, Skip, check

SYSTEMD = '/usr/lib/systemd/systemd'
UNITS = '/run/conformance/units'
ENABLED = '/etc/systemd/system'
PACKAGED = ':' + ENABLED + ':/lib/systemd/system:/usr/lib/systemd/system'
GROUP = 'pptpd-test-%d' % os.getpid()       # the runner's: all know it
MESSAGES = '/dev/kmsg'
CLONE_NEWCGROUP = 0x02000000
MS_RDONLY, MS_REMOUNT = 1, 32

TARGETS = ('default', 'sysinit', 'basic', 'shutdown', 'network', 'umount')


def cgroup2():
    """Where the second version of control groups is mounted."""
    for line in server.read('/proc/self/mounts').splitlines():
        _, where, kind = line.split()[:3]
        if kind == 'cgroup2':
            return where
    raise Skip('no cgroup2 is mounted here')


def own_group():
    """Makes a control group and enters it; returns its directory."""
    top = cgroup2()
    here = [line[3:] for line in server.read('/proc/self/cgroup').splitlines()
            if line.startswith('0::')]
    if not here:
        raise Skip('this process has no cgroup2')
    path = '%s%s/%s-%d' % (top, here[0].rstrip('/'), GROUP,
                           int(time.monotonic() * 1e6))
    try:
        os.mkdir(path)
        namespaces.write(path + '/cgroup.procs', '0')
    except OSError as err:
        raise Skip('cannot make a control group: %s' % err)
    return path


def remove_groups():
    """Those of all points, once they are empty."""
    try:
        top = cgroup2()
    except Skip:
        return
    for directory, _, _ in os.walk(top, topdown=False):
        if '/%s-' % GROUP in directory:
            try:
                os.rmdir(directory)
            except OSError as err:
                print('%s: %s' % (directory, err), file=sys.stderr)


def protect():
    """What a systemd might change is the machine's: read-only."""
    for path in ('/proc/sys', '/sys'):
        namespaces.mount(path, path, '', MS_BIND)
        namespaces.mount('none', path, '', MS_BIND | MS_REMOUNT | MS_RDONLY)
    for path in ('/tmp', '/var/tmp'):
        namespaces.mount('tmpfs', path, 'tmpfs', MS_NOSUID)
    namespaces.mount('none', '/', '', MS_BIND | MS_REMOUNT | MS_RDONLY)


def boot(ready, path):
    """In the process that becomes systemd; path is where it has units from."""
    namespaces.libc.prctl(1, 9, 0, 0, 0)        # not longer than the lab
    os.setsid()
    namespaces.mount('proc', '/proc', 'proc', MS_NOSUID)
    protect()
    namespaces.mount('tmpfs', '/sys/fs/cgroup', 'tmpfs', MS_NOSUID)
    namespaces.mount('cgroup2', '/sys/fs/cgroup', 'cgroup2', MS_NOSUID)
    null = os.open('/dev/null', os.O_RDWR)
    for fd in range(3):
        os.dup2(null, fd)
    os.closerange(3, ready)
    os.closerange(ready + 1, 1024)
    os.write(ready, b'x')
    os.close(ready)
    os.execve(SYSTEMD, ['systemd', '--log-target=kmsg'],
              {'PATH': server.ENVIRONMENT['PATH'], 'container': 'lab',
               'SYSTEMD_UNIT_PATH': path})


class Systemd:
    """unit is the text of pptpd.service; without it, there is the unit that a
    package has installed."""

    def __init__(self, lab, unit=None, dropin=''):
        machine.need_file(SYSTEMD)
        self.lab = lab
        os.mkdir(UNITS)
        for name in TARGETS:
            namespaces.write('%s/%s.target' % (UNITS, name), '[Unit]\n')
        self.path = UNITS
        if unit:
            namespaces.write(UNITS + '/pptpd.service', unit)
        else:
            self.path += PACKAGED
            self.forget_enabled()
        os.mkdir(UNITS + '/pptpd.service.d')
        if dropin:
            self.drop_in('test', dropin)
        namespaces.write(MESSAGES, '')
        self.start()

    def forget_enabled(self):
        """What the machine's administrator wants at its start, such as podman,
        which writes to /var.  /etc is ours, see above."""
        for name in TARGETS:
            for kind in ('wants', 'requires'):
                shutil.rmtree('%s/%s.target.%s' % (ENABLED, name, kind),
                              ignore_errors=True)

    def drop_in(self, name, text):
        namespaces.write('%s/pptpd.service.d/%s.conf' % (UNITS, name), text)

    def start(self):
        out, ready = os.pipe()
        waiter = os.fork()
        if waiter == 0:
            os.close(out)
            try:
                self.first(ready)
            except Skip as skip:
                os.write(ready, ('-' + str(skip)).encode())
            except OSError as err:
                os.write(ready, ('-no namespaces for systemd: %s'
                                 % err).encode())
            os._exit(1)
        os.close(ready)
        word = os.read(out, 4096)
        os.close(out)
        if word[:1] == b'-':
            raise Skip(word[1:].decode())
        check(word[:1] == b'x', 'systemd does not start: ' + self.messages())
        if not self.lab.until(self.booted, 15):
            raise Fail('systemd does not boot: ' + self.messages())

    def first(self, ready):
        """Becomes the one that waits for systemd."""
        own_group()
        net = os.open('/proc/%d/ns/net' % self.lab.holder, os.O_RDONLY)
        namespaces._check(namespaces.libc.setns(net, 0), 'setns')
        namespaces.unshare(namespaces.CLONE_NEWNS | CLONE_NEWCGROUP |
                           namespaces.CLONE_NEWPID |
                           namespaces.CLONE_NEWUTS | namespaces.CLONE_NEWIPC)
        first = os.fork()
        if first == 0:
            try:
                boot(ready, self.path)
            except OSError as err:
                os.write(ready, ('-' + str(err)).encode())
            finally:
                os._exit(1)
        os.close(ready)
        os.waitpid(first, 0)
        os._exit(0)

    def messages(self):
        return ' '.join(server.read(MESSAGES).split())[-600:]

    def booted(self):
        self.pid = None
        for process in server.processes():
            if process.comm == 'systemd':
                self.pid = process.pid
        return self.pid and os.path.exists('/run/systemd/private') and \
            'default.target' in self.ctl('list-units', '--plain', status=None)

    def inside(self, command):
        """The command, to be run among its processes."""
        return ['nsenter', '--target=%d' % self.pid, '--pid', '--mount',
                '--cgroup', '--root', '--'] + command

    def ctl(self, *args, status=0, timeout=60):
        command = self.inside(['systemctl', '--no-pager'] + list(args))
        if status is None:
            command = ['sh', '-c', '"$@" || :', 'sh'] + command
            status = 0
        return machine.run(command, None, status, timeout)

    def show(self, name):
        return self.ctl('show', '--property=' + name, '--value',
                        'pptpd.service')

    def state(self):
        return self.show('ActiveState') + '/' + self.show('SubState')

    def wait_state(self, state, timeout=10):
        check(self.lab.until(lambda: self.state() == state, timeout),
              'it is %s, not %s: %s' % (self.state(), state,
                                        self.messages()))
