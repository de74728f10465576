"""The clients: each calls, pings through its call five times a second, hangs
up in one way or another, and calls again."""

import collections
import errno
import random
import select
import socket
import struct
import threading
import time

from pptptest import gre, namespaces, pptp
from pptptest.pptp import (CCRQ, CDN, ECHORP, ECHORQ, OCRP, OCRQ, SCCRP, SCCRQ,
                           STOPRP, STOPRQ, build)

PING_S = 0.2
ECHO_S = 1.0
HALF_S = 0.3            # between the halves of a message
SETUP_S = 8.0           # a call must be up by then
LEAVE_S = 2.0           # for the server's last words
REDIAL_S = 0.2
FRAME = b'\xff\x03\x00\x21'
PING = struct.Struct('>IIId')
LEAVING = ('clear', 'stop', 'close', 'reset')


class Call:
    """One call as its client sees it."""

    def __init__(self, client, mine, begun):
        self.client, self.mine, self.begun = client, mine, begun
        self.theirs = None
        self.up = None                  # time of the OCRP
        self.ended = None
        self.by_us = False
        self.how = ''                   # the end, in words
        self.pong = self.reply = None   # the last ones' times
        self.silence = 0.0              # the longest without a pong
        self.silence_at = 0.0
        self.deaf = 0.0                 # the longest without an Echo-Reply
        # All of these in seconds that the machine gave (pace.py)
        self.pongs = 0
        self.seq = None                 # the last received

    def name(self):
        return '%s:%04X - %04X' % (self.client, self.mine, self.theirs or 0)


class Client:
    """A state machine that never blocks: step() is called often."""

    def __init__(self, clients, number, rng):
        self.clients, self.number, self.rng = clients, number, rng
        # Two behind each address, as behind NAT
        self.address = namespaces.CLIENTS + str(10 + number // 2)
        self.gre = gre.Gre(self.address, namespaces.SERVER)
        self.sock = None
        self.call = None
        self.state = 'idle'
        self.at = time.monotonic() + rng.uniform(0, 1)
        self.waiting = None             # since when no call can be made

    # --- dialling ----------------------------------------------------------

    def dial(self, now):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock.setblocking(False)
        self.sock.bind((self.address, 0))
        self.buffer, self.half = b'', None
        mine = self.rng.randrange(1, 65536)
        self.call = Call(self.address, mine, now)
        self.waiting = self.waiting or now
        self.state, self.until = 'connecting', now + SETUP_S
        error = self.sock.connect_ex((namespaces.SERVER, pptp.PORT))
        if error not in (0, errno.EINPROGRESS):
            self.over(now, 'not connected')

    def send(self, data):
        try:
            self.sock.send(data)
        except OSError:
            pass                        # reading tells what became of it

    def over(self, now, how, by_us=False):
        """The connection is at its end, whoever wished so."""
        self.sock.close()
        self.sock = None
        call, self.call = self.call, None
        if call.ended is None:
            self.end(call, now, how, by_us)
        self.state = 'idle'
        pause = REDIAL_S if call.up is None else self.rng.uniform(0.1, 1.5)
        self.at = now + pause

    def end(self, call, now, how, by_us):
        call.ended, call.how, call.by_us = now, how, by_us
        if call.up is not None:
            self.clients.calls.append(call)
        else:
            self.clients.attempts[how] += 1

    # --- the control connection --------------------------------------------

    def read(self, now):
        try:
            data = self.sock.recv(65536)
        except BlockingIOError:
            return
        except OSError as err:
            self.over(now, 'refused' if err.errno == errno.ECONNREFUSED
                      else 'cut (%s)' % err.strerror)
            return
        if not data:
            self.over(now, 'cut')
            return
        self.buffer += data
        while self.sock is not None and len(self.buffer) >= 2:
            size = struct.unpack_from('>H', self.buffer)[0]
            if len(self.buffer) < size:
                return
            raw, self.buffer = self.buffer[:size], self.buffer[size:]
            self.message(pptp.Message(raw), now)

    def message(self, got, now):
        call = self.call
        if got.type == SCCRP and self.state == 'greeted':
            self.state = 'asked'
            self.send(build(OCRQ, call_id=call.mine))
        elif got.type == OCRP and self.state == 'asked':
            if got.result != 1:
                self.over(now, 'call refused')
                return
            self.up(got.call_id, now)
        elif got.type == ECHORQ:
            self.send(build(ECHORP, ident=got.ident))
        elif got.type == ECHORP and self.state == 'up':
            self.deafness(call, now)
            call.reply = now
        elif got.type in (CDN, STOPRQ):
            if call.ended is None:
                self.end(call, now, str(got), False)
            if got.type == STOPRQ:
                self.send(build(STOPRP))
                self.over(now, str(got))
            else:
                self.state, self.until = 'leaving', now + LEAVE_S

    def up(self, theirs, now):
        call = self.call
        call.theirs, call.up = theirs, now
        call.pong = call.reply = now
        self.state, self.waiting = 'up', None
        self.sent = 0
        self.ping_at = self.echo_at = now
        short = self.rng.random() < 0.2
        self.leave_at = now + (self.rng.uniform(0.2, 2) if short else
                               self.rng.uniform(3, 45))

    def hang_up(self, now, how=None):
        call = self.call
        how = how or self.rng.choice(LEAVING)
        self.silent(call, now)
        self.deafness(call, now)
        self.end(call, now, how, True)
        if how == 'clear':
            self.send(build(CCRQ, call_id=call.mine))
        elif how == 'stop':
            self.send(build(STOPRQ))
        else:
            if how == 'reset':
                self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                     struct.pack('ii', 1, 0))
            self.over(now, how, True)
            return
        self.state, self.until = 'leaving', now + LEAVE_S

    # --- the tunnel --------------------------------------------------------

    def pongs(self, now):
        while True:
            packet = self.gre.recv(0)
            if packet is None:
                return
            call = self.call
            if (self.state != 'up' or packet.call_id != call.mine or
                    packet.seq is None):
                continue
            if call.seq is not None and packet.seq <= call.seq:
                self.clients.wrong('sequence number %d after %d, call %s' % (
                    packet.seq, call.seq, call.name()))
            call.seq = packet.seq
            if packet.payload[:4] != FRAME:
                continue                # pppd's own words
            number, mine, _, _ = PING.unpack_from(packet.payload, 4)
            if (number, mine) != (self.number, call.mine):
                self.clients.wrong('call %s gets what client %d sent in call '
                                   '%04X' % (call.name(), number, mine))
                continue
            self.silent(call, now)
            call.pong = now
            call.pongs += 1

    def silent(self, call, now):
        self.clients.by_clock = max(self.clients.by_clock, now - call.pong)
        if now - call.pong > call.silence:
            given = self.clients.pace.given(call.pong, now)
            if given > call.silence:
                call.silence, call.silence_at = given, now

    def deafness(self, call, now):
        if now - call.reply > call.deaf:
            call.deaf = max(call.deaf, self.clients.pace.given(call.reply,
                                                               now))

    def talk(self, now):
        call = self.call
        if now >= self.ping_at:
            self.ping_at = now + PING_S
            self.gre.send(call.theirs, seq=self.sent, ack=call.seq,
                          payload=FRAME + PING.pack(self.number, call.mine,
                                                    self.sent, now))
            self.sent += 1
        if self.half and now >= self.half[0]:
            self.send(self.half[1])
            self.half = None
        if now >= self.echo_at:
            self.echo_at = now + ECHO_S
            octets = build(ECHORQ, ident=self.sent)
            cut = self.rng.randrange(1, len(octets) + 1)
            self.send(octets[:cut])
            if cut < len(octets):
                self.half = now + HALF_S, octets[cut:]

    # --- every few milliseconds --------------------------------------------

    def step(self, now, readable, writable):
        if self.gre.sock in readable:
            self.pongs(now)
        if self.state == 'idle':
            if now >= self.at and not self.clients.closing:
                self.dial(now)
            return
        if self.sock in writable and self.state == 'connecting':
            self.state = 'greeted'
            self.send(build(SCCRQ))
        if self.sock in readable:
            self.read(now)
        if self.state == 'up':
            self.talk(now)
            if self.clients.closing:
                self.hang_up(now, 'clear')
            elif now >= self.leave_at:
                self.hang_up(now)
        elif self.state == 'leaving':
            if now >= self.until:
                self.over(now, 'left')
        elif self.state != 'idle' and (now >= self.until or
                                       self.clients.closing):
            self.over(now, 'given up while ' + self.state)


class Clients:
    """All of them, in a thread."""

    def __init__(self, count, seed, pace):
        self.pace = pace
        self.calls = []                 # that are over
        self.attempts = collections.Counter()
        self.faults = []                # what no client may ever see
        self.unserved = 0.0             # the longest anybody redialled
        self.stall = 0.0                # our own longest pause
        self.by_clock = 0.0             # the longest silence of all
        self.closing = self.ended = False
        self.all = [Client(self, number,
                           random.Random('%s client %d' % (seed, number)))
                    for number in range(count)]
        self.thread = threading.Thread(target=self.run, daemon=True)

    def wrong(self, text):
        self.faults.append(text)

    def run(self):
        last = time.monotonic()
        while not self.ended:
            reading = [c.sock for c in self.all if c.sock]
            writing = [c.sock for c in self.all if c.state == 'connecting']
            reading += [c.gre.sock for c in self.all]
            readable, writable, _ = select.select(reading, writing, [], 0.02)
            now = time.monotonic()
            self.stall = max(self.stall, now - last)
            last = now
            for client in self.all:
                client.step(now, readable, writable)
                if client.waiting and now - client.waiting > self.unserved:
                    self.unserved = max(self.unserved, self.pace.given(
                        client.waiting, now))

    def living(self):
        return [c.call for c in self.all if c.state == 'up']

    def close(self, timeout=5.0):
        """All hang up and stay away."""
        self.closing = True
        end = time.monotonic() + timeout
        while time.monotonic() < end and any(c.state != 'idle'
                                             for c in self.all):
            time.sleep(0.05)  # look
        self.ended = True
        self.thread.join()
