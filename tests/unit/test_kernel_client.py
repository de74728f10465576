#!/usr/bin/env python3
"""Tests the tool kernel_client.py against a server of a few lines.

It did not answer Echo-Requests: after two minutes the server hung up, the
client's pppd stayed, and iperf3 waited for a tunnel that was no more (an hour
of "5 % overtake" in the laboratory ended that way after eleven transfers)."""
import errno
import os
import socket
import subprocess
import sys
import threading
import time
import unittest

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HERE = os.path.join(TESTS, 'system')
sys.path[:0] = [TESTS, HERE]
sys.dont_write_bytecode = True

import kernel_client            # noqa: E402
from pptptest import pptp                               # noqa: E402

LIMIT = 10


class KernelClient(unittest.TestCase):
    def setUp(self):
        listener = socket.socket()
        listener.bind(('127.0.0.1', 0))
        listener.listen()
        pptp.PORT = listener.getsockname()[1]
        try:
            self.tcp = pptp.Client('127.0.0.1')
        except OSError as err:
            listener.close()
            if err.errno == errno.ENETUNREACH:
                self.skipTest('the loopback interface is down')
            raise
        self.server = listener.accept()[0]
        self.server.settimeout(LIMIT)
        listener.close()
        self.child = subprocess.Popen(['sleep', '1000'])
        self.status = None
        self.keeper = threading.Thread(target=self.keep)
        self.keeper.start()

    def keep(self):
        self.status = kernel_client.keep(self.tcp, self.child, 0.05)

    def tearDown(self):
        self.child.kill()
        self.keeper.join(LIMIT)
        self.assertFalse(self.keeper.is_alive())
        self.server.close()
        self.tcp.close()

    def test_answers_echo_requests(self):
        for ident in (0, 0x01020304):
            self.server.sendall(pptp.build(pptp.ECHORQ, ident=ident))
            raw = self.server.recv(1024)
            got = pptp.Message(raw)
            self.assertEqual((len(raw), got.type, got.ident, got.result),
                             (20, pptp.ECHORP, ident, 1))

    def test_passes_over_the_rest(self):
        self.server.sendall(pptp.build(pptp.SLI, peer_id=7))
        self.server.sendall(pptp.build(pptp.ECHORQ, ident=9))
        self.assertEqual(pptp.Message(self.server.recv(1024)).ident, 9)

    def test_ends_pppd_when_the_server_hangs_up(self):
        self.server.close()
        self.keeper.join(LIMIT)
        self.assertFalse(self.keeper.is_alive())
        self.assertEqual(self.status, -15)

    def test_ends_with_pppd(self):
        begin = time.monotonic()
        self.child.kill()
        self.keeper.join(LIMIT)
        self.assertLess(time.monotonic() - begin, LIMIT)
        self.assertEqual(self.status, -9)


if __name__ == '__main__':
    unittest.main()
