"""Installers edit the sample files by exact text.

About twenty scripts were read; these are the commands that they have in
common.  What each does to Debian's samples of Poptop 1.4.0 is written down
here, and compared with those files themselves where PPTPD_POPTOP names a
directory that the package was unpacked in."""

import os
import re
import subprocess

from pptptest import namespaces
from pptptest.points import check, point

HERE = os.path.dirname(os.path.abspath(__file__))
CONF, OPTIONS = '/run/conformance/sample.conf', '/run/conformance/sample.ppp'
POPTOP = os.environ.get('PPTPD_POPTOP', '')


def ours():
    """The samples as they are installed, by their place in Poptop."""
    etc = os.path.join(HERE, '..', '..', 'etc')
    with open(os.path.join(etc, 'pptpd.conf.in')) as stream:
        conf = stream.read().replace('@sysconfdir@', '/etc')
    with open(os.path.join(etc, 'options.pptpd')) as stream:
        return conf, stream.read()


def poptops():
    texts = []
    for name in ('etc/pptpd.conf', 'etc/ppp/pptpd-options'):
        try:
            with open(os.path.join(POPTOP, name)) as stream:
                texts.append(stream.read())
        except OSError:
            return None
    return texts


def active(text):
    """Lines that count."""
    lines = [' '.join(line.split('#')[0].split())
             for line in text.splitlines()]
    return [line for line in lines if line]


def edit(samples, script):
    """Runs a shell script over both files; what lines it took away and what
    it brought, of each."""
    out = []
    for path, text in zip((CONF, OPTIONS), samples):
        namespaces.write(path, text)
    done = subprocess.run(['sh', '-e', '-c', script],
                          env={'C': CONF, 'O': OPTIONS,
                               'PATH': os.environ['PATH']},
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    check(done.returncode == 0, done.stdout.decode())
    for path, text in zip((CONF, OPTIONS), samples):
        before = active(text)
        with open(path) as stream:
            after = active(stream.read())
        out.append((sorted(x for x in before if x not in after),
                    sorted(x for x in after if x not in before)))
    return out


def installer(lab, script, conf=((), ()), options=((), ()), shows=()):
    """conf and options: what goes and what comes.  shows: lines that
    `pptpd --check` prints about the result."""
    want = [tuple(map(sorted, conf)), tuple(map(sorted, options))]
    got = edit(ours(), script)
    check(got == want, 'changes %s' % got)
    done = subprocess.run([lab.binary, '--check', '-c', CONF, '-o', OPTIONS],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = done.stdout.decode()
    check(done.returncode == 0, '--check: %s' % text)
    for line in shows:
        check(line in text, '--check does not show "%s": %s' % (line, text))
    theirs = poptops()
    if theirs is None:
        return 'as written down'
    got = edit(theirs, script)
    check(got == want, 'Poptop: changes %s' % got)
    return "as with Debian's own samples"


@point('N-1', 'installer: s/#ms-dns 10.0.0.1/ms-dns .../ and the same of '
       '10.0.0.2')
def n_1(lab):
    return installer(lab, '''
        sed -i 's/#ms-dns 10.0.0.1/ms-dns 8.8.8.8/' "$O"
        sed -i 's/#ms-dns 10.0.0.2/ms-dns 8.8.4.4/' "$O"''',
                     options=((), ('ms-dns 8.8.8.8', 'ms-dns 8.8.4.4')))


@point('N-2', 'installer: /#ms-dns 10.0.0.2/ a\\ms-dns ..., and the two '
       'ms-wins')
def n_2(lab):
    return installer(lab, r'''
        sed -i '/#ms-dns 10.0.0.2/ a\ms-dns 1.1.1.1\nms-dns 1.0.0.1' "$O"
        sed -i 's/^#ms-wins 10.0.0.3/ms-wins 192.168.0.3/' "$O"
        sed -i 's/^#ms-wins 10.0.0.4/ms-wins 192.168.0.4/' "$O"''',
                     options=((), ('ms-dns 1.1.1.1', 'ms-dns 1.0.0.1',
                                   'ms-wins 192.168.0.3',
                                   'ms-wins 192.168.0.4')))


@point('N-3', 'installer: s/#localip 192.168.0.1/.../, s/#remoteip '
       '192.168.0.234-238,192.168.0.245/.../, also behind ^')
def n_3(lab):
    for anchor in ('', '^'):
        said = installer(lab, '''
            sed -i 's/%s#localip 192.168.0.1$/localip 10.9.0.1/' "$C"
            sed -i 's/%s#remoteip 192.168.0.234-238,192.168.0.245/%s/' "$C"'''
                         % (anchor, anchor, 'remoteip 10.9.0.100-200'),
                         conf=((), ('localip 10.9.0.1',
                                    'remoteip 10.9.0.100-200')),
                         shows=('10.9.0.1:10.9.0.100',))
    return said


@point('N-4', 'installer: /# or/i localip ...\\nremoteip ...')
def n_4(lab):
    return installer(lab, r'''
        sed -i "/# or/i localip 10.99.0.1\nremoteip 10.99.0.2-100" "$C"''',
                     conf=((), ('localip 10.99.0.1',
                                'remoteip 10.99.0.2-100')),
                     shows=('10.99.0.1:10.99.0.2',
                            '10.99.0.1:10.99.0.100'))


@point('N-5', 'installer: s/#connections 100/connections 253/, s/#debug/debug/ '
       'in both files')
def n_5(lab):
    return installer(lab, '''
        sed -i 's/#connections 100/connections 253/' "$C"
        sed -i 's/#debug/debug/' "$C"
        sed -i 's/#debug/debug/' "$O"''',
                     conf=((), ('connections 253', 'debug')),
                     options=((), ('debug',)))


@point('N-6', 'installer: s/nologfd/#nologfd/, s/logwtmp/#logwtmp/, '
       '/refuse-pap/s/^/#/')
def n_6(lab):
    return installer(lab, '''
        sed -i 's/nologfd/#nologfd/; /refuse-pap/s/^/#/' "$O"
        sed -i 's/logwtmp/#logwtmp/' "$C"''',
                     conf=(('logwtmp',), ()),
                     options=(('refuse-pap', 'nologfd'), ()))


@point('N-7', 'installer: /remoteip/d, then /^localip/a remoteip ...')
def n_7(lab):
    return installer(lab, r'''
        sed -i 's/#localip 192.168.0.1$/localip 192.168.0.1/' "$C"
        sed -i '/remoteip/d' "$C"
        sed -i '/^localip/a remoteip 192.168.0.100-150' "$C"''',
                     conf=((), ('localip 192.168.0.1',
                                'remoteip 192.168.0.100-150')),
                     shows=('192.168.0.1:192.168.0.100',
                            '192.168.0.1:192.168.0.150'))


@point('N-8', 'installer: echo localip, remoteip and ms-dns >> the files')
def n_8(lab):
    return installer(lab, '''
        echo "localip 172.20.1.1" >>"$C"
        echo "remoteip 172.20.1.10-100" >>"$C"
        echo "ms-dns 8.8.8.8" >>"$O"''',
                     conf=((), ('localip 172.20.1.1',
                                'remoteip 172.20.1.10-100')),
                     options=((), ('ms-dns 8.8.8.8',)),
                     shows=('172.20.1.1:172.20.1.10',
                            '172.20.1.1:172.20.1.100'))


@point('N-9', "OpenWrt's init script: appends localip, remoteip, logwtmp; its "
       'mppe line is named, with what to write instead')
def n_9(lab):
    samples = ours()
    edit(samples, '''
        printf 'localip  192.168.0.1\\nremoteip  192.168.0.20-30\\n' >>"$C"
        echo 'mppe required,no40,no56,stateless' >>"$O"''')
    done = subprocess.run([lab.binary, '--check', '-c', CONF, '-o', OPTIONS],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = done.stdout.decode()
    check('192.168.0.1:192.168.0.20' in text, '--check: %s' % text)
    said = [line for line in text.splitlines() if
            re.search(r'sample.ppp:\d+: mppe .*require-mppe-128', line)]
    check(said, '--check says nothing of the mppe line: %s' % text)
    return said[0]


def webmin(text, name, value):
    """What its save_directive() makes of the file: the first line of this
    name, commented out or not, is replaced."""
    lines = text.splitlines()
    for at, line in enumerate(lines):
        got = re.match(r'\s*(#?)\s*(\S+)\s*(\S*)\s*$', line)
        if got and got.group(2).lower() == name:
            lines[at] = '%s\t%s' % (name, value)
            break
    else:
        lines.append('%s\t%s' % (name, value))
    return '\n'.join(lines) + '\n'


@point('N-10', 'Webmin writes keyword, tab, value in the place of the first '
       'line of that name, a comment or not')
def n_10(lab):
    conf, options = ours()
    for name, value in (('localip', '10.7.0.1'), ('remoteip', '10.7.0.5-9'),
                        ('connections', '7'), ('listen', '127.0.0.1'),
                        ('option', OPTIONS)):
        conf = webmin(conf, name, value)
    namespaces.write(CONF, conf)
    namespaces.write(OPTIONS, options)
    done = subprocess.run([lab.binary, '--check', '-c', CONF],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = done.stdout.decode()
    check(done.returncode == 0, '--check: %s' % text)
    for line in ('10.7.0.1:10.7.0.5', '10.7.0.1:10.7.0.9', '127.0.0.1'):
        check(line in text, '--check does not show "%s": %s' % (line, text))
    return 'all five count'
