/* Starting a program of ours with exactly the descriptors that it gets. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_CHILD_H
#define PPTPD_CHILD_H

#include <sys/types.h>

#define CHILD_FDS_MAX	4

/*
 * Fills descriptors 3 to 15 so that what is opened later lies above them and
 * never in the way of a child's.  Also opens /dev/null on those of 0 to 2
 * that are closed.  0, or -1 and errno.
 */
int	child_init(void);

/*
 * Starts path with argv in our process group, so that who kills that leaves
 * nothing behind; signals default and unblocked, environment of PATH (and TZ,
 * for the log's clock) only.  It gets our 0 to 2, or with output not -1
 * /dev/null as 0 and 1 and that as 2; and fds[0] as 3, fds[1] as 4, ...; -1
 * leaves a hole.  All other
 * descriptors must be close-on-exec.  Where we are spared when memory runs out
 * (oom_score_adj), it is not.  Returns its pid, or -1 and errno.
 */
pid_t	child_spawn(const char *path, char *const argv[], const int *fds, int n,
	    int output);

#endif
