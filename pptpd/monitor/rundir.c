/* Monitor: makes the run directory. */
/* SPDX-License-Identifier: ISC */
#include "monitor/rundir.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"

bool
rundir_make(void)
{
	char path[] = RUNDIR_EMPTY;

	for (char *slash = path + 1; (slash = strchr(slash, '/')) != NULL;
	    slash++) {
		*slash = '\0';
		(void)mkdir(path, 0755);	/* an error shows below */
		*slash = '/';
	}
	if (mkdir(path, 0555) == -1 && errno != EEXIST) {
		log_err("MGR: " RUNDIR_EMPTY ": %s", strerror(errno));
		return false;
	}
	return true;
}
