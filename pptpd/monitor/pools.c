/* Monitor: tells pppds which address pools there are. */
/* SPDX-License-Identifier: ISC */
#include "monitor/pools.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/instance.h"
#include "monitor/rundir.h"
#include "shared/leases.h"

static char dir[POOLS_PATH_MAX];	/* as at the start, "": none yet */

/* Appends the addresses of a line, neighbours as one range. */
static void
add_line(struct pools_file *f, const struct conf_pool *pool)
{
	struct pool_range *last = NULL;
	uint32_t addr;

	for (size_t i = 0; i < pool->addrs.n; i++) {
		if (!iprange_number(pool->addrs.addr[i], &addr))
			continue;
		addr = ntohl(addr);
		if (last != NULL && addr == last->last + 1) {
			last->last++;
			continue;
		}
		last = &f->range[f->n++];
		memcpy(last->name, pool->name, sizeof(last->name));
		last->first = last->last = addr;
	}
}

static int
write_to(const struct conf *conf)
{
	struct pools_file f = { .fd = -1 };
	int rc;

	f.range = calloc(conf_pools_size(conf) + 1, sizeof(*f.range));
	if (f.range == NULL)
		return -1;
	snprintf(f.conf, sizeof(f.conf), "%s", conf->file);
	for (size_t i = 0; i < conf->pools.n; i++)
		add_line(&f, &conf->pools.pool[i]);
	rc = pools_file_write(&f, dir);
	pools_file_free(&f);
	return rc;
}

int
pools_write(const struct conf *conf)
{
	if (dir[0] == '\0' && instance_path(dir, sizeof(dir), "leases",
	    conf->pidfile) == -1) {
		dir[0] = '\0';
		errno = ENAMETOOLONG;
		return -1;
	}
	if (!rundir_make() || leases_make_dir(dir) == -1)
		return -1;
	return write_to(conf);
}

bool
pools_is_leased(uint32_t addr)
{
	return dir[0] != '\0' && addr != 0 && lease_is_held(dir, addr);
}
