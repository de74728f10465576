"""The machine that a service runs on: its /etc, its configuration, and what
is said to the server there."""

import os
import subprocess
import threading
import time

from pptptest import namespaces, pptp, server
from pptptest.points import Skip, check

PIDFILE = '/run/pptpd.pid'
EXAMPLES = '/usr/share/doc/pptpd/examples/'
UNIT = '/usr/lib/systemd/system/pptpd.service'


def prepare(lab, conf=()):
    """/etc and /tmp that nobody else sees, and a configuration in the usual
    place for options."""
    os.makedirs('/run/conformance/etc/upper')
    os.mkdir('/run/conformance/etc/work')
    namespaces.mount('overlay', '/etc', 'overlay', 0,
                     'lowerdir=/etc,upperdir=/run/conformance/etc/upper,'
                     'workdir=/run/conformance/etc/work')
    for directory in ('default', 'sysconfig'):
        os.makedirs('/etc/' + directory, exist_ok=True)
        namespaces.write('/etc/%s/pptpd' % directory, '')
    namespaces.write('/etc/default/pptpd',
                     "DAEMON_OPTS='--conf %s'\n" % server.CONF)
    namespaces.write(server.OPTIONS, server.SECURE)
    # Where no directory of people is in the way of the hardened unit.
    stand_in = '/run/conformance/fakepppd'
    namespaces.write(stand_in, server.read(lab.pppd))
    os.chmod(stand_in, 0o755)
    lab.pppd = stand_in
    configure(lab, conf)


def configure(lab, conf=(), raw=''):
    lines = [('ppp', lab.pppd)] + server.USUAL + list(conf)
    namespaces.write(server.CONF, ''.join('%s %s\n' % pair for pair in lines)
                     + raw)


def run(command, lab=None, status=0, timeout=40):
    """Output of a command, in the server's network if there is a lab."""
    if lab:
        command = ['nsenter', '--net=/proc/%d/ns/net' % lab.holder,
                   '--'] + command
    done = subprocess.run(command, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          cwd='/', timeout=timeout,
                          env=dict(server.ENVIRONMENT))
    text = done.stdout.decode(errors='replace').strip()
    check(done.returncode == status, '%s: status %d, not %d: %s' % (
        ' '.join(command[-2:]), done.returncode, status, text))
    return text


def named(name):
    return [p for p in server.processes() if p.comm == name[:15]]


def monitor():
    """The one pptpd, or None."""
    found = named('pptpd')
    mothers = [p.pid for p in found]
    # What it has forked is called so until it is another program.
    found = [p for p in found if p.ppid not in mothers]
    check(len(found) < 2, '%d servers run' % len(found))
    return found[0].pid if found else None


def left():
    """Names of the server's processes that run, pppd's included."""
    return sorted(p.comm for p in server.processes()
                  if p.comm.startswith('pptp') or p.comm == 'fakepppd')


class Talk:
    """A client that answers what it is asked and sends a packet through its
    call all the time, in the background.  .gap is the longest time between
    two that came through, .seen what came on the control connection."""

    def __init__(self, session):
        self.session = session
        self.gap, self.last = 0.0, time.monotonic()
        self.count = 0
        self.on = True
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while self.on:
            self.count += 1
            tag = b'\xff\x03\x00\x21talk %d' % self.count
            self.session.up(tag)
            if self.session.pppd.wait_frame(tag, 0.05):
                now = time.monotonic()
                self.gap = max(self.gap, now - self.last)
                self.last = now

    def end(self):
        """The longest gap in ms, as text."""
        self.on = False
        self.thread.join()
        return '%d ms' % (1000 * max(self.gap, time.monotonic() -
                                     self.last))


def answer(tcp, got, seconds):
    """For this time, takes what comes and answers it."""
    for message in tcp.drain(seconds):
        got.append(message)
        if message.type == pptp.STOPRQ and not tcp.closed:
            tcp.send(pptp.build(pptp.STOPRP))


def told(session, command, timeout=20, others=()):
    """Runs command() while the client, and others, answer on their control
    connections; what the client was told, and the seconds that the command
    took."""
    failure = []
    begin = time.monotonic()

    def body():
        try:
            command()
        except Exception as err:
            failure.append(err)
    thread = threading.Thread(target=body, daemon=True)
    thread.start()
    tcp, got = session.tcp, []
    while (thread.is_alive() or not tcp.closed) and \
            time.monotonic() < begin + timeout:
        answer(tcp, got, 0.1)
        for other in others:
            answer(other.tcp, [], 0.005)
        if not thread.is_alive():
            break
    thread.join(timeout)
    took = time.monotonic() - begin
    if failure:
        raise failure[0]
    got += tcp.drain(0.2)
    return [m.type for m in got], took


def ended_in_order(kinds):
    check(kinds == [pptp.CDN, pptp.STOPRQ], 'the client was told: %s'
          % ([pptp.NAMES.get(k, k) for k in kinds] or 'nothing'))


def need_file(path):
    if not os.path.exists(path):
        raise Skip(path + ' is not here')
