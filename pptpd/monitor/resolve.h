/* Names of hosts that stand in the configuration. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_RESOLVE_H
#define PPTPD_RESOLVE_H

#include <stdbool.h>
#include <stdint.h>

#define RESOLVE_MS	3000	/* for all names of one reading */

/* The first IPv4 address of a name, network order.  Blocks without a limit. */
bool	resolve_name(const char *name, uint32_t *addr, void *arg);

/*
 * The same for a running server: a child asks, and the answer is false if none
 * has come RESOLVE_MS after resolve_begin().  Both functions ignore arg.
 */
void	resolve_begin(void);
bool	resolve_in_time(const char *name, uint32_t *addr, void *arg);

#endif
