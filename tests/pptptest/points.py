"""The register of points and the words in which they are judged."""

import os


class Fail(Exception):
    """The server does not do what the point demands; the text says what it
    did."""


class Skip(Exception):
    """The point cannot be seen on this server or machine."""


class Point:
    def __init__(self, ident, sentence, test, slow, waits, alone,
                 limit, ptys):
        self.ident, self.sentence, self.test = ident, sentence, test
        self.slow, self.waits, self.alone = slow, waits or slow, alone
        self.limit, self.ptys = limit, ptys


POINTS = []


def point(ident, sentence, slow=False, waits=False, alone=False, limit=40,
          ptys=1024):
    """Registers test(lab), which returns its observation or raises Fail or
    Skip.  slow: waits for a minute or more; waits: mostly waits, can run
    beside many others; alone: measures short times and runs by itself; limit:
    seconds; ptys: how many ptys the machine has."""
    def register(test):
        if any(p.ident == ident for p in POINTS):
            raise ValueError('two points ' + ident)
        POINTS.append(Point(ident, sentence, test, slow, waits, alone,
                            limit, ptys))
        return test
    return register


def check(truth, text):
    if not truth:
        raise Fail(text)


def patience():
    """By how much to stretch the wait for something that should come: 1 on a
    machine that has a processor to spare, up to 5 where several programs want
    each, or where PPTPD_TEST_PATIENCE says so.  No measure of a point: what is
    there in time is there in time."""
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    return max(1.0, min(load, 5.0),
               float(os.environ.get('PPTPD_TEST_PATIENCE', 1)))


def ms(seconds):
    return 'never' if seconds is None else '%.0f ms' % (seconds * 1000)
