/* What a fuzz target needs: its one function, and a check that stays. */
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

#endif
