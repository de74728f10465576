"""SIGHUP: the configuration is read again while calls go on."""

import os
import signal
import socket
import time

from pptptest import logsink, namespaces, server
from pptptest.calls import goes_on, needs_engine, sessions_left
from pptptest.lab import OTHER, client
from pptptest.points import check, ms, point
from pptptest.pptp import OCRP, OCRQ, build


def address(session):
    """What pppd was told to give the client."""
    return session.pppd.argv[4].split(':')[1]


def calls(lab, first, last):
    """Calls of the clients with these numbers, in that order."""
    return [lab.call(address=client(n)) for n in range(first, last + 1)]


def busy(lab, number):
    """Fails unless a client is told that there is no room for it."""
    tcp = lab.control(client(number))
    got = tcp.call(timeout=2)
    check(got and got.result == 4, 'one more client gets %s' % got)
    tcp.close()


def ends(lab, session):
    """The call ends, and its slot comes back."""
    mark, calls = lab.log.mark(), len(lab.running.sessions())
    session.close()
    check(lab.log.wait('CTRL: Client .* control connection finished', 5,
                       mark), 'the call does not end')
    sessions_left(lab.running, calls - 1)


def taken(line):
    check(line.level == logsink.INFO, line.text)


def refused(line, *parts):
    check(line.level == logsink.ERR, 'not refused: ' + line.text)
    for part in parts:
        check(part in line.text, 'not named: %s: %s' % (part, line.text))


@point('Fl-7', 'SIGHUP with a broken configuration: the error is logged, '
       'everything goes on')
def fl_7(lab):
    run = lab.server()
    session = lab.call()
    namespaces.write(server.CONF, 'localip 10.0.0.300-500\nremoteip x-y\n'
                     'ppp /nonexistent\n')
    mark = lab.log.mark()
    run.signal(signal.SIGHUP)
    lab.log.wait('.*' + server.CONF + ':2: .*', 5, mark)
    check(run.alive(), 'the daemon is dead (status %s)' % run.wait_exit(0))
    session.needs()
    lab.call(address=OTHER).needs('a new call')
    lines = lab.log.since(mark, logsink.ERR)
    check(lines, 'nothing in the log')
    check(len(lines) == 1 and server.CONF + ':2: ' in lines[0].text,
          'not one line that names the place: %s' % lines)
    return lines[0].text


@point('Fl-7b', 'SIGHUP with the same configuration, twice: everything goes '
       'on')
def fl_7b(lab):
    run = lab.server()
    session = lab.call()
    run.signal(signal.SIGHUP)
    run.signal(signal.SIGHUP)
    check(lab.log.wait('.*configuration read again.*', 5), 'not read')
    check(run.alive(), 'the daemon is dead (status %s)' % run.wait_exit(0))
    session.needs()
    other = lab.call(address=OTHER)
    other.needs('a new call')
    check(other.pppd.argv[4] != session.pppd.argv[4], 'address given twice')
    return 'goes on'


@point('Fl-7c', 'SIGHUP with another configuration: one line, nothing happens to '
       'calls, and what it says holds for new ones')
def fl_7c(lab):
    run = lab.server()
    session = lab.call()
    mark = lab.log.mark()
    line = run.reload([('speed', '9600'), ('noipparam', ''),
                       ('stimeout', '1'), ('max-per-ip', '1')])
    taken(line)
    info = lab.log.since(mark, logsink.INFO)
    check(len(info) == 1, 'not one line: %s' % info)
    session.needs()
    other = lab.call(address=OTHER)
    other.needs('a new call')
    check('9600' in other.pppd.argv and 'ipparam' not in other.pppd.argv,
          'pppd is started as before: ' + ' '.join(other.pppd.argv))
    got = lab.control(OTHER).call(timeout=2)
    check(got and got.result != 1, 'max-per-ip is not kept')
    silent = lab.connect(client(9))
    check(silent.wait_closed(3), 'stimeout is not kept')
    return line.text


@point('Fl-7d', 'SIGHUP with another listen address: new clients come in there '
       'only, calls of before go on')
def fl_7d(lab):
    run = lab.server()
    first = lab.call()
    for to, closed in ((namespaces.SERVER2, namespaces.SERVER),
                       (namespaces.SERVER, namespaces.SERVER2), (None, None)):
        taken(run.reload([('listen', to)] if to else []))
        for _ in range(20):
            lab.control(OTHER, to or namespaces.SERVER2).close()
        lab.call(address=OTHER, to=to or namespaces.SERVER2).needs(
            'a call to ' + (to or 'any'))
        if closed:
            try:
                lab.connect(OTHER, closed)
            except OSError:
                continue
            check(False, 'still listens on ' + closed)
    first.needs()
    os.kill(run.engines()[0].pid, signal.SIGKILL)
    check(lab.until(lambda: lab.connect(OTHER, namespaces.SERVER2).start(),
                    5) is not None, 'the next engine does not listen')
    return 'four addresses, one call'


@point('Fl-7e', 'SIGHUP with a listen address that is not to be had: nothing '
       'changes')
def fl_7e(lab):
    run = lab.server([('listen', namespaces.SERVER)])
    session = lab.call()
    text = run.configure([('listen', '192.0.2.77'), ('speed', '9600')])
    number = text.split('\n').index('listen 192.0.2.77') + 1
    line = run.reload(raw=text)
    refused(line, '%s:%d: listen' % (server.CONF, number), '192.0.2.77')
    session.needs()
    other = lab.call(address=OTHER)
    check('9600' not in other.pppd.argv, 'a part of it has changed')
    return line.text


@point('Fl-7f', 'SIGHUP with a file that is gone, a name that no server '
       'resolves, options that cannot be read: nothing changes, within 6 s',
       waits=True)
def fl_7f(lab):
    run = lab.server()
    session = lab.call()
    os.unlink(server.CONF)
    mark = lab.log.mark()
    run.signal(signal.SIGHUP)
    check(lab.log.wait('.*configuration not changed.*' + server.CONF + '.*',
                       2, mark), 'the lost file is not named')
    refused(run.reload([('option', '/nonexistent/options')]), 'option',
            '/nonexistent/options')
    # A name server that does not answer.
    deaf = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    deaf.bind((client(53), 53))
    namespaces.write('/run/conformance/resolv.conf',
                     'nameserver %s\n' % client(53))
    namespaces.write('/run/conformance/nsswitch.conf', 'hosts: files dns\n')
    for name in ('resolv.conf', 'nsswitch.conf'):
        namespaces.bind('/run/conformance/' + name, '/etc/' + name)
    begin = time.monotonic()
    line = run.reload([('listen', 'vpn.example.org')])
    took = time.monotonic() - begin
    refused(line, 'listen', 'vpn.example.org')
    check(took < 6, 'busy with a name for ' + ms(took))
    deaf.setblocking(False)
    try:
        deaf.recv(512)
    except BlockingIOError:
        check(False, 'the name server was not asked: ' + line.text)
    session.needs()
    lab.call(address=OTHER).needs('a new call')
    taken(run.reload([]))
    return '%.1f s for a name' % took


@point('Fl-7g', 'SIGHUP while clients come and go: none is lost')
def fl_7g(lab):
    run = lab.server([('remoteip', '10.0.0.100-220')])
    up = []
    for number in range(1, 31):
        tcp = lab.control(client(number))
        tcp.send(build(OCRQ, call_id=number))
        if number % 3 == 0:
            run.configure([('remoteip', '10.0.0.%d-220' % (100 + number)),
                           ('connection-rate', str(1000 + number))])
            run.signal(signal.SIGHUP)
        up.append(tcp)
    for number, tcp in enumerate(up, 1):
        got = tcp.expect(OCRP, 3)
        check(got and got.result == 1, 'client %d: %s' % (number, got))
    check(lab.theatre.wait(30), 'not 30 pppds')
    given = sorted(p.argv[4].split(':')[1] for p in lab.theatre.puppets)
    check(len(set(given)) == len(given) == 30, 'given: ' + ' '.join(given))
    return '30 calls'


@point('Fl-7h', 'SIGHUP with another number of engines: calls go on, and each '
       'engine gets its share', waits=True)
def fl_7h(lab):
    run = lab.server()
    needs_engine(run)
    session = lab.call()
    for count in (3, 2, 1):
        old = [p.pid for p in run.engines()]
        taken(run.reload([('engines', str(count))] if count > 1 else []))
        check(lab.until(lambda: len(run.engines()) == count and not
                        set(old) & {p.pid for p in run.engines()}, 10)
              is not None, '%d engines, not %d' % (len(run.engines()), count))
        goes_on(session)
        for number in range(4):
            lab.call(address=client(10 * count + number)).needs('a new call')
    return '1, 3, 2, 1'


@point('Fl-8', 'SIGHUP that takes addresses away: calls above the limit stay, '
       'no new one before there are fewer')
def fl_8(lab):
    run = lab.server([('remoteip', '10.0.0.200-203')])
    up = calls(lab, 1, 4)
    check([address(c) for c in up] == ['10.0.0.%d' % n for n in
                                       range(200, 204)], 'not in order')
    taken(run.reload([('remoteip', '10.0.0.200-201')]))
    for session in up:
        session.needs()
    busy(lab, 9)
    ends(lab, up[0])
    ends(lab, up[2])
    busy(lab, 9)                        # .201 and .203 live
    ends(lab, up[3])
    again = lab.call(address=client(9))
    check(address(again) == '10.0.0.200', 'given: ' + address(again))
    busy(lab, 10)
    up[1].needs()
    return 'two of four left for one newcomer'


@point('Fl-8b', 'SIGHUP with a smaller connections, then a larger one')
def fl_8b(lab):
    run = lab.server()
    up = calls(lab, 1, 3)
    taken(run.reload([('connections', '2')]))
    ends(lab, up[0])
    busy(lab, 9)
    taken(run.reload([('connections', '3')]))
    again = lab.call(address=client(9))
    check(address(again) == address(up[0]), address(again))
    busy(lab, 10)
    for session in up[1:] + [again]:
        session.needs()
    return 'limits of 2 and 3'


@point('Fl-8c', 'SIGHUP with other addresses, with delegate, and back: none is '
       'given to two calls, and what was taken away does not come back')
def fl_8c(lab):
    run = lab.server([('remoteip', '10.0.0.200-205')])
    up = calls(lab, 1, 3)
    taken(run.reload([('remoteip', '10.0.0.202-209'),
                      ('localip', '10.0.0.3')]))
    up += calls(lab, 4, 5)
    check([address(c) for c in up[3:]] == ['10.0.0.203', '10.0.0.204'] and
          up[3].pppd.argv[4].startswith('10.0.0.3:'),
          ' '.join(c.pppd.argv[4] for c in up))
    ends(lab, up[0])                    # .200, which is no longer ours
    up[0] = lab.call(address=client(6))
    check(address(up[0]) == '10.0.0.205', address(up[0]))
    taken(run.reload([('delegate', '')]))
    free = lab.call(address=client(7))
    check(not any(':' in word for word in free.pppd.argv),
          'with delegate: ' + ' '.join(free.pppd.argv))
    taken(run.reload([('remoteip', '10.0.0.200-209')]))
    up += calls(lab, 8, 11)
    busy(lab, 12)
    given = [address(c) for c in up]
    check(len(set(given)) == len(given), 'twice: ' + ' '.join(given))
    for session in up + [free]:
        session.needs()
    return '%d calls' % (len(up) + 1)
