/* Has the kernel stopped taking the packets of one of its calls? */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_STALL_H
#define PPTPD_STALL_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The kernel's PPTP takes no packet with a number that is not ahead of the
 * last one, by less than half of all numbers.  One forged packet far ahead,
 * or a packet lost just where the numbers begin again, and it drops all that
 * the client sends.  LCP echoes pass all the same, so pppd notices nothing.
 */
#define STALL_LOOK_MS	15000	/* between two looks */
#define STALL_PACKETS	3	/* dropped in that time are no accident */
#define STALL_LOOKS	2	/* in a row are no coincidence */

/* Zeroed memory is a call that was never looked at. */
struct stall {
	uint64_t	arrived, received;	/* when looked at last */
	bool		looked;
	unsigned int	dry;		/* looks in a row */
};

/*
 * arrived: how many of the client's packets with network data have come to
 * this machine since the call began; received: how many of them came out of
 * the call's interface, broken ones included.  Any count that stands for
 * these may begin anywhere.  True: what comes in comes out no more.
 */
bool	stall_look(struct stall *, uint64_t arrived, uint64_t received);

#endif
