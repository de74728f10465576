/* Engine: starts few calls at a time and lets the others wait in order. */
/* SPDX-License-Identifier: ISC */
#include "engine/call_queue.h"

#include <stdint.h>

#include "engine/engine.h"
#include "engine/limiter.h"
#include "shared/loop.h"

#define AGAIN_MS	250	/* from one try to the next */

TAILQ_HEAD(queue, queued_call);
static struct queue waiting = TAILQ_HEAD_INITIALIZER(waiting);
static struct queue later = TAILQ_HEAD_INITIALIZER(later);
static unsigned int laters;
static struct loop_timer again;
static unsigned int taken;
static struct loop_timer next;
static bool has_timers;
static void (*start_waiting)(struct queued_call *);

/* Takes a turn.  False: there is none, and *at is when to ask again
 * (UINT64_MAX: when another call's turn has ended). */
static bool
take(struct queued_call *t, uint64_t *at)
{
	*at = UINT64_MAX;
	if (taken >= TURN_MAX ||
	    !limit_start(limiter_limits, engine_now_ms(), at))
		return false;
	t->taken = true;
	taken++;
	return true;
}

static void
ask_again(uint64_t at)
{
	if (at != UINT64_MAX)
		(void)loop_timer_at_ms(&next, at);
}

static void
on_next(void *arg)
{
	struct queued_call *t;
	uint64_t at;

	(void)arg;
	while ((t = TAILQ_FIRST(&waiting)) != NULL) {
		if (!take(t, &at)) {
			ask_again(at);
			return;
		}
		TAILQ_REMOVE(&waiting, t, entry);
		t->waiting = false;
		start_waiting(t);
	}
}

static void on_again(void *);

static void
make_timers(void)
{
	if (has_timers)
		return;
	loop_timer_init(&next, on_next, NULL);
	loop_timer_init(&again, on_again, NULL);
	has_timers = true;
}

bool
call_queue_take(struct queued_call *t, void (*start)(struct queued_call *))
{
	uint64_t at = UINT64_MAX;

	make_timers();
	if (TAILQ_EMPTY(&waiting) && take(t, &at))
		return true;
	start_waiting = start;
	t->waiting = true;
	TAILQ_INSERT_TAIL(&waiting, t, entry);
	ask_again(at);
	return false;
}

/* Moves calls that waited AGAIN_MS for a slot to the queue for a turn. */
static void
on_again(void *arg)
{
	uint64_t now = engine_now_ms();
	struct queued_call *t;

	(void)arg;
	while ((t = TAILQ_FIRST(&later)) != NULL && t->again_at <= now) {
		TAILQ_REMOVE(&later, t, entry);
		laters--;
		t->later = false;
		t->waiting = true;
		TAILQ_INSERT_TAIL(&waiting, t, entry);
		loop_timer_now(&next);
	}
	if (t != NULL)
		(void)loop_timer_in_ms(&again, AGAIN_MS);
}

bool
call_queue_later(struct queued_call *t, void (*start)(struct queued_call *))
{
	uint64_t now = engine_now_ms();

	if (laters >= CALL_QUEUE_LATER_MAX ||
	    (t->since != 0 && now >= t->since + CALL_QUEUE_LATER_MS))
		return false;
	call_queue_done(t);
	if (t->since == 0)
		t->since = now;
	start_waiting = start;
	t->again_at = now + AGAIN_MS;
	t->later = true;
	laters++;
	TAILQ_INSERT_TAIL(&later, t, entry);
	if (!loop_timer_runs(&again))
		(void)loop_timer_in_ms(&again, AGAIN_MS);
	return true;
}

void
call_queue_done(struct queued_call *t)
{
	if (t->later) {
		TAILQ_REMOVE(&later, t, entry);
		laters--;
		t->later = false;
	}
	if (t->waiting)
		TAILQ_REMOVE(&waiting, t, entry);
	if (t->taken) {
		taken--;
		if (!TAILQ_EMPTY(&waiting))
			loop_timer_now(&next);
	}
	t->waiting = t->taken = false;
}
