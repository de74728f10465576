"""pptpdctl metrics: text that Prometheus takes, and the dashboard that is
made for it."""

import json
import os
import re
import shutil
import signal
import subprocess
import threading

from pptptest import namespaces, puppet, server
from pptptest.control import CTL, Client, ctl, gone, start
from pptptest.lab import CLIENT, OTHER, numbered
from pptptest.points import Skip, check, point
from pptptest.pptp import CCRQ, build
from pptptest.prometheus import LABEL, parse

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.join(HERE, '..', '..')
DASHBOARD = os.path.join(TOP, 'docs', 'grafana-pptpd.json')
DIR = '/run/conformance/'
AAA = '/usr/libexec/pptpd/pptpd-aaa'
POOL = [('remoteip', '10.0.0.200-203'), ('connections', '4')]


def metrics(*words, expect=0):
    """What it prints, and on stderr."""
    done = subprocess.run([CTL, '--pidfile', server.PIDFILE, 'metrics'] +
                          list(words), stdin=subprocess.DEVNULL, timeout=40,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    check(done.returncode == expect, 'status %d: %s' % (
        done.returncode, (done.stdout + done.stderr).decode()))
    return done.stdout.decode(), done.stderr.decode()


@point('metrics', 'metrics: what status and list say, as Prometheus reads it; '
       'users only if asked for')
def figures(lab):
    start(lab, conf=POOL + [('max-per-ip', '1')])
    lab.call()
    check(lab.control(CLIENT).call().result == 4, 'a second call')
    silent = lab.control(OTHER)
    text, _ = metrics()
    got = parse(text)
    status = ctl('-j', 'status').json
    check(got['pptpd_up'] == 1 and got['pptpd_slots'] == 4 and
          got['pptpd_slots_free'] == 3 and
          got['pptpd_connections'] == status['connections'], text)
    check(sum(v for k, v in got.items() if k.startswith('pptpd_calls{'))
          == 1, text)
    check(got['pptpd_refused_total{reason="max-per-ip"}'] == 1, text)
    check(got['pptpd_limit{limit="max-per-ip"}'] == 1, text)
    check('pptpd_user' not in text, 'users, unasked')
    more = parse(metrics('--per-user')[0])
    check(set(got) <= set(more), 'less with --per-user')
    silent.close()
    return '%d series' % len(got)


def value(text, name, **labels):
    """One series, whatever the order of its labels."""
    wanted = {'%s="%s"' % item for item in labels.items()}
    found = [number for key, number in parse(text).items()
             if key.partition('{')[0] == name and
             set(re.findall(LABEL, key)) == wanted]
    check(len(found) == 1, '%s %s: %s in\n%s' % (name, labels, found, text))
    return found[0]


LCP_ACK = bytes.fromhex('ff03c021' '0201000f' '0305c22381' '050601223344')
CHALLENGE = bytes.fromhex('ff03c223' '01010004')
IP_ACK = bytes.fromhex('ff038021' '0201000a' '03060a000002')


def log_in(session, verdict=puppet.CHAP_SUCCESS):
    """MS-CHAPv2, and IP if pppd lets it in; pppd has sent its LCP."""
    session.up(LCP_ACK, ack=0)
    check(session.pppd.wait_frame(LCP_ACK), 'no Ack')
    session.pppd.send(CHALLENGE, verdict)
    check(session.down(2) and session.down(2), 'no verdict')
    if verdict == puppet.CHAP_SUCCESS:
        session.pppd.send(puppet.IPCP, IP_ACK)
        check(session.down(2) and session.down(2), 'no IPCP')
        session.up(IP_ACK)
        check(session.pppd.wait_frame(IP_ACK), 'no Ack of IPCP')


def traffic(session):
    """Two packets are lost, one comes late; pppd gets the rest."""
    base = session.seq
    for number in (base, base + 3, base + 1):
        session.gre.send(session.theirs, seq=number,
                         payload=numbered(number, 100))
    check(session.pppd.wait_frame(numbered(base + 3, 100), 5), 'no frames')
    session.seq = base + 4


def figures_of(lab, **fields):
    """Two calls and their ends: the first logs in and has traffic, the
    second is refused by pppd."""
    lab.theatre.greeting = (puppet.LCP,)
    run = start(lab, conf=POOL + [('auth-penalty', '0'),
                                  ('max-unauth-per-ip', '0')] +
                list(fields.pop('conf', [])))
    good, bad = lab.call(address=CLIENT), lab.call(address=OTHER)
    log_in(good)
    log_in(bad, puppet.CHAP_FAILURE)
    traffic(good)
    return run, good, bad


def counted(ended=False):
    text, _ = metrics()
    same = dict(method='mschap-v2')
    for result, n in (('accepted', 1), ('rejected', 1), ('unfinished', 0)):
        check(value(text, 'pptpd_authentications_total', result=result,
                    **same) == n, result + text)
    check(value(text, 'pptpd_setup_seconds_count') == 1, text)
    for step in ('control', 'pppd', 'lcp', 'authentication', 'network'):
        check(value(text, 'pptpd_setup_step_seconds_count', step=step) == 1,
              step)
    for result in ('accepted', 'rejected'):
        check(value(text, 'pptpd_authentication_seconds_count',
                    result=result) == 1, result)
    parts = sum(n for key, n in parse(text).items()
                if key.startswith('pptpd_setup_step_seconds_sum'))
    check(abs(parts - value(text, 'pptpd_setup_seconds_sum')) < 1e-3,
          'the steps are not the whole: ' + text)
    check(value(text, 'pptpd_ended_total', reason='cleared') ==
          (2 if ended else 0), text)
    check(value(text, 'pptpd_irregular_packets_total', kind='lost') == 1 and
          value(text, 'pptpd_irregular_packets_total', kind='reordered') +
          value(text, 'pptpd_irregular_packets_total', kind='late') == 1,
          text)
    check(value(text, 'pptpd_octets_total', direction='in') > 300 and
          value(text, 'pptpd_packets_total', direction='out') >= 7 and
          value(text, 'pptpd_acknowledgements_total', direction='in') >= 2 and
          value(text, 'pptpd_acknowledgements_total', direction='out') >= 1,
          text)
    return parse(text)


def the_same(before, after):
    """No counter of traffic has shrunk."""
    for key, number in before.items():
        if '_total' in key and '_connections' not in key:
            check(after[key] >= number, '%s: %g, then %g' % (
                key, number, after[key]))


def clear(session):
    session.tcp.send(build(CCRQ, call_id=session.mine))
    check(session.pppd.wait_hangup(5), 'it is not hung up')
    session.close()


@point('metrics-totals', 'octets, packets, acknowledgements, ends by reason, '
       'authentications by method, times of logins: counters that survive '
       'the calls')
def totals(lab):
    _, good, bad = figures_of(lab)
    before = counted()
    clear(good)
    clear(bad)
    check(lab.until(lambda: not ctl('-j', 'list').json['calls'], 5)
          is not None, 'calls are left')
    after = counted(ended=True)
    the_same(before, after)
    check(after['pptpd_active_octets{direction="in"}'] == 0 and
          after['pptpd_octets_total{direction="in"}'] > 300, str(after))
    with open(os.path.join(TOP, 'docs', 'troubleshooting.md')) as stream:
        table = stream.read().split('\n## Diagnoses\n')[1].split(
            '\n## ')[0]
    for name in 'pptpd_diagnosed_calls', 'pptpd_ended_diagnosed_total':
        words = {re.search('"(.*)"', key).group(1): n for key, n in
                 after.items() if key.startswith(name)}
        check(set(words) == set(re.findall(r'^\| `([a-z-]+)` \|', table,
                                           re.M)), '%s: %s' % (name, words))
        check(words['auth-refused'] == (name != 'pptpd_diagnosed_calls'),
              str(words))
    words = {re.search('"(.*)"', key).group(1) for key in after
             if key.startswith('pptpd_ended_total')}
    with open(os.path.join(TOP, 'docs', 'troubleshooting.md')) as stream:
        table = stream.read().split('\n## Reasons\n')[1].split('\n## ')[0]
    check(words == set(re.findall(r'^\| `([a-z-]+)` \|', table, re.M)),
          'other reasons than in docs/troubleshooting.md: %s' % words)


@point('metrics-engines', 'with three engines: the same figures, one set of '
       'them; each engine has its number, and they are as many')
def engines(lab):
    run, good, bad = figures_of(lab, conf=[('engines', '3')])
    before = counted()
    check(lab.until(lambda: len(run.engines()) == 3) is not None, 'engines')
    text, _ = metrics()
    for number in range(3):
        labels = dict(process='engine', number=str(number))
        check(value(text, 'pptpd_process_resident_bytes', **labels) > 1e5 and
              value(text, 'pptpd_process_open_fds', **labels) > 3 and
              value(text, 'pptpd_process_cpu_seconds_total', **labels) >= 0,
              text)
    check(value(text, 'pptpd_process_open_fds', process='monitor',
                number='0') > 3, text)
    clear(good)
    clear(bad)
    check(lab.until(lambda: not ctl('-j', 'list').json['calls'], 5)
          is not None, 'calls are left')
    the_same(before, counted(ended=True))


@point('metrics-restart', 'an engine is killed: its counters begin at zero, '
       'what its calls had counted before is in none of them')
def restart(lab):
    run, good, _ = figures_of(lab)
    counted()
    victim = run.engines()[0].pid
    os.kill(victim, signal.SIGKILL)
    check(lab.until(lambda: [p.pid for p in run.engines()] not in (
        [], [victim]), 10) is not None, 'no other engine')

    def counts():
        done = subprocess.run([CTL, '--pidfile', server.PIDFILE, 'metrics'],
                              stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL)
        return done.returncode == 0 and parse(done.stdout.decode()).get(
            'pptpd_calls{state="up"}') == 1
    check(lab.until(counts, 10) is not None, 'no figures')
    text, _ = metrics()
    check(value(text, 'pptpd_engine_restarts_total') == 1, text)
    check(value(text, 'pptpd_octets_total', direction='in') == 0, text)
    check(value(text, 'pptpd_authentications_total', method='mschap-v2',
                result='accepted') == 0, text)
    check(value(text, 'pptpd_setup_seconds_count') == 0, text)
    good.needs()
    text, _ = metrics()
    check(0 < value(text, 'pptpd_octets_total', direction='in') < 300, text)
    check(value(text, 'pptpd_active_octets', direction='in') > 300, text)


@point('metrics-down', 'metrics of a server that is not there: pptpd_up 0, '
       'and why on stderr')
def down(lab):
    text, why = metrics(expect=2)
    check(parse(text) == {'pptpd_up': 0} and 'no server' in why, text + why)
    run = start(lab, conf=POOL)
    check(parse(metrics()[0])['pptpd_up'] == 1, 'not up')
    subprocess.run([CTL, '--pidfile', server.PIDFILE, 'shutdown'],
                   stdout=subprocess.DEVNULL)
    gone(run)
    check(parse(metrics(expect=2)[0]) == {'pptpd_up': 0}, 'still up')


@point('metrics-busy', 'a server that is asked too often is not down: metrics '
       'asks again, and at the end says that it is up and no more')
def busy(lab):
    start(lab, conf=POOL)
    over, refused = threading.Event(), []

    def flood():
        client = Client(timeout=10)
        while not over.is_set():
            if not client.ask(command='status')['ok']:
                refused.append(1)
    others = [threading.Thread(target=flood) for _ in range(4)]
    for thread in others:
        thread.start()
    check(lab.until(lambda: refused, 10) is not None, 'nobody is refused')
    for _ in range(5):
        done = subprocess.run([CTL, '--pidfile', server.PIDFILE, 'metrics'],
                              stdin=subprocess.DEVNULL, timeout=40,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        got = parse(done.stdout.decode())
        check(got['pptpd_up'] == 1, done.stderr.decode())
        check((done.returncode == 0) == (len(got) > 1), done.stderr.decode())
    over.set()
    for thread in others:
        thread.join()
    check(len(parse(metrics()[0])) > 100, 'not all, when it has time')
    return '%d were refused' % len(refused)


@point('metrics-promtool', 'promtool finds nothing to say about the metrics')
def promtool(lab):
    tool = shutil.which('promtool')
    if tool is None:
        raise Skip('there is no promtool')
    start(lab, conf=POOL)
    lab.call()
    text, _ = metrics('--per-user')
    done = subprocess.run([tool, 'check', 'metrics'], input=text.encode(),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    check(done.returncode == 0 and not done.stdout.strip(),
          done.stdout.decode())


def series_of(lab, names, conf):
    """Adds the names, and their labels, of a server with this configuration."""
    run = start(lab, conf=POOL + conf)
    check(not conf or lab.until(lambda: parse(metrics()[0]).get(
        'pptpd_aaa_up') == 1, 10) is not None, 'no pptpd-aaa')
    for key in parse(metrics()[0]):
        name, _, labels = key.partition('{')
        names.setdefault(name, set()).update(
            re.findall(r'(\w+)="', labels))
    ctl('shutdown')
    gone(run)


def overlaps(one, other):
    return one['x'] < other['x'] + other['w'] and \
        other['x'] < one['x'] + one['w'] and \
        one['y'] < other['y'] + other['h'] and \
        other['y'] < one['y'] + one['h']


@point('metrics-dashboard', 'each series of the Grafana dashboard is one '
       'that metrics prints, with the labels that it uses, and each of '
       'pptpd-aaa is on it; no panel lies on another')
def dashboard(lab):
    names = {}
    series_of(lab, names, [])
    has_aaa = os.path.exists(AAA)
    if has_aaa:
        namespaces.write(DIR + 'secret', 'secret-of-a-server\n')
        os.chmod(DIR + 'secret', 0o600)
        namespaces.write(DIR + 'radius.conf', 'server 127.0.0.1 secret-file '
                         '%ssecret\n' % DIR)
        namespaces.write(DIR + 'aaa.conf', 'program /bin/cat\n')
        series_of(lab, names, [('aaa', 'radius'),
                               ('radius-conf', DIR + 'radius.conf')])
        series_of(lab, names, [('aaa', 'exec'),
                               ('aaa-conf', DIR + 'aaa.conf')])
    with open(DASHBOARD) as stream:
        board = json.load(stream)
    # What only some servers have is folded away, in a row.
    rows = [p for p in board['panels'] if p['type'] == 'row']
    panels = [p for p in board['panels'] if p['type'] != 'row']
    places = [p['gridPos'] for p in board['panels']]
    for row in rows:
        check(row['collapsed'] and row['panels'], 'an open row')
        places += [p['gridPos'] for p in row['panels']]
        panels += row['panels'] if has_aaa else []
    ids, used = [], set()
    for panel in panels:
        ids.append(panel['id'])
        for target in panel['targets']:
            expr = target['expr']
            found = re.findall(r'(pptpd_\w+)(?:\{([^}]*)\})?', expr)
            check(found, 'no series in ' + expr)
            for name, matchers in found:
                check(name in names, 'no such series: ' + name)
                wanted = set(re.findall(r'(\w+)[=!]~?"', matchers))
                check(wanted - {'instance'} <= names[name],
                      '%s has no %s' % (name, wanted))
                used.add(name)
            for labels in re.findall(r'by \(([^)]*)\)', expr) + \
                    re.findall(r'\{\{(\w+)\}\}', target['legendFormat']):
                for label in labels.split(','):
                    check(any(label.strip() in names[n] for n, _ in found),
                          'no label %s in %s' % (label, expr))
            if '_total' in expr:
                check('rate(' in expr or 'increase(' in expr,
                      'a counter as it is: ' + expr)
    check(len(ids) == len(set(ids)), 'an id twice')
    for n, place in enumerate(places):
        check(place['x'] + place['w'] <= 24 and
              not any(overlaps(place, p) for p in places[:n]), str(place))
    unseen = {n for n in names if re.match('pptpd_(aaa|radius)_', n) and
              not n.endswith(('_count', '_sum', '_up', '_backend'))} - used
    check(not unseen, 'not shown: %s' % unseen)
    for needed in ('pptpd_up', 'pptpd_calls', 'pptpd_refused_total',
                   'pptpd_irregular_packets_total', 'pptpd_ended_total',
                   'pptpd_authentications_total', 'pptpd_octets_total',
                   'pptpd_setup_seconds_bucket',
                   'pptpd_process_cpu_seconds_total'):
        check(needed in used, needed + ' is not shown')
    return '%d panels, %d series' % (len(ids), len(used))


@point('metrics-unit', 'the command of pptpd-metrics.service writes the file '
       'as a whole, and pptpd_up 0 if no server runs')
def unit(lab):
    with open('/usr/lib/systemd/system/pptpd-metrics.service' if
              os.path.exists('/usr/lib/systemd/system/pptpd-metrics.service')
              else os.path.join(TOP, 'etc', 'pptpd-metrics.service.in')) \
            as stream:
        text = stream.read().replace('@sbindir@', '/usr/sbin')
    command = re.search(r"ExecStart=/bin/sh -c '(.*)'", text).group(1)
    path = '/run/conformance/pptpd.prom'

    def collect():
        done = subprocess.run(['/bin/sh', '-c', command], timeout=40,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, env={
                                  'TEXTFILE': path, 'PATH': '/usr/bin:/bin',
                                  'OPTIONS': '-p ' + server.PIDFILE})
        check(done.returncode == 0, done.stdout.decode())
        with open(path) as stream:
            return parse(stream.read())
    check(collect() == {'pptpd_up': 0}, 'without a server')
    start(lab, conf=POOL)
    check(collect()['pptpd_slots'] == 4, 'with one')
    check(os.stat(path).st_mode & 0o777 == 0o644, 'mode')
    check(not os.path.exists(path + '.new'), 'left over')
