#!/usr/bin/python3
"""How much UDP gets through.

    blast.py receive ADDRESS PORT SECONDS RESULT    from the first packet on,
                                                    for so long: writes kbit/s
    blast.py send ADDRESS PORT SECONDS KBIT/S       packets of 1,000 octets
"""
import os
import socket
import sys
import time

PACKET = 1000  # octets with the headers of IP and UDP
HEADERS = 28
PATIENCE = 30  # seconds until the first packet


def receive(address, port, seconds, result):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((address, int(port)))
    sock.settimeout(PATIENCE)
    sock.recv(2048)
    begin, octets = time.monotonic(), 0
    while True:
        left = begin + float(seconds) - time.monotonic()
        if left <= 0:
            break
        sock.settimeout(left)
        try:
            octets += len(sock.recv(2048)) + HEADERS
        except socket.timeout:
            break
    with open(result + ".new", "w") as out:
        out.write("%d\n" % (octets * 8 / 1000 / float(seconds)))
    os.rename(result + ".new", result)


def send(address, port, seconds, rate):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.connect((address, int(port)))
    begin, sent = time.monotonic(), 0
    while time.monotonic() - begin < float(seconds):
        due = (time.monotonic() - begin) * float(rate) * 1000 / 8 / PACKET
        while sent < due:
            try:
                sock.send(bytes(PACKET - HEADERS))
            except OSError:
                pass  # no room: it is lost, as others are on the way
            sent += 1
        time.sleep(0.01)  # pace


{"receive": receive, "send": send}[sys.argv[1]](*sys.argv[2:])
