/* An address of a pool with a name, for the call of one pppd. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_POOL_LEASE_H
#define PPTPD_POOL_LEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/pool_name.h"

enum pool_lease_result {
	POOL_LEASE_TAKEN,
	POOL_LEASE_NO_POOLS,	/* the server has none at all; why says so */
	POOL_LEASE_NOT_ALLOWED,	/* fits() takes no address of the pool */
	POOL_LEASE_REFUSED	/* see why */
};

struct pool_lease {
	const char	*dir;		/* of the server's pools and leases, see
					   shared/leases.h; "": none */
	int		 fd;		/* of the lease; -1: none */
	uint32_t	 addr;		/* that it is about, network order */
	char		 pool[POOL_NAME_MAX + 1]; /* it is from; "": given
					   without one */
};

/*
 * Takes the first address of the pool that nobody has and that fits() allows.
 * A lease that is there already stays, if the pool still has it and it fits;
 * else it is over.  REFUSED: why has the reason, cut to size.
 */
enum pool_lease_result pool_lease_take(struct pool_lease *, const char *pool,
	    bool (*fits)(uint32_t addr), char *why, size_t size);
/*
 * Notes that the call has this address, if not by a lease that is there, so that
 * no pool gives it to another.  False: a pool has given it to another, and the
 * call must not have it.  What cannot be noted is no reason to refuse it: true,
 * and why has the reason, else "".
 */
bool	pool_lease_note(struct pool_lease *, uint32_t addr, char *why,
	    size_t size);
void	pool_lease_end(struct pool_lease *);

#endif
