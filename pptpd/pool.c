/* The slots of calls and the addresses that go with them. */
#include "pool.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Without addresses (inetd) it stays empty. */
static void
set(char *addr, const struct iprange_list *list, int i)
{
	if ((size_t)i < list->n)
		memcpy(addr, list->addr[i], IPRANGE_TEXT);
}

static const char *
get(const char *addr)
{
	return addr[0] != '\0' ? addr : NULL;
}

static int
compare(const void *a, const void *b)
{
	uint32_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

/* All addresses in order.  False without memory. */
static bool
sort(struct pool *pool)
{
	pool->addr = calloc((size_t)pool->n, 2 * sizeof(*pool->addr));
	if (pool->addr == NULL)
		return false;
	for (int i = 0; i < pool->n; i++) {
		if (iprange_number(pool->slot[i].local,
		    &pool->addr[pool->naddr]))
			pool->naddr++;
		if (iprange_number(pool->slot[i].remote,
		    &pool->addr[pool->naddr]))
			pool->naddr++;
	}
	qsort(pool->addr, pool->naddr, sizeof(*pool->addr), compare);
	return true;
}

int
pool_init(struct pool *pool, const struct conf *conf)
{
	int i;

	memset(pool, 0, sizeof(*pool));
	pool->limit = conf->slots;
	if (conf->delegate) {
		if (pool->limit == 0)
			pool->limit = CONF_CONNECTIONS_MAX;
		return 0;
	}
	if (conf->slots == 0)
		return 0;
	pool->slot = calloc((size_t)conf->slots, sizeof(*pool->slot));
	if (pool->slot == NULL)
		return -1;
	pool->n = conf->slots;
	for (i = 0; i < pool->n; i++) {
		set(pool->slot[i].local, &conf->local, i);
		set(pool->slot[i].remote, &conf->remote, i);
	}
	if (sort(pool))
		return 0;
	pool_free(pool);
	return -1;
}

void
pool_free(struct pool *pool)
{
	free(pool->slot);
	free(pool->addr);
	memset(pool, 0, sizeof(*pool));
}

/* Adds free slots.  False at the limit, or without memory. */
static bool
grow(struct pool *pool)
{
	int n = pool->n > 0 ? pool->n * 2 : 16;
	struct pool_slot *slot;

	if (n > pool->limit)
		n = pool->limit;
	if (n == pool->n)
		return false;
	slot = reallocarray(pool->slot, (size_t)n, sizeof(*slot));
	if (slot == NULL)
		return false;
	memset(slot + pool->n, 0, (size_t)(n - pool->n) * sizeof(*slot));
	pool->slot = slot;
	pool->n = n;
	return true;
}

int
pool_take(struct pool *pool)
{
	int i = 0;

	if (pool->taken == pool->n) {
		if (!grow(pool))
			return -1;
		i = pool->taken;
	}
	while (pool->slot[i].taken)
		i++;
	pool->slot[i].taken = true;
	pool->taken++;
	return i;
}

void
pool_release(struct pool *pool, int slot)
{
	assert(slot >= 0 && slot < pool->n && pool->slot[slot].taken);
	pool->slot[slot].taken = false;
	pool->taken--;
}

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
	return pool->naddr > 0 && bsearch(&addr, pool->addr, pool->naddr,
	    sizeof(addr), compare) != NULL;
}
