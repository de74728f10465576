"""PPTP control messages (RFC 2637 section 2) and a TCP client that decides
about every segment it sends."""

import socket
import struct
import time

from pptptest import points

PORT = 1723
COOKIE = 0x1A2B3C4D
HEADER = struct.Struct('>HHIHH')

# Control message types, RFC 2637 section 2.
SCCRQ, SCCRP, STOPRQ, STOPRP, ECHORQ, ECHORP, OCRQ, OCRP = range(1, 9)
ICRQ, ICRP, ICCN, CCRQ, CDN, WEN, SLI = range(9, 16)

# Bodies in RFC order: field name and struct code; everything is big-endian
# and stands after the 12-octet header.
BODIES = {
    SCCRQ: [('version', 'H'), ('reserved1', 'H'), ('framing', 'I'),
            ('bearer', 'I'), ('channels', 'H'), ('firmware', 'H'),
            ('host', '64s'), ('vendor', '64s')],
    SCCRP: [('version', 'H'), ('result', 'B'), ('error', 'B'),
            ('framing', 'I'), ('bearer', 'I'), ('channels', 'H'),
            ('firmware', 'H'), ('host', '64s'), ('vendor', '64s')],
    STOPRQ: [('reason', 'B'), ('reserved1', 'B'), ('reserved2', 'H')],
    STOPRP: [('result', 'B'), ('error', 'B'), ('reserved1', 'H')],
    ECHORQ: [('ident', 'I')],
    ECHORP: [('ident', 'I'), ('result', 'B'), ('error', 'B'),
             ('reserved1', 'H')],
    OCRQ: [('call_id', 'H'), ('serial', 'H'), ('min_bps', 'I'),
           ('max_bps', 'I'), ('bearer', 'I'), ('framing', 'I'),
           ('window', 'H'), ('delay', 'H'), ('phone_len', 'H'),
           ('reserved1', 'H'), ('phone', '64s'), ('subaddress', '64s')],
    OCRP: [('call_id', 'H'), ('peer_id', 'H'), ('result', 'B'),
           ('error', 'B'), ('cause', 'H'), ('speed', 'I'), ('window', 'H'),
           ('delay', 'H'), ('channel', 'I')],
    ICRQ: [('call_id', 'H'), ('serial', 'H'), ('bearer', 'I'),
           ('channel', 'I'), ('dialed_len', 'H'), ('dialing_len', 'H'),
           ('dialed', '64s'), ('dialing', '64s'), ('subaddress', '64s')],
    ICRP: [('call_id', 'H'), ('peer_id', 'H'), ('result', 'B'),
           ('error', 'B'), ('window', 'H'), ('delay', 'H'),
           ('reserved1', 'H')],
    ICCN: [('peer_id', 'H'), ('reserved1', 'H'), ('speed', 'I'),
           ('window', 'H'), ('delay', 'H'), ('framing', 'I')],
    CCRQ: [('call_id', 'H'), ('reserved1', 'H')],
    CDN: [('call_id', 'H'), ('result', 'B'), ('error', 'B'), ('cause', 'H'),
          ('reserved1', 'H'), ('statistics', '128s')],
    WEN: [('peer_id', 'H'), ('reserved1', 'H'), ('crc', 'I'),
          ('framing', 'I'), ('hardware', 'I'), ('buffer', 'I'),
          ('timeouts', 'I'), ('alignment', 'I')],
    SLI: [('peer_id', 'H'), ('reserved1', 'H'), ('send_accm', 'I'),
          ('receive_accm', 'I')],
}
NAMES = {SCCRQ: 'SCCRQ', SCCRP: 'SCCRP', STOPRQ: 'StopCCRQ',
         STOPRP: 'StopCCRP', ECHORQ: 'Echo-Request', ECHORP: 'Echo-Reply',
         OCRQ: 'OCRQ', OCRP: 'OCRP', ICRQ: 'ICRQ', ICRP: 'ICRP',
         ICCN: 'ICCN', CCRQ: 'CCRQ', CDN: 'CDN', WEN: 'WEN', SLI: 'SLI'}
STRUCTS = {t: struct.Struct('>' + ''.join(c for _, c in body))
           for t, body in BODIES.items()}
LENGTHS = {t: 12 + s.size for t, s in STRUCTS.items()}
LARGEST = max(LENGTHS.values())

# What an ordinary client says; pptp-linux sends nearly the same.
USUAL = {
    SCCRQ: dict(version=0x0100, framing=3, bearer=3, channels=65535,
                firmware=1, host=b'local', vendor=b'cananian'),
    STOPRQ: dict(reason=1),
    STOPRP: dict(result=1),
    ECHORQ: dict(ident=0x01020304),
    ECHORP: dict(ident=0, result=1),
    OCRQ: dict(call_id=0x1234, serial=1, min_bps=2400, max_bps=10000000,
               bearer=3, framing=3, window=64),
    SLI: dict(send_accm=0xFFFFFFFF, receive_accm=0xFFFFFFFF),
}


class Closed(Exception):
    """The server ended the connection; args[0] is 'FIN' or 'RST'."""


class Message:
    """One decoded control message: .type, .raw and a field per name."""

    def __init__(self, raw):
        self.raw = raw
        (self.length, self.ptype, self.cookie, self.type,
         self.reserved0) = HEADER.unpack_from(raw)
        self.name = NAMES.get(self.type, 'type %d' % self.type)
        self.when = time.monotonic()
        if self.type in BODIES and len(raw) >= LENGTHS[self.type]:
            values = STRUCTS[self.type].unpack_from(raw, 12)
            for (field, _), value in zip(BODIES[self.type], values):
                setattr(self, field, value)

    def __str__(self):
        out = self.name
        if hasattr(self, 'result'):
            out += ' %d/%d' % (self.result, self.error)
        if hasattr(self, 'reason'):
            out += ' reason %d' % self.reason
        return out

    __repr__ = __str__


def build(kind, cookie=COOKIE, ptype=1, reserved0=0, length=None, tail=b'',
          **fields):
    """Octets of one message; length overrides the Length field, tail is
    appended and counted."""
    values = []
    usual = USUAL.get(kind, {})
    for field, code in BODIES.get(kind, []):
        values.append(fields.pop(field,
                                 usual.get(field,
                                           b'' if 's' in code else 0)))
    if fields:
        raise TypeError('no such field: %r' % fields)
    body = STRUCTS[kind].pack(*values) if kind in STRUCTS else b''
    body += tail
    if length is None:
        length = 12 + len(body)
    return HEADER.pack(length, ptype, cookie, kind, reserved0) + body


def describe(messages, end=None):
    """Short text for a list of messages and how the connection stood."""
    text = ', '.join(str(m) for m in messages) or 'nothing'
    return text + (', then %s' % end if end else '')


class Client:
    """A control connection from inside.  All waits have a time limit."""

    def __init__(self, server, address=None, timeout=5.0, rcvbuf=None,
                 segment=None):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if rcvbuf:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, rcvbuf)
        if segment:
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG,
                                 segment)
        if address:
            self.sock.bind((address, 0))
        self.sock.settimeout(timeout)
        self.opened = time.monotonic()
        self.sock.connect((server, PORT))
        self.address, self.port = self.sock.getsockname()
        self.server = server
        self.buffer = b''
        self.closed = None
        self.seen = []

    # --- sending ---------------------------------------------------------

    def send(self, *parts):
        """All parts in one segment."""
        self.sock.settimeout(5.0)
        self.sock.sendall(b''.join(parts))

    def try_send(self, *parts):
        """As send(), but a connection that is gone is no error."""
        try:
            self.send(*parts)
        except OSError:
            return False
        return True

    def dribble(self, data, size=1, gap=0.001):
        """data in segments of size octets."""
        for at in range(0, len(data), size):
            self.send(data[at:at + size])
            time.sleep(gap)  # pace

    # --- receiving -------------------------------------------------------

    def _fill(self, timeout):
        """True when octets arrived, False when the time is up."""
        if self.closed:
            raise Closed(self.closed)
        self.sock.settimeout(max(timeout, 0.0005))
        try:
            data = self.sock.recv(65536)
        except (socket.timeout, BlockingIOError):
            return False
        except OSError:
            self.closed = 'RST'
            raise Closed('RST')
        if not data:
            self.closed = 'FIN'
            raise Closed('FIN')
        self.buffer += data
        return True

    def message(self, timeout=2.0):
        """The next whole message, None when none comes in time; raises
        Closed at the end of the connection."""
        end = time.monotonic() + timeout
        while True:
            if len(self.buffer) >= 2:
                size = struct.unpack_from('>H', self.buffer)[0]
                if size < 12:
                    raise ValueError('server sent Length %d' % size)
                if len(self.buffer) >= size:
                    raw, self.buffer = self.buffer[:size], self.buffer[size:]
                    got = Message(raw)
                    self.seen.append(got)
                    return got
            left = end - time.monotonic()
            if left <= 0 or not self._fill(left):
                return None

    def expect(self, kind, timeout=2.0, exact=False):
        """Skips to the next message of this type; None when it does not
        come or the connection ends first.  exact: the time is the point, and
        is not stretched on a busy machine."""
        end = time.monotonic() + timeout * (1 if exact else
                                            points.patience())
        while True:
            try:
                got = self.message(max(end - time.monotonic(), 0.0005))
            except Closed:
                return None
            if got is None or got.type == kind:
                return got

    def drain(self, timeout=1.0, count=None, closes=False):
        """All messages until the time is up or the connection ends (then
        self.closed says how).  count: so many should come; then there is a
        tenth of a second for those that should not.  closes: it should end.
        Only for what should come is there more time on a busy machine."""
        if closes or count is not None:
            timeout *= points.patience()
        end = time.monotonic() + timeout
        out = []
        while True:
            if len(out) == count:
                end = min(end, time.monotonic() + 0.1)
            left = end - time.monotonic()
            try:
                got = self.message(max(left, 0.0005))
            except Closed:
                return out
            if got is None:
                return out
            out.append(got)

    def wait_closed(self, timeout=2.0):
        """'FIN', 'RST' or None; messages that come meanwhile are kept in
        self.seen."""
        self.drain(timeout, closes=True)
        return self.closed

    # --- the usual steps -------------------------------------------------

    def start(self, timeout=3.0, **fields):
        """SCCRQ; returns the SCCRP or None."""
        self.send(build(SCCRQ, **fields))
        return self.expect(SCCRP, timeout)

    def call(self, timeout=5.0, **fields):
        """OCRQ; returns the OCRP or None."""
        self.send(build(OCRQ, **fields))
        return self.expect(OCRP, timeout)

    def echo(self, ident=0x0A0B0C0D, timeout=2.0):
        """Seconds until this Echo-Request is answered, else None."""
        begin = time.monotonic()
        if not self.try_send(build(ECHORQ, ident=ident)):
            return None
        while True:
            got = self.expect(ECHORP, timeout - (time.monotonic() - begin))
            if got is None:
                return None
            if got.ident == ident:
                return time.monotonic() - begin

    def finish(self):
        """Ends the sending side: the server sees FIN after our octets."""
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def reset(self):
        """Aborts with RST."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack('ii', 1, 0))
        self.sock.close()
        self.closed = 'us'

    def close(self):
        self.sock.close()
        self.closed = 'us'

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()
