/* Which server is asked, how often and when again (RFC 5080, 2.2.1). */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ATTEMPT_H
#define PPTPD_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

#include "radius_conf.h"

#define ATTEMPT_RT_MAX	16000	/* ms, MRT of RFC 5080 */

/* What is known of each server; times are of one clock, in ms. */
struct server_state {
	bool	 dead;
	uint64_t dead_until;		/* then it is asked again */
	uint64_t answered;		/* its last answer that was right */
	unsigned under_way;		/* requests that it was asked */
};

struct pool_state {
	const struct radius_conf *conf;
	struct server_state server[RADIUS_SERVERS_MAX];
};

/* One request, on its way. */
struct attempt {
	unsigned server;		/* index of whom it was sent to */
	unsigned sent;			/* times, to this server */
	uint32_t rt;			/* ms, the present timeout */
	uint64_t begun;			/* when this server was asked first */
	uint64_t deadline;		/* when it is given up */
	uint32_t tried;			/* bit i: server i, in this round */
};

enum attempt_step {
	ATTEMPT_AGAIN,			/* the same packet once more */
	ATTEMPT_OTHER,			/* a packet of its own, to a->server */
	ATTEMPT_OVER			/* no time is left */
};

void	pool_init(struct pool_state *, const struct radius_conf *);
/*
 * The random numbers are any; they move a timeout by up to a tenth, and choose
 * among servers of one priority.
 */
void	attempt_begin(struct attempt *, struct pool_state *, uint64_t now,
	    uint64_t deadline, uint32_t random);
/* The attempt is over; to be called once, whatever its end was. */
void	attempt_end(const struct attempt *, struct pool_state *);
/* Milliseconds until attempt_timeout() is to be called; may be 0. */
uint64_t attempt_wait(const struct attempt *, uint64_t now);
/*
 * The time is over without an answer.  *died becomes true if the server is
 * taken for dead from now on.
 */
enum attempt_step attempt_timeout(struct attempt *, struct pool_state *,
	    uint64_t now, uint32_t random, bool *died);
/* A right answer.  True: the server was taken for dead until now. */
bool	attempt_answered(const struct attempt *, struct pool_state *,
	    uint64_t now);

#endif
