/* The time of CLOCK_MONOTONIC, which nobody can set. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_MONO_H
#define PPTPD_MONO_H

#include <stdint.h>
#include <time.h>

uint64_t mono_us(void);
uint64_t mono_ms(void);
time_t	 mono_s(void);

/* Milliseconds until a time of mono_ms(); 0: it has passed. */
static inline uint64_t
mono_left_ms(uint64_t deadline)
{
	uint64_t now = mono_ms();

	return deadline > now ? deadline - now : 0;
}

#endif
