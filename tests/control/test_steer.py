"""What an administrator steers with: kick --now and --message, users, networks,
log-level."""

import os
import pty
import re
import signal
import subprocess
import time

from pptptest import control, puppet
from pptptest.calls import next_engine
from pptptest.control import ctl, start
from pptptest.lab import CLIENT, OTHER, client
from pptptest.points import check, ms, patience, point
from pptptest.server import PIDFILE

NETWORK = '198.51.100.0/24'


def hexa(call):
    return '%04X' % call.theirs


@point('kick-now', 'kick --now: a pppd that does not end is killed after one '
       'second instead of ten, also by another engine; the others go on',
       waits=True)
def kick_now(lab):
    took = []
    for engines in '1', '2':
        run = start(lab, conf=[('engines', engines)])
        calls = [lab.call(address=client(2 + n)) for n in range(4)]
        for call in calls:
            call.pppd.ignore_everything()
        mine = calls[0]
        for call in calls:
            if engines == '1' or call.theirs % 2:
                mine = call
        calls.remove(mine)
        slow = calls.pop()
        begin = time.monotonic()
        ctl('kick', hexa(slow))
        ctl('kick', '--now', hexa(mine))
        gone = mine.pppd.wait_gone(5)
        check(gone is not None, 'its pppd lives on')
        took.append(gone - begin)
        check(0.9 < took[-1] < 3 * patience(), 'killed after %s' %
              ms(took[-1]))
        if time.monotonic() < begin + 9:
            check(not slow.pppd.gone, 'the one without --now is killed, too')
        for call in calls:
            call.needs('another call')
        run.signal(signal.SIGTERM)
        for call in calls:
            call.pppd.kill()
        slow.pppd.kill()
        run.wait_exit(20)
    check('usage:' in ctl('show', '--now', 'a', expect=2).err, 'show --now')
    return ', '.join(map(ms, took))


@point('kick-message', 'kick --message: the text is in the log, with control '
       'characters replaced; one that is too long is refused')
def kick_message(lab):
    start(lab)
    call = lab.call()
    text = 'we move \x1b[31mat noon\n"now"'
    ctl('kick', '--message', text, hexa(call))
    line = lab.log.wait('.*ends call %s, session .*' % hexa(call), 5)
    check(line and line.text.endswith(
        r': "we move \x1b[31mat noon\x0a\x22now\x22"'), str(line and line.text))
    call = lab.call()
    for words in (['--message', 'x' * 161], ):
        check('usage:' in ctl('kick', *words, hexa(call), expect=2).err,
              'too long')
    ctl('kick', '--message', b'caf\xe9', hexa(call))
    check(lab.log.wait(r'.*ends call %s, .*: "caf.*xe9"' % hexa(call), 5),
          'Latin-1')
    check('usage:' in ctl('list', '--message', 'a', expect=2).err, 'list')
    return line.text


@point('users', 'users: who is logged in how often, from where, since when')
def users(lab):
    control.start(lab, conf=lab.reporting_pppd())
    calls = [lab.call(address=a) for a in (CLIENT, OTHER, CLIENT, OTHER)]
    for call, name in zip(calls, ('bob', 'anna', 'bob', None)):
        if name:
            call.pppd.login(name, 'ppp%d' % call.theirs)

    def seen():
        return ctl('-j', 'users').json['users']
    check(lab.until(lambda: [(u['user'], u['calls']) for u in seen()] ==
                    [('anna', 1), ('bob', 2)], 5) is not None, str(seen()))
    anna, bob = seen()
    check(anna['clients'] == [OTHER] and bob['clients'] == [CLIENT] and
          len(bob['sessions']) == 2, str(seen()))
    listed = [c for c in ctl('-j', 'list').json['calls']
              if c['user'] == 'bob']
    check(abs(bob['since'] - min(c['since'] for c in listed)) <= 1,
          'since %s' % bob)
    check(bob['octets_out'] == sum(c['octets_out'] for c in listed) > 0,
          'octets: %s' % bob)
    lines = ctl('users').lines()
    check(lines[0].split() == ['USER', 'CALLS', 'SINCE', 'IN', 'OUT',
                               'CLIENTS'] and len(lines) == 3 and
          lines[2].split()[0:2] == ['bob', '2'], str(lines))
    check([u['user'] for u in
           ctl('-j', 'users', '--client', OTHER).json['users']] == ['anna'],
          'filtered')
    check('usage:' in ctl('users', '--sort', 'user', expect=2).err, 'sort')
    calls[0].close()
    check(lab.until(lambda: seen()[1]['calls'] == 1, 5) is not None, 'closed')
    return 'anna 1, bob 2'


@point('networks', 'networks: a source network whose GRE never arrives is '
       'remembered, over the death of engine and server, until a call of it '
       'gets through', waits=True, limit=120)
def networks(lab):
    lab.theatre.greeting = (puppet.LCP,)
    run = start(lab)

    def known():
        done = ctl('-j', 'networks', expect=None)
        return done.json['networks'] if done.status == 0 else None

    def vain(number):
        call = lab.call(address=client(number))
        check(lab.log.wait(r'CTRL: Client %s, .*\(no-gre\)$' % call.address,
                           15), 'not diagnosed')
        call.close()

    def has(calls):
        check(lab.until(lambda: known() and known()[0]['calls'] == calls, 10)
              is not None, 'not %d: %s' % (calls, known()))
    check(known() == [], str(known()))
    vain(5)
    has(1)
    pid = run.engines()[0].pid
    os.kill(pid, signal.SIGKILL)
    check(lab.until(lambda: next_engine(run, pid), 10)
          is not None, 'no engine')
    lab.serves(client(99), None)
    vain(6)
    has(2)
    run.stop()
    start(lab)
    has(2)
    entry = known()[0]
    check(entry['network'] == NETWORK and entry['diagnosis'] == 'no-gre' and
          0 < entry['first'] <= entry['last'] <= time.time() + 1, str(entry))
    lines = ctl('networks').lines()
    check(lines[0].split() == ['NETWORK', 'CALLS', 'FIRST', 'LAST',
                               'DIAGNOSIS'] and
          lines[1].split()[:2] == [NETWORK, '2'], str(lines))
    lab.theatre.greeting = puppet.GREETING
    good = lab.call(address=client(7))
    good.needs('a call that gets through')
    good.close()
    check(lab.until(lambda: known() == [], 5) is not None, str(known()))
    return str(entry)


@point('log-level', 'log-level: debug lines of engine and monitor come and go '
       'while the server runs; the log says who wanted that; a new engine and '
       'new calls log so, too; reload takes what the file says')
def log_level(lab):
    run = start(lab)

    def debug(what):
        """Whether lines of engine, monitor and keeper come in a call."""
        mark = lab.log.mark()
        call = lab.call()
        call.close()
        check(lab.until(lambda: not run.sessions(), 5) is not None, what)
        return [bool(lab.log.wait(pattern, 0.5, mark)) for pattern in (
            'CTRL: Call .* -> up, .*', 'CTRL: Client .* keeper .* -> .*')]
    check(ctl('log-level').out == 'info\n', 'not info')
    check(debug('info') == [False, False], 'debug lines')
    mark = lab.log.mark()
    said = ctl('-j', 'log-level', 'debug').json
    check(said['level'] == 'debug', str(said))
    check(lab.log.wait(r'MGR: pptpdctl\[\d+\] of user 0: log-level debug', 5,
                       mark) and lab.log.wait('MGR: log level is debug', 5,
                                              mark), 'who it was')
    check(ctl('-j', 'log-level').json == {'level': 'debug'}, 'not debug')
    check(debug('debug') == [True, True], 'no debug lines')
    pid = run.engines()[0].pid
    os.kill(pid, signal.SIGKILL)
    check(lab.until(lambda: next_engine(run, pid) and
                    ctl('log-level', expect=None).out == 'debug\n', 10)
          is not None, 'the next engine: %s' % ctl('log-level'))
    check(ctl('log-level', 'info').out.startswith('info, until'), 'info')
    check(debug('info again') == [False, False], 'debug lines go on')
    ctl('log-level', 'debug')
    ctl('reload')
    check(lab.until(lambda: ctl('log-level').out == 'info\n', 5) is not None,
          'not what the file says')
    check('usage:' in ctl('log-level', 'loud', expect=2).err, 'loud')
    client_ = control.Client()
    check(client_.error(b'{"command":"log-level","level":"loud"}\n') ==
          'bad-request', 'loud, on the socket')
    return said['text']


def on_terminal(*words, **environ):
    """What pptpdctl prints on a terminal."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [control.CTL, '--pidfile', PIDFILE, *words], stdin=subprocess.DEVNULL,
        stdout=theirs, stderr=theirs,
        env=dict({'PATH': os.environ['PATH'], 'TERM': 'xterm'}, **environ))
    os.close(theirs)
    said = b''
    try:
        while True:
            said += os.read(ours, 65536)
    except OSError:                     # it has closed its end
        pass
    os.close(ours)
    child.wait(40)
    return said.decode().replace('\r\n', '\n')


@point('colour', 'colours on a terminal only, and not with NO_COLOR or a dumb '
       'terminal; without them the text is the same')
def colour(lab):
    start(lab)
    lab.call()
    tables = ('list',), ('show', CLIENT), ('history',), ('users',)
    for words in tables:
        # Times and octets go on, digits are no matter.
        plain = re.sub('[0-9]+', '0', ctl(*words).out)
        said = on_terminal(*words)
        check('\x1b[' in said, '%s: no colour: %r' % (words, said))
        check(re.sub('[0-9]+', '0', re.sub('\x1b\\[[0-9]+m', '', said)) ==
              plain, '%s: another text: %r, %r' % (words, said, plain))
        check('\x1b' not in plain, '%s: colours in a file' % (words,))
        for environ in ({'NO_COLOR': '1'}, {'TERM': 'dumb'}, {'TERM': ''}):
            said = on_terminal(*words, **environ)
            check('\x1b' not in said, '%s: colours in spite of %s' % (
                words, environ))
    check('\x1b[' in on_terminal('list', NO_COLOR=''), 'NO_COLOR is empty')
    check('\x1b[32mup\x1b[0m' in on_terminal('list'), 'a state')
    check('\x1b' not in on_terminal('--json', 'list'), 'colours in JSON')
    check(re.search('\x1b\\[3[123]m(ok|warning|error)\x1b',
                    on_terminal('doctor')), 'doctor')
    return 'as it should be'
