/* Leaving root behind before the first octet of a peer is read. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SANDBOX_H
#define PPTPD_SANDBOX_H

#include <stdbool.h>

/*
 * Enters the empty directory dir as root, becomes user `pptpd` (else
 * `nobody`, with a warning), without groups, capabilities or a way back, and
 * closes all descriptors but those of ipc.h.  0, or -1 with the reason logged.
 */
int	sandbox_enter(const char *dir);

/*
 * The second half, when everything is open that will be needed: from here on
 * the kernel refuses what serving clients does not take.  mode is the value
 * of the keyword `sandbox`: "off" does nothing, "log" lets pass and logs what
 * the filter would have forbidden, everything else means "on".  What this
 * kernel does not have is left out.  0, or -1 with the reason logged.
 */
int	sandbox_lock(const char *mode);

/* The parts of sandbox_lock(). */

/*
 * Landlock: no file, no TCP connection, no signal to others.  The ABI version
 * that is in force, 0: this kernel has none.
 */
int	sandbox_landlock(void);
/*
 * The list of system calls that are allowed; the rest ends the process, or
 * is logged by the kernel (only_log).  0, or -1 with the reason logged.
 */
int	sandbox_seccomp(bool only_log);

#endif
