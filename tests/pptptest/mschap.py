"""MS-CHAP version 2, the client's part (RFC 2759), of what Python has not."""

import hashlib
import os
import struct


def _rotate(x, n):
    x &= 0xFFFFFFFF
    return (x << n | x >> 32 - n) & 0xFFFFFFFF


def md4(data):
    """RFC 1320."""
    size = len(data) * 8
    data += b'\x80' + b'\0' * ((55 - len(data)) % 64) + struct.pack('<Q', size)
    a, b, c, d = 0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476
    for at in range(0, len(data), 64):
        x = struct.unpack_from('<16I', data, at)
        was = a, b, c, d
        for n in range(16):
            f = b & c | ~b & d
            a, b, c, d = d, _rotate(a + f + x[n], (3, 7, 11, 19)[n % 4]), b, c
        for n in range(16):
            f = b & c | b & d | c & d
            k = n % 4 * 4 + n // 4
            a, b, c, d = d, _rotate(a + f + x[k] + 0x5A827999,
                                    (3, 5, 9, 13)[n % 4]), b, c
        for n in range(16):
            k = int('{:04b}'.format(n)[::-1], 2)
            a, b, c, d = d, _rotate(a + (b ^ c ^ d) + x[k] + 0x6ED9EBA1,
                                    (3, 9, 11, 15)[n % 4]), b, c
        a, b, c, d = ((p + q) & 0xFFFFFFFF
                      for p, q in zip(was, (a, b, c, d)))
    return struct.pack('<4I', a, b, c, d)


# DES (FIPS 46-3): permutations count bits from 1, S-boxes are by row.
IP = [58 + 2 * (r % 4) + (-1 if r >= 4 else 0) - 8 * c
      for r in range(8) for c in range(8)]
E = [(4 * r + c - 1) % 32 + 1 for r in range(8) for c in range(6)]
P = [16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10,
     2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25]
PC1 = [57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18,
       10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36,
       63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22,
       14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4]
PC2 = [14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4,
       26, 8, 16, 7, 27, 20, 13, 2, 41, 52, 31, 37, 47, 55, 30, 40,
       51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32]
S = ['e4d12fb83a6c5907' '0f74e2d1a6cb9538' '41e8d62bfc973a50' 'fc8249175b3ea06d',
     'f18e6b34972dc05a' '3d47f28ec01a69b5' '0e7ba4d158c6932f' 'd8a13f42b67c05e9',
     'a09e63f51dc7b428' 'd709346a285ecbf1' 'd6498f30b12c5ae7' '1ad069874fe3b52c',
     '7de3069a1285bc4f' 'd8b56f03472c1ae9' 'a690cb7df13e5284' '3f06a1d8945bc72e',
     '2c417ab6853fd0e9' 'eb2c47d150fa3986' '421bad78f9c5630e' 'b8c71e2d6f09a453',
     'c1af92680d34e75b' 'af427c9561de0b38' '9ef528c3704a1db6' '432c95fabe17608d',
     '4b2ef08d3c975a61' 'd0b7491ae35c2f86' '14bdc37eaf680592' '6bd814a7950fe23c',
     'd2846fb1a93e50c7' '1fd8a374c56b0e92' '7b419ce206adf358' '21e74a8dfc90356b']
SHIFTS = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1]


def _pick(bits, table):
    return [bits[n - 1] for n in table]


def _bits(data):
    return [octet >> 7 - n & 1 for octet in data for n in range(8)]


def des(key7, block):
    """One block under a key of seven octets, parity left out."""
    wide = _bits(key7)
    key = _pick(sum((wide[n:n + 7] + [0] for n in range(0, 56, 7)), []), PC1)
    bits = _pick(_bits(block), IP)
    left, right = bits[:32], bits[32:]
    for shift in SHIFTS:
        key = key[shift:28] + key[:shift] + key[28 + shift:] + \
            key[28:28 + shift]
        mixed = [p ^ q for p, q in zip(_pick(right, E), _pick(key, PC2))]
        out = []
        for box in range(8):
            six = mixed[6 * box:6 * box + 6]
            row = six[0] * 2 + six[5]
            column = six[1] * 8 + six[2] * 4 + six[3] * 2 + six[4]
            value = int(S[box][16 * row + column], 16)
            out += [value >> 3 - n & 1 for n in range(4)]
        left, right = right, [p ^ q for p, q in zip(left, _pick(out, P))]
    out = [0] * 64
    for bit, place in zip(right + left, IP):
        out[place - 1] = bit
    return bytes(sum(out[n + k] << 7 - k for k in range(8))
                 for n in range(0, 64, 8))


def response(user, password, challenge, ours=None):
    """Value of a Response packet, 49 octets; ours: the client's challenge."""
    ours = ours or os.urandom(16)
    name = user.rpartition('\\')[2].encode()
    digest = hashlib.sha1(ours + challenge + name).digest()[:8]
    padded = md4(password.encode('utf-16-le')) + b'\0' * 5
    nt = b''.join(des(padded[n:n + 7], digest) for n in (0, 7, 14))
    return ours + b'\0' * 8 + nt + b'\0'
