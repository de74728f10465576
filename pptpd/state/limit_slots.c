/* Limits: whose call ends when there is no free slot. */
/* SPDX-License-Identifier: ISC */
#include "state/limit.h"

void
limit_has_slot(struct limits *l, struct limit_conn *c, uint64_t now)
{
	if (c->source == NULL || !c->call || c->slot || c->authenticated ||
	    !limit_list_reserve(&l->waiting))
		return;
	c->since = now;
	c->slot = true;
	c->source->waiting++;
	limit_list_add(&l->waiting, c);
}

void
limit_slot_done(struct limits *l, struct limit_conn *c)
{
	if (!c->slot)
		return;
	limit_list_remove(&l->waiting, c);
	c->slot = false;
	c->source->waiting--;
}

void
limit_no_slot(struct limits *l, uint64_t now)
{
	l->short_until = now + LIMIT_SHORT_MS;
}

bool
limit_slots_short(const struct limits *l, uint64_t now)
{
	return now < l->short_until;
}

/* Whether a has to make room before b. */
static bool
goes_before(const struct limit_conn *a, const struct limit_conn *b)
{
	if (a->source->waiting != b->source->waiting)
		return a->source->waiting > b->source->waiting;
	return a->since < b->since;
}

struct limit_conn *
limit_slot_victim(const struct limits *l, const struct limit_conn *c,
    uint64_t now, bool *later)
{
	struct limit_conn *first = NULL;

	*later = false;
	for (uint32_t i = 0; i < l->waiting.n; i++) {
		struct limit_conn *w = l->waiting.conn[i];

		if (first == NULL || goes_before(w, first))
			first = w;
	}
	if (first == NULL || c->source == NULL ||
	    first->source->waiting <= c->source->waiting)
		return NULL;
	if (now < first->since + LIMIT_CALL_YOUNG_MS) {
		*later = true;
		return NULL;
	}
	return first;
}
