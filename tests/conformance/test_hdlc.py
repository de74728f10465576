"""Async HDLC on the pty: RFC 1662."""

import termios
import time

from pptptest import hdlc, pptp
from pptptest.lab import data, number_of, numbered
from pptptest.points import check, point
from pptptest.puppet import LCP

ALL = bytes(range(256))


def comes_down(session, frame, what):
    packet = session.down()
    check(packet is not None, what + ': lost')
    check(packet.payload == frame, '%s: becomes %s' % (
        what, packet.payload[:40].hex()))


@point('P-1', 'flags and escapes within frames pass both ways')
def p_1(lab):
    lab.server()
    session = lab.call()
    for frame in (data(ALL), data(b'\x7e' * 50), data(b'\x7d' * 50),
                  data(b'\x7d\x7e\x5d\x5e' * 20), data(bytes(100)),
                  b'\xff\x03' + ALL * 5):
        check(session.delivered(frame) is not None, 'to pppd: %s… is lost'
              % frame[:12].hex())
        session.pppd.send(frame)
        comes_down(session, frame, 'from pppd')
    check(session.pppd.decoder.bad == 0, 'bad FCS')
    return 'all 256 octets'


@point('P-2', 'the FCS is right in what pppd gets, wrong ones from pppd are '
       'dropped')
def p_2(lab):
    lab.server()
    session = lab.call()
    for number in range(50):
        session.up(numbered(number, 20 + number * 13))
    check(len(session.pppd.wait_frames(50)) == 50 and
          session.pppd.decoder.bad == 0, '%d frames, %d bad' % (
              len(session.pppd.frames), session.pppd.decoder.bad))
    frame = hdlc.with_fcs(data(b'flipped'))
    for bit in (0, 1, 7):
        for at in (0, 5, len(frame) - 2, len(frame) - 1):
            broken = bytearray(frame)
            broken[at] ^= 1 << bit
            session.pppd.write(b'\x7e' + hdlc.escape(bytes(broken)) + b'\x7e')
    session.pppd.send(data(b'whole'))
    comes_down(session, data(b'whole'), 'after 12 broken frames')
    return '50 right, 12 broken ones dropped'


@point('P-3', 'towards pppd all octets below 0x20 are escaped')
def p_3(lab):
    lab.server()
    session = lab.call()
    session.delivered(data(ALL))
    octets = bytes(session.pppd.octets)
    check(octets, 'nothing comes')
    naked = sorted({o for o in octets if o < 0x20})
    check(not naked, 'naked: ' + ' '.join('%02x' % o for o in naked))
    check(octets.startswith(b'\x7e') and octets.endswith(b'\x7e'),
          'no flag at the ends')
    return 'all escaped'


@point('P-4', 'from pppd any octet may be escaped')
def p_4(lab):
    lab.server()
    session = lab.call()
    for frame in (data(ALL), data(b'plain text')):
        session.pppd.write(hdlc.frame(frame, every=True))
        comes_down(session, frame, 'everything escaped')
    return 'un-escaped'


@point('P-5', 'short, aborted and empty frames from pppd are dropped; flags '
       'may be shared')
def p_5(lab):
    lab.server()
    session = lab.call()
    good = hdlc.frame(data(b'good'))
    for what, octets in [
            ('empty frames', b'\x7e\x7e\x7e\x7e'),
            ('one octet', b'\x7e\x41\x7e'),
            ('two octets', b'\x7e\x41\x42\x7e'),
            ('FCS of nothing', b'\x7e' + hdlc.escape(hdlc.with_fcs(b''))
             + b'\x7e'),
            ('abort', b'\x7e\xff\x7d\x23\x41\x42\x43\x7d\x7e'),
            ('abort at once', b'\x7e\x7d\x7e'),
            ('bad FCS', b'\x7eABCDEFGH\x7e')]:
        session.pppd.write(octets + good)
        comes_down(session, data(b'good'), 'after ' + what)
    first, second = data(b'first'), data(b'second')
    session.pppd.write(hdlc.frame(first) + hdlc.frame(second)[1:])
    comes_down(session, first, 'shared flag')
    comes_down(session, second, 'shared flag')
    session.pppd.write(hdlc.frame(first)[1:])
    comes_down(session, first, 'without opening flag')
    extra = session.down(0.2)
    check(extra is None, 'something else goes out: %s' % (
        extra and extra.payload.hex()))
    return 'dropped'


@point('P-6', 'frames may come in pieces of any size')
def p_6(lab):
    lab.server()
    session = lab.call()
    octets = hdlc.frame(data(b'\x7e\x7d\x01 pieces'))
    for at in range(len(octets)):
        session.pppd.write(octets[at:at + 1])
        time.sleep(0.004)  # pace: pieces
    comes_down(session, data(b'\x7e\x7d\x01 pieces'), 'one octet at a time')
    for cut in range(1, len(octets)):
        session.pppd.write(octets[:cut])
        time.sleep(0.006)  # pace: pieces
        session.pppd.write(octets[cut:])
        comes_down(session, data(b'\x7e\x7d\x01 pieces'), 'cut at %d' % cut)
    frames = [numbered(n, 600) for n in range(110)]
    session.pppd.send(*frames)          # 66 KiB at once
    got = [p.payload for p in session.gre.drain(1.0, session.mine)
           if p.seq is not None]
    check(got == frames, '%d of 110 frames of one long write' % len(got))
    return 'octet by octet, cut anywhere, 66 KiB at once'


@point('P-7', 'a frame without end is given up; the next one passes')
def p_7(lab):
    lab.server()
    session = lab.call()
    for size in (8190, 8300, 20000, 70000):
        session.pppd.write(b'\x7e' + b'A' * size + b'\x7e')
        session.pppd.send(data(b'after %d' % size))
        end = time.monotonic() + 2
        packet = session.down(2)
        while packet is not None and packet.payload[:2] == b'AA' and \
                time.monotonic() < end:
            packet = session.down(1)
        check(packet is not None and packet.payload == data(b'after %d' %
                                                            size),
              'the frame after one of %d octets is lost' % size)
    session.needs()
    return 'resynchronised'


@point('P-8', 'when pppd does not read, whole frames are dropped and nobody '
       'waits')
def p_8(lab):
    lab.server()
    session = lab.call()
    other = lab.call(address='198.51.100.2')
    session.pppd.order(do='pause')
    time.sleep(0.05)  # time: the stand-in has its order
    for number in range(3000):
        session.up(numbered(number, 500))
        if number % 100 == 0:
            time.sleep(0.003)  # pace
    took = session.tcp.echo(timeout=2)
    check(took is not None and took < 0.5, 'Echo-Request is answered after %s'
          % took)
    other.needs('another call')
    session.pppd.order(do='resume')
    time.sleep(0.5)  # quiet: frames out of order
    got = [number_of(f) for _, f in session.pppd.frames]
    check(session.pppd.decoder.bad + session.pppd.decoder.short == 0,
          '%d parts of frames' % (session.pppd.decoder.bad +
                                  session.pppd.decoder.short))
    check(got and got == sorted(set(got)), 'out of order')
    check(len(got) < 3000, 'all delivered: the pty was never full')
    session.needs('afterwards the call')
    return '%d of 3000 frames whole, the rest dropped' % len(got)


@point('P-9', 'the pty is raw and without echo before pppd starts')
def p_9(lab):
    lab.server()
    session = lab.call()
    check(session.pppd.hello['tty'], 'descriptor 0 is no terminal')
    iflag, oflag, cflag, lflag = session.pppd.hello['tty']
    wrong = [name for flags, names in [
        (lflag, ['ECHO', 'ECHONL', 'ICANON', 'ISIG', 'IEXTEN']),
        (iflag, ['ICRNL', 'INLCR', 'IGNCR', 'IXON', 'ISTRIP', 'INPCK',
                 'BRKINT', 'PARMRK']),
        (oflag, ['OPOST'])] for name in names
        if flags & getattr(termios, name)]
    check(not wrong, 'set: ' + ' '.join(wrong))
    check(cflag & termios.CSIZE == termios.CS8, 'not 8 bits')
    return 'raw'


@point('P-10', 'pppd closes its line without ending: the client is told '
       'within 1 s')
def p_10(lab):
    lab.server()
    session = lab.call()
    begin = time.monotonic()
    session.pppd.order(do='closetty')
    got = session.tcp.drain(2.0)
    check(got and got[0].type == pptp.CDN, pptp.describe(
        got, session.tcp.closed or 'open'))
    check((got[0].result, got[0].error) == (1, 0), str(got[0]))
    return '%s after %.0f ms' % (got[0], (got[0].when - begin) * 1000)


@point('P-11', 'LCP frames pass unaltered with FF 03 and long protocol field')
def p_11(lab):
    lab.server()
    session = lab.call()
    for code in range(1, 14):
        frame = b'\xff\x03\xc0\x21' + bytes((code, 7, 0, 12)) + b'\0\x11\x13' \
            + b'\x7e\x7d\x05\x06\xff'
        check(session.delivered(frame) is not None, 'code %d to pppd' % code)
        session.pppd.send(frame)
        comes_down(session, frame, 'code %d' % code)
    return 'unaltered'


@point('P-12', 'what pppd prints before it takes its line over, and empties '
       "it, does not let the client's first frame go too early")
def p_12(lab):
    def begin(puppet):
        puppet.order(do='pause')
        puppet.write(b'Plugin /usr/lib/pptpd/pptpd-session.so loaded.\n')
        for what in ({'do': 'flush'}, {'do': 'resume'},
                     {'do': 'write', 'hex': hdlc.frame(LCP).hex()}):
            puppet.order(do='later', delay=0.4, what=what)
    lab.theatre.begin = begin
    lab.server()
    session = lab.call(greeting=False)
    first = data(b'sent right after OCRP')
    took = session.delivered(first, 0.9)
    check(took is not None, 'it is lost')
    check(took > 0.2, 'the test is too slow to show anything')
    packet = session.down()
    check(packet and packet.payload == LCP, "pppd's first frame is lost")
    return 'after %.0f ms' % (took * 1000)
