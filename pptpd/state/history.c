/* The last calls that have ended, and the last refusals. */
/* SPDX-License-Identifier: ISC */
#include "state/history.h"

#include <stddef.h>
#include <string.h>

#define REPEAT_S	60	/* refusals in so many seconds are one entry */

/* An entry that an engine was writing when it died, or worse. */
static bool
is_sane(const struct history_entry *e)
{
	return (e->kind == HISTORY_ENDED || e->kind == HISTORY_REFUSED) &&
	    e->number < UINT64_MAX / 2 &&
	    memchr(e->session, '\0', sizeof(e->session)) != NULL &&
	    memchr(e->user, '\0', sizeof(e->user)) != NULL &&
	    memchr(e->remote, '\0', sizeof(e->remote)) != NULL &&
	    memchr(e->ifname, '\0', sizeof(e->ifname)) != NULL &&
	    memchr(e->says.name, '\0', sizeof(e->says.name)) != NULL &&
	    memchr(e->says.version, '\0', sizeof(e->says.version)) != NULL;
}

/* Of the nth entry of a ring, by age; the empty ones are the oldest. */
static uint32_t
index_of(const struct history *h, int ring, uint32_t n)
{
	return (h->ring[ring].next + n) % HISTORY_RING;
}

static const struct history_entry *
at(const struct history *h, int ring, uint32_t n)
{
	return &h->ring[ring].entry[index_of(h, ring, n)];
}

/* Puts damaged entries in order; those of an engine are. */
static void
sort(struct history *h, int ring)
{
	struct history_entry *entry = h->ring[ring].entry, *a, *b, e;

	for (uint32_t n = 1; n < HISTORY_RING; n++) {
		for (uint32_t i = n; i > 0; i--) {
			a = &entry[index_of(h, ring, i - 1)];
			b = &entry[index_of(h, ring, i)];
			if (a->number <= b->number)
				break;
			e = *a;
			*a = *b;
			*b = e;
		}
	}
}

void
history_use(struct history *h)
{
	const struct history_entry *last;

	if (h->magic != HISTORY_MAGIC || h->version != HISTORY_VERSION ||
	    h->size != sizeof(*h)) {
		memset(h, 0, sizeof(*h));
		h->magic = HISTORY_MAGIC;
		h->version = HISTORY_VERSION;
		h->size = sizeof(*h);
	}
	for (int r = 0; r < HISTORY_RINGS; r++) {
		h->ring[r].next %= HISTORY_RING;
		for (int i = 0; i < HISTORY_RING; i++) {
			struct history_entry *e = &h->ring[r].entry[i];

			if (!is_sane(e))
				memset(e, 0, sizeof(*e));
			/* Its octet may be neither. */
			e->authenticated = r == HISTORY_KNOWN;
		}
		sort(h, r);
	}
	vain_networks_use(&h->networks);
	last = history_before(h, UINT64_MAX);
	h->last = last == NULL ? 0 : last->number;
}

static struct history_entry *
newest_of(struct history *h, int ring)
{
	uint32_t last = (h->ring[ring].next + HISTORY_RING - 1) % HISTORY_RING;

	return &h->ring[ring].entry[last];
}

static bool
is_repeated(const struct history_entry *old, const struct history_entry *new)
{
	return new->kind == HISTORY_REFUSED && old->kind == new->kind &&
	    old->number != 0 && old->client == new->client &&
	    old->end == new->end && new->at_s >= old->at_s &&
	    new->at_s - old->at_s < REPEAT_S && old->times < UINT32_MAX;
}

void
history_add(struct history *h, const struct history_entry *new)
{
	int ring = new->kind == HISTORY_ENDED && new->authenticated ?
	    HISTORY_KNOWN : HISTORY_STRANGERS;
	struct history_entry *e = newest_of(h, ring);
	uint32_t next = h->ring[ring].next % HISTORY_RING;

	if (is_repeated(e, new)) {
		e->at_s = new->at_s;
		e->times++;
		return;
	}
	e = &h->ring[ring].entry[next];
	/* Without a number it is empty, if this engine dies meanwhile. */
	e->number = 0;
	*e = *new;
	e->number = ++h->last;
	h->ring[ring].next = (next + 1) % HISTORY_RING;
}

/* The newest first: it is asked for a call that has just ended. */
bool
history_has(const struct history *h, const char *session)
{
	for (uint32_t n = HISTORY_RING; n-- > 0;) {
		for (int r = 0; r < HISTORY_RINGS; r++) {
			const struct history_entry *e = at(h, r, n);

			if (e->number != 0 && strncmp(e->session, session,
			    sizeof(e->session)) == 0)
				return true;
		}
	}
	return false;
}

/*
 * How many entries of a ring, from the oldest on, have a number up to this one.
 * If an engine that was taken over has mixed them up again, some may be missed.
 */
static uint32_t
rank(const struct history *h, int ring, uint64_t number)
{
	uint32_t low = 0, high = HISTORY_RING;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (at(h, ring, middle)->number <= number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct history_entry *
history_before(const struct history *h, uint64_t number)
{
	const struct history_entry *e, *found = NULL;

	for (int r = 0; number > 0 && r < HISTORY_RINGS; r++) {
		uint32_t n = rank(h, r, number - 1);

		if (n == 0)
			continue;
		e = at(h, r, n - 1);
		if (e->number != 0 && e->number < number &&
		    (found == NULL || e->number > found->number))
			found = e;
	}
	return found;
}

const struct history_entry *
history_after(const struct history *h, uint64_t number)
{
	const struct history_entry *e, *found = NULL;

	for (int r = 0; r < HISTORY_RINGS; r++) {
		uint32_t n = rank(h, r, number);

		if (n == HISTORY_RING)
			continue;
		e = at(h, r, n);
		if (e->number > number &&
		    (found == NULL || e->number < found->number))
			found = e;
	}
	return found;
}
