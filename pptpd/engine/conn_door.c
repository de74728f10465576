/* Engine: new control connections, and who is let in. */
/* SPDX-License-Identifier: ISC */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "engine/conn.h"
#include "engine/conn_parts.h"
#include "engine/limiter.h"

static bool
ask_access(struct conn *conn)
{
	static uint32_t last_token;
	struct ipc_msg m;

	conn->token = ++last_token;
	conn->asking = true;
	ipc_msg_init(&m, IPC_ACCESS_REQUEST, 0);
	m.u.access.token = conn->token;
	m.u.access.client_addr = conn->client;
	return engine_tell(&m, -1);
}

void
conn_access(uint32_t token, uint32_t client, bool allowed)
{
	struct conn *conn = conn_asking(token, client);

	if (conn == NULL)
		return;
	conn->asking = false;
	if (!allowed)
		limiter_refused(&conn->limit, conn->client, CTRL_END_ACCESS);
	if (allowed && !engine.stopping && !engine.draining)
		conn_begin(conn);
	else
		conn_leave(conn);
}

/* Counts a new connection; false: it has to be closed. */
static bool
admit(struct conn *conn)
{
	uint64_t now = engine_now_ms();
	struct limit_conn *victim;

	conn->refuse = limit_open(limiter_limits, &conn->limit, conn->client,
	    now);
	if (conn->refuse == CTRL_END_UNAUTH_PER_IP) {
		victim = limit_neighbour(limiter_limits, &conn->limit, now);
		if (victim != NULL) {
			conn_evict(victim->owner);
			conn->refuse = CTRL_END_NONE;
		}
	}
	if (conn->refuse != CTRL_END_NONE)
		limiter_refused(&conn->limit, conn->client, conn->refuse);
	if (conn->limit.source == NULL)
		return false;
	victim = limit_victim(limiter_limits, false, now);
	if (victim == NULL)
		return true;
	if (victim != &conn->limit) {
		conn_evict(victim->owner);
		return true;
	}
	limiter_refused(&conn->limit, conn->client, CTRL_END_CROWDED);
	return false;
}

void
conn_new(int fd)
{
	struct sockaddr_in peer = { .sin_family = AF_UNSPEC }, self;
	socklen_t peer_len = sizeof(peer), self_len = sizeof(self);
	struct conn *conn = calloc(1, sizeof(*conn));
	int on = 1;

	if (conn == NULL ||
	    (conn->own = calloc(1, sizeof(*conn->own))) == NULL ||
	    getpeername(fd, (struct sockaddr *)&peer, &peer_len) == -1 ||
	    getsockname(fd, (struct sockaddr *)&self, &self_len) == -1 ||
	    peer.sin_family != AF_INET || !loop_unblock(fd)) {
		log_debug("CTRL: connection was gone before it was served");
		if (conn != NULL)
			free(conn->own);
		free(conn);
		close(fd);
		return;
	}
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	conn_init(conn, fd, peer.sin_addr.s_addr, self.sin_addr.s_addr);
	if (!admit(conn))
		conn_leave(conn);
	else if (!engine.ask_access)
		conn_begin(conn);
	else if (!ask_access(conn))
		conn_leave(conn);
}
