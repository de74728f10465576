"""Everything that one point has for itself: namespaces, log, fakes, server,
and calls as short to write as they are to say."""

import os
import re
import struct
import subprocess
import time

from pptptest import (gre, hdlc, logsink, namespaces, points, pptp, puppet,
                      server, sniff)

FAKE_PPPD = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                         'fakepppd')
CLIENT = namespaces.CLIENTS + '1'
OTHER = namespaces.CLIENTS + '2'


def client(number):
    """The client address with this number, 1 to 254."""
    return namespaces.CLIENTS + str(number)


def many(number):
    """One of 65,000 further client addresses."""
    return '%s%d.%d' % (namespaces.MANY, number // 250, number % 250 + 1)


class Session:
    """A call that is up: .tcp, .gre, .pppd (its puppet), .reply (OCRP),
    .mine and .theirs (Call IDs)."""

    def __init__(self, lab, address=CLIENT, to=namespaces.SERVER,
                 greeting=True, start=None, **fields):
        self.lab = lab
        self.address = address
        self.gre = gre.Gre(address, to)
        fields.setdefault('call_id', lab.next_call_id())
        self.mine = fields['call_id']
        self.seq = 0
        self.received = []
        before = len(lab.theatre.puppets)
        self.tcp = lab.control(address, to, **(start or {}))
        self.reply = self.tcp.call(**fields)
        if self.reply is None or self.reply.result != 1:
            raise points.Fail('call refused: ' + pptp.describe(
                self.tcp.seen, self.tcp.closed))
        self.theirs = self.reply.call_id
        self.pppd = lab.theatre.wait(before + 1)
        if self.pppd is None:
            raise points.Fail('OCRP 1/0 but no pppd was started')
        if greeting:
            for _ in lab.theatre.greeting:
                packet = self.down(3.0)
                if packet is None:
                    raise points.Fail('what pppd wrote first does not come '
                                      'over GRE')

    def up(self, payload, seq=None, ack=None):
        """One PPP frame towards pppd; counts sequence numbers."""
        if seq is None:
            seq = self.seq
            self.seq += 1
        self.gre.send(self.theirs, seq=seq, ack=ack, payload=payload)

    def down(self, timeout=1.0):
        """The next data packet for this call, None when none comes."""
        end = time.monotonic() + timeout
        while True:
            packet = self.gre.recv(max(end - time.monotonic(), 0.0005),
                                   self.mine)
            if packet is None:
                return None
            self.received.append(packet)
            if packet.seq is not None:
                return packet

    def acks(self, timeout=0.2):
        """Acknowledgment numbers that come in this time."""
        return [p.ack for p in self.gre.drain(timeout, self.mine)
                if p.ack is not None]

    def delivered(self, payload, timeout=1.0):
        """Seconds until pppd has this frame, sent now; None if never."""
        begin = time.monotonic()
        self.up(payload)
        when = self.pppd.wait_frame(payload, timeout)
        return None if when is None else when - begin

    def works(self, timeout=2.0):
        """None when control connection and data path both carry, else what
        does not."""
        if self.tcp.closed:
            return 'control connection closed (%s)' % self.tcp.closed
        if self.tcp.echo(timeout=timeout) is None:
            return 'Echo not answered (%s)' % (self.tcp.closed or 'open')
        tag = data(b'works %d' % self.lab.tick())
        if self.delivered(tag, timeout) is None:
            return 'GRE no longer reaches pppd'
        back = data(b'back %d' % self.lab.tick())
        self.pppd.send(back)
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            packet = self.down(end - time.monotonic())
            if packet is not None and packet.payload == back:
                return None
        return 'pppd no longer reaches GRE'

    def needs(self, what='the call'):
        """Fails unless the call still works."""
        broken = self.works()
        points.check(broken is None, '%s: %s' % (what, broken))

    def close(self):
        self.tcp.close()
        self.gre.close()


def data(text):
    """A PPP frame of protocol IP that carries this text."""
    return b'\xff\x03\x00\x21' + text


def numbered(number, size=0):
    """A PPP frame whose number number_of() finds again."""
    return data(struct.pack('>I', number) + b'.' * max(0, size - 8))


def number_of(frame):
    return struct.unpack_from('>I', frame, 4)[0]


class Lab:
    def __init__(self, options, ptys):
        namespaces.private_files(options.installed, ptys)
        self.holder = namespaces.private_net()
        self.binary = options.server
        self.pppd = options.pppd
        self.conf = getattr(options, "conf", [])
        self.sanitized = b'__asan_init' in server.read(self.binary, 'rb')
        self.log = logsink.Log()
        self.theatre = puppet.Theatre()
        namespaces.write('/run/conformance/version',
                         options.pppd_version + '\n')
        self.mute = gre.silence()
        self.kept = []                  # until the point is judged
        self._tick = 0
        self._call_id = 0x4000 + os.getpid()
        self.address = namespaces.SERVER

    def tick(self):
        self._tick += 1
        return self._tick

    def next_call_id(self):
        self._call_id = (self._call_id + 0x0111) & 0x7FFF | 0x0100
        return self._call_id

    def server(self, *args, **fields):
        self.running = server.Server(self, *args, **fields)
        return self.running

    def connect(self, address=CLIENT, to=None, **fields):
        """A bare TCP connection."""
        tcp = pptp.Client(to or self.address, address, **fields)
        self.kept.append(tcp)
        return tcp

    def control(self, address=CLIENT, to=None, **fields):
        """An established control connection."""
        tcp, got = self.greet(address, to, **fields)
        if not got:
            raise points.Fail('no SCCRP: ' + pptp.describe(tcp.seen,
                                                           tcp.closed))
        return tcp

    def greet(self, address=CLIENT, to=None, **fields):
        """A connection and the SCCRP that its SCCRQ got, or None.  That some
        servers drop a newcomer while another session ends is a point of its
        own (D-2), not everyone's: hence a second try."""
        for _ in range(3):
            tcp = self.connect(address, to)
            got = tcp.start(**fields)
            if got or not tcp.closed:
                break
        return tcp, got

    def call(self, *args, **fields):
        """A call that is up."""
        session = Session(self, *args, **fields)
        self.kept.append(session)
        return session

    def sniffer(self, **fields):
        return sniff.Sniffer(**fields)

    def gre(self, address=CLIENT, to=None):
        return gre.Gre(address, to or self.address)

    def small_buffers(self):
        """The server's kernel keeps little of what a client does not
        read."""
        subprocess.run(['nsenter', '--net=/proc/%d/ns/net' % self.holder,
                        'sh', '-c', 'echo 4096 4096 8192 '
                        '>/proc/sys/net/ipv4/tcp_wmem'], check=True)

    def ip_server(self, script):
        namespaces.ip(script, self.holder)

    def serves(self, address=OTHER, within=1.0):
        """Seconds in which a newcomer gets SCCRP; Fail if it takes longer
        than within (None: any time up to 15 s)."""
        begin = time.monotonic()
        try:
            tcp = self.connect(address, timeout=15)
            ok = tcp.start(timeout=15)
        except OSError as err:
            raise points.Fail('a new client cannot connect: %s' % err)
        took = time.monotonic() - begin
        points.check(ok, 'a new client gets no SCCRP (%s)'
                     % (tcp.closed or '15 s'))
        tcp.close()
        if within is not None:
            points.check(took <= within * points.patience(), 'a new client waits %.1f s' % took)
        return took

    def cheap_pppd(self, authenticated=False):
        """Configuration for a pppd that costs next to nothing to start: it
        reads until the line hangs up.  It says nothing before, or that its
        client is authenticated."""
        path = '/run/conformance/cheap'
        with open(path + '.says', 'wb') as stream:
            if authenticated:
                stream.write(hdlc.frame(puppet.CHAP_SUCCESS))
        namespaces.write(path, '#!/bin/sh\ncat %s.says\n'
                         'exec cat >/dev/null\n' % path)
        os.chmod(path, 0o755)
        return [('ppp', path)]

    def reporting_pppd(self):
        """Configuration for the stand-in as a pppd that loads plugins: it
        gets pptpd-session.so, and the test reports in its place."""
        path = '/run/conformance/loads'
        namespaces.write(path, '#!/bin/sh\n'
                         'case "$*" in *nonexistent*) exit 2;; esac\n'
                         'exec %s "$@"\n' % self.pppd)
        os.chmod(path, 0o755)
        return [('ppp', path)]

    def crashes(self):
        """The first line of a sanitizer's report or failed assertion in what
        the server wrote to its stderr, else None.  With --fg it keeps it;
        what an engine writes there is in the log."""
        said = [line.text for line in self.log.since()
                if 'engine says: ' in line.text]
        for line in server.read(server.OUTPUT).splitlines() + said:
            if re.search(r'Sanitizer|runtime error:|Assertion .* failed',
                         line):
                return line.strip()
        return None

    def until(self, ready, timeout=2.0):
        """Seconds until ready() is true; None when it does not get so in
        timeout seconds, or in what these are on a busy machine."""
        begin = time.monotonic()
        timeout *= points.patience()
        while True:
            if ready():
                return time.monotonic() - begin
            if time.monotonic() - begin > timeout:
                return None
            time.sleep(0.01)  # look
