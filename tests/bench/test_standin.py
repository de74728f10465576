#!/usr/bin/env python3
"""Tests the stand-in on a pty, against another HDLC: what it takes for right
is right, and whatever was damaged, lost, doubled or foreign is counted."""
import os
import pty
import select
import struct
import subprocess
import sys
import tempfile
import time
import tty
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True

import server                   # noqa: E402

FIELDS = ('pid state cpu_start cpu_end frames octets sent call next missing '
          'late bad_fcs bad_data foreign aborted source_begun source_done '
          'source_id source_size source_rate source_ms').split()
SLOT = struct.Struct('=iIQQQQQ14I')
HELLO, DATA, ECHO, SOURCE = range(4)
M64 = (1 << 64) - 1


def fcs(data):
    v = 0xFFFF
    for octet in data:
        v ^= octet
        for _ in range(8):
            v = v >> 1 ^ 0x8408 if v & 1 else v >> 1
    return v ^ 0xFFFF


def encode(frame, check=None):
    body = frame + struct.pack('<H', fcs(frame) if check is None else check)
    out = bytearray(b'~')
    for octet in body:
        if octet in (0x7D, 0x7E) or octet < 0x20:
            out += bytes((0x7D, octet ^ 0x20))
        else:
            out.append(octet)
    return bytes(out + b'~')


def decode(line):
    """Frames between flags, without FCS; checks it."""
    frames = []
    for part in line.split(b'~'):
        if not part:
            continue
        body, escaped = bytearray(), False
        for octet in part:
            if octet == 0x7D:
                escaped = True
            else:
                body.append(octet ^ 0x20 if escaped else octet)
                escaped = False
        body = bytes(body)
        assert struct.unpack('<H', body[-2:])[0] == fcs(body[:-2]), body
        frames.append(body[:-2])
    return frames


def skip_of_other_order():
    """The two share a table in memory."""
    with open('standin', 'rb') as stream:
        order = {1: 'little', 2: 'big'}[stream.read(6)[5]]
    if order != sys.byteorder:
        print('the stand-in is of another byte order than Python')
        sys.exit(77)


class StandIn(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        options = self.dir.name + '/options'
        self.control = server.Control(options + '.ctl', 7)
        self.master, slave = pty.openpty()
        tty.setraw(slave)
        self.proc = subprocess.Popen(
            ['./standin', 'local', 'file', options, '115200'],
            stdin=slave, stdout=slave)
        os.close(slave)
        hello, = self.frames(1)
        self.assertEqual(struct.unpack_from('=B', hello, 4)[0], HELLO)
        self.assertEqual(hello, self.frame(HELLO, 0, 0, len(hello), struct.
                                           unpack_from('=Q', hello, 16)[0]))

    def tearDown(self):
        if self.master is not None:
            os.close(self.master)
        self.proc.kill()
        self.proc.wait()
        self.control.map.close()
        self.dir.cleanup()

    def frame(self, op, call, number, size, when=None):
        if when is None:
            when = time.clock_gettime_ns(time.CLOCK_MONOTONIC) \
                if hasattr(time, 'clock_gettime_ns') else 1
        x = when * 0x9E3779B97F4A7C15 & M64
        x ^= (call << 32 | number) * 0xC2B2AE3D27D4EB4F & M64
        x ^= (op << 16 | size) * 0x165667B19E3779F9 & M64
        check = (x >> 32 ^ x) & 0xFFFFFFFF
        at = ((call * 0x9E3779B1 + number * 0x85EBCA6B) & 0xFFFFFFFF) >> 16
        data = self.control.map[server.POOL_AT + at:
                                server.POOL_AT + at + size - 28]
        return struct.pack('=4sBBHIIQI', b'\xff\x03\x00\x21', op, 0, size,
                           call, number, when, check) + data

    def frames(self, n, limit=5):
        """Reads n frames from the pty."""
        line = b''
        end = time.monotonic() + limit
        while line.count(b'~') < 2 * n and time.monotonic() < end:
            if select.select([self.master], [], [], 0.1)[0]:
                line += os.read(self.master, 65536)
        frames = decode(line)
        self.assertEqual(len(frames), n)
        return frames

    def send(self, *frames):
        for f in frames:
            os.write(self.master, f)

    def slot(self, **want):
        """Waits until the counters are as wanted, then compares."""
        end = time.monotonic() + 5
        while True:
            have = dict(zip(FIELDS, SLOT.unpack_from(self.control.map,
                                                     server.SLOTS_AT)))
            have = {k: have[k] for k in want}
            if have == want or time.monotonic() > end:
                break
            time.sleep(0.01)  # look
        self.assertEqual(have, want)

    def test_right_frames(self):
        sizes = (28, 29, 64, 512, 1400, 1500)
        for i, size in enumerate(sizes):
            self.send(encode(self.frame(DATA, 3, i, size)))
        self.slot(frames=len(sizes), octets=sum(sizes), next=len(sizes),
                  call=3, missing=0, late=0, bad_fcs=0, bad_data=0,
                  foreign=0, aborted=0)

    def test_every_octet_counts(self):
        """FCS right, one octet wrong: damage before the pty."""
        good = self.frame(DATA, 1, 0, 64)
        for i in range(64):
            bad = bytearray(good)
            bad[i] ^= 1 << i % 8
            if i != 5:                      # reserved
                self.send(encode(bytes(bad)))
        self.slot(bad_data=63, bad_fcs=0, frames=0)

    def test_cut_and_padded(self):
        good = self.frame(DATA, 1, 0, 64)
        self.send(encode(good[:-1]), encode(good + b'\0'), encode(good[:20]))
        self.slot(bad_data=3, frames=0)

    def test_bad_fcs(self):
        good = self.frame(DATA, 1, 0, 64)
        self.send(encode(good, fcs(good) ^ 1), encode(good))
        self.slot(bad_fcs=1, frames=1)

    def test_aborted(self):
        """RFC 1662 4.3: 7D 7E ends a frame that is to be ignored."""
        self.send(b'~abc}~', b'~ab~', b'~' + b'x' * 2000 + b'~',
                  encode(self.frame(DATA, 1, 0, 64)))
        self.slot(aborted=3, frames=1, bad_fcs=0)

    def test_order(self):
        for n in 0, 1, 4, 3, 4, 5:
            self.send(encode(self.frame(DATA, 1, n, 64)))
        self.slot(frames=6, missing=2, late=2, next=6)

    def test_foreign(self):
        self.send(encode(self.frame(DATA, 1, 0, 64)),
                  encode(self.frame(DATA, 2, 1, 64)))
        self.slot(frames=1, foreign=1)

    def test_echo(self):
        sent = [self.frame(ECHO, 1, i, 100 + i) for i in range(3)]
        self.send(*(encode(f) for f in sent))
        self.assertEqual(self.frames(3), sent)

    def test_source(self):
        struct.pack_into('=4I', self.control.map, server.SLOTS_AT +
                         SLOT.size - 16, 5, 300, 100, 95)
        self.send(encode(self.frame(SOURCE, 9, 0, 28)))
        self.slot(source_begun=5, source_done=5)
        sent = SLOT.unpack_from(self.control.map, server.SLOTS_AT)[
            FIELDS.index('sent')]
        # At 0, 10, ... 90 ms; what is late after 95 ms is left out.
        self.assertIn(sent, range(1, 11))
        frames = self.frames(sent)
        for i, f in enumerate(frames):
            when = struct.unpack_from('=Q', f, 16)[0]
            self.assertEqual(f, self.frame(DATA, 0, i, 300, when))

    def test_hangup(self):
        self.slot(state=server.RUNNING, pid=self.proc.pid)
        os.close(self.master)
        self.master = None
        self.assertEqual(self.proc.wait(5), 16)
        self.slot(state=server.ENDED)

    def test_terminate(self):
        self.slot(state=server.RUNNING)
        self.proc.terminate()
        self.assertEqual(self.proc.wait(5), 5)
        self.slot(state=server.ENDED)


if __name__ == '__main__':
    skip_of_other_order()
    unittest.main()
