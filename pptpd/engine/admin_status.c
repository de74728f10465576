/* Engine: what the control socket's "status" tells of the server. */
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
#include "engine/limiter.h"

/* The names are those of the keywords, where there is one. */
static const struct {
	enum ctrl_end	 end;
	const char	*name;
} refusals[] = {
	{ CTRL_END_BUSY, "busy" },
	{ CTRL_END_DRAIN, "draining" },
	{ CTRL_END_PER_IP, "max-per-ip" },
	{ CTRL_END_CROWDED, "max-unauth" },
	{ CTRL_END_UNAUTH_PER_IP, "max-unauth-per-ip" },
	{ CTRL_END_RATE, "rate-per-ip" },
	{ CTRL_END_FLOOD, "message-rate" },
	{ CTRL_END_PENALTY, "auth-penalty" },
	{ CTRL_END_NO_AUTH, "auth-failed" },
	{ CTRL_END_ADDRESS, "address" },
	{ CTRL_END_RESOURCE, "resources" },
};

static json_t *
refused(void)
{
	json_t *all = json_object();

	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		(void)json_object_set_new(all, refusals[i].name,
		    json_integer((json_int_t)limiter_count(refusals[i].end)));
	return all;
}

/* In force now, which need not be what the file says. */
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

json_t *
admin_status(const struct ipc_admin_status *s)
{
	return json_pack("{ss si si sI si ss sb sb si si si si si so so}",
	    "version", PACKAGE_VERSION,
	    "pid", (int)s->pid,
	    "uptime", (int)s->uptime_s,
	    "engine_uptime", (json_int_t)((engine_now_ms() -
	    engine.started_ms) / 1000),
	    "engine_restarts", (int)s->engine_restarts,
	    "sandbox", engine.sandbox,
	    "draining", s->draining ? 1 : 0,
	    "stopping", s->stopping ? 1 : 0,
	    "calls", (int)(call_count() + back_calls_count()),
	    "slots", (int)s->slots,
	    "slots_free", (int)s->slots_free,
	    "connections", (int)(conn_count() + back_calls_count()),
	    "unauthenticated", (int)limiter_limits->unauthenticated,
	    "limits", limits(),
	    "refused", refused());
}
