"""A server under test, the control file it meets, the load client."""
import ctypes
import json
import mmap
import os
import random
import resource
import select
import signal
import struct
import subprocess
import time
import traceback

import lab

# struct shared and struct slot of shared.h
MAGIC, SLOTS, SLOT_SIZE, SLOTS_AT = 0x70707462, 65536, 128, 4096
SLOT = struct.Struct('=iIQQ')
POOL_AT = SLOTS_AT + SLOTS * SLOT_SIZE + 64 * 2048 * 4
POOL_LEN = 65536 + 1600
SIZE = POOL_AT + POOL_LEN
RUNNING, ENDED = 1, 2


class Failed(Exception):
    """A server or the client did not do its part; the run is void."""


class Control:
    """The file in which stand-ins and client account for themselves."""

    def __init__(self, path, seed):
        with open(path, 'wb') as f:
            f.truncate(SIZE + 4096)
            f.write(struct.pack('=I', MAGIC))
            f.seek(POOL_AT)
            rnd = random.Random(seed)
            f.write(rnd.getrandbits(8 * POOL_LEN).to_bytes(POOL_LEN, 'big'))
        with open(path, 'r+b') as f:
            self.map = mmap.mmap(f.fileno(), 0)

    def slots(self):
        """(pid, state, cpu_start, cpu_end) of every stand-in so far."""
        n = min(struct.unpack_from('=I', self.map, 4)[0], SLOTS)
        return [SLOT.unpack_from(self.map, SLOTS_AT + i * SLOT_SIZE)
                for i in range(n)]

    def running(self):
        return [s[0] for s in self.slots() if s[1] == RUNNING]

    def usage(self):
        """ns of CPU that stand-ins used for themselves: what came before
        their first instruction (fork, exec) is the server's."""
        total = 0
        for pid, state, start, end in self.slots():
            if state == ENDED:
                total += end - start
            elif state == RUNNING:
                try:
                    total += lab.process_cpu(pid) - start
                except OSError:
                    pass
        return total


class Spec:
    """[ROOT:]PATH: a server in its place, or one installed below ROOT
    (DESTDIR), which is then mounted where it belongs."""

    def __init__(self, text, conf=()):
        self.conf = ''.join(line + '\n' for line in conf)
        self.root, _, self.path = text.rpartition(':')
        self.root = self.root and os.path.realpath(self.root)
        where = self.root + self.path
        if not os.access(where, os.X_OK):
            raise SystemExit('bench: %s: no such program' % where)

    def mount(self):
        """In a mount namespace of the server's own.  Overlays make missing
        directories and files appear; plain bind mounts on top of them let
        programs start as they would in place."""
        for here, dirs, files in os.walk(self.root):
            there = here[len(self.root):] or '/'
            if there.endswith('/share') or there == '/run':
                dirs[:] = []
                continue
            missing = [n for n in dirs + files
                       if not os.path.lexists(os.path.join(there, n))]
            if missing and there == '/':
                raise Failed('%s: makes new directories in /' % self.root)
            if missing:
                lab.mount('bench', there, 'overlay', 0,
                          'lowerdir=%s:%s' % (here, there))
            for name in missing + [f for f in files if f not in missing]:
                source = os.path.join(here, name)
                if not os.path.islink(source):
                    lab.mount(source, os.path.join(there, name), None,
                              lab.MS_BIND)
            dirs[:] = [d for d in dirs if d not in missing and
                       not os.path.islink(os.path.join(here, d))]


def listening(pid):
    """Whether PID's network namespace has a TCP listener on port 1723."""
    try:
        with open('/proc/%d/net/tcp' % pid) as f:
            lines = f.readlines()[1:]
    except OSError:
        return False
    return any(line.split()[1].endswith(':06BB') and line.split()[3] == '0A'
               for line in lines)


class Server:
    """One running server in a fresh network; "with" ends it."""

    def __init__(self, spec, accounting, opt, connections=100, ppp=None):
        self.spec, self.acct, self.opt = spec, accounting, opt
        self.dir = '/run/bench'
        os.makedirs(self.dir, exist_ok=True)
        options = self.dir + '/options'
        with open(options, 'w') as f:
            f.write('require-mschap-v2\nrequire-mppe-128\n')
        self.control = Control(options + '.ctl', opt.seed)
        self.conf = self.dir + '/pptpd.conf'
        with open(self.conf, 'w') as f:
            f.write('ppp %s\noption %s\nlisten %s\nconnections %d\n'
                    'localip 10.78.255.254\nremoteip %s\n' % (
                        ppp or opt.standin, options, lab.SERVER, connections,
                        ','.join('10.78.0-253.%d' % i for i in
                                 range(1, connections // 254 + 2))))
            f.write(spec.conf)
        self.net = lab.Network()
        self.log = open(self.dir + '/log', 'w+')
        self.clients = []
        self.proc = None

    def child(self):
        """Between fork and exec; what goes wrong can only be printed."""
        try:
            self.prepare()
        except BaseException:
            traceback.print_exc()
            raise

    def prepare(self):
        lab.die_with_parent()
        os.setsid()
        lab.unshare(lab.CLONE_NEWNS)
        if self.spec.root:
            self.spec.mount()
        self.net.enter()
        self.acct.join()
        # what service managers give: a low limit that may be raised
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (1024, hard))

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def start(self):
        try:
            self.proc = subprocess.Popen(
                [self.spec.path, '-f', '-c', self.conf, '-p',
                 self.dir + '/pptpd.pid'], stdin=subprocess.DEVNULL,
                stdout=self.log, stderr=self.log, preexec_fn=self.child,
                env={'PATH': '/usr/sbin:/usr/bin:/sbin:/bin'})
        except subprocess.SubprocessError:
            raise Failed(self.tail())
        end = time.monotonic() + 10
        while not listening(self.proc.pid):
            if self.proc.poll() is not None or time.monotonic() > end:
                raise Failed('%s: does not listen: %s' % (self.spec.path,
                                                          self.tail()))
            time.sleep(0.02)  # look

    def __exit__(self, *exc):
        for client in self.clients:
            client.close()
        lab.kill_all()
        self.net.close()
        self.log.close()

    def tail(self):
        self.log.seek(0)
        return self.log.read()[-2000:]

    def cpu(self):
        """ns of CPU of the server so far, its stand-ins not counted."""
        return self.acct.usage() - self.control.usage()

    def pids(self):
        """The server's processes, its stand-ins not counted."""
        result = []
        for pid in self.acct.pids():
            try:
                if os.readlink('/proc/%d/exe' % pid) != self.opt.standin:
                    result.append(pid)
            except OSError:
                pass
        return result

    def footprint(self):
        """(octets of PSS, processes, descriptors)"""
        pss = fds = 0
        pids = self.pids()
        for pid in pids:
            with open('/proc/%d/smaps_rollup' % pid) as f:
                pss += sum(int(line.split()[1]) for line in f
                           if line.startswith('Pss:'))
            fds += len(os.listdir('/proc/%d/fd' % pid))
        return pss * 1024, len(pids), fds

    def rest(self, held=0, limit=15):
        """Waits until no more stand-ins run than calls are held and the
        server's processes have stayed the same for a while."""
        end = time.monotonic() + limit
        since, last = time.monotonic(), None
        while time.monotonic() < end:
            lab.reap()
            now = sorted(self.pids())
            if now != last or len(self.control.running()) > held:
                since, last = time.monotonic(), now
            elif time.monotonic() - since > 0.3:
                return
            time.sleep(0.05)  # look
        raise Failed('%s: calls have not ended after %d s' % (
            self.spec.path, limit))

    def client(self, addresses=1, **kw):
        client = Client(self, addresses, **kw)
        self.clients.append(client)
        return client


class Client:
    """The load client; one command at a time."""

    def __init__(self, server, addresses, first=lab.FIRST):
        self.server = server
        self.proc = subprocess.Popen(
            [server.opt.loadclient, '-s', lab.SERVER, '-f', first,
             '-n', str(addresses), '-c', server.dir + '/options.ctl'],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            preexec_fn=lab.die_with_parent)
        if isinstance(server.acct, lab.ProcTimes):
            server.acct.others.add(self.proc.pid)

    def ask(self, command, limit=None, **kw):
        """Sends a command, returns the answer as a dict."""
        line = ' '.join([command] + ['%s=%d' % i for i in sorted(kw.items())])
        limit = limit or kw.get('ms', 1000) / 1000 + 40
        self.proc.stdin.write(line.encode() + b'\n')
        self.proc.stdin.flush()
        ready, _, _ = select.select([self.proc.stdout], [], [], limit)
        answer = self.proc.stdout.readline() if ready else b''
        if not answer:
            raise Failed('load client: no answer to "%s"; server says: %s' %
                         (line, self.server.tail()))
        result = json.loads(answer.decode())
        if 'error' in result:
            raise Failed('load client: "%s": %s' % (line, result['error']))
        return result

    def hold(self, calls, parallel=8, ms=60000):
        result = self.ask('hold', calls=calls, parallel=parallel, ms=ms)
        if result['up'] < calls:
            raise Failed('%d of %d calls are up: %s; server says: %s' % (
                result['up'], calls, result['reason'], self.server.tail()))
        return result

    def close(self):
        self.proc.stdin.close()
        self.proc.stdout.close()
        try:
            self.proc.send_signal(signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.proc.wait()
