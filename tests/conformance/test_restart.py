"""Restarts of the daemon and of the engine, one behind the other."""

import glob
import os
import signal
import time

from pptptest import server
from pptptest.calls import goes_on, needs_engine
from pptptest.lab import OTHER, client
from pptptest.points import check, ms, point

RESTARTS = int(os.environ.get('PPTPD_TEST_RESTARTS', '0'))
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
