"""RADIUS servers for the tests: FreeRADIUS with a configuration of its own,
and one in Python that answers as a test wants."""

import glob
import hashlib
import hmac
import os
import re
import select
import signal
import socket
import struct
import subprocess
import threading

import freeradius
from freeradius import SECRET
from pptptest import namespaces, server
from pptptest.points import Skip, check

HOME = '/run/conformance/radius'
CONF = '/run/conformance/radius.conf'
ON_OFF = 'Accounting-On', 'Accounting-Off'
SECRET_FILE = '/run/conformance/radius.secret'

USERS = '''
"user1" Cleartext-Password := "password1"
	Service-Type = Framed-User,
	Framed-Protocol = PPP,
	Framed-IP-Address = 10.9.8.7,
	Session-Timeout = 3600,
	Idle-Timeout = 900,
	Acct-Interim-Interval = 120,
	Framed-MTU = 1300,
	Filter-Id = "gold",
	Framed-Route = "10.40.0.0/16 0.0.0.0 1",
	Class = 0x676f6c6431,
	Class = 0x00ff,
	MS-Primary-DNS-Server = 10.0.0.53,
	MS-Secondary-DNS-Server = 10.0.0.54,
	MS-Primary-NBNS-Server = 10.0.0.55,
	Reply-Message = "welcome"

"fast" Cleartext-Password := "password1"
	Mikrotik-Rate-Limit = "1M/2M 2M/4M 1M/2M 8/8",
	WISPr-Bandwidth-Max-Down = 64000,
	Framed-Route = "10.40.0.0/16 0.0.0.0 1",
	Framed-Route += "192.0.2.128/25",
	Framed-Route += "0.0.0.0/0",
	Framed-Interface-Id = 0:0:0:2,
	Framed-IPv6-Prefix = 2001:db8:1::/48,
	Mikrotik-Total-Limit = 5,
	Mikrotik-Total-Limit-Gigawords = 2,
	ChilliSpot-Max-Input-Octets = 1000

"both" Cleartext-Password := "password1"
	WISPr-Bandwidth-Max-Up = 128000,
	WISPr-Bandwidth-Max-Down = 64000

"cisco" Cleartext-Password := "password1"
	Cisco-AVPair = "lcp:interface-config#1=rate-limit output 256000 8000 16000 conform-action transmit exceed-action drop",
	Cisco-AVPair += "lcp:interface-config#2=rate-limit input 128000 4000 8000 conform-action transmit exceed-action drop"

"login" Cleartext-Password := "password1"
	Service-Type = Login-User

"peer" Cleartext-Password := "password1"
	Framed-IP-Address = 255.255.255.255

DEFAULT User-Name =~ "^DOM.user1$", Cleartext-Password := "password1"
	Framed-IP-Address = 10.9.8.9
'''


class FreeRadius:
    def __init__(self, lab, users=USERS):
        if not os.path.exists('/usr/sbin/freeradius'):
            raise Skip('FreeRADIUS is not installed')
        self.lab = lab
        freeradius.write(HOME, users)
        self.start()

    def start(self):
        self.out = open(HOME + '/out', 'w')
        self.child = subprocess.Popen(
            ['nsenter', '--net=/proc/%d/ns/net' % self.lab.holder, '--'] +
            freeradius.command(HOME),
            stdout=self.out, stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL)
        ready = self.lab.until(
            lambda: 'Ready to process' in server.read(HOME + '/out') or
            self.child.poll() is not None, 10)
        check(ready is not None and self.child.poll() is None,
              'FreeRADIUS: ' + server.read(HOME + '/out')[-300:])

    def stop(self):
        self.child.terminate()
        self.child.wait()

    def freeze(self, yes=True):
        os.kill(self.child.pid, signal.SIGSTOP if yes else signal.SIGCONT)

    def records(self, name='detail', of_server=False):
        """What its detail module has written: a dictionary per request, with
        a list per attribute.  Without Accounting-On and -Off, but for
        of_server."""
        out = []
        for block in server.read(HOME + '/' + name).split('\n\n'):
            found = re.findall(r'^\t(\S+) = (.*)$', block, re.M)
            if found:
                out.append({})
            for key, value in found:
                out[-1].setdefault(key, []).append(value.strip('"'))
        return [r for r in out if of_server or
                r.get('Acct-Status-Type', [''])[0] not in ON_OFF]


def of_calls(packets):
    """Of Accounting-Requests, those that are of calls."""
    return [p for p in packets
            if dict(attributes(p))[40] not in (b'\0\0\0\7', b'\0\0\0\x08')]


def configure(servers=('127.0.0.1',), lines=(), secret=SECRET):
    namespaces.write(SECRET_FILE, secret + '\n')
    os.chmod(SECRET_FILE, 0o600)
    text = ['server ' + (s if ' ' in s else '%s secret-file %s' %
                         (s, SECRET_FILE)) for s in servers]
    namespaces.write(CONF, '\n'.join(text + list(lines)) + '\n')


def attributes(packet):
    """(type, value) of each."""
    out, at = [], 20
    while at < len(packet):
        size = packet[at + 1]
        out.append((packet[at], packet[at + 2:at + size]))
        at += size
    return out


def attribute(kind, value):
    return bytes([kind, len(value) + 2]) + value


def answer(code, request, body=b'', secret=SECRET, signed=True):
    """A right answer; the Message-Authenticator comes first."""
    secret = secret.encode()
    if signed:
        body = attribute(80, bytes(16)) + body
    head = struct.pack('>BBH', code, request[1], 20 + len(body))
    if signed:
        mark = hmac.new(secret, head + request[4:20] + body, 'md5').digest()
        body = attribute(80, mark) + body[18:]
    digest = hashlib.md5(head + request[4:20] + body + secret).digest()
    return head + digest + body


class Fake:
    """A server whose answers serve(packet) makes: a list of datagrams."""

    def __init__(self, lab, serve, port=1812, address='127.0.0.1'):
        self.serve, self.seen, self.ports = serve, [], set()
        self.sock = inside(lab, lambda: socket.socket(
            socket.AF_INET6 if ':' in address else socket.AF_INET,
            socket.SOCK_DGRAM))
        self.other = inside(lab, lambda: socket.socket(
            socket.AF_INET, socket.SOCK_DGRAM))
        self.sock.bind((address, port))
        self.other.bind(('127.0.0.9', 0))
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                packet, source = self.sock.recvfrom(8192)
            except OSError:
                return
            self.seen.append(packet)
            self.ports.add(source[1])
            for reply in self.serve(packet) or ():
                sock = self.sock
                if isinstance(reply, tuple):
                    sock, reply = self.other, reply[1]
                sock.sendto(reply, source)


def inside(lab, make):
    """Something made in the server's network, such as a socket."""
    ours = os.open('/proc/self/ns/net', os.O_RDONLY)
    theirs = os.open('/proc/%d/ns/net' % lab.holder, os.O_RDONLY)
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    try:
        check(libc.setns(theirs, 0x40000000) == 0, 'setns')
        return make()
    finally:
        check(libc.setns(ours, 0x40000000) == 0, 'setns back')
        os.close(ours)
        os.close(theirs)


SPOOLS = '/var/lib/pptpd/aaa-*.spool'   # of servers with a pid file of their own


def spools():
    return glob.glob(SPOOLS)


def forget():
    """Accounting of earlier points that is kept on the disk."""
    for path in spools():
        os.unlink(path)
