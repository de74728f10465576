/* Rates: how fast a call may be, as texts and as limits of both directions. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_RATE_H
#define PPTPD_RATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RATE_MIN	UINT64_C(8000)		/* bit/s */
#define RATE_MAX	UINT64_C(32000000000)	/* bit/s: the kernel counts
						   octets/s in 32 bits */
#define RATE_BURST_MAX	UINT64_C(0x40000000)	/* octets, the same */
#define RATE_TEXT	64	/* octets that rate_limits_text() writes */

/*
 * "Down" is towards the peer, "up" is what the peer sends.  While a direction
 * has been idle it saves up its burst, which may then go at its peak.
 */
struct rate_limits {
	uint64_t rate_down, rate_up;	/* bit/s; 0: no limit, and then burst
					   and peak are 0, too */
	uint64_t burst_down, burst_up;	/* octets; 0: what fits the rate */
	uint64_t peak_down, peak_up;	/* bit/s, above the rate; 0: none */
};

/*
 * Reads a number of bit/s or of octets: digits, and a unit of k, M or G, which
 * are powers of 1,000.  Returns how many characters it has; 0: it is none, or
 * too large for 64 bits.
 */
size_t	rate_number(const char *, uint64_t *);
/*
 * Reads "A/B", or "A", which stands for both.  As rate_number(), and stops
 * where the pair ends.
 */
size_t	rate_pair(const char *, uint64_t *a, uint64_t *b);
/* A rate that can be kept: 0 stays 0, others are cut to RATE_MIN, RATE_MAX. */
uint64_t rate_cut(uint64_t);
/* Whether all numbers are within their bounds and fit each other. */
bool	rate_limits_sane(const struct rate_limits *);
/*
 * Reads the value of rate-limit, "DOWN[/UP]", where "none" or 0 is no limit.
 * False: it is none, or a rate is not from RATE_MIN to RATE_MAX.
 */
bool	rate_limits_read(struct rate_limits *, const char *);
/* Writes the rates as rate_limits_read() reads them, in bit/s. */
void	rate_limits_text(const struct rate_limits *, char text[RATE_TEXT]);

#endif
