/* What is remembered of addresses when the process that counts has died. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_LIMIT_MEMORY_H
#define PPTPD_LIMIT_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

struct limits;
struct source;

#define LIMIT_MEMORY_MAGIC	0x50504C4DU	/* "PPLM" */
#define LIMIT_MEMORY_VERSION	1
#define LIMIT_MEMORY_WAYS	4	/* places that an address can have */
#define LIMIT_MEMORY_SETS	1024	/* a power of two */

#define LIMIT_MEMORY_KNOWN	0x1	/* it has authenticated before */
#define LIMIT_MEMORY_REFUSED	0x2	/* until penalty_until */

/* Times are of CLOCK_MONOTONIC: the file lies where a boot finds it empty. */
struct limit_memory_entry {
	uint32_t addr;		/* network order; 0: none */
	uint32_t flags;		/* LIMIT_MEMORY_* */
	uint64_t failed_at;	/* ms, the last failure; 0: none */
	uint64_t penalty_until;	/* ms */
	uint64_t connect_us;	/* as bucket.empty_us has it */
	uint64_t call_us;
};

/*
 * Shared memory that one process writes, and the next one reads that does its
 * work.  A change of layout changes LIMIT_MEMORY_VERSION.
 */
struct limit_memory {
	uint32_t magic, version, size;
	uint32_t seed;		/* random: where an address has its places */
	uint64_t amnesty;	/* ms: failures until then do not count */
	struct limit_memory_entry
		 entry[LIMIT_MEMORY_SETS * LIMIT_MEMORY_WAYS];
};

/*
 * Takes over what another process has left there, as far as it makes sense, and
 * notes there what changes from now on.  Octets that are no memory of this
 * version are overwritten; seed is random, for that.
 */
void	limit_memory_use(struct limits *, struct limit_memory *, uint32_t seed,
	    uint64_t now);
/* Something has changed about an address. */
void	limit_memory_note(struct limits *, const struct source *);

#endif
