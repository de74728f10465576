/* Clients' addresses and what is remembered of them: a bounded table. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SOURCE_H
#define PPTPD_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "state/bucket.h"

#define SOURCE_MAX	65536	/* addresses that a table remembers */

/* Kinds of log lines that are counted apart. */
enum source_class {
	SOURCE_LOG_PROTOCOL,	/* what a client does wrong */
	SOURCE_LOG_REFUSED,	/* why it is not served */
	SOURCE_LOG_SESSION,	/* connections without a call come and go */
	SOURCE_LOG_CLASSES
};

struct source_log {
	struct bucket	bucket;
	uint64_t	since;		/* ms, the first line left out */
	uint32_t	suppressed;	/* lines left out */
};

struct source {
	uint32_t	addr;		/* network order */
	uint32_t	next;		/* of the same hash */
	uint32_t	older, newer;	/* by last use */

	/* Its connections that are open now; none of them is forgotten. */
	uint32_t	connections;
	uint32_t	unauthenticated;
	uint32_t	calls;
	uint32_t	authenticated;	/* ... of these calls */
	uint32_t	waiting;	/* ... with a slot, to authenticate */

	struct bucket	connect, call;	/* those that came to nothing */
	bool		known;		/* has authenticated before */
	bool		refused;	/* until penalty_until */
	uint64_t	penalty_until;	/* ms */
	uint64_t	failed_at;	/* ms, the last failure */
	uint32_t	failed_in;	/* period of the last failure */
	uint32_t	succeeded_in;	/* ... and of the last success */
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

/* seed: random, so that nobody can choose what collides.  -1: no memory. */
int	source_table_init(struct source_table *, uint32_t max, uint32_t seed);
void	source_table_free(struct source_table *);

/*
 * The entry of an address (network order), which becomes the newest.  If it
 * is new and the table is full, the address without connections that was
 * used longest ago is forgotten: *forgotten (if not NULL) is what it was, its
 * addr 0 if there was none.  NULL if all have connections.
 */
struct source *source_get(struct source_table *, uint32_t addr,
	    struct source *forgotten);
/* The same, NULL if it is not there; the order stays. */
struct source *source_find(const struct source_table *, uint32_t addr);

#endif
