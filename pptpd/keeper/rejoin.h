/* A keeper's search for another engine after its own has ended. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_REJOIN_H
#define PPTPD_REJOIN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "shared/keeper_call.h"

/* The keeper's search; times are milliseconds of CLOCK_MONOTONIC. */
struct rejoin {
	int		sock;		/* to be read from; -1: not connected */
	int		monitor;	/* kept for the last word; -1: none */
	uint64_t	until;		/* end of the search; 0: no search */
	uint64_t	next;		/* next try; UINT64_MAX: asked already */
	unsigned int	tries;
};

enum rejoin_result {
	REJOIN_WAIT,		/* nothing yet */
	REJOIN_FOUND,		/* *engine is the link to an engine */
	REJOIN_REFUSED		/* *end is the reason */
};

void	rejoin_init(struct rejoin *);
/* Begins to search, for call->grace_s seconds. */
void	rejoin_start(struct rejoin *, const struct keeper_call *,
	    uint64_t now);
/* The latest time for rejoin_go_on(); UINT64_MAX: no search. */
uint64_t rejoin_deadline(const struct rejoin *);
/* To be called at that time, and when sock is readable. */
enum rejoin_result rejoin_go_on(struct rejoin *, const struct keeper_call *,
	    pid_t pppd, uint64_t now, int *engine, uint32_t *end);
/* Ends the search. */
void	rejoin_stop(struct rejoin *);
/* Tells the monitor that it found that its call's end has been logged. */
void	rejoin_say_end(const struct rejoin *);

#endif
