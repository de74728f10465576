"""Medians, spread and ratios, as a table and as JSON."""


def median(values):
    values = sorted(values)
    n = len(values)
    return (values[(n - 1) // 2] + values[n // 2]) / 2


def spread(values):
    """Half the distance between the quartiles, as a part of the median."""
    if len(values) < 2:
        return 0.0
    values, m = sorted(values), median(values)
    if not m:
        return 0.0
    if len(values) < 4:
        return (values[-1] - values[0]) / 2 / m
    quarter = len(values) // 4
    return (values[-1 - quarter] - values[quarter]) / 2 / m


def ratio(metric, a, b):
    """How many times better B is than A."""
    if metric.better == 'more':
        a, b = b, a
    return a / b if b else None


def figure(x):
    if x is None:
        return '-'
    if abs(x) >= 100:
        return '{:,.0f}'.format(x)
    return '%.3g' % x


def summary(metric, samples):
    """samples: {'A': [...], 'B': [...]}"""
    out = {'measure': metric.name, 'title': metric.title,
           'unit': metric.unit, 'better': metric.better}
    for side, values in samples.items():
        if values:
            out[side] = {'median': median(values), 'spread': spread(values),
                         'min': min(values), 'max': max(values),
                         'values': values}
    if 'A' in out and 'B' in out:
        out['ratio'] = ratio(metric, out['A']['median'], out['B']['median'])
    return out


HEAD = ('measure', 'what', 'unit', 'A', '+-%', 'B', '+-%', 'times better')


def row(s):
    cells = [s['measure'], s['title'], s['unit']]
    for side in 'AB':
        if side in s:
            cells += [figure(s[side]['median']),
                      '%.0f' % (100 * s[side]['spread'])]
        else:
            cells += ['-', '']
    return cells + [figure(s.get('ratio'))]


def rows(summaries):
    """A table in Markdown that reads well as it is, too."""
    cells = [HEAD] + [row(s) for s in summaries]
    width = [max(len(r[i]) for r in cells) for i in range(len(HEAD))]
    lines = ['| ' + ' | '.join(
        c.ljust(w) if i < 3 else c.rjust(w)
        for i, (c, w) in enumerate(zip(r, width))) + ' |' for r in cells]
    lines.insert(1, '|' + '|'.join(
        '-' * (w + 2) if i < 3 else '-' * (w + 1) + ':'
        for i, w in enumerate(width)) + '|')
    return '\n'.join(lines)


def table(summaries, names):
    return '\n'.join('%s: %s' % i for i in sorted(names.items())) + '\n\n' + \
        rows(summaries)
