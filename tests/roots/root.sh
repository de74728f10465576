# Minimal roots of distributions, for the scripts beside this file that source
# it.  top is the source tree; die() ends the script with a message.

roots=${PPTPD_ROOTS:-/var/tmp/pptpd-roots}
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}

# base_root RELEASE: makes the smallest root of that release (debootstrap's
# minbase: no init, no compiler, no Python) unless it is there, and sets base.
# It appears under its name when it is whole.  debootstrap knows the mirrors
# of other distributions than Debian.
base_root()
{
	local from=$mirror script=''

	base=$roots/$1
	[ ! -d "$base" ] || return 0
	mkdir -p "$roots" || exit 1
	echo "* making a minimal root of $1 (log: $base.log)"
	case $1 in
	bionic|focal|jammy|noble)
		from=${UBUNTU_MIRROR:-http://archive.ubuntu.com/ubuntu}
		# One for all; an older debootstrap has no name for a newer one.
		script=/usr/share/debootstrap/scripts/gutsy ;;
	esac
	rm -rf "$base.new"
	# shellcheck disable=SC2086 # a word or none
	debootstrap --variant=minbase "$1" "$base.new" "$from" $script \
	    >"$base.log" 2>&1 || die "debootstrap failed, see $base.log"
	mv "$base.new" "$base" || exit 1
}

# copy_tree TO: the tree, changes that are not committed included.
copy_tree()
{
	mkdir -p "$1"
	(cd "$top" && git ls-files -z --cached --others --exclude-standard |
	    while IFS= read -r -d '' f; do
		[ ! -e "$f" ] || printf '%s\0' "$f"
	    done | tar -c --null -T - -f -) |
	    tar -x -C "$1" || die "cannot copy the tree"
}

# fresh_root: a copy of base with a copy of the tree in src/pptpd; sets root.
fresh_root()
{
	root=$(mktemp -d "$base.XXXXXX") || exit 1
	chmod 755 "$root"
	cp -a "$base/." "$root/" &&
	    cp -L /etc/resolv.conf "$root/etc/resolv.conf" || exit 1
	copy_tree "$root/src/pptpd"
}

# drop_root: mounts were in a namespace that has gone.
drop_root()
{
	rm -rf --one-file-system "$root"
}

# inside COMMAND...: in root, with processes of its own; all of them end with
# it.  With EMULATOR and MAGIC set (of this machine's emulator, as binfmt_misc
# wants it) that also runs another machine's programs, there and nowhere else:
# a user namespace has its own list of such, since Linux 6.7.
inside()
{
	local enter='' holder='' status

	if [ -n "${EMULATOR:-}" ]; then
		unshare --user sleep infinity &
		holder=$!
		# It is refused until the process has a namespace of its own.
		until echo '0 0 65536' >/proc/$holder/uid_map; do
			kill -0 $holder || die "cannot make a user namespace"
			sleep 0.1	# look
		done 2>/dev/null
		echo '0 0 65536' >/proc/$holder/gid_map
		enter="nsenter --user=/proc/$holder/ns/user --"
	fi
	# shellcheck disable=SC2016,SC2086 # expanded by that shell; words
	$enter unshare --mount --pid --fork --kill-child --uts --ipc bash -c '
		root=$1 emulator=$2 magic=$3
		shift 3
		mount --make-rprivate / &&
		mount --bind "$root" "$root" &&
		mount -t proc proc "$root/proc" &&
		mount --rbind /sys "$root/sys" &&
		mount --rbind /dev "$root/dev" &&
		mount -t tmpfs tmpfs "$root/dev/shm" &&
		mount -t tmpfs -o mode=755 tmpfs "$root/run" || exit 1
		if [ -n "$emulator" ]; then
			list=$root/proc/sys/fs/binfmt_misc
			mount -t binfmt_misc binfmt_misc "$list" &&
			printf "%s" ":other:M::$magic:$emulator:F" \
			    >"$list/register" || exit 1
		fi
		# As after the start of a machine
		mkdir "$root/run/lock" && chmod 1777 "$root/run/lock"
		hostname bare
		exec env -i HOME=/root TERM="${TERM:-dumb}" \
		    PATH=/usr/sbin:/usr/bin:/sbin:/bin \
		    chroot "$root" "$@"' root "$root" "${EMULATOR:-}" \
	    "${MAGIC:-}" "$@"
	status=$?
	[ -z "$holder" ] || kill "$holder"
	return $status
}
