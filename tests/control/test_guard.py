"""No call gets round what pptpd-session.so alone looks at: pools, and files of
users."""

import ctypes
import os
import re
import socket
import subprocess

from pptptest import control, namespaces, pptp, server
from pptptest.points import check, point

POOL = ('pool', 'staff 10.8.0.1-2')


def refused(lab, what):
    """A call that ends before pppd is started."""
    mark, started = lab.log.mark(), len(lab.theatre.puppets)
    tcp = lab.control()
    reply = tcp.call(timeout=5)
    check(reply is not None and reply.result != 1, 'reply: %s' % reply)
    check(lab.log.wait('MGR: call of client .* refused: there are %s, and pppd '
                       'does not load pptpd-session.so, .*' % what, 5, mark),
          'no line')
    check(len(lab.theatre.puppets) == started, 'pppd was started')
    tcp.close()


def private_users():
    """An empty /etc/pptpd/users.d of our own."""
    top = '/run/conformance/etc'
    for name in ('up', 'work'):
        os.makedirs(os.path.join(top, name))
    namespaces.mount('overlay', '/etc', 'overlay', 0,
                     'lowerdir=/etc,upperdir=%s/up,workdir=%s/work'
                     % (top, top))
    users = '/etc/pptpd/users.d'
    os.makedirs(users, exist_ok=True)
    for name in os.listdir(users):
        os.unlink(os.path.join(users, name))
    return users


@point('guard-session', 'a pppd without pptpd-session.so: calls are refused '
       'while there are pools or files of users, and then only')
def no_plugin(lab):
    users = private_users()
    try:
        run = control.start(lab, conf=[POOL])
        refused(lab, 'address pools')
        check('read again' in run.reload(conf=[]).text, 'not reloaded')
        with open(os.path.join(users, '.old'), 'w'):
            lab.call().close()
        with open(os.path.join(users, 'anna'), 'w'):
            refused(lab, 'files in .*/pptpd/users.d')
        os.unlink(os.path.join(users, 'anna'))
        lab.call().close()
    finally:
        ctypes.CDLL(None).umount2(b'/etc', 2)
    return 'refused'


@point('guard-again', 'pppd refuses pptpd-session.so only when a call starts: '
       'it is started again without it, but not while there are pools')
def not_again(lab):
    path = '/run/conformance/refuses'
    namespaces.write(path, '#!/bin/sh\n'
                     'case "$*" in *nonexistent*) exit 2;; esac\n'
                     'case "$*" in *--version*|*dryrun*) ;;\n'
                     '*pptpd-session-fd*) exit 2;; esac\n'
                     'exec %s "$@"\n' % lab.pppd)
    os.chmod(path, 0o755)
    run = control.start(lab, conf=[('ppp', path)])
    call = lab.call()
    check(not call.pppd.reports(), 'it has the plugin')
    call.close()
    check('read again' in run.reload(conf=[('ppp', path), POOL]).text,
          'not reloaded')
    mark, started = lab.log.mark(), len(lab.theatre.puppets)
    tcp = lab.control()
    tcp.call(timeout=5)
    check(lab.log.wait('.*Call of client .* ended: .*, reason '
                       '(pppd-options|not-started)$', 10, mark), 'it goes on')
    check(len(lab.theatre.puppets) == started, 'started without the plugin')
    return 'ended'


def told(call):
    """The list of pools that pppd of this call reads."""
    argv = call.pppd.argv
    return os.path.join(argv[argv.index('pptpd-leases') + 1], 'pools')


@point('guard-inetd', 'pptpd under inetd leaves the list of pools of a server '
       'alone')
def inetd(lab):
    control.start(lab, conf=lab.reporting_pppd() + [POOL])
    call = lab.call()
    with open(told(call)) as stream:
        before = stream.read()
    check(re.search(r'(?m)^staff 10\.8\.0\.1 10\.8\.0\.2$', before), before)
    command = [lab.binary, '--inetd', '--fg', '--pidfile', server.PIDFILE,
               '--ppp', lab.pppd, '--localip', '10.0.0.3', '--remoteip',
               '10.0.0.99']
    with socket.create_server(('127.0.0.1', 0)) as listener:
        client = socket.create_connection(listener.getsockname(), 10)
        accepted, _ = listener.accept()
    with accepted:
        process = subprocess.Popen(command, stdin=accepted, stdout=accepted,
                                   stderr=accepted)
    try:
        client.sendall(pptp.build(pptp.SCCRQ))
        check(len(client.recv(156)) == 156, 'no answer')
        with open(told(call)) as stream:
            check(stream.read() == before, 'another list')
    finally:
        client.close()
        process.wait(10)
    return 'the same'
