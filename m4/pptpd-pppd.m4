dnl What configure knows about pppd: its headers, its binary, its plugins.
AC_DEFUN([PPTPD_PPPD], [
PPPD_BINARY=/usr/sbin/pppd
PPPD_VERSION_FOUND=unknown
])
