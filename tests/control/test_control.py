"""What pptpdctl tells and does."""

import grp
import os
import pwd
import re
import signal
import struct
import subprocess
import threading
import time

from pptptest import hdlc, namespaces, pptp, server
from pptptest.control import (CTL, DIRECTORY, Client, ctl, exists, gone, path,
                              start)
from pptptest.lab import CLIENT, OTHER, client, numbered
from pptptest.points import Fail, check, ms, point

POOL = [('remoteip', '10.0.0.200-203'), ('connections', '4')]
CALL = ['session', 'call_id', 'peer_call_id', 'client', 'server', 'user', 'interface',
        'local', 'remote', 'state', 'diagnosis', 'diagnosis_text', 'says_name',
        'says_version', 'authenticated', 'datapath', 'since',
        'seconds', 'pppd_pid', 'slot', 'octets_in', 'octets_out',
        'packets_in', 'packets_out', 'packets_lost', 'packets_reordered',
        'packets_late', 'packets_duplicate', 'packets_distant',
        'sequence_jumps', 'acknowledged']
STATUS = ['version', 'pid', 'uptime', 'engine_uptime', 'engine_restarts',
          'sandbox', 'draining', 'stopping', 'calls', 'slots', 'slots_free',
          'connections', 'unauthenticated', 'limits', 'refused', 'gre', 'hdlc',
          'ended', 'diagnosed', 'traffic', 'authentications', 'times']


def hexa(number):
    return '%04X' % number


def same(names, wanted):
    check(sorted(names) == sorted(wanted), 'fields: %s more, %s missing' % (
        sorted(set(names) - set(wanted)), sorted(set(wanted) - set(names))))


@point('status', 'status: the server in a table, and the same in JSON')
def status(lab):
    run = start(lab, conf=POOL)
    lab.call()
    silent = lab.control(OTHER)
    table, got = ctl('status'), ctl('--json', 'status').json
    same(got, STATUS)
    check(got['pid'] == run.pid and table.field('process') == str(run.pid),
          'process %s, not %d' % (got['pid'], run.pid))
    check(got['calls'] == 1 and got['slots'] == 4 and
          got['slots_free'] == 3, str(got))
    check(got['connections'] == 2 and got['unauthenticated'] == 1, str(got))
    check(got['limits']['connections'] == 4 and
          got['limits']['auth-timeout'] == 60 and
          got['limits']['stimeout'] == 10, str(got['limits']))
    check('restart-grace' not in got['limits'], 'a limit that is none')
    check(got['sandbox'] == 'on' and got['draining'] is False and
          got['stopping'] is False and got['engine_restarts'] == 0, str(got))
    check(table.field('free slots') == '3', table.out)
    check('v' + got['version'] in ctl('--version').out, 'another version')
    silent.close()
    return '%d fields' % len(got)


@point('status-refused', 'status counts who was refused, and why')
def refused(lab):
    start(lab, conf=[('remoteip', '10.0.0.200'), ('connections', '1'),
                     ('max-per-ip', '1')])
    lab.call()
    check(lab.control(CLIENT).call().result == 4, 'a second call')
    check(lab.control(OTHER).call().result == 4, 'a call without address')
    got = ctl('-j', 'status').json['refused']
    check(got['max-per-ip'] == 1 and got['busy'] == 1, str(got))
    check(sum(got.values()) == 2, str(got))
    check('max-per-ip' in ctl('status').out, 'not in the table')
    return str(got)


@point('status-gre', 'status counts packets that belong to no call, show '
       'those that no client can have sent')
def gre_counts(lab):
    start(lab, conf=POOL)
    session = lab.call()
    for _ in range(3):                  # its length is a lie
        session.gre.raw(struct.pack('>HHHHI', 0x3001, 0x880B, 100,
                                    session.theirs, 7) + b'short')
    session.up(numbered(0), seq=0)
    for far in range(5):
        session.up(numbered(9), seq=0x40000000 + far)

    def counts():
        call = ctl('-j', 'show', hexa(session.theirs)).json['call']
        return (ctl('-j', 'status').json['gre']['bad_header'],
                call['packets_distant'])
    check(lab.until(lambda: counts() == (3, 5), 5) is not None,
          '%d and %d, not 3 and 5' % counts())
    check('bad_header' in ctl('status').out, 'not in the table')
    return str(ctl('-j', 'status').json['gre'])


@point('status-hdlc', 'status counts frames that pppd has damaged, show what '
       'the client has acknowledged')
def hdlc_counts(lab):
    start(lab, conf=POOL)
    session = lab.call()

    def counts():
        got = ctl('-j', 'status').json['hdlc']
        return got['frames'], got['bad_fcs'], got['aborted']

    def acknowledged():
        return ctl('-j', 'show', hexa(session.theirs)).json['call'][
            'acknowledged']
    frames = counts()[0]
    check(acknowledged() is None, 'acknowledged: %s' % acknowledged())
    session.pppd.write(b'\x7eABCDEFGH\x7e\x7e\xff\x7d\x7e')
    session.pppd.write(hdlc.frame(numbered(1)))
    down = session.down()
    check(down is not None, 'a good frame is lost')
    session.up(numbered(0), seq=0, ack=down.seq)
    check(lab.until(lambda: counts() == (frames + 1, 1, 1), 5) is not None,
          '%d, %d and %d' % counts())
    check(lab.until(lambda: acknowledged() == down.seq, 5) is not None,
          'acknowledged: %s, not %d' % (acknowledged(), down.seq))
    check('bad_fcs' in ctl('status').out, 'not in the table')
    return str(ctl('-j', 'status').json['hdlc'])


@point('list', 'list: a row for each call, and the same in JSON')
def listing(lab):
    start(lab)
    check(len(ctl('list').lines()) == 1, 'calls without a call')
    check(ctl('--json', 'list').json == {'calls': []}, 'calls')
    sessions = [lab.call(address=client(10 + n)) for n in range(3)]
    table = ctl('list').lines()
    check(len(table) == 4 and table[0].startswith('CALL '), str(table))
    rows = {line.split()[0]: line.split() for line in table[1:]}
    calls = ctl('--json', 'list').json['calls']
    check([c['call_id'] for c in calls] == sorted(rows), str(calls))
    for session in sessions:
        row = rows[hexa(session.theirs)]
        check(session.address in row and 'up' in row, str(row))
    for call in calls:
        same(call, CALL)
    return '3 calls'


@point('engines', 'engines 2: list has the calls of both, kick ends either, '
       'also after the one that listens was killed')
def both(lab):
    run = start(lab, conf=[('engines', '2')])
    sessions = [[], []]
    while min(map(len, sessions)) < 3:
        session = lab.call(address=client(10 + sum(map(len, sessions))))
        sessions[session.theirs % 2].append(session)
    for _ in range(2):
        living = {hexa(s.theirs) for s in sum(sessions, [])}
        listed = [c['call_id'] for c in ctl('-j', 'list').json['calls']]
        check(listed == sorted(living), 'listed: %s' % listed)
        for mine in sessions:
            session = mine.pop()
            session.needs()
            ctl('kick', hexa(session.theirs))
            got = session.tcp.drain(1.0, count=2)
            check([m.type for m in got] == [pptp.CDN, pptp.STOPRQ],
                  pptp.describe(got, session.tcp.closed))
            session.close()
        for session in sum(sessions, []):
            session.needs('another call')
        os.kill(min(p.pid for p in run.engines()), signal.SIGKILL)
        check(lab.until(lambda: len(run.engines()) == 2), 'no new engine')
        Client().close()
        check(lab.until(lambda: ctl('-j', 'status').json['calls'] ==
                        sum(map(len, sessions)), 5) is not None,
              'calls: %s' % ctl('-j', 'status').json['calls'])
    return '%d calls at first' % (len(living) + 2)


@point('list-many', 'list of hundreds of calls is complete', waits=True)
def many(lab):
    start(lab, conf=lab.cheap_pppd() + [
        ('remoteip', '10.1.0.1-250,10.1.1.1-50'), ('connections', '300')])
    for number in range(300):
        reply = lab.control(client(1 + number % 250)).call()
        check(reply and reply.result == 1, 'call %d: %s' % (number, reply))
    calls = ctl('--json', 'list').json['calls']
    ids = {c['call_id'] for c in calls}
    check(len(calls) == 300 and len(ids) == 300, '%d calls, %d IDs' % (
        len(calls), len(ids)))
    check(len({c['remote'] for c in calls}) == 300, 'addresses')
    check(len(ctl('list').lines()) == 301, 'rows')
    return '300 calls'


@point('show', 'show: all of a call, as pptpctrl and the wire have it')
def show(lab):
    start(lab)
    session = lab.call()
    session.needs()
    session.up(b'\xff\x03\x00\x21after a gap', seq=session.seq + 2)

    def shown():
        return ctl('-j', 'show', hexa(session.theirs)).json['call']
    lab.until(lambda: shown()['packets_lost'] > 0)
    got = shown()
    same(got, CALL)
    title = session.pppd.hello['parent_title']
    check('%s:%s - %s' % (got['client'], got['peer_call_id'],
                          got['call_id']) in title, '%s, not %s' % (
                              got, title))
    check(got['pppd_pid'] == session.pppd.pid, 'pppd %s' % got['pppd_pid'])
    check(got['remote'] == '10.0.0.200' and got['local'] == '10.0.0.2' and
          got['slot'] == 0 and got['server'] == '192.0.2.1', str(got))
    check(got['state'] == 'up' and got['authenticated'] is True, str(got))
    check(got['packets_in'] == 2 and got['packets_lost'] == 2 and
          got['packets_out'] >= 4, str(got))
    check(abs(got['since'] + got['seconds'] - time.time()) < 3 and
          got['seconds'] < 20, 'since %d, %d s' % (got['since'],
                                                   got['seconds']))
    table = ctl('show', hexa(session.theirs).lower())
    check(table.field('Call ID') == hexa(session.theirs) and
          table.field('lost on the way') == '2', table.out)
    return 'all %d fields' % len(got)


@point('show-user', 'user and interface are there once pppd has told them')
def user(lab):
    start(lab)
    session = lab.call()
    other = lab.call(address=OTHER)
    got = ctl('-j', 'show', hexa(session.theirs)).json['call']
    check(got['user'] is None and got['interface'] is None, str(got))
    check(got['state'] == 'up', str(got))
    check(ctl('show', hexa(other.theirs)).field('user') == '-', 'user')
    return 'null, and - in the table'


@point('says', 'what a Windows client says of itself is in show and history, '
       'escaped')
def says(lab):
    lab.theatre.greeting = lab.theatre.greeting[:1]
    start(lab)
    session = lab.call()
    for text in (b'MSRASV5.20', b'MSRAS-0-PC\x1b[2J-4'):
        session.up(bytes.fromhex('ff03c021' '0c02') + struct.pack(
            '>H', len(text) + 8) + b'\x1a\x2b\x3c\x4d' + text)

    def told():
        got = ctl('-j', 'show', hexa(session.theirs)).json['call']
        return got['says_name'], got['says_version']
    want = ('PC\\x1b[2J-4', 'MSRASV5.20')
    check(lab.until(lambda: told() == want, 3) is not None, str(told()))
    check(ctl('show', hexa(session.theirs)).field('says its name is') ==
          want[0], 'not in the table')
    session.tcp.close()
    check(lab.until(lambda: [e['says_name'] for e in ctl(
        '-j', 'history').json['history']] == [want[0]], 3) is not None,
        'history')
    return str(want)


@point('login', 'a call that has not authenticated is in state "login"')
def login(lab):
    start(lab)
    lab.theatre.greeting = lab.theatre.greeting[:1]
    session = lab.call()
    got = ctl('-j', 'show', hexa(session.theirs)).json['call']
    check(got['state'] == 'login' and got['authenticated'] is False,
          str(got))
    return got['state']


@point('find', 'a call is found by Call ID, inner and outer address; who is '
       'meant must be clear')
def find(lab):
    start(lab)
    one, two = lab.call(), lab.call()
    three = lab.call(address=OTHER)
    ways = {hexa(one.theirs): one, 'call=' + hexa(two.theirs): two,
            '10.0.0.200': one, 'address=10.0.0.201': two, OTHER: three,
            'client=' + OTHER: three}
    for what, session in ways.items():
        got = ctl('-j', 'show', what).json['call']['call_id']
        check(got == hexa(session.theirs), '%s is %s' % (what, got))
    for what, code in ((CLIENT, 'ambiguous'), ('10.0.0.207', 'no-such-call'),
                       ('ppp77', 'no-such-call'), ('', 'bad-request'),
                       ('client=10.0.0.200', 'no-such-call'),
                       ('x' * 200, 'bad-request')):
        got = ctl('-j', 'show', what, expect=1).json['error']
        check(got['code'] == code, '%s: %s' % (what, got))
    said = ctl('kick', CLIENT, expect=1).err
    check(hexa(one.theirs) in said and hexa(two.theirs) in said and
          '2 calls' in said, said)
    for session in one, two, three:
        session.needs()
    return said.strip()


@point('kick', 'kick ends that call as TERM to its pptpctrl does, others go '
       'on')
def kick(lab):
    start(lab)
    session, other = lab.call(), lab.call(address=OTHER)
    said = ctl('kick', hexa(session.theirs)).out
    check(hexa(session.theirs) in said, said)
    got = session.tcp.drain(1.0, count=2)
    check([m.type for m in got] == [pptp.CDN, pptp.STOPRQ],
          pptp.describe(got, session.tcp.closed))
    check((got[0].result, got[1].reason) == (3, 1), pptp.describe(got))
    check(session.pppd.wait_hangup(2), 'pppd is not ended')
    other.needs('the other call')
    check(lab.log.wait('.*ended by the administrator.*', 3), 'the last line')
    check(lab.log.wait('CTRL: pptpdctl.* of user 0 ends call .*'),
          'who it was is not in the log')
    check(ctl('-j', 'kick', hexa(session.theirs),
              expect=1).json['error']['code'] == 'no-such-call', 'again')
    return pptp.describe(got)


@point('select', 'list: filters, order and columns; each field of a call can be '
       'a column; what is none is refused')
def select(lab):
    start(lab)
    one, two = lab.call(), lab.call(address=OTHER)
    three = lab.call(address=OTHER)
    for session, user in ((one, 'bob'), (two, 'alice'), (three, 'carol')):
        if session.pppd.reports():
            session.pppd.login(user, 'ppp%d' % session.theirs)

    def ids(*words):
        return [c['call_id'] for c in ctl('-j', 'list', *words).json['calls']]
    mine = [hexa(s.theirs) for s in (one, two, three)]
    check(sorted(ids('--client', OTHER)) == sorted(mine[1:]), 'client: %s'
          % ids('--client', OTHER))
    check(ids('--address', '10.0.0.201') == [mine[1]], 'address')
    check(ids('--state', 'up') == sorted(mine) and
          ids('--state', 'login') == [], 'state')
    check(ids('--sort', '-remote') == mine[::-1], 'order')
    if one.pppd.reports():
        check(lab.until(lambda: ids('--user', 'alice') == [mine[1]], 3)
              is not None, 'user: %s' % ids('--user', 'alice'))
        check(ids('--sort', 'user') == [mine[1], mine[0], mine[2]], 'by user')
        check(ids('--interface', 'ppp%d' % one.theirs) == [mine[0]],
              'interface')
    table = ctl('list', '--columns', 'remote,call_id').lines()
    check(table[0].split() == ['ADDRESS', 'CALL'] and
          table[1].split() == ['10.0.0.200', mine[0]], str(table))
    check(len(ctl('list', '--columns', ','.join(CALL)).lines()) == 4,
          'all columns')
    for words in (['--columns', 'nothing'], ['--columns', ''],
                  ['--sort', 'nothing']):
        check('no field of a call' in ctl('list', *words, expect=2).err,
              'list %s' % words)
    check('usage:' in ctl('status', '--user', 'bob', expect=2).err, 'status')
    return ' '.join(mine)


@point('kick-all', 'kick --all ends each call of a client or a user, and no '
       'other')
def kick_all(lab):
    start(lab)
    mine = [lab.call() for _ in range(3)]
    other = lab.call(address=OTHER)
    check(ctl('kick', 'client=' + CLIENT, expect=1).err.count(',') >= 2,
          'without --all')
    got = ctl('-j', 'kick', '--all', 'client=' + CLIENT).json['calls']
    check(sorted(c['call_id'] for c in got) ==
          sorted(hexa(s.theirs) for s in mine), str(got))
    for session in mine:
        seen = session.tcp.drain(1.0)
        check([m.type for m in seen] == [pptp.CDN, pptp.STOPRQ],
              pptp.describe(seen, session.tcp.closed))
    other.needs('the other call')
    check('no call "client=%s"' % CLIENT in
          ctl('kick', '--all', 'client=' + CLIENT, expect=1).err, 'again')
    if other.pppd.reports():
        other.pppd.login('alice')
        check(lab.until(lambda: ctl('show', 'user=alice', expect=None).status
                        == 0, 3) is not None, 'no user')
        check('alice' in ctl('kick', 'user=alice', '--all').out, 'user')
        check(other.tcp.drain(1.0), 'it goes on')
    check('usage:' in ctl('list', '--all', expect=2).err, 'list --all')
    return '%d calls' % len(mine)


@point('session', 'a call has one session id in log, list and show, also after '
       'engine and server were killed; one that has ended is nobody',
       limit=60)
def session_id(lab):
    run = start(lab)
    one, two = lab.call(), lab.call(address=OTHER)

    def ids():
        return {c['call_id']: c['session']
                for c in ctl('-j', 'list').json['calls']}
    first = ids()
    old = first[hexa(one.theirs)]
    check(len(set(first.values())) == 2 and
          all(re.fullmatch('[0-9A-F]{16}', s) for s in first.values()),
          str(first))
    check(lab.log.wait('CTRL: Client %s: call %s is session %s' % (
        CLIENT, hexa(one.theirs), old), 3), 'not in the log')
    check(old in ctl('list').out, 'not in the table')
    check(ctl('show', 'session=' + old.lower()).field('Call ID') ==
          hexa(one.theirs), 'not found')
    os.kill(run.engines()[0].pid, signal.SIGKILL)
    check(lab.until(lambda: run.engines(), 5), 'no engine')
    check(lab.until(lambda: ctl('-j', 'list', expect=None).status == 0 and
                    ids() == first, 10) is not None, 'other ids')
    run.signal(signal.SIGKILL)
    run.wait_exit(5)
    check(lab.until(lambda: not run.listening()) is not None,
          'its engine goes on listening')
    run.start()
    check(lab.until(lambda: ids() == first, 10) is not None,
          'other ids: %s' % ids())
    ctl('kick', old)
    one.tcp.drain(1.0)
    check(lab.log.wait('CTRL: Call of client %s ended: .*, session %s, '
                       'reason admin' % (CLIENT, old), 5),
          'not in the last line')
    again = lab.call()
    check(ids()[hexa(again.theirs)] not in first.values(), 'it came again')
    check(ctl('-j', 'kick', old, expect=1).json['error']['code'] ==
          'no-such-call', 'it is somebody')
    again.needs()
    two.needs()
    return old


@point('shutdown', 'shutdown ends all calls in order, then the server')
def shutdown(lab):
    run = start(lab)
    sessions = [lab.call(address=client(10 + n)) for n in range(3)]
    said = ctl('shutdown').out
    check('3 calls' in said, said)
    for session in sessions:
        got = session.tcp.drain(1.0, count=2)
        check([m.type for m in got] == [pptp.CDN, pptp.STOPRQ],
              pptp.describe(got, session.tcp.closed))
        session.tcp.close()
    took = gone(run)
    check(not run.processes(), 'processes are left')
    check(not exists(DIRECTORY + 'control') and not [
        name for name in os.listdir(DIRECTORY)
        if name.startswith('control')], 'the socket is left')
    check(ctl('status', expect=2).err.startswith('pptpdctl: no server'),
          'status afterwards')
    return 'gone after ' + ms(took)


@point('wait', '--wait: drain and shutdown return when the server has ended',
       waits=True)
def wait(lab):
    took = []
    for words in (['-w', 'shutdown'], ['--json', '--wait', 'drain']):
        run = start(lab)
        session = lab.call()
        threading.Thread(target=run.wait_exit, args=(20,)).start()
        if 'drain' in words:
            threading.Timer(1.5, session.close).start()
        begin = time.monotonic()
        ctl(*words)
        took.append(time.monotonic() - begin)
        check(not run.processes(), 'it still runs after ' + words[-1])
        session.tcp.close()
    check(took[1] >= 1.5, 'drain returns too early')
    check('usage:' in ctl('-w', 'status', expect=2).err, 'with status')
    return ', '.join(map(ms, took))


@point('shutdown-deaf', 'shutdown takes 15 s at most, whatever clients and '
       'pppds do', waits=True, limit=60)
def deaf(lab):
    run = start(lab)
    session = lab.call()
    session.pppd.ignore_everything()
    time.sleep(0.2)  # time: the stand-in has its order
    begin = time.monotonic()
    ctl('shutdown')
    got = ctl('-j', 'status').json
    check(got['stopping'] is True, str(got))
    gone(run, 20)
    took = time.monotonic() - begin
    check(took < 15.5, 'takes %.1f s' % took)
    return '%.1f s' % took


@point('drain', 'drain: nobody new, calls go on, the server leaves with the '
       'last', waits=True)
def drain(lab):
    run = start(lab)
    one, two = lab.call(), lab.call(address=OTHER)
    idle = lab.control(client(9))
    ctl('drain')
    got = idle.drain(1.0, count=1)
    check([m.type for m in got] == [pptp.STOPRQ], pptp.describe(
        got, idle.closed))
    idle.close()
    end = time.monotonic() + 2
    while run.listening() and time.monotonic() < end:
        time.sleep(0.02)  # look
    check(not run.listening(), 'it still listens')
    try:
        lab.connect(client(20), timeout=2)
        raise Fail('a new client can connect')
    except ConnectionRefusedError:
        pass
    got = ctl('-j', 'status').json
    check(got['draining'] is True and got['calls'] == 2, str(got))
    one.needs('a call while draining')
    one.tcp.send(pptp.build(pptp.CCRQ, call_id=one.mine))
    check(one.pppd.wait_gone(3), 'the call does not end')
    two.needs('the other')
    check(run.alive(), 'it left too early')
    one.tcp.send(pptp.build(pptp.STOPRP))
    two.close()
    return 'left %s after the last' % ms(gone(run))


@point('drain-empty', 'drain without calls: the server leaves at once')
def drain_empty(lab):
    run = start(lab)
    check('0 calls' in ctl('drain').out, 'words')
    return ms(gone(run, 5))


@point('drain-refuses', 'while it drains, who had already asked gets an '
       'answer, and may not ask again')
def drain_refuses(lab):
    run = start(lab, conf=[('remoteip', '10.0.0.200'), ('call-rate', '1')])
    session = lab.call()
    waiting = lab.control(OTHER)
    waiting.send(pptp.build(pptp.OCRQ, call_id=0x777))
    time.sleep(0.2)  # time: it waits by now
    ctl('drain')
    got = waiting.expect(pptp.OCRP, 5)
    check(got and got.result == 4, 'without a free address: %s' % got)
    reply = waiting.call(call_id=0x778)
    check(reply and reply.result == 7, 'asked again: %s' % reply)
    check(ctl('-j', 'status').json['refused']['draining'] == 1, 'not counted')
    session.needs('the call')
    check(run.alive(), 'it is dead')
    return str(reply)


@point('drain-crash', 'draining survives the engine', waits=True)
def drain_crash(lab):
    run = start(lab, conf=[('debug', '')])
    session = lab.call()
    ctl('drain')
    engine = run.engines()[0].pid
    os.kill(engine, signal.SIGKILL)
    check(lab.until(lambda: [e for e in run.engines() if e.pid != engine],
                    8) is not None, 'no new engine')
    got = ctl('-j', 'status').json
    check(got['draining'] is True and got['engine_restarts'] == 1, str(got))
    check(not run.listening(), 'it listens')
    session.needs('the call')
    # The engine has no listener, and takes nothing else for one.
    odd = lab.log.find('.*libevent.*')
    check(odd is None, str(odd))
    session.close()
    return 'left %s after the last' % ms(gone(run))


@point('engine-restart', 'the new engine serves the socket too', waits=True)
def engine_restart(lab):
    run = start(lab)
    ctl('status')
    os.kill(run.engines()[0].pid, signal.SIGKILL)
    got = ctl('-j', 'status').json
    check(got['engine_restarts'] == 1 and got['engine_uptime'] < 5, str(got))
    session = lab.call()
    check(ctl('-j', 'list').json['calls'][0]['call_id'] ==
          hexa(session.theirs), 'another call')
    session.needs()
    return 'restart %d' % got['engine_restarts']


@point('restarted', 'calls of an engine that died are listed, and kicked, '
       'by the next', waits=True)
def restarted(lab):
    run = start(lab)
    session, other = lab.call(), lab.call(address=OTHER)
    session.needs()
    before = ctl('-j', 'show', hexa(session.theirs)).json['call']
    os.kill(run.engines()[0].pid, signal.SIGKILL)
    check(lab.until(lambda: len(ctl('-j', 'list').json['calls']) == 2, 5)
          is not None, 'not both calls')
    after = ctl('-j', 'show', hexa(session.theirs)).json['call']
    for name in set(CALL) - {'seconds', 'since'}:
        check(after[name] == before[name], '%s: %s, was %s' % (
            name, after[name], before[name]))
    check(abs(after['since'] - before['since']) <= 1, 'since')
    session.needs('the call')
    ctl('kick', hexa(session.theirs))
    check(session.tcp.expect(pptp.CDN, 2), 'not ended')
    other.needs('the other')
    return '2 calls'


@point('reload', 'reload tells what has changed, or what is wrong, with file '
       'and line')
def reload(lab):
    start(lab)
    session = lab.call()
    check('nothing changed' in ctl('reload').out, 'words')
    text = server.read(server.CONF)
    other = next(g for g in grp.getgrall() if g.gr_gid != 0 and
                 g.gr_name != 'adm')
    namespaces.write(server.CONF, text + 'max-per-ip 5\ncontrol-group %s\n'
                     % other.gr_name)
    said = ctl('reload').out
    check('max-per-ip' in said and 'control-group' in said, said)
    got = ctl('-j', 'status').json['limits']
    check(got['max-per-ip'] == 5, str(got))
    check(os.stat(path()).st_gid == other.gr_gid, 'the socket\'s group')
    nobody = pwd.getpwnam('nobody').pw_uid
    ctl('status', as_user=(nobody, other.gr_gid, []))
    namespaces.write(server.CONF, text.replace(
        'localip ' + server.LOCAL, 'localip 10.0.0.300'))
    time.sleep(1)  # time: the second in which nothing is read again
    bad = ctl('-j', 'reload', expect=1).json['error']
    check(bad['code'] == 'failed' and server.CONF in bad['text'], str(bad))
    session.needs()
    return bad['text']


@point('upgrade', 'upgrade: the server becomes another, calls stay',
       waits=True)
def upgrade(lab):
    run = start(lab)
    session = lab.call()
    engine = run.engines()[0].pid
    said = ctl('upgrade').out
    check(lab.until(lambda: [e for e in run.engines() if e.pid != engine] and
                    len(run.engines()) == 1, 10) is not None, 'no new engine')

    def listed():
        done = ctl('-j', 'list', expect=None)
        return done.status == 0 and len(done.json['calls']) == 1
    check(lab.until(listed, 10) is not None, 'the call is not listed')
    got = ctl('-j', 'status').json
    check(got['pid'] == run.pid and got['engine_restarts'] == 0 and
          got['uptime'] < 10, str(got))
    session.needs()
    return said.strip()


@point('upgrade-not', 'upgrade that cannot be is refused, and nothing '
       'changes', waits=True)
def upgrade_not(lab):
    run = start(lab, conf=[('restart-grace', '0')])
    session = lab.call()
    engine = run.engines()[0].pid
    said = ctl('upgrade', expect=1).err
    check('goes on' in said, said)
    time.sleep(0.5)  # quiet: another engine
    check(run.engines()[0].pid == engine and run.alive(), 'it is another')
    session.needs()
    return said.strip()


@point('usage', 'wrong words: status 2 and a hint; --help: status 0')
def usage(lab):
    odd = ctl('-j', '-s', b'/\xff\n', 'status', expect=2, pidfile=None)
    check(odd.json['error']['code'] == 'not-running', odd.out)
    for words in ([], ['nonsense'], ['show'], ['status', 'x'],
                  ['show', 'a', 'b'], ['--nonsense'], ['top', 'x'],
                  ['list', '--state', 'Up'], ['history', '0'],
                  ['history', '65536'], ['history', 'x']):
        done = ctl(*words, expect=2)
        check('usage:' in done.err and not done.out, str(done))
        check(len(done.err.splitlines()) == 2, 'a page: ' + done.err)
        if words != ['--nonsense']:
            done = ctl('-j', *words, expect=2)
            check(done.json['error']['code'] == 'usage', done.out)
    check(ctl('--help').out.startswith('usage:'), 'help')
    return 'eleven ways'


@point('closed-output', 'with standard output closed, nothing that is printed goes '
       'to the server, or into a file')
def closed_output(lab):
    start(lab)
    secrets = '/run/conformance/closed-secrets'
    namespaces.write(secrets, 'a * x *\n')
    for words in (['list'], ['top', '-b', '-n', '1'], ['metrics']):
        done = subprocess.run([CTL, '-p', server.PIDFILE] + words, timeout=40,
                              stderr=subprocess.DEVNULL,
                              preexec_fn=lambda: os.close(1))
        check(done.returncode == 2, '%s: %d' % (words, done.returncode))
    subprocess.run(['/usr/bin/vpnuser', '-f', secrets, 'del', 'a'], timeout=40,
                   stderr=subprocess.DEVNULL,
                   preexec_fn=lambda: os.close(1))
    with open(secrets) as stream:
        check(stream.read() == '', 'its words are in the file')


@point('no-server', 'no server: status 2 and plain words')
def no_server(lab):
    done = ctl('status', pidfile=None, expect=2)
    check('no server is running' in done.err, done.err)
    run = start(lab)
    name = path()
    run.signal(signal.SIGKILL)
    run.wait_exit()
    check(lab.until(lambda: not run.engines(), 5) is not None,
          'the engine stays')
    check(exists(name), 'kill -9 leaves the socket')
    done = ctl('status', expect=2)
    check('no server is running' in done.err, done.err)
    done = ctl('-j', 'status', expect=2)
    check(done.json['error']['code'] == 'not-running', done.out)
    lab.until(lambda: not run.processes(), 15)
    run.start()
    ctl('status')
    return done.json['error']['text']


@point('two-servers', 'two servers have a socket each, by their pid files')
def two_servers(lab):
    run = start(lab, conf=[('listen', '192.0.2.1')])
    name = path()
    check(re.fullmatch('control-[0-9a-f]{8}', os.path.basename(name)), name)
    check(ctl('-j', 'status').json['pid'] == run.pid, 'another server')
    check(ctl('-j', '--socket', name, 'status',
              pidfile=None).json['pid'] == run.pid, 'by its socket')
    done = ctl('status', pidfile='/run/conformance/other.pid', expect=2)
    check('no server is running' in done.err, done.err)
    run.stop()
    check(not exists(name), 'the socket is left')
    return os.path.basename(name)
