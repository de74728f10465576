"""0 means that a limit is off, each by itself; call-rate-per-ip, which allows
a burst of 1,000, has a unit test of its own.  (accel-ppp once ended sessions
at the first missing echo when 0 was to mean never.)  To know that the
question is a good one, each is asked with a small limit first."""

import subprocess
import time

from pptptest import namespaces, pptp, server
from pptptest.lab import client, many
from pptptest.points import check, point
from pptptest.pptp import ECHORP, ECHORQ, build

CHAP_FAILURE = bytes.fromhex('ff03c223' '04010004')


def served(lab, address):
    """Whether a newcomer from there gets a call; its connection."""
    try:
        tcp = lab.connect(address, timeout=3)
        got = tcp.start(timeout=3)
        if got and got.result == 1:
            got = tcp.call(timeout=3)
        return bool(got) and got.result == 1
    except (OSError, pptp.Closed):
        return False


def burst(lab, count, address):
    """How many of so many newcomers, as quick as can be, get a call."""
    return sum(served(lab, address(n)) for n in range(count))


def calls_of_one(lab):
    return burst(lab, 4, lambda n: client(1)) == 4


def quick(lab, address):
    """Eight calls, all served, in less than half of what one a second
    takes."""
    begin = time.monotonic()
    return burst(lab, 8, address) == 8 and time.monotonic() - begin < 3


def many_of_one(lab):
    """Three hundred connections of one address, where 200 may come at
    once."""
    for _ in range(300):
        try:
            tcp = lab.connect(client(1), timeout=3)
            if not tcp.start(timeout=3):
                return False
        except (OSError, pptp.Closed):
            return False
    return True


def quick_of_many(lab):
    return quick(lab, many)


def silent(lab, count, address):
    """Whether so many connections that say nothing stay."""
    crowd = []
    for number in range(count):
        try:
            crowd.append(lab.connect(address(number), timeout=2))
        except OSError:
            return False
    time.sleep(0.5)  # quiet: an end of one of them
    return all(not tcp.drain(0.001) and not tcp.closed for tcp in crowd) and \
        served(lab, address(0))


def silent_of_one(lab):
    """They may stay, since a newcomer closes the oldest of them; then it is
    the log that knows of the limit."""
    mark = lab.log.mark()
    return silent(lab, 120, lambda n: client(1)) and \
        not lab.log.find(r'.*\(max-unauth-per-ip\).*', mark)


def silent_of_many(lab):
    return silent(lab, 200, many)


def waits_without_call(lab):
    return not ends(lab.control())


def ends(tcp):
    """Whether the server takes its leave within 2.5 s."""
    said = [m.type for m in tcp.drain(2.5)]
    return bool(tcp.closed) or pptp.CDN in said or pptp.STOPRQ in said


def waits_without_authentication(lab):
    lab.theatre.greeting = lab.theatre.greeting[:1]
    return not ends(lab.call().tcp)


def after_failures(lab):
    """A client that has failed four times is served at once."""
    lab.theatre.greeting = lab.theatre.greeting[:1]
    for _ in range(4):
        try:
            session = lab.call()
        except Exception:
            return False
        session.pppd.send(CHAP_FAILURE)
        session.pppd.exit(11)
        session.tcp.expect(pptp.CDN, 3)
        session.close()
    return served(lab, client(1))


def messages(lab):
    """Four hundred Echo-Requests are answered within three seconds."""
    tcp = lab.control()
    for number in range(400):
        if not tcp.try_send(build(ECHORQ, ident=number)):
            return False
    return sum(m.type == ECHORP for m in tcp.drain(3)) == 400


def lines(lab):
    """Thirty clients that make mistakes have a line each."""
    mark = lab.log.mark()
    for _ in range(30):
        tcp = lab.connect()
        tcp.send(build(pptp.SCCRQ, cookie=0))
        tcp.wait_closed(3)
        tcp.close()
    lab.until(lambda: False, 0.5)
    said = [line.text for line in lab.log.since(mark, 4)
            if '198.51.100.1' in line.text and 'suppressed' not in line.text]
    return len(said) >= 30


def stays(lab):
    """A call outlives a server that is told to go."""
    session = lab.call()
    lab.running.stop()
    return session.tcp.wait_closed(3) is None


LIMITS = [
    ('max-per-ip', '2', calls_of_one),
    ('max-unauth', '20', silent_of_many),
    ('max-unauth-per-ip', '20', silent_of_one),
    ('connection-rate', '1', quick_of_many),
    ('connection-rate-per-ip', '1', many_of_one),
    ('call-rate', '1', quick_of_many),
    ('call-timeout', '1', waits_without_call),
    ('auth-timeout', '1', waits_without_authentication),
    ('auth-penalty', '30', after_failures),
    ('message-rate', '10', messages),
    ('log-rate', '5', lines),
]


def one_limit(name, small, question):
    @point('N-30' + chr(ord('a') + [row[0] for row in LIMITS].index(name)),
           '%s 0 is no limit (and %s is one)' % (name, small), waits=True,
           limit=90)
    def limit(lab):
        extra = [('stimeout', '60'), ('remoteip', '10.0.0.1-100')] + \
            lab.cheap_pppd()
        if question in (waits_without_authentication, after_failures, stays):
            extra = extra[:2]
        # Only one of them is the question.
        extra += [(other, '0') for other in ('max-unauth-per-ip',
                  'connection-rate-per-ip', 'call-rate-per-ip')
                  if other != name]
        run = lab.server(conf=extra + [(name, small)])
        check(not question(lab), '%s: the question proves nothing' % small)
        run.signal(2)
        check(run.wait_exit(15) is not None, 'it does not end')
        greeting = lab.theatre.greeting
        lab.server(conf=extra + [(name, '0')])
        lab.theatre.greeting = greeting
        check(question(lab), '0 is a limit')
        return 'with %s it is' % small


for row in LIMITS:
    one_limit(*row)


@point('N-31', 'restart-grace 0 ends the calls with the server')
def n_31(lab):
    lab.server(conf=[('restart-grace', '60')])
    check(stays(lab), '60: the call ends with the server')
    lab.running.start()
    lab.running.signal(2)
    lab.running.wait_exit(15)
    lab.server(conf=[('restart-grace', '0')])
    check(not stays(lab), 'the call stays')
    return 'so it does'


@point('N-32', 'an address that is none is an error, and never 0.0.0.0')
def n_32(lab):
    namespaces.write(server.OPTIONS, server.SECURE)
    for value in ('300.1.1.1', '1.2.3.4.5', '0x', 'nobody.invalid', ''):
        namespaces.write(server.CONF, 'listen %s\noption %s\n' % (
            value, server.OPTIONS))
        done = subprocess.run([lab.binary, '--check', '-c', server.CONF],
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        text = done.stdout.decode()
        check(done.returncode == 1, 'listen %s: exit %d, %s' % (
            value, done.returncode, text))
        check('%s:1' % server.CONF in text, 'no line is named: %s' % text)
    return 'five refused'


@point('N-33', "vrf and -V of VRF builds: named, with what to do instead")
def n_33(lab):
    namespaces.write(server.OPTIONS, server.SECURE)
    namespaces.write(server.CONF, 'vrf red\noption %s\n' % server.OPTIONS)
    done = subprocess.run([lab.binary, '--check', '-c', server.CONF],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = done.stdout.decode()
    check('%s:1: ' % server.CONF in text and 'ip vrf exec red' in text,
          '--check: %s' % text)
    done = subprocess.run([lab.binary, '-V', 'red', '-f'],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    check(done.returncode == 1 and b"invalid option -- 'V'" in done.stdout,
          '-V: exit %d, %s' % (done.returncode, done.stdout[:200]))
    return [l for l in text.splitlines() if 'vrf exec' in l][0]
