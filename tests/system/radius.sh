# Sourced by scenarios with FreeRADIUS in the server's host (bash), after lab.sh.
# shellcheck shell=bash

RADIUS=/run/lab/radius
# radclient's; fewer where a new request is better than the same one again
RADIUS_TRIES=10

# What FreeRADIUS and its clients share
radius_secret()
{
	python3 -c 'import sys; sys.path.insert(0, "/run/tests/radius")
import freeradius; print(freeradius.SECRET)'
}

# radius_users yes|no: the users of stdin; whether requests have to be signed
radius_users()
{
	radius_command=$(python3 /run/tests/radius/freeradius.py $RADIUS "$@")
}

radius_start()
{
	# shellcheck disable=SC2086 # words
	on server $radius_command >"$LOGS/freeradius" 2>&1 </dev/null &
	wait_for 10 grep -q 'Ready to process' "$LOGS/freeradius"
}

# radius_configure: a server that asks FreeRADIUS about the users of stdin
radius_configure()
{
	radius_users yes
	configure 10.0.0.2 10.0.0.200-220
	echo 'aaa radius' >>/etc/pptpd.conf
	mkdir -p /etc/pptpd
	(umask 077 && radius_secret >/etc/pptpd/radius.secret)
	echo 'server 127.0.0.1 secret-file /etc/pptpd/radius.secret' \
	    >/etc/pptpd/radius.conf
}

# radius_first_call CLIENT USER [pppd option]...: on a busy machine pppd may not have said in
# time whether the plugin fits, and then the first call is refused.
radius_first_call()
{
	local name=$1 user=$2

	shift 2
	client_up "$name" "$user" password "$@" || {
		client_kill "$name"
		client_up "$name" "$user" password "$@"
	}
}

# radius_record TEXT|TEXT...: a record of accounting has all of them
radius_record()
{
	awk -v want="$*" 'BEGIN { RS = ""; n = split(want, pair, "|") } {
		for (i = 1; i <= n; i++)
			if (index($0, pair[i]) == 0) next
		found = 1
	} END { exit !found }' $RADIUS/detail
}

# radius_ask KIND ATTRIBUTE...: what radclient is answered, such as CoA-ACK
radius_ask()
{
	local kind=$1
	shift
	{
		echo 'Message-Authenticator = 0x00'
		echo "Event-Timestamp = $(date +%s)"
		printf '%s\n' "$@"
	} | on server radclient -x -r "$RADIUS_TRIES" -t 3 127.0.0.1:3799 \
	    "$kind" "$(radius_secret)" >"$LOGS/radclient" 2>&1
	sed -n 's/^Received \([A-Za-z-]*\) Id.*/\1/p' "$LOGS/radclient"
}
