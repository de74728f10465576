/*
 * In pppd, as root: takes an address of a pool, and keeps others from it for
 * pppd's life.  It knows nothing of pppd, so tests run it without one.
 */
/* SPDX-License-Identifier: ISC */
#include "pool-lease.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "shared/leases.h"

#define READINGS_MAX	10	/* of a file that changes meanwhile */

struct text {
	char	*buf;
	size_t	 size;
};

static enum pool_lease_result __attribute__((format(printf, 2, 3)))
refuse(const struct text *why, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why->buf, why->size, fmt, ap);
	va_end(ap);
	return POOL_LEASE_REFUSED;
}

void
pool_lease_end(struct pool_lease *l)
{
	if (l->fd != -1)
		close(l->fd);
	l->fd = -1;
	l->addr = 0;
	l->pool[0] = '\0';
}

static bool
has(const struct pools_file *f, const char *pool, uint32_t addr)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct pool_range *r = &f->range[i];

		if (strcmp(r->name, pool) == 0 && ntohl(addr) >= r->first &&
		    ntohl(addr) <= r->last)
			return true;
	}
	return false;
}

/* Tries the addresses of one range; counts those that fit. */
static bool
try_range(struct pool_lease *l, const struct pool_range *r,
    bool (*fits)(uint32_t), unsigned *fitting, int *error)
{
	for (uint64_t host = r->first; host <= r->last; host++) {
		uint32_t addr = htonl((uint32_t)host);

		if (!fits(addr))
			continue;
		++*fitting;
		l->fd = lease_take(l->dir, addr, LEASE_ALONE);
		if (l->fd != -1) {
			l->addr = addr;
			snprintf(l->pool, sizeof(l->pool), "%s", r->name);
			return true;
		}
		if (errno != EAGAIN)
			*error = errno;
	}
	return false;
}

static enum pool_lease_result
take(struct pool_lease *l, const struct pools_file *f, const char *pool,
    bool (*fits)(uint32_t), const struct text *why)
{
	unsigned fitting = 0, ranges = 0;
	int error = 0;

	for (size_t i = 0; i < f->n; i++) {
		if (strcmp(f->range[i].name, pool) != 0)
			continue;
		ranges++;
		if (try_range(l, &f->range[i], fits, &fitting, &error))
			return POOL_LEASE_TAKEN;
	}
	if (f->n == 0) {
		(void)refuse(why, "%s has no pools", f->conf);
		return POOL_LEASE_NO_POOLS;
	}
	if (ranges == 0)
		return refuse(why, "there is no such pool in %s", f->conf);
	if (fitting == 0)
		return POOL_LEASE_NOT_ALLOWED;
	if (error != 0)
		return refuse(why, "%s: %s", l->dir, strerror(error));
	return refuse(why, "its addresses in %s are all in use: %u",
	    f->conf, fitting);
}

static bool
read_pools(const struct pool_lease *l, struct pools_file *f,
    const struct text *why)
{
	if (pools_file_read(f, l->dir) == 0)
		return true;
	(void)refuse(why, "no list of pools: %s/pools: %s", l->dir,
	    strerror(errno));
	return false;
}

/*
 * The server may write another file meanwhile, and then looks which addresses
 * are leased.  So a lease counts if its pool was still there after it was
 * taken.
 */
enum pool_lease_result
pool_lease_take(struct pool_lease *l, const char *pool, bool (*fits)(uint32_t),
    char *buf, size_t size)
{
	const struct text why = { buf, size };
	enum pool_lease_result got;
	struct pools_file f;
	bool current;

	/* A server from before there were pools, until it starts again. */
	if (l->dir[0] == '\0') {
		(void)refuse(&why, "the server has not said option "
		    "pptpd-leases");
		return POOL_LEASE_NO_POOLS;
	}
	for (int i = 0; i < READINGS_MAX; i++) {
		if (!read_pools(l, &f, &why))
			return POOL_LEASE_REFUSED;
		if (l->fd != -1 && strcmp(l->pool, pool) == 0 &&
		    has(&f, pool, l->addr) && fits(l->addr))
			got = POOL_LEASE_TAKEN;
		else {
			pool_lease_end(l);
			got = take(l, &f, pool, fits, &why);
		}
		current = pools_file_is_current(&f, l->dir);
		pools_file_free(&f);
		if (current)
			return got;
	}
	pool_lease_end(l);
	return refuse(&why, "%s/pools changes all the time", l->dir);
}

bool
pool_lease_note(struct pool_lease *l, uint32_t addr, char *buf, size_t size)
{
	const struct text why = { buf, size };
	char text[INET_ADDRSTRLEN];

	buf[0] = '\0';
	if (l->fd != -1 && l->addr == addr)
		return true;
	pool_lease_end(l);
	if (l->dir[0] == '\0' || addr == 0)
		return true;
	l->fd = lease_take(l->dir, addr, LEASE_SHARED);
	if (l->fd == -1 && errno == EAGAIN) {
		(void)refuse(&why, "another call has %s from a pool",
		    inet_ntop(AF_INET, &addr, text, sizeof(text)));
		return false;
	}
	/* Without the directory there are no pools. */
	if (l->fd == -1 && errno != ENOENT)
		(void)refuse(&why, "a pool may give %s to another call: %s: %s",
		    inet_ntop(AF_INET, &addr, text, sizeof(text)), l->dir,
		    strerror(errno));
	l->addr = addr;
	return true;
}
