"""Starts and watches the server under test."""

import os
import signal
import subprocess
import time

from pptptest import namespaces
from pptptest.points import Skip, check, patience

CONF = '/run/conformance/pptpd.conf'
OPTIONS = '/run/conformance/options'
PIDFILE = '/run/conformance/pptpd.pid'
OUTPUT = '/run/conformance/output'
ENGINE = '/usr/libexec/pptpd/pptpd-engine'
LISTENER = 4            # its number in an engine

LOCAL = '10.0.0.2'
SECURE = 'name pptpd\nrequire-mschap-v2\nrequire-mppe-128\n'
ENVIRONMENT = {'PATH': '/usr/sbin:/usr/bin:/sbin:/bin'}
ENVIRONMENT.update({name: os.environ[name] for name in os.environ
                    if name.endswith('SAN_OPTIONS')})
USUAL = [('localip', LOCAL), ('remoteip', '10.0.0.200-220'),
         ('option', OPTIONS)]


def read(path, mode='r'):
    try:
        with open(path, mode, **({} if 'b' in mode else
                                 {'errors': 'replace'})) as stream:
            return stream.read()
    except OSError:
        return b'' if 'b' in mode else ''


class Process:
    """A look at /proc/PID."""

    def __init__(self, pid):
        self.pid = pid
        text = read('/proc/%d/stat' % pid)
        head, _, rest = text.rpartition(')')
        fields = rest.split()
        self.comm = head.partition('(')[2]
        self.state = fields[0] if fields else 'X'
        self.ppid = int(fields[1]) if fields else 0
        self.title = read('/proc/%d/cmdline' % pid)

    def alive(self):
        return self.state not in 'XZ'

    def watches(self, fd):
        """Whether it waits for this descriptor, by epoll_wait(2)."""
        folder = '/proc/%d/fdinfo' % self.pid
        try:
            return any(line.split()[:2] == ['tfd:', str(fd)]
                       for name in os.listdir(folder)
                       for line in read('%s/%s' % (folder, name)).splitlines())
        except OSError:
            return False

    def status(self, key):
        for line in read('/proc/%d/status' % self.pid).splitlines():
            if line.startswith(key + ':'):
                return line.split(':', 1)[1].strip()
        return ''

    def fds(self):
        try:
            return len(os.listdir('/proc/%d/fd' % self.pid))
        except OSError:
            return 0

    def memory(self):
        """Anonymous memory in KiB."""
        return int((self.status('RssAnon') or '0').split()[0])

    def cpu(self):
        """Seconds of processor time."""
        text = read('/proc/%d/schedstat' % self.pid)
        return int(text.split()[0]) / 1e9 if text else 0.0


def processes():
    return [p for p in (Process(int(n)) for n in os.listdir('/proc')
                        if n.isdigit()) if p.alive()]


class Server:
    """One run of the server.  conf is a list of (keyword, value), replaces
    those of USUAL with the same keyword, value None leaves it out."""

    def __init__(self, lab, conf=(), args=(), options=SECURE,
                 before=(), wait=True, raw=None, wrap=(), env=()):
        self.lab = lab
        self.env = dict(env)
        self.args = list(args)
        self.wrap = list(wrap)
        namespaces.write(OPTIONS, options)
        self.configure(conf, before, raw)
        self.child = None
        self.start(wait)

    def configure(self, conf=(), before=(), raw=None):
        """Writes its file; returns the text."""
        if raw is None:
            given = dict(conf)
            lines = [(k, v) for k, v in [('ppp', self.lab.pppd)] + USUAL
                     if k not in given]
            lines += [(k, v) for k, v in conf if v is not None]
            raw = ''.join(line + '\n' for line in self.lab.conf
                          if line.split()[0] not in given) + \
                ''.join('%s %s\n' % pair if pair[1] else pair[0] + '\n'
                          for pair in list(before) + lines)
        namespaces.write(CONF, raw)
        return raw

    def reload(self, conf=(), before=(), raw=None, timeout=5):
        """Has it read another configuration; returns the line in which it
        says whether it took that."""
        self.configure(conf, before, raw)
        mark = self.lab.log.mark()
        self.signal(signal.SIGHUP)
        line = self.lab.log.wait('.*configuration (read again|not changed).*',
                                 timeout, mark)
        check(self.alive(), 'SIGHUP ends it')
        check(line, 'not a word about SIGHUP')
        return line

    def start(self, wait=True, pidfile=PIDFILE):
        command = ['nsenter', '--net=/proc/%d/ns/net' % self.lab.holder,
                   '--'] + self.wrap + [self.lab.binary, '--fg', '--conf',
                                        CONF, '--pidfile', pidfile] + \
            self.args
        out = open(OUTPUT, 'ab')
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                 stdout=out, stderr=out, cwd='/',
                                 env=dict(ENVIRONMENT, **self.env))
        out.close()
        if pidfile != PIDFILE:
            return child
        self.child = child
        self.pid = child.pid
        if wait and not self.listening(5.0 * patience()):
            raise RuntimeError('the server does not listen; it said: ' +
                               (read(OUTPUT).strip() or 'nothing') + '; ' +
                               '; '.join(line.text for line in
                                         self.lab.log.since())[-600:])
        if wait:
            self.wait_served(5.0 * patience())
        return child

    def wait_served(self, timeout):
        """Waits until an engine takes clients from the listener, which is
        there before it; for a server without one, or with a stand-in
        (tests/sandbox/hostile), not at all."""
        end = time.monotonic() + timeout
        while (os.path.exists(ENGINE) and time.monotonic() < end and
               not os.path.exists(ENGINE + '.real') and
               self.alive() and
               not any(process.watches(LISTENER)
                       for process in self.engines())):
            time.sleep(0.01)  # look

    def listening(self, timeout=0.0):
        """Whether something listens on the PPTP port in its namespace."""
        end = time.monotonic() + timeout
        while True:
            for line in read('/proc/%d/net/tcp'
                             % self.lab.holder).splitlines():
                fields = line.split()
                if fields[1].endswith(':06BB') and fields[3] == '0A':
                    return True
            if time.monotonic() >= end or self.child.poll() is not None:
                return False
            time.sleep(0.003)  # look

    def alive(self):
        return self.child.poll() is None

    def processes(self):
        """The server's own processes: manager, engine, one per call."""
        mine = []
        for process in processes():
            if process.pid == self.pid or process.comm.startswith('pptp'):
                mine.append(process)
        return mine

    def sessions(self):
        return [p for p in self.processes() if p.comm == 'pptpctrl']

    def engines(self):
        return [p for p in self.processes() if
                p.comm.startswith('pptpd-engine'[:15])]

    def fds(self):
        return sum(p.fds() for p in self.processes())

    def memory(self):
        """Of all its processes; 0 when sanitizers keep what was freed."""
        if self.lab.sanitized:
            return 0
        return sum(p.memory() for p in self.processes())

    def cpu(self):
        return sum(p.cpu() for p in self.processes())

    def signal(self, number):
        os.kill(self.pid, number)

    def wait_exit(self, timeout=10.0):
        """Exit status, None when it still runs."""
        try:
            return self.child.wait(timeout)
        except subprocess.TimeoutExpired:
            return None

    def stop(self, timeout=10.0):
        if self.alive():
            self.signal(signal.SIGTERM)
        return self.wait_exit(timeout)

    def output(self):
        return read(OUTPUT)


def hosts_deny(lab, deny):
    """Lays this text over /etc/hosts.deny; Skip without TCP wrappers."""
    with open(lab.binary, 'rb') as stream:
        if b'libwrap.so' not in stream.read():
            raise Skip('built without TCP wrappers')
    if not os.path.exists('/etc/hosts.deny'):
        raise Skip('no /etc/hosts.deny to lay something over')
    namespaces.write('/run/conformance/hosts.deny', deny)
    namespaces.bind('/run/conformance/hosts.deny', '/etc/hosts.deny')
