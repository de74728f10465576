"""Captures of real clients, replayed octet by octet with their own timing.

The captures are not in this tree: captures.py says where they are sought."""

from pptptest.captures import replay
from pptptest.points import point


@point('V-1', 'capture: Windows 2000 beta, hangs up after its first LCP '
       'packet', waits=True)
def v_1(lab):
    return replay(lab, 'windows-nt5beta-to-poptop')


@point('V-2', 'capture: Windows 2000 over Wi-Fi, with garbage in its names',
       waits=True)
def v_2(lab):
    return replay(lab, 'windows2000-to-poptop-wifi')


@point('V-3', 'capture: Windows 7, the end of one call and all of another',
       slow=True, limit=120)
def v_3(lab):
    return replay(lab, 'windows7-to-rras')


@point('V-4', 'capture: Windows 10, 300 encrypted frames', waits=True)
def v_4(lab):
    return replay(lab, 'windows10-to-poptop')


@point('V-5', 'capture: pptp-linux, from SCCRQ to its two TermReq, CCRQ and '
       'FIN', waits=True, limit=60)
def v_5(lab):
    return replay(lab, 'pptp-linux-to-poptop')


@point('V-6', 'capture: pptp-linux that hears no GRE: CCRQ and FIN in one '
       'segment', waits=True)
def v_6(lab):
    return replay(lab, 'pptp-linux-to-microsoft-refused')


@point('V-7', 'capture: Ixia tester, PAP and packets in clear', slow=True,
       limit=120)
def v_7(lab):
    return replay(lab, 'ixia-to-cisco')


@point('V-8', 'capture: 220 encrypted frames of an unknown client, from the '
       'middle of a call', waits=True, limit=60)
def v_8(lab):
    return replay(lab, 'unknown-data-only')
