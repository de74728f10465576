"""A machine that relays broadcasts ("box"), LANs that it is in, and callers'
interfaces on it, all in network namespaces of their own."""

import ctypes
import fcntl
import os
import select
import signal
import socket
import struct
import subprocess
import time

from . import namespaces, server
from .points import Skip

ANYONE = '255.255.255.255'
ETH_P_IP = 0x0800
EVERYBODY = b'\xff' * 6
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 1, 0x1000


def checksum(data):
    if len(data) % 2:
        data += b'\0'
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total >> 16) + (total & 0xFFFF)
    return ~total & 0xFFFF


def udp(src, dst, sport, dport, payload=b'', ttl=64, ident=1, summed=True,
        proto=17, offset=0, options=b''):
    """An IP packet that carries UDP, as its sender would make it."""
    src, dst = socket.inet_aton(src), socket.inet_aton(dst)
    body = struct.pack('!4H', sport, dport, 8 + len(payload), 0) + payload
    if summed:
        pseudo = src + dst + struct.pack('!HH', 17, len(body))
        value = checksum(pseudo + body) or 0xFFFF
        body = body[:6] + struct.pack('!H', value) + body[8:]
    head = struct.pack('!BBHHHBBH', 0x45 + len(options) // 4, 0,
                       20 + len(options) + len(body), ident, offset, ttl,
                       proto, 0) + src + dst + options
    return head[:10] + struct.pack('!H', checksum(head)) + head[12:] + body


def relayed(packet, src=None, dst=ANYONE):
    """What is to come of it: TTL 1, no UDP checksum, to everybody."""
    size = (packet[0] & 15) * 4
    head = bytearray(packet[:size])
    head[8] = 1
    if src:
        head[12:16] = socket.inet_aton(src)
    head[16:20] = socket.inet_aton(dst)
    head[10:12] = b'\0\0'
    head[10:12] = struct.pack('!H', checksum(bytes(head)))
    body = bytearray(packet[size:])
    body[6:8] = b'\0\0'
    return bytes(head + body)


class Box:
    """A network namespace, held open by a process."""

    def __init__(self):
        ready, tell = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            namespaces.unshare(namespaces.CLONE_NEWNET)
            os.write(tell, b'x')
            while True:
                signal.pause()
        os.read(ready, 1)
        os.close(ready)
        os.close(tell)
        self.ip('link set lo up')

    def ip(self, script):
        namespaces.ip(script + '\n', self.pid)

    def inside(self, body):
        """Runs body() in there; sockets that it makes stay there."""
        libc = ctypes.CDLL(None, use_errno=True)
        with open('/proc/self/ns/net') as here, \
                open('/proc/%d/ns/net' % self.pid) as there:
            if libc.setns(there.fileno(), namespaces.CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), 'setns')
            try:
                return body()
            finally:
                libc.setns(here.fileno(), namespaces.CLONE_NEWNET)

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


class Wire:
    """Packets that come out of something, and can be put into it."""

    def fileno(self):
        return self.fd

    def packets(self):
        """The packets of UDP over IPv4 that have come since the last
        look; systems have more to say to each other by themselves."""
        got = []
        while select.select([self.fd], [], [], 0)[0]:
            packet = self.read()
            if len(packet) >= 20 and packet[0] >> 4 == 4 and packet[9] == 17:
                got.append(packet[:struct.unpack_from('!H', packet, 2)[0]])
        return got

    def collect(self, n, timeout=5.0, settle=0.0):
        """The next n, or those that come in time; with settle, what comes
        within so long behind them too."""
        got, end = [], time.monotonic() + timeout
        while len(got) < n and time.monotonic() < end:
            select.select([self.fd], [], [], end - time.monotonic())
            got += self.packets()
        if settle:
            time.sleep(settle)  # quiet
            got += self.packets()
        return got


class Lan(Wire):
    """An Ethernet that the box is in as interface name, seen by another
    station on it."""

    def __init__(self, box, name, address=None, bridge=None):
        self.box, self.name = box, name
        self.station = bridge or Box()
        self.end = 'x-' + name if not bridge else '%s-%d' % (name, box.pid)
        box.ip('link add %s type veth peer name %s netns %d'
               % (name, self.end, self.station.pid))
        if address:
            box.ip('addr add %s broadcast + dev %s' % (address, name))
        box.ip('link set %s up' % name)
        self.station.ip('link set %s up' % self.end)
        self.sock = None
        if not bridge:
            self.listen(self.end)

    def listen(self, name):
        self.sock = self.station.inside(lambda: socket.socket(
            socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_IP)))
        self.sock.bind((name, ETH_P_IP))
        self.fd = self.sock.fileno()
        self.mac = self.sock.getsockname()[4]
        self.frames = []

    def read(self):
        frame = self.sock.recv(65536)
        if frame[23:24] == b'\x11':
            self.frames.append(frame)
        return frame[14:]

    def send(self, packet, to=EVERYBODY, kind=ETH_P_IP):
        frame = to + self.mac + struct.pack('!H', kind) + packet
        self.sock.send(frame)


class Bridge(Box):
    """A switch: Lans are plugged into it, and what is on it is seen by one
    more station."""

    def __init__(self):
        super().__init__()
        self.ip('link add sw type bridge\nlink set sw up')
        self.out = Box()
        self.ip('link add st type veth peer name e netns %d' % self.out.pid)
        self.ip('link set st master sw\nlink set st up')
        self.out.ip('link set e up')
        self.station = Lan.__new__(Lan)
        self.station.station = self.out
        self.station.listen('e')

    def plug(self, box, name, address):
        lan = Lan(box, name, address, bridge=self)
        self.ip('link set %s master sw' % lan.end)

    def join(self, other):
        self.ip('link add j type veth peer name k netns %d' % other.pid)
        self.ip('link set j master sw\nlink set j up')
        other.ip('link set k master sw\nlink set k up')


class Caller(Wire):
    """A point-to-point interface of the box, with the caller at its other
    end; it is a tun device, which is as much PPP as a relay can see."""

    def __init__(self, box, name, local='10.0.0.2', peer=None, up=True):
        self.box, self.name = box, name
        if not os.path.exists('/dev/net/tun'):
            os.makedirs('/dev/net', exist_ok=True)
            os.mknod('/dev/net/tun', 0o600 | 0o020000, os.makedev(10, 200))
        try:
            self.fd = box.inside(lambda: os.open('/dev/net/tun', os.O_RDWR))
        except OSError as err:
            raise Skip('no tun devices here: %s' % err)
        fcntl.ioctl(self.fd, TUNSETIFF, struct.pack(
            '16sH22x', name.encode(), IFF_TUN | IFF_NO_PI))
        if up:
            box.ip('addr add %s peer %s dev %s\nlink set %s up'
                   % (local, peer, name, name))

    def read(self):
        return os.read(self.fd, 65536)

    def send(self, packet):
        os.write(self.fd, packet)

    def hang_up(self):
        os.close(self.fd)


class Flood:
    """The frame again and again from a LAN's station, rate a second."""

    SOURCE = os.path.join(os.path.dirname(os.path.dirname(
        os.path.abspath(__file__))), 'bcrelay', 'flood.c')

    def __init__(self, lan, packet, rate, seconds, to=EVERYBODY):
        program = '/run/conformance/flood'
        if not os.path.exists(program):
            subprocess.run([os.environ.get('CC', 'cc'), '-O2', '-o', program,
                            self.SOURCE], check=True)
        frame = to + lan.mac + struct.pack('!H', ETH_P_IP) + packet
        self.child = subprocess.Popen(
            ['nsenter', '--net=/proc/%d/ns/net' % lan.station.pid, '--',
             program, lan.end, frame.hex(), str(rate), str(seconds)],
            stdout=subprocess.PIPE)

    def wait(self):
        """How many frames were sent."""
        return int(self.child.communicate()[0])


class Relay:
    """A bcrelay in the box.  Packet sockets show what it has open."""

    def __init__(self, lab, box, *args, ready=(), binary=None, timeout=10):
        self.lab, self.box = lab, box
        binary = binary or os.path.join(os.path.dirname(lab.binary),
                                        'bcrelay')
        if not os.path.exists(binary):
            raise Skip('there is no %s' % binary)
        self.child = subprocess.Popen(
            ['nsenter', '--net=/proc/%d/ns/net' % box.pid, '--', binary] +
            list(args), stdin=subprocess.DEVNULL, cwd='/')
        self.pid = self.child.pid
        if ready and self.await_sockets(ready, timeout) is None:
            raise RuntimeError('bcrelay has not opened %s but %s; it said: %s'
                               % (list(ready), self.sockets(), [
                                   line.text for line in self.log()]))

    def log(self):
        return [line for line in self.lab.log.since()
                if line.ident == 'bcrelay']

    def worker(self):
        """The process that reads packets; with Poptop it is the only one."""
        with open('/proc/%d/task/%d/children' % (self.pid, self.pid)) as f:
            children = f.read().split()
        return int(children[0]) if children else self.pid

    def pids(self):
        return sorted({self.pid, self.worker()})

    def cpu(self):
        """Seconds of processor time of all its processes."""
        return sum(server.Process(pid).cpu() for pid in self.pids())

    def memory(self):
        """KiB: anonymous memory, and all that is resident."""
        looks = [server.Process(pid) for pid in self.pids()]
        return (sum(p.memory() for p in looks),
                sum(int(p.status('VmRSS').split()[0]) for p in looks))

    def sockets(self):
        """Names of the interfaces that it has a packet socket on."""
        inodes = set()
        for pid in self.pids():
            for fd in os.listdir('/proc/%d/fd' % pid):
                try:
                    inodes.add(os.readlink('/proc/%d/fd/%s' % (pid, fd)))
                except OSError:
                    pass
        names = {str(i): n for i, n in self.box.inside(
            lambda: socket.if_nameindex())}
        with open('/proc/%d/net/packet' % self.box.pid) as f:
            rows = [line.split() for line in f.readlines()[1:]]
        # Poptop's has one that is bound to none, "0", as well.
        return sorted(names.get(row[4], row[4]) for row in rows
                      if 'socket:[%s]' % row[8] in inodes and row[4] != '0')

    def await_sockets(self, names, timeout=10.0):
        return self.lab.until(lambda: self.sockets() == sorted(names),
                              timeout)

    def alive(self):
        return self.child.poll() is None

    def stop(self, timeout=5.0):
        if self.alive():
            self.child.terminate()
        try:
            return self.child.wait(timeout)
        except subprocess.TimeoutExpired:
            return None
