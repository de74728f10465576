dnl Flags of Poptop's configure that this one has no use for: say what to do.

dnl PPTPD_GONE_WITH(NAME, WHAT-TO-DO-INSTEAD)
AC_DEFUN([PPTPD_GONE_WITH], [
AC_ARG_WITH([$1], [], [AS_IF([test "x$withval" != xno],
    [AC_MSG_ERROR(m4_normalize([--with-$1 is gone: $2]))])])
])

dnl PPTPD_GONE_ENABLE(NAME, WHAT-TO-DO-INSTEAD)
AC_DEFUN([PPTPD_GONE_ENABLE], [
AC_ARG_ENABLE([$1], [], [AS_IF([test "x$enableval" != xno],
    [AC_MSG_ERROR(m4_normalize([--enable-$1 is gone: $2]))])])
])
