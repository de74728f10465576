/* Engine: what the call of a connection says about its client. */
/* SPDX-License-Identifier: ISC */
#include "engine/conn_parts.h"
#include "engine/limiter.h"

/* Whether the client caused the end of its call. */
static bool
is_clients_doing(enum ctrl_end end)
{
	switch (end) {
	case CTRL_END_CLEARED:
	case CTRL_END_STOPPED:
	case CTRL_END_EOF:
	case CTRL_END_RESET:
	case CTRL_END_PROTOCOL:
	case CTRL_END_NOT_READING:
	case CTRL_END_ECHO:
	case CTRL_END_PPPD:
	case CTRL_END_AUTH_FAILED:
	case CTRL_END_NEGOTIATION:
	case CTRL_END_IDLE:
	case CTRL_END_TIME:
	case CTRL_END_TRAFFIC:
	case CTRL_END_LCP_ECHO:
	case CTRL_END_PPPD_SIGNAL:
	case CTRL_END_PPPD_OPTIONS:
	case CTRL_END_NO_PPP:
	case CTRL_END_PPPD_FAILED:
		return true;
	default:
		return false;
	}
}

/* Whether this end counts as a failed authentication. */
static bool
is_failure(struct conn *conn, enum ctrl_end end)
{
	return end == CTRL_END_NO_AUTH || (conn->limit.slot &&
	    is_clients_doing(end) &&
	    limit_slots_short(limiter_limits, engine_now_ms()));
}

void
conn_auth_succeeded(struct conn *conn)
{
	ctrl_call_authenticated(conn->ctrl);
	if (engine.index == 0) {
		limiter_authenticated(&conn->limit, conn->client);
		return;
	}
	/* Here it only counts for the log. */
	(void)limit_authenticated(limiter_limits, &conn->limit,
	    engine_now_ms());
	engine_news(IPC_NEWS_AUTHENTICATED, conn->ctrl->call.our_id,
	    CTRL_END_NONE);
}

void
conn_auth_failed(struct conn *conn)
{
	if (engine.index == 0)
		limiter_failed(&conn->limit, conn->client, conn->ctrl->end);
	else
		engine_news(IPC_NEWS_AUTH_FAILED, conn->ctrl->call.our_id,
		    conn->ctrl->end);
}

void
conn_auth_ended(struct conn *conn, enum ctrl_end end)
{
	if (is_failure(conn, end))
		conn_auth_failed(conn);
}
