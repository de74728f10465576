#!/usr/bin/env python3
"""Runs a pppd with pptpd-session.so and writes down what the plugin tells.

    session.py [--deaf] OUT COMMAND...

The word @FD@ in COMMAND becomes the number of the socket that pppd inherits.
OUT gets one line per message, OUT.inode the number of the socket's inode.
--deaf: nothing is read until pppd has ended,
and the socket takes next to nothing.  Exits as the command does.
"""
import os
import signal
import socket
import struct
import subprocess
import sys
import threading

PHASES = ("dead initialize serialconn dormant establish authenticate callback "
          "network running terminate disconnect holdoff master").split()
METHODS = ("none", "PAP", "CHAP-MD5", "MS-CHAP", "MS-CHAPv2", "EAP")


def text(field):
    return field.rstrip(b"\0").decode("ascii", "backslashreplace")


def describe(msg):
    version, kind, length = struct.unpack(">BBH", msg[:4])
    body = msg[4:]
    if version != 1 or length != len(msg):
        return "bad header %r" % msg
    if kind == 1:
        return "hello pid=%d pppd=%s" % (
            struct.unpack(">I", body[:4])[0], text(body[4:]))
    if kind == 2:
        return "phase %s" % PHASES[body[0]]
    if kind == 3:
        return "auth %s %s" % (METHODS[body[0]], text(body[2:2 + body[1]]))
    if kind == 4:
        return "mppe send=%d recv=%d stateful=%d" % tuple(body)
    if kind == 5:
        unit = struct.unpack(">I", body[16:20])[0]
        addrs = [socket.inet_ntoa(body[i:i + 4]) for i in range(20, 44, 4)]
        return "ip-up %s unit=%d %s" % (text(body[:16]), unit,
                                        " ".join(addrs))
    if kind == 6:
        return "ip-down in=%d out=%d pin=%d pout=%d seconds=%d" % (
            struct.unpack(">QQIII", body))
    if kind == 7:
        return "exit %d" % body[0]
    if kind == 8:
        return "logins max=%d replace=%d" % struct.unpack(">IB", body)
    if kind == 9:
        return "user-file " + text(body)
    return "unknown %r" % msg


def listen(sock, out):
    while True:
        msg = sock.recv(4096)
        if not msg:
            return
        out.write(describe(msg) + "\n")
        out.flush()


def main():
    args = sys.argv[1:]
    deaf = args[0] == "--deaf"
    if deaf:
        args.pop(0)
    out = open(args[0], "w")
    mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if deaf:
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
    fd = theirs.fileno()
    command = [word.replace("@FD@", str(fd)) for word in args[1:]]
    child = subprocess.Popen(command, pass_fds=[fd])
    with open(args[0] + ".inode", "w") as f:
        f.write("%d\n" % os.fstat(fd).st_ino)
    theirs.close()
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    thread = threading.Thread(target=listen, args=(mine, out))
    if not deaf:
        thread.start()
    status = child.wait()
    if deaf:
        thread.start()
    # All ends are closed now, unless a descriptor went on to a script.
    thread.join(5)
    if thread.is_alive():
        out.write("still open\n")
    out.close()
    sys.stdout.flush()
    os._exit(status & 0xff if status >= 0 else 128 - status)


main()
