/* pptpdctl's end of the control socket. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_PPTPDCTL_LINK_H
#define PPTPD_PPTPDCTL_LINK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define EXIT_REFUSED	1	/* by the server */
#define EXIT_TROUBLE	2	/* wrong usage, or no server to ask */
#define LINK_CALLS_MAX	65536	/* that are kept of an answer */
#define LINK_LINE_MAX	65536	/* octets of a line that the server sends */

/* All functions report errors by ctl_complain(). */
struct link {
	int	 fd;
	bool	 patient;	/* link_next() waits for as long as it takes,
				   and does not complain of the end */
	bool	 quiet;		/* it does not complain of the end at all */
	bool	 busy;		/* link_collect() was refused for that */
	bool	 gone;		/* the other side has ended, or is too slow */
	size_t	 len;
	char	 buf[LINK_LINE_MAX];
};

/* Connects.  Returns the descriptor, or -1. */
int	 link_open(const char *path);
/* The same without a complaint; -1 with errno set. */
int	 link_try(const char *path);
/* The same after a while, until there is an engine again: for 10 s. */
int	 link_wait(const char *path);
/*
 * Connects to a Unix socket of this type; the connection and each message that
 * is sent may take so many seconds.  The descriptor; -1 with errno set.
 */
int	 link_connect(const char *path, int type, unsigned int limit_s);
/* Becomes user nobody, if we are root. */
bool	 link_give_up_root(void);
/*
 * For a child that reads, when it has given up root: it ends with this parent,
 * by SIGTERM, also if that is killed.  False: the parent has ended before.
 */
bool	 link_end_with(pid_t parent);
/* Sends a request, which it takes; NULL: there was no memory for it. */
bool	 link_ask(int fd, json_t *request);
/* Reads the greeting.  False with the error reported. */
bool	 link_greet(struct link *);
/* Reports what the server says against a request; returns the exit status. */
int	 link_refused(const json_t *answer);
/*
 * Sends a request without words and reads to the end of its answer.  Appends the
 * calls in it to the array; returns the last object, which is the caller's; NULL
 * with the error reported.  A server that is busy is asked for a second.
 */
json_t	*link_collect(struct link *, const char *command, json_t *calls);
/* Receives the next object, which is the caller's; NULL on error. */
json_t	*link_next(struct link *);

#endif
