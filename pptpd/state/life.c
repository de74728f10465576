/* The life of a call as its keeper sees it: when pppd has to go, and why. */
/* SPDX-License-Identifier: ISC */
#include "state/life.h"

#include "base/log.h"

#define STEPS	2

static const struct {
	uint64_t	after_ms;
	unsigned int	bit;
} steps[STEPS] = {
	{ LIFE_TERM_MS, LIFE_DO_TERM },
	{ LIFE_KILL_MS, LIFE_DO_KILL },
};

static const char *const state_names[] = {
	[LIFE_STARTING] = "starting",
	[LIFE_SERVED] = "served",
	[LIFE_ENDING] = "ending",
	[LIFE_SEARCHING] = "searching",
	[LIFE_HUNG_UP] = "hung_up",
	[LIFE_OVER] = "over",
};

static void
set_state(struct life *l, enum life_state to, const char *cause, uint64_t now)
{
	log_debug("CTRL: Client %s: keeper %s -> %s, %s", l->client,
	    state_names[l->state], state_names[to], cause);
	l->state = to;
	l->since = now;
}

void
life_init(struct life *l, const char *client, uint64_t now)
{
	*l = (struct life){ .state = LIFE_STARTING, .since = now,
	    .end = CTRL_END_PPPD, .client = client };
}

unsigned int
life_started(struct life *l, uint64_t now)
{
	if (l->state == LIFE_STARTING)
		set_state(l, LIFE_SERVED, "pppd runs", now);
	return 0;
}

bool
life_is_down(const struct life *l)
{
	return l->state == LIFE_HUNG_UP || l->state == LIFE_OVER;
}

unsigned int
life_hang_up(struct life *l, enum ctrl_end end, const char *cause,
    uint64_t now)
{
	unsigned int todo = LIFE_DO_HANG_UP;

	if (l->state == LIFE_STARTING || life_is_down(l))
		return 0;
	if (l->state == LIFE_SEARCHING)
		todo |= LIFE_DO_GOODBYE;
	l->end = end;
	set_state(l, LIFE_HUNG_UP, cause, now);
	return todo;
}

unsigned int
life_hurry(struct life *l)
{
	if (l->state == LIFE_HUNG_UP && l->signals < STEPS - 1)
		l->signals = STEPS - 1;		/* only the last one is left */
	l->hurries = true;
	return 0;
}

/* How long after the hang-up this step is due. */
static uint64_t
due(const struct life *l, int step)
{
	return l->hurries ? LIFE_HURRY_MS : steps[step].after_ms;
}

unsigned int
life_ask(struct life *l, enum ctrl_end end, uint64_t now)
{
	switch (l->state) {
	case LIFE_SERVED:
		l->end = end;
		set_state(l, LIFE_ENDING, ctrl_end_text(end), now);
		return LIFE_DO_TELL;
	case LIFE_SEARCHING:
		return life_hang_up(l, end, ctrl_end_text(end), now);
	case LIFE_STARTING:
	case LIFE_ENDING:
	case LIFE_HUNG_UP:
	case LIFE_OVER:
		break;
	}
	return 0;
}

unsigned int
life_engine_lost(struct life *l, bool may_search, uint64_t now)
{
	enum ctrl_end end = CTRL_END_LOST;

	switch (l->state) {
	case LIFE_SERVED:
		if (may_search) {
			set_state(l, LIFE_SEARCHING, "the engine is gone",
			    now);
			return LIFE_DO_SEARCH;
		}
		break;
	case LIFE_ENDING:
		end = l->end;
		break;
	case LIFE_STARTING:
	case LIFE_SEARCHING:
	case LIFE_HUNG_UP:
	case LIFE_OVER:
		return 0;
	}
	return life_hang_up(l, end, "the engine is gone", now) |
	    LIFE_DO_GOODBYE;
}

unsigned int
life_engine_found(struct life *l, uint64_t now)
{
	if (l->state == LIFE_SEARCHING)
		set_state(l, LIFE_SERVED, "another engine", now);
	return 0;
}

unsigned int
life_over(struct life *l, uint64_t now)
{
	unsigned int todo = l->state == LIFE_SEARCHING ? LIFE_DO_GOODBYE : 0;

	if (!life_is_down(l))
		l->end = CTRL_END_PPPD;
	if (l->state != LIFE_OVER)
		set_state(l, LIFE_OVER, "pppd has ended", now);
	return todo;
}

unsigned int
life_timer(struct life *l, uint64_t now)
{
	unsigned int todo = 0;

	if (now < life_deadline(l))
		return 0;
	if (l->state == LIFE_ENDING)
		return life_hang_up(l, l->end, "the engine does not end it",
		    now);
	while (l->signals < STEPS &&
	    now - l->since >= due(l, l->signals))
		todo |= steps[l->signals++].bit;
	return todo;
}

uint64_t
life_deadline(const struct life *l)
{
	switch (l->state) {
	case LIFE_ENDING:
		return l->since + LIFE_ENGINE_MS;
	case LIFE_HUNG_UP:
		if (l->signals < STEPS)
			return l->since + due(l, l->signals);
		break;
	case LIFE_STARTING:
	case LIFE_SERVED:
	case LIFE_SEARCHING:
	case LIFE_OVER:
		break;
	}
	return UINT64_MAX;
}
