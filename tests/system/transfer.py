#!/usr/bin/python3
"""Moves octets over TCP for the tests.

    transfer.py serve ADDRESS PORT DIRECTORY    "PUT NAME" stores what follows,
                                                "GET NAME" sends it
    transfer.py put ADDRESS PORT NAME FILE
    transfer.py get ADDRESS PORT NAME FILE
"""
import os
import shutil
import socket
import sys

TIMEOUT = 60  # seconds without a single octet


def connect(address, port):
    return socket.create_connection((address, int(port)), TIMEOUT)


def serve(address, port, directory):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, int(port)))
    listener.listen(8)
    while True:
        sock = listener.accept()[0]
        sock.settimeout(TIMEOUT)
        with sock, sock.makefile("rwb") as stream:
            try:
                verb, name = stream.readline().decode().split()
                path = os.path.join(directory, name)
                if verb == "PUT":
                    with open(path, "wb") as out:
                        shutil.copyfileobj(stream, out)
                    stream.write(b"stored\n")
                elif verb == "GET":
                    with open(path, "rb") as source:
                        shutil.copyfileobj(source, stream)
            except (OSError, ValueError) as error:
                print("transfer:", error, file=sys.stderr)


def put(address, port, name, path):
    with connect(address, port) as sock, open(path, "rb") as source:
        sock.sendall(b"PUT %s\n" % name.encode())
        sock.sendfile(source)
        sock.shutdown(socket.SHUT_WR)
        if sock.recv(16) != b"stored\n":
            sys.exit("transfer: the receiver did not confirm")


def get(address, port, name, path):
    with connect(address, port) as sock, open(path, "wb") as out:
        sock.sendall(b"GET %s\n" % name.encode())
        with sock.makefile("rb") as stream:
            shutil.copyfileobj(stream, out)


{"serve": serve, "put": put, "get": get}[sys.argv[1]](*sys.argv[2:])
