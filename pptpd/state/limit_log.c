/* Limits: how much of the log a client's address may fill. */
/* SPDX-License-Identifier: ISC */
#include "state/limit.h"

static void
summarize(struct source_log *log, uint32_t addr, uint64_t now,
    struct limit_summary *sum)
{
	sum->addr = addr;
	sum->lines = log->suppressed;
	sum->seconds = (uint32_t)((now - log->since + 500) / 1000);
	log->suppressed = 0;
}

static void
suppress(struct limits *l, struct source_log *log, bool pending, uint64_t now)
{
	if (log->suppressed++ > 0)
		return;
	log->since = now;
	l->log_pending += pending;
}

bool
limit_log(struct limits *l, struct limit_conn *c, uint32_t addr,
    enum source_class class, uint64_t now, struct limit_summary *sum)
{
	bool own = c != NULL && c->authenticated;
	struct source *s = own ? NULL : source_find(&l->sources, addr);
	struct source_log other = { { 0 }, 0, 0 }, *log = &other;

	if (own)
		log = &c->log;
	else if (s != NULL)
		log = &s->log[class];
	sum->lines = 0;
	if (!bucket_take(&log->bucket, &l->log_rate, now)) {
		suppress(l, log, !own, now);
		return false;
	}
	if (!bucket_take(&l->log, &l->log_total, now)) {
		bucket_give(&log->bucket, &l->log_rate);
		if (l->log_suppressed++ == 0)
			l->log_since = now;
		return false;
	}
	if (log->suppressed > 0) {
		l->log_pending -= !own;
		summarize(log, addr, now, sum);
	}
	return true;
}

bool
limit_log_flush(struct limits *l, uint64_t now,
    void (*report)(const struct limit_summary *))
{
	struct limit_summary sum;
	struct source_log total = { .suppressed = l->log_suppressed,
	    .since = l->log_since };

	if (total.suppressed > 0) {
		summarize(&total, 0, now, &sum);
		l->log_suppressed = 0;
		report(&sum);
	}
	for (uint32_t i = 1; i <= l->sources.used && l->log_pending > 0; i++) {
		struct source *s = &l->sources.entry[i];

		for (int k = 0; k < SOURCE_LOG_CLASSES; k++) {
			struct source_log *log = &s->log[k];

			if (log->suppressed == 0 ||
			    bucket_next(&log->bucket, &l->log_rate, now) > now)
				continue;
			summarize(log, s->addr, now, &sum);
			l->log_pending--;
			report(&sum);
		}
	}
	return l->log_pending > 0;
}
