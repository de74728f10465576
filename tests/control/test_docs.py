"""Commands and rules that the guides show do what they say."""

import os
import re
import shutil
import subprocess

from pptptest import namespaces, server
from pptptest.control import ctl, start
from pptptest.lab import client, data
from pptptest.points import Skip, check, point
from pptptest.prometheus import parse
from pptptest.server import PIDFILE
from test_doctor import examine, said, within

HERE = os.path.dirname(os.path.abspath(__file__))
DOCS = os.path.join(HERE, '..', '..', 'docs')


def guide(name):
    with open(os.path.join(DOCS, name)) as stream:
        return stream.read()


def blocks(text):
    """Indented blocks, without the indent."""
    return [re.sub('(?m)^    ', '', block) for block in
            re.findall(r'(?m)(?:^    .*\n|^\n(?=    ))+', text)]


@point('docs-management', 'each command of management.md works')
def management(lab):
    # Never the machine's own users.
    namespaces.mount('tmpfs', '/etc/ppp', 'tmpfs')
    namespaces.write('/etc/ppp/options', '')
    run = start(lab)
    session = lab.call()
    call_id = '%04X' % session.theirs
    done = []
    for block in blocks(guide('management.md')):
        for line in block.splitlines():
            if not re.match('(pptpdctl|pptpd|vpnuser|openssl) ', line):
                continue
            # In the laboratory there is no user alice, and another pid file.
            command = line
            if 'trace' in line or '--now' in line:  # the last one has ended
                session = lab.call(address=client(len(done)))
                call_id = '%04X' % session.theirs
                command = re.sub('--seconds 30|--wait', r'--wait --seconds 1',
                                 line).replace('/root/', '/run/conformance/')
                command = command.replace('198.51.100.20',
                                          session.address)
            if line == 'pptpdctl top':  # test_top.py has a terminal
                continue
            if 'pptpdctl' in line:
                command = re.sub('(show|kick|trace)( .*)? alice', r'\1\2 ' +
                                 call_id, command)
                command = command.replace('pptpdctl', 'pptpdctl -p ' +
                                          PIDFILE)
            if line.startswith('pptpd '):
                command += ' -c ' + server.CONF
            got = within(lab, 'sh', '-c', 'printf "one\\n" | { %s; }' %
                         command if not line.startswith('openssl') else
                         command)
            fine = (0, 1, 2) if 'doctor' in line else (0,)
            check(got.returncode in fine, '%s: status %d: %s' % (
                line, got.returncode, got.stdout.decode()))
            done.append(line)
    check(len(done) >= 18, '%d commands: %s' % (len(done), done))
    with open('/etc/ppp/chap-secrets') as stream:
        secrets = stream.read()
    check('alice' not in secrets and '"carol"' in secrets and
          '"OFFICE\\\\bob"' in secrets, secrets)
    check(run.alive(), 'the server has ended')
    return '%d commands' % len(done)


@point('docs-alerts', 'the alerts of management.md are about series that '
       'there are; promtool takes them')
def alerts(lab):
    start(lab)
    text = re.search('(?s)```yaml\n(.*?)```', guide('management.md')).group(1)
    there = {key.partition('{')[0] for key in
             parse(ctl('metrics').out)}
    named = set(re.findall(r'pptpd_\w+', text))
    check(len(named) >= 5 and named <= there, '%s' % (named - there))
    tool = shutil.which('promtool')
    if tool:
        path = '/run/conformance/alerts.yml'
        namespaces.write(path, text)
        done = subprocess.run([tool, 'check', 'rules', path],
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        check(done.returncode == 0, done.stdout.decode())


def rules(lab, wanted):
    """The block of firewall.md, for the interfaces of the laboratory."""
    found = [b for b in blocks(guide('firewall.md')) if wanted in b]
    check(len(found) == 1, '%d blocks with %s' % (len(found), wanted))
    return found[0].replace('eth0', 's0')


def judge(lab):
    """The rules let clients in, and doctor says so."""
    found = examine(lab)
    check(said(found, 'firewall', 'ok') and said(found, 'mss', 'ok'),
          str(said(found, 'firewall') + said(found, 'mss')))
    lab.call().needs()
    # Another port is closed: the rules are in force.
    done = within(lab, 'sh', '-c', 'iptables-save; nft list ruleset')
    check(b'1723' in done.stdout, 'no rules')


@point('docs-iptables', 'the iptables rules of firewall.md: calls come up, '
       'doctor has nothing against them')
def iptables(lab):
    start(lab)
    text = rules(lab, 'iptables -P FORWARD DROP')
    done = within(lab, 'sh', '-e', '-c', text)
    check(done.returncode == 0, done.stdout.decode())
    judge(lab)


@point('docs-nftables', 'the nftables rules of firewall.md: the same')
def nftables(lab):
    if shutil.which('nft') is None:
        raise Skip('there is no nft')
    start(lab)
    path = '/run/conformance/rules.nft'
    namespaces.write(path, rules(lab, 'table inet filter'))
    done = within(lab, 'nft', '-f', path)
    check(done.returncode == 0, done.stdout.decode())
    judge(lab)


@point('docs-how-tos', 'rules of how-tos that firewall.md warns of: doctor '
       'sees the one that keeps GRE out')
def how_tos(lab):
    start(lab)
    for line in ('-A INPUT -p tcp --dport 1723 -j ACCEPT',
                 '-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT',
                 '-A INPUT -j REJECT', '-A INPUT -p 47 -j ACCEPT'):
        within(lab, 'iptables', *line.split(), check=True)
    found = said(examine(lab), 'firewall', 'error')
    check(found and 'GRE' in found[0]['text'] and found[0]['fix'] ==
          'iptables -I INPUT -p gre -j ACCEPT', str(found))
    # It is an error: to connection tracking GRE is no answer to GRE.
    session = lab.call()
    check(session.delivered(data(b'in vain'), 1.0) is None,
          'GRE comes through')
    session.close()
    within(lab, *found[0]['fix'].split(), check=True)
    check(said(examine(lab), 'firewall', 'ok'), 'not mended')
    lab.call().needs()
    return found[0]['text']
