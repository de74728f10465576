#!/usr/bin/env python3
"""The process that waits for a test's namespaces ends where it is, whenever
SIGTERM comes: it must never go on as a second runner, which would remove the
first one's files.  Needs root."""

import os
import random
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.dont_write_bytecode = True
from pptptest import namespaces                         # noqa: E402

SKIPPED = 77
ROUNDS = 200


def main():
    if os.geteuid() != 0:
        return SKIPPED
    runner = os.getpid()
    failed = 0
    for _ in range(ROUNDS):
        out, tell = os.pipe()

        def body():
            os.write(tell, b'x')
            return 0
        try:
            waiter = namespaces.enter(body)
        finally:
            if os.getpid() != runner:
                os._exit(1)
        os.close(tell)
        os.read(out, 1)
        os.close(out)
        # Before, at and after the end of what it waits for
        time.sleep(random.random() * 0.004)  # pace
        os.kill(waiter, signal.SIGTERM)
        failed += os.waitpid(waiter, 0)[1] != 0
    print('%d of %d did not end in their place' % (failed, ROUNDS))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
