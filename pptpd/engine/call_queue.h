/* Whose turn it is: calls are started few at a time, the others wait. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_CALL_QUEUE_H
#define PPTPD_CALL_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/queue.h"

/*
 * So many may be between their request and their pppd's first word.  If all
 * of a crowd were started at once, all of them would be late.
 */
#define TURN_MAX	64
/* So many may wait for a slot, for so long. */
#define CALL_QUEUE_LATER_MAX	64
#define CALL_QUEUE_LATER_MS	10000

/* Embedded in what waits; zeroed memory has no turn. */
struct queued_call {
	TAILQ_ENTRY(queued_call) entry;
	bool	waiting, taken;
	bool	later;		/* waits for a slot */
	uint64_t since;		/* ms, it waited first for one; 0: not yet */
	uint64_t again_at;	/* ms */
};

/*
 * True: go on now.  False: start() is called when it is its turn.  Both
 * observe call-rate.
 */
bool	call_queue_take(struct queued_call *, void (*start)(struct queued_call *));
/*
 * There was no slot for it, but there may soon be one: its turn ends, and comes
 * again in a moment.  False: it has waited for too long, or too many wait.
 */
bool	call_queue_later(struct queued_call *, void (*start)(struct queued_call *));
/* It has started, or is gone; may be told more than once. */
void	call_queue_done(struct queued_call *);

#endif
