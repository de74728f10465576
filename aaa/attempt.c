/* Which server is asked, how often and when again; in pptpd-aaa. */
/* SPDX-License-Identifier: ISC */
#include "attempt.h"

#include <string.h>

#define MS	1000
#define MIX	2654435761U	/* odd, near 2^32 / 1.618 */

void
pool_init(struct pool_state *pool, const struct radius_conf *conf)
{
	memset(pool, 0, sizeof(*pool));
	pool->conf = conf;
}

/* ms, moved by up to a tenth in either direction. */
static uint32_t
jitter(uint32_t ms, uint32_t random)
{
	uint32_t width = ms / 5;

	return ms - width / 2 + (width > 0 ? random % (width + 1) : 0);
}

static bool
is_alive(struct server_state *s, uint64_t now)
{
	return !s->dead || now >= s->dead_until;
}

static bool
has_room(const struct pool_state *pool, unsigned i)
{
	uint32_t limit = pool->conf->servers[i].limit;

	return limit == 0 || pool->server[i].under_way < limit;
}

/* A bit for each server that is alive, or has room. */
static uint32_t
those(struct pool_state *pool, uint64_t now, bool with_room)
{
	uint32_t set = 0;

	for (unsigned i = 0; i < pool->conf->n; i++) {
		if (is_alive(&pool->server[i], now) &&
		    (!with_room || has_room(pool, i)))
			set |= 1U << i;
	}
	return set;
}

/* One of the set, which is not empty: the best priority, then by weight. */
static unsigned
draw(const struct radius_conf *conf, uint32_t set, uint32_t random)
{
	uint32_t best = UINT32_MAX, total = 0;
	unsigned i, last = 0;

	for (i = 0; i < conf->n; i++) {
		if (set & 1U << i && conf->servers[i].priority < best)
			best = conf->servers[i].priority;
	}
	for (i = 0; i < conf->n; i++) {
		if (set & 1U << i && conf->servers[i].priority == best)
			total += conf->servers[i].weight;
	}
	/* The timeout is made of the same number: other bits of it. */
	random = total > 0 ? (random * MIX >> 16) % total : 0;
	for (i = 0; i < conf->n; i++) {
		if ((set & 1U << i) == 0 || conf->servers[i].priority != best)
			continue;
		last = i;
		if (random < conf->servers[i].weight)
			break;
		random -= conf->servers[i].weight;
	}
	return last;
}

/*
 * A living server with room that was not asked in this round; else one without
 * room; else a dead one, since there is nothing to lose; else a new round
 * begins.
 */
static unsigned
choose(struct attempt *a, struct pool_state *pool, uint64_t now,
    uint32_t random)
{
	const uint32_t all = (1U << pool->conf->n) - 1;
	const uint32_t sets[] = { those(pool, now, true),
	    those(pool, now, false), all };

	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
			if ((sets[i] & ~a->tried) != 0)
				return draw(pool->conf, sets[i] & ~a->tried,
				    random);
		}
		a->tried = 0;
	}
	return 0;
}

static void
ask(struct attempt *a, struct pool_state *pool, uint64_t now, uint32_t random)
{
	a->server = choose(a, pool, now, random);
	pool->server[a->server].under_way++;
	a->tried |= 1U << a->server;
	a->sent = 1;
	a->rt = jitter(pool->conf->timeout * MS, random);
	a->begun = now;
}

void
attempt_begin(struct attempt *a, struct pool_state *pool, uint64_t now,
    uint64_t deadline, uint32_t random)
{
	memset(a, 0, sizeof(*a));
	a->deadline = deadline;
	ask(a, pool, now, random);
}

void
attempt_end(const struct attempt *a, struct pool_state *pool)
{
	pool->server[a->server].under_way--;
}

uint64_t
attempt_wait(const struct attempt *a, uint64_t now)
{
	uint64_t left = a->deadline > now ? a->deadline - now : 0;

	return a->rt < left ? a->rt : left;
}

enum attempt_step
attempt_timeout(struct attempt *a, struct pool_state *pool, uint64_t now,
    uint32_t random, bool *died)
{
	struct server_state *s = &pool->server[a->server];

	*died = false;
	if (a->sent >= pool->conf->tries && s->answered < a->begun) {
		*died = is_alive(s, now);
		s->dead = true;
		if (*died)
			s->dead_until = now + (uint64_t)pool->conf->dead_time *
			    MS;
	}
	if (now >= a->deadline)
		return ATTEMPT_OVER;
	if (a->sent < pool->conf->tries) {
		a->sent++;
		a->rt = jitter(2 * a->rt, random);
		if (a->rt > ATTEMPT_RT_MAX)
			a->rt = jitter(ATTEMPT_RT_MAX, random);
		return ATTEMPT_AGAIN;
	}
	attempt_end(a, pool);
	ask(a, pool, now, random);
	return ATTEMPT_OTHER;
}

bool
attempt_answered(const struct attempt *a, struct pool_state *pool, uint64_t now)
{
	struct server_state *s = &pool->server[a->server];
	bool was_dead = s->dead;

	s->dead = false;
	s->answered = now;
	return was_dead;
}
