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
	uint32_t made;		/* Unix time; 0: it does not say */
	uint64_t until;		/* s; 0: the entry is free */
	uint8_t	*answer;	/* NULL: not answered yet */
	size_t	 len;
};

struct replay_guard {
	uint32_t window;	/* s; 0: no time is demanded */
	uint64_t started_ms;
	uint32_t forgotten;	/* made last of those that were remembered */
	struct replay_entry entry[REPLAY_ENTRIES];
};

/* The clock of the world, which may be set, and one that only goes on. */
struct replay_time {
	uint64_t unix_ms;
	uint64_t mono_ms;
};

/* started_ms: of the second clock; nothing is remembered of what was before. */
void	replay_init(struct replay_guard *, uint32_t window,
	    uint64_t started_ms);
void	replay_free(struct replay_guard *);
/*
 * Whether a request that was made at this Unix time can still be taken: it is
 * within the window, before or after now; from after the second of the start, by
 * what the clock says now of when that was; and younger than all that are
 * forgotten, which a clock that is set back would make young again.
 */
bool	replay_is_fresh(const struct replay_guard *, uint32_t made,
	    const struct replay_time *now);
/*
 * A request that came before; NULL: this is the first time.  now: s of a clock
 * that only goes on; what is older than it should be is forgotten.
 */
struct replay_entry *replay_find(struct replay_guard *, unsigned client,
	    const uint8_t authenticator[DIGEST_LEN], uint64_t now);
/*
 * Remembers a request for as long as replay_is_fresh() would let it pass.  NULL:
 * all entries are in use, and it must not be taken.
 */
struct replay_entry *replay_add(struct replay_guard *, unsigned client,
	    const uint8_t authenticator[DIGEST_LEN], uint32_t made,
	    uint64_t now);
/* Keeps a copy of its answer, for the next time; without memory there is none. */
void	replay_answer(struct replay_entry *, const uint8_t *, size_t len);

#endif
