"""What the server is meant to reach, and the page that shows it."""
import os
import platform
import time

import report

BEGIN = '<!-- Written by tests/bench/run --page: do not edit. -->\n'
END = '<!-- Until here. -->\n'


class Goal:
    """A measure, and what it must be: so many times better than the
    baseline, or at most so much."""

    def __init__(self, title, measure, times=None, most=None):
        self.title, self.measure = title, measure
        self.times, self.most = times, most

    def reached(self, s):
        if self.times:
            return s.get('ratio') is not None and s['ratio'] >= self.times
        return 'B' in s and s['B']['median'] <= self.most


GOALS = [
    Goal('CPU per packet up, 512 octets, one call', 'up-512.cpu', 1.8),
    Goal('… on each of ten calls', 'up-512-10.cpu', 2.6),
    Goal('CPU per packet down, 512 octets', 'down-512.cpu', 1.4),
    Goal('packets delivered of 100,000/s offered', 'up-overload.rate', 4),
    Goal('rate of a client that honours a window of 64', 'up-window.rate',
         70),
    Goal('closed-loop rate at 0.1 % loss', 'up-loss-0.1.rate', 70),
    Goal('median latency at 1 % loss', 'up-loss-1.latency', 1000),
    Goal('CPU per call set up and cleared, one at a time', 'setup-1.cpu',
         1.8),
    Goal('… 64 at once', 'setup-64.cpu', 2.5),
    Goal('calls per second, 64 at once', 'setup-64.rate', 100),
    Goal('CPU per packet up, one busy call of 100 behind one address',
         'nat-100.cpu', 80),
    Goal('… of 500', 'nat-500.cpu', 350),
    Goal('memory (PSS without pppd) of 1,000 idle calls', 'idle-1000.pss',
         2.5),
    Goal('CPU per packet up, one busy call among 1,000 idle, against the '
         'same alone', 'idle-1000.against-alone', most=1.1),
    Goal('CPU per packet up beside 4,000 calls, against beside 10',
         'scale.up-ratio', most=1.25),
    Goal('… down', 'scale.down-ratio', most=1.25),
    Goal('CPU per call set up and cleared, the same', 'scale.setup-ratio',
         most=1.25),
]


def runs_for(runs):
    """The runs that the goals are about."""
    names = {g.measure.rpartition('.')[0] for g in GOALS}
    return [r for r in runs if r.name in names]


def pairs(s):
    """Lowest and highest ratio of one run of A and the B after it."""
    if 'A' not in s or 'B' not in s:
        return ''
    a, b = s['A']['values'], s['B']['values']
    if s['better'] == 'more':
        a, b = b, a
    all_ = [x / y for x, y in zip(a, b) if y]
    return '%s – %s' % (report.figure(min(all_)), report.figure(max(all_))) \
        if all_ else ''


def cell(s, side):
    if side not in s:
        return '–'
    return '%s %s' % (report.figure(s[side]['median']), s['unit'])


def table(summaries):
    by_name = {s['measure']: s for s in summaries}
    lines = ['| measure | Poptop | pptpd | times better | from – to | wanted '
             '| |', '|---|--:|--:|--:|--:|--:|---|']
    for g in GOALS:
        s = by_name.get(g.measure)
        if s is None:
            continue
        lines.append('| %s | %s | %s | %s | %s | %s | %s |' % (
            g.title, cell(s, 'A').strip(), cell(s, 'B').strip(),
            report.figure(s.get('ratio')) if g.times else '',
            pairs(s) if g.times else '',
            '≥ %g' % g.times if g.times else '≤ %g' % g.most,
            'reached' if g.reached(s) else '**missed**'))
    return '\n'.join(lines) + '\n'


def machine():
    model = 'unknown processor'
    with open('/proc/cpuinfo') as f:
        for line in f:
            if line.startswith('model name'):
                model = line.partition(':')[2].strip()
                break
    with open('/proc/meminfo') as f:
        memory = int(f.readline().split()[1]) / 1048576
    return '%d × %s, %.0f GiB, Linux %s' % (
        os.cpu_count(), model, memory, platform.release())


def write(path, summaries, opt, load):
    """Puts tables and circumstances between the page's two marks."""
    with open(path, encoding='utf-8') as f:
        text = f.read()
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise SystemExit('bench: %s: no place for tables' % path)
    said = '%s, %s. Load %.1f at the start, %.1f at the end. Medians of ' \
        '%d to %d repeats of %g s, taken in turns; "from – to" is the ' \
        'lowest and the highest ratio of one pair of them.\n\n%s\n' \
        'All figures of these runs (A: Poptop, B: pptpd; +-%% is half the ' \
        'distance of the quartiles):\n\n%s\n' % (
            time.strftime('%Y-%m-%d', time.gmtime()), machine(), load,
            os.getloadavg()[0], opt.repeats, 2 * opt.repeats, opt.seconds,
            table(summaries), report.rows(summaries))
    with open(path, 'w', encoding='utf-8') as f:
        f.write(head + BEGIN + '\n' + said + '\n' + END + tail)
