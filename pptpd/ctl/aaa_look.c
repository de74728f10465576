/* What pptpd-aaa says of itself: the questions; in pptpdctl. */
/* SPDX-License-Identifier: ISC */
#include "ctl/aaa_look.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ctl/pptpdctl_link.h"
#include "ctl/sibling.h"
#include "shared/mono.h"

int
aaa_look_connect(const char *path)
{
	return link_connect(path, SOCK_SEQPACKET, AAA_LOOK_MS / 1000);
}

int
aaa_look_open(const char *control, struct aaa_look *look)
{
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	int fd;

	memset(look, 0, sizeof(*look));
	look->result = AAA_LOOK_NONE;
	if (!sibling_path(control, "aaa", path, sizeof(path)))
		return -1;
	fd = aaa_look_connect(path);
	if (fd != -1)
		look->result = AAA_LOOK_SILENT;
	else if (errno == EACCES || errno == EPERM)
		look->result = AAA_LOOK_FORBIDDEN;
	else if (errno != ENOENT && errno != ECONNREFUSED)
		look->result = AAA_LOOK_SILENT;
	return fd;
}

static bool
ask_one(int fd, uint8_t at, uint64_t until, struct aaa_msg *m)
{
	const struct aaa_msg question = { .type = AAA_LOOK, .u.look = at };
	struct pollfd p = { fd, POLLIN, 0 };
	uint8_t buf[AAA_MSG_MAX];
	size_t len = aaa_msg_encode(&question, buf);
	ssize_t n;

	if (len == 0 ||
	    send(fd, buf, len, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)len ||
	    poll(&p, 1, (int)mono_left_ms(until)) != 1)
		return false;
	n = recv(fd, buf, sizeof(buf), MSG_TRUNC | MSG_DONTWAIT);
	return n > 0 && (size_t)n <= sizeof(buf) &&
	    aaa_msg_decode(buf, (size_t)n, m) && m->type == AAA_STATE &&
	    m->u.state.at == at;
}

/* Another number of servers than before: it is not the same pptpd-aaa. */
static bool
ask_all(int fd, struct aaa_look *look)
{
	uint64_t until = mono_ms() + AAA_LOOK_MS;
	static struct aaa_msg m;

	if (!ask_one(fd, 0, until, &m))
		return false;
	look->state = m.u.state;
	look->server[0] = m.u.state.server;
	for (uint8_t i = 1; i < look->state.nservers; i++) {
		if (!ask_one(fd, i, until, &m) ||
		    m.u.state.nservers != look->state.nservers)
			return false;
		look->server[i] = m.u.state.server;
	}
	return true;
}

void
aaa_look_ask(int fd, struct aaa_look *look)
{
	if (fd == -1)
		return;
	look->result = ask_all(fd, look) ? AAA_LOOK_FINE : AAA_LOOK_SILENT;
	close(fd);
}
