/* Which server is asked, how often and when again; in pptpd-aaa. */
/* SPDX-License-Identifier: ISC */
#include "attempt.h"

#include <string.h>

#define MS	1000

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

/*
 * The first living server that was not asked in this round; else the first dead
 * one that was not, since there is nothing to lose; else a new round begins.
 */
static unsigned
choose(struct attempt *a, struct pool_state *pool, uint64_t now)
{
	unsigned i, n = pool->conf->n;

	for (i = 0; i < n; i++) {
		if ((a->tried & 1U << i) == 0 &&
		    is_alive(&pool->server[i], now))
			return i;
	}
	for (i = 0; i < n; i++) {
		if ((a->tried & 1U << i) == 0)
			return i;
	}
	a->tried = 0;
	for (i = 0; i < n; i++) {
		if (is_alive(&pool->server[i], now))
			return i;
	}
	return 0;
}

static void
ask(struct attempt *a, struct pool_state *pool, uint64_t now, uint32_t random)
{
	a->server = choose(a, pool, now);
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
