"""How often one user may be logged in: max-logins-per-user."""

import fcntl
import os
import signal
import struct

from pptptest import control
from pptptest.calls import goes_on, next_engine
from pptptest.control import ctl
from pptptest.lab import client
from pptptest.points import check, point

DENIED, REPLACED = 'max-logins-per-user', 'replaced'


def start(lab, conf=()):
    return control.start(lab, conf=lab.reporting_pppd() + list(conf))


def entry(lab, session, user, replace=False, most=None):
    """A call at which this user has just logged in; .user is the user."""
    mark = lab.log.mark()
    call = lab.call(address=client(session))
    check(call.pppd.reports(), 'no pptpd-session.so')
    call.mark, call.user = mark, user
    if most is not None:
        call.pppd.limited(most, replace)
    call.pppd.authenticated(user)
    return call


def over(lab, call, word):
    """The call has ended for that reason: in pppd, log and history."""
    check(lab.log.wait('.*Call of client %s ended: user "%s", .*, reason %s$'
                       % (call.address, call.user, word), 10, call.mark),
          'no line says that the call of %s ended for %s' % (call.user, word))
    check(call.pppd.wait_hangup(5) is not None, 'pppd lives on')

    def known():
        return [e for e in ctl('--json', 'history', '50').json['history']
                if e['client'] == call.address and e['reason'] == word]
    check(lab.until(known, 5) is not None, 'not in the history: ' + word)
    check(known()[-1]['user'] == call.user, str(known()[-1]))


def goes(call):
    check(call.pppd.verdict(10) is True, 'pppd is not told to go on: %s' %
          call.pppd.keeper)
    call.needs('an admitted call')


def refused(word):
    return ctl('--json', 'status').json['refused'][word]


@point('policy-deny', 'max-logins-per-user 1: a second call of the same user '
       'is refused before it gets an address, other users are not; the log, '
       'history and counter have the word; who has left may come again')
def deny(lab):
    start(lab, conf=[(DENIED, '1')])
    first = entry(lab, 2, 'anna')
    goes(first)
    other = entry(lab, 3, 'bob')
    goes(other)
    for number, name in ((4, 'anna'), (5, 'ANNA')):
        second = entry(lab, number, name)
        over(lab, second, DENIED)
        check(second.pppd.verdict(5) is False, 'the second one goes on')
        check(not any(f[:4] == b'\xff\x03\x80\x21'
                      for _, f in second.pppd.frames), 'IPCP came')
    check(refused(DENIED) == 2, 'counter: %d' % refused(DENIED))
    check(ctl('--json', 'status').json['limits'][DENIED] == 1, 'limits')
    first.needs('the first call')
    other.needs("another user's call")
    first.close()
    check(lab.until(lambda: len(ctl('--json', 'list').json['calls']) == 1, 5)
          is not None, 'the first call is still there')
    goes(entry(lab, 6, 'anna'))
    return '2 refused'


@point('policy-replace', 'max-logins-per-user 2 replace-oldest: with a third '
       'login the first call of this user ends, whichever called first')
def replace(lab):
    start(lab, conf=[(DENIED, '2 replace-oldest')])
    early = lab.call(address=client(9))     # it logs in last
    if not early.pppd.reports():
        return 'no pptpd-session.so'
    early.mark, early.user = lab.log.mark(), 'anna'
    calls = [entry(lab, number, 'anna') for number in (2, 3)]
    for call in calls:
        goes(call)
    early.pppd.authenticated('anna')
    over(lab, calls[0], REPLACED)
    goes(early)
    goes(entry(lab, 4, 'anna'))
    over(lab, calls[1], REPLACED)
    early.needs('the call that logged in third')
    early.pppd.ignore_everything()
    calls.append(entry(lab, 5, 'anna'))     # early is the oldest now
    check(lab.log.wait('.*Call .*, of user "anna" ends: .*', 5,
                       calls[-1].mark), 'not replaced')
    check(calls[-1].pppd.verdict(0.5) is None,
          'it goes on while the pppd before it lives')
    early.pppd.kill()
    goes(calls[-1])
    check(refused(REPLACED) == 3, 'counter: %d' % refused(REPLACED))
    return 'three replaced'


@point('policy-own', "a limit in a user's own file wins over that of "
       'pptpd.conf, and counts without one')
def own(lab):
    run = start(lab)
    first = entry(lab, 2, 'anna')
    check(first.pppd.verdict(0.3) is None, 'told, though nothing is counted')
    check((10, 0) in first.pppd.keeper, 'no greeting: %s' % first.pppd.keeper)
    second = entry(lab, 3, 'anna', most=1)
    over(lab, second, DENIED)
    third = entry(lab, 4, 'anna', most=1, replace=True)
    goes(third)
    over(lab, first, REPLACED)
    run.stop()

    start(lab, conf=[(DENIED, '1')])
    calls = [entry(lab, number, 'dora', most=2) for number in (5, 6)]
    for call in calls:
        goes(call)
    over(lab, entry(lab, 7, 'dora', most=2), DENIED)
    calls = [entry(lab, number, 'carol', most=0) for number in (8, 9, 10)]
    for call in calls:
        goes(call)
    return '1, 2 and any'


@point('policy-restart', 'an engine dies: the calls that go on count for the '
       'next one; who logged in meanwhile, and waits, is judged by it')
def restart(lab):
    run = start(lab, conf=[(DENIED, '1')])
    first = entry(lab, 2, 'anna')
    goes(first)
    engine = run.engines()[0].pid
    second, third = lab.call(address=client(3)), lab.call(address=client(4))
    second.mark = third.mark = lab.log.mark()
    second.user, third.user = 'anna', 'bob'
    os.kill(engine, signal.SIGSTOP)
    for call in (second, third):
        call.pppd.authenticated(call.user)
    check(second.pppd.verdict(0.3) is None, 'judged without an engine')
    os.kill(engine, signal.SIGKILL)
    check(lab.until(lambda: next_engine(run, engine), 10) is not None,
          'no engine')
    over(lab, second, DENIED)
    check(third.pppd.verdict(10) is True, 'bob has to wait')
    goes_on(first, 10, 'the first call')
    over(lab, entry(lab, 5, 'anna'), DENIED)
    return 'judged by the next engine'


@point('policy-stuck', 'the pptpctrl of a user who waits is stopped: however '
       'many log in meanwhile, the engine does not wait for it', limit=60)
def stuck(lab):
    run = start(lab, conf=[(DENIED, '2'), ('debug', '')])
    other = entry(lab, 2, 'bob')
    goes(other)
    call = lab.call(address=client(3))
    check(call.pppd.reports(), 'no pptpd-session.so')
    engine, mark = run.engines()[0].pid, lab.log.mark()
    os.kill(engine, signal.SIGSTOP)
    call.pppd.authenticated('anna')
    check(lab.log.wait('.*user "anna" authenticated by .*', 10, mark),
          'the keeper has not heard of it')
    check(lab.until(lambda: call.pppd.verdict(0) is None, 1) is not None,
          'judged without an engine')
    os.kill(call.pppd.hello['ppid'], signal.SIGSTOP)
    os.kill(engine, signal.SIGCONT)
    for n in range(300):
        told = len(other.pppd.keeper)
        other.pppd.authenticated('bob%d' % (n % 2))
        check(other.pppd.wait(lambda: len(other.pppd.keeper) > told, 5),
              'no word after %d logins' % n)
    check(run.engines()[0].pid == engine, 'another engine')
    os.kill(call.pppd.hello['ppid'], signal.SIGCONT)
    goes(call)
    other.needs('the other call')
    return '300 logins'


@point('policy-long-names', 'names that are alike but for their ends, longer '
       'than a record has room for: they are two users')
def long_names(lab):
    start(lab, conf=[(DENIED, '1')])
    name = 'FIRMA\\константинопольский'     # four characters an octet
    goes(entry(lab, 2, name + '.anna'))
    goes(entry(lab, 3, name + '.bob'))
    users = [c['user'] for c in ctl('--json', 'list').json['calls']]
    check(len(set(users)) == 2 and all(u[-9] == '~' for u in users),
          str(users))
    for number, end in ((4, '.ANNA'), (5, '.bob')):
        third = entry(lab, number, name + end)
        check(third.pppd.verdict(10) is False, end + ' came in once more')
    check(refused(DENIED) == 2, 'counter: %d' % refused(DENIED))
    return users[0]


@point('policy-monitor', 'the server ends and another one takes its calls: '
       'they count')
def monitor(lab):
    run = start(lab, conf=[(DENIED, '1')])
    first = entry(lab, 2, 'anna')
    goes(first)
    os.kill(run.pid, signal.SIGKILL)
    run.wait_exit(5)
    again = start(lab, conf=[(DENIED, '1')])
    check(lab.until(lambda: len(again.sessions()) == 1, 10) is not None,
          'the call was not taken over')
    goes_on(first, 10, 'the first call')
    over(lab, entry(lab, 3, 'anna'), DENIED)
    first.needs('the first call')
    return 'counted'


@point('policy-engines', 'engines 3: calls of all engines count; one of a back '
       'engine is refused, replaced, and told to go on', limit=60)
def engines(lab):
    run = start(lab, conf=[('engines', '3'), (DENIED, '1')])
    check(lab.until(lambda: len(run.engines()) == 3, 10) is not None,
          'not 3 engines')
    first = entry(lab, 2, 'anna')
    goes(first)
    seen, number = set(), 3
    while len(seen) < 3:
        check(number < 60, 'calls of engines %s only' % seen)
        user = 'u%d' % number
        goes(entry(lab, number, user))
        second = entry(lab, number + 1, 'anna')
        seen.add(second.theirs % 3)
        over(lab, second, DENIED)
        number += 2
    run.stop()

    start(lab, conf=[('engines', '3'), (DENIED, '1 replace-oldest')])
    last, seen = None, set()
    while len(seen) < 3:
        check(number < 120, 'calls of engines %s only' % seen)
        call = entry(lab, number, 'anna')
        goes(call)
        if last is not None:
            over(lab, last, REPLACED)
            seen.add(last.theirs % 3)
        last, number = call, number + 1
    return 'each engine'


@point('policy-file', "a user's file that cannot be used: the call ends with "
       'its own reason, replaces no other call, and the log names file and '
       'line')
def user_file(lab):
    start(lab, conf=[(DENIED, '1 replace-oldest')])
    first = entry(lab, 2, 'anna')
    goes(first)
    bad = lab.call(address=client(3))
    bad.mark, bad.user = lab.log.mark(), 'anna'
    bad.pppd.session(9, b'/etc/pptpd/users.d/anna:3: no\x1b[1m'.ljust(
        200, b'\0'))
    bad.pppd.authenticated('anna')
    over(lab, bad, 'user-file')
    check(lab.log.wait(r'.*Client %s refused: /etc/pptpd/users.d/anna:3: no'
                       r'\\x1b\[1m \(user-file\)$' % bad.address, 5,
                       bad.mark), 'no line names the file')
    check(refused('user-file') == 1, 'not counted')
    first.needs('the other call')
    return 'refused'


def leased(leases, address):
    """A lock as pppd's plugin has it, until this is closed."""
    lease = open(os.path.join(leases, address), 'w+')
    fcntl.fcntl(lease, fcntl.F_OFD_SETLK, struct.pack(
        'hhqqi', fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))
    return lease


def listed(call, field):
    return [c[field] for c in ctl('--json', 'list').json['calls']
            if c['client'] == call.address]


@point('policy-pool', 'pools: pppd is told of them; a call without an address '
       'has its own reason; list, history and log have the address that IP '
       'has; pools and metrics count leases; remoteip gives away none of them')
def pools(lab):
    run = start(lab, conf=[('remoteip', '10.0.0.200-202'),
                           ('pool', 'staff 10.8.0.1-2'),
                           ('pool', 'guests 10.9.0.7'),
                           ('pool', 'staff 10.8.0.9')])
    first = entry(lab, 2, 'anna')
    leases = first.pppd.argv[first.pppd.argv.index('pptpd-leases') + 1]
    with open(os.path.join(leases, 'pools')) as stream:
        told = stream.read().splitlines()[1:]
    check(told == ['staff 10.8.0.1 10.8.0.2', 'guests 10.9.0.7 10.9.0.7',
                   'staff 10.8.0.9 10.8.0.9'], str(told))
    check(os.stat(leases).st_mode & 0o077 == 0, 'others may look')
    check(listed(first, 'remote') == ['10.0.0.200'], 'before IP is up')
    first.pppd.login('anna', remote='10.8.0.1')
    check(lab.until(lambda: listed(first, 'remote') == ['10.8.0.1'], 5)
          is not None, 'list: %s' % listed(first, 'remote'))
    lease = leased(leases, '10.8.0.1')
    got = ctl('--json', 'pools').json['pools']
    check(got == [{'pool': 'staff', 'addresses': 3, 'leased': 1},
                  {'pool': 'guests', 'addresses': 1, 'leased': 0}], str(got))
    text = ctl('metrics').out
    for line in ('pool_addresses{pool="staff"} 3',
                 'pool_addresses_leased{pool="staff"} 1',
                 'pool_addresses_leased{pool="guests"} 0'):
        check('pptpd_%s\n' % line in text, line)
    second = lab.call(address=client(3))
    second.mark, second.user = lab.log.mark(), 'ben'
    second.pppd.authenticated('ben')
    second.pppd.session(12, b"user 'ben', pool 'staff' of x\n: no".ljust(
        200, b'\0'))
    over(lab, second, 'no-address')
    check(lab.log.wait(r".*Client %s refused: user 'ben', pool 'staff' of x"
                       r'\\x0a: no \(no-address\)$' % second.address, 5,
                       second.mark), 'no line names user and pool')
    check(refused('no-address') == 1, 'not counted')
    first.close()
    check(lab.log.wait('.*Call of client %s ended: user "anna", local '
                       '10.0.0.2 remote 10.8.0.1, .*' % first.address, 10,
                       first.mark), "the log's address")
    check([e['remote'] for e in ctl('--json', 'history').json['history']
           if e['user'] == 'anna'] == ['10.8.0.1'], "the history's address")
    # The pool goes, and with it what the call without a name could get.
    check('read again' in run.reload(conf=lab.reporting_pppd() + [
        ('remoteip', '10.8.0.1-2')]).text, 'not reloaded')
    third = lab.call(address=client(4))
    check(listed(third, 'remote') == ['10.8.0.2'], str(listed(third,
                                                              'remote')))
    lease.close()
    last = lab.call(address=client(5))
    check(listed(last, 'remote') == ['10.8.0.1'], str(listed(last, 'remote')))
    check(ctl('--json', 'pools').json['pools'] == [], 'pools that are gone')
    return 'pool'


@point('policy-no-plugin', 'a pppd without pptpd-session.so: the log says that '
       'the call is not counted, and the call goes on')
def no_plugin(lab):
    control.start(lab, conf=[(DENIED, '1')])
    mark = lab.log.mark()
    call = lab.call()
    check(not call.pppd.reports(), 'it has the plugin')
    line = lab.log.wait('CTRL: Client %s: %s does not count this call: .*' % (
        call.address, DENIED), 5, mark)
    check(line, 'no line')
    call.needs()
    return line.text
