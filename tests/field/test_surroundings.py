"""Process groups, wrapper scripts, containers: what the server runs in, and
what it is given to run."""

import os
import re
import shutil
import signal
import subprocess
import time

from pptptest import namespaces, pptp, server
from pptptest.lab import CLIENT
from pptptest.points import Skip, check, point

WRAPPER = '/run/conformance/wrapper'


def everyone(run):
    """All processes of the server and of its calls, by pid."""
    return [p.pid for p in run.processes()] + \
        [p.pid for p in run.lab.theatre.living() if p.hello]


@point('N-20', "keepers and their pppds are of the daemon's process group, "
       "as Poptop's are, and of no terminal")
def n_20(lab):
    run = lab.server(wrap=['setsid'])
    session = lab.call()
    group = os.getpgid(run.pid)
    check(group == run.pid, 'the server is of group %d' % group)
    for process in run.processes():
        check(os.getpgid(process.pid) == group, '%s is of group %d'
              % (process.comm, os.getpgid(process.pid)))
    hello = session.pppd.hello
    check(hello['pgid'] == group, 'pppd is of group %d' % hello['pgid'])
    terminal = hello['stat'].rpartition(')')[2].split()[4]
    check(terminal == '0', "pppd's line is its terminal: %s" % terminal)
    return 'all of one'


@point('N-21', 'kill -9 -- -GROUP leaves nothing behind')
def n_21(lab):
    run = lab.server(wrap=['setsid'])
    sessions = [lab.call(address='198.51.100.%d' % n) for n in (1, 2, 3)]
    for session in sessions:
        session.pppd.ignore_everything()
    pids = everyone(run)
    os.killpg(run.pid, signal.SIGKILL)
    left = lambda: [p for p in pids if server.Process(p).alive()]
    check(lab.until(lambda: not left(), 3) is not None, 'left: %s' % [
        server.Process(p).title for p in left()])
    for session in sessions:
        check(session.tcp.wait_closed(3), 'a connection is left open')
    return '%d processes' % len(pids)


@point('N-22', 'Ctrl-C to a server in the foreground: INT to all of the group '
       'ends the calls in order')
def n_22(lab):
    run = lab.server(wrap=['setsid'])
    session = lab.call()
    session.pppd.order(do='term', exit=5)
    pids = everyone(run)
    os.killpg(run.pid, signal.SIGINT)
    check(session.tcp.expect(pptp.CDN, 5), 'no Call-Disconnect-Notify')
    session.tcp.try_send(pptp.build(pptp.STOPRP, result=1))
    check(run.wait_exit(10) == 0, 'exit status %s' % run.wait_exit(0))
    left = lambda: [p for p in pids if server.Process(p).alive()]
    check(lab.until(lambda: not left(), 5) is not None, 'left: %s' % [
        server.Process(p).title for p in left()])
    return 'the client is told, nobody is left'


@point('N-23', 'a daemon that is killed alone leaves its calls to the next '
       'one')
def n_23(lab):
    run = lab.server(wrap=['setsid'])
    session = lab.call()
    os.kill(run.pid, signal.SIGKILL)
    run.wait_exit(5)
    run.start()
    session.needs('the call')
    return 'the call goes on'


def wrapper(text):
    namespaces.write(WRAPPER, text)
    os.chmod(WRAPPER, 0o755)
    return [('ppp', WRAPPER)]


@point('N-24', "NixOS: a shell script as ppp is asked for its version and "
       'its plugins as the pppd that it runs', limit=60)
def n_24(lab):
    pppd = shutil.which('pppd', path='/usr/sbin:/sbin')
    if pppd is None:
        raise Skip('no pppd here')
    lab.server(conf=wrapper('#!/bin/sh\nexport LD_PRELOAD_OF_ITS_OWN=1\n'
                            'exec %s "$@"\n' % pppd) + [('logwtmp', '')])
    lines = [line.text for line in lab.log.since(0, 4)]
    check(not any('pppd' in line and ('cannot run' in line or
                                      'does not fit' in line)
                  for line in lines), 'it says %s' % lines)
    done = subprocess.run([lab.binary, '--check', '-c', server.CONF],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = done.stdout.decode()
    check('pptpd-session.so' in text, 'no session plugin: %s' % text)
    # One whose plugin does not fit is left out, as with pppd itself.
    lab.running.stop()
    lab.server(conf=wrapper('#!/bin/sh\ncase "$*" in *plugin*--version*) '
                            'echo "Plugin is for pppd version 2.4.5" >&2\n'
                            'exit 1;; *--version*) echo "pppd version 9.9.9"\n'
                            'exit;; esac\nexec %s "$@"\n' % lab.pppd) +
               [('logwtmp', '')])
    session = lab.call()
    check('plugin' not in session.pppd.argv, 'a plugin that was refused: %s'
          % session.pppd.argv)
    check(session.pppd.argv[-2:] == ['remotenumber', CLIENT],
          'the arguments are %s' % session.pppd.argv)
    # A stand-in that loads no plugins is none, and gets Poptop's words.
    lab.running.stop()
    lab.server(conf=wrapper('#!/bin/sh\nexec %s "$@"\n' % lab.pppd))
    session = lab.call()
    check('plugin' not in session.pppd.argv, 'a plugin for a stand-in: %s'
          % session.pppd.argv)
    return 'asked through the script'


@point('N-25', "NixOS' unit: Type=forking, PIDFile, a comment behind a value; "
       'the command returns when the pid file is right')
def n_25(lab):
    raw = ('ppp %s\noption %s\npidfile %s\nlocalip 10.124.124.1\n'
           'remoteip 10.124.124.2-11\n'
           'connections 10 # (Will get harmless warning about inconsistent '
           'IP range)\n\n# extraConfig\n'
           % (lab.pppd, server.OPTIONS, server.PIDFILE))
    namespaces.write(server.CONF, raw)
    namespaces.write(server.OPTIONS, server.SECURE)
    done = subprocess.run(
        ['nsenter', '--net=/proc/%d/ns/net' % lab.holder, '--', lab.binary,
         '--conf', server.CONF], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env=server.ENVIRONMENT)
    check(done.returncode == 0, 'exit %d: %s' % (done.returncode,
                                                 done.stdout.decode()))
    pid = int(server.read(server.PIDFILE) or 0)
    check(pid and server.Process(pid).comm == 'pptpd',
          'the pid file says %d' % pid)
    lab.serves(within=5)
    os.kill(pid, signal.SIGINT)
    check(lab.until(lambda: not server.Process(pid).alive(), 10) is not None,
          'it does not end')
    return 'pid %d at once' % pid


# Docker's default set (moby, profiles and oci/caps), and NET_ADMIN as all the
# images ask for.
DOCKER = ('chown dac_override fsetid fowner mknod net_raw setgid setuid '
          'setfcap setpcap net_bind_service sys_chroot kill audit_write '
          'net_admin').split()


# A /dev as containers have it: the usual nodes, and no log.
NEW_DEV = '''
mkdir -p /run/dev
mount -t tmpfs tmpfs /run/dev
for n in null zero full random urandom tty ppp; do
    [ ! -e /dev/$n ] || { : >/run/dev/$n; mount --bind /dev/$n /run/dev/$n; }
done
mkdir /run/dev/pts
mount --bind /dev/pts /run/dev/pts
ln -s pts/ptmx /run/dev/ptmx
mount --rbind /run/dev /dev
'''


class Container:
    """The server as first process of a process namespace, with Docker's
    capabilities, without /dev/log; .text() is what it says."""

    def __init__(self, lab, capabilities=DOCKER, conf=()):
        self.lab = lab
        namespaces.write(server.OPTIONS, server.SECURE)
        run = server.Server.__new__(server.Server)
        run.lab = lab
        run.configure(conf)
        self.output = '/run/conformance/container'
        caps = ','.join('+' + c for c in capabilities)
        script = NEW_DEV + 'mount -t proc proc /proc\nexec setpriv ' \
            '--bounding-set -all,%s --inh-caps -all "$@"' % caps
        with open(self.output, 'wb') as out:
            self.child = subprocess.Popen(
                ['nsenter', '--net=/proc/%d/ns/net' % lab.holder, '--',
                 'unshare', '--pid', '--mount', '--fork', '--kill-child',
                 'sh', '-e', '-c', script, 'sh', lab.binary, '--fg', '--conf',
                 server.CONF, '--pidfile', server.PIDFILE],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd='/',
                env=server.ENVIRONMENT)
        self.running = run
        run.child = self.child
        run.pid = self.child.pid

    def text(self):
        return server.read(self.output)

    def first(self):
        """Outside pid of its first process."""
        children = server.read('/proc/%d/task/%d/children' % (
            self.child.pid, self.child.pid)).split()
        return int(children[0]) if children else 0

    def listening(self):
        return self.running.listening(10)


def needs_tools():
    for tool in ('setpriv', 'unshare'):
        if shutil.which(tool) is None:
            raise Skip('no %s here' % tool)


@point('N-26', 'container: as process 1, with the capabilities that Docker '
       'gives and no /dev/log, it serves and logs to stderr', limit=60)
def n_26(lab):
    needs_tools()
    box = Container(lab)
    check(box.listening(), 'it does not listen: %s' % box.text())
    session = lab.call()
    session.needs()
    check(lab.until(lambda: 'control connection started' in box.text(), 3)
          is not None, 'it says: %s' % box.text())
    line = [l for l in box.text().splitlines() if 'connection started' in l][0]
    check(CLIENT in line and re.search(r'pptpd\[\d+\]', line), line)
    return line


@point('N-27', 'container: process 1 reaps the orphans of others')
def n_27(lab):
    needs_tools()
    box = Container(lab)
    check(box.listening(), 'it does not listen: %s' % box.text())
    lab.call().needs()
    subprocess.run(['nsenter', '--pid=/proc/%d/ns/pid' % box.first(), 'sh',
                    '-c', '(sleep 0.2 &) ; (sleep 0.3 &) ; (exec true &)'])

    def left():
        """They are its children now, and alive or dead."""
        out = []
        for name in os.listdir('/proc'):
            if name.isdigit():
                process = server.Process(int(name))
                if process.ppid == box.first() and (
                        process.state == 'Z' or
                        process.comm in ('sh', 'sleep', 'true')):
                    out.append('%s (%s)' % (process.comm, process.state))
        return out
    check(lab.until(lambda: not left(), 5) is not None, 'left: %s' % left())
    check(box.child.poll() is None, 'it has ended')
    lab.call().needs()
    return 'three orphans'


@point('N-28', 'container: TERM to process 1 ends the calls in order within '
       '8 s, since whoever stops a container kills it after 10', limit=60)
def n_28(lab):
    needs_tools()
    box = Container(lab)
    check(box.listening(), 'it does not listen: %s' % box.text())
    session = lab.call()
    stubborn = lab.call(address='198.51.100.7')
    stubborn.pppd.ignore_everything()
    begin = time.monotonic()
    os.kill(box.first(), signal.SIGTERM)
    check(session.tcp.expect(pptp.CDN, 5), 'no Call-Disconnect-Notify')
    session.tcp.try_send(pptp.build(pptp.STOPRP, result=1))
    try:
        box.child.wait(9)
    except subprocess.TimeoutExpired:
        check(False, 'it does not end within 9 s: %s' % box.text()[-300:])
    took = time.monotonic() - begin
    check(took < 8, 'it takes %.1f s' % took)
    return 'after %.1f s, with a pppd that would not end' % took


@point('N-29', 'container: it names each capability that it misses', limit=90)
def n_29(lab):
    needs_tools()
    said = []
    for gone in ('net_raw', 'sys_chroot', 'setuid', 'net_admin'):
        box = Container(lab, [c for c in DOCKER if c != gone])
        lab.until(lambda: 'CAP_' + gone.upper() in box.text() or
                  box.child.poll() is not None, 8)
        if gone != 'net_admin':
            check(lab.until(lambda: box.child.poll() is not None, 20)
                  is not None, 'without %s it does start' % gone)
        text = box.text()
        box.child.kill()
        box.child.wait(5)
        check(lab.until(lambda: not box.running.listening(), 5) is not None,
              'it still listens')
        check('CAP_' + gone.upper() in text, 'without %s it says: %s'
              % (gone, text))
        said.append(gone)
    return ', '.join(said)
