/* Login records of calls: wtmp, utmp and, where there is one, wtmpdb. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_WTMP_H
#define PPTPD_WTMP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>
#include <utmp.h>

/*
 * For pptpd-logwtmp.so inside pppd, and for the keeper if pppd has no such
 * plugin.  Nothing here may hurt a call: no function waits for a lock longer
 * than WTMP_LOCK_MS, and a missing, full or read-only file only makes the
 * function fail.
 */
#define WTMP_LOCK_MS 200

/*
 * The user of a record if the user is not known; last(1) and who(1) skip
 * records without a user.  No account can have this name.
 */
#define WTMP_USER_UNKNOWN "?"

/*
 * Fills a record as libc's logwtmp(3) does (Poptop's plugin calls it):
 * USER_PROCESS, or DEAD_PROCESS if user is ""; line, user and host are cut to
 * 32, 32 and 256 octets; the time is now; all else is zero.
 */
void	wtmp_record(struct utmp *, const char *line, const char *user,
	    const char *host, pid_t);

/*
 * Appends a record to a wtmp file, which must exist, whole or not at all.
 * 0, or -1 with errno.
 */
int	wtmp_append(const char *path, const struct utmp *);

/*
 * Writes a record over the entry with the same line in a utmp file, which must
 * exist.  Adds an entry for a USER_PROCESS if the line has none.  Writes a
 * DEAD_PROCESS only over an entry of the same pid.  0, or -1 with errno.
 */
int	wtmp_put_utmp(const char *path, const struct utmp *);

/* A login whose logout is not yet recorded. */
struct wtmp_login {
	bool	open;
	pid_t	pid;			/* pppd's */
	char	line[UT_LINESIZE + 1];	/* interface */
};

/*
 * Records a login as the plugin does: in wtmp, utmp and wtmpdb, as far as the
 * system has them.  user NULL or "": WTMP_USER_UNKNOWN.  host is the client's
 * address as text.  0, or -1 with errno if wtmp could not be written.
 */
int	wtmp_login(struct wtmp_login *, const char *line, const char *user,
	    const char *host, pid_t);
/* Records the logout, if there is a login.  0, or -1 with errno. */
int	wtmp_logout(struct wtmp_login *);

/*
 * Records the logout for a killed pppd, if its last record is a login: the
 * newest record with this pid since the call started (wall clock), in wtmp or
 * else in utmp.  line is NULL if not known.  1: the logout is recorded; 0:
 * there was no login; -1 with errno.
 */
int	wtmp_close_killed(pid_t, time_t since, const char *line);

/* For tests: use other files; NULL means the system's file. */
void	wtmp_set_files(const char *wtmp, const char *utmp);

#endif
