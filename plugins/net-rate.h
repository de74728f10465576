/* Limits of the rate of one interface, by the kernel's traffic control. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_NET_RATE_H
#define PPTPD_NET_RATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/rate.h"

#define NET_RATE_WHY	256	/* octets of a reason */

/* What is in force on an interface; zero: nothing of ours. */
struct net_rate {
	unsigned int index;		/* of the interface */
	bool	 down, queues, clsact;	/* what we have put there */
	unsigned int up;		/* priority of our filter; 0: none */
};

/*
 * Sets the limits of an interface, or changes those that a call before this one
 * has set; a limit of 0 is taken away.  What is sent to the peer waits in a
 * queue (tbf, and fq_codel within it where the kernel has it), what is too much
 * from the peer is dropped (police).  Packets on their way stay.  The
 * interface's end is the end of its limits; for another interface begin with
 * zeros.
 *
 * False: one direction or both could not be limited; why says which, and what
 * the kernel lacks.
 */
bool	net_rate_set(struct net_rate *, unsigned int index,
	    const struct rate_limits *, char why[NET_RATE_WHY]);

#endif
