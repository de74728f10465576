/* Messages between the monitor and a keeper without an engine. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_REJOIN_MSG_H
#define PPTPD_REJOIN_MSG_H

#include <stdint.h>

#include "shared/keeper_call.h"

/*
 * A keeper may be older than the pptpd that it finds, so the members before
 * `call` never change.  A change of the rest changes REJOIN_VERSION.
 */
#define REJOIN_MAGIC	0x50505452U	/* "PPTR" */
#define REJOIN_VERSION	4

/* The descriptors that come with the keeper's hello. */
enum {
	REJOIN_FD_PPPD,			/* of pppd (process.h) */
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
LAYOUT(struct rejoin_hello, REJOIN_VERSION, 4, 344);

enum rejoin_verdict {
	REJOIN_ENGINE = 1,	/* fds: REJOIN_ANSWER_FD_* */
	REJOIN_HANG_UP		/* the call cannot go on */
};

/*
 * The descriptors that come with REJOIN_ENGINE: a link to an engine, and then
 * those that there are of the silencer and, with the kernel data path, the
 * map.  The keeper knows these two by their kind: the silencer is a socket.
 */
enum {
	REJOIN_ANSWER_FD_ENGINE,
	REJOIN_ANSWER_FD_OTHERS
};

/* To the keeper; this struct never changes. */
struct rejoin_answer {
	uint32_t	magic, verdict;
	uint32_t	end;		/* enum ctrl_end: why to hang up */
};
LAYOUT(struct rejoin_answer, REJOIN_VERSION, 4, 12);

/*
 * From the keeper, its last word: it has waited for its pppd and logged the end
 * of its call.  Both sides keep the connection for this after the answer.  A
 * monitor that is not the parent of a keeper has no other way to know whether
 * the keeper was killed.  This struct never changes.
 */
struct rejoin_end {
	uint32_t	magic;
};
LAYOUT(struct rejoin_end, REJOIN_VERSION, 4, 4);

#endif
