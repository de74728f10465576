"""pptpd-aaa and RADIUS."""

import hashlib
import json
import os
import random
import shutil
import signal
import socket
import struct
import subprocess
import time

import plug
import servers
from plug import Plug
from pptptest import server
from pptptest.calls import goes_on, start
from pptptest.control import CTL
from pptptest.points import Skip, check, ms, patience, point


SO_RCVBUFFORCE = 33             # asm-generic/socket.h


def begin(lab, conf=(), keep=False, **fields):
    """A server with aaa, whose pptpd-aaa serves.  keep: what is on the disk."""
    if not keep:
        servers.forget()
    servers.configure(**fields)
    run = lab.server(conf=[('aaa', 'radius'), ('radius-conf', servers.CONF)] +
                     list(conf),
                     wait=False)
    check(lab.log.wait('AAA: serves pppd, with .*', 10), 'it does not serve')
    return run


def services():
    return [p for p in server.processes() if p.comm == 'pptpd-aaa']


def verdicts(replies):
    return [r.verdict for r in replies]


# --- FreeRADIUS ---------------------------------------------------------------

@point('methods', 'PAP, CHAP, MS-CHAPv1 and v2 are asked of FreeRADIUS: a '
       'right password is accepted, a wrong one not')
def methods(lab):
    servers.FreeRadius(lab)
    begin(lab)
    p = Plug()
    for name in 'pap', 'chap', 'mschap', 'mschap2':
        good = getattr(p, name)('password1')
        check(good.verdict == plug.ACCEPT, '%s: %d' % (name, good.verdict))
        bad = getattr(p, name)('password2')
        check(bad.verdict == plug.REJECT, '%s: %d' % (name, bad.verdict))
        check(bad.address == '0.0.0.0' and not bad.keys, 'a reject has more')
    check(lab.log.wait('AAA: user "user1" is rejected'), 'no line')
    return 'four methods, accepted and rejected'


def doctor(lab, user, password, expect, *words):
    """pptpdctl doctor --radius in the server's network; its one finding."""
    done = subprocess.run(
        [CTL, '-j', '-p', server.PIDFILE, 'doctor', '--radius', user] +
        list(words), input=password.encode() + b'\n', timeout=90,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    check(done.returncode == expect, 'status %d: %s' % (
        done.returncode, (done.stdout + done.stderr).decode()))
    found = json.loads(done.stdout.decode())['findings']
    check(len(found) == 1 and found[0]['check'] == 'radius', found)
    check(password not in found[0]['text'], 'it prints the password')
    return found[0]['text']


@point('doctor', 'pptpdctl doctor --radius: a user who may log in and what '
       'the server gives, one who may not, a server that does not answer, '
       'no pptpd-aaa')
def diagnose(lab):
    text = doctor(lab, 'user1', 'password1', 2)
    check('no pptpd-aaa' in text, text)
    radius = servers.FreeRadius(lab)
    run = begin(lab, lines=('tries 1', 'timeout 1',
                           'deadline 3'))
    text = doctor(lab, 'user1', 'password1', 0)
    check('is accepted' in text and 'address 10.9.8.7' in text and
          'session timeout 3600 s' in text and 'welcome' in text, text)
    check('is rejected' in doctor(lab, 'user1', 'password2', 2), 'accepted')
    check('is rejected' in doctor(lab, 'nobody', 'x', 2), 'accepted')
    radius.stop()
    text = doctor(lab, 'user1', 'password1', 2)
    check('nobody has answered' in text, text)
    check(run.alive(), 'the server')
    return text


@point('reply', 'what FreeRADIUS says of a user arrives at pppd whole')
def reply(lab):
    servers.FreeRadius(lab)
    begin(lab)
    r = Plug().pap('password1')
    plug.check_whole(r)
    r = Plug('peer').pap('password1')
    check(r.address == '255.255.255.255', r.address)
    r = Plug('login').pap('password1')
    check(r.verdict == plug.REJECT, 'Service-Type Login is accepted')
    check(lab.log.wait('.*Service-Type other than Framed'), 'no line')


@point('limits', 'rates in the words of several vendors, routes, prefixes and '
       'quotas arrive at pppd as numbers; what cannot be is left out and said')
def limits(lab):
    servers.FreeRadius(lab)
    begin(lab)
    r = Plug('fast').pap('password1')
    check(r.verdict == plug.ACCEPT, 'not accepted')
    # 2M until the average of 8 s is 1M: 4 s with a million bits too many.
    check(r.rates == [2000000, 1000000, 1000000, 500000, 4000000, 2000000],
          r.rates)
    check(r.quota == [1000, 0, (2 << 32) + 5], r.quota)
    check(r.routes == ['10.40.0.0/16 1', '192.0.2.128/25 0'], r.routes)
    check(r.ifid == b'\0\0\0\0\0\0\0\2', r.ifid)
    check(r.prefixes == ['2001:db8:1::/48'], r.prefixes)
    check(lab.log.wait('AAA: .* says of user "fast" what does not count: '
                       'Framed-Route "0.0.0.0/0"'), 'no line')
    r = Plug('both').pap('password1')
    check(r.rates == [64000, 128000, 0, 0, 0, 0], r.rates)
    r = Plug('cisco').pap('password1')
    check(r.rates == [256000, 128000, 8000, 4000, 0, 0], r.rates)
    r = Plug('user1').pap('password1')
    check(not any(r.rates + r.quota), 'limits of nobody')


@point('mppe', "MS-CHAPv2: the keys are those of RFC 3079, and the server's "
       'proof is that of RFC 2759; MS-CHAPv1: the hash of the hash')
def mppe(lab):
    servers.FreeRadius(lab)
    begin(lab)
    for user in 'user1', 'DOM\\user1':
        r = Plug(user).keys('password1')
        check((r.keys, r.policy, r.types) == (1, 2, 4), 'policy')
    r = Plug().mschap('password1')
    check(r.send == plug.mschap.md4(plug.hashed('password1')), 'v1')


@point('request', 'an Access-Request says which call it is, and its first '
       'attribute is the Message-Authenticator')
def request(lab):
    fake = servers.Fake(lab, lambda p: [servers.answer(3, p)])
    begin(lab, lines=['nas-identifier vpn7', 'nas-ip-address 192.0.2.9'])
    p = Plug()
    check(p.mschap2('x').verdict == plug.REJECT, 'no reject')
    found = servers.attributes(fake.seen[0])
    check(found[0][0] == 80, 'first is %d' % found[0][0])
    values = dict(found)
    for kind, value in ((1, b'user1'), (4, socket.inet_aton('192.0.2.9')),
                        (5, struct.pack('>I', 7)), (6, b'\0\0\0\2'),
                        (7, b'\0\0\0\1'), (30, b'192.0.2.1'),
                        (31, b'198.51.100.20'), (32, b'vpn7'),
                        (44, p.ident), (61, b'\0\0\0\5'), (64, b'\0\0\0\1'),
                        (65, b'\0\0\0\1'), (66, b'198.51.100.20'),
                        (67, b'192.0.2.1'), (87, b'ppp7')):
        check(values.get(kind) == value, '%d: %r' % (kind, values.get(kind)))
    return '%d attributes' % len(found)


@point('send', 'attributes of "send" are in requests and accounting, by the '
       "names of FreeRADIUS's dictionaries; one that nobody knows is an error")
def send(lab):
    if not os.path.exists('/usr/share/freeradius/dictionary'):
        raise Skip("FreeRADIUS's dictionaries are not installed")
    radius = servers.FreeRadius(lab)
    run = begin(lab, lines=['send Connect-Info = "PPTP, 2"',
                            'send Prompt = No-Echo',
                            'send Cisco-AVPair = "ip:a=b"',
                            'send Cisco-AVPair = "ip:c=d"'])
    p = Plug()
    check(p.pap('password1').verdict == plug.ACCEPT, 'not accepted')
    p.account(plug.START)
    check(lab.until(lambda: radius.records(), 10) is not None, 'no accounting')
    for what, record in (('a login', radius.records('requests')[0]),
                         ('accounting', radius.records()[0])):
        check(record.get('Connect-Info') == ['PPTP, 2'] and
              record.get('Prompt') == ['No-Echo'] and
              record.get('Cisco-AVPair') == ['ip:a=b', 'ip:c=d'],
              '%s: %s' % (what, record))
    servers.configure(lines=['send Nobody = 1'])
    run.signal(signal.SIGHUP)
    check(lab.log.wait(servers.CONF + ':2: send Nobody: no dictionary has '
                       'this attribute: "1"', 10), 'no line')
    servers.configure(lines=['send Connect-Info = "%s"' % (7 * 'x' * 36)] * 7)
    run.signal(signal.SIGHUP)
    check(lab.log.wait(servers.CONF + ': all that "send" adds is more than '
                       '1536 octets', 10),
          'a request has no room for them, and there is no line')


@point('dissected', 'tshark dissects our requests without an error')
def dissected(lab):
    if not shutil.which('tshark'):
        raise Skip('tshark is not installed')
    fake = servers.Fake(lab, lambda p: [servers.answer(3, p)])
    other = servers.Fake(lab, lambda p: [servers.answer(5, p)], port=1813)
    begin(lab, lines=['nas-ip-address 192.0.2.9'])
    p = Plug()
    for name in 'pap', 'chap', 'mschap', 'mschap2':
        getattr(p, name)('password1')
    p.account(plug.START, classes=b'\x04gold')
    p.account(plug.STOP, 100, 5 << 32, 6, 1, b'\x04gold')
    check(lab.until(lambda: len(other.seen) == 3, 5) is not None, 'missing')
    packets = [(1812, s) for s in fake.seen] + \
        [(1813, s) for s in servers.of_calls(other.seen)]
    with open('/run/conformance/radius.pcap', 'wb') as stream:
        stream.write(struct.pack('<IHHIIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535,
                                 101))
        for number, (port, packet) in enumerate(packets):
            udp = struct.pack('>HHHH', 40000 + number, port, 8 + len(packet),
                              0) + packet
            ip = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 20 + len(udp), number,
                             0, 64, 17, 0, bytes([127, 0, 0, 1]),
                             bytes([127, 0, 0, 1])) + udp
            stream.write(struct.pack('<IIII', number, 0, len(ip), len(ip)) +
                         ip)
    done = subprocess.run(
        ['tshark', '-r', '/run/conformance/radius.pcap', '-o',
         'radius.shared_secret:' + servers.SECRET, '-o',
         'radius.validate_authenticator:TRUE', '-T', 'fields', '-e',
         '_ws.col.Protocol', '-e', '_ws.expert.message', '-e',
         '_ws.malformed', '-e', 'radius.User_Name', '-e',
         'radius.authenticator.invalid'],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60,
        env=dict(server.ENVIRONMENT, HOME='/run/conformance'))
    lines = done.stdout.decode().splitlines()
    check(len(lines) == 6, done.stderr.decode()[-200:])
    for line in lines:
        check(line.split('\t') == ['RADIUS', '', '', 'user1', ''], line)
    return '%d packets' % len(lines)


@point('accounting', 'start, interim and stop arrive at FreeRADIUS, with 64 '
       'bits of octets, Class, Event-Timestamp and cause')
def accounting(lab):
    radius = servers.FreeRadius(lab)
    begin(lab)
    p = Plug()
    classes = p.pap('password1').classes
    p.account(plug.START, classes=classes)
    p.account(plug.INTERIM, 60, 10, 20, classes=classes)
    p.account(plug.STOP, 100, (5 << 32) + 7, (6 << 32) + 8, 4, classes)
    check(lab.until(lambda: len(radius.records()) == 3, 10) is not None,
          '%d records' % len(radius.records()))
    found = {r['Acct-Status-Type'][0]: r for r in radius.records()}
    check(set(found) == {'Start', 'Interim-Update', 'Stop'}, str(set(found)))
    stop = found['Stop']
    for key, value in (
            ('User-Name', 'user1'), ('Acct-Session-Id', p.ident.decode()),
            ('Framed-IP-Address', '10.9.8.7'), ('Acct-Session-Time', '100'),
            ('Acct-Input-Octets', '7'), ('Acct-Output-Octets', '8'),
            ('Acct-Input-Gigawords', '5'), ('Acct-Output-Gigawords', '6'),
            ('Acct-Input-Packets', '3'), ('Acct-Output-Packets', '4'),
            ('Acct-Terminate-Cause', 'Idle-Timeout'),
            ('Acct-Delay-Time', '0'), ('Acct-Authentic', 'RADIUS'),
            ('NAS-Port', '7'), ('Calling-Station-Id', plug.CLIENT)):
        check(stop.get(key) == [value], '%s: %s' % (key, stop.get(key)))
    check(stop['Class'] == ['0x676f6c6431', '0x00ff'], stop['Class'])
    check('Event-Timestamp' in stop and
          'Acct-Session-Time' not in found['Start'], 'time')


@point('interim', 'interim-interval counts where the server says nothing, '
       'and only for who is accepted')
def interim(lab):
    said = [b'', servers.attribute(85, struct.pack('>I', 900))]
    servers.Fake(lab, lambda p: [servers.answer(2, p, said.pop(0))]
                 if said else [servers.answer(3, p)])
    begin(lab, lines=['interim-interval 300'])
    p = Plug()
    found = [p.pap('x').interim for _ in range(3)]
    check(found == [300, 900, 0], str(found))


@point('killed-pppd', 'a pppd that is gone without a word has a Stop record',
       waits=True, limit=120)
def killed_pppd(lab):
    radius = servers.FreeRadius(lab)
    begin(lab)
    p = Plug()
    p.account(plug.START)
    p.account(plug.INTERIM, 30, 111, 222)
    p.close()
    check(lab.until(lambda: len(radius.records()) == 3, 30) is not None,
          'no third record')
    stop = radius.records()[-1]
    check(stop['Acct-Status-Type'] == ['Stop'] and
          stop['Acct-Terminate-Cause'] == ['NAS-Error'] and
          stop['Acct-Input-Octets'] == ['111'], str(stop))
    p = Plug()
    p.account(plug.START)
    p.account(plug.STOP, 1)
    p.close()
    check(lab.until(lambda: len(radius.records()) == 5, 10) is not None,
          'records: %d' % len(radius.records()))
    check(lab.until(lambda: len(radius.records()) > 5, 1) is None,
          'a second stop')


@point('pppd-comes-back', 'a pppd that has lost its patience with us and comes '
       'back has no Stop record before its call ends', limit=90)
def pppd_comes_back(lab):
    radius = servers.FreeRadius(lab)
    begin(lab)
    first = Plug()
    first.account(plug.START)
    first.close()
    second = Plug()
    second.ident = first.ident
    second.account(plug.INTERIM, 30, 111, 222)
    second.account(plug.STOP, 100, 333, 444, 1)
    second.close()
    check(lab.until(lambda: len(radius.records()) == 3, 10) is not None,
          '%d records' % len(radius.records()))
    found = [r['Acct-Status-Type'][0] for r in radius.records()]
    check(found == ['Start', 'Interim-Update', 'Stop'], str(found))
    stop = radius.records()[-1]
    check(stop['Acct-Session-Time'] == ['100'] and
          stop['Acct-Terminate-Cause'] == ['User-Request'], str(stop))


@point('outage', 'while FreeRADIUS stands still no accounting is lost: it '
       'comes afterwards, with Acct-Delay-Time', waits=True, limit=90)
def outage(lab):
    radius = servers.FreeRadius(lab)
    begin(lab, lines=['timeout 1', 'tries 2', 'dead-time 2'])
    plugs = [Plug('user%d' % n) for n in range(20)]
    radius.freeze()
    for p in plugs:
        p.account(plug.START)
        p.account(plug.STOP, 5, 1000, 2000, 1)
    check(lab.log.wait('AAA: RADIUS server 127.0.0.1 does not answer.*', 15),
          'not taken for dead')
    radius.freeze(False)
    wanted = {(p.ident.decode(), s) for p in plugs for s in ('Start', 'Stop')}

    def all_there():
        return wanted == {(r['Acct-Session-Id'][0], r['Acct-Status-Type'][0])
                          for r in radius.records()}
    took = lab.until(all_there, 40)
    check(took is not None, '%d of 40' % len(radius.records()))
    check(lab.log.wait('AAA: RADIUS server 127.0.0.1 answers again', 5),
          'no line')
    return 'all 40 records, %s after its return' % ms(took)


@point('flood', '1,000 logins at once: each gets its own answer, though a '
       'port has 256 Identifiers', limit=90)
def flood(lab):
    def serve(packet):
        values = dict(servers.attributes(packet))
        number = int(values[1].decode()[1:])
        return [servers.answer(2, packet, servers.attribute(
            8, struct.pack('>I', 0x0a000000 + number)))]
    fake = servers.Fake(lab, serve)
    fake.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
    begin(lab)
    plugs = []
    for n in range(1000):
        for _ in range(100):
            try:
                plugs.append(Plug('u%d' % n))
                break
            except BlockingIOError:
                time.sleep(0.02)  # look
    begun = time.monotonic()
    for p in plugs:
        p.ask(plug.PAP, b'', b'password')
    for n, p in enumerate(plugs):
        r = p.answer(30)
        check(r.verdict == plug.ACCEPT, 'u%d: %d' % (n, r.verdict))
        check(r.address == socket.inet_ntoa(
            struct.pack('>I', 0x0a000000 + n)), 'u%d has %s' % (n, r.address))
    took = time.monotonic() - begun
    check(len(fake.ports) >= 4, '%d source ports' % len(fake.ports))
    return '1000 in %.2f s, from %d ports' % (took, len(fake.ports))


# --- servers that do not behave -------------------------------------------------

@point('forged', 'no forged, truncated, replayed or misdirected packet is '
       'taken for an answer; the right one after them is', waits=True)
def forged(lab):
    first = []

    def serve(packet):
        right = servers.answer(2, packet, servers.attribute(
            8, socket.inet_aton('10.1.1.1')))
        bad = [
            servers.answer(2, packet, secret='another secret'),
            right[:4] + bytes(16) + right[20:],         # no authenticator
            right[:12], b'', b'\2',                     # truncated
            right[:-1],
            right[:2] + b'\x0f\xff' + right[4:],        # longer than it is
            right[:2] + b'\0\5' + right[4:],            # shorter than a header
            servers.answer(2, packet, b'\x08\x00'),     # attribute of length 0
            servers.answer(2, packet, b'\x08\x09\x01'),
            servers.answer(5, packet),                  # another code
            servers.answer(2, packet[:1] + bytes([packet[1] ^ 1]) +
                           packet[2:]),                 # another Identifier
            ('other', right),                           # another address
        ]
        # Its Message-Authenticator is wrong, its Response Authenticator right.
        body = servers.attribute(80, bytes(16))
        head = struct.pack('>BBH', 2, packet[1], 20 + len(body))
        bad.append(head + hashlib.md5(
            head + packet[4:20] + body + servers.SECRET.encode()).digest() +
            body)
        bad += first                                    # replayed
        first[:] = [right]
        return bad + ([right] if len(fake.seen) % 2 == 0 else [])
    fake = servers.Fake(lab, serve)
    begin(lab, lines=['timeout 1', 'tries 3'])
    for _ in range(2):
        r = Plug().pap('x')
        check(r.verdict == plug.ACCEPT and r.address == '10.1.1.1',
              'verdict %d' % r.verdict)
    check(len(fake.seen) == 4, '%d requests' % len(fake.seen))
    check(fake.seen[0] == fake.seen[1], 'a retransmission differs')
    check(lab.log.wait('AAA: a packet from RADIUS server 127.0.0.1 is '
                       'ignored: .*'), 'no line')


@point('signed', 'require-message-authenticator: yes refuses an answer '
       'without, auto does after the first with, no never', waits=True)
def signed(lab):
    sign = [False]
    servers.Fake(lab, lambda p: [servers.answer(2, p, signed=sign[0])])
    lines = ['timeout 1', 'tries 1', 'deadline 3']
    run = begin(lab, lines=lines + ['require-message-authenticator yes'])
    check(Plug().pap('x').verdict == plug.UNAVAILABLE, 'yes takes it')
    sign[0] = True
    check(Plug().pap('x').verdict == plug.ACCEPT, 'yes refuses a right one')
    again(lab, run, lines + ['require-message-authenticator auto'])
    sign[0] = False
    check(Plug().pap('x').verdict == plug.ACCEPT, 'auto refuses the first')
    sign[0] = True
    check(Plug().pap('x').verdict == plug.ACCEPT, 'auto refuses a right one')
    sign[0] = False
    check(Plug().pap('x').verdict == plug.UNAVAILABLE, 'auto takes a later')
    again(lab, run, lines + ['require-message-authenticator no'])
    for sign[0] in True, False:
        check(Plug().pap('x').verdict == plug.ACCEPT, 'no refuses one')


def again(lab, run, lines, **fields):
    """Another radius.conf, read at SIGHUP."""
    mark = lab.log.mark()
    servers.configure(lines=lines, **fields)
    run.signal(signal.SIGHUP)
    check(lab.log.wait('AAA: serves pppd, with .*', 10, mark),
          'no new pptpd-aaa')
    check(lab.until(lambda: len(services()) == 1, 30) is not None,
          'the old one stays')


@point('wrong-secret', 'with a wrong secret nobody is let in, and the log '
       'asks about it', waits=True)
def wrong_secret(lab):
    servers.Fake(lab, lambda p: [servers.answer(2, p)])
    begin(lab, secret='not that of the server', lines=['deadline 3'])
    r = Plug().pap('password1')
    check(r.verdict == plug.UNAVAILABLE, 'verdict %d' % r.verdict)
    check(lab.log.wait(r'.*Response Authenticator \(is the secret the '
                       r"server's\?\).*"), 'no line')


@point('failover', 'a dead server is left for the next within its tries, and '
       'then passed over for dead-time', waits=True, limit=60)
def failover(lab):
    fake = servers.Fake(lab, lambda p: [servers.answer(2, p)],
                        address='127.0.0.2')
    dead = servers.Fake(lab, lambda p: [], address='127.0.0.3')
    begin(lab, servers=['127.0.0.3', '127.0.0.2'],
          lines=['timeout 1', 'tries 2', 'dead-time 3600'])
    begun = time.monotonic()
    check(Plug().pap('x').verdict == plug.ACCEPT, 'no second server')
    first = time.monotonic() - begun
    check(len(dead.seen) == 2, 'asked %d times' % len(dead.seen))
    begun = time.monotonic()
    for _ in range(5):
        check(Plug().pap('x').verdict == plug.ACCEPT, 'no second server')
    later = time.monotonic() - begun
    check(len(dead.seen) == 2 and len(fake.seen) == 6, 'asked again')
    return 'at first %.1f s, then %s each' % (first, ms(later / 5))


@point('weights', 'servers of one priority share logins by their weight, and '
       'one that has as many under way as it may is passed over')
def weights(lab):
    fakes = [servers.Fake(lab, lambda p: [servers.answer(2, p)],
                          address='127.0.0.%d' % n) for n in (2, 3, 4)]
    secret = ' secret-file %s ' % servers.SECRET_FILE
    begin(lab, servers=['127.0.0.4' + secret + 'priority 2',
                        '127.0.0.3' + secret + 'priority 1 weight 4',
                        '127.0.0.2' + secret + 'priority 1'])
    for _ in range(100):
        check(Plug().pap('x').verdict == plug.ACCEPT, 'not accepted')
    shares = [len(fake.seen) for fake in fakes]
    check(sum(shares) == 100 and not shares[2], str(shares))
    check(5 <= shares[0] <= 40, 'not a fifth, or nearly: %s' % shares)
    return '%d and %d' % (shares[1], shares[0])


@point('limit', 'while a server has as many requests under way as it may, '
       'the next one is asked', waits=True)
def limit(lab):
    silent = servers.Fake(lab, lambda p: [], address='127.0.0.2')
    other = servers.Fake(lab, lambda p: [servers.answer(2, p)],
                         address='127.0.0.3')
    secret = ' secret-file %s ' % servers.SECRET_FILE
    begin(lab, servers=['127.0.0.2' + secret + 'limit 2',
                        '127.0.0.3' + secret],
          lines=['timeout 15', 'tries 1', 'accounting off'])
    held = [Plug() for _ in range(2)]
    for p in held:
        p.ask(plug.PAP, b'', b'x')
    check(lab.until(lambda: len(silent.seen) == 2, 5) is not None, 'not asked')
    for _ in range(5):
        check(Plug().pap('x').verdict == plug.ACCEPT, 'not accepted')
    check((len(silent.seen), len(other.seen)) == (2, 5), 'asked beyond it')
    held[0].close()
    check(lab.until(lambda: asked_again(silent), 5) is not None,
          'not asked when it has room')


def asked_again(silent):
    Plug().ask(plug.PAP, b'', b'x')
    return len(silent.seen) > 2


@point('slow', 'a server that answers late, but within its time, is heard',
       waits=True)
def slow(lab):
    def serve(packet):
        time.sleep(1.5)  # time: the server is slow
        return [servers.answer(2, packet)]
    servers.Fake(lab, serve)
    begin(lab, lines=['timeout 1', 'tries 5'])
    check(Plug().pap('x').verdict == plug.ACCEPT, 'not heard')


@point('none', 'without any server the answer is no, within the deadline',
       waits=True)
def none(lab):
    begin(lab, lines=['timeout 1', 'deadline 4'])
    begun = time.monotonic()
    r = Plug().mschap2('password1')
    took = time.monotonic() - begun
    check(r.verdict == plug.UNAVAILABLE, 'verdict %d' % r.verdict)
    check(3.5 < took < 6 * patience(), '%.1f s' % took)
    return '%.1f s' % took


@point('challenge', 'an Access-Challenge counts as a refusal')
def challenge(lab):
    servers.Fake(lab, lambda p: [servers.answer(11, p)])
    begin(lab)
    check(Plug().pap('x').verdict == plug.REJECT, 'no refusal')
    check(lab.log.wait('.*Access-Challenge.*'), 'no line')


@point('hostile-answers', 'answers with attributes of any length and number '
       'end as a refusal or an acceptance, and pptpd-aaa lives')
def hostile_answers(lab):
    draw = random.Random(1723)

    def vendor(kind, value):
        return servers.attribute(26, struct.pack('>I', 311) +
                                 bytes([kind, len(value) + 2]) + value)

    def serve(packet):
        body = b''
        while len(body) < draw.choice((10, 200, 3500)):
            value = draw.randbytes(draw.choice((0, 1, 3, 4, 16, 34, 43, 50,
                                                200, 247)))
            if draw.random() < 0.5:
                body += vendor(draw.randrange(1, 32), value)
            else:
                body += servers.attribute(
                    draw.choice((1, 6, 7, 8, 11, 12, 18, 22, 25, 26, 27, 28,
                                 85, 200)), value)
        return [servers.answer(draw.choice((2, 2, 3)), packet, whole(body))]

    def whole(body):
        out, at = b'', 0
        while at < len(body) and at + body[at + 1] <= 4000:
            at += body[at + 1]
        return body[:at]
    servers.Fake(lab, serve)
    begin(lab)
    before = services()[0].pid
    p = Plug()
    for n in range(300):
        (p.mschap2, p.mschap, p.pap)[n % 3]('x')
    check([s.pid for s in services()] == [before], 'pptpd-aaa has died')
    return '300 answers'


# --- plugins that do not behave -------------------------------------------------

@point('T-36', 'a name, password, challenge or response of a wrong length is '
       'refused without a question, and never equals a secret')
def lengths(lab):
    fake = servers.Fake(lab, lambda p: [servers.answer(2, p)])
    begin(lab)
    n = 0
    for user in '', 'u' * 253:
        p = Plug(user)
        cases = [(plug.PAP, 0, size) for size in (0, 129, 255)]
        cases += [(plug.CHAP, 16, size) for size in (0, 1, 15, 17, 48, 50,
                                                     255)]
        cases += [(plug.CHAP, 0, 16)]
        cases += [(plug.MSCHAP, size, 49) for size in (0, 7, 9, 16)]
        cases += [(plug.MSCHAP2, size, 49) for size in (0, 8, 15, 17, 255)]
        cases += [(plug.MSCHAP2, 16, size) for size in (0, 16, 48, 50, 255)]
        if not user:
            cases += [(plug.PAP, 0, 8), (plug.CHAP, 16, 16),
                      (plug.MSCHAP2, 16, 49)]
        for method, challenge, response in cases:
            p.ask(method, bytes(challenge), bytes(response))
            check(p.answer().verdict == plug.REJECT,
                  'name of %d: %d %d %d' % (len(user), method, challenge,
                                            response))
            n += 1
    check(not fake.seen, 'a server was asked')
    long = Plug('u' * 254)
    long.ask(plug.PAP, b'', b'password')
    check(not long.sock.recv(100), 'a name of 254 octets is answered')
    return '%d refused' % n


@point('messages', 'a message that is none ends its connection, and no other')
def messages(lab):
    servers.Fake(lab, lambda p: [servers.answer(2, p)])
    begin(lab)
    other = Plug()
    good = plug.message(plug.LOGIN, other.call() + bytes([1, 5]) +
                        plug.octets(b'') + plug.octets(b'password'))
    bad = [b'x', b'\2' + good[1:], good[:-1], good + b'x',
           good[:1] + b'\x63' + good[2:], good[:2] + b'\0\4' + good[4:],
           plug.message(plug.REPLY, bytes(50)), plug.message(plug.TAKEN, b''),
           good + bytes(5000)]
    for data in bad:
        p = Plug()
        p.sock.send(data)
        p.sock.settimeout(5 * patience())
        check(p.sock.recv(100) == b'', 'answered: ' + data[:8].hex())
    check(other.pap('x').verdict == plug.ACCEPT, 'another connection suffers')


# --- its process ----------------------------------------------------------------

@point('rights', 'pptpd-aaa is not root, sees no files, and has no capability')
def rights(lab):
    servers.Fake(lab, lambda p: [servers.answer(2, p)])
    begin(lab)
    check(Plug().pap('x').verdict == plug.ACCEPT, 'does not work')
    mine = services()[0]
    check(mine.status('Uid').split()[0] != '0', 'root')
    for field in 'CapEff', 'CapPrm', 'CapBnd':
        check(int(mine.status(field), 16) == 0, field)
    check(mine.status('NoNewPrivs') == '1' and mine.status('Seccomp') == '2',
          'not locked')
    check(os.listdir('/proc/%d/root' % mine.pid) == [], 'it sees files')
    check(not mine.status('Groups'), 'groups')
    info = os.stat(plug.path())
    check(info.st_uid == 0 and info.st_mode & 0o777 == 0o600,
          'the socket is for others too')


@point('killed', 'a pptpd-aaa that dies is started again; a login that was '
       'under way can be asked anew', waits=True)
def killed(lab):
    servers.Fake(lab, lambda p: [servers.answer(2, p)])
    begin(lab)
    old, mark = services()[0].pid, lab.log.mark()
    os.kill(old, signal.SIGKILL)
    check(lab.log.wait(r'MGR: pptpd-aaa\[%d\] was ended by signal 9, starting '
                       r'it again in 1 s' % old, 5), 'no line')
    p = Plug()                  # the socket is still there
    p.ask(plug.PAP, b'', b'x')
    check(p.answer().verdict == plug.ACCEPT, 'no answer of the next')
    check(lab.log.wait('AAA: serves pppd.*', 10, mark), 'no new one')


@point('reload', 'SIGHUP has radius.conf read again; a bad one changes '
       'nothing', waits=True, limit=90)
def reload(lab):
    servers.Fake(lab, lambda p: [servers.answer(2, p)])
    run = begin(lab)
    old = services()[0].pid
    mark = lab.log.mark()
    servers.configure(lines=['timeout never'])
    run.signal(signal.SIGHUP)
    check(lab.log.wait(r'%s:2: timeout: not a number from 1 to 15: "never"'
                       % servers.CONF, 10, mark), 'no line about it')
    check(lab.log.wait(r'MGR: pptpd-aaa\[\d+\] has ended with status 1, the '
                       'one before it goes on.*', 10, mark), 'no second line')
    check([p.pid for p in services()] == [old], 'another one runs')
    check(Plug().pap('x').verdict == plug.ACCEPT, 'the old one does not serve')
    again(lab, run, ['timeout 3'])
    check(services()[0].pid != old, 'the old one goes on')
    check(Plug().pap('x').verdict == plug.ACCEPT, 'the new one does not serve')
    run.reload()
    check(lab.until(lambda: not services(), 30) is not None,
          'without aaa it runs on')


@point('end', 'it ends with the server, and with accounting that waits after '
       'its servers took it; the last word is Accounting-Off', waits=True,
       limit=90)
def end(lab):
    held = []

    def serve(packet):
        if packet in servers.of_calls([packet]):
            held.append(packet)
            if len(held) < 3:
                return []
        return [servers.answer(5, packet)]
    fake = servers.Fake(lab, serve, port=1813)
    run = begin(lab, lines=['timeout 1', 'tries 5'])
    Plug().account(plug.STOP, 5)
    check(lab.until(lambda: held, 5) is not None, 'nothing is sent')
    run.signal(signal.SIGINT)
    check(run.wait_exit() is not None, 'the server does not end')
    check(lab.until(lambda: not services(), 30) is not None, 'it stays')
    check(len(held) == 3, 'the record is lost')
    kinds = {dict(servers.attributes(p))[41] for p in held}
    check(len({p[4:20] for p in held}) == len(held) and len(kinds) > 1,
          'Acct-Delay-Time stays the same')
    check([statuses(fake.seen)[n] for n in (0, -1)] == [ON, OFF],
          str(statuses(fake.seen)))


# --- accounting that is kept -----------------------------------------------------

ON, OFF = 7, 8


def statuses(packets):
    return [dict(servers.attributes(p))[40][3] for p in packets]


def told(packets):
    """(session, status) of each, in their order, each once."""
    out = []
    for packet in servers.of_calls(packets):
        values = dict(servers.attributes(packet))
        one = values[44], values[40][3]
        if one not in out:
            out.append(one)
    return out


class Silent:
    """An accounting server that is dead until it answers."""

    def __init__(self, lab):
        self.answers, self.taken = False, []
        self.fake = servers.Fake(lab, self.serve, port=1813)

    def serve(self, packet):
        if not self.answers:
            return []
        self.taken.append(packet)
        return [servers.answer(5, packet)]


@point('spool-killed', 'pptpd-aaa is killed while no server answers: the next '
       'one sends what waited, in order and with Acct-Delay-Time', waits=True,
       limit=90)
def spool_killed(lab):
    radius = Silent(lab)
    radius.answers = True
    begin(lab, lines=['timeout 1', 'tries 2', 'dead-time 0'])
    check(lab.until(lambda: radius.taken, 5) is not None, 'no Accounting-On')
    radius.answers = False
    plugs = [Plug('user%d' % n) for n in range(100)]
    for p in plugs:
        p.account(plug.START)
        p.account(plug.STOP, 5, 1000, 2000, 1)
    mark = lab.log.mark()
    os.kill(services()[0].pid, signal.SIGKILL)
    check(lab.log.wait('AAA: 200 records of accounting that nobody has '
                       'taken are on the disk', 10, mark), 'no line')
    radius.answers = True
    wanted = {(p.ident, s) for p in plugs for s in (plug.START, plug.STOP)}
    took = lab.until(lambda: wanted <= set(told(radius.taken)), 40)
    check(took is not None, '%d of 200' % len(told(radius.taken)))
    order = told(radius.taken)
    for p in plugs:
        check(order.index((p.ident, 1)) < order.index((p.ident, 2)),
              'a stop is before its start')
    delays = [struct.unpack('>I', dict(servers.attributes(x))[41])[0]
              for x in servers.of_calls(radius.taken)]
    check(min(delays) >= 1, 'no Acct-Delay-Time: %s' % min(delays))
    check(statuses(radius.taken).count(ON) == 1, 'Accounting-On again')
    return 'all 200, %s after the server answers' % ms(took)


def kill_all(run):
    """The machine stops; only what is on the disk stays."""
    for process in [p for p in run.processes() if p.pid != run.pid]:
        os.kill(process.pid, signal.SIGKILL)
    os.kill(run.pid, signal.SIGKILL)
    run.child.wait()


@point('spool-machine', 'all processes are killed: at the next start calls '
       'that were up have a Stop record, and then Accounting-On is sent',
       waits=True, limit=90)
def spool_machine(lab):
    radius = Silent(lab)
    run = begin(lab, lines=['timeout 1', 'tries 2'])
    ended, up = Plug('ended'), Plug('up')
    for p in ended, up:
        p.account(plug.START)
    up.account(plug.INTERIM, 60, 111, 222)
    ended.account(plug.STOP, 50)
    kill_all(run)
    radius.answers = True
    begin(lab, keep=True, lines=['timeout 1', 'tries 2'])
    wanted = {(ended.ident, 1), (ended.ident, 2), (up.ident, 1),
              (up.ident, 3), (up.ident, 2)}

    def all_told():     # an Accounting-On may come twice: a late answer
        said = statuses(radius.taken)
        return wanted <= set(told(radius.taken)) and \
            said.count(ON) >= 2 and said[-1] == ON
    check(lab.until(all_told, 40) is not None, str(statuses(radius.taken)))
    order = told(radius.taken)
    check(order[0] == (ended.ident, 1) or order[0] == (up.ident, 1),
          str(order))
    check(set(order) == wanted, str(order))
    check(statuses(radius.taken)[-1] == ON, 'something came after it')
    stop = [dict(servers.attributes(p)) for p in radius.taken
            if (dict(servers.attributes(p)).get(44), p[0]) == (up.ident, 4)]
    stop = [v for v in stop if v[40][3] == plug.STOP][0]
    check(stop[42] == struct.pack('>I', 111), 'not the last figures')
    check(stop[49] == struct.pack('>I', 9), 'cause %r' % stop[49])
    check(lab.log.wait('AAA: session %s has ended without a word.*'
                       % up.ident.decode()), 'no line')


@point('spool-damaged', 'a record of the disk that is damaged is left out, '
       'with a line; the others are sent', waits=True, limit=60)
def spool_damaged(lab):
    radius = Silent(lab)
    run = begin(lab)
    plugs = [Plug('user%d' % n) for n in range(10)]
    for p in plugs:
        p.account(plug.STOP)
    kill_all(run)
    path, = servers.spools()
    slots = [n for n in range(os.path.getsize(path) // 2048 + 1)]
    with open(path, 'r+b') as stream:
        for n in slots:
            stream.seek(n * 2048)
            if plugs[3].ident in stream.read(2048):
                stream.seek(n * 2048 + 100)
                stream.write(b'damage')
        stream.seek(len(slots) * 2048)
        stream.write(os.urandom(5000))
    radius.answers = True
    begin(lab, keep=True)
    check(lab.log.wait('AAA: 4 records of accounting on the disk are damaged, '
                       'or of another version, and left out', 5), 'no line')
    wanted = {(p.ident, plug.STOP) for p in plugs if p is not plugs[3]}
    check(lab.until(lambda: wanted == set(told(radius.taken)), 30)
          is not None, '%d of 9' % len(told(radius.taken)))


@point('spool-syncer', 'pptpd-aaa-sync is killed: accounting goes on, without '
       'a zombie or a descriptor of it', waits=True)
def spool_syncer(lab):
    radius = Silent(lab)
    radius.answers = True
    begin(lab, lines=['timeout 1', 'tries 2'])
    check(lab.until(lambda: radius.taken, 10) is not None,
          'no Accounting-On')
    service, = services()

    def descriptors():
        fds = '/proc/%d/fd/' % service.pid
        return sorted(os.readlink(fds + n) for n in os.listdir(fds))
    before = descriptors()
    mark = lab.log.mark()
    syncer, = [p for p in server.processes() if p.comm == 'pptpd-aaa-sync']
    os.kill(syncer.pid, signal.SIGKILL)
    check(lab.log.wait('AAA: pptpd-aaa-sync has ended: .*', 5, mark),
          'no line')
    check(lab.until(lambda: not os.path.exists('/proc/%d' % syncer.pid), 5)
          is not None, 'it is a zombie')
    after = descriptors()
    check(len(after) == len(before) - 1, '%s, then %s' % (before, after))
    plugged = Plug('bob')
    plugged.account(plug.START)
    check(lab.until(lambda: told(radius.taken) == [(plugged.ident, 1)], 10)
          is not None, str(told(radius.taken)))


@point('spool-place', "the file is root's, mode 600, and not larger than its "
       'bound; what is no file of ours is not used', waits=True)
def spool_place(lab):
    servers.forget()
    radius = Silent(lab)
    begin(lab)
    path, = servers.spools()
    info = os.stat(path)
    check((info.st_uid, info.st_mode & 0o777) == (0, 0o600), 'not private')
    check(os.stat(os.path.dirname(path)).st_mode & 0o777 == 0o700,
          'the directory is not private')
    p = Plug()
    p.account(plug.START)
    for n in range(3000):
        p.account(plug.INTERIM, n)
    size = os.path.getsize(path)
    check(size <= 20 * 2048, '%d octets after 3,000 reports' % size)
    check(os.stat(path).st_blocks * 512 < 10 * 4096, 'blocks')
    check(radius.fake.seen, 'nothing is sent')
    return '%d octets' % size


@point('spool-link', 'a link in its place is not followed: accounting is '
       'kept in memory, with a line')
def spool_link(lab):
    radius = Silent(lab)
    radius.answers = True
    run = begin(lab)
    path, = servers.spools()
    kill_all(run)
    os.unlink(path)
    os.symlink('/run/conformance/other', path)
    try:
        begin(lab, keep=True)
        check(lab.log.wait('AAA: %s: .*: accounting that waits is kept in '
                           'memory only' % path), 'no line')
        p = Plug()
        p.account(plug.STOP)
        check(lab.until(lambda: (p.ident, 2) in told(radius.taken), 10)
              is not None, 'no accounting')
        check(not os.path.exists('/run/conformance/other'), 'followed')
    finally:
        os.unlink(path)


@point('on-off', 'Accounting-On comes once, after a start without calls; '
       'neither SIGHUP, nor the death of pptpd-aaa, nor a restart that keeps '
       'a call sends it again, or Accounting-Off', waits=True, limit=120)
def on_off(lab):
    radius = Silent(lab)
    radius.answers = True
    run = begin(lab)
    check(lab.until(lambda: statuses(radius.taken) == [ON], 5) is not None,
          'not sent: %s' % statuses(radius.taken))
    again(lab, run, ['timeout 3'])
    mark = lab.log.mark()
    os.kill(services()[0].pid, signal.SIGKILL)
    check(lab.log.wait('AAA: serves pppd.*', 10, mark), 'no new one')
    session = lab.call()
    session.needs('the call')
    mark = lab.log.mark()
    run.stop()
    start(run)
    check(lab.log.wait('AAA: serves pppd.*', 10, mark), 'no new one')
    p = Plug()
    p.account(plug.START)
    p.account(plug.STOP)
    check(lab.until(lambda: len(told(radius.taken)) == 2, 10) is not None,
          'no accounting')
    goes_on(session)
    check(statuses(radius.taken) == [ON, 1, 2], str(statuses(radius.taken)))
    run.signal(signal.SIGINT)
    run.wait_exit()
    check(lab.until(lambda: statuses(radius.taken)[-1] == OFF, 30) is not None,
          'no Accounting-Off')
    check(lab.until(lambda: not services(), 30) is not None, 'it stays')
    run.start()
    check(lab.until(lambda: statuses(radius.taken)[-1] == ON, 10) is not None,
          'no Accounting-On after a stop')


@point('secrets', 'a secret that others can read, or that is not there, keeps '
       'it from starting; --check says so', waits=True)
def secrets(lab):
    servers.configure()
    os.chmod(servers.SECRET_FILE, 0o644)
    lab.server(conf=[('aaa', 'radius'), ('radius-conf', servers.CONF)],
               wait=False)
    check(lab.log.wait('AAA: %s: others than root can read or write it.*'
                       % servers.SECRET_FILE, 5), 'no line')
    check(lab.log.wait(r'MGR: pptpd-aaa\[\d+\] has ended with status 1, '
                       'starting it again in 1 s', 5), 'no second line')
    done = subprocess.run([lab.binary, '--check', '--conf', server.CONF],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    check(done.returncode == 1 and b'others than root' in done.stdout,
          done.stdout.decode())
    os.chmod(servers.SECRET_FILE, 0o600)
    check(lab.log.wait('AAA: serves pppd.*', 15), 'it does not come up')
