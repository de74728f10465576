/* Engine: starts few calls at a time and lets the others wait in order. */
/* SPDX-License-Identifier: ISC */
#include "engine/call_queue.h"

#include <stdint.h>

#include "engine/engine.h"
#include "engine/limiter.h"

#define AGAIN_MS	250	/* from one try to the next */

TAILQ_HEAD(queue, queued_call);
static struct queue waiting = TAILQ_HEAD_INITIALIZER(waiting);
static struct queue later = TAILQ_HEAD_INITIALIZER(later);
static unsigned int laters;
static struct event *again_ev;
static unsigned int taken;
static struct event *next_ev;
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
	uint64_t now = engine_now_ms();
	struct timeval tv;

	if (at == UINT64_MAX)
		return;
	at = at > now ? at - now : 0;
	tv.tv_sec = (time_t)(at / 1000);
	tv.tv_usec = (suseconds_t)(at % 1000 * 1000);
	event_add(next_ev, &tv);
}

static void
on_next(evutil_socket_t fd, short what, void *arg)
{
	struct queued_call *t;
	uint64_t at;

	(void)fd;
	(void)what;
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

bool
call_queue_take(struct queued_call *t, void (*start)(struct queued_call *))
{
	uint64_t at = UINT64_MAX;

	if (next_ev == NULL)
		next_ev = evtimer_new(engine.base, on_next, NULL);
	if (next_ev == NULL)
		return true;		/* no memory: start it at once */
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
on_again(evutil_socket_t fd, short what, void *arg)
{
	struct timeval tv = { 0, AGAIN_MS * 1000 };
	uint64_t now = engine_now_ms();
	struct queued_call *t;

	(void)fd;
	(void)what;
	(void)arg;
	while ((t = TAILQ_FIRST(&later)) != NULL && t->again_at <= now) {
		TAILQ_REMOVE(&later, t, entry);
		laters--;
		t->later = false;
		t->waiting = true;
		TAILQ_INSERT_TAIL(&waiting, t, entry);
		event_active(next_ev, EV_TIMEOUT, 0);
	}
	if (t != NULL)
		event_add(again_ev, &tv);
}

bool
call_queue_later(struct queued_call *t, void (*start)(struct queued_call *))
{
	struct timeval tv = { 0, AGAIN_MS * 1000 };
	uint64_t now = engine_now_ms();

	if (again_ev == NULL)
		again_ev = evtimer_new(engine.base, on_again, NULL);
	if (again_ev == NULL || next_ev == NULL ||
	    laters >= CALL_QUEUE_LATER_MAX ||
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
	if (!event_pending(again_ev, EV_TIMEOUT, NULL))
		event_add(again_ev, &tv);
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
			event_active(next_ev, EV_TIMEOUT, 0);
	}
	t->waiting = t->taken = false;
}
