"""The server's own table of nftables: what it does to packets of a call, with
an interface of its kind in place of a call's."""

import os
import shutil
import signal
import socket
import struct
import subprocess

from pptptest import namespaces, server
from pptptest.points import Skip, check, patience, point

LISTEN = '''
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("10.9.0.1", 9000))
print("ready", flush=True)
while True:
    data, source = s.recvfrom(100)
    print(source[0], data.decode(), flush=True)
'''


def inside(lab, *words, **fields):
    return subprocess.run(
        ['nsenter', '--net=/proc/%d/ns/net' % lab.holder, '--'] + list(words),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **fields)


def need_nft(lab):
    if not shutil.which('nft'):
        raise Skip('nftables is not installed')
    if inside(lab, 'nft', 'list', 'tables').returncode != 0:
        raise Skip('this kernel has no nftables')


def tables(lab):
    words = inside(lab, 'nft', 'list', 'tables').stdout.split()
    return [w for w in words if w.startswith('pptpd')]


def begin(lab, *words):
    need_nft(lab)
    run = lab.server(conf=[tuple(w.split(' ', 1)) for w in words])
    check(lab.until(lambda: tables(lab), 10), 'no table')
    return run, tables(lab)[0]


def chain(lab, table, name):
    return inside(lab, 'nft', 'list', 'chain', 'inet', table, name).stdout


def interface(lab):
    """One that is to the server as a call's is: the address at its other end
    is routed over it, others at that end are not."""
    lab.ip_server('link add call0 type veth peer name line0\n'
                  'link set line0 netns %d\n'
                  'addr add 10.9.0.1/32 dev call0\nlink set call0 up\n'
                  'route add 10.9.0.200/32 dev call0\n'
                  'route add 10.77.0.0/24 dev call0\n' % os.getpid())
    namespaces.ip('addr add 10.9.0.200/32 dev line0\n'
                  'addr add 10.9.0.99/32 dev line0\n'
                  'addr add 10.77.0.5/32 dev line0\n'
                  'link set line0 up\nroute add 10.9.0.1/32 dev line0\n')


@point('anti-spoofing', 'a packet with an address that is not routed to its '
       "call is dropped, one of its own or of a network behind it is not")
def anti_spoofing(lab):
    _, table = begin(lab, 'anti-spoofing on')
    if not lab.until(lambda: 'fib' in chain(lab, table, 'sources'), 10):
        raise Skip('this kernel has no fib of nftables')
    interface(lab)
    # No filter of the kernel's own.
    for name in 'all', 'call0':
        inside(lab, 'sysctl', '-qw', 'net.ipv4.conf.%s.rp_filter=0' % name)
    heard = subprocess.Popen(
        ['nsenter', '--net=/proc/%d/ns/net' % lab.holder, '--', 'python3',
         '-c', LISTEN], stdout=subprocess.PIPE, text=True)
    try:
        check(heard.stdout.readline() == 'ready\n', 'nobody listens')

        def send(word):
            for source in '10.9.0.99', '10.9.0.200', '10.77.0.5':
                s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                s.bind((source, 0))
                s.sendto(word, ('10.9.0.1', 9000))
                s.close()
        send(b'before')
        check([heard.stdout.readline() for _ in range(3)] == [
            s + ' before\n' for s in ('10.9.0.99', '10.9.0.200',
                                      '10.77.0.5')], 'not all before')
        done = inside(lab, 'nft', 'add element inet %s calls { call0 }' % table)
        check(done.returncode == 0, done.stderr)
        send(b'after')
        check([heard.stdout.readline() for _ in range(2)] == [
            '10.9.0.200 after\n', '10.77.0.5 after\n'],
            'others got through')
        check('counter packets 1 bytes' in chain(lab, table, 'sources'),
              chain(lab, table, 'sources'))
    finally:
        heard.kill()
        heard.wait()
    return 'one dropped, two not'


def checksum(data):
    total = sum(struct.unpack('>%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff


def syn(source, to, mss):
    """A TCP SYN with this MSS, as an IP packet."""
    ends = socket.inet_aton(source) + socket.inet_aton(to)
    tcp = struct.pack('>HHIIBBHHHBBH', 40000, 80, 1, 0, 0x60, 2, 8192, 0, 0,
                      2, 4, mss)
    sum_ = checksum(ends + struct.pack('>HH', 6, len(tcp)) + tcp)
    tcp = tcp[:16] + struct.pack('>H', sum_) + tcp[18:]
    ip = struct.pack('>BBHHHBBH', 0x45, 0, 20 + len(tcp), mss, 0, 64, 6,
                     0) + ends
    return ip[:10] + struct.pack('>H', checksum(ip)) + ip[12:] + tcp


def forwarded(lab, mss, to='198.51.100.77'):
    """What MSS a SYN has that the server has forwarded for the call."""
    mac = inside(lab, 'ip', '-o', 'link', 'show', 'call0').stdout.split(
        'link/ether ')[1].split()[0]
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM,
                       socket.htons(0x800)) as heard, \
            socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM) as line:
        heard.bind(('c0', 0x800))
        packet = syn('10.9.0.200', to, mss)
        line.sendto(packet, ('line0', 0x800, 0, 0,
                             bytes.fromhex(mac.replace(':', ''))))
        heard.settimeout(5 * patience())
        while True:
            data = heard.recv(2000)
            if data[4:6] == packet[4:6] and data[9] == 6:
                check(checksum(data[12:20] + struct.pack('>HH', 6, len(
                    data) - 20) + data[20:]) == 0, 'a wrong checksum')
                return struct.unpack('>H', data[42:44])[0]


@point('mss-clamp', 'the MSS of a SYN from a call is made smaller, never '
       'larger; one from elsewhere stays')
def mss_clamp(lab):
    _, table = begin(lab, 'mss-clamp 1300')
    check(lab.until(lambda: 'maxseg size set 1300' in
                    chain(lab, table, 'clamp'), 10), 'no rule')
    interface(lab)
    for name in ('ip_forward=1', 'conf.all.rp_filter=0',
                 'conf.call0.rp_filter=0'):
        inside(lab, 'sysctl', '-qw', 'net.ipv4.' + name)
    check(forwarded(lab, 1460) == 1460, 'clamped before it is a call')
    done = inside(lab, 'nft', 'add element inet %s calls { call0 }' % table)
    check(done.returncode == 0, done.stderr)
    seen = [forwarded(lab, mss) for mss in (1460, 1200)]
    check(seen == [1300, 1200], '1460 and 1200 become %s' % seen)
    return '1460 becomes 1300, 1200 stays'


@point('own-table', 'the table comes with the keywords, changes and goes with '
       "them, and ends with the server; others' stay")
def own_table(lab):
    need_nft(lab)
    inside(lab, 'nft', 'add table inet mine')
    run, table = begin(lab, 'mss-clamp 1300')
    check(lab.until(lambda: 'maxseg size set 1300' in
                    chain(lab, table, 'clamp'), 10), 'no rule')
    run.reload(conf=[('mss-clamp', 'on')])
    check(lab.until(lambda: 'maxseg size set rt mtu' in
                    chain(lab, table, 'clamp'), 10), 'no other rule')
    check(chain(lab, table, 'clamp').count('maxseg') == 2, 'old rules stay')
    run.reload()
    check(lab.until(lambda: not tables(lab), 10), 'it stays')
    run.reload(conf=[('mss-clamp', 'on')])
    check(lab.until(lambda: tables(lab), 10), 'it does not come back')
    run.signal(signal.SIGTERM)
    check(run.wait_exit(20 * patience()) == 0, 'no end')
    check(not tables(lab), 'it outlives the server')
    check('mine' in inside(lab, 'nft', 'list', 'tables').stdout,
          "another's is gone")


@point('left-table', 'a server that was killed leaves its table, which the '
       'next one takes up or removes')
def left_table(lab):
    run, table = begin(lab, 'mss-clamp on')
    check(lab.until(lambda: 'maxseg' in chain(lab, table, 'clamp'), 10),
          'no rule')
    check(lab.until(lambda: os.path.exists('/run/pptpd/firewall') or [
        n for n in os.listdir('/run/pptpd') if n.startswith('firewall')], 10),
        'no mark')
    inside(lab, 'nft', 'add element inet %s calls { 4711 }' % table)
    run.signal(signal.SIGKILL)
    lab.until(lambda: not run.alive(), 10)
    check(tables(lab) == [table], 'it went')
    other = lab.server(conf=[('anti-spoofing', 'off')])
    check(lab.until(lambda: not tables(lab), 10), 'it stays')
    check(other.alive(), 'no server')


@point('no-nft', 'without nft one line says so, and the server goes on')
def no_nft(lab):
    for path in '/usr/sbin/nft', '/usr/bin/nft', '/usr/local/sbin/nft':
        if os.path.exists(path):
            namespaces.bind('/dev/null', path)
    run = lab.server(conf=[('mss-clamp', 'on')])
    check(lab.log.wait('MGR: mss-clamp is not in force: there is no nft.*', 10),
          'no line')
    check(run.alive() and lab.serves(), 'no server')
