# Shell library: another Debian release's pppd, in a directory of its own.
# shellcheck shell=sh
#
#   . tests/plugins/fetch.sh
#   fetch_ppp25 DIR      trixie's ppp and ppp-dev: pppd 2.5.2
#   fetch_ppp24 DIR      bookworm's: pppd 2.4.9
#   fetch_ppp SUITE DIR [PACKAGE...]
#
# Then DIR/root is a root with that pppd and all it needs (libraries, OpenSSL's
# legacy provider, a shell for its scripts), to be run with
#
#   chroot DIR/root /usr/sbin/pppd ...
#
# DIR/root/usr/include has its headers, DIR/version says which version it is,
# and DIR/pptpd-logwtmp.so is the plugin of that release's Poptop, to compare
# ours with.  For calls, mount /dev, /proc, /sys
# and whatever of /etc/ppp, /run and /var the call is to see below DIR/root
# before; with PPP's paths so, the real ones are not touched.  DIR is kept and
# used again: a second call returns at once.  DIR should not lie below /tmp:
# pppd 2.5.3 wants every directory above its files safe from others.
#
# Packages come from this machine's own mirror, by a private configuration of
# apt: nothing on the machine is changed.  Needs root (dpkg -x keeps owners).

# The mirror's address, of the machine's first Debian source.
fetch_mirror()
{
	apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' \
	    'Created-By: Packages' 2>/dev/null |
	    sed -n '/security/d; s/^Debian //p' | head -n 1 | grep . ||
	    echo http://deb.debian.org/debian/
}

fetch_ppp()	# SUITE DIR [PACKAGE...]
{
	fetch_suite=$1 fetch_dir=$2
	shift 2
	[ ! -e "$fetch_dir/done-$fetch_suite-2" ] || return 0
	command -v apt-get >/dev/null && command -v dpkg >/dev/null || {
		echo "fetch_ppp: this machine has no apt-get and dpkg" >&2
		return 1
	}
	rm -rf "$fetch_dir/apt" "$fetch_dir/root"
	mkdir -p "$fetch_dir/apt/lists/partial" "$fetch_dir/root" \
	    "$fetch_dir/apt/cache/archives/partial" || return 1
	fetch_dir=$(cd "$fetch_dir" && pwd)
	: >"$fetch_dir/apt/status"
	cat >"$fetch_dir/apt/debian.sources" <<-END
	Types: deb
	URIs: $(fetch_mirror)
	Suites: $fetch_suite
	Components: main
	Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
	END
	# Where the machine has a proxy it is in its own configuration, which
	# apt reads as well.
	cat >"$fetch_dir/apt/apt.conf" <<-END
	Dir::Etc::SourceList "$fetch_dir/apt/debian.sources";
	Dir::Etc::SourceParts "/dev/null";
	Dir::Etc::Preferences "/dev/null";
	Dir::Etc::PreferencesParts "/dev/null";
	Dir::State "$fetch_dir/apt";
	Dir::State::Lists "$fetch_dir/apt/lists";
	Dir::State::Status "$fetch_dir/apt/status";
	Dir::Cache "$fetch_dir/apt/cache";
	APT::Sandbox::User "root";
	APT::Install-Recommends "false";
	Acquire::Languages "none";
	Acquire::Retries "3";
	END
	# openssl-provider-legacy exists from 3.5 on; before, libssl3 has it.
	case $fetch_suite in
	bookworm|bullseye) ;;
	*) set -- openssl-provider-legacy "$@" ;;
	esac
	(
		APT_CONFIG=$fetch_dir/apt/apt.conf
		export APT_CONFIG
		apt-get -qq update &&
		apt-get -qq -y --download-only install ppp ppp-dev dash \
		    coreutils debianutils libmnl0 "$@" &&
		cd "$fetch_dir/apt" && apt-get -qq download pptpd
	) >"$fetch_dir/apt/log" 2>&1 </dev/null || {
		echo "fetch_ppp: cannot fetch ppp of $fetch_suite:" >&2
		tail -n 5 "$fetch_dir/apt/log" >&2
		return 1
	}
	# Merged /usr, as both releases have it.
	for d in bin sbin lib lib64; do
		mkdir -p "$fetch_dir/root/usr/$d"
		ln -s "usr/$d" "$fetch_dir/root/$d"
	done
	for d in "$fetch_dir"/apt/cache/archives/*.deb; do
		# Into usr: tar would replace the links by directories.
		dpkg --fsys-tarfile "$d" |
		    tar -x --keep-directory-symlink -C "$fetch_dir/root" -f - ||
		    return 1
	done
	dpkg --fsys-tarfile "$fetch_dir"/apt/pptpd_*.deb |
	    tar -xO -f - ./usr/lib/pptpd/pptpd-logwtmp.so \
	    >"$fetch_dir/pptpd-logwtmp.so" || return 1
	rm -rf "$fetch_dir/apt/cache" "$fetch_dir/apt/lists"
	(
		cd "$fetch_dir/root" || exit 1
		mkdir -p dev proc sys run tmp root var/log var/tmp etc/ppp
		[ -e var/run ] || ln -s ../run var/run
		chmod 1777 tmp var/tmp
		[ -e bin/sh ] || ln -s dash bin/sh
		[ -c dev/null ] || mknod -m 666 dev/null c 1 3 2>/dev/null ||
		    : >dev/null
		# Its sample options would stand in every test's way.
		: >etc/ppp/options
	) || return 1
	chroot "$fetch_dir/root" /usr/sbin/pppd --version \
	    >"$fetch_dir/version" 2>&1 || {
		echo "fetch_ppp: pppd of $fetch_suite does not run:" >&2
		cat "$fetch_dir/version" >&2
		return 1
	}
	sed -i 's/^pppd version //' "$fetch_dir/version"
	: >"$fetch_dir/done-$fetch_suite-2"
}

fetch_ppp24()	# DIR [PACKAGE...]
{
	fetch_ppp bookworm "$@"
}

fetch_ppp25()	# DIR [PACKAGE...]
{
	fetch_ppp trixie "$@"
}
