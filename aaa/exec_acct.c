/* Accounting that a program of the administrator's is told; in pptpd-aaa. */
/* SPDX-License-Identifier: ISC */
#include "exec_acct.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/queue.h"
#include "exec_backend.h"
#include "hook_text.h"
#include "shared/loop.h"
#include "shared/mono.h"
#include "workers.h"

#define MS		1000U
#define PAUSE_MIN	1U	/* s after a record that was not taken */
#define PAUSE_MAX	60U

struct record {
	TAILQ_ENTRY(record) entry;
	uint64_t event_ms;		/* when it happened */
	uint32_t event_time;		/* the same, Unix time */
	struct aaa_acct acct;
};

/*
 * One is told after the other.  The first is under way if asked is not NULL.
 */
TAILQ_HEAD(record_list, record);
static struct record_list records = TAILQ_HEAD_INITIALIZER(records);
static const struct aaa_conf *conf;
static struct question *asked;
static struct loop_timer timer;
static unsigned n;
static unsigned pause_s;		/* 0: the last one was taken */
static bool said_full;

static void
drop(struct record *r)
{
	TAILQ_REMOVE(&records, r, entry);
	n--;
	free(r);
}

/*
 * The record goes to the end, and those of its call behind it: one that the
 * program cannot take does not hold up those of other calls.
 */
static void
put_off(struct record *first)
{
	struct record_list later;
	struct record *r, *next;

	TAILQ_INIT(&later);
	for (r = first; r != NULL; r = next) {
		next = TAILQ_NEXT(r, entry);
		if (r != first && strcmp(r->acct.call.id,
		    first->acct.call.id) != 0)
			continue;
		TAILQ_REMOVE(&records, r, entry);
		TAILQ_INSERT_TAIL(&later, r, entry);
	}
	TAILQ_CONCAT(&records, &later, entry);
}

static void
not_taken(struct record *r, const char *why)
{
	bool over = mono_ms() - r->event_ms >=
	    (uint64_t)EXEC_ACCT_KEEP_S * MS;

	pause_s = pause_s == 0 ? PAUSE_MIN : pause_s * 2 > PAUSE_MAX ?
	    PAUSE_MAX : pause_s * 2;
	log_err("AAA: %s: the accounting of session %s is %s: %s",
	    conf->program[0], r->acct.call.id, over ? "lost" : "told again",
	    why);
	if (over)
		drop(r);
	else
		put_off(r);
}

/* An answer without a word is one, too, if the program has ended well. */
static void
on_answer(const char *text, size_t len, const char *why, void *arg)
{
	struct record *r = arg;
	struct hook_reply said = { 0 };
	struct hook_fault fault;

	asked = NULL;
	if (why == NULL && (len == 0 || text[0] == '\n'))
		said.reply.verdict = AAA_ACCEPT;
	else if (why == NULL && !hook_reply_read(&said, text, len, &fault))
		why = fault.why;
	if (why != NULL)
		not_taken(r, why);
	else {
		if (said.reply.verdict == AAA_REJECT)
			log_notice("AAA: %s: the accounting of session %s is "
			    "not wanted", conf->program[0], r->acct.call.id);
		pause_s = 0;
		drop(r);
	}
	explicit_bzero(&said, sizeof(said));
	(void)loop_timer_in_ms(&timer, (uint64_t)pause_s * MS);
}

static void
on_timer(void *arg)
{
	struct record *r = TAILQ_FIRST(&records);
	static struct hook_text text;

	(void)arg;
	if (r == NULL || asked != NULL)
		return;
	if (hook_text_acct(&text, &r->acct, conf->nas_identifier,
	    (uint32_t)((mono_ms() - r->event_ms) / MS), r->event_time))
		asked = workers_ask(text.text, text.len, on_answer, r);
	if (asked == NULL)
		(void)loop_timer_in_ms(&timer, PAUSE_MAX * MS);
}

bool
exec_acct(const struct aaa_acct *acct)
{
	struct record *r = NULL;
	uint32_t late;

	if (n < (acct->status == AAA_INTERIM ? EXEC_INTERIM_MAX :
	    EXEC_ACCT_MAX))
		r = calloc(1, sizeof(*r));
	if (r == NULL) {
		if (!said_full)
			log_err("AAA: %s: %u records of accounting wait for "
			    "it, more of them are lost", conf->program[0], n);
		said_full = true;
		return false;
	}
	said_full = false;
	n++;
	r->acct = *acct;
	/* A start may be told late, with the seconds since then. */
	late = acct->status == AAA_START ? acct->seconds : 0;
	r->event_ms = mono_ms() - (uint64_t)late * MS;
	r->event_time = (uint32_t)time(NULL) - late;
	TAILQ_INSERT_TAIL(&records, r, entry);
	if (asked == NULL && !loop_timer_runs(&timer))
		loop_timer_now(&timer);
	return true;
}

unsigned
exec_acct_waiting(void)
{
	return n;
}

void
exec_acct_init(const struct aaa_conf *c)
{
	conf = c;
	loop_timer_init(&timer, on_timer, NULL);
}
