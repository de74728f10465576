/* How long something took, how often: counts in classes of time. */
/* SPDX-License-Identifier: ISC */
#include "state/histogram.h"

/* From a call on an idle machine to one that a RADIUS server holds up. */
const uint32_t histogram_bounds[HISTOGRAM_BOUNDS] = {
	5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000
};

void
histogram_add(struct histogram *h, uint64_t us)
{
	int i = 0;

	while (i < HISTOGRAM_BOUNDS &&
	    us > (uint64_t)histogram_bounds[i] * 1000)
		i++;
	h->n[i]++;
	h->sum_us += us;
}

uint64_t
histogram_count(const struct histogram *h)
{
	uint64_t n = 0;

	for (int i = 0; i <= HISTOGRAM_BOUNDS; i++)
		n += h->n[i];
	return n;
}
