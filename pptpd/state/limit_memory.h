/* What an engine leaves to the next one about addresses, when it dies. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_LIMIT_MEMORY_H
#define PPTPD_LIMIT_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

struct limits;
struct source;

#define LIMIT_MEMORY_MAGIC	0x50504C4DU	/* "PPLM" */
#define LIMIT_MEMORY_VERSION	1
#define LIMIT_MEMORY_WAYS	4	/* entries that an address may use */
#define LIMIT_MEMORY_SETS	1024	/* a power of two */

#define LIMIT_MEMORY_KNOWN	0x1	/* has authenticated before */
#define LIMIT_MEMORY_REFUSED	0x2	/* refused until penalty_until */

/* Times are of CLOCK_MONOTONIC, since the file does not outlive a boot. */
struct limit_memory_entry {
	uint32_t addr;		/* network order; 0: none */
	uint32_t flags;		/* LIMIT_MEMORY_* */
	uint64_t failed_at;	/* ms, the last failure; 0: none */
	uint64_t penalty_until;	/* ms */
	uint64_t connect_us;	/* bucket.empty_us of source.connect */
	uint64_t call_us;
};

/*
 * Shared memory that one engine writes and its successor reads.  A change of
 * layout needs a new LIMIT_MEMORY_VERSION.
 */
struct limit_memory {
	uint32_t magic, version, size;
	uint32_t seed;		/* random, chooses an address's entries */
	uint64_t amnesty;	/* ms, failures before do not count */
	struct limit_memory_entry
		 entry[LIMIT_MEMORY_SETS * LIMIT_MEMORY_WAYS];
};

/*
 * Takes over what an earlier engine has left in the memory, as far as it makes
 * sense, and from then on notes each change there.  Memory that is not of this
 * version is made anew, with seed, which is random.
 */
void	limit_memory_use(struct limits *, struct limit_memory *, uint32_t seed,
	    uint64_t now);
/* Notes what has changed about an address. */
void	limit_memory_note(struct limits *, const struct source *);

#endif
