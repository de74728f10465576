"""PostgreSQL for FreeRADIUS, with the files of docs/examples/scaling."""

import os
import pwd
import shutil
import subprocess

import examples
import freeradius
from pptptest import namespaces
from pptptest.points import Skip, check

HOME = '/run/conformance/sql'
SCHEMAS = '/etc/freeradius/3.0/mods-config/sql/%s/postgresql/schema.sql'
POLICIES = '/etc/freeradius/3.0/policy.d/accounting'
NEEDED = (POLICIES, SCHEMAS % 'main', SCHEMAS % 'ippool',
          '/usr/lib/freeradius/rlm_sql_postgresql.so')
POLICY = 'policy {\n$INCLUDE %s\n}\n' % POLICIES


def binaries():
    """The directory of the newest PostgreSQL here."""
    base = '/usr/lib/postgresql'
    found = sorted(os.listdir(base), key=int) if os.path.isdir(base) else []
    if not found or not all(map(os.path.exists, NEEDED)):
        raise Skip('PostgreSQL or the SQL files of FreeRADIUS are not '
                   'installed')
    return '%s/%s/bin' % (base, found[-1])


class Database:
    """A server of PostgreSQL that listens on a Unix socket only."""

    def __init__(self):
        self.bin = binaries()
        account = pwd.getpwnam('postgres')
        os.mkdir(HOME)
        os.chown(HOME, account.pw_uid, account.pw_gid)
        os.chmod(HOME, 0o755)
        self.run('initdb', '-D', HOME + '/data', '-A', 'trust', '-N',
                 '--locale=C')
        self.run('pg_ctl', '-D', HOME + '/data', '-w', '-s', '-t', '120',
                 '-l', HOME + '/log', '-o',
                 '-c listen_addresses= -c unix_socket_directories=%s '
                 '-c fsync=off -c max_connections=50' % HOME, 'start')
        self.run('createdb', '-h', HOME, 'radius')
        for part in 'main', 'ippool':
            with open(SCHEMAS % part) as stream:
                self.execute(stream.read())

    def run(self, program, *words, text=None):
        done = subprocess.run(
            ['setpriv', '--reuid=postgres', '--regid=postgres',
             '--clear-groups', '--', '%s/%s' % (self.bin, program)] +
            list(words), cwd='/',
            input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            universal_newlines=True)
        check(done.returncode == 0, '%s: %s' % (program, done.stdout[-300:]))
        return done.stdout

    def execute(self, text):
        return self.run('psql', '-h', HOME, '-d', 'radius', '-q', '-v',
                        'ON_ERROR_STOP=1', '-f', '-', text=text)

    def rows(self, query):
        """A list of lists of strings."""
        text = self.run('psql', '-h', HOME, '-d', 'radius', '-A', '-t', '-q',
                        '-c', query)
        return [line.split('|') for line in text.splitlines()]

    def one(self, query):
        return self.rows(query)[0][0]


def example(name, *changes):
    return examples.text(('scaling', name), *changes)


def write_freeradius(home, clients):
    """FreeRADIUS as docs/scaling.md has it; clients: addresses."""
    modules = example('sql', ('dbname=radius',
                              'dbname=radius user=postgres host=' + HOME))
    freeradius.write(home, '', clients=clients, site=POLICY + example('site'),
                     modules=modules + example('sqlippool'))


def copy_program(name, to):
    shutil.copy(examples.path('scaling', name), to)
    os.chmod(to, 0o755)
    return to


def secret_file(path):
    namespaces.write(path, freeradius.SECRET + '\n')
    os.chmod(path, 0o600)
    return path
