"""What real clients sent, and how to send it again with their own timing.

The captures are other people's data and no part of this project; README.md in
their directory says what each is.  One is a file of JSON lines: `t` seconds
since the first, `kind` "ctrl" (a control message) or "gre" (GRE header and
payload), `hex`.  They are sought in the directory that PPTPD_CAPTURES names,
else beside the checkout."""

import json
import os
import socket
import struct
import time

from pptptest import gre, namespaces, pptp
from pptptest.points import Fail, Skip, check

HERE = os.path.dirname(os.path.abspath(__file__))
PLACE = os.environ.get('PPTPD_CAPTURES') or os.path.join(
    HERE, '..', '..', '..', 'shared', 'captures')

# What pppd says meanwhile: it opens every network protocol, so that nothing
# of the client's has a reason to wait.
CCP = bytes.fromhex('ff0380fd' '0101000a' '120601000040')
IPV6CP = bytes.fromhex('ff038057' '0101000e' '010a0000000000000001')


class Record:
    """.t, .kind; .raw; of control messages .type; of GRE .seq and .payload
    (as the header's length says)."""

    def __init__(self, line):
        entry = json.loads(line)
        self.t, self.kind = entry['t'], entry['kind']
        self.raw = bytes.fromhex(entry['hex'])
        self.type = self.seq = None
        self.payload = b''
        if self.kind == 'ctrl':
            self.type = struct.unpack_from('>H', self.raw, 8)[0]
        else:
            flags, _, size = struct.unpack_from('>HHH', self.raw)
            at = 8
            if flags & gre.HAS_SEQ:
                self.seq = struct.unpack_from('>I', self.raw, at)[0]
                at += 4
            if flags & gre.HAS_ACK:
                at += 4
            if self.seq is not None:
                self.payload = self.raw[at:at + size]


def load(name):
    """The calls of a capture, each a list of records; one that had begun
    before the capture has no SCCRQ."""
    try:
        with open(os.path.join(PLACE, name + '.jsonl')) as stream:
            records = [Record(line) for line in stream if line.strip()]
    except OSError:
        raise Skip('no captures here (PPTPD_CAPTURES)')
    calls = [[]]
    for record in records:
        if record.type == pptp.SCCRQ and calls[-1]:
            calls.append([])
        calls[-1].append(record)
    return calls


class Replay:
    """One call of a capture, sent to the server.  finish() says what came of
    it."""

    def __init__(self, lab, records):
        self.lab, self.records = lab, records
        self.begun = records[0].type == pptp.SCCRQ
        self.gre = gre.Gre(lab.client, namespaces.SERVER)
        self.theirs = self.pppd = None
        self.mine = 0
        self.sent = {}                  # number -> frame
        self.shift = 0
        self.behind = 0.0               # s, the server's fault or ours

    def connect(self):
        self.tcp = self.lab.connect(self.lab.client)

    def artificial(self):
        """The begin that the capture has missed; its numbers go on from
        there."""
        ends = [r for r in self.records if r.type == pptp.CCRQ]
        self.mine = struct.unpack_from('>H', ends[0].raw, 12)[0] \
            if ends else 0x2233
        self.tcp.send(pptp.build(pptp.SCCRQ))
        self.answer(pptp.SCCRP)
        self.tcp.send(pptp.build(pptp.OCRQ, call_id=self.mine))
        self.answered(self.answer(pptp.OCRP))
        self.shift = min(r.seq for r in self.records if r.seq is not None)

    def answer(self, kind):
        before = time.monotonic()
        got = self.tcp.expect(kind, 10)
        if got is None:
            raise Fail('no %s: %s' % (pptp.NAMES[kind], pptp.describe(
                self.tcp.seen, self.tcp.closed)))
        self.behind += time.monotonic() - before
        return got

    def answered(self, reply, speed=None):
        check((reply.result, reply.error) == (1, 0), 'call refused: %s'
              % reply)
        check(reply.peer_id == self.mine, 'OCRP for Call ID %04x'
              % reply.peer_id)
        check(speed is None or reply.speed == speed, 'speed %d' % reply.speed)
        check(reply.window > 0, 'window 0')
        self.theirs = reply.call_id
        self.pppd = self.lab.theatre.wait(len(self.lab.replays) + 1)
        check(self.pppd, 'no pppd was started')
        self.lab.replays.append(self)

    def control(self, record, last):
        raw = record.raw
        if record.type == pptp.SLI:
            raw = raw[:12] + struct.pack('>H', self.theirs) + raw[14:]
        if last and record.type == pptp.CCRQ:
            # As it came: the octets and FIN in one segment.
            self.tcp.sock.send(raw, socket.MSG_MORE)
            self.tcp.finish()
        else:
            self.tcp.send(raw)
        if record.type == pptp.SCCRQ:
            got = self.answer(pptp.SCCRP)
            check(got.result == 1, 'SCCRP %d' % got.result)
            check(len(got.raw) == 156, '%d octets' % len(got.raw))
        elif record.type == pptp.OCRQ:
            self.mine, speed = struct.unpack_from('>H6xI', raw, 12)
            self.answered(self.answer(pptp.OCRP), speed)
        elif record.type == pptp.STOPRQ:
            got = self.answer(pptp.STOPRP)
            check(got.result == 1, 'StopCCRP %d' % got.result)

    def packet(self, record):
        raw = record.raw[:6] + struct.pack('>H', self.theirs) + record.raw[8:]
        if record.seq is not None:
            number = record.seq - self.shift
            raw = raw[:8] + struct.pack('>I', number) + raw[12:]
            if number not in self.sent:
                self.sent[number] = record.payload
        self.gre.raw(raw)

    def run(self):
        self.connect()
        if not self.begun:
            self.artificial()
        self.behind = 0.0
        begin = time.monotonic() - self.records[0].t
        for at, record in enumerate(self.records):
            wait = begin + record.t + self.behind - time.monotonic()
            if wait > 0:
                time.sleep(wait)  # pace: the capture's
            if record.kind == 'ctrl':
                self.control(record, at == len(self.records) - 1)
            else:
                self.packet(record)

    def acknowledged(self, whole):
        """All acknowledgment numbers until now; of a call that is still up
        the last one must come."""
        numbers = []
        end = time.monotonic() + 1
        while time.monotonic() < end:
            packet = self.gre.recv(0.05, self.mine)
            if packet is not None and packet.ack is not None:
                numbers.append(packet.ack)
            if packet is None and (not whole or not self.sent or
                                   numbers[-1:] == [max(self.sent)]):
                return numbers
        raise Fail('acknowledges %s at last, not %d'
                   % (numbers[-1:] or 'nothing', max(self.sent)))

    def finish(self):
        """The client closes; checks all that the server made of it."""
        want = [self.sent[n] for n in sorted(self.sent) if self.sent[n]]
        kinds = [r.type for r in self.records]
        self.pppd.wait_frames(len(want), 5)
        acked = self.acknowledged(pptp.CCRQ not in kinds)
        if not self.tcp.closed:
            self.tcp.finish()
        check(self.pppd.wait_hangup(3), 'pppd is not hung up')
        self.tcp.drain(2)
        check(self.tcp.closed, 'the connection stays open')
        got = [frame for _, frame in self.pppd.frames]
        check(got == want, different(got, want))
        said = [m.type for m in self.tcp.seen]
        check(pptp.CCRQ not in kinds or pptp.CDN in said or
              kinds[-1] == pptp.CCRQ, 'CCRQ: no Call-Disconnect-Notify')
        check(set(said) <= {pptp.SCCRP, pptp.OCRP, pptp.CDN, pptp.STOPRQ,
                            pptp.STOPRP, pptp.ECHORQ, pptp.ECHORP},
              'it says %s' % pptp.describe(self.tcp.seen))
        check(acked == sorted(acked), 'acknowledges less than before')
        return '%d control messages, %d frames' % (
            sum(r.kind == 'ctrl' for r in self.records), len(want))


def different(got, want):
    for at, (one, other) in enumerate(zip(got, want)):
        if one != other:
            return 'frame %d is %s, not %s' % (at, one.hex()[:80],
                                               other.hex()[:80])
    return '%d frames reach pppd, %d were sent' % (len(got), len(want))


def replay(lab, name):
    """All calls of a capture, one after the other; returns what was seen."""
    calls = load(name)
    lab.client = namespaces.CLIENTS + '1'
    lab.replays = []
    lab.theatre.greeting += (CCP, IPV6CP)
    lab.server()
    text = []
    for records in calls:
        run = Replay(lab, records)
        run.run()
        text.append(run.finish())
    lines = [line.text for line in lab.log.since(0, 3)]
    check(not lines, 'the log has errors: %s' % lines)
    return '; '.join(text) + ', all of them at pppd, in order'
