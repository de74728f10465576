/* Monitor: finds the processes that have come to be children of ours. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_CHILDREN_H
#define PPTPD_CHILDREN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Tells of each child of this process that runs as root, with its arguments
 * as the kernel has them: len octets, words that each end with a NUL.  A
 * process can write over its own, so those of others, such as an engine that a
 * peer has taken over, would prove nothing.  A child that nobody has waited for
 * keeps its number, so the number is good until then.  What it costs is a look
 * at all processes.
 */
void	children_each(void (*)(pid_t, const char *args, size_t len));
/* Whether a word stands among such arguments, and then, if not NULL, next. */
bool	children_args_have(const char *args, size_t len, const char *word,
	    const char *next);

#endif
