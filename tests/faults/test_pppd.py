"""A pppd that does not say whether it loads our plugins."""

import os
import shutil
import signal
import time

from pptptest import namespaces, rules, server
from pptptest.calls import goes_on, needs_engine
from pptptest.lab import OTHER, client
from pptptest.points import check, ms, point

PPPD = '/run/conformance/slow-pppd'
STANDIN = '/run/conformance/standin'
HANG = '/run/conformance/hang'
ASKED = '/run/conformance/asked'


def install(lab):
    """Configuration for it."""
    shutil.copy(rules.PPPD, PPPD)
    os.chmod(PPPD, 0o755)
    os.symlink(lab.pppd, STANDIN)
    return [('ppp', PPPD), ('logwtmp', '')]


def hang():
    """It hangs from now on, and is another file than before."""
    namespaces.write(HANG, '')
    shutil.copy(PPPD, PPPD + '.new')
    os.rename(PPPD + '.new', PPPD)


def asked():
    return len(server.read(ASKED))


def timed_call(lab, address):
    """A call that works, and how long its request took."""
    tcp = lab.control(address)
    begin = time.monotonic()
    got = tcp.call(timeout=10)
    took = time.monotonic() - begin
    check(got is not None and got.result == 1, str(got))
    tcp.close()
    return took


SCRIPT = """#!/bin/sh
case "$*" in
*plugin*--version) exit 2;;
*--version) printf . >>%s; echo pppd version 2.4.9; exit;;
esac
exec %s "$@"
"""


@point('pppd-script', 'a script that runs pppd: what it is is known, a reload '
       'asks it once, for the options')
def script(lab):
    namespaces.write(PPPD, SCRIPT % (ASKED, lab.pppd))
    os.chmod(PPPD, 0o755)
    run = lab.server(conf=[('ppp', PPPD)])
    lab.call(address=OTHER)
    before = asked()
    check(before > 0, 'it was never asked')
    for seconds in ('11', '12', '13'):
        run.reload([('ppp', PPPD), ('stimeout', seconds)])
    check(asked() == before + 3, '3 reloads ask it %d times' %
          (asked() - before))


@point('pppd-hangs', 'a pppd that hangs when it is asked for its version: '
       'calls come up all the same, an engine that dies is started again at '
       'once, and it is asked less and less', waits=True, limit=90)
def hangs(lab):
    run = lab.server(conf=install(lab))
    needs_engine(run)
    session = lab.call(address=OTHER)
    hang()
    begin, before = time.monotonic(), asked()
    took = [timed_call(lab, client(10 + number)) for number in range(3)]
    check(took[0] < 4.5, 'the first call after that waits ' + ms(took[0]))
    check(max(took[1:]) < 1, 'the next calls wait ' + ms(max(took[1:])))
    old = run.engines()[0].pid
    os.kill(old, signal.SIGKILL)
    check(lab.until(lambda: [p for p in run.engines() if p.pid != old], 2)
          is not None, 'no other engine within 2 s')
    goes_on(session)
    while time.monotonic() < begin + 20:
        timed_call(lab, client(20))
        time.sleep(0.5)  # pace
    questions = asked() - before
    check(0 < questions <= 6, 'asked %d times within 20 s' % questions)
    line = lab.log.find('MGR: .* cannot run, so no call can come up: no '
                        'answer within .*')
    check(line, 'the log says nothing')
    os.unlink(HANG)
    os.utime(PPPD)
    timed_call(lab, client(30))
    check(lab.log.wait('MGR: .* fits pppd 2.4.9 again', 3),
          'it is not asked again when it has changed')
    return 'calls wait %s, asked %d times' % (
        ', '.join(map(ms, took)), questions)


@point('pppd-hangs-start', 'a pppd that hangs when the server starts: clients '
       'are served at once, and the server stops at once', waits=True)
def hangs_start(lab):
    conf = install(lab)
    hang()
    begin = time.monotonic()
    run = lab.server(conf=conf)
    took = timed_call(lab, OTHER)
    all_of_it = time.monotonic() - begin
    check(all_of_it < 8, 'takes %.1f s' % all_of_it)
    begin = time.monotonic()
    check(run.stop() == 0, 'it does not stop')
    check(time.monotonic() < begin + 5, 'takes long to stop')
    return 'a call after %s, which waits %s' % (ms(all_of_it), ms(took))
