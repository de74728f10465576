/* Token buckets: how often something may happen, and how often at once. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_BUCKET_H
#define PPTPD_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

/* Times are milliseconds of a monotonic clock; the caller passes "now". */

/* One token comes each so many microseconds; 0: there is no limit. */
struct bucket_rate {
	uint32_t interval_us;
	uint32_t burst;		/* tokens that the bucket holds, 1 or more */
};

/* Zeroed memory is a full bucket. */
struct bucket {
	uint64_t empty_us;	/* tokens are spent up to this time */
};

/* n tokens in each period; n 0: no limit.  period_ms: at most an hour. */
struct bucket_rate bucket_rate(uint32_t n, uint32_t period_ms,
	    uint32_t burst);
/* Takes a token; false if there is none. */
bool	bucket_take(struct bucket *, const struct bucket_rate *,
	    uint64_t now);
/* Counts what could not be prevented: the next token comes later. */
void	bucket_owe(struct bucket *, const struct bucket_rate *);
/* Puts one back: what it was taken for has turned out well. */
void	bucket_give(struct bucket *, const struct bucket_rate *);
/* When the next token can be taken: now or later. */
uint64_t bucket_next(const struct bucket *, const struct bucket_rate *,
	    uint64_t now);
/* Whether at least half of it is full. */
bool	bucket_is_calm(const struct bucket *, const struct bucket_rate *,
	    uint64_t now);

#endif
