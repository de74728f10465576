#!/usr/bin/python3
"""What size of segments both ends of a TCP connection settle for.

    mss.py serve ADDRESS PORT    tells each who connects what it settled for
    mss.py ask ADDRESS PORT      prints its own, and what the other one says
"""
import socket
import sys

TCP_MAXSEG = 2


def maxseg(sock):
    return sock.getsockopt(socket.IPPROTO_TCP, TCP_MAXSEG)


def serve(address, port):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, int(port)))
    listener.listen(8)
    while True:
        sock = listener.accept()[0]
        with sock:
            sock.sendall(b"%d\n" % maxseg(sock))


def ask(address, port):
    with socket.create_connection((address, int(port)), 30) as sock:
        print(maxseg(sock), sock.makefile().readline().strip())


{"serve": serve, "ask": ask}[sys.argv[1]](*sys.argv[2:])
