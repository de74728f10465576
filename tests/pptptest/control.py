"""pptpdctl as a program, and a client of its socket that does as it likes."""

import glob
import json
import os
import pwd
import socket
import subprocess
import time

from pptptest.points import Fail, check
from pptptest.server import PIDFILE

CTL = '/usr/sbin/pptpdctl'
DIRECTORY = '/run/pptpd/'
STRANGER = pwd.getpwnam('nobody')


def strict(octets):
    """The one JSON value of these octets; Fail if a parser may stumble over
    them: not ASCII, control characters, a name twice in an object, numbers that
    are none, half a surrogate pair, or something behind the value."""
    def pairs(items):
        names = [name for name, _ in items]
        check(len(set(names)) == len(names), 'a name twice: %s' % names)
        return dict(items)

    def no(constant):
        raise ValueError(constant)
    try:
        text = octets.decode('ascii')
        bad = [c for c in text if c < ' ' and c != '\n' or c == '\x7f']
        check(not bad, 'control characters: %r' % bad)
        got = json.loads(text, object_pairs_hook=pairs, parse_constant=no)
        json.dumps(got, ensure_ascii=False).encode()
    except ValueError as err:
        raise Fail('no strict JSON: %s: %r' % (err, octets[:300]))
    return got


class Done:
    """What a run of pptpdctl said: .status, .out, .err, .json."""

    def __init__(self, words, status, out, err):
        self.words, self.status = words, status
        self.octets = out
        self.out, self.err = out.decode(), err.decode()

    def __str__(self):
        return 'pptpdctl %s: status %d: %s' % (
            ' '.join(map(str, self.words)), self.status,
            (self.out + self.err).strip())

    @property
    def json(self):
        return strict(self.octets)

    def lines(self):
        return self.out.splitlines()

    def field(self, title):
        """The value behind a title of a list."""
        for line in self.lines():
            if line.startswith(title + '  '):
                return line[len(title):].strip()
        raise Fail('no "%s" in: %s' % (title, self.out))


def ctl(*words, as_user=None, pidfile=PIDFILE, expect=0):
    """Runs it; as_user: (uid, gid, groups)."""
    command = [CTL] + (['--pidfile', pidfile] if pidfile else []) + \
        list(words)
    who = {}
    if as_user:
        who = dict(user=as_user[0], group=as_user[1],
                   extra_groups=as_user[2])
    done = subprocess.run(command, stdin=subprocess.DEVNULL, timeout=40,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          **who)
    done = Done(words, done.returncode, done.stdout, done.stderr)
    if expect is not None:
        check(done.status == expect, 'not %d: %s' % (expect, done))
    return done


def sockets():
    """Control sockets that are ready."""
    return [name for name in glob.glob(DIRECTORY + 'control*')
            if not name.endswith('.new')]


def start(lab, **fields):
    """Starts the server; its control socket comes after its listener, and
    the first greeting when all of it runs."""
    run = lab.server(**fields)
    check(lab.until(sockets, 3) is not None,
          'no control socket')
    Client().close()
    return run


def path():
    """The control socket of the one server that runs."""
    found = sockets()
    check(len(found) == 1, 'control sockets: %s' % found)
    return found[0]


class Client:
    """A connection; the greeting is in .greeting."""

    def __init__(self, timeout=5.0, greet=True):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(timeout)
        self.sock.connect(path())
        self.left = b''
        self.greeting = self.line() if greet else None

    def send(self, data):
        self.sock.sendall(data)

    def line(self):
        """The next object; None at the end."""
        while b'\n' not in self.left:
            try:
                data = self.sock.recv(65536)
            except ConnectionResetError:
                return None
            if not data:
                return None
            self.left += data
        line, self.left = self.left.split(b'\n', 1)
        return strict(line)

    def ask(self, **request):
        """The last object of the answer."""
        self.send(json.dumps(request).encode() + b'\n')
        while True:
            got = self.line()
            if got is None or 'ok' in got:
                return got

    def error(self, data):
        """Sends octets; the code of the refusal."""
        self.send(data)
        got = self.line()
        check(got is not None and got['ok'] is False, str(got))
        return got['error']['code']

    def wait_closed(self, timeout):
        self.sock.settimeout(timeout)
        try:
            while self.sock.recv(65536):
                pass
        except socket.timeout:
            return False
        except ConnectionResetError:
            pass
        return True

    def close(self):
        self.sock.close()


def gone(run, timeout=15.0):
    """Seconds until the server has ended; Fail if it has not."""
    begin = time.monotonic()
    status = run.wait_exit(timeout)
    check(status is not None, 'it still runs after %d s' % timeout)
    check(status == 0, 'exit status %d' % status)
    return time.monotonic() - begin


def exists(name):
    return os.path.lexists(name)
