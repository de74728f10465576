/* The spawner: a small process that forks the keepers of calls. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SPAWNER_H
#define PPTPD_SPAWNER_H

/*
 * Serves requests on IPC_FD_PARENT until the other side closes.  Returns the
 * exit status.  A keeper that it has forked does not return.
 */
int	spawner_run(void);

#endif
