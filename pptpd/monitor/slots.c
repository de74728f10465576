/* Monitor: slots and addresses of all calls. */
/* SPDX-License-Identifier: ISC */
#include "monitor/slots.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "monitor/back_relay.h"
#include "monitor/ends.h"
#include "monitor/ids_in_use.h"
#include "monitor/ledger.h"
#include "monitor/pools.h"
#include "monitor/tunnel.h"
#include "shared/call_record.h"
#include "shared/gre_filter.h"
#include "shared/loop.h"
#include "shared/mono.h"

#define LOOK_MS		1000	/* between looks at tunnels */

struct slots slots_list = LIST_HEAD_INITIALIZER(slots_list);
struct pool slots_pool;
struct slots_counts slots_counts;

static int map = -1;		/* of gre_filter.h */
static void (*changed)(void);
static struct loop_timer tunnels_timer;	/* looks for addresses that pppd
					   chose */

static void on_tunnels(void *);

int
slots_init(const struct conf *conf, void (*call_over)(void))
{
	changed = call_over;
	loop_timer_init(&tunnels_timer, on_tunnels, NULL);
	if (pool_init(&slots_pool, conf) == -1)
		return -1;
	slots_pool.leased = pools_is_leased;
	return 0;
}

void
slots_changed(void)
{
	changed();
}

void
slots_map(int kernel_map)
{
	map = kernel_map;
}

static bool
is_address_known(const struct slot *call)
{
	const char *remote = call->reserved;

	if (call->slot != -1)
		remote = pool_remote(&slots_pool, call->slot);
	return remote != NULL && remote[0] != '\0';
}

static bool
are_addresses_known(void)
{
	struct slot *call;

	LIST_FOREACH(call, &slots_list, entry) {
		if (!is_address_known(call))
			return false;
	}
	return true;
}

/*
 * Calls that began with delegate have addresses that pppd chose.  When the
 * configuration has a list now, no other call may get such an address from it.
 * Only the call's record has that address, and the engine can write there, so
 * it is not believed.  Instead, while there are such calls, all addresses that
 * the kernel shows at the far end of a tunnel are held back.
 */
static void
watch_tunnels(void)
{
	uint32_t *peers;
	size_t n;

	if (slots_pool.delegate || are_addresses_known()) {
		(void)pool_chosen(&slots_pool, NULL, 0);
		return;
	}
	peers = tunnel_peers(&n);
	if (peers == NULL || !pool_chosen(&slots_pool, peers, n))
		log_warn("MGR: no addresses of tunnels: %s", strerror(errno));
	free(peers);
	(void)loop_timer_in_ms(&tunnels_timer, LOOK_MS);
}

static void
on_tunnels(void *arg)
{
	(void)arg;
	watch_tunnels();
}

int
slots_change(const struct conf *other)
{
	if (pool_change(&slots_pool, other) == -1)
		return -1;
	watch_tunnels();
	return 0;
}

struct slot *
slot_new(uint16_t id)
{
	struct slot *call = calloc(1, sizeof(*call));

	if (call == NULL)
		return NULL;
	call->id = id;
	ids_in_use_add(id);
	call->slot = call->ledger = -1;
	call->keeper_watch.fd = call->pppd_watch.fd = call->link = -1;
	LIST_INSERT_HEAD(&slots_list, call, entry);
	slots_counts.all++;
	return call;
}

void
slot_free(struct slot *call)
{
	/* Of the other engines' calls back_relay tells. */
	if (call->keeper_began && call->relayed == NULL)
		ends_add(call->id, call->session, call->client,
		    (uint32_t)((mono_ms() - call->started_ms) / 1000));
	if (call->slot != -1)
		pool_release(&slots_pool, call->slot);
	if (call->reserved != NULL)
		pool_unreserve(&slots_pool, call->reserved);
	free(call->reserved);
	ledger_drop(call->ledger);
	ids_in_use_remove(call->id);
	back_relay_end(call->relayed);
	process_watch_stop(&call->keeper_watch);
	process_watch_stop(&call->pppd_watch);
	if (call->link != -1)
		close(call->link);
	if (call->kernel_id != 0)
		(void)gre_filter_set(map, call->kernel_id, 0);
	call_record_unmap(call->rec);
	LIST_REMOVE(call, entry);
	if (call->orphan_since != 0)
		slots_counts.orphans--;
	if (call->unwatched)
		slots_counts.unwatched--;
	free(call);
	slots_counts.all--;
}

void
slot_name(struct slot *call, const struct keeper_call *kc)
{
	call->client = kc->client_addr;
	call->started_ms = kc->started_ms;
	memcpy(call->session, kc->session, sizeof(call->session));
	call->session[sizeof(call->session) - 1] = '\0';
}

const char *
slot_claim(struct slot *call, const struct keeper_call *kc)
{
	call->slot = pool_claim(&slots_pool, kc->local, kc->remote);
	if (call->slot >= 0)
		return NULL;
	if (call->slot == POOL_TAKEN) {
		call->slot = -1;
		return "its address is in use";
	}
	call->slot = -1;
	call->reserved = strdup(kc->remote);
	if (call->reserved != NULL && pool_reserve(&slots_pool, kc->remote)) {
		if (!is_address_known(call))
			watch_tunnels();
		return NULL;
	}
	free(call->reserved);
	call->reserved = NULL;
	return "out of memory";
}
