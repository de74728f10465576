#!/usr/bin/python3 -B
"""A program for "aaa exec" that does what the user's name says: hook.py LOG
[kept]

Each request, and each start of this program, is a line of JSON in LOG."""

import json
import os
import signal
import sys
import time

PASSWORD = 'password1'


def read_request():
    """Its lines; None: there is none."""
    lines = []
    for line in sys.stdin:
        if line == '\n':
            return lines
        lines.append(line[:-1])
    return lines or None


def say(kind, **fields):
    fields.update(kind=kind, pid=os.getpid(), time=time.monotonic())
    with open(sys.argv[1], 'a') as log:
        log.write(json.dumps(fields) + '\n')


def status():
    found = {}
    with open('/proc/self/status') as stream:
        for line in stream:
            key, _, value = line.partition(':')
            found[key] = value.strip()
    return found


def answer(name):
    """What it says to a login."""
    if name == 'nobody':
        return 'Reject\nReply-Message = "who are you?"\n'
    if name == 'hash':
        return 'Accept\nNT-Hash = 0x%s\n' % os.environ['HASH']
    if name == 'key':
        return 'Accept\nNT-Key = 0x%s\n' % os.environ['KEY']
    if name == 'accept':
        return 'Accept\n'
    if name == 'all':
        return '''Accept
Cleartext-Password = "%s"
Framed-IP-Address = 10.9.8.7
Session-Timeout = 3600
Idle-Timeout = 900
Acct-Interim-Interval = 120
Framed-MTU = 1300
Filter-Id = "gold"
Framed-Route = "10.40.0.0/16 0.0.0.0 1"
Rate-Limit = 2M/512k
Class = gold1
Class = 0x00ff
MS-Primary-DNS-Server = 10.0.0.53
MS-Secondary-DNS-Server = 10.0.0.54
MS-Primary-NBNS-Server = 10.0.0.55
Reply-Message = "welcome"
''' % PASSWORD
    if name == 'garbage':
        return 'Traceback (most recent call last):\n'
    if name == 'value':
        return 'Accept\nSession-Timeout = soon\n'
    if name == 'silent':
        return ''
    if name == 'twice':
        return 'Accept\n\nAccept\n'
    if name == 'flood':
        return 'x' * 1000000
    if name == 'hang':
        time.sleep(1000)        # time: it hangs
    if name == 'exit':
        sys.exit(3)
    if name == 'signal':
        os.kill(os.getpid(), signal.SIGSEGV)
    if name == 'late-exit':
        print('Accept\nCleartext-Password = "%s"\n' % PASSWORD, flush=True)
        sys.exit(4)
    if name == 'errors':
        sys.stderr.write('the database is \033[1maway\nand more\n' +
                         'x' * 5000 + '\n')
    if name == 'child':             # a child that keeps the pipes open
        if os.fork() == 0:
            time.sleep(1000)    # time: it stays
    if name == 'slow':
        say('begin')
        time.sleep(0.3)         # time: that it is at work
        say('end')
    return 'Cleartext-Password = %s\nAccept\nReply-Message = %d\n' % (
        PASSWORD, os.getpid())


def account(lines):
    name = [line for line in lines if line.startswith('User-Name')][0]
    if 'fails' in name and os.path.exists(sys.argv[1] + '.fail'):
        sys.exit(5)
    if 'unwanted' in name:
        return 'Reject\n'
    return 'Accept\n' if sys.argv[2:] else ''


def serve():
    lines = read_request()
    if lines is None:
        return False
    say('request', lines=lines)
    name = [line for line in lines
            if line.startswith('User-Name')][0].split('"')[1]
    out = account(lines) if lines[0] == 'Packet-Type = Accounting-Request' \
        else answer(name)
    sys.stdout.write(out + '\n')
    sys.stdout.flush()
    return True


say('start', status=status(), env=dict(os.environ), cwd=os.getcwd(),
    fds=sorted(int(fd) for fd in os.listdir('/proc/self/fd'))[:-1],
    args=sys.argv[2:], sid=os.getsid(0), umask=os.umask(0o77))
while serve() and sys.argv[2:]:
    pass
