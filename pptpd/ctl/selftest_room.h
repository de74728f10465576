/* pptpdctl doctor --self-test: processes in namespaces of their own. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SELFTEST_ROOM_H
#define PPTPD_SELFTEST_ROOM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "ctl/selftest_walk.h"

#define SELFTEST_USER	"self-test"
#define SELFTEST_SECRET	33	/* octets of the password, NUL included */

/* What a room and who has made it say to each other. */
struct room_msg {
	enum { ROOM_READY, ROOM_GO, ROOM_DONE, ROOM_TROUBLE } type;
	struct selftest_result r;	/* DONE; TROUBLE: why */
};

struct room {
	pid_t	pid;		/* its network is this process's */
	int	fd;		/* a socket for struct room_msg */
};

/*
 * Runs fn in a child with mounts, a network and processes of its own, in which
 * /run, /etc/ppp and /dev/log are the room's: of the machine's pppd files there
 * are all but secrets and the scripts that pppd runs.  All that it starts ends
 * with it, it ends with the caller, and nothing of it is left then.  False: it
 * cannot be made; errno.
 */
bool	room_open(struct room *, void (*fn)(int fd, void *), void *arg);
/* Ends all in it. */
void	room_close(struct room *);

void	room_say(int fd, int type, const struct selftest_result *);
/* Trouble, in words. */
void	room_complain(int fd, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
/* Waits for a message; false: it is another one, or none in time. */
bool	room_hear(int fd, int type, int ms, struct room_msg *);

/*
 * In a room: takes the place of the machine's files.  log: NULL, or gets a
 * socket on which syslog comes.  False: errno, and *what has no place.
 */
bool	room_furnish(int *log, const char **what);
/* In a room: the one user that pppd knows there.  False: errno. */
bool	room_secrets(const char *secret);
/* Writes a file in a room.  False: errno. */
bool	room_write(const char *path, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

#endif
