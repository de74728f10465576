/* Monitor: Call IDs that no engine may draw, since calls have them. */
/* SPDX-License-Identifier: ISC */
#include "monitor/ids_in_use.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/log.h"
#include "shared/ipc.h"

/*
 * The number of calls with each ID.  It can be more than one: a peer that has
 * taken an engine over may give many calls the same ID.
 */
static uint32_t calls[UINT16_MAX + 1];

void
ids_in_use_add(uint16_t id)
{
	if (id != 0)
		calls[id]++;
}

void
ids_in_use_remove(uint16_t id)
{
	if (id != 0 && calls[id] > 0)
		calls[id]--;
}

static bool
send_ids(int sock, struct ipc_msg *m)
{
	if (m->u.ids.count == 0 || ipc_send(sock, m, NULL, 0) == 0) {
		m->u.ids.count = 0;
		return true;
	}
	log_err("MGR: the engine cannot be told which Call IDs are in use: %s",
	    strerror(errno));
	return false;
}

void
ids_in_use_tell(int sock, uint32_t for_ms)
{
	struct ipc_msg m;

	ipc_msg_init(&m, IPC_IDS_IN_USE, 0);
	m.u.ids.for_ms = for_ms;
	for (uint32_t id = 1; id <= UINT16_MAX; id++) {
		if (calls[id] == 0)
			continue;
		m.u.ids.id[m.u.ids.count++] = (uint16_t)id;
		if (m.u.ids.count == IPC_IDS_MAX && !send_ids(sock, &m))
			return;
	}
	(void)send_ids(sock, &m);
}
