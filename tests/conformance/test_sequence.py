"""Sequence numbers: RFC 2637 sections 4.1 and 4.3, RFC 2890 section 2.2."""

import time

from pptptest import gre, puppet
from pptptest.calls import increasing, ready, settle, texts
from pptptest.lab import data, number_of, numbered
from pptptest.points import check, ms, point


@point('Q-1', 'the first packet sent has sequence number 0, each further one '
       'with payload one more; bare acknowledgments use none')
def q_1(lab):
    lab.server()
    session = lab.call(greeting=False)
    for _ in puppet.GREETING:
        check(session.down(3), 'the first packets do not come')
    for number in range(5):
        session.up(data(b'%d' % number))
        time.sleep(0.08)  # pace: a bare acknowledgment goes out
        session.pppd.send(data(b'%d' % number))
        check(session.down(1), 'packet lost')
    numbers = [p.seq for p in session.received if p.seq is not None]
    check(numbers == list(range(len(puppet.GREETING) + 5)),
          'numbers %s' % numbers)
    return '0 to %d' % numbers[-1]


@point('Q-2', "the peer's first number may be 0 or 1: delivered at once")
def q_2(lab):
    lab.server()
    for first in (0, 1):
        session = lab.call()
        begin = time.monotonic()
        for seq in (first, first + 1, first + 2):
            session.up(numbered(seq), seq=seq)
        when = session.pppd.wait_frame(numbered(first + 2), 2)
        check(texts(session) == [first, first + 1, first + 2],
              'start at %d: pppd gets %s' % (first, texts(session)))
        check(when - begin < 0.15, 'start at %d: waits %s' % (
            first, ms(when - begin)))
    return 'both'


@point('Q-3', 'packets in order are delivered at once and in order')
def q_3(lab):
    lab.server()
    session = lab.call()
    for seq in range(300):
        session.up(numbered(seq), seq=seq)
        if seq % 50 == 49:
            time.sleep(0.01)  # pace
    got = settle(session, 299, 2)
    check(got == list(range(300)), '%d of 300, %s' % (
        len(got), 'in order' if increasing(got) else 'out of order'))
    return '300 of 300'


@point('Q-4', 'late and repeated packets are dropped, number 1 too')
def q_4(lab):
    lab.server()
    session = ready(lab.call(), 9)
    for seq in list(range(10)) + [1, 1, 0, 9]:
        session.up(numbered(1000 + seq), seq=seq)
    time.sleep(0.45)  # time: longer than a lost packet is waited for
    session.up(numbered(10), seq=10)
    session.up(numbered(11), seq=11)
    got = settle(session, 11)
    check(got == list(range(12)), 'pppd gets %s' % got)
    return 'dropped, the stream goes on'


@point('Q-5', 'a packet up to 8 numbers late is put back in order, nothing is '
       'lost', alone=True)
def q_5(lab):
    lab.server()
    session = ready(lab.call())
    # Late by 1 to 8; then blocks of 8 in reverse.
    blocks = [list(range(1, 1 + late)) + [0] for late in range(1, 9)]
    blocks += [list(range(7, -1, -1))] * 4
    base, want, slow = 1, {0}, 0
    for block in blocks:
        packets = [gre.build(session.theirs, seq=base + n,
                             payload=numbered(base + n)) for n in block]
        begin = time.monotonic()
        for packet in packets:
            session.gre.raw(packet)
        # Where this machine itself paused, giving up is right.
        if time.monotonic() - begin < 0.003:
            want.update(base + n for n in block)
        else:
            slow += 1
        base += len(block)
        time.sleep(0.05)  # pace
    got = settle(session, base - 1)
    check(increasing(got), 'out of order: %s' % got)
    check(want <= set(got), 'lost: %s' % sorted(want - set(got)))
    check(slow < 6, 'this machine is too busy to tell')
    return '%d of %d in order' % (len(got), base)


@point('Q-6', 'a packet behind a gap is delivered after at most 0.3 s, '
       'without further traffic', alone=True)
def q_6(lab):
    lab.server()
    session = ready(lab.call())
    begin = time.monotonic()
    session.up(numbered(2), seq=2)
    session.up(numbered(3), seq=3)
    when = session.pppd.wait_frame(numbered(3), 2)
    check(when, 'not in 2 s')
    took = when - begin
    check(took <= 0.35, 'after ' + ms(took))
    check(texts(session) == [0, 2, 3], 'pppd gets %s' % texts(session))
    session.up(numbered(4), seq=4)
    check(session.pppd.wait_frame(numbered(4), 1), 'the stream stops')
    return 'after ' + ms(took)


@point('Q-6b', 'in a steady stream a lost packet holds the others back only '
       'for a few more packets or milliseconds', alone=True)
def q_6b(lab):
    lab.server()
    session = ready(lab.call())
    sent = {}
    seq = 1
    for number in range(400):
        if number % 50 != 25:
            sent[seq] = time.monotonic()
            session.up(numbered(seq), seq=seq)
        seq += 1
        time.sleep(0.002)  # pace
    settle(session, seq - 1)
    delays = {}
    for when, frame in session.pppd.frames:
        if len(frame) >= 8 and number_of(frame) in sent:
            delays[number_of(frame)] = when - sent[number_of(frame)]
    check(len(delays) == len(sent), '%d of %d lost' % (
        len(sent) - len(delays), len(sent)))
    check(increasing(texts(session)), 'out of order')
    worst = max(delays.values())
    check(worst <= 0.1, 'up to %s late' % ms(worst))
    return '2 %% lost, worst delay %s' % ms(worst)


@point('Q-7', 'packets that wait for missing ones are few: memory is bounded, '
       'order kept')
def q_7(lab):
    run = lab.server()
    session = ready(lab.call())
    memory = run.memory()
    for seq in range(2, 24000, 2):
        session.up(numbered(seq, 1400), seq=seq)
    time.sleep(0.4)  # time: longer than a lost packet is waited for
    grown = run.memory() - memory
    got = texts(session)
    check(increasing(got), 'out of order')
    check(grown < 1024, '12,000 packets with gaps: %d KiB more' % grown)
    session.seq = 24000
    check(session.delivered(data(b'after')) is not None or
          session.delivered(data(b'after that')) is not None,
          'the stream stops')
    return '%d KiB more' % grown


@point('Q-8', 'one packet far ahead does no harm; a peer that really jumped '
       'is followed from its second packet on, or its ninth without a pause')
def q_8(lab):
    lab.server()
    session = ready(lab.call(), 9)
    for far in (400, 100000, 0x7FFFFFF0):
        session.up(numbered(999), seq=session.seq - 1 + far)
        time.sleep(0.4)  # time: longer than a lost packet is waited for
        for seq in range(session.seq, session.seq + 5):
            session.up(numbered(seq), seq=seq)
        session.seq += 5
        got = settle(session, session.seq - 1)
        check(got and [g for g in got if g != 999] ==
              list(range(session.seq)), 'one packet %d ahead: then pppd gets '
              '%s' % (far, got[-6:]))
    for pause, jump, loss in ((0.4, 50000, 2), (0, 150000, 8)):
        time.sleep(pause)  # pace
        jump += session.seq
        for seq in range(jump, jump + 20):
            session.up(numbered(seq), seq=seq)
        got = settle(session, jump + 19)
        check(got[loss - 20:] == list(range(jump + loss, jump + 20)),
              'after a real jump to %d pppd gets %s' % (jump, got[-20:]))
    return 'harmless; a real jump is followed'


@point('Q-9', 'of two packets with one number in the buffer the first counts')
def q_9(lab):
    lab.server()
    session = ready(lab.call())
    session.up(numbered(2), seq=2)
    session.up(numbered(222), seq=2)
    session.up(numbered(2), seq=2)
    session.up(numbered(1), seq=1)
    session.up(numbered(3), seq=3)
    got = settle(session, 3)
    check(got == [0, 1, 2, 3], 'pppd gets %s' % got)
    return 'the first'


def jump_to(session, target):
    """Moves the stream to this number in steps below half the space."""
    for seq in (target, target + 1, target + 2):
        session.up(numbered(1 << 31), seq=seq)
        time.sleep(0.02)  # pace


@point('Q-10', 'received numbers wrap from 0xFFFFFFFF to 0 without loss')
def q_10(lab):
    lab.server()
    session = lab.call()
    jump_to(session, 0xFFFFFFF0)        # nobody knows its first number
    time.sleep(0.4)  # time: longer than a lost packet is waited for
    before = len(session.pppd.frames)
    for number in range(40):
        session.up(numbered(number), seq=(0xFFFFFFF3 + number) & 0xFFFFFFFF)
    time.sleep(0.5)  # quiet: frames twice
    got = [number_of(f) for _, f in session.pppd.frames[before:]]
    got = [n for n in got if n != 1 << 31]
    check(got == list(range(40)), '%d of 40 over the wrap%s' % (
        len(got), '' if increasing(got) else ', out of order'))
    return '40 of 40 over the wrap'


@point('Q-11', 'numbers half the space away harm nobody')
def q_11(lab):
    lab.server()
    session = ready(lab.call(), 4)
    for far in (0x7FFFFFFE, 0x7FFFFFFF, 0x80000000, 0x80000001, 0xFFFFFFFF):
        session.up(numbered(999), seq=(session.seq + far) & 0xFFFFFFFF)
        time.sleep(0.35)  # time: longer than a lost packet is waited for
        for seq in range(session.seq, session.seq + 3):
            session.up(numbered(seq), seq=seq)
        session.seq += 3
        got = [g for g in settle(session, session.seq - 1) if g != 999]
        check(got == list(range(session.seq)), '%08x ahead: then pppd gets '
              '%s' % (far, got[-4:]))
    return 'harmless'
