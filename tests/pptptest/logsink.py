"""The server's log as it leaves it: datagrams on a private /dev/log."""

import os
import re
import socket
import threading
import time

from pptptest import points

ERR, WARNING, NOTICE, INFO, DEBUG = 3, 4, 5, 6, 7
DAEMON = 3

LINE = re.compile(rb'^<(\d+)>(?:\w{3} [ \d]\d \d\d:\d\d:\d\d )?'
                  rb'(?:([^\s:\[]+)(?:\[(\d+)\])?: )?(.*)$', re.S)


class Line:
    def __init__(self, data):
        self.when = time.monotonic()
        self.raw = data
        match = LINE.match(data.rstrip(b'\0\n'))
        priority = int(match.group(1)) if match else 0
        self.level, self.facility = priority & 7, priority >> 3
        self.ident = (match.group(2) or b'').decode() if match else ''
        self.pid = int(match.group(3) or 0) if match else 0
        self.text = (match.group(4) if match else data).decode(
            'utf-8', 'backslashreplace')

    def __repr__(self):
        return '%s[%d] <%d> %s' % (self.ident, self.pid, self.level,
                                   self.text)


class Log:
    """Collects lines in the background; .lines is in order of arrival."""

    def __init__(self, path='/dev/log'):
        self.path = path
        self.lines = []
        self.more = threading.Condition()
        self.listen()
        threading.Thread(target=self._run, daemon=True).start()

    def listen(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.sock.bind(self.path)
        os.chmod(self.path, 0o666)

    def _run(self):
        while True:
            try:
                line = Line(self.sock.recv(65536))
            except OSError:
                time.sleep(0.01)  # look
                continue
            with self.more:
                self.lines.append(line)
                self.more.notify_all()

    def mark(self):
        """Where the log ends now: for since()."""
        with self.more:
            return len(self.lines)

    def since(self, mark=0, level=DEBUG):
        """Lines from there on at least as important as level."""
        with self.more:
            return [line for line in self.lines[mark:] if line.level <= level]

    def find(self, pattern, mark=0):
        """The first line whose whole text matches the expression."""
        want = re.compile(pattern + r'\Z')
        for line in self.since(mark):
            if want.match(line.text):
                return line
        return None

    def wait(self, pattern, timeout=2.0, mark=0):
        end = time.monotonic() + timeout * points.patience()
        while True:
            line = self.find(pattern, mark)
            if line:
                return line
            left = end - time.monotonic()
            if left <= 0:
                return None
            with self.more:
                self.more.wait(min(left, 0.2))
