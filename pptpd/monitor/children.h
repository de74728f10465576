/* Monitor: finds our children, such as pppds that a killed keeper left. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_CHILDREN_H
#define PPTPD_CHILDREN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Calls the function for each child of this process that runs as root, with
 * the child's arguments as the kernel has them: len octets, words that each end
 * with a NUL.  Only root's, because a process can overwrite its own arguments:
 * those of an engine that a peer has taken over would prove nothing.  The pid
 * is good until somebody waits for the child.  Looks at all processes of the
 * machine.
 */
void	children_each(void (*)(pid_t, const char *args, size_t len));
/*
 * Whether word stands among such arguments; if next is not NULL, whether next
 * stands behind it.
 */
bool	children_args_have(const char *args, size_t len, const char *word,
	    const char *next);

#endif
