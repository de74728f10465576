#!/usr/bin/python3
"""Syslog for the tests: logd.py SOCKETS LOGS NAME...

Reads the datagram socket SOCKETS/NAME.sock of every host NAME and appends
what comes to LOGS/NAME.log, a line each:

    seconds level ident[pid]: text

Says "ready" when the sockets are there; ends on a signal.
"""
import os
import select
import socket
import sys
import time

LEVELS = "emerg alert crit err warning notice info debug".split()


def line_of(datagram):
    """Turn "<PRI>Mmm dd hh:mm:ss ident[pid]: text" into our line."""
    text = datagram.decode("utf-8", "backslashreplace").rstrip("\n\0")
    level = "?"
    if text.startswith("<") and ">" in text[:5]:
        pri, text = text[1:].split(">", 1)
        level = LEVELS[int(pri) & 7]
    if len(text) > 16 and text[15] == " ":  # libc's time stamp
        text = text[16:]
    return "%.3f %s %s\n" % (time.monotonic(), level,
                             text.replace("\n", "\\n"))


def main():
    sockets, directory, names = sys.argv[1], sys.argv[2], sys.argv[3:]
    logs = {}
    for name in names:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        path = os.path.join(sockets, name + ".sock")
        sock.bind(path)
        os.chmod(path, 0o666)
        logs[sock] = open(os.path.join(directory, name + ".log"), "a")
    print("ready", flush=True)
    while True:
        for sock in select.select(list(logs), [], [])[0]:
            logs[sock].write(line_of(sock.recv(65536)))
            logs[sock].flush()


main()
