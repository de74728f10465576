"""What pptpd-aaa.so says to pptpd-aaa (pptpd/protocol/aaa_msg.h), and the
peer's half of the methods."""

import glob
import hashlib
import os
import socket
import struct

from pptptest import mschap
from pptptest.points import Fail, check, patience

LOGIN, REPLY, ACCT, TAKEN, ORDER, DONE, LOOK, STATE = 1, 2, 3, 4, 5, 6, 7, 8
PAP, CHAP, MSCHAP, MSCHAP2 = 1, 2, 3, 4
VERSION = 6
ACCEPT, REJECT, UNAVAILABLE = 1, 2, 3
START, STOP, INTERIM = 1, 2, 3
CLIENT, SERVER = '198.51.100.20', '192.0.2.1'


def path():
    """Of the socket of the one server here."""
    return glob.glob('/run/pptpd/aaa*')[0]


def message(kind, body):
    return struct.pack('>BBH', VERSION, kind, 4 + len(body)) + body


def octets(value):
    return struct.pack('>H', len(value)) + value


class Reader:
    def __init__(self, data):
        self.data = data

    def get(self, form):
        size = struct.calcsize('>' + form)
        values = struct.unpack('>' + form, self.data[:size])
        self.data = self.data[size:]
        return values[0]

    def octets(self):
        size = self.get('H')
        value, self.data = self.data[:size], self.data[size:]
        return value

    def address(self):
        return socket.inet_ntoa(self.get('4s'))


class Reply:
    def __init__(self, data):
        r = Reader(data)
        self.verdict = r.get('B')
        self.message = r.octets()
        self.address = r.address()
        self.session, self.idle, self.interim, self.mtu = (
            r.get('I') for _ in range(4))
        self.dns = [r.address(), r.address()]
        self.wins = [r.address(), r.address()]
        self.policy, self.types = r.get('I'), r.get('I')
        self.keys = r.get('B')
        self.send, self.recv = r.get('16s'), r.get('16s')
        self.classes = r.octets()
        self.filter, self.route = r.octets(), r.octets()
        self.pool = r.octets()
        self.rates = [r.get('Q') for _ in range(6)]
        self.quota = [r.get('Q') for _ in range(3)]
        self.routes = ['%s/%d %d' % (r.address(), r.get('B'), r.get('I'))
                       for _ in range(r.get('B'))]
        has, ifid = r.get('B'), r.get('8s')
        self.ifid = ifid if has else None
        self.prefixes = ['%s/%d' % (socket.inet_ntop(
            socket.AF_INET6, r.get('16s')), r.get('B'))
            for _ in range(r.get('B'))]
        check(not r.data, 'a reply is too long')


class Order:
    def __init__(self, data):
        r = Reader(data)
        self.number, self.end, self.changes = r.get('I'), r.get('B'), r.get('I')
        self.session, self.idle, self.interim = (r.get('I') for _ in range(3))
        self.classes, self.filter = r.octets(), r.octets()
        self.limits = [r.get('Q') for _ in range(6)]
        check(not r.data, 'an order is too long')


def check_whole(reply):
    """A reply with all that the tests' servers say of their first user."""
    check(reply.address == '10.9.8.7', reply.address)
    check((reply.session, reply.idle, reply.interim, reply.mtu) ==
          (3600, 900, 120, 1300), 'numbers')
    check(reply.dns == ['10.0.0.53', '10.0.0.54'], reply.dns)
    check(reply.wins == ['10.0.0.55', '0.0.0.0'], reply.wins)
    check(reply.classes == b'\x05gold1\x02\x00\xff', reply.classes)
    check((reply.filter, reply.route, reply.message) ==
          (b'gold', b'10.40.0.0/16 0.0.0.0 1', b'welcome'), 'texts')


class Plug:
    """One pppd's connection."""

    def __init__(self, user='user1', unit=7, our_name='vpn1'):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.sock.connect(path())
        self.ident = os.urandom(8).hex().encode()
        self.user, self.unit = user.encode(), unit
        self.our_name = our_name
        self.client, self.server = CLIENT, SERVER

    def call(self):
        return octets(self.ident) + socket.inet_aton(self.client) + \
            socket.inet_aton(self.server) + struct.pack('>I', self.unit) + \
            octets(self.user)

    def receive(self, kind, timeout):
        self.sock.settimeout(timeout * patience())
        try:
            data = self.sock.recv(8192)
        except socket.timeout:
            raise Fail('no answer of pptpd-aaa')
        check(data, 'pptpd-aaa has closed')
        version, got, size = struct.unpack('>BBH', data[:4])
        check((version, got, size) == (VERSION, kind, len(data)), data[:4].hex())
        return data[4:]

    def ask(self, method, challenge, response, ident=5):
        self.sock.send(message(LOGIN, self.call() + bytes([method, ident]) +
                               octets(challenge) + octets(response) +
                               octets(self.our_name.encode())))

    def answer(self, timeout=20):
        return Reply(self.receive(REPLY, timeout))

    def pap(self, password):
        self.ask(PAP, b'', password.encode())
        return self.answer()

    def chap(self, password):
        challenge = os.urandom(20)
        self.ask(CHAP, challenge, hashlib.md5(
            b'\x05' + password.encode() + challenge).digest())
        return self.answer()

    def mschap(self, password):
        challenge = os.urandom(8)
        padded = hashed(password) + bytes(5)
        nt = b''.join(mschap.des(padded[n:n + 7], challenge)
                      for n in (0, 7, 14))
        self.ask(MSCHAP, challenge, bytes(24) + nt + b'\1')
        return self.answer()

    def mschap2(self, password, wait=True):
        challenge = os.urandom(16)
        self.response = mschap.response(self.user.decode(), password,
                                        challenge)
        self.challenge = challenge
        self.ask(MSCHAP2, challenge, self.response)
        return self.answer() if wait else None

    def keys(self, password):
        """A login by MS-CHAPv2 that is accepted, with the keys of RFC 3079 and
        the proof of RFC 2759; its reply."""
        reply = self.mschap2(password)
        user = self.user.decode()
        check(reply.verdict == ACCEPT, 'not accepted')
        check([reply.send, reply.recv] == mppe_keys(
            password, self.response[24:48]), 'other keys')
        check(reply.message == success(password, user, self.challenge,
                                       self.response), reply.message)
        return reply

    def account(self, status, seconds=0, into=0, out=0, cause=0, classes=b'',
                address='10.9.8.7'):
        self.sock.send(message(ACCT, self.call() + bytes([status, MSCHAP2]) +
            socket.inet_aton(address) + b'ppp7'.ljust(16, b'\0') +
            struct.pack('>IQQIII', seconds, into, out, 3, 4, cause) +
            octets(classes)))
        check(self.receive(TAKEN, 5) == b'', 'TAKEN has a body')

    def order(self, timeout=5, fine=True):
        """The next order; it is answered."""
        order = Order(self.receive(ORDER, timeout))
        self.sock.send(message(DONE, struct.pack('>IB', order.number, fine)))
        return order

    def close(self):
        self.sock.close()


def hashed(password):
    return mschap.md4(password.encode('utf-16-le'))


# RFC 3079, 3.4: keys of MS-CHAPv2.
MAGIC1 = b'This is the MPPE Master Key'
MAGIC2 = b'On the client side, this is the send key; on the server side, ' \
    b'it is the receive key.'
MAGIC3 = b'On the client side, this is the receive key; on the server side, ' \
    b'it is the send key.'


def mppe_keys(password, nt_response):
    """The server's send and receive keys."""
    master = hashlib.sha1(mschap.md4(hashed(password)) + nt_response +
                          MAGIC1).digest()[:16]
    return [hashlib.sha1(master + bytes(40) + magic +
                         b'\xf2' * 40).digest()[:16]
            for magic in (MAGIC3, MAGIC2)]


def success(password, user, challenge, response):
    """RFC 2759, 8.7: what the server proves with."""
    magic1 = b'Magic server to client signing constant'
    magic2 = b'Pad to make it do more than one iteration'
    digest = hashlib.sha1(mschap.md4(hashed(password)) + response[24:48] +
                          magic1).digest()
    name = user.rpartition('\\')[2].encode()
    short = hashlib.sha1(response[:16] + challenge + name).digest()[:8]
    return b'S=' + hashlib.sha1(digest + short + magic2).hexdigest() \
        .upper().encode()
