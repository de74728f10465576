"""Denial of service: what a stranger can and cannot take from others.  D-n
are the numbers of those limits; figures are scaled to seconds."""

import os
import signal
import socket
import threading
import time

from pptptest import gre, namespaces, pptp, puppet, server
from pptptest.calls import sessions_left
from pptptest.lab import OTHER, client, data, many, numbered
from pptptest.points import Skip, check, ms, point
from pptptest.pptp import (CCRQ, CDN, ECHORQ, OCRP, OCRQ, SCCRQ, STOPRP, STOPRQ,
                           build)


def silent(lab, count, first=0):
    """So many connections that say nothing, each from its own address."""
    out = []
    for number in range(first, first + count):
        try:
            out.append(lab.connect(many(number), timeout=0.5))
        except OSError:
            break
    return out


@point('D-1', 'with 100 silent connections a good client is served in under '
       '1 s')
def d_1(lab):
    lab.server()
    worst = 0
    crowd = silent(lab, 100)
    for number in range(3):
        worst = max(worst, lab.serves(client(50 + number), within=None))
        check(worst < 1, 'with %d silent connections a client waits %.1f s'
              % (len(crowd), worst))
    return '%d silent, served in %s' % (len(crowd), ms(worst))


@point('D-2', 'no newcomer is dropped because other sessions end')
def d_2(lab):
    lab.server(conf=lab.cheap_pppd() + [('remoteip', '10.0.0.1-100')])
    lost = 0
    for turn in range(3):
        old = []
        for number in range(12):
            tcp = lab.control(client(10 + number))
            tcp.call()
            old.append(tcp)
        for number, leaving in enumerate(old):
            leaving.reset()
            try:
                coming = lab.connect(client(30 + number))
                time.sleep(0.001 * (number % 4))  # pace
                coming.send(build(SCCRQ))
                lost += not coming.expect(pptp.SCCRP, 10)
                coming.close()
            except OSError:
                lost += 1
    check(lost == 0, '%d of 36 lost' % lost)
    return '36 of 36 served'


@point('D-3', 'a first message that dribbles in is cut off at stimeout, a '
       'later one that is never completed within 10 s', waits=True)
def d_3(lab):
    lab.server(conf=[('stimeout', '2')])
    later = lab.control(OTHER)
    later.send(build(ECHORQ)[:9])
    begun = time.monotonic()
    tcp = lab.connect()
    octets = build(SCCRQ)
    begin = time.monotonic()
    end = None
    for at in range(0, 100):
        if not tcp.try_send(octets[at:at + 1]):
            end = 'RST'
            break
        end = tcp.wait_closed(0.1)
        if end:
            break
    took = time.monotonic() - begin
    check(end and took < 4, 'one octet each 0.1 s: %s after %.1f s' % (
        end or 'still open', took))
    end = later.wait_closed(13)
    check(end, 'half an Echo-Request: still open after %.0f s' % (
        time.monotonic() - begun))
    return 'first message %.1f s, later one %.1f s' % (
        took, time.monotonic() - begun)


@point('D-4', 'a flood of connections costs an existing call no packet',
       alone=True)
def d_4(lab):
    run = lab.server()
    session = lab.call(address=OTHER)
    memory = run.memory()
    stop = threading.Event()
    count = [0]

    def flood():
        while not stop.is_set():
            try:
                tcp = pptp.Client(lab.address, many(count[0] % 5000),
                                  timeout=0.3)
                count[0] += 1
                tcp.reset()
            except OSError:
                time.sleep(0.01)  # pace
    beside = [threading.Thread(target=flood, daemon=True) for _ in range(2)]
    for thread in beside:
        thread.start()
    for number in range(300):
        session.up(numbered(number))
        time.sleep(0.01)  # pace
    stop.set()
    session.pppd.wait_frames(300, 1)
    got = len(session.pppd.frames)
    check(got == 300, '%d of 300 packets lost' % (300 - got))
    check(run.memory() - memory < 16384, 'memory grows by %d KiB' % (
        run.memory() - memory))
    lab.serves(client(77), within=None)
    return '%d connections, 300 of 300 packets' % count[0]


@point('D-5', 'max-per-ip limits the calls of one address; others are '
       'served')
def d_5(lab):
    lab.server(conf=[('max-per-ip', '3')])
    calls = [lab.call() for _ in range(3)]
    tcp = lab.connect()
    got = tcp.start(timeout=2)
    if got and got.result == 1:
        got = tcp.call(timeout=2)
    check(got is None or got.result != 1, 'max-per-ip 3: a fourth call from '
          'one address is served')
    lab.call(address=OTHER).needs('a call of another address')
    for session in calls:
        session.needs('one of the three')
    return 'fourth: %s' % (got or tcp.closed or 'no answer')


@point('D-6', 'an established connection without a call is closed after '
       'about 60 s', slow=True, limit=90)
def d_6(lab):
    lab.server()
    tcp = lab.control()
    begin = time.monotonic()
    ident = 0
    while time.monotonic() - begin < 72 and not tcp.closed:
        # Echo-Requests do not make it useful.
        tcp.try_send(build(ECHORQ, ident=ident))
        ident += 1
        for got in tcp.drain(5):
            if got.type == STOPRQ:
                tcp.try_send(build(STOPRP))
    took = time.monotonic() - begin
    check(tcp.closed, 'open after %.0f s' % took)
    check(55 <= took <= 70, 'closed after %.0f s' % took)
    return 'closed after %.0f s' % took


@point('D-7', 'a call on which pppd reports no authentication is ended after '
       'about 60 s and its address is free again', slow=True, limit=100)
def d_7(lab):
    lab.theatre.greeting = (puppet.LCP,)
    lab.server(conf=[('remoteip', '10.0.0.200')])
    session = lab.call()
    begin = time.monotonic()
    while time.monotonic() - begin < 75 and not session.pppd.gone:
        session.up(puppet.CHAP_SUCCESS)         # forged by the client
        session.pppd.send(puppet.LCP)
        session.tcp.try_send(build(ECHORQ, ident=5))
        for got in session.tcp.drain(2) if not session.tcp.closed else []:
            if got.type == STOPRQ:
                session.tcp.try_send(build(STOPRP))
        session.gre.drain(0.01)
    took = time.monotonic() - begin
    check(session.pppd.gone, 'goes on after %.0f s' % took)
    check(50 <= took <= 75, 'ended after %.0f s' % took)
    time.sleep(0.5)  # time: its call is over
    lab.theatre.greeting = puppet.GREETING
    lab.call(address=OTHER).needs('the next client')
    return 'ended after %.0f s' % took


@point('D-8', 'a flood of Echo-Requests takes little of the processor and '
       'delays nobody', alone=True)
def d_8(lab):
    run = lab.server()
    session = lab.call(address=OTHER)
    tcp = lab.control()
    tcp.sock.setblocking(False)
    chunk = build(ECHORQ) * 30
    counts = {'answered': 0, 'closed': False}

    def flood(stop):
        """Sends and reads as fast as it goes."""
        owed = b''
        while not stop.is_set():
            try:
                owed = owed[tcp.sock.send(owed):] if owed else chunk
                counts['answered'] += len(tcp.sock.recv(65536)) // 20
            except BlockingIOError:
                time.sleep(0.0005)  # pace
            except OSError:
                counts['closed'] = True
                return
    before = run.cpu()
    begin = time.monotonic()
    stop = threading.Event()
    threading.Thread(target=flood, args=(stop,), daemon=True).start()
    worst = 0
    while time.monotonic() - begin < 3:
        took = session.tcp.echo(timeout=3)
        check(took is not None, 'another client gets no Echo-Reply')
        worst = max(worst, took)
        time.sleep(0.1)  # pace
    stop.set()
    used = (run.cpu() - before) / (time.monotonic() - begin)
    text = '%.0f %% of a processor, %d answered in 3 s%s' % (
        used * 100, counts['answered'],
        ', closed' if counts['closed'] else '')
    check(used < 0.05 and counts['answered'] < 1000, text)
    check(worst < 0.3, 'another client waits ' + ms(worst))
    return text


@point('D-10', 'repeated OCRQ on one connection start few pppds')
def d_10(lab):
    lab.server()
    session = lab.call()
    for number in range(60):
        if not session.tcp.try_send(build(OCRQ, call_id=number + 1)):
            break
    session.tcp.drain(1)
    time.sleep(1)  # quiet: pppds
    started = len(lab.theatre.puppets)
    check(started <= 10, '60 OCRQ start %d pppds' % started)
    lab.serves(OTHER, within=None)
    return '%d' % started


@point('D-11', 'a source that errs 400 times fills no log')
def d_11(lab):
    lab.server()
    mark = lab.log.mark()
    for number in range(400):
        tcp = lab.connect(timeout=15)
        tcp.try_send(b'GET / HTTP/1.0\r\n\r\n' if number % 2 else
                     build(SCCRQ, cookie=number))
        tcp.wait_closed(2)
        tcp.close()
    time.sleep(0.3)  # quiet: lines
    lines = lab.log.since(mark)
    check(len(lines) <= 100, '%d lines' % len(lines))
    return '%d lines' % len(lines)


@point('D-12', 'a flood of packets with wrong Call IDs costs a call nothing '
       'and is not answered', alone=True)
def d_12(lab):
    lab.server()
    session = lab.call()
    stop = os.fork()
    if stop == 0:
        raw = lab.gre(OTHER)
        flood = [gre.build(n, seq=n, payload=b'x' * 40)
                 for n in range(0, 65536, 97) if n != session.theirs]
        end = time.monotonic() + 3
        while time.monotonic() < end:
            for octets in flood:
                raw.raw(octets)
        os._exit(0)
    for number in range(250):
        session.up(numbered(number))
        time.sleep(0.01)  # pace
    os.waitpid(stop, 0)
    session.pppd.wait_frames(250, 1)
    got = len(session.pppd.frames)
    check(got >= 248, '%d of 250 packets lost' % (250 - got))
    session.needs()
    return '%d of 250 packets' % got


@point('D-13', 'a call that floods does not raise the latency of another by '
       'more than 10 ms', alone=True)
def d_13(lab):
    lab.server()
    loud, quiet = lab.call(), lab.call(address=OTHER)
    quiet.pppd.order(do='echo')
    loud.pppd.order(do='pause')

    def latency(count):
        waits = []
        for _ in range(count):
            tag = data(b'%d' % lab.tick())
            begin = time.monotonic()
            quiet.up(tag)
            while True:
                packet = quiet.down(1)
                check(packet, 'the quiet call loses packets')
                if packet.payload == tag:
                    break
            waits.append(time.monotonic() - begin)
            time.sleep(0.005)  # pace
        return sorted(waits)[count // 2]
    calm = latency(40)
    child = os.fork()
    if child == 0:
        flood = [gre.build(loud.theirs, seq=n, payload=b'x' * 64)
                 for n in range(2000)]
        end = time.monotonic() + 2.5
        while time.monotonic() < end:
            for octets in flood:
                loud.gre.raw(octets)
        os._exit(0)
    time.sleep(0.3)  # time: the flood is at its height
    busy = latency(60)
    os.waitpid(child, 0)
    check(busy - calm <= 0.01, '%s, without the flood %s' % (ms(busy),
                                                             ms(calm)))
    return '%.1f ms, without the flood %.1f ms' % (busy * 1000, calm * 1000)


@point('D-14', 'an address whose authentications keep failing is refused for '
       'a while; others are served')
def d_14(lab):
    lab.server()
    lab.theatre.begin = lambda p: p.exit(11)    # pppd: peer not authenticated
    for number in range(30):
        tcp = lab.connect()
        got = tcp.start(timeout=10)
        if tcp.closed or got and got.result != 1:
            break
        # Whoever leaves before pppd has ended has not failed.
        tcp.send(build(OCRQ))
        check(tcp.expect(CDN, 10) or tcp.closed, 'nothing ends the call')
        tcp.close()
    else:
        check(False, '30 failures in a row, the next is served')
    check(number >= 3, 'refused after %d failures' % number)
    lab.theatre.begin = None
    lab.call(address=OTHER).needs('another address')
    return 'refused after %d failures: %s' % (number, got or tcp.closed)


@point('D-15', 'a pppd that ignores the hang-up gets TERM after 5 s, KILL '
       'after 10 s', waits=True)
def d_15(lab):
    lab.server()
    session = lab.call()
    session.pppd.ignore_everything()
    time.sleep(0.1)  # time: the stand-in has its order
    session.tcp.send(build(CCRQ, call_id=session.mine))
    begin = session.pppd.wait_hangup(2)
    check(begin, 'not hung up')
    gone = session.pppd.wait_gone(14)
    term = session.pppd.signalled(signal.SIGTERM)
    check(term, 'no TERM' + ('' if gone else ', still there after 14 s'))
    check(gone, 'TERM after %.1f s, but still there after 14 s'
          % (term - begin))
    check(4 <= term - begin <= 6.5 and 9 <= gone - begin <= 11.5,
          'TERM after %.1f s, gone after %.1f s' % (
              term - begin, gone - begin))
    return 'TERM after %.1f s, KILL after %.1f s' % (term - begin,
                                                     gone - begin)


@point('D-16', 'out of descriptors: no busy loop, and clients are served '
       'again afterwards', waits=True)
def d_16(lab):
    run = lab.server(wrap=['prlimit', '--nofile=48:48'],
                     conf=[('connections', '5'), ('stimeout', '30')],
                     wait=False)
    check(run.listening(5), 'does not start with 48 descriptors')
    crowd = silent(lab, 150)
    for tcp in crowd:
        tcp.try_send(build(SCCRQ)[:20])
    time.sleep(0.5)  # time: the crowd is there
    before = run.cpu()
    time.sleep(1.5)  # time: processor time is of this
    used = (run.cpu() - before) / 1.5
    check(run.alive(), 'the server is dead')
    check(used < 0.3, 'takes %.0f %% of a processor' % (used * 100))
    for tcp in crowd:
        tcp.reset()
    time.sleep(2)  # time: the crowd has gone
    took = lab.serves(OTHER, within=None)
    return '%d connections, %.0f %% of a processor, then served in %s' % (
        len(crowd), used * 100, ms(took))


@point('D-17', 'after all pppds were killed all addresses are free again')
def d_17(lab):
    run = lab.server(conf=[('remoteip', '10.0.0.200-203'), ('connections', '4')])
    for turn in range(3):
        calls = [lab.call(address=client(10 + n)) for n in range(4)]
        given = sorted(c.pppd.argv[4] for c in calls)
        check(len(set(given)) == 4, 'addresses ' + ' '.join(given))
        for session in calls:
            session.pppd.kill()
        for session in calls:
            session.tcp.drain(0.3, count=2)     # CDN, StopCCRQ
            session.close()
        sessions_left(run)
    return 'three times 4 of 4'


@point('D-18', 'fifty clients behind one address that redial at once all get '
       'in, within 5 s', alone=True)
def d_18(lab):
    lab.server(conf=lab.cheap_pppd() + [('remoteip', '10.0.0.1-100')])
    begin = time.monotonic()
    crowd = []
    for number in range(50):
        try:
            crowd.append(lab.connect(timeout=5))
        except OSError:
            check(False, 'number %d cannot connect' % number)
        crowd[-1].try_send(build(SCCRQ), build(OCRQ, call_id=number))
    up = 0
    for tcp in crowd:
        got = tcp.expect(OCRP, max(0.1, begin + 15 - time.monotonic()))
        up += bool(got and got.result == 1)
    took = time.monotonic() - begin
    check(up == 50, '%d of 50 get in within %.0f s' % (up, took))
    check(took < 5, 'takes %.1f s' % took)
    return '50 of 50 in %s' % ms(took)


@point('D-20', 'frames that double in size by escaping cost at most twice as '
       'much', alone=True)
def d_20(lab):
    run = lab.server()
    session = lab.call()

    def cost(octet):
        best = None
        for _ in range(3):
            before = run.cpu()
            for _ in range(600):
                session.up(data(octet * 1000))
                time.sleep(0.0004)  # pace
            time.sleep(0.1)  # time: the last packets count, too
            used = run.cpu() - before
            best = used if best is None else min(best, used)
        return best
    plain, nasty = cost(b'A'), cost(b'\x7e')
    check(nasty < plain * 2.2 + 0.005, '%.1f times as much' % (nasty / plain))
    return '%.1f times as much' % (nasty / plain)


@point('D-21', 'the server never answers with more packets than it gets')
def d_21(lab):
    lab.server()
    session = lab.call()
    session.tcp.drain(0.1)
    watch = lab.sniffer()
    for number in range(200):
        session.up(numbered(number), seq=number * 3)
        session.gre.send(session.theirs, ack=number)
    time.sleep(0.3)  # quiet: answers
    answers = [p for p in watch.drain() if p.from_server() and p.proto != 6]
    size = sum(len(p.body) for p in answers)
    sent = 200 * (12 + 8) + 200 * 12
    check(len(answers) <= 200 and size <= sent, '%d packets of %d octets in '
          'answer to 400 of %d' % (len(answers), size, sent))
    return '%d packets of %d octets in answer to 400 of %d' % (
        len(answers), size, sent)


@point('D-22', 'name lookups of TCP wrappers that hang delay no other '
       'client', waits=True)
def d_22(lab):
    server.hosts_deny(lab, 'pptpd: .evil.example\n')
    for path in ('/etc/resolv.conf', '/etc/nsswitch.conf'):
        if not os.path.exists(path):
            raise Skip('no ' + path)
    namespaces.write('/run/conformance/resolv.conf',
                     'nameserver 203.0.113.2\noptions timeout:5 attempts:2\n')
    namespaces.bind('/run/conformance/resolv.conf', '/etc/resolv.conf')
    namespaces.write('/run/conformance/nsswitch.conf', 'hosts: files dns\n')
    namespaces.bind('/run/conformance/nsswitch.conf', '/etc/nsswitch.conf')
    # A name server that listens and never answers.
    mute = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    mute.bind(('203.0.113.2', 53))
    lab.server()
    slow = lab.connect()
    slow.try_send(build(SCCRQ))
    time.sleep(0.1)  # time: it is asked by now
    took = lab.serves(OTHER, within=None)
    check(took < 2.5, 'a client waits %.1f s' % took)
    return 'served in ' + ms(took)
