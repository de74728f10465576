"""The limits of test_limits.py again, with the keywords that set them: shorter
times, smaller numbers, and what must not be limited."""

import threading
import time

from pptptest import pptp, puppet
from pptptest.lab import OTHER, client, many
from pptptest.points import check, ms, point
from pptptest.pptp import (CDN, ECHORP, ECHORQ, OCRP, OCRQ, SCCRP, SCCRQ,
                           STOPRQ, build)

PAP_NAK = bytes.fromhex('ff03c023' '0301000500')
PAP_ACK = bytes.fromhex('ff03c023' '0201000500')
EAP_SUCCESS = bytes.fromhex('ff03c227' '03010004')
DATA = bytes.fromhex('ff030021' '4500')


def asks(lab, address):
    """A client of that address asks for a call: the connection, and the
    answer that decided."""
    tcp = lab.connect(address)
    got = tcp.start(timeout=3)
    if got and got.result == 1:
        got = tcp.call(timeout=5)
    return tcp, got


def served(got):
    return bool(got) and got.type == OCRP and got.result == 1


@point('D-1b', 'silent connections from 100 addresses, far more than '
       'max-unauth: a good client is served within 1 s throughout',
       alone=True)
def d_1b(lab):
    run = lab.server(conf=[('max-unauth', '100'),
                           ('remoteip', '10.0.0.1-100')])
    stop = threading.Event()
    crowd = []

    def come():
        while not stop.is_set() and len(crowd) < 600:
            try:
                crowd.append(pptp.Client(lab.address, many(len(crowd) % 100),
                                         timeout=0.5))
            except OSError:
                pass
            time.sleep(0.004)  # pace
    thread = threading.Thread(target=come, daemon=True)
    thread.start()
    worst = 0
    calls = []
    while thread.is_alive():
        worst = max(worst, lab.serves(client(50), within=1))
        if len(calls) < 5:
            calls.append(lab.call(address=client(60 + len(calls))))
        time.sleep(0.05)  # pace
    descriptors = run.fds()
    stop.set()
    for session in calls:
        session.needs()
    check(descriptors < 250, '%d descriptors' % descriptors)
    return '%d silent, worst %s, %d descriptors' % (len(crowd), ms(worst),
                                                    descriptors)


@point('D-1c', 'max-unauth-per-ip: a silent connection gives way to the next '
       'of its address, calls without authentication do not',
       waits=True)
def d_1c(lab):
    lab.server(conf=[('max-unauth-per-ip', '3')] + lab.cheap_pppd())
    quiet = [lab.connect() for _ in range(3)]
    got = lab.connect().start()
    check(got and got.result != 1, 'the fourth within a second: %s' % got)
    time.sleep(1.2)  # time: a second of silence
    tcp, got = asks(lab, '198.51.100.1')
    check(served(got), 'the next one, when they are silent: %s' % got)
    gone = sum(bool(one.wait_closed(0.1)) for one in quiet)
    check(gone == 1, '%d silent ones had to go' % gone)
    for _ in range(2):
        check(served(asks(lab, '198.51.100.1')[1]), 'place for three calls')
    refused = lab.connect()
    got = refused.start()
    check(got and got.result != 1, 'with three calls: %s' % got)
    check(served(asks(lab, OTHER)[1]), 'another address is not served')
    check(tcp.echo(), 'a call is lost')
    return 'with three calls: %s' % got


@point('D-6b', 'call-timeout', waits=True)
def d_6b(lab):
    lab.server(conf=[('call-timeout', '3')])
    tcp = lab.control()
    begin = time.monotonic()
    got = tcp.expect(STOPRQ, 5)
    took = time.monotonic() - begin
    check(got, 'open after %.1f s' % took)
    check(2.8 <= took <= 3.7, 'after %.1f s' % took)
    return 'after %.1f s: %s' % (took, got)


def reassures(ident, what, frame):
    @point(ident, 'auth-timeout: a call on which pppd sends %s goes on' % what,
           waits=True)
    def test(lab):
        lab.theatre.greeting = (puppet.LCP, frame)
        lab.server(conf=[('auth-timeout', '5')])   # a busy machine's pppd
        session = lab.call()                       # takes a second or two
        time.sleep(6.5)  # time: longer than auth-timeout
        session.needs()
        return 'goes on'


reassures('D-7b', 'CHAP Success', puppet.CHAP_SUCCESS)
reassures('D-7c', 'PAP Ack', PAP_ACK)
reassures('D-7d', 'EAP Success', EAP_SUCCESS)
reassures('D-7e', 'IPCP, since it asks for no authentication', puppet.IPCP)


@point('D-7f', 'auth-timeout: the client is told, the log says why, and '
       'nothing that the client sends helps', waits=True)
def d_7f(lab):
    lab.theatre.greeting = (puppet.LCP,)
    lab.server(conf=[('auth-timeout', '5')])
    begin = time.monotonic()
    session = lab.call()
    for frame in (puppet.CHAP_SUCCESS, puppet.IPCP, PAP_ACK, EAP_SUCCESS,
                  DATA):
        session.up(frame)
    got = session.tcp.expect(CDN, 15)       # without it, after a minute
    took = time.monotonic() - begin
    check(got, 'goes on after %.1f s' % took)
    check(took >= 5, 'ended after %.1f s' % took)
    check(lab.log.wait('CTRL: Call of client .* did not authenticate in time'
                       '.*', 2), 'the log does not say so')
    return 'after %.1f s: %s' % (took, got)


@point('D-8b', 'a client that floods for 30 s is disconnected, with a proper '
       'end of its call', slow=True, limit=60)
def d_8b(lab):
    lab.server()
    session, other = lab.call(), lab.call(address=OTHER)
    tcp = session.tcp
    tcp.sock.settimeout(0.2)
    chunk = build(ECHORQ) * 50
    begin = time.monotonic()
    while time.monotonic() - begin < 45 and not session.pppd.gone:
        try:
            tcp.sock.send(chunk)
        except OSError:
            time.sleep(0.02)  # pace
    took = time.monotonic() - begin
    check(session.pppd.gone, 'goes on after %.0f s' % took)
    check(25 <= took <= 36, 'ended after %.0f s' % took)
    check(lab.log.wait('CTRL: Call of client .* too many control messages.*',
                       1), 'the log does not say so')
    other.needs('another call')
    return 'after %.0f s' % took


@point('D-8c', 'message-rate: what is sent too fast is answered later, none '
       'is lost', waits=True)
def d_8c(lab):
    lab.server(conf=[('message-rate', '20')])
    tcp = lab.control()
    begin = time.monotonic()
    tcp.send(b''.join(build(ECHORQ, ident=n) for n in range(140)))
    answers = []
    while len(answers) < 140:
        got = tcp.expect(ECHORP, 3)
        check(got, '%d of 140 answered (%s)' % (len(answers),
                                                tcp.closed or 'open'))
        answers.append(got.ident)
    took = time.monotonic() - begin
    check(answers == list(range(140)), 'not in order')
    check(1.7 <= took <= 4, '140 in %.1f s' % took)
    return '140 of 140 in %.1f s' % took


@point('D-11b', 'lines that were left out are summed up')
def d_11b(lab):
    lab.server(conf=[('log-rate', '60')])
    for _ in range(80):
        tcp = lab.connect(timeout=15)
        tcp.try_send(b'GET / HTTP/1.0\r\n\r\n')
        tcp.wait_closed(2)
        tcp.close()
    time.sleep(1.2)  # time: the next second of log-rate
    tcp = lab.connect()
    tcp.try_send(b'GET / HTTP/1.0\r\n\r\n')
    line = lab.log.wait('CTRL: Client 198.51.100.1: [0-9]+ more such lines '
                        'suppressed in .*', 1)
    check(line, 'no such line')
    return line.text


@point('D-14b', 'CHAP Failure and PAP Nak count, though the client hangs up '
       'before pppd ends')
def d_14b(lab):
    for address, frame in ((client(10), puppet.CHAP_FAILURE),
                           (client(11), PAP_NAK)):
        lab.theatre.greeting = (puppet.LCP, frame)
        if address == client(10):
            lab.server()
        for number in range(12):
            before = len(lab.theatre.puppets)
            tcp, got = asks(lab, address)
            if not served(got):
                break
            lab.theatre.wait(before + 1)
            time.sleep(0.1)  # pace
            tcp.reset()
        else:
            check(False, '12 failures, the next is served')
        check(number >= 3, 'refused after %d' % number)
        check(lab.log.wait('CTRL: Client %s: authentication failed'
                           % address, 1), 'no line for it')
    lab.theatre.greeting = puppet.GREETING
    lab.call(address=OTHER).needs('another address')
    return 'refused after %d failures: %s' % (number, got)


@point('D-14c', 'an address with a call that works is not refused, whatever '
       'others behind it get wrong')
def d_14c(lab):
    lab.server()
    works = lab.call()
    lab.theatre.greeting = (puppet.LCP, puppet.CHAP_FAILURE)
    for number in range(12):
        tcp, got = asks(lab, '198.51.100.1')
        check(served(got), 'after %d failures of another: %s' % (number, got))
        lab.theatre.wait(number + 2)
        time.sleep(0.05)  # pace
        tcp.reset()
    failures = [l for l in lab.log.since()
                if l.text.endswith('authentication failed')]
    check(failures, 'no failure was noticed')
    lab.theatre.greeting = puppet.GREETING
    lab.call().needs('a third client behind the address')
    works.needs('the first')
    return '12 failures, all served'


@point('D-14d', 'auth-penalty runs down, and the address is served again',
       waits=True)
def d_14d(lab):
    lab.server(conf=[('auth-penalty', '16')])
    lab.theatre.greeting = (puppet.LCP, puppet.CHAP_FAILURE)
    tcp, got = asks(lab, '198.51.100.1')
    check(served(got), str(got))
    check(lab.log.wait('CTRL: Client 198.51.100.1 refused for 16 s.*', 2),
          'one failure of 16 s is not above 15 s')
    begin = time.monotonic()
    tcp.reset()
    lab.theatre.greeting = puppet.GREETING
    check(not served(asks(lab, '198.51.100.1')[1]), 'served at once')
    while time.monotonic() - begin < 20:
        time.sleep(0.5)  # pace
        if served(asks(lab, '198.51.100.1')[1]):
            break
    took = time.monotonic() - begin
    check(15 <= took <= 17.5, 'served after %.1f s' % took)
    return 'served after %.1f s' % took


@point('Fl-16', 'when everybody fails to authenticate, as with a RADIUS '
       'server that is down, nobody is refused for it')
def fl_16(lab):
    lab.theatre.greeting = (puppet.LCP, puppet.CHAP_FAILURE)
    lab.server()
    for turn in range(5):
        for office in range(8):
            before = len(lab.theatre.puppets)
            tcp, got = asks(lab, client(10 + office))
            check(served(got), 'round %d, office %d: %s' % (turn, office,
                                                            got))
            lab.theatre.wait(before + 1)
            time.sleep(0.03)  # pace
            tcp.reset()
    check(lab.log.wait('.*Most authentications fail.*', 1), 'no alarm')
    lab.theatre.greeting = puppet.GREETING
    for office in range(8):
        lab.call(address=client(10 + office)).close()
    return '40 failures of 8 addresses'


@point('D-18b', 'call-rate: calls wait for their turn in order, and who has '
       'left is not started', waits=True)
def d_18b(lab):
    lab.server(conf=[('call-rate', '2')])
    begin = time.monotonic()
    crowd = []
    for number in range(7):
        crowd.append(lab.control(client(10 + number)))
        crowd[-1].send(build(OCRQ, call_id=number + 1))
    crowd.pop(4).close()
    times = []
    for tcp in crowd:
        got = tcp.expect(OCRP, 6)
        check(served(got), str(got))
        times.append(time.monotonic() - begin)
    lab.until(lambda: len(lab.theatre.puppets) >= 6, 10)
    time.sleep(0.3)  # quiet: a seventh pppd
    started = len(lab.theatre.puppets)
    check(started == 6, '%d of 6 are started' % started)
    check(times == sorted(times) and 1.3 <= times[-1] <= 3.5,
          ' '.join('%.1f' % t for t in times))
    return ' '.join('%.1f' % t for t in times) + ' s'


@point('D-18c', 'call-rate-per-ip: calls that do not authenticate are '
       'limited after a burst, one success ends that', alone=True)
def d_18c(lab):
    lab.server(conf=[('call-rate-per-ip', '1')] + lab.cheap_pppd())
    given = 0
    for number in range(1300):
        tcp = lab.connect(timeout=5)
        tcp.send(build(SCCRQ), build(OCRQ, call_id=number))
        check(tcp.expect(SCCRP, 5), 'no SCCRP')
        got = tcp.expect(OCRP, 5)
        check(got, 'no answer')
        given += got.result == 1
        if got.result != 1 and number > 1100:
            break
        tcp.reset()
    check(got.result == 4, 'after %d calls: %s' % (number, got))
    check(900 <= given <= 1100, '%d calls' % given)
    check(served(asks(lab, OTHER)[1]), 'another address is not served')
    return '%d of %d calls' % (given, number)
