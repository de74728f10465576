"""How pptpd starts, watches and ends its relay."""

import os
import signal

from pptptest import server
from pptptest.points import check, ms, point

USUAL = '-i\0lan0\0-o\0ppp[0-9].*\0-n\0'


def binary(lab):
    return os.path.join(os.path.dirname(lab.binary), 'bcrelay')


def relays():
    """The privileged process of each relay: its parent is no bcrelay."""
    mine = [p for p in server.processes() if p.comm == 'bcrelay']
    pids = {p.pid for p in mine}
    return [p for p in mine if p.ppid not in pids]


def arguments(process):
    return process.title.partition('\0')[2]


def one(lab, wanted=USUAL, other=None, timeout=10.0):
    """The relay that runs with these arguments and is not other."""
    found = []

    def look():
        found[:] = [p for p in relays() if p.pid != other]
        return len(found) == 1 and len(relays()) == 1 and \
            arguments(found[0]) == wanted
    check(lab.until(look, timeout) is not None, 'running: %s' % [
        (p.pid, arguments(p)) for p in relays()])
    return found[0]


@point('arguments', "bcrelay IF starts it with Poptop's arguments; IF,IF names "
       "the callers' interfaces; disable means none")
def arguments_of_poptop(lab):
    for value, wanted in (('lan0', USUAL),
                          ('br0,ppp1[0-9].*', '-i\0br0\0-o\0ppp1[0-9].*\0-n\0'),
                          ('eth{1,2}', '-i\0eth{1,2}\0-o\0ppp[0-9].*\0-n\0'),
                          ('=br0', '-i\0=br0\0-o\0ppp[0-9].*\0-n\0')):
        run = lab.server(conf=[('bcrelay', value)])
        relay = one(lab, wanted)
        check(relay.title.split('\0')[0] == binary(lab), relay.title)
        check(relay.ppid == run.pid, 'it is not a child of the server')
        check(run.stop() is not None, 'the server does not end')
        check(lab.until(lambda: not relays(), 5) is not None,
              'it outlives the server')
    run = lab.server(conf=[('bcrelay', 'lan0'), ('debug', '')])
    one(lab, USUAL.replace('-n\0', ''))
    run.stop()
    run = lab.server(args=['-b', 'lan0'])
    one(lab)
    run.stop()
    run = lab.server(conf=[('bcrelay', 'disable')])
    check(lab.until(relays, 0.5) is None, 'there is a relay')


@point('restarts', 'it is started again after 1 s, 2 s ... when it dies, and '
       'the log says so')
def restarts(lab):
    lab.server(conf=[('bcrelay', 'lan0')])
    relay, waits = one(lab), []
    for seconds in 1, 2, 4:
        os.kill(relay.pid, signal.SIGKILL)
        check(lab.log.wait(r'MGR: bcrelay\[%d\] was ended by signal 9, '
                           r'starting it again in %d s'
                           % (relay.pid, seconds), 5), 'no line')
        begin = lab.until(lambda: not relays(), 5)
        check(begin is not None, 'it does not die')
        took = lab.until(relays, seconds + 10)
        check(took is not None and took > seconds - 0.5,
              'after %s, not %d s' % (ms(took), seconds))
        waits.append(took)
        relay = one(lab, other=relay.pid)
    return ', '.join(ms(t) for t in waits)


@point('reload-relay', 'a reload starts, changes and stops it')
def reload_relay(lab):
    run = lab.server()
    check(not relays(), 'there is a relay')
    run.reload(conf=[('bcrelay', 'lan0')])
    first = one(lab)
    run.reload(conf=[('bcrelay', 'lan0'), ('stimeout', '11')])
    check(one(lab).pid == first.pid, 'it was started again for nothing')
    run.reload(conf=[('bcrelay', 'lan1,vpn')])
    second = one(lab, '-i\0lan1\0-o\0vpn\0-n\0', other=first.pid)
    # Ended, and waiting for its next start: a reload is the end of that.
    os.kill(second.pid, signal.SIGKILL)
    lab.until(lambda: not relays(), 5)
    run.reload(conf=[('bcrelay', 'disable')])
    check(lab.until(relays, 2) is None, 'it came back')
    run.reload(conf=[('bcrelay', 'lan0')])
    one(lab)


@point('no-orphan', 'it ends when the server is killed, so that the next one '
       'has not two')
def no_orphan(lab):
    run = lab.server(conf=[('bcrelay', 'lan0')])
    one(lab)
    run.signal(signal.SIGKILL)
    took = lab.until(lambda: not [p for p in server.processes()
                                  if p.comm == 'bcrelay'], 5)
    check(took is not None, 'it lives on')
    return ms(took)


@point('upgrade-relay', 'after SIGUSR2 there is one relay again')
def upgrade_relay(lab):
    run = lab.server(conf=[('bcrelay', 'lan0')])
    first = one(lab)
    mark = lab.log.mark()
    run.signal(signal.SIGUSR2)
    check(lab.log.wait('MGR: Manager process started', 15, mark),
          'no other server')
    one(lab, other=first.pid, timeout=15)
