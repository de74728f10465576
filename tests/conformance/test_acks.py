"""Acknowledgments: RFC 2637 sections 4.1 to 4.4."""

import time

from pptptest.lab import data, numbered
from pptptest.points import check, ms, point


@point('W-1', 'what is acknowledged is the highest number received, never '
       'less than before, nothing before the first packet')
def w_1(lab):
    lab.server()
    session = lab.call()
    session.pppd.send(data(b'early'))
    session.down()
    early = [p.ack for p in session.received if p.ack is not None]
    check(not early, 'acknowledges %s before anything was sent' % early)
    acks = []
    for seq in (0, 1, 2, 3, 1, 5, 4, 6, 0):
        session.up(numbered(seq), seq=seq)
        acks += session.acks(0.07)
    acks += session.acks(0.5)
    check(acks, 'no acknowledgment at all')
    check(all(a <= b for a, b in zip(acks, acks[1:])), 'acknowledges %s'
          % acks)
    check(acks[-1] == 6, 'the last one is %d, not 6' % acks[-1])
    return 'acknowledged %s' % acks


@point('W-2', 'a pending acknowledgment rides on the next data packet')
def w_2(lab):
    lab.server()
    session = lab.call()
    session.pppd.order(do='echo')
    alone = rides = 0
    for seq in range(20):
        session.up(numbered(seq), seq=seq)
        packet = session.gre.recv(1, session.mine)
        check(packet, 'nothing comes back')
        if packet.seq is None:
            alone += 1
            packet = session.down()
        elif packet.ack == seq:
            rides += 1
        check(packet and packet.payload == numbered(seq), 'echo lost')
        time.sleep(0.005)  # pace
    check(rides >= 15, '%d of 20 ride, %d went alone' % (rides, alone))
    return '%d of 20 ride' % rides


@point('W-3', 'without data to send, the acknowledgment goes alone after at '
       'most 50 ms', alone=True)
def w_3(lab):
    lab.server()
    session = lab.call()
    waits = []
    for seq in range(12):
        begin = time.monotonic()
        session.up(numbered(seq), seq=seq)
        packet = session.gre.recv(1, session.mine)
        check(packet and packet.ack == seq, 'no acknowledgment in 1 s')
        check(packet.seq is None and packet.plen == 0 and
              packet.flags == 0x2081, 'header %04x' % packet.flags)
        waits.append(packet.when - begin)
        time.sleep(0.02)  # pace
    waits.sort()
    check(waits[6] <= 0.065, 'median ' + ms(waits[6]))
    check(waits[-2] <= 0.1, 'up to ' + ms(waits[-2]))
    return 'after %s (median)' % ms(waits[6])


@point('W-3b', "in one-way traffic at the latest every quarter of the peer's "
       'window is acknowledged at once', alone=True)
def w_3b(lab):
    lab.server()
    waits = []
    for window in (64, 16):
        session = lab.call(window=window)
        session.up(numbered(0))
        session.acks(0.2)
        for _ in range(4):
            for _ in range(window // 4):
                session.up(numbered(session.seq))
            begin = time.monotonic()
            packet = session.gre.recv(1, session.mine)
            check(packet and packet.ack is not None, 'no acknowledgment')
            waits.append(packet.when - begin)
            session.gre.drain(0.2)
        session.close()
    check(sorted(waits)[-2] <= 0.03, 'a quarter of the window waits up to '
          + ms(max(waits)))
    return 'within ' + ms(max(waits))


@point('W-3c', 'a client that honours its window of 64 uploads 5,000 packets '
       'in under 2 s', alone=True)
def w_3c(lab):
    lab.server()
    session = lab.call(window=64)
    begin = time.monotonic()
    acked = -1
    while acked < 4999:
        while session.seq <= min(acked + 64, 4999):
            session.up(numbered(session.seq))
        packet = session.gre.recv(1, session.mine)
        check(packet is not None, 'stalls at %d' % acked)
        if packet.ack is not None:
            acked = max(acked, packet.ack)
        check(time.monotonic() - begin < 20, '%d packets in 20 s' % acked)
    took = time.monotonic() - begin
    check(took < 2, 'takes %.1f s' % took)
    return '%.0f packets/s' % (5000 / took)


@point('W-4', 'bare acknowledgments stay few in one-way traffic', alone=True)
def w_4(lab):
    lab.server()
    session = lab.call(window=64)
    begin = time.monotonic()
    for _ in range(2000):
        session.up(numbered(session.seq))
        time.sleep(0.0003)  # pace
    took = time.monotonic() - begin
    acks = session.acks(0.3)
    allowed = 2000 // 8 + took / 0.05 + 10
    check(len(acks) <= allowed, '%d for 2,000 packets' % len(acks))
    check(acks and acks[-1] == session.seq - 1, 'the last is missing')
    return '%d for 2,000 packets in %.1f s' % (len(acks), took)


@point('W-6', 'acknowledgments of what was never sent, or older than before, '
       'are ignored')
def w_6(lab):
    lab.server()
    session = lab.call()
    for ack in (1000, 0xFFFFFFFF, 0x80000000, 0x7FFFFFFF, 0, 5, 0):
        session.gre.send(session.theirs, ack=ack)
        session.up(numbered(session.seq), ack=ack)
    session.needs()
    return 'ignored'


@point('W-7', 'a flood of acknowledgments is not answered')
def w_7(lab):
    lab.server()
    session = lab.call()
    for number in range(20000):
        session.gre.send(session.theirs, ack=number % 7)
    answers = session.gre.drain(0.3, session.mine)
    check(not answers, '%d packets in answer' % len(answers))
    session.needs()
    return 'no answer to 20,000'


@point('W-8', 'sending never stops because acknowledgments are missing')
def w_8(lab):
    lab.server()
    session = lab.call(window=1)
    for number in range(0, 500, 10):
        session.pppd.send(*[numbered(n) for n in range(number, number + 10)])
    got = [p for p in session.gre.drain(1.5, session.mine)
           if p.seq is not None]
    check(len(got) == 500, '%d of 500 come' % len(got))
    return '500 of 500 with window 1'
