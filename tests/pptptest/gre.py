"""Enhanced GRE (RFC 2637 section 4) over a raw socket: any header, any of
the client's addresses as source."""

import ctypes
import select
import socket
import struct
import time

from pptptest import namespaces

PROTO = 47
PPP = 0x880B
HAS_SEQ, HAS_ACK = 0x1000, 0x0080
# Not in Python's socket module everywhere.
IP_OPTIONS, SO_ATTACH_FILTER, SO_RCVBUFFORCE = 4, 26, 33


class Packet:
    """One received datagram, decoded: .flags (the first 16 bits), .plen,
    .call_id, .seq and .ack (None when absent), .payload, .src, .dst."""

    def __init__(self, data):
        self.when = time.monotonic()
        self.raw = data
        ihl = (data[0] & 15) * 4
        self.total, self.fragment = struct.unpack_from('>H2xH', data, 2)
        self.dont_fragment = bool(self.fragment & 0x4000)
        self.ttl = data[8]
        self.src = socket.inet_ntoa(data[12:16])
        self.dst = socket.inet_ntoa(data[16:20])
        gre = data[ihl:]
        self.seq = self.ack = None
        self.payload = b''
        self.flags, self.proto, self.plen, self.call_id = struct.unpack_from(
            '>HHHH', gre)
        at = 8
        if self.flags & HAS_SEQ:
            self.seq = struct.unpack_from('>I', gre, at)[0]
            at += 4
        if self.flags & HAS_ACK:
            self.ack = struct.unpack_from('>I', gre, at)[0]
            at += 4
        self.header = at
        if self.seq is not None:
            self.payload = gre[at:at + self.plen]
        self.rest = gre[at + self.plen:]


def build(call_id, seq=None, ack=None, payload=b'', plen=None, flags=None,
          proto=PPP):
    """Octets of one packet without the IP header.  flags replaces the first
    16 bits but not which fields follow."""
    first = 0x2001
    body = b''
    if seq is not None:
        first |= HAS_SEQ
        body += struct.pack('>I', seq & 0xFFFFFFFF)
    if ack is not None:
        first |= HAS_ACK
        body += struct.pack('>I', ack & 0xFFFFFFFF)
    if flags is not None:
        first = flags
    if plen is None:
        plen = len(payload) if seq is not None else 0
    return struct.pack('>HHHH', first, proto, plen, call_id) + body + payload


class Gre:
    """Raw GRE socket bound to one of the client's addresses."""

    def __init__(self, address, server):
        self.address, self.server = address, server
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, PROTO)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        try:
            self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE,
                                 8 << 20)
        except OSError:         # only a comfort
            pass
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        self.sock.bind((address, 0))
        self.sock.setblocking(False)

    def send(self, *args, **fields):
        self.raw(build(*args, **fields))

    def raw(self, data, to=None):
        while True:
            try:
                self.sock.sendto(data, (to or self.server, 0))
                return
            except BlockingIOError:
                select.select([], [self.sock], [], 1)
            except OSError as err:
                # Errors of earlier ICMP messages surface here once.
                if err.errno not in (92, 93, 111, 113):
                    raise

    def options(self, octets):
        """IP options for what is sent from now on."""
        self.sock.setsockopt(socket.IPPROTO_IP, IP_OPTIONS, octets)

    def recv(self, timeout=1.0, call_id=None):
        """The next packet from the server, to this Call ID when given."""
        end = time.monotonic() + timeout
        while True:
            left = end - time.monotonic()
            if left < 0:
                left = 0
            if not select.select([self.sock], [], [], left)[0]:
                return None
            try:
                data = self.sock.recv(65536)
            except OSError:
                continue
            if len(data) < 28:
                continue
            packet = Packet(data)
            if packet.src != self.server:
                continue
            if call_id is None or packet.call_id == call_id:
                return packet

    def drain(self, timeout=0.2, call_id=None):
        """All packets that come in this time."""
        end = time.monotonic() + timeout
        out = []
        while True:
            left = end - time.monotonic()
            if left <= 0:
                return out
            packet = self.recv(left, call_id)
            if packet is not None:
                out.append(packet)

    def close(self):
        self.sock.close()


def silence():
    """A socket that takes every GRE packet and keeps none.  Without one the
    clients' kernel would answer what the server sends with ICMP errors, also
    when all other GRE sockets are full."""
    drop = ctypes.create_string_buffer(struct.pack('HBBI', 0x06, 0, 0, 0))
    program = struct.pack('HL', 1, ctypes.addressof(drop))
    sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, PROTO)
    sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)
    return sock


def forge_icmp(address, kind, code, quoted, rest=b'\0' * 4):
    """An ICMP error from address to the server about one of its packets."""
    body = bytes((kind, code, 0, 0)) + rest + quoted
    total = 0
    for at in range(0, len(body) - len(body) % 2, 2):
        total += struct.unpack_from('>H', body, at)[0]
    if len(body) % 2:
        total += body[-1] << 8
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    body = body[:2] + struct.pack('>H', ~total & 0xFFFF) + body[4:]
    sock = socket.socket(socket.AF_INET, socket.SOCK_RAW,
                         socket.IPPROTO_ICMP)
    sock.bind((address, 0))
    sock.sendto(body, (namespaces.SERVER, 0))
    sock.close()
