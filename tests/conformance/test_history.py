"""Immune to history: what once broke PPTP servers on their control
connections.  T-n are the numbers of those tests; where the list asks for
hours, this takes seconds of it."""

import os
import random
import signal
import struct
import subprocess
import sys
import time

from pptptest import pptp
from pptptest.calls import settled
from pptptest.lab import CLIENT, OTHER, client, many
from pptptest.points import check, ms, point
from pptptest.pptp import (CCRQ, CDN, ECHORP, ECHORQ, ICCN, ICRP, ICRQ, OCRP,
                           OCRQ, SCCRP, SCCRQ, SLI, STOPRP, STOPRQ, WEN, build)

# What a request may be answered with, by its type; the end of a call may come
# on top anywhere.
ANSWERS = {SCCRQ: {SCCRP}, STOPRQ: {STOPRP}, ECHORQ: {ECHORP}, OCRQ: {OCRP},
           ICRQ: {ICRP}, CCRQ: {CDN, STOPRQ}}


@point('T-1', 'every type at odd lengths with no, exact and far too long '
       'body, as first and later message: no crash, no reply but the right '
       'one', limit=150)
def t_1(lab):
    run = lab.server(conf=lab.cheap_pppd())
    count = 0
    for length in (0, 1, 2, 7, 8, 9, 10, 11, 12, 155, 156, 157, 219, 220,
                   221, 1500, 32767, 32768, 65535):
        for kind in range(17):
            for body in (b'', None, b'A' * 1500):
                for first in (True, False):
                    count += 1
                    odd_message(lab, count, kind, length, body, first)
        check(run.alive(), 'the server ends at length %d' % length)
    took = lab.serves(OTHER)
    left = lab.until(lambda: len(run.processes()) <= 4, 10)
    check(left is not None, '%d processes left' % len(run.processes()))
    return '%d connections, then a new client in %s' % (count, ms(took))


def odd_message(lab, count, kind, length, body, first):
    """One such message; everything that comes back must be in order."""
    good = build(kind)
    header = struct.pack('>H', length) + good[2:12]
    octets = header + (good[12:] if body is None else body)
    tcp = pptp.Client(lab.address, many(count), timeout=15)
    what = 'type %d, length %d, %d octets%s' % (
        kind, length, len(octets), '' if first else ', later')
    try:
        if not first:
            tcp.start()
            tcp.seen = []
        tcp.try_send(octets)
        tcp.finish()
        tcp.drain(12)
        check(tcp.closed, what + ': still open')
        for got in tcp.seen:
            check(len(got.raw) == pptp.LENGTHS.get(got.type),
                  '%s: reply %s of %d octets' % (what, got, len(got.raw)))
            check(got.type in ANSWERS.get(kind, set()) | {CDN, STOPRQ},
                  '%s: reply %s' % (what, got))
        check(len(tcp.seen) <= 3, '%s: %d replies' % (what, len(tcp.seen)))
    finally:
        tcp.close()


@point('T-2', 'the scanner probe of CVE-2003-0213 (length 0 and 1500 octets) '
       'gets RST; the server lives')
def t_2(lab):
    run = lab.server()
    ends = []
    for length in (0, 1):
        for _ in range(3):
            tcp = lab.connect()
            tcp.try_send(struct.pack('>H', length) + b'A' * 1500)
            ends.append(tcp.wait_closed(2))
    check(set(ends) == {'RST'}, ', '.join(str(e) for e in ends))
    check(run.alive(), 'the server is dead')
    lab.serves()
    return 'RST six times'


@point('T-3', 'a request shorter than its type gets no reply made of stale '
       'octets')
def t_3(lab):
    lab.server()
    leaks = []
    for kind in (SCCRQ, STOPRQ, ECHORQ, OCRQ, ICRQ, CCRQ):
        sizes = range(12, pptp.LENGTHS[kind], 1 if kind != OCRQ else 7)
        for size in list(sizes)[:24]:
            tcp = lab.connect(client(1 + size % 200))
            if kind != SCCRQ:
                tcp.send(build(SCCRQ, host=b'\xa5' * 64, vendor=b'\xa5' * 64))
                if not tcp.expect(SCCRP):
                    tcp.close()
                    continue
            tcp.send(struct.pack('>H', size) + build(kind)[2:size])
            tcp.finish()
            for got in tcp.drain(2):
                leaks.append('%s of %d: %s' % (pptp.NAMES[kind], size,
                                               got.raw[12:28].hex()))
            tcp.close()
    check(not leaks, '%d replies, e.g. %s' % (len(leaks), '; '.join(
        leaks[:1] + leaks[len(leaks) // 2:][:1])))
    return 'no replies'


@point('T-4', 'lengths smaller than the header on an established connection '
       'close it; no loop')
def t_4(lab):
    run = lab.server()
    for length in (0, 1, 2, 4, 8, 11):
        for kind in (ECHORQ, 0, 99):
            tcp = lab.control(client(9))
            tcp.send(struct.pack('>H', length) + build(kind)[2:12] +
                     b'\0' * 8)
            check(tcp.wait_closed(1), 'length %d, type %d: stays open' % (
                length, kind))
            tcp.close()
    time.sleep(0.2)  # time: what they cost is over
    before = run.cpu()
    time.sleep(0.6)  # time: processor time is of this
    used = run.cpu() - before
    check(used < 0.05, 'uses %.0f %% of a processor afterwards'
          % (used / 0.006))
    return 'closed, idle afterwards'


STREAM = [(SCCRQ, {}), (ECHORQ, dict(ident=1)), (SLI, dict(peer_id=5)),
          (99, {}), (ECHORQ, dict(ident=2)), (OCRQ, dict(call_id=0x0D0D)),
          (WEN, {}), (ECHORQ, dict(ident=3)), (ICCN, {}),
          (ECHORQ, dict(ident=4)), (STOPRQ, {})]


def transcript(lab, pieces, gap):
    """Replies to a whole visit sent in these pieces, without Call IDs."""
    tcp = lab.connect()
    for piece in pieces:
        if not tcp.try_send(piece):
            break
        time.sleep(gap)  # pace
    got = tcp.drain(2)
    out = [m.raw[:12] + b'....' + m.raw[16:] if m.type == OCRP else m.raw
           for m in got]
    end = tcp.closed
    tcp.close()
    return out, end


@point('T-5', 'however the octets are cut into segments, the replies are the '
       'same')
def t_5(lab):
    lab.server(conf=lab.cheap_pppd())
    whole = [build(kind, **fields) for kind, fields in STREAM]
    want, end = transcript(lab, whole, 0.01)
    check(len(want) == 7, 'message by message only %d replies' % len(want))
    octets = b''.join(whole)
    rng = random.Random(2637)
    cuts = [list(range(1, len(octets)))]
    for _ in range(30):
        cuts.append(sorted(rng.sample(range(1, len(octets)),
                                      rng.randint(1, 40))))
    for number, places in enumerate(cuts):
        pieces = [octets[a:b] for a, b in zip([0] + places,
                                              places + [len(octets)])]
        got, end = transcript(lab, pieces, 0.001)
        check(got == want, 'segmentation %d (first cut at %d): %d replies, '
              'end %s' % (number, places[0], len(got), end))
    return '%d segmentations, 7 replies each' % len(cuts)


@point('T-6', 'a peer that asks 10,000 times and does not read: memory stays '
       'flat, what was sent is whole messages')
def t_6(lab):
    run = lab.server()
    tcp = lab.control(CLIENT)
    tcp.sock.settimeout(0.5)
    memory = run.memory()
    sent = 0
    try:
        for sent in range(0, 10000, 50):
            tcp.sock.send(b''.join(build(ECHORQ, ident=n)
                                   for n in range(sent, sent + 50)))
    except OSError:
        pass
    time.sleep(0.3)  # time: as much as is read is read
    grown = run.memory() - memory
    check(grown < 512, 'memory grows by %d KiB' % grown)
    lab.serves(OTHER)
    got = tcp.drain(2)
    idents = [m.ident for m in got if m.type == ECHORP]
    check(idents == list(range(len(idents))), 'replies missing or garbled')
    return '%d sent, %d answered%s, %d KiB' % (
        sent + 50, len(idents), ', closed' if tcp.closed else '', grown)


@point('T-7', 'host, vendor, phone number and subaddress of any octets: every '
       'log line stays one clean line')
def t_7(lab):
    lab.server(args=['--debug'])
    for text in (b'\xff' * 64, b'x' * 64, b'%s%n' * 16, b'a\nb\r<0>c' * 8,
                 b'\x1b[31m' * 12, 'ü€😀'.encode() * 7):
        with lab.control(host=text[:64], vendor=text[:64]) as tcp:
            reply = tcp.call(phone=text[:64], phone_len=64,
                             subaddress=text[:64])
            check(reply and reply.result == 1, '%r: %s' % (text[:6], reply))
    time.sleep(0.2)  # quiet: lines
    for line in lab.log.since():
        check(all(32 <= c < 127 for c in line.raw.rstrip(b'\0\n')),
              'log: %r' % line.raw)
    lab.serves()
    return '%d log lines clean' % len(lab.log.since())


@point('T-8', 'message types 0, 2, 65535 and control types 0, 16, 65535 '
       'harm nobody at any time')
def t_8(lab):
    run = lab.server()
    for ptype, kind in ((0, 5), (2, 5), (65535, 5), (1, 0), (1, 16),
                        (1, 65535)):
        for stage in ('first', 'established', 'call'):
            if stage == 'call':
                session = lab.call()
                tcp = session.tcp
            else:
                tcp = lab.connect()
                if stage == 'established':
                    tcp.start()
            tcp.send(build(kind, ptype=ptype))
            if stage == 'first':
                check(tcp.wait_closed(1), 'type %d/%d first: stays open' %
                      (ptype, kind))
            else:
                check(tcp.echo(), 'type %d/%d: connection is lost' %
                      (ptype, kind))
            tcp.close()
    check(run.alive(), 'the server is dead')
    return 'closed as first message, skipped later'


@point('T-9', 'after many connections, calls, refusals and aborts descriptors '
       'and processes are what they were', limit=60)
def t_9(lab):
    run = lab.server(conf=lab.cheap_pppd())
    lab.serves()
    with lab.control() as tcp:
        tcp.call()
    before = settled(run)
    for number in range(150):
        tcp = pptp.Client(lab.address, many(number), timeout=15)
        way = number % 6
        if way == 1:
            tcp.try_send(build(SCCRQ)[:30])
        elif way == 2:
            tcp.try_send(b'GET / HTTP/1.0\r\n\r\n')
        elif way > 2 and tcp.start():
            if way == 4:
                tcp.call()
            elif way == 5:
                tcp.send(build(OCRQ), build(CCRQ, call_id=0x1234))
                tcp.drain(0.02)
        if number % 2:
            tcp.reset()
        else:
            tcp.close()
    calls = []
    for number in range(30):                    # more than there are slots
        tcp = pptp.Client(lab.address, many(number), timeout=1)
        calls.append(tcp)
        try:
            if tcp.start(timeout=1):
                tcp.call(timeout=1)
        except OSError:
            pass
        if len(calls) > 23:
            break
    for tcp in calls:
        tcp.close()
    lab.until(lambda: len(run.processes()) <= before[1], 15)
    lab.until(lambda: run.fds() <= before[0], 2)
    after = (run.fds(), len(run.processes()))
    check(after[0] <= before[0] and after[1] <= before[1], 'descriptors and '
          'processes %d, %d before, %d, %d after' % (before + after))
    lab.serves(within=None)
    return '%d descriptors, %d processes' % after


@point('T-10', 'requests and their ends in quick order, in one segment and '
       'with small gaps, never hurt the server', limit=90)
def t_10(lab):
    run = lab.server(conf=lab.cheap_pppd())
    rng = random.Random(42870)
    start, call = build(SCCRQ), build(OCRQ, call_id=7)
    clear, stop = build(CCRQ, call_id=7), build(STOPRQ)
    plans = [[start, call, clear], [start, call, stop], [start, call],
             [start, call, clear, clear], [start, call, stop, stop],
             [start, call, clear, stop], [start, stop, call],
             [start, call, call, clear]]
    for number in range(400):
        plan = plans[number % len(plans)]
        tcp = pptp.Client(lab.address, many(number), timeout=15)
        if number % 3 == 0:
            tcp.try_send(*plan)
        else:
            for part in plan:
                if not tcp.try_send(part):
                    break
                time.sleep(rng.random() * 0.005)  # pace
        if number % 2:
            tcp.reset()
        else:
            tcp.close()
    check(run.alive(), 'the server is dead')
    took = lab.serves(OTHER, within=None)
    left = lab.until(lambda: len(run.sessions()) == 0, 12)
    check(left is not None, '%d processes of calls left' %
          len(run.sessions()))
    return '400 visits, then a new client in ' + ms(took)


@point('T-11', 'RST at every step of the protocol ends just this client')
def t_11(lab):
    run = lab.server()
    witness = lab.call(address=OTHER)
    for step in range(7):
        for _ in range(3):
            tcp = lab.connect()
            if step >= 1:
                tcp.try_send(build(SCCRQ)[:80 if step == 1 else 156])
            if step >= 3:
                tcp.expect(SCCRP)
            if step >= 4:
                tcp.try_send(build(OCRQ))
            if step >= 5:
                tcp.expect(OCRP)
            if step == 6:
                puppets = len(lab.theatre.puppets)
                lab.theatre.wait(puppets, 1)
                tcp.try_send(build(CCRQ, call_id=0x1234))
            tcp.reset()
    check(run.alive(), 'the server is dead')
    witness.needs('another call')
    left = lab.until(lambda: len(lab.theatre.living()) == 1, 5)
    check(left is not None, '%d pppds left' % (len(lab.theatre.living()) - 1))
    return '21 resets'


@point('T-12', 'pppd ends at the very moment of CCRQ, StopCCRQ, RST or '
       'SIGTERM', limit=60)
def t_12(lab):
    run = lab.server()
    witness = lab.call(address=OTHER)
    rng = random.Random(12)
    for number in range(32):
        session = lab.call(address=client(10 + number % 5), greeting=False)
        way = number % 4
        first = rng.random() < 0.5
        if first:
            session.pppd.exit(0)
            time.sleep(rng.random() * 0.003)  # pace
        if way == 0:
            session.tcp.try_send(build(CCRQ, call_id=session.mine))
        elif way == 1:
            session.tcp.try_send(build(STOPRQ))
        elif way == 2:
            session.tcp.reset()
        else:
            try:
                os.kill(session.pppd.hello['ppid'], signal.SIGTERM)
            except ProcessLookupError:
                pass
        if not first:
            time.sleep(rng.random() * 0.003)  # pace
            session.pppd.exit(0)
        if way != 2:
            session.tcp.drain(0.05)
            session.tcp.try_send(build(STOPRP))
        check(session.pppd.wait_gone(2), 'pppd lives on')
        session.close()
    check(run.alive(), 'the server is dead')
    witness.needs('another call')
    left = lab.until(lambda: len(run.sessions()) <= 1, 8)
    check(left is not None, '%d processes of calls left' % (
        len(run.sessions()) - 1))
    return '32 times'


@point('T-13', 'valid messages of all types in random order never hurt the '
       'server', limit=90)
def t_13(lab):
    run = lab.server(conf=lab.cheap_pppd())
    rng = random.Random(23253)
    for number in range(150):
        tcp = pptp.Client(lab.address, many(number), timeout=15)
        if number % 10:
            tcp.try_send(build(SCCRQ))
        for _ in range(20):
            kind = rng.choice(list(pptp.BODIES) + [OCRQ, CCRQ, ECHORQ])
            fields = {}
            if kind in (OCRQ, CCRQ, CDN, ICRQ):
                fields['call_id'] = rng.choice([0, 1, 0x1234, 0xFFFF])
            if not tcp.try_send(build(kind, **fields)):
                break
        tcp.drain(0.005)
        for got in tcp.seen:
            check(len(got.raw) == pptp.LENGTHS.get(got.type),
                  'malformed reply ' + got.raw.hex())
        tcp.close()
    check(run.alive(), 'the server is dead')
    took = lab.serves(OTHER, within=None)
    left = lab.until(lambda: len(run.sessions()) == 0, 12)
    check(left is not None, '%d processes of calls left' %
          len(run.sessions()))
    return '150 visits, then a new client in ' + ms(took)


@point('T-14', 'the server signals its own children only, never its process '
       'group or others', waits=True)
def t_14(lab):
    code = ('import signal,sys,time\n'
            'got=[]\n'
            'for n in (1,2,3,6,10,12,13,14,15,18):\n'
            ' signal.signal(n,lambda n,f:(sys.stdout.write("%d\\n"%n),'
            'sys.stdout.flush()))\n'
            'print("ready",flush=True)\n'
            'while True: time.sleep(1)\n')
    canary = subprocess.Popen([sys.executable, '-IS', '-c', code],
                              stdout=subprocess.PIPE)
    canary.stdout.readline()
    run = lab.server()
    for number in range(6):
        session = lab.call()
        if number % 3 == 0:
            session.pppd.exit(0)
        elif number % 3 == 1:
            os.kill(session.pppd.hello['ppid'], signal.SIGTERM)
        else:
            session.pppd.ignore_everything()
            time.sleep(0.05)  # time: before or after its order
            session.close()
    time.sleep(11)  # time: longer than a pppd is waited for
    run.stop()
    check(canary.poll() is None, 'a bystander in the same process group was '
          'killed by signal %s' % canary.poll())
    canary.kill()
    heard = canary.stdout.read().split()
    check(not heard, 'a bystander in the same process group got signals '
          + b' '.join(heard).decode())
    return 'a bystander in the same process group heard nothing'


@point('T-28', 'Call IDs of 500 calls: no 0, none twice, evenly distributed',
       limit=60)
def t_28(lab):
    lab.server(conf=lab.cheap_pppd())
    ids = []
    for number in range(500):
        tcp = lab.control(many(number))
        reply = tcp.call()
        check(reply and reply.result == 1, 'call %d: %s' % (number, reply))
        ids.append(reply.call_id)
        tcp.send(build(STOPRQ))
        tcp.drain(0.5)
        tcp.close()
    check(0 not in ids, '0 is used')
    again = len(ids) - len(set(ids))
    check(again == 0, '%d twice' % again)
    worst = 0
    for shift in (0, 4, 8, 12):
        bins = [0] * 16
        for ident in ids:
            bins[ident >> shift & 15] += 1
        worst = max(worst, sum((b - 31.25) ** 2 / 31.25 for b in bins))
    # 15 degrees of freedom: above 50 once in 80,000.
    check(worst < 50, 'chi-square %.0f' % worst)
    return 'chi-square at most %.1f' % worst


@point('T-31', 'a client whose address lies in remoteip or localip is '
       'refused with a clear log line (its packets would loop)')
def t_31(lab):
    lab.server(conf=[('remoteip', '198.51.100.200-210'),
                     ('localip', '198.51.100.211')])
    for address in ('198.51.100.200', '198.51.100.205', '198.51.100.211'):
        mark = lab.log.mark()
        tcp = lab.connect(address)
        got = tcp.start(timeout=1.5)
        if got and got.result == 1:
            got = tcp.call(timeout=1.5)
        check(got is None or got.result != 1, '%s gets a call' % address)
        line = lab.log.wait('.*%s.*' % address.replace('.', r'\.'), 1, mark)
        check(line and line.level <= 4, 'no clear log line')
        tcp.close()
    lab.call(address=CLIENT).needs('a client elsewhere')
    return line.text
