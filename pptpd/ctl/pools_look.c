/* pptpdctl pools: the server's address pools, for people and programs. */
/* SPDX-License-Identifier: ISC */
#include "ctl/pools_look.h"

#include <arpa/inet.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/metrics_text.h"
#include "ctl/pptpdctl_link.h"
#include "ctl/pptpdctl_output.h"
#include "ctl/sibling.h"
#include "shared/leases.h"

/* --- looking ------------------------------------------------------------- */

/* The pool with this name, a new one if need be; NULL: there are too many. */
static struct pools_look_one *
find(struct pools_look *look, const char *name)
{
	struct pools_look_one *one;

	for (size_t i = 0; i < look->n; i++) {
		if (strcmp(look->pool[i].name, name) == 0)
			return &look->pool[i];
	}
	if (look->n == POOLS_LOOK_MAX)
		return NULL;
	one = &look->pool[look->n++];
	memcpy(one->name, name, sizeof(one->name));
	return one;
}

static uint32_t
count(const struct pool_range *r, const uint32_t *held, size_t n)
{
	uint32_t in = 0;

	for (size_t i = 0; i < n; i++)
		in += ntohl(held[i]) >= r->first && ntohl(held[i]) <= r->last;
	return in;
}

static void
add_up(struct pools_look *look, const struct pools_file *f,
    const uint32_t *held, size_t n)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct pool_range *r = &f->range[i];
		struct pools_look_one *one = find(look, r->name);

		if (one == NULL)
			continue;
		one->addresses += r->last - r->first + 1;
		one->leased += count(r, held, n);
	}
}

void
pools_look(const char *control, struct pools_look *look)
{
	char dir[POOLS_PATH_MAX];
	struct pools_file f;
	uint32_t *held;
	size_t n;

	memset(look, 0, sizeof(*look));
	if (!sibling_path(control, "leases", dir, sizeof(dir))) {
		look->error = ENOENT;
		return;
	}
	if (pools_file_read(&f, dir) == -1) {
		look->error = errno;
		return;
	}
	held = leases_held(dir, &n);
	if (held != NULL)
		add_up(look, &f, held, n);
	else
		look->error = errno;
	free(held);
	pools_file_free(&f);
}

/* --- metrics ------------------------------------------------------------- */

void
pools_look_metrics(FILE *out, const struct pools_look *look)
{
	if (look->error == EACCES)
		fprintf(out, "# only root sees the address pools\n");
	if (look->error != 0 || look->n == 0)
		return;
	metrics_head(out, "pool_addresses", "gauge",
	    "Addresses of a pool of pptpd.conf.");
	for (size_t i = 0; i < look->n; i++)
		metrics_sample(out, "pool_addresses", look->pool[i].addresses,
		    "pool", look->pool[i].name, NO_MORE);
	metrics_head(out, "pool_addresses_leased", "gauge",
	    "Those of them that calls have.");
	for (size_t i = 0; i < look->n; i++)
		metrics_sample(out, "pool_addresses_leased",
		    look->pool[i].leased, "pool", look->pool[i].name, NO_MORE);
}

/* --- the command --------------------------------------------------------- */

static void
put_json(const struct pools_look *look)
{
	json_t *list = json_array(), *o;

	for (size_t i = 0; i < look->n; i++)
		(void)json_array_append_new(list, json_pack("{ss sI sI}",
		    "pool", look->pool[i].name,
		    "addresses", (json_int_t)look->pool[i].addresses,
		    "leased", (json_int_t)look->pool[i].leased));
	o = json_pack("{so}", "pools", list);
	ctl_put_json(o);
	json_decref(o);
}

static void
put_table(const struct pools_look *look)
{
	printf("%-24s %10s %10s\n", "POOL", "ADDRESSES", "LEASED");
	for (size_t i = 0; i < look->n; i++)
		printf("%-24s %10u %10u\n", look->pool[i].name,
		    (unsigned)look->pool[i].addresses,
		    (unsigned)look->pool[i].leased);
}

int
pools_look_main(const char *control)
{
	static struct pools_look look;

	pools_look(control, &look);
	if (look.error == EACCES) {
		ctl_complain("permission", "the address pools are for root "
		    "to see");
		return EXIT_TROUBLE;
	}
	if (look.error != 0) {
		ctl_complain("not-running", "no list of pools: %s",
		    strerror(look.error));
		return EXIT_TROUBLE;
	}
	(ctl_is_json() ? put_json : put_table)(&look);
	return fflush(stdout) != 0 || ferror(stdout) ? EXIT_TROUBLE : 0;
}
