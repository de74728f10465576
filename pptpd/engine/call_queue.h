/* Whose turn it is: calls are started few at a time, the others wait. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_CALL_QUEUE_H
#define PPTPD_CALL_QUEUE_H

#include <stdbool.h>

#include "base/queue.h"

/*
 * So many may be between their request and their pppd's first word.  If all
 * of a crowd were started at once, all of them would be late.
 */
#define TURN_MAX	64

/* Embedded in what waits; zeroed memory has no turn. */
struct queued_call {
	TAILQ_ENTRY(queued_call) entry;
	bool	waiting, taken;
};

/*
 * True: go on now.  False: start() is called when it is its turn.  Both
 * observe call-rate.
 */
bool	call_queue_take(struct queued_call *, void (*start)(struct queued_call *));
/* It has started, or is gone; may be told more than once. */
void	call_queue_done(struct queued_call *);

#endif
