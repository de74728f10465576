"""Async HDLC with FCS-16 (RFC 1662) as pppd speaks it on its pty."""


def _table():
    out = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (0x8408 if value & 1 else 0)
        out.append(value)
    return out


TABLE = _table()


def fcs(data, start=0xFFFF):
    for octet in data:
        start = (start >> 8) ^ TABLE[(start ^ octet) & 0xFF]
    return start


def with_fcs(data):
    value = fcs(data) ^ 0xFFFF
    return data + bytes((value & 0xFF, value >> 8))


def escape(data, every=False):
    """Escapes flags, escapes and control octets, or every octet for which
    that is legal: 7D 7E would be an abort."""
    out = bytearray()
    for octet in data:
        if octet < 0x20 or octet in (0x7D, 0x7E) or \
                every and octet not in (0x5D, 0x5E):
            out += bytes((0x7D, octet ^ 0x20))
        else:
            out.append(octet)
    return bytes(out)


def frame(data, every=False):
    """One frame between flags."""
    return b'\x7e' + escape(with_fcs(data), every) + b'\x7e'


class Decoder:
    """Octets in, frames out.  Keeps what a tester wants to see: .bad (frames
    with a wrong FCS), .empty and .naked (control octets that should have been
    escaped)."""

    def __init__(self):
        self.current = bytearray()
        self.escaped = False
        self.started = False
        self.bad = 0
        self.short = 0
        self.naked = 0

    def feed(self, data):
        frames = []
        for octet in data:
            if octet == 0x7E:
                if self.current:
                    body = bytes(self.current)
                    if len(body) < 4:
                        self.short += 1
                        # With a right FCS it was a frame without content.
                    elif fcs(body) != 0xF0B8:
                        self.bad += 1
                    else:
                        frames.append(body[:-2])
                self.current = bytearray()
                self.escaped = False
            elif octet == 0x7D:
                self.escaped = True
            else:
                if octet < 0x20:
                    self.naked += 1
                if self.escaped:
                    octet ^= 0x20
                    self.escaped = False
                self.current.append(octet)
        return frames
