"""TCP wrappers: whose answer it is, and what the children that ask may hold."""

import os
import signal
import time

from pptptest import namespaces, server
from pptptest.calls import needs_engine
from pptptest.lab import CLIENT, OTHER, client
from pptptest.points import Skip, check, ms, point


def hosts(allow, deny=''):
    """Rules of their own; hosts_access(5)."""
    for name, text in (('allow', allow), ('deny', deny)):
        path = '/etc/hosts.' + name
        if not os.path.exists(path):
            raise Skip('no ' + path)
        namespaces.write('/run/conformance/hosts.' + name, text)
        namespaces.bind('/run/conformance/hosts.' + name, path)


def askers(run):
    """Children of the daemon that have its name: they ask."""
    return [p for p in server.processes()
            if p.ppid == run.pid and p.comm == 'pptpd']


def inherited(process):
    """Descriptors above 2 that such a child cannot have opened itself."""
    found = []
    for fd in range(3, 200):
        try:
            held = os.readlink('/proc/%d/fd/%d' % (process.pid, fd))
        except OSError:
            continue
        if held.startswith(('anon_inode', 'pipe', '/memfd', '/dev/null',
                            '/run/pptpd')):
            found.append(held)
    return found


def needs_wrappers(lab, run):
    """Skip unless the daemon asks at all."""
    if lab.until(lambda: askers(run), 2) is None:
        raise Skip('it does not ask TCP wrappers')


@point('AC-1', 'an answer of TCP wrappers is for the client that was asked '
       'about, also when the engine has died meanwhile', waits=True)
def ac_1(lab):
    hosts('pptpd: %s: spawn (sleep 1.6): ALLOW\n'
          'pptpd: %s: spawn (sleep 1.9): DENY\n' % (CLIENT, OTHER))
    run = lab.server()
    lab.connect(CLIENT)                 # allowed, but not yet
    needs_wrappers(lab, run)
    engine = needs_engine(run)
    os.kill(engine, signal.SIGKILL)
    check(lab.until(lambda: [p for p in run.engines() if p.pid != engine],
                    5) is not None, 'no engine comes back')
    denied = lab.connect(OTHER)
    check(denied.start(timeout=6) is None, 'a client that is to be refused '
          'is served')
    check(denied.closed, 'a client that is to be refused is left hanging')
    lab.serves(client(9), within=None)
    return 'refused'


@point('AC-2', 'children that ask TCP wrappers hold no descriptor of the '
       'server\'s and end with it: a new one gets its port', waits=True)
def ac_2(lab):
    hosts('pptpd: ALL: spawn (sleep 1.9): ALLOW\n')
    run = lab.server()
    for number in range(3):
        lab.connect(client(10 + number))
    needs_wrappers(lab, run)
    # It may just be closing them; what it opens itself is a file or a socket.
    check(lab.until(lambda: not any(map(inherited, askers(run))), 1.5)
          is not None, 'they hold %s' % [inherited(p) for p in askers(run)])
    begin = time.monotonic()
    run.signal(signal.SIGTERM)
    check(run.wait_exit(5) is not None, 'does not end')
    check(not askers(run), 'a child outlives it')
    run.start(wait=False)
    check(run.listening(5), 'the next one does not listen: '
          + '; '.join(line.text for line in lab.log.since())[-200:])
    return 'listens again after ' + ms(time.monotonic() - begin)


@point('AC-3', 'a thousand clients at once are no thousand children', limit=60,
       waits=True)
def ac_3(lab):
    hosts('pptpd: %s: ALLOW\npptpd: ALL: spawn (sleep 1.8): ALLOW\n' % OTHER)
    run = lab.server()
    most, begin = 0, time.monotonic()
    for number in range(600):
        lab.connect(client(10 + number % 200))
        if number % 20 == 0:
            most = max(most, len(askers(run)))
    if not most:
        raise Skip('it does not ask TCP wrappers')
    took = time.monotonic() - begin
    check(most <= 256, '%d children' % most)
    check(lab.until(lambda: not askers(run), 10) is not None,
          'children are left')
    lab.serves(OTHER, within=3)
    return '%d children at most, %.1f s' % (most, took)
