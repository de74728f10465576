/* What a fuzz target needs: its one function, input, a check that stays. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_FUZZ_H
#define PPTPD_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * Feeds one input to the code under test; always returns 0.  Called by
 * libFuzzer ("make fuzz") and by replay.c ("make check").
 */
int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An assertion that no NDEBUG takes away. */
#define MUST(x)								\
	do {								\
		if (!(x)) {						\
			fprintf(stderr, "%s:%d: not so: %s\n",		\
			    __FILE__, __LINE__, #x);			\
			abort();					\
		}							\
	} while (0)

/* The input of a target that reads it piece by piece; 0 beyond its end. */
struct fuzz_input {
	const uint8_t	*data;
	size_t		 left;
};

static inline uint8_t
fuzz_u8(struct fuzz_input *in)
{
	if (in->left == 0)
		return 0;
	in->left--;
	return *in->data++;
}

static inline uint16_t
fuzz_u16(struct fuzz_input *in)
{
	uint16_t high = fuzz_u8(in);

	return (uint16_t)(high << 8 | fuzz_u8(in));
}

static inline uint32_t
fuzz_u32(struct fuzz_input *in)
{
	uint32_t high = fuzz_u16(in);

	return high << 16 | fuzz_u16(in);
}

/* Up to n octets, in the input itself; *n becomes how many there are. */
static inline const uint8_t *
fuzz_bytes(struct fuzz_input *in, size_t *n)
{
	const uint8_t *data = in->data;

	if (*n > in->left)
		*n = in->left;
	in->data += *n;
	in->left -= *n;
	return data;
}

/*
 * Depends on every bit: valgrind and MemorySanitizer, which let an octet of
 * unknown value be copied, complain when something is decided by it.
 */
static inline void
fuzz_known(const void *data, size_t len)
{
	const uint8_t *p = data;
	unsigned int sum = 0;

	for (size_t i = 0; i < len; i++)
		sum += p[i];
	MUST(sum <= 255 * len);
}

#endif
