"""A machine that the packages are installed on.  Pi-n."""

import os
import re
import shutil
import signal
import subprocess

from debs import (CONF, DEFAULT, FAKE, NAMES, OPTIONS, SCRIPT, Machine,
                  all_ours, all_poptop, checksum, ours, poptop, snapshot)
from pptptest import machine, namespaces, server, suite
from pptptest.points import check, point


def edited(there, which):
    """Installers' commands, as in tests/field, of two kinds."""
    scripts = {'one': r'''
        sed -i 's/#ms-dns 10.0.0.1/ms-dns 8.8.8.8/' "$O"
        sed -i 's/#ms-dns 10.0.0.2/ms-dns 8.8.4.4/' "$O"
        sed -i 's/#localip 192.168.0.1$/localip 10.9.0.1/' "$C"
        sed -i 's/^#remoteip 192.168.0.234-238,192.168.0.245/remoteip 10.9.0.100-200/' "$C"
        sed -i 's/#connections 100/connections 253/' "$C"
        sed -i 's/nologfd/#nologfd/; /refuse-pap/s/^/#/' "$O"
        ''', 'two': r'''
        sed -i '/#ms-dns 10.0.0.2/ a\ms-dns 1.1.1.1\nms-dns 1.0.0.1' "$O"
        sed -i "/# or/i localip 10.99.0.1\nremoteip 10.99.0.2-100" "$C"
        sed -i 's/#debug/debug/' "$C"
        sed -i 's/#debug/debug/' "$O"
        sed -i 's/logwtmp/#logwtmp/' "$C"
        echo 'ms-dns 9.9.9.9' >>"$O"
        '''}
    subprocess.run(['sh', '-e', '-c', scripts[which]], check=True,
                   env={'C': CONF, 'O': OPTIONS, 'PATH': os.environ['PATH']})


def sums(*paths):
    return {path: checksum(path) for path in paths}


def no_questions(text):
    for words in ('What would you like', 'Configuration file', '*** ',
                  'dpkg: error'):
        check(words not in text, text[-600:])


@point('Pi-1', 'on a machine without Poptop: not enabled, not started; a '
       'purge leaves nothing', limit=120)
def pi_1(lab):
    there = Machine(lab, booted=True)
    before = snapshot()
    no_questions(there.install(all_ours()))
    check(there.systemd.state() == 'inactive/dead', there.systemd.state())
    text = there.run(['pptpd', '--check'])
    check('/etc/pptpd.conf' in text, text)
    check('option /etc/ppp/pptpd-options\n' in server.read(CONF),
          'the sample names another options file')
    links = [name for name in os.listdir('/etc/systemd/system')
             if 'pptpd' in name]
    wants = '/etc/systemd/system/multi-user.target.wants/pptpd.service'
    check(not links and not os.path.lexists(wants), 'enabled: %s' % links)
    user = there.run(['getent', 'passwd', 'pptpd'])
    check(user.strip().endswith(':/:/usr/sbin/nologin'), user)
    there.dpkg('--purge', *NAMES)
    there.gone('purge')
    after = snapshot()
    left = sorted(p for p in after if after[p] != before.get(p) and
                  not p.startswith('/etc/passwd') and
                  not re.match('/etc/g?shadow|/etc/group', p))
    check(not left, 'left: %s' % left)
    for path in ('/etc/passwd', '/etc/group', '/etc/shadow'):
        check('pptpd' not in server.read(path), 'pptpd is in ' + path)
    check('pptpd' not in server.read('/var/lib/ucf/hashfile'),
          'ucf still knows files')
    check(not os.path.exists('/run/pptpd'), '/run/pptpd is left')


@point('Pi-2', 'over Poptop: what nobody has changed is replaced, without a '
       'question', limit=120)
def pi_2(lab):
    there = Machine(lab)
    there.install(all_poptop())
    before = sums(CONF, OPTIONS, DEFAULT, SCRIPT)
    no_questions(there.install(all_ours()))
    after = sums(CONF, OPTIONS, DEFAULT, SCRIPT)
    same = [p for p in after if after[p] == before[p]]
    check(not same, "still Poptop's: %s" % same)
    for path, template in ((CONF, 'pptpd.conf'), (OPTIONS, 'pptpd-options'),
                           (DEFAULT, 'pptpd.default')):
        check(after[path] == checksum('/usr/share/pptpd/' + template),
              path + ' is not what we ship')
    check(not [n for n in os.listdir('/etc') if '.ucf-' in n or '.dpkg-' in n],
          'copies are left in /etc')


def over_poptop(lab, which, *shown):
    there = Machine(lab)
    there.install(all_poptop())
    edited(there, which)
    namespaces.write(DEFAULT, "DAEMON_OPTS='--debug'\n")
    namespaces.write('/etc/ppp/chap-secrets', 'alice pptpd secret *\n')
    paths = (CONF, OPTIONS, DEFAULT, '/etc/ppp/chap-secrets',
             '/etc/modules-load.d/pptpd.conf')
    before = sums(*paths)
    no_questions(there.install(all_ours()))
    check(sums(*paths) == before, 'files have changed')
    text = there.run(['pptpd', '--check'])
    for line in shown:
        check(line in text, '--check does not show %s: %s' % (line, text))
    # Once more, as the next version will be.
    no_questions(there.install(all_ours()))
    check(sums(*paths) == before, 'files have changed the second time')
    # And back.
    there.dpkg('--remove', 'pptpd-plugins', 'pptpd-aaa')
    no_questions(there.install(all_poptop()))
    check(there.version().endswith(' 1.4.0-12+b2') or
          ' 1.' in there.version(), there.version())
    check(sums(*paths) == before, 'files have changed on the way back')
    check('pptpd' not in server.read('/var/lib/ucf/hashfile') +
          server.read('/var/lib/ucf/registry'), 'ucf still knows files')
    check(os.path.isfile('/usr/lib/pptpd/pptpd-logwtmp.so') and
          not os.path.islink('/usr/lib/pptpd/pptpd-logwtmp.so'),
          "Poptop's plugin is not back")


@point('Pi-3', 'over Poptop with samples that an installer has edited, again, '
       'and back: every octet stays, nobody is asked', limit=180)
def pi_3(lab):
    over_poptop(lab, 'one', '10.9.0.1:10.9.0.100', '10.9.0.1:10.9.0.200')


@point('Pi-4', 'the same with another kind of installer', limit=180)
def pi_4(lab):
    over_poptop(lab, 'two', '10.99.0.1:10.99.0.2', '10.99.0.1:10.99.0.100')


@point('Pi-5', 'systemd: an upgrade from Poptop ends its calls and starts '
       'what ran; the next one keeps calls; removal ends them', limit=240)
def pi_5(lab):
    there = Machine(lab, booted=True)
    manager = there.systemd
    there.install(all_poptop())
    check(manager.state() == 'inactive/dead', 'Poptop: ' + manager.state())
    there.configure()
    kept = sums(CONF)
    manager.ctl('start', 'pptpd')
    there.serves('Poptop')
    old = lab.call()
    theirs = machine.monitor()
    text = there.install(all_ours())
    no_questions(text)
    check(lab.until(lambda: manager.state() == 'active/running', 10),
          'after the upgrade: %s: %s' % (manager.state(), text))
    check(machine.monitor() not in (None, theirs), 'no new server')
    check(lab.until(lambda: old.tcp.drain(0.05) is not None and
                    old.tcp.closed, 10), "Poptop's call goes on")
    there.gone("Poptop's call", ('fakepppd',))
    check('/usr/sbin/pptpd -f' in manager.show('ExecStart') and
          manager.show('Type') == 'notify', manager.show('ExecStart'))
    check(manager.ctl('is-enabled', 'pptpd', status=1) == 'disabled',
          'it is enabled now')
    session = lab.call(address='198.51.100.2')
    session.needs('a call')
    check(sums(CONF) == kept, 'the configuration has changed')
    before = machine.monitor()
    talk = machine.Talk(session)
    there.install(all_ours())
    gap = talk.end()
    session.needs('the call, after an upgrade')
    check(machine.monitor() is not None, 'no server (before: %d)' % before)
    kinds, _ = machine.told(session, lambda: there.dpkg(
        '--remove', 'pptpd', 'pptpd-plugins', 'pptpd-aaa'), 30)
    machine.ended_in_order(kinds)
    there.gone('removal')
    return 'longest gap %s' % gap


@point('Pi-6', 'systemd: what did not run is not started by an upgrade',
       limit=180)
def pi_6(lab):
    there = Machine(lab, booted=True)
    there.install(all_poptop())
    there.configure()
    there.install(all_ours())
    check(there.systemd.state() == 'inactive/dead', there.systemd.state())
    there.install(all_ours())
    check(there.systemd.state() == 'inactive/dead', there.systemd.state())
    check(machine.monitor() is None, 'a server runs')
    there.systemd.ctl('enable', '--now', 'pptpd')
    there.serves('enabled')
    lab.call().needs('a call')


@point('Pi-7', "no systemd: the init script takes Poptop's place, and calls "
       'outlive an upgrade', limit=240)
def pi_7(lab):
    there = Machine(lab, starts=True)
    there.install(all_poptop())
    there.configure()
    there.script('restart')
    there.serves('Poptop')
    old = lab.call()
    theirs = machine.monitor()
    text = there.install(all_ours())
    there.serves('after the upgrade: ' + text)
    check(machine.monitor() not in (None, theirs), 'no new server')
    check(lab.until(lambda: old.tcp.drain(0.05) is not None and
                    old.tcp.closed, 10), "Poptop's call goes on")
    there.gone("Poptop's call", ('fakepppd',))
    there.script('status')
    session = lab.call(address='198.51.100.2')
    there.install(all_ours())
    session.needs('the call, after an upgrade')
    there.script('status')
    kinds, _ = machine.told(session, lambda: there.script('stop'))
    machine.ended_in_order(kinds)
    there.gone('stop')


# Answers as pppd does, since it asks one; for calls it is the stand-in.
ASKS = '''#!/bin/sh
case "$*" in
*--version*) exec /usr/lib/pppd/other "$@" ;;
esac
exec %s "$@"
'''


def other_ppp():
    """A package of ppp whose pppd is this machine's with another version in
    it; returns package and version."""
    top = '/run/conformance/ppp'
    for directory in ('DEBIAN', 'usr/sbin', 'usr/lib/pppd'):
        os.makedirs('%s/%s' % (top, directory))
    own = suite.pppd_version()
    other = '9' + own[1:]
    with open('/usr/sbin/pppd', 'rb') as stream:
        binary = stream.read()
    with open(top + '/usr/lib/pppd/other', 'wb') as stream:
        stream.write(binary.replace(own.encode() + b'\0',
                                    other.encode() + b'\0'))
    namespaces.write(top + '/usr/sbin/pppd', ASKS % FAKE)
    for name in ('usr/sbin/pppd', 'usr/lib/pppd/other'):
        os.chmod('%s/%s' % (top, name), 0o755)
    namespaces.write(
        top + '/DEBIAN/control', 'Package: ppp\nVersion: %s-1+1\n'
        'Architecture: %s\nMaintainer: nobody <nobody@localhost>\n'
        'Description: stand-in\n' % (other, subprocess.check_output(
            ['dpkg', '--print-architecture']).decode().strip()))
    subprocess.run(['dpkg-deb', '-b', '--root-owner-group', top, top + '.deb'],
                   check=True, stdout=subprocess.DEVNULL)
    return top + '.deb', other


@point('Pi-8', 'ppp moves on: apt takes the plugins away and nothing else, '
       'the server runs on, and says so', limit=240)
def pi_8(lab):
    there = Machine(lab, booted=True)
    there.install(all_ours())
    lab.pppd = '/usr/sbin/pppd'
    there.configure()
    there.systemd.ctl('start', 'pptpd')
    there.serves('at first')
    pid = machine.monitor()
    mark = lab.log.mark()
    package, version = other_ppp()
    text = there.apt('install', package)
    check('Removing pptpd-plugins' in text and 'Removing pptpd-aaa' in text
          and 'Removing pptpd (' not in text and 'Removing bcrelay' not in text,
          text)
    check(there.version() and not os.path.exists(
        '/usr/lib/pptpd/pptpd-session.so'), 'not as it should be: ' + text)
    check('pptpd-logwtmp.so: missing' in text and
          'to mend it: apt install pptpd-plugins' in text,
          'the trigger says nothing of it: ' + text)
    lab.call().needs('a call with the new pppd')
    check(machine.monitor() == pid, 'the server was restarted')
    line = lab.log.wait('.*Plugin .*pptpd-logwtmp.so for pppd %s is missing.*'
                        'apt install pptpd-plugins.*' % version, 5, mark)
    check(line, 'the log does not say so')
    return str(line)


def before_aaa():
    """Packages of the time when pptpd and pptpd-plugins had pptpd-aaa inside:
    ours with its files, and an older version."""
    top, made = '/run/conformance/before/', []
    os.makedirs(top)
    subprocess.run(['dpkg-deb', '-x', ours('pptpd-aaa'), top + 'aaa'],
                   check=True)
    for name, inside in (('pptpd', ('usr/libexec', 'usr/share/man')),
                         ('pptpd-plugins', ('usr/lib/pptpd',))):
        subprocess.run(['dpkg-deb', '-R', ours(name), top + name], check=True)
        for path in inside:
            shutil.copytree('%saaa/%s' % (top, path), '%s%s/%s' % (
                top, name, path), symlinks=True, dirs_exist_ok=True)
        control = top + name + '/DEBIAN/control'
        namespaces.write(control, re.sub(
            '(?m)^Version: .*', 'Version: 2.0.0-1', server.read(control)))
        made.append('%s%s.deb' % (top, name))
        subprocess.run(['dpkg-deb', '-b', '--root-owner-group', top + name,
                        made[-1]], check=True, stdout=subprocess.DEVNULL)
    return made


@point('Pi-9', 'over packages that had pptpd-aaa inside: its files change '
       'hands; without pptpd, and with an older one, it is not installed',
       limit=180)
def pi_9(lab):
    there = Machine(lab)
    old = before_aaa()
    there.install(old)
    check(there.version('pptpd').endswith(' 2.0.0-1'), there.version('pptpd'))
    check(os.path.exists('/usr/libexec/pptpd/pptpd-aaa'), 'none inside')
    copy = shutil.copy(ours('pptpd-aaa'), '/run/conformance/')
    text = there.run(['dpkg', '-i', copy], status=1)
    check('breaks' in text, text)
    no_questions(there.install(all_ours()))
    for path in ('/usr/libexec/pptpd/pptpd-aaa', '/usr/lib/pptpd/pptpd-aaa.so'):
        text = there.run(['dpkg', '-S', path])
        check(text == 'pptpd-aaa: %s\n' % path, text)
    # Whoever does not have it installed has none of it.
    there.dpkg('--remove', 'pptpd-aaa')
    there.install(old)
    there.install([ours('pptpd'), ours('pptpd-plugins')])
    for path in ('/usr/libexec/pptpd/pptpd-aaa', '/usr/lib/pptpd/pptpd-aaa.so'):
        check(not os.path.lexists(path), 'left: ' + path)


@point('Pi-10', '"aaa radius" without pptpd-aaa: --check, SIGHUP and start say '
       'which package it is, calls are refused; as soon as it is installed '
       'they come up', limit=240)
def pi_10(lab):
    there = Machine(lab, booted=True)
    there.install([p for p in all_ours() if 'pptpd-aaa_' not in p])
    lab.pppd = '/usr/local/sbin/pppd-or-not'
    namespaces.write(lab.pppd, (ASKS % FAKE).replace(
        '/usr/lib/pppd/other', '/usr/sbin/pppd'))
    os.chmod(lab.pppd, 0o755)
    there.configure()
    os.makedirs('/etc/pptpd')
    namespaces.write('/etc/pptpd/radius.secret', 'a secret of some length\n')
    os.chmod('/etc/pptpd/radius.secret', 0o600)
    namespaces.write('/etc/pptpd/radius.conf', 'server 10.0.0.9 secret-file '
                     '/etc/pptpd/radius.secret\n')
    there.systemd.ctl('start', 'pptpd')
    there.serves('without aaa')
    lab.call().needs('a call without aaa')
    with open(CONF, 'a') as stream:
        stream.write('aaa radius\n')
    text = there.run(['pptpd', '--check'], status=1)
    check('to mend it: apt install pptpd-aaa' in text, '--check: ' + text)
    # It begins with --check, and then nothing changes.
    there.systemd.ctl('reload', 'pptpd', status=1)
    lab.call(address='198.51.100.2').needs('a call after a refused reload')
    for what in ('SIGHUP', 'restart'):
        mark = lab.log.mark()
        if what == 'SIGHUP':
            os.kill(machine.monitor(), signal.SIGHUP)
        else:
            there.systemd.ctl(what, 'pptpd')
        line = lab.log.wait('MGR: .*pptpd-aaa: No such file or directory: '
                            'logins are refused; to mend it: apt install '
                            'pptpd-aaa', 10, mark)
        check(line, what + ': the log does not name the package')
        there.serves(what)
        tcp = lab.connect('198.51.100.3')
        check(tcp.start() and not getattr(tcp.call(), 'result', 0) == 1,
              what + ': a call comes up')
        tcp.close()
        check(lab.log.wait('MGR: call of client 198.51.100.3 refused: aaa is '
                           'wanted, .*', 5, mark), 'not said: the refusal')
    there.install([ours('pptpd-aaa')])
    check(lab.until(lambda: any(p.comm == 'pptpd-aaa'
                                for p in server.processes()), 70),
          'it is installed, and not started')
    lab.call(address='198.51.100.4').needs('a call with aaa')
    return str(line)
