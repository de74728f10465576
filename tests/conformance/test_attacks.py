"""Attacks that were published against PPTP servers and their neighbours."""

import os
import socket
import struct
import time

from pptptest import gre, namespaces, pptp
from pptptest.lab import CLIENT, client, data
from pptptest.points import check, point
from pptptest.pptp import CCRQ, CDN, ECHORQ, SCCRQ, STOPRQ, build

LCP = bytes.fromhex('ff03c021' '0101000a' '050601223344')
HERE = os.path.dirname(os.path.abspath(__file__))


def packet(protocol, code, body, size=None):
    """A PPP frame; size: what its Length field says."""
    return struct.pack('>HHBBH', 0xFF03, protocol, code, 7,
                       4 + len(body) if size is None else size) + body


def claims():
    """Frames of a client that would be taken for a login by who believes
    lengths, or does not ask who speaks."""
    out = [packet(0xC023, 1, b'\0\0'), packet(0xC023, 1, b'\0\xff'),
           packet(0xC023, 1, b'\xff'), packet(0xC023, 1, b'\x04root\0'),
           packet(0xC023, 2, b'\0'), packet(0xC227, 3, b'')]
    for size in (0, 15, 16, 17, 48, 49, 50, 255):
        value = bytes((size,)) + b'\x55' * min(size, 49)
        out += [packet(0xC223, 2, value), packet(0xC223, 2, value + b'user'),
                packet(0xC223, 2, value + b'u' * 254)]
    # Success and the change of a password, said by the client
    out += [packet(0xC223, code, b'S=00') for code in (3, 5, 6, 7)]
    out += [packet(0xC223, 3, b'', size) for size in (0, 3, 65535)]
    return out


@point('T-36', 'names and passwords without length, with too much of it, and '
       'verdicts that the client speaks itself: nobody is in by them',
       waits=True)
def t_36(lab):
    lab.server(conf=[('auth-timeout', '4')])
    lab.theatre.greeting = (LCP,)
    begin = time.monotonic()
    session = lab.call()
    for frame in claims():
        session.up(frame)
        check(session.pppd.wait_frame(frame, 2), '%s is not passed on'
              % frame.hex())
    check(session.tcp.expect(CDN, 8), 'the call lives without a login')
    took = time.monotonic() - begin
    check(took > 3.9, 'the call ends after %.1f s' % took)
    return '%d frames; the call ends as unauthenticated' % len(claims())


@point('T-37', '10,000 Echo-Requests behind the end of a connection, with FIN '
       'or RST among them: nobody else notices', limit=60)
def t_37(lab):
    run = lab.server()
    flood = build(ECHORQ, ident=1) * 10000
    ends = [build(STOPRQ, reason=1), build(CCRQ, call_id=0x1234),
            build(SCCRQ, cookie=0), build(CDN, call_id=0x1234)]
    worst = 0
    for number, end in enumerate(ends):
        for way in ('read', 'finish', 'reset'):
            tcp = lab.control(client(20 + number))
            tcp.call(call_id=0x1234)
            tcp.sock.settimeout(2)
            try:
                tcp.sock.sendall(end + flood)
            except OSError:             # closed meanwhile, or full
                pass
            if way == 'finish':
                tcp.finish()
            if way == 'reset':
                tcp.reset()
            else:
                tcp.drain(0.3)
                tcp.close()
            worst = max(worst, lab.serves(within=2))
    check(run.alive(), 'the server has ended')
    lines = [line.text for line in lab.log.since(0, 4)
             if 'was killed' in line.text]
    check(not lines, '%s' % lines)
    # A pppd of one of them that starts late is not the next call's.
    check(lab.until(lambda: not run.sessions(), 20) is not None,
          'calls do not end')
    lab.call(address=client(90)).needs()
    return '12 floods; a newcomer waits %.0f ms at most' % (worst * 1000)


@point('T-38', 'CVE-2020-8597: EAP in GRE without a sequence number does not '
       'reach pppd, nor does protocol version 0x0001 get a call')
def t_38(lab):
    lab.server()
    tcp = lab.connect()
    tcp.send(build(SCCRQ, version=0x0001))
    got = tcp.message(3)
    check(got is None or got.result != 1, 'version 0x0001: %s' % got)
    tcp.close()
    session = lab.call()
    before = len(session.pppd.octets)
    eap = struct.pack('>HBBH', 0xC227, 1, 0, 276) + b'\x04\x10' + \
        b'\xaa' * 16 + b'b' * 254
    for call_id in (0, session.theirs):
        for flags in (0x2001, 0x2081):
            session.gre.raw(struct.pack('>HHHH', flags, gre.PPP, len(eap),
                                        call_id) + eap)
    session.needs('after them')
    check(b'bbbb' not in session.pppd.octets[before:], 'it reaches pppd')
    # With a number it is a frame like any other, and for pppd to refuse.
    check(session.delivered(eap) is not None, 'an EAP frame is lost')
    return 'dropped'


def tunnels(inner):
    """Protocol and octets of packets that careless hosts unpack."""
    out = [(4, inner), (41, b'\x60' + bytes(39))]
    for kind in (0x0800, 0x6558, 0x86DD, 0x880B):
        for flags, more in ((0, b''), (0x2000, b'\0\0\0\1'),
                            (0x8000, b'\0\0\0\0'), (0x3000, bytes(8)),
                            (0x1000, bytes(4))):
            out.append((47, struct.pack('>HH', flags, kind) + more + inner))
    out.append((47, struct.pack('>HH', 0, 0x0800) + bytes((
        0x45, 0, 0, 24 + len(inner), 0, 0, 0, 0, 64, 47, 0, 0)) +
        socket.inet_aton(CLIENT) + socket.inet_aton(namespaces.SERVER) +
        struct.pack('>HH', 0x2001, gre.PPP) + inner))
    return out


@point('T-39', 'open tunnels (CVE-2020-10136, CVE-2024-7595): GRE of version '
       '0, GRE in GRE and IP in IP go nowhere; our modules-load names no '
       'ip_gre')
def t_39(lab):
    lab.server()
    session = lab.call()
    lab.ip_server('route add 203.0.113.128/25 via 203.0.113.2')
    target = '203.0.113.200'
    udp = struct.pack('>HHHH', 9, 9, 16, 0) + b'escaped!'
    inner = struct.pack('>BBHHHBBH', 0x45, 0, 20 + len(udp), 1, 0, 64, 17,
                        0) + socket.inet_aton(namespaces.SERVER) + \
        socket.inet_aton(target) + udp
    before = len(session.pppd.octets)
    watch = lab.sniffer()
    sent = 0
    for proto, octets in tunnels(inner):
        sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, proto)
        sock.bind((CLIENT, 0))
        try:
            sock.sendto(octets, (namespaces.SERVER, 0))
            sent += 1
        except OSError:
            pass
        sock.close()
    out = [p for p in watch.drain(0.5) if b'escaped!' in p.body and
           p.from_server() and p.proto != 1]
    check(not out, 'comes out again: protocol %s' % [p.proto for p in out])
    check(b'escaped!' not in session.pppd.octets[before:], 'pppd gets it')
    session.needs('the call')
    for name in os.listdir(os.path.join(HERE, '..', '..', 'etc',
                                        'modules-load.d')):
        with open(os.path.join(HERE, '..', '..', 'etc', 'modules-load.d',
                               name)) as stream:
            words = [line.split()[0] for line in stream if line.strip() and
                     line[0] not in '#;']
        check('ip_gre' not in words, '%s loads ip_gre' % name)
    return '%d packets' % sent


@point('T-40', "thc-pptp-bruter: many passwords on one call; pppd's first "
       'refusal ends the call, and no second try reaches one')
def t_40(lab):
    lab.server(conf=[('auth-penalty', '0')])
    lab.theatre.greeting = (LCP,)
    session = lab.call()
    tries = [packet(0xC223, 2, b'\x31' + bytes((n,)) * 49 + b'user')
             for n in range(1, 50)]
    session.up(tries[0])
    check(session.pppd.wait_frame(tries[0], 2), 'the first is lost')
    session.pppd.send(packet(0xC223, 4, b'E=691 R=0'))
    session.pppd.exit(11)               # as pppd ends then
    for frame in tries[1:]:
        session.up(LCP)
        session.up(frame)
    check(session.tcp.expect(CDN, 3), 'the call goes on')
    got = [f for _, f in session.pppd.frames if f in tries]
    check(len(got) == 1, '%d tries reach pppd' % len(got))
    check(len(lab.theatre.puppets) == 1, 'another pppd was started')
    check(lab.log.wait('.*authentication failed.*', 3), 'it is not logged')
    return '48 further tries reach nobody'
