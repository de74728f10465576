"""The runner of the suites whose points talk to a server in a laboratory.

Runs each point with a fresh server in network, mount and process namespaces of
its own, several at a time, and prints a verdict for each."""

import argparse
import fnmatch
import glob
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
from pptptest import lab, namespaces, points, pptp, server


PACE = 0.3      # seconds between the starts of two points that wait


def arguments(description):
    parser = argparse.ArgumentParser(description=description.split('\n')[0])
    parser.add_argument('--server', metavar='PATH', default='/usr/sbin/pptpd',
                        help='the server (default /usr/sbin/pptpd)')
    parser.add_argument('--installed', metavar='DESTDIR',
                        help='an install root as made by "make install '
                        'DESTDIR=D" that has the server: its usr is laid over '
                        '/usr')
    parser.add_argument('--pppd', metavar='FAKE',
                        default=lab.FAKE_PPPD,
                        help='stand-in for pppd (default: fakepppd)')
    parser.add_argument('--pppd-version', metavar='V',
                        help='version the stand-in claims (default: that of '
                        '/usr/sbin/pppd)')
    parser.add_argument('--conf', metavar='LINE', action='append',
                        default=[], help='a line for each configuration that '
                        'a point makes, unless it has such a line itself; may '
                        'be repeated')
    parser.add_argument('--only', metavar='ID,ID',
                        help='these points; wildcards allowed')
    parser.add_argument('--not', dest='but', metavar='ID,ID',
                        help='all but these points')
    parser.add_argument('--no-slow', action='store_true',
                        help='leave out what waits for a minute or more')
    parser.add_argument('--list', action='store_true',
                        help='name the points and exit')
    parser.add_argument('--again', action='store_true',
                        help='ask points that failed once more at the end')
    parser.add_argument('--json', metavar='FILE', help='results for programs')
    parser.add_argument('--jobs', type=int, default=3, metavar='N',
                        help='points at a time (default 3)')
    parser.add_argument('--log', action='store_true',
                        help="print the server's log lines of each point")
    options = parser.parse_args()
    if options.installed:
        options.installed = os.path.abspath(options.installed)
    options.pppd = os.path.abspath(options.pppd)
    if options.pppd_version is None:
        options.pppd_version = pppd_version()
    return options


def pppd_version():
    try:
        text = subprocess.run(['/usr/sbin/pppd', '--version'],
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT).stdout.decode()
        return text.split()[2]
    except (OSError, IndexError):
        return '2.4.9'


def load(directory, order):
    """Imports each test_NAME.py there, those of order (NAMEs) before the
    others; returns the points that they register."""
    found = {os.path.basename(p)[5:-3]
             for p in glob.glob(os.path.join(directory, 'test_*.py'))}
    for name in [n for n in order if n in found] + sorted(found - set(order)):
        importlib.import_module('test_' + name)
    return points.POINTS


def chosen(everything, options):
    def named(point, patterns):
        return any(fnmatch.fnmatchcase(point.ident, p)
                   for p in patterns.split(','))
    out = everything
    if options.only:
        out = [p for p in out if named(p, options.only)]
    if options.but:
        out = [p for p in out if not named(p, options.but)]
    if options.no_slow:
        out = [p for p in out if not p.slow]
    return out


def judge(point, options):
    """In the point's own namespaces: (verdict, observation, log)."""
    work = None
    try:
        work = lab.Lab(options, point.ptys)
        verdict, text = 'pass', point.test(work) or ''
    except points.Fail as fail:
        verdict, text = 'fail', str(fail)
    except points.Skip as skip:
        verdict, text = 'skip', str(skip)
    except (ConnectionError, pptp.Closed) as err:
        verdict = 'fail'
        text = 'the server ended the connection unexpectedly: %s' % err
        for where in traceback.extract_tb(sys.exc_info()[2]):
            if os.path.basename(where[0]).startswith('test_'):
                text += ' (%s:%d)' % (os.path.basename(where[0]), where[1])
    except Exception as err:                    # a point must never be lost
        verdict = 'fail'
        where = traceback.extract_tb(sys.exc_info()[2])[-1]
        text = 'broken off: %s: %s (%s:%d)' % (
            type(err).__name__, err, os.path.basename(where[0]), where[1])
        if options.log:
            traceback.print_exc()
    crashed = work and work.crashes()
    if crashed:
        verdict, text = 'fail', '%s; and: %s' % (crashed, text)
    lines = []
    if work and options.log:
        lines = [str(line) for line in work.log.since()]
        lines += server.read(server.OUTPUT).splitlines()
    return verdict, text, lines


class Worker:
    """One point in its namespaces."""

    def __init__(self, point, options):
        self.point = point
        self.begin = time.monotonic()
        self.pipe, out = os.pipe()

        def body():
            os.close(self.pipe)
            result = judge(point, options)
            with os.fdopen(out, 'w') as stream:
                json.dump(result, stream)
            return 0
        self.pid = namespaces.enter(body)
        os.close(out)
        self.text = b''
        self.verdict = None

    def readable(self):
        """True when the result is complete."""
        data = os.read(self.pipe, 65536)
        self.text += data
        return not data

    def end(self, verdict=None, text=''):
        try:
            os.kill(self.pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
        os.waitpid(self.pid, 0)
        os.close(self.pipe)
        self.seconds = time.monotonic() - self.begin
        self.lines = []
        if verdict is None:
            try:
                verdict, text, self.lines = json.loads(self.text.decode())
            except ValueError:
                verdict, text = 'fail', 'the test itself died'
        self.verdict, self.observation = verdict, ' '.join(text.split())

    def late(self):
        return (time.monotonic() - self.begin
                > self.point.limit * points.patience())


def possible(options):
    """Whether a laboratory can be built here at all; says what fails."""
    probe = Worker(points.Point('', '', lambda lab: 'yes', False, False,
                                False, 20, 16), options)
    while not probe.readable():
        pass
    probe.end()
    if probe.verdict != 'pass':
        print('cannot build the namespaces: ' + probe.observation,
              file=sys.stderr)
    return probe.verdict == 'pass'


def perform(selected, options, done):
    """Points that wait side by side, the longest first, beside them the
    others a few at a time, at last those that want the machine for
    themselves.  Those that wait begin one by one: forty servers that start
    at once take all processors from whoever is measured meanwhile."""
    waits = sorted([p for p in selected if p.waits], key=lambda p: -p.limit)
    quick = [p for p in selected if not p.waits and not p.alone]
    alone = [p for p in selected if not p.waits and p.alone]
    running = []
    next_wait = 0
    while waits or quick or alone or running:
        busy = [w for w in running if not w.point.waits]
        if waits and len(running) < 40 and time.monotonic() >= next_wait:
            running.append(Worker(waits.pop(0), options))
            next_wait = time.monotonic() + PACE
        elif quick and len(busy) < options.jobs:
            running.append(Worker(quick.pop(0), options))
        elif alone and not quick and not busy and all(
                w.point.slow for w in running):
            running.append(Worker(alone.pop(0), options))
        else:
            ready = select.select([w.pipe for w in running], [], [], 0.2)[0]
            for worker in list(running):
                if worker.pipe in ready and worker.readable():
                    worker.end()
                elif worker.late():
                    worker.end('fail', 'no result in %d s' % (
                        time.monotonic() - worker.begin))
                if worker.verdict:
                    running.remove(worker)
                    done(worker)


def once_more(results, options, done):
    """Asks failed points again, one at a time with the machine to
    themselves: those that measure milliseconds fail on a busy one."""
    for first in [w for w in results.values() if w.verdict == 'fail']:
        perform([first.point], options, done)
        second = results[first.point.ident]
        if second.verdict == 'pass':
            second.observation += ' (asked twice; at first: %s)' \
                % first.observation


def main(description, directory, order=()):
    """Runs the points of that directory as the command line says; returns
    the exit status.  The directory is in sys.path, being that of the
    script."""
    options = arguments(description)
    everything = load(directory, order)
    selected = chosen(everything, options)
    if options.list:
        for point in selected:
            print('%-6s %s' % (point.ident, point.sentence))
        return 0
    if not selected:
        print('no such point', file=sys.stderr)
        return 2
    if os.geteuid() != 0:
        print('needs root: namespaces, raw sockets', file=sys.stderr)
        return 2
    program = (options.installed or '') + options.server
    if not os.access(program, os.X_OK):
        print('no server at ' + program, file=sys.stderr)
        return 2
    if not possible(options):
        return 2
    results = {}

    def done(worker):
        results[worker.point.ident] = worker
        if options.log:
            print('\n'.join('        ' + line for line in worker.lines))
        if sys.stderr.isatty():
            print('%3d/%d %-6s %s\033[K\r' % (
                len(results), len(selected), worker.point.ident,
                worker.verdict), end='', file=sys.stderr, flush=True)

    perform(selected, options, done)
    if options.again:
        once_more(results, options, done)
    if sys.stderr.isatty():
        print('\033[K', end='', file=sys.stderr, flush=True)
    count = {'pass': 0, 'fail': 0, 'skip': 0}
    table = []
    for point in selected:
        worker = results[point.ident]
        count[worker.verdict] += 1
        print('%-6s %-5s %s' % (point.ident, worker.verdict,
                                worker.observation))
        table.append({'id': point.ident, 'verdict': worker.verdict,
                      'sentence': point.sentence,
                      'observation': worker.observation,
                      'seconds': round(worker.seconds, 2)})
    if options.json:
        with open(options.json, 'w') as stream:
            json.dump(table, stream, indent=1)
            stream.write('\n')
    print('%d passed, %d failed%s' % (
        count['pass'], count['fail'],
        ', %d skipped' % count['skip'] if count['skip'] else ''))
    return 1 if count['fail'] else 0
