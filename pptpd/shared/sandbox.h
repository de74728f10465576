/* Gives up root, before a process reads the first octet of a peer. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SANDBOX_H
#define PPTPD_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In all functions `who` is the name for the log, such as "MGR: engine". */

/*
 * Enters the empty directory dir as root, becomes user `pptpd`, without groups,
 * capabilities or a way back, and closes all descriptors from first on.
 * Without that user a number that no account has, from 65520 to 65533; where
 * the user namespace has none of them, `nobody`; both with a warning.  It can
 * write files that are open up to file_max octets.  0, or -1 with the reason
 * logged.
 */
int	sandbox_enter(const char *who, const char *dir, unsigned int first,
	    unsigned long file_max);

/*
 * Becomes an account, with its groups, or (NULL) a number that no account has,
 * without groups, and not the one that sandbox_enter() would take: no process of
 * it can send signals to those of `pptpd`.  Where the user namespace has no such
 * number it is `nobody`, with a warning.  Without capabilities or a way back,
 * but with the files and system calls that any process of that account has.
 * Closes all descriptors from first on.  0, or -1 with the reason logged.
 */
int	sandbox_become(const char *who, const char *name, unsigned int first);

/*
 * Limits the memory that the process can map to so many octets, unless a lower
 * limit is set already.  Not in builds with sanitizers, which map far more.  0,
 * or -1 with the reason logged.
 */
int	sandbox_memory(const char *who, unsigned long octets);

/*
 * Landlock: no file, no TCP connection, no signal to other processes.  Returns
 * the ABI version in force; 0: this kernel has no Landlock.
 */
int	sandbox_landlock(const char *who);

#define SANDBOX_ARGS_MAX	3

/* Argument n, reduced to the bits in mask, is value. */
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
	const char	*call;		/* ignored if this system has none */
	unsigned int	 n;		/* members of arg */
	struct sandbox_arg arg[SANDBOX_ARGS_MAX];
};

/*
 * Allows these system calls and those that every process needs: memory
 * without execution, waiting, exit.  Any other call ends the process, or with
 * only_log the kernel logs it.  0, or -1 with the reason logged.
 */
int	sandbox_seccomp(const char *who, const struct sandbox_rule *allowed,
	    size_t n, bool only_log);

#endif
