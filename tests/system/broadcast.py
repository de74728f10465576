#!/usr/bin/python3
"""broadcast.py hear PORT FILE: appends a line "WORD SENDER" for each broadcast
that comes.  broadcast.py send INTERFACE TO PORT WORD [COUNT]: sends one, again
every 0.2 s."""

import socket
import sys
import time


def hear(port, path):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    sock.bind(('', int(port)))
    with open(path, 'w', 1) as stream:
        stream.write('ready\n')
        while True:
            data, sender = sock.recvfrom(2048)
            stream.write('%s %s\n' % (data.decode('ascii', 'replace'),
                                      sender[0]))


def send(interface, to, port, word, count='1'):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE,
                    interface.encode())
    for n in range(int(count)):
        if n:
            time.sleep(0.2)  # pace
        sock.sendto(word.encode(), (to, int(port)))


if __name__ == '__main__':
    {'hear': hear, 'send': send}[sys.argv[1]](*sys.argv[2:])
