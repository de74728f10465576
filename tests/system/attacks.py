"""Attacks on authentication and encryption, against a server with a real pppd.

    attacks.py SERVER OURS USER PASSWORD

What a man in the middle does to a server is what its client seems to do: so
each attack is a client of clients.py that answers otherwise at one place.  A
line for each: "ok" or "not ok", and what was seen."""

import os
import struct
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

from pptptest import clients, pptp                      # noqa: E402
from pptptest.clients import ACK, CCP, CHAP, IPCP, LCP, NAK, REJ, REQ  # noqa

PAP = 0xC023
METHODS = {'PAP': b'\xc0\x23', 'CHAP-MD5': b'\xc2\x23\x05',
           'MS-CHAPv1': b'\xc2\x23\x80', 'EAP': b'\xc2\x27'}
PING = bytes.fromhex('4500001c00010000400166c20a0000c80a0000f0'
                     '0800f7fd00010001')


class Attack(clients.Dial):
    """Notes what it must never see: a packet in clear (.clear), a method that
    is not MS-CHAPv2 (.methods)."""

    def __init__(self, *args):
        super().__init__(clients.PROFILES['Windows 7'], *args)
        self.clear, self.methods = [], set()

    def receive(self, data):
        bare = data[2:] if data[:2] == b'\xff\x03' else data
        if bare[:1] == b'\x21' or bare[:2] == b'\x00\x21':
            self.clear.append(bare)
        got = clients.parse(data)
        if got and got[0] == LCP and got[1] == REQ:
            self.methods.add(dict(clients.unpack(got[3])).get(3))
        if got and self.attack(*got):
            self.moves()
            return
        super().receive(data)

    def attack(self, protocol, code, ident, body):
        """True: it has answered in its own way."""
        return False

    def data_in_clear(self):
        self.say(b'\xff\x03\x00\x21' + PING)

    def after(self, seconds):
        """Sends data in clear and looks at what comes, for so long or until
        the server ends the call."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.failed:
            self.data_in_clear()
            self.listen(0.2)


class Downgrade(Attack):
    """Each offer of MS-CHAPv2 is answered with: something weaker."""

    def __init__(self, weaker, *args):
        super().__init__(*args)
        self.weaker = weaker

    def attack(self, protocol, code, ident, body):
        if protocol != LCP or code != REQ or \
                3 not in dict(clients.unpack(body)):
            return False
        self.say(clients.frame(LCP, NAK, ident, clients.pack(
            [(3, self.weaker)])))
        return True


class NoCompression(Attack):
    """CCP is rejected, in each of the ways that there are."""

    def __init__(self, way, *args):
        super().__init__(*args)
        self.way = way

    def attack(self, protocol, code, ident, body):
        if protocol != CCP or code != REQ:
            return False
        if self.way == 'protocol':
            self.say(clients.frame(LCP, 8, ident, b'\x80\xfd' + body))
        else:
            self.say(clients.frame(CCP, REJ, ident, body))
        if not self.ipcp.open:
            self.ipcp.begin()
        return True


class Renegotiation(Attack):
    """When IP is up LCP begins anew, and then takes what is weaker."""

    again = False

    def attack(self, protocol, code, ident, body):
        if not self.again or protocol != LCP or code != REQ:
            return False
        self.say(clients.frame(LCP, NAK, ident, clients.pack(
            [(3, METHODS['MS-CHAPv1'])])))
        return True


class Guesses(Attack):
    """Many passwords on one call: LCP and CHAP begin anew after each."""

    tries = 0

    def attack(self, protocol, code, ident, body):
        if protocol == CHAP and code == 4:
            self.tries += 1
            self.lcp.ours = self.lcp.theirs = False
            self.lcp.request()
            return True
        return False


def judge(name, attack, bad):
    if attack.clear:
        bad = '%d packets in clear' % len(attack.clear)
    print('%s %s: %s' % ('not ok' if bad else 'ok', name, bad or
                         attack.failed), flush=True)
    attack.close()


def main(args):
    for name, weaker in METHODS.items():
        attack = Downgrade(weaker, *args)
        attack.run(15)
        # None: pppd gives up asking, and hangs up for want of an answer.
        other = attack.methods - {clients.MSCHAP_V2, None}
        judge('downgrade to %s' % name, attack,
              'the server offers %s' % other if other else
              'IP is up' if 'IP' in attack.steps else
              '' if attack.failed and 'not up' not in attack.failed else
              'the call lives on')
    for way in ('options', 'protocol'):
        attack = NoCompression(way, *args)
        attack.run(15)
        attack.after(3)
        judge('CCP rejected (%s)' % way, attack,
              'IP is up' if 'IP' in attack.steps else
              '' if attack.failed and 'not up' not in attack.failed else
              'the call lives on')
    attack = Renegotiation(*args)
    attack.run(20)
    bad = '' if 'IP' in attack.steps else 'no login to begin with'
    attack.again, attack.secure = True, False
    attack.lcp.ours = attack.lcp.theirs = False
    attack.lcp.request()
    attack.after(12)
    judge('forced renegotiation', attack, bad or ('' if attack.failed else
          'the call lives on'))
    attack = Guesses(*args[:3], 'wrong')
    attack.run(15)
    judge('many passwords on one call', attack,
          '' if attack.tries == 1 and attack.failed else
          '%d tries' % attack.tries)


if __name__ == '__main__':
    main(sys.argv[1:])
