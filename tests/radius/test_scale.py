"""Several servers behind one address, as docs/scaling.md describes: a router
that spreads clients, FreeRADIUS with PostgreSQL for users, addresses, logins
and accounting.

Each server has a network, a /run and a pptpd-aaa of its own; a stand-in for
pppd asks that (scale_pppd), so that three hundred calls fit on a small
machine."""

import concurrent.futures
import os
import signal
import socket
import struct
import subprocess
import time

import freeradius
import sql
from pptptest import gre, namespaces, pptp, server
from pptptest.lab import many
from pptptest.points import Fail, check, patience, point

VIP = namespaces.SERVER
DIR = '/run/conformance/'
RADIUS = '203.0.113.130'
PASSWORD = 'password'
CALLS, SERVERS, SPARE = 300, 3, 30
HELLO, ADDRESS = b'\xff\x03\x00\x21H', b'\xff\x03\x00\x21A'
HERE = os.path.dirname(os.path.abspath(__file__))


def space(body):
    """A process with networks, mounts and /run of its own: its pid, when
    body(), which runs there, is done."""
    ready, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            namespaces.unshare(namespaces.CLONE_NEWNET |
                               namespaces.CLONE_NEWNS)
            body()
            os.write(tell, b'x')
        finally:
            os.close(tell)
            while True:
                signal.pause()
    os.close(tell)
    check(os.read(ready, 1) == b'x', 'a namespace cannot be made')
    os.close(ready)
    return pid


def inside(pid, command, **fields):
    return subprocess.Popen(['nsenter', '--target=%d' % pid, '--net', '--mount',
                             '--root', '--wd', '--'] + command,
                            stdin=subprocess.DEVNULL, **fields)


class Router:
    """Between the clients and what is behind it; runs pptp-balance."""

    def __init__(self, lab):
        # The laboratory's one server is the router here.
        self.pid, self.lab = lab.holder, lab
        lab.ip_server('addr del %s/32 dev lo\naddr del %s/32 dev lo\n'
                      % (VIP, namespaces.SERVER2))
        subprocess.run(['nsenter', '--net=/proc/%d/ns/net' % self.pid, 'sh',
                        '-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward; '
                        'for f in /proc/sys/net/ipv4/conf/*/rp_filter; do '
                        'echo 0 >$f; done'], check=True)

    def join(self, pid, number):
        """Links a namespace; returns its address."""
        base = 4 * number
        lab_side, far = ('203.0.113.%d' % (base + n) for n in (1, 2))
        self.lab.ip_server(
            'link add b%d type veth peer name wan netns %d\n'
            'addr add %s/30 dev b%d\nlink set b%d up\n'
            % (number, pid, lab_side, number, number))
        namespaces.ip('link set lo up\naddr add %s/30 dev wan\n'
                      'link set wan up\nroute add default via %s\n'
                      % (far, lab_side), pid)
        return far

    def balance(self, nodes):
        text = 'vip %s\ndead %sdead\n' % (VIP, DIR)
        for n in nodes:
            text += 'server %d %s b%d\n' % (n.number, n.address, n.number)
        namespaces.write(DIR + 'balance.conf', text)
        self.said = open(DIR + 'balance.out', 'w')
        env = dict(server.ENVIRONMENT, RADIUS_SERVER=RADIUS,
                   RADIUS_SECRET_FILE=DIR + 'dead.secret')
        sql.secret_file(DIR + 'dead.secret')
        sql.copy_program('server-dead', DIR + 'dead')
        self.child = subprocess.Popen(
            ['nsenter', '--net=/proc/%d/ns/net' % self.pid, '--',
             sql.copy_program('pptp-balance', DIR + 'pptp-balance'),
             DIR + 'balance.conf'], env=env, stdin=subprocess.DEVNULL,
            stdout=self.said, stderr=subprocess.STDOUT)
        for n in nodes:
            self.wait(n, 'serves')

    def wait(self, node, state):
        text = 'server %d (%s): ' % (node.number, node.address)
        check(self.lab.until(lambda: any(
            line.startswith(text) and line.endswith(' -> ' + state)
            for line in server.read(DIR + 'balance.out').splitlines()), 30)
            is not None, 'the router does not see that server %d %s: %s'
            % (node.number, state, server.read(DIR + 'balance.out')))


class Node:
    """One pptpd of the farm."""

    def __init__(self, lab, router, number):
        self.lab, self.number = lab, number
        self.pid = space(self.mounts)
        self.address = router.join(self.pid, number)
        namespaces.ip('addr add %s/32 dev lo\n' % VIP, self.pid)
        self.start()

    def mounts(self):
        """Its own /run, with the laboratory's as it was, and its own disk."""
        keep = '/var/tmp'
        namespaces.mount('tmpfs', keep, 'tmpfs', namespaces.MS_NOSUID)
        os.mkdir(keep + '/lab')
        namespaces.bind('/run/conformance', keep + '/lab')
        namespaces.mount('tmpfs', '/run', 'tmpfs', namespaces.MS_NOSUID,
                         'mode=755')
        os.makedirs('/var/lib/pptpd', exist_ok=True)
        namespaces.mount('tmpfs', '/var/lib/pptpd', 'tmpfs',
                         namespaces.MS_NOSUID, 'mode=700')
        os.mkdir('/run/conformance')
        namespaces.bind(keep + '/lab', '/run/conformance')

    def file(self, name):
        return '%snode%d.%s' % (DIR, self.number, name)

    def start(self):
        sql.secret_file(self.file('secret'))
        namespaces.write(self.file('radius.conf'),
                         'server %s secret-file %s\nnas-identifier vpn%d\n'
                         'nas-ip-address %s\ninterim-interval 300\n'
                         'timeout 2\ntries 5\n'
                         'coa-listen %s\ncoa-client %s secret-file %s\n' %
                         (RADIUS, self.file('secret'), self.number,
                          self.address, self.address, RADIUS,
                          self.file('secret')))
        namespaces.write(self.file('options'), server.SECURE)
        namespaces.write(self.file('conf'),
                         'ppp %s/scale_pppd\noption %s\nconnections 400\n'
                         'localip 10.0.0.%d\ndelegate\n'
                         'aaa radius\nradius-conf %s\n' %
                         (HERE, self.file('options'), self.number,
                          self.file('radius.conf')))
        with open(self.file('out'), 'ab') as out:
            self.child = inside(self.pid, [
                self.lab.binary, '--fg', '--conf', self.file('conf'),
                '--pidfile', '/run/pptpd.pid'], stdout=out, stderr=out,
                env=server.ENVIRONMENT)
        check(self.lab.until(self.listening, 10) is not None,
              'server %d does not listen: %s' %
              (self.number, server.read(self.file('out'))[-300:]))

    def listening(self):
        return any(line.split()[1].endswith(':06BB') and
                   line.split()[3] == '0A' for line in
                   server.read('/proc/%d/net/tcp' % self.pid).splitlines())

    def ctl(self, *words):
        child = inside(self.pid, ['/usr/sbin/pptpdctl'] + list(words),
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return child.communicate()[0].decode()

    def die(self):
        """As a machine does whose power fails."""
        namespaces.ip('link set wan down\n', self.pid)
        mine = os.readlink('/proc/%d/ns/net' % self.pid)
        for process in server.processes():
            try:
                if process.pid != os.getpid() and os.readlink(
                        '/proc/%d/ns/net' % process.pid) == mine:
                    os.kill(process.pid, signal.SIGKILL)
            except OSError:
                pass


class Refused(Exception):
    """The server does not let this user in."""


class Call:
    """A client with a user name and an address of its own."""

    def __init__(self, number, user=None):
        self.number, self.source = number, many(number)
        self.user = user or 'user%d' % number
        self.tcp = None

    def dial(self):
        """Until the call is up; Refused if the server ends it."""
        self.hang_up()
        self.gre = gre.Gre(self.source, VIP)
        self.tcp = pptp.Client(VIP, self.source)
        check(self.tcp.start(timeout=10), '%s: no SCCRP' % self.user)
        reply = self.tcp.call(timeout=10, call_id=1000 + self.number)
        check(reply and reply.result == 1, '%s: no call' % self.user)
        self.theirs, self.seq = reply.call_id, 0
        self.send(HELLO + ('%s %s' % (self.user, PASSWORD)).encode())
        end = time.monotonic() + 20 * patience()
        while time.monotonic() < end:
            packet = self.gre.recv(0.2, 1000 + self.number)
            if packet is not None and packet.payload.startswith(ADDRESS):
                self.address = socket.inet_ntoa(packet.payload[5:9])
                return self
            if self.tcp.drain(0) and self.tcp.closed or \
                    pptp.CDN in [m.type for m in self.tcp.seen]:
                raise Refused(self.user)
        raise Fail('%s: no address' % self.user)

    def send(self, frame):
        self.gre.send(self.theirs, seq=self.seq, payload=frame)
        self.seq += 1

    def works(self):
        """Whether a frame there comes back."""
        frame = b'\xff\x03\x00\x21E' + struct.pack('>I', self.seq)
        self.send(frame)
        end = time.monotonic() + 5 * patience()
        while time.monotonic() < end:
            packet = self.gre.recv(0.2, 1000 + self.number)
            if packet is not None and packet.payload == frame:
                return True
        return False

    def hang_up(self):
        if self.tcp is not None:
            self.tcp.close()
            self.gre.close()
        self.tcp = None


def each(calls, do):
    """do(call) for all of them, some at a time; the results."""
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        return list(pool.map(do, calls))


class Farm:
    def __init__(self, lab):
        self.lab = lab
        self.db = sql.Database()
        self.db.execute(
            "INSERT INTO radcheck (username, attribute, op, value) SELECT "
            "'user' || n, 'Cleartext-Password', ':=', '%s' FROM "
            "generate_series(0, %d) n; "
            "INSERT INTO radcheck (username, attribute, op, value) SELECT "
            "'user' || n, 'Simultaneous-Use', ':=', '1' FROM "
            "generate_series(0, %d) n; "
            "INSERT INTO radippool (pool_name, framedipaddress) SELECT "
            "'vpn', ('10.64.' || n / 250 || '.' || n %% 250 + 1)::inet FROM "
            "generate_series(0, %d) n;" %
            (PASSWORD, CALLS + SPARE, CALLS + SPARE, CALLS + 2 * SPARE))
        self.router = Router(lab)
        self.radius_start()
        self.nodes = [Node(lab, self.router, n + 1) for n in range(SERVERS)]
        self.router.balance(self.nodes)

    def radius_start(self):
        self.radius_space = pid = space(lambda: None)
        check(self.router.join(pid, 32) == RADIUS, 'another address')
        home = DIR + 'radius'
        sql.write_freeradius(home, ['203.0.113.%d' % (4 * n + 2)
                                    for n in range(1, SERVERS + 1)] +
                             ['203.0.113.%d' % (4 * 32 + 1)])
        with open(home + '/out', 'w') as out:
            self.radius = inside(pid, freeradius.command(home), stdout=out,
                                 stderr=subprocess.STDOUT)
        check(self.lab.until(lambda: 'Ready to process' in
                             server.read(home + '/out'), 20) is not None,
              'FreeRADIUS: ' + server.read(home + '/out')[-600:])

    def kick(self, user):
        child = inside(self.radius_space, [
            sql.copy_program('kick', DIR + 'kick'), user],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=dict(
                server.ENVIRONMENT, PGHOST=sql.HOME, PGUSER='postgres',
                RADIUS_SECRET_FILE=DIR + 'dead.secret'))
        return child.communicate()[0].decode()

    def places(self):
        """Server of each open session, by user: (node, session id)."""
        return {user: (address, ident) for user, address, ident in
                self.db.rows('SELECT username, nasipaddress, acctsessionid '
                             'FROM radacct WHERE acctstoptime IS NULL')}

    def open_sessions(self, wanted, why):
        """Waits until accounting has this many calls that go on."""
        count = 'SELECT count(*) FROM radacct WHERE acctstoptime IS NULL'
        check(self.lab.until(lambda: int(self.db.one(count)) == wanted, 60)
              is not None, '%s: %s sessions are open, not %d'
              % (why, self.db.one(count), wanted))

    def leased(self):
        return int(self.db.one("SELECT count(*) FROM radippool WHERE "
                               "expiry_time > 'now'::timestamp(0)"))


def no_address_twice(calls):
    seen = {}
    for call in calls:
        other = seen.setdefault(call.address, call)
        check(other is call, '%s is given to %s and %s' %
              (call.address, other.user, call.user))


@point('scale', 'three servers, one RADIUS server: 300 calls, no address '
       'twice; one is drained and one dies, and accounting is complete',
       alone=True, limit=400, ptys=2048)
def scale(lab):
    farm = Farm(lab)
    drained, dead = farm.nodes[1], farm.nodes[2]
    calls = [Call(n) for n in range(CALLS)]
    begun = time.monotonic()
    each(calls, Call.dial)
    took = time.monotonic() - begun
    no_address_twice(calls)
    farm.open_sessions(CALLS, 'at first')
    places = farm.places()
    spread = [sum(1 for a, _ in places.values() if a == n.address)
              for n in farm.nodes]
    check(min(spread) >= CALLS // SERVERS // 2, 'spread: %s' % spread)
    check(farm.leased() == CALLS, '%d leases' % farm.leased())

    # A user is let in once, whichever server is asked.
    refused = 0
    for extra in range(3):
        try:
            Call(CALLS + SPARE + extra, 'user%d' % extra).dial()
        except Refused:
            refused += 1
    check(refused == 3, '%d of 3 second logins are refused' % refused)

    # Whoever runs the RADIUS server can end a call on any of them.
    kicked = [next(c for c in calls if places[c.user][0] == n.address)
              for n in farm.nodes]
    for call in kicked:
        said = farm.kick(call.user)
        check('Disconnect-ACK' in said, said)
    farm.open_sessions(CALLS - len(kicked), 'after Disconnect')
    each(kicked, Call.dial)
    no_address_twice(calls)
    farm.open_sessions(CALLS, 'after those have dialled again')

    # Nobody new comes to a server that drains; whom it has, it keeps.
    drained.ctl('drain')
    farm.router.wait(drained, 'drains')
    more = [Call(CALLS + n) for n in range(SPARE)]
    each(more, Call.dial)
    no_address_twice(calls + more)
    farm.open_sessions(CALLS + SPARE, 'beside a draining server')
    places = farm.places()
    check(not [c for c in more if places[c.user][0] == drained.address],
          'the draining server gets calls')
    kept = [c for c in calls if places[c.user][0] == drained.address]
    check(all(each(kept, Call.works)), 'calls of the draining server end')

    # A dead one's clients find another, with their users' logins free.
    lost = [c for c in calls + more if places[c.user][0] == dead.address]
    others = [c for c in calls + more if c not in lost]
    dead.die()
    farm.router.wait(dead, 'dead')
    farm.open_sessions(len(others), 'after the death')
    check(all(each(others, Call.works)), 'calls of other servers suffer')
    each(lost, Call.dial)
    no_address_twice(calls + more)
    farm.open_sessions(CALLS + SPARE, 'after all have dialled again')
    places = farm.places()
    check({places[c.user][0] for c in lost} == {farm.nodes[0].address},
          'they are where they should not be')

    # The RADIUS server rests while calls end: each Stop comes later.
    os.kill(farm.radius.pid, signal.SIGSTOP)
    ended = (calls + more)[::4]
    for call in ended:
        call.hang_up()
    time.sleep(5)  # time: so long it answers nobody
    check(all(each([c for c in others if c.tcp], Call.works)),
          'calls suffer without RADIUS')
    os.kill(farm.radius.pid, signal.SIGCONT)
    farm.open_sessions(CALLS + SPARE - len(ended), 'after the rest')
    each(ended, Call.dial)
    no_address_twice(calls + more)

    for call in calls + more:
        call.hang_up()
    farm.open_sessions(0, 'at the end')
    check(lab.until(lambda: farm.leased() == 0, 10) is not None,
          '%d leases are left' % farm.leased())
    rows = int(farm.db.one('SELECT count(*) FROM radacct'))
    wanted = CALLS + SPARE + len(kicked) + len(lost) + len(ended)
    check(rows == wanted, '%d records, not %d' % (rows, wanted))
    return '%d calls up in %.0f s on %s; %d of a dead server dialled again; ' \
        '%d records' % (CALLS, took, spread, len(lost), rows)
