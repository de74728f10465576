/* How long something took, how often: counts in classes of time. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_HISTOGRAM_H
#define PPTPD_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_BOUNDS 13

/* Upper bounds of the classes in ms, rising.  Dashboards know them: they stay. */
extern const uint32_t histogram_bounds[HISTOGRAM_BOUNDS];

/* Zeroed memory is empty. */
struct histogram {
	/* Each class alone; the last one is above all bounds. */
	uint64_t n[HISTOGRAM_BOUNDS + 1];
	uint64_t sum_us;
};

void	 histogram_add(struct histogram *, uint64_t us);
uint64_t histogram_count(const struct histogram *);

#endif
