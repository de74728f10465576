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

# radius_so_configure: the options file has pppd's own plugins for RADIUS; after
# configure
radius_so_configure()
{
	local C=/etc/radiusclient

	# radius.so looks its own address up.
	hostname vpn && echo '127.0.0.1 vpn' >>/etc/hosts
	mkdir -p $C
	cat >$C/radiusclient.conf <<-END
	auth_order radius
	login_tries 1
	login_timeout 60
	nologin /etc/nologin
	issue $C/issue
	authserver 127.0.0.1:1812
	acctserver 127.0.0.1:1813
	servers $C/servers
	dictionary $C/dictionary
	login_radius /usr/sbin/login.radius
	seqfile /run/lab/radius.seq
	mapfile $C/port-id-map
	default_realm
	radius_timeout 5
	radius_retries 2
	login_local /bin/login
	END
	: >$C/port-id-map
	echo "127.0.0.1 $(radius_secret)" >$C/servers
	# The format is that of radiusclient, which names the vendor at each line.
	{
		while read -r name number kind; do
			printf 'ATTRIBUTE %s %s %s\n' "$name" "$number" "$kind"
		done <<-END
		User-Name 1 string
		User-Password 2 string
		CHAP-Password 3 string
		NAS-IP-Address 4 ipaddr
		NAS-Port 5 integer
		Service-Type 6 integer
		Framed-Protocol 7 integer
		Framed-IP-Address 8 ipaddr
		Framed-MTU 12 integer
		Reply-Message 18 string
		State 24 string
		Class 25 string
		Session-Timeout 27 integer
		Idle-Timeout 28 integer
		Calling-Station-Id 31 string
		NAS-Identifier 32 string
		Acct-Status-Type 40 integer
		Acct-Delay-Time 41 integer
		Acct-Input-Octets 42 integer
		Acct-Output-Octets 43 integer
		Acct-Session-Id 44 string
		Acct-Authentic 45 integer
		Acct-Session-Time 46 integer
		Acct-Input-Packets 47 integer
		Acct-Output-Packets 48 integer
		Acct-Terminate-Cause 49 integer
		CHAP-Challenge 60 string
		NAS-Port-Type 61 integer
		Connect-Info 77 string
		END
		echo 'VENDOR Microsoft 311 Microsoft'
		while read -r name number kind; do
			printf 'ATTRIBUTE %s %s %s Microsoft\n' "$name" "$number" \
			    "$kind"
		done <<-END
		MS-CHAP-Response 1 string
		MS-CHAP-Error 2 string
		MS-MPPE-Encryption-Policy 7 string
		MS-MPPE-Encryption-Types 8 string
		MS-CHAP-Domain 10 string
		MS-CHAP-Challenge 11 string
		MS-CHAP-MPPE-Keys 12 string
		MS-MPPE-Send-Key 16 string
		MS-MPPE-Recv-Key 17 string
		MS-CHAP2-Response 25 string
		MS-CHAP2-Success 26 string
		MS-Primary-DNS-Server 28 ipaddr
		MS-Secondary-DNS-Server 29 ipaddr
		MS-Primary-NBNS-Server 30 ipaddr
		MS-Secondary-NBNS-Server 31 ipaddr
		END
	} >$C/dictionary
	cat >>/etc/ppp/options.pptpd <<-END
	plugin radius.so
	radius-config-file $C/radiusclient.conf
	plugin radattr.so
	END
}
