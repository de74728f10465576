dnl Hardened flags for programs that the Internet talks to, on by default.

dnl PPTPD_TRY_CFLAG(VARIABLE, FLAG): append FLAG to VARIABLE if the compiler
dnl takes it.
AC_DEFUN([PPTPD_TRY_CFLAG], [
AS_VAR_PUSHDEF([cache], [pptpd_cv_cflag_$2])
AC_CACHE_CHECK([whether $CC accepts $2], [cache], [
    save_CFLAGS=$CFLAGS
    CFLAGS="$CFLAGS -Werror $2"
    AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <stdio.h>]], [[puts("x");]])],
        [AS_VAR_SET([cache], [yes])], [AS_VAR_SET([cache], [no])])
    CFLAGS=$save_CFLAGS])
AS_VAR_IF([cache], [yes], [$1="$$1 $2"])
AS_VAR_POPDEF([cache])
])

dnl PPTPD_HARDENING: WARN_CFLAGS, HARDEN_CFLAGS, HARDEN_LDFLAGS, PIE_CFLAGS,
dnl PIE_LDFLAGS (programs only), SO_CFLAGS and SO_LDFLAGS (plugins only).
AC_DEFUN([PPTPD_HARDENING], [
AC_ARG_ENABLE([hardening],
    [AS_HELP_STRING([--disable-hardening],
        [leave out PIE, RELRO, FORTIFY, stack protector, CET])],
    [], [enable_hardening=yes])
AC_ARG_ENABLE([werror],
    [AS_HELP_STRING([--enable-werror], [treat warnings as errors])],
    [], [enable_werror=no])
AC_ARG_ENABLE([sanitizers],
    [AS_HELP_STRING([--enable-sanitizers],
        [build with AddressSanitizer and UndefinedBehaviorSanitizer])],
    [], [enable_sanitizers=no])

WARN_CFLAGS="-Wall -Wextra -Wshadow -Wpointer-arith -Wstrict-prototypes"
WARN_CFLAGS="$WARN_CFLAGS -Wmissing-prototypes -Wwrite-strings -Wundef"
WARN_CFLAGS="$WARN_CFLAGS -Wformat=2 -Wvla"
AS_IF([test "x$enable_werror" = xyes], [WARN_CFLAGS="$WARN_CFLAGS -Werror"])

HARDEN_CFLAGS= HARDEN_LDFLAGS= PIE_CFLAGS= PIE_LDFLAGS=
SO_CFLAGS="-fPIC -fvisibility=hidden" SO_LDFLAGS="-shared"
AS_IF([test "x$enable_sanitizers" = xyes], [
    enable_hardening=no
    SANITIZE="-fsanitize=address,undefined -fno-sanitize-recover=all"
    HARDEN_CFLAGS="$SANITIZE -fno-omit-frame-pointer"
    HARDEN_LDFLAGS="$SANITIZE"
    AC_DEFINE([WITH_SANITIZERS], [1], [built with sanitizers])
])
AS_IF([test "x$enable_hardening" != xno], [
    # FORTIFY needs optimisation; a distribution that sets its own level wins.
    AS_CASE([" $CFLAGS $CPPFLAGS "], [*_FORTIFY_SOURCE*|*' -O0 '*], [],
        [HARDEN_CFLAGS="-D_FORTIFY_SOURCE=2"])
    PPTPD_TRY_CFLAG([HARDEN_CFLAGS], [-fstack-protector-strong])
    PPTPD_TRY_CFLAG([HARDEN_CFLAGS], [-fstack-clash-protection])
    PPTPD_TRY_CFLAG([HARDEN_CFLAGS], [-fcf-protection])
    PPTPD_TRY_CFLAG([HARDEN_CFLAGS], [-ftrivial-auto-var-init=zero])
    PPTPD_TRY_CFLAG([HARDEN_LDFLAGS], [-Wl,-z,relro])
    PPTPD_TRY_CFLAG([HARDEN_LDFLAGS], [-Wl,-z,now])
    PPTPD_TRY_CFLAG([HARDEN_LDFLAGS], [-Wl,-z,noexecstack])
    PIE_CFLAGS=-fPIE
    PIE_LDFLAGS=-pie
])
AC_SUBST([WARN_CFLAGS])
AC_SUBST([HARDEN_CFLAGS])
AC_SUBST([HARDEN_LDFLAGS])
AC_SUBST([PIE_CFLAGS])
AC_SUBST([PIE_LDFLAGS])
AC_SUBST([SO_CFLAGS])
AC_SUBST([SO_LDFLAGS])
])
