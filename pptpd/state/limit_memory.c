/* What an engine leaves to the next one about addresses, when it dies. */
/* SPDX-License-Identifier: ISC */
#include "state/limit_memory.h"

#include <stddef.h>
#include <string.h>

#include "state/limit.h"

/* The entries that an address may use: multiply-shift, random odd factor. */
static struct limit_memory_entry *
places(struct limit_memory *m, uint32_t addr)
{
	uint64_t h = (uint64_t)addr *
	    ((uint64_t)m->seed * 0x9E3779B97F4A7C15U | 1);

	return &m->entry[((h >> 32) & (LIMIT_MEMORY_SETS - 1)) *
	    LIMIT_MEMORY_WAYS];
}

/* Until when an entry is of use, in ms. */
static uint64_t
worth(const struct limit_memory_entry *e)
{
	uint64_t until = e->penalty_until;

	if (e->connect_us / 1000 > until)
		until = e->connect_us / 1000;
	if (e->call_us / 1000 > until)
		until = e->call_us / 1000;
	return e->addr != 0 ? until : 0;
}

/* The entry of an address; if it has none, the entry that is worth least. */
static struct limit_memory_entry *
place_for(struct limit_memory *m, uint32_t addr)
{
	struct limit_memory_entry *e = places(m, addr), *least = e;

	for (int i = 0; i < LIMIT_MEMORY_WAYS; i++) {
		if (e[i].addr == addr)
			return &e[i];
		if (least->addr != 0 && (e[i].addr == 0 ||
		    worth(&e[i]) < worth(least)))
			least = &e[i];
	}
	return least;
}

void
limit_memory_note(struct limits *l, const struct source *s)
{
	struct limit_memory *m = l->memory;
	struct limit_memory_entry new = { 0 }, *e;

	if (m == NULL)
		return;
	new.addr = s->addr;
	new.flags = (s->known ? LIMIT_MEMORY_KNOWN : 0) |
	    (s->refused ? LIMIT_MEMORY_REFUSED : 0);
	new.failed_at = s->failed_at;
	new.penalty_until = s->penalty_until;
	new.connect_us = s->connect.empty_us;
	new.call_us = s->call.empty_us;
	e = place_for(m, s->addr);
	if (e->addr != 0 && e->addr != s->addr && worth(e) > worth(&new))
		return;
	*e = new;
	m->amnesty = l->amnesty;
}

/* Cuts a bucket's time to the latest that its rate allows. */
static uint64_t
sane_bucket(uint64_t us, const struct bucket_rate *rate, uint64_t now)
{
	uint64_t most = now * 1000 + (uint64_t)rate->interval_us * rate->burst;

	return us < most ? us : most;
}

/*
 * Takes an entry out of the memory.  Another process may still write there, so
 * it is read once.
 */
static struct limit_memory_entry
take(struct limit_memory_entry *e)
{
	struct limit_memory_entry taken =
	    *(const volatile struct limit_memory_entry *)e;

	memset(e, 0, sizeof(*e));
	return taken;
}

/*
 * Believes an entry as far as it makes sense, and puts it back like that: what
 * an engine has left can't be more than that for the engines after the next.
 */
static void
recall(struct limits *l, const struct limit_memory_entry *e, uint64_t now)
{
	uint64_t most = now + ((e->flags & LIMIT_MEMORY_KNOWN) != 0 ?
	    LIMIT_PENALTY_KNOWN_MS : LIMIT_PENALTY_MAX_MS);
	struct source *s;

	if (e->addr == 0 || e->failed_at > now)
		return;
	s = source_get(&l->sources, e->addr, NULL);
	if (s == NULL)
		return;
	if ((e->flags & LIMIT_MEMORY_KNOWN) != 0 && !s->known) {
		s->known = true;
		l->known++;
	}
	s->failed_at = e->failed_at;
	s->penalty_until = e->penalty_until < most ? e->penalty_until : most;
	s->refused = (e->flags & LIMIT_MEMORY_REFUSED) != 0;
	s->connect.empty_us = sane_bucket(e->connect_us,
	    &l->connect_rate_per_ip, now);
	s->call.empty_us = sane_bucket(e->call_us, &l->call_rate_per_ip, now);
	limit_memory_note(l, s);
}

void
limit_memory_use(struct limits *l, struct limit_memory *m, uint32_t seed,
    uint64_t now)
{
	struct limit_memory_entry e;
	uint64_t amnesty;

	if (m->magic != LIMIT_MEMORY_MAGIC ||
	    m->version != LIMIT_MEMORY_VERSION || m->size != sizeof(*m)) {
		memset(m, 0, sizeof(*m));
		m->magic = LIMIT_MEMORY_MAGIC;
		m->version = LIMIT_MEMORY_VERSION;
		m->size = sizeof(*m);
		m->seed = seed;
	}
	amnesty = *(const volatile uint64_t *)&m->amnesty;
	if (amnesty <= now)
		l->amnesty = amnesty;
	l->memory = m;
	for (size_t i = 0; i < sizeof(m->entry) / sizeof(m->entry[0]); i++) {
		e = take(&m->entry[i]);
		recall(l, &e, now);
	}
}
