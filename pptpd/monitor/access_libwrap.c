/* Monitor: asks TCP wrappers through libwrap, in a child of its own. */
/* SPDX-License-Identifier: ISC */
#include "monitor/access.h"

#include "base/addr.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
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
	struct stat	 st;
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
	struct stat st;

	if (stat(r->path, &st) == -1)
		return false;
	if (st.st_ino != r->st.st_ino || st.st_dev != r->st.st_dev ||
	    st.st_size != r->st.st_size ||
	    st.st_mtim.tv_sec != r->st.st_mtim.tv_sec ||
	    st.st_mtim.tv_nsec != r->st.st_mtim.tv_nsec) {
		r->st = st;
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
