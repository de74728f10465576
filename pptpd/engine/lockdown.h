/* Engine: gives up for good all rights that serving clients does not need. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_LOCKDOWN_H
#define PPTPD_LOCKDOWN_H

#include <stdbool.h>

/* How the log calls the engine here. */
#define LOCKDOWN_WHO	"MGR: engine"

/*
 * Call it after sandbox_enter(), once every file that will be needed is open:
 * from then on the kernel refuses all that serving clients does not need.  mode
 * is the value of the keyword `sandbox`: "off" does nothing, "log" only logs
 * what the filter would forbid, everything else means "on".  Parts that this
 * kernel does not support are left out.  0, or -1 with the reason logged.
 */
int	lockdown(const char *mode);
/* The part of lockdown() that filters system calls; with the same result. */
int	lockdown_seccomp(bool only_log);

#endif
