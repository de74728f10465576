"""What many points ask of a server and its calls."""

import time

from pptptest import pptp
from pptptest.lab import data, number_of, numbered
from pptptest.points import Fail, Skip, check, patience


def start(run):
    run.start(wait=False)
    check(run.listening(10), 'does not listen again within 10 s')


def needs_engine(run):
    if run.lab.until(run.engines, 10) is None:
        raise Skip('no process of its own serves the network')
    return run.engines()[0].pid


def next_engine(run, pid):
    """Whether there is an engine that is not this one."""
    return any(process.pid != pid for process in run.engines())


def settled(run, timeout=3.0):
    """Descriptors and processes of the server when they stop changing."""
    end = time.monotonic() + timeout
    seen = None
    while time.monotonic() < end:
        now = run.fds(), len(run.processes())
        if now == seen:
            return now
        seen = now
        time.sleep(0.15)  # look
    return seen


def sessions_left(run, count=0, timeout=5.0):
    """Waits until the server has no more than so many calls, with their
    slots and addresses; Fail if it keeps more."""
    check(run.lab.until(lambda: len(run.sessions()) <= count, timeout)
          is not None, '%d calls are left, not %d' % (len(run.sessions()),
                                                      count))


def goes_on(session, within=5.0, what='the call'):
    """Seconds until the call works again; Fail if it does not."""
    begin = time.monotonic()
    broken = 'no time'
    end = begin + within * patience()
    while time.monotonic() < end:
        broken = session.works(0.3)
        if broken is None:
            return time.monotonic() - begin
        if session.tcp.closed:
            break
    raise Fail('%s: %s; %s' % (what, broken, pptp.describe(
        session.tcp.seen[2:], session.tcp.closed or 'open')))


def ended(lab, session, mark=0, timeout=3.0):
    """The reason in the line that sums the call up."""
    line = lab.log.wait('CTRL: Call of client %s ended: .*' % session.address,
                        timeout, mark)
    check(line, 'no line sums the call up')
    return line.text.split(' octets, ')[-1]


def ready(session, until=0):
    """A call whose first packets, up to this number, are delivered."""
    for seq in range(until + 1):
        session.up(numbered(seq), seq=seq)
    session.seq = until + 1
    check(session.pppd.wait_frame(numbered(until), 2), 'the first packets '
          'are not delivered')
    return session


def texts(session):
    """Numbers of the numbered frames that pppd has, in order."""
    return [number_of(f) for _, f in session.pppd.frames
            if len(f) >= 8 and f[:4] == b'\xff\x03\x00\x21']


def settle(session, wanted, timeout=1.0):
    """Waits until pppd has the frame with this number, then a little."""
    session.pppd.wait_frame(numbered(wanted), timeout)
    time.sleep(0.05)  # quiet: a little more
    return texts(session)


def increasing(numbers):
    return all(a < b for a, b in zip(numbers, numbers[1:]))


def not_delivered(session, what, send, marker):
    """send() sends something that must not reach pppd with the next sequence
    number; a good packet with that number must still arrive."""
    send(session.seq)
    good = data(b'good after ' + what.encode())
    took = session.delivered(good, 2)
    check(session.tcp.echo(), '%s: connection lost' % what)
    for _, frame in session.pppd.frames:
        check(marker not in frame, '%s: reaches pppd' % what)
    check(took is not None, '%s: the next good packet is lost' % what)
    check(took < 0.2, '%s: the next good packet waits %.1f s' % (what, took))
