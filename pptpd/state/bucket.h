/* Token buckets: how often something may happen, and how often at once. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_BUCKET_H
#define PPTPD_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

/* Times are milliseconds of a monotonic clock; the caller passes "now". */

/* A token comes every interval_us microseconds; 0: there is no limit. */
struct bucket_rate {
	uint32_t interval_us;
	uint32_t burst;		/* tokens that the bucket holds, 1 or more */
};

/* Zeroed memory is a full bucket. */
struct bucket {
	uint64_t empty_us;	/* tokens are spent up to this time */
};

/* A rate of n tokens a period; n 0: no limit.  period_ms: at most an hour. */
struct bucket_rate bucket_rate(uint32_t n, uint32_t period_ms,
	    uint32_t burst);
/* Takes a token; false if there is none. */
bool	bucket_take(struct bucket *, const struct bucket_rate *,
	    uint64_t now);
/* Takes a token that is not there: the next one comes that much later. */
void	bucket_owe(struct bucket *, const struct bucket_rate *);
/* Puts a token back, since what it was taken for turned out to be harmless. */
void	bucket_give(struct bucket *, const struct bucket_rate *);
/* When the next token can be taken: now or later. */
uint64_t bucket_next(const struct bucket *, const struct bucket_rate *,
	    uint64_t now);
/* Whether the bucket is at least half full. */
bool	bucket_is_calm(const struct bucket *, const struct bucket_rate *,
	    uint64_t now);

#endif
