"""Floods, and what it costs beside Poptop's bcrelay.

Poptop's is that of Debian's packages, unpacked in the directory that the
environment names in PPTPD_POPTOP; without it these points are skipped."""

import os
import time

from pptptest.lan import ANYONE, Box, Caller, Flood, Lan, Relay, relayed, udp
from pptptest.points import Skip, check, point

PPP = 'ppp[0-9].*'
QUERY = udp('192.168.0.5', '192.168.0.255', 137, 137, bytes(50), ttl=128)


def box_with(callers=3):
    box = Box()
    lan = Lan(box, 'lan0', '192.168.0.1/24')
    # ppp devices drop what a caller does not take; so does a short queue.
    crowd = [Caller(box, 'ppp%d' % n, peer='10.0.0.%d' % (200 + n))
             for n in range(callers)]
    return box, lan, crowd


def start(lab, box, callers, *args, **fields):
    return Relay(lab, box, '-i', 'lan0', '-o', PPP, '-n', *args,
                 ready=['lan0'] + [c.name for c in callers], **fields)


def poptop():
    path = os.path.join(os.environ.get('PPTPD_POPTOP', ''),
                        'usr/sbin/bcrelay')
    if not os.path.exists(path) or not os.path.isabs(path):
        raise Skip('PPTPD_POPTOP names no directory with a bcrelay')
    return path


def cost(relay, lan, packet, rate, seconds=4, **fields):
    """Microseconds of processor time for each packet that is sent to it, the
    part of a processor, and how many packets a second there were."""
    flood = Flood(lan, packet, rate, seconds, **fields)
    before, begin = relay.cpu(), time.monotonic()
    sent = flood.wait()
    used, took = relay.cpu() - before, time.monotonic() - begin
    return used / sent * 1e6, used / took, sent / took


@point('flood', '100,000 broadcasts a second take less than a fifth of a '
       'processor and no memory; then all is as before', alone=True, limit=60)
def flood(lab):
    box, lan, callers = box_with()
    relay = start(lab, box, callers)
    cost(relay, lan, QUERY, 100000, 1)
    memory = relay.memory()[0]
    _, share, rate = cost(relay, lan, QUERY, 100000, 6)
    grown = relay.memory()[0] - memory
    check(relay.alive(), 'it has ended: %s' % relay.log())
    check(share < 0.2, '%.0f %% of a processor' % (100 * share))
    if not lab.sanitized:
        check(grown <= 64, '%d KiB more' % grown)
    check(lab.log.wait('more broadcasts come than can be relayed with 15 %.*',
                       5), 'no word in the log')
    time.sleep(0.5)  # time: longer than the storm counts
    wake = udp('192.168.0.5', ANYONE, 9, 9, b'after')
    for caller in callers:
        caller.packets()
    lan.send(wake)
    for caller in callers:
        check(relayed(wake) in caller.collect(1, 5, settle=0.2),
              caller.name + ' hears nothing any more')
    return '%.0f/s, %.1f %% of a processor, %d KiB more' % (
        rate, 100 * share, grown)


@point('flood-others', 'while one interface is flooded the others are heard',
       alone=True, limit=60)
def flood_others(lab):
    box, lan, callers = box_with()
    start(lab, box, callers)
    storm = Flood(lan, QUERY, 100000, 5)
    time.sleep(0.5)  # time: the storm is at its height
    wakes = [udp('10.0.0.200', ANYONE, 9, 9, b'%d' % n) for n in range(20)]
    for wake in wakes:
        callers[0].send(wake)
        time.sleep(0.1)  # pace
    got = lan.collect(20, 2)
    storm.wait()
    check(len(got) == 20, '%d of 20 packets of a caller' % len(got))


@point('ordinary', '50,000 packets a second that are not relayed take no '
       'processor time', alone=True, limit=60)
def ordinary(lab):
    box, lan, callers = box_with()
    relay = start(lab, box, callers)
    packet = udp('192.168.0.5', '192.168.0.1', 5000, 5000, bytes(200))
    mac = box.inside(lambda: mac_of('lan0'))
    used, share, rate = cost(relay, lan, packet, 50000, to=mac)
    check(share < 0.002, '%.2f %% of a processor' % (100 * share))
    return '%.0f/s, %.3f us each' % (rate, used)


def mac_of(name):
    import socket
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM) as sock:
        sock.bind((name, 0))
        return sock.getsockname()[4]


# --- beside Poptop's -------------------------------------------------------

def inputs():
    """(what, from the LAN, packet): what may arrive."""
    lan, one = '192.168.0.5', '10.0.0.200'
    yield 'name query', True, QUERY
    yield 'to everybody', True, udp(lan, ANYONE, 68, 67, bytes(300))
    yield 'one octet', True, udp(lan, '192.168.0.255', 7, 7, b'x')
    yield 'no octets', True, udp(lan, '192.168.0.255', 7, 7, b'')
    yield 'odd length', True, udp(lan, '192.168.0.255', 7, 7, bytes(333))
    yield 'full frame', True, udp(lan, '192.168.0.255', 7, 7, bytes(1472))
    yield 'another network', True, udp(lan, '172.20.9.255', 7, 7, b'abc')
    yield 'IP options', True, udp(lan, '192.168.0.255', 7, 7, b'abcd',
                                  options=bytes([7, 7, 4, 0, 0, 0, 0, 0]))
    yield 'first fragment', True, udp(lan, '192.168.0.255', 7, 7, bytes(64),
                                      offset=0x2000)
    yield 'do not fragment', True, udp(lan, '192.168.0.255', 7, 7, b'df',
                                       offset=0x4000)
    yield 'TTL 1', True, udp(lan, '192.168.0.255', 7, 7, b'x', ttl=1)
    yield 'TTL 2', True, udp(lan, '192.168.0.255', 7, 7, b'x', ttl=2)
    yield 'no checksum', True, udp(lan, '192.168.0.255', 7, 7, b'x',
                                   summed=False)
    yield 'for one host', True, udp(lan, '192.168.0.1', 7, 7, b'x')
    yield 'TCP', True, udp(lan, '192.168.0.255', 7, 7, bytes(20), proto=6)
    yield 'ends in .127', True, udp(lan, '192.168.0.127', 7, 7, b'x')
    yield 'multicast', True, udp(lan, '224.0.0.251', 5353, 5353, b'x')
    yield 'from a caller', False, udp(one, '10.0.0.255', 137, 137, bytes(50))
    yield 'from a caller to everybody', False, udp(one, ANYONE, 9, 9,
                                                   bytes(102))
    yield "from a caller to the LAN's", False, udp(one, '192.168.0.255', 9, 9,
                                                   bytes(102))
    yield 'with the source of his LAN', False, udp('172.16.5.9',
                                                   '172.16.5.255', 138, 138,
                                                   b'browse')
    yield 'by a wide mask', False, udp(one, '10.255.255.255', 138, 138, b'x')


def outputs(lab, binary):
    """What of inputs() comes out where, octet by octet."""
    box, lan, callers = box_with()
    relay = start(lab, box, callers, binary=binary)
    table = {}
    for what, from_lan, packet in inputs():
        sender = lan if from_lan else callers[0]
        sender.send(packet)
        # Behind it, by the same way.
        mark = udp('192.168.0.5' if from_lan else '10.0.0.200', ANYONE, 1, 1,
                   b'mark')
        sender.send(mark)
        table[what] = {}
        for wire in [lan] + callers:
            packets, end = [], time.monotonic() + 10
            while wire is not sender and relayed(mark) not in packets:
                check(time.monotonic() < end, '%s: %s hears no mark' % (
                    what, wire.name))
                packets += wire.collect(1, 0.2)
            table[what][wire.name] = [p.hex() for p in packets
                                      if p != relayed(mark)]
    table['besides'] = {wire.name: [p.hex() for p in wire.packets()]
                        for wire in [lan] + callers}
    memory = relay.memory()
    relay.stop()
    for wire in callers:
        wire.hang_up()
    return table, memory


@point('poptop-packets', "the same input comes out as by Poptop's, octet by "
       'octet', limit=120)
def poptop_packets(lab):
    theirs, _ = outputs(lab, poptop())
    ours, _ = outputs(lab, None)
    different = [what for what in theirs if theirs[what] != ours[what]]
    check(not different, '; '.join('%s: %s, here %s' % (
        what, theirs[what], ours[what]) for what in different))
    sent = sum(len(p) for wires in ours.values() for p in wires.values())
    return '%d inputs, %d packets' % (len(ours) - 1, sent)


@point('poptop-costs', "what a packet costs beside Poptop's", alone=True,
       limit=120)
def poptop_costs(lab):
    """Turn about, so that other work on the machine hits both."""
    figures = {}
    for turn in range(3):
        for name, binary in (('poptop', poptop()), ('ours', None)):
            box, lan, callers = box_with()
            args = () if name == 'poptop' else ('-c', '100')
            relay = start(lab, box, callers, *args, binary=binary)
            mac = box.inside(lambda: mac_of('lan0'))
            plain = udp('192.168.0.5', '192.168.0.1', 5000, 5000, bytes(200))
            values = figures.setdefault(name, [])
            values.append((
                cost(relay, lan, QUERY, 1000, 2)[0],
                cost(relay, lan, QUERY, 5000, 2)[0],
                cost(relay, lan, plain, 50000, 2, to=mac)[0],
                cost(relay, lan, plain, 50000, 1, to=mac)[1],
                relay.memory()))
            relay.stop()
            for caller in callers:
                caller.hang_up()
    out = []
    for n, what in enumerate(('us for a relayed packet at 1,000/s',
                              'at 5,000/s', 'us for one that is not')):
        pair = [sorted(v[n] for v in figures[name])[1]
                for name in ('poptop', 'ours')]
        out.append('%s: %.2f and %.3f' % (what, pair[0], pair[1]))
    out.append('of a processor then: %.1f and %.2f %%' % tuple(
        100 * sorted(v[3] for v in figures[name])[1]
        for name in ('poptop', 'ours')))
    out.append('KiB anonymous and resident: %s and %s' % (
        figures['poptop'][0][4], figures['ours'][0][4]))
    ordinary_poptop = sorted(v[2] for v in figures['poptop'])[1]
    ordinary_ours = sorted(v[2] for v in figures['ours'])[1]
    check(ordinary_ours < ordinary_poptop / 10,
          'not cheaper for what is not relayed: ' + '; '.join(out))
    relayed_pair = [sorted(v[1] for v in figures[name])[1]
                    for name in ('poptop', 'ours')]
    check(relayed_pair[1] < 1.5 * relayed_pair[0], 'dearer: ' +
          '; '.join(out))
    return '; '.join(out)
