/* FNV-1a: a sum against accidents, not against malice. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_FNV_H
#define PPTPD_FNV_H

#include <stddef.h>
#include <stdint.h>

#define FNV_BASIS	2166136261U	/* the sum of nothing */

/* The sum of what had this sum, and len more octets. */
uint32_t fnv1a(uint32_t sum, const void *data, size_t len);

#endif
