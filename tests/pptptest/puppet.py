"""The test's end of fakepppd: every started fake calls here and obeys."""

import json
import os
import signal
import socket
import struct
import threading
import time

from pptptest import hdlc, points

CONTROL = '/run/conformance/pppd'

# What pppd says first: LCP Configure-Request; then, as if the peer had
# authenticated, CHAP Success and an IPCP Configure-Request.
LCP = bytes.fromhex('ff03c021' '0101000a' '050601223344')
CHAP_SUCCESS = bytes.fromhex('ff03c223' '03010004')
CHAP_FAILURE = bytes.fromhex('ff03c223' '04010004')
IPCP = bytes.fromhex('ff038021' '0101000a' '03060a000002')
GREETING = (LCP, CHAP_SUCCESS, IPCP)


class Puppet:
    """One fake pppd.  .hello is what it found at its start, .frames are
    (time, frame) as the server wrote them, .octets the same undecoded."""

    def __init__(self, sock):
        self.sock = sock
        self.hello = None
        self.frames = []
        self.octets = bytearray()
        self.decoder = hdlc.Decoder()
        self.signals = []
        self.hangup = None              # time of the line's hangup
        self.gone = None                # time when the process ended
        self.written = 0                # times all output was taken
        self.keeper = []                # (type, value) of its keeper
        self.more = threading.Condition()

    # --- in the background ------------------------------------------------

    def event(self, what):
        kind = what['ev']
        with self.more:
            if kind == 'hello':
                self.hello = what
                self.pid = what['pid']
                self.argv = what['argv']
            elif kind == 'rx':
                data = bytes.fromhex(what['hex'])
                self.octets += data
                for frame in self.decoder.feed(data):
                    self.frames.append((what['t'], frame))
            elif kind == 'hangup':
                self.hangup = what['t']
            elif kind == 'signal':
                self.signals.append((what['number'], what['t']))
            elif kind == 'keeper':
                data = bytes.fromhex(what['hex'])
                self.keeper.append((data[1], data[4]))
            elif kind == 'written':
                self.written += 1
            elif kind == 'gone':
                self.gone = what['t']
            self.more.notify_all()

    def run(self, greet):
        left = b''
        while True:
            try:
                data = self.sock.recv(1 << 20)
            except OSError:
                data = b''
            if not data:
                self.event({'ev': 'gone', 't': time.monotonic()})
                return
            left += data
            while b'\n' in left:
                line, left = left.split(b'\n', 1)
                what = json.loads(line.decode())
                self.event(what)
                if what['ev'] == 'hello':
                    greet(self)

    # --- orders -----------------------------------------------------------

    def order(self, **what):
        try:
            self.sock.sendall(json.dumps(what).encode() + b'\n')
        except OSError:
            pass

    def write(self, data):
        """Octets as they are to the pty."""
        self.order(do='write', hex=data.hex())

    def send(self, *frames):
        """PPP frames, in one write where possible."""
        self.write(b''.join(hdlc.frame(f) for f in frames))

    def exit(self, status=0):
        self.order(do='exit', status=status)

    def reports(self):
        """Whether pptpd-session.so is among its arguments."""
        return 'pptpd-session-fd' in self.argv

    def session(self, kind, body):
        """A message of pptpd-session.so (session_msg.h)."""
        self.order(do='session', hex=(struct.pack(
            '>BBH', 1, kind, 4 + len(body)) + body).hex())

    def authenticated(self, user):
        """Reports that this user has come in."""
        name = user.encode()
        self.session(3, struct.pack('>BB255s', 4, len(name), name))

    def limited(self, most, replace=False):
        """Reports what the user's file says about his logins."""
        self.session(8, struct.pack('>IB', most, replace))

    def verdict(self, timeout=5.0):
        """Whether the keeper lets the user go on; None: it says nothing."""
        self.wait(lambda: any(k == 11 for k, _ in self.keeper), timeout)
        for kind, value in self.keeper:
            if kind == 11:
                return bool(value)
        return None

    def login(self, user, ifname='ppp0', local='10.0.0.2',
              remote='10.0.0.200'):
        """Reports that this user has come in, and that IP is up."""
        self.authenticated(user)
        self.session(5, struct.pack(
            '>16sI', ifname.encode(), 0) + socket.inet_aton(local) +
            socket.inet_aton(remote) + bytes(16))

    def ignore_everything(self):
        """Neither hangup nor SIGTERM ends it any more."""
        self.order(do='hangup', then=None)
        self.order(do='term', exit=None)

    def kill(self, number=signal.SIGKILL):
        os.kill(self.pid, number)

    # --- waiting ----------------------------------------------------------

    def wait(self, ready, timeout=2.0):
        """True as soon as ready() is, False when the time is up."""
        end = time.monotonic() + timeout * points.patience()
        with self.more:
            while not ready():
                left = end - time.monotonic()
                if left <= 0:
                    return False
                self.more.wait(left)
        return True

    def wait_frames(self, count, timeout=2.0):
        self.wait(lambda: len(self.frames) >= count, timeout)
        return [frame for _, frame in self.frames]

    def wait_frame(self, frame, timeout=2.0):
        """Time when this very frame arrived, else None."""
        self.wait(lambda: any(f == frame for _, f in self.frames), timeout)
        for when, got in self.frames:
            if got == frame:
                return when
        return None

    def wait_hangup(self, timeout=2.0):
        """Time of hangup or death, whichever came first, else None."""
        self.wait(lambda: self.hangup or self.gone or self.signals, timeout)
        times = [t for t in (self.hangup, self.gone) if t]
        times += [t for _, t in self.signals]
        return min(times) if times else None

    def wait_gone(self, timeout=2.0):
        self.wait(lambda: self.gone, timeout)
        return self.gone

    def signalled(self, number):
        """Time of the first such signal, else None."""
        for got, when in self.signals:
            if got == number:
                return when
        return None


class Theatre:
    """Listens for fakes.  begin(puppet) may give the first orders; by
    default the fake sends the greeting."""

    def __init__(self):
        self.puppets = []
        self.greeting = GREETING
        self.begin = None
        self.more = threading.Condition()
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.bind(CONTROL)
        self.sock.listen(1024)
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            sock, _ = self.sock.accept()
            threading.Thread(target=Puppet(sock).run, args=(self._greet,),
                             daemon=True).start()

    def _greet(self, puppet):
        if self.begin:
            self.begin(puppet)
        else:
            puppet.send(*self.greeting)
        with self.more:
            self.puppets.append(puppet)
            self.more.notify_all()

    def wait(self, count, timeout=5.0):
        """The puppet that came as number count (from 1), None if late."""
        end = time.monotonic() + timeout * points.patience()
        with self.more:
            while len(self.puppets) < count:
                left = end - time.monotonic()
                if left <= 0:
                    return None
                self.more.wait(left)
            return self.puppets[count - 1]

    def living(self):
        return [p for p in self.puppets if not p.gone]
