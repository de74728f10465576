/* Shared: a descriptor for a process, which need not be a child. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_PROCESS_H
#define PPTPD_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * The descriptor is a pidfd, or, without pidfds (Linux before 5.3, some
 * containers), the process's directory in /proc.  It may be sent to another
 * process.  Neither kind ever refers to a later process with the same pid.
 */

/*
 * Opens process pid.  Returns a close-on-exec descriptor, the caller's; or -1
 * with errno: only ESRCH means that there is no such process.
 */
int	process_open(pid_t pid);

/*
 * Whether the descriptor becomes readable when the process ends.  Otherwise
 * call process_ended() from time to time.
 */
bool	process_can_wait(int fd);

/* Whether the process has ended, reaped or not. */
bool	process_ended(int fd);

/* Sends the process a signal.  0, or -1 with errno; ESRCH: it has ended. */
int	process_kill(int fd, int sig);

#endif
