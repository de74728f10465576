dnl Whether calls can have limits of their rate and routes: libmnl.

dnl PPTPD_NET: MNL_CFLAGS, MNL_LIBS, with_mnl (yes or no).
AC_DEFUN([PPTPD_NET], [
AC_ARG_WITH([mnl],
    [AS_HELP_STRING([--without-mnl],
        [leave out the plugin that limits the rate of calls and adds routes])],
    [], [with_mnl=yes])
AS_CASE([$with_mnl], [yes|no], [],
    [AC_MSG_ERROR([--with-mnl takes yes or no, not "$with_mnl"])])
AS_IF([test "x$with_mnl" = xyes], [
    PKG_CHECK_MODULES([MNL], [libmnl >= 1.0.4], [],
        [AC_MSG_ERROR([there is no libmnl >= 1.0.4 (Debian: libmnl-dev;
    Fedora, RHEL: libmnl-devel).  Install it, or do without limits of the rate
    with --without-mnl.])])
    AC_DEFINE([WITH_NET], [1], [pptpd-net.so is built])
])
AM_CONDITIONAL([WITH_NET], [test "x$with_mnl" = xyes])
])
