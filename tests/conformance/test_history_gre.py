"""Immune to history: what once broke PPTP servers in their GRE code.  T-n are
the numbers of those tests; where the list asks for hours, this takes seconds
of it."""

import random
import struct
import time

from pptptest import gre, namespaces, puppet
from pptptest.calls import increasing, not_delivered, ready, settle, texts
from pptptest.lab import CLIENT, OTHER, client, data, number_of, numbered
from pptptest.points import check, ms, point
from pptptest.pptp import OCRQ, STOPRQ, build


@point('T-20', '1,000 packets in random order with loss and repeats: what '
       'reaches pppd only increases, the call stays up')
def t_20(lab):
    lab.server()
    session = ready(lab.call())
    rng = random.Random(20)
    near = [n for n in range(1, 1000) if rng.random() > 0.02]
    near += rng.sample(near, 50)
    near.sort(key=lambda n: n + rng.random() * 6)
    for seq in near:
        session.up(numbered(seq), seq=seq)
        if rng.random() < 0.1:
            time.sleep(0.001)  # pace
    time.sleep(0.4)  # time: longer than a lost packet is waited for
    got = texts(session)
    check(increasing(got), 'out of order or repeated')
    missing = len(set(near) - set(got))
    check(missing <= 10, 'little reordering: %d of %d lost' % (
        missing, len(set(near))))
    wild = list(range(1000, 2000))
    rng.shuffle(wild)
    for seq in wild:
        session.up(numbered(seq), seq=seq)
    time.sleep(0.4)  # time: longer than a lost packet is waited for
    check(increasing(texts(session)), 'out of order or repeated when shuffled '
          'wildly')
    session.seq = 2100
    for _ in range(3):
        session.up(numbered(session.seq))
    got = settle(session, 2102)
    check(got[-1] == 2102, 'the stream stops')
    return 'near order: %d of %d; wild: %d of 1000' % (
        len(set(near)) - missing, len(set(near)),
        len([g for g in got if 1000 <= g < 2000]))


@point('T-21', 'one forged far-ahead packet in a stream of 1,000 costs none '
       'of them')
def t_21(lab):
    lab.server()
    lost = []
    for far in (301, 1 << 20, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF):
        session = ready(lab.call())
        for seq in range(1, 1000):
            session.up(numbered(seq), seq=seq)
            if seq == 500:
                session.up(numbered(99999), seq=(seq + far) & 0xFFFFFFFF)
            if seq % 50 == 0:
                time.sleep(0.005)  # pace
        got = [g for g in settle(session, 999) if g != 99999]
        if got != list(range(1000)):
            lost.append('%d ahead: %d' % (far, 1000 - len(set(got))))
        session.close()
    check(not lost, 'lost: ' + ', '.join(lost))
    return 'none'


@point('T-21b', 'forged packets in pairs, near and far, silence no client: '
       'neither one that sends nor one that was silent', waits=True)
def t_21b(lab):
    lab.server()
    stranger = lab.gre(CLIENT)
    busy, idle = ready(lab.call()), ready(lab.call(address=OTHER))
    other = lab.gre(OTHER)
    for seq in range(1, 1000):
        busy.up(numbered(seq), seq=seq)
        if seq % 100 == 50:
            for far in (70000, 1 << 30):
                for more in range(2):
                    stranger.send(busy.theirs, seq=seq + far + more,
                                  payload=numbered(99999))
        if seq % 50 == 0:
            time.sleep(0.005)  # pace
    got = [g for g in settle(busy, 999) if g != 99999]
    check(got == list(range(1000)), 'of 1,000 packets of a busy client %d '
          'come' % len(set(got)))
    busy.seq = 1000
    for round in range(4):
        time.sleep(0.4)  # time: longer than a lost packet is waited for
        for far in (70000, 1 << 30):
            for more in range(2):
                other.send(idle.theirs, seq=idle.seq + far + more,
                           payload=numbered(99999))
        time.sleep(0.4)  # time: longer than a lost packet is waited for
        for _ in range(20):
            idle.up(numbered(idle.seq))
        got = settle(idle, idle.seq - 1)
        check(got[-1] == idle.seq - 1 and
              [g for g in got if g != 99999] == list(range(idle.seq)),
              'after pair %d an idle client\'s packets do not come: %s'
              % (round, got[-6:]))
    busy.needs()
    return 'none lost'


@point('T-22', '100,000 packets out of order before authentication: memory '
       'grows by less than 1 MiB', limit=60)
def t_22(lab):
    lab.theatre.greeting = (puppet.LCP,)
    run = lab.server()
    session = lab.call()
    session.up(numbered(0))
    time.sleep(0.1)  # time: one turn of the engine
    memory = run.memory()
    body = b'x' * 1396
    for seq in range(2, 200002, 2):
        session.up(body, seq=seq)
    time.sleep(0.2)  # time: what could be kept is kept
    grown = run.memory() - memory
    check(grown < 1024, '%d KiB more' % grown)
    check(session.tcp.echo(), 'Echo-Request not answered')
    return '%d KiB more' % grown


@point('T-23', 'the last packet of a burst, reordered, is delivered within '
       '0.35 s without further traffic', alone=True)
def t_23(lab):
    lab.server()
    session = ready(lab.call())
    worst = 0
    base = 1
    for _ in range(5):
        for seq in (base, base + 2, base + 1):
            session.up(numbered(seq), seq=seq)
        begin = time.monotonic()
        when = session.pppd.wait_frame(numbered(base + 2), 1.5)
        check(when, 'not in 1.5 s')
        worst = max(worst, when - begin)
        base += 3
    check(worst <= 0.35, 'after ' + ms(worst))
    check(texts(session) == list(range(base)), 'pppd gets %s'
          % texts(session))
    return 'after ' + ms(max(worst, 0))


@point('T-24', 'nothing that is replayed, from whatever source, to whatever '
       'address or Call ID, reaches pppd')
def t_24(lab):
    lab.server()
    session = ready(lab.call(), 30)
    other = lab.gre(OTHER)
    want = list(range(31))
    for seq in range(31):
        packet = gre.build(session.theirs, seq=seq, payload=numbered(seq))
        session.gre.raw(packet)
        other.raw(packet)
        session.gre.raw(packet, namespaces.SERVER2)
    for ident in (session.theirs + 1, session.theirs - 1, 0, 0xFFFF):
        ident &= 0xFFFF
        if ident != session.theirs:
            for seq in (31, 32):
                session.gre.raw(gre.build(ident, seq=seq,
                                          payload=numbered(888)))
    for seq in (31, 32):
        other.raw(gre.build(session.theirs, seq=seq, payload=numbered(999)))
    time.sleep(0.4)  # quiet
    got = texts(session)
    check(got == want, 'pppd gets %s on top' % [
        g for g in got[31:]][:8])
    session.up(numbered(31), seq=31)
    check(settle(session, 31) == want + [31], 'the stream stops')
    return 'nothing'


@point('T-25', 'incomplete packets of 0 to 40 octets with any flags and '
       'content never change the state of a call')
def t_25(lab):
    lab.server()
    session = lab.call()
    session.delivered(data(bytes(range(1, 100))))
    rng = random.Random(25)
    sent = 0
    while sent < 3000:
        size = rng.randint(0, 40)
        octets = bytearray(rng.getrandbits(8) for _ in range(size))
        if size >= 8:
            # Make it look right, but not complete.
            flags = rng.choice((0x3001, 0x3081, 0x2081, 0xB001, 0x3801,
                                0x3000, 0x3002))
            struct.pack_into('>HHHH', octets, 0, flags, gre.PPP,
                             rng.choice((size, 100, 65535)), session.theirs)
            whole = 8 + (4 if flags & 0x1000 else 0) + \
                (4 if flags & 0x80 else 0)
            if flags & 0xEF7F == 0x2001 and flags == 0x2081 and \
                    size >= whole:
                continue                # a complete acknowledgment
        session.gre.raw(bytes(octets))
        sent += 1
    before = [f for _, f in session.pppd.frames]
    check(len(before) == 1, '%d frames reach pppd' % (len(before) - 1))
    time.sleep(0.4)  # time: longer than a lost packet is waited for
    session.up(numbered(1))
    session.needs()
    return '3,000 harmless'


@point('T-26', 'payload lengths that lie, IP options, huge fragmented '
       'packets: only what is whole reaches pppd')
def t_26(lab):
    lab.server()
    session = lab.call()
    for options in (0, 4, 20, 40):
        session.gre.options(b'\x01' * options)
        session.delivered(data(b'STALE' * 60))
        body = data(b'lie about me')
        for plen in (len(body) + 1, len(body) + 20, len(body) + 21,
                     len(body) + options + 20, 65535):
            not_delivered(session, 'options %d, length %d' % (options, plen),
                          lambda seq: session.gre.send(
                              session.theirs, seq=seq, payload=body,
                              plen=plen), b'lie about')
        body = data(b'all but the last octet of %d' % options)
        session.gre.send(session.theirs, seq=session.seq, plen=len(body) - 1,
                         payload=body)
        session.seq += 1
        check(session.pppd.wait_frame(body[:-1], 1), 'one less is lost')
    session.gre.options(b'')
    for size in (9000, 30000, 65503):
        session.gre.send(session.theirs, seq=session.seq,
                         payload=b'z' * size)
    session.gre.send(session.theirs, seq=session.seq, payload=b'z' * 40000,
                     plen=70)
    time.sleep(0.1)  # quiet
    check(all(len(f) < 8300 for _, f in session.pppd.frames),
          'a huge frame reaches pppd')
    session.seq += 1
    session.needs()
    return 'only what is whole'


@point('T-27', 'ICMP of type 3 with code 0 to 15, 11 and 12 about our '
       'packets: the call survives', limit=60)
def t_27(lab):
    lab.server()
    ended = []
    session = None
    for kind, code in [(3, n) for n in range(16)] + [(11, 0), (11, 1),
                                                     (12, 0), (12, 1)]:
        session = session or lab.call()
        quoted = session.received[-1].raw[:36]
        rest = b'\0\0\x02\x40' if (kind, code) == (3, 4) else b'\0' * 4
        for source in (CLIENT, client(99)):
            gre.forge_icmp(source, kind, code, quoted, rest)
        time.sleep(0.02)  # quiet: an end of the call
        if session.works() is not None:
            ended.append('%d/%d' % (kind, code))
            session.close()
            session = None
    check(not ended, 'the call ends at ' + ', '.join(ended))
    return '20 types and codes'


@point('T-29', 'floods of acknowledgments, of what was not sent and before '
       'any data, harm nobody')
def t_29(lab):
    lab.server()
    session = lab.call(greeting=False)
    for ack in (0xFFFFFFFF, 0, 1, 0x7FFFFFFF, 0x80000000):
        session.gre.send(session.theirs, ack=ack)
    for number in range(10000):
        session.gre.send(session.theirs, ack=number * 4099)
    check(session.tcp.echo(), 'Echo-Request not answered')
    for _ in lab.theatre.greeting:
        check(session.down(2), 'what pppd wrote first is lost')
    session.needs()
    return '10,005 harmless'


@point('T-30', 'packets before OCRQ, between OCRQ and OCRP, after the end and '
       'to a Call ID in quarantine are dropped')
def t_30(lab):
    lab.server()
    raw = lab.gre()
    for ident in (0, 1, 128, 256, 0x1234):
        raw.send(ident, seq=0, payload=numbered(777))
    tcp = lab.control()
    for ident in (0, 1, 128, 256, 0x1234):
        raw.send(ident, seq=0, payload=numbered(777))
    tcp.send(build(OCRQ))
    for ident in range(0, 65536, 128):
        raw.send(ident, seq=0, ack=0, payload=numbered(777))
    tcp.drain(0.5)
    tcp.close()
    session = ready(lab.call())
    session.tcp.send(build(STOPRQ))
    session.tcp.drain(1)
    check(session.pppd.wait_gone(3), 'pppd lives on')
    following = lab.call(address=OTHER)
    mine = lab.call()
    for seq in range(1, 40):
        session.up(numbered(777), seq=seq)
        time.sleep(0.002)  # pace
    following.needs('another call')
    mine.needs('a call of the same client')
    for one in lab.theatre.puppets[-2:]:
        check(all(777 != number_of(f) for _, f in one.frames
                  if len(f) >= 8), 'late packets reach a new call')
    return 'dropped'


@point('T-32', 'frames of random octets pass both ways unchanged')
def t_32(lab):
    lab.server()
    session = lab.call()
    rng = random.Random(1662)
    for number in range(150):
        frame = b'\xff\x03' + bytes(rng.getrandbits(8) for _ in range(
            rng.choice((2, 3, 4, 60, 600, 1400, 1500))))
        check(session.delivered(frame) is not None, 'to pppd: frame %d of %d '
              'octets' % (number, len(frame)))
        session.pppd.send(frame)
        packet = session.down()
        check(packet and packet.payload == frame, 'from pppd: frame %d of %d '
              'octets' % (number, len(frame)))
    return '150 frames each way'


@point('T-33', 'malformed packets as fast as they can be sent, for 6 s: '
       'memory and descriptors stay', alone=True, limit=60)
def t_33(lab):
    run = lab.server()
    session = lab.call()
    session.needs()
    rng = random.Random(33)
    junk = [bytes(rng.getrandbits(8) for _ in range(rng.randint(0, 64)))
            for _ in range(200)]
    junk += [gre.build(n, seq=n, payload=b'x' * 30) for n in range(200)]
    junk += [gre.build(session.theirs, seq=0, payload=b'y' * 30, plen=n)
             for n in range(31, 231)]
    for octets in junk:
        session.gre.raw(octets)
    time.sleep(0.2)  # time: the first of each kind are over
    before = (run.memory(), run.fds())
    end = time.monotonic() + 6
    sent = 0
    while time.monotonic() < end:
        for octets in junk:
            session.gre.raw(octets)
        sent += len(junk)
    time.sleep(0.3)  # time: the last are over
    after = (run.memory(), run.fds())
    # A server that receives in batches touches a buffer's page the first
    # time that its batch is full; 100 packets of one page are no leak.
    check(after[0] - before[0] <= 400, 'memory grows by %d KiB' % (
        after[0] - before[0]))
    check(after[1] == before[1], 'descriptors %d, then %d' % (
        before[1], after[1]))
    session.needs()
    return '%d packets/s, %+d KiB' % (sent / 6, after[0] - before[0])
