/* Engine: gives up for good what serving clients does not take. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_LOCKDOWN_H
#define PPTPD_LOCKDOWN_H

#include <stdbool.h>

/* How the log calls the engine here. */
#define LOCKDOWN_WHO	"MGR: engine"

/*
 * After sandbox_enter(), when everything is open that will be needed: from
 * here on the kernel refuses what serving clients does not take.  mode is the
 * value of the keyword `sandbox`: "off" does nothing, "log" lets pass and logs
 * what the filter would have forbidden, everything else means "on".  What this
 * kernel does not have is left out.  0, or -1 with the reason logged.
 */
int	lockdown(const char *mode);
/* The part of it that is the list of system calls; with the same result. */
int	lockdown_seccomp(bool only_log);

#endif
