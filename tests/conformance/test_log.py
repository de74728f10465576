"""Log lines that other tools read."""

import re
import time

from pptptest import logsink, pptp
from pptptest.lab import CLIENT, OTHER
from pptptest.points import check, point
from pptptest.pptp import CCRQ, STOPRQ, build


def line(lab, pattern, level, mark=0, timeout=2.0):
    """The line with exactly this text; checks level, facility, ident."""
    got = lab.log.wait(pattern, timeout, mark)
    check(got, 'no line "%s"' % pattern.replace('\\', ''))
    check(got.level == level, 'level %d: %s' % (got.level, got.text))
    check(got.facility == logsink.DAEMON, 'facility %d' % got.facility)
    check(got.ident == 'pptpd' and got.pid, '%s[%d]' % (got.ident, got.pid))
    return got


CLIENT_RE = re.escape(CLIENT)


@point('L-1', '"CTRL: Client C control connection started" and "finished"')
def l_1(lab):
    lab.server()
    session = lab.call()
    begun = line(lab, 'CTRL: Client %s control connection started'
                 % CLIENT_RE, logsink.INFO)
    session.tcp.send(build(STOPRQ))
    ended = line(lab, 'CTRL: Client %s control connection finished'
                 % CLIENT_RE, logsink.INFO)
    check(begun.pid == ended.pid, 'from processes %d and %d' % (begun.pid,
                                                                ended.pid))
    return 'pid %d, pppd %d' % (begun.pid, session.pppd.pid)


@point('L-2', '"started" comes from the process whose child pppd is, so that '
       "its pid is near pppd's")
def l_2(lab):
    lab.server()
    session = lab.call()
    begun = line(lab, 'CTRL: Client %s control connection started'
                 % CLIENT_RE, logsink.INFO)
    check(begun.pid == session.pppd.hello['ppid'],
          'from %d, pppd is %d, its parent %d' % (
              begun.pid, session.pppd.pid, session.pppd.hello['ppid']))
    check(0 < session.pppd.pid - begun.pid < 10, '%d before pppd %d' % (
        begun.pid, session.pppd.pid))
    return '%d, pppd %d' % (begun.pid, session.pppd.pid)


@point('L-3', '"CTRL: Starting call (launching pppd, opening GRE)"')
def l_3(lab):
    lab.server()
    lab.call()
    return line(lab, re.escape('CTRL: Starting call (launching pppd, opening '
                               'GRE)'), logsink.INFO).text


@point('L-4', '"MGR: Manager process started" and "MGR: Maximum of N '
       'connections available"')
def l_4(lab):
    lab.server(conf=[('connections', '5')])
    line(lab, 'MGR: Manager process started', logsink.INFO)
    return line(lab, 'MGR: Maximum of 5 connections available',
                logsink.INFO).text


@point('L-5', '"MGR: Maximum of 100 connections reduced to 21, not enough IP '
       'addresses given"')
def l_5(lab):
    lab.server()
    line(lab, 'MGR: Maximum of 100 connections reduced to 21, not enough IP '
         'addresses given', logsink.INFO)
    return line(lab, 'MGR: Maximum of 21 connections available',
                logsink.INFO).text


@point('L-6', '"MGR: No free connection slots or IPs - no more clients can '
       'connect!"')
def l_6(lab):
    lab.server(conf=[('connections', '1'), ('remoteip', '10.0.0.200')])
    lab.call()
    tcp = lab.connect(OTHER)
    if tcp.start(timeout=1):
        tcp.try_send(build(pptp.OCRQ))
    return line(lab, re.escape('MGR: No free connection slots or IPs - no '
                               'more clients can connect!'),
                logsink.ERR).text


@point('L-7', '"CTRL: Reaping child PPP[PID]", without debug too')
def l_7(lab):
    lab.server()
    session = lab.call()
    session.tcp.send(build(STOPRQ))
    return line(lab, r'CTRL: Reaping child PPP\[%d\]' % session.pppd.pid,
                logsink.DEBUG).text


@point('L-8', 'an ordinary hang-up by the client logs no error and no '
       'warning')
def l_8(lab):
    lab.server()
    wrong = []
    for way in ('StopCCRQ', 'FIN', 'CCRQ'):
        session = lab.call()
        mark = lab.log.mark()
        if way == 'StopCCRQ':
            session.tcp.send(build(STOPRQ))
        elif way == 'CCRQ':
            session.tcp.send(build(CCRQ, call_id=session.mine))
            session.tcp.expect(STOPRQ, 1)
            session.tcp.try_send(build(pptp.STOPRP))
        else:
            session.tcp.close()
        lab.log.wait('CTRL: Client .* control connection finished', 3, mark)
        time.sleep(0.1)  # quiet: lines
        lines = lab.log.since(mark, logsink.WARNING)
        wrong += ['%s: %s' % (way, line.text) for line in lines]
    check(not wrong, '%d lines: %s' % (len(wrong), '; '.join(wrong[:3])))
    return 'none'


@point('L-9', 'each call ends with one line: client, addresses, duration, '
       'octets, reason')
def l_9(lab):
    lab.server()
    session = lab.call()
    session.needs()
    mark = lab.log.mark()
    session.tcp.send(build(STOPRQ))
    got = lab.log.wait('(?i).*%s.*10\\.0\\.0\\.200.*' % CLIENT_RE, 3, mark)
    check(got, 'no such line: ' + ' / '.join(
        line.text for line in lab.log.since(mark)))
    check(re.search(r'\d+ ?s|sec|min|\d+:\d\d', got.text) and
          re.search(r'(?i)octet|byte', got.text) and
          len(re.findall(r'\d+', got.text)) >= 11, got.text)
    return got.text


@point('L-10', 'the whole log of a call has the ident pptpd with a pid and '
       'the facility DAEMON')
def l_10(lab):
    run = lab.server(args=['--debug'])
    session = lab.call()
    session.needs()
    session.pppd.exit(0)
    session.tcp.drain(0.5)
    run.stop()
    lines = lab.log.since()
    for got in lines:
        check(got.ident == 'pptpd' and got.pid and
              got.facility == logsink.DAEMON, repr(got.raw))
        check('\n' not in got.text, repr(got.raw))
    return '%d lines' % len(lines)
