"""A FreeRADIUS on 127.0.0.1 with the methods of PPP, a users file, and records
of accounting as text.

    freeradius.py HOME yes|no <USERS   writes its configuration to HOME ("no":
                                       clients need not sign their requests)
                                       and prints the command that runs it"""

import os
import sys

SECRET = 'b5kXq0vT3yPzWm8s'

RADIUSD = '''
prefix = /usr
raddbdir = %(home)s
localstatedir = %(home)s
logdir = %(home)s
run_dir = %(home)s
db_dir = %(home)s
radacctdir = %(home)s
libdir = /usr/lib/freeradius
name = freeradius
max_request_time = 10
cleanup_delay = 5
max_requests = 16384
hostname_lookups = no
log {
	destination = stdout
}
security {
	max_attributes = 200
	reject_delay = 0
	status_server = no
}
%(clients)sthread pool {
	start_servers = 4
	max_servers = 4
	min_spare_servers = 1
	max_spare_servers = 4
	max_requests_per_server = 0
}
modules {
	always reject {
		rcode = reject
	}
	expr {
	}
	pap {
	}
	chap {
	}
	mschap {
		use_mppe = yes
		with_ntdomain_hack = yes
		require_encryption = yes
		require_strong = yes
	}
	files {
		usersfile = ${raddbdir}/users
	}
	detail {
		filename = ${radacctdir}/detail
		permissions = 0600
	}
	detail requests {
		filename = ${radacctdir}/requests
		permissions = 0600
	}
%(modules)s
}
%(site)s
'''

CLIENT = '''client %(address)s {
	ipaddr = %(address)s
	secret = %(secret)s
	require_message_authenticator = %(signed)s
}
'''

SITE = '''
server default {
	listen {
		type = auth
		ipaddr = 127.0.0.1
		port = 1812
	}
	listen {
		type = acct
		ipaddr = 127.0.0.1
		port = 1813
	}
	authorize {
		requests
		chap
		mschap
		files
		pap
	}
	authenticate {
		Auth-Type PAP {
			pap
		}
		Auth-Type CHAP {
			chap
		}
		Auth-Type MS-CHAP {
			mschap
		}
	}
	accounting {
		detail
	}
}
'''


def write(home, users, signed='yes', clients=('127.0.0.1',), modules='',
          site=SITE):
    """clients: their addresses; modules: text of more modules; site: text of
    its virtual server."""
    os.makedirs(home, exist_ok=True)
    os.chmod(home, 0o700)
    with open(home + '/radiusd.conf', 'w') as stream:
        stream.write(RADIUSD % {
            'home': home, 'modules': modules, 'site': site,
            'clients': ''.join(CLIENT % {
                'address': a, 'secret': SECRET, 'signed': signed}
                for a in clients)})
    with open(home + '/users', 'w') as stream:
        stream.write(users)


def command(home):
    return ['/usr/sbin/freeradius', '-f', '-n', 'radiusd', '-d', home, '-D',
            '/usr/share/freeradius', '-l', 'stdout']


if __name__ == '__main__':
    write(sys.argv[1], sys.stdin.read(), *sys.argv[2:3])
    print(' '.join(command(sys.argv[1])))
