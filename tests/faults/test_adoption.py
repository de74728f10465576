"""Calls that change hands: crashes over a call, and what the system refuses
while an engine takes calls up."""

import os
import signal
import time
from errno import EAGAIN, EMFILE, ENFILE, ENOBUFS, ENOMEM, ETOOMANYREFS

from pptptest import pptp, rules
from pptptest.calls import ended, goes_on, needs_engine, settled
from pptptest.lab import OTHER, client, data
from pptptest.points import Fail, check, point
from pptptest.pptp import CDN, STOPRQ
from pptptest.server import Process

POISON = data(b'poison')
ONCE_EACH = 1


def told(session):
    """Whether the client has been told that its call is over."""
    return CDN in [m.type for m in session.tcp.seen]


def feed(session, faults, hits, timeout=10.0):
    """Sends poison, as a client that has no answer, until the engine has died
    of it so often."""
    end = time.monotonic() + timeout
    while faults.hits() < hits and not session.tcp.closed:
        check(time.monotonic() < end, 'the engine has died %d times'
              % faults.hits())
        session.up(POISON)
        session.tcp.drain(0.1)


@point('engine-poison', 'a call over which the engine crashes twice in a row '
       'is ended, and the log says so; others go on', waits=True)
def poison(lab):
    faults = rules.Rules(lab)
    run = lab.server()
    needs_engine(run)
    session, other = lab.call(), lab.call(address=OTHER)
    faults.set('engine', 'poison', signal.SIGILL)
    feed(session, faults, 2)
    got = session.tcp.drain(5)
    check(told(session), 'the client is not told: ' + pptp.describe(
        session.tcp.seen[2:], session.tcp.closed or 'open'))
    check(STOPRQ in [m.type for m in session.tcp.seen], pptp.describe(got))
    goes_on(other, what='the other call')
    check(session.pppd.wait_gone(12), 'its pppd lives on')
    why = ended(lab, session)
    check('crash' in why, why)
    check(faults.hits() == 2, 'the engine died %d times' % faults.hits())
    lab.call(address=client(3)).needs('a new call')
    return why


@point('engine-poison-batch', 'the engine crashes twice over one call while '
       'packets of another lie behind: the one call is ended, the other goes '
       'on', waits=True)
def poison_batch(lab):
    faults = rules.Rules(lab)
    run = lab.server()
    session, other = lab.call(), lab.call(address=OTHER)
    faults.set('engine', 'poison', signal.SIGILL)
    for crash in 1, 2:
        engine = needs_engine(run)
        os.kill(engine, signal.SIGSTOP)
        try:
            check(lab.until(lambda: Process(engine).state == 'T') is not None,
                  'the engine cannot be stopped')
            session.up(POISON)
            for _ in range(3):          # read in one go with the poison
                other.up(data(b'behind'))
        finally:
            os.kill(engine, signal.SIGCONT)
        check(lab.until(lambda: faults.hits() >= crash, 5) is not None,
              'the engine has died %d times' % faults.hits())
        goes_on(other, what='the other call')
        if crash == 1:
            goes_on(session)
    session.tcp.drain(5)
    check(told(session), 'the client is not told: ' + pptp.describe(
        session.tcp.seen[2:], session.tcp.closed or 'open'))
    why = ended(lab, session)
    check('crash' in why, why)
    return why


@point('engine-poison-two', 'two calls over which the engine crashes once '
       'each go on', waits=True)
def poison_two(lab):
    faults = rules.Rules(lab)
    run = lab.server()
    needs_engine(run)
    calls = [lab.call(), lab.call(address=OTHER)]
    for session in calls:
        faults.set('engine', 'poison', signal.SIGILL, ONCE_EACH)
        feed(session, faults, 1)
        for each in calls:
            goes_on(each)
    return 'both go on'


def adoption(process, call, error, times):
    """The engine is killed, and who takes part in handing its calls over
    cannot do this a few times."""
    ident = 'adopt-%s-%s-%s' % (process, call, rules.name(error))

    @point(ident, 'an engine takes up calls while in %s %s fails with %s: '
           'each goes on or is ended in order' % (process, call,
                                                  rules.name(error)),
           waits=True, limit=60)
    def test(lab):
        faults = rules.Rules(lab)
        run = lab.server()
        needs_engine(run)
        calls = [lab.call(address=client(10 + n)) for n in range(3)]
        before = settled(run)
        faults.set(process, call, error, times)
        os.kill(run.engines()[0].pid, signal.SIGKILL)
        on = [c for c in calls if decided(c)]
        check(faults.hits() > 0, 'nothing failed')
        faults.clear()
        check(run.alive(), 'the daemon is dead')
        for session in calls:
            if session not in on:
                check(session.pppd.wait_gone(12), 'a pppd lives on')
                ended(lab, session)
        lab.call(address=OTHER).needs('a new call')
        for session in calls + [lab.kept[-1]]:
            session.close()
        lab.until(lambda: not run.sessions(), 12)
        empty = settled(run)
        check(empty[0] < before[0], '%d descriptors, with three calls %d'
              % (empty[0], before[0]))
        return '%d of %d go on, %d failures' % (len(on), len(calls),
                                                faults.hits())


def decided(session, within=12.0):
    """True: the call works again; False: its client was told that it is
    over."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        if session.works(0.5) is None:
            return True
        if session.tcp.closed:
            check(told(session), 'closed without a word')
            return False
    raise Fail('a call neither works nor is ended: ' + pptp.describe(
        session.tcp.seen[2:], session.tcp.closed or 'open'))


for one in ENOMEM, EMFILE:
    adoption('pptpd', 'socketpair', one, 4)
adoption('pptpd', 'recvmsg', rules.LOST, 2)
adoption('pptpd', 'sendmsg', ETOOMANYREFS, 2)
adoption('pptpd', 'calloc', ENOMEM, 2)
adoption('pptpd', 'accept4', EMFILE, 2)
adoption('pptpd', 'posix_spawn', EAGAIN, 2)
adoption('pptpd', 'memfd_create', ENFILE, 1)
adoption('engine', 'mmap', ENOMEM, 2)
adoption('engine', 'calloc', ENOMEM, 2)
adoption('engine', 'recvmsg', rules.LOST, 2)
adoption('keeper', 'sendmsg', ENOBUFS, 2)
adoption('keeper', 'recvmsg', rules.LOST, 2)
