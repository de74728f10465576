/* The run directory: making it. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_RUNDIR_H
#define PPTPD_RUNDIR_H

#include <stdbool.h>

#define RUNDIR_EMPTY	RUNDIR "/pptpd/empty"	/* where engines live */

/* Makes it with all that leads there, if it is not there.  False with the
 * reason logged. */
bool	rundir_make(void);

#endif
