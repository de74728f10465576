"""What the tests of packages elsewhere than on Debian share."""

import os
import subprocess

# What verdict() has counted
counts = {'passed': 0, 'failed': 0}


def verdict(name, fault):
    """Prints it; fault is a text, or nothing."""
    counts['failed' if fault else 'passed'] += 1
    print('%s %s%s' % ('not ok' if fault else 'ok', name,
                       ': %s' % fault if fault else ''), flush=True)


def run(*argv, **more):
    done = subprocess.run(argv, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                          **more)
    return done.returncode, done.stdout


def must(*argv, **more):
    status, text = run(*argv, **more)
    if status != 0:
        raise SystemExit('%s: status %d\n%s' % (' '.join(argv), status,
                                                text[-3000:]))
    return text


class Copy:
    """This machine's files, over which packages can be installed."""

    def __init__(self, work):
        self.root = work + '/root'
        lines = ['mount -t tmpfs tmpfs "$R"',
                 'mkdir "$R/.up" "$R/run" "$R/tmp" "$R/dev" "$R/proc"',
                 'mount -t proc proc "$R/proc"',
                 'mount --rbind /dev "$R/dev"']
        for top in ('bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'):
            if os.path.islink('/' + top):
                lines.append('ln -s "%s" "$R/%s"' % (os.readlink('/' + top),
                                                     top))
        for top in ('usr', 'etc', 'var', 'bin', 'sbin', 'lib', 'lib64'):
            if os.path.isdir('/' + top) and not os.path.islink('/' + top):
                lines.append(
                    'mkdir "$R/%s" "$R/.up/%s" "$R/.up/%s.work"\n'
                    'mount -t overlay overlay -o lowerdir=/%s,upperdir='
                    '"$R/.up/%s",workdir="$R/.up/%s.work" "$R/%s"'
                    % ((top,) * 7))
        # Nothing of a server of this machine
        lines.append('rm -rf "$R/etc/pptpd.conf" "$R"/etc/ppp/*pptpd* '
                     '"$R/usr/sbin/pptpd"')
        lines.append('sed -i /^pptpd:/d "$R/etc/passwd" "$R/etc/group" '
                     '"$R/etc/shadow" "$R/etc/gshadow"')
        self.steps = ['set -e', 'R=' + self.root] + lines
        os.mkdir(self.root)

    def do(self, script):
        """As first process of namespaces of its own, with files and no network;
        R is their root.  Status and output."""
        text = '\n'.join(self.steps + ['cd /', script])
        return run('unshare', '--mount', '--propagation', 'private', '--net',
                   '--pid', '--fork', '--kill-child', 'sh', '-c', text)
