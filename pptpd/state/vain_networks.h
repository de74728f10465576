/* Networks of clients whose GRE never gets through. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_VAIN_NETWORKS_H
#define PPTPD_VAIN_NETWORKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "state/diagnosis.h"

#define VAIN_NETWORKS	128	/* kept; the one that called last long ago goes */
#define VAIN_NETWORK_BITS 24	/* a network is so many bits of an address */

struct vain_network {
	uint32_t	net;		/* network order; 0: empty */
	uint32_t	calls;		/* that got no GRE through */
	uint32_t	verdict;	/* enum diagnosis_verdict, of the last */
	uint64_t	first_s, last_s;	/* wall clock */
};

/* A part of the history's memory, under its version. */
struct vain_networks {
	struct vain_network entry[VAIN_NETWORKS];
};

/* Empties what cannot be: an engine before may have written anything. */
void	vain_networks_use(struct vain_networks *);
/*
 * A call has ended.  client is in network order, through whether the client has
 * authenticated.  A network of which one call has got through is forgotten.
 */
void	vain_networks_ended(struct vain_networks *, uint32_t client,
	    enum diagnosis_verdict, bool through, uint64_t now_s);
/*
 * Steps through them, the last one that called first.  *last_s and *net are
 * UINT64_MAX and 0 at first.  NULL: there are no more.
 */
const struct vain_network *vain_networks_next(const struct vain_networks *,
	    uint64_t *last_s, uint32_t *net);

#endif
