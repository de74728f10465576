/* FNV-1a: a checksum that finds accidents, but no attacks. */
/* SPDX-License-Identifier: ISC */
#include "base/fnv.h"

uint32_t
fnv1a(uint32_t sum, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (size_t i = 0; i < len; i++)
		sum = (sum ^ p[i]) * 16777619U;
	return sum;
}
