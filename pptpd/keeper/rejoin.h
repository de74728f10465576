/* How a keeper that has lost its engine finds another one. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_REJOIN_H
#define PPTPD_REJOIN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "shared/keeper_call.h"

/* The keeper's search; times are milliseconds of CLOCK_MONOTONIC. */
struct rejoin {
	int		sock;		/* -1: not connected */
	uint64_t	until;		/* then it gives up; 0: no search */
	uint64_t	next;		/* try; UINT64_MAX: answer is to come */
	unsigned int	tries;
};

enum rejoin_result {
	REJOIN_WAIT,		/* nothing yet */
	REJOIN_FOUND,		/* *engine is the link to one */
	REJOIN_REFUSED		/* *end is why */
};

void	rejoin_init(struct rejoin *);
/* Begins to search, for call->grace_s seconds. */
void	rejoin_start(struct rejoin *, const struct keeper_call *,
	    uint64_t now);
/* When rejoin_go_on() is due at the latest; UINT64_MAX: never. */
uint64_t rejoin_deadline(const struct rejoin *);
/* To be called then, and when there is something to read on sock. */
enum rejoin_result rejoin_go_on(struct rejoin *, const struct keeper_call *,
	    pid_t pppd, uint64_t now, int *engine, uint32_t *end);
/* Ends the search. */
void	rejoin_stop(struct rejoin *);

#endif
