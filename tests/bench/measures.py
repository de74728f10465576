"""What is measured: each run starts a server, loads it, returns figures."""
import os
import statistics
import time

import lab
from pptptest import clients, gre, puppet
from server import Failed, Server

LESS, MORE = 'less', 'more'


class Metric:
    def __init__(self, name, title, unit, better=LESS):
        self.name, self.title, self.unit = name, title, unit
        self.better = better


class Run:
    """One kind of run; its figures come from one server's lifetime."""

    def __init__(self, name, func, metrics, asked=False, **args):
        self.name, self.func, self.args = name, func, args
        self.asked = asked      # only if asked for, and of the last server
        self.metrics = [Metric(name + suffix, *rest)
                        for suffix, *rest in metrics]

    def __call__(self, spec, acct, opt):
        """Figures by name, and notes; figures not asked for are left out."""
        values, notes = self.func(spec, acct, opt, **self.args)
        values = {self.name + suffix: v for suffix, v in values.items()}
        return {m.name: values[m.name] for m in self.metrics}, notes


def notes_of(result):
    """What a server did to frames that nobody asked it to do; overrun: what
    the load client's socket could not hold."""
    return {k: result[k] for k in ('bad', 'late', 'lost', 'stalls', 'overrun')
            if result.get(k)}


# --- call set-up ------------------------------------------------------------

def setup(spec, acct, opt, parallel, chunk, silent=0):
    """CPU per call (us), calls per second, slowest set-up (ms)."""
    with Server(spec, acct, opt, connections=200) as server:
        client = server.client(addresses=max(parallel, 16))
        client.ask('loops', calls=8, parallel=min(parallel, 4), ms=30000)
        server.rest()
        done = failed = ns = slowest = 0
        reason = ''
        before = server.cpu()
        while ns < opt.seconds * 1e9 and not (silent and done):
            r = client.ask('loops', calls=chunk, parallel=parallel,
                           silent=silent, ms=60000)
            done, failed, ns = done + r['done'], failed + r['failed'], \
                ns + r['ns']
            slowest = max(slowest, r['ocrp']['max'])
            reason = reason or r['reason']
            if not r['done']:
                raise Failed('no call came up: %s' % r['reason'])
        server.rest()
        used = server.cpu() - before
    return ({'.cpu': used / done / 1e3, '.rate': done / ns * 1e9,
             '.slowest': slowest / 1e6},
            {'calls failed': failed, 'reason': reason} if failed else {})


SETUP = [('.cpu', 'CPU per call', 'us'), ('.rate', 'calls per second', '/s',
                                          MORE),
         ('.slowest', 'slowest set-up', 'ms')]


# --- traffic ----------------------------------------------------------------

def busy(server, client, command, opt, **kw):
    """Runs a traffic command; (CPU per frame in us, answer)."""
    kw['ms'] = 200
    client.ask(command, **dict(kw, loss=0, reorder=0, dup=0))
    before = server.cpu()
    # Chance decides over loss: give it time, and another go in each round.
    length = opt.seconds * (3 if kw.get('loss') else 1)
    result = client.ask(command, **dict(kw, ms=int(length * 1000),
                                        seed=opt.round))
    used = server.cpu() - before
    if not result['delivered']:
        raise Failed('nothing was delivered: %r' % result)
    return used / result['delivered'] / 1e3, result


def traffic(spec, acct, opt, command, held=1, addresses=None, **kw):
    """CPU per frame (us), frames per second, median latency (ms)."""
    with Server(spec, acct, opt, connections=held + 50) as server:
        client = server.client(addresses=addresses or held)
        client.hold(held, parallel=min(8, held))
        cpu, r = busy(server, client, command, opt, **kw)
    return ({'.cpu': cpu, '.latency': r['latency']['p50'] / 1e6,
             '.rate': r.get('in_time', r['delivered']) / r['ns'] * 1e9},
            notes_of(r))


def echo(spec, acct, opt, **kw):
    """Round trips: median, 90th and 99th percentile (us)."""
    with Server(spec, acct, opt) as server:
        client = server.client()
        client.hold(1)
        client.ask('echo', ms=300, **kw)
        r = client.ask('echo', ms=int(opt.seconds * 1000), **kw)
        e = r['echo']
    notes = {'bad': r['bad']} if r['bad'] else {}
    if r['echoes'] < r['sent']:
        notes['lost'] = r['sent'] - r['echoes']
    return {'': e['p50'] / 1e3, '.p90': e['p90'] / 1e3,
            '.p99': e['p99'] / 1e3}, notes


def fairness(spec, acct, opt, **kw):
    """Round trips on one call (us) while another is flooded."""
    with Server(spec, acct, opt) as server:
        client = server.client(addresses=2)
        client.hold(2)
        client.ask('up', ms=300, **kw)
        r = client.ask('up', ms=int(opt.seconds * 1000), **kw)
    if not r['echoes']:
        raise Failed('no echo came back: %r' % r)
    notes = {'lost echoes': r['probes'] - r['echoes']} \
        if r['probes'] > r['echoes'] else {}
    return {'': r['echo']['p50'] / 1e3, '.p99': r['echo']['p99'] / 1e3}, notes


CPU = ('.cpu', 'CPU per packet', 'us')
RATE = ('.rate', 'delivered', '/s', MORE)
LATENCY = ('.latency', 'median latency', 'ms')


# --- many calls -------------------------------------------------------------

def idle(spec, acct, opt, calls):
    """Footprint of idle calls, CPU they cost, CPU of a busy one of them."""
    with Server(spec, acct, opt, connections=calls + 50) as server:
        client = server.client(addresses=calls)
        client.hold(1)
        alone, _ = busy(server, client, 'up', opt, calls=1, size=512,
                        inflight=opt.inflight)
        client.hold(calls, ms=120000)
        time.sleep(1)  # quiet: the calls have begun
        pss, processes, fds = server.footprint()
        before, begin = server.cpu(), time.monotonic()
        time.sleep(opt.seconds)  # time: the measure's length
        rest = (server.cpu() - before) / (time.monotonic() - begin) / 1e6
        cpu, r = busy(server, client, 'up', opt, calls=1, size=512,
                      inflight=opt.inflight)
    return ({'.pss': pss / 1024, '.processes': processes,
             '.descriptors': fds, '.rest': rest, '.busy': cpu,
             '.against-alone': cpu / alone,
             '.rate': r['in_time'] / r['ns'] * 1e9}, notes_of(r))


def costs(server, client, other, opt, held):
    """CPU (us) of a packet each way and of a call's set-up, beside held
    calls."""
    client.hold(held, ms=300000)
    other.ask('loops', calls=50, parallel=4, ms=60000)
    server.rest(held=held)
    up, r = busy(server, client, 'up', opt, calls=1, size=512,
                 inflight=opt.inflight)
    down, _ = busy(server, client, 'down', opt, calls=1, size=512)
    before, done, end = server.cpu(), 0, time.monotonic() + opt.seconds
    while time.monotonic() < end:
        loops = other.ask('loops', calls=100, ms=120000)
        done += loops['done']
        if not loops['done']:
            raise Failed('no call came up: %s' % loops['reason'])
    server.rest(held=held)
    return {'.up': up, '.down': down,
            '.setup': (server.cpu() - before) / done / 1e3}, notes_of(r)


def scale(spec, acct, opt):
    """What a packet and a call's set-up cost beside many calls, and how many
    times more that is than beside ten."""
    n = opt.calls
    with lab.ptys(n + 200), Server(spec, acct, opt,
                                   connections=n + 50) as server:
        client = server.client(addresses=n)
        other = server.client(addresses=16, first='10.77.250.1')
        few, _ = costs(server, client, other, opt, held=10)
        many, notes = costs(server, client, other, opt, held=n)
        pss, processes, fds = server.footprint()
    values = {'.pss': pss / 1024, '.processes': processes,
              '.descriptors': fds}
    for name in few:
        values[name] = many[name]
        values[name + '-ratio'] = many[name] / few[name]
    return values, notes


IDLE = [('.pss', 'PSS without pppd', 'KiB'), ('.processes', 'processes', ''),
        ('.descriptors', 'descriptors', ''),
        ('.rest', 'CPU per second, all idle', 'ms'),
        ('.busy', 'CPU per packet, one busy', 'us'),
        ('.against-alone', '... against the same alone', ''),
        ('.rate', 'delivered, one busy', '/s', MORE)]


SCALE = IDLE[:3] + [
    ('.up', 'CPU per packet up', 'us'),
    ('.down', 'CPU per packet down', 'us'),
    ('.setup', 'CPU per call set up and cleared', 'us'),
    ('.up-ratio', '... up, against beside 10', ''),
    ('.down-ratio', '... down', ''),
    ('.setup-ratio', '... set up and cleared', '')]


# --- logins -----------------------------------------------------------------

FAKEPPPD = os.path.join(os.path.dirname(clients.__file__), 'fakepppd')
LOGINS = 5              # of a run; the median counts


class Stage:
    """Where stand-ins find the one who plays pppd for them."""

    def __init__(self):
        os.makedirs(os.path.dirname(puppet.CONTROL), exist_ok=True)
        if os.path.exists(puppet.CONTROL):
            os.unlink(puppet.CONTROL)
        self.theatre = puppet.Theatre()
        clients.play_pppd(self)


def login(spec, acct, opt, make):
    """From the first SYN of such a client until IP is up (ms)."""
    mute = gre.silence()
    with Server(spec, acct, opt, ppp=FAKEPPPD):
        Stage()
        took, failed = [], {}
        for _ in range(LOGINS):
            dial = clients.Dial(clients.PROFILES[make], lab.SERVER,
                                lab.CLIENT, 'username', 'password')
            steps = dial.run(20)
            dial.close()
            if dial.failed:
                failed[dial.failed] = failed.get(dial.failed, 0) + 1
            else:
                took.append(steps['IP'])
    mute.close()
    if not took:
        raise Failed('%s: no login: %s' % (make, ', '.join(failed)))
    return {'': statistics.median(took)}, failed


LOGIN = [('', 'connect to IP up', 'ms')]


def runs(opt):
    """All runs, in the order of the table."""
    limit, ten = opt.inflight, max(4, opt.inflight // 4)
    one = dict(command='up', calls=1)
    out = [
        Run('setup-1', setup, SETUP, parallel=1, chunk=100),
        Run('setup-8', setup, SETUP, parallel=8, chunk=200),
        Run('setup-64', setup, SETUP, parallel=64, chunk=128),
        Run('setup-silent', setup, SETUP, parallel=1, chunk=20, silent=1),
    ]
    for size in 64, 512, 1400:
        out.append(Run('up-%d' % size, traffic, [CPU, RATE], size=size,
                       inflight=limit, **one))
    for size in 64, 512, 1400:
        out.append(Run('up-%d-10' % size, traffic, [CPU, RATE], size=size,
                       command='up', calls=10, held=10, inflight=ten))
    out += [
        Run('up-paced', traffic, [CPU, LATENCY], size=512, rate=5000, **one),
        Run('up-overload', traffic, [CPU, RATE, LATENCY], size=512,
            rate=100000, **one),
        Run('up-window', traffic, [CPU, RATE], size=512, window=64, **one),
        Run('up-loss-0.1', traffic, [CPU, RATE, LATENCY], size=512,
            inflight=limit, loss=1000, **one),
        Run('up-loss-1', traffic, [CPU, RATE, LATENCY], size=512, rate=1000,
            loss=10000, **one),
        Run('up-reorder', traffic, [CPU, RATE, LATENCY], size=512, rate=1000,
            reorder=10000, **one),
        Run('up-duplicates', traffic, [CPU, RATE, LATENCY], size=512,
            rate=1000, dup=10000, **one),
    ]
    for size in 64, 512, 1400:
        out.append(Run('down-%d' % size, traffic, [CPU, RATE],
                       command='down', calls=1, size=size))
    for size in 64, 512, 1400:
        out.append(Run('down-%d-10' % size, traffic, [CPU, RATE],
                       command='down', calls=10, held=10, size=size))
    out += [
        Run('down-paced', traffic, [CPU, LATENCY], command='down', calls=1,
            size=512, rate=5000),
        Run('echo', echo, [('', 'round trip, median', 'us'),
                           ('.p90', 'round trip, 90 %', 'us'),
                           ('.p99', 'round trip, 99 %', 'us')],
            size=64, rate=200),
        Run('flood', fairness, [
            ('', 'another call\'s round trip, median', 'us'),
            ('.p99', 'another call\'s round trip, 99 %', 'us')],
            calls=1, size=512, rate=100000, probe=100),
    ]
    for calls in 10, 100, 500, 1000:
        out.append(Run('idle-%d' % calls, idle, IDLE, calls=calls))
    for calls in 10, 100, 500:
        out.append(Run('nat-%d' % calls, traffic, [CPU, RATE], held=calls,
                       addresses=1, size=512, inflight=limit, **one))
    out.append(Run('nat-100-down', traffic, [CPU, RATE], command='down',
                   held=100, addresses=1, calls=1, size=512))
    for make in clients.PROFILES:
        out.append(Run('login-' + make.lower().replace(' ', '-'), login,
                       LOGIN, make=make))
    out.append(Run('scale', scale, SCALE, asked=True))
    return out
