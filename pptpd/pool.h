/* The slots of calls and the addresses that go with them. */
#ifndef PPTPD_POOL_H
#define PPTPD_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf.h"

/*
 * Slot i has the i-th local and remote address.  There are as many slots as
 * addresses, so that a slot without one cannot be taken.  With delegate there
 * are no addresses, and new slots as they are needed up to the limit.
 */
struct pool {
	struct pool_slot {
		bool taken;
		char local[IPRANGE_TEXT], remote[IPRANGE_TEXT];
	}	*slot;
	int	 n;		/* slots that exist */
	int	 limit;		/* slots that may exist */
	int	 taken;		/* slots in use */
	uint32_t *addr;		/* of all slots, in order, to be searched */
	size_t	 naddr;
};

/*
 * Makes the pool of a configuration, all free; copies what it needs.  0, or
 * -1 without memory.
 */
int	pool_init(struct pool *, const struct conf *);
void	pool_free(struct pool *);

/* Takes the lowest free slot.  Its number, or -1 if there is none. */
int	pool_take(struct pool *);
/* Gives a taken slot back. */
void	pool_release(struct pool *, int slot);

/* The addresses of a slot; NULL: pppd chooses (delegate, or inetd's wish). */
const char *pool_local(const struct pool *, int slot);
const char *pool_remote(const struct pool *, int slot);

/* Whether an address (network order) is one of a slot's, free or not. */
bool	pool_has(const struct pool *, uint32_t addr);

#endif
