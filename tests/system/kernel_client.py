"""A client whose data path is the kernel's own, for figures about the server:

    kernel_client.py SERVER OURS PLUGIN PPPD OPTION...

Dials SERVER from the address OURS, gives pppd the connected socket, and keeps
the control connection as long as pppd runs: it answers Echo-Requests, without
which the server hangs up after two minutes, and ends pppd when the server has
hung up, so that nobody waits for a tunnel that is no more."""

import ctypes
import os
import random
import socket
import struct
import subprocess
import sys

from pptptest import pptp

AF_PPPOX, PX_PROTO_PPTP = 24, 2
LIBC = ctypes.CDLL(None, use_errno=True)


def address(host, call_id):
    """struct sockaddr_pppox, the Call ID in host order."""
    name = struct.pack('=HIHxx4s', AF_PPPOX, PX_PROTO_PPTP, call_id,
                       socket.inet_aton(host))
    return name.ljust(30, b'\0')


def name_socket(call, sock, host, call_id):
    name = address(host, call_id)
    if call(sock.fileno(), name, len(name)) != 0:
        sys.exit('%s: %s' % (host, os.strerror(ctypes.get_errno())))


def keep(tcp, child, step=0.5):
    """Holds the control connection until the child ends; ends the child when
    the server closes it.  Returns the child's exit status."""
    while child.poll() is None:
        try:
            got = tcp.message(step)
        except pptp.Closed:
            child.terminate()
            break
        if got and got.type == pptp.ECHORQ:
            tcp.try_send(pptp.build(pptp.ECHORP, ident=got.ident))
    return child.wait()


def main(server, ours, plugin, pppd):
    tcp = pptp.Client(server, ours, timeout=5)
    call_id = random.randrange(1, 60000)
    tcp.send(pptp.build(pptp.SCCRQ), pptp.build(pptp.OCRQ, call_id=call_id))
    reply = tcp.expect(pptp.OCRP, 10)
    if not reply or reply.result != 1:
        sys.exit('no call: %s' % reply)
    with socket.socket(AF_PPPOX, socket.SOCK_STREAM, PX_PROTO_PPTP) as sock:
        name_socket(LIBC.bind, sock, ours, call_id)
        name_socket(LIBC.connect, sock, server, reply.call_id)
        child = subprocess.Popen(
            pppd[:1] + ['plugin', plugin, 'pptpd-kernel-fd',
                        str(sock.fileno()), 'nodetach'] + pppd[1:],
            pass_fds=[sock.fileno()])
    return keep(tcp, child)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]))
