# Shell library of the system scenarios (bash).  A scenario sources it, calls
# lab_start, then builds hosts, starts the server, checks, and ends.
#
#   internet 198.51.100.0/24: server .1, clients, NAT router
#   LAN      10.0.0.0/24:     server .2, host "lan" .240
#
# Every host is a network namespace of its name.  Log of the server and of its
# pppds: $LOGS/server.log; of client c1: $LOGS/c1.log (syslog), $LOGS/c1.pppd.
# shellcheck shell=bash

set -u
TESTS=/run/tests/system
LAB=/run/lab			# sockets, files that are moved about
LOGS=/run/out/$LAB_NAME.logs	# shown when the scenario fails
SERVER=198.51.100.1
PPTPD=/usr/sbin/pptpd
# shellcheck disable=SC2034 # for the scenarios
SERVER_LOG=$LOGS/server.log

# --- checks ----------------------------------------------------------------

lab_failed=0

ok()
{
	echo "ok $LAB_NAME: $*"
}

not_ok()
{
	echo "not ok $LAB_NAME: $*"
	lab_failed=1
}

skip()	# WHY: nothing more of this scenario can be shown here
{
	echo "skip $LAB_NAME: $*"
	exit 0
}

# check TEXT COMMAND...: ok if the command succeeds.
check()
{
	local text=$1 output

	shift
	if output=$("$@" 2>&1); then
		ok "$text"
	else
		not_ok "$text"
		echo "  failed: $*"
		[ -z "$output" ] || printf '%s\n' "$output" | sed 's/^/  /'
		return 1
	fi
}

# pause SECONDS: as sleep, without a process; in User-Mode Linux one costs 20 ms.
pause()
{
	[ -n "${nothing:-}" ] || exec {nothing}<> <(:)
	read -rt "$1" -u "$nothing" _
	:
}

# wait_for SECONDS COMMAND...: until the command succeeds, at most so long on a
# machine that has nothing else to do, and four times as long on any other.
wait_for()
{
	local end=$((SECONDS + 4 * $1))

	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || return 1
		pause 0.1	# look
	done
}

not()
{
	! "$@"
}

# is ACTUAL EXPECTED
is()
{
	[ "$1" = "$2" ] || { echo "is \"$1\", not \"$2\""; return 1; }
}

# within VALUE LOW HIGH (whole numbers)
within()
{
	# What is no number is not within either.
	if ! [ "$1" -ge "$2" ] || ! [ "$1" -le "$3" ]; then
		echo "\"$1\" is not from $2 to $3"
		return 1
	fi
}

milliseconds()
{
	local now=${EPOCHREALTIME/[.,]/}

	echo $((now / 1000))
}

# --- hosts -----------------------------------------------------------------

lab_start()	# CLIENT...: names of all clients to come, for their syslogs
{
	mkdir -p "$LOGS"
	# As systemd sets it: a syslog that is behind loses nothing so soon.
	sysctl -qw net.unix.max_dgram_qlen=512
	mkfifo "$LAB/ready"
	python3 "$TESTS/logd.py" "$LAB" "$LOGS" server "$@" >"$LAB/ready" &
	read -r _ <"$LAB/ready"
	ln -s "$LAB/server.sock" /dev/log

	bridge inet
	bridge lan
	host server "$SERVER/24" inet
	join server 10.0.0.2/24 lan
	router server
	host lan 10.0.0.240/24 lan
	on lan ip route add default via 10.0.0.2
	if command -v tcpdump >/dev/null; then
		on server tcpdump -i inet -s 160 -U -w "$LAB/server.pcap" \
		    'port 1723 or proto 47 or icmp' >/dev/null 2>&1 &
	fi
	trap lab_end EXIT
}

lab_end()
{
	local status=$?

	trap - EXIT
	[ "$lab_failed" = 0 ] || status=1
	if [ $status != 0 ]; then
		ps_tree >"$LOGS/processes"
		[ ! -s "$LAB/server.pcap" ] || {
			cp "$LAB/server.pcap" "/run/out/$LAB_NAME.pcap"
			control_messages >"$LOGS/control-messages"
		}
	fi
	exit $status
}

# What was said on TCP 1723, a line per message
control_messages()
{
	tcpdump -ttnvr "$LAB/server.pcap" tcp port 1723 2>/dev/null |
	    paste - - | sed -En \
	    's/^([0-9.]+) .* ([0-9.]+) > ([0-9.]+): (Flags [^,]*).*length [0-9]+(: pptp .*CTRL_MSGTYPE=(.*))?$/\1 \2 > \3 \4 \6/p' |
	    grep -v 'Flags \[\.\] $'
}

on()	# HOST COMMAND...
{
	local host=$1

	shift
	ip netns exec "$host" "$@"
}

bridge()
{
	ip link add "br-$1" type bridge
	ip link set "br-$1" up
}

host()	# NAME ADDRESS/BITS BRIDGE
{
	ip netns add "$1"
	on "$1" ip link set lo up
	join "$@"
}

join()	# NAME ADDRESS/BITS BRIDGE: one more interface, called as the bridge
{
	ip link add "$1-$3" type veth peer name "$3" netns "$1"
	ip link set "$1-$3" master "br-$3" up
	on "$1" ip addr add "$2" dev "$3"
	on "$1" ip link set "$3" up
}

router()	# NAME: it forwards
{
	on "$1" sysctl -qw net.ipv4.ip_forward=1
}

# nat NAME OUTER/BITS INNER/BITS: a home router with a bridge of its name
# behind it and Linux' PPTP helper, as sold in millions.
nat()
{
	local tool=iptables

	bridge "$1"
	host "$1" "$2" inet
	join "$1" "$3" "$1"
	router "$1"
	# User-Mode Linux has no IPv4 tables for the newer interface.
	on "$1" iptables -t nat -N lab 2>/dev/null ||
	    tool="iptables-legacy"
	on "$1" $tool -t nat -A POSTROUTING -o inet -j MASQUERADE
	on "$1" $tool -t raw -A PREROUTING -i "$1" -p tcp --dport 1723 \
	    -j CT --helper pptp
}

# pids that live in a host, children too
pids_of()
{
	ip netns pids "$1"
}

ps_tree()
{
	local p

	for p in /proc/[0-9]*; do
		[ -e "$p/status" ] || continue
		printf '%s %s\n' "$(sed -n 's/^\(Pid\|PPid\|State\):\t//p' \
		    "$p/status" | tr '\n' ' ')" \
		    "$(tr '\0' ' ' <"$p/cmdline")"
	done
}

# pids whose program's name (comm) is $1, of host $2 (default: server)
pids_named()
{
	local p comm

	for p in $(pids_of "${2:-server}"); do
		read -r comm 2>/dev/null <"/proc/$p/comm" || continue
		[ "$comm" != "$1" ] || echo "$p"
	done
}

parent_of()
{
	sed -n 's/^PPid:\t//p' "/proc/$1/status"
}

# --- the server ------------------------------------------------------------

# The configuration of the blog posts; what a scenario adds comes from stdin.
configure()	# LOCALIP REMOTEIP
{
	cat >/etc/pptpd.conf <<-END
	option /etc/ppp/options.pptpd
	localip $1
	remoteip $2
	END
	cat >/etc/ppp/options.pptpd <<-END
	require-mschap-v2
	require-mppe-128
	proxyarp
	END
	echo '"username" * "password" *' >/etc/ppp/chap-secrets
}

listening()
{
	on server cat /proc/net/tcp | grep -q ':06BB 00000000:0000 0A'
}

server_running()
{
	local pid

	read -r pid 2>/dev/null </run/pptpd.pid && kill -0 "$pid" 2>/dev/null
}

server_start()	# ARGUMENT...
{
	on server "$PPTPD" "$@" >>"$LOGS/server.stderr" 2>&1
	wait_for 10 listening
}

server_pid()
{
	cat /run/pptpd.pid
}

# Calls that are up, by their pppd.
server_calls()
{
	pids_named pppd server | wc -l
}

no_calls()
{
	[ "$(server_calls)" = 0 ]
}

# --- clients ---------------------------------------------------------------

# client_start NAME USER PASSWORD [pppd option]...: dials in, in the
# background.  Private to each client: its syslog, its /etc/ppp, and the
# directory where pptp keeps its sockets.
client_start()
{
	local name=$1 user=$2 password=$3

	shift 3
	mkdir -p "/etc/netns/$name/ppp" "$LAB/$name.run"
	: >"/etc/netns/$name/ppp/options"
	printf '"%s" * "%s" *\n' "$user" "$password" \
	    >"/etc/netns/$name/ppp/chap-secrets"
	chmod 600 "/etc/netns/$name/ppp/chap-secrets"
	: >"$LOGS/$name.pppd"
	# shellcheck disable=SC2016 # expanded by that shell
	on "$name" bash -c '
		mount --bind "$1.sock" "$(readlink -f /dev/log)"
		mount --bind "$1.run" /run/pptp
		shift
		exec "$@"' client "$LAB/$name" \
	    pppd pty "pptp $SERVER --nolaunchpppd" noauth nodetach debug \
	    user "$user" noipdefault nodefaultroute usepeerdns \
	    require-mppe-128 "$@" \
	    >"$LOGS/$name.pppd" 2>&1 &
	# Or one that waits for its end would find that it is gone.
	wait_for 20 client_has_begun "$name" $!
}

client_has_begun()	# NAME PID: its pppd is there, or was
{
	[ -n "$(pids_named pppd "$1")" ] || ! kill -0 "$2" 2>/dev/null
}

client_up()	# as client_start; returns when IP is up
{
	client_start "$@"
	wait_for 30 client_is_up "$1"
}

client_is_up()
{
	grep -q '^remote IP address' "$LOGS/$1.pppd"
}

client_address()
{
	sed -n 's/^local  IP address //p' "$LOGS/$1.pppd"
}

# client_stop NAME: hangs up in order and waits for its end
client_stop()
{
	local pids

	pids=$(pids_named pppd "$1")
	# shellcheck disable=SC2086 # a list of pids
	[ -z "$pids" ] || kill -TERM $pids
	wait_for 15 client_is_gone "$1"
}

# client_kill NAME: kill -9 of all that runs there
client_kill()
{
	local pids

	pids=$(pids_of "$1")
	# shellcheck disable=SC2086 # a list of pids
	[ -z "$pids" ] || kill -KILL $pids
}

client_is_gone()
{
	[ -z "$(pids_named pppd "$1")" ] && [ -z "$(pids_named pptp "$1")" ]
}

# pings FROM ADDRESS: at least two of three come back
pings()
{
	on "$1" ping -n -c 3 -i 0.3 -W 3 "$2" | tee /dev/stderr |
	    grep -Eq '[23] (packets )?received'
}

# --- moving data -----------------------------------------------------------

# An octet store on a host, port 7000, files in $LAB/store
store_start()	# HOST ADDRESS
{
	mkdir -p "$LAB/store"
	on "$1" python3 "$TESTS/transfer.py" serve "$2" 7000 "$LAB/store" \
	    >>"$LOGS/store" 2>&1 &
	wait_for 5 on "$1" grep -q ':1B58 ' /proc/net/tcp
}

# crosses_unchanged HOST ADDRESS OCTETS: up, then down again, same content
crosses_unchanged()
{
	local file=$LAB/sent.$1

	head -c "$3" /dev/urandom >"$file"
	on "$1" python3 "$TESTS/transfer.py" put "$2" 7000 "$1" "$file" &&
	cmp "$file" "$LAB/store/$1" &&
	on "$1" python3 "$TESTS/transfer.py" get "$2" 7000 "$1" "$file.back" &&
	cmp "$file" "$file.back"
}

# rate FROM TO ADDRESS [SECONDS]: kbit/s that get through of 3,000
rate()
{
	local result=$LAB/rate.$1.$2 receiver

	rm -f "$result"
	on "$2" python3 "$TESTS/blast.py" receive "$3" 9000 "${4:-2}" "$result" &
	receiver=$!
	wait_for 10 on "$2" grep -q ':2328 ' /proc/net/udp
	on "$1" python3 "$TESTS/blast.py" send "$3" 9000 $((${4:-2} + 2)) 3000
	wait "$receiver"
	cat "$result"
}
