"""Looks at the processes all the time: which calls there are, and whether two
of them hold one address."""

import os
import re
import threading
import time

from pptptest.server import Process

LOOK_S = 0.05
# A keeper's title, and the word of pppd's arguments with both addresses
TITLE = re.compile(r'pptpd \[([\d.]+):([0-9A-F]+) - ([0-9A-F]+)\]')
ADDRESSES = re.compile(r'[\d.]+:([\d.]+)$')


class Keeper:
    """What was seen of one pptpctrl."""

    def __init__(self, pid, name, now):
        self.pid, self.name, self.seen = pid, name, now
        self.gone = None
        self.doom = []                  # what was done to it or its pppd


class Watch:
    def __init__(self):
        self.keepers = {}               # all there ever were, by pid
        self.pppds = {}                 # the living: pid -> address
        self.known = set()              # pids of living keepers and pppds
        self.looks = 0
        self.shared = []                # addresses held twice
        self.told = set()
        self.addresses = set()
        self.ended = False
        self.lock = threading.Lock()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        while not self.ended:
            with self.lock:
                self.look()
            time.sleep(LOOK_S)  # pace

    def look(self):
        now = time.monotonic()
        pids = {int(n) for n in os.listdir('/proc') if n.isdigit()}
        for pid in self.known - pids:
            self.forget(pid, now)
        for pid in pids - self.known:
            self.meet(pid, now)
        self.compare()
        self.looks += 1

    def forget(self, pid, now):
        self.known.remove(pid)
        self.pppds.pop(pid, None)
        if pid in self.keepers and self.keepers[pid].gone is None:
            self.keepers[pid].gone = now

    def meet(self, pid, now):
        """Only who is what it will be is known from then on."""
        found = Process(pid)
        words = found.title.split('\0')
        if found.comm == 'pppd':
            for match in filter(None, map(ADDRESSES.match, words)):
                self.pppds[pid] = match.group(1)
                self.addresses.add(match.group(1))
                self.known.add(pid)
        match = TITLE.match(words[0])
        # A fork that is to become pppd still has its parent's name.
        if match and Process(found.ppid).comm != 'pptpctrl':
            name = '%s:%04X - %04X' % (match.group(1),
                                       int(match.group(2), 16),
                                       int(match.group(3), 16))
            self.keepers[pid] = Keeper(pid, name, now)
            self.known.add(pid)

    def compare(self):
        holders = {}
        for pid, address in self.pppds.items():
            holders.setdefault(address, []).append(pid)
        for address, pids in holders.items():
            if len(pids) < 2:
                continue
            # Both at the same time, and not as corpses
            living = [pid for pid in sorted(pids) if Process(pid).alive()]
            if len(living) > 1 and tuple(living) not in self.told:
                self.told.add(tuple(living))
                self.shared.append('%s is held by the pppds %s' % (
                    address, ' and '.join(map(str, living))))

    # --- for those who choose a victim -------------------------------------

    def living(self):
        with self.lock:
            return sorted((k for k in self.keepers.values()
                           if k.gone is None), key=lambda k: k.pid)

    def pppd_of(self, keeper):
        with self.lock:
            for pid in self.pppds:
                if Process(pid).ppid == keeper.pid:
                    return pid
        return None

    def find(self, name):
        """The last keeper of a call of this name, or None."""
        with self.lock:
            found = [k for k in self.keepers.values() if k.name == name]
        return max(found, key=lambda k: k.seen) if found else None

    def close(self):
        self.ended = True
        self.thread.join()
