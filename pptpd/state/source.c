/* A bounded table of clients' addresses and what the engine knows of them. */
/* SPDX-License-Identifier: ISC */
#include "state/source.h"

#include <stdlib.h>
#include <string.h>

int
source_table_init(struct source_table *t, uint32_t max, uint32_t seed)
{
	uint32_t heads = 1;

	while (heads < max)
		heads *= 2;
	memset(t, 0, sizeof(*t));
	t->max = max;
	t->mask = heads - 1;
	t->factor = (uint64_t)seed * 0x9E3779B97F4A7C15U | 1;
	t->entry = calloc((size_t)max + 1, sizeof(*t->entry));
	t->head = calloc(heads, sizeof(*t->head));
	if (t->entry != NULL && t->head != NULL)
		return 0;
	source_table_free(t);
	return -1;
}

void
source_table_free(struct source_table *t)
{
	free(t->entry);
	free(t->head);
	memset(t, 0, sizeof(*t));
}

/* Multiply-shift with a random odd factor. */
static uint32_t *
head_of(const struct source_table *t, uint32_t addr)
{
	uint64_t h = (uint64_t)addr * t->factor;

	return &t->head[(h >> 32) & t->mask];
}

static uint32_t
index_of(const struct source_table *t, const struct source *s)
{
	return (uint32_t)(s - t->entry);
}

struct source *
source_find(const struct source_table *t, uint32_t addr)
{
	uint32_t i = *head_of(t, addr);

	while (i != 0 && t->entry[i].addr != addr)
		i = t->entry[i].next;
	return i != 0 ? &t->entry[i] : NULL;
}

/* Takes an entry out of the order of use. */
static void
detach(struct source_table *t, struct source *s)
{
	if (s->older != 0)
		t->entry[s->older].newer = s->newer;
	else
		t->oldest = s->newer;
	if (s->newer != 0)
		t->entry[s->newer].older = s->older;
	else
		t->newest = s->older;
}

static void
make_newest(struct source_table *t, struct source *s)
{
	uint32_t i = index_of(t, s);

	s->older = t->newest;
	s->newer = 0;
	if (t->newest != 0)
		t->entry[t->newest].newer = i;
	else
		t->oldest = i;
	t->newest = i;
}

/*
 * Frees the entry that was used longest ago.  Entries with connections are
 * skipped; they become the newest, so that the next search is short.
 */
static struct source *
forget(struct source_table *t)
{
	uint32_t i = t->oldest, passed = 0, *p;

	for (; t->entry[i].connections > 0; i = t->oldest) {
		if (passed++ == t->used)
			return NULL;
		detach(t, &t->entry[i]);
		make_newest(t, &t->entry[i]);
	}
	for (p = head_of(t, t->entry[i].addr); *p != i;)
		p = &t->entry[*p].next;
	*p = t->entry[i].next;
	detach(t, &t->entry[i]);
	return &t->entry[i];
}

struct source *
source_get(struct source_table *t, uint32_t addr, struct source *forgotten)
{
	struct source *s = source_find(t, addr);
	uint32_t *head = head_of(t, addr);

	if (forgotten != NULL)
		memset(forgotten, 0, sizeof(*forgotten));
	if (s != NULL) {
		detach(t, s);
		make_newest(t, s);
		return s;
	}
	if (t->used < t->max) {
		s = &t->entry[++t->used];
	} else {
		s = forget(t);
		if (s == NULL)
			return NULL;
		if (forgotten != NULL)
			*forgotten = *s;
		memset(s, 0, sizeof(*s));
	}
	s->addr = addr;
	s->next = *head;
	*head = index_of(t, s);
	make_newest(t, s);
	return s;
}
