/* Fuzz target: radius.conf, and the file of a secret. */
/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "fuzz.h"
#include "radius_conf.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct radius_conf conf;
	struct radius_server s = { .secret_file = "/s" };
	const char *text = (const char *)data;

	if (radius_conf_parse(&conf, "/f", text, size)) {
		MUST(conf.n >= 1 && conf.n <= RADIUS_SERVERS_MAX);
		MUST(conf.timeout >= 1 && conf.tries >= 1);
		for (unsigned i = 0; i < conf.n; i++)
			MUST(conf.servers[i].secret_file[0] == '/');
	}
	if (radius_conf_secret(&s, text, size))
		MUST(s.secret_len >= 1 && s.secret_len <= RADIUS_SECRET_MAX);
	return 0;
}
