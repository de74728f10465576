/* Messages between the monitor and the spawner. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SPAWNER_MSG_H
#define PPTPD_SPAWNER_MSG_H

#include <sys/types.h>

#include "config/pppd_args.h"
#include "shared/keeper_call.h"

/*
 * A fork of a process with few pages costs a fraction of an exec, in time and
 * in memory.  The request is a struct spawner_request, cut after the last of
 * its words, with the keeper's descriptors (KEEPER_FD_*).  The answer is a
 * struct spawner_answer, which never changes.  The keeper becomes a child of
 * the spawner's parent.
 *
 * If another version was installed but not yet upgraded to, and the spawner
 * dies, the next spawner is of the new version: so both check the version.
 */
#define SPAWNER_MAGIC	0x50505453U	/* "PPTS" */
#define SPAWNER_VERSION	4

/* The map is there if the kernel carries the call's frames. */
enum {
	KEEPER_FD_ENGINE,
	KEEPER_FD_RECORD,
	KEEPER_FD_CONTROL,
	KEEPER_FD_MAP,
	KEEPER_FDS
};

struct spawner_request {
	uint32_t magic, version, size;	/* never change */
	uint32_t unused;
	struct keeper_call call;
	char	words[PPPD_ARGS_ROOM];	/* pppd's, each with its NUL */
};

struct spawner_answer {
	pid_t	pid;		/* -1: none */
	int	error;		/* errno if pid is -1; EPROTO: the request is
				   of another version */
};
LAYOUT(struct spawner_request, SPAWNER_VERSION, 4, 16720);
LAYOUT(struct spawner_answer, SPAWNER_VERSION, 4, 8);

#endif
