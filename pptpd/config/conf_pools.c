/* The configuration: address pools with a name, for users who have one. */
/* SPDX-License-Identifier: ISC */
#include "config/conf_key.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>		/* LOG_ERR ...; no function of it */

#include "base/addr.h"
#include "config/conf_report.h"
#include "protocol/pool_name.h"

#define BLANKS	" \t"

/* --- a line -------------------------------------------------------------- */

void
conf_set_pool(struct conf *conf, const struct conf_env *env, const char *value)
{
	size_t len = strcspn(value, BLANKS);
	const char *ranges = value + len + strspn(value + len, BLANKS);
	struct conf_pools *p = &conf->pools;
	struct conf_pool *pool;

	if (!pool_name_fits(value, len) || ranges[0] == '\0') {
		conf_complain(conf, env, LOG_ERR, CONF_POOL, "not a name of "
		    "letters, digits and \"._-\", and addresses after it",
		    value);
		return;
	}
	pool = realloc(p->pool, (p->n + 1) * sizeof(*pool));
	if (pool == NULL)
		abort();
	p->pool = pool;
	pool += p->n++;
	memset(pool, 0, sizeof(*pool));
	pool->line = conf->origin[CONF_POOL].line;
	memcpy(pool->name, value, len);
	conf_set_string(&pool->text, ranges);
}

void
conf_pools_free(struct conf_pools *pools)
{
	for (size_t i = 0; i < pools->n; i++) {
		free(pools->pool[i].text);
		iprange_free(&pools->pool[i].addrs);
	}
	free(pools->pool);
	memset(pools, 0, sizeof(*pools));
}

static void
complain(struct conf *conf, const struct conf_env *env,
    const struct conf_pool *pool, const char *reason, const char *value)
{
	conf->origin[CONF_POOL].line = pool->line;
	conf_complain(conf, env, LOG_ERR, CONF_POOL, reason, value);
}

/* --- its addresses ------------------------------------------------------- */

static const char *
bad_ranges(const struct iprange_result *result)
{
	switch (result->status) {
	case IPRANGE_OK:
		if (result->limited)
			return "more than 65535 addresses in all pools";
		return result->cut[0] != '\0' ? "no blanks in a list" : NULL;
	case IPRANGE_BAD_RANGE:
		return "a range goes up and has both ends in full";
	case IPRANGE_BAD_ADDRESS:
		if (strchr(BLANKS, result->bad[0]) != NULL &&
		    result->bad[0] != '\0')
			return "no blanks in a list";
		return "neither an address nor a name that has one";
	case IPRANGE_NO_MEMORY:
		break;
	}
	return "out of memory";
}

static bool
fits_client(uint32_t addr)
{
	addr = ntohl(addr);
	return addr >> IN_CLASSA_NSHIFT != 0 &&
	    addr >> IN_CLASSA_NSHIFT != IN_LOOPBACKNET &&
	    !IN_MULTICAST(addr) && !IN_BADCLASS(addr);
}

/* Fills in the addresses of one line; room: how many there may be yet. */
static void
expand(struct conf *conf, const struct conf_env *env, struct conf_pool *pool,
    size_t room)
{
	struct iprange_result result;
	const char *why;
	uint32_t addr;

	iprange_expand(&pool->addrs, pool->text, room, env->resolve, env->arg,
	    &result);
	why = bad_ranges(&result);
	if (why != NULL) {
		complain(conf, env, pool, why, result.bad[0] != '\0' ?
		    result.bad : pool->text);
		return;
	}
	for (size_t i = 0; i < pool->addrs.n; i++) {
		if (iprange_number(pool->addrs.addr[i], &addr) &&
		    fits_client(addr))
			continue;
		complain(conf, env, pool, "no client can have a loopback, "
		    "multicast or reserved address", pool->addrs.addr[i]);
		return;
	}
}

/* --- addresses that two have --------------------------------------------- */

/* An address, and who has it: a pool, or localip or remoteip. */
struct owned {
	uint32_t	 addr;
	struct conf_pool *pool;		/* NULL: one of those two */
	const char	*keyword;	/* then its name */
};

/* By address; of equal ones the pools come last, in the order of lines. */
static int
compare(const void *a, const void *b)
{
	const struct owned *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	if (x->pool == NULL || y->pool == NULL)
		return (x->pool != NULL) - (y->pool != NULL);
	return (x->pool > y->pool) - (x->pool < y->pool);
}

static size_t
collect(struct owned *all, const struct iprange_list *list,
    struct conf_pool *pool, const char *keyword)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++) {
		all[n] = (struct owned){ 0, pool, keyword };
		if (iprange_number(list->addr[i], &all[n].addr))
			n++;
	}
	return n;
}

static void
say_shared(struct conf *conf, const struct conf_env *env,
    const struct owned *first, const struct owned *second)
{
	char reason[80], addr[ADDR_TEXT];

	if (first->pool == NULL)
		snprintf(reason, sizeof(reason), "it has an address of %s",
		    first->keyword);
	else if (first->pool == second->pool)
		snprintf(reason, sizeof(reason), "it has an address twice");
	else
		snprintf(reason, sizeof(reason), "it has an address of line "
		    "%u", first->pool->line);
	complain(conf, env, second->pool, reason,
	    addr_text(second->addr, addr));
}

/* No address may be given to two: each line is told of its first one. */
static void
find_shared(struct conf *conf, const struct conf_env *env, size_t n)
{
	struct conf_pools *p = &conf->pools;
	struct conf_pool *said = NULL;
	struct owned *all = calloc(n + conf->local.n + conf->remote.n + 1,
	    sizeof(*all));

	if (all == NULL)
		abort();
	n = collect(all, &conf->local, NULL, "localip");
	n += collect(all + n, &conf->remote, NULL, "remoteip");
	for (size_t i = 0; i < p->n; i++)
		n += collect(all + n, &p->pool[i].addrs, &p->pool[i], NULL);
	qsort(all, n, sizeof(*all), compare);
	for (size_t i = 1; i < n; i++) {
		if (all[i].addr != all[i - 1].addr || all[i].pool == NULL ||
		    all[i].pool == said)
			continue;
		said = all[i].pool;
		say_shared(conf, env, &all[i - 1], &all[i]);
	}
	free(all);
}

void
conf_pools_finish(struct conf *conf, const struct conf_env *env)
{
	struct conf_pools *p = &conf->pools;
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++) {
		expand(conf, env, &p->pool[i], CONF_POOL_ADDRESSES_MAX - n);
		n += p->pool[i].addrs.n;
	}
	if (p->n > 0)
		find_shared(conf, env, n);
}

size_t
conf_pools_size(const struct conf *conf)
{
	const struct conf_pools *p = &conf->pools;
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += p->pool[i].addrs.n;
	return n;
}

size_t
conf_pool_size(const struct conf *conf, const char *name)
{
	const struct conf_pools *p = &conf->pools;
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++) {
		if (strcmp(p->pool[i].name, name) == 0)
			n += p->pool[i].addrs.n;
	}
	return n;
}

bool
conf_pool_is_first(const struct conf *conf, size_t at)
{
	const struct conf_pools *p = &conf->pools;

	for (size_t i = 0; i < at; i++) {
		if (strcmp(p->pool[i].name, p->pool[at].name) == 0)
			return false;
	}
	return true;
}

/* --- comparing and copying ----------------------------------------------- */

bool
conf_pools_same(const struct conf_pools *a, const struct conf_pools *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		if (strcmp(a->pool[i].name, b->pool[i].name) != 0 ||
		    strcmp(a->pool[i].text, b->pool[i].text) != 0)
			return false;
	}
	return true;
}

static void
copy_list(struct iprange_list *to, const struct iprange_list *from)
{
	size_t size = from->n * sizeof(*from->addr);

	to->n = 0;
	to->addr = malloc(size + 1);
	if (to->addr == NULL)
		abort();
	if (size > 0)
		memcpy(to->addr, from->addr, size);
	to->n = from->n;
}

void
conf_pools_copy(struct conf_pools *to, const struct conf_pools *from)
{
	struct conf_pool *pool = calloc(from->n + 1, sizeof(*pool));

	if (pool == NULL)
		abort();
	for (size_t i = 0; i < from->n; i++) {
		pool[i] = from->pool[i];
		pool[i].text = NULL;
		conf_set_string(&pool[i].text, from->pool[i].text);
		copy_list(&pool[i].addrs, &from->pool[i].addrs);
	}
	conf_pools_free(to);
	to->pool = pool;
	to->n = from->n;
}
