"""pptpdctl metrics: text that Prometheus takes, and the dashboard that is
made for it."""

import json
import os
import re
import shutil
import subprocess

from pptptest import server
from pptptest.control import CTL, ctl, gone, start
from pptptest.lab import CLIENT, OTHER
from pptptest.points import Skip, check, point

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.join(HERE, '..', '..')
DASHBOARD = os.path.join(TOP, 'docs', 'grafana-pptpd.json')
POOL = [('remoteip', '10.0.0.200-203'), ('connections', '4')]
NAME = r'[a-zA-Z_:][a-zA-Z0-9_:]*'
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(r'(%s)(?:\{(%s(?:,%s)*)\})? (-?\d+(?:\.\d+)?)' %
                    (NAME, LABEL, LABEL))


def metrics(*words, expect=0):
    """What it prints, and on stderr."""
    done = subprocess.run([CTL, '--pidfile', server.PIDFILE, 'metrics'] +
                          list(words), stdin=subprocess.DEVNULL, timeout=40,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    check(done.returncode == expect, 'status %d: %s' % (
        done.returncode, (done.stdout + done.stderr).decode()))
    return done.stdout.decode(), done.stderr.decode()


def parse(text):
    """{series: value}, read as strictly as the format has it."""
    check(text.endswith('\n'), 'no newline at the end')
    types, series, family = {}, {}, None
    for line in text.splitlines():
        if line.startswith('# HELP '):
            family = line.split(' ', 3)[2]
            check(family not in types and line.split(' ', 3)[3], line)
        elif line.startswith('# TYPE '):
            _, _, name, kind = line.split(' ')
            check(name == family and kind in ('gauge', 'counter'), line)
            check((kind == 'counter') == name.endswith('_total'), line)
            types[name] = kind
        else:
            found = SAMPLE.fullmatch(line)
            check(found and found.group(1) == family and family in types,
                  'line %r' % line)
            key = line.rpartition(' ')[0]
            check(key not in series, 'twice: ' + key)
            series[key] = float(found.group(3))
    return series


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


@point('metrics-dashboard', 'each series of the Grafana dashboard is one '
       'that metrics prints, with the labels that it uses')
def dashboard(lab):
    start(lab, conf=POOL)
    names = {}
    for key in parse(metrics()[0]):
        name, _, labels = key.partition('{')
        names.setdefault(name, set()).update(
            re.findall(r'(\w+)="', labels))
    with open(DASHBOARD) as stream:
        board = json.load(stream)
    ids, used = [], set()
    for panel in board['panels']:
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
    for needed in ('pptpd_up', 'pptpd_calls', 'pptpd_refused_total',
                   'pptpd_active_irregular_packets'):
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
