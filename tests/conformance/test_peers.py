"""What known clients send, octet for octet, each to the end of its call."""

import time

from lab import data
from points import check, point
from pptp import CCRQ, CDN, SLI, STOPRP, STOPRQ, build

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
