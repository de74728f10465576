"""Milliseconds of a login, step by step, of each make of client.

    logins.py SERVER OURS USER PASSWORD TIMES [NAME]...

PAUSE is how many seconds are between one and the next, 0.3 as a rule."""

import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

from pptptest import clients                            # noqa: E402


def main(server, ours, user, password, times, *names):
    for name in names or clients.PROFILES:
        for _ in range(int(times)):
            dial = clients.Dial(clients.PROFILES[name], server, ours, user,
                                password)
            steps = dial.run(20)
            dial.close()
            print('%s|%s|%s' % (name, dial.failed or '', ' '.join(
                '%s=%.0f' % step for step in steps.items())), flush=True)
            time.sleep(float(os.environ.get('PAUSE', 0.3)))  # pace


if __name__ == '__main__':
    main(*sys.argv[1:])
