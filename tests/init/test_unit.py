"""The systemd unit.  U-n."""

import os
import re
import signal
import time

from pptptest import machine, namespaces, server, systemd
from pptptest.lab import client
from pptptest.machine import EXAMPLES, UNIT
from pptptest.points import Skip, check, point

RESTART_SIGNAL = 244            # the systemd that knows RestartKillSignal=


def version():
    text = machine.run([systemd.SYSTEMD, '--version'])
    return int(re.search(r'systemd (\d+)', text).group(1))


def service(lab, dropin='', unit=None, conf=()):
    """Our unit, started, with systemd around it."""
    machine.need_file(systemd.SYSTEMD)
    machine.need_file(UNIT)
    machine.prepare(lab, conf)
    manager = systemd.Systemd(lab, unit or server.read(UNIT), dropin)
    manager.ctl('start', 'pptpd')
    return manager


def may_spare():
    """Whether root may lower a score here: not everybody who is called so
    has CAP_SYS_RESOURCE."""
    try:
        namespaces.write('/proc/self/oom_score_adj', '-1')
    except OSError:
        return False
    return True


def all_gone(lab, seconds=2):
    check(lab.until(lambda: not machine.left(), seconds), 'left: %s'
          % machine.left())


@point('U-1', 'started is what serves; status, scores and environment are '
       "pptpd's, the last two not its children's")
def u_1(lab):
    manager = service(lab)
    session = lab.call()
    pid = machine.monitor()
    check(manager.show('Type') == 'notify' and
          manager.state() == 'active/running', manager.state())
    check(lab.until(lambda: manager.show('StatusText') == 'Serving, 1 calls',
                    5), 'status: ' + manager.show('StatusText'))
    scores = {p.comm: int(server.read('/proc/%d/oom_score_adj' % p.pid))
              for p in server.processes()
              if p.comm.startswith('pptp') or p.comm == 'fakepppd'}
    spared = scores.pop('pptpd')
    check(spared == -500 or not may_spare(), 'score of pptpd: %d' % spared)
    check(len(scores) == 4 and not any(scores.values()),
          'scores: %s' % scores)
    check('NOTIFY_SOCKET' in server.read('/proc/%d/environ' % pid),
          'systemd has not told where to report')
    for process in server.processes():
        if process.comm in scores:
            text = server.read('/proc/%d/environ' % process.pid)
            check('NOTIFY' not in text and 'WATCHDOG' not in text,
                  '%s has %r' % (process.comm, text))
    check(not any('NOTIFY' in word for word in
                  session.pppd.hello['environ']), 'pppd has NOTIFY_SOCKET')
    check('Unknown' not in manager.messages() and
          'Failed to parse' not in manager.messages(), manager.messages())


@point('U-2', 'restart keeps a call', alone=True)
def u_2(lab):
    if os.path.exists(systemd.SYSTEMD) and version() < RESTART_SIGNAL:
        raise Skip('systemd %d has no RestartKillSignal=' % version())
    manager = service(lab)
    session = lab.call()
    talk = machine.Talk(session)
    for action in ('restart', 'try-restart'):
        before = machine.monitor()
        manager.ctl(action, 'pptpd')
        check(machine.monitor() not in (None, before), 'no new server')
        time.sleep(0.3)  # pace
    gap = talk.end()
    session.needs('the call')
    check(len(lab.theatre.puppets) == 1, 'another pppd was started')
    check(talk.gap < 5, 'nothing comes through for ' + gap)
    return 'longest gap ' + gap


@point('U-3', 'stop ends calls in order within 15 s, also right after a '
       'restart, and leaves nothing')
def u_3(lab):
    manager = service(lab)
    session = lab.call()
    kinds, took = machine.told(session, lambda: manager.ctl('stop', 'pptpd'))
    machine.ended_in_order(kinds)
    check(took < 15, 'after %.1f s' % took)
    all_gone(lab)
    manager.wait_state('inactive/dead')
    manager.ctl('start', 'pptpd')
    other = lab.call(address='198.51.100.2')
    manager.ctl('restart', 'pptpd')
    kinds, _ = machine.told(other, lambda: manager.ctl('stop', 'pptpd'))
    machine.ended_in_order(kinds)
    all_gone(lab)
    return '%.1f s' % took


@point('U-4', 'a server that is killed comes back, and its call goes on',
       alone=True)
def u_4(lab):
    manager = service(lab)
    session = lab.call()
    talk = machine.Talk(session)
    before = machine.monitor()
    os.kill(before, signal.SIGKILL)
    check(lab.until(lambda: machine.monitor() not in (None, before), 10),
          'no new server')
    manager.wait_state('active/running')
    time.sleep(0.3)  # pace
    gap = talk.end()
    session.needs('the call')
    check(talk.gap < 5, 'nothing comes through for ' + gap)
    return 'longest gap ' + gap


@point('U-5', 'reload reads the file again, and fails with a bad one')
def u_5(lab):
    manager = service(lab)
    session = lab.call()
    pid = machine.monitor()
    mark = lab.log.mark()
    manager.ctl('reload', 'pptpd')
    check(lab.log.wait('.*configuration read again.*', 3, mark), 'not read')
    manager.wait_state('active/running')
    machine.configure(lab, raw='listen nowhere.invalid\n')
    manager.ctl('reload', 'pptpd', status=1)
    manager.wait_state('active/running')
    check(machine.monitor() == pid, 'another server')
    session.needs('the call')


@point('U-6', 'the watchdog: a server that hangs is replaced, its call goes '
       'on; one that does not hang is left alone', waits=True, limit=90)
def u_6(lab):
    manager = service(lab, '[Service]\nWatchdogSec=10\n')
    session = lab.call()
    before = machine.monitor()
    time.sleep(15)  # time: longer than WatchdogSec
    check(machine.monitor() == before, 'a healthy server was replaced: '
          + manager.messages())
    os.kill(before, signal.SIGSTOP)
    begin = time.monotonic()
    check(lab.until(lambda: [p for p in machine.named('pptpd')
                             if p.pid != before], 30), 'nothing happens')
    took = time.monotonic() - begin
    manager.wait_state('active/running')
    check(lab.until(lambda: session.works(0.5) is None, 5),
          'the call does not go on')
    return 'after %.1f s' % took


@point('U-7', 'who has ended by itself stays ended: drain')
def u_7(lab):
    manager = service(lab)
    session = lab.call()
    machine.run(['pptpdctl', 'drain'])
    session.needs('the call that was there')
    check(manager.state() == 'active/running', manager.state())
    session.close()
    manager.wait_state('inactive/dead', 15)
    time.sleep(1.5)  # quiet: a start
    check(machine.monitor() is None, 'systemd has started it again')


@point('U-8', 'upgrade in place keeps a call, and systemd the server',
       alone=True)
def u_8(lab):
    manager = service(lab)
    session = lab.call()
    pid = machine.monitor()
    talk = machine.Talk(session)
    machine.run(['pptpdctl', 'upgrade'])
    check(lab.log.wait('.*Manager process started.*', 10), 'nothing happens')
    time.sleep(0.5)  # pace
    gap = talk.end()
    manager.wait_state('active/running')
    check(machine.monitor() == pid and
          manager.show('NRestarts') == '0', 'it was restarted')
    session.needs('the call')
    return 'longest gap ' + gap


@point('U-9', 'hardened as in the examples, calls work and outlive a restart')
def u_9(lab):
    machine.need_file(EXAMPLES + 'hardening.conf')
    manager = service(lab, server.read(EXAMPLES + 'hardening.conf'))
    session = lab.call()
    session.needs('the call')
    if version() >= RESTART_SIGNAL:
        manager.ctl('restart', 'pptpd')
        session.needs('the call after a restart')
    kinds, _ = machine.told(session, lambda: manager.ctl('stop', 'pptpd'))
    machine.ended_in_order(kinds)
    all_gone(lab)


# What Debian's Poptop brings, as far as systemd acts on it.
POPTOP = '''[Unit]
Description=PoPToP Point to Point Tunneling Server
After=network.target

[Service]
EnvironmentFile=-/etc/default/pptpd
ExecStart=/usr/sbin/pptpd --fg $DAEMON_OPTS
'''


@point('U-10', "with a unit as Poptop's, stop ends all there is")
def u_10(lab):
    manager = service(lab, unit=POPTOP)
    check(lab.until(lambda: machine.named('pptpd-engine'), 5), 'no engine')
    session = lab.call()
    kinds, took = machine.told(session, lambda: manager.ctl('stop', 'pptpd'))
    check(kinds, 'the client is told nothing')
    all_gone(lab)
    return '%.1f s' % took


@point('U-11', 'a bad configuration stays down, and says so at start')
def u_11(lab):
    manager = service(lab)
    manager.ctl('stop', 'pptpd')
    machine.configure(lab, raw='listen nowhere.invalid\n')
    manager.ctl('start', 'pptpd', status=1)
    manager.wait_state('failed/failed')
    time.sleep(1.5)  # quiet: a start
    check(manager.state() == 'failed/failed', manager.state())


@point('U-12', 'stop ends calls that have not found their new server yet')
def u_12(lab):
    manager = service(lab)
    sessions = [lab.call(address=client(10 + n)) for n in range(12)]
    before = machine.monitor()
    os.kill(before, signal.SIGKILL)
    check(lab.until(lambda: machine.named('pptpd') and
                    machine.monitor() != before and
                    machine.named('pptpd-engine'), 10), 'no new server')
    begin = time.monotonic()
    kinds = machine.told(sessions[0], lambda: manager.ctl('stop', 'pptpd'),
                         others=sessions[1:])[0]
    took = time.monotonic() - begin
    machine.ended_in_order(kinds)
    check(took < 15, 'after %.1f s' % took)
    all_gone(lab, 15 - took)
    return '%.1f s' % took
