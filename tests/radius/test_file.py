"""pptpd-aaa and chap-secrets: the back end "file"."""

import os
import signal
import subprocess

import plug
from plug import Plug
from pptptest import namespaces
from pptptest.points import check, point
from test_radius import services

CONF = '/run/conformance/aaa.conf'
SECRETS = '/run/conformance/chap-secrets'
USERS = '''# comment
"user1" vpn1 "password1" 10.9.8.7
"DOM\\\\user1" * "password1" *
"us only" other "password1" *
"list" * "password1" 10.0.0.1 10.0.0.2
"none" * "" *
'''


def configure(lines=(), users=USERS, mode=0o600):
    namespaces.write(SECRETS, users)
    os.chmod(SECRETS, mode)
    namespaces.write(CONF, '\n'.join(['secrets ' + SECRETS] + list(lines)) +
                     '\n')
    os.chmod(CONF, 0o644)


def begin(lab, **fields):
    configure(**fields)
    run = lab.server(conf=[('aaa', 'file'), ('aaa-conf', CONF)], wait=False)
    check(lab.log.wait('AAA: serves pppd, with .*', 10), 'it does not serve')
    return run


@point('file-methods', 'PAP, CHAP, MS-CHAPv1 and v2 are checked against '
       'chap-secrets: right passwords are accepted, others not')
def methods(lab):
    begin(lab)
    check(lab.log.wait('AAA: serves pppd, with 3 secrets of ' + SECRETS),
          'other lines count')
    p = Plug()
    for name in 'pap', 'chap', 'mschap', 'mschap2':
        good = getattr(p, name)('password1')
        check(good.verdict == plug.ACCEPT, '%s: %d' % (name, good.verdict))
        check(good.address == '10.9.8.7', good.address)
        for wrong in 'password2', 'password', 'password11', 'Password1', 'x':
            bad = getattr(p, name)(wrong)
            check(bad.verdict == plug.REJECT, '%s: %s' % (name, wrong))
            check(bad.address == '0.0.0.0' and not bad.keys, 'it has more')
    check(lab.log.wait('AAA: %s: user "user1": a wrong password' % SECRETS),
          'no line')
    check(Plug('user1', our_name='vpn2').pap('password1').verdict ==
          plug.REJECT, 'a secret for another server counts')
    check(lab.log.wait('AAA: %s: user "user1": no line for it' % SECRETS),
          'no line')
    return 'four methods'


@point('file-mppe', 'keys and proof of MS-CHAP are those of the RFCs, with a '
       'domain and without')
def mppe(lab):
    begin(lab)
    for user in 'user1', 'DOM\\user1':
        r = Plug(user).keys('password1')
    check(r.address == '0.0.0.0', r.address)
    r = Plug().mschap('password1')
    check(r.keys == 1 and
          r.send == plug.mschap.md4(plug.hashed('password1')), 'v1')


@point('file-reply', 'what aaa.conf says of all users and of one arrives at '
       'pppd')
def reply(lab):
    begin(lab, lines=[
        'interim-interval 300', 'reply Session-Timeout = 3600',
        'reply MS-Primary-DNS-Server = 10.0.0.53',
        'reply Class = silver',
        'reply-for user1 Session-Timeout = 60',
        'reply-for user1 Filter-Id = "gold"',
        'reply-for user1 Framed-IP-Address = 10.1.1.1'])
    r = Plug().pap('password1')
    check((r.session, r.interim, r.filter) == (60, 300, b'gold'),
          (r.session, r.interim, r.filter))
    check(r.address == '10.9.8.7', 'the fourth column does not count')
    check(r.dns[0] == '10.0.0.53' and r.classes == b'\x06silver', 'for all')
    r = Plug('DOM\\user1').mschap2('password1')
    check((r.session, r.interim, r.filter) == (3600, 300, b''),
          (r.session, r.interim, r.filter))


@point('file-T-36', 'a name, password or response of a wrong length, or with '
       'a secret that is empty, is refused')
def lengths(lab):
    begin(lab, users=USERS + '"*" * "" *\n"%s" * "password1" *\n' % ('u' * 255))
    n = 0
    for user in '', 'user1', 'none', 'nobody', 'u' * 253, 'list', 'us only':
        p = Plug(user)
        cases = [(plug.PAP, 0, 0), (plug.PAP, 0, 129), (plug.PAP, 0, 255),
                 (plug.PAP, 0, 1),
                 (plug.CHAP, 0, 16), (plug.CHAP, 16, 0), (plug.CHAP, 16, 15),
                 (plug.CHAP, 16, 16), (plug.CHAP, 254, 16),
                 (plug.MSCHAP, 8, 0), (plug.MSCHAP, 8, 49),
                 (plug.MSCHAP, 0, 49), (plug.MSCHAP2, 16, 0),
                 (plug.MSCHAP2, 16, 49), (plug.MSCHAP2, 0, 49),
                 (plug.MSCHAP2, 16, 50), (plug.MSCHAP2, 255, 255)]
        for method, challenge, response in cases:
            p.ask(method, bytes(challenge), bytes(response))
            r = p.answer()
            check(r.verdict == plug.REJECT and not r.keys,
                  'name of %d: %d %d %d' % (len(user), method, challenge,
                                            response))
            n += 1
    for user in 'none', 'list', 'us only':
        for name in 'pap', 'chap', 'mschap', 'mschap2':
            check(getattr(Plug(user), name)('password1').verdict ==
                  plug.REJECT, '%s: %s' % (user, name))
    check(lab.log.wait('%s:5: user "list" is refused: more than one address, '
                       'or options' % SECRETS), 'no line')
    check(lab.log.wait('%s:6: user "none" is refused: an empty secret' %
                       SECRETS), 'no line')
    return '%d refused' % n


@point('file-reload', 'SIGHUP has the secrets read again; a file that others '
       'can write changes nothing', waits=True, limit=90)
def reload(lab):
    run = begin(lab)
    users = USERS.replace('password1', 'password2')
    mark = lab.log.mark()
    configure(users=users, mode=0o666)
    run.signal(signal.SIGHUP)
    check(lab.log.wait('AAA: %s: others than root can write it.*' % SECRETS,
                       10, mark), 'no line about it')
    check(lab.log.wait(r'MGR: pptpd-aaa\[\d+\] has ended with status 1, the '
                       'one before it goes on.*', 10, mark), 'no second line')
    check(Plug().mschap2('password1').verdict == plug.ACCEPT,
          'the old one does not serve')
    mark = lab.log.mark()
    configure(users=users, mode=0o644)
    run.signal(signal.SIGHUP)
    check(lab.log.wait('AAA: %s: others than root can read the secrets.*' %
                       SECRETS, 10, mark), 'no warning')
    check(lab.log.wait('AAA: serves pppd, with .*', 10, mark), 'no new one')
    check(lab.until(lambda: len(services()) == 1, 30) is not None,
          'the old one stays')
    check(Plug().mschap2('password1').verdict == plug.REJECT,
          'the old password')
    check(Plug().mschap2('password2').verdict == plug.ACCEPT,
          'the new password')


@point('file-rights', 'it has no rights, sees no files, and can make no '
       'socket; without aaa.conf it serves /etc/ppp/chap-secrets')
def rights(lab):
    begin(lab)
    check(Plug().pap('password1').verdict == plug.ACCEPT, 'does not work')
    mine = services()[0]
    check(mine.status('Uid').split()[0] != '0', 'root')
    check(mine.status('NoNewPrivs') == '1' and mine.status('Seccomp') == '2',
          'not locked')
    check(os.listdir('/proc/%d/root' % mine.pid) == [], 'it sees files')
    program = os.readlink('/proc/%d/exe' % mine.pid)
    done = subprocess.run([program, '-b', 'file', '-t', '/nonexistent'],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    said = (done.stdout + done.stderr).decode()
    check('/etc/ppp/chap-secrets' in said and
          'nonexistent: No such file' not in said, said)
