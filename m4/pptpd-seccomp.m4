dnl Whether the engine's system calls are limited by seccomp.

dnl PPTPD_SECCOMP: SECCOMP_CFLAGS, SECCOMP_LIBS; after PPTPD_HARDENING.  A
dnl sanitizer's own calls would be the first to be forbidden.
AC_DEFUN([PPTPD_SECCOMP], [
AC_ARG_WITH([seccomp],
    [AS_HELP_STRING([--without-seccomp],
        [do not limit the system calls of the process that reads what clients
         send])],
    [], [with_seccomp=yes])
AS_CASE([$with_seccomp], [yes|no], [],
    [AC_MSG_ERROR([--with-seccomp takes yes or no, not "$with_seccomp"])])
AS_IF([test "x$with_seccomp" = xyes], [
    PKG_CHECK_MODULES([SECCOMP], [libseccomp >= 2.5], [],
        [AC_MSG_ERROR([there is no libseccomp >= 2.5 (Debian: libseccomp-dev;
    Fedora, RHEL: libseccomp-devel).  Install it, or do without one wall of the
    engine's sandbox with --without-seccomp.])])
])
AS_IF([test "x$with_seccomp$enable_sanitizers" = xyesyes],
    [with_seccomp="no (sanitizers)"])
AM_CONDITIONAL([WITH_SECCOMP], [test "x$with_seccomp" = xyes])
])
