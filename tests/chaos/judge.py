"""The invariants: what must be true however much trouble there was."""

import os
import re

SILENCE_S = 5.0
UNSERVED_S = 10.0
ENDED = re.compile(r'CTRL: Call of client .* ended: .* octets, (.*), pppd .*')
# What the monitor says of one that did not end as it should
DEATH = re.compile(r'MGR: (engine|pptpctrl)\[(\d+)\] (was killed|exited|does|'
                   r'sent|asks).*')
NO_REASON = ('still up', 'unknown reason')


class Verdicts:
    """Prints a line for each; examples of what is wrong below it."""

    def __init__(self):
        self.passed = self.failed = 0

    def judge(self, text, wrong):
        if wrong:
            self.failed += 1
        else:
            self.passed += 1
        print('%s %s' % ('not ok' if wrong else 'ok', text))
        for line in wrong[:8]:
            print('    ' + line)
        if len(wrong) > 8:
            print('    and %d more' % (len(wrong) - 8))


class Reasons:
    """What the log says about the end of each call, by its pptpctrl's pid."""

    def __init__(self, lines):
        self.of = {}
        for line in lines:
            match = ENDED.match(line.text)
            if match and line.pid not in self.of:
                self.of[line.pid] = match.group(1)
            for pid in re.findall(r'pptpctrl\[(\d+)\]', line.text):
                self.of.setdefault(int(pid), line.text)

    def reason(self, keeper):
        """None: it has none."""
        text = self.of.get(keeper.pid)
        return None if text in NO_REASON else text


def near(maker, when, seconds=6.0):
    """What had been done to the server by then, not long before."""
    return '; '.join('%.1f s before: %s' % (when - t, text)
                     for t, text in maker.said
                     if 0 <= when - t < seconds) or 'nothing near'


def deaths(lines, supervisor, hurt):
    """Processes that died although nobody had touched them."""
    wrong = ['pptpd[%d] ended by itself' % pid for pid in supervisor.ended
             if pid not in hurt]
    for line in lines:
        match = DEATH.match(line.text)
        if match and int(match.group(2)) not in hurt:
            wrong.append(line.text)
    return wrong


def reasons(watch, log):
    return ['call %s: its pptpctrl[%d] ended and the log says not why (%s)' % (
        k.name, k.pid, ', '.join(k.doom) or 'nothing was done to it')
        for k in watch.keepers.values() if log.reason(k) is None]


def survival(calls, watch, log, maker):
    """Calls that the server ended although nothing was done to themselves."""
    wrong = []
    for call in calls:
        keeper = watch.find(call.name())
        if call.by_us or (keeper and keeper.doom):
            continue
        wrong.append('call %s, %.1f s old: %s; log: %s; %s' % (
            call.name(), call.ended - call.up, call.how,
            log.of.get(keeper.pid) if keeper else 'no such pptpctrl',
            near(maker, call.ended)))
    return wrong


def silence(calls, watch, maker):
    """Clients that heard nothing for too long and lived on."""
    wrong = []
    for call in calls:
        keeper = watch.find(call.name())
        if keeper and 'record-damage' in keeper.doom:
            continue
        if call.silence > SILENCE_S:
            wrong.append('call %s: %.1f s without a pong; %s' % (
                call.name(), call.silence,
                near(maker, call.silence_at, call.silence + 2)))
        if call.deaf > SILENCE_S + 2:
            wrong.append('call %s: %.1f s without an Echo-Reply' % (
                call.name(), call.deaf))
    return wrong


def processes(run, before):
    """Who of the server is there that was not at the beginning."""
    return ['%s[%d] %s' % (p.comm, p.pid, p.title.replace('\0', ' '))
            for p in leftovers(run, before)]


def leftovers(run, before):
    allowed = dict(before)
    out = []
    for process in run.processes() + pppds():
        if allowed.get(process.comm, 0) > 0:
            allowed[process.comm] -= 1
        else:
            out.append(process)
    return out


def pppds():
    from pptptest import server
    return [p for p in server.processes() if p.comm == 'pppd']


def census(run):
    """Number of processes by name, descriptors by name."""
    count, fds = {}, {}
    for process in run.processes():
        count[process.comm] = count.get(process.comm, 0) + 1
        fds[process.comm] = targets(process.pid)
    return count, fds


def targets(pid):
    """What the descriptors of a process are, without their numbers."""
    out = []
    try:
        for name in os.listdir('/proc/%d/fd' % pid):
            out.append(re.sub(r'\d+', 'N', os.readlink(
                '/proc/%d/fd/%s' % (pid, name))))
    except OSError:
        pass
    return sorted(out)


def descriptors(run, before):
    """Processes that have more open than when there was no trouble yet."""
    wrong = []
    for comm, now in census(run)[1].items():
        then = list(before.get(comm, []))
        more = len(now) - len(then)
        for target in then:
            if target in now:
                now.remove(target)
        if more > 0:
            wrong.append('%s has %d more: %s' % (comm, more, ', '.join(now)))
    return wrong
