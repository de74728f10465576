/* Asking a program something, for a limited time. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SUBPROCESS_H
#define PPTPD_SUBPROCESS_H

#include <stddef.h>
#include <stdint.h>

#define SUBPROCESS_LATE   -1	/* no answer in time: it was killed */
#define SUBPROCESS_FAILED -2	/* not started, or killed by a signal */

/*
 * Runs argv[0] (a path) in a directory, until it ends or until deadline_ms
 * (of mono.h).
 * The program gets stdin from /dev/null, a clean environment and no descriptor
 * of ours.  out holds what it writes to stdout and stderr, in order: the last
 * size - 1 octets, with a NUL.  Returns the exit status, or one of the above;
 * for SUBPROCESS_FAILED out says why.  Only a process without a SIGCHLD
 * handler may call it.
 */
int	subprocess_run(char *const argv[], const char *dir, uint64_t deadline_ms,
	    char *out, size_t size);

/* For a child: makes all signals default and unblocks them. */
void	subprocess_signals(void);

#endif
