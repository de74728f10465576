/* The monitor's side of the spawner: starts keepers. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SPAWNER_CLIENT_H
#define PPTPD_SPAWNER_CLIENT_H

#include <sys/types.h>

#include "config/pppd_args.h"
#include "shared/keeper_call.h"

/*
 * Has the spawner start a keeper with n descriptors (KEEPER_FD_* of
 * spawner_msg.h).  Starts the spawner first if there is none.  Returns the
 * keeper's pid, or -1 with errno.
 */
pid_t	spawner_keeper(const struct keeper_call *, const struct pppd_args *,
	    const int *fds, int n);
/* Whether this process is the spawner. */
int	spawner_is(pid_t);
/* A child was reaped.  True if it was the spawner: the next call starts one. */
int	spawner_reaped(pid_t);
/* Ends the spawner and waits for its end. */
void	spawner_stop(void);

#endif
