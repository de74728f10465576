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
 * Used by pptpd-logwtmp.so inside pppd and by the keeper: the one that knows
 * the call best writes.  Nothing here may hurt a call: no function waits
 * longer than WTMP_LOCK_MS for somebody's lock, and a file that is missing,
 * full or read-only only makes the function fail.
 */
#define WTMP_LOCK_MS 200

/*
 * last(1) and who(1) pass over records without a user: so this stands for
 * him where nobody told.  No account can have the name.
 */
#define WTMP_USER_UNKNOWN "?"

/*
 * Fills a record as libc's logwtmp(3) does, which is what Poptop's plugin
 * calls: USER_PROCESS, or DEAD_PROCESS when user is ""; line, user and host
 * cut to the fields (32, 32, 256 octets), time now, all else zero.
 */
void	wtmp_record(struct utmp *, const char *line, const char *user,
	    const char *host, pid_t);

/*
 * Appends a record to a wtmp file, which must exist, whole or not at all.
 * 0, or -1 with errno.
 */
int	wtmp_append(const char *path, const struct utmp *);

/*
 * Puts a record in the entry of its line in a utmp file, which must exist;
 * adds an entry for a USER_PROCESS without one.  A DEAD_PROCESS only ends an
 * entry of the same pid.  0, or -1 with errno.
 */
int	wtmp_put_utmp(const char *path, const struct utmp *);

/* A record that was opened, until it is closed. */
struct wtmp_login {
	bool	open;
	pid_t	pid;			/* pppd's */
	char	line[UT_LINESIZE + 1];	/* interface */
};

/*
 * Writes the same records as the plugin, in its place: everywhere the system
 * keeps them.  user NULL or "": WTMP_USER_UNKNOWN.  host is the client's
 * address as text.  0, or -1 with errno when wtmp did not take it.
 */
int	wtmp_login(struct wtmp_login *, const char *line, const char *user,
	    const char *host, pid_t);
/* Closes it; does nothing when it is not open.  0, or -1 with errno. */
int	wtmp_logout(struct wtmp_login *);

/*
 * Closes the record that a killed pppd left open, if there is one: the newest
 * of this pid since the call started (wall clock), in wtmp or else in utmp.
 * line may be NULL when nobody knows it.  1 when it was open and is closed
 * now, 0 when nothing was open, -1 with errno.
 */
int	wtmp_close_killed(pid_t, time_t since, const char *line);

/* For tests: other files; NULL is the system's. */
void	wtmp_set_files(const char *wtmp, const char *utmp);

#endif
