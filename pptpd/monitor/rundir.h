/* The run directory: making it. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_RUNDIR_H
#define PPTPD_RUNDIR_H

#include <stdbool.h>

#define RUNDIR_EMPTY	RUNDIR "/pptpd/empty"	/* where engines live */

/*
 * Makes the directory and its parents, if they do not exist.  False with the
 * reason logged.
 */
bool	rundir_make(void);

#endif
