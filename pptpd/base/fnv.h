/* FNV-1a: a checksum that finds accidents, but no attacks. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_FNV_H
#define PPTPD_FNV_H

#include <stddef.h>
#include <stdint.h>

#define FNV_BASIS	2166136261U	/* the sum of no octets */

/* Continues a sum over len more octets; begin with FNV_BASIS. */
uint32_t fnv1a(uint32_t sum, const void *data, size_t len);

#endif
