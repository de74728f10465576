"""What is in the packages.  Pk-n."""

import glob
import os
import re
import shutil
import subprocess

from debs import (DEBS, NAMES, control, field, files, ours, poptop, said)
from pptptest.points import Skip, check, point

# Files of Debian's Poptop that ours do not have, and why.
LEFT_OUT = (
    (r'/usr/share/doc/.*', 'its documentation'),
    (r'/usr/share/lintian/.*', 'its own'),
    (r'/etc/(pptpd\.conf|ppp/pptpd-options|default/pptpd)',
     'made by postinst, see ucf'),
)


@point('Pk-1', "each file of Debian's Poptop is in ours, at its place or with "
       'a reason')
def pk_1(lab):
    have = {}
    for name in NAMES:
        for path, mode in files(ours(name)).items():
            check(path not in have, '%s is in two packages' % path)
            have[path] = mode
    rows, missing = 0, []
    for name in ('pptpd', 'bcrelay'):
        for path in files(poptop(name)):
            rows += 1
            if path not in have and path.replace('/lib/systemd/',
                                                 '/usr/lib/systemd/') \
                    not in have and not any(
                        re.fullmatch(what, path) for what, _ in LEFT_OUT):
                missing.append(path)
    check(not missing, 'missing: %s' % missing)
    return '%d rows' % rows


@point('Pk-2', 'owner, modes and places of files')
def pk_2(lab):
    for name in NAMES:
        for path, mode in files(ours(name)).items():
            check(' root/root' in mode, '%s: %s' % (path, mode))
            runs = path.startswith(('/usr/bin/', '/usr/sbin/', '/usr/libexec/',
                                    '/etc/init.d/'))
            # Some examples are programs.
            wanted = 'l' if mode[0] == 'l' else \
                ('-rwxr-xr-x', '-rw-r--r--') if '/examples/' in path else \
                '-rwxr-xr-x' if runs else '-rw-r--r--'
            check(mode.startswith(wanted), '%s: %s' % (path, mode))
    under_etc = [p for p in files(ours('pptpd')) if p.startswith('/etc/')]
    check(under_etc == ['/etc/init.d/pptpd', '/etc/modules-load.d/pptpd.conf'],
          'under /etc: %s' % under_etc)
    check(control(ours('pptpd'), 'conffiles').split() == under_etc,
          'conffiles: ' + control(ours('pptpd'), 'conffiles'))


@point('Pk-3', 'only the plugins depend on one version of ppp; nobody depends '
       'on bcrelay')
def pk_3(lab):
    depends = {name: field(ours(name), 'Depends') for name in NAMES}
    words = {name: [w.strip() for w in text.split(',')]
             for name, text in depends.items()}
    check('ppp' in words['pptpd'], 'pptpd: ' + depends['pptpd'])
    check(not re.search(r'\bppp \(|bcrelay|pptpd-plugins', depends['pptpd']),
          'pptpd: ' + depends['pptpd'])
    recommended = field(ours('pptpd'), 'Recommends')
    for name in ('bcrelay', 'pptpd-plugins'):
        check(name in recommended, 'Recommends: ' + recommended)
    # As ppp-dev says it, and Debian's Poptop has it.
    for name in ('pptpd-plugins', 'pptpd-aaa'):
        exact = [w for w in words[name] if w.startswith('ppp ')]
        check(len(exact) == 2 and
              {w.split()[1] for w in exact} == {'(>=', '(<<'},
              '%s: %s' % (name, depends[name]))
    check('ppp' not in depends['bcrelay'].replace('libpcap', ''),
          'bcrelay: ' + depends['bcrelay'])
    plugins = ours('pptpd-plugins')
    for name in ('Breaks', 'Replaces'):
        check(field(plugins, name) == 'pptpd (<< 2.0.0~)', '%s: %s' % (
            name, field(plugins, name)))
    return ', '.join(sorted(exact))


@point('Pk-4', 'linked with TCP wrappers, as Poptop was up to Debian 12')
def pk_4(lab):
    check('libwrap0' in field(ours('pptpd'), 'Depends'), 'no libwrap0')
    dynamic = said('readelf', '-d', lab.binary)
    check('libwrap.so.0' in dynamic, 'NEEDED: ' + ' '.join(
        re.findall(r'NEEDED.*\[(.*)\]', dynamic)))


@point('Pk-5', "newer than every Poptop of Debian's, older than a revision of "
       "Debian's own")
def pk_5(lab):
    version = field(ours('pptpd'), 'Version')
    for than in ('1.4.0-12+b2', '1.5.0-1', '1.5.0-1+b2', '1.5.0-99'):
        said('dpkg', '--compare-versions', version, 'gt', than)
    upstream = re.search(r'AC_INIT\(\[pptpd\], \[(.*)\]\)', open(
        os.path.join(os.path.dirname(__file__), '../../configure.ac')).read())
    check(version.startswith(upstream.group(1) + '-'),
          '%s, but configure.ac has %s' % (version, upstream.group(1)))
    said('dpkg', '--compare-versions', version, 'le',
         version.split('~')[0])
    return version


@point('Pk-6', 'lintian has nothing to say', limit=120)
def pk_6(lab):
    if not shutil.which('lintian'):
        raise Skip('no lintian')
    done = subprocess.run(
        ['lintian', '--allow-root', '--fail-on', 'error,warning'] +
        [ours(name) for name in NAMES] + glob.glob(DEBS + '/*.dsc'),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = done.stdout.decode()
    check(done.returncode == 0 and not re.search('^[EW]:', text, re.M), text)


@point('Pk-7', 'maintainer scripts: for sh, and with nothing that stops the '
       'server on an upgrade')
def pk_7(lab):
    for name in ('preinst', 'postinst', 'prerm', 'postrm'):
        text = control(ours('pptpd'), name)
        check(text.startswith('#!/bin/sh\n'), '%s: %s' % (name, text[:40]))
        done = subprocess.run(['sh', '-n'], input=text.encode(),
                              stderr=subprocess.PIPE)
        check(done.returncode == 0, done.stderr.decode())
    prerm = control(ours('pptpd'), 'prerm')
    for line in prerm.splitlines():
        check(' stop' not in line or line.startswith('\t'), line)
    check('= remove ]' in prerm, prerm)
    # A timer that runs goes on after an upgrade, with the new unit, and ends
    # with the package.
    check('metrics' not in control(ours('pptpd'), 'preinst'),
          'preinst stops the timer')
    check(re.search('try-restart.*pptpd-metrics.timer',
                    control(ours('pptpd'), 'postinst')),
          'postinst does not restart the timer')
    check('stop pptpd-metrics.timer' in prerm, 'prerm leaves the timer')
    check('interest-noawait /usr/sbin/pppd' in control(ours('pptpd'),
                                                       'triggers'),
          'no trigger on pppd')
    check(not control(ours('pptpd-plugins'), 'postinst'), 'plugins: postinst')


@point('Pk-8', "the plugins are for this machine's pppd; Poptop's path leads "
       'there')
def pk_8(lab):
    have = files(ours('pptpd-plugins'))
    link = have.get('/usr/lib/pptpd/pptpd-logwtmp.so', '')
    check(link.startswith('l'), 'no link: ' + link)
    version = link.split()[-1].split('/')[0]
    for name in ('logwtmp', 'session', 'kernel'):
        path = '/usr/lib/pptpd/%s/pptpd-%s.so' % (version, name)
        check(path in have, 'no ' + path)
    check(version in field(ours('pptpd-plugins'), 'Depends'),
          'depends: ' + field(ours('pptpd-plugins'), 'Depends'))
    return 'pppd ' + version


@point('Pk-9', 'each program has its manual; debugging symbols are apart')
def pk_9(lab):
    have = {}
    for name in NAMES:
        have.update(files(ours(name)))
    pages = {os.path.basename(p).split('.')[0] for p in have
             if p.startswith('/usr/share/man/')}
    for path in have:
        if path.startswith('/usr/sbin/'):
            check(os.path.basename(path) in pages, 'no page of ' + path)
    apart = [f for f in os.listdir(DEBS) if '-dbgsym_' in f]
    check(len(apart) == len(NAMES), 'dbgsym: %s' % apart)


def exposure(deb):
    """What systemd-analyze thinks of a package's unit: 0 to 10, ten times."""
    unit = [p for p in files(deb) if p.endswith('/pptpd.service')][0]
    place = '/run/conformance/' + field(deb, 'Version').replace('~', '-')
    subprocess.run(['dpkg-deb', '-x', deb, place], check=True)
    text = said('sh', '-c', 'systemd-analyze security --offline=true '
                '--no-pager "$1" || :', 'sh', place + unit)
    found = re.search(r'Overall exposure level .*: (\d+)\.(\d)', text)
    if not found:
        raise Skip('this systemd-analyze looks at no file')
    return int(found.group(1) + found.group(2))


@point('Pk-10', "systemd-analyze security: less exposed than with Poptop's "
       'unit by a third')
def pk_10(lab):
    if not shutil.which('systemd-analyze'):
        raise Skip('no systemd-analyze')
    theirs, mine = exposure(poptop()), exposure(ours('pptpd'))
    check(mine * 3 <= theirs * 2, '%d and %d' % (mine, theirs))
    return 'exposure %.1f, with Poptop %.1f' % (mine / 10, theirs / 10)


@point('Pk-11', 'pptpd-aaa is apart: no other package needs OpenSSL or has '
       'its files, and it takes them from those that had')
def pk_11(lab):
    version = field(ours('pptpd'), 'Version')
    aaa = ours('pptpd-aaa')
    check(field(ours('pptpd'), 'Suggests') == 'pptpd-aaa',
          'Suggests: ' + field(ours('pptpd'), 'Suggests'))
    check('pptpd (= %s)' % version in field(aaa, 'Depends') and
          'libssl' in field(aaa, 'Depends'), field(aaa, 'Depends'))
    for name in NAMES:
        for path in files(ours(name)):
            check(name == 'pptpd-aaa' or 'pptpd-aaa' not in path,
                  '%s: %s' % (name, path))
        check(name == 'pptpd-aaa' or 'libssl' not in field(
            ours(name), 'Depends'), name + ' needs OpenSSL')
    for word in ('Breaks', 'Replaces'):
        check(field(aaa, word).replace('\n', '') == 'pptpd (<< 2.0.0-2~), '
              'pptpd-plugins (<< 2.0.0-2~)', '%s: %s' % (
                  word, field(aaa, word)))
    # Those have no more in common with it than the directory.
    said('dpkg', '--compare-versions', version, 'ge', '2.0.0-2~')
    have = files(aaa)
    for path in ('/usr/libexec/pptpd/pptpd-aaa', '/usr/lib/pptpd/pptpd-aaa.so',
                 '/usr/share/man/man8/pptpd-aaa.8.gz',
                 '/usr/share/man/man5/pptpd-radius.conf.5.gz',
                 '/usr/share/doc/pptpd-aaa/examples/aaa.conf',
                 '/usr/share/doc/pptpd-aaa/examples/radius.conf'):
        check(path in have, 'no ' + path)
