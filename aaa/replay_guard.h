/* Requests that came before: none is done twice. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_REPLAY_GUARD_H
#define PPTPD_REPLAY_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "digest.h"

/* Within twice the window, two requests for each call of a full server. */
#define REPLAY_ENTRIES	8192
#define REPLAY_KEEP_MIN	30	/* s */

/* A request, by its authenticator, which is a sum over all of it. */
struct replay_entry {
	uint8_t	 authenticator[DIGEST_LEN];
	unsigned client;
	uint64_t until;		/* s; 0: the entry is free */
	uint8_t	*answer;	/* NULL: not answered yet */
	size_t	 len;
};

struct replay_guard {
	uint32_t window;	/* s; 0: no time is demanded */
	uint32_t started;	/* Unix time */
	struct replay_entry entry[REPLAY_ENTRIES];
};

/*
 * started: nothing is remembered of what was before this Unix time, and in its
 * second.
 */
void	replay_init(struct replay_guard *, uint32_t window, uint32_t started);
void	replay_free(struct replay_guard *);
/*
 * Whether a request that was made at this Unix time can still be taken: it is
 * within the window, before or after now, and from after the start.
 */
bool	replay_is_fresh(const struct replay_guard *, uint32_t made,
	    uint32_t now);
/* A request that came before; NULL: this is the first time.  now: any clock, s. */
struct replay_entry *replay_find(struct replay_guard *, unsigned client,
	    const uint8_t authenticator[DIGEST_LEN], uint64_t now);
/*
 * Remembers a request for as long as replay_is_fresh() would let it pass.  NULL:
 * all entries are in use, and it must not be taken.
 */
struct replay_entry *replay_add(struct replay_guard *, unsigned client,
	    const uint8_t authenticator[DIGEST_LEN], uint64_t now);
/* Keeps a copy of its answer, for the next time; without memory there is none. */
void	replay_answer(struct replay_entry *, const uint8_t *, size_t len);

#endif
