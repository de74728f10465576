/* SipHash-2-4: a sum that only who knows the key can make. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SIPHASH_H
#define PPTPD_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

#define SIPHASH_KEY	16	/* octets */

/* Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012. */
uint64_t siphash(const uint8_t key[SIPHASH_KEY], const void *data, size_t len);

#endif
