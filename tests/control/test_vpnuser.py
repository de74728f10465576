"""vpnuser: users of chap-secrets, added and removed without harm to the
file, whoever else is at it."""

import os
import pty
import random
import select
import stat
import subprocess
import time

from pptptest import namespaces
from pptptest.points import check, patience, point

TOOL = '/usr/bin/vpnuser'
FILE = '/run/conformance/secrets'
BEFORE = '# Users\n\nalice\tpptpd\t"one two"\t*\t# since May\n' \
    'bob * x 10.0.0.7\n# the end\n'


def vpnuser(*words, password=None, file=FILE, expect=0):
    """What it prints."""
    done = subprocess.run(
        [TOOL, '--file', file] + list(words), timeout=60,
        input=b'' if password is None else password.encode() + b'\nmore\n',
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    out = done.stdout.decode()
    check(done.returncode == expect, 'vpnuser %s: status %d: %s' % (
        ' '.join(words), done.returncode, out))
    return out


def prepare(text=BEFORE, mode=0o640, owner=(0, 0), file=FILE):
    namespaces.write(file, text)
    os.chmod(file, mode)
    os.chown(file, *owner)


def now(file=FILE):
    with open(file) as stream:
        return stream.read()


@point('vpnuser', 'vpnuser add, passwd, domain, del: order, comments, owner, '
       'mode stay; nothing is left beside the file')
def works(lab):
    prepare(owner=(12, 34))
    vpnuser('add', 'carol', password='p"w\\ #1')
    check(now() == BEFORE + '"carol"\t*\t"p\\"w\\\\ #1"\t*\n', now())
    vpnuser('-s', 'pptpd', '-a', '10.0.0.9', 'add', 'dora', password='z')
    check(now().endswith('"dora"\t"pptpd"\t"z"\t10.0.0.9\n'), now())
    vpnuser('passwd', 'alice', password='new')
    check('alice\tpptpd\t"new"\t*\t# since May\n' in now(), now())
    vpnuser('domain', 'bob', 'Office')
    check('"OFFICE\\\\bob" * x 10.0.0.7\n"office\\\\bob" * x 10.0.0.7\n'
          in now(), now())
    shown = vpnuser('show')
    check('alice\tpptpd\t*\n' in shown and 'OFFICE\\bob\t*\t10.0.0.7\n' in
          shown and 'new' not in shown, shown)
    check(vpnuser('show', 'dora').splitlines()[1:] ==
          ['dora\tpptpd\t10.0.0.9'], 'show of one')
    for user in ('carol', 'dora', 'alice', 'OFFICE\\bob', 'office\\bob'):
        vpnuser('del', user)
    check(now() == '# Users\n\n# the end\n', now())
    st = os.stat(FILE)
    check((st.st_uid, st.st_gid, stat.S_IMODE(st.st_mode)) ==
          (12, 34, 0o640), '%s' % (st,))
    left = [n for n in os.listdir(os.path.dirname(FILE))
            if n.startswith('secrets')]
    check(left == ['secrets'], 'left over: %s' % left)


@point('vpnuser-refuses', 'vpnuser refuses what pppd could not read back, a '
       'password in the argument list, and who is there already')
def refuses(lab):
    prepare()
    inode = os.stat(FILE).st_ino
    for words, password, said in (
            (['add', 'alice', '-s'], 'x', ''),
            (['add', ''], 'x', 'is empty'),
            (['add', '*'], 'x', 'everybody'),
            (['add', 'a\nb'], 'x', 'control character'),
            (['add', 'a' * 256], 'x', 'longer'),
            (['add', 'bob'], 'x', 'is there already'),
            (['add', 'eve'], '', 'is empty'),
            (['add', 'eve'], '@/etc/shadow', 'file'),
            (['add', 'eve'], 'a\tb', 'control'),
            (['add', 'eve'], 'm\u00fcller', 'ASCII'),
            (['add', 'eve'], 'p' * 256, 'too long'),
            (['del', 'eve'], None, 'no user'),
            (['passwd', 'eve'], 'x', 'no user'),
            (['domain', 'eve', 'd'], None, 'no user'),
            (['domain', 'bob', 'a\\b'], None, 'backslash')):
        if '-s' in words:
            vpnuser(*words, password=password, expect=2)
            continue
        out = vpnuser(*words, password=password, expect=1)
        check(said in out, '%s: %s' % (words, out))
    out = vpnuser('add', 'eve', 'secret', expect=2)
    check('everybody' in out, out)
    vpnuser('-a', '10.0.0', 'add', 'eve', password='x', expect=2)
    check(now() == BEFORE and os.stat(FILE).st_ino == inode, 'changed')
    prepare('alice * "pw\n')
    out = vpnuser('add', 'eve', password='x', expect=1)
    check('open quote' in out, out)
    out = vpnuser('add', 'eve', password='x', file='/dev/null', expect=2)
    check('not a file' in out, out)
    vpnuser('add', 'eve', password='x', file='/nowhere/secrets', expect=2)


@point('vpnuser-new', 'vpnuser makes the file for root alone, and goes '
       'through a symbolic link as OpenWrt has it')
def new(lab):
    os.symlink(FILE, FILE + '.link')
    out = vpnuser('add', 'eve', password='', file=FILE + '.other', expect=1)
    check('is empty' in out and not os.path.exists(FILE + '.other'),
          'a file without a user')
    namespaces.write(FILE, '')
    os.chmod(FILE, 0o600)
    vpnuser('add', 'alice', password='x', file=FILE + '.link')
    check(os.path.islink(FILE + '.link'), 'the link is gone')
    check(now() == '"alice"\t*\t"x"\t*\n', now())
    os.unlink(FILE)
    vpnuser('add', 'alice', password='x')
    check(stat.S_IMODE(os.stat(FILE).st_mode) == 0o600, 'mode')
    os.link(FILE, FILE + '.hard')
    out = vpnuser('del', 'alice', expect=2)
    check('other names' in out, out)


@point('vpnuser-many', 'twenty vpnuser at once: no user is lost, and whoever '
       'reads meanwhile sees a whole file')
def many(lab):
    prepare(BEFORE, 0o600)
    children = []
    for i in range(20):
        child = subprocess.Popen([TOOL, '-f', FILE, 'add', 'user%d' % i],
                                 stdin=subprocess.PIPE)
        child.stdin.write(b'password %d\n' % i)
        child.stdin.close()
        children.append(child)
    seen = 0
    while any(child.poll() is None for child in children):
        text = now()
        check(text.startswith(BEFORE) and text.endswith('\n') and
              len(text) >= seen, 'a torn file: %r' % text)
        seen = len(text)
    check(all(child.returncode == 0 for child in children), 'one failed')
    for i in range(20):
        check('"user%d"\t*\t"password %d"\t*\n' % (i, i) in now(),
              'user%d is lost' % i)


def talk(words, *answers):
    """Runs it at a terminal; what the terminal shows, and the status."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execv(TOOL, [TOOL, '-f', FILE] + words)
    shown, left = b'', list(answers)
    end = time.monotonic() + 20 * patience()
    while time.monotonic() < end:
        if not select.select([fd], [], [], 0.2)[0]:
            continue
        try:
            data = os.read(fd, 4096)
        except OSError:
            break
        if not data:
            break
        shown += data
        if left and shown.endswith(b': '):
            os.write(fd, left.pop(0))
    os.close(fd)
    return shown.decode(), os.waitpid(pid, 0)[1]


@point('vpnuser-terminal', 'vpnuser at a terminal asks twice, without echo; '
       'Ctrl-C leaves everything as it was')
def terminal(lab):
    prepare()
    shown, status = talk(['add', 'eve'], b'geheim\n', b'geheim\n')
    check(status == 0 and 'geheim' not in shown and 'Once more' in shown,
          '%d: %r' % (status, shown))
    check('"eve"\t*\t"geheim"\t*\n' in now(), now())
    before = now()
    shown, status = talk(['passwd', 'eve'], b'one\n', b'two\n')
    check(status == 256 and 'these were two' in shown, '%d: %r' % (status,
                                                                  shown))
    shown, status = talk(['passwd', 'eve'], b'\x03')
    check(status != 0 and now() == before, '%d: %r' % (status, shown))


@point('vpnuser-pppd', 'the installed pppd reads each word that vpnuser '
       'writes as it was meant')
def by_pppd(lab):
    rng = random.Random(5)
    path, count = '/run/conformance/words', 0
    for _ in range(40):
        word = '-' + ''.join(chr(rng.randrange(0x20, 0x7f)).replace(':', ';')
                             for _ in range(rng.randrange(1, 30)))
        prepare('', 0o600)
        vpnuser('add', 'eve', password=word)
        # pppd names the first word of a file that is no option of its own.
        namespaces.write(path, now().split('\t')[2] + '\n')
        out = subprocess.run(['/usr/sbin/pppd', 'file', path, '--version'],
                             stdin=subprocess.DEVNULL, timeout=20,
                             stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT).stdout.decode()
        check("unrecognized option '%s'" % word in out, '%r: %s' % (word,
                                                                    out))
        count += 1
    return '%d words' % count
