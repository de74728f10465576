"""The init script.  I-n."""

import os
import shutil
import signal
import time

from pptptest import machine, namespaces, server
from pptptest.machine import EXAMPLES, PIDFILE
from pptptest.points import Skip, check, point

SCRIPT = '/run/conformance/pptpd.init'
LOCK = '/run/lock/subsys/pptpd'


class Script:
    """/etc/init.d/pptpd, run by one shell."""

    def __init__(self, lab, shell):
        if not shutil.which(shell):
            raise Skip('no ' + shell)
        self.lab, self.shell = lab, shell
        machine.need_file(EXAMPLES + 'pptpd.init')
        if not os.path.isdir('/run/lock'):
            os.mkdir('/run/lock')
        os.mkdir('/run/lock/subsys')
        machine.prepare(lab)
        shutil.copy(EXAMPLES + 'pptpd.init', SCRIPT)

    def __call__(self, action, status=0, script=SCRIPT):
        return machine.run([self.shell, script, action], self.lab, status)

    def pid(self):
        return int(server.read(PIDFILE) or 0)

    def edited(self, old, new):
        """The script with something else in it."""
        path = SCRIPT + '.edited'
        text = server.read(SCRIPT)
        check(old in text, 'the script has no ' + old)
        namespaces.write(path, text.replace(old, new))
        return path


def with_shells(ident, sentence, **fields):
    """A point for dash and one for bash."""
    def add(test):
        for letter, shell in (('a', 'dash'), ('b', 'bash')):
            point(ident + letter, '%s: %s' % (shell, sentence), **fields)(
                lambda lab, shell=shell: test(lab, Script(lab, shell)))
        return test
    return add


@with_shells('I-1', 'exit statuses are those of the LSB')
def i_1(lab, script):
    script('status', 3)
    script('stop')
    script('condrestart')
    script('try-restart')
    script('reload', 7)
    script('force-reload', 7)
    script('nonsense', 2)
    check(machine.monitor() is None, 'one of these has started a server')
    script('start')
    pid = script.pid()
    check(pid == machine.monitor(), 'no pid file right after the start')
    script('status')
    script('start')
    check(script.pid() == pid, 'the second start has changed the server')
    check(os.path.exists(LOCK), 'no lock file')
    os.kill(pid, signal.SIGKILL)
    check(lab.until(lambda: not machine.monitor(), 2), 'SIGKILL, no effect')
    script('status', 1)
    os.unlink(PIDFILE)
    script('status', 2)
    os.unlink(LOCK)
    script('status', 3)
    script('start', 5, script.edited('DAEMON=/usr/sbin/pptpd\n',
                                     'DAEMON=/nonexistent\n'))
    machine.configure(lab, raw='listen nowhere.invalid\n')
    script('start', 6)
    for action in ('start', 'stop', 'restart', 'reload'):
        machine.run(['setpriv', '--reuid=65534', '--clear-groups',
                     script.shell, SCRIPT, action], lab, 4)


@with_shells('I-2', 'restart, try-restart and condrestart keep a call',
             alone=True)
def i_2(lab, script):
    script('start')
    session = lab.call()
    pppd = len(lab.theatre.puppets)
    talk = machine.Talk(session)
    for action in ('restart', 'try-restart', 'condrestart'):
        before = script.pid()
        script(action)
        check(script.pid() != before, action + ': the server is the old one')
        time.sleep(0.3)  # pace
    gap = talk.end()
    session.needs('the call')
    check(len(lab.theatre.puppets) == pppd, 'another pppd was started')
    check(talk.gap < 5, 'nothing comes through for ' + gap)
    return 'longest gap ' + gap


@with_shells('I-3', 'stop ends calls in order and leaves nothing')
def i_3(lab, script):
    script('start')
    session = lab.call()
    kinds, took = machine.told(session, lambda: script('stop'))
    machine.ended_in_order(kinds)
    check(took < 15, 'after %.1f s' % took)
    check(lab.until(lambda: not machine.left(), 1), 'left: %s'
          % machine.left())
    check(not os.path.exists(LOCK) and not os.path.exists(PIDFILE),
          'pid file or lock file is left')
    return '%.1f s' % took


@with_shells('I-4', 'stop ends calls in order that wait for a server')
def i_4(lab, script):
    script('start')
    session = lab.call()
    os.kill(script.pid(), signal.SIGKILL)
    check(lab.until(lambda: machine.left() == ['fakepppd', 'pptpctrl'], 3),
          'after SIGKILL: %s' % machine.left())
    kinds, took = machine.told(session, lambda: script('stop'))
    machine.ended_in_order(kinds)
    check(lab.until(lambda: not machine.left(), 1), 'left: %s'
          % machine.left())
    return '%.1f s' % took


@with_shells('I-5', 'restart-kill ends calls, and a server that does not '
             'hear, and starts', waits=True, limit=60)
def i_5(lab, script):
    script('start')
    session = lab.call()
    before = script.pid()
    kinds, took = machine.told(session, lambda: script('restart-kill'))
    machine.ended_in_order(kinds)
    check(script.pid() not in (0, before), 'no new server')
    other = lab.call(address='198.51.100.2')
    before = script.pid()
    os.kill(before, signal.SIGSTOP)
    kinds, second = machine.told(other, lambda: script('restart-kill'),
                                 timeout=40)
    machine.ended_in_order(kinds)
    check(script.pid() not in (0, before), 'no new server')
    lab.call(address='198.51.100.3').needs('a new call')
    return '%.1f s; %.1f s with a server that was stopped' % (took, second)


@with_shells('I-6', 'reload reads the file again, if that is good')
def i_6(lab, script):
    script('start')
    session = lab.call()
    pid = script.pid()
    for action in ('reload', 'force-reload'):
        mark = lab.log.mark()
        script(action)
        check(lab.log.wait('.*configuration read again.*', 3, mark),
              action + ': not read')
    machine.configure(lab, raw='listen nowhere.invalid\n')
    mark = lab.log.mark()
    script('reload', 6)
    check(not lab.log.wait('.*configuration.*', 0.3, mark),
          'the server was told to read a bad file')
    check(script.pid() == pid, 'another server')
    session.needs('the call')


@point('I-7', 'an engine that does not answer is replaced; its calls go on',
       waits=True, limit=60)
def i_7(lab):
    lab.server()
    session = lab.call()
    [engine] = lab.running.engines()
    os.kill(engine.pid, signal.SIGSTOP)
    begin = time.monotonic()
    line = lab.log.wait('.*does not answer.*', 20)
    check(line, 'nobody has noticed for 20 s')
    check(lab.until(lambda: lab.running.engines() and
                    lab.running.engines()[0].pid != engine.pid, 10),
          'there is no other one')
    took = time.monotonic() - begin
    check(lab.until(lambda: session.works(0.5) is None, 5),
          'the call does not go on')
    check(took > 6, 'after %.1f s, much too soon' % took)
    return 'after %.1f s' % took


@point('I-8', 'an engine that is busy for 5 s is left alone', waits=True,
       limit=60)
def i_8(lab):
    lab.server()
    session = lab.call()
    [engine] = lab.running.engines()
    os.kill(engine.pid, signal.SIGSTOP)
    time.sleep(5)  # time: half as long as an engine may be silent
    os.kill(engine.pid, signal.SIGCONT)
    check(not lab.log.wait('.*does not answer.*', 3), 'it was ended')
    session.needs('the call')
    check(lab.running.engines()[0].pid == engine.pid, 'another engine')
