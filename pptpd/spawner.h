/* The spawner: a small process that becomes the keepers of calls by forking. */
#ifndef PPTPD_SPAWNER_H
#define PPTPD_SPAWNER_H

#include <sys/types.h>

#include "keeper.h"
#include "pppd_args.h"

/*
 * A fork of a process that has few pages costs a fraction of an exec, in time
 * and in memory.  The request is a struct spawner_request as far as its words
 * go, with the keeper's descriptors (IPC_FD_*) in order; the answer is a
 * struct spawner_answer.  The keeper is a child of the spawner's parent.
 */
struct spawner_request {
	struct keeper_call call;
	char	words[PPPD_ARGS_ROOM];	/* pppd's, each with its NUL */
};

struct spawner_answer {
	pid_t	pid;		/* -1: none */
	int	error;		/* then errno */
};

/* In pptpctrl: serves requests on IPC_FD_PARENT until its end.  Returns the
 * exit status, also that of a keeper that it has become. */
int	spawner_run(void);

/*
 * In the monitor: starts a keeper with the n descriptors from IPC_FD_PARENT
 * on, and the spawner first if there is none.
 * Returns the keeper's pid, or -1 with errno.
 */
pid_t	spawner_keeper(const struct keeper_call *, const struct pppd_args *,
	    const int *fds, int n);
/* Whether that is the spawner. */
int	spawner_is(pid_t);
/* The spawner was reaped?  Then the next call starts another one. */
int	spawner_reaped(pid_t);
/* Ends it and waits for its end. */
void	spawner_stop(void);

#endif
