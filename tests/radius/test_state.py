"""What pptpdctl metrics and pptpdctl aaa say of pptpd-aaa: its servers,
accounting that waits, its program; one that does not answer, or lies."""

import json
import os
import re
import signal
import socket
import struct
import subprocess
import threading
import time

import plug
import servers
import test_exec
from plug import Plug
from pptptest.control import CTL, PIDFILE
from pptptest.points import check, patience, point
from pptptest.prometheus import parse
from test_radius import begin, services

HERE = os.path.dirname(os.path.abspath(__file__))
GUIDE = os.path.join(HERE, '..', '..', 'docs', 'radius.md')
LIVE, DEAD = '127.0.0.2', '127.0.0.3'


def run(*words, expect=0, which=('-p', PIDFILE), **who):
    done = subprocess.run([CTL] + list(which) + list(words), timeout=40,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, **who)
    check(done.returncode == expect, '%s: status %d: %s' % (
        words, done.returncode, (done.stdout + done.stderr).decode()))
    return done.stdout.decode()


def metrics(**fields):
    return parse(run('metrics', **fields))


def aaa():
    return json.loads(run('-j', 'aaa'))


def of(found, name, address, **labels):
    """The value of the one series of a server with these labels."""
    wanted = ['%s="%s"' % item for item in labels.items()] + [
        'server="%s"' % address]
    keys = [key for key in found if key.startswith(name + '{') and
            set(wanted) <= set(re.findall(r'\w+="[^"]*"', key))]
    check(len(keys) == 1, '%s of %s: %s' % (name, address, keys))
    return found[keys[0]]


def of_radius(found):
    return [key for key in found if
            key.startswith(('pptpd_radius_', 'pptpd_aaa_coa_'))]


def documented():
    """The names of radius.md's table."""
    with open(GUIDE) as stream:
        rows = re.findall(r'^\| `(aaa[^|]*)` \| (`.*) \|$', stream.read(),
                          re.M)
    return {row: set(re.findall('`([^`]+)`', names)) for row, names in rows}


class Radius:
    """Accepts good, rejects others; a forged answer before, and another one
    behind that for strange.  Accounting is taken until it is dead."""

    def __init__(self, lab):
        self.dead, self.taken = False, 0
        servers.Fake(lab, self.login, address=LIVE)
        servers.Fake(lab, self.account, address=LIVE, port=1813)

    def login(self, packet):
        name = dict(servers.attributes(packet))[1]
        if name == b'strange':
            right = servers.answer(2, packet)
            return [servers.answer(2, packet, secret='another'), right, right]
        return [servers.answer(2 if name == b'good' else 3, packet)]

    def account(self, packet):
        if self.dead:
            return []
        self.taken += 1
        return [servers.answer(5, packet)]


def logins(good, bad):
    for _ in range(good):
        check(Plug('good').pap('x').verdict == plug.ACCEPT, 'not accepted')
    for _ in range(bad):
        check(Plug('bad').pap('x').verdict == plug.REJECT, 'not rejected')
    check(Plug('strange').pap('x').verdict == plug.ACCEPT, 'not accepted')


def figures(found, good, bad):
    """Those of logins that a living and a dead server were asked about."""
    logins_of = 'pptpd_aaa_logins_total{result="%s"}'
    check(found['pptpd_aaa_up'] == 1 and
          found['pptpd_aaa_backend{backend="radius"}'] == 1, 'not up')
    check([found[logins_of % result] for result in
           ('accepted', 'rejected', 'unavailable')] == [good, bad, 0],
          'logins')
    for name, labels, live, dead in (
            ('server_alive', {}, 1, 0),
            ('requests_under_way', {}, 0, 0),
            ('requests_total', {'kind': 'login'}, good + bad, 0),
            ('requests_total', {'kind': 'accounting'}, 1, 1),
            ('answers_total', {'answer': 'accept'}, good, 0),
            ('answers_total', {'answer': 'reject'}, bad, 0),
            ('answers_total', {'answer': 'challenge'}, 0, 0),
            ('answers_total', {'answer': 'accounting'}, 1, 0),
            ('timeouts_total', {}, 0, 1),
            ('ignored_packets_total', {'reason': 'wrong'}, 1, 0),
            ('ignored_packets_total', {'reason': 'late'}, 1, 0),
            ('round_trip_seconds_count', {}, good + bad + 1, 0)):
        got = [of(found, 'pptpd_radius_' + name, address, **labels)
               for address in (LIVE, DEAD)]
        check(got == [live, dead], '%s %s: %s' % (name, labels, got))
    check(0 < of(found, 'pptpd_radius_round_trip_seconds_sum', LIVE) <
          60 * patience(), 'times')


@point('state', 'metrics and pptpdctl aaa count what a RADIUS server, and a '
       'dead one before it, are asked and answer, and records of accounting '
       'that wait', waits=True, limit=90)
def state(lab):
    radius = Radius(lab)
    secret = ' secret-file %s ' % servers.SECRET_FILE
    begin(lab, servers=[DEAD + secret + 'priority 1',
                        LIVE + secret + 'priority 2'],
          lines=['timeout 1', 'tries 1', 'dead-time 3600'])
    check(lab.until(lambda: radius.taken, 20) is not None, 'no Accounting-On')
    logins(12, 7)
    # Asked of pptpd-aaa alone: the server counts who asks it.
    check(lab.until(lambda: aaa()['servers'][1]['ignored_late'] == 1, 10)
          is not None, 'not late')
    found = metrics()
    figures(found, 13, 7)
    check(found['pptpd_up'] == 1 and 'pptpd_slots' in found, 'the rest')
    radius.dead = True
    plugs = [Plug('user%d' % n) for n in range(9)]
    for p in plugs:
        p.account(plug.START)
    waiting = 'pptpd_aaa_accounting_waiting{kept="%s"}'
    found = metrics()
    check((found[waiting % 'disk'], found[waiting % 'memory']) == (9, 0) and
          found['pptpd_aaa_accounting_lost_total'] == 0, 'waiting')
    same_in_json()
    radius.dead = False
    check(lab.until(lambda: aaa()['accounting_waiting'] == 0, 30) is not None,
          'still waiting')
    nobody = dict(user=65534, group=65534, extra_groups=[], expect=2)
    check('# Only root may ask pptpd-aaa.' in run('metrics', **nobody) and
          'for root only' in run('-j', 'aaa', **nobody), 'not for root only')
    return '%d series' % len(found)


def same_in_json():
    names, got = documented(), aaa()
    check(set(names) == {'aaa', 'aaa, servers'}, str(set(names)))
    check(set(got) == names['aaa'], str(set(got) ^ names['aaa']))
    for one in got['servers']:
        check(set(one) == names['aaa, servers'],
              str(set(one) ^ names['aaa, servers']))
    check([one['server'] for one in got['servers']] == [DEAD, LIVE] and
          got['servers'][1]['accepts'] == 13 and
          got['servers'][1]['rejects'] == 7 and
          sum(got['servers'][1]['round_trip']['counts']) >= 21 and
          got['logins_accepted'] == 13 and got['accounting_waiting'] == 9,
          str(got))
    text = run('aaa')
    check('13 accepted, 7 rejected' in text and
          '9 records wait, 9 of them on the disk' in text, text)
    check(re.search(r'^%s +dead ' % re.escape(DEAD), text, re.M), text)


@point('state-silent', 'requests under way; a pptpd-aaa that stands still is '
       'pptpd_aaa_up 0 after two seconds, and all other figures are there',
       waits=True, limit=60)
def silent(lab):
    fake = servers.Fake(lab, lambda p: [])
    begin(lab, lines=['timeout 15', 'tries 1', 'deadline 25',
                      'accounting off'])
    held = [Plug() for _ in range(3)]
    for p in held:
        p.ask(plug.PAP, b'', b'x')
    check(lab.until(lambda: len(fake.seen) == 3, 10) is not None, 'not asked')
    check(of(metrics(), 'pptpd_radius_requests_under_way', '127.0.0.1') == 3,
          'not under way')
    pid = services()[0].pid
    os.kill(pid, signal.SIGSTOP)
    try:
        begun = time.monotonic()
        found = metrics()
        took = time.monotonic() - begun
        check('does not answer' in run('-j', 'aaa', expect=2), 'aaa')
    finally:
        os.kill(pid, signal.SIGCONT)
    check(found['pptpd_aaa_up'] == 0 and found['pptpd_up'] == 1 and
          'pptpd_slots' in found and 'pptpd_calls{state="up"}' in found,
          'figures')
    check(not of_radius(found), 'radius')
    check(1.9 < took < 4 * patience(), '%.1f s' % took)
    check(metrics()['pptpd_aaa_up'] == 1, 'up')
    return '%.1f s' % took


@point('state-exec', 'of a program: processes, questions, those without an '
       'answer')
def program(lab):
    test_exec.begin(lab, lines=['workers 3', 'accounting off'])
    before = metrics()
    check(before['pptpd_aaa_workers'] == 3 and
          before['pptpd_aaa_questions_total'] == 0, 'before')
    for _ in range(5):
        check(Plug('accept').pap('x').verdict == plug.ACCEPT, 'accept')
    for _ in range(2):
        check(Plug('nobody').pap('x').verdict == plug.REJECT, 'reject')
    check(Plug('flood').pap('x').verdict == plug.UNAVAILABLE, 'flood')
    found = metrics()
    check([found['pptpd_aaa_' + name] for name in (
        'questions_total', 'question_failures_total', 'workers_busy',
        'logins_total{result="accepted"}', 'logins_total{result="rejected"}',
        'logins_total{result="unavailable"}', 'backend{backend="exec"}')] ==
        [8, 1, 0, 5, 2, 1, 1], str(found))
    check(not of_radius(found), 'radius')


@point('state-none', 'a server without aaa: metrics says so in a remark, '
       'pptpdctl aaa in an error')
def none(lab):
    lab.server()
    text = run('metrics')
    found = parse(text)
    check('# There is no pptpd-aaa.' in text.splitlines() and
          found['pptpd_up'] == 1, text)
    check(not [key for key in found if '_aaa_' in key], 'aaa')
    got = json.loads(run('-j', 'aaa', expect=2))
    check(got['error']['code'] == 'not-running', str(got))


# --- one that lies ------------------------------------------------------------

def counts(first, n):
    return struct.pack('>%dQ' % n, *range(first, first + n))


def lie(address=b'192.0.2.1', at=0, nservers=1, kind=1, waiting=2, stored=1,
        alive=1, first=1):
    return plug.message(plug.STATE, struct.pack(
        '>BIIII', kind, waiting, stored, 0, 0) + counts(first, 9) +
        struct.pack('>BB', nservers, at) + plug.octets(address) +
        struct.pack('>BI', alive, 4) + counts(first, 24))


class Liar:
    """Says the same to each who asks."""

    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.sock.bind(path)
        self.sock.listen(8)
        os.chmod(path, 0o600)
        self.says = b''
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            peer = self.sock.accept()[0]
            with peer:
                while peer.recv(4096):
                    peer.send(self.says)


@point('state-lies', 'answers that pptpd-aaa does not give: none of them is '
       'printed, and none harms pptpdctl')
def lies(lab):
    home = '/run/conformance/liar'
    os.makedirs(home, exist_ok=True)
    if os.path.exists(home + '/aaa'):
        os.unlink(home + '/aaa')
    liar = Liar(home + '/aaa')
    which = '-s', home + '/control'
    liar.says = lie()
    found = metrics(expect=2, which=which)
    check(found['pptpd_up'] == 0 and found['pptpd_aaa_up'] == 1 and
          of(found, 'pptpd_radius_server_alive', '192.0.2.1') == 1,
          'a good one')
    good = lie()
    wrong = [b'x', good[:-1], good + b'x', b'\0' + good[1:], bytes(4096),
             lie(b'1" } 1\n'), lie(b'1\x1b[31m'), lie(b''), lie(b'1' * 46),
             lie(b'1\0'), lie(at=1, nservers=2), lie(at=255), lie(nservers=17),
             lie(kind=0), lie(kind=4), lie(stored=3), lie(alive=2),
             lie(first=2 ** 53 - 3), lie(first=2 ** 64 - 25),
             plug.message(plug.TAKEN, b''),
             # It has 16 servers, and says the first one each time.
             lie(nservers=16)]
    for text in wrong:
        liar.says = text
        check(metrics(expect=2, which=which) == {
            'pptpd_up': 0, 'pptpd_aaa_up': 0}, repr(text[:60]))
        run('aaa', expect=2, which=which)
    return '%d' % len(wrong)
