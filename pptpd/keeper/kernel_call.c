/* Keeper: its part of the kernel data path. */
/* SPDX-License-Identifier: ISC */
#include "keeper/kernel_call.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "shared/gre_filter.h"
#include "shared/ipc.h"

int
kernel_call_open(struct kernel_call *k, char *why, size_t size)
{
	int sock = kernel_pptp_open(&k->path, why, size);

	if (sock == -1)
		return -1;
	if (gre_filter_set(IPC_FD_MAP, k->path.our_id, k->path.client) == -1) {
		snprintf(why, size, "filter: %s", strerror(errno));
		close(sock);
		return -1;
	}
	k->on = true;
	return sock;
}

void
kernel_call_give_up(struct kernel_call *k)
{
	(void)gre_filter_set(IPC_FD_MAP, k->path.our_id, 0);
	k->on = false;
}

void
kernel_call_up(struct kernel_call *k, uint64_t now)
{
	k->up = true;
	k->look_at = now + STALL_LOOK_MS;
}

static void
count(struct kernel_call *k, const struct kernel_pptp_counts *c)
{
	k->octets_in += (uint32_t)(c->octets_in - k->last.octets_in);
	k->octets_out += (uint32_t)(c->octets_out - k->last.octets_out);
	k->packets_in += (uint32_t)(c->packets_in - k->last.packets_in);
	k->packets_out += (uint32_t)(c->packets_out - k->last.packets_out);
	k->last = *c;
}

bool
kernel_call_look(struct kernel_call *k, const char *ifname, uint64_t now)
{
	struct kernel_pptp_counts c;
	uint64_t arrived;

	k->look_at = now + STALL_LOOK_MS;
	if (ifname[0] == '\0' || kernel_pptp_counts(ifname, &c) == -1)
		return false;
	count(k, &c);
	return gre_filter_count(IPC_FD_MAP, k->path.our_id, &arrived) == 0 &&
	    stall_look(&k->stall, arrived,
	    (uint64_t)c.packets_in + c.errors_in);
}

void
kernel_call_publish(const struct kernel_call *k, struct call_record *rec)
{
	rec->octets_in = k->octets_in;
	rec->octets_out = k->octets_out;
	rec->packets_in = k->packets_in;
	rec->packets_out = k->packets_out;
}
