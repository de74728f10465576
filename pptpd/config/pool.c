/* The slots of calls and the addresses that go with them. */
/* SPDX-License-Identifier: ISC */
#include "config/pool.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS_MIN	16	/* slots made first, with delegate */

/* The address in network order; 0: text is NULL or no address. */
static uint32_t
number(const char *text)
{
	uint32_t addr = 0;

	if (text != NULL)
		(void)iprange_number(text, &addr);
	return addr;
}

/*
 * Copies an address, NULL or "" for none, into text.  Returns it as a number.
 */
static uint32_t
set(char text[IPRANGE_TEXT], const char *value)
{
	snprintf(text, IPRANGE_TEXT, "%s", value != NULL ? value : "");
	return number(text);
}

static const char *
get(const char *addr)
{
	return addr[0] != '\0' ? addr : NULL;
}

/* Address i of a list; NULL if the list is empty (under inetd). */
static const char *
nth(const struct iprange_list *list, int i)
{
	return (size_t)i < list->n ? list->addr[i] : NULL;
}

/* --- making a pool, and changing it -------------------------------------- */

/* A taken slot, sorted and searched by its remote address. */
struct old_slot {
	uint32_t addr;
	int	 slot;
};

static int
compare(const void *a, const void *b)
{
	const struct old_slot *x = a, *y = b;

	return (x->addr > y->addr) - (x->addr < y->addr);
}

/* Lists the taken slots with addresses, sorted; sets *n.  NULL: no memory. */
static struct old_slot *
find_old(const struct pool *pool, int *n)
{
	struct old_slot *old = calloc((size_t)pool->taken + 1, sizeof(*old));

	*n = 0;
	if (old == NULL)
		return NULL;
	for (int i = 0; i < pool->n; i++) {
		if (pool->slot[i].taken && pool->slot[i].addr != 0)
			old[(*n)++] = (struct old_slot){ pool->slot[i].addr,
			    i };
	}
	qsort(old, (size_t)*n, sizeof(*old), compare);
	return old;
}

/*
 * Gives the i-th pair of addresses its slot: the slot of the call with that
 * remote address, or else the next free slot from *next on.
 */
static int
place(struct pool *to, const struct conf *conf, int i,
    const struct old_slot *old, int nold, int *next)
{
	const char *remote = nth(&conf->remote, i);
	struct old_slot key = { number(remote), 0 };
	const struct old_slot *found = bsearch(&key, old, (size_t)nold,
	    sizeof(*old), compare);
	int at;

	if (found != NULL) {
		at = found->slot;
	} else {
		while (to->slot[*next].taken)
			++*next;
		at = (*next)++;
		to->slot[at].addr = set(to->slot[at].remote, remote);
	}
	(void)set(to->slot[at].local, nth(&conf->local, i));
	to->slot[at].wanted = true;
	return at;
}

static void
collect_addresses(struct pool *pool)
{
	uint32_t local;

	for (int i = 0; i < pool->n; i++) {
		if (pool->slot[i].addr != 0)
			addr_set_append(&pool->addr, pool->slot[i].addr);
		if (iprange_number(pool->slot[i].local, &local))
			addr_set_append(&pool->addr, local);
	}
	addr_set_sort(&pool->addr);
}

static bool
collect_named(struct addr_set *named, const struct conf *conf)
{
	const struct conf_pools *pools = &conf->pools;
	uint32_t addr;

	if (!addr_set_reserve(named, conf_pools_size(conf)))
		return false;
	for (size_t i = 0; i < pools->n; i++) {
		const struct iprange_list *list = &pools->pool[i].addrs;

		for (size_t k = 0; k < list->n; k++) {
			if (iprange_number(list->addr[k], &addr))
				addr_set_append(named, addr);
		}
	}
	addr_set_sort(named);
	return true;
}

static bool
allocate(struct pool *pool)
{
	pool->slot = calloc((size_t)pool->n + 1, sizeof(*pool->slot));
	pool->order = calloc((size_t)pool->norder + 1, sizeof(*pool->order));
	if (pool->slot != NULL && pool->order != NULL &&
	    addr_set_reserve(&pool->addr, 2 * (size_t)pool->n))
		return true;
	free(pool->slot);
	free(pool->order);
	addr_set_free(&pool->addr);
	return false;
}

/* The number of slots that hold the taken ones, at their places, and `more`. */
static int
room(const struct pool *pool, int more)
{
	int n = pool->n;

	while (n > 0 && !pool->slot[n - 1].taken)
		n--;
	return n > pool->taken + more ? n : pool->taken + more;
}

int
pool_change(struct pool *pool, const struct conf *conf)
{
	struct pool to = { .delegate = conf->delegate, .limit = conf->slots,
	    .taken = pool->taken, .reserved = pool->reserved,
	    .kept = pool->kept, .chosen = pool->chosen,
	    .leased = pool->leased };
	int nold, next = 0;
	struct old_slot *old = find_old(pool, &nold);

	if (old == NULL)
		return -1;
	if (!conf->delegate)
		to.norder = conf->slots;
	to.n = room(pool, to.norder);
	if (!collect_named(&to.named, conf) || !allocate(&to)) {
		addr_set_free(&to.named);
		free(old);
		return -1;
	}
	for (int i = 0; i < pool->n; i++) {
		if (pool->slot[i].taken) {
			to.slot[i] = pool->slot[i];
			to.slot[i].wanted = false;
		}
	}
	for (int i = 0; i < to.norder; i++)
		to.order[i] = place(&to, conf, i, old, nold, &next);
	free(old);
	collect_addresses(&to);
	free(pool->slot);
	free(pool->order);
	addr_set_free(&pool->addr);
	addr_set_free(&pool->named);
	*pool = to;
	return 0;
}

int
pool_init(struct pool *pool, const struct conf *conf)
{
	memset(pool, 0, sizeof(*pool));
	return pool_change(pool, conf);
}

void
pool_free(struct pool *pool)
{
	free(pool->slot);
	free(pool->order);
	addr_set_free(&pool->addr);
	addr_set_free(&pool->kept);
	addr_set_free(&pool->chosen);
	addr_set_free(&pool->named);
	memset(pool, 0, sizeof(*pool));
}

/* --- taking and giving back ---------------------------------------------- */

/* The lowest slot that is not taken or wanted; -1 without memory. */
static int
unused(struct pool *pool)
{
	struct pool_slot *slot;
	int i = 0, n;

	while (i < pool->n && (pool->slot[i].taken || pool->slot[i].wanted))
		i++;
	if (i < pool->n)
		return i;
	n = pool->n > 0 ? pool->n * 2 : SLOTS_MIN;
	slot = reallocarray(pool->slot, (size_t)n, sizeof(*slot));
	if (slot == NULL)
		return -1;
	memset(slot + pool->n, 0, (size_t)(n - pool->n) * sizeof(*slot));
	pool->slot = slot;
	pool->n = n;
	return i;
}

static int
take(struct pool *pool, int slot)
{
	if (slot == -1)
		return -1;
	pool->slot[slot].taken = true;
	pool->taken++;
	return slot;
}

static bool
is_free(const struct pool *pool, const struct pool_slot *slot)
{
	return !slot->taken && !addr_set_has(&pool->kept, slot->addr) &&
	    !addr_set_has(&pool->chosen, slot->addr) &&
	    (pool->leased == NULL || !pool->leased(slot->addr));
}

int
pool_take(struct pool *pool)
{
	if (pool->taken + pool->reserved >= pool->limit)
		return -1;
	if (pool->delegate)
		return take(pool, unused(pool));
	for (int i = 0; i < pool->norder; i++) {
		if (is_free(pool, &pool->slot[pool->order[i]]))
			return take(pool, pool->order[i]);
	}
	return -1;
}

static int
find(const struct pool *pool, uint32_t addr)
{
	for (int i = 0; i < pool->n; i++) {
		if (pool->slot[i].addr == addr)
			return i;
	}
	return -1;
}

int
pool_claim(struct pool *pool, const char *local, const char *remote)
{
	uint32_t addr = number(remote);
	int slot = addr != 0 ? find(pool, addr) : -1;

	if (addr != 0 && ((slot != -1 && pool->slot[slot].taken) ||
	    addr_set_has(&pool->kept, addr)))
		return POOL_TAKEN;
	if (!pool->delegate)
		return take(pool, slot);
	if (!addr_set_reserve(&pool->addr, pool->addr.n + 2))
		return POOL_NONE;
	slot = take(pool, unused(pool));
	if (slot == -1)
		return POOL_NONE;
	pool->slot[slot].addr = set(pool->slot[slot].remote, remote);
	if (addr != 0)
		(void)addr_set_add(&pool->addr, addr);
	addr = set(pool->slot[slot].local, local);
	if (addr != 0)
		(void)addr_set_add(&pool->addr, addr);
	return slot;
}

void
pool_release(struct pool *pool, int i)
{
	struct pool_slot *slot;
	uint32_t local;

	assert(i >= 0 && i < pool->n && pool->slot[i].taken);
	slot = &pool->slot[i];
	slot->taken = false;
	pool->taken--;
	if (slot->wanted)
		return;
	addr_set_remove(&pool->addr, slot->addr);
	if (iprange_number(slot->local, &local))
		addr_set_remove(&pool->addr, local);
	memset(slot, 0, sizeof(*slot));
}

bool
pool_reserve(struct pool *pool, const char *remote)
{
	uint32_t addr = number(remote);

	if (addr != 0 && !addr_set_add(&pool->kept, addr))
		return false;
	pool->reserved++;
	return true;
}

void
pool_unreserve(struct pool *pool, const char *remote)
{
	assert(pool->reserved > 0);
	addr_set_remove(&pool->kept, number(remote));
	pool->reserved--;
}

bool
pool_chosen(struct pool *pool, const uint32_t *addr, size_t n)
{
	struct addr_set chosen = { NULL, 0, 0 };
	int slot;

	if (!addr_set_reserve(&chosen, n))
		return false;
	for (size_t i = 0; i < n; i++) {
		slot = find(pool, addr[i]);
		if (slot == -1 || !pool->slot[slot].taken)
			addr_set_append(&chosen, addr[i]);
	}
	addr_set_sort(&chosen);
	addr_set_free(&pool->chosen);
	pool->chosen = chosen;
	return true;
}

/* --- looking ------------------------------------------------------------- */

const char *
pool_local(const struct pool *pool, int slot)
{
	assert(slot >= 0 && slot < pool->n);
	return get(pool->slot[slot].local);
}

const char *
pool_remote(const struct pool *pool, int slot)
{
	assert(slot >= 0 && slot < pool->n);
	return get(pool->slot[slot].remote);
}

bool
pool_has(const struct pool *pool, uint32_t addr)
{
	return addr_set_has(&pool->addr, addr) ||
	    addr_set_has(&pool->kept, addr) || addr_set_has(&pool->named, addr);
}
