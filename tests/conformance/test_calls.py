"""Calls: RFC 2637 sections 2.7 to 2.15 and 3.2."""

import os
import signal
import time

from pptptest import gre, pptp
from pptptest.lab import CLIENT, OTHER, client, data
from pptptest.points import Skip, check, ms, point
from pptptest.pptp import (CCRQ, CDN, ICCN, ICRP, ICRQ, OCRP, OCRQ, SCCRP, SLI,
                           STOPRP, STOPRQ, WEN, build)


def refused(reply):
    return reply is not None and reply.type == OCRP and reply.result != 1


@point('C-1', 'OCRQ is answered by exactly one OCRP that repeats the '
       "client's Call ID")
def c_1(lab):
    lab.server()
    tcp = lab.control()
    tcp.send(build(OCRQ, call_id=0xABCD))
    got = tcp.drain(0.7)
    check([m.type for m in got] == [OCRP], pptp.describe(got, tcp.closed))
    check((got[0].result, got[0].error) == (1, 0), str(got[0]))
    check(got[0].peer_id == 0xABCD, 'peer Call ID %04x' % got[0].peer_id)
    return str(got[0])


@point('C-2', "the server's Call IDs are unique among all its calls")
def c_2(lab):
    lab.server(conf=lab.cheap_pppd() + [('remoteip', '10.0.0.1-100')])
    ids = []
    keep = []
    for number in range(60):
        tcp = lab.control(client(1 + number % 5))
        reply = tcp.call(call_id=7)
        check(reply and reply.result == 1, 'call %d: %s' % (number, reply))
        ids.append(reply.call_id)
        keep.append(tcp)
    check(len(set(ids)) == len(ids), 'among 60 calls only %d IDs' % len(
        set(ids)))
    return '60 calls, 60 IDs'


def some_ids(lab, count):
    """Call IDs of so many calls, one after the other."""
    ids = []
    for _ in range(count):
        tcp = lab.control()
        reply = tcp.call()
        check(reply and reply.result == 1, 'refused: %s' % reply)
        ids.append(reply.call_id)
        tcp.close()
        time.sleep(0.01)  # pace
    return ids


@point('C-3', 'Call IDs are never 0 and are not used again within 30 s')
def c_3(lab):
    lab.server(conf=lab.cheap_pppd())
    ids = some_ids(lab, 150)
    check(0 not in ids, '0 is used')
    check(len(set(ids)) == len(ids), '%d of 150 came again'
          % (len(ids) - len(set(ids))))
    return '150 calls, 150 IDs'


@point('C-4', 'Call IDs cannot be foretold: no pattern, another start gives '
       'others')
def c_4(lab):
    run = lab.server(conf=lab.cheap_pppd())
    first = some_ids(lab, 24)
    run.stop()
    lab.until(lambda: not run.processes(), 8)
    run.start()
    second = some_ids(lab, 24)
    steps = {(b - a) & 0xFFFF for a, b in zip(first, first[1:])}
    check(len(steps) > 12, 'IDs go %s …' % ', '.join(map(str, first[:5])))
    check(len(set(first) & set(second)) < 4, 'the next start gives the same')
    check(max(first) > 0x7FFF > min(first), 'not over all 16 bits')
    return '%s …' % ', '.join('%04x' % i for i in first[:4])


@point('C-5', "the client's Call ID may be 0 or 0xFFFF; the call works with "
       'it')
def c_5(lab):
    lab.server()
    for ident in (0, 0xFFFF):
        session = lab.call(call_id=ident)
        check(session.reply.peer_id == ident, 'OCRP repeats %04x'
              % session.reply.peer_id)
        session.needs('Call ID %04x' % ident)
        session.tcp.send(build(CCRQ, call_id=ident))
        check(session.pppd.wait_hangup(2), 'Call ID %04x is not cleared by '
              'CCRQ' % ident)
        session.close()
    return 'works, is cleared'


@point('C-6', 'any pair of minimum and maximum BPS is accepted')
def c_6(lab):
    lab.server()
    for low, high in ((9600, 300), (0, 0), (0xFFFFFFFF, 0xFFFFFFFF)):
        with lab.control() as tcp:
            reply = tcp.call(min_bps=low, max_bps=high)
            check(reply and reply.result == 1, '%d/%d: %s' % (
                low, high, reply))
    return 'accepted'


@point('C-7', 'bearer and framing types outside 1 to 3 are accepted')
def c_7(lab):
    lab.server()
    for value in (0, 4, 0xFFFFFFFF):
        with lab.control() as tcp:
            reply = tcp.call(bearer=value, framing=value)
            check(reply and reply.result == 1, '%d: %s' % (value, reply))
    return 'accepted'


@point('C-8', 'window 0 is accepted and does not stall the way to the client')
def c_8(lab):
    lab.server()
    session = lab.call(window=0)
    for number in range(100):
        session.pppd.send(data(b'%d' % number))
    got = [p for p in session.gre.drain(1.0, session.mine)
           if p.seq is not None]
    check(len(got) == 100, '%d of 100 packets come without acknowledgment'
          % len(got))
    return '100 packets without acknowledgment'


@point('C-9', 'phone number and subaddress of any length and content are '
       'accepted')
def c_9(lab):
    lab.server()
    for fields in (dict(phone_len=65535, phone=b'\xff' * 64),
                   dict(phone_len=65, phone=b'%n' * 32),
                   dict(phone_len=3, phone=b'123',
                        subaddress=bytes(range(240, 256)) + b'\xff' * 48)):
        with lab.control() as tcp:
            reply = tcp.call(**fields)
            check(reply and reply.result == 1, '%s: %s' % (
                fields.get('phone_len'), reply))
    lab.serves()
    return 'accepted'


@point('C-10', "OCRP as Poptop's: the client's speed and window, the rest 0")
def c_10(lab):
    lab.server()
    for speed, window in ((10000000, 64), (100000000, 8192), (300, 3)):
        with lab.control() as tcp:
            got = tcp.call(max_bps=speed, window=window, call_id=0x55AA)
            check(got, 'no OCRP')
            want = build(OCRP, call_id=got.call_id, peer_id=0x55AA, result=1,
                         speed=speed, window=window)
            check(got.raw == want, 'speed %d window %d delay %d channel %d' %
                  (got.speed, got.window, got.delay, got.channel))
    return 'same octets'


@point('C-11', 'with all addresses in use OCRQ gets result 4 (busy) or 2/4, '
       'or SCCRQ was refused already')
def c_11(lab):
    lab.server(conf=[('remoteip', '10.0.0.200-201')])
    calls = [lab.call(), lab.call()]
    tcp = lab.connect(OTHER)
    got = tcp.start(timeout=2)
    if got and got.result == 1:
        got = tcp.call(timeout=2)
        check(got, 'OCRQ gets no answer: ' + (tcp.closed or 'open'))
        check(got.result == 4 or (got.result, got.error) == (2, 4), str(got))
    else:
        check(got and (got.result, got.error) == (2, 4), 'SCCRQ: %s' % (
            got or tcp.closed or 'left hanging'))
    for session in calls:
        session.needs('a call that was up')
    return str(got)


@point('C-13', 'a packet sent right after OCRP is not lost')
def c_13(lab):
    lab.server()
    for _ in range(5):
        session = lab.call(greeting=False)
        first = data(b'first words')
        session.up(first)
        check(session.pppd.wait_frame(first, 3), 'lost')
        session.close()
    return 'five of five reach pppd'


@point('C-14', 'no GRE packet leaves before OCRP')
def c_14(lab):
    lab.server()
    watch = lab.sniffer()
    for _ in range(5):
        lab.call().close()
    state = {}
    for packet in watch.drain():
        if not packet.from_server():
            continue
        if packet.proto == 6 and len(packet.data) == 32:
            state['ocrp'] = state.get('ocrp', 0) + 1
        elif packet.proto == gre.PROTO:
            check(state.get('ocrp'), 'GRE before the first OCRP')
            key = packet.body[6:8]
            if key not in state:
                state[key] = True
                check(len(state) - 1 <= state['ocrp'], 'GRE before its OCRP')
    check(len(state) == 6, 'saw only %d calls' % (len(state) - 1))
    return 'five calls: OCRP first'


def second_request(lab, call_id):
    """A second OCRQ on the connection of a call; the first must not mind.
    Returns the answer."""
    session = lab.call(call_id=0x0777)
    reply = session.tcp.call(call_id=call_id, timeout=1.5)
    check(session.pppd.hangup is None and not session.pppd.gone,
          'the first call is killed (answer: %s)' % reply)
    session.needs('the first call (answer: %s)' % reply)
    return session, reply


@point('C-15', 'OCRQ with a Call ID that the connection uses already gets '
       'result 2/5; the first call goes on')
def c_15(lab):
    lab.server()
    _, reply = second_request(lab, 0x0777)
    check(refused(reply), 'answer %s' % reply)
    check((reply.result, reply.error) in ((2, 5), (7, 0), (4, 0)), str(reply))
    return str(reply)


@point('C-16', 'a second OCRQ is refused with result 7 or 4 (or served as a '
       'second call); the first call goes on')
def c_16(lab):
    lab.server()
    _, reply = second_request(lab, 0x0888)
    check(reply, 'no answer')
    check(reply.result in (1, 4, 7) or (reply.result, reply.error) == (2, 4),
          str(reply))
    check(reply.peer_id == 0x0888, 'OCRP for Call ID %04x' % reply.peer_id)
    return str(reply)


@point('C-17', 'where a connection may have several calls, clearing one '
       'leaves the other')
def c_17(lab):
    lab.server()
    session, reply = second_request(lab, 0x0888)
    if reply is None or reply.result != 1:
        raise Skip('one call per connection')
    session.tcp.send(build(CCRQ, call_id=0x0888))
    time.sleep(0.5)  # quiet: a call that should not end
    session.needs('the first call')
    return 'goes on'


@point('C-20', 'CCRQ ends the call: Call-Disconnect-Notify result 4 with the '
       "server's Call ID")
def c_20(lab):
    lab.server()
    session = lab.call()
    session.tcp.send(build(CCRQ, call_id=session.mine))
    got = session.tcp.expect(CDN, 2)
    check(got, pptp.describe(session.tcp.seen[2:], session.tcp.closed))
    check((got.result, got.error) == (4, 0), str(got))
    check(got.call_id == session.theirs, 'Call ID %04x, not %04x' % (
        got.call_id, session.theirs))
    check(session.pppd.wait_hangup(2), 'pppd is not ended')
    return str(got)


@point('C-21', 'CCRQ for an unknown Call ID touches no call')
def c_21(lab):
    lab.server()
    session = lab.call(call_id=0x0555)
    other = lab.call(address=CLIENT, call_id=0x0666)
    session.tcp.send(build(CCRQ, call_id=0x0666))
    got = session.tcp.drain(0.5)
    check(all(m.type == CDN and (m.result, m.error) == (2, 5) for m in got)
          and not session.tcp.closed, pptp.describe(got, session.tcp.closed))
    session.needs()
    other.needs('the call of another connection')
    idle = lab.control(client(3))
    idle.send(build(CCRQ, call_id=1))
    got = idle.drain(0.5)
    check(not idle.closed, 'without a call: ' + pptp.describe(got,
                                                              idle.closed))
    return 'ignored'


@point('C-22', 'the same client Call ID on two connections from one address '
       '(as NAT makes it): CCRQ ends only its own')
def c_22(lab):
    lab.server()
    one, two = lab.call(call_id=0x1111), lab.call(call_id=0x1111)
    one.tcp.send(build(CCRQ, call_id=0x1111))
    check(one.pppd.wait_hangup(2), 'the call is not ended')
    two.needs('the other')
    return 'only its own'


@point('C-24', 'when pppd ends, Call-Disconnect-Notify result 1 with the '
       "server's Call ID follows")
def c_24(lab):
    lab.server()
    for way in ('exit', 'kill'):
        session = lab.call()
        begin = time.monotonic()
        if way == 'exit':
            session.pppd.exit(0)
        else:
            session.pppd.kill()
        got = session.tcp.expect(CDN, 2)
        check(got, '%s: %s' % (way, pptp.describe(session.tcp.seen[2:],
                                                  session.tcp.closed)))
        check((got.result, got.error) == (1, 0), str(got))
        check(got.call_id == session.theirs, 'Call ID %04x, not %04x' % (
            got.call_id, session.theirs))
    return '%s after %s' % (got, ms(got.when - begin))


@point('C-25', 'StopCCRQ follows the Call-Disconnect-Notify of the last call')
def c_25(lab):
    lab.server()
    heard = []
    for way in ('pppd ends', 'CCRQ'):
        session = lab.call()
        if way == 'CCRQ':
            session.tcp.send(build(CCRQ, call_id=session.mine))
        else:
            session.pppd.exit(0)
        got = session.tcp.drain(1.5, count=2)
        heard.append('%s: %s' % (way, pptp.describe(got,
                                                    session.tcp.closed)))
        kinds = [m.type for m in got]
        check(kinds == [CDN, STOPRQ], heard[-1])
        check(got[1].reason == 1, heard[-1])
    return '; '.join(heard)


@point('C-26', "SIGTERM to a session's process: result 3, StopCCRQ reason 1, "
       'closed at StopCCRP')
def c_26(lab):
    lab.server()
    session = lab.call()
    other = lab.call(address=OTHER)
    os.kill(session.pppd.hello['ppid'], signal.SIGTERM)
    got = session.tcp.drain(1.5, count=2)
    check([m.type for m in got] == [CDN, STOPRQ],
          pptp.describe(got, session.tcp.closed))
    check((got[0].result, got[0].error, got[1].reason) == (3, 0, 1),
          pptp.describe(got))
    check(got[0].call_id == session.theirs, 'Call ID %04x' % got[0].call_id)
    session.tcp.send(build(STOPRP))
    check(session.tcp.wait_closed(1), 'not closed at StopCCRP')
    other.needs('another call')
    return pptp.describe(got, session.tcp.closed)


@point('C-26b', 'signals to the process that starts calls: it goes on, calls '
       'that come later have none of them and obey SIGTERM, and it ends with '
       'the server')
def c_26b(lab):
    run = lab.server()
    lab.call(address=OTHER).close()
    spawner = [p for p in run.processes() if p.comm == 'pptpd-spawner']
    if not spawner:
        raise Skip('no process of its own starts calls')
    for number in (signal.SIGTERM, signal.SIGCHLD, signal.SIGALRM,
                   signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
        os.kill(spawner[0].pid, number)
    session = lab.call()
    session.needs('a call after them')
    os.kill(session.pppd.hello['ppid'], signal.SIGTERM)
    got = session.tcp.drain(1.5, count=2)
    check([m.type for m in got] == [CDN, STOPRQ],
          pptp.describe(got, session.tcp.closed))
    lab.call().needs('the next one')
    check([p.pid for p in run.processes() if p.comm == 'pptpd-spawner'] ==
          [spawner[0].pid], 'it is another one')
    run.signal(signal.SIGINT)
    run.wait_exit()
    check(lab.until(lambda: not os.path.exists(
        '/proc/%d' % spawner[0].pid), 5) is not None, 'it is left')


@point('C-27', 'call statistics are printable text, the rest of the 128 '
       'octets is 0')
def c_27(lab):
    lab.server()
    session = lab.call()
    os.kill(session.pppd.hello['ppid'], signal.SIGTERM)
    got = session.tcp.expect(CDN, 2)
    check(got, 'no Call-Disconnect-Notify')
    text, _, rest = got.statistics.partition(b'\0')
    check(not rest.strip(b'\0') and all(32 <= c < 127 for c in text),
          repr(got.statistics))
    return repr(text.decode())


@point('C-28', 'a Call-Disconnect-Notify from the client is ignored')
def c_28(lab):
    lab.server()
    session = lab.call()
    session.tcp.send(build(CDN, call_id=session.mine, result=1))
    got = session.tcp.drain(0.3)
    check(not got, pptp.describe(got))
    session.needs()
    return 'ignored'


@point('C-29', 'Set-Link-Info with any ACCM, known Call ID or not, gets no '
       'reply and closes nothing')
def c_29(lab):
    lab.server()
    session = lab.call()
    for peer, accm in ((session.theirs, 0xFFFFFFFF), (session.theirs, 0),
                       (session.mine, 0x000A0000), (0xEEEE, 5)):
        session.tcp.send(build(SLI, peer_id=peer, send_accm=accm,
                               receive_accm=accm))
    got = session.tcp.drain(0.3)
    check(not got, pptp.describe(got))
    session.needs()
    idle = lab.control(OTHER)
    idle.send(build(SLI))
    check(idle.echo(), 'before a call it closes the connection')
    return 'no reply'


@point('C-30', 'the server never sends Set-Link-Info or WAN-Error-Notify')
def c_30(lab):
    lab.server()
    session = lab.call()
    session.tcp.send(build(SLI, peer_id=session.theirs))
    for number in range(10):
        session.up(data(b'%d' % number))
        session.pppd.send(data(b'%d' % number))
    session.gre.send(session.theirs, seq=0, payload=b'x', plen=99)
    session.pppd.write(b'\x7egarbage\x7e')
    session.tcp.drain(1.0)
    session.pppd.exit(0)
    session.tcp.drain(1.0)
    kinds = {m.type for m in session.tcp.seen}
    check(not kinds & {SLI, WEN}, pptp.describe(session.tcp.seen))
    return pptp.describe(session.tcp.seen, session.tcp.closed)


@point('C-31', 'a WAN-Error-Notify from the client is ignored')
def c_31(lab):
    lab.server()
    session = lab.call()
    session.tcp.send(build(WEN, peer_id=session.theirs, crc=1),
                     build(WEN, peer_id=0xEEEE))
    got = session.tcp.drain(0.3)
    check(not got, pptp.describe(got))
    session.needs()
    return 'ignored'


@point('C-32', 'an Incoming-Call-Request is refused: ICRP result 3, the '
       "client's Call ID repeated")
def c_32(lab):
    lab.server()
    tcp = lab.control()
    tcp.send(build(ICRQ, call_id=0x2222, bearer=1))
    got = tcp.drain(0.7, count=1)
    check([m.type for m in got] == [ICRP], pptp.describe(got, tcp.closed))
    check((got[0].result, got[0].call_id, got[0].peer_id) == (3, 0, 0x2222),
          '%s, Call ID %04x, peer %04x' % (got[0], got[0].call_id,
                                           got[0].peer_id))
    reply = tcp.call()
    check(reply and reply.result == 1, 'a call afterwards: %s' % reply)
    return str(got[0])


@point('C-33', 'ICCN, ICRP, OCRP and SCCRP from the client are ignored')
def c_33(lab):
    lab.server()
    session = lab.call()
    for kind in (ICCN, ICRP, OCRP, SCCRP):
        fields = {} if kind == SCCRP else {'peer_id': session.theirs}
        session.tcp.send(build(kind, **fields))
    got = session.tcp.drain(0.4)
    check(not got, pptp.describe(got))
    session.needs()
    return 'ignored'


@point('C-18', 'a call that cannot be started for 60 s: refused with result '
       '6, the connection goes on, the log has the reason', slow=True,
       limit=90)
def c_18(lab):
    run = lab.server()
    lab.call(address=OTHER).close()
    spawners = [p for p in run.processes() if p.comm == 'pptpd-spawner']
    if not spawners:
        raise Skip('no process of its own starts calls')
    os.kill(spawners[0].pid, signal.SIGSTOP)
    try:
        tcp = lab.control()
        mark = lab.log.mark()
        begin = time.monotonic()
        got = tcp.call(timeout=65)
    finally:
        os.kill(spawners[0].pid, signal.SIGCONT)
    check(got and got.result == 6, str(got))
    took = time.monotonic() - begin
    check(58 <= took <= 62, 'after %.1f s' % took)
    check(tcp.echo(), 'the connection is of no use afterwards')
    line = lab.log.wait('CTRL: Call of client %s ended: .*' % CLIENT, 5, mark)
    check(line, 'no line about its end')
    check('call could not be started' in line.text, line.text)
    return line.text
