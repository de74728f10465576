/* Waits in the event loop for the end of a process, whoever's child it is. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_PROCESS_WATCH_H
#define PPTPD_PROCESS_WATCH_H

#include <stdbool.h>

#include "shared/loop.h"

/* Embedded in what waits.  fd -1: none, or it has ended. */
struct process_watch {
	int		 fd;		/* of process.h, owned */
	struct loop_watch watch;
	struct loop_timer look;		/* where fd cannot be watched */
};

/*
 * Owns the descriptor from then on.  The callback comes when the process may
 * have ended: it asks process_ended().  False: no memory, stop it.
 */
bool	process_watch_start(struct process_watch *, int fd, loop_fd_fn *,
	    void *arg);
/* Closes the descriptor; may be called again. */
void	process_watch_stop(struct process_watch *);
/* Sends the process a signal.  False: it is not watched. */
bool	process_watch_kill(const struct process_watch *, int sig);

#endif
