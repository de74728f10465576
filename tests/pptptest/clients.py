"""Clients of known makes, from the first SYN to the moment when IP is up.

What they say and when follows captures and, for Apple's, its published source:
which octets the control messages have, that Windows does not hear LCP before
it has sent its Set-Link-Info, that it asks for CCP, IPCP and IPV6CP together
as soon as CHAP has succeeded, and how long each waits before it asks again.

The other end may be a server with a real pppd, or one with the stand-in that
Pppd plays here.  Nothing is encrypted: network control protocols never are."""

import os
import select
import struct
import threading
import time

from pptptest import gre, mschap, pptp

LCP, CHAP, CCP, IPCP, IPV6CP = 0xC021, 0xC223, 0x80FD, 0x8021, 0x8057
REQ, ACK, NAK, REJ, TERM, TERM_ACK, CODE_REJ, PROT_REJ, ECHO, ECHO_REPLY = \
    range(1, 11)
IDENT = 12
CHALLENGE, RESPONSE, SUCCESS, FAILURE = 1, 2, 3, 4
MSCHAP_V2 = b'\xc2\x23\x81'
MPPE_128 = bytes.fromhex('01000040')
GUID = bytes.fromhex('3f2504e04f8911d39a0c0305e82c3301')
MAGIC = bytes.fromhex('415a1b2c')
ZERO = bytes(4)
NAMES = {LCP: 'LCP', CHAP: 'CHAP', CCP: 'CCP', IPCP: 'IPCP',
         IPV6CP: 'IPV6CP'}


class Profile:
    """start, call: fields of SCCRQ and OCRQ.  deaf: s from OCRP to the first
    Set-Link-Info, None: it sends none; before it LCP is not heard.  lcp, ccp,
    ipcp: options of the first requests.  patient: IPCP only when CCP is up.
    retry: s before a request is repeated.  leaves: hangs up on a Terminate-Ack
    of IPCP.  first: number of the first GRE packet."""

    def __init__(self, name, start, call, lcp, ipcp, deaf=None, retry=2.0,
                 ccp=bytes.fromhex('01000000'), patient=False, leaves=False, first=0,
                 acks_first=False, ipv6=False, pause=0.0, idents=()):
        self.name, self.start, self.call = name, start, call
        self.lcp, self.ipcp, self.deaf, self.retry = lcp, ipcp, deaf, retry
        self.ccp, self.patient, self.leaves = ccp, patient, leaves
        self.first, self.acks_first, self.ipv6 = first, acks_first, ipv6
        self.pause, self.idents = pause, idents


WINDOWS_CALL = dict(min_bps=300, max_bps=100000000, bearer=3, framing=3,
                    window=64)
WINDOWS_IPCP = [(3, ZERO), (0x81, ZERO), (0x82, ZERO), (0x83, ZERO),
                (0x84, ZERO)]
WINDOWS_LCP = [(1, b'\x05\x78'), (5, MAGIC), (7, b''), (8, b''),
               (13, b'\x06')]
LINUX = dict(framing=3, bearer=3, channels=65535, firmware=1, host=b'local',
             vendor=b'cananian')
PPPD_LCP = [(2, ZERO), (5, MAGIC), (7, b''), (8, b'')]
PPPD_IPCP = [(2, b'\x00\x2d\x0f\x01'), (3, ZERO), (0x81, ZERO), (0x83, ZERO)]

PROFILES = {p.name: p for p in [
    Profile('Windows 10', dict(framing=1, bearer=1, channels=0, firmware=0,
                               host=b'', vendor=b'Microsoft'),
            dict(WINDOWS_CALL, call_id=17611, serial=1), WINDOWS_LCP,
            WINDOWS_IPCP, deaf=0.006, ipv6=True,
            idents=(b'MSRASV5.20', b'MSRAS-0-PC', GUID)),
    Profile('Windows 7', dict(framing=1, bearer=1, channels=0, firmware=0,
                              host=b'', vendor=b'Microsoft'),
            dict(WINDOWS_CALL, call_id=40265, serial=19, subaddress=GUID),
            WINDOWS_LCP, WINDOWS_IPCP, deaf=0.006, ipv6=True, ccp=MPPE_128,
            idents=(b'MSRASV5.20', b'MSRAS-0-PC', GUID)),
    Profile('Windows 2000', dict(framing=1, bearer=1, channels=0,
                                 firmware=2195, host=b'\0' + b'\xb8' * 63,
                                 vendor=b'\0' + b'\x5d' * 63),
            dict(WINDOWS_CALL, call_id=0, serial=49611),
            [(5, MAGIC), (7, b''), (8, b''), (13, b'\x06'),
             (17, b'\x06\x4e'), (19, b'\x01' + GUID + ZERO)],
            WINDOWS_IPCP, deaf=0.009, ccp=bytes.fromhex('010000e1'),
            idents=(b'MSRASV5.00', b'MSRAS-1-PC-4')),
    Profile('MikroTik', dict(framing=2, bearer=0, channels=0, firmware=1,
                             host=b'MikroTik', vendor=b'MikroTik'),
            dict(call_id=0x0101, serial=1, min_bps=300, max_bps=100000000,
                 bearer=1, framing=2, window=100),
            [(1, b'\x05\xaa'), (5, MAGIC)], [(3, ZERO)], retry=3.0,
            ccp=MPPE_128, leaves=True),
    Profile('macOS', dict(framing=1, bearer=1, channels=0, firmware=0,
                          host=b'', vendor=b''),
            dict(WINDOWS_CALL, call_id=0x01F3, serial=0), PPPD_LCP,
            [(3, ZERO), (0x81, ZERO), (0x83, ZERO)], deaf=0.0, retry=3.0,
            ccp=MPPE_128, patient=True, first=1, acks_first=True),
    Profile('pptp-linux', LINUX,
            dict(call_id=0, serial=0, min_bps=2400, max_bps=10000000,
                 bearer=3, framing=3, window=3), PPPD_LCP, PPPD_IPCP,
            retry=3.0, ccp=bytes.fromhex('01000060'), patient=True, first=1),
]}


def frame(protocol, code, ident, body=b''):
    return struct.pack('>HHBBH', 0xFF03, protocol, code, ident,
                       4 + len(body)) + body


def parse(data):
    """Protocol, code, identifier, body; None for what is none of these."""
    if data[:2] == b'\xff\x03':
        data = data[2:]
    if len(data) < 6 or data[0] & 1:
        return None
    protocol, code, ident, size = struct.unpack_from('>HBBH', data)
    return protocol, code, ident, data[6:2 + size]


def pack(options):
    return b''.join(bytes((kind, 2 + len(value))) + value
                    for kind, value in options)


def unpack(body):
    options = []
    while len(body) >= 2 and 2 <= body[1] <= len(body):
        options.append((body[0], body[2:body[1]]))
        body = body[body[1]:]
    return options


class Automaton:
    """One protocol's option negotiation (RFC 1661 4), as far as two willing
    ends need it.  judge(options) says (code, options) to a request."""

    def __init__(self, protocol, options, send, judge, retry):
        self.protocol, self.options = protocol, list(options)
        self.send, self.judge, self.retry = send, judge, retry
        self.open = self.ours = self.theirs = False
        self.ident, self.again = 0, None

    def begin(self):
        self.open = True
        self.request()

    def request(self):
        self.ident = (self.ident + 1) % 256
        self.send(frame(self.protocol, REQ, self.ident, pack(self.options)))
        self.again = time.monotonic() + self.retry

    def up(self):
        return self.ours and self.theirs

    def receive(self, code, ident, body):
        if code == REQ:
            answer, options = self.judge(unpack(body))
            self.theirs = answer == ACK
            self.send(frame(self.protocol, answer, ident,
                            body if answer == ACK else pack(options)))
        elif code in (ACK, NAK, REJ) and ident == self.ident and \
                not self.ours:
            if code == ACK:
                self.ours, self.again = True, None
                return
            said = dict(unpack(body))
            if code == REJ:
                self.options = [o for o in self.options if o[0] not in said]
            else:
                self.options = [(kind, said.get(kind, value))
                                for kind, value in self.options]
            self.request()

    def timer(self, now):
        if self.again is not None and now >= self.again:
            self.request()


def taking(known, wanted=()):
    """A judge: rejects what is not known, wants the values of wanted."""
    def judge(options):
        strange = [o for o in options if o[0] not in known]
        if strange:
            return REJ, strange
        other = [(kind, value) for kind, value in wanted
                 if dict(options).get(kind, value) != value]
        return (NAK, other) if other else (ACK, options)
    return judge


class Dial:
    """Dials; run() returns the milliseconds of each step, of which "IP" is
    the last.  failed says why there is none."""

    def __init__(self, profile, server, ours, user, password):
        self.profile = profile
        self.server, self.user, self.password = server, user, password
        self.packets = gre.Gre(ours, server)
        self.begun = time.monotonic()
        self.tcp = pptp.Client(server, ours, timeout=10)
        self.steps, self.failed = {}, None
        self.step('connect')
        self.seq, self.highest = profile.first, None
        self.asked = self.secure = False
        self.heard = None               # from when on LCP is heard
        self.lcp = Automaton(LCP, profile.lcp, self.say, taking(
            {1, 2, 3, 5, 7, 8}, [(3, MSCHAP_V2)]), profile.retry)
        self.ccp = Automaton(CCP, [(18, profile.ccp)], self.say,
                             taking({18}, [(18, MPPE_128)]), profile.retry)
        self.ipcp = Automaton(IPCP, profile.ipcp, self.say, taking({3}),
                              profile.retry)
        self.v6 = Automaton(IPV6CP, [(1, os.urandom(8))], self.say,
                            taking({1}), profile.retry)

    def step(self, name):
        self.steps.setdefault(name, (time.monotonic() - self.begun) * 1000)

    def say(self, data):
        ack = self.highest
        if ack is None and self.profile.acks_first:
            ack = 0
        self.packets.send(self.peer_id, seq=self.seq, ack=ack, payload=data)
        self.seq += 1

    def link_info(self, send_accm=0xFFFFFFFF):
        self.tcp.send(pptp.build(pptp.SLI, peer_id=self.peer_id,
                                 send_accm=send_accm))

    def call(self):
        profile = self.profile
        self.tcp.send(pptp.build(pptp.SCCRQ, **profile.start))
        got = self.tcp.expect(pptp.SCCRP, 10)
        if not got or got.result != 1:
            self.failed = 'SCCRP: %s' % got
            return False
        time.sleep(profile.pause)  # pace: the client's
        self.tcp.send(pptp.build(pptp.OCRQ, **profile.call))
        got = self.tcp.expect(pptp.OCRP, 10)
        if not got or got.result != 1:
            self.failed = 'OCRP: %s' % got
            return False
        self.step('OCRP')
        self.peer_id, self.mine = got.call_id, profile.call['call_id']
        self.heard = time.monotonic() + (profile.deaf or 0.0)
        return True

    def chap(self, code, ident, body):
        if code == CHALLENGE:
            value = mschap.response(self.user, self.password,
                                    body[1:1 + body[0]])
            self.say(frame(CHAP, RESPONSE, ident, bytes((len(value),)) +
                           value + self.user.encode()))
        elif code == FAILURE:
            self.failed = 'CHAP: %s' % body
        elif code == SUCCESS and not self.secure:
            self.secure = True
            self.step('CHAP')
            if self.profile.ipv6:
                self.v6.begin()
            self.ccp.begin()
            if not self.profile.patient:
                self.ipcp.begin()

    def receive(self, data):
        got = parse(data)
        if got is None or time.monotonic() < self.heard:
            return
        protocol, code, ident, body = got
        if protocol == CHAP:
            self.chap(code, ident, body)
        elif protocol == LCP and code == ECHO:
            self.say(frame(LCP, ECHO_REPLY, ident, MAGIC + body[4:]))
        elif protocol == LCP and code == TERM:
            self.say(frame(LCP, TERM_ACK, ident))
            self.failed = 'the server ends the link: %s' % body
        elif protocol == LCP and code == PROT_REJ:
            if body[:2] == b'\x80\x57':
                self.v6.again = None
        elif protocol == IPCP and code == TERM_ACK:
            if self.profile.leaves:
                self.failed = 'Terminate-Ack for its IPCP'
        else:
            for one in (self.lcp, self.ccp, self.ipcp, self.v6):
                if one.protocol == protocol:
                    one.receive(code, ident, body)
        self.moves()

    def moves(self):
        if self.lcp.up() and 'LCP' not in self.steps:
            self.step('LCP')
            if self.profile.deaf is not None:
                self.link_info(0)
            for number, text in enumerate(self.profile.idents):
                self.say(frame(LCP, IDENT, number + 2, MAGIC + text))
        if self.ccp.up() and 'CCP' not in self.steps:
            self.step('CCP')
            if self.profile.patient:
                self.ipcp.begin()
        if self.ipcp.up():
            self.step('IP')

    def listen(self, timeout):
        select.select([self.packets.sock, self.tcp.sock], [], [],
                      max(timeout, 0))
        while True:
            packet = self.packets.recv(0, self.mine)
            if packet is None:
                break
            if packet.seq is not None:
                self.highest = max(packet.seq, self.highest or 0)
                self.receive(packet.payload)
        try:
            got = self.tcp.message(0.0005)
            if got and got.type in (pptp.CDN, pptp.STOPRQ):
                self.failed = self.failed or 'the server says %s' % got
            elif got and got.type == pptp.ECHORQ:
                self.tcp.send(pptp.build(pptp.ECHORP, ident=got.ident))
        except pptp.Closed as end:
            self.failed = self.failed or 'connection closed: %s' % end

    def run(self, timeout=30):
        if not self.call():
            return self.steps
        end = time.monotonic() + timeout
        while not self.failed and 'IP' not in self.steps:
            now = time.monotonic()
            if now > end:
                self.failed = 'not up in %d s' % timeout
                break
            if not self.lcp.open and now >= self.heard:
                if self.profile.deaf is not None:
                    self.link_info()
                self.lcp.begin()
            automata = (self.lcp, self.ccp, self.ipcp, self.v6)
            for one in automata:
                one.timer(now)
            soon = [a.again for a in automata if a.again is not None]
            if not self.lcp.open:
                soon.append(self.heard)
            self.listen(min(soon + [now + 0.1]) - now)
        return self.steps

    def close(self):
        try:
            self.tcp.send(pptp.build(pptp.STOPRQ, reason=1))
            self.tcp.drain(1)
        except (OSError, pptp.Closed):
            pass
        self.tcp.close()
        self.packets.close()


class Pppd:
    """pppd's part in a login, played on a puppet: what its fsm.c and auth.c do
    with require-mschap-v2 and require-mppe-128.  What comes before a protocol
    is open is answered with Terminate-Ack, and IPCP opens when CCP is up."""

    RETRY = 3.0

    def __init__(self, puppet):
        self.puppet, self.done = puppet, False
        self.secure = False
        self.challenge = os.urandom(16)
        self.lcp = self.automaton(LCP, [(3, MSCHAP_V2), (5, b'\1\2\3\4'),
                                        (7, b''), (8, b'')],
                                  taking({1, 2, 5, 7, 8}))
        self.ccp = self.automaton(CCP, [(18, MPPE_128)],
                                  taking({18}, [(18, MPPE_128)]))
        self.ipcp = self.automaton(IPCP, [(3, b'\x0a\0\0\2')],
                                   taking({3}, [(3, b'\x0a\0\0\xc8')]))
        self.all = (self.lcp, self.ccp, self.ipcp)

    def automaton(self, protocol, options, judge):
        return Automaton(protocol, options, self.puppet.send, judge,
                         self.RETRY)

    def receive(self, data):
        got = parse(data)
        if got is None:
            return
        protocol, code, ident, body = got
        if protocol == CHAP and code == RESPONSE and not self.secure:
            self.secure = True
            self.puppet.send(frame(CHAP, SUCCESS, ident, b'S=00 M=welcome'))
            self.ccp.begin()
            return
        for one in self.all:
            if one.protocol != protocol:
                continue
            if not one.open and code != TERM_ACK:
                self.puppet.send(frame(protocol, TERM_ACK, ident))
            elif one.open:
                one.receive(code, ident, body)
        if protocol == IPV6CP:
            self.puppet.send(frame(LCP, PROT_REJ, 9, b'\x80\x57' + data[-4:]))
        if self.lcp.up() and not self.done:
            self.done = True
            self.puppet.send(frame(CHAP, CHALLENGE, 1, b'\x10' +
                                   self.challenge + b'pptpd'))
        if self.ccp.up() and not self.ipcp.open:
            self.ipcp.begin()

    def run(self):
        at = 0
        self.lcp.begin()
        while not self.puppet.gone and not self.puppet.hangup:
            self.puppet.wait(lambda: len(self.puppet.frames) > at or
                             self.puppet.gone or self.puppet.hangup, 0.05)
            while at < len(self.puppet.frames):
                self.receive(self.puppet.frames[at][1])
                at += 1
            for one in self.all:
                one.timer(time.monotonic())


def play_pppd(lab):
    """From now on each stand-in of the laboratory plays Pppd."""
    def begin(puppet):
        threading.Thread(target=Pppd(puppet).run, daemon=True).start()
    lab.theatre.begin = begin
