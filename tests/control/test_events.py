"""pptpdctl events and history: what has happened, as it happens and later."""

import os
import pwd
import signal
import subprocess
import threading
import time

from pptptest import control, server
from pptptest.control import CTL, Client, ctl, start
from pptptest.lab import CLIENT, OTHER, client
from pptptest.points import check, patience, point
from pptptest.pptp import CCRQ, build
from pptptest.server import PIDFILE

FIELDS = ['event', 'at', 'client', 'session', 'call_id', 'user', 'remote',
          'interface', 'authenticated', 'seconds', 'octets_in', 'octets_out',
          'reason', 'text', 'diagnosis', 'diagnosis_text', 'says_name',
          'says_version', 'times']


class Watch:
    """pptpdctl --json events, from its first event on."""

    def __init__(self, *words):
        self.events, self.more = [], threading.Condition()
        self.process = subprocess.Popen(
            [CTL, '--pidfile', PIDFILE, *(words or ('--json',)), 'events'],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.reader = threading.Thread(target=self._read,
                                       args=(bool(words),), daemon=True)
        self.reader.start()

    def _read(self, text):
        for line in self.process.stdout:
            with self.more:
                self.events.append(line.decode() if text else strict(line))
                self.more.notify_all()

    def wait(self, ready, what, timeout=5):
        """The first event, that nobody waited for before, for which ready()
        is true."""
        end = time.monotonic() + timeout * patience()
        with self.more:
            while True:
                for event in self.events:
                    if ready(event):
                        self.events = self.events[
                            self.events.index(event) + 1:]
                        return event
                left = end - time.monotonic()
                check(left > 0, 'no event %s: %s' % (what, self.events))
                self.more.wait(left)

    def event(self, name, timeout=5, **fields):
        return self.wait(lambda e: e['event'] == name and all(
            e[k] == v for k, v in fields.items()), name, timeout)

    def begin(self, lab):
        """Waits until it is told of events."""
        for number in range(50):
            lab.connect(client(200)).close()
            lab.control(client(200)).close()
            time.sleep(0.1)  # look
            with self.more:
                if self.events:
                    self.events.clear()
                    return self
        check(False, 'no event at all')

    def end(self):
        self.process.terminate()
        self.process.wait()


def strict(line):
    """An event, one object with its fields."""
    got = control.strict(line)
    check(isinstance(got, dict), 'no object: %s' % line)
    if 'error' in got:
        return {'event': 'error', 'text': got['error']['text']}
    if got['event'] not in ('lost', 'engine-restarted'):
        check(sorted(got) == sorted(FIELDS), 'fields: %s' % sorted(got))
    return got


def history(*words):
    return ctl('-j', 'history', *words).json['history']


@point('events', 'events: connected, started, authenticated, up, ended, a '
       'failed password, refused and reloaded, as they happen', limit=60)
def events(lab):
    run = start(lab, conf=[('max-per-ip', '1')])
    watch = Watch().begin(lab)
    people = Watch('--pidfile', PIDFILE).begin(lab)
    reader = [p for p in server.processes()
              if p.status('PPid') == str(watch.process.pid)]
    check(reader and reader[0].status('Uid').split()[0] ==
          str(pwd.getpwnam('nobody').pw_uid), 'what reads events is root')
    session = lab.call()
    check(watch.event('connected', client=CLIENT), '')
    begun = watch.event('started', client=CLIENT)
    check(begun['call_id'] == '%04X' % session.theirs and
          begun['reason'] is None, str(begun))
    known = ctl('-j', 'list').json['calls'][0]['session']
    check(begun['session'] == known, '%s, not %s' % (begun, known))
    watch.event('authenticated', session=known)
    if session.pppd.reports():
        session.pppd.login('alice', 'ppp7')
        up = watch.event('up', session=known)
        check((up['user'], up['interface']) == ('alice', 'ppp7'), str(up))
        people.wait(lambda e: ' up ' in e and 'user=alice' in e and
                    'interface=ppp7' in e, 'up')
    lab.control(CLIENT).call()
    refused = watch.event('refused', client=CLIENT)
    check(refused['reason'] == 'max-per-ip' and refused['session'] is None,
          str(refused))
    session.tcp.send(build(CCRQ, call_id=session.mine))
    ended = watch.event('ended', session=known)
    check(ended['reason'] == 'cleared' and ended['text'] ==
          'client cleared the call', str(ended))
    people.wait(lambda e: ' ended ' in e and 'reason=cleared' in e and
                'session=' + known in e, 'ended')
    lab.theatre.begin = lambda p: p.exit(11)
    lab.control(OTHER).call()
    failed = watch.event('ended', client=OTHER, reason='auth-failed')
    check(failed['authenticated'] is False, str(failed))
    ctl('reload')
    watch.event('reloaded')
    watch.end()
    people.end()
    check(run.alive(), 'it is dead')
    return failed['text']


@point('events-restart', 'events and history go on when engine and server are '
       'killed: who watches is told, nothing is missing', limit=60)
def restart(lab):
    run = start(lab)
    one, two, three = lab.call(), lab.call(), lab.call(address=OTHER)
    watch = Watch().begin(lab)
    one.tcp.send(build(CCRQ, call_id=one.mine))
    first = watch.event('ended')['session']
    os.kill(run.engines()[0].pid, signal.SIGKILL)
    watch.event('engine-restarted', 10)
    two.needs()
    two.tcp.send(build(CCRQ, call_id=two.mine))
    second = watch.event('ended')['session']
    check(first != second, 'the same')
    run.signal(signal.SIGKILL)
    run.wait_exit(5)
    check(lab.until(lambda: not run.listening()) is not None,
          'its engine goes on listening')
    run.start()
    watch.event('engine-restarted', 10)
    three.needs()
    three.tcp.send(build(CCRQ, call_id=three.mine))
    third = watch.event('ended', client=OTHER)['session']
    got = [e['session'] for e in history() if e['session']]
    check(got == [first, second, third], 'history: %s' % got)
    ctl('shutdown')
    watch.wait(lambda e: e['event'] == 'error' and 'no server is running' in e['text'], 'error', 20)
    check(watch.process.wait(20) == 2, 'goes on without a server')
    return '3 ends'


@point('events-killed', 'pptpdctl events that is killed, or told to end, leaves no '
       'process behind that goes on')
def killed(lab):
    start(lab)
    for signo in signal.SIGTERM, signal.SIGKILL:
        watch = Watch().begin(lab)
        watch.process.send_signal(signo)
        # The child has the other end of the pipe, too.
        watch.reader.join(5 * patience())
        check(not watch.reader.is_alive(), 'its child is left')
        watch.process.wait()


@point('events-slow', 'a client that does not read events is told how many it '
       'has lost, and delays nobody', waits=True, limit=60)
def slow(lab):
    start(lab, conf=[('max-unauth', '0'), ('max-unauth-per-ip', '0'),
                     ('connection-rate', '0'),
                     ('connection-rate-per-ip', '0')])
    deaf = Client()
    check(deaf.ask(command='events')['ok'] is True, 'events')
    session = lab.call(address=OTHER)
    for _ in range(50):
        crowd = [lab.connect(client(10 + number)) for number in range(100)]
        lab.serves(client(9), within=2)     # so all before are accepted
        for tcp in crowd:
            tcp.reset()
        lab.kept.clear()
    session.needs()
    ctl('status')
    lost = told = 0
    deaf.sock.settimeout(5)
    while lost == 0:
        try:
            event = deaf.line()
        except OSError:
            check(False, '%d told, none lost' % told)
        check(event is not None, 'it was closed after %d events' % told)
        told += event['event'] != 'lost'
        lost = event.get('count', 0)
    check(100 < told < 5000 and lost > 0, '%d told, %d lost' % (told, lost))
    lab.control(client(150))
    while event['event'] != 'connected' or event['client'] != client(150):
        event = deaf.line()
        check(event is not None, 'it was closed')
    deaf.close()
    return '%d told, %d lost' % (told, lost)


@point('history', 'history: the last ends and refusals with their reasons, as '
       'many as asked for; a flood of strangers pushes out nobody', limit=60)
def past(lab):
    start(lab, conf=[('max-per-ip', '1')])
    check(history() == [] and len(ctl('history').lines()) == 1, 'before all')
    session = lab.call()
    session.up(b'\xff\x03\x00\x21data')
    check(session.pppd.wait_frame(b'\xff\x03\x00\x21data'), 'no frame')
    for _ in range(3):
        lab.control(CLIENT).call()
    session.tcp.send(build(CCRQ, call_id=session.mine))
    session.tcp.drain(1)
    check(lab.until(lambda: len(history()) == 2, 3) is not None,
          str(history()))
    refused, ended = history()
    for entry in refused, ended:
        check(sorted(entry) == sorted(FIELDS), str(sorted(entry)))
    check((refused['event'], refused['reason'], refused['times']) ==
          ('refused', 'max-per-ip', 3), str(refused))
    check((ended['event'], ended['reason'], ended['client'],
           ended['remote'], ended['authenticated'], ended['octets_in']) ==
          ('ended', 'cleared', CLIENT, '10.0.0.200', True, 8), str(ended))
    check(abs(ended['at'] - time.time()) < 30, 'at %d' % ended['at'])
    check(history('1') == [ended], 'history 1')
    table = ctl('history').lines()
    check(len(table) == 3 and 'cleared' in table[2] and
          ended['session'] in table[2], str(table))
    for wrong in ('0', 'all', '-1', '99999'):
        ctl('history', wrong, expect=None if wrong != 'all' else 2)
    for number in range(600):
        lab.connect(client(10 + number % 200)).send(b'GET / HTTP/1.0\r\n' * 20)
        lab.kept.clear()
    check(lab.until(lambda: len(history('1000')) > 100, 10) is not None,
          '%d entries' % len(history('1000')))
    check(ended['session'] in [e['session'] for e in history('1000')],
          'pushed out')
    return str(ended['text'])


@point('history-lost', 'a call that ends because its engine was killed is in the '
       'history too, once')
def history_lost(lab):
    run = start(lab, conf=[('restart-grace', '0')])
    session = lab.call()
    known = ctl('-j', 'list').json['calls'][0]['session']
    os.kill(run.engines()[0].pid, signal.SIGKILL)
    check(session.pppd.wait_gone(10), 'its pppd lives on')
    check(lab.until(lambda: ctl('-j', 'history', expect=None).status == 0 and
                    [(e['session'], e['reason']) for e in history()] ==
                    [(known, 'lost')], 10) is not None,
          'history: %s' % history())
    lab.call().tcp.close()
    check(lab.until(lambda: [e['reason'] for e in history()] ==
                    ['lost', 'closed'], 5) is not None, str(history()))
    return known


@point('history-engines', 'engines 2: history has the ends of both, and each '
       'once')
def both(lab):
    start(lab, conf=[('engines', '2')])
    sessions = []
    while len({s.theirs % 2 for s in sessions}) < 2:
        sessions.append(lab.call(address=client(10 + len(sessions))))
    watch = Watch().begin(lab)
    known = {c['session'] for c in ctl('-j', 'list').json['calls']}
    for session in sessions:
        session.tcp.send(build(CCRQ, call_id=session.mine))
    for _ in sessions:
        check(watch.event('ended')['reason'] == 'cleared', 'reason')
    got = [e['session'] for e in history() if e['session']]
    check(sorted(got) == sorted(known), '%s, not %s' % (got, known))
    watch.end()
    return '%d calls' % len(got)
