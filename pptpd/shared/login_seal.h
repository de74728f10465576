/* The seal on what a record says of a login: which engines cannot forge. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_LOGIN_SEAL_H
#define PPTPD_LOGIN_SEAL_H

#include <stdint.h>

#include "base/siphash.h"

#define LOGIN_USER	128	/* octets of a user's name, escaped */

/* One for each call.  Monitor, keeper and front engine know it. */
struct login_key {
	uint8_t	octets[SIPHASH_KEY];
};

/*
 * What the front engine counts, and ends, a user's calls by; members are those
 * of struct call_record.
 */
struct login_words {
	uint64_t ms;
	uint32_t max;
	uint8_t	 own, replace;
	char	 user[LOGIN_USER];
};

/*
 * The engine that serves the call can write to the record, and what it has
 * written there does not fit the seal.
 */
uint64_t login_seal(const struct login_key *, const struct login_words *);

#endif
