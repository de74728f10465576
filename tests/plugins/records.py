#!/usr/bin/env python3
"""Compares wtmp files, or prints one.

    records.py WTMP              one line for each record
    records.py WTMP WTMP-OF-POPTOP

Octet for octet, but for the pid and the time of each record, and for what is
behind the NUL of a text: pppd 2.4 leaves the rest of the host's name there.
Exits 1 when they differ.
"""
import struct
import sys

# utmp(5): type, pid, line, id, user, host, exit, session, time, address
LAYOUT = "=hxxi32s4s32s256shhiii16s20s"
SIZE = 384


def text(field):
    nul = field.find(b"\0")
    return field if nul == -1 else field[:nul]


def records(path):
    with open(path, "rb") as f:
        data = f.read()
    if len(data) % SIZE:
        sys.exit("%s: not whole records" % path)
    found = []
    for at in range(0, len(data), SIZE):
        r = list(struct.unpack(LAYOUT, data[at:at + SIZE]))
        r[5] = text(r[5])
        found.append(r)
    return found


def main():
    assert struct.calcsize(LAYOUT) == SIZE
    ours = records(sys.argv[1])
    if len(sys.argv) == 2:
        for r in ours:
            print("type=%d line=%s id=%s user=%s host=%s addr=%s" % (
                r[0], text(r[2]).decode(), text(r[3]).decode(),
                text(r[4]).decode(), r[5].decode(), r[11][:4].hex()))
        return 0
    theirs = records(sys.argv[2])
    if len(ours) != 2 or len(theirs) != 2:
        print("%d records, Poptop's %d, not 2" % (len(ours), len(theirs)))
        return 1
    same = True
    for i, (a, b) in enumerate(zip(ours, theirs)):
        for r in (a, b):
            r[1] = r[9] = r[10] = 0
        if a != b:
            print("record %d:\n  ours   %r\n  Poptop %r" % (i, a, b))
            same = False
    return 0 if same else 1


sys.exit(main())
