"""pptpdctl top, in a terminal of 80 columns and 24 rows, and without one."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

from pptptest import server
from pptptest.control import CTL, ctl, start
from pptptest.lab import CLIENT, OTHER, numbered
from pptptest.points import check, patience, point

ON, OFF = b'\x1b[?1049h\x1b[?25l', b'\x1b[?25h\x1b[?1049l'


def resize(fd, columns, rows):
    fcntl.ioctl(fd, termios.TIOCSWINSZ,
                struct.pack('4H', rows, columns, 0, 0))


class Terminal:
    """A pptpdctl top that somebody looks at."""

    def __init__(self, *words, columns=80, rows=24):
        self.master, self.slave = pty.openpty()
        resize(self.master, columns, rows)
        self.before = termios.tcgetattr(self.slave)
        self.out = b''
        self.run = subprocess.Popen(
            [CTL, '-p', server.PIDFILE, 'top', '-d', '0.25'] + list(words),
            stdin=self.slave, stdout=self.slave, stderr=self.slave,
            preexec_fn=self.control)

    def control(self):
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def read(self, timeout):
        if select.select([self.master], [], [], timeout)[0]:
            try:
                self.out += os.read(self.master, 65536)
            except OSError:
                pass

    def page(self):
        """The last whole page, as lines."""
        found = re.findall(rb'\x1b\[H((?:(?!\x1b\[H).)*?)\x1b\[J', self.out,
                           re.S)
        if not found:
            return []
        text = found[-1].replace(b'\x1b[K', b'').decode()
        check(not re.search('[^ -~\r\n]', text), repr(text))
        return text.split('\r\n')[:-1]

    def shows(self, pattern, timeout=10):
        """Waits until a page has it."""
        end = time.monotonic() + timeout * patience()
        while time.monotonic() < end:
            self.read(0.1)
            if re.search(pattern, '\n'.join(self.page())):
                return self.page()
        check(False, 'no %s in %s' % (pattern, self.page()))

    def type(self, keys):
        os.write(self.master, keys)

    def end(self, expect=0, timeout=10):
        """It has ended, and the terminal is as it was."""
        end = time.monotonic() + timeout * patience()
        while self.run.poll() is None and time.monotonic() < end:
            self.read(0.1)
        self.read(0.1)
        check(self.run.returncode == expect, 'status %s: %r' % (
            self.run.returncode, self.out[-300:]))
        check(termios.tcgetattr(self.slave) == self.before,
              'the terminal is not as it was')
        check(self.out.count(ON) >= 1 and
              self.out.rfind(OFF) > self.out.rfind(ON),
              'still the other screen')


@point('top', 'top in 80x24: rates, sort keys, help, another size, q', limit=60)
def top(lab):
    start(lab)
    one, two = lab.call(address=CLIENT), lab.call(address=OTHER)
    terminal = Terminal()
    page = terminal.shows('%04X' % one.theirs)
    check(len(page) <= 23 and max(map(len, page)) <= 80, str(page))
    check(page[0].startswith('pptpd ') and 'Calls: 2' in page[1] and
          page[5].split()[:4] == ['CALL', 'USER', 'CLIENT', 'STATE'],
          str(page))
    mode = termios.tcgetattr(terminal.slave)[3]
    check(not mode & (termios.ICANON | termios.ECHO), 'keys are not read')
    check(mode & termios.ISIG, 'no Ctrl-C')
    for n in range(60):                 # two have more than one
        two.up(numbered(n, 1000))
    terminal.type(b'i')
    page = terminal.shows(r'Sorted by in')
    for n in range(60, 4000):
        two.up(numbered(n, 1000))
        if n % 60 == 0:
            check(two.pppd.wait_frame(numbered(n, 1000), 10), 'not through')
            terminal.read(0.05)
            rows = terminal.page()[6:8]
            if rows and rows[0].startswith('%04X' % two.theirs) and \
                    re.search(r' \d+(\.\d)?K ', rows[0]):
                break
    else:
        check(False, 'no rate: %s' % terminal.page())
    terminal.type(b'R')
    terminal.shows('the other way round')
    terminal.type(b'h')
    terminal.shows('sort by loss')
    terminal.type(b'h\x1b[A')           # an arrow means nothing
    terminal.shows('%04X' % one.theirs)
    resize(terminal.master, 120, 8)
    # The rows of the page above are not ours any more.
    page = terminal.shows('CALL USER {20}')
    check(len(page) <= 7, str(page))
    terminal.type(b'q')
    terminal.end()


@point('top-ends', 'top gives the terminal back by Ctrl-C, SIGTERM, when its '
       'child is killed, and when the server ends; goes on with another '
       'engine', limit=90)
def ends(lab):
    run = start(lab)
    session = lab.call()
    call = '%04X' % session.theirs
    terminal = Terminal()
    terminal.shows(call)
    terminal.type(b'\x03')
    terminal.end(0)
    terminal = Terminal()
    terminal.shows(call)
    terminal.run.terminate()
    terminal.end(2)
    terminal = Terminal()
    terminal.shows(call)
    with open('/proc/%d/task/%d/children' % ((terminal.run.pid,) * 2)) as s:
        os.kill(int(s.read().split()[0]), signal.SIGKILL)
    terminal.end(2)
    terminal = Terminal('-n', '2')
    terminal.end(0)
    terminal = Terminal()
    terminal.shows(call)
    os.kill(run.engines()[0].pid, signal.SIGKILL)
    terminal.shows('1 restarts', 20)
    terminal.shows(call)
    ctl('shutdown')
    terminal.end(2, 30)
    check(b'the server has ended' in terminal.out, terminal.out[-300:])


@point('top-batch', 'top -b -n 2 prints two pages, without a control '
       'character; what makes no sense is refused')
def batch(lab):
    start(lab)
    session = lab.call()
    got = ctl('top', '-b', '-n', '2', '-d', '0.25').out
    check(not re.search('[^ -~\n]', got), repr(got))
    check(got.count('pptpd ') == 2 and
          got.count('%04X ' % session.theirs) == 2, got)
    check('needs a terminal' in ctl('top', expect=2).err, 'no terminal')
    for words in (('top', '-b', '-d', '0'), ('top', '-b', '-d', '99'),
                  ('top', '-n', 'x'), ('list', '-b'), ('-j', 'top', '-b')):
        ctl(*words, expect=2)
