# Where debhelper does not know of sysusers.d: the user of sysusers.d/pptpd.conf.
if [ "$1" = configure ] && ! getent passwd pptpd >/dev/null; then
	useradd --system --user-group --home-dir / --no-create-home \
	    --shell /usr/sbin/nologin --comment "PPTP server" pptpd
fi
