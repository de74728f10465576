/* Whether large packets get to a client, when small ones do. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_LARGE_PATH_H
#define PPTPD_LARGE_PATH_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A packet of GRE acknowledges the highest number that has come (RFC 2637 4.1),
 * so what an acknowledgement says of a packet below that number is nothing.  But
 * one that comes a good while after a large packet was sent, with a number below
 * it, says that this packet has not come; if no small packet is owed for as long,
 * it is not the path that is slow.  The verdict is that large packets are lost,
 * if this has been so of LARGE_PATH_LOST of them, in LARGE_PATH_ROUNDS rounds
 * with small packets that came in between, over LARGE_PATH_MS, and not one large
 * packet came meanwhile, but small ones as quickly as before.  A client that says nothing of its own tells nothing.
 */
#define LARGE_PATH_OCTETS 1200	/* of a large packet's PPP frame, at least */
#define LARGE_PATH_LOST	6
#define LARGE_PATH_ROUNDS 3
#define LARGE_PATH_MS	3000
#define LARGE_PATH_QUICK 2
#define LARGE_PATH_BACK	2	/* large packets that take the verdict back */
/*
 * A good while: two of the shortest round trips of the last small packets (a
 * client that has nothing to say acknowledges late) and more, for a path that
 * wavers; before there was one, a second.
 */
#define LARGE_PATH_MORE_MS 200
#define LARGE_PATH_MOST_MS 8000
#define LARGE_PATH_UNKNOWN_MS 1000

#define LARGE_PATH_MAP	256	/* packets that are remembered */
#define LARGE_PATH_TRIPS 32	/* round trips that are */

enum large_news {
	LARGE_NOTHING_NEW,
	LARGE_ARE_LOST,
	LARGE_COME_AGAIN
};

/* Zeroed memory is a path of which nothing is known. */
struct large_path {
	struct {
		uint32_t at;		/* ms, modulo 2^32 */
		uint16_t len;
		bool	 counted;	/* as lost */
	}	 sent[LARGE_PATH_MAP];	/* by number */
	uint16_t trip[LARGE_PATH_TRIPS];	/* ms, and one; 0: none */
	unsigned int trips;
	uint32_t wait;			/* ms, a good while; 0: not known */
	bool	 any;			/* ack is valid */
	uint32_t ack;			/* the highest one */
	unsigned int lost, rounds, come;
	unsigned int quick;		/* small packets since the first lost
					   one that came in half that time */
	bool	 small_came;		/* since the last one that was lost */
	uint64_t first_at;		/* ms, when the first one was */
	uint16_t least;			/* octets of the smallest */
	bool	 said;			/* they are lost */
};

/*
 * A frame of len octets was sent in the packet with this number; now: us of a
 * monotonic clock.
 */
void	large_path_sent(struct large_path *, uint32_t seq, uint32_t len,
	    uint64_t now);
/* The client acknowledges a packet; next: the number of the next one. */
enum large_news large_path_acked(struct large_path *, uint32_t ack,
	    uint32_t next, uint64_t now);

#endif
