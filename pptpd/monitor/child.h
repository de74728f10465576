/* Starting a program of ours with exactly the descriptors that it gets. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_CHILD_H
#define PPTPD_CHILD_H

#include <sys/types.h>

#define CHILD_FDS_MAX	4

/*
 * Fills descriptors 3 to 15.  What is opened later gets a higher number, so
 * child_spawn() can put a child's descriptors there without closing ours.  Also
 * opens /dev/null on those of 0 to 2 that are closed.  0, or -1 and errno.
 */
int	child_init(void);

/*
 * Starts path with argv in our process group: killing the group ends all
 * processes of the server.  The child's signals are default and unblocked, its
 * environment is PATH only (and TZ, for the clock of log lines).
 *
 * Its descriptors: 0 to 2 are ours if output is -1, else 0 and 1 are /dev/null
 * and 2 is output.  fds[0] becomes 3, fds[1] becomes 4, and so on; -1 leaves
 * that number closed.  All other descriptors must be close-on-exec.
 *
 * If the kernel spares us when memory runs out (oom_score_adj), it does not
 * spare the child.  Returns the child's pid, or -1 and errno.
 */
pid_t	child_spawn(const char *path, char *const argv[], const int *fds, int n,
	    int output);

#endif
