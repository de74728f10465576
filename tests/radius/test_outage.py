"""A hundred calls while nobody takes accounting: the RADIUS server stands still,
and pptpd-aaa is killed meanwhile.  PPTPD_OUTAGE is how many seconds that takes,
10 as a rule."""

import os
import signal
import time

import servers
import test_radius
from pptptest.points import Fail, check, ms, point
from test_scale import Call, Refused, each

HERE = os.path.dirname(os.path.abspath(__file__))
CALLS, ENDING, TRIES = 100, 20, 4
SECONDS = float(os.environ.get('PPTPD_OUTAGE', 10))
INTERIM = b'\xff\x03\x00\x21I'


def users():
    return ''.join('"user%d" Cleartext-Password := "password"\n'
                   '\tFramed-IP-Address = 10.64.%d.%d\n' %
                   (n, n // 250, n % 250 + 1) for n in range(CALLS + TRIES))


def begin(lab):
    run = test_radius.begin(
        lab, conf=[('ppp', HERE + '/scale_pppd'), ('connections', '300'),
                   ('remoteip', None), ('delegate', ''),
                   ('auth-penalty', '0')],
        lines=['timeout 1', 'tries 2', 'deadline 4', 'dead-time 2'])
    return run


def by_session(records):
    """(kind, record) of each session's, in their order, each kind once."""
    found = {}
    for record in records:
        mine = found.setdefault(record['Acct-Session-Id'][0], {})
        mine.setdefault(record['Acct-Status-Type'][0], record)
    return found


class Outage:
    def __init__(self, lab):
        self.lab = lab
        self.radius = servers.FreeRadius(lab, users())
        begin(lab)
        self.calls = [Call(n) for n in range(CALLS)]
        each(self.calls, Call.dial)
        self.wait(lambda kinds: 'Start' in kinds, CALLS, 'Start')

    def wait(self, fits, wanted, what, seconds=60):
        """Until so many sessions have these kinds of records; seconds."""
        took = self.lab.until(lambda: sum(
            1 for kinds in by_session(self.radius.records()).values()
            if fits(kinds)) == wanted, seconds)
        check(took is not None, '%d sessions with %s, not %d' % (
            sum(1 for k in by_session(self.radius.records()).values()
                if fits(k)), what, wanted))
        return took

    def all_work(self, when):
        lost = [c.user for c, fine in zip(
            self.calls, each(self.calls, Call.works)) if not fine]
        check(not lost, '%s: %d calls are lost: %s' %
              (when, len(lost), lost[:5]))

    def refused(self, number):
        """Whether a new client is not let in."""
        call = Call(number)
        try:
            call.dial()
        except (Refused, Fail):
            return True
        finally:
            call.hang_up()
        return False

    def meanwhile(self, end, disaster):
        """Logins fail, calls work, report and end; returns how many rounds."""
        ended, rounds = [], 0
        while time.monotonic() < end or rounds < 2:
            for call in self.calls:
                call.send(INTERIM)
            new = range(CALLS, CALLS + TRIES)
            check(all(each(new, self.refused)),
                  'somebody is let in without a RADIUS server')
            self.all_work('round %d' % rounds)
            if not ended:
                ended, self.calls = self.calls[:ENDING], self.calls[ENDING:]
                each(ended, Call.hang_up)
                disaster()
            rounds += 1
        return rounds


def outage(lab, disaster):
    o = Outage(lab)
    begun, unix = time.monotonic(), time.time()
    o.radius.freeze()
    rounds = o.meanwhile(begun + SECONDS, disaster)
    o.radius.freeze(False)
    took = time.monotonic() - begun
    stopped = o.wait(lambda kinds: 'Stop' in kinds, ENDING, 'Stop')
    o.wait(lambda kinds: 'Interim-Update' in kinds or 'Stop' in kinds, CALLS,
           'a report')
    o.all_work('afterwards')
    for kinds in by_session(o.radius.records()).values():
        order = list(kinds)
        check(order[0] == 'Start' and order[-1] == 'Stop' or
              'Stop' not in order, 'order: %s' % order)
        if 'Stop' in kinds:
            delay = int(kinds['Stop']['Acct-Delay-Time'][0])
            check(0 < delay <= time.time() - unix + 1, 'delay: %d' % delay)
    each(o.calls, Call.hang_up)
    o.wait(lambda kinds: 'Stop' in kinds, CALLS, 'Stop')
    return '%d calls, %.0f s without a RADIUS server, %d logins refused: no ' \
        'call is lost, %d Stop records are there %s after its return' % (
            CALLS, took, rounds * TRIES, ENDING, ms(stopped))


@point('outage-load', 'the RADIUS server stands still under a hundred calls: '
       'logins fail, no call is lost, and accounting is complete afterwards, '
       'in order, with Acct-Delay-Time', alone=True, limit=300, ptys=2048)
def outage_load(lab):
    return outage(lab, lambda: None)


@point('outage-killed', 'the same, and pptpd-aaa is killed meanwhile',
       alone=True, limit=300, ptys=2048)
def outage_killed(lab):
    def disaster():
        mark = lab.log.mark()
        os.kill(test_radius.services()[0].pid, signal.SIGKILL)
        check(lab.log.wait('AAA: serves pppd, with .*', 20, mark),
              'there is no new pptpd-aaa')
    return outage(lab, disaster)
