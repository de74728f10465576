/* Octets as text and back: base64, RFC 4648 section 4. */
/* SPDX-License-Identifier: ISC */
#include "base/base64.h"

#include <string.h>

static const char digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
base64_encode(char *text, const uint8_t *octets, size_t n)
{
	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)octets[i] << 16;

		if (i + 1 < n)
			v |= (uint32_t)octets[i + 1] << 8;
		if (i + 2 < n)
			v |= octets[i + 2];
		*text++ = digits[v >> 18];
		*text++ = digits[v >> 12 & 63];
		*text++ = i + 1 < n ? digits[v >> 6 & 63] : '=';
		*text++ = i + 2 < n ? digits[v & 63] : '=';
	}
}

/* The value of a digit; -1: it is none. */
static int
value(char digit)
{
	const char *at = digit != '\0' ? strchr(digits, digit) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

bool
base64_decode(uint8_t *octets, size_t size, size_t *n, const char *text,
    size_t len)
{
	size_t pad = 0;

	*n = 0;
	if (len % 4 != 0)
		return false;
	while (pad < 2 && pad < len && text[len - 1 - pad] == '=')
		pad++;
	for (size_t i = 0; i < len; i += 4) {
		size_t last = i + 4 == len ? 4 - pad : 4;
		uint32_t v = 0;

		for (size_t k = 0; k < 4; k++) {
			int d = k < last ? value(text[i + k]) : 0;

			if (d == -1)
				return false;
			v = v << 6 | (uint32_t)d;
		}
		for (size_t k = 0; k + 1 < last; k++) {
			if (*n == size)
				return false;
			octets[(*n)++] = (uint8_t)(v >> (16 - 8 * k));
		}
	}
	return true;
}
