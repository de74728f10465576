/* The spawner: a small process that becomes the keepers of calls by forking. */
#ifndef PPTPD_SPAWNER_H
#define PPTPD_SPAWNER_H

#include <sys/types.h>

#include "pppd_args.h"

/*
 * A fork of a process that has few pages costs a fraction of an exec, in time
 * and in memory.  The request is pppd's words, each with its NUL, with the
 * keeper's descriptors (IPC_FD_*) in order; the answer is a struct
 * spawner_answer.  The keeper is a child of the spawner's parent.
 */
struct spawner_answer {
	pid_t	pid;		/* -1: none */
	int	error;		/* then errno */
};

/* In pptpctrl: serves requests on IPC_FD_PARENT until its end.  Returns the
 * exit status, also that of a keeper that it has become. */
int	spawner_run(void);

/*
 * In the monitor: starts a keeper, and the spawner first if there is none.
 * Returns the keeper's pid, or -1 with errno.
 */
pid_t	spawner_keeper(const struct pppd_args *, const int fds[3]);
/* The spawner was reaped?  Then the next call starts another one. */
int	spawner_reaped(pid_t);
/* Ends it and waits for its end. */
void	spawner_stop(void);

#endif
