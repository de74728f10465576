/* The slots of calls and the addresses that go with them. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_POOL_H
#define PPTPD_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/addr_set.h"
#include "config/conf.h"

/*
 * There are as many slots as pairs of addresses in the configuration, so that
 * a slot without one cannot be taken; in a new pool slot i has the i-th pair.
 * With delegate there are no addresses, and new slots as they are needed up
 * to the limit.
 *
 * A call keeps its slot's number and its addresses while it lives, whatever
 * the configuration says then: a slot that is no longer wanted goes with its
 * call.
 */
struct pool {
	struct pool_slot {
		bool	 taken;
		bool	 wanted;	/* by the configuration: in order[] */
		uint32_t addr;		/* remote, network order; 0: none */
		char	 local[IPRANGE_TEXT], remote[IPRANGE_TEXT];
	}	*slot;
	int	 n;		/* slots that exist, or existed */
	int	*order;		/* those to be given out, first one first */
	int	 norder;
	bool	 delegate;
	int	 limit;		/* calls that there may be */
	int	 taken;		/* slots in use */
	int	 reserved;	/* calls without a slot of ours */
	struct addr_set addr;	/* of all slots, both ends */
	struct addr_set kept;	/* of pool_reserve() */
	struct addr_set chosen;	/* of pool_chosen() */
};

#define POOL_NONE	(-1)	/* no slot has this address */
#define POOL_TAKEN	(-2)	/* another call has this address */

/*
 * Makes the pool of a configuration, all free; copies what it needs.  0, or
 * -1 without memory.
 */
int	pool_init(struct pool *, const struct conf *);
void	pool_free(struct pool *);
/*
 * Makes it the pool of another configuration.  Slots that are taken stay, and
 * are given out again only if their remote address still stands in it; while
 * there are more calls than it allows, there is no new one.  0, or -1 without
 * memory: then nothing has changed.
 */
int	pool_change(struct pool *, const struct conf *);

/*
 * Takes the first free slot in the configuration's order.  Its number, or -1
 * if there is none.
 */
int	pool_take(struct pool *);
/*
 * Takes the slot of a call that began under another pool or daemon: the one
 * that has its remote address; with delegate, any.  The limit does not count.
 * The addresses are the call's, NULL or "" where pppd chose.  The slot, or
 * POOL_NONE (also without memory), or POOL_TAKEN.
 */
int	pool_claim(struct pool *, const char *local, const char *remote);
/* Gives a taken slot back. */
void	pool_release(struct pool *, int slot);

/*
 * A call that has no slot, or may still be alive somewhere, uses this remote
 * address (NULL or "": one that we do not know): it counts as a call, and
 * nobody is given or can claim the address until pool_unreserve() was called
 * as often.  False without memory: then it is not reserved.
 */
bool	pool_reserve(struct pool *, const char *remote);
void	pool_unreserve(struct pool *, const char *remote);

/*
 * pppd may have chosen these addresses (network order) for calls whose address
 * we do not know: nobody is given one of them until the next time, but a call
 * that has it may claim it.  False without memory: then those of the last time
 * count.
 */
bool	pool_chosen(struct pool *, const uint32_t *addr, size_t n);

/* The addresses of a slot; NULL: pppd chooses (delegate, or inetd's wish). */
const char *pool_local(const struct pool *, int slot);
const char *pool_remote(const struct pool *, int slot);

/* Whether an address (network order) is a slot's, free or not, or reserved. */
bool	pool_has(const struct pool *, uint32_t addr);

#endif
