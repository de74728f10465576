/* A set of IPv4 addresses that counts how often each one is in it. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ADDR_SET_H
#define PPTPD_ADDR_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed memory is an empty set.  Addresses in network order. */
struct addr_set {
	uint32_t *addr;		/* sorted by the raw big-endian value */
	size_t	  n, size;
};

/* Makes room for n addresses in all.  False without memory. */
bool	addr_set_reserve(struct addr_set *, size_t n);
/*
 * For bulk loading: appends without sorting, up to the reserved size.  Call
 * addr_set_sort() before any search.
 */
void	addr_set_append(struct addr_set *, uint32_t addr);
void	addr_set_sort(struct addr_set *);
/* False without memory. */
bool	addr_set_add(struct addr_set *, uint32_t addr);
/* Takes the address out once, if it is in the set. */
void	addr_set_remove(struct addr_set *, uint32_t addr);
bool	addr_set_has(const struct addr_set *, uint32_t addr);
void	addr_set_free(struct addr_set *);

#endif
