/* Token buckets: how often something may happen, and how often at once. */
/* SPDX-License-Identifier: ISC */
#include "state/bucket.h"

struct bucket_rate
bucket_rate(uint32_t n, uint32_t period_ms, uint32_t burst)
{
	struct bucket_rate rate = { 0, burst > 0 ? burst : 1 };

	if (n > 0)
		rate.interval_us =
		    (uint32_t)((uint64_t)period_ms * 1000 / n);
	if (n > 0 && rate.interval_us == 0)
		rate.interval_us = 1;
	return rate;
}

/* How far empty_us may be ahead of now while one token is left, in us. */
static uint64_t
reach(const struct bucket_rate *rate)
{
	return (uint64_t)rate->interval_us * (rate->burst - 1);
}

bool
bucket_take(struct bucket *b, const struct bucket_rate *rate, uint64_t now)
{
	uint64_t us = now * 1000;

	if (rate->interval_us == 0)
		return true;
	if (b->empty_us < us)
		b->empty_us = us;	/* the bucket is full */
	if (b->empty_us - us > reach(rate))
		return false;
	b->empty_us += rate->interval_us;
	return true;
}

void
bucket_owe(struct bucket *b, const struct bucket_rate *rate)
{
	b->empty_us += rate->interval_us;
}

void
bucket_give(struct bucket *b, const struct bucket_rate *rate)
{
	if (b->empty_us > rate->interval_us)
		b->empty_us -= rate->interval_us;
	else
		b->empty_us = 0;
}

uint64_t
bucket_next(const struct bucket *b, const struct bucket_rate *rate,
    uint64_t now)
{
	uint64_t at;

	if (rate->interval_us == 0 || b->empty_us <= reach(rate))
		return now;
	at = (b->empty_us - reach(rate) + 999) / 1000;
	return at > now ? at : now;
}

bool
bucket_is_calm(const struct bucket *b, const struct bucket_rate *rate,
    uint64_t now)
{
	return b->empty_us <= now * 1000 +
	    (uint64_t)rate->interval_us * rate->burst / 2;
}
