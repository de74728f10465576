"""The golden packets (tests/unit/data/radius/packets), as tshark sees them."""

import os
import shutil
import struct
import subprocess
import tempfile

from pptptest.points import Skip, check, point

HERE = os.path.dirname(os.path.abspath(__file__))
PACKETS = os.path.join(HERE, '..', 'unit', 'data', 'radius', 'packets')
SECRET = 'xyzzy5461'
ANSWERS = (41, 42, 44, 45)
PORTS = {1: 1812, 4: 1813}              # else that of CoA
LINKTYPE_RAW = 101


def load():
    """(name, octets) of each packet."""
    packets = []
    with open(PACKETS) as stream:
        for line in stream:
            if line[0] == '=':
                packets.append((line[1:].strip(), bytearray()))
            elif line[0] != '#' and packets:
                packets[-1][1].extend(bytes.fromhex(line))
    return packets


def datagram(data):
    """IPv4 and UDP around it, so that tshark finds who answers whom."""
    near, far = (b'\xc0\0\2\1', 50000), (b'\xc0\0\2\2', PORTS.get(data[0], 3799))
    if data[0] in ANSWERS:
        near, far = far, near
    udp = struct.pack('>HHHH', near[1], far[1], 8 + len(data), 0) + data
    return struct.pack('>BBHHHBBH4s4s', 0x45, 0, 20 + len(udp), 0, 0, 64, 17,
                       0, near[0], far[0]) + udp


def capture(path, packets):
    with open(path, 'wb') as stream:
        stream.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535,
                                 LINKTYPE_RAW))
        for i, (_, data) in enumerate(packets):
            data = datagram(bytes(data))
            stream.write(struct.pack('<IIII', i, 0, len(data), len(data)) +
                         data)


def dissect(path, *words):
    done = subprocess.run(
        ['tshark', '-r', path, '-o', 'radius.shared_secret:' + SECRET, '-o',
         'radius.validate_authenticator:TRUE'] + list(words), timeout=120,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE)
    check(done.returncode == 0, done.stderr.decode())
    return done.stdout.decode()


@point('golden', 'the golden packets are dissected by tshark without a word of '
       'its experts, authenticators are right, and a wrong octet is seen')
def golden(lab):
    if not shutil.which('tshark'):
        raise Skip('tshark is not installed')
    with tempfile.TemporaryDirectory() as home:
        path = os.path.join(home, 'pcap')
        packets = load()
        capture(path, packets)
        found = dissect(path, '-Y', '_ws.expert || _ws.malformed', '-V')
        check(not found, found)
        codes = dissect(path, '-T', 'fields', '-e', 'radius.code').split()
        check(codes == [str(p[1][0]) for p in packets], codes)
        wrong = dissect(path, '-Y', 'radius.authenticator.invalid == 1')
        check(not wrong, wrong)
        text = dissect(path, '-V')
        for words in ('a password of more than 16 octets',
                      'Acct-Status-Type(40)', 'Mikrotik-Rate-Limit(8)',
                      'MS-CHAP2-Response(25)', 'Error-Cause(101)'):
            check(words in text, 'no ' + words)
        packets[-1][1][-1] ^= 1
        capture(path, packets)
        check(dissect(path, '-Y', 'radius.authenticator.invalid == 1'),
              'tshark checks no authenticator')
    return '%d packets' % len(packets)
