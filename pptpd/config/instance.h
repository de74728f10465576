/* What several servers on one machine call their files in the run directory. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_INSTANCE_H
#define PPTPD_INSTANCE_H

#include <stddef.h>

/*
 * The file `name` ("control", "keepers", "calls") of the server that has this
 * pid file.  With the default pid file it is RUNDIR/pptpd/name, with another
 * one RUNDIR/pptpd/name-HASH: 8 hex digits of FNV-1a over the pid file's path,
 * as it is written; a relative one counts from "/".  0, or -1 if it is longer
 * than size.
 */
int	instance_path(char *buf, size_t size, const char *name,
	    const char *pidfile);

#endif
