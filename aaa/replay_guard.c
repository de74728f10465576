/* Requests that came before; in pptpd-aaa. */
/* SPDX-License-Identifier: ISC */
#include "replay_guard.h"

#include <stdlib.h>
#include <string.h>

void
replay_init(struct replay_guard *g, uint32_t window, uint64_t started_ms)
{
	memset(g, 0, sizeof(*g));
	g->window = window;
	g->started_ms = started_ms;
}

static void
clear(struct replay_entry *e)
{
	free(e->answer);
	memset(e, 0, sizeof(*e));
}

void
replay_free(struct replay_guard *g)
{
	for (size_t i = 0; i < REPLAY_ENTRIES; i++)
		clear(&g->entry[i]);
}

bool
replay_is_fresh(const struct replay_guard *g, uint32_t made,
    const struct replay_time *now)
{
	uint64_t up = now->mono_ms - g->started_ms, at = now->unix_ms / 1000;
	uint64_t began = now->unix_ms > up ? (now->unix_ms - up) / 1000 : 0;
	uint64_t age = made < at ? at - made : made - at;

	return age <= g->window && made > began && made > g->forgotten;
}

/* One from the future is fresh for twice the window. */
static uint64_t
keep(const struct replay_guard *g)
{
	uint64_t s = 2 * (uint64_t)g->window + 1;

	return s > REPLAY_KEEP_MIN ? s : REPLAY_KEEP_MIN;
}

static void
forget(struct replay_guard *g, struct replay_entry *e)
{
	if (e->made > g->forgotten)
		g->forgotten = e->made;
	clear(e);
}

struct replay_entry *
replay_find(struct replay_guard *g, unsigned client,
    const uint8_t authenticator[DIGEST_LEN], uint64_t now)
{
	for (size_t i = 0; i < REPLAY_ENTRIES; i++) {
		struct replay_entry *e = &g->entry[i];

		if (e->until != 0 && e->until <= now)
			forget(g, e);
		if (e->until != 0 && e->client == client && memcmp(
		    e->authenticator, authenticator, DIGEST_LEN) == 0)
			return e;
	}
	return NULL;
}

struct replay_entry *
replay_add(struct replay_guard *g, unsigned client,
    const uint8_t authenticator[DIGEST_LEN], uint32_t made, uint64_t now)
{
	for (size_t i = 0; i < REPLAY_ENTRIES; i++) {
		struct replay_entry *e = &g->entry[i];

		if (e->until > now)
			continue;
		if (e->until != 0)
			forget(g, e);
		clear(e);
		e->made = made;
		memcpy(e->authenticator, authenticator, DIGEST_LEN);
		e->client = client;
		e->until = now + keep(g);
		return e;
	}
	return NULL;
}

void
replay_answer(struct replay_entry *e, const uint8_t *answer, size_t len)
{
	free(e->answer);
	e->answer = malloc(len);
	e->len = e->answer != NULL ? len : 0;
	if (e->answer != NULL)
		memcpy(e->answer, answer, len);
}
