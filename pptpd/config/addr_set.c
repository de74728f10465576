/* A set of IPv4 addresses that counts how often each one is in it. */
/* SPDX-License-Identifier: ISC */
#include "config/addr_set.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_MIN	16

static int
compare(const void *a, const void *b)
{
	uint32_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

bool
addr_set_reserve(struct addr_set *set, size_t n)
{
	uint32_t *addr;

	if (n <= set->size)
		return true;
	addr = reallocarray(set->addr, n, sizeof(*addr));
	if (addr == NULL)
		return false;
	set->addr = addr;
	set->size = n;
	return true;
}

void
addr_set_append(struct addr_set *set, uint32_t addr)
{
	assert(set->n < set->size);
	set->addr[set->n++] = addr;
}

void
addr_set_sort(struct addr_set *set)
{
	if (set->n > 0)
		qsort(set->addr, set->n, sizeof(*set->addr), compare);
}

/* The position of an address, or where to insert it. */
static size_t
place(const struct addr_set *set, uint32_t addr)
{
	size_t low = 0, high = set->n, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (set->addr[middle] < addr)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool
addr_set_add(struct addr_set *set, uint32_t addr)
{
	size_t at = place(set, addr);

	if (set->n == set->size && !addr_set_reserve(set,
	    set->size > 0 ? 2 * set->size : SIZE_MIN))
		return false;
	memmove(set->addr + at + 1, set->addr + at,
	    (set->n - at) * sizeof(*set->addr));
	set->addr[at] = addr;
	set->n++;
	return true;
}

void
addr_set_remove(struct addr_set *set, uint32_t addr)
{
	size_t at = place(set, addr);

	if (at == set->n || set->addr[at] != addr)
		return;
	set->n--;
	memmove(set->addr + at, set->addr + at + 1,
	    (set->n - at) * sizeof(*set->addr));
}

bool
addr_set_has(const struct addr_set *set, uint32_t addr)
{
	size_t at = place(set, addr);

	return at < set->n && set->addr[at] == addr;
}

void
addr_set_free(struct addr_set *set)
{
	free(set->addr);
	memset(set, 0, sizeof(*set));
}
