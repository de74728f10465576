"""Restarts of the daemon and of the engine, one behind the other."""

import glob
import os
import signal
import time

from pptptest import server
from pptptest.calls import goes_on, needs_engine
from pptptest.lab import OTHER, client, many
from pptptest.points import Fail, check, ms, patience, point
from pptptest.pptp import CDN, OCRP, OCRQ, build

RESTARTS = int(os.environ.get('PPTPD_TEST_RESTARTS', '0'))
REMOTE = ','.join('10.0.%d.1-254' % n for n in range(1, 6))
CONTROL = '/run/pptpd/control*'
CALLS = int(os.environ.get('PPTPD_TEST_CALLS', '0'))


@point('O-30', '"kill -TERM $(cat PIDFILE); pptpd", a hundred times, with '
       'calls up: the second always starts, with all of its files',
       limit=180, waits=True)
def o_30(lab):
    run = lab.server()
    needs_engine(run)
    sessions = [lab.call(address=client(10 + n)) for n in range(3)]
    rounds = RESTARTS or 100
    begin = time.monotonic()
    for number in range(rounds):
        pid = server.read(server.PIDFILE).strip()
        check(pid == str(run.pid), 'round %d: the pid file has "%s", not %d'
              % (number, pid, run.pid))
        os.kill(int(pid), signal.SIGTERM)
        old = run.child
        run.start(wait=False)           # the old one may still be there
        check(run.listening(8), 'round %d: the new one does not start: %s'
              % (number, '; '.join(line.text for line in
                                   lab.log.since())[-300:]))
        check(old.wait(8) is not None, 'the old one does not end')
        check(lab.until(lambda: server.read(server.PIDFILE).strip() ==
                        str(run.pid), 5) is not None,
              'round %d: no pid file' % number)
        check(lab.until(lambda: glob.glob(CONTROL), 5)
              is not None, 'round %d: no control socket' % number)
    took = (time.monotonic() - begin) / rounds
    for session in sessions:
        goes_on(session)
    lab.serves(OTHER)
    return '%d times, %s each' % (rounds, ms(took))


def flood(lab, first, requests):
    """So many requests for calls, all refused; returns how many were.  Fail
    if that does not get done: there are free slots then."""
    done = number = 0
    end = time.monotonic() + requests / 20 * patience()
    while done < requests:
        check(time.monotonic() < end, '%d of %d requests refused' % (
            done, requests))
        tcp = lab.connect(client(first + number % 100))
        number += 1
        if not tcp.start(timeout=5):
            tcp.close()
            continue
        tcp.try_send(*[build(OCRQ, call_id=n + 1) for n in range(40)])
        for _ in range(40):
            got = tcp.expect(OCRP, 5)
            if not got or got.result == 1:
                break
            done += 1
        tcp.close()
        lab.kept.remove(tcp)
    return done


@point('O-31', 'a new engine gives out no Call ID of a call that has not come '
       'back to it yet', limit=120, waits=True)
def o_31(lab):
    run = lab.server(conf=[('remoteip', '10.0.0.200-219')])
    needs_engine(run)
    engines = {p.pid for p in run.engines()}
    sessions = [lab.call(address=client(10 + n)) for n in range(20)]
    keepers = [p.pid for p in run.sessions()]
    for pid in keepers:
        os.kill(pid, signal.SIGSTOP)
    try:
        for pid in engines:
            os.kill(pid, signal.SIGKILL)
        check(lab.until(lambda: len([p for p in run.engines() if p.pid not in
                                     engines]) == len(engines), 5)
              is not None, 'no engine comes back')
        asked = flood(lab, 100, 9000)
    finally:
        for pid in keepers:
            os.kill(pid, signal.SIGCONT)
    lost = []
    for session in sessions:
        try:
            goes_on(session, within=10)
        except Fail as fail:
            lost.append(str(fail))
    check(not lost, '%d of 20 calls are lost after %d requests: %s' % (
        len(lost), asked, '; '.join(
            line.text for line in lab.log.since()
            if 'taken up' in line.text)[-300:]))
    return 'none of 20 calls is lost with %d requests' % asked


@point('O-31b', 'with delegate a new server knows which Call IDs and slots '
       'calls have that have not come back to it yet', limit=120, waits=True)
def o_31b(lab):
    run = lab.server(conf=[('delegate', ''), ('connections', '12'),
                           ('localip', None), ('remoteip', None)])
    needs_engine(run)
    sessions = [lab.call(address=client(10 + n)) for n in range(12)]
    keepers = [p.pid for p in run.sessions()]
    for pid in keepers:
        os.kill(pid, signal.SIGSTOP)
    try:
        run.signal(signal.SIGKILL)
        run.wait_exit()
        check(lab.until(lambda: not run.listening(), 10) is not None,
              'its engine goes on listening')
        run.start(wait=False)
        check(run.listening(20), 'does not listen again')
        got = lab.control(client(90)).call(timeout=10)
        check(got and got.result == 4, 'a thirteenth call of 12: %s' % got)
        asked = flood(lab, 100, 2000)
    finally:
        for pid in keepers:
            os.kill(pid, signal.SIGCONT)
    for session in sessions:
        goes_on(session, within=10)
    return '12 calls go on after %d requests' % asked


@point('O-32', 'many calls over many deaths of the engine and the daemon, '
       'under a flood of requests: none is lost', limit=1800, slow=True,
       ptys=4096)
def o_32(lab):
    calls, restarts = CALLS or 60, RESTARTS or 8
    run = lab.server(conf=lab.cheap_pppd(authenticated=True) + [
        ('remoteip', REMOTE),
        ('connections', str(calls))])
    needs_engine(run)
    sessions = []
    for number in range(calls):
        tcp = lab.control(many(number))
        got = tcp.call(timeout=20)
        check(got and got.result == 1, 'call %d: %s' % (number, got))
        sessions.append(tcp)
    asked, begin = 0, time.monotonic()
    for number in range(restarts):
        if number % 5 == 4:
            run.signal(signal.SIGKILL)
            run.wait_exit()
            check(lab.until(lambda: not run.listening(), 10) is not None,
                  'its engine goes on listening')
            run.start(wait=False)
            check(run.listening(20), 'does not listen again')
        else:
            old = {p.pid for p in run.engines()}
            for pid in old:
                os.kill(pid, signal.SIGKILL)
            check(lab.until(lambda: [p for p in run.engines() if p.pid not in
                                     old], 10) is not None, 'no engine')
        asked += flood(lab, 1, 400)
    took = time.monotonic() - begin
    dead = [n for n, tcp in enumerate(sessions)
            if tcp.closed or tcp.echo(timeout=20) is None]
    check(not dead, '%d of %d calls are lost: %s' % (
        len(dead), calls, '; '.join(
            line.text for line in lab.log.since()
            if 'taken up' in line.text)[-300:]))
    return '%d calls, %d restarts, %d requests in %.0f s: none lost' % (
        calls, restarts, asked, took)


def fail_to_authenticate(lab, address):
    """Dials until it is refused; how often its pppd has failed."""
    lab.theatre.begin = lambda p: p.exit(11)
    try:
        for number in range(30):
            if is_refused(lab, address):
                return number
    finally:
        lab.theatre.begin = None
    raise Fail('30 failures in a row, and it is not refused')


def is_refused(lab, address):
    """Whether it gets no call; if it gets one, it waits for its end."""
    with lab.connect(address) as tcp:
        got = tcp.start(timeout=10)
        if got and got.result == 1:
            got = tcp.call(timeout=10)
        if not got or got.result != 1:
            return True
        tcp.expect(CDN, 10)
        return False


@point('D-24', 'whoever is refused for failed authentications is so after '
       'the engine\'s death and the daemon\'s restart, and others are not',
       waits=True, limit=120)
def d_24(lab):
    run = lab.server(conf=[('auth-penalty', '60')])
    needs_engine(run)
    failures = fail_to_authenticate(lab, OTHER)
    old = {p.pid for p in run.engines()}
    for pid in old:
        os.kill(pid, signal.SIGKILL)
    check(lab.until(lambda: len([p for p in run.engines() if p.pid not in
                                 old]) == len(old), 10) is not None,
          'no engine comes back')
    check(is_refused(lab, OTHER), 'a new engine has forgotten')
    lab.call(address=client(9)).needs('another client')
    run.signal(signal.SIGTERM)
    check(run.wait_exit(10) is not None, 'does not stop')
    run.start(wait=False)
    check(run.listening(10), 'does not listen again')
    check(is_refused(lab, OTHER), 'a new server has forgotten')
    lab.call(address=client(10)).needs('another client')
    run.signal(signal.SIGKILL)
    run.wait_exit(10)
    check(lab.until(lambda: not run.listening(), 10) is not None,
          'its engine goes on')
    run.start(wait=False)
    check(run.listening(10), 'does not listen after SIGKILL')
    check(is_refused(lab, OTHER), 'a new server has forgotten after SIGKILL')
    return 'refused after %d failures, and on' % failures
