"""Panels and monitors that read the process list, each with its own pattern,
and what they do to the processes that they find."""

import os
import re
import shutil
import signal
import subprocess
import time

from pptptest import namespaces, pptp, server
from pptptest.lab import CLIENT
from pptptest.points import Skip, check, point
from pptptest.pptp import build

OPTIONS = '/run/conformance/options.pptpd'
PPPD = '/run/conformance/usr/sbin/pppd'


def listed(*columns):
    """Lines of ps(1), every process of this laboratory."""
    text = subprocess.run(['ps', '-wweo', ','.join(columns)],
                          stdout=subprocess.PIPE).stdout.decode()
    return text.splitlines()[1:]


def call(lab, **fields):
    """A server whose pppd and options file have the names that panels look
    for, and a call."""
    os.makedirs(os.path.dirname(PPPD), exist_ok=True)
    shutil.copy(lab.pppd, PPPD)
    namespaces.write(OPTIONS, server.SECURE)
    fields.setdefault('conf', [('ppp', PPPD), ('option', OPTIONS),
                               ('logwtmp', '')])
    return lab.server(**fields), lab.call()


# LuCI's online.lua, its Lua pattern as an expression of Python.
LUCI = re.compile(r'^ *(\d+) +(\d+) +.+options\.pptpd +(\d+) +(\S.*?\S):'
                  r'(\S.*?\S) +.+ +(.+)')


@point('N-11', "LuCI: its pattern finds speed, both addresses, and the "
       "client's address as the last word; its kick is SIGKILL to pppd")
def n_11(lab):
    _, session = call(lab)
    rows = [line for line in listed('pid', 'ppid', 'user', 'stat', 'vsz',
                                    'args') if '/usr/sbin/pppd' in line]
    found = [m.groups() for m in map(LUCI.match, rows) if m]
    check(len(found) == 1, '%d rows of %s' % (len(found), rows))
    pid, ppid, speed, gateway, vip, cip = found[0]
    check((speed, gateway, vip, cip) ==
          ('115200', server.LOCAL, '10.0.0.200', CLIENT),
          'finds %s' % (found[0],))
    check(int(pid) == session.pppd.pid, 'pid %s' % pid)
    os.kill(int(pid), signal.SIGKILL)
    check(session.tcp.expect(pptp.CDN, 3), 'the client is not told')
    session.tcp.try_send(build(pptp.STOPRP, result=1))
    check(lab.until(lambda: not lab.running.sessions(), 3) is not None,
          'a session is left')
    lab.call().needs()
    return 'speed %s, %s:%s, %s' % (speed, gateway, vip, cip)


def webmin(rows):
    """list_connections() of its pptp-server-lib.pl, without a log file:
    (pppd, pptpctrl, outer address, local, remote)."""
    out = []
    for pid, _, args in rows:
        title = re.search(r'pptpd\s*\[([0-9.]+)', args)
        children = [r for r in rows if title and r[1] == pid]
        if children:
            pair = re.search(r'([0-9.]+):([0-9.]+)', children[0][2])
            out.append((children[0][0], pid, title.group(1)) + pair.groups())
    return out


def webmin_rows():
    rows = []
    for line in listed('pid', 'ppid', 'args'):
        pid, ppid, args = line.split(None, 2)
        rows.append((int(pid), int(ppid), args))
    return rows


@point('N-12', "Webmin: its connections are the title's address, its child "
       'by parent, the pair of addresses; it ends one with TERM to both')
def n_12(lab):
    run, session = call(lab)
    other = lab.call(address='198.51.100.7')
    found = sorted(webmin(webmin_rows()), key=lambda r: r[3:])
    check([r[2:] for r in found] ==
          [(CLIENT, server.LOCAL, '10.0.0.200'),
           ('198.51.100.7', server.LOCAL, '10.0.0.201')],
          'finds %s' % found)
    check(found[0][0] == session.pppd.pid, 'pppd %d' % found[0][0])
    os.kill(found[0][0], signal.SIGTERM)
    os.kill(found[0][1], signal.SIGTERM)
    check(session.tcp.expect(pptp.CDN, 3), 'the client is not told')
    session.tcp.try_send(build(pptp.STOPRP, result=1))
    check(lab.until(lambda: len(run.sessions()) == 1, 5) is not None,
          'the session is left')
    other.needs('the other call')
    return '%d connections' % len(found)


@point('N-13', "Webmin: pptpd -v 2>&1 =~ /(PoPToP|pptpd)\\s+v?(\\S+)/")
def n_13(lab):
    done = subprocess.run([lab.binary, '-v'], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    got = re.search(r'(?i)(PoPToP|pptpd)\s+v?(\S+)', done.stdout.decode())
    check(got and re.match(r'\d+\.\d+', got.group(2)),
          'prints %r' % done.stdout)
    newer = subprocess.run(['dpkg', '--compare-versions', got.group(2), 'gt',
                            '1.5.0-1']) if shutil.which('dpkg') else None
    check(newer is None or newer.returncode == 0,
          'a package of it would not replace 1.5.0-1')
    return got.group(2)


@point('N-14', "Webmin's apply, a hundred times with a call up: TERM to the "
       'pid of the pid file, then pptpd at once; each start succeeds, and '
       'the call stays', limit=300, waits=True)
def n_14(lab):
    run, session = call(lab)
    slowest, failed = 0, []
    for turn in range(100):
        with open(server.PIDFILE) as stream:
            os.kill(int(stream.read()), signal.SIGTERM)
        begin = time.monotonic()
        old, child = run.child, None
        # As a daemon: that the command returns 0 is all that it waits for.
        done = subprocess.run(
            ['nsenter', '--net=/proc/%d/ns/net' % lab.holder, '--',
             lab.binary, '--conf', server.CONF, '--pidfile', server.PIDFILE],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, env=server.ENVIRONMENT)
        slowest = max(slowest, time.monotonic() - begin)
        if old is not None:
            old.wait(10)
            run.child = child
        if done.returncode != 0:
            failed.append('%d: exit %d, %s' % (
                turn, done.returncode, done.stdout.decode().strip()))
            break
        check(lab.serves(within=10) is not None, 'turn %d' % turn)
    check(not failed, '; '.join(failed))
    session.needs('the call')
    with open(server.PIDFILE) as stream:
        os.kill(int(stream.read()), signal.SIGINT)
    check(session.tcp.expect(pptp.CDN, 5), 'SIGINT leaves the call')
    return '100 of 100; slowest start %.1f s' % slowest


@point('N-15', 'Gentoo and others: killall -TERM pptpctrl ends all calls, '
       'start-stop-daemon finds the server by its program and pid file')
def n_15(lab):
    run, session = call(lab)
    other = lab.call(address='198.51.100.7')
    tool = shutil.which('start-stop-daemon')
    if tool:
        for what in (['--exec', lab.binary],
                     ['--exec', lab.binary, '--pidfile', server.PIDFILE]):
            done = subprocess.run([tool, '--status'] + what)
            check(done.returncode == 0, '%s: %d' % (what, done.returncode))
    for process in run.sessions():      # what killall does, by comm
        os.kill(process.pid, signal.SIGTERM)
    for one in (session, other):
        check(one.tcp.expect(pptp.CDN, 3), 'no Call-Disconnect-Notify')
        one.tcp.try_send(build(pptp.STOPRP, result=1))
    check(lab.until(lambda: not run.sessions(), 5) is not None,
          'a session is left')
    check(run.alive(), 'the server has ended, too')
    lab.call().needs()
    return 'both calls ended' if tool else 'ended; no start-stop-daemon here'


@point('N-16', 'scripts: netstat -anptl | grep pptpd, pidof pptpd, ss -ltnp')
def n_16(lab):
    run, _ = call(lab)
    seen = []
    for tool, options in (('netstat', ['-anptl']), ('ss', ['-ltnp'])):
        if shutil.which(tool):
            text = subprocess.run(
                ['nsenter', '--net=/proc/%d/ns/net' % lab.holder, tool] +
                options, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL).stdout.decode()
            check(any('1723' in line and 'pptpd' in line
                      for line in text.splitlines()), '%s: %s' % (tool, text))
            seen.append(tool)
    if shutil.which('pidof'):
        pids = subprocess.run(['pidof', 'pptpd'],
                              stdout=subprocess.PIPE).stdout.split()
        check(str(run.pid).encode() in pids, 'pidof: %s' % pids)
        seen.append('pidof')
    if not seen:
        raise Skip('none of these tools is here')
    return ', '.join(seen)


@point('N-17', 'check_pptp and nmap pptp-version: a bare SCCRQ is answered as '
       'Poptop answers, no line at level error')
def n_17(lab):
    lab.server()
    for host, vendor in ((b'none', b'nmap'), (b'', b'')):
        tcp = lab.connect()
        tcp.send(build(pptp.SCCRQ, host=host, vendor=vendor, framing=1,
                       bearer=1, channels=0, firmware=1))
        got = tcp.message(3)
        check(got and got.type == pptp.SCCRP and len(got.raw) == 156 and
              got.result == 1, 'it says %s' % got)
        check((got.host.rstrip(b'\0'), got.vendor.rstrip(b'\0'),
               got.firmware) == (b'local', b'linux', 1),
              'it is %s %s %d' % (got.host, got.vendor, got.firmware))
        tcp.close()
    check(lab.log.wait('.*control connection finished', 3), 'no last line')
    lines = [line.text for line in lab.log.since(0, 3)]
    check(not lines, 'the log has errors: %s' % lines)
    tool = shutil.which('nmap')
    if tool:
        text = subprocess.run([tool, '-Pn', '-sV', '-p', '1723',
                               namespaces.SERVER], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT).stdout.decode()
        check('linux (Firmware: 1)' in text, 'nmap: %s' % text)
    return 'local, linux, firmware 1' + (', nmap agrees' if tool else '')
