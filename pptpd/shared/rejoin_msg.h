/* What a keeper that has lost its engine and the monitor say to each other. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_REJOIN_MSG_H
#define PPTPD_REJOIN_MSG_H

#include <stdint.h>

#include "shared/keeper_call.h"

/*
 * A keeper may be older than the pptpd that it finds: what stands here before
 * `call` never changes.  A change of the rest changes REJOIN_VERSION.
 */
#define REJOIN_MAGIC	0x50505452U	/* "PPTR" */
#define REJOIN_VERSION	1

/* The descriptors that come with the keeper's hello. */
enum {
	REJOIN_FD_PPPD,			/* a hold on pppd (process.h) */
	REJOIN_FD_RECORD,
	REJOIN_FDS
};

/* From the keeper. */
struct rejoin_hello {
	uint32_t	magic, version, size;
	uint32_t	record_version, ipc_version;
	uint32_t	client_addr;	/* network order */
	struct keeper_call call;
};
LAYOUT(struct rejoin_hello, REJOIN_VERSION, 1, 296);

enum rejoin_verdict {
	REJOIN_ENGINE = 1,	/* with a link to an engine, a silencer, and
				   for the kernel's calls the map */
	REJOIN_HANG_UP		/* the call cannot go on */
};

/* To the keeper; never changes. */
struct rejoin_answer {
	uint32_t	magic, verdict;
	uint32_t	end;		/* enum ctrl_end, to hang up with */
};
LAYOUT(struct rejoin_answer, REJOIN_VERSION, 1, 12);

#endif
