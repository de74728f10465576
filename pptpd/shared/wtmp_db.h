/* wtmpdb, which keeps login records where time_t has 64 bits (Debian 13). */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_WTMP_DB_H
#define PPTPD_WTMP_DB_H

#include <sys/types.h>

/*
 * Records a login, or with user "" the logout of the same line.  A child
 * process loads libwtmpdb, so that a locked or broken data base makes nobody
 * wait, and pppd itself loads no further library.  The child ends after 10 s
 * at the latest.  Returns the child's pid, 0 if the system has no wtmpdb, -1
 * with errno.  The caller may wait for the child, or leave it to its SIGCHLD
 * handler.
 */
pid_t	wtmp_db_log(const char *line, const char *user, const char *host);

#endif
