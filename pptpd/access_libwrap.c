/* TCP wrappers through libwrap. */
#include "access.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <tcpd.h>

/* libwrap wants to know how loud its refusals are. */
int allow_severity = LOG_INFO;
int deny_severity = LOG_NOTICE;

bool
access_built(void)
{
	return true;
}

static bool
has_text(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_size > 0;
}

bool
access_has_rules(void)
{
	return has_text("/etc/hosts.deny") || has_text("/etc/hosts.allow");
}

bool
access_allowed(uint32_t client, bool names)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	struct request_info req;
	char addr[INET_ADDRSTRLEN];

	sin.sin_addr.s_addr = client;
	inet_ntop(AF_INET, &sin.sin_addr, addr, sizeof(addr));
	request_init(&req, RQ_DAEMON, "pptpd", RQ_CLIENT_SIN, &sin, 0);
	if (names) {
		sock_methods(&req);
	} else {
		request_set(&req, RQ_CLIENT_ADDR, addr, RQ_CLIENT_NAME,
		    STRING_UNKNOWN, 0);
	}
	return hosts_access(&req) != 0;
}
