/* Limits: penalties for clients that fail to authenticate. */
/* SPDX-License-Identifier: ISC */
#include "state/limit.h"

#include <string.h>

#include "state/limit_memory.h"

/*
 * Compares the failures of one minute with its successes.  pppd fails in the
 * same way for a wrong password and for a RADIUS server that is down.  If the
 * server is down nearly all clients fail, even those that have authenticated
 * before and so know their passwords.
 */
static bool
most_fail(const struct limits *l, const struct limit_period *p)
{
	uint32_t failed = p->failed, quorum = LIMIT_QUORUM;

	/* Count known clients only: strangers may guess passwords. */
	if (l->known > 1) {
		failed = p->known_failed;
		if (l->known < quorum)
			quorum = l->known;
	}
	return failed >= quorum && failed > 4 * p->succeeded;
}

/* Updates the periods, and whether penalties are suspended. */
static void
compare(struct limits *l, uint64_t now)
{
	uint32_t period = (uint32_t)(now / LIMIT_PERIOD_MS) + 1;
	bool was = l->suspended;

	if (period != l->period) {
		l->before = l->now;
		if (period != l->period + 1)
			memset(&l->before, 0, sizeof(l->before));
		memset(&l->now, 0, sizeof(l->now));
		l->period = period;
	}
	l->suspended = most_fail(l, &l->now) || most_fail(l, &l->before);
	if (was || l->suspended)
		l->amnesty = now;
	if (was != l->suspended)
		l->say = was ? LIMIT_SAY_RESUMED : LIMIT_SAY_SUSPENDED;
}

static unsigned int
take_say(struct limits *l)
{
	unsigned int say = l->say;

	l->say = 0;
	return say;
}

unsigned int
limit_authenticated(struct limits *l, struct limit_conn *c, uint64_t now)
{
	struct source *s = c->source;

	if (s == NULL || c->authenticated || !c->call)
		return 0;
	compare(l, now);
	limit_slot_done(l, c);
	c->authenticated = true;
	s->authenticated++;
	s->unauthenticated--;
	l->unauthenticated--;
	memset(&s->connect, 0, sizeof(s->connect));
	memset(&s->call, 0, sizeof(s->call));
	if (!s->known)
		l->known++;
	s->known = true;
	s->refused = false;
	s->penalty_until = 0;
	if (s->succeeded_in != l->period)
		l->now.succeeded++;
	s->succeeded_in = l->period;
	compare(l, now);
	limit_memory_note(l, s);
	return take_say(l);
}

static void
count_failure(struct limits *l, struct source *s, uint64_t now)
{
	uint64_t most;

	if (s->failed_in != l->period) {
		l->now.failed++;
		l->now.known_failed += s->known;
	}
	s->failed_in = l->period;
	compare(l, now);
	if (s->failed_at <= l->amnesty || s->penalty_until <= now) {
		s->penalty_until = now;
		s->refused = false;
	}
	s->failed_at = now;
	if (l->suspended)
		return;
	most = now + (s->known ? LIMIT_PENALTY_KNOWN_MS :
	    LIMIT_PENALTY_MAX_MS);
	s->penalty_until += (uint64_t)l->conf.auth_penalty * 1000;
	if (s->penalty_until > most)
		s->penalty_until = most;
	if (s->refused || s->penalty_until - now <= LIMIT_PENALTY_FROM_MS)
		return;
	s->refused = true;
	if (limit_penalty(l, s, now) > 0)
		l->say |= LIMIT_SAY_REFUSED;
}

unsigned int
limit_failed(struct limits *l, struct limit_conn *c, uint64_t now)
{
	struct source *s = c->source;

	if (s == NULL || c->failed || c->authenticated)
		return 0;
	c->failed = true;
	compare(l, now);
	count_failure(l, s, now);
	limit_memory_note(l, s);
	return take_say(l);
}

/*
 * An address with an authenticated call is not refused: many clients may share
 * it behind NAT, and not all of them fail.
 */
uint64_t
limit_penalty(struct limits *l, const struct source *s, uint64_t now)
{
	if (l->conf.auth_penalty == 0)	/* also those from before it was 0 */
		return 0;
	if (!s->refused || s->authenticated > 0 || s->penalty_until <= now)
		return 0;
	compare(l, now);
	if (l->suspended || s->failed_at <= l->amnesty)
		return 0;
	return s->penalty_until - now;
}
