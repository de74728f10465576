"""pptpdctl doctor on a machine that is what it is, beside a server that
runs: what a test can change, it has to name."""

import json
import os
import subprocess

from pptptest import namespaces, server
from pptptest.control import CTL, STRANGER, start
from pptptest.points import check, point

CHECKS = ['configuration', 'ppp', 'mppe', 'kernel-datapath', 'rights',
          'open-tunnels', 'conntrack-helper', 'pppd', 'pppd-options',
          'legacy-provider', 'plugins', 'authentication', 'compression',
          'secrets', 'file-modes', 'forwarding', 'rp-filter', 'pools',
          'proxy-arp', 'mtu', 'firewall', 'mss', 'port', 'limits']


def within(lab, *command, **fields):
    """Runs a command in the server's network."""
    return subprocess.run(
        ['nsenter', '--net=/proc/%d/ns/net' % lab.holder, '--'] +
        list(command), stdin=subprocess.DEVNULL, timeout=60,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **fields)


def examine(lab, *words, wrap=()):
    """Its findings."""
    done = within(lab, *wrap, CTL, '-j', '-p', server.PIDFILE, 'doctor',
                  *words)
    got = json.loads(done.stdout.decode())
    check(list(got) == ['errors', 'warnings', 'notes', 'unknown',
                        'findings'], 'fields %s' % list(got))
    for finding in got['findings']:
        check(list(finding) == ['check', 'severity', 'text', 'fix'],
              'fields %s' % list(finding))
    want = 2 if got['errors'] else 1 if got['warnings'] else 0
    check(done.returncode == want, 'status %d: %s' % (done.returncode, got))
    return got['findings']


def said(findings, name, severity=None):
    return [f for f in findings if f['check'] == name and
            severity in (None, f['severity'])]


@point('doctor', 'doctor: each check has its say, in the documented names; '
       'the server that runs is seen')
def everything(lab):
    run = start(lab)
    found = examine(lab)
    names = []
    for finding in found:
        if finding['check'] not in names:
            names.append(finding['check'])
    check(names == CHECKS, 'checks %s' % names)
    port = said(found, 'port', 'ok')
    check(port and str(run.pid) in port[0]['text'], str(said(found, 'port')))
    check(said(found, 'authentication', 'ok'), str(said(found,
                                                        'authentication')))
    check(said(found, 'firewall', 'ok'), str(said(found, 'firewall')))
    if not os.path.exists('/dev/ppp'):
        check(said(found, 'ppp', 'error'), 'no word about PPP')
    text = within(lab, CTL, '-p', server.PIDFILE, 'doctor').stdout.decode()
    for finding in found:
        check('%-8s %s: %s\n' % (finding['severity'], finding['check'],
                                 finding['text']) in text, finding['text'])
    return '%d findings' % len(found)


@point('doctor-firewall', 'doctor names a rule that drops 1723 or GRE, and '
       'its command mends that')
def firewall(lab):
    start(lab)
    within(lab, 'iptables', '-P', 'INPUT', 'DROP', check=True)
    bad = said(examine(lab), 'firewall', 'error')
    check(len(bad) == 2, str(bad))
    for finding in bad:
        within(lab, *finding['fix'].split(), check=True)
    check(said(examine(lab), 'firewall', 'ok'), 'not mended')
    lab.call().needs()
    return bad[1]['fix']


@point('doctor-forward', 'doctor names a rule that drops what clients send on, '
       'where this machine forwards, and its commands mend that')
def forward(lab):
    start(lab)
    for chain, tool in (('FORWARD', 'iptables'), ('x forward', 'nft')):
        within(lab, 'sysctl', '-qw', 'net.ipv4.ip_forward=0', check=True)
        if tool == 'iptables':
            within(lab, 'iptables', '-P', 'FORWARD', 'DROP', check=True)
        else:
            within(lab, 'nft', 'add table inet x; add chain inet x forward { '
                   'type filter hook forward priority 0; policy drop; }; '
                   'add rule inet x forward iifname "eth0" accept',
                   check=True)
        check(said(examine(lab), 'firewall', 'ok'), 'nothing is forwarded')
        within(lab, 'sysctl', '-qw', 'net.ipv4.ip_forward=1', check=True)
        bad = said(examine(lab), 'firewall', 'warning')
        check(len(bad) == 1 and chain in bad[0]['text'], str(bad))
        within(lab, 'sh', '-c', bad[0]['fix'].replace('"ppp*"', "'\"ppp*\"'"),
               check=True)
        check(said(examine(lab), 'firewall', 'ok'), 'not mended')
    return bad[0]['fix']


@point('doctor-options', 'doctor asks the pppd that is installed whether it '
       'knows the options, and says what to write instead')
def options(lab):
    # The server's own pppd is a fake one.
    path = '/run/conformance/other.conf'
    namespaces.write(server.OPTIONS, server.SECURE +
                     'mppe required,no40,no56\n')
    namespaces.write(path, 'ppp /usr/sbin/pppd\noption %s\n' %
                     server.OPTIONS)
    bad = said(examine(lab, path), 'pppd-options', 'error')
    check(bad and '"mppe"' in bad[0]['text'] and
          'require-mppe-128' in bad[0]['fix'], str(bad))
    namespaces.write(server.OPTIONS, server.SECURE)
    good = said(examine(lab, path), 'pppd-options')
    check(good and good[0]['severity'] == 'ok', str(good))
    return bad[0]['fix']


@point('doctor-alone', 'doctor without a server, and without root')
def alone(lab):
    port = said(examine(lab), 'port')
    check(port[0]['severity'] == 'note' and 'no server' in port[0]['text'],
          str(port))
    found = examine(lab, wrap=['setpriv', '--reuid=%d' % STRANGER.pw_uid,
                               '--regid=%d' % STRANGER.pw_gid,
                               '--clear-groups'])
    for name in ('firewall', 'secrets', 'plugins'):
        got = said(found, name, 'unknown')
        check(got and 'as root' in got[-1]['text'], str(said(found, name)))
    return '%d findings' % len(found)


@point('doctor-self-test', 'doctor --self-test is for root, and says plainly if '
       'the kernel has no PPP; tests/system/scenarios/self-test has the rest')
def self_test(lab):
    start(lab)
    done = within(lab, 'setpriv', '--reuid=%d' % STRANGER.pw_uid,
                  '--regid=%d' % STRANGER.pw_gid, '--clear-groups', CTL,
                  'doctor', '--self-test')
    check(done.returncode == 2 and b'only root' in done.stdout, str(done))
    for words in (('doctor', '--self-test', '--radius', 'x'),
                  ('status', '--self-test'),
                  ('doctor', '--self-test', '--wait')):
        done = within(lab, CTL, *words)
        check(done.returncode == 2 and b'usage: ' in done.stdout, str(done))
    namespaces.write('/run/conformance/bad.conf', 'localip nonsense\n')
    found = examine(lab, '--self-test', '/run/conformance/bad.conf')
    check(len(found) == 1 and 'has errors' in found[0]['text'], str(found))
    found = examine(lab, '--self-test')
    if not os.path.exists('/dev/ppp'):
        check(len(found) == 1 and found[0]['severity'] == 'error' and
              'this kernel has no PPP' in found[0]['text'], str(found))
    return found[0]['text']


@point('doctor-usage', 'doctor takes one file')
def usage(lab):
    done = within(lab, CTL, 'doctor', 'a', 'b')
    check(done.returncode == 2 and b'too many words' in done.stdout,
          str(done))
