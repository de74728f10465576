"""The same for the control socket and pptpdctl."""

import os
import signal
import time
from errno import EMFILE, ENFILE, ENOMEM, ENOSPC

from pptptest import rules
from pptptest.calls import needs_engine, next_engine, settled
from pptptest.control import ctl, start
from pptptest.lab import OTHER
from pptptest.points import check, ms, point


@point('admin-accept4', 'engine: accept fails for pptpdctl: it waits a '
       'moment, nothing spins', waits=True)
def accept(lab):
    faults = rules.Rules(lab)
    run = start(lab)
    session = lab.call()
    waited = []
    for error in EMFILE, ENFILE, ENOMEM:
        faults.set('engine', 'accept4', error, 2)
        cpu, begin = run.cpu(), time.monotonic()
        ctl('status')
        waited.append(time.monotonic() - begin)
        check(faults.hits() >= 2, 'accept was not tried')
        faults.clear()
        check(run.cpu() - cpu < 0.2, 'it spins')
    check(max(waited) < 5, 'waits %.1f s' % max(waited))
    session.needs('a call meanwhile')
    return ', '.join(map(ms, waited))


def no_answer(call, error, sentence):
    @point('admin-%s-%s' % (call, rules.name(error)), sentence)
    def test(lab):
        faults = rules.Rules(lab)
        run = start(lab)
        session = lab.call()
        ctl('status')
        before = settled(run)[0]
        for _ in range(3):
            faults.set('engine', call, error, 1)
            said = ctl('status', expect=2)
            check(faults.hits() >= 1, 'it was not tried')
            faults.clear()
        session.needs('a call meanwhile')
        got = ctl('-j', 'status').json
        check(got['engine_restarts'] == 0, 'the engine died')
        check(lab.until(lambda: run.fds() == before, 2) is not None,
              'descriptors: %d, before %d' % (run.fds(), before))
        return said.err.strip()


no_answer('calloc', ENOMEM, 'engine: no memory for a client of the '
          'control socket: it is closed, calls go on')
no_answer('epoll_ctl', ENOSPC, 'engine: a client of the control socket '
          'cannot be watched: it is closed, calls go on')


@point('admin-same-id', 'a call has the Call ID of one that has ended: kick with '
       'the session of that one ends nobody, with its own session this one')
def same_id(lab):
    faults = rules.Rules(lab)
    faults.set('engine', 'getrandom', rules.SAME)
    run = start(lab)

    def session_of(call):
        return ctl('-j', 'show', '%04X' % call.theirs).json['call']['session']
    first = lab.call()
    old = session_of(first)
    first.close()
    check(lab.until(lambda: not run.sessions(), 5) is not None, 'it goes on')
    # Until an engine dies it does not give an ID again for half a minute.
    pid = needs_engine(run)
    os.kill(pid, signal.SIGKILL)
    check(lab.until(lambda: next_engine(run, pid), 10)
          is not None, 'no engine')
    lab.serves(OTHER, None)
    second = lab.call()
    check(second.theirs == first.theirs, 'other Call IDs: %04X, %04X' % (
        first.theirs, second.theirs))
    new = session_of(second)
    check(new != old, 'the same session')
    for what in (old, 'session=' + old):
        for words in ([], ['--all'], ['--now']):
            got = ctl('-j', 'kick', *words, what, expect=1).json
            check(got['error']['code'] == 'no-such-call', str(got))
    second.needs('the call with that Call ID')
    check(lab.log.wait('.* ends call .*', 0.1) is None, 'one was ended')
    ctl('kick', new)
    check(second.pppd.wait_hangup(5) is not None, 'it goes on')
    return '%04X twice' % second.theirs
