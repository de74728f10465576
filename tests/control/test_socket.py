"""The socket itself: who may use it, and what a bad client can do."""

import grp
import json
import os
import socket
import stat
import struct
import time

from pptptest.calls import settled
from pptptest.control import STRANGER, Client, ctl, path, start
from pptptest.lab import OTHER
from pptptest.points import Fail, check, ms, point

ADM = grp.getgrnam('adm').gr_gid
GROUP = [('control-group', 'adm')]
NOBODY = (STRANGER.pw_uid, STRANGER.pw_gid, [])
LINE_MAX = 4096
CLIENTS_MAX = 16


def attributes():
    st = os.stat(path())
    return stat.S_IMODE(st.st_mode), st.st_uid, st.st_gid


@point('root', 'without control-group the socket belongs to root, mode 0600, '
       'and nobody else may use it')
def root(lab):
    run = start(lab)
    check(attributes() == (0o600, 0, 0), '%o, user %d, group %d'
          % attributes())
    check(not lab.log.find('.*there is no group.*'), 'a warning')
    done = ctl('shutdown', as_user=(STRANGER.pw_uid, ADM, []), expect=2)
    check('is for root only' in done.err, str(done))
    os.chmod(path(), 0o666)
    done = ctl('-j', 'shutdown', as_user=(STRANGER.pw_uid, ADM, []), expect=2)
    check(done.json['error']['code'] == 'permission', done.out)
    check(run.alive(), 'it is dead')
    run.stop()
    start(lab, conf=[('control-group', '')])
    check(attributes() == (0o600, 0, 0), '%o, user %d, group %d'
          % attributes())
    return done.json['error']['text']


@point('mode', 'the socket belongs to root and the control-group, mode 0660')
def mode(lab):
    start(lab, conf=GROUP)
    check(attributes() == (0o660, 0, ADM), '%o, user %d, group %d'
          % attributes())
    parent = os.stat(os.path.dirname(path()))
    check(parent.st_uid == 0 and parent.st_mode & 0o022 == 0,
          'others can write beside it')
    return '%o' % attributes()[0]


@point('group', 'control-group names another group; one that is not there '
       'leaves it to root')
def group(lab):
    other = next(g for g in grp.getgrall() if g.gr_gid not in (0, ADM))
    run = start(lab, conf=[('control-group', other.gr_name)])
    check(attributes() == (0o660, 0, other.gr_gid), str(attributes()))
    ctl('status', as_user=(STRANGER.pw_uid, other.gr_gid, []))
    said = ctl('status', as_user=(STRANGER.pw_uid, ADM, []), expect=2).err
    check(other.gr_name in said, said)
    run.stop()
    start(lab, conf=[('control-group', 'no-such-group')])
    check(attributes()[:2] == (0o600, 0), str(attributes()))
    check(lab.log.wait('.*no group "no-such-group".*'), 'no warning')
    ctl('status')
    said = ctl('status', as_user=(STRANGER.pw_uid, ADM, []), expect=2).err
    check('is for root only' in said, said)
    return other.gr_name


@point('stranger', 'a user without the group: status 2, and who may')
def stranger(lab):
    run = start(lab, conf=GROUP)
    session = lab.call()
    for words in (['status'], ['list'], ['kick', '10.0.0.200'],
                  ['shutdown']):
        done = ctl(*words, as_user=NOBODY, expect=2)
        check('is for root and the group adm only' in done.err, str(done))
    done = ctl('-j', 'status', as_user=NOBODY, expect=2)
    check(done.json['error']['code'] == 'permission', done.out)
    session.needs()
    check(run.alive(), 'it is dead')
    return done.json['error']['text']


@point('member', 'a member of the group, by first or further groups, may')
def member(lab):
    start(lab, conf=GROUP)
    session = lab.call()
    ctl('status', as_user=(STRANGER.pw_uid, ADM, []))
    ctl('list', as_user=(STRANGER.pw_uid, STRANGER.pw_gid, [ADM]))
    many = [60000 + n for n in range(300)] + [ADM]
    ctl('list', as_user=(STRANGER.pw_uid, STRANGER.pw_gid, many))
    ctl('kick', '10.0.0.200', as_user=(STRANGER.pw_uid, ADM, []))
    check(session.pppd.wait_hangup(2), 'not ended')
    check(lab.log.wait('CTRL: pptpdctl.* of user %d ends call .*'
                       % STRANGER.pw_uid), 'not in the log')
    return 'yes'


@point('credentials', 'who gets past the mode of the file is refused all the '
       'same, by the kernel\'s word on who it is')
def credentials(lab):
    run = start(lab, conf=GROUP)
    os.chmod(path(), 0o666)
    done = ctl('-j', 'shutdown', as_user=NOBODY, expect=2)
    check(done.json['error']['code'] == 'permission', done.out)
    check(lab.log.wait('.*user %d may not use it.*' % STRANGER.pw_uid),
          'not in the log')
    ctl('status', as_user=(STRANGER.pw_uid, STRANGER.pw_gid, [ADM]))
    check(run.alive(), 'it is dead')
    return done.json['error']['text']


@point('no-socket', 'a control socket that cannot be made is named in the log, '
       'and clients are served')
def no_socket(lab):
    run = start(lab)
    name = path()
    run.stop()
    os.mkdir(name)
    lab.server(conf=[('debug', '')])
    lab.call().needs()
    line = lab.log.find('MGR: no control socket .*')
    check(line, 'not in the log')
    odd = lab.log.find('.*libevent.*')
    check(odd is None, str(odd))
    check(os.path.isdir(name), 'what was there is gone')
    return line.text


@point('privileges', 'pptpdctl listens to the server without root')
def privileges(lab):
    run = start(lab)
    name = path()
    run.stop()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(name)
    listener.listen(1)
    pid = os.fork()
    if pid == 0:
        os.dup2(os.open('/dev/null', os.O_WRONLY), 2)
        os.execv('/usr/sbin/pptpdctl', ['pptpdctl', '--socket', name,
                                        'status'])
    got = listener.accept()[0]

    def ids():
        return {line.split()[0].rstrip(':'): line.split()[1:] for line in
                open('/proc/%d/status' % pid) if line[:4] in ('Uid:', 'Gid:')}
    # They change soon after it has connected.
    lab.until(lambda: '0' not in sum(ids().values(), []), 5)
    uids = ids()
    got.close()
    status = os.waitpid(pid, 0)[1]
    check(set(uids['Uid']) == {str(STRANGER.pw_uid)} and
          '0' not in uids['Gid'], str(uids))
    check(os.waitstatus_to_exitcode(status) == 2, 'status %d' % status)
    return 'user ' + uids['Uid'][0]


def lie(listener, text):
    """A process that answers one client."""
    try:
        sock = listener.accept()[0]
        sock.sendall(text.encode())
        sock.shutdown(socket.SHUT_WR)
        while sock.recv(65536):
            pass
    except OSError:
        pass                    # it has heard enough
    finally:
        os._exit(0)


@point('liar', 'whatever a false server says, nothing of it controls the '
       'terminal')
def liar(lab):
    run = start(lab)
    name = path()
    run.stop()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(name)
    listener.listen(1)
    evil = 'a\x1b[2J\x07\x7f\x9b1m\nb'
    call = json.dumps({'call': {'call_id': evil, 'user': evil,
                                'client': 7, 'seconds': -1,
                                'octets_in': 'x', 'octets_out': None}})
    answers = [
        (['list'], '{"protocol":1}\n' + call + '\n{"event":"later"}\n'
         '{"ok":true,"result":{}}\n', 0),
        (['show', 'x'], '{"protocol":1}\n{"ok":true,"result":%s}\n' % call,
         0),
        (['status'], '{"protocol":1}\n{"ok":true,"result":{"version":%s,'
         '"limits":{%s:1},"refused":7}}\n' % (json.dumps(evil),
                                             json.dumps(evil)), 0),
        (['kick', 'x'], '{"protocol":1}\n{"ok":true,"result":%s}\n' % call,
         0),
        (['reload'], '{"protocol":1}\n{"ok":true,"result":[]}\n', 0),
        (['reload'], '{"protocol":1}\n{"ok":false,"error":{"code":"x",'
         '"text":%s}}\n' % json.dumps(evil), 1),
        (['reload'], '{"protocol":1}\n{"ok":false}\n', 1),
        (['reload'], '{"protocol":2}\n', 2), (['reload'], '[]\n', 2),
        (['reload'], 'x' * 70000, 2), (['reload'], '', 2),
        (['reload'], '{"protocol":1}\n{"ok":tr', 2)]
    for words, text, status in answers:
        for options in ([], ['-j']):
            pid = os.fork()
            if pid == 0:
                lie(listener, text)
            done = ctl(*options + words, expect=status)
            os.waitpid(pid, 0)
            said = (done.out + done.err).replace('\n', '')
            check(all(c >= ' ' and c not in '\x7f\x9b' for c in said),
                  '%r' % said)
    return '%d answers' % len(answers)


@point('protocol', 'a greeting with versions; ids are repeated; what is not '
       'known is passed over; requests in one go are answered in order')
def protocol(lab):
    start(lab)
    one = Client()
    check(one.greeting['protocol'] == 1 and
          set(one.greeting) == {'protocol', 'version'}, str(one.greeting))
    check(one.ask(command='status', later=[1, 2], id='x')['id'] == 'x', 'id')
    check(one.ask(command='show', call='nobody', id=-7)['id'] == -7, 'id')
    check('id' not in one.ask(command='status'), 'id of nobody')
    one.send(b''.join(b'{"command":"list","id":%d}\n' % n
                      for n in range(50)))
    got = [one.line()['id'] for _ in range(50)]
    check(got == list(range(50)), str(got))
    one.send(b'{"command":"sta')
    time.sleep(0.1)  # pace: two segments
    one.send(b'tus"}\r\n')
    check(one.line()['ok'] is True, 'in pieces')
    one.send(b'{"command":"status"}\n')
    one.sock.shutdown(socket.SHUT_WR)
    check(one.line()['ok'] is True, 'no answer after half a close')
    check(one.line() is None, 'not closed')
    return str(one.greeting)


@point('nonsense', 'nonsense gets an error and ends nothing')
def nonsense(lab):
    run = start(lab)
    session = lab.call()
    one = Client()
    bad = [b'\n', b'x\n', b'[]\n', b'"status"\n', b'{}\n', b'{"command":1}\n',
           b'{"command":"status","command":"list"}\n', b'\0\n', b'\xff\n',
           b'{"command":"status","id":{}}\n', b'{"command":"show"}\n',
           b'{"command":"status","id":"%s"}\n' % (b'x' * 65),
           b'{"command":"show","call":7}\n', b'{"command":"kick"}\n',
           b'{"command":"show","call":""}\n', b'{"command":"show"} x\n',
           b'{"command":"show","call":"%s"}\n' % (b'y' * 160),
           b'{"command":"show","call":"\\u0000"}\n',
           b'[' * 4000 + b'\n', b'{"a":' * 800 + b'\n']
    for line in bad:
        code = one.error(line)
        check(code == 'bad-request', '%r: %s' % (line[:50], code))
    for name in (b'format', b'%s%s%n', b'x' * 3000, '\u00e9'.encode() * 900):
        check(one.error(b'{"command":"%s"}\n' % name) == 'unknown-command',
              repr(name[:50]))
    what = '\u00e9' * 70
    check(one.ask(command='show', call=what)['error']['code'] ==
          'no-such-call', 'UTF-8')
    check(one.ask(command='status')['ok'], 'of no use afterwards')
    check(one.error(b'z' * LINE_MAX) == 'bad-request', 'a long line')
    check(one.wait_closed(2), 'open after a line without end')
    session.needs()
    check(ctl('-j', 'status').json['engine_restarts'] == 0 and run.alive(),
          'the engine died')
    return '%d lines' % (len(bad) + 6)


@point('reset', 'clients that leave in the middle leave nothing behind')
def reset(lab):
    run = start(lab)
    session = lab.call()
    ctl('status')
    before = settled(run)[0]
    for number in range(200):
        one = Client(greet=number % 2 == 0)
        if number % 3:
            one.send(b'{"command":"list"}\n{"command":"sta')
        if number % 5 == 0:
            one.send(b'{"command":"status"}\n' * 40)
        if number % 7 == 0:
            one.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                struct.pack('ii', 1, 0))
        one.close()
    check(lab.until(lambda: run.fds() == before, 3) is not None,
          'descriptors: %d, before %d' % (run.fds(), before))
    session.needs()
    got = []

    def answered():                     # they have asked for much
        got[:] = [ctl('-j', 'status', expect=None)]
        return got[0].status == 0
    check(lab.until(answered, 5) is not None, 'no answer: %s' % got[0])
    check(got[0].json['engine_restarts'] == 0, 'the engine died')
    return '200 clients'


@point('crowd', 'more silent clients than there is room for keep nobody out')
def crowd(lab):
    run = start(lab)
    before = run.fds()
    silent = [Client() for _ in range(3 * CLIENTS_MAX)]
    check(run.fds() <= before + CLIENTS_MAX, '%d descriptors more'
          % (run.fds() - before))
    begin = time.monotonic()
    ctl('status')
    took = time.monotonic() - begin
    check(took < 2, 'takes %.1f s' % took)
    check(silent[0].wait_closed(1), 'the first is not closed')
    check(silent[-1].ask(command='status')['ok'], 'the last is closed')
    lab.call().needs()
    return 'served in ' + ms(took)


@point('deaf', 'clients that do not read stall neither calls nor others')
def deaf(lab):
    run = start(lab, conf=lab.cheap_pppd() + [
        ('remoteip', '10.1.0.1-250'), ('connections', '250'),
        ('max-unauth', '0'), ('max-unauth-per-ip', '0')])
    for number in range(200):
        check(lab.control(OTHER).call().result == 1, 'call %d' % number)
    memory = run.memory()
    for number in range(CLIENTS_MAX - 2):
        one = Client()
        one.sock.setblocking(False)
        try:
            for _ in range(2000):
                one.send(b'{"command":"list"}\n')
        except BlockingIOError:
            pass
        lab.kept.append(one)
    time.sleep(0.5)  # time: the server has as much as it takes
    begin = time.monotonic()
    calls = ctl('-j', 'list').json['calls']
    took = time.monotonic() - begin
    check(len(calls) == 200, '%d calls' % len(calls))
    check(took < 3, 'list takes %.1f s' % took)
    check(run.memory() - memory < 4096, '%d KiB more'
          % (run.memory() - memory))
    cpu = run.cpu()
    time.sleep(1)  # quiet: work
    used = run.cpu() - cpu
    check(used < 0.2, 'takes %.0f %% of a processor' % (used * 100))
    lab.serves(OTHER)
    return 'list in %s, %d KiB more' % (ms(took), run.memory() - memory)


@point('flood', 'a flood of requests gets "busy", and the engine does not pay '
       'for it with its life', waits=True)
def flood(lab):
    run = start(lab)
    session = lab.call()
    codes = {}
    one = Client()
    for _ in range(30):
        one.send(b'{"command":"status"}\n' * 100)
        for _ in range(100):
            got = one.line()
            code = 'ok' if got['ok'] else got['error']['code']
            codes[code] = codes.get(code, 0) + 1
    check(set(codes) == {'ok', 'busy'} and codes['ok'] < 300, str(codes))
    session.needs()
    time.sleep(1.5)  # quiet: a death of the engine
    check(ctl('-j', 'status').json['engine_restarts'] == 0 and run.alive(),
          'the engine died')
    return str(codes)


@point('idle', 'a client that says nothing for half a minute is closed',
       slow=True, limit=120)
def idle(lab):
    start(lab)
    one, slow = Client(), Client()
    begin = time.monotonic()
    while time.monotonic() < begin + 25:
        slow.send(b'{')         # no request is complete
        time.sleep(5)  # pace
    if one.wait_closed(0.01):
        raise Fail('after %.0f s' % (time.monotonic() - begin))
    check(one.wait_closed(10) and slow.wait_closed(3), 'still open')
    return '%.0f s' % (time.monotonic() - begin)
