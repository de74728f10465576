/*
 * Fuzz target: what engines, which peers may have taken over, say to the
 * monitor over time.  Whatever comes, in whatever order: what is let through
 * is legal for that engine, and not more than engines are let.
 */
/* SPDX-License-Identifier: ISC */
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "config/conf.h"
#include "fuzz.h"
#include "monitor/request_check.h"

#define SECOND		1000	/* ms */
#define HOUR		3600000
#define DEBUG_LINES	8	/* for one message, with debug */
#define MESSAGE_RATE	24000	/* 4 * (2000 + 10 * (300 + 100)), of `usual` */
#define STRANGER	0x80	/* of a step: the connection is no client's */

static const struct limit_conf usual = {
	.connections = 100, .max_unauth = 300, .connection_rate = 2000,
	.message_rate = 10,
};
static unsigned int count;		/* of engines */
static uint64_t now, start;		/* ms, of the input's first step */
static bool debug, ask_access;
static uint64_t messages[CONF_ENGINES_MAX], statuses, orders;
static int strangers, late;		/* sockets */

/* What no sequence of messages may pass. */
static void
check_rates(unsigned int index)
{
	uint64_t ms = now - start;
	uint64_t rate = debug ? DEBUG_LINES * MESSAGE_RATE : MESSAGE_RATE;

	/* A rate is of whole microseconds between two messages. */
	MUST(messages[index] <= rate + ms * 1000 / (1000000 / rate) + 1);
	MUST(statuses <= REQUEST_STATUS_RATE + REQUEST_STATUS_RATE * ms /
	    SECOND + 1);
	MUST(orders <= REQUEST_ORDER_BURST + REQUEST_ORDER_RATE * ms / SECOND +
	    1);
}

static void
check_call(const struct ipc_msg *m, bool foreign, int n)
{
	MUST(n == IPC_FDS_LOST || !foreign);
	if (m->type == IPC_CALL_REQUEST)
		MUST(m->call_id != 0 && (n == 1 || n == IPC_FDS_LOST));
	else
		MUST(m->call_id % count != 0 &&
		    (n == 2 || n == 3 || n == IPC_FDS_LOST));
}

static void
check_admin(const struct ipc_msg *m, int n)
{
	MUST(n == 0 && m->u.admin_request.verb >= IPC_ADMIN_STATUS &&
	    m->u.admin_request.verb <= IPC_ADMIN_LAST);
	if (m->u.admin_request.verb == IPC_ADMIN_STATUS)
		statuses++;
	else
		orders++;
}

static void
accepted(unsigned int index, const struct ipc_msg *m, bool foreign, int n)
{
	messages[index]++;
	if (index != 0)			/* these listen to no client */
		MUST(m->type == IPC_LOG || m->type == IPC_PONG ||
		    (m->type == IPC_CALL_NEWS && m->call_id % count == index));
	switch (m->type) {
	case IPC_CALL_REQUEST:
	case IPC_CALL_GIVE:
		check_call(m, foreign, n);
		break;
	case IPC_ADMIN_REQUEST:
		check_admin(m, n);
		break;
	case IPC_ACCESS_REQUEST:
		MUST(ask_access && n == 0);
		break;
	case IPC_CALL_KICK:
		MUST(m->call_id % count != 0 && n == 0);
		MUST(m->u.kick.end == CTRL_END_ADMIN ||
		    m->u.kick.end == CTRL_END_MADE_ROOM);
		break;
	case IPC_CALL_NEWS:
		MUST(index != 0 && n == 0);
		break;
	default:
		MUST((m->type == IPC_LOG || m->type == IPC_PONG) && n == 0);
	}
	check_rates(index);
}

/* A message, said up to 65,536 times. */
static void
step(struct fuzz_input *in)
{
	uint8_t how = fuzz_u8(in);
	unsigned int index = how % count, times;
	bool foreign = (how & STRANGER) != 0;
	int fds[IPC_FDS_MAX], n = fuzz_u8(in) % (IPC_FDS_MAX + 2) - 1;
	struct ipc_msg m;
	const uint8_t *body;
	size_t len = 12;

	for (int i = 0; i < IPC_FDS_MAX; i++)
		fds[i] = foreign ? strangers : late;
	now += fuzz_u8(in);
	times = 1U << fuzz_u8(in) % 17;
	memset(&m, 0, sizeof(m));
	m.version = IPC_VERSION;
	m.type = fuzz_u8(in) % 64;
	m.call_id = fuzz_u16(in);
	body = fuzz_bytes(in, &len);
	memcpy(&m.u, body, len);
	while (times-- > 0) {
		bool gone;
		const char *fault = request_check_fault(index, count, &m,
		    fds, n, now, &gone);

		if (fault != NULL) {	/* it is ended for that */
			MUST(fault[0] != '\0');
			break;
		}
		accepted(index, &m, foreign, n);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };
	uint8_t head = fuzz_u8(&in);
	int pair[2];

	MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	strangers = pair[0];
	late = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	MUST(late != -1);
	now = start = now + HOUR;	/* what was used up has come back */
	count = head % CONF_ENGINES_MAX + 1;
	debug = (head & 0x40) != 0;
	ask_access = (head & 0x80) != 0;
	memset(messages, 0, sizeof(messages));
	statuses = orders = 0;
	request_check_init(&usual, debug, ask_access);
	while (in.left > 0)
		step(&in);
	close(pair[0]);
	close(pair[1]);
	close(late);
	return 0;
}
