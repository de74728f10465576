/* A bounded table of clients' addresses and what the engine knows of them. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SOURCE_H
#define PPTPD_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "state/bucket.h"

#define SOURCE_MAX	65536	/* addresses that a table remembers */

/* Kinds of log lines that are counted apart. */
enum source_class {
	SOURCE_LOG_PROTOCOL,	/* errors of a client */
	SOURCE_LOG_REFUSED,	/* reasons of refusals */
	SOURCE_LOG_SESSION,	/* connections without a call */
	SOURCE_LOG_CLASSES
};

struct source_log {
	struct bucket	bucket;
	uint64_t	since;		/* ms, time of the first of these */
	uint32_t	suppressed;	/* lines left out */
};

struct source {
	uint32_t	addr;		/* network order */
	uint32_t	next;		/* next index of the same hash */
	uint32_t	older, newer;	/* indices, in order of last use */

	/* Open connections; an address that has any is never forgotten. */
	uint32_t	connections;
	uint32_t	unauthenticated;
	uint32_t	calls;
	uint32_t	authenticated;	/* of these calls */
	uint32_t	waiting;	/* calls with a slot, unauthenticated */

	struct bucket	connect, call;	/* those without success */
	bool		known;		/* has authenticated before */
	bool		refused;	/* until penalty_until */
	uint64_t	penalty_until;	/* ms */
	uint64_t	failed_at;	/* ms, the last failure */
	uint32_t	failed_in;	/* period of the last failure */
	uint32_t	succeeded_in;	/* period of the last success */
	struct source_log log[SOURCE_LOG_CLASSES];
};

/*
 * The table takes its memory at once but touches only what it uses.  Indices
 * into entry[] begin at 1; 0 is none.
 */
struct source_table {
	struct source	*entry;
	uint32_t	*head;		/* by hash */
	uint64_t	 factor;	/* of the hash */
	uint32_t	 mask;
	uint32_t	 max, used;
	uint32_t	 oldest, newest;
};

/* seed: random, so that collisions cannot be chosen.  -1: no memory. */
int	source_table_init(struct source_table *, uint32_t max, uint32_t seed);
void	source_table_free(struct source_table *);

/*
 * Finds or makes the entry of an address (network order), which becomes the
 * newest.  A new address in a full table takes the place of the one that was
 * used longest ago among those without connections.  *forgotten (if not NULL)
 * is a copy of that entry; its addr is 0 if none was dropped.  NULL: all
 * addresses have connections.
 */
struct source *source_get(struct source_table *, uint32_t addr,
	    struct source *forgotten);
/* Finds the entry of an address; NULL: it has none.  The order stays. */
struct source *source_find(const struct source_table *, uint32_t addr);

#endif
