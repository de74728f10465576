"""Logins of known clients, from the first SYN until IP is up, with a stand-in
that answers as pppd does: too early a request gets Terminate-Ack."""

import time

from pptptest import clients, namespaces
from pptptest.lab import CLIENT
from pptptest.points import check, point


def login(lab, name):
    """Milliseconds of each step of one login."""
    dial = clients.Dial(clients.PROFILES[name], namespaces.SERVER, CLIENT,
                        'username', 'password')
    steps = dial.run(15)
    dial.close()
    check(not dial.failed, 'no login: %s, after %s' % (dial.failed, text(
        steps)))
    return steps


def text(steps):
    return ', '.join('%s %.0f' % pair for pair in steps.items())


def quickly(lab, name, limit=1500):
    """No wait of a client's timer, which is 2 s, or of pppd's, 3 s."""
    clients.play_pppd(lab)
    lab.server()
    steps = login(lab, name)
    took = steps['IP'] - steps['OCRP']
    check(took < limit, 'from OCRP to IP it takes %.0f ms: %s'
          % (took, text(steps)))
    return text(steps) + ' ms'


@point('Lo-1', 'Windows 10 is in without waiting for its timer: its requests '
       'for IPCP and CCP wait for those of pppd')
def lo_1(lab):
    return quickly(lab, 'Windows 10')


@point('Lo-2', 'so is Windows 7')
def lo_2(lab):
    return quickly(lab, 'Windows 7')


@point('Lo-3', "so is Windows 2000: pppd's first request waits for its "
       'Set-Link-Info')
def lo_3(lab):
    return quickly(lab, 'Windows 2000')


@point('Lo-4', 'MikroTik, which hangs up on a Terminate-Ack for its IPCP, '
       'comes up at all')
def lo_4(lab):
    return quickly(lab, 'MikroTik')


@point('Lo-5', 'macOS is in at once')
def lo_5(lab):
    return quickly(lab, 'macOS')


@point('Lo-6', 'pptp-linux is in at once')
def lo_6(lab):
    return quickly(lab, 'pptp-linux')
