"""Framing and sanity of control messages: RFC 2637 sections 1.4 and 2."""

import struct
import time

from pptptest import logsink, pptp
from pptptest.lab import OTHER, client
from pptptest.points import check, point
from pptptest.pptp import (CCRQ, ECHORP, ECHORQ, OCRP, OCRQ, SCCRP, SCCRQ, SLI,
                           STOPRP, STOPRQ, build)


def closes(lab, first, data, within=1.0, address=None):
    """Sends data as first message or after SCCRQ; returns (messages that
    came after it, how the connection ended or None)."""
    tcp = lab.connect(address) if first else lab.control(address)
    before = len(tcp.seen)
    tcp.send(data)
    tcp.wait_closed(within)
    got, end = tcp.seen[before:], tcp.closed
    tcp.close()
    return got, end


@point('F-1', 'a wrong Magic Cookie closes the connection, without reply and '
       'without looking for the next message')
def f_1(lab):
    lab.server()
    good = build(ECHORQ)
    for first, data, what in [
            (True, build(SCCRQ, cookie=0x1A2B3C4C) + build(SCCRQ), 'SCCRQ'),
            (True, build(SCCRQ, cookie=0xFFFFFFFF), 'SCCRQ, cookie ~0'),
            (False, build(ECHORQ, cookie=0) + good, 'Echo-Request'),
            (False, build(OCRQ, cookie=0x4D3C2B1A) + good, 'OCRQ'),
            (False, build(99, cookie=1) + good, 'unknown type')]:
        got, end = closes(lab, first, data, address=client(1))
        check(end and not got, '%s: %s' % (what, pptp.describe(
            got, end or 'stays open')))
    return 'closed, no reply'


@point('F-2', 'a malformed message is logged once and closes the connection')
def f_2(lab):
    lab.server()
    tcp = lab.control()
    mark = lab.log.mark()
    tcp.send(struct.pack('>H', 5) + build(ECHORQ)[2:])
    check(tcp.wait_closed(1), 'Length 5 leaves the connection open')
    time.sleep(0.3)  # quiet: more lines
    lines = lab.log.since(mark, logsink.WARNING)
    check(len(lines) == 1, '%d lines: %s' % (len(lines), ' / '.join(
        line.text for line in lines)))
    return lines[0].text


@point('F-3', 'Length below 12 or above 220 closes before the body is read')
def f_3(lab):
    lab.server()
    open_at = []
    for length in (0, 1, 2, 8, 10, 11, 221, 1500, 32768, 65535):
        for first in (True, False):
            kind = SCCRQ if first else ECHORQ
            data = struct.pack('>H', length) + build(kind)[2:12]
            got, end = closes(lab, first, data, 0.7, client(10))
            if not end or got:
                open_at.append('%d%s' % (length, '' if first else ' later'))
    check(not open_at, 'not closed at Length ' + ', '.join(open_at))
    return 'closed, header alone sufficed'


@point('F-4', 'a Length below the size of its type is malformed: closed, '
       'no reply')
def f_4(lab):
    lab.server()
    wrong = []
    for first, kind, length in [
            (True, SCCRQ, 12), (True, SCCRQ, 155), (False, ECHORQ, 12),
            (False, ECHORQ, 15), (False, OCRQ, 12), (False, OCRQ, 40),
            (False, OCRQ, 167), (False, STOPRQ, 12), (False, CCRQ, 12),
            (False, SLI, 12)]:
        data = struct.pack('>H', length) + build(kind)[2:length]
        got, end = closes(lab, first, data, 0.7, client(20))
        if got or not end:
            wrong.append('%s of %d: %s' % (pptp.NAMES[kind], length,
                                           pptp.describe(got, end or 'open')))
    check(not wrong, '; '.join(wrong))
    return 'closed, no reply'


@point('F-5', 'a Length above the size of its type (up to 220) is accepted, '
       'the tail ignored')
def f_5(lab):
    lab.server()
    tcp = lab.connect()
    check(tcp.start(tail=b'x' * 64), 'SCCRQ of 220 gets no SCCRP')
    tcp.send(build(ECHORQ, ident=7, tail=b'\x00\x10' * 8))
    got = tcp.expect(ECHORP)
    check(got and got.ident == 7, 'Echo-Request of 32 not answered')
    check(tcp.echo(), 'the next message is not understood')
    reply = tcp.call(call_id=5, tail=b'y' * 52)
    check(reply and reply.result == 1, 'OCRQ of 220 refused')
    pppd = lab.theatre.wait(1)
    check(pppd, 'no pppd')
    tcp.send(build(CCRQ, call_id=5, tail=b'z' * 16))
    check(pppd.wait_hangup(2), 'CCRQ of 32 does not end the call')
    return 'SCCRQ 220, Echo 32, OCRQ 220, CCRQ 32 accepted'


@point('F-6', 'a PPTP message type other than 1 is skipped; three of them '
       'close the connection')
def f_6(lab):
    lab.server()
    tcp = lab.control()
    tcp.send(build(ECHORQ, ident=2, ptype=2), build(ECHORQ, ident=3))
    got = tcp.drain(0.5)
    check([m.ident for m in got if m.type == ECHORP] == [3] and
          not tcp.closed, 'type 2: ' + pptp.describe(got, tcp.closed) + ' for '
          + ','.join(str(m.ident) for m in got if m.type == ECHORP))
    for ptype in (0, 65535, 2, 2):
        tcp.try_send(build(ECHORQ, ptype=ptype))
    check(tcp.wait_closed(1), 'five of them leave the connection open')
    return 'skipped; closed (%s) after more of them' % tcp.closed


@point('F-7', 'unknown control types are skipped, the connection stays')
def f_7(lab):
    lab.server()
    tcp = lab.control()
    for kind in (0, 16, 17, 255, 256, 65535):
        tcp.send(build(kind, tail=b'\0' * 8), build(ECHORQ, ident=kind + 1))
        got = tcp.expect(ECHORP)
        check(got and got.ident == kind + 1, 'type %d: no Echo-Reply after '
              'it (%s)' % (kind, tcp.closed or 'open'))
    return 'skipped'


@point('F-8', 'reserved fields that are not 0 are accepted')
def f_8(lab):
    lab.server()
    tcp = lab.connect()
    check(tcp.start(reserved0=0xFFFF, reserved1=0xFFFF), 'SCCRQ refused')
    tcp.send(build(ECHORQ, reserved0=0x1234))
    check(tcp.expect(ECHORP), 'Echo-Request not answered')
    reply = tcp.call(reserved0=1, reserved1=0xFFFF, call_id=9)
    check(reply and reply.result == 1, 'OCRQ refused')
    tcp.send(build(SLI, reserved0=3, reserved1=4, peer_id=reply.call_id))
    check(tcp.echo(), 'SLI with reserved bits closes')
    return 'accepted'


@point('F-9', 'reserved fields and unused octets of all replies are 0')
def f_9(lab):
    lab.server()
    # Octets that a careless server might send back.
    noise = dict(host=b'\xa5' * 64, vendor=b'\xa5' * 64)
    session = lab.call(start=noise, phone=b'\xa5' * 64,
                       subaddress=b'\xa5' * 64)
    tcp = session.tcp
    tcp.echo(0xA5A5A5A5)
    session.pppd.kill()
    tcp.drain(1.5, count=2)             # CDN, StopCCRQ
    stop = lab.control()
    stop.send(build(STOPRQ))
    stop.drain(0.5)
    kinds = set()
    for got in tcp.seen + stop.seen:
        kinds.add(got.name)
        fields = {f: getattr(got, f) for f, _ in pptp.BODIES[got.type]
                  if 'reserved' not in f}
        for field in ('host', 'vendor', 'statistics'):
            if field in fields:
                fields[field] = fields[field].split(b'\0')[0]
        check(build(got.type, **fields) == got.raw, '%s: %s' % (
            got.name, got.raw.hex()))
    check({'SCCRP', 'Echo-Reply', 'OCRP', 'StopCCRP'} <= kinds,
          'only saw ' + ', '.join(sorted(kinds)))
    return 'clean: ' + ', '.join(sorted(kinds))


@point('F-10', 'a message may arrive one octet per segment')
def f_10(lab):
    lab.server()
    tcp = lab.connect()
    for kind, answer in ((SCCRQ, SCCRP), (ECHORQ, ECHORP), (OCRQ, OCRP),
                         (STOPRQ, STOPRP)):
        try:
            tcp.dribble(build(kind))
        except OSError:
            check(False, pptp.NAMES[kind] + ': connection reset')
        got = tcp.expect(answer)
        check(got, '%s: %s' % (pptp.NAMES[kind], tcp.closed or 'no reply'))
    # The first message in two pieces, cut in several places.
    for at in (1, 2, 3, 4, 8, 11, 12, 13, 28, 155):
        tcp = lab.connect(client(30))
        octets = build(SCCRQ)
        tcp.send(octets[:at])
        time.sleep(0.02)  # pace: two segments
        tcp.send(octets[at:])
        check(tcp.expect(SCCRP), 'SCCRQ cut at %d: %s' % (
            at, tcp.closed or 'no reply'))
        tcp.close()
    return 'all answered'


@point('F-11', 'several messages in one segment are processed in order, also '
       'with a part of one at the end')
def f_11(lab):
    lab.server()
    tcp = lab.connect()
    last = build(ECHORQ, ident=3)
    tcp.send(build(SCCRQ), build(ECHORQ, ident=1), build(ECHORQ, ident=2),
             build(OCRQ, call_id=44), last[:9])
    got = tcp.drain(0.7, count=4)
    check([m.type for m in got] == [SCCRP, ECHORP, ECHORP, OCRP],
          pptp.describe(got, tcp.closed))
    check([m.ident for m in got[1:3]] == [1, 2], 'Echo-Replies out of order')
    tcp.send(last[9:])
    final = tcp.expect(ECHORP)
    check(final and final.ident == 3, 'the completed message is lost')
    return pptp.describe(got)


@point('F-12', 'every message starts a TCP segment and none is split')
def f_12(lab):
    from pptptest import sniff
    lab.server()
    watch = lab.sniffer()
    tcp = lab.connect()
    tcp.send(build(SCCRQ), build(ECHORQ), build(OCRQ))
    got = tcp.drain(0.7, count=3)
    check(OCRP in [m.type for m in got], pptp.describe(got, tcp.closed))
    segments = sniff.replies(watch.drain())
    sizes = [len(s) for s in segments]
    for segment in segments:
        length, _, cookie = struct.unpack_from('>HHI', segment.ljust(8))
        check(cookie == pptp.COOKIE and length <= len(segment),
              'segments of %s: one starts or ends within a message' % sizes)
    check(len(segments) == len(got), 'segments of %s for %d messages: a NAT '
          'helper sees only the first of each' % (sizes, len(got)))
    return 'segments of %s' % sizes


@point('F-13', 'a peer that does not read gets whole messages only, and '
       'others are served', limit=60)
def f_13(lab):
    run = lab.server()
    tcp = lab.connect(rcvbuf=2304)
    check(tcp.start(), 'no SCCRP')
    memory = run.memory()
    sent = 0
    tcp.sock.settimeout(0.3)
    end = time.monotonic() + 4
    try:
        while sent < 200000 and time.monotonic() < end:
            tcp.sock.send(b''.join(build(ECHORQ, ident=i)
                                   for i in range(sent, sent + 100)))
            sent += 100
        how = 'all taken'
    except OSError as err:
        how = 'pushed back' if 'timed out' in str(err) else 'closed'
    lab.serves(OTHER)
    grown = run.memory() - memory
    check(grown < 1024, 'memory grows by %d KiB' % grown)
    got = tcp.drain(3)
    idents = [m.ident for m in got if m.type == ECHORP]
    check(idents == list(range(len(idents))), 'replies missing or garbled')
    # What is left over after an orderly end would be a truncated message.
    check(not (tcp.buffer and tcp.closed == 'FIN'), 'a reply is cut off')
    return '%s after %d Echo-Requests, %d whole replies' % (
        how, sent, len(idents))


@point('F-14', 'FIN or RST in any state ends the calls of the connection '
       'within 1 s')
def f_14(lab):
    run = lab.server()
    before = len(run.sessions())
    worst = 0
    for step in ('connected', 'partial', 'established', 'call'):
        for way in ('FIN', 'RST'):
            if step == 'call':
                session = lab.call(address=client(40))
                tcp = session.tcp
            else:
                tcp = lab.connect(client(40))
                if step == 'partial':
                    tcp.send(build(SCCRQ)[:40])
                elif step == 'established':
                    check(tcp.start(), 'no SCCRP')
            begin = time.monotonic()
            if way == 'RST':
                tcp.reset()
            else:
                tcp.finish()
            if step == 'call':
                when = session.pppd.wait_hangup(2)
                check(when, '%s with a call up: pppd is not hung up' % way)
                worst = max(worst, when - begin)
            if lab.until(lambda: len(run.sessions()) <= before, 2) is None:
                check(False, '%s while %s: process left' % (way, step))
            worst = max(worst, time.monotonic() - begin)
            tcp.close()
    check(worst <= 1, 'takes %.1f s' % worst)
    return 'all gone within %.0f ms' % (worst * 1000)


@point('F-15', 'a protocol error in the first message resets the connection '
       '(vulnerability scanners look for RST)')
def f_15(lab):
    lab.server()
    tcp = lab.connect()
    tcp.try_send(struct.pack('>H', 0) + b'A' * 1500)
    end = tcp.wait_closed(2)
    check(end == 'RST', 'Length 0 and 1500 octets: %s' % (end or 'open'))
    lab.serves(OTHER)
    return 'RST'


@point('F-16', 'after a half-close by the peer pending replies are flushed, '
       'then the connection closes within 2 s')
def f_16(lab):
    lab.server()
    tcp = lab.connect()
    tcp.send(build(SCCRQ), build(ECHORQ, ident=5))
    tcp.finish()
    got = tcp.drain(3, closes=True)
    check([m.type for m in got] == [SCCRP, ECHORP],
          'got %s' % pptp.describe(got, tcp.closed))
    check(tcp.closed, 'still open after 3 s')
    return pptp.describe(got, tcp.closed)
