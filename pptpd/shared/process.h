/* Shared: a hold on a process that may be no child of ours. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_PROCESS_H
#define PPTPD_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * The hold is a descriptor, which may be sent to another process: a pidfd, or
 * where there are none (Linux before 5.3, some containers) the process'
 * directory in /proc.  Neither ever means a later process of the same number.
 */

/*
 * Takes hold of process pid.  A descriptor, close-on-exec, which the caller
 * closes; or -1 with errno: only ESRCH means that there is no such process.
 */
int	process_open(pid_t pid);

/*
 * Whether the descriptor gets readable when the process ends.  Otherwise look
 * with process_ended() from time to time.
 */
bool	process_can_wait(int fd);

/* Whether it has ended, reaped or not. */
bool	process_ended(int fd);

/* Sends it a signal.  0, or -1 with errno; ESRCH: it has ended. */
int	process_kill(int fd, int sig);

#endif
