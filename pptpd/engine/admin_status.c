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

		if (kw->kind != CONF_KIND_LIMIT || at >= sizeof(*conf))
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

json_t *
admin_status(const struct ipc_admin_status *s)
{
	return json_pack("{ss si si sI si ss sb sb si si si si si so so so so}",
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
	    "hdlc", hdlc());
}
