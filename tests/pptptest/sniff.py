"""What really comes from the server over the veth."""

import select
import socket
import struct
import time

from pptptest import pptp


class Seen:
    """One IPv4 packet: .proto, .src, .dst and, by protocol, .sport, .dport,
    .flags, .data (TCP) or .body (the rest)."""

    def __init__(self, data):
        ihl = (data[0] & 15) * 4
        total = struct.unpack_from('>H', data, 2)[0]
        data = data[:max(total, ihl)]
        self.when = time.monotonic()
        self.ip = data[:ihl]
        self.fragment = struct.unpack_from('>H', data, 6)[0]
        self.proto = data[9]
        self.src = socket.inet_ntoa(data[12:16])
        self.dst = socket.inet_ntoa(data[16:20])
        self.body = data[ihl:]
        self.flags = 0
        self.data = b''
        if self.proto == 6 and len(self.body) >= 20:
            self.sport, self.dport = struct.unpack_from('>HH', self.body)
            self.flags = self.body[13]
            self.data = self.body[(self.body[12] >> 4) * 4:]

    def from_server(self):
        return self.src.startswith('192.0.2.') or \
            self.src.startswith('203.0.113.1')


class Sniffer:
    def __init__(self, device='c0', both=False):
        """both: what goes out of the device, too."""
        kind = 0x0003 if both else 0x0800       # ETH_P_ALL, ETH_P_IP
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM,
                                  socket.htons(kind))
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        self.sock.bind((device, kind))

    def drain(self, timeout=0.1):
        """All packets until nothing came for this time."""
        out = []
        while select.select([self.sock], [], [], timeout)[0]:
            data = self.sock.recv(70000)
            if len(data) >= 20 and data[0] >> 4 == 4:
                out.append(Seen(data))
        return out

    def close(self):
        self.sock.close()


def replies(packets):
    """Payloads of the server's TCP segments, in order."""
    return [p.data for p in packets if p.proto == 6 and p.from_server() and
            p.sport == pptp.PORT and p.data]
