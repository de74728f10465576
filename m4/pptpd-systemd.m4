dnl Where the systemd unit and its companions go, or that they stay away.
AC_DEFUN([PPTPD_SYSTEMD], [
AC_ARG_WITH([systemdsystemunitdir],
    [AS_HELP_STRING([--with-systemdsystemunitdir=DIR],
        [directory of the systemd unit (PREFIX/lib/systemd/system); "no" leaves
        it and modules-load.d, sysusers.d out])],
    [], [with_systemdsystemunitdir=yes])
AS_CASE([$with_systemdsystemunitdir],
    [yes], [systemdsystemunitdir='${prefix}/lib/systemd/system'],
    [no], [systemdsystemunitdir=],
    [systemdsystemunitdir=$with_systemdsystemunitdir])
AC_SUBST([systemdsystemunitdir])
AM_CONDITIONAL([WITH_SYSTEMD], [test -n "$systemdsystemunitdir"])
])
