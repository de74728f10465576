/*
 * Random numbers that are the same in every run (xorshift32).  Set prng_state
 * to anything but 0 before the first.
 */
#ifndef PRNG_H
#define PRNG_H

#include <stdint.h>

static uint32_t prng_state = 2637;

static inline uint32_t
prng(void)
{
	prng_state ^= prng_state << 13;
	prng_state ^= prng_state >> 17;
	prng_state ^= prng_state << 5;
	return prng_state;
}

#endif
