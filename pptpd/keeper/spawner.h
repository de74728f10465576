/* The spawner: a small process that becomes the keepers of calls by forking. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SPAWNER_H
#define PPTPD_SPAWNER_H

/* Serves requests on IPC_FD_PARENT until its end.  Returns the
 * exit status, also that of a keeper that it has become. */
int	spawner_run(void);

#endif
