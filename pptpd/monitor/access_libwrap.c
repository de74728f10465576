/* Monitor: asks TCP wrappers through libwrap, in a child of its own. */
/* SPDX-License-Identifier: ISC */
#include "monitor/access.h"

#include "base/addr.h"
#include "monitor/file_id.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <tcpd.h>

/* libwrap takes the priorities of its log lines from these. */
int allow_severity = LOG_INFO;
int deny_severity = LOG_NOTICE;

bool
access_built(void)
{
	return true;
}

/* One of the two files; some: it had rules when it was last read. */
struct rules {
	const char	*path;
	struct file_id	 id;
	bool		 some;
};

/* Whether the file has a line that is neither blank nor a comment. */
static bool
says_something(const char *path)
{
	FILE *f = fopen(path, "re");
	char line[512];
	bool some = false;

	while (f != NULL && !some && fgets(line, sizeof(line), f) != NULL)
		some = line[0] != '#' && line[strspn(line, " \t\r\n")] != '\0';
	if (f != NULL)
		fclose(f);
	return some;
}

static bool
has_rules(struct rules *r)
{
	struct file_id now;

	file_id_get(r->path, &now);
	if (!file_id_equals(&now, &r->id)) {
		r->id = now;
		r->some = says_something(r->path);
	}
	return r->some;
}

bool
access_has_rules(void)
{
	static struct rules allow = { .path = "/etc/hosts.allow" },
	    deny = { .path = "/etc/hosts.deny" };

	/* No "||" here: each file must be read when it has changed. */
	return (int)has_rules(&deny) + (int)has_rules(&allow) > 0;
}

bool
access_allowed(uint32_t client, bool names)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	struct request_info req;
	char addr[ADDR_TEXT];

	sin.sin_addr.s_addr = client;
	addr_text(client, addr);
	request_init(&req, RQ_DAEMON, "pptpd", RQ_CLIENT_SIN, &sin, 0);
	if (names) {
		sock_methods(&req);
	} else {
		request_set(&req, RQ_CLIENT_ADDR, addr, RQ_CLIENT_NAME,
		    STRING_UNKNOWN, 0);
	}
	return hosts_access(&req) != 0;
}
