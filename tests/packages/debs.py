"""The packages, and a machine to install them on."""

import glob
import hashlib
import os
import re
import shutil
import subprocess

from pptptest import machine, namespaces, server, systemd
from pptptest.points import Skip, check

DEBS = os.environ.get('PPTPD_DEBS', '')
POPTOP = os.environ.get('PPTPD_POPTOP', '')
NAMES = ('pptpd', 'pptpd-plugins', 'pptpd-aaa', 'bcrelay')
CONF, OPTIONS = '/etc/pptpd.conf', '/etc/ppp/pptpd-options'
DEFAULT, SCRIPT = '/etc/default/pptpd', '/etc/init.d/pptpd'
FAKE = '/run/conformance/fakepppd'


def said(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT).stdout.decode()


def ours(name):
    return glob.glob('%s/%s_*.deb' % (DEBS, name))[0]


def all_ours():
    return [ours(name) for name in NAMES]


def poptop(name='pptpd'):
    found = glob.glob('%s/%s_*.deb' % (POPTOP, name))
    if not POPTOP or not found:
        raise Skip("Debian's packages of Poptop are not here")
    return found[0]


def all_poptop():
    return [poptop(), poptop('bcrelay')]


def field(deb, name):
    return said('dpkg-deb', '-f', deb, name).strip()


def control(deb, name):
    """A file of the control archive, '' if there is none."""
    done = subprocess.run(['dpkg-deb', '-I', deb, name],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return done.stdout.decode()


def files(deb):
    """Path -> permissions, owner and, of a link, where it leads."""
    out = {}
    for line in said('dpkg-deb', '-c', deb).splitlines():
        mode, owner, _, _, _, path = line.split(None, 5)
        if mode[0] != 'd':
            path, _, to = path.partition(' -> ')
            out[path[1:]] = ' '.join([mode, owner] + ([to] if to else []))
    return out


def checksum(path):
    with open(path, 'rb') as stream:
        return hashlib.sha256(stream.read()).hexdigest()


class Machine:
    """/usr, /etc and /var, to be written to and forgotten.  With systemd, dpkg
    runs among its processes, as on a machine that it has booted; without, init
    scripts may start and stop services if starts is true."""

    def __init__(self, lab, booted=False, starts=False):
        self.lab = lab
        self.systemd = None
        for top in ('usr', 'etc', 'var'):
            if os.path.islink('/' + top):
                raise Skip('/%s is a link' % top)
            over = '/run/conformance/over/' + top
            os.makedirs(over + '/upper')
            os.mkdir(over + '/work')
            namespaces.mount('overlay', '/' + top, 'overlay', 0,
                             'lowerdir=/%s,upperdir=%s/upper,workdir=%s/work'
                             % (top, over, over))
        if not os.path.islink('/lib'):
            raise Skip('/lib is a directory of its own')
        # What images of containers leave out and forbid; man-db's index.
        for path in glob.glob('/etc/dpkg/dpkg.cfg.d/*') + [
                '/var/lib/man-db/auto-update']:
            if os.path.exists(path):
                os.unlink(path)
        policy = '/usr/sbin/policy-rc.d'
        namespaces.write(policy, '#!/bin/sh\nexit %d\n' % (
            104 if booted or starts else 101))
        os.chmod(policy, 0o755)
        os.makedirs('/run/lock', exist_ok=True)
        namespaces.write(FAKE, server.read(lab.pppd))
        os.chmod(FAKE, 0o755)
        lab.pppd = FAKE
        for name in NAMES:
            if os.path.exists('/var/lib/dpkg/info/%s.list' % name):
                self.dpkg('--purge', '--force-depends', name)
        if booted:
            self.systemd = systemd.Systemd(lab)

    def run(self, command, status=0):
        """Without anybody to answer a question."""
        if self.systemd:
            command = self.systemd.inside(command)
        else:
            command = ['nsenter', '--net=/proc/%d/ns/net' % self.lab.holder,
                       '--'] + command
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, cwd='/', env=dict(
                server.ENVIRONMENT, DEBIAN_FRONTEND='noninteractive',
                LC_ALL='C'))
        text = done.stdout.decode(errors='replace')
        check(done.returncode == status, '%s: status %d: %s' % (
            ' '.join(command[-3:]), done.returncode, text[-900:]))
        return text

    def dpkg(self, *args):
        return self.run(['dpkg'] + list(args))

    def install(self, debs):
        """From where systemd's processes see them, too."""
        return self.dpkg('-i', '--auto-deconfigure', *[
            shutil.copy(deb, '/run/conformance/') for deb in debs])

    def apt(self, *args):
        return self.run(['apt-get', '-q', '-y', '--no-install-recommends',
                         '--allow-downgrades', '-o', 'Dpkg::Use-Pty=0']
                        + list(args))

    def script(self, action, status=0):
        return self.run([SCRIPT, action], status)

    def configure(self, path=CONF):
        """A working configuration, with this machine's own pppd."""
        with open(path, 'a') as stream:
            stream.write('# edited\nppp %s\nlocalip 10.0.0.2\n'
                         'remoteip 10.0.0.200-220\n' % self.lab.pppd)

    def version(self, name='pptpd'):
        text = self.run(['dpkg-query', '-W', '-f', '${Status} ${Version}',
                         name])
        return text if ' installed ' in text else ''

    def listens(self):
        """Whether somebody does on the port of PPTP."""
        return any(line.split()[1].endswith(':06BB') and
                   line.split()[3] == '0A' for line in server.read(
                       '/proc/%d/net/tcp' % self.lab.holder).splitlines())

    def serves(self, what):
        check(self.lab.until(self.listens, 10), what + ': nobody listens')

    def gone(self, what, names=('pptpd', 'pptpctrl', 'fakepppd')):
        """Fails unless all processes of these names have ended."""
        def left():
            return [p.comm for p in server.processes() if p.comm in names]
        check(self.lab.until(lambda: not left(), 20),
              '%s: left: %s' % (what, left()))


# What a package manager and its hooks keep for themselves.
OWN = re.compile(r'/var/(lib/(dpkg|apt|ucf|systemd)|cache|log|backups)/'
                 r'|/etc/[a-z/]*-$|/etc/\.pwd\.lock$|/usr/share/mime/'
                 r'|/etc/rc.\.d/|/var/lib/man-db/|\.cache$|/__pycache__/'
                 r'|/var/lib/python/|/etc/subuid|/etc/subgid')


def snapshot():
    """Path -> contents of all that the overlays hold more than the machine."""
    out = {}
    for top in ('usr', 'etc', 'var'):
        upper = '/run/conformance/over/%s/upper' % top
        for directory, _, names in os.walk(upper):
            for name in names:
                path = os.path.join(directory, name)
                shown = '/%s%s' % (top, path[len(upper):])
                if OWN.search(shown):
                    continue
                if os.path.islink(path):
                    out[shown] = os.readlink(path)
                elif os.path.isfile(path):
                    out[shown] = checksum(path)
    return out
