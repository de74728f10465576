"""Strangers: they say what they like in any order, read or do not read the
answers, and leave in the middle of it, mostly by a reset."""

import collections
import random
import socket
import struct
import threading
import time

from pptptest import gre, namespaces, pptp
from pptptest.pptp import (CCRQ, CDN, ECHORP, ECHORQ, ICRQ, OCRQ, SCCRQ, SLI,
                           STOPRP, STOPRQ, WEN, build)

FIRST_ADDRESS = 150             # behind those of the clients
PAUSE_S = 0.004                 # between two deeds of all of them
STAMPEDE = 0.001                # how often they all leave at once
UNREAD = (20, 50)               # answers that one who reads none asks for
SEGMENT = 100
WORDS = [SCCRQ] * 3 + [OCRQ] * 6 + [CCRQ, STOPRQ, STOPRP, ECHORQ, ECHORP, ICRQ,
                                    CDN, SLI, WEN]
# What one does who reads the answers, and one who does not, in parts
READER = {'say': 60, 'flood': 6, 'half': 1, 'last': 3, 'reset': 1, 'close': 1,
          'finish': 1, 'packet': 20, 'read': 20}
DEAF = {'fill': 60, 'flood': 0.1, 'pause': 6, 'last': 1, 'reset': 0.3,
        'close': 0.3, 'packet': 20}
NUMBERS = (0, 1, 2, 17, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
CALL_IDS = 64                   # the last that were heard of


class Stranger:
    def __init__(self, strangers, number, rng):
        self.all, self.rng = strangers, rng
        self.address = namespaces.CLIENTS + str(FIRST_ADDRESS + number)
        self.gre = gre.Gre(self.address, namespaces.SERVER)
        self.sock = None

    def connect(self):
        self.reads = self.rng.random() < 0.4
        self.enough = self.rng.randint(*UNREAD)
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not self.reads:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG,
                                 SEGMENT)
        self.sock.settimeout(0.2)
        self.sock.bind((self.address, 0))
        self.sock.connect((namespaces.SERVER, pptp.PORT))
        self.sock.setblocking(False)
        self.sock.send(build(SCCRQ))

    def leave(self, reset):
        if reset:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                 struct.pack('ii', 1, 0))
        self.sock.close()
        self.sock = None

    def words(self, most):
        return b''.join(build(self.rng.choice(WORDS))
                        for _ in range(self.rng.randint(1, most)))

    # --- deeds -------------------------------------------------------------

    def say(self):
        self.sock.send(self.words(3))

    def fill(self):
        """Of the answers some are left in the server's own buffer."""
        count = min(self.enough, 4)
        self.sock.send(build(SCCRQ) * count)
        self.enough -= count

    def flood(self):
        self.sock.send(self.words(30))

    def pause(self):
        """More than message-rate allows, and no answer to it."""
        self.sock.send(build(SLI) * 100)

    def half(self):
        octets = self.words(1)
        self.sock.send(octets[:self.rng.randrange(1, len(octets))])

    def last(self):
        """Asks for a call and is gone."""
        self.sock.send(self.rng.choice((build(OCRQ), self.words(3),
                                        build(OCRQ) + build(STOPRQ))))
        self.leave(self.rng.random() < 0.9)

    def reset(self):
        self.leave(True)

    def close(self):
        self.leave(False)

    def finish(self):
        self.sock.shutdown(socket.SHUT_WR)

    def packet(self):
        """GRE for anybody's call."""
        payload = self.rng.choice((
            b'', b'\xff\x03\xc0\x21\x01\x01\x00\x04',
            b'\x7e' * self.rng.randrange(1400), bytes(self.rng.randrange(99))))
        number = lambda: self.rng.choice(               # noqa: E731
            NUMBERS + (self.rng.getrandbits(32),))
        self.gre.send(self.rng.choice(self.all.call_ids or [1]),
                      seq=number() if self.rng.random() < 0.8 else None,
                      ack=number() if self.rng.random() < 0.5 else None,
                      payload=payload)

    def read(self):
        data = self.sock.recv(65536)
        if not data:
            self.leave(False)
        for at in range(0, len(data) - 31, 4):
            if data[at:at + 10] == struct.pack('>HHIH', 32, 1, pptp.COOKIE,
                                               pptp.OCRP):
                self.all.call_ids.append(struct.unpack_from('>H', data,
                                                            at + 12)[0])

    def act(self):
        if self.sock is None:
            self.connect()
            return 'connect'
        deeds = READER if self.reads else DEAF
        deed = self.rng.choices(list(deeds), deeds.values())[0]
        getattr(self, deed)()
        return deed


class Strangers:
    """All of them, in a thread."""

    def __init__(self, count, seed):
        self.did = collections.Counter()
        self.call_ids = collections.deque(maxlen=CALL_IDS)
        self.ended = False
        self.rng = random.Random('%s strangers' % seed)
        self.all = [Stranger(self, n, self.rng) for n in range(count)]
        self.thread = threading.Thread(target=self.run, daemon=True)

    def stampede(self):
        """All ask for a call, and are gone before the first has an answer."""
        there = [s for s in self.all if s.sock is not None]
        for stranger in there:
            try:
                stranger.sock.send(build(OCRQ))
            except OSError:
                pass
        for stranger in reversed(there):
            stranger.leave(True)
        self.did['stampede'] += 1

    def run(self):
        while not self.ended and self.all:
            if self.rng.random() < STAMPEDE:
                self.stampede()
            stranger = self.rng.choice(self.all)
            try:
                self.did[stranger.act()] += 1
            except BlockingIOError:
                pass
            except OSError:             # the server has had enough of it
                stranger.leave(True)
            time.sleep(PAUSE_S)  # pace

    def close(self):
        self.ended = True
        self.thread.join()
        for stranger in self.all:
            if stranger.sock is not None:
                stranger.leave(True)
