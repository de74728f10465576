# Shell library of the scenarios of tests/machine (bash): the laboratory of
# tests/system, with the machine itself as its server, as an administrator runs
# it.  Clients and the LAN are network namespaces, as there.
#
#   internet 198.51.100.0/24: server .1, clients
#   LAN      10.0.0.0/24:     server .2, host "lan" .240
#   eth0                      to the machine below, and Debian's mirror
# shellcheck shell=bash

. /run/tests/system/lab.sh

lab_start()	# CLIENT...
{
	mkdir -p "$LOGS" /run/pptp
	mkfifo "$LAB/ready"
	python3 "$TESTS/logd.py" "$LAB" "$LOGS" nobody "$@" >"$LAB/ready" &
	read -r _ <"$LAB/ready"
	bridge inet
	bridge lan
	ip addr add "$SERVER/24" dev br-inet
	ip addr add 10.0.0.2/24 dev br-lan
	sysctl -qw net.ipv4.ip_forward=1
	host lan 10.0.0.240/24 lan
	on lan ip route add default via 10.0.0.2
	local i=10

	for c; do
		i=$((i + 1))
		host "$c" 198.51.100.$i/24 inet
	done
	: >"$SERVER_LOG"
	journalctl -f -n 0 -u pptpd -o short-unix >>"$SERVER_LOG" 2>/dev/null &
	trap lab_end EXIT
}

lab_end()
{
	local status=$?

	trap - EXIT
	[ "$lab_failed" = 0 ] || status=1
	ps_tree >"$LOGS/processes"
	exit $status
}

# The server is the machine itself; its processes are those of the service.
on()	# HOST COMMAND...
{
	local host=$1

	shift
	if [ "$host" = server ]; then
		"$@"
	else
		ip netns exec "$host" "$@"
	fi
}

pids_of()
{
	if [ "$1" = server ]; then
		cat /sys/fs/cgroup/system.slice/pptpd.service/cgroup.procs \
		    2>/dev/null
	else
		ip netns pids "$1"
	fi
}

# --- packages ----------------------------------------------------------------

internet_up()
{
	! ip route show default | grep -q . || return 0
	ip link set eth0 up
	ip addr add 10.0.2.15/24 dev eth0
	ip route add default via 10.0.2.2
}

# sources RELEASE [RELEASE OF OURS]: where apt looks from now on
sources()
{
	echo "deb $LAB_MIRROR $1 main" >/etc/apt/sources.list
	rm -f /etc/apt/sources.list.d/*
	[ -z "${2:-}" ] ||
	    echo "deb [trusted=yes] file:/run/packages/$2 ./" \
	    >/etc/apt/sources.list.d/test.list
	apt_get update
}

apt_get()
{
	local file=$LOGS/apt

	mkdir -p "$LOGS"
	if ! apt-get -q -y -o Dpkg::Use-Pty=0 "$@" >"$file.now" 2>&1; then
		tail -n 40 "$file.now"
		cat "$file.now" >>"$file"
		return 1
	fi
	cat "$file.now" >>"$file"
}

# install_ours: as on a new machine, with the configuration of tests/system
install_ours()
{
	check "our packages are installed" install_packages "$@" || exit 1
	configure 10.0.0.2 10.0.0.200-220
}

install_packages()
{
	local p dir=/run/packages/$LAB_RELEASE
	local -a files=()

	internet_up	# for what they depend on
	for p in pptpd pptpd-plugins bcrelay "$@"; do
		files+=("$dir/${p}"_*.deb)
	done
	apt_get install --no-install-recommends "${files[@]}"
}

version_is()
{
	dpkg-query -W -f '${Status} ${Version}' pptpd |
	    grep "installed $1"
}

has_package()
{
	dpkg-query -W -f '${Status}\n' "$1" 2>/dev/null | grep ' installed$'
}

# --- the unit ----------------------------------------------------------------

is_active()
{
	systemctl is-active --quiet pptpd
}

main_pid()
{
	systemctl show -P MainPID pptpd
}

# logged PATTERN: in the service's journal, since the scenario began
logged()
{
	grep -E -- "$1" "$SERVER_LOG"
}

# What the machine gets from the client all the time, a line each
steady_pings()	# CLIENT ADDRESS
{
	on "$1" ping -n -i 0.2 "$2" >"$LAB/$1.pings" 2>&1 &
	wait_for 10 replies_after "$1" 0
}

replies()	# CLIENT: so far
{
	grep -c 'bytes from' "$LAB/$1.pings"
}

replies_after()	# CLIENT NUMBER: more than those
{
	[ "$(replies "$1")" -gt "$2" ]
}

pings_go_on()	# CLIENT: from now
{
	wait_for 10 replies_after "$1" $(($(replies "$1") + 5))
}
