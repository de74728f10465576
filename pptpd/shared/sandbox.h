/* Gives up root before the first octet of a peer is read. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SANDBOX_H
#define PPTPD_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* who is what the log calls the process, such as "MGR: engine". */

/*
 * Enters the empty directory dir as root, becomes user `pptpd`, without groups,
 * capabilities or a way back, and closes all descriptors from first on.
 * Without that user a number that no account has, from 65520 to 65533; where
 * the user namespace has none of them, `nobody`; both with a warning.  0, or
 * -1 with the reason logged.
 */
int	sandbox_enter(const char *who, const char *dir, unsigned int first);

/*
 * Landlock: no file, no TCP connection, no signal to others.  The ABI version
 * that is in force, 0: this kernel has none.
 */
int	sandbox_landlock(const char *who);

#define SANDBOX_ARGS_MAX	3

/* Argument n, of which only the bits in mask are looked at, is value. */
struct sandbox_arg {
	unsigned int	n;
	uint64_t	mask, value;
};

/* Argument n is exactly v. */
#define SANDBOX_IS(n, v)		{ n, UINT64_MAX, v }
/* Argument n has no other bits than these. */
#define SANDBOX_WITHIN(n, bits)		{ n, ~(uint64_t)(bits), 0 }
/* Of the bits in mask, argument n has exactly these. */
#define SANDBOX_BITS(n, mask, v)	{ n, mask, v }

/* Several rules of one call are alternatives. */
struct sandbox_rule {
	const char	*call;		/* unknown to this system: passed over */
	unsigned int	 n;		/* of arguments that are looked at */
	struct sandbox_arg arg[SANDBOX_ARGS_MAX];
};

/*
 * The system calls that are allowed, besides those that every process needs:
 * memory that is not executed, waiting for oneself, the end.  The rest ends
 * the process, or is logged by the kernel (only_log).  0, or -1 with the
 * reason logged.
 */
int	sandbox_seccomp(const char *who, const struct sandbox_rule *allowed,
	    size_t n, bool only_log);

#endif
