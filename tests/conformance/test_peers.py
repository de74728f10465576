"""What known clients send, octet for octet, each to the end of its call."""

import socket
import time

from pptptest import gre, namespaces
from pptptest.lab import CLIENT, data
from pptptest.points import check, point
from pptptest.pptp import (CCRQ, CDN, ECHORP, ECHORQ, LENGTHS, OCRP, OCRQ,
                           SCCRP, SCCRQ, SLI, STOPRP, STOPRQ, Message, build)

LCP = bytes.fromhex('ff03c021' '01000015' '010405dc' '0506415a1b2c'
                    '0702' '0802' '0d0306')
GUID = bytes.fromhex('3f2504e04f8911d39a0c0305e82c3301')


def visit(lab, start, call, first_seq=0, acks=True):
    """Start, call and LCP as this client does; returns the session."""
    lab.server()
    session = lab.call(start=start, **call)
    check(session.reply.peer_id == call['call_id'], 'OCRP for Call ID %04x'
          % session.reply.peer_id)
    check(session.reply.speed == call['max_bps'], 'speed %d'
          % session.reply.speed)
    seq = first_seq
    for number in range(5):
        session.up(LCP + bytes([number]), seq=seq, ack=2 if acks else None)
        seq += 1
        check(session.pppd.wait_frame(LCP + bytes([number]), 1),
              'LCP packet %d does not reach pppd' % number)
        session.pppd.send(data(b'answer %d' % number))
        packet = session.down()
        check(packet and packet.payload == data(b'answer %d' % number),
              'answer %d is lost' % number)
    session.seq = seq
    return session


def leaves(session, way):
    """The client goes in its own way; pppd must be hung up."""
    begin = time.monotonic()
    tcp = session.tcp
    if way == 'close':
        tcp.close()
    elif way == 'stop':
        tcp.send(build(STOPRQ, reason=1))
        got = tcp.expect(STOPRP, 2)
        check(got and got.result == 1, 'no StopCCRP')
    elif way == 'clear':
        tcp.send(build(CCRQ, call_id=session.mine))
        check(tcp.expect(CDN, 2), 'no Call-Disconnect-Notify')
        tcp.try_send(build(STOPRQ, reason=1))
        tcp.drain(1)
        check(tcp.closed, 'connection stays open')
    check(session.pppd.wait_hangup(2), 'pppd is not hung up')
    return 'call, LCP both ways, pppd hung up after %.0f ms' % (
        (time.monotonic() - begin) * 1000)


@point('R-1', 'Windows XP: Call ID 0')
def r_1(lab):
    session = visit(lab, dict(
        framing=1, bearer=1, channels=0, firmware=2600, host=b'',
        vendor=b'Microsoft Windows NT'), dict(
        call_id=0, serial=31240, min_bps=300, max_bps=100000000, bearer=3,
        framing=3, window=64))
    return leaves(session, 'clear')


@point('R-2', 'Windows 10 and 11: GUID in the subaddress, Set-Link-Info '
       'twice, clears in order')
def r_2(lab):
    session = visit(lab, dict(
        framing=1, bearer=1, channels=0, firmware=0, host=b'',
        vendor=b'Microsoft'), dict(
        call_id=0xFAEA, serial=1, min_bps=300, max_bps=100000000, bearer=3,
        framing=3, window=64, subaddress=GUID))
    for _ in range(2):
        session.tcp.send(build(SLI, peer_id=session.theirs))
    session.needs('after Set-Link-Info')
    return leaves(session, 'clear')


@point('R-3', 'Android: no acknowledgments, just closes')
def r_3(lab):
    session = visit(lab, dict(
        framing=3, bearer=3, channels=1, firmware=0, host=b'anonymous',
        vendor=b''), dict(
        call_id=0x3C91, serial=0, min_bps=1000, max_bps=100000000, bearer=3,
        framing=3, window=8192), acks=False)
    return leaves(session, 'close')


@point('R-4', 'pptp-linux: window 3, StopCCRQ')
def r_4(lab):
    session = visit(lab, dict(
        framing=3, bearer=3, channels=65535, firmware=1, host=b'local',
        vendor=b'cananian'), dict(
        call_id=0x68F2, serial=0, min_bps=2400, max_bps=10000000, bearer=3,
        framing=3, window=3))
    return leaves(session, 'stop')


@point('R-5', 'MikroTik')
def r_5(lab):
    session = visit(lab, dict(
        framing=2, bearer=0, channels=0, firmware=1, host=b'MikroTik',
        vendor=b'MikroTik'), dict(
        call_id=0x0101, serial=1, min_bps=300, max_bps=100000000, bearer=1,
        framing=2, window=100))
    return leaves(session, 'clear')


@point('R-6', 'Linux kernel clients: first sequence number 1')
def r_6(lab):
    session = visit(lab, dict(
        framing=3, bearer=3, channels=0, firmware=1, host=b'local',
        vendor=b'cananian'), dict(
        call_id=0x0001, serial=1, min_bps=2400, max_bps=1000000000,
        bearer=3, framing=3, window=50), first_seq=1)
    return leaves(session, 'stop')


TERM = bytes.fromhex('ff03c021' '05020010' '557365722072657175657374')
TERM_ACK = bytes.fromhex('ff03c021' '06000004')
WINDOWS = dict(framing=1, bearer=1, channels=0, firmware=0, host=b'',
               vendor=b'Microsoft')
WINDOWS_CALL = dict(serial=19, min_bps=300, max_bps=100000000, bearer=3,
                    framing=3, window=64)


@point('R-7', 'Windows 2000: uninitialised octets behind the NUL of Host '
       'Name, a Vendor without NUL; nobody prints them')
def r_7(lab):
    garbage = bytes(range(0x81, 0x81 + 63))
    session = visit(lab, dict(
        framing=1, bearer=1, channels=0, firmware=2195,
        host=b'\0' + garbage, vendor=b'\x1b[2J' + garbage[:60]),
        dict(WINDOWS_CALL, call_id=0, serial=49611))
    took = leaves(session, 'clear')
    for line in lab.log.since():
        check(garbage[:8] not in line.raw and b'\x1b' not in line.raw,
              'the log has them: %r' % line.raw)
    return took


@point('R-8', 'Windows 7 hangs up: Set-Link-Info, LCP Terminate-Request, CCRQ, '
       'StopCCRQ, FIN; the GUID in its subaddress')
def r_8(lab):
    session = visit(lab, WINDOWS, dict(WINDOWS_CALL, call_id=0x9D49,
                                       subaddress=GUID))
    tcp, begin = session.tcp, time.monotonic()
    tcp.send(build(SLI, peer_id=session.theirs))
    session.up(TERM)
    check(session.pppd.wait_frame(TERM, 1), 'Terminate-Request is lost')
    session.pppd.send(TERM_ACK)
    packet = session.down()
    check(packet and packet.payload == TERM_ACK, 'Terminate-Ack is lost')
    session.pppd.exit(5)                # as a real one, 1 s later or at once
    tcp.try_send(build(CCRQ, call_id=session.mine))
    check(tcp.expect(CDN, 2), 'no Call-Disconnect-Notify')
    tcp.try_send(build(STOPRQ, reason=1))
    tcp.drain(2)
    check(tcp.closed, 'the connection stays open')
    check(session.pppd.wait_hangup(2), 'pppd is not hung up')
    check(not lab.log.since(0, 3), 'the log has errors')
    return 'over after %.0f ms' % ((time.monotonic() - begin) * 1000)


def read_once(tcp, kind):
    """What one read() of a reply gives: all of it, and nothing else."""
    tcp.sock.settimeout(3)
    raw = tcp.sock.recv(4096)
    check(len(raw) == LENGTHS[kind], 'one read() gives %d octets, not %d'
          % (len(raw), LENGTHS[kind]))
    got = Message(raw)
    check(got.type == kind, 'the first reply is %s' % got)
    return got


@point('R-9', 'macOS and iOS: replies read with one read(), empty names, GRE '
       'from number 1 with A set and 0 acknowledged, Echo-Request 0, FIN '
       'without CCRQ')
def r_9(lab):
    lab.server()
    tcp = lab.connect()
    packets = gre.Gre(CLIENT, namespaces.SERVER)
    tcp.send(build(SCCRQ, framing=1, bearer=1, channels=0, firmware=0,
                   host=b'', vendor=b''))
    check(read_once(tcp, SCCRP).result == 1, 'refused')
    tcp.send(build(OCRQ, call_id=0x01F3, serial=0, min_bps=300,
                   max_bps=100000000, bearer=3, framing=3, window=64))
    reply = read_once(tcp, OCRP)
    check(reply.result == 1 and reply.window > 0, 'refused: %s' % reply)
    tcp.send(build(SLI, peer_id=reply.call_id))
    pppd = lab.theatre.wait(1)
    check(pppd, 'no pppd was started')
    worst = 0
    for number in range(1, 30):
        frame = LCP + bytes([number])
        begin = time.monotonic()
        packets.send(reply.call_id, seq=number, ack=0, payload=frame)
        when = pppd.wait_frame(frame, 1)
        check(when, 'number %d does not reach pppd' % number)
        worst = max(worst, when - begin)
    check(worst < 0.3, 'it waits %.0f ms' % (worst * 1000))
    down = data(b'towards the client')
    pppd.send(down)
    check(any(p.payload == down for p in packets.drain(1, 0x01F3)),
          'an acknowledgment of 0 stops what is sent to it')
    tcp.send(build(ECHORQ, ident=0))
    got = tcp.expect(ECHORP, 2)
    check(got and got.ident == 0 and got.result == 1, 'Echo-Reply: %s' % got)
    tcp.finish()
    check(pppd.wait_hangup(2), 'FIN: pppd is not hung up')
    check(tcp.wait_closed(3), 'the connection stays open')
    check(not lab.log.since(0, 3), 'the log has errors')
    return 'served; slowest frame %.0f ms' % (worst * 1000)


@point('R-10', 'pptp-linux hangs up: Terminate-Request twice, then CCRQ in '
       'one segment with FIN')
def r_10(lab):
    session = visit(lab, dict(
        framing=3, bearer=3, channels=65535, firmware=1, host=b'local',
        vendor=b'cananian'), dict(
        call_id=0, serial=0, min_bps=2400, max_bps=10000000, bearer=3,
        framing=3, window=3), first_seq=1)
    for _ in range(2):
        session.up(TERM)
    check(session.pppd.wait_frame(TERM, 1), 'Terminate-Request is lost')
    seen = lab.sniffer(both=True)
    session.tcp.sock.send(build(CCRQ, call_id=session.mine),
                          socket.MSG_MORE)
    session.tcp.finish()
    check(session.pppd.wait_hangup(2), 'pppd is not hung up')
    check(session.tcp.wait_closed(3), 'the connection stays open')
    check(any(p.proto == 6 and p.data and p.flags & 1 and
              not p.from_server() for p in seen.drain()),
          'the test did not send FIN with the octets')
    check(lab.log.wait('.*control connection finished', 3), 'no last line')
    check(not lab.log.since(0, 3), 'the log has errors')
    return 'both; pppd is hung up'


@point('R-11', 'FIN in the middle of everything: before SCCRP is read, between '
       'SCCRQ and OCRQ, right behind OCRQ')
def r_11(lab):
    run = lab.server()
    for parts in ([build(SCCRQ)], [build(SCCRQ), build(OCRQ)]):
        tcp = lab.connect()
        tcp.sock.send(b''.join(parts), socket.MSG_MORE)
        tcp.finish()
        check(tcp.wait_closed(5), 'the connection stays open')
    tcp = lab.control()
    tcp.finish()
    check(tcp.wait_closed(5), 'the connection stays open')
    check(lab.until(lambda: not run.sessions(), 5) is not None,
          'a session is left')
    lab.call().needs()
    return 'all ended'


@point('R-12', 'window 0 in OCRQ is never echoed: a client that honours our '
       'window would not send a packet')
def r_12(lab):
    lab.server()
    session = lab.call(window=0)
    check(session.reply.window != 0, 'OCRP has window 0')
    session.needs()
    return 'OCRP has window %d' % session.reply.window


@point('R-13', 'OCRQ with a Phone Number Length beyond its field is served')
def r_13(lab):
    lab.server()
    for size in (64, 65, 128, 65535):
        session = lab.call(phone_len=size, phone=b'5' * 64)
        session.needs('length %d' % size)
        leaves(session, 'clear')
    return '64 to 65535'
