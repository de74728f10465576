/* How a keeper that has lost its engine finds another one. */
#ifndef PPTPD_REJOIN_H
#define PPTPD_REJOIN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "keeper.h"

/*
 * A keeper may be older than the pptpd that it finds: what stands here before
 * `call` never changes.  A change of the rest changes REJOIN_VERSION.
 */
#define REJOIN_MAGIC	0x50505452U	/* "PPTR" */
#define REJOIN_VERSION	1

/* From the keeper, with a pidfd of pppd and the record. */
struct rejoin_hello {
	uint32_t	magic, version, size;
	uint32_t	record_version, ipc_version;
	uint32_t	client_addr;	/* network order */
	struct keeper_call call;
};

enum rejoin_verdict {
	REJOIN_ENGINE = 1,	/* with a link to an engine, a silencer, and
				   for the kernel's calls the map */
	REJOIN_HANG_UP		/* the call cannot go on */
};

/* To the keeper; never changes. */
struct rejoin_answer {
	uint32_t	magic, verdict;
	uint32_t	end;		/* enum ctrl_end, to hang up with */
};

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
bool	rejoin_is_on(const struct rejoin *);
/* When rejoin_go_on() is due at the latest; UINT64_MAX: never. */
uint64_t rejoin_deadline(const struct rejoin *);
/* To be called then, and when there is something to read on sock. */
enum rejoin_result rejoin_go_on(struct rejoin *, const struct keeper_call *,
	    pid_t pppd, uint64_t now, int *engine, uint32_t *end);
/* Ends the search. */
void	rejoin_stop(struct rejoin *);

#endif
