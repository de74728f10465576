/* Limits on clients that are silent, unauthenticated, or fail repeatedly. */
/* SPDX-License-Identifier: ISC */
#include "state/limit.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "state/limit_memory.h"

#define SAMPLES		8	/* silent connections compared for a victim */
#define CONNECT_BURST	200	/* smallest burst of one address */
#define CALL_BURST	1000
#define MESSAGE_BURST	5	/* seconds' worth of control messages */
#define SECOND		1000
#define MINUTE		60000

/* If all clients have one address, all may come at once, and once again. */
static uint32_t
burst(const struct limit_conf *conf, uint32_t least)
{
	return 2 * conf->connections > least ? 2 * conf->connections : least;
}

static void
set_rates(struct limits *l)
{
	const struct limit_conf *c = &l->conf;

	l->connect_rate = bucket_rate(c->connection_rate, SECOND,
	    c->connection_rate);
	l->connect_rate_per_ip = bucket_rate(c->connection_rate_per_ip,
	    SECOND, burst(c, CONNECT_BURST));
	l->call_rate = bucket_rate(c->call_rate, SECOND, c->call_rate);
	l->call_rate_per_ip = bucket_rate(c->call_rate_per_ip, SECOND,
	    burst(c, CALL_BURST));
	l->message_rate = bucket_rate(c->message_rate, SECOND,
	    c->message_rate * MESSAGE_BURST);
	l->log_rate = bucket_rate(c->log_rate, MINUTE, c->log_rate);
	l->log_total = bucket_rate(c->log_rate > 0 ? LIMIT_LOG_PER_S : 0,
	    SECOND, 2 * LIMIT_LOG_PER_S);
}

void
limit_change(struct limits *l, const struct limit_conf *conf)
{
	l->conf = *conf;
	set_rates(l);
}

struct limits *
limit_new(const struct limit_conf *conf, uint32_t seed)
{
	struct limits *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->random = seed | 1;
	limit_change(l, conf);
	if (source_table_init(&l->sources, SOURCE_MAX, seed) == 0)
		return l;
	free(l);
	return NULL;
}

void
limit_free(struct limits *l)
{
	if (l == NULL)
		return;
	source_table_free(&l->sources);
	free(l->silent.conn);
	free(l->waiting.conn);
	free(l);
}

/* Xorshift is enough: a client gains nothing by guessing the numbers. */
static uint32_t
random_below(struct limits *l, uint32_t n)
{
	l->random ^= l->random << 13;
	l->random ^= l->random >> 17;
	l->random ^= l->random << 5;
	return (uint32_t)((uint64_t)l->random * n >> 32);
}

/* --- silent connections -------------------------------------------------- */

static void
silent_add(struct limits *l, struct limit_conn *c, uint64_t now)
{
	c->since = now;
	limit_list_add(&l->silent, c);
}

/* The oldest of a few silent connections; NULL: it is younger than min_age. */
static struct limit_conn *
silent_pick(struct limits *l, uint64_t min_age, uint64_t now)
{
	struct limit_conn *oldest = NULL;
	bool all = l->silent.n <= SAMPLES;
	uint32_t n = all ? l->silent.n : SAMPLES;

	for (uint32_t i = 0; i < n; i++) {
		struct limit_conn *c =
		    l->silent.conn[all ? i : random_below(l, l->silent.n)];

		if (c->since + min_age <= now &&
		    (oldest == NULL || c->since < oldest->since))
			oldest = c;
	}
	return oldest;
}

/*
 * Above half of the limit each new connection costs a silent one its place,
 * with a probability that grows to 1 at the limit.  Up to the limit connections
 * younger than LIMIT_YOUNG_MS are spared.
 */
struct limit_conn *
limit_victim(struct limits *l, bool urgent, uint64_t now)
{
	uint32_t full = l->conf.max_unauth, half = full / 2;
	uint32_t n = l->unauthenticated;

	if (urgent)
		return silent_pick(l, LIMIT_YOUNG_MS, now);
	if (full == 0 || n <= half)
		return NULL;
	if (n > full)
		return silent_pick(l, 0, now);
	if (random_below(l, full - half) >= n - half)
		return NULL;
	return silent_pick(l, LIMIT_YOUNG_MS, now);
}

struct limit_conn *
limit_neighbour(const struct limits *l, const struct limit_conn *c,
    uint64_t now)
{
	struct limit_conn *oldest = NULL;

	for (uint32_t i = 0; i < l->silent.n; i++) {
		struct limit_conn *s = l->silent.conn[i];

		if (s->source == c->source &&
		    s->since + LIMIT_YOUNG_MS <= now &&
		    (oldest == NULL || s->since < oldest->since))
			oldest = s;
	}
	return oldest;
}

/* --- connections --------------------------------------------------------- */

uint64_t
limit_accept_at(const struct limits *l, uint64_t now)
{
	return bucket_next(&l->connect, &l->connect_rate, now);
}

/* Takes an address that was dropped from the table out of the sums. */
static void
forget(struct limits *l, const struct source *s)
{
	l->known -= s->known;
	for (int i = 0; i < SOURCE_LOG_CLASSES; i++) {
		l->log_pending -= s->log[i].suppressed > 0;
		l->log_suppressed += s->log[i].suppressed;
	}
}

enum ctrl_end
limit_open(struct limits *l, struct limit_conn *c, uint32_t addr,
    uint64_t now)
{
	struct source forgotten, *s;

	(void)bucket_take(&l->connect, &l->connect_rate, now);
	if (!limit_list_reserve(&l->silent))
		return CTRL_END_RESOURCE;
	s = source_get(&l->sources, addr, &forgotten);
	if (s == NULL)
		return CTRL_END_RESOURCE;
	forget(l, &forgotten);
	if (!bucket_take(&s->connect, &l->connect_rate_per_ip, now))
		return CTRL_END_RATE;
	if (!bucket_is_calm(&s->connect, &l->connect_rate_per_ip, now))
		limit_memory_note(l, s);
	c->source = s;
	s->connections++;
	s->unauthenticated++;
	l->unauthenticated++;
	silent_add(l, c, now);
	if (limit_penalty(l, s, now) > 0)
		return CTRL_END_PENALTY;
	if (l->conf.max_unauth_per_ip > 0 &&
	    s->unauthenticated > l->conf.max_unauth_per_ip)
		return CTRL_END_UNAUTH_PER_IP;
	return CTRL_END_NONE;
}

enum ctrl_end
limit_call(struct limits *l, struct limit_conn *c, uint64_t now)
{
	struct source *s = c->source;

	if (s == NULL)
		return CTRL_END_RATE;
	if (c->call)
		return CTRL_END_NONE;
	if (limit_penalty(l, s, now) > 0)
		return CTRL_END_PENALTY;
	if (l->conf.max_per_ip > 0 && s->calls >= l->conf.max_per_ip)
		return CTRL_END_PER_IP;
	if (!l->suspended && !bucket_take(&s->call, &l->call_rate_per_ip, now))
		return CTRL_END_RATE;
	if (!bucket_is_calm(&s->call, &l->call_rate_per_ip, now))
		limit_memory_note(l, s);
	if (!c->asked)
		bucket_give(&s->connect, &l->connect_rate_per_ip);
	c->asked = true;
	limit_list_remove(&l->silent, c);
	c->call = true;
	c->since = now;
	s->calls++;
	if (c->authenticated)		/* in an earlier call */
		s->authenticated++;
	return CTRL_END_NONE;
}

void
limit_adopt(struct limits *l, struct limit_conn *c, uint32_t addr,
    bool authenticated, uint64_t now)
{
	struct source forgotten, *s = source_get(&l->sources, addr,
	    &forgotten);

	if (s == NULL)
		return;
	forget(l, &forgotten);
	c->source = s;
	c->since = now;
	c->asked = c->call = true;
	s->connections++;
	s->calls++;
	s->unauthenticated++;
	l->unauthenticated++;
	if (authenticated)
		(void)limit_authenticated(l, c, now);
	else
		limit_has_slot(l, c, now);
}

/* A connection with a call can be in the list `waiting` only. */
void
limit_move(struct limits *l, struct limit_conn *to, struct limit_conn *from)
{
	*to = *from;
	to->owner = NULL;
	if (to->place != 0) {
		assert(l->waiting.conn[to->place - 1] == from);
		l->waiting.conn[to->place - 1] = to;
	}
	memset(from, 0, sizeof(*from));
}

bool
limit_start(struct limits *l, uint64_t now, uint64_t *at)
{
	if (bucket_take(&l->call, &l->call_rate, now))
		return true;
	*at = bucket_next(&l->call, &l->call_rate, now);
	return false;
}

static void
call_over(struct limit_conn *c)
{
	struct source *s = c->source;

	assert(s->calls > 0);
	s->calls--;
	if (c->authenticated) {
		assert(s->authenticated > 0);
		s->authenticated--;
	}
	c->call = false;
}

void
limit_call_over(struct limits *l, struct limit_conn *c, uint64_t now)
{
	if (!c->call)
		return;
	limit_slot_done(l, c);
	call_over(c);
	if (!c->authenticated && limit_list_reserve(&l->silent))
		silent_add(l, c, now);
}

void
limit_close(struct limits *l, struct limit_conn *c)
{
	struct source *s = c->source;

	if (s == NULL)
		return;
	limit_slot_done(l, c);
	limit_list_remove(&l->silent, c);
	if (c->call)
		call_over(c);
	if (!c->authenticated) {
		s->unauthenticated--;
		l->unauthenticated--;
	}
	s->connections--;
	c->source = NULL;
}

enum limit_pace
limit_message(struct limits *l, struct limit_messages *m, uint64_t now,
    uint64_t *at)
{
	if (bucket_take(&m->bucket, &l->message_rate, now)) {
		if (bucket_is_calm(&m->bucket, &l->message_rate, now))
			m->flood_since = 0;
		return LIMIT_GO_ON;
	}
	bucket_owe(&m->bucket, &l->message_rate);
	if (m->flood_since == 0)
		m->flood_since = now;
	*at = bucket_next(&m->bucket, &l->message_rate, now);
	return now - m->flood_since >= LIMIT_FLOOD_MS ? LIMIT_ENOUGH :
	    LIMIT_PAUSE;
}
