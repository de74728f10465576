/* The keeper of one call: parent of pppd, holder of the call's descriptors. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_KEEPER_H
#define PPTPD_KEEPER_H

#include "shared/keeper_call.h"

/*
 * Once in the process that forks keepers: sets up what they do on signals, and
 * blocks SIGTERM and SIGCHLD, which a keeper looks at when it waits.
 */
void	keeper_catch_signals(void);

/*
 * Serves the call whose record is on IPC_FD_RECORD until its pppd is reaped.
 * argv is pppd's, NULL-terminated, program first.  With CALL_FLAG_KERNEL the
 * keeper tries the kernel data path; IPC_FD_MAP is the map of gre_filter.h.
 * Returns the exit status.
 */
int	keeper_run(const struct keeper_call *, char **argv);

#endif
