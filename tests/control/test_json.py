"""What --json prints: for a strict parser, with the names that management.md
lists, and no others."""

import os
import re

from pptptest import control, puppet
from pptptest.control import ctl
from pptptest.lab import CLIENT, OTHER, client
from pptptest.points import Fail, check, point
from test_events import Watch

HERE = os.path.dirname(os.path.abspath(__file__))
DOCS = os.path.join(HERE, '..', '..', 'docs', 'management.md')
BAD = (b'{"a":1,"a":2}', b'{"a":{"b":1,"b":1}}', b'{"a":"\xc3\xa4"}',
       b'{"a":"\xff"}', b'{"a":"\x1b"}', b'{"a":"x\ty"}', b'{"a":1}\r\n',
       b'{"a":"\x7f"}', b'{"a":1} {"a":1}', b'{"a":1}x', b'{"a":NaN}',
       b'{"a":Infinity}', b'{"a":"\\ud800"}', b'{"a":1', b'', b"{'a':1}",
       b'{"a":01}', b'{"a":1,}')


@point('json-strict', 'the parser of these tests takes nothing that another one '
       'could refuse')
def parser(lab):
    check(control.strict(b'{"a": [1, null, "\\u00e4"]}\n') ==
          {'a': [1, None, '\xe4']}, 'good JSON')
    for octets in BAD:
        try:
            got = control.strict(octets)
        except Fail:
            continue
        raise Fail('%r is taken as %s' % (octets, got))
    return '%d refused' % len(BAD)


def documented():
    """{where: names} of the table in management.md."""
    with open(DOCS) as stream:
        table = stream.read().split('\n## Names in JSON\n')[1]
    rows = re.findall(r'(?m)^\| ([^|]+) \| ([^|]+) \|$',
                      table.split('\n## ')[0])[1:]
    return {where: set(re.findall('`([a-z_]+)`', names))
            for several, names in rows
            for where in several.replace('`', '').split('; ')}


@point('json-fields', 'each command with --json: the names that management.md '
       'lists, no more and no fewer; what clients say cannot break it')
def fields(lab):
    names = documented()
    seen = set()

    def same(where, got):
        seen.add(where)
        check(where in names, 'management.md has no row ' + where)
        check(set(got) == names[where], '%s: %s are not in both' % (
            where, set(got) ^ names[where]))
    control.start(lab, conf=lab.reporting_pppd() +
                  [('pool', 'staff 10.8.0.1-9')])
    watch = Watch().begin(lab)
    lab.theatre.greeting = (puppet.LCP,)
    call = lab.call()
    call.pppd.authenticated('a"\\\x1b[31m\x7f\n\udcff'.encode(
        'utf-8', 'surrogateescape').decode('latin-1'))
    call.pppd.login('ann\u00e4"\\\x1b', 'ppp1')
    other = lab.call(address=OTHER)
    check(lab.until(lambda: ctl('-j', 'users').json['users'], 5) is not None,
          'no user')
    same('list', ctl('-j', 'list').json['calls'][0])
    same('show', ctl('-j', 'show', CLIENT).json['call'])
    same('users', ctl('-j', 'users').json['users'][0])
    status = ctl('-j', 'status').json
    same('status', status)
    for part in ('gre', 'hdlc', 'traffic', 'times'):
        same('status, ' + part, status[part])
    same('pools', ctl('-j', 'pools').json)
    same('pools, pools', ctl('-j', 'pools').json['pools'][0])
    same('error', ctl('-j', 'show', 'nobody', expect=1).json['error'])
    same('log-level', ctl('-j', 'log-level').json)
    same('log-level, changed', ctl('-j', 'log-level', 'info').json)
    same('reload', ctl('-j', 'reload').json)
    check(lab.log.wait(r'CTRL: Client %s, .*\(no-gre\)$' % OTHER, 15),
          'not diagnosed')
    other.close()
    check(lab.until(lambda: ctl('-j', 'networks').json['networks'], 10)
          is not None, 'no network')
    same('networks', ctl('-j', 'networks').json['networks'][0])
    same('kick', ctl('-j', 'kick', CLIENT).json['call'])
    lab.connect(client(9)).send(b'GET / HTTP/1.0\r\n\r\n')
    check(lab.until(lambda: len(ctl('-j', 'history').json['history']) >= 2, 5)
          is not None, 'no history')
    for entry in ctl('-j', 'history').json['history']:
        same('history', entry)
    same('events', watch.event('ended'))
    watch.end()
    doctor = ctl('-j', 'doctor', expect=None).json
    same('doctor', doctor)
    for found in doctor['findings']:
        same('doctor, findings', found)
    check(seen == set(names), 'not looked at: %s' % (set(names) - seen))
    ctl('-j', 'drain')
    return '%d rows' % len(seen)
