/* Percentiles out of the histograms of shared.h. */
/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdio.h>

#include "loadclient.h"

/* The middle of a bucket of hist_add(). */
static uint64_t
bucket_ns(unsigned int i)
{
	unsigned int shift;
	uint64_t low;

	if (i < HIST_SUB)
		return i;
	shift = i / HIST_SUB - 1;
	low = (uint64_t)(HIST_SUB + i % HIST_SUB) << shift;
	return low + ((uint64_t)1 << shift) / 2;
}

uint64_t
hist_percentile(const struct hist *h, double percent)
{
	uint64_t total = 0, seen = 0, want;
	unsigned int i;

	for (i = 0; i < HIST_BUCKETS; i++)
		total += h->n[i];
	if (total == 0)
		return 0;
	want = (uint64_t)((double)(total - 1) * percent / 100) + 1;
	for (i = 0; i < HIST_BUCKETS; i++) {
		seen += h->n[i];
		if (seen >= want)
			break;
	}
	return bucket_ns(i);
}

void
hist_print(const char *name, const struct hist *h)
{
	printf("\"%s\":{\"p50\":%" PRIu64 ",\"p90\":%" PRIu64
	    ",\"p99\":%" PRIu64 ",\"max\":%" PRIu64 "}", name,
	    hist_percentile(h, 50), hist_percentile(h, 90),
	    hist_percentile(h, 99), hist_percentile(h, 100));
}
