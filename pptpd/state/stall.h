/* Detects that the kernel drops all packets of a call that it carries. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_STALL_H
#define PPTPD_STALL_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The kernel's PPTP takes a packet only if its number is ahead of the last one,
 * by less than half of all numbers.  After one forged packet far ahead, or a
 * packet lost just where the numbers wrap around, it drops all that the client
 * sends.  LCP echoes still pass, so pppd notices nothing.
 */
#define STALL_LOOK_MS	15000	/* between two looks */
#define STALL_PACKETS	3	/* dropped between two looks: suspicious */
#define STALL_LOOKS	2	/* suspicious looks in a row: stalled */

/* Zeroed memory is a call that was never looked at. */
struct stall {
	uint64_t	arrived, received;	/* at the last look */
	bool		looked;
	unsigned int	dry;		/* suspicious looks in a row */
};

/*
 * Looks at two counters, which may begin at any number.  arrived: packets with
 * network data that have come from the client; received: packets that came out
 * of the call's interface, broken ones included.  True: packets arrive, and
 * the kernel drops them all.
 */
bool	stall_look(struct stall *, uint64_t arrived, uint64_t received);

#endif
