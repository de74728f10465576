"""How pppd is run: arguments, surroundings, end of life."""

import os
import re
import signal
import time

from pptptest import namespaces, pptp, server
from pptptest.calls import sessions_left
from pptptest.lab import CLIENT, OTHER, client, data
from pptptest.points import Skip, check, point
from pptptest.pptp import CCRQ, build

PLUGIN = '/usr/lib/pptpd/pptpd-logwtmp.so'
FIRST = '%s:10.0.0.200' % server.LOCAL
TAIL = ['remotenumber', CLIENT]


def arguments(lab, want, conf=(), args=(), address=CLIENT):
    """Starts a server so, makes a call and compares pppd's arguments."""
    lab.server(conf=list(conf), args=args)
    session = lab.call(address=address)
    got = session.pppd.argv
    check(got == want, 'pppd %s' % ' '.join(got))
    return 'pppd ' + ' '.join(got)


@point('A-1', 'arguments: local 115200 L:R ipparam C remotenumber C')
def a_1(lab):
    return arguments(lab, ['local', '115200', FIRST, 'ipparam', CLIENT] +
                     TAIL, [('option', None)])


@point('A-2', 'arguments with option and speed: local file F S L:R …')
def a_2(lab):
    return arguments(lab, ['local', 'file', server.OPTIONS, '57600', FIRST,
                           'ipparam', CLIENT] + TAIL, [('speed', '57600')])


def logwtmp_arguments(lab, want, conf):
    """As arguments(), with the plugin wherever this system keeps it."""
    if not any(os.path.exists(d + '/pptpd/pptpd-logwtmp.so')
               for d in ('/usr/lib', '/usr/lib64')):
        raise Skip('pptpd-logwtmp.so is not installed')
    lab.server(conf=conf)
    got = lab.call().pppd.argv
    shown = [re.sub(r'^/.*/pptpd/pptpd-logwtmp\.so$', PLUGIN, a)
             for a in got]
    check(shown == want, 'pppd ' + ' '.join(got))
    return 'pppd ' + ' '.join(got)


@point('A-3', 'arguments with logwtmp: … ipparam C plugin P '
       'pptpd-original-ip C remotenumber C')
def a_3(lab):
    return logwtmp_arguments(
        lab, ['local', 'file', server.OPTIONS, '57600', FIRST, 'ipparam',
              CLIENT, 'plugin', PLUGIN, 'pptpd-original-ip', CLIENT] + TAIL,
        [('speed', '57600'), ('logwtmp', '')])


@point('A-4', 'arguments with noipparam and logwtmp')
def a_4(lab):
    return logwtmp_arguments(
        lab, ['local', '115200', FIRST, 'plugin', PLUGIN,
              'pptpd-original-ip', CLIENT] + TAIL,
        [('option', None), ('noipparam', ''), ('logwtmp', '')])


@point('A-5', 'arguments with delegate: no addresses')
def a_5(lab):
    return arguments(lab, ['local', '115200', 'ipparam', CLIENT] + TAIL,
                     [('option', None), ('delegate', '')])


@point('A-6', 'arguments from the command line: -o, -s, -i')
def a_6(lab):
    return arguments(lab, ['local', 'file', server.OPTIONS, '9600', FIRST] +
                     TAIL, [('option', None)],
                     ['-o', server.OPTIONS, '-s', '9600', '-i'])


@point('A-7', 'a list of local addresses is dealt out pairwise')
def a_7(lab):
    lab.server(conf=[('localip', '10.9.0.1-3'),
                     ('remoteip', '10.9.1.7,10.9.1.1-2')])
    pairs = [lab.call(address=client(n)).pppd.argv[4] for n in (1, 2, 3)]
    check(pairs == ['10.9.0.1:10.9.1.7', '10.9.0.2:10.9.1.1',
                    '10.9.0.3:10.9.1.2'], ' '.join(pairs))
    return ' '.join(pairs)


@point('A-8', 'a new call gets the lowest free address')
def a_8(lab):
    run = lab.server()
    calls = [lab.call(address=client(n)) for n in (1, 2, 3)]
    calls[1].close()
    check(calls[1].pppd.wait_gone(3), 'pppd lives on')
    sessions_left(run, 2)
    got = lab.call(address=client(4)).pppd.argv[4]
    check(got == server.LOCAL + ':10.0.0.201', got)
    return got


@point('T-34', 'pppd inherits descriptors 0, 1, 2 only, an environment of '
       'PATH only, no blocked or ignored signals')
def t_34(lab):
    run = lab.server(env={'LANG': 'C', 'LD_LIBRARY_PATH': '/nowhere'})
    hello = lab.call().pppd.hello
    wrong = []
    fds = hello['fds']
    if set(fds) != {'0', '1', '2'}:
        wrong.append('descriptors ' + ', '.join(
            '%s %s' % (k, v) for k, v in sorted(fds.items())
            if k not in '012'))
    if not (fds.get('0', '').startswith('/dev/pts/') and
            fds.get('0') == fds.get('1')):
        wrong.append('0 and 1 are %s and %s' % (fds.get('0'), fds.get('1')))
    if fds.get('2', '').startswith('/dev/pts/'):
        wrong.append('2 is the line')
    extra = [e for e in hello['environ'] if not e.startswith('PATH=')]
    if extra:
        wrong.append('environment: ' + ' '.join(
            e.split('=')[0] for e in extra))
    status = hello['status']
    if int(status['SigBlk'], 16):
        wrong.append('blocked signals ' + status['SigBlk'])
    # Python ignores SIGPIPE and SIGXFSZ itself: see below.
    own = 1 << (signal.SIGPIPE - 1) | 1 << (signal.SIGXFSZ - 1)
    ignored = int(status['SigIgn'], 16) & ~own | pipe_ignored(lab, run)
    if ignored:
        wrong.append('ignored: ' + ' '.join(
            signal.Signals(n + 1).name for n in range(31)
            if ignored >> n & 1))
    if status.get('NoNewPrivs', '0') != '0' or \
            status.get('Seccomp', '0') != '0':
        wrong.append('NoNewPrivs %s, Seccomp %s' % (
            status.get('NoNewPrivs'), status.get('Seccomp')))
    if hello['cwd'] != '/':
        wrong.append('directory ' + hello['cwd'])
    check(not wrong, '; '.join(wrong))
    return 'clean, umask %03o' % hello['umask']


def pipe_ignored(lab, run):
    """Ignored signals among those that Python changes: asks a shell, which
    in turn changes others."""
    run.stop()
    lab.until(lambda: not run.processes(), 8)
    probe, out = '/run/conformance/probe', '/run/conformance/status'
    namespaces.write(probe, '#!/bin/sh\ncat /proc/$$/status >%s.new\n'
                     'mv %s.new %s\nexec cat >/dev/null\n' % (out, out, out))
    os.chmod(probe, 0o755)
    lab.server(conf=[('ppp', probe)])
    tcp = lab.control()
    tcp.call()
    check(lab.until(lambda: os.path.exists(out), 3), 'no pppd')
    for line in server.read(out).splitlines():
        if line.startswith('SigIgn:'):
            return int(line.split()[1], 16) & (
                1 << (signal.SIGPIPE - 1) | 1 << (signal.SIGXFSZ - 1) |
                1 << (signal.SIGINT - 1) | 1 << (signal.SIGQUIT - 1))
    return 0


@point('T-35', "nothing that the peer says enters pppd's arguments")
def t_35(lab):
    lab.server(conf=[('option', None)])
    evil = b'file /etc/shadow\nnoauth $(id) '
    session = lab.call(start=dict(host=evil, vendor=evil), phone=evil,
                       phone_len=len(evil), subaddress=evil)
    want = ['local', '115200', FIRST, 'ipparam', CLIENT] + TAIL
    check(session.pppd.argv == want, ' '.join(session.pppd.argv))
    return 'pppd ' + ' '.join(want)


@point('PP-1', "pppd's parent is pptpctrl with the title "
       '"pptpd [CLIENT:theirs - ours]"')
def pp_1(lab):
    lab.server()
    session = lab.call(call_id=0x00AB)
    parent = server.Process(session.pppd.hello['ppid'])
    title = parent.title.replace('\0', ' ').rstrip()
    check(parent.comm == 'pptpctrl', 'comm ' + parent.comm)
    want = 'pptpd [%s:%04X - %04X]' % (CLIENT, 0x00AB, session.theirs)
    check(title == want, 'title "%s", not "%s"' % (title, want))
    return title


@point('PP-2', "what pppd writes to its stderr is logged with the call's "
       'identity')
def pp_2(lab):
    lab.server()
    session = lab.call()
    mark = lab.log.mark()
    session.pppd.order(do='stderr', text="pppd: In file x: unrecognized "
                       "option 'mppe'\n")
    line = lab.log.wait(r".*unrecognized option 'mppe'.*", 2, mark)
    check(line, 'not in the log')
    check(CLIENT in line.text, 'without the client: ' + line.text)
    check(line.ident == 'pptpd', 'ident ' + line.ident)
    return line.text


@point('PP-3', "pppd's exit status is logged with the call's identity, in "
       'words')
def pp_3(lab):
    lab.server()
    session = lab.call()
    mark = lab.log.mark()
    session.pppd.exit(2)
    line = lab.log.wait(r'.*(pppd|PPP).*(exit|status|code)[a-z ]*2\b.*', 2,
                        mark)
    check(line, 'not in the log: ' + ' / '.join(
        line.text for line in lab.log.since(mark)))
    check(CLIENT in line.text, 'without the client: ' + line.text)
    check(re.search(r'option', line.text), 'without words: ' + line.text)
    return line.text


@point('PP-4', 'the address of a pppd that does not end is given to nobody '
       'else', waits=True)
def pp_4(lab):
    run = lab.server(conf=[('connections', '1'), ('remoteip', '10.0.0.200')])
    session = lab.call()
    session.pppd.ignore_everything()
    time.sleep(0.1)  # time: the stand-in has its order
    session.tcp.send(build(CCRQ, call_id=session.mine))
    time.sleep(1)  # quiet: the end of that call
    tcp = lab.connect(OTHER)
    got = tcp.start(timeout=2)
    if got and got.result == 1:
        got = tcp.call(timeout=2)
        check(got is None or got.result != 1, 'address dealt out twice')
    tcp.close()
    check(session.pppd.wait_gone(14), 'pppd is still there 14 s later, and '
          'its slot with it')
    sessions_left(run)
    again = lab.call(address=OTHER)
    check(again.pppd.argv[4].endswith('10.0.0.200'), again.pppd.argv[4])
    return 'refused until pppd was gone, then given to the next'


@point('PP-5', 'a pppd that ends by itself at the hang-up gets no signal',
       waits=True)
def pp_5(lab):
    lab.server()
    session = lab.call()
    session.pppd.order(do='hangup', then={'exit': 16, 'delay': 3})
    session.tcp.send(build(CCRQ, call_id=session.mine))
    check(session.pppd.wait_hangup(2), 'not hung up')
    check(session.pppd.wait_gone(6), 'does not end')
    # HUP is what a terminal does to whom it controls.
    signals = [n for n, _ in session.pppd.signals if n != signal.SIGHUP]
    check(not signals, 'signals %s' % signals)
    return '3 s for its scripts, no signal'


@point('PP-6', 'a call whose pppd ends at once: the client is told within '
       '1 s, the server goes on')
def pp_6(lab):
    lab.server()
    lab.theatre.begin = lambda puppet: puppet.exit(1)
    tcp = lab.control()
    tcp.send(build(pptp.OCRQ, call_id=5))
    begin = time.monotonic()
    got = tcp.drain(1.5)
    kinds = [m.type for m in got]
    told = pptp.CDN in kinds or (got and got[0].result != 1)
    check(told, pptp.describe(got, tcp.closed or 'open'))
    check(got[-1].when - begin < 1, 'late')
    lab.theatre.begin = None
    lab.call().needs('the next call')
    return pptp.describe(got, tcp.closed)


@point('PP-7', 'GRE is carried for a pppd that starts slowly')
def pp_7(lab):
    lab.server()
    started = []
    lab.theatre.begin = started.append          # says nothing yet
    session = lab.call(greeting=False)
    session.up(data(b'early'))
    time.sleep(1)  # time: pppd starts slowly
    started[0].send(*lab.theatre.greeting)
    check(session.pppd.wait_frame(data(b'early'), 3), 'lost')
    check(session.down(2), 'nothing from pppd')
    return 'carried'
