/* SipHash-2-4, as its authors' paper has it; in all processes. */
/* SPDX-License-Identifier: ISC */
#include "base/siphash.h"

#define ROUNDS		2	/* for each word */
#define LAST_ROUNDS	4

static uint64_t
rotate(uint64_t n, int bits)
{
	return n << bits | n >> (64 - bits);
}

/* Up to 8 octets as a number, the first is the lowest. */
static uint64_t
word(const uint8_t *octets, size_t len)
{
	uint64_t n = 0;

	for (size_t i = 0; i < len; i++)
		n |= (uint64_t)octets[i] << 8 * i;
	return n;
}

/* Half a round, on two of the four words each. */
static void
mix(uint64_t *a, uint64_t *b, uint64_t *c, uint64_t *d, int x, int y)
{
	*a += *b;
	*b = rotate(*b, x) ^ *a;
	*c += *d;
	*d = rotate(*d, y) ^ *c;
	*a = rotate(*a, 32);
}

static void
rounds(uint64_t v[4], int n)
{
	while (n-- > 0) {
		mix(&v[0], &v[1], &v[2], &v[3], 13, 16);
		mix(&v[2], &v[1], &v[0], &v[3], 17, 21);
	}
}

static void
take(uint64_t v[4], uint64_t m)
{
	v[3] ^= m;
	rounds(v, ROUNDS);
	v[0] ^= m;
}

uint64_t
siphash(const uint8_t key[SIPHASH_KEY], const void *data, size_t len)
{
	const uint8_t *p = data;
	uint64_t k0 = word(key, 8), k1 = word(key + 8, 8);
	uint64_t v[4] = {
		k0 ^ 0x736f6d6570736575U, k1 ^ 0x646f72616e646f6dU,
		k0 ^ 0x6c7967656e657261U, k1 ^ 0x7465646279746573U
	};
	size_t left = len;

	for (; left >= 8; left -= 8, p += 8)
		take(v, word(p, 8));
	take(v, (uint64_t)len << 56 | word(p, left));
	v[2] ^= 0xff;
	rounds(v, LAST_ROUNDS);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}
