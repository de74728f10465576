/* The system's interfaces, as the kernel tells them by rtnetlink(7). */
/* SPDX-License-Identifier: ISC */
#ifndef BCRELAY_LINKS_H
#define BCRELAY_LINKS_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Addresses are in host order. */

struct links_addr {
	uint32_t local;
	uint32_t peer;		/* the same as local unless it is a tunnel */
};

struct links_if {
	int			 index;
	char			 name[IFNAMSIZ];
	unsigned int		 flags;		/* IFF_... */
	unsigned short		 type;		/* ARPHRD_... */
	struct links_addr	*addr;		/* IPv4, in the kernel's order */
	size_t			 n_addr;
};

/* All zero: none yet. */
struct links {
	struct links_if	*all;		/* in the order of their indices */
	size_t		 n;
	bool		 torn;	/* interfaces changed during the dump */
};

enum links_end {
	LINKS_MORE,		/* there may be more messages */
	LINKS_DONE,		/* that was the last one of a dump */
	LINKS_TORN,		/* last one, but the dump is inconsistent */
	LINKS_ERROR,		/* the kernel refused, or there is no memory */
};

/* Takes in len octets from the kernel, which are whole messages. */
enum links_end	links_input(struct links *, const void *, size_t len);
void		links_free(struct links *);
struct links_if	*links_find(const struct links *, int index);

#endif
