/* pptpdctl doctor --radius: a login, as a client's pppd would ask for it. */
/* SPDX-License-Identifier: ISC */
#include "ctl/doctor_login.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/addr.h"
#include "config/instance.h"
#include "ctl/aaa_look.h"
#include "ctl/doctor_find.h"
#include "ctl/pptpdctl_link.h"
#include "protocol/aaa_msg.h"
#include "shared/mono.h"

#define ANSWER_MS	60000	/* servers are tried one after the other */
#define SESSION		"0000000000000000"	/* that no call has */

/* Connects; -1 with errno. */
static int
open_service(const char *pidfile)
{
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];

	errno = ENAMETOOLONG;
	if (instance_path(path, sizeof(path), "aaa", pidfile) == -1)
		return -1;
	return aaa_look_connect(path);
}

static bool
send_login(int fd, const char *user, const char *password)
{
	static struct aaa_msg m;
	struct aaa_login *l = &m.u.login;
	uint8_t buf[AAA_MSG_MAX];
	size_t len;
	bool sent = false;

	memset(&m, 0, sizeof(m));
	m.type = AAA_LOGIN;
	memcpy(l->call.id, SESSION, sizeof(SESSION));
	l->call.client = l->call.server = htonl(INADDR_LOOPBACK);
	l->method = AAA_PAP;
	errno = EINVAL;
	if (aaa_text_set(&l->call.name, user, strlen(user)) &&
	    aaa_octets_set(&l->response, password, strlen(password)) &&
	    (len = aaa_msg_encode(&m, buf)) > 0)
		sent = send(fd, buf, len, MSG_NOSIGNAL) == (ssize_t)len;
	explicit_bzero(&m, sizeof(m));
	explicit_bzero(buf, sizeof(buf));
	return sent;
}

/* False: there was no answer that makes sense. */
static bool
receive_reply(int fd, struct aaa_msg *m)
{
	struct pollfd p = { fd, POLLIN, 0 };
	uint8_t buf[AAA_MSG_MAX];
	ssize_t n = -1;

	if (poll(&p, 1, ANSWER_MS) == 1)
		n = recv(fd, buf, sizeof(buf), MSG_TRUNC);
	return n > 0 && (size_t)n <= sizeof(buf) &&
	    aaa_msg_decode(buf, (size_t)n, m) && m->type == AAA_REPLY;
}

static void
accepted(struct doctor *d, const struct aaa_reply *r, unsigned ms)
{
	char addr[ADDR_TEXT];
	uint32_t host = ntohl(r->address);

	addr_text(r->address, addr);
	doctor_find(d, DOCTOR_OK, NULL, "the user is accepted, after %u ms: "
	    "address %s, %s, session timeout %u s, idle timeout %u s (0: "
	    "none)%s%.*s", ms, host == 0 || host == AAA_ADDRESS_NAS ?
	    "of the pool" : host == AAA_ADDRESS_PEER ? "that the client asks "
	    "for" : addr, r->mppe_policy == 2 ? "encryption required" :
	    r->mppe_policy == 1 ? "encryption allowed" :
	    "nothing about encryption", r->session_timeout, r->idle_timeout,
	    r->message.len > 0 ? "; it says: " : "", r->message.len,
	    r->message.text);
}

static void
judge(struct doctor *d, const struct aaa_reply *r, unsigned ms)
{
	switch (r->verdict) {
	case AAA_ACCEPT:
		accepted(d, r, ms);
		break;
	case AAA_REJECT:
		doctor_find(d, DOCTOR_ERROR, NULL, "the user is rejected, "
		    "after %u ms: name or password is wrong, or PAP, by which "
		    "this asks, is not allowed; the server's log and that of "
		    "pptpd say more%s%.*s", ms, r->message.len > 0 ?
		    "; it says: " : "", r->message.len, r->message.text);
		break;
	case AAA_UNAVAILABLE:
	case AAA_VERDICTS:
		doctor_find(d, DOCTOR_ERROR, NULL, "nobody has answered in "
		    "%u ms: address, port or secret of the server is wrong, "
		    "a firewall drops UDP, or the server does not know this "
		    "machine", ms);
		break;
	}
}

void
doctor_login(struct doctor *d, const char *user, const char *password)
{
	static struct aaa_msg answer;
	uint64_t begin = mono_ms();
	int fd = open_service(d->pidfile);

	d->check = "radius";
	if (fd == -1 && (errno == EACCES || errno == EPERM))
		doctor_find(d, DOCTOR_UNKNOWN, NULL, "whether the user may "
		    "log in: run this as root");
	else if (fd == -1)
		doctor_find(d, DOCTOR_ERROR, "\"aaa radius\" in pptpd.conf, "
		    "and start pptpd", "there is no pptpd-aaa to ask: %s",
		    strerror(errno));
	else if (!send_login(fd, user, password))
		doctor_find(d, DOCTOR_ERROR, NULL, "pptpd-aaa cannot be "
		    "asked: %s", strerror(errno));
	else if (!link_give_up_root() || !receive_reply(fd, &answer))
		doctor_find(d, DOCTOR_ERROR, NULL, "pptpd-aaa has not "
		    "answered: its log says why");
	else
		judge(d, &answer.u.reply, (unsigned)(mono_ms() - begin));
	explicit_bzero(&answer, sizeof(answer));
	if (fd != -1)
		close(fd);
}
