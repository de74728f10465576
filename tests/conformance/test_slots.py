"""All slots are taken: who makes room, and who pays for it."""

import time

from pptptest import puppet
from pptptest.lab import CLIENT, OTHER, client
from pptptest.points import check, ms, point
from pptptest.pptp import OCRP, SCCRQ, OCRQ, build

SLOTS = 8
FEW = [('remoteip', '10.0.0.201-%d' % (200 + SLOTS)), ('auth-timeout', '30')]


def dial(lab, address, timeout=12):
    """A connection whose call is up, else None and what it was told."""
    tcp = lab.connect(address)
    if not tcp.start(timeout=10):
        return None, 'no SCCRP'
    got = tcp.call(timeout=timeout)
    if got and got.result == 1:
        return tcp, got
    tcp.close()
    return None, got


@point('D-23', 'an address that holds all slots without authenticating makes '
       'room for others, one by one', waits=True, limit=60)
def d_23(lab):
    lab.theatre.greeting = (puppet.LCP,)
    lab.server(conf=FEW)
    held = [dial(lab, CLIENT)[0] for _ in range(SLOTS)]
    check(all(held), 'not all slots can be had')
    begin = time.monotonic()
    took = []
    for number in range(3):
        tcp, got = dial(lab, client(100 + number))
        check(tcp, 'client %d is told %s after %s' % (
            number, got, ms(time.monotonic() - begin)))
        took.append(time.monotonic() - begin)
    for tcp in held:
        tcp.drain(0.01)
    closed = sum(1 for tcp in held if tcp.seen[-1].type != OCRP)
    check(closed == 3, '%d calls have made room, not 3' % closed)
    check(lab.log.wait('.*made room for another client.*', 2),
          'the log does not say why')
    return 'three others are in after %s' % ', '.join(map(ms, took))


@point('D-23b', 'whoever hangs up before auth-timeout and dials again while '
       'slots are short is refused soon', waits=True, limit=90)
def d_23b(lab):
    lab.theatre.greeting = (puppet.LCP,)
    lab.server(conf=FEW)
    held = [dial(lab, CLIENT)[0] for _ in range(SLOTS)]
    other, got = dial(lab, OTHER)               # there is no slot: short
    check(other, 'another client is told %s' % got)
    refused = 0
    for number in range(4 * SLOTS):
        old = held[number % SLOTS]
        if old:
            old.close()
        time.sleep(0.05)  # pace
        held[number % SLOTS], got = dial(lab, CLIENT, 0.5)
        refused += held[number % SLOTS] is None
    check(lab.log.wait('CTRL: Client %s refused for .*' % CLIENT, 1),
          'no penalty; %d of %d redials are refused' % (refused, 4 * SLOTS))
    check(refused >= 2 * SLOTS, 'only %d of %d redials are refused' % (
        refused, 4 * SLOTS))
    begin = time.monotonic()
    for number in range(SLOTS // 2):
        check(dial(lab, client(100 + number))[0], 'client %d gets no call'
              % number)
    return '%d of %d redials refused; others are in after %s' % (
        refused, 4 * SLOTS, ms(time.monotonic() - begin))


@point('D-23c', 'an office behind one address that dials again while slots '
       'are short gets in at once', waits=True, limit=60)
def d_23c(lab):
    run = lab.server(conf=FEW)
    first = [lab.call() for _ in range(SLOTS - 1)]
    stranger = lab.call(address=OTHER)
    tcp, got = dial(lab, client(50), 1)
    check(tcp is None, 'there is a slot too many')
    for call in first:
        call.close()                            # the line is cut
    for call in first:
        check(call.pppd.wait_gone(12), 'a pppd lives on')
    lab.until(lambda: len(run.sessions()) == 1, 5)
    stranger.needs('the call of somebody else')
    begin = time.monotonic()
    crowd = []
    for number in range(SLOTS - 1):
        crowd.append(lab.connect())
        crowd[-1].try_send(build(SCCRQ), build(OCRQ, call_id=number + 1))
    for number, tcp in enumerate(crowd):
        got = tcp.expect(OCRP, 10)
        check(got and got.result == 1, 'number %d is told %s' % (number, got))
    took = time.monotonic() - begin
    return '%d of %d in %s' % (SLOTS - 1, SLOTS - 1, ms(took))
