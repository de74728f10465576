"""The programs for "aaa exec" that the documentation has as examples: each with
the commands that it names."""

import os
import re
import shutil
import sqlite3
import stat
import subprocess

import examples
import plug
from plug import Plug
from pptptest import mschap, namespaces, server
from pptptest.points import Skip, check, point
from test_exec import METHODS

EXAMPLES = examples.path('hooks')
HOME = '/run/conformance/vpn'
CONF = '/run/conformance/aaa.conf'


def begin(lab, name, words, lines=()):
    if not os.path.isdir(EXAMPLES):
        raise Skip('the documentation is not beside the tests')
    os.makedirs(HOME, exist_ok=True)
    os.chmod(HOME, 0o777)
    program = HOME + '/' + name
    shutil.copy(os.path.join(EXAMPLES, name), program)
    os.chmod(program, 0o755)
    text = ['program %s %s' % (program, words), 'run-as nobody'] + list(lines)
    namespaces.write(CONF, '\n'.join(text) + '\n')
    os.chmod(CONF, 0o644)
    lab.server(conf=[('aaa', 'exec'), ('aaa-conf', CONF)], wait=False)
    check(lab.log.wait('AAA: serves pppd, with .*', 20), 'it does not serve')
    return program


def ask_all(user, password, methods=METHODS):
    for name in methods:
        r = getattr(Plug(user), name)(password)
        check(r.verdict == plug.ACCEPT, '%s: %s: %d' % (user, name, r.verdict))
        for wrong in password + '1', 'x':
            check(getattr(Plug(user), name)(wrong).verdict == plug.REJECT,
                  '%s: %s: a wrong password' % (user, name))
    if 'mschap2' in methods:
        r = Plug(user).keys(password)
    return r


def strange_names():
    for name in ('nobody', '', '*', '"', '\\', "' OR '1'='1", 'bob\n', '# x',
                 'bob:', '\\303', '$(id)', '`id`', 'x' * 253):
        for method in 'pap', 'mschap2':
            check(getattr(Plug(name), method)('x').verdict != plug.ACCEPT,
                  'a user that is none: %r' % name)


def account(user):
    p = Plug(user)
    p.account(plug.START)
    p.account(plug.INTERIM, 60, 10, 20)
    p.account(plug.STOP, 100, (5 << 32) + 7, (6 << 32) + 8, 4)
    p.account(plug.STOP, 100, (5 << 32) + 7, (6 << 32) + 8, 4)  # once more
    return p.ident.decode()


# --- a flat file ----------------------------------------------------------------

@point('example-flat', 'vpn-flat: users of a text file, limits, a line for '
       'each record', limit=120)
def flat(lab):
    users, use = HOME + '/users', HOME + '/use'
    program = begin(lab, 'vpn-flat', users + ' ' + use)
    namespaces.write(users, '''# NAME:ADDRESS:SECONDS:PASSWORD
bob:10.1.2.3:3600:a "long": pass\\word
eve::: plain
empty:::
DOM\\bob:::secret
''')
    os.chmod(users, 0o644)
    r = ask_all('bob', 'a "long": pass\\word')
    check((r.address, r.session) == ('10.1.2.3', 3600), (r.address, r.session))
    r = ask_all('eve', ' plain', ('mschap2',))
    check((r.address, r.session) == ('0.0.0.0', 0), (r.address, r.session))
    ask_all('DOM\\bob', 'secret', ('mschap2',))
    check(Plug('empty').pap('x').verdict == plug.REJECT, 'no password')
    strange_names()
    session = account('bob')
    check(lab.until(lambda: len(server.read(use).splitlines()) == 3,
                    20) is not None, server.read(use))
    check(re.fullmatch(
        r'\d+ Stop "bob" %s 10\.9\.8\.7 100 %d %d' % (
            session, (5 << 32) + 7, (6 << 32) + 8),
        server.read(use).splitlines()[2]), server.read(use))
    os.unlink(users)
    check(Plug('bob').pap('x').verdict == plug.UNAVAILABLE, 'without a file')
    check(lab.log.wait('AAA: %s: user "bob" is refused: it has ended with '
                       'status 1' % program), 'no line')


# --- SQL --------------------------------------------------------------------------

@point('example-sql', 'vpn-sql: users, limits, sessions at once and accounting '
       'in a database', limit=120)
def sql(lab):
    path = HOME + '/vpn.db'
    if not shutil.which('sqlite3'):
        raise Skip('sqlite3 is not installed')
    os.makedirs(HOME, exist_ok=True)
    with open(os.path.join(EXAMPLES, 'vpn.sql')) as tables:
        subprocess.run(['sqlite3', path], stdin=tables, check=True)
    db = sqlite3.connect(path)
    with db:
        db.executemany(
            'INSERT INTO users (name, password, address, session_timeout, '
            'rate_limit, max_sessions, enabled) VALUES (?, ?, ?, ?, ?, ?, ?)',
            [('bob', 'a "long"\\one', '10.1.2.3', 3600, '20M/5M', None, 1),
             ('eve', 'p\u00e4ssword', None, None, None, 1, 1),
             ('old', 'password', None, None, None, None, 0)])
    os.chmod(path, 0o666)
    program = begin(lab, 'vpn-sql', path, ['mode kept', 'workers 2'])
    r = ask_all('bob', 'a "long"\\one')
    check((r.address, r.session) == ('10.1.2.3', 3600), (r.address, r.session))
    check(Plug('old').pap('password').verdict == plug.REJECT, 'disabled')
    strange_names()
    # One session at once; its stop makes room for the next.
    check(Plug('eve').pap('p\u00e4ssword').verdict == plug.ACCEPT, 'eve')
    p = Plug('eve')
    p.account(plug.START)

    def row(session):
        return db.execute('SELECT ended, seconds, octets_in, octets_out, '
                          'cause, name, address FROM sessions WHERE id = ?',
                          (session,)).fetchone()
    check(lab.until(lambda: row(p.ident.decode()) is not None,
                    20) is not None, 'no session')
    r = Plug('eve').pap('p\u00e4ssword')
    check((r.verdict, r.message) == (plug.REJECT, b'too many sessions'),
          r.message)
    p.account(plug.STOP, 5, cause=1)
    check(lab.until(lambda: row(p.ident.decode())[0] is not None,
                    20) is not None, 'it does not end')
    check(Plug('eve').pap('p\u00e4ssword').verdict == plug.ACCEPT, 'no room')
    session = account('bob')
    check(lab.until(lambda: row(session) is not None and row(session)[0],
                    20) is not None, str(row(session)))
    check(row(session)[1:] == (100, (5 << 32) + 7, (6 << 32) + 8,
                               'Idle-Timeout', 'bob', '10.9.8.7'),
          str(row(session)))
    with db:
        db.execute('ALTER TABLE users RENAME TO gone')
    check(Plug('bob').pap('x').verdict == plug.UNAVAILABLE, 'without a table')
    check(lab.log.wait('AAA: %s: user "bob" is refused: it has ended with '
                       'status 1' % program), 'no line')
    with db:
        db.execute('ALTER TABLE gone RENAME TO users')
    ask_all('bob', 'a "long"\\one', ('mschap2',))


# --- a domain controller -----------------------------------------------------------

STUB = '''#!/usr/bin/python3 -B
"""ntlm_auth --helper-protocol=ntlm-server-1, for one user."""
import base64, sys
sys.path[:0] = [%r, %r]
from pptptest import mschap

HASH = mschap.md4('password1'.encode('utf-16-le'))
assert '--helper-protocol=ntlm-server-1' in sys.argv
asked = {}
for line in sys.stdin:
    line = line.rstrip('\\n')
    if line != '.':
        name, _, value = line.partition(':')
        asked[name] = base64.b64decode(value[2:]) \\
            if value.startswith(': ') else value[1:]
        continue
    good = asked.get('Username') == b'bob' and \\
        asked.get('NT-Domain', b'DOM') == b'DOM'
    key = ''
    if 'NT-Response' in asked:
        padded = HASH + bytes(5)
        want = b''.join(mschap.des(padded[n:n + 7], bytes.fromhex(
            asked['LANMAN-Challenge'])) for n in (0, 7, 14))
        good = good and bytes.fromhex(asked['NT-Response']) == want
        key = 'User-Session-Key: ' + mschap.md4(HASH).hex().upper() + '\\n'
    else:
        good = good and asked.get('Password') == b'password1'
    print('Authenticated: Yes\\n' + key + '.' if good else
          'Authenticated: No\\nAuthentication-Error: Wrong Password\\n.',
          flush=True)
    asked = {}
'''


@point('example-ntlm', 'vpn-ntlm: a domain controller checks the response, by '
       "ntlm_auth's protocol, and gives the key for MPPE", limit=120)
def ntlm(lab):
    stub = HOME + '/ntlm_auth'
    os.makedirs(HOME, exist_ok=True)
    # The account of the program may not see the tests.
    shutil.copytree(os.path.dirname(mschap.__file__), HOME + '/lib/pptptest')
    subprocess.run(['chmod', '-R', 'a+rX', HOME + '/lib'], check=True)
    namespaces.write(stub, STUB % (HOME + '/lib', HOME + '/lib'))
    os.chmod(stub, 0o755)
    program = begin(lab, 'vpn-ntlm', stub +
                    ' --helper-protocol=ntlm-server-1',
                    ['mode kept', 'workers 1'])
    for user in 'bob', 'DOM\\bob':
        ask_all(user, 'password1', ('pap', 'mschap', 'mschap2'))
    check(Plug('bob').chap('password1').verdict == plug.REJECT, 'CHAP')
    check(Plug('OTHER\\bob').mschap2('password1').verdict == plug.REJECT,
          'another domain')
    strange_names()
    p = Plug('bob')
    p.account(plug.START)
    helper = [q for q in server.processes() if q.comm == 'ntlm_auth']
    check(len(helper) == 1, '%d of ntlm_auth' % len(helper))
    os.kill(helper[0].pid, 9)
    check(Plug('bob').mschap2('password1').verdict == plug.UNAVAILABLE,
          'let in without ntlm_auth')
    check(lab.log.wait('AAA: %s says: ntlm_auth has ended' % program),
          'no word of it')
    ask_all('bob', 'password1', ('mschap2',))


@point('example-documented', 'what docs/hooks.md and the samples name is there',
       )
def documented(lab):
    del lab
    for name in 'vpn-flat', 'vpn-sql', 'vpn-ntlm', 'vpn.sql':
        path = os.path.join(EXAMPLES, name)
        check(os.path.isfile(path), name)
        check(stat.S_IMODE(os.stat(path).st_mode) & 0o022 == 0, 'mode')
        text = server.read(os.path.join(EXAMPLES, '../../hooks.md'))
        check(name in text, 'docs/hooks.md does not name ' + name)
