/* Monitor: ends of calls, for an engine that has not seen them. */
/* SPDX-License-Identifier: ISC */
#include "monitor/ends.h"

#include <string.h>

#define WAITING_MAX	256	/* the oldest are forgotten */

static bool (*tell_front)(const struct ipc_msg *, const int *, int);
static struct ipc_msg waiting[WAITING_MAX];
static unsigned int oldest, count;

void
ends_init(bool (*tell)(const struct ipc_msg *, const int *, int))
{
	tell_front = tell;
	oldest = count = 0;
}

static void
wait_for_front(const struct ipc_msg *m)
{
	waiting[(oldest + count) % WAITING_MAX] = *m;
	if (count < WAITING_MAX)
		count++;
	else
		oldest = (oldest + 1) % WAITING_MAX;
}

void
ends_add(uint16_t id, const char *session, uint32_t client,
    uint32_t seconds)
{
	struct ipc_msg m;

	ipc_msg_init(&m, IPC_CALL_OVER, id);
	m.u.over.client_addr = client;
	m.u.over.seconds = seconds;
	memcpy(m.u.over.session, session, sizeof(m.u.over.session));
	if (tell_front == NULL || !tell_front(&m, NULL, 0))
		wait_for_front(&m);
}

void
ends_front_started(void)
{
	while (count > 0 && tell_front(&waiting[oldest], NULL, 0)) {
		oldest = (oldest + 1) % WAITING_MAX;
		count--;
	}
}
