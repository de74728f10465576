"""What is relayed, and what is not."""

import os
import signal
import socket
import subprocess
import time

from pptptest import server
from pptptest.lan import (ANYONE, Box, Bridge, Caller, Lan, Relay, relayed,
                          udp)
from pptptest.points import check, ms, point

PPP = 'ppp[0-9].*'
NETBIOS = bytes.fromhex('800a01100001000000000000') + b' ' + \
    b'FHEPFCELEHFCEPFFFACACACACACACABL\0' + b'\0\x20\0\x01'
MAGIC = b'\xff' * 6 + bytes.fromhex('020000000001') * 16


def box_with(callers=3):
    """A box in 192.168.0.0/24, and callers 10.0.0.200 and so on."""
    box = Box()
    lan = Lan(box, 'lan0', '192.168.0.1/24')
    return box, lan, [Caller(box, 'ppp%d' % n, peer='10.0.0.%d' % (200 + n))
                      for n in range(callers)]


def start(lab, box, callers, *args, **fields):
    return Relay(lab, box, '-i', 'lan0', '-o', PPP, *args,
                 ready=['lan0'] + [c.name for c in callers], **fields)


def hears(what, wire, wanted, timeout=5.0):
    got = wire.collect(len(wanted), timeout, settle=0.2)
    check(sorted(got) == sorted(wanted), '%s hears %s, not %s' % (
        what, [p.hex() for p in got] or 'nothing', [p.hex() for p in wanted]))


def silent(*wires, seconds=0.3):
    time.sleep(seconds)  # quiet
    for wire in wires:
        got = wire.packets()
        check(not got, '%s hears %s' % (wire.name, [p.hex() for p in got]))


@point('netbios', 'a name query from the LAN reaches three callers, one from a '
       'caller the LAN and the others')
def netbios(lab):
    box, lan, callers = box_with()
    start(lab, box, callers, '-n')
    query = udp('192.168.0.5', '192.168.0.255', 137, 137, NETBIOS, ttl=128)
    lan.send(query)
    for caller in callers:
        hears(caller.name, caller, [relayed(query)])
    silent(lan)
    query = udp('10.0.0.201', '10.0.0.255', 137, 137, NETBIOS, ttl=128)
    callers[1].send(query)
    hears('the LAN', lan, [relayed(query)])
    check(lan.frames[-1][:6] == b'\xff' * 6, 'the frame is not to everybody')
    hears('ppp0', callers[0], [relayed(query)])
    hears('ppp2', callers[2], [relayed(query)])
    silent(callers[1])
    return '%d octets, octet by octet' % len(query)


@point('wake-on-lan', 'Wake-on-LAN from a caller to 255.255.255.255 and to the '
       "LAN's broadcast address")
def wake_on_lan(lab):
    box, lan, callers = box_with(1)
    start(lab, box, callers, '-n')
    for dst in ANYONE, '192.168.0.255':
        wake = udp('10.0.0.200', dst, 40000, 9, MAGIC)
        callers[0].send(wake)
        hears('the LAN', lan, [relayed(wake)])


@point('source', 'a caller who speaks with the address of his LAN gets that of '
       'his call')
def source(lab):
    box, lan, callers = box_with(2)
    start(lab, box, callers, '-n')
    query = udp('172.16.7.9', '172.16.7.255', 138, 138, b'x')
    callers[0].send(query)
    hears('the LAN', lan, [relayed(query, src='10.0.0.200')])
    hears('ppp1', callers[1], [relayed(query, src='10.0.0.200')])


@point('own-broadcasts', "the server's own broadcasts on the LAN reach the "
       'callers')
def own_broadcasts(lab):
    box, lan, callers = box_with(1)
    start(lab, box, callers, '-n')

    def speak():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            sock.bind(('192.168.0.1', 138))
            sock.sendto(b'server', ('192.168.0.255', 138))
    box.inside(speak)
    got = callers[0].collect(1, settle=0.2)
    check(len(got) == 1, '%d packets' % len(got))
    check(got[0][12:16] == socket.inet_aton('192.168.0.1') and
          got[0][16:20] == b'\xff' * 4 and got[0][8] == 1 and
          got[0].endswith(b'server'), got[0].hex())


@point('not-relayed', 'packets for one host, other protocols, and what a relay '
       'has had go nowhere, and wake nobody')
def not_relayed(lab):
    box, lan, callers = box_with(2)
    relay = start(lab, box, callers, '-n')
    query = udp('192.168.0.5', '192.168.0.255', 137, 137, b'q')
    lan.send(query)
    hears('ppp0', callers[0], [relayed(query)])
    callers[1].collect(1)
    worker = server.Process(relay.worker())
    before = worker.status('voluntary_ctxt_switches')
    us = bytes.fromhex('020000000099')
    for n in range(200):
        src = '192.168.0.5'
        lan.send(udp(src, '192.168.0.1', 5000, 5000, b'to one', ident=n))
        lan.send(udp(src, '203.0.113.255', 5000, 53, b'host .255'), to=us)
        lan.send(udp(src, '192.168.0.255', 137, 137, b'had it', ttl=1))
        lan.send(udp(src, '192.168.0.255', 137, 137, b'', summed=False))
        lan.send(udp(src, '192.168.0.255', 137, 137, b'', proto=6))
        lan.send(udp(src, '224.0.0.251', 5353, 5353, b'mdns'),
                 to=bytes.fromhex('01005e0000fb'))
        lan.send(bytes(46), kind=0x0806)
        lan.send(bytes([0x45]) + bytes(45), kind=0x88CC)
    silent(*callers)
    after = worker.status('voluntary_ctxt_switches')
    check(before == after, 'it woke %d times for 1600 packets' % (
        int(after) - int(before)))
    # A link without broadcasts: the filter cannot tell all of it.
    callers[0].send(udp('10.0.0.200', '203.0.113.255', 5000, 53, b'private'))
    callers[0].send(udp('10.0.0.200', '239.255.255.255', 5000, 53, b'group'))
    callers[0].send(udp('10.0.0.200', '10.0.0.2', 5000, 53, b'one'))
    silent(lan, callers[1])
    lan.send(query)
    hears('ppp0', callers[0], [relayed(query)])
    return '1600 packets and no wakeup'


@point('multicast', 'with --multicast mdns, ssdp and an address these groups '
       'are relayed, TTL 1 or not, and no others')
def multicast(lab):
    box, lan, callers = box_with(1)
    start(lab, box, callers, '-n', '-m', 'mdns,ssdp,239.1.2.3')
    for dst, ttl in (('224.0.0.251', 255), ('239.255.255.250', 1),
                     ('239.1.2.3', 4)):
        packet = udp('10.0.0.200', dst, 5353, 5353, b'who', ttl=ttl)
        callers[0].send(packet)
        hears('the LAN', lan, [relayed(packet, dst=dst)])
        mac = b'\x01\0\x5e' + bytes([socket.inet_aton(dst)[1] & 127]) + \
            socket.inet_aton(dst)[2:]
        check(lan.frames[-1][:6] == mac, 'frame to %s, not %s' % (
            lan.frames[-1][:6].hex(), mac.hex()))
        packet = udp('192.168.0.5', dst, 5353, 5353, b'me', ttl=ttl)
        lan.send(packet, to=mac)
        hears('ppp0', callers[0], [relayed(packet, dst=dst)])
        lan.send(relayed(packet, dst=dst), to=mac)
    callers[0].send(udp('10.0.0.200', '224.0.0.252', 5355, 5355, b'llmnr'))
    silent(lan, callers[0])
    with open('/proc/%d/net/igmp' % box.pid) as f:
        groups = f.read()
    check(groups.count('FB0000E0') >= 2, 'not a member: ' + groups)


@point('ipsec', 'with -s the packets go to the far LAN with its address, and to '
       'the others as before')
def ipsec(lab):
    box, lan, callers = box_with(1)
    tunnel = Caller(box, 'ipsec0', local='10.9.0.1', peer='10.9.0.2')
    Relay(lab, box, '-i', 'lan0', '-o', PPP, '-s', 'ipsec0:10.8.0.255', '-n',
          ready=['lan0', 'ppp0', 'ipsec0'])
    query = udp('192.168.0.5', '192.168.0.255', 137, 137, NETBIOS)
    lan.send(query)
    hears('ipsec0', tunnel, [relayed(query, dst='10.8.0.255')])
    hears('ppp0', callers[0], [relayed(query)])


@point('names', 'a regular expression means eth10 too, =NAME does not')
def names(lab):
    box = Box()
    for name in 'eth1', 'eth10', 'other':
        Lan(box, name, '10.%d.0.1/24' % len(name))
    relay = Relay(lab, box, '-i', 'ETH1', '-o', PPP, '-n',
                  ready=['eth1', 'eth10'])
    check(relay.stop() == 0, 'SIGTERM is not status 0')
    Relay(lab, box, '-i', '=eth1', '-o', '=other', ready=['eth1', 'other'])


@point('side-by-side', 'two relays on the same interfaces send everything '
       'twice, and no more')
def side_by_side(lab):
    box, lan, callers = box_with(3)
    start(lab, box, callers, '-n')
    start(lab, box, callers, '-n')
    query = udp('192.168.0.5', '192.168.0.255', 137, 137, NETBIOS)
    lan.send(query)
    for caller in callers:
        hears(caller.name, caller, [relayed(query)] * 2)
    silent(lan, *callers, seconds=0.5)
    callers[0].send(query)
    answer = relayed(query, src='10.0.0.200')
    hears('the LAN', lan, [answer] * 2)
    silent(lan, callers[0], seconds=0.5)


@point('bridged', 'two relays between two LANs, and then with the LANs '
       'bridged, make no loop')
def bridged(lab):
    boxes = [Box(), Box()]
    left, right = Bridge(), Bridge()
    for n, box in enumerate(boxes):
        left.plug(box, 'lan0', '192.168.0.%d/24' % (n + 1))
        right.plug(box, 'lan1', '192.168.1.%d/24' % (n + 1))
        Relay(lab, box, '-i', 'lan0', '-o', 'lan1', '-n',
              ready=['lan0', 'lan1'])
    query = udp('192.168.0.9', '192.168.0.255', 137, 137, NETBIOS)
    left.station.send(query)
    hears('the other LAN', right.station, [relayed(query)] * 2)
    left.station.name, right.station.name = 'left', 'right'
    silent(left.station, right.station, seconds=0.5)
    left.join(right)

    def joined():
        left.station.send(query)
        time.sleep(0.05)  # look
        return query in right.station.packets()
    check(lab.until(joined, 5) is not None, 'the LANs are not joined')
    time.sleep(0.5)  # quiet: what is on its way arrives
    left.station.packets(), right.station.packets()
    left.station.send(query)
    # Each relay hears it on both LANs, and sends it to the other of each.
    got = right.station.collect(5, settle=1.0)
    check(got.count(query) == 1 and got.count(relayed(query)) == 4 and
          len(got) == 5, '%d packets' % len(got))
    silent(right.station, seconds=0.5)
    check(len(left.station.packets()) == 4, 'the sender\'s LAN has others')


@point('log-lines', "Poptop's lines for the interfaces and for each packet; "
       'none with -n')
def log_lines(lab):
    box, lan, callers = box_with(2)
    relay = start(lab, box, callers)
    check(lab.log.wait(r'Running as child', 5), 'no "Running as child"')
    check(lab.log.wait(r'Initial active interfaces: lan0\(0/\d+/\d+\) '
                       r'ppp0\(1/\d+/\d+\) ppp1\(2/\d+/\d+\) ', 5),
          str(relay.log()))
    lan.send(udp('192.168.0.5', '192.168.0.255', 1137, 137, b'q'))
    check(lab.log.wait(r'UDP_BroadCast\(sp=1137,dp=137\) from: lan0 relayed '
                       r'to: ppp0 ppp1 ', 5), str(relay.log()))
    callers[1].hang_up()
    check(lab.log.wait(r'Active interface set changed to: lan0\(0/\d+/\d+\) '
                       r'ppp0\(1/\d+/\d+\) $', 5), str(relay.log()))
    check(all(line.facility == 3 and line.level == 6 for line in relay.log()
              if 'no user' not in line.text), 'other priorities')
    relay.stop()
    mark = len(relay.log())
    relay = start(lab, box, callers[:1], '-n')
    lan.send(udp('192.168.0.5', '192.168.0.255', 1137, 137, b'q'))
    callers[0].collect(2)
    more = [line.text for line in relay.log()[mark:]
            if 'Running' not in line.text]
    check(not [t for t in more if 'no user' not in t], str(more))


@point('log-comes-back', 'lines of the relaying process reach a log that was '
       'started again, from the next interface on')
def log_comes_back(lab):
    box, lan, callers = box_with(1)
    relay = start(lab, box, callers)
    lab.log.sock.close()
    os.unlink('/dev/log')
    lab.log.listen()
    callers.append(Caller(box, 'ppp1', peer='10.0.0.201'))
    check(relay.await_sockets(['lan0', 'ppp0', 'ppp1']) is not None,
          str(relay.sockets()))

    def told():
        lan.send(udp('192.168.0.5', '192.168.0.255', 1137, 137, b'q'))
        return any('UDP_BroadCast' in line.text for line in relay.log())
    check(lab.until(told, 5), 'no line')


@point('rate', 'with --rate 5 five a second are relayed, and other interfaces '
       'do not suffer')
def rate(lab):
    box, lan, callers = box_with(2)
    relay = start(lab, box, callers, '-n', '-r', '5')
    for n in range(100):
        lan.send(udp('192.168.0.5', '192.168.0.255', 137, 137, b'q', ident=n))
    callers[1].send(udp('10.0.0.201', ANYONE, 9, 9, MAGIC))
    check(len(lan.collect(1)) == 1, 'the caller is not heard')
    got = callers[0].collect(6, settle=0.3)
    check(6 <= len(got) <= 8, '%d packets in half a second' % len(got))
    check(lab.log.wait('.*--rate allows', 5), str(relay.log()))


@point('too-long', 'a broadcast above the MTU of a call reaches the others, '
       'and the log says so once')
def too_long(lab):
    box, lan, callers = box_with(2)
    box.ip('link set ppp0 mtu 1000')
    relay = start(lab, box, callers, '-n')
    query = udp('192.168.0.5', '192.168.0.255', 137, 137, bytes(1200))
    lan.send(query)
    hears('ppp1', callers[1], [relayed(query)])
    check(lab.log.wait('a broadcast is too long for ppp0', 5),
          str(relay.log()))
    silent(callers[0])
    check(relay.alive(), 'it has ended')


@point('jumbo', 'a packet of 9000 octets on an Ethernet that has such')
def jumbo(lab):
    box = Box()
    lans = [Lan(box, 'lan%d' % n, '10.%d.0.1/24' % n) for n in range(2)]
    for lan in lans:
        box.ip('link set %s mtu 9000' % lan.name)
        lan.station.ip('link set %s mtu 9000' % lan.end)
    Relay(lab, box, '-i', 'lan0', '-o', 'lan1', '-n', ready=['lan0', 'lan1'])
    query = udp('10.0.0.5', '10.0.0.255', 137, 137, bytes(8900))
    lans[0].send(query)
    hears('lan1', lans[1], [relayed(query)])


@point('rights', 'who reads packets has no rights, who has rights reads none')
def rights(lab):
    box, lan, callers = box_with(1)
    relay = start(lab, box, callers, '-n')
    worker = server.Process(relay.worker())
    check(worker.pid != relay.pid, 'there is one process only')
    check('0' not in worker.status('Uid').split() and
          '0' not in worker.status('Gid').split(), worker.status('Uid'))
    check(worker.status('Groups') == '', worker.status('Groups'))
    for which in 'CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb':
        check(int(worker.status(which), 16) == 0, which)
    check(worker.status('NoNewPrivs') == '1', 'new privileges')
    check(os.listdir('/proc/%d/root/' % worker.pid) == [], 'its root')
    if not lab.sanitized:
        check(worker.status('Seccomp') == '2', 'no seccomp')
    opener = server.Process(relay.pid)
    check(int(opener.status('CapEff'), 16) == 1 << 13 and
          int(opener.status('CapPrm'), 16) == 1 << 13,
          'the opener has ' + opener.status('CapEff'))
    lan.send(udp('192.168.0.5', '192.168.0.255', 137, 137, b'q'))
    check(len(callers[0].collect(1)) == 1, 'nothing is relayed')
    sockets = [os.readlink('/proc/%d/fd/%s' % (relay.pid, fd))
               for fd in os.listdir('/proc/%d/fd' % relay.pid)]
    with open('/proc/%d/net/packet' % box.pid) as f:
        packet = ['socket:[%s]' % line.split()[8] for line in f.readlines()[1:]]
    check(not set(sockets) & set(packet), 'the opener keeps packet sockets')


@point('ends', 'neither process outlives the other, whoever is killed')
def ends(lab):
    box, lan, callers = box_with(1)
    relay = start(lab, box, callers, '-n')
    os.kill(relay.worker(), signal.SIGKILL)
    check(relay.child.wait(5) == 1, 'not status 1')
    check(lab.log.wait('the relaying process has ended', 5), str(relay.log()))
    relay = start(lab, box, callers, '-n')
    worker = relay.worker()
    relay.child.kill()
    took = lab.until(lambda: not server.Process(worker).alive(), 5)
    check(took is not None, 'the worker lives on')
    relay = start(lab, box, callers, '-n')
    worker = relay.worker()
    check(relay.stop() == 0, 'not status 0 after SIGTERM')
    check(lab.until(lambda: not server.Process(worker).alive(), 5)
          is not None, 'the worker lives on')
    return ms(took)


@point('daemon', '-d goes into the background and writes the pid file, which '
       'goes with it')
def daemon(lab):
    box, lan, callers = box_with(1)
    pidfile = '/run/conformance/bcrelay.pid'
    binary = os.path.join(os.path.dirname(lab.binary), 'bcrelay')
    done = subprocess.run(
        ['nsenter', '--net=/proc/%d/ns/net' % box.pid, '--', binary, '-d',
         '-i', 'lan0', '-o', PPP, '-n', '-p', pidfile], timeout=10)
    check(done.returncode == 0, 'status %d' % done.returncode)
    check(lab.until(lambda: server.read(pidfile).endswith('\n'), 5)
          is not None, 'no pid file')
    pid = int(server.read(pidfile))

    def heard():
        lan.send(udp('192.168.0.5', '192.168.0.255', 137, 137, b'q'))
        return callers[0].packets()
    check(lab.until(heard, 10), 'nothing is relayed')
    os.kill(pid, signal.SIGTERM)
    check(lab.until(lambda: not os.path.exists(pidfile), 5) is not None,
          'the pid file stays')


@point('come-and-go', '200 interfaces come and go while the LAN speaks: it '
       'stays, hears each of them, and keeps nothing of them', limit=120)
def come_and_go(lab):
    box, lan, callers = box_with(1)
    relay = start(lab, box, callers, '-n')
    packet = udp('192.168.0.5', '192.168.0.255', 137, 137, b'q')
    worker, opener = (server.Process(relay.worker()),
                      server.Process(relay.pid))
    sizes = []
    for turn in range(3):
        crowd = [Caller(box, 'ppp%d' % n, local='10.0.0.2',
                        peer='10.1.%d.%d' % (turn, n), up=False)
                 for n in range(1, 201)]
        box.ip('\n'.join('addr add 10.0.0.2 peer 10.1.%d.%d dev ppp%d\n'
                         'link set ppp%d up' % (turn, n, n, n)
                         for n in range(1, 201)))
        names = ['lan0', 'ppp0'] + [c.name for c in crowd]
        check(relay.await_sockets(names, 20) is not None,
              '%d of 202' % len(relay.sockets()))
        for caller in crowd:
            caller.packets()
        lan.send(packet)
        for caller in crowd:
            got = caller.collect(1, 10)
            check(relayed(packet) in got, '%s hears %s' % (caller.name, got))
        for caller in crowd:
            lan.send(packet)            # some are on their way to nobody
            caller.hang_up()
        check(relay.await_sockets(['lan0', 'ppp0'], 20) is not None,
              str(relay.sockets()))
        check(relay.alive() and worker.alive(), 'it has ended: %s' %
              relay.log())
        sizes.append((worker.fds(), opener.fds(), worker.memory(),
                      opener.memory()))
    check(sizes[0][:2] == sizes[2][:2], 'descriptors: %s' % sizes)
    if not lab.sanitized:
        check(sizes[2][2] - sizes[0][2] <= 64 and
              sizes[2][3] - sizes[0][3] <= 64, 'memory: %s' % sizes)
    callers[0].packets()
    lan.send(packet)
    hears('ppp0', callers[0], [relayed(packet)])
    return '%d and %d KiB' % sizes[2][2:]


@point('changes', 'an interface that is renamed, goes down, or gets another '
       'address is followed')
def changes(lab):
    box, lan, callers = box_with(2)
    relay = start(lab, box, callers, '-n')
    box.ip('link set ppp1 down')
    check(relay.await_sockets(['lan0', 'ppp0']) is not None, 'down')
    box.ip('link set ppp1 up')
    check(relay.await_sockets(['lan0', 'ppp0', 'ppp1']) is not None, 'up')
    box.ip('addr del 10.0.0.2 peer 10.0.0.201 dev ppp1')
    check(relay.await_sockets(['lan0', 'ppp0']) is not None, 'no address')
    box.ip('addr add 10.0.0.2 peer 10.0.0.77 dev ppp1')
    check(relay.await_sockets(['lan0', 'ppp0', 'ppp1']) is not None,
          'an address')
    query = udp('172.16.7.9', ANYONE, 138, 138, b'x')
    lan.packets()
    callers[1].send(query)
    hears('the LAN', lan, [relayed(query, src='10.0.0.77')])
    box.ip('link set ppp1 down\nlink set ppp1 name vpn1\nlink set vpn1 up')
    check(relay.await_sockets(['lan0', 'ppp0']) is not None, 'renamed')


@point('command-line', 'exit statuses and what is printed')
def command_line(lab):
    binary = os.path.join(os.path.dirname(lab.binary), 'bcrelay')

    def run(*args):
        done = subprocess.run([binary] + list(args), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=10)
        return done.returncode, done.stdout.decode(), done.stderr.decode()
    for args, status, word in (
            (['-h'], 0, 'Usage: ' + binary), (['--help'], 0, 'Usage: '),
            (['-v'], 0, 'BCrelay v'), (['--version'], 0, 'BCrelay v'),
            ([], 1, 'Usage: '), (['-i', 'lo'], 1, 'Usage: '),
            (['-x'], 1, 'Usage: '), (['-i'], 1, 'Usage: '),
            (['-i', 'lo', '-s', 'bad'], 0, 'Usage: '),
            (['-i', 'lo', '-o', 'x['], 1, 'Usage: '),
            (['-i', 'lo', '-o', 'x', '-m', '10.0.0.1'], 1, 'Usage: ')):
        got, out, err = run(*args)
        check(got == status and word in out, '%s: status %d, %s' % (
            args, got, out[:40]))
    check('Bad syntax: bad' in run('-i', 'lo', '-s', 'bad')[2],
          'nothing about the syntax')
