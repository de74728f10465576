/* MD5 and HMAC-MD5, as RADIUS has them, by libcrypto. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_DIGEST_H
#define PPTPD_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_LEN	16

struct digest_part {
	const void	*octets;
	size_t		 len;
};

/*
 * Loads what libcrypto needs from files, to be called before a process gives
 * up its rights.  False: this libcrypto has no MD5, as in FIPS mode.
 */
bool	digest_init(void);
/* The MD5 of these parts, one after the other.  False: no MD5, or no memory. */
bool	digest_md5(uint8_t out[DIGEST_LEN], const struct digest_part *,
	    size_t n);
/* The same with a key (RFC 2104). */
bool	digest_hmac(uint8_t out[DIGEST_LEN], const void *key, size_t key_len,
	    const void *octets, size_t len);
/* Whether both are the same, in a time that does not depend on that. */
bool	digest_equal(const void *, const void *, size_t len);

#endif
