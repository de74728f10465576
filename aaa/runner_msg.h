/* What pptpd-aaa and its runner, which starts programs, say to each other. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_RUNNER_MSG_H
#define PPTPD_RUNNER_MSG_H

#include <stdint.h>

/*
 * Both are the same program, forked, so this needs no version.  One message is
 * one packet of a SOCK_SEQPACKET pair.  There are as many slots as programs may
 * run at once.
 */
enum runner_type {
	/* To the runner. */
	RUNNER_START = 1,	/* start the program in a slot that is free */
	RUNNER_KILL,		/* end what runs there, if it does */
	/* From it. */
	RUNNER_STARTED,		/* with RUNNER_FDS descriptors */
	RUNNER_FAILED,		/* value: errno; the slot is free */
	RUNNER_ENDED		/* value: status of wait(2); the slot is free */
};

struct runner_msg {
	uint32_t type, slot;
	int32_t	 value;
};

/* Our ends of the program's standard input, output and error: pipes. */
#define RUNNER_FDS	3

#endif
