"""pptpdctl trace: files that tshark dissects, of one call only, with limits."""

import json
import os
import shutil
import signal
import socket
import subprocess

from pptptest import namespaces, puppet, server
from pptptest.control import CTL, STRANGER, Client, ctl, start
from pptptest.lab import CLIENT, OTHER, numbered
from pptptest.points import Skip, check, patience, point
from pptptest.pptp import CCRQ, build

DIR = '/run/conformance/'
LCP_ACK = bytes.fromhex('ff03c021' '0201000a' '050601223344')
CHALLENGE = bytes.fromhex('ff03c223' '01010017' '10' + '5a' * 16) + b'pp'
RESPONSE = bytes.fromhex('ff03c223' '0201001a' '10' + 'a5' * 16) + b'alice'
LCP_ECHO = bytes.fromhex('ff03c021' '09010009' '05060708')
SUCCESS = bytes.fromhex('ff03c223' '03010004')


class Trace:
    """A pptpdctl that writes a file."""

    def __init__(self, what, *words, name='trace.pcapng'):
        self.path = DIR + name
        self.run = subprocess.Popen(
            [CTL, '-p', server.PIDFILE, 'trace', what, '-w', self.path] +
            list(words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)

    def begun(self, lab):
        """The engine has answered, so the call is traced."""
        check(lab.until(lambda: os.path.exists(self.path) and
                        os.path.getsize(self.path) > 100, 10) is not None,
              'no trace')
        return self

    def end(self, expect=0, timeout=20):
        out, err = self.run.communicate(timeout=timeout * patience())
        self.said = (out + err).decode()
        check(self.run.returncode == expect, 'status %d: %s' % (
            self.run.returncode, self.said))
        return self


def tshark(path, *words):
    """Its lines; it must find nothing wrong with the file."""
    if shutil.which('tshark') is None:
        raise Skip('there is no tshark')
    done = subprocess.run(['tshark', '-n', '-r', path] + list(words),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=dict(os.environ, HOME=DIR))
    check(done.returncode == 0 and b'cut short' not in done.stderr and
          b'damaged' not in done.stderr, done.stderr.decode())
    return done.stdout.decode().splitlines()


def whole(path):
    """tshark calls no packet malformed; how many there are."""
    check(tshark(path, '-Y', '_ws.malformed') == [],
          'malformed: %s' % tshark(path))
    return len(tshark(path))


def waits(lab, trace):
    """Returns when the engine knows that somebody waits for a call."""
    line = trace.run.stderr.readline().decode()
    check('waiting for a call' in line, line)


def dial(lab, address=CLIENT):
    """A call whose client authenticates; frames that tshark knows."""
    lab.theatre.greeting = (puppet.LCP,)
    session = lab.call(address=address)
    session.up(LCP_ACK)
    check(session.pppd.wait_frame(LCP_ACK, 5), 'no LCP')
    session.pppd.send(CHALLENGE)
    check(session.down(5), 'no challenge')
    session.up(RESPONSE)
    check(session.pppd.wait_frame(RESPONSE, 5), 'no response')
    session.pppd.send(SUCCESS)
    check(session.down(5), 'no success')
    return session


def hang_up(session):
    session.tcp.send(build(CCRQ, call_id=session.mine))
    check(session.pppd.wait_hangup(5), 'it is not hung up')
    session.tcp.close()


def traced(lab, engines):
    start(lab, conf=[('engines', str(engines))])
    trace = Trace('client=' + CLIENT, '--wait')
    waits(lab, trace)
    other = dial(lab, OTHER)
    session = dial(lab)
    echo = session.tcp.echo()
    check(echo is not None, 'no Echo-Reply')
    other.needs('the other call')
    hang_up(session)
    trace.end()
    check('call ended' in trace.said and ' 0 are missing' in trace.said,
          trace.said)
    n = whole(trace.path)
    check(os.stat(trace.path).st_mode & 0o777 == 0o600, 'mode')
    for what in ('gre && ppp.protocol == 0xc021', 'chap.code == 1',
                 'chap.code == 2', 'chap.code == 3',
                 'frame.interface_id == 1 && chap.code == 2',
                 'pptp.control_message_type == 5',
                 'pptp.control_message_type == 6',
                 'pptp.control_message_type == 12',
                 'gre.ack_number', 'frame.interface_id == 1 && lcp'):
        check(tshark(trace.path, '-Y', what), 'no packet with ' + what)
    check(tshark(trace.path, '-Y', 'ip.addr == ' + OTHER) == [],
          'packets of another call')
    check(tshark(trace.path, '-Y', 'tcp.checksum.status == 0 || '
                 'ip.checksum.status == 0', '-o', 'tcp.check_checksum:TRUE',
                 '-o', 'ip.check_checksum:TRUE') == [], 'bad checksums')
    # What went to and came from pppd, as it was.
    for way, frame in (('in', RESPONSE), ('out', CHALLENGE)):
        with open(trace.path, 'rb') as stream:
            check((b'\0' if way == 'in' else b'\1') + frame in stream.read(),
                  'no frame ' + way)
    word = '%04X' % session.theirs
    check(lab.log.find(r'CTRL: pptpdctl\[\d+\] of user 0 traces call %s, '
                       'session [0-9A-F]{16}' % word), 'who did it?')
    check(lab.log.wait(r'CTRL: trace of call %s, session [0-9A-F]{16}, is '
                       r'over \(call ended\): \d+ packets, 0 of them lost' %
                       word, 5), 'the end is not in the log')
    return '%d packets' % n


@point('trace', 'a trace from the begin of a call: tshark dissects control '
       'messages, GRE, LCP and CHAP of that call, and of no other')
def one(lab):
    return traced(lab, 1)


@point('trace-engines', 'the same with three engines: the one that serves the '
       'call writes to pptpdctl')
def three(lab):
    return traced(lab, 3)


@point('trace-limits', 'a trace ends after so many packets, or seconds, or by '
       'a signal; the call goes on; --json says how')
def limits(lab):
    start(lab)
    session = dial(lab)
    call = '%04X' % session.theirs
    for words, why, stop in ((('--packets', '3'), 'packets', False),
                             (('--seconds', '1'), 'seconds', False),
                             ((), 'interrupted', True)):
        trace = Trace(call, '-j', *words, name=why).begun(lab)
        for _ in range(2):              # four packets
            session.tcp.echo()
        if stop:
            trace.run.send_signal(signal.SIGINT)
        trace.end()
        got = json.loads(trace.said)
        check(got['end'] == why and got['lost'] == 0 and got['packets'] > 0,
              trace.said)
        check(got['packets'] == whole(trace.path), trace.said)
        if why == 'packets':
            check(got['packets'] == 3, trace.said)
    session.needs()


@point('trace-refused', 'who is not root, a call that is not there, one that '
       'is traced, a fifth trace, a file that is somebody\'s: refused, and no '
       'file is left')
def refused(lab):
    start(lab, conf=[('control-group', 'nogroup'),
                     ('max-unauth-per-ip', '0')])
    path = DIR + 'refused.pcapng'

    def refuses(words, code, status, **fields):
        got = ctl('-j', *words, expect=status, **fields)
        check(got.json['error']['code'] == code, got.out)
        check(not os.path.exists(path), 'a file')
    refuses(('trace', '1234', '-w', path), 'no-such-call', 1)
    check('which file' in ctl('trace', '1234', expect=2).err, 'no file')
    for words in (('--seconds', '0'), ('--seconds', '3601'),
                  ('--packets', 'x'), ('--packets', '1000001')):
        ctl('trace', '1234', '-w', path, *words, expect=2)
    sessions = [dial(lab, '198.51.100.%d' % n) for n in range(1, 6)]
    calls = ['%04X' % s.theirs for s in sessions]
    group = (STRANGER.pw_uid, STRANGER.pw_gid, [])
    own = '/tmp/stranger.pcapng'
    got = ctl('-j', 'trace', calls[0], '-w', own, expect=2, as_user=group)
    check(got.json['error']['code'] == 'permission' and
          not os.path.exists(own), got.out)
    traces = [Trace(call, name='%s.pcapng' % call).begun(lab)
              for call in calls[:4]]
    refuses(('trace', calls[0], '-w', path), 'busy', 1)
    refuses(('trace', calls[4], '-w', path), 'busy', 1)
    for trace in traces:
        trace.run.send_signal(signal.SIGTERM)
        trace.end()
    os.symlink('/etc/hostname', DIR + 'link')
    os.link(traces[0].path, DIR + 'hard')
    os.mkfifo(DIR + 'pipe')
    for name in ('link', 'hard', 'pipe', 'none/file'):
        ctl('trace', calls[4], '-w', DIR + name, expect=2)
    for session in sessions:
        session.needs()


@point('trace-moved', 'an empty file is taken away where it was made, though its '
       'path leads elsewhere by then; also one without a directory in its name')
def moved(lab):
    start(lab)
    os.makedirs(DIR + 'a')
    os.makedirs(DIR + 'b')
    namespaces.write(DIR + 'b/file', 'precious')
    os.symlink('a', DIR + 'way')
    trace = Trace('client=' + CLIENT, '--wait', name='way/file')
    waits(lab, trace)
    check(os.path.exists(DIR + 'a/file'), 'no file')
    os.unlink(DIR + 'way')
    os.symlink('b', DIR + 'way')
    trace.run.send_signal(signal.SIGTERM)
    trace.end(expect=2)
    check(not os.path.exists(DIR + 'a/file'), 'it is left')
    check(os.path.exists(DIR + 'b/file'), 'somebody else\'s is gone')
    done = subprocess.run([CTL, '-p', server.PIDFILE, 'trace', '1234', '-w',
                           'here'], cwd=DIR, stderr=subprocess.PIPE)
    check(done.returncode == 1 and not os.path.exists(DIR + 'here'),
          str(done))


@point('trace-crash', 'an engine is killed in the middle of a trace: pptpdctl '
       'says so, the file is whole, the call goes on')
def crash(lab):
    run = start(lab)
    session = dial(lab)
    trace = Trace('%04X' % session.theirs).begun(lab)
    for n in range(20):
        session.up(LCP_ECHO + bytes([n]))
    check(session.pppd.wait_frame(LCP_ECHO + bytes([19]), 5), 'no frames')
    check(lab.until(lambda: os.path.getsize(trace.path) > 2000, 5)
          is not None, 'nothing is written')
    os.kill(run.engines()[0].pid, signal.SIGKILL)
    trace.end(expect=2)
    check('the engine has ended' in trace.said, trace.said)
    n = whole(trace.path)
    check(n >= 20, '%d packets' % n)
    check(lab.until(lambda: session.works() is None, 10) is not None,
          'the call does not go on')
    return '%d packets' % n


@point('trace-slow', 'a client that does not read its trace: what does not '
       'fit is counted, the call does not wait')
def slow(lab):
    start(lab)
    session = dial(lab)
    client = Client(timeout=20)
    client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.send(json.dumps({'command': 'trace', 'seconds': 60, 'packets': 9999,
                            'call': '%04X' % session.theirs}).encode() + b'\n')
    check(client.line()['ok'], 'no trace')
    for n in range(1200):
        session.up(numbered(n, 1000))
        if n % 50 == 49:
            check(session.pppd.wait_frame(numbered(n, 1000), 10),
                  'frame %d does not come' % n)
    session.needs()
    packets, lost, total = 0, 0, None
    while total is None:
        got = client.line()
        if 'packet' in got:
            packets += 1
            lost += got['lost']
            if packets == 50:
                hang_up(session)
        elif 'end' in got:
            total = got
    check(lost > 0 and total['lost'] >= lost, '%d lost; %s' % (lost, total))
    check(total['packets'] == packets, '%d: %s' % (packets, total))
    check(client.wait_closed(5), 'it is not closed')
    return '%d packets, %d lost' % (packets, total['lost'])
