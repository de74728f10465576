/* wtmpdb, which keeps login records where time_t has 64 bits (Debian 13). */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_WTMP_DB_H
#define PPTPD_WTMP_DB_H

#include <sys/types.h>

/*
 * Records a login, or with user "" the logout of the same line, in a child of
 * its own, which loads libwtmpdb: a data base that is locked or broken keeps
 * nobody waiting, and nothing else is ever loaded into pppd.  The child ends
 * itself after 10 s.  Returns its pid, 0 when the system has no wtmpdb, -1
 * with errno.  The caller may wait for it, or let its SIGCHLD handler do so.
 */
pid_t	wtmp_db_log(const char *line, const char *user, const char *host);

#endif
