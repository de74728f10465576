/* Engine: makes the control socket's answer to "status". */
/* SPDX-License-Identifier: ISC */
#include "config.h"
#include "engine/admin_status.h"

#include <stddef.h>
#include <string.h>

#include "config/conf_key.h"
#include "engine/back_calls.h"
#include "engine/call.h"
#include "engine/conn.h"
#include "engine/engine.h"
#include "engine/gre_socket.h"
#include "engine/limiter.h"
#include "engine/line.h"
#include "engine/tally.h"
#include "protocol/hdlc.h"

static json_t *
refused(void)
{
	json_t *all = json_object();

	for (int end = CTRL_END_NONE; end < CTRL_END_COUNT; end++) {
		if (ctrl_end_counter(end) != NULL)
			(void)json_object_set_new(all, ctrl_end_counter(end),
			    json_integer((json_int_t)limiter_count(end)));
	}
	return all;
}

/* The limits in force now; the file may say others since it was read. */
static json_t *
limits(void)
{
	const struct limit_conf *conf = &limiter_limits->conf;
	json_t *all = json_object();
	uint32_t n;

	(void)json_object_set_new(all, "connections",
	    json_integer(conf->connections));
	for (size_t i = 0; i < conf_nkeywords; i++) {
		const struct conf_keyword *kw = &conf_keywords[i];
		size_t at = kw->field - offsetof(struct conf, limits);

		if ((kw->kind != CONF_KIND_LIMIT &&
		    kw->kind != CONF_KIND_LOGINS) || at >= sizeof(*conf))
			continue;	/* not one of these */
		memcpy(&n, (const char *)conf + at, sizeof(n));
		(void)json_object_set_new(all, kw->name, json_integer(n));
	}
	(void)json_object_set_new(all, "stimeout",
	    json_integer(engine.stimeout_ms / 1000));
	return all;
}

/* Packets that were dropped before their call was looked up. */
static json_t *
gre(void)
{
	const struct gre_socket_stats *s = &gre_socket_stats;

	return json_pack("{sI sI sI sI sI}",
	    "not_ip", (json_int_t)s->not_ip,
	    "bad_header", (json_int_t)s->bad_header,
	    "truncated", (json_int_t)s->truncated,
	    "too_large", (json_int_t)s->too_large,
	    "send_errors", (json_int_t)s->send_errors);
}

/* What came from pppds; all but frames were dropped. */
static json_t *
hdlc(void)
{
	const struct hdlc_counts *c = line_frames();

	return json_pack("{sI sI sI sI sI}",
	    "frames", (json_int_t)c->frames,
	    "bad_fcs", (json_int_t)c->bad_fcs,
	    "too_long", (json_int_t)c->too_long,
	    "too_short", (json_int_t)c->too_short,
	    "aborted", (json_int_t)c->aborted);
}

/* --- what goes on when a call has ended ---------------------------------- */

static json_t *
number(uint64_t n)
{
	return json_integer((json_int_t)n);
}

static json_t *
traffic(void)
{
	const struct call_record *rec;
	struct tally_traffic t;
	uint32_t next = 1;

	tally_begin(&t);
	while ((rec = call_next_record(&next)) != NULL)
		tally_add(&t, rec);
	return json_pack("{so so so so so so so so so so so}",
	    "octets_in", number(t.octets_in),
	    "octets_out", number(t.octets_out),
	    "packets_in", number(t.packets_in),
	    "packets_out", number(t.packets_out),
	    "acks_in", number(t.acks_in),
	    "acks_out", number(t.acks_out),
	    "packets_lost", number(t.lost),
	    "packets_reordered", number(t.reordered),
	    "packets_late", number(t.late),
	    "packets_duplicate", number(t.duplicate),
	    "packets_distant", number(t.distant));
}

static json_t *
ended(const struct tally *t)
{
	json_t *all = json_object();

	for (int end = CTRL_END_NONE + 1; end < CTRL_END_COUNT; end++)
		(void)json_object_set_new(all, ctrl_end_word(end),
		    number(t->ended[end]));
	return all;
}

static json_t *
diagnosed(const struct tally *t)
{
	json_t *all = json_object();

	for (int i = DIAGNOSIS_NONE + 1; i < DIAGNOSIS_COUNT; i++)
		(void)json_object_set_new(all, diagnosis_word(i),
		    number(t->diagnosed[i]));
	return all;
}

static json_t *
authentications(const struct tally *t)
{
	json_t *all = json_object(), *of;

	for (int kind = 0; kind < PPP_AUTH_KINDS; kind++) {
		of = json_object();
		for (int i = 0; i < TALLY_RESULTS; i++)
			(void)json_object_set_new(of, tally_result_word(i),
			    number(t->auth[kind][i]));
		(void)json_object_set_new(all, ppp_auth_kind_word(kind), of);
	}
	return all;
}

static json_t *
histogram(const struct histogram *h)
{
	json_t *counts = json_array();

	for (int i = 0; i <= HISTOGRAM_BOUNDS; i++)
		(void)json_array_append_new(counts, number(h->n[i]));
	return json_pack("{so so}", "counts", counts, "sum_us",
	    number(h->sum_us));
}

/* Times of logins: how long all of one took, its parts, pppd's verdict. */
static json_t *
times(const struct tally *t)
{
	json_t *steps = json_object(), *auth = json_object();

	for (int i = 0; i < TALLY_STEPS; i++)
		(void)json_object_set_new(steps, tally_step_word(i),
		    histogram(&t->step[i]));
	for (int i = 0; i < TALLY_UNFINISHED; i++)
		(void)json_object_set_new(auth, tally_result_word(i),
		    histogram(&t->auth_time[i]));
	return json_pack("{so so so}", "setup", histogram(&t->setup),
	    "setup_steps", steps, "authentication", auth);
}

json_t *
admin_status(const struct ipc_admin_status *s)
{
	const struct tally *t = tally_get();
	json_t *all = traffic();	/* it takes note of what is new */

	return json_pack("{ss si si sI si ss sb sb si si si si si so so so so "
	    "so so so so so}",
	    "version", PACKAGE_VERSION,
	    "pid", (int)s->pid,
	    "uptime", (int)s->uptime_s,
	    "engine_uptime", (json_int_t)((engine_now_ms() -
	    engine.started_ms) / 1000),
	    "engine_restarts", (int)s->engine_restarts,
	    "sandbox", engine.sandbox,
	    "draining", s->draining ? 1 : 0,
	    "stopping", s->stopping ? 1 : 0,
	    "calls", (int)(engine.calls + back_calls_count()),
	    "slots", (int)s->slots,
	    "slots_free", (int)s->slots_free,
	    "connections", (int)(engine.conns + back_calls_count()),
	    "unauthenticated", (int)limiter_limits->unauthenticated,
	    "limits", limits(),
	    "refused", refused(),
	    "gre", gre(),
	    "hdlc", hdlc(),
	    "ended", ended(t),
	    "diagnosed", diagnosed(t),
	    "traffic", all,
	    "authentications", authentications(t),
	    "times", times(t));
}
