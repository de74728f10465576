"""Connections that fail at each write of the server: the client is gone while
there is more to be done for it."""

from errno import EAGAIN, ECONNRESET, EPIPE

from pptptest import pptp, rules
from pptptest.calls import needs_engine, settled
from pptptest.lab import OTHER, client
from pptptest.points import check, point
from pptptest.pptp import CCRQ, OCRQ, STOPRQ, build

POOL = [('remoteip', '10.0.0.200-219'), ('call-rate-per-ip', '0'),
        ('connection-rate-per-ip', '0')]
# What a client sends in one segment, and the writes that can follow
ORDERS = [
    ('SCCRQ OCRQ', 3), ('SCCRQ OCRQ CCRQ', 4), ('SCCRQ OCRQ STOPRQ', 4),
    ('SCCRQ OCRQ OCRQ', 4), ('SCCRQ OCRQ CCRQ OCRQ', 5), ('SCCRQ STOPRQ', 3),
    ('SCCRQ STOPRQ OCRQ', 3), ('SCCRQ SCCRQ ECHORQ OCRQ', 5),
]


def segment(names):
    return b''.join(build(getattr(pptp, name)) for name in names.split())


def lives(run, engine, what):
    check([p.pid for p in run.engines()] == [engine],
          'the engine has died of ' + what)


def nothing_left(lab, run, before):
    """pppds that nobody wants any more may take a while to end."""
    check(lab.until(lambda: settled(run) == before, 15) is not None,
          'descriptors and processes: %d and %d, before %d and %d'
          % (settled(run) + before))


@point('engine-send', 'engine: a connection fails at each write, with octets '
       'that the client has not taken and without: nobody else notices',
       waits=True, limit=90)
def sending(lab):
    faults = rules.Rules(lab)
    run = lab.server(conf=POOL)
    engine = needs_engine(run)
    session = lab.call(address=OTHER)
    lab.call(address=client(3)).close()
    before = settled(run)
    count = hits = 0
    for names, writes in ORDERS:
        for error in ECONNRESET, EPIPE:
            for late in range(writes):
                # The first do not get through, the next one fails
                faults.set('engine', 'send', EAGAIN, late, 0)
                faults.set('engine', 'send', error, 1, 1)
                tcp = lab.connect(client(10 + count % 100))
                tcp.try_send(segment(names))
                tcp.wait_closed(0.15)
                lives(run, engine, '%s, write %d fails with %s' % (
                    names, late + 1, rules.name(error)))
                tcp.close()
                hits += faults.hits(1)
                faults.clear(0)
                faults.clear(1)
                count += 1
    check(hits > count / 2, '%d of %d have failed' % (hits, count))
    session.needs('a call from before')
    nothing_left(lab, run, before)
    lab.call(address=client(3)).needs('a call afterwards')
    return '%d connections, %d failed' % (count, hits)


@point('engine-send-last', 'engine: the connection fails when its call is to '
       'be answered, or ended: nobody else notices', waits=True)
def last(lab):
    faults = rules.Rules(lab)
    run = lab.server(conf=POOL)
    engine = needs_engine(run)
    session = lab.call(address=OTHER)
    lab.call(address=client(3)).close()
    before = settled(run)
    for number in range(4):
        tcp = lab.control(client(10 + number))
        faults.set('engine', 'send', ECONNRESET, 1)
        tcp.send(build(OCRQ))           # OCRP
        check(tcp.wait_closed(3), 'the connection lives on')
        lives(run, engine, 'an OCRP that cannot be sent')
    check(lab.until(lambda: len(run.sessions()) == 1, 10) is not None,
          'calls without a client live on')
    for number in range(4):
        call = lab.call(address=client(20 + number))
        faults.set('engine', 'send', EPIPE, 1)
        if number % 2 == 0:
            call.pppd.kill()            # CDN and StopCCRQ
        else:
            call.tcp.send(build(CCRQ), build(STOPRQ))
        check(call.tcp.wait_closed(3), 'the connection lives on')
        lives(run, engine, 'a CDN that cannot be sent')
    check(faults.hits() == 1, 'nothing failed')
    faults.clear()
    session.needs('a call from before')
    nothing_left(lab, run, before)
    return '8 calls'
