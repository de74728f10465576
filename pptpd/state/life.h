/* The life of a call as its keeper sees it: when pppd has to go, and why. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_LIFE_H
#define PPTPD_LIFE_H

#include <stdbool.h>
#include <stdint.h>

#include "state/ctrl_end.h"

/* How long the engine may take to end a call after it was told to. */
#define LIFE_ENGINE_MS	8000
/* How long after the hang-up pppd gets SIGTERM, and then SIGKILL. */
#define LIFE_TERM_MS	5000
#define LIFE_KILL_MS	10000
#define LIFE_HURRY_MS	1000	/* in place of both, if it is to be quick */

enum life_state {
	LIFE_STARTING,		/* pppd does not run yet */
	LIFE_SERVED,		/* an engine serves the call */
	LIFE_ENDING,		/* the engine was told to end the call */
	LIFE_SEARCHING,		/* the engine is gone, another is wanted */
	LIFE_HUNG_UP,		/* pppd was told to go */
	LIFE_OVER		/* pppd has ended */
};

/* What the keeper does after an event; any number of them. */
#define LIFE_DO_TELL	0x01	/* tell the engine to end the call */
#define LIFE_DO_SEARCH	0x02	/* look for another engine */
#define LIFE_DO_GOODBYE	0x04	/* end the connection: no engine can */
#define LIFE_DO_HANG_UP	0x08	/* close pppd's line */
#define LIFE_DO_TERM	0x10	/* send pppd SIGTERM */
#define LIFE_DO_KILL	0x20	/* send pppd SIGKILL */

/* Only life_*() write to it; times are milliseconds of one clock. */
struct life {
	enum life_state	 state;
	uint64_t	 since;		/* ms, of this state */
	enum ctrl_end	 end;		/* why the call ends, if it does */
	int		 signals;	/* sent to pppd since the hang-up */
	bool		 hurries;
	const char	*client;	/* for the log; the caller's */
};

void		life_init(struct life *, const char *client, uint64_t now);

/*
 * Events; each returns LIFE_DO_* bits.  An event that has no meaning in the
 * present state changes nothing and returns 0.
 */

/* pppd runs. */
unsigned int	life_started(struct life *, uint64_t now);
/* The call has to end.  The engine ends it, or the keeper if it has none. */
unsigned int	life_ask(struct life *, enum ctrl_end, uint64_t now);
/* The call ends at once; cause is for the log. */
unsigned int	life_hang_up(struct life *, enum ctrl_end, const char *cause,
		    uint64_t now);
/* A call that was hung up has to be gone soon. */
unsigned int	life_hurry(struct life *);
/* The engine has gone; may_search: the call can go on with another one. */
unsigned int	life_engine_lost(struct life *, bool may_search, uint64_t now);
unsigned int	life_engine_found(struct life *, uint64_t now);
/* pppd has ended, and is not started again. */
unsigned int	life_over(struct life *, uint64_t now);
/* To be called at life_deadline() or later. */
unsigned int	life_timer(struct life *, uint64_t now);
/* When life_timer() has to be called, in ms; UINT64_MAX: never. */
uint64_t	life_deadline(const struct life *);

/* Whether pppd was told to go, or has gone. */
bool		life_is_down(const struct life *);

#endif
