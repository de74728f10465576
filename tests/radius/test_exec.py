"""pptpd-aaa and a program of the administrator's: the back end "exec"."""

import json
import os
import pwd
import signal
import shutil
import stat
import time

import plug
from plug import Plug
from pptptest import namespaces, server
from pptptest.points import check, patience, point
from test_radius import services

HERE = os.path.dirname(os.path.abspath(__file__))
CONF = '/run/conformance/aaa.conf'
HOME = '/run/conformance/hook'
PROGRAM = HOME + '/hook'
LOG = HOME + '/log'
METHODS = 'pap', 'chap', 'mschap', 'mschap2'
HASH = plug.hashed('password1')


def configure(lines=(), kept=False, program=None):
    text = ['program ' + (program or PROGRAM + ' ' + LOG +
                          (' kept' if kept else '')),
            'environment HASH=' + HASH.hex(),
            'environment KEY=' + plug.mschap.md4(HASH).hex()]
    if kept:
        text.append('mode kept')
    namespaces.write(CONF, '\n'.join(text + list(lines)) + '\n')
    os.chmod(CONF, 0o644)


def begin(lab, kind='exec', **fields):
    os.makedirs(HOME, exist_ok=True)
    shutil.copy(os.path.join(HERE, 'hook.py'), PROGRAM)
    os.chmod(PROGRAM, 0o755)
    namespaces.write(LOG, '')
    os.chmod(LOG, 0o666)
    configure(**fields)
    run = lab.server(conf=[('aaa', kind), ('aaa-conf', CONF)], wait=False)
    check(lab.log.wait('AAA: serves pppd, with .*', 20), 'it does not serve')
    return run


def said(kind=None):
    """Lines that the program has written."""
    lines = [json.loads(line) for line in server.read(LOG).splitlines()]
    return [line for line in lines if kind in (None, line['kind'])]


def requests():
    return [line['lines'] for line in said('request')]


def runners():
    return [p for p in server.processes() if p.comm == 'pptpd-aaa-run']


def programs():
    return [p for p in server.processes() if p.comm == 'hook']


# --- logins -------------------------------------------------------------------

def ask_all(lab):
    p = Plug('user1')
    for name in METHODS:
        good = getattr(p, name)('password1')
        check(good.verdict == plug.ACCEPT, '%s: %d' % (name, good.verdict))
        for wrong in 'password2', 'password', 'password11', 'x':
            bad = getattr(p, name)(wrong)
            check(bad.verdict == plug.REJECT, '%s: %s' % (name, wrong))
            check(bad.address == '0.0.0.0' and not bad.keys, 'it has more')
    check(lab.log.wait('AAA: %s: user "user1": a wrong password' % PROGRAM),
          'no line')
    for user in 'user1', 'DOM\\user1':
        Plug(user).keys('password1')


@point('exec-once', 'a program that is started for each request names the '
       'password, and each method is checked against it')
def once(lab):
    begin(lab)
    ask_all(lab)
    check(len(said('start')) == len(said('request')) == 22,
          '%d starts' % len(said('start')))
    check(lab.until(lambda: not programs(), 5) is not None, 'it goes on')
    return '22 requests'


@point('exec-kept', 'a program that is kept running answers one request after '
       'the other')
def kept(lab):
    begin(lab, kept=True)
    ask_all(lab)
    check(len(said('start')) == 1 and len(said('request')) == 22,
          '%d starts' % len(said('start')))
    pid = said('start')[0]['pid']
    os.kill(pid, signal.SIGKILL)
    check(lab.log.wait('AAA: %s: it was ended by signal 9, while nobody '
                       'asked it anything' % PROGRAM), 'no line')
    check(Plug('user1').mschap2('password1').verdict == plug.ACCEPT,
          'no other one is started')
    return '22 requests, one process'


@point('exec-reply', "all that a program says arrives at pppd; what aaa.conf "
       'says counts where the program says nothing')
def reply(lab):
    begin(lab, lines=['reply Session-Timeout = 7', 'reply Framed-MTU = 1200',
                      'reply-for user1 Filter-Id = silver',
                      'interim-interval 300'])
    r = Plug('all').pap('password1')
    check(r.verdict == plug.ACCEPT, 'not accepted')
    plug.check_whole(r)
    r = Plug('user1').pap('password1')
    check((r.session, r.mtu, r.filter, r.interim) ==
          (7, 1200, b'silver', 300), (r.session, r.mtu, r.filter))
    r = Plug('nobody').pap('password1')
    check((r.verdict, r.message, r.session) ==
          (plug.REJECT, b'who are you?', 0), r.message)
    r = Plug('nobody').mschap2('password1')
    check((r.verdict, r.message) == (plug.REJECT, b''), r.message)


@point('exec-hash', 'NT-Hash and NT-Key do for MS-CHAP, with its keys and '
       'proof; CHAP needs the password; Accept alone counts with PAP only')
def hashes(lab):
    begin(lab)
    for user in 'hash', 'key':
        for name in 'pap', 'mschap', 'mschap2':
            r = getattr(Plug(user), name)('password1')
            check(r.verdict == plug.ACCEPT, '%s: %s' % (user, name))
        p = Plug(user)
        r = p.mschap2('password1')
        check([r.send, r.recv] == plug.mppe_keys(
            'password1', p.response[24:48]), 'other keys')
        check(r.message == plug.success('password1', user, p.challenge,
                                        p.response), r.message)
        check(Plug(user).chap('password1').verdict == plug.REJECT, 'CHAP')
        check(Plug(user).pap('password2').verdict == plug.REJECT, 'PAP')
    check(Plug('hash').mschap2('password2').verdict == plug.REJECT, 'v2')
    check(lab.log.wait('AAA: %s: user "hash": CHAP needs the password itself, '
                       'not a hash of it' % PROGRAM), 'no line')
    check(Plug('accept').pap('any').verdict == plug.ACCEPT, 'PAP')
    for name in 'chap', 'mschap', 'mschap2':
        r = getattr(Plug('accept'), name)('any')
        check(r.verdict == plug.UNAVAILABLE and not r.keys, name)
    check(lab.log.wait('AAA: %s: user "accept" is refused: Accept without '
                       'Cleartext-Password, NT-Hash or NT-Key counts with PAP '
                       'only' % PROGRAM), 'no line')


@point('exec-request', 'what a program is told of a login; no octet of a name '
       'or password can end a line')
def request(lab):
    begin(lab, lines=['nas-identifier "vpn 7"'])
    p = Plug('accept')
    p.pap('a"b\\c\nReply = 1\n\nUser-Name = "root"\r\x7f\xe9')
    check(requests()[0] == [
        'Packet-Type = Access-Request', 'User-Name = "accept"',
        'Auth-Method = PAP', 'Service-Type = Framed-User',
        'Framed-Protocol = PPP', 'NAS-Identifier = "vpn 7"', 'NAS-Port = 7',
        'NAS-Port-Id = ppp7', 'NAS-Port-Type = Virtual', 'Tunnel-Type = PPTP',
        'Calling-Station-Id = ' + plug.CLIENT,
        'Called-Station-Id = ' + plug.SERVER,
        'Acct-Session-Id = ' + p.ident.decode(),
        'User-Password = "a\\"b\\\\c\\012Reply = 1\\012\\012User-Name = '
        '\\"root\\"\\015\\177\\303\\251"'], str(requests()[0]))
    p = Plug('user1')
    p.mschap2('password1')
    lines = requests()[1]
    values = dict(line.split(' = ') for line in lines)
    check(values['MS-CHAP-Challenge'] == '0x' + p.challenge.hex(), 'challenge')
    check(values['MS-CHAP2-Response'] == '0x0500' + p.response[:48].hex(),
          'response')
    check(values['NT-Response'] == '0x' + p.response[24:48].hex(), 'NT')
    padded = HASH + bytes(5)
    check(values['NT-Response'] == '0x' + b''.join(
        plug.mschap.des(padded[n:n + 7], bytes.fromhex(
            values['NT-Challenge'][2:])) for n in (0, 7, 14)).hex(),
        'challenge of the hash')
    n = 0
    for octet in list(range(1, 256)):
        name = (b'x' + bytes([octet]) * 252)[:1 + octet % 253]
        p = Plug('x')
        p.user = name
        p.pap('password1')
        lines = requests()[-1]
        check(len(lines) == 14, 'octet %d: %d lines' % (octet, len(lines)))
        text = lines[1]
        check(text.startswith('User-Name = "x') and text.endswith('"') and
              all(' ' <= c <= '~' for c in text), text)
        n += 1
        if n > 40 and 0x21 < octet < 0x7e and chr(octet) not in '"\\':
            continue
    return '%d names' % n


# --- programs that go wrong ----------------------------------------------------

FAULTS = (
    ('hang', 'no answer within 2 s'),
    ('exit', 'it has ended with status 3'),
    ('signal', 'it was ended by signal 11'),
    ('garbage', r'line 1 of its answer: Traceback: neither Accept, Reject nor '
     r'"Name = value"'),
    ('value', 'line 2 of its answer: Session-Timeout: not a number that it '
     'can have'),
    ('flood', 'its answer has more than 16384 octets'),
)
FAULTS_ONCE = FAULTS + (
    ('silent', 'its answer is empty'),
    ('twice', 'line 1 of its answer: more behind the empty line'),
    ('late-exit', 'it has ended with status 4'),
)
FAULTS_KEPT = FAULTS + (
    ('silent', 'its answer is empty'),
    ('twice', 'it says more than one answer'),
)


def faults(lab, rows, **fields):
    begin(lab, lines=['deadline 2', 'workers 2'], **fields)
    other = Plug('user1')
    for user, why in rows:
        mark = lab.log.mark()
        r = Plug(user).mschap2('password1')
        check(r.verdict == plug.UNAVAILABLE and not r.keys and
              r.message == b'', '%s: %d' % (user, r.verdict))
        check(lab.log.wait('AAA: %s: user "%s" is refused: %s' % (
            PROGRAM, user, why), 5, mark), '%s: no line' % user)
        check(other.mschap2('password1').verdict == plug.ACCEPT,
              'after %s nobody gets in' % user)
    check(len(programs()) <= 2, 'more processes than there may be')
    return '%d' % len(rows)


@point('exec-faults', 'a program that hangs, dies, says garbage or too much '
       'refuses that user with a line, and no other', limit=120)
def faults_once(lab):
    return faults(lab, FAULTS_ONCE)


@point('exec-faults-kept', 'the same of one that is kept running', limit=120)
def faults_kept(lab):
    return faults(lab, FAULTS_KEPT, kept=True)


@point('exec-start', 'a program that cannot be executed refuses, with the '
       "system's word for it")
def start(lab):
    os.makedirs(HOME, exist_ok=True)
    bad = HOME + '/bad'
    namespaces.write(bad, '#!/nonexistent/sh\n')
    os.chmod(bad, 0o755)
    begin(lab, program=bad)
    r = Plug('user1').pap('password1')
    check(r.verdict == plug.UNAVAILABLE, 'let in')
    check(lab.log.wait('AAA: %s says: %s: No such file or directory' % (
        bad, bad)), 'no word of it')
    check(lab.log.wait('AAA: %s: user "user1" is refused: it has ended with '
                       'status 127' % bad), 'no line')


@point('exec-errors', 'what a program says on standard error is logged, within '
       'bounds, and cannot speak to a terminal')
def errors(lab):
    begin(lab)
    check(Plug('errors').pap('password1').verdict == plug.ACCEPT, 'refused')
    check(lab.log.wait(r'AAA: %s says: the database is \?\[1maway' % PROGRAM),
          'no line')
    check(lab.log.wait('AAA: %s says: and more' % PROGRAM), 'no second line')
    check(lab.log.wait('AAA: %s says more than is logged' % PROGRAM),
          'all of it is logged')


@point('exec-child', 'a child that a program leaves behind ends with it')
def child(lab):
    begin(lab)
    check(Plug('child').pap('password1').verdict == plug.ACCEPT, 'refused')
    check(lab.until(lambda: not programs(), 5) is not None, 'it goes on')


@point('exec-workers', 'no more processes than workers says; the others wait '
       'for their turn')
def workers(lab):
    for kept in False, True:
        mark = lab.log.mark()
        if kept:
            configure(lines=['workers 3'], kept=True)
            run.signal(signal.SIGHUP)
            check(lab.log.wait('AAA: serves pppd, with .*', 20, mark),
                  'no new one')
            check(lab.until(lambda: len(services()) == 1, 30) is not None,
                  'the old one stays')
            namespaces.write(LOG, '')
            os.chmod(LOG, 0o666)
        else:
            run = begin(lab, lines=['workers 3'])
        plugs = [Plug('slow') for _ in range(12)]
        for p in plugs:
            p.mschap2('password1', wait=False)
        for p in plugs:
            check(p.answer().verdict == plug.ACCEPT, 'refused')
        now = most = 0
        for line in sorted(said(), key=lambda line: line['time']):
            now += {'begin': 1, 'end': -1}.get(line['kind'], 0)
            most = max(most, now)
        check(most == 3, '%d at once' % most)
        check(len(said('start')) == (3 if kept else 12), 'starts')
    return '12 logins, 3 at once'


@point('exec-gone', 'a pppd that is gone while its program is at work costs '
       'nothing')
def gone(lab):
    for kept in False, True:
        if kept:
            configure(lines=['workers 1', 'deadline 3'], kept=True)
            mark = lab.log.mark()
            run.signal(signal.SIGHUP)
            check(lab.log.wait('AAA: serves pppd, with .*', 20, mark),
                  'no new one')
            check(lab.until(lambda: len(services()) == 1, 30) is not None,
                  'the old one stays')
        else:
            run = begin(lab, lines=['workers 1', 'deadline 3'])
        p = Plug('hang')
        n = len(requests())
        p.mschap2('password1', wait=False)
        check(lab.until(lambda: len(requests()) > n, 10) is not None,
              'it is not asked')
        p.close()
        waits = Plug('user1')
        check(waits.mschap2('password1').verdict == plug.ACCEPT or kept,
              'the next one is refused')
        check(waits.mschap2('password1').verdict == plug.ACCEPT,
              'the last one is refused')


# --- its process ------------------------------------------------------------------

def look_at_rights(found, uid, groups):
    status = found['status']
    check(status['Uid'].split() == [str(uid)] * 4, status['Uid'])
    check(uid != 0 and '0' not in status['Gid'].split(), 'root')
    check(set(status['Groups'].split()) == groups, status['Groups'])
    for field in 'CapEff', 'CapPrm', 'CapBnd', 'CapInh', 'CapAmb':
        check(int(status[field], 16) == 0, field)
    check(status['NoNewPrivs'] == '1', 'new privileges')
    check(found['fds'] == [0, 1, 2], str(found['fds']))
    check(found['cwd'] == '/' and found['sid'] == found['pid'], 'place')
    check(found['umask'] == 0o77, 'umask')
    env = set(found['env']) - {'LC_CTYPE'}      # Python's own
    check(env == {'PATH', 'LC_ALL', 'HASH', 'KEY'}, str(env))


@point('exec-rights', 'a program has the rights of an account, an environment '
       'of its own, no descriptor of ours; pptpd-aaa stays locked up')
def rights(lab):
    run = begin(lab)
    check(Plug('user1').pap('password1').verdict == plug.ACCEPT, 'refused')
    mine = services()[0]
    ours = {p.status('Uid').split()[0] for p in [mine] + run.engines()}
    uid = runners()[0].status('Uid').split()[0]
    check(uid not in ours and 65520 <= int(uid) <= 65533,
          'the program has the number %s, and we have %s' % (uid, ours))
    look_at_rights(said('start')[0], int(uid), set())
    check(mine.status('NoNewPrivs') == '1' and mine.status('Seccomp') == '2',
          'not locked')
    check(os.listdir('/proc/%d/root' % mine.pid) == [], 'it sees files')
    check(len(runners()) == 1 and
          runners()[0].status('Uid').split()[0] != '0', 'the runner is root')
    check(os.path.realpath('/proc/%d/root' % runners()[0].pid) and
          len(os.listdir('/proc/%d/fd' % runners()[0].pid)) == 5,
          'descriptors: %s' % os.listdir('/proc/%d/fd' % runners()[0].pid))
    account = pwd.getpwnam('nobody')
    mark = lab.log.mark()
    configure(lines=['run-as nobody'])
    run.signal(signal.SIGHUP)
    check(lab.log.wait('AAA: serves pppd, with .*', 20, mark), 'no new one')
    check(lab.until(lambda: len(services()) == 1, 30) is not None, 'old')
    check(Plug('user1').pap('password1').verdict == plug.ACCEPT, 'refused')
    look_at_rights(said('start')[-1], account.pw_uid,
                   {str(g) for g in os.getgrouplist('nobody',
                                                    account.pw_gid)})


@point('exec-trust', 'a program that others can change, that is none, or an '
       'account that is root keeps the server from starting')
def trust(lab):
    run = begin(lab)
    for mode, owner, lines, why in (
            (0o757, 0, [], 'others than root can change it.*'),
            (0o775, 0, [], 'others than root can change it.*'),
            (0o755, 65534, [], 'others than root can change it.*'),
            (0o644, 0, [], 'not a program.*'),
            (0o755, 0, ['run-as root'], 'run-as: user "root" is root'),
            (0o755, 0, ['run-as nosuchuser'],
             'run-as: there is no user "nosuchuser"')):
        os.chown(PROGRAM, owner, 0)
        os.chmod(PROGRAM, mode)
        configure(lines=lines)
        mark = lab.log.mark()
        run.signal(signal.SIGHUP)
        check(lab.log.wait('AAA: (%s: )?%s' % (PROGRAM, why), 10, mark),
              'no line: ' + why)
        check(lab.log.wait(r'MGR: pptpd-aaa\[\d+\] has ended with status 1, '
                           'the one before it goes on.*', 10, mark), why)
    os.chown(PROGRAM, 0, 0)
    os.chmod(PROGRAM, 0o755)
    check(Plug('user1').pap('password1').verdict == plug.ACCEPT,
          'the old one does not serve')
    check(stat.S_IMODE(os.stat(PROGRAM).st_mode) == 0o755, 'mode')


@point('exec-killed', 'when pptpd-aaa or its runner is killed, programs end, '
       'and others are started', waits=True)
def killed(lab):
    begin(lab, kept=True)
    for who in services, runners:
        check(Plug('user1').mschap2('password1').verdict == plug.ACCEPT,
              'refused')
        check(len(programs()) == 1, 'no program')
        old = programs()[0].pid, runners()[0].pid, services()[0].pid
        mark = lab.log.mark()
        os.kill(who()[0].pid, signal.SIGKILL)
        check(lab.until(lambda: not set(old) & {
            p.pid for p in programs() + runners() + services()}, 10)
            is not None, 'one of them goes on')
        check(lab.log.wait('AAA: serves pppd, with .*', 20, mark),
              'no new one')
    check(Plug('user1').mschap2('password1').verdict == plug.ACCEPT,
          'refused')


# --- accounting ---------------------------------------------------------------

def records():
    """Status, session, and attributes of each record."""
    out = []
    for lines in requests():
        values = dict(line.split(' = ', 1) for line in lines)
        if values['Packet-Type'] == 'Accounting-Request':
            out.append((values['Acct-Status-Type'],
                        values['Acct-Session-Id'], values))
    return out


def account(lab, **fields):
    begin(lab, **fields)
    p = Plug('user1')
    p.account(plug.START, classes=b'\x05gold1\x02\x00\xff')
    p.account(plug.INTERIM, 60, 10, 20)
    p.account(plug.STOP, 100, (5 << 32) + 7, (6 << 32) + 8, 4)
    check(lab.until(lambda: len(records()) == 3, 10 * patience()) is not None,
          '%d records' % len(records()))
    check([r[:2] for r in records()] == [
        (kind, p.ident.decode())
        for kind in ('Start', 'Interim-Update', 'Stop')], 'order')
    stop = records()[2][2]
    for key, value in (
            ('User-Name', '"user1"'), ('Framed-IP-Address', '10.9.8.7'),
            ('Acct-Session-Time', '100'), ('Interface', '"ppp7"'),
            ('Acct-Input-Octets', str((5 << 32) + 7)),
            ('Acct-Output-Octets', str((6 << 32) + 8)),
            ('Acct-Input-Packets', '3'), ('Acct-Output-Packets', '4'),
            ('Acct-Terminate-Cause', 'Idle-Timeout'),
            ('Auth-Method', 'MS-CHAPv2'), ('NAS-Port', '7'),
            ('Calling-Station-Id', plug.CLIENT)):
        check(stop.get(key) == value, '%s: %s' % (key, stop.get(key)))
    start = requests()[0]
    check('Class = 0x676f6c6431' in start and 'Class = 0x00ff' in start,
          'Class')
    check(abs(int(stop['Event-Timestamp']) - time.time()) < 60 * patience(),
          'time')


@point('exec-accounting', 'start, interim and stop are told to the program in '
       'their order, with 64 bits of octets and the cause')
def accounting(lab):
    account(lab)


@point('exec-accounting-kept', 'the same of one that is kept running')
def accounting_kept(lab):
    account(lab, kept=True)


@point('exec-accounting-file', 'the same beside "aaa file", which asks the '
       'program about no login')
def accounting_file(lab):
    namespaces.write('/run/conformance/secrets',
                     '"user1" * "password1" *\n')
    os.chmod('/run/conformance/secrets', 0o600)
    account(lab, kind='file', lines=['secrets /run/conformance/secrets'])
    check(Plug('user1').mschap2('password1').verdict == plug.ACCEPT,
          'refused')
    check(len(requests()) == 3, 'it was asked')


@point('exec-accounting-again', 'a record that the program did not take is '
       'told again, in the order of its call, and holds up no other',
       waits=True, limit=200)
def accounting_again(lab):
    begin(lab)
    namespaces.write(LOG + '.fail', '')
    p, other, third = Plug('fails'), Plug('user1'), Plug('unwanted')
    p.account(plug.START)
    p.account(plug.STOP, 5)
    check(lab.log.wait('AAA: %s: the accounting of session %s is told again: '
                       'it has ended with status 5' % (
                           PROGRAM, p.ident.decode()), 10), 'no line')
    other.account(plug.START)
    check(lab.until(lambda: ('Start', other.ident.decode()) in
                    [r[:2] for r in records()], 30 * patience()) is not None,
          'another call waits')
    os.unlink(LOG + '.fail')

    def taken():
        mine = [r[0] for r in records() if r[1] == p.ident.decode()]
        return mine[-2:] == ['Start', 'Stop'] and len(mine) > 2
    check(lab.until(taken, 90 * patience()) is not None, 'it is not told')
    third.account(plug.START)
    check(lab.log.wait('AAA: %s: the accounting of session %s is not wanted' %
                       (PROGRAM, third.ident.decode()), 70), 'no line')
    last = [r for r in records() if r[:2] == ('Start', p.ident.decode())][-1]
    check(int(last[2]['Acct-Delay-Time']) >= 1, 'no delay is told')


@point('exec-accounting-disk', 'a record that waits is told by the next '
       'pptpd-aaa, if this one is killed', waits=True, limit=200)
def accounting_disk(lab):
    begin(lab)
    namespaces.write(LOG + '.fail', '')
    p = Plug('fails')
    p.account(plug.START)
    p.account(plug.STOP, 5, 7, 8)
    check(lab.log.wait('AAA: %s: the accounting of session %s is told again: '
                       'it has ended with status 5' % (
                           PROGRAM, p.ident.decode()), 10), 'no line')
    mark = lab.log.mark()
    os.kill(services()[0].pid, signal.SIGKILL)
    os.unlink(LOG + '.fail')
    namespaces.write(LOG, '')
    os.chmod(LOG, 0o666)
    check(lab.log.wait('AAA: serves pppd, with .*', 20, mark), 'no new one')
    check(lab.until(lambda: [r[:2] for r in records()] == [
        ('Start', p.ident.decode()), ('Stop', p.ident.decode())],
        60 * patience()) is not None, str([r[:2] for r in records()]))
    check(records()[1][2]['Acct-Input-Octets'] == '7', 'octets')
