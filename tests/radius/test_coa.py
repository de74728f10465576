"""Disconnect and CoA (RFC 5176): radclient, and clients that mean harm."""

import hashlib
import hmac
import os
import random
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import time

import plug
import servers
from plug import Plug
from pptptest.points import Skip, check, patience, point
from test_radius import Silent, again, begin, services

PORT = 3799
DISCONNECT, COA = 40, 43
ACK = {DISCONNECT: 41, COA: 44}
NAK = {DISCONNECT: 42, COA: 45}
LINES = ['coa-listen 127.0.0.1', 'coa-client 127.0.0.1 secret-file %s'
         % servers.SECRET_FILE, 'nas-identifier vpn7']


def start(lab, lines=(), **fields):
    """A server that takes orders, and an accounting server."""
    radius = Silent(lab)
    radius.answers = True
    run = begin(lab, lines=LINES + list(lines), **fields)
    next_second(lab)
    return radius, run


def next_second(lab):
    """What is made in the second of its start, or before, is not taken."""
    now = int(time.time())
    lab.until(lambda: int(time.time()) > now, 2)


def up(user='user1', unit=7, address='10.9.8.7'):
    """A call that is up."""
    p = Plug(user, unit)
    p.account(plug.START, address=address)
    return p


class RadClient:
    """One radclient, which sends one request."""

    def __init__(self, lab, kind, lines, secret=servers.SECRET, tries=5):
        if not shutil.which('radclient'):
            raise Skip('radclient is not installed')
        lines = ['Message-Authenticator = 0x00',
                 'Event-Timestamp = %d' % time.time()] + list(lines)
        self.child = subprocess.Popen(
            ['nsenter', '--net=/proc/%d/ns/net' % lab.holder, '--',
             'radclient', '-x', '-r', str(tries), '-t', '2', '127.0.0.1:%d'
             % PORT, kind, secret], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.child.stdin.write(('\n'.join(lines) + '\n').encode())
        self.child.stdin.close()

    def result(self):
        """The words for the answer, and its Error-Cause, or None."""
        out = self.child.stdout.read().decode()
        self.child.wait()
        kind = re.search(r'Received (\S+) Id', out)
        cause = re.search(r'Error-Cause = (\S+)', out)
        return (kind.group(1) if kind else None,
                cause.group(1) if cause else None)


def attribute(kind, value):
    if isinstance(value, int):
        value = struct.pack('>I', value)
    return servers.attribute(kind, value)


def packet(code, pairs, when=0, secret=servers.SECRET, signed=True,
           ident=1):
    """A right request, made at this time (0: now; None: it does not say)."""
    secret = secret.encode()
    body = attribute(80, bytes(16)) if signed else b''
    body += b''.join(attribute(*pair) for pair in pairs)
    if when is not None:
        body += attribute(55, when or int(time.time()))
    head = struct.pack('>BBH', code, ident, 20 + len(body))
    if signed:
        mark = hmac.new(secret, head + bytes(16) + body, 'md5').digest()
        body = attribute(80, mark) + body[18:]
    return head + hashlib.md5(head + bytes(16) + body + secret).digest() + body


class Client:
    """Sends octets, and reads answers."""

    def __init__(self, lab, source='127.0.0.1', to='127.0.0.1'):
        family = socket.AF_INET6 if ':' in to else socket.AF_INET
        self.sock = servers.inside(
            lab, lambda: socket.socket(family, socket.SOCK_DGRAM))
        self.sock.bind((source, 0))
        self.sock.connect((to, PORT))

    def send(self, data):
        self.sock.send(data)

    def answer(self, request, timeout=5):
        """(code, Error-Cause or None) of an answer, which is verified."""
        if not select.select([self.sock], [], [], timeout * patience())[0]:
            return None, None
        data = self.sock.recv(4096)
        secret = servers.SECRET.encode()
        check(data[1] == request[1], 'another Identifier')
        check(hashlib.md5(data[:4] + request[4:20] + data[20:] + secret)
              .digest() == data[4:20], 'a wrong Response Authenticator')
        values = dict(servers.attributes(data))
        blank = data[:4] + request[4:20] + data[20:].replace(
            values[80], bytes(16))
        check(hmac.new(secret, blank, 'md5').digest() == values[80],
              'a wrong Message-Authenticator')
        cause = values.get(101)
        return data[0], struct.unpack('>I', cause)[0] if cause else None

    def ask(self, code, pairs, timeout=5, **fields):
        request = packet(code, pairs, **fields)
        self.send(request)
        return self.answer(request, timeout)


def is_quiet(p):
    """This call has no order: the next message is the answer to a report."""
    p.account(plug.INTERIM, 1)


# --- radclient -------------------------------------------------------------------

@point('disconnect', 'radclient ends a call that it names by any of the keys; '
       'an unknown one is answered with 503')
def disconnect(lab):
    start(lab)
    keys = ['User-Name = "user1"', 'NAS-Port = 7', 'NAS-Port-Id = "ppp7"',
            'Framed-IP-Address = 10.9.8.7',
            'Calling-Station-Id = "%s"' % plug.CLIENT]
    others = [up('user%d' % n, n, '10.9.8.%d' % n) for n in range(20, 23)]
    for key in keys + [None]:
        p = up()
        client = RadClient(lab, 'disconnect', [
            key or 'Acct-Session-Id = "%s"' % p.ident.decode(),
            'NAS-Identifier = "vpn7"'])
        order = p.order() if not (key or '').startswith('Calling') else None
        if order is None:       # all calls here have this one
            for one in others + [p]:
                check(one.order().end == 1, 'not ended')
        else:
            check((order.end, order.changes) == (1, 0), 'not ended')
        check(client.result() == ('Disconnect-ACK', None), str(key))
        p.account(plug.STOP, 5, cause=6)
        p.close()
    for lines in (['User-Name = "nobody"'],
                  ['User-Name = "user20"', 'NAS-Port = 21'],
                  ['Acct-Multi-Session-Id = "x"']):
        check(RadClient(lab, 'disconnect', lines).result() ==
              ('Disconnect-NAK', 'Session-Context-Not-Found'), str(lines))
    for p in others:
        is_quiet(p)
    return '%d keys' % (len(keys) + 1)


@point('coa', 'radclient changes a call: limits, Class and Filter-Id arrive '
       'at its pppd whole, and only there')
def coa(lab):
    start(lab)
    p, other = up(), up('user2', 8, '10.9.8.8')
    client = RadClient(lab, 'coa', [
        'Acct-Session-Id = "%s"' % p.ident.decode(), 'Session-Timeout = 60',
        'Idle-Timeout = 30', 'Acct-Interim-Interval = 300',
        'Class = 0x676f6c64', 'Filter-Id = "slow"',
        'Mikrotik-Rate-Limit = "1M/2M"'])
    order = p.order()
    check((order.end, order.changes, order.session, order.idle,
           order.interim) == (0, 63, 60, 30, 300), 'other numbers')
    check(order.limits[:2] == [2000000, 1000000], str(order.limits))
    check((order.classes, order.filter) == (b'\x04gold', b'slow'), 'texts')
    check(client.result() == ('CoA-ACK', None), 'no ACK')
    is_quiet(other)
    client = RadClient(lab, 'coa', ['User-Name = "user2"',
                                    'Idle-Timeout = 77'])
    order = other.order()
    check((order.changes, order.idle, order.session) == (2, 77, 0), 'more')
    check(client.result() == ('CoA-ACK', None), 'no ACK')
    client = RadClient(lab, 'coa', ['User-Name = "user2"',
                                    'Filter-Id = "512/256"'])
    order = other.order(fine=False)
    check((order.changes, order.limits[:2]) == (48, [512000, 256000]),
          'no limits')
    check(client.result() == ('CoA-NAK', 'Resources-Unavailable'),
          'what pppd could not do')


@point('coa-errors', 'what cannot be done is not begun: the answers have the '
       'Error-Cause of RFC 5176, and no call has an order')
def coa_errors(lab):
    start(lab)
    p, client = up(), Client(lab)
    mine = (44, p.ident)
    cases = [
        (COA, [mine], 402), (COA, [(27, 60)], 402), (DISCONNECT, [], 402),
        (COA, [mine, (27, 60), (200, b'x')], 401),
        (COA, [mine, (27, 60), (26, b'\0\0\0\1\1\3x')], 401),
        (DISCONNECT, [mine, (27, 60)], 401),
        (COA, [mine, (27, 60), (32, b'vpn8')], 403),
        (DISCONNECT, [mine, (4, bytes([192, 0, 2, 99]))], 403),
        (DISCONNECT, [mine, (95, bytes(16))], 403),
        (COA, [mine, mine, (27, 60)], 404), (COA, [mine, (27, 6), (27, 7)],
                                             404),
        (COA, [mine, (6, 17)], 405),
        (COA, [mine, (27, 0)], 407), (COA, [mine, (27, b'abc')], 407),
        (COA, [mine, (28, 60), (85, 59)], 407),
        (COA, [mine, (28, 60), (11, b'a\nb')], 407),
        (COA, [(44, b'ffff'), (27, 60)], 503),
        (DISCONNECT, [mine, (1, b'user2')], 503),
    ]
    for number, (code, pairs, cause) in enumerate(cases):
        got = client.ask(code, pairs, ident=number)
        check(got == (NAK[code], cause), '%s: %s' % (pairs, got))
    is_quiet(p)
    check(lab.log.wait('AAA: a request of CoA client 127.0.0.1 is refused: '
                       r'.*\(Error-Cause 503\)'), str(lab.log.since())[-3000:])
    return '%d refused' % len(cases)


@point('coa-many', 'two calls that fit are both changed, or ended; one whose '
       'pppd does not answer is an error', waits=True)
def coa_many(lab):
    start(lab)
    a, b, client = up('both'), up('both', 8, '10.9.8.8'), Client(lab)
    request = packet(COA, [(1, b'both'), (27, 60)])
    client.send(request)
    check(a.order().session == 60, 'not the first')
    check(not select.select([client.sock], [], [], 0.3)[0],
          'answered before both have taken it')
    check(b.order().session == 60, 'not the second')
    check(client.answer(request) == (44, None), 'no ACK')
    request = packet(DISCONNECT, [(1, b'both')])
    client.send(request)
    check(a.order().end == 1, 'not ended')
    b.receive(plug.ORDER, 5)
    b.account(plug.STOP, 5)
    b.close()                   # gone before it answers, but its call has ended
    check(client.answer(request) == (41, None), 'no ACK')
    c = up('comes-back', 9, '10.9.8.9')
    request = packet(DISCONNECT, [(1, b'comes-back')])
    client.send(request)
    c.receive(plug.ORDER, 5)
    c.close()                   # nobody knows whether it has ended
    check(client.answer(request) == (42, 506), 'no 506 from one that is gone')
    check(client.ask(COA, [(1, b'both'), (28, 60)], timeout=10) ==
          (45, 506), 'no 506 from a silent pppd')


# --- who may ask -----------------------------------------------------------------

@point('coa-forged', 'no forged, damaged or unsigned request, and none of a '
       'stranger, has an answer or an effect', waits=True)
def coa_forged(lab):
    start(lab, lines=['require-message-authenticator yes'])
    p, client = up(), Client(lab)
    mine = [(44, p.ident)]
    right = packet(DISCONNECT, mine)
    mark = right.index(b'\x50\x12') + 2
    turned = right[:mark] + bytes([right[mark] ^ 1]) + right[mark + 1:]
    resummed = turned[:4] + hashlib.md5(
        turned[:4] + bytes(16) + turned[20:] + servers.SECRET.encode()
    ).digest() + turned[20:]
    bad = [
        packet(DISCONNECT, mine, secret='another secret'),
        right[:4] + bytes(16) + right[20:],
        turned, resummed,                       # Message-Authenticator
        packet(DISCONNECT, mine, signed=False),
        right[:-1], right[:12], b'', right[:2] + b'\x0f\xff' + right[4:],
        packet(1, mine), packet(4, mine), packet(41, mine), packet(45, mine),
        packet(DISCONNECT, mine, when=None),
        packet(DISCONNECT, mine, when=int(time.time()) - 301),
        packet(DISCONNECT, mine, when=int(time.time()) + 301 + 60),
    ]
    for data in bad:
        client.send(data)
    stranger = Client(lab, source='127.0.0.5')
    stranger.send(right)
    changed(p, client, (27, 77))
    check(not select.select([stranger.sock], [], [], 0)[0],
          'a stranger is answered')
    check(lab.log.wait('AAA: a CoA packet of .* is ignored: .*'), 'no line')
    return '%d ignored' % (len(bad) + 1)


def changed(p, client, pair, ident=9):
    """This change, asked now, is the next order, and has the next answer."""
    request = packet(COA, [(44, p.ident), pair], ident=ident)
    client.send(request)
    order = p.order()
    check((order.session, order.idle)[pair[0] - 27] == pair[1],
          'an order of something else: %r' % vars(order))
    check(client.answer(request) == (44, None), 'no ACK')
    return request


@point('coa-signed', 'require-message-authenticator auto: a client that has '
       'signed once has to go on; without, Event-Timestamp is enough')
def coa_signed(lab):
    start(lab)
    p, client = up(), Client(lab)
    plain = packet(COA, [(44, p.ident), (27, 50)], signed=False)
    client.send(plain)
    check(p.order().session == 50, 'an unsigned one is refused')
    check(client.answer(plain) == (44, None), 'no ACK')
    changed(p, client, (27, 60))
    client.send(packet(COA, [(44, p.ident), (27, 70)], signed=False))
    changed(p, client, (27, 80), ident=10)


@point('coa-replayed', 'a request that comes again, from any port, has the '
       'same answer and no effect; neither has one from before a restart',
       waits=True, limit=60)
def coa_replayed(lab):
    _, run = start(lab)
    p, client = up(), Client(lab)
    request = changed(p, client, (27, 60))
    other = Client(lab)
    for again_from in client, other, client:
        again_from.send(request)
        check(again_from.answer(request) == (44, None), 'another answer')
    changed(p, client, (28, 99), ident=10)
    # While its call has not answered it has no answer, and one order.
    slow = packet(COA, [(44, p.ident), (27, 61)], ident=11)
    client.send(slow)
    client.send(slow)
    check(p.order().session == 61, 'not ordered')
    check(client.answer(slow) == (44, None), 'no ACK')
    end = packet(DISCONNECT, [(44, p.ident)], when=int(time.time()) - 5)
    again(lab, run, LINES + ['timeout 3'])
    heir = Plug()
    heir.ident = p.ident
    heir.account(plug.INTERIM, 1)
    for data in request, slow, end:
        client.send(data)
    next_second(lab)
    changed(heir, client, (27, 62), ident=12)


@point('coa-outlives', 'after the death of pptpd-aaa calls can be changed as '
       'soon as their pppds have found the next; until then there is no NAK',
       waits=True, limit=60)
def coa_outlives(lab):
    start(lab)
    p = up()
    mark = lab.log.mark()
    os.kill(services()[0].pid, signal.SIGKILL)
    check(lab.log.wait('AAA: serves pppd, with .*', 10, mark), 'no new one')
    next_second(lab)
    client = RadClient(lab, 'coa', ['Acct-Session-Id = "%s"'
                                    % p.ident.decode(),
                                    'Session-Timeout = 60'], tries=10)
    heir = Plug()
    heir.ident = p.ident
    check(not select.select([client.child.stdout], [], [], 0)[0] or
          b'NAK' not in client.child.stdout.peek(), 'a NAK')
    heir.account(plug.INTERIM, 5)
    check(heir.order(20).session == 60, 'no order')
    check(client.result() == ('CoA-ACK', None), 'no ACK')


@point('coa-six', 'CoA by IPv6, and RADIUS servers by IPv6', waits=True)
def coa_six(lab):
    secret = 'secret-file %s' % servers.SECRET_FILE
    seen = []

    def serve(packet):
        seen.append(packet[0])
        return [servers.answer(2 if packet[0] == 1 else 5, packet)]
    for port in 1812, 1813:
        servers.Fake(lab, serve, port=port, address='::1')
    begin(lab, servers=['::1'], lines=['coa-listen ::1',
                                       'coa-client ::1 ' + secret])
    next_second(lab)
    p = Plug()
    check(p.pap('x').verdict == plug.ACCEPT, 'no answer by IPv6')
    p.account(plug.START)
    check(lab.until(lambda: 4 in seen, 5) is not None, 'no accounting')
    client = Client(lab, source='::1', to='::1')
    changed(p, client, (27, 60))


@point('coa-off', 'without coa-listen nothing listens, and without a client '
       'of that address nothing is heard')
def coa_off(lab):
    begin(lab)
    with open('/proc/%d/net/udp' % lab.holder) as stream:
        check(':0ED7 ' not in stream.read(), 'UDP 3799 is open')


@point('coa-hostile', 'requests of right authenticators with any attributes: '
       'pptpd-aaa lives, and each order is one that pppd can read',
       limit=120)
def coa_hostile(lab):
    draw = random.Random(5176)
    start(lab)
    p, client = up(), Client(lab)
    before = services()[0].pid
    acks = 0
    for number in range(400):
        pairs = [(44, p.ident)] if draw.random() < 0.9 else []
        for _ in range(draw.randrange(0, 5)):
            kind = draw.choice((1, 4, 5, 6, 8, 11, 18, 25, 26, 27, 28, 31, 32,
                                33, 44, 49, 50, 55, 61, 80, 85, 87, 95, 200))
            value = draw.choice((0, 1, 59, 60, 2**31, draw.randbytes(
                draw.choice((0, 1, 3, 4, 16, 253)))))
            pairs.append((kind, value))
        request = packet(draw.choice((COA, COA, DISCONNECT)), pairs,
                         ident=number % 256)
        client.send(request)
        while True:
            ready = select.select([client.sock, p.sock], [], [], 1)[0]
            if p.sock in ready:
                p.order()
                acks += 1
            if client.sock in ready:
                client.answer(request)
            if client.sock in ready or not ready:
                break
    changed(p, client, (27, 60))
    check([s.pid for s in services()] == [before], 'pptpd-aaa has died')
    return '400 requests, %d orders' % acks
