"""Prometheus' text format, as strictly as it can be read."""

import re

from .points import check

NAME = r'[a-zA-Z_:][a-zA-Z0-9_:]*'
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(r'(%s)(?:\{(%s(?:,%s)*)\})? '
                    r'(-?\d+(?:\.\d+)?(?:e[+-]\d+)?)' %
                    (NAME, LABEL, LABEL))
REMARKS = '# There is no pptpd-aaa.', '# Only root may ask pptpd-aaa.'


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
            check(name == family and
                  kind in ('gauge', 'counter', 'histogram'), line)
            check((kind == 'counter') == name.endswith('_total'), line)
            check(name not in types, 'TYPE twice: ' + line)
            check(not re.search('_(bucket|sum|count)$', name), line)
            types[name] = kind
        elif line.startswith('# '):
            check(line in REMARKS, 'remark %r' % line)
        else:
            found = SAMPLE.fullmatch(line)
            check(found and family in types, 'line %r' % line)
            name = found.group(1)
            if types[family] == 'histogram':
                check(re.fullmatch(family + '_(bucket|sum|count)', name), line)
            else:
                check(name == family, line)
            labels = re.findall(LABEL, found.group(2) or '')
            check(len({text.split('=')[0] for text in labels}) ==
                  len(labels), 'a label twice: ' + line)
            key = line.rpartition(' ')[0]
            check(key not in series, 'twice: ' + key)
            series[key] = float(found.group(3))
    for name, kind in types.items():
        if kind == 'histogram':
            histograms(name, series)
        elif kind == 'counter':
            check(all(value >= 0 for key, value in series.items()
                      if key.partition('{')[0] == name), name + ' below 0')
    return series


def histograms(name, series):
    """Buckets of each of its series rise, the last is +Inf and the count."""
    found = {}
    for key, value in series.items():
        if key.startswith(name + '_bucket{'):
            bound = re.search(r'[{,]le="([^"]*)"', key).group(1)
            others = tuple(text for text in re.findall(LABEL, key)
                           if not text.startswith('le='))
            found.setdefault(others, []).append((float(bound), value))
    for others, buckets in found.items():
        check(buckets == sorted(buckets) and
              [n for _, n in buckets] == sorted(n for _, n in buckets),
              '%s %s: %s' % (name, others, buckets))
        check(buckets[-1][0] == float('inf'), 'no +Inf in ' + name)
        labels = '{%s}' % ','.join(others) if others else ''
        check(series.get(name + '_count' + labels) == buckets[-1][1],
              '_count of %s%s' % (name, labels))
        check(name + '_sum' + labels in series, '_sum of ' + name)
    sums = [key for key in series if key.startswith((name + '_sum',
                                                     name + '_count'))]
    check(len(sums) == 2 * len(found), 'more sums than buckets: %s' % sums)
