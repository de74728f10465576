"""Fl-10: the clocks that an administrator, or NTP, or a sleeping machine moves.
clock.c of ../chaos shows them to the server's processes."""

import os
import re
import signal
import socket
import struct
import subprocess
import time

from pptptest import rules
from pptptest.lab import CLIENT, OTHER, client
from pptptest.points import Skip, check, point

FILE = '/run/conformance/clock'
HOUR, DAY = 3600, 86400


class Clocks:
    """Of all that is started from now on."""

    def __init__(self, lab):
        if lab.sanitized:
            raise Skip('a sanitizer wants to be loaded first')
        self.set(0, 0)
        rules.preload(rules.CLOCK, 'clock.so')

    def set(self, wall, boot):
        """Seconds that they are ahead."""
        if not os.path.exists(FILE):
            open(FILE, 'wb').close()
        with open(FILE, 'r+b') as stream:
            stream.write(struct.pack('=qq', wall, boot))
        os.chmod(FILE, 0o644)


def jumps(lab, *clocks):
    """None of these may end a call, or a connection before its time."""
    moved = Clocks(lab)
    lab.server(conf=[('stimeout', '4')])
    session = lab.call()
    for number, (wall, boot) in enumerate(clocks):
        silent = lab.connect(client(10 + number))
        begin = time.monotonic()
        moved.set(wall, boot)
        seen = int(subprocess.check_output(['date', '+%s']))
        check(abs(seen - time.time() - wall) < 60, 'the clock did not jump')
        session.needs('after a jump to %+d s, a call' % (wall + boot))
        silent.drain(1.5)
        check(not silent.closed, 'a silent connection is closed at once')
        silent.drain(6)
        took = time.monotonic() - begin
        check(silent.closed and 3.5 <= took <= 6, 'a silent connection is '
              '%s after %.1f s' % (silent.closed or 'open', took))
        lab.call(address=OTHER).close()
    mark = lab.log.mark()
    session.close()
    line = lab.log.wait('CTRL: Call of client %s ended: .*' % CLIENT, 5,
                        mark)
    check(line, 'no line about its end')
    took = int(re.search(r' (\d+) s, received', line.text)[1])
    check(took < 60, line.text)
    return 'its length was %d s' % took


@point('Fl-10', 'the wall clock jumps by an hour, back, and by a day: calls '
       'and time limits go on as if it had not', waits=True)
def fl_10(lab):
    return jumps(lab, (HOUR, 0), (-HOUR, 0), (DAY, 0), (0, 0))


@point('Fl-10b', 'the machine has slept for an hour: calls go on', waits=True)
def fl_10b(lab):
    return jumps(lab, (HOUR, HOUR))


@point('Fl-10c', 'the clock is set back by a day while there is no log: lines '
       'come again as soon as there is one', waits=True)
def fl_10c(lab):
    moved = Clocks(lab)
    run = lab.server()
    old = lab.log.sock
    os.unlink(lab.log.path)
    old.shutdown(socket.SHUT_RDWR)
    old.close()
    run.signal(signal.SIGUSR1)          # it says something about it
    time.sleep(0.3)  # time: the line is lost
    moved.set(-DAY, 0)
    lab.log.listen()
    mark = lab.log.mark()
    time.sleep(2.5)  # time: longer than the next try takes
    run.signal(signal.SIGUSR1)
    line = lab.log.wait('MGR: .*', 3, mark)
    check(line, 'no line comes')
    return line.text
