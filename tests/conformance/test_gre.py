"""Enhanced GRE packets: RFC 2637 section 4.1, what is received and sent.

TX-n are the rules about what the server transmits."""

import struct
import time

from pptptest import gre, namespaces, puppet
from pptptest.calls import not_delivered
from pptptest.lab import CLIENT, OTHER, data, numbered
from pptptest.points import check, point
from pptptest.pptp import CCRQ, build


@point('G-1', 'packets with IP options are understood')
def g_1(lab):
    lab.server()
    session = lab.call()
    for size in (4, 8, 20, 40):
        session.gre.options(b'\x01' * size)
        check(session.delivered(data(b'options %d' % size)) is not None,
              '%d octets of options: lost' % size)
    return 'up to 40 octets of options'


@point('G-2', 'a reassembled packet of 65,515 octets is dropped, the call '
       'goes on')
def g_2(lab):
    lab.server()
    session = lab.call()
    before = len(session.pppd.octets)
    for size in (65000, 65503):
        session.up(data(b'\x55' * (size - 4)), seq=session.seq)
    time.sleep(0.3)  # quiet
    grown = len(session.pppd.octets) - before
    check(grown == 0, 'pppd gets %d octets of it' % grown)
    session.needs()
    return 'dropped'


@point('G-3', 'packets with a wrong header are dropped: C, R, K, s, Recur, '
       'Flags, version, protocol type')
def g_3(lab):
    lab.server()
    session = lab.call()
    wrong = []
    for what, flags, proto in [
            ('C', 0xB001, gre.PPP), ('R', 0x7001, gre.PPP),
            ('no K', 0x1001, gre.PPP), ('s', 0x3801, gre.PPP),
            ('Recur 1', 0x3101, gre.PPP), ('Recur 7', 0x3701, gre.PPP),
            ('Flags 8', 0x3041, gre.PPP), ('Flags 1', 0x3009, gre.PPP),
            ('version 0', 0x3000, gre.PPP), ('version 2', 0x3002, gre.PPP),
            ('version 7', 0x3007, gre.PPP), ('type 0800', 0x3001, 0x0800),
            ('type 880A', 0x3001, 0x880A)]:
        try:
            not_delivered(session, what, lambda seq: session.gre.send(
                session.theirs, seq=seq, payload=data(b'bad header'),
                flags=flags, proto=proto), b'bad header')
        except Exception as err:
            wrong.append(str(err))
            session.close()
            session = lab.call()
    check(not wrong, '; '.join(wrong))
    return '13 variants dropped'


@point('G-4', 'packets too short for the fields that their flags promise are '
       'dropped and change nothing')
def g_4(lab):
    lab.server()
    session = lab.call()
    # Left-overs of this one would look like a payload.
    session.delivered(data(b'left over ' * 6))
    wrong = []
    for flags in (0x3001, 0x3081, 0x2081):
        need = 8 + (4 if flags & 0x1000 else 0) + (4 if flags & 0x80 else 0)
        for size in range(0, need):
            for filler in (b'\0', b'\x55'):
                full = struct.pack('>HHHH', flags, gre.PPP, 4,
                                   session.theirs) + filler * 8
                session.gre.raw(full[:size])
        # Time for what was wrongly taken for far ahead to do its harm.
        time.sleep(0.4)  # time: longer than a lost packet is waited for
        session.up(numbered(1))
        if session.delivered(data(b'after %04x' % flags)) is None:
            wrong.append('%04x' % flags)
            session.close()
            session = lab.call()
            session.delivered(data(b'left over ' * 6))
    check(not wrong, 'short packets with flags %s stop the call'
          % ', '.join(wrong))
    return 'every size from 0 on dropped'


@point('G-5', 'a payload length larger than the payload: dropped, nothing '
       'stale reaches pppd')
def g_5(lab):
    lab.server()
    session = lab.call()
    session.delivered(data(b'STALE' * 40))
    for more in (1, 2, 4, 8, 12, 16, 20, 21, 40, 60000):
        body = data(b'cut%d' % more)
        not_delivered(session, '%d too long' % more,
                      lambda seq: session.gre.send(
                          session.theirs, seq=seq, payload=body,
                          plen=min(65535, len(body) + more)), body)
    return 'dropped'


@point('G-6', 'octets beyond the payload length are ignored')
def g_6(lab):
    lab.server()
    session = lab.call()
    for extra in (1, 7, 30):
        body = data(b'exact %d' % extra)
        session.gre.send(session.theirs, seq=session.seq,
                         payload=body + b'\x99' * extra, plen=len(body))
        session.seq += 1
        check(session.pppd.wait_frame(body, 1), '%d extra: not delivered as '
              'it should' % extra)
    return 'ignored'


@point('G-7', 'payload up to 1532 octets is carried, far too large is '
       'dropped')
def g_7(lab):
    lab.server()
    session = lab.call()
    for size in (2, 40, 1400, 1500, 1532):
        body = (b'\xff\x03\x00\x21' + b'x' * size)[:size]
        check(session.delivered(body) is not None, '%d octets lost' % size)
        session.pppd.send(body)
        packet = session.down()
        check(packet is not None and packet.payload == body,
              '%d octets from pppd lost' % size)
    before = len(session.pppd.octets)
    session.up(b'\xff\x03' + b'y' * 20000, seq=session.seq)
    time.sleep(0.2)  # quiet
    check(len(session.pppd.octets) == before, '20002 octets reach pppd')
    session.needs()
    return '1532 octets both ways'


@point('G-8', 'packets from another source, to another address or with '
       'another Call ID are dropped without reply')
def g_8(lab):
    lab.server()
    session = lab.call()
    other = lab.gre(OTHER)
    watch = lab.sniffer()
    theirs = session.theirs
    not_delivered(session, 'other source', lambda seq: other.send(
        theirs, seq=seq, payload=data(b'spoof')), b'spoof')
    not_delivered(session, 'other destination', lambda seq: session.gre.raw(
        gre.build(theirs, seq=seq, payload=data(b'spoof')),
        namespaces.SERVER2), b'spoof')
    for ident in ((theirs + 1) & 0xFFFF, (theirs - 1) & 0xFFFF, 0, 0xFFFF,
                  ((theirs & 0xFF) << 8) | theirs >> 8, session.mine):
        if ident == theirs:
            continue
        not_delivered(session, 'Call ID %04x' % ident,
                      lambda seq: session.gre.send(
                          ident, seq=seq, payload=data(b'spoof')), b'spoof')
    # The kernel may answer for an address at which the server has no socket.
    answers = [p for p in watch.drain() if p.from_server() and (
        p.dst == OTHER and p.proto in (1, 47) or
        p.proto == 1 and p.src == namespaces.SERVER)]
    check(not answers, 'answers: ' + ', '.join(
        {1: 'ICMP', 47: 'GRE'}[p.proto] for p in answers))
    return 'dropped silently'


@point('G-9', 'a packet with sequence number and no payload counts, but '
       'nothing goes to pppd')
def g_9(lab):
    lab.server()
    session = lab.call()
    session.delivered(data(b'before'))
    octets = len(session.pppd.octets)
    session.up(b'')
    time.sleep(0.15)  # quiet
    grown = len(session.pppd.octets) - octets
    check(grown == 0, 'pppd gets %d octets' % grown)
    took = session.delivered(data(b'after'))
    check(took is not None and took < 0.2, 'its number is not counted')
    return 'counted'


@point('G-10', 'without sequence number there is no payload, only an '
       'acknowledgment')
def g_10(lab):
    lab.server()
    session = lab.call()
    octets = len(session.pppd.octets)
    body = data(b'no sequence')
    session.gre.send(session.theirs, ack=0, payload=body, plen=len(body))
    session.gre.send(session.theirs, payload=body, plen=len(body))
    session.gre.send(session.theirs, ack=1)
    time.sleep(0.15)  # quiet
    check(len(session.pppd.octets) == octets, 'it reaches pppd')
    session.needs()
    return 'nothing reaches pppd'


@point('G-11', 'packets for a call that is ending or over are dropped')
def g_11(lab):
    lab.server()
    session = lab.call()
    session.pppd.order(do='hangup', then={'exit': 0, 'delay': 0.7})
    frames = len(session.pppd.frames)
    session.tcp.send(build(CCRQ, call_id=session.mine))
    check(session.pppd.wait_hangup(2), 'CCRQ does not end the call')
    for _ in range(20):
        session.up(data(b'late'))
        time.sleep(0.05)  # pace
    check(len(session.pppd.frames) == frames, 'delivered')
    second = lab.call()
    for _ in range(20):
        session.up(data(b'late'))
    second.needs('the next call')
    check(all(f != data(b'late') for _, f in second.pppd.frames),
          'delivered to the next call')
    return 'dropped'


@point('G-12', 'ICMP errors about our packets do not end the call')
def g_12(lab):
    lab.server()
    session = lab.call()
    quoted = session.received[-1].raw[:36]
    ended = []
    for code, what in ((2, 'protocol'), (3, 'port'), (1, 'host'),
                       (0, 'network'), (13, 'prohibited')):
        gre.forge_icmp(CLIENT, 3, code, quoted)
        time.sleep(0.05)  # quiet: an end of the call
        if session.works() is not None:
            ended.append('%s unreachable' % what)
            session.close()
            session = lab.call()
            quoted = session.received[-1].raw[:36]
    check(not ended, 'the call ends at ' + ', '.join(ended))
    return 'survived'


@point('G-13', 'errors in sending (firewall, no route) lose packets, not the '
       'call')
def g_13(lab):
    lab.server()
    session = lab.call()
    for kind in ('prohibit', 'unreachable', 'blackhole', 'throw'):
        lab.ip_server('route add %s %s/32' % (kind, CLIENT))
        for number in range(5):
            session.pppd.send(data(b'lost %d' % number))
            time.sleep(0.02)  # pace
        lab.ip_server('route del %s %s/32' % (kind, CLIENT))
        session.needs('after "%s"' % kind)
    lab.ip_server('link set s0 down')
    session.pppd.send(data(b'lost'))
    time.sleep(0.1)  # time: the link is down for so long
    lab.ip_server('link set s0 up\n'
                  'route add %s0/24 via 203.0.113.2\n' % namespaces.CLIENTS)
    session.needs('after the link was down')
    return 'survived'


@point('G-14', 'PPP frames with and without address, control and long '
       'protocol field pass unchanged')
def g_14(lab):
    lab.server()
    session = lab.call()
    for body in (b'\xff\x03\x00\x21text', b'\x00\x21text', b'\x21text',
                 b'\xff\x03\x21text', b'\x00\xfd\x90\x00text',
                 b'\xfd\x90\x00text', b'\xff\x03\xc0\x21\x09\x01\x00\x08'
                 b'\0\0\0\0'):
        check(session.delivered(body) is not None, 'to pppd: %s is lost'
              % body.hex())
        session.pppd.send(body)
        packet = session.down()
        check(packet and packet.payload == body, 'from pppd: %s becomes %s' %
              (body.hex(), packet and packet.payload.hex()))
    return 'unchanged'


@point('TX-1', 'what pppd sends goes out as PPP frame without flags, escapes '
       'and FCS, in a right header')
def tx_1(lab):
    lab.server()
    session = lab.call(greeting=False)
    for number, frame in enumerate(puppet.GREETING):
        packet = session.down(3)
        check(packet, 'frame %d does not come' % number)
        check(packet.payload == frame and not packet.rest,
              'payload %s, then %s' % (packet.payload.hex(),
                                       packet.rest.hex()))
        check(packet.flags in (0x3001, 0x3081) and packet.proto == gre.PPP,
              'header %04x %04x' % (packet.flags, packet.proto))
        check(packet.plen == len(frame), 'payload length %d' % packet.plen)
    return 'right'


@point('TX-2', 'packets leave with the local address of the control '
       'connection as source')
def tx_2(lab):
    lab.server()
    for address in (namespaces.SERVER2, namespaces.SERVER):
        session = lab.call(to=address)
        session.needs('a call to ' + address)
    return 'on both addresses of the server'


@point('TX-3', 'packets leave without "do not fragment"')
def tx_3(lab):
    lab.server()
    session = lab.call()
    session.pppd.send(data(b'x' * 100))
    packet = session.down()
    check(packet, 'nothing comes')
    check(not packet.dont_fragment, 'DF is set')
    # A frame that needs fragments must pass, also when the path is narrow.
    session.pppd.send(data(b'y' * 3000))
    packet = session.down()
    check(packet and len(packet.payload) == 3004, '3004 octets are lost')
    return 'DF clear, 3004 octets pass'
