/* The monitor's side of the spawner: starts keepers. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SPAWNER_CLIENT_H
#define PPTPD_SPAWNER_CLIENT_H

#include <sys/types.h>

#include "config/pppd_args.h"
#include "shared/keeper_call.h"

/*
 * Starts a keeper with the n descriptors from IPC_FD_PARENT
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
