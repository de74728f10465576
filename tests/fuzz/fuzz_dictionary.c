/* Fuzz target: dictionaries of RADIUS attributes, and what is sent by them. */
/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "dictionary.h"
#include "fuzz.h"
#include "radius_send.h"

static const char *all;
static size_t all_len;

/* Each file is the same one again. */
static bool
include(struct dictionary *d, const char *path, bool may_miss)
{
	MUST(d->depth >= 1 && d->depth < DICT_DEPTH + 1);
	MUST(d->files <= DICT_FILES);
	if (!may_miss && strchr(path, 'z') != NULL)
		return false;
	(void)dict_read(d, path, all, all_len);
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct dictionary d;
	struct radius_send s[] = {
		{ .name = "Kind", .text = "Gold" },
		{ .name = "Name", .text = "0x0102" },
		{ .name = "Address", .text = "192.0.2.1" },
	};
	struct dict_attr a[3];

	memset(&d, 0, sizeof(d));
	d.sought = a;
	d.n = 3;
	d.include = include;
	for (unsigned i = 0; i < d.n; i++)
		radius_send_seek(&s[i], &a[i]);
	all = (const char *)data;
	all_len = size < 4096 ? size : 4096;
	(void)dict_read(&d, "/d/dictionary", all, all_len);
	MUST(d.depth == 0 && d.vendors <= DICT_VENDORS);
	for (unsigned i = 0; i < d.n; i++) {
		if (radius_send_resolve(&s[i], &a[i]) != NULL)
			continue;
		MUST(s[i].len >= 1 && s[i].len <= RADIUS_VALUE_MAX);
		MUST(s[i].type != 0);
	}
	return 0;
}
