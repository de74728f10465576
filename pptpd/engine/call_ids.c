/* Engine: our Call IDs: random, unique, and not used again for a while. */
/* SPDX-License-Identifier: ISC */
#include "engine/call_ids.h"

#include <stddef.h>
#include <sys/random.h>

#define TRIES	1000	/* enough even if few are free */

static struct {
	struct call	*call;
	uint64_t	 rests_until;	/* ms; 0: never used */
} ids[UINT16_MAX + 1];

static bool
is_free(uint16_t id, uint64_t now_ms)
{
	return id != 0 && ids[id].call == NULL &&
	    now_ms >= ids[id].rests_until;
}

/* Random octets come in batches: one system call for many calls. */
static bool
random_id(uint16_t *id)
{
	static uint16_t pool[32];
	static size_t left;

	if (left == 0) {
		if (getrandom(pool, sizeof(pool), 0) != sizeof(pool))
			return false;
		left = sizeof(pool) / sizeof(pool[0]);
	}
	*id = pool[--left];
	return true;
}

uint16_t
call_ids_take(struct call *call, uint16_t wish, uint16_t of, uint64_t now_ms)
{
	uint16_t id = wish;

	if (!is_free(id, now_ms)) {
		for (int i = 0; i < TRIES; i++) {
			if (!random_id(&id))
				return 0;
			id -= id % of;
			if (is_free(id, now_ms))
				break;
		}
		/* Nearly all are in use: take the next free one. */
		for (int i = 0; !is_free(id, now_ms) || id % of != 0;
		    i++, id++) {
			if (i > UINT16_MAX)
				return 0;
		}
	}
	ids[id].call = call;
	return id;
}

void
call_ids_give(uint16_t id, uint64_t now_ms)
{
	ids[id].call = NULL;
	ids[id].rests_until = now_ms + CALL_ID_REST_MS;
}

void
call_ids_drop(uint16_t id)
{
	ids[id].call = NULL;
}

void
call_ids_await(uint16_t id, uint64_t until_ms)
{
	if (ids[id].rests_until < until_ms)
		ids[id].rests_until = until_ms;
}

bool
call_ids_claim(struct call *call, uint16_t id)
{
	if (id == 0 || ids[id].call != NULL)
		return false;
	ids[id].call = call;
	return true;
}

void
call_ids_lend(uint16_t id)
{
	ids[id].call = NULL;
	ids[id].rests_until = UINT64_MAX;
}

struct call *
call_ids_find(uint16_t id)
{
	return ids[id].call;
}
