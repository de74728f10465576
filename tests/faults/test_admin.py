"""The same for the control socket and pptpdctl."""

import time
from errno import EMFILE, ENFILE, ENOMEM, ENOSPC

from pptptest import rules
from pptptest.calls import settled
from pptptest.control import ctl, start
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
