/* The queue of calls: few are started at a time, the others wait in order. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_CALL_QUEUE_H
#define PPTPD_CALL_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/queue.h"

/*
 * The most calls that may be between their request and the first frame of
 * their pppd.  If a thousand were started at once, all of them would be late.
 */
#define TURN_MAX	64
/* The most calls that may wait for a slot, and how long each may wait. */
#define CALL_QUEUE_LATER_MAX	64
#define CALL_QUEUE_LATER_MS	10000

/* Embedded in each call that may wait; zeroed memory does not wait. */
struct queued_call {
	TAILQ_ENTRY(queued_call) entry;
	bool	waiting, taken;
	bool	later;		/* waits for a slot */
	uint64_t since;		/* ms, first wait for a slot; 0: none */
	uint64_t again_at;	/* ms */
};

/*
 * True: the call may start now.  False: start() is called when its turn comes.
 * Both observe call-rate.
 */
bool	call_queue_take(struct queued_call *, void (*start)(struct queued_call *));
/*
 * The call found no slot, but one may soon be free: its turn ends, and start()
 * is called again in a moment.  False: it has waited for too long, or too many
 * wait.
 */
bool	call_queue_later(struct queued_call *, void (*start)(struct queued_call *));
/* Ends the turn: the call has started or ended.  May be called again. */
void	call_queue_done(struct queued_call *);

#endif
