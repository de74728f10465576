#!/usr/bin/python3
"""A stand-in for pptpd-aaa: aaa.py SOCKET LOG

It knows the user "fred" with the password "secret", accepts him by each method
with what a RADIUS server could say, and rejects everybody else.  A line of LOG
for each message: login METHOD USER VERDICT SESSION CLIENT SERVER OUR-NAME, or
acct STATUS USER ADDRESS SECONDS OCTETS-IN OCTETS-OUT CAUSE CLASS."""

import hashlib
import os
import socket
import struct
import sys
import threading

sys.path.insert(0, '/run/tests/radius')
import plug                                         # noqa: E402
from pptptest import mschap                         # noqa: E402

USER, PASSWORD = b'fred', 'secret'
METHODS = {1: 'pap', 2: 'chap', 3: 'mschap', 4: 'mschap2'}
STATUS = {1: 'start', 2: 'stop', 3: 'interim'}
ADDRESS = '10.9.0.77'
# Limits of 2 Mbit/s down and 1 up, a route, a peer's identifier and a prefix.
WISHES = struct.pack('>9Q', 2000000, 1000000, *[0] * 7) + bytes(
    [1, 10, 77, 0, 0, 16]) + struct.pack('>I', 3) + bytes(
    [1, 0, 0, 0, 0, 0, 0, 0, 0x77, 1]) + socket.inet_pton(
    socket.AF_INET6, '2001:db8:77::') + bytes([48])
# No limits, no quota, no routes, nothing of IPv6.
NET = bytes(8 * 9 + 1 + 1 + 8 + 1)


def is_right(method, ident, challenge, response):
    if method == plug.PAP:
        return response == PASSWORD.encode()
    if method == plug.CHAP:
        return response == hashlib.md5(bytes([ident]) + PASSWORD.encode() +
                                       challenge).digest()
    if method == plug.MSCHAP2:
        challenge = hashlib.sha1(response[:16] + challenge +
                                 USER).digest()[:8]
    padded = plug.hashed(PASSWORD) + bytes(5)
    return response[24:48] == b''.join(
        mschap.des(padded[n:n + 7], challenge) for n in (0, 7, 14))


def accept(method, challenge, response):
    message, keys = b'', [bytes(16), bytes(16)]
    if method == plug.MSCHAP:
        keys[0] = mschap.md4(plug.hashed(PASSWORD))
    if method == plug.MSCHAP2:
        message = plug.success(PASSWORD, USER.decode(), challenge, response)
        keys = plug.mppe_keys(PASSWORD, response[24:48])
    return bytes([plug.ACCEPT]) + plug.octets(message) + \
        socket.inet_aton(ADDRESS) + struct.pack('>IIII', 600, 0, 0, 1200) + \
        socket.inet_aton('10.9.0.53') + bytes(12) + struct.pack(
            '>IIB', 1, 6, method in (plug.MSCHAP, plug.MSCHAP2)) + \
        keys[0] + keys[1] + plug.octets(b'\4gold') + \
        plug.octets(b'silver') + plug.octets(b'') * 2 + WISHES


def reject():
    return bytes([plug.REJECT]) + plug.octets(b'') + bytes(4 * 11 + 1 + 32) + \
        plug.octets(b'') * 4 + NET


def serve(sock, say):
    while True:
        data = sock.recv(8192)
        if not data:
            say('closed')
            return
        r = plug.Reader(data[4:])
        session = r.octets().decode()
        client, server, unit = r.address(), r.address(), r.get('I')
        user = r.octets()
        if data[1] == plug.LOGIN:
            method, ident = r.get('B'), r.get('B')
            challenge, response = r.octets(), r.octets()
            good = user == USER and is_right(method, ident, challenge,
                                             response)
            say('login', METHODS[method], user.decode(),
                'accept' if good else 'reject', session, client, server,
                r.octets().decode())
            sock.send(plug.message(plug.REPLY, accept(
                method, challenge, response) if good else reject()))
        else:
            status, method = r.get('B'), r.get('B')
            address, _ = r.address(), r.get('16s')
            seconds, into, out = r.get('I'), r.get('Q'), r.get('Q')
            r.get('I')
            r.get('I')
            say('acct', STATUS[status], user.decode(), address, seconds, into,
                out, r.get('I'), r.octets()[1:].decode())
            sock.send(plug.message(plug.TAKEN, b''))


def main(path, log):
    stream = open(log, 'a', buffering=1)

    def say(*words):
        stream.write(' '.join(str(w) for w in words) + '\n')

    if os.path.exists(path):
        os.unlink(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(path)
    listener.listen(8)
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=serve, args=(sock, say), daemon=True).start()


if __name__ == '__main__':
    main(*sys.argv[1:])
