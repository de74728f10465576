#!/usr/bin/python3
"""A PPTP client that honours its send window (RFC 2637 section 4.3).

    upload.py SERVER WINDOW PACKETS RESULT

Sends PACKETS frames of 512 octets that pppd throws away (LCP
Discard-Request), never with more than WINDOW of them unacknowledged.  Writes
to RESULT: packets acknowledged, milliseconds, waits for an acknowledgement
that took 40 ms or more, milliseconds waited in all.
"""
import struct
import sys
import time

from pptptest import gre
from pptptest import pptp

STALL = 0.040
GIVE_UP = 2.0
DISCARD_REQUEST = 11


def frame(number):
    """Address, control, LCP, then the Discard-Request."""
    body = struct.pack(">I", number) + bytes(500)
    return b"\xff\x03\xc0\x21" + struct.pack(
        ">BBH", DISCARD_REQUEST, number & 0xff, 4 + len(body)) + body


def main(server, window, packets, result):
    window, packets = int(window), int(packets)
    client = pptp.Client(server)
    if client.start(timeout=10) is None:
        sys.exit("no answer to Start-Control-Connection-Request")
    reply = client.call(timeout=10, window=window)
    if reply is None or reply.result != 1:
        sys.exit("no call: %s" % reply)
    if reply.window != 0:
        window = min(window, reply.window)
    tunnel = gre.Gre(client.address, server)

    # Only when pppd has spoken does somebody read what we send.
    if tunnel.recv(15, client_call_id()) is None:
        sys.exit("pppd said nothing")

    acked = -1
    stalls, waited = 0, 0.0
    begin = time.monotonic()
    for number in range(packets):
        if number - acked > window:
            start = time.monotonic()
            while number - acked > window:
                packet = tunnel.recv(GIVE_UP, client_call_id())
                if packet is None:
                    sys.exit("no acknowledgement in %g s, at packet %d of %d"
                             ", %d acknowledged" % (GIVE_UP, number, packets,
                                                    acked + 1))
                if packet.ack is not None:
                    acked = max(acked, packet.ack)
            wait = time.monotonic() - start
            waited += wait
            stalls += wait >= STALL
        tunnel.send(reply.call_id, seq=number, payload=frame(number))
    while acked < packets - 1:
        packet = tunnel.recv(GIVE_UP, client_call_id())
        if packet is None:
            break
        if packet.ack is not None:
            acked = max(acked, packet.ack)
    took = time.monotonic() - begin
    with open(result, "w") as out:
        out.write("%d %d %d %d\n" % (acked + 1, took * 1000, stalls,
                                     waited * 1000))


def client_call_id():
    """What the server's packets to us carry."""
    return pptp.USUAL[pptp.OCRQ]["call_id"]


main(*sys.argv[1:])
