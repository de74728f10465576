/* Accounting that a program of the administrator's is told; in pptpd-aaa. */
/* SPDX-License-Identifier: ISC */
#include "exec_acct.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/queue.h"
#include "hook_reply.h"
#include "hook_text.h"
#include "shared/loop.h"
#include "shared/mono.h"
#include "workers.h"

#define MS		1000U
#define PAUSE_MIN	1U	/* s after a record that was not taken */
#define PAUSE_MAX	60U

struct report {
	TAILQ_ENTRY(report) entry;
	struct client_record record;
	struct aaa_acct	 acct;		/* the record's */
	client_taken	*taken;
	void		*arg;
};

/*
 * One is told after the other, so that logins find processes.  The first is
 * under way if asked is not NULL.
 */
static TAILQ_HEAD(, report) reports = TAILQ_HEAD_INITIALIZER(reports);
static const struct aaa_conf *conf;
static struct question *asked;
static struct loop_timer timer;
static unsigned pause_s;		/* 0: the last one was taken */

static void
finish(struct report *r, bool is_taken)
{
	client_taken *taken = r->taken;
	void *arg = r->arg;

	TAILQ_REMOVE(&reports, r, entry);
	free(r);
	(void)loop_timer_in_ms(&timer, (uint64_t)pause_s * MS);
	taken(is_taken, arg);
}

static void
not_taken(struct report *r, const char *why)
{
	pause_s = pause_s == 0 ? PAUSE_MIN : pause_s * 2 > PAUSE_MAX ?
	    PAUSE_MAX : pause_s * 2;
	log_err("AAA: %s: the accounting of session %s is told again: %s",
	    conf->program[0], r->acct.call.id, why);
	finish(r, false);
}

/* An answer without a word is one, too, if the program has ended well. */
static void
on_answer(const char *text, size_t len, const char *why, void *arg)
{
	struct report *r = arg;
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
		finish(r, true);
	}
	explicit_bzero(&said, sizeof(said));
}

static void
on_timer(void *arg)
{
	struct report *r = TAILQ_FIRST(&reports);
	static struct hook_text text;
	int64_t age;

	(void)arg;
	if (r == NULL || asked != NULL)
		return;
	if (r->record.kind != ACCT_RECORD) {
		finish(r, true);
		return;
	}
	age = (int64_t)mono_ms() - r->record.event_ms;
	if (hook_text_acct(&text, &r->acct, conf->nas_identifier,
	    age > 0 ? (uint32_t)(age / MS) : 0, r->record.event_time))
		asked = workers_ask(text.text, text.len, on_answer, r);
	if (asked == NULL)
		not_taken(r, "no memory");
}

void *
exec_report(const struct client_record *record, client_taken *taken, void *arg)
{
	struct report *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->record = *record;
	if (record->kind == ACCT_RECORD)
		r->acct = *record->acct;
	r->taken = taken;
	r->arg = arg;
	TAILQ_INSERT_TAIL(&reports, r, entry);
	if (asked == NULL && !loop_timer_runs(&timer))
		loop_timer_now(&timer);
	return r;
}

void
exec_acct_init(const struct aaa_conf *c)
{
	conf = c;
	loop_timer_init(&timer, on_timer, NULL);
}
