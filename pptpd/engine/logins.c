/* Engine: how often one user may be logged in at a time. */
/* SPDX-License-Identifier: ISC */
#include "engine/logins.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "engine/back_calls.h"
#include "engine/call.h"
#include "engine/engine.h"
#include "engine/journal.h"
#include "engine/limiter.h"
#include "shared/call_record.h"
#include "shared/login_seal.h"
#include "shared/loop.h"

/* From look to look, since each is at all calls: a user may report often. */
#define PAUSE_MS	20

/* A call of a user; a copy, since keepers write to records at any time. */
struct login_row {
	char		 user[CALL_USER_TEXT];
	uint64_t	 since;		/* ms, when he logged in */
	uint32_t	 own_max;
	bool		 own, own_replace, waits;
	uint16_t	 id;
	int32_t		 pppd_pid;
	char		 session[SESSION_ID_TEXT];
};

/* What counts for a user. */
struct login_limit {
	uint32_t	 max;		/* 0: none */
	bool		 replace;
};

static struct loop_timer soon;
static uint64_t looked_at;	/* ms; 0: never */

/* A copy, so that what is checked is what counts. */
static struct login_words
words_of(const struct call_record *rec)
{
	struct login_words l = { .ms = rec->login_ms, .max = rec->login_max,
	    .own = rec->login_own, .replace = rec->login_replace };

	memcpy(l.user, rec->user, sizeof(l.user));
	return l;
}

/*
 * Another engine, if a peer has taken it over, could name any user in its
 * records, and have his calls ended: so what its keeper has not sealed is no
 * login.
 */
static bool
take_row(struct login_row *row, const struct call_record *rec, uint16_t id)
{
	const struct login_key *key = call_login_key(id);
	struct login_words l = words_of(rec);

	if (l.ms == 0 || l.user[0] == '\0' || rec->end != CTRL_END_NONE ||
	    (key != NULL && login_seal(key, &l) != rec->login_seal))
		return false;
	memcpy(row->user, l.user, sizeof(row->user));
	row->user[sizeof(row->user) - 1] = '\0';
	memcpy(row->session, rec->session, sizeof(row->session));
	row->session[sizeof(row->session) - 1] = '\0';
	row->since = l.ms;
	row->own = l.own != 0;
	row->own_max = l.max;
	row->own_replace = l.replace != 0;
	row->waits = rec->login_waits != 0;
	row->id = id;
	row->pppd_pid = rec->pppd_pid;
	return true;
}

/*
 * Users in any order, the calls of each in the order of their logins.  A RADIUS
 * server may take a name in whatever case it comes, so case makes no other
 * user: he could log in as often as there are ways to write his name.
 */
static int
compare(const void *a, const void *b)
{
	const struct login_row *x = a, *y = b;
	int order = strcasecmp(x->user, y->user);

	if (order != 0)
		return order;
	if (x->since != y->since)
		return x->since < y->since ? -1 : 1;
	return strcmp(x->session, y->session);
}

/* What counts is the file that the user had when he last logged in. */
static struct login_limit
limit_of(const struct login_row *last)
{
	const struct limit_conf *conf = &limiter_limits->conf;

	if (last->own)
		return (struct login_limit){ last->own_max,
		    last->own_replace };
	return (struct login_limit){ conf->max_logins,
	    conf->logins_replace != 0 };
}

static void
end_call(const struct login_row *row, uint32_t max, enum ctrl_end end)
{
	log_notice("CTRL: Call %04X, session %s, of user \"%s\" ends: he may "
	    "have %u at a time (%s)", row->id, row->session, row->user,
	    (unsigned int)max, ctrl_end_word(end));
	limiter_counted(end);
	call_kick(row->id, end);
}

/* Judges the n calls of one user. */
static void
judge(const struct login_row *row, size_t n)
{
	struct login_limit limit = limit_of(&row[n - 1]);
	size_t first = 0;
	int32_t before = 0;	/* pppd of the last call that is replaced */

	while (limit.max != 0 && n - first > limit.max) {
		if (limit.replace) {
			before = row[first].pppd_pid;
			end_call(&row[first++], limit.max, CTRL_END_REPLACED);
		} else
			end_call(&row[--n], limit.max, CTRL_END_LOGINS);
	}
	for (; first < n; first++) {
		if (row[first].waits)
			call_admit(row[first].id, before);
	}
}

/* Whether a limit, or a pppd that waits, makes it worth a look. */
static bool
is_needed(void)
{
	const struct call_record *rec;
	uint32_t next = 1;

	if (limiter_limits->conf.max_logins != 0)
		return true;
	while ((rec = call_next_record(&next)) != NULL) {
		if (rec->login_own != 0 || rec->login_waits != 0)
			return true;
	}
	return false;
}

static void
judge_all(void)
{
	size_t size = engine.calls + back_calls_count(), n = 0, first = 0;
	struct login_row *rows = calloc(size + 1, sizeof(*rows));
	const struct call_record *rec;
	uint32_t next = 1;

	if (rows == NULL) {
		/* Each pppd that waits goes on by itself after some seconds. */
		log_err("engine: no memory to count logins");
		return;
	}
	while (n < size && (rec = call_next_record(&next)) != NULL)
		n += take_row(&rows[n], rec, (uint16_t)(next - 1));
	qsort(rows, n, sizeof(*rows), compare);
	for (size_t i = 1; i <= n; i++) {
		if (i < n && strcasecmp(rows[i].user, rows[first].user) == 0)
			continue;
		judge(rows + first, i - first);
		first = i;
	}
	free(rows);
}

static void
look(void *arg)
{
	(void)arg;
	if (is_needed())
		judge_all();
	looked_at = engine_now_ms();
}

void
logins_look(void)
{
	uint64_t now = engine_now_ms(), wait = 0;

	if (engine.index != 0 || loop_timer_runs(&soon))
		return;
	if (looked_at != 0 && now < looked_at + PAUSE_MS)
		wait = looked_at + PAUSE_MS - now;
	(void)loop_timer_in_ms(&soon, wait);
}

void
logins_init(void)
{
	looked_at = 0;
	loop_timer_init(&soon, look, NULL);
	journal_on_login(logins_look);
}
