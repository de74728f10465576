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
 * The pool has as many slots as the configuration has pairs of addresses, so
 * every slot has a pair; in a new pool slot i has the i-th pair.  With delegate
 * slots have no addresses, and are made when they are needed, up to the limit.
 *
 * A call keeps its slot's number and its addresses until it ends, even if
 * another configuration does not have them.  A slot that the configuration no
 * longer wants is removed when its call ends.
 */
struct pool {
	struct pool_slot {
		bool	 taken;
		bool	 wanted;	/* by the configuration: in order[] */
		uint32_t addr;		/* remote, network order; 0: none */
		char	 local[IPRANGE_TEXT], remote[IPRANGE_TEXT];
	}	*slot;
	int	 n;		/* slots that exist, or existed */
	int	*order;		/* wanted slots; the first free one is next */
	int	 norder;
	bool	 delegate;
	int	 limit;		/* calls that are allowed */
	int	 taken;		/* slots in use */
	int	 reserved;	/* calls of pool_reserve(), without a slot */
	struct addr_set addr;	/* of all slots, both ends */
	struct addr_set kept;	/* of pool_reserve() */
	struct addr_set chosen;	/* of pool_chosen() */
	struct addr_set named;	/* of the pools with a name, which give their
				   addresses without this one */
	/* Whether a call has this address (network order) by such a pool, or by
	   pppd's secrets: it is passed over.  NULL: nobody says so. */
	bool	 (*leased)(uint32_t addr);
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
 * Changes the pool to another configuration.  Taken slots stay until their
 * calls end, and are given out again only if the new configuration has their
 * remote address.  While there are more calls than it allows, no slot can be
 * taken.  0, or -1 without memory: then nothing has changed.
 */
int	pool_change(struct pool *, const struct conf *);

/*
 * Takes the first free slot in the configuration's order.  Returns its number,
 * or -1 if none is free.
 */
int	pool_take(struct pool *);
/*
 * Takes a slot for a call that began under another pool or server: the slot
 * with its remote address, or with delegate any slot.  The limit does not
 * apply.  local and remote are the call's addresses, NULL or "" if pppd chose
 * them.  Returns the slot, POOL_NONE (also without memory) or POOL_TAKEN.
 */
int	pool_claim(struct pool *, const char *local, const char *remote);
/* Gives a taken slot back. */
void	pool_release(struct pool *, int slot);

/*
 * Reserves a remote address for a call that has no slot, or that perhaps still
 * runs; NULL or "" if its address is unknown.  The call counts against the
 * limit, and no other call can take or claim the address.  Each pool_reserve()
 * needs one pool_unreserve().  False without memory: then nothing is reserved.
 */
bool	pool_reserve(struct pool *, const char *remote);
void	pool_unreserve(struct pool *, const char *remote);

/*
 * Holds back addresses (network order) that pppd may have chosen for calls
 * whose address we do not know.  They are not given to new calls, but a call
 * that has one of them may claim it.  Replaces the addresses of the last
 * pool_chosen().  False without memory: then the last ones stay.
 */
bool	pool_chosen(struct pool *, const uint32_t *addr, size_t n);

/* The addresses of a slot; NULL: pppd chooses (delegate, or under inetd). */
const char *pool_local(const struct pool *, int slot);
const char *pool_remote(const struct pool *, int slot);

/*
 * Whether an address (network order) is a slot's, free or not, or reserved, or
 * one of a pool with a name.
 */
bool	pool_has(const struct pool *, uint32_t addr);

#endif
