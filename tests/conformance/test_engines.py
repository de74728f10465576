"""Calls dealt over several engines: keyword `engines`."""

import os
import signal

from pptptest import pptp, puppet, server
from pptptest.calls import ended, goes_on, sessions_left, start
from pptptest.lab import CLIENT, OTHER, client, data
from pptptest.points import Skip, check, ms, point
from pptptest.pptp import CCRQ, CDN, STOPRP, STOPRQ, build


def start_with(lab, count, **fields):
    """The server, and its engines in order: the first is the front."""
    conf = [('engines', str(count))] + list(fields.pop('conf', ()))
    run = lab.server(conf=conf, **fields)
    if lab.until(run.engines, 10) is None:
        raise Skip('no process of its own serves the network')
    check(lab.until(lambda: len(run.engines()) == count),
          '%d engines' % len(run.engines()))
    return run, engines(run)


def engines(run):
    return sorted(process.pid for process in run.engines())


def calls_of_all(lab, count, each=1, **fields):
    """Calls of which each engine has so many at least: a list of lists."""
    calls = [[] for _ in range(count)]
    number = 2
    while min(map(len, calls)) < each:
        check(number < 20 * count * each, 'Call IDs belong to few engines')
        session = lab.call(address=client(number), **fields)
        calls[session.theirs % count].append(session)
        number += 1
    return calls


def check_many(lab, count):
    run, pids = start_with(lab, count)
    calls = calls_of_all(lab, count)
    for index, mine in enumerate(calls):
        before = [server.Process(pid).cpu() for pid in pids]
        for number in range(300):
            mine[0].up(data(b'%d' % number))
        mine[0].needs('a call of engine %d' % index)
        used = [server.Process(pid).cpu() - was
                for pid, was in zip(pids, before)]
        check(used[index] == max(used), 'engine %d serves what is for %d'
              % (used.index(max(used)), index))
    for session in sum(calls, []):
        session.needs()
    return '%s calls' % ' + '.join(str(len(mine)) for mine in calls)


@point('E-1', 'engines 2: each serves the calls whose IDs are its own')
def e_1(lab):
    return check_many(lab, 2)


@point('E-2', 'engines 3: each serves the calls whose IDs are its own')
def e_2(lab):
    return check_many(lab, 3)


@point('E-3', 'engines 2: the client hangs up, pppd ends, pptpctrl gets '
       'SIGTERM: every end is in order, and all of it is given back')
def e_3(lab):
    run, _ = start_with(lab, 2)         # for 21 calls at a time
    for _ in range(4):
        calls = sum(calls_of_all(lab, 2), [])
        session = next(s for s in calls if s.theirs % 2)
        session.tcp.send(build(CCRQ, call_id=session.mine))
        got = session.tcp.drain(1, count=2)
        check([m.type for m in got][:2] == [CDN, STOPRQ], 'cleared: ' +
              pptp.describe(got))
        session.tcp.try_send(build(STOPRP))
        check(session.pppd.wait_hangup(2), 'pppd lives on')
        calls.remove(session)
        session = calls_of_all(lab, 2)[1][0]
        session.pppd.exit(0)
        got = session.tcp.drain(1, count=2)
        check([m.type for m in got][:2] == [CDN, STOPRQ], 'pppd ended: ' +
              pptp.describe(got))
        session = calls_of_all(lab, 2)[1][0]
        mark = lab.log.mark()
        os.kill(session.pppd.hello['ppid'], signal.SIGTERM)
        reason = ended(lab, session, mark)
        check('administrator' in reason, reason)
        for other in lab.kept:
            other.close()
        check(lab.until(lambda: not run.sessions(), 12),
              '%d keepers live on' % len(run.sessions()))
    return reason


@point('E-4', 'engines 3: max-per-ip counts the calls of all of them, and '
       'forgets those that have ended')
def e_4(lab):
    run, _ = start_with(lab, 3, conf=[('max-per-ip', '5')])
    for turn in range(2):
        calls = [lab.call() for _ in range(5)]
        tcp = lab.control()
        got = tcp.call(timeout=3)
        check(got and got.result != 1, 'a sixth call from one address is '
              'served: %s' % got)
        lab.call(address=OTHER).needs('a call of another address')
        for session in calls:
            session.needs()
            session.close()
        tcp.close()
        sessions_left(run, 1 + turn)    # of the other address
    return 'sixth: result %d' % got.result


@point('E-5', 'engines 2: max-per-ip goes on to count after each of them was '
       'killed')
def e_5(lab):
    run, pids = start_with(lab, 2, conf=[('max-per-ip', '6')])
    calls = [lab.call() for _ in range(6)]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
        for session in calls:
            goes_on(session)
        tcp = lab.control()
        got = tcp.call(timeout=3)
        check(got and got.result != 1, 'a seventh call: %s' % got)
        tcp.close()
    for session in calls:
        session.close()
    sessions_left(run)
    lab.call().needs('a call after they have ended')
    return 'seventh: result %d' % got.result


def refusal_in(packets):
    """Whether pppd has told a client now that it is not let in."""
    return any(packet.payload == puppet.CHAP_FAILURE
               for packet in packets.drain(0.05))


@point('E-6', 'engines 2: an address that fails to authenticate at both of '
       'them is refused at last, and the others are not')
def e_6(lab):
    start_with(lab, 2)
    lab.theatre.greeting = (puppet.LCP, puppet.CHAP_FAILURE)
    packets = lab.gre()
    used = set()
    for number in range(12):
        tcp, got = lab.greet()
        if got and got.result == 1:
            got = tcp.call(timeout=3)
        if not got or got.result != 1:
            break
        used.add(got.call_id % 2)
        lab.until(lambda: refusal_in(packets), 5)
        tcp.close()
    check(3 <= number <= 5, 'refused after %d failures' % number)
    check(lab.log.wait('CTRL: Client %s: authentication failed' % CLIENT, 1),
          'no line for it')
    lab.theatre.greeting = puppet.GREETING
    for mine in calls_of_all(lab, 2):
        mine[0].needs('another address')
    return 'after %d failures, at %d engines' % (number, len(used))


def killed(lab, which):
    run, pids = start_with(lab, 2)
    calls = calls_of_all(lab, 2)
    os.kill(pids[which], signal.SIGKILL)
    check(calls[1 - which][0].works() is None,
          'a call of the other engine is disturbed')
    took = [goes_on(session) for session in sum(calls, [])]
    check(lab.until(lambda: len(run.engines()) == 2), 'it is not back')
    for mine in calls_of_all(lab, 2):
        mine[0].needs('a new call')
    return 'all go on after ' + ms(max(took))


@point('E-7', 'engines 2: the one that listens is killed: no call is lost')
def e_7(lab):
    return killed(lab, 0)


@point('E-8', 'engines 2: the other one is killed: no call is lost')
def e_8(lab):
    return killed(lab, 1)


@point('E-9', 'engines 2: calls that begin while one is stopped begin when '
       'another takes its place', waits=True)
def e_9(lab):
    run, pids = start_with(lab, 2)
    os.kill(pids[1], signal.SIGSTOP)
    clients = [lab.control(address=client(number)) for number in range(1, 9)]
    for number, tcp in enumerate(clients):
        tcp.send(build(pptp.OCRQ, call_id=0x100 + number))
    replies = [tcp.expect(pptp.OCRP, 1) for tcp in clients]
    early = len([reply for reply in replies if reply])
    try:
        os.kill(pids[1], signal.SIGKILL)
    except ProcessLookupError:
        pass                    # the server has found out that it is silent
    for tcp, reply in zip(clients, replies):
        reply = reply or tcp.expect(pptp.OCRP, 5)
        check(reply and reply.result == 1, 'no OCRP: ' +
              pptp.describe(tcp.seen, tcp.closed or 'open'))
    return '%d of 8 at once, the others after a new engine' % early


@point('E-10', 'calls outlive a restart with another number of engines',
       waits=True)
def e_10(lab):
    run, _ = start_with(lab, 2)
    calls = sum(calls_of_all(lab, 2), [])
    for count in 3, 1, 2:
        run.signal(signal.SIGTERM)
        check(run.wait_exit(10) is not None, 'does not stop in 10 s')
        run.configure([('engines', str(count))])
        start(run)
        check(lab.until(lambda: len(run.engines()) == count),
              '%d engines' % len(run.engines()))
        for session in calls:
            goes_on(session)
        calls.append(lab.call(address=client(100 + len(calls))))
    return '%d calls' % len(calls)


@point('E-11', 'engines 2: SIGINT ends the calls of both in order')
def e_11(lab):
    run, _ = start_with(lab, 2)
    calls = sum(calls_of_all(lab, 2), [])
    run.signal(signal.SIGINT)
    for session in calls:
        got = session.tcp.drain(2, count=2)
        session.tcp.try_send(build(STOPRP))
        check([m.type for m in got] == [CDN, STOPRQ] and got[1].reason == 3,
              pptp.describe(got, session.tcp.closed or 'open'))
    check(run.wait_exit(15) is not None, 'does not end in 15 s')
    return ended(lab, calls[0])


@point('E-12', 'engines 2: what comes right behind the request of a call is '
       'answered after it')
def e_12(lab):
    start_with(lab, 2)
    for number in range(1, 9):
        tcp = lab.control(address=client(number))
        tcp.send(build(pptp.OCRQ, call_id=number) +
                 build(pptp.ECHORQ, ident=number))
        got = []
        while len(got) < 2:
            more = tcp.drain(2, count=2 - len(got))
            check(more, 'answered with: ' + pptp.describe(got, tcp.closed or
                                                          'open'))
            got += more
        check([m.type for m in got] == [pptp.OCRP, pptp.ECHORP] and
              got[1].ident == number, pptp.describe(got))
    return '8 of 8'


@point('E-13', 'engines auto: one for each core')
def e_13(lab):
    run = lab.server(conf=[('engines', 'auto')])
    if lab.until(run.engines, 10) is None:
        raise Skip('no process of its own serves the network')
    cores = len(os.sched_getaffinity(0))
    check(lab.until(lambda: len(run.engines()) == cores),
          '%d engines on %d cores' % (len(run.engines()), cores))
    lab.call().needs()
    return '%d engines' % cores


@point('E-14', 'engines 2: pppd that ends at once with "authentication '
       'failed" counts, whichever engine has the call')
def e_14(lab):
    start_with(lab, 2)
    for address in range(10, 14):   # from five on it looks like an outage
        lab.theatre.begin = lambda pppd: pppd.exit(11)
        for number in range(12):
            tcp, got = lab.greet(client(address))
            if got and got.result == 1:
                got = tcp.call(timeout=3)
            if not got or got.result != 1:
                break
            tcp.expect(CDN, 3)          # pppd has ended
            tcp.drain(0.3)              # and the front engine knows it
            tcp.close()
        check(3 <= number <= 4, 'client %d: refused after %d failures' % (
            address, number))
    lab.theatre.begin = None
    lab.call(address=OTHER).needs('another address')
    return '4 clients, each refused in time'
