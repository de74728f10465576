dnl What configure knows about pppd: its headers, its binary, its plugins.
dnl
dnl pppd refuses a plugin whose version string is not exactly its own, so the
dnl first wall against a mismatch stands here: headers and binary must agree.

dnl PPTPD_PPPD_HEADERS: PPPD_CPPFLAGS, pptpd_pppd_api (2.4, 2.5 or none) and
dnl PPPD_HEADER_VERSION, all without running anything (cross builds).
AC_DEFUN([PPTPD_PPPD_HEADERS], [
AC_ARG_WITH([pppd-headers],
    [AS_HELP_STRING([--with-pppd-headers=DIR],
        [build the plugins with DIR/pppd/pppd.h; "no" leaves them out])],
    [], [with_pppd_headers=search])
PPPD_CPPFLAGS=
AS_CASE([$with_pppd_headers],
    [yes], [with_pppd_headers=must],
    [search|no], [],
    [/usr/include], [with_pppd_headers=must],
    [AS_IF([test ! -f "$with_pppd_headers/pppd/pppd.h"],
        [AC_MSG_ERROR([--with-pppd-headers: there is no
            $with_pppd_headers/pppd/pppd.h])])
     PPPD_CPPFLAGS="-isystem $with_pppd_headers"
     with_pppd_headers=must])
AS_IF([test "x$with_pppd_headers$PPPD_CPPFLAGS" = xsearch], [
    # pppd.pc exists from 2.5 on; where pppd has its own prefix it says where.
    pptpd_dir=`$PKG_CONFIG --variable=includedir pppd 2>/dev/null`
    AS_CASE([$pptpd_dir], [''|/usr/include], [],
        [PPPD_CPPFLAGS="-isystem $pptpd_dir"])
])
AC_MSG_CHECKING([for the headers of pppd])
pptpd_pppd_api=none
PPPD_HEADER_VERSION=
AS_IF([test "x$with_pppd_headers" != xno], [
    save_CPPFLAGS=$CPPFLAGS
    CPPFLAGS="$CPPFLAGS $PPPD_CPPFLAGS"
    # pppd.h includes the one that names the version: pppdconf.h in 2.5,
    # patchlevel.h in 2.4.  So stale headers of the other kind beside it
    # mislead nobody.  confdefs.h is left out: its VERSION is ours.
    AS_ECHO(["#include <pppd/pppd.h>"]) >conftest.c
    AS_ECHO(["pptpd_api_2.5 PPPD_VERSION"]) >>conftest.c
    AS_ECHO(["pptpd_api_2.4 VERSION"]) >>conftest.c
    $CPP $CPPFLAGS -P conftest.c >conftest.i 2>&AS_MESSAGE_LOG_FD
    for pptpd_try in 2.5 2.4; do
        pptpd_v=`sed -n "s/^pptpd_api_$pptpd_try *\"\(.*\)\".*/\1/p" \
            conftest.i`
        AS_IF([test -n "$pptpd_v"], [
            pptpd_pppd_api=$pptpd_try
            PPPD_HEADER_VERSION=$pptpd_v
            break
        ])
    done
    rm -f conftest.c conftest.i
    CPPFLAGS=$save_CPPFLAGS
])
AS_CASE([$pptpd_pppd_api:$with_pppd_headers],
    [none:must], [AC_MSG_RESULT([none])
        AC_MSG_ERROR([--with-pppd-headers: no pppd/pppd.h there that names
            a version (config.log says more)])],
    [none:no], [AC_MSG_RESULT([not wanted: the plugins are left out])],
    [none:*], [AC_MSG_RESULT([none: the plugins are left out])
        AC_MSG_WARN([no headers of pppd (Debian: ppp-dev; Fedora, RHEL:
            ppp-devel): pptpd is built without its plugins])],
    [AC_MSG_RESULT([version $PPPD_HEADER_VERSION])])
])

dnl PPTPD_PPPD_BINARY: PPPD_BINARY, and PPPD_VERSION_FOUND from running it.
AC_DEFUN([PPTPD_PPPD_BINARY], [
AC_ARG_WITH([pppd],
    [AS_HELP_STRING([--with-pppd=PATH],
        [the pppd that will run the calls (/usr/sbin/pppd); "no": do not look
         at any])],
    [], [with_pppd=search])
PPPD_BINARY=/usr/sbin/pppd
PPPD_VERSION_FOUND=unknown
PPPD_PLUGIN_DIR=
pptpd_run=
AS_CASE([$with_pppd],
    [no|search|yes], [],
    [/*], [PPPD_BINARY=$with_pppd],
    [AC_MSG_ERROR([--with-pppd takes an absolute path, not "$with_pppd"])])
AC_MSG_CHECKING([for pppd])
AS_IF([test "x$with_pppd" = xno], [AC_MSG_RESULT([not looked for])],
    [test "x$cross_compiling" = xyes], [
        AC_MSG_RESULT([not run: this is a cross build])],
    [
    # Only root and a group may execute Debian's, but everybody may read it:
    # then a copy of it tells as much.
    rm -rf conftest.dir
    AS_IF([test -f "$PPPD_BINARY" && test -x "$PPPD_BINARY"],
            [pptpd_run=$PPPD_BINARY],
        [test -f "$PPPD_BINARY" && test -r "$PPPD_BINARY"], [
            mkdir conftest.dir && cat "$PPPD_BINARY" >conftest.dir/pppd &&
            chmod 700 conftest.dir/pppd && pptpd_run=./conftest.dir/pppd])
    AS_IF([test -n "$pptpd_run"], [
        pptpd_limit=
        AS_IF([(timeout 5 true) >/dev/null 2>&1], [pptpd_limit="timeout 5"])
        # Up to 2.4.8 the version goes to stderr; a plugin named in
        # /etc/ppp/options may print lines before it.
        pptpd_said=`$pptpd_limit env -i "$pptpd_run" --version \
            2>&1 </dev/null`
        AS_ECHO(["$as_me: pppd --version said: $pptpd_said"]) \
            >&AS_MESSAGE_LOG_FD
        pptpd_v=`AS_ECHO(["$pptpd_said"]) |
            sed -n 's/^pppd version //p' | sed -n '$p'`
        AS_IF([test -n "$pptpd_v"], [PPPD_VERSION_FOUND=$pptpd_v
            AC_MSG_RESULT([$PPPD_BINARY, version $pptpd_v])],
        [AC_MSG_RESULT([$PPPD_BINARY, which cannot tell its version])
            AC_MSG_WARN([$PPPD_BINARY --version says: $pptpd_said])])
    ], [test -e "$PPPD_BINARY"], [
        AC_MSG_RESULT([$PPPD_BINARY, which may not be read])
        AC_MSG_WARN([cannot tell the version of $PPPD_BINARY])],
    [AC_MSG_RESULT([none: the plugins will fit the headers only])
        AC_MSG_WARN([no pppd at $PPPD_BINARY (name it with --with-pppd=PATH):
            nobody can tell whether it will fit the headers])])
])
])

dnl PPTPD_PPPD_PLUGIN_DIR: where pppd looks for plugins named without a slash.
dnl The binary is the authority, but only root may ask it.
AC_DEFUN([PPTPD_PPPD_PLUGIN_DIR], [
AS_IF([test -n "$pptpd_run"], [
    PPPD_PLUGIN_DIR=`$pptpd_limit env -i LC_ALL=C "$pptpd_run" \
        plugin conftest-none.so --version 2>&1 </dev/null |
        sed -n 's,^.*: \(/.*\)/conftest-none\.so: .*,\1,p' | sed -n 1p`
])
AS_IF([test -z "$PPPD_PLUGIN_DIR"],
    [PPPD_PLUGIN_DIR=`$PKG_CONFIG --variable=plugindir pppd 2>/dev/null`])
rm -rf conftest.dir
])

dnl PPTPD_PPPD: all of the above, and where our plugins go.
AC_DEFUN([PPTPD_PPPD], [
AC_REQUIRE([AC_PROG_CPP])
AC_REQUIRE([PKG_PROG_PKG_CONFIG])
PPTPD_PPPD_HEADERS
PPTPD_PPPD_BINARY
AS_IF([test "$pptpd_pppd_api" != none &&
        test "$PPPD_VERSION_FOUND" != unknown &&
        test "$PPPD_VERSION_FOUND" != "$PPPD_HEADER_VERSION"], [
    rm -rf conftest.dir
    AC_MSG_ERROR([the headers of pppd are version $PPPD_HEADER_VERSION, but
    $PPPD_BINARY is version $PPPD_VERSION_FOUND, and would refuse every plugin
    built with them.  Install the headers that belong to it, or say which ones
    with --with-pppd-headers=DIR, or which pppd will run the calls with
    --with-pppd=PATH (--without-pppd: it is not on this machine), or leave the
    plugins out with --without-pppd-headers.])
])
PPTPD_PPPD_PLUGIN_DIR

AC_ARG_WITH([plugindir],
    [AS_HELP_STRING([--with-plugindir=DIR],
        [our plugins (PREFIX/lib/pptpd, or LIBDIR/pptpd where that is a
         lib64)])],
    [], [with_plugindir=default])
AS_CASE([$with_plugindir:$libdir],
    [yes:*|no:*|:*], [AC_MSG_ERROR([--with-plugindir takes a directory])],
    [default:*/lib64], [PPTPD_PLUGINDIR='${libdir}/pptpd'],
    [default:*], [PPTPD_PLUGINDIR='${prefix}/lib/pptpd'],
    [/*], [PPTPD_PLUGINDIR=$with_plugindir],
    [AC_MSG_ERROR([--with-plugindir takes an absolute path, not
        "$with_plugindir"])])
AC_ARG_WITH([plugin-hint],
    [AS_HELP_STRING([--with-plugin-hint=COMMAND],
        [what mends plugins that do not fit pppd; for packages])],
    [], [with_plugin_hint="./configure && make && make install, in pptpd's sources"])

AC_ARG_WITH([aaa-hint],
    [AS_HELP_STRING([--with-aaa-hint=COMMAND],
        [what mends pptpd-aaa.so and pptpd-aaa; for packages])],
    [], [with_aaa_hint=$with_plugin_hint])

# Plugins live in pppd's process, which knows no sanitizer.
PLUGIN_CFLAGS="$WARN_CFLAGS $SO_CFLAGS" PLUGIN_LDFLAGS=$SO_LDFLAGS
AS_IF([test "x$enable_sanitizers" != xyes], [
    PLUGIN_CFLAGS="$WARN_CFLAGS $HARDEN_CFLAGS $SO_CFLAGS"
    PLUGIN_LDFLAGS="$HARDEN_LDFLAGS $SO_LDFLAGS"
])

# dlopen() moved into libc with glibc 2.34.
save_LIBS=$LIBS
AC_SEARCH_LIBS([dlopen], [dl])
LIBS=$save_LIBS
DL_LIBS=
AS_CASE([$ac_cv_search_dlopen], [-l*], [DL_LIBS=$ac_cv_search_dlopen])

AC_DEFINE_UNQUOTED([PPPD_BINARY], ["$PPPD_BINARY"],
    [pppd where the configuration names none])
AC_DEFINE_UNQUOTED([PLUGIN_HINT], ["$with_plugin_hint"],
    [what mends plugins that do not fit pppd])
AC_DEFINE_UNQUOTED([AAA_HINT], ["$with_aaa_hint"],
    [what mends pptpd-aaa.so, and brings pptpd-aaa])
AC_SUBST([PPPD_BINARY])
AC_SUBST([PPPD_VERSION_FOUND])
AC_SUBST([PPPD_HEADER_VERSION])
AC_SUBST([PPPD_PLUGIN_DIR])
AC_SUBST([PPPD_CPPFLAGS])
AC_SUBST([PPTPD_PLUGINDIR])
AC_SUBST([PLUGIN_CFLAGS])
AC_SUBST([PLUGIN_LDFLAGS])
AC_SUBST([DL_LIBS])
AM_CONDITIONAL([HAVE_PPPD_HEADERS], [test "$pptpd_pppd_api" != none])
])
