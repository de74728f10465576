/* Monitor: judges what an engine requests before anything is done. */
/* SPDX-License-Identifier: ISC */
#include "monitor/request_check.h"

#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "config/conf.h"
#include "state/bucket.h"

#define RATE_LEAST	10000	/* messages per second */
#define RATE_MOST	1000000
#define SECOND		1000
#define DEBUG_LINES	8	/* for one message of a client, at most */
#define PORTS		4	/* of our last listeners */

static struct bucket buckets[CONF_ENGINES_MAX], status_bucket, order_bucket;
static struct bucket call_bucket, trace_bucket;
static struct bucket_rate rate, call_rate;
static bool may_ask_access;
static in_port_t ports[PORTS];	/* network order; 0: none */

/*
 * The rate of calls that an engine may ask for.  Each call has a connection of
 * its own, and connections without a call yet are unauthenticated.  The rate is
 * twice what these limits allow, so it never stops an honest engine.  A reload
 * does not reset what an engine has used up.
 */
static struct bucket_rate
rate_of_calls(const struct limit_conf *l)
{
	if (l->max_unauth == 0)
		return bucket_rate(0, SECOND, 1);
	return bucket_rate(2 * l->connection_rate, SECOND,
	    2 * (l->connection_rate + l->max_unauth));
}

/*
 * The rate of messages is four times what the engine's limits allow: no number
 * of clients can make an honest engine send more, but for the log lines that
 * debug adds.  If one of these limits is off, there is no rate.
 */
void
request_check_init(const struct limit_conf *l, bool debug, bool ask_access)
{
	uint64_t n;

	n = 4 * ((uint64_t)l->connection_rate +
	    (uint64_t)l->message_rate * (l->max_unauth + l->connections));
	if (n < RATE_LEAST)
		n = RATE_LEAST;
	if (debug)
		n *= DEBUG_LINES;
	if (n > RATE_MOST)
		n = RATE_MOST;
	if (l->connection_rate == 0 || l->message_rate == 0 ||
	    l->max_unauth == 0)
		n = 0;
	rate = bucket_rate((uint32_t)n, SECOND, (uint32_t)n);
	memset(buckets, 0, sizeof(buckets));
	call_rate = rate_of_calls(l);
	may_ask_access = ask_access;
}

void
request_check_listener(int fd)
{
	static unsigned int last;
	struct sockaddr_in sin = { .sin_family = AF_UNSPEC };
	socklen_t len = sizeof(sin);

	if (getsockname(fd, (struct sockaddr *)&sin, &len) == -1)
		return;
	for (unsigned int i = 0; i < PORTS; i++) {
		if (ports[i] == sin.sin_port)
			return;
	}
	ports[last++ % PORTS] = sin.sin_port;
}

/* Whether this is a port that we listen on; any port under inetd. */
static bool
is_port(in_port_t port)
{
	for (unsigned int i = 0; i < PORTS; i++) {
		if (ports[i] == port)
			return true;
	}
	return ports[0] == 0;
}

static bool
option_is(int fd, int name, int value)
{
	int got = -1;
	socklen_t len = sizeof(got);

	return getsockopt(fd, SOL_SOCKET, name, &got, &len) == 0 &&
	    got == value;
}

static bool
is(const struct sockaddr_in *sin, uint32_t addr)
{
	return sin->sin_family == AF_INET && sin->sin_addr.s_addr == addr;
}

enum look {
	LOOK_GOOD,
	LOOK_LATE,		/* the client has closed the connection */
	LOOK_FOREIGN,		/* it is another client's connection */
	LOOK_OTHER		/* it is no control connection */
};

/*
 * Looks at a control connection: whether it is between this client and this
 * address of ours, came in through our listener, and is still open.  Look once
 * only: the engine holds the socket too, and could connect it to another peer
 * between two looks.
 */
static enum look
look_at(int fd, uint32_t client, uint32_t server)
{
	struct sockaddr_in peer = { .sin_family = AF_UNSPEC }, self = peer;
	socklen_t peer_len = sizeof(peer), self_len = sizeof(self);

	if (!option_is(fd, SO_TYPE, SOCK_STREAM) ||
	    !option_is(fd, SO_PROTOCOL, IPPROTO_TCP))
		return LOOK_OTHER;
	if (getpeername(fd, (struct sockaddr *)&peer, &peer_len) == -1)
		return errno == ENOTCONN ? LOOK_LATE : LOOK_OTHER;
	if (getsockname(fd, (struct sockaddr *)&self, &self_len) == -1 ||
	    !is(&peer, client) || !is(&self, server))
		return LOOK_FOREIGN;
	return is_port(self.sin_port) ? LOOK_GOOD : LOOK_OTHER;
}

static const char *
call_fault(const struct ipc_msg *m, const int *fds, int n, uint64_t now,
    bool *late)
{
	if (!bucket_take(&call_bucket, &call_rate, now))
		return "asks for more calls than there can be clients";
	if (m->call_id == 0 || (n != 1 && n != IPC_FDS_LOST))
		return "asked for a call that cannot be";
	if (n != 1)
		return NULL;
	switch (look_at(fds[0], m->u.call_request.client_addr,
	    m->u.call_request.server_addr)) {
	case LOOK_GOOD:
		return NULL;
	case LOOK_LATE:
		*late = true;
		return NULL;
	case LOOK_FOREIGN:
		return "asked for a call of somebody else";
	case LOOK_OTHER:
		break;
	}
	return "asked for a call over no control connection";
}

/*
 * Judges a call that the front passes to a back engine, with IPC_GIVE_FD_*;
 * without a pty if the kernel carries its frames.
 */
static const char *
give_fault(const struct ipc_msg *m, const int *fds, int n,
    unsigned int count)
{
	if (m->call_id % count == 0 ||
	    (n != IPC_GIVE_FDS && n != IPC_GIVE_FD_PTY && n != IPC_FDS_LOST))
		return "gave a call away that cannot be given";
	if (n != IPC_FDS_LOST && look_at(fds[IPC_GIVE_FD_CONTROL],
	    m->u.call_give.client_addr, m->u.call_give.server_addr) > LOOK_LATE)
		return "gave a call of somebody else away";
	return NULL;
}

/*
 * Judges a trace of a back engine's call, which is for root: the kernel says who
 * made the connection.  The engine writes there and reads nothing.
 */
static const char *
trace_fault(const struct ipc_msg *m, const int *fds, int n,
    unsigned int count, uint64_t now)
{
	struct bucket_rate traces = bucket_rate(REQUEST_TRACE_RATE, SECOND,
	    REQUEST_TRACE_RATE);
	struct ucred who = { .uid = (uid_t)-1 };
	socklen_t len = sizeof(who);

	if (m->call_id % count == 0 || (n != 1 && n != IPC_FDS_LOST))
		return "traces a call that is its own";
	if (!bucket_take(&trace_bucket, &traces, now))
		return "traces calls too often";
	if (n != 1)
		return NULL;
	if (!option_is(fds[0], SO_DOMAIN, AF_UNIX) ||
	    !option_is(fds[0], SO_TYPE, SOCK_STREAM) ||
	    !option_is(fds[0], SO_ACCEPTCONN, 0) ||	/* ours listens */
	    getsockopt(fds[0], SOL_SOCKET, SO_PEERCRED, &who, &len) == -1 ||
	    who.uid != 0)
		return "traces a call for somebody who may not";
	return NULL;
}

/* Judges a message of a back engine, which may send few kinds only. */
static const char *
back_fault(unsigned int index, unsigned int count, const struct ipc_msg *m,
    int n)
{
	if (m->type != IPC_CALL_NEWS || n != 0 ||
	    m->u.news.what < IPC_NEWS_SPOKEN ||
	    m->u.news.what > IPC_NEWS_REPORT)
		return "sent what it must not send";
	return m->call_id % count == index ? NULL :
	    "spoke of a call of another engine";
}

/* The reasons for which the front ends calls of back engines. */
static bool
may_end(enum ctrl_end end)
{
	return end == CTRL_END_ADMIN || end == CTRL_END_MADE_ROOM ||
	    end == CTRL_END_LOGINS || end == CTRL_END_REPLACED;
}

static const char *
admin_fault(const struct ipc_msg *m, int n, uint64_t now)
{
	struct bucket_rate status = bucket_rate(REQUEST_STATUS_RATE,
	    SECOND, REQUEST_STATUS_RATE);
	struct bucket_rate order = bucket_rate(REQUEST_ORDER_RATE, SECOND,
	    REQUEST_ORDER_BURST);
	bool fits;

	if (n != 0 || m->u.admin_request.verb < IPC_ADMIN_STATUS ||
	    m->u.admin_request.verb > IPC_ADMIN_LAST)
		return "asked what no administrator asks";
	fits = m->u.admin_request.verb == IPC_ADMIN_STATUS ?
	    bucket_take(&status_bucket, &status, now) :
	    bucket_take(&order_bucket, &order, now);
	return fits ? NULL : "asks for administrators too often";
}

void
request_check_refused(void)
{
	bucket_give(&call_bucket, &call_rate);
}

const char *
request_check_fault(unsigned int index, unsigned int count,
    const struct ipc_msg *m, const int *fds, int n, uint64_t now, bool *late)
{
	*late = false;
	if (!bucket_take(&buckets[index], &rate, now))
		return "sends too much";
	if (index != 0 && m->type != IPC_LOG && m->type != IPC_PONG)
		return back_fault(index, count, m, n);
	switch (m->type) {
	case IPC_CALL_GIVE:
		return give_fault(m, fds, n, count);
	case IPC_CALL_KICK:
		return m->call_id % count != 0 && n == 0 &&
		    may_end(m->u.kick.end) ? NULL :
		    "ends a call that is its own, or for no reason";
	case IPC_ADMIT:
		return m->call_id % count != 0 && n == 0 ? NULL :
		    "admits a call that is its own";
	case IPC_TRACE:
		return trace_fault(m, fds, n, count, now);
	case IPC_CALL_REQUEST:
		return call_fault(m, fds, n, now, late);
	case IPC_ACCESS_REQUEST:
		return may_ask_access && n == 0 ? NULL :
		    "asked what it need not ask";
	case IPC_ADMIN_REQUEST:
		return admin_fault(m, n, now);
	case IPC_PONG:
		return n == 0 ? NULL : "sent a descriptor with its pong";
	case IPC_LOG:
		return n == 0 ? NULL : "sent a descriptor with a log line";
	default:
		return "sent what it must not send";
	}
}
