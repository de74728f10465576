"""RADIUS over TLS by radsecproxy, as docs/radius.md describes it."""

import os
import shutil
import subprocess

import examples
import freeradius
import plug
import servers
from plug import Plug
from pptptest import namespaces, server
from pptptest.points import Skip, check, point
from test_radius import begin

HOME = '/run/conformance/radsec'


def example(name, *changes):
    return examples.text(('radsec', name), *changes)


class Radius(servers.FreeRadius):
    """With a listener for TLS only."""

    def __init__(self, lab):
        if not os.path.exists('/usr/sbin/freeradius'):
            raise Skip('FreeRADIUS is not installed')
        self.lab = lab
        site = freeradius.SITE
        listeners = site[site.index('\tlisten {'):site.index('\tauthorize')]
        freeradius.write(servers.HOME, servers.USERS, site=site.replace(
            listeners, '') + example(
                'freeradius', ('/etc/freeradius/radsec', HOME)))
        self.start()


@point('radsec', 'radsecproxy carries logins and accounting over TLS, and no '
       'other certificate is taken for the server', waits=True, limit=60)
def radsec(lab):
    if not shutil.which('radsecproxy'):
        raise Skip('radsecproxy is not installed')
    subprocess.run([examples.path('radsec', 'make-certificates'), HOME,
                    'radius.example.net', 'vpn1.example.net'], check=True)
    radius = Radius(lab)
    proxy = start(lab, 'CN:/^radius')
    begin(lab)
    p = Plug()
    answer = p.mschap2('password1')
    check(answer.verdict == plug.ACCEPT and answer.address == '10.9.8.7',
          'not accepted: %s' % server.read(HOME + '/out')[-300:])
    check(p.mschap2('password2').verdict == plug.REJECT, 'not rejected')
    p.account(plug.START)
    check(lab.until(lambda: radius.records(), 10) is not None,
          'no accounting')
    proxy.terminate()
    proxy.wait()
    proxy = start(lab, 'CN:/^another')
    check(Plug().mschap2('password1').verdict == plug.UNAVAILABLE,
          'a certificate of another name is taken')
    proxy.terminate()


def start(lab, name):
    """radsecproxy, which wants this of the server's certificate."""
    namespaces.write(HOME + '/proxy.conf', example(
        'radsecproxy.conf', ('/etc/pptpd/radsec', HOME),
        ('secret SECRET', 'secret ' + servers.SECRET),
        ('203.0.113.130', '127.0.0.1'), ('CN:/^radius', name)))
    child = subprocess.Popen(
        ['nsenter', '--net=/proc/%d/ns/net' % lab.holder, '--', 'radsecproxy',
         '-f', '-c', HOME + '/proxy.conf'], stdin=subprocess.DEVNULL,
        stdout=open(HOME + '/out', 'ab'), stderr=subprocess.STDOUT)
    check(lab.until(lambda: listens(lab, 1813), 10) is not None,
          'radsecproxy: ' + server.read(HOME + '/out'))
    return child


def listens(lab, port):
    return (':%04X ' % port) in server.read('/proc/%d/net/udp' % lab.holder)
