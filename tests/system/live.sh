# Sourced by scenarios in which a call outlives what serves it (bash): client c1
# pings five times a second and copies files all the while, and its ppp0 stays as
# it is; client c2 calls after each event, and never gets the first one's address.
# shellcheck shell=bash

LAN=10.0.0.240

# What must not change while the server does
line()
{
	local pid

	on c1 cat /sys/class/net/ppp0/ifindex
	pids_named pppd c1
	pids_named pptp c1
	for pid in $(pids_named pppd server); do
		! grep -aq 198.51.100.11 "/proc/$pid/cmdline" || echo "$pid"
	done
}

longest_gap()	# SINCE (ms): between two answers, the last until now
{
	awk -v since="$1" -v now="$(milliseconds)" '
		BEGIN { last = since }
		/bytes from/ {
			t = substr($1, 2) * 1000
			if (t > since) {
				if (t - last > gap) gap = t - last
				last = t
			}
		}
		END {
			if (now - last > gap) gap = now - last
			printf "%d\n", gap
		}' "$LOGS/c1.ping"
}

answers()	# SINCE (ms): how many there were
{
	awk -v since="$1" '/bytes from/ && substr($1, 2) * 1000 > since { n++ }
		END { print n + 0 }' "$LOGS/c1.ping"
}

some_answers()	# SINCE NUMBER
{
	[ "$(answers "$1")" -ge "$2" ]
}

copy()
{
	while [ ! -e "$LAB/enough" ]; do
		if crosses_unchanged c1 "$LAN" 500000; then
			echo copied
		else
			echo lost
			break
		fi
	done >>"$LAB/copies" 2>>"$LOGS/copies"
}

copied()
{
	grep -c copied "$LAB/copies"
}

gone()	# PID
{
	[ ! -e "/proc/$1" ]
}

# live_start: the server with its first client, which pings and copies from now on
live_start()
{
	local begin

	configure 10.0.0.2 10.0.0.200-220
	check "the server starts" server_start
	host c1 198.51.100.11/24 inet
	host c2 198.51.100.12/24 inet
	check "a client calls in" client_up c1 username password
	first=$(client_address c1)
	before=$(line)
	on c1 ip route add 10.0.0.0/24 dev ppp0
	# -D: with the time
	on c1 ping -n -D -i 0.2 "$LAN" >"$LOGS/c1.ping" 2>&1 &
	check "the LAN stores files" store_start lan "$LAN"
	: >"$LAB/copies"
	copy &
	copies=$!
	begin=$(milliseconds)
	check "it pings and copies" wait_for 10 some_answers "$begin" 10
	echo "# $LAB_NAME: longest gap with nothing happening" \
	    "$(longest_gap "$begin") ms"
}

# try TEXT COMMAND: what happens to the server; it serves again afterwards
try()
{
	local text=$1 begin gap

	begin=$(milliseconds)
	check "$text" "$2"
	check "$text: a second client calls" client_up c2 username password
	check "$text: ... and does not get the first one's address" \
	    not is "$(client_address c2)" "$first"
	check "$text: the first pings on" wait_for 15 some_answers "$begin" 10
	check "$text: its ppp0 is the same" is "$(line)" "$before"
	gap=$(longest_gap "$begin")
	check "$text: the longest gap was $gap ms" within "$gap" 0 5000
	check "$text: the second hangs up" client_stop c2
}

# live_end: nothing was lost; the server ends, and tells its client
live_end()
{
	local pid

	: >"$LAB/enough"
	wait "$copies"
	check "no copy was lost or damaged" not grep -q lost "$LAB/copies"
	check "copies went on" within "$(copied)" 3 100000
	check "its ppp0 never went down" not grep -Eq 'Modem hangup|terminated' \
	    "$LOGS/c1.pppd"

	pid=$(server_pid)
	kill -INT "$pid"
	check "SIGINT ends it: the client is told" wait_for 10 \
	    grep -q 'Call disconnect notification received' "$LOGS/c1.log"
	check "the call ends" wait_for 15 client_is_gone c1
	check "every pppd ends" wait_for 15 no_calls
	check "the server ends" wait_for 15 gone "$pid"
}
