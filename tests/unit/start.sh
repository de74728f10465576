#!/bin/sh
# What pptpd does before it runs, seen from outside: exit status, stdout,
# stderr.  PPTPD is the program.  Starts no server.
set -u

: "${PPTPD:=../../pptpd/pptpd}"
case $PPTPD in /*) ;; *) PPTPD=$PWD/$PPTPD ;; esac
if ! [ -x "$PPTPD" ]; then
	echo "start.sh: $PPTPD is not there" >&2
	exit 1
fi
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
failed=0
name=

fail()
{
	echo "FAIL $name: $*"
	sed 's/^/     stdout: /' out
	sed 's/^/     stderr: /' err
	failed=$((failed + 1))
}

# run STATUS NAME ARGS...
run()
{
	want=$1 name=$2
	shift 2
	"$PPTPD" "$@" >out 2>err </dev/null
	status=$?
	[ $status -eq "$want" ] || fail "exit status $status, not $want"
}

# said FILE TEXT: a line of it is TEXT
said()
{
	grep -Fqx -e "$2" "$1" || fail "$1 lacks: $2"
}

# starts FILE TEXT: a line of it begins with TEXT
starts()
{
	awk -v text="$2" 'index($0, text) == 1 { found = 1 }
		END { exit !found }' "$1" || fail "$1 lacks: $2..."
}

silent()
{
	[ ! -s "$1" ] || fail "$1 is not empty"
}

cat >options <<'END'
name pptpd
require-mschap-v2
require-mppe-128
END
# It is asked for its version at most.
printf '#!/bin/sh\necho "pppd version 2.4.9" >&2\n' >pppd
chmod 755 pppd
cat >good.conf <<END
option $tmp/options
ppp $tmp/pppd
pidfile $tmp/pid
localip 10.0.0.2
remoteip 10.0.0.200-220
END
chmod 644 options good.conf

run 0 'version' -v
grep -q '^pptpd v[0-9]' out || fail 'no version'
silent err
run 0 'help' --help
said out 'Usage: pptpd [options], where options are:'
silent err
run 1 'unknown option' -Z
said out 'Usage: pptpd [options], where options are:'
grep -q "invalid option -- 'Z'" err || fail 'getopt says nothing'

run 0 'check' --check -c good.conf
said out '  configuration     good.conf'
said out '  calls             at most 21 at once'
said out '  first message     within 10 s'
said out '  server:client     10.0.0.2:10.0.0.200'
said out '                    10.0.0.2:10.0.0.220'
starts out "    $tmp/pppd local file $tmp/options 115200 10.0.0.2:10.0.0.200 ipparam 203.0.113.1 remotenumber 203.0.113.1"
said out "  pid file          $tmp/pid"
grep -q '^  listens on        all addresses, TCP port [0-9]*, and GRE$' out ||
	fail 'no listener'
if [ -e pid ]; then
	fail 'a pid file was written'
fi

run 0 'check of options that win' --check -c good.conf -C 3 -t 7 -l 127.0.0.1 \
	-i -s 9600 -f word
said out '  calls             at most 3 at once'
said out '  first message     within 7 s'
starts out "    $tmp/pppd local file $tmp/options 9600 10.0.0.2:10.0.0.200 remotenumber 203.0.113.1"
said out '  runs in           the foreground'
said err 'pptpd: warning: command line: not an option, ignored: "word"'
said err 'pptpd: warning: MGR: connections limit (3) reached, extra IP addresses ignored'

cat good.conf >limits.conf
cat >>limits.conf <<'END'
max-per-ip 4
call-timeout 0
auth-timeout 90
END
said out '  of one address    no limit'
said out '  request of a call within 60 s'
said out '  authentication    within 60 s'
run 0 'check of limits' --check -c limits.conf
said out '  of one address    at most 4 at once'
said out '  request of a call at any time'
said out '  authentication    within 90 s'

hard=$(ulimit -H -n)
files=$(ulimit -S -n)
ulimit -S -n 64 && ulimit -H -n 64
run 0 'too few descriptors' --check -c good.conf
said err 'pptpd: warning: default: connections: 21 calls take 134 descriptors, and a process may open 64: raise that with LimitNOFILE= in the systemd unit, or with ulimit -n'
{ cat good.conf; echo engines 8; } >engines.conf
run 0 'too few descriptors for the engines' --check -c engines.conf
said err 'pptpd: warning: default: connections: 21 calls take 148 descriptors, and a process may open 64: raise that with LimitNOFILE= in the systemd unit, or with ulimit -n'
ulimit -H -n "$hard" 2>/dev/null && ulimit -S -n "$files"

run 0 'check with delegate' --check -c good.conf -D
said out '  calls             at most 4096 at once, pppd chooses addresses'
starts out "    $tmp/pppd local file $tmp/options 115200 ipparam 203.0.113.1 remotenumber 203.0.113.1"
run 0 'check with delegate and a limit' --check -c good.conf -D -C 7
said out '  calls             at most 7 at once, pppd chooses addresses'

mkdir dir
cat >bad.conf <<'END'
listen no such name
ppp dir
option missing
remoteip 10.0.0.1, 10.0.0.2
localip 10.0.0.9-1
END
run 1 'check finds every error' --check -c bad.conf -C -1
silent out
said err 'pptpd: command line: connections: not a number of 0 or more: "-1"'
said err 'pptpd: MGR: Invalid listening address: no such name!'
said err 'pptpd: bad.conf:1: listen: no IPv4 address, and no name that has one: "no such name"'
said err 'pptpd: MGR: Bad IP address ( 10.0.0.2) in config file!'
said err 'pptpd: bad.conf:4: remoteip: no blanks in a list (at " 10.0.0.2"): "10.0.0.1, 10.0.0.2"'
said err 'pptpd: MGR: Bad local IP range: 10.0.0.9-1'
said err 'pptpd: MGR: PPP binary dir not executable'
said err 'pptpd: bad.conf:2: ppp: Is a directory: "dir"'
said err 'pptpd: MGR: PPP options file missing not readable'
said err 'pptpd: bad.conf:3: option: No such file or directory: "missing"'
said err 'pptpd: 6 errors: it would not start'

# As at start: stderr with -f, wherever that stands; syslog alone without.
run 1 'missing file in the foreground' -c missing -f
said err 'pptpd: MGR: Config file not found!'
said err 'pptpd: command line: conf: No such file or directory: "missing"'
silent out
run 1 'missing file in the background' -c missing
silent err
silent out
run 1 'directory' -f -c dir
said err 'pptpd: MGR: Config file not found!'
run 1 'errors at start' -f -c bad.conf
said err 'pptpd: MGR: Invalid listening address: no such name!'
said err 'pptpd: MGR: PPP options file missing not readable'

# A peer reads stdout and stderr under inetd.
run 1 'bad option under inetd' --inetd --fg --nosuch
silent out
silent err
run 1 'missing pppd under inetd' --inetd --fg --ppp /nonexistent
silent out
silent err

# Relative paths are what they are at start.
cat >relative.conf <<'END'
option options
ppp ./pppd
localip 10.0.0.2
remoteip 10.0.0.200-220
END
run 0 'relative paths' --check -c relative.conf
said err "pptpd: relative.conf:1: option: taken as: \"$(pwd -P)/options\""
said err "pptpd: relative.conf:2: ppp: taken as: \"$(pwd -P)/./pppd\""

printf 'noauth\nrequire-mppe-40\n' >unsafe
chmod 666 unsafe
run 0 'unsafe options' --check -c good.conf -o "$tmp/unsafe"
said err "pptpd: warning: $tmp/unsafe:1: noauth: clients come in without a password"
said err "pptpd: warning: $tmp/unsafe: 40-bit encryption is allowed: use require-mppe-128"
said err "pptpd: warning: $tmp/unsafe: mode 0666: others than its owner can change it"
run 0 'safe options' --check -c good.conf
if grep -q "$tmp/options" err; then
	fail 'warns of safe options'
fi

run 0 'address of another machine' --check -c good.conf -l 192.0.2.77
said err 'pptpd: warning: this machine does not have the address 192.0.2.77 now'

head -c 1100000 /dev/zero | tr '\0' '#' >huge.conf
run 1 'huge file' --check -c huge.conf
said err 'pptpd: command line: conf: File too large: "huge.conf"'
head -c 1000000 /dev/zero | tr '\0' '#' >large.conf
echo >>large.conf
cat good.conf >>large.conf
run 0 'large file' --check -c large.conf
said err 'pptpd: Long config file line ignored.'
said out '  calls             at most 21 at once'

[ $failed -eq 0 ]
