dnl What of a library is in the list of parts, "make sbom".

dnl PPTPD_VERSION_OF(VARIABLE, MODULE, USED): VARIABLE_VERSION is what pkg-config
dnl says, "unknown" if it says nothing, and empty if USED is not "yes".
AC_DEFUN([PPTPD_VERSION_OF], [
$1_VERSION=
AS_IF([test "x$3" = xyes], [
    $1_VERSION=`$PKG_CONFIG --modversion $2 2>/dev/null` || $1_VERSION=unknown
])
AC_SUBST([$1_VERSION])
])
