/* What the monitor and the spawner say to each other. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SPAWNER_MSG_H
#define PPTPD_SPAWNER_MSG_H

#include <sys/types.h>

#include "config/pppd_args.h"
#include "shared/keeper_call.h"

/*
 * A fork of a process that has few pages costs a fraction of an exec, in time
 * and in memory.  The request is a struct spawner_request as far as its words
 * go, with the keeper's descriptors (IPC_FD_*) in order; the answer is a
 * struct spawner_answer, which never changes.  The keeper is a child of the
 * spawner's parent.
 *
 * Between the installation of another version and the upgrade to it, a spawner
 * that dies is followed by one of that version.
 */
#define SPAWNER_MAGIC	0x50505453U	/* "PPTS" */
#define SPAWNER_VERSION	1

struct spawner_request {
	uint32_t magic, version, size;	/* never change */
	uint32_t unused;
	struct keeper_call call;
	char	words[PPPD_ARGS_ROOM];	/* pppd's, each with its NUL */
};

struct spawner_answer {
	pid_t	pid;		/* -1: none */
	int	error;		/* then errno; EPROTO: the request is of
				   another version */
};
LAYOUT(struct spawner_request, SPAWNER_VERSION, 1, 16672);
LAYOUT(struct spawner_answer, SPAWNER_VERSION, 1, 8);

#endif
