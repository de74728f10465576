/* Monitor: judges what an engine requests before anything is done. */
/* SPDX-License-Identifier: ISC */
#include "monitor/request_check.h"

#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "state/bucket.h"

#define RATE_LEAST	10000	/* messages per second */
#define RATE_MOST	1000000
#define SECOND		1000
#define STATUS_RATE	100	/* of administrators, per second */
#define ORDER_RATE	2
#define ORDER_BURST	10

static struct bucket buckets[ENGINES_MAX], status_bucket, order_bucket;
static struct bucket_rate rate;
static bool count_logs, may_ask_access;

/*
 * More messages than any number of clients makes an honest engine send: four
 * times its limits.  Without these there is no such number.
 */
void
request_check_init(const struct limit_conf *l, bool debug, bool ask_access)
{
	uint64_t n;

	n = 4 * ((uint64_t)l->connection_rate +
	    (uint64_t)l->message_rate * (l->max_unauth + l->connections));
	if (n < RATE_LEAST)
		n = RATE_LEAST;
	if (n > RATE_MOST)
		n = RATE_MOST;
	if (l->connection_rate == 0 || l->message_rate == 0 ||
	    l->max_unauth == 0)
		n = 0;
	rate = bucket_rate((uint32_t)n, SECOND, (uint32_t)n);
	memset(buckets, 0, sizeof(buckets));
	count_logs = !debug;
	may_ask_access = ask_access;
}

bool
request_check_is_late(int control_fd)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);

	return getpeername(control_fd, (struct sockaddr *)&peer, &len) == -1 &&
	    errno == ENOTCONN;
}

static bool
is(const struct sockaddr_in *sin, uint32_t addr)
{
	return sin->sin_family == AF_INET && sin->sin_addr.s_addr == addr;
}

/* Whether it is the connection that the engine says it is. */
static bool
is_of_client(int fd, uint32_t client, uint32_t server)
{
	struct sockaddr_in peer = { .sin_family = AF_UNSPEC }, self = peer;
	socklen_t peer_len = sizeof(peer), self_len = sizeof(self);

	if (getpeername(fd, (struct sockaddr *)&peer, &peer_len) == -1)
		return errno == ENOTCONN;	/* late, not foreign */
	return getsockname(fd, (struct sockaddr *)&self, &self_len) == 0 &&
	    is(&peer, client) && is(&self, server);
}

static const char *
call_fault(const struct ipc_msg *m, const int *fds, int n)
{
	if (m->call_id == 0 || (n != 1 && n != IPC_FDS_LOST))
		return "asked for a call that cannot be";
	if (n == 1 && !is_of_client(fds[0], m->u.call_request.client_addr,
	    m->u.call_request.server_addr))
		return "asked for a call of somebody else";
	return NULL;
}

/* Keeper, control connection, and perhaps pty, of a call of another engine. */
static const char *
give_fault(const struct ipc_msg *m, const int *fds, int n,
    unsigned int count)
{
	if (m->call_id % count == 0 ||
	    (n != 2 && n != 3 && n != IPC_FDS_LOST))
		return "gave a call away that cannot be given";
	if (n >= 2 && !is_of_client(fds[1], m->u.call_request.client_addr,
	    m->u.call_request.server_addr))
		return "gave a call of somebody else away";
	return NULL;
}

/* All that an engine may say that is not the front. */
static const char *
back_fault(unsigned int index, unsigned int count, const struct ipc_msg *m,
    int n)
{
	if (m->type != IPC_CALL_NEWS || n != 0 ||
	    m->u.news.what < IPC_NEWS_SPOKEN ||
	    m->u.news.what > IPC_NEWS_OVER)
		return "sent what it must not send";
	return m->call_id % count == index ? NULL :
	    "spoke of a call of another engine";
}

static const char *
admin_fault(const struct ipc_msg *m, int n, uint64_t now)
{
	struct bucket_rate status = bucket_rate(STATUS_RATE, SECOND,
	    STATUS_RATE);
	struct bucket_rate order = bucket_rate(ORDER_RATE, SECOND,
	    ORDER_BURST);
	bool fits;

	if (n != 0 || m->u.admin_request.verb < IPC_ADMIN_STATUS ||
	    m->u.admin_request.verb > IPC_ADMIN_UPGRADE)
		return "asked what no administrator asks";
	fits = m->u.admin_request.verb == IPC_ADMIN_STATUS ?
	    bucket_take(&status_bucket, &status, now) :
	    bucket_take(&order_bucket, &order, now);
	return fits ? NULL : "asks for administrators too often";
}

const char *
request_check_fault(unsigned int index, unsigned int count,
    const struct ipc_msg *m, const int *fds, int n, uint64_t now)
{
	if ((m->type != IPC_LOG || count_logs) &&
	    !bucket_take(&buckets[index], &rate, now))
		return "sends too much";
	if (index != 0 && m->type != IPC_LOG && m->type != IPC_PONG)
		return back_fault(index, count, m, n);
	switch (m->type) {
	case IPC_CALL_GIVE:
		return give_fault(m, fds, n, count);
	case IPC_CALL_KICK:
		return m->call_id % count != 0 && n == 0 ? NULL :
		    "ends a call that is its own";
	case IPC_CALL_REQUEST:
		return call_fault(m, fds, n);
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
