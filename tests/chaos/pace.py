"""How much of the time the machine gave: a process that wants to run a hundred
times a second writes down how late it was.

On a machine with other work a server answers late, and it is not the server
that is slow.  So what must happen within a time is measured in seconds that
were to be had: of an interval, what this process waited for a processor in it
does not count.  On an idle machine that is next to nothing, and a server that
uses up a processor does not make it more, since whoever sleeps most runs
first."""

import mmap
import os
import signal
import struct
import time

STEP_S = 0.01                   # its sleep
SLACK_S = 0.002                 # of timers: not late yet
SLOT_S = 0.05
NUMBER = struct.Struct('=d')


class Pace:
    """Measures for so many seconds, from now on."""

    def __init__(self, seconds):
        self.begin = time.monotonic()
        self.slots = int(seconds / SLOT_S) + 1
        self.sums = mmap.mmap(-1, self.slots * NUMBER.size)
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                self.run(parent)
            finally:
                os._exit(0)

    def run(self, parent):
        late, slot, then = 0.0, 0, time.monotonic()
        while slot < self.slots and os.getppid() == parent:
            time.sleep(STEP_S)  # pace
            now = time.monotonic()
            due = then + STEP_S + SLACK_S
            for slot in range(slot, min(self.slot(now), self.slots)):
                # The slots in between have their part of the delay.
                until = self.begin + (slot + 1) * SLOT_S
                NUMBER.pack_into(self.sums, slot * NUMBER.size,
                                 late + max(0.0, until - due))
            slot = self.slot(now)
            late += max(0.0, now - due)
            then = now

    def slot(self, when):
        return int((when - self.begin) / SLOT_S)

    def sum(self, when):
        """What was lost until then; the present slot is not written yet."""
        slot = min(max(self.slot(when) - 1, 0), self.slots - 1)
        while slot > 0:
            value = NUMBER.unpack_from(self.sums, slot * NUMBER.size)[0]
            if value:
                return value
            slot -= 1
        return 0.0

    def given(self, begin, end):
        """Seconds of this interval in which the machine let processes run."""
        lost = self.sum(end) - self.sum(begin)
        return max(0.0, end - begin - max(0.0, lost))

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
