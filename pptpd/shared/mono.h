/* The clock that nobody sets: CLOCK_MONOTONIC. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_MONO_H
#define PPTPD_MONO_H

#include <stdint.h>
#include <time.h>

static inline uint64_t
mono_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static inline uint64_t
mono_ms(void)
{
	return mono_us() / 1000;
}

static inline time_t
mono_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

#endif
