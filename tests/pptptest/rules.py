"""The test's end of shim.c: which call of which process fails."""

import errno
import mmap
import os
import struct

from pptptest import namespaces
from pptptest.points import Skip

SHIM = CLOCK = PPPD = None      # where they lie, set by run
FILE = '/run/conformance/rules'
RULE = struct.Struct('=16s16siiii')
RULES = 8
SAME = -2                       # of getrandom: always the same octets
LOST = -1                       # of recvmsg: descriptors do not arrive
FOREVER = -1


def name(error):
    return 'lost' if error == LOST else errno.errorcode[error]


def preload(library, name):
    """Into all that is started from now on in these namespaces."""
    path = '/run/conformance/' + name
    with open(library, 'rb') as source, open(path, 'wb') as target:
        target.write(source.read())
    os.chmod(path, 0o755)
    os.mkdir('/run/conformance/etc')
    namespaces.write('/run/conformance/etc/ld.so.preload', path + '\n')
    namespaces.mount('overlay', '/etc', 'overlay', 0,
                     'lowerdir=/run/conformance/etc:/etc')


class Rules:
    """Preloads the shim into all that is started from now on."""

    def __init__(self, lab):
        if lab.sanitized:
            raise Skip('a sanitizer wants to be loaded first')
        with open(FILE, 'wb') as stream:
            stream.write(bytes(RULE.size * RULES))
        os.chmod(FILE, 0o666)
        with open(FILE, 'r+b') as stream:
            self.map = mmap.mmap(stream.fileno(), 0)
        preload(SHIM, 'shim.so')

    def set(self, process, call, error, times=FOREVER, number=0):
        RULE.pack_into(self.map, number * RULE.size, process.encode(),
                       call.encode(), error, times, 0, 0)

    def clear(self, number=0):
        """The call succeeds again; what was counted stays."""
        struct.pack_into('=i', self.map, number * RULE.size + 36, 0)

    def hits(self, number=0):
        return RULE.unpack_from(self.map, number * RULE.size)[4]
