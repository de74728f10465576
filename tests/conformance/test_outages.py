"""What others lose: a NAT its table, a RADIUS server its power, a script its
way.  Fl-n are the numbers of these faults; D-19 and T-9b ask what is left
behind by many clients."""

import os
import signal
import time

from pptptest import namespaces, puppet, server
from pptptest.calls import sessions_left, settled
from pptptest.lab import OTHER, client, data, many
from pptptest.points import Skip, check, ms, point


@point('Fl-14', 'a NAT forgets a client: its GRE from another address counts '
       'for nothing, a RST ends the call, dialling again works at once')
def fl_14(lab):
    lab.server()
    session, other = lab.call(call_id=0x3333), lab.call(address=OTHER)
    stray = data(b'from another address')
    elsewhere = lab.gre(client(9))
    elsewhere.send(session.theirs, seq=session.seq, payload=stray)
    check(session.pppd.wait_frame(stray, 0.5) is None, 'delivered')
    elsewhere.close()
    session.needs('the call, after GRE from another address')
    session.tcp.reset()
    check(session.pppd.wait_hangup(2), 'pppd is not hung up after RST')
    begin = time.monotonic()
    lab.call(call_id=0x3333).needs('the new call')
    took = time.monotonic() - begin
    other.needs('another call')
    return 'dialled again in ' + ms(took)


CLIENTS = 15
OUTAGE = [('remoteip', '10.0.0.200-215'), ('auth-timeout', '4')]


def outage(lab):
    """As with a RADIUS server that gives no answer: pppd speaks of the link
    and waits; who is served meanwhile?  Ends when all addresses but one are
    free again."""
    old = lab.call(address=OTHER)
    lab.theatre.greeting = (puppet.LCP,)
    calls = [lab.call(address=client(10 + n)) for n in range(CLIENTS)]
    worst = max(lab.serves(client(100 + n)) for n in range(5))
    old.needs('a call from before')
    for call in calls:
        check(call.pppd.wait_gone(12), 'a pppd is still there')
    sessions_left(lab.running, 1)
    lab.theatre.greeting = puppet.GREETING
    return old, worst


@point('Fl-15', 'no authentication gets an answer: connections are taken at '
       'once, calls go on, auth-timeout gives the addresses back', waits=True)
def fl_15(lab):
    lab.server(conf=OUTAGE)
    old, worst = outage(lab)
    for number in range(CLIENTS):
        lab.call(address=client(30 + number))
    old.needs('a call from before')
    return 'newcomers are served within ' + ms(worst)


@point('Fl-17', 'authentications get answers again: the same clients are in '
       'at once, without a restart', waits=True)
def fl_17(lab):
    lab.server(conf=OUTAGE)
    old, _ = outage(lab)
    begin = time.monotonic()
    for number in range(CLIENTS):
        lab.call(address=client(10 + number)).needs('client %d' % number)
    took = time.monotonic() - begin
    old.needs('a call from before')
    return '%d clients are in after %.1f s' % (CLIENTS, took)


@point('Fl-22', 'a script that hangs, and outlives its pppd, holds up nobody '
       'else', waits=True)
def fl_22(lab):
    path = '/run/conformance/hanging'
    namespaces.write(path, '#!/bin/sh\n'
                     'sh -c "trap : HUP TERM; sleep 600; sleep 600" &\n'
                     'echo $! >%s.pid\nexec %s "$@"\n' % (path, lab.pppd))
    os.chmod(path, 0o755)
    lab.server(conf=[('remoteip', '10.0.0.200-201'), ('ppp', path)])
    session = lab.call()
    script = int(server.read(path + '.pid'))
    other = lab.call(address=OTHER)
    session.tcp.close()
    check(session.pppd.wait_gone(12), 'pppd is still there')
    other.needs('another call')
    check(server.Process(script).alive(), 'the script has ended')
    sessions_left(lab.running, 1)
    again = lab.call(address=client(3))
    again.needs('the next call')
    check(again.pppd.argv[4] == session.pppd.argv[4], again.pppd.argv[4])
    os.kill(script, signal.SIGKILL)
    return 'its address is given to the next one'


@point('D-19', 'what the engine can take of the memory has an end')
def d_19(lab):
    run = lab.server()
    lab.call()
    if lab.sanitized:
        raise Skip('sanitizers take more')
    ends = []
    for engine in run.engines() or run.processes():
        for line in server.read('/proc/%d/limits' % engine.pid).splitlines():
            if line.startswith(('Max data size', 'Max address space')):
                ends.append(line.split()[-2])
    ends = [int(end) for end in ends if end != 'unlimited']
    check(ends, 'it has none')
    return '%d MiB' % (min(ends) >> 20)


@point('T-9b', '1,000 calls come and go: descriptors, processes and memory '
       'are what they were', slow=True, limit=240)
def t_9b(lab):
    run = lab.server(conf=lab.cheap_pppd() + [
        ('remoteip', '10.0.1.1-250'), ('connections', '250')])

    def calls(first, count):
        for number in range(first, first + count):
            with lab.control(many(number)) as tcp:
                got = tcp.call(timeout=10)
                check(got and got.result == 1, 'call %d: %s' % (number, got))

    def look():
        sessions_left(run, timeout=20)
        return settled(run)

    calls(0, 50)                # what is kept for later is there by now
    before, memory = look(), run.memory()
    calls(50, 1000)
    after, grown = look(), run.memory() - memory
    check(after == before, 'descriptors and processes %d and %d, before %d '
          'and %d' % (after + before))
    # Tables of addresses fill: it is a thousand clients.
    check(grown < 2048, '%d KiB more' % grown)
    return '%d descriptors, %d processes, %d KiB more' % (after + (grown,))
