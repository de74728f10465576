"""What the driver does to the server: the plan, drawn from the seed, and how
each kind of trouble is made."""

import collections
import mmap
import os
import random
import re
import signal
import struct
import time

from pptptest import server

PAUSE_S = (0.3, 2.3)            # between two troubles
STOP_S = (0.2, 2.0)             # a stopped process, a full disk
FILLER = 'filler'
RECORD_FD = 4                   # a keeper's, of its call's record
# Addresses that a reload changes to: more than there are clients
RANGES = ('10.0.0.10-150', '10.0.0.16-150', '10.0.0.60-190',
          '10.0.0.110-250', '10.0.0.10-250')
ENGINES_MOST = 3
JUMPS = (-3600, 3600, -86400 * 400, 86400 * 400, 1, -1)

# Kinds and how often each comes, in parts
KINDS = {
    'engine-kill': 6, 'engine-crash': 2, 'engine-stop': 2,
    'monitor-kill': 5, 'monitor-term': 3, 'monitor-upgrade': 3,
    'monitor-stop': 2, 'monitor-reload': 3,
    'spawner-kill': 2, 'spawner-stop': 1,
    'keeper-kill': 4, 'keeper-term': 3, 'keeper-stop': 3,
    'pppd-kill': 4, 'pppd-stop': 2,
    'record-damage': 2, 'record-cut': 1,
    'disk-full': 2, 'clock-jump': 2,
}
KILLS = ('engine-kill', 'engine-crash', 'monitor-kill', 'monitor-term',
         'spawner-kill', 'keeper-kill', 'keeper-term', 'pppd-kill',
         'record-damage')

Trouble = collections.namedtuple('Trouble', 'at kind dice')


def plan(seed, seconds, kinds):
    """All troubles of a run: when, of which kind, and two numbers from 0 to 1
    that choose the victim and all else.  Every kind comes at least once if
    there is room."""
    rng = random.Random('%s plan' % seed)
    times, at = [], 1.0
    while at < seconds:
        times.append(at)
        at += rng.uniform(*PAUSE_S)
    drawn = kinds + rng.choices(kinds, [KINDS[k] for k in kinds],
                                k=max(0, len(times) - len(kinds)))
    rng.shuffle(drawn)
    return [Trouble(at, kind, (rng.random(), rng.random()))
            for at, kind in zip(times, drawn)]


class Maker:
    """Makes trouble in one server; .did counts, .said tells what."""

    def __init__(self, run, watch, directory, clock):
        self.run, self.watch, self.directory = run, watch, directory
        self.did = collections.Counter()
        self.missed = collections.Counter()     # nobody to do it to
        self.said = []                          # (time, text)
        self.faults = []
        self.hurt = set()                       # pids that were hit
        self.later = []                         # (time, what to do then)
        if clock:
            with open(clock, 'r+b') as stream:
                self.page = mmap.mmap(stream.fileno(), 8)

    # --- victims -----------------------------------------------------------

    def named(self, comm):
        return [p.pid for p in server.processes() if p.comm == comm[:15]]

    def call(self, dice):
        living = [k for k in self.watch.living()
                  if server.Process(k.pid).alive()]
        return living[int(dice * len(living))] if living else None

    def signal(self, pid, number):
        try:
            os.kill(pid, number)
            return True
        except ProcessLookupError:
            return False

    def stop(self, pid, dice):
        """Stops a process and lets it go on after a while."""
        for_s = STOP_S[0] + dice * (STOP_S[1] - STOP_S[0])
        self.at(for_s, lambda: self.signal(pid, signal.SIGCONT))
        return self.signal(pid, signal.SIGSTOP)

    def at(self, delay, what):
        self.later.append((time.monotonic() + delay, what))

    # --- doing it ----------------------------------------------------------

    def make(self, trouble):
        who, _, how = trouble.kind.partition('-')
        self.victim = ''
        done = getattr(self, who)(how, *trouble.dice)
        (self.did if done else self.missed)[trouble.kind] += 1
        self.said.append((time.monotonic(), '%s%s' % (
            trouble.kind, self.victim if done else ': nobody')))

    def due(self):
        """What was put off until now."""
        now = time.monotonic()
        for entry in [e for e in self.later if e[0] <= now]:
            self.later.remove(entry)
            entry[1]()

    def finish(self):
        """All that was stopped or filled is so no longer."""
        for _, what in self.later:
            what()
        self.later = []

    def hit(self, pids, how, dice, signals):
        if not pids:
            return False
        pid = pids[int(dice[0] * len(pids))]
        self.victim = ' %d' % pid
        self.hurt.add(pid)
        if how == 'stop':
            return self.stop(pid, dice[1])
        return self.signal(pid, signals[how])

    def engine(self, how, *dice):
        return self.hit(self.named('pptpd-engine'), how, dice,
                        {'kill': signal.SIGKILL, 'crash': signal.SIGSEGV})

    def monitor(self, how, *dice):
        pids = [self.run.pid] if self.run.alive() else []
        if how == 'reload':
            self.configure(RANGES[int(dice[1] * len(RANGES))],
                           1 + int(dice[0] * ENGINES_MOST))
        return self.hit(pids, how, dice, {
            'kill': signal.SIGKILL, 'term': signal.SIGTERM,
            'upgrade': signal.SIGUSR2, 'reload': signal.SIGHUP})

    def configure(self, addresses, engines):
        """The file never lacks a line: a server may just be reading it."""
        text = server.read(server.CONF)
        text = re.sub('(?m)^remoteip .*', 'remoteip ' + addresses, text)
        text = re.sub('(?m)^engines .*', 'engines %d' % engines, text)
        with open(server.CONF + '.new', 'w') as stream:
            stream.write(text)
        os.rename(server.CONF + '.new', server.CONF)

    def spawner(self, how, *dice):
        return self.hit(self.named('pptpd-spawner'), how, dice,
                        {'kill': signal.SIGKILL})

    def keeper(self, how, *dice):
        keeper = self.call(dice[0])
        if keeper is None:
            return False
        if how != 'stop':
            keeper.doom.append('keeper-' + how)
        return self.hit([keeper.pid], how, dice, {
            'kill': signal.SIGKILL, 'term': signal.SIGTERM})

    def pppd(self, how, *dice):
        keeper = self.call(dice[0])
        pppd = keeper and self.watch.pppd_of(keeper)
        if not pppd:
            return False
        if how != 'stop':
            keeper.doom.append('pppd-' + how)
        return self.hit([pppd], how, dice, {'kill': signal.SIGKILL})

    def record(self, how, *dice):
        keeper = self.call(dice[0])
        engines = self.named('pptpd-engine')
        if keeper is None or not engines:
            return False
        self.victim = ' of keeper %d' % keeper.pid
        try:
            fd = os.open('/proc/%d/fd/%d' % (keeper.pid, RECORD_FD),
                         os.O_RDWR)
        except OSError:
            return False
        try:
            if how == 'damage':
                keeper.doom.append('record-damage')
                self.damage(fd, engines, random.Random(dice[1]))
            else:
                self.cut(fd)
        finally:
            os.close(fd)
        return True

    def damage(self, fd, engines, rng):
        """A few octets, or many, are others when the next engine looks at
        them.  The present one does not work any more by then: nobody can
        guard against others that write to his memory."""
        self.hurt.update(engines)
        for pid in engines:
            self.signal(pid, signal.SIGSTOP)
        size = os.fstat(fd).st_size
        for _ in range(rng.choice((1, 4, 64))):
            at = rng.randrange(size)
            octets = bytes(rng.randrange(256) for _ in range(8))
            os.pwrite(fd, octets[:size - at], at)
        for pid in engines:
            self.signal(pid, signal.SIGKILL)

    def cut(self, fd):
        """Its seals keep it whole: who maps it must not get SIGBUS."""
        try:
            os.ftruncate(fd, 8)
            self.faults.append('a record can be truncated')
        except PermissionError:
            pass

    def disk(self, how, *dice):
        """All that is left of the run directory's file system is taken."""
        path = os.path.join(self.directory, FILLER)
        if os.path.exists(path):
            return False
        with open(path, 'wb', buffering=0) as stream:
            try:
                while True:
                    stream.write(bytes(4096))
            except OSError:
                pass
        self.at(STOP_S[0] + dice[1] * (STOP_S[1] - STOP_S[0]),
                lambda: os.unlink(path))
        return True

    def clock(self, how, *dice):
        ahead, = struct.unpack('=q', self.page[:8])
        by = JUMPS[int(dice[0] * len(JUMPS))]
        self.page[:8] = struct.pack('=q', ahead + by)
        self.victim = ' by %d s' % by
        return True
