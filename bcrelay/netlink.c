/* Asking the kernel about interfaces, and hearing of changes. */
/* SPDX-License-Identifier: ISC */
#include "netlink.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"

#define BUFFER		32768	/* the kernel's messages are no longer */
#define ROOM		(1 << 20) /* for changes that we have not read yet */
#define ANSWER_MS	5000	/* the kernel answers at once */

int
netlink_open(void)
{
	struct sockaddr_nl nl = { .nl_family = AF_NETLINK,
	    .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR };
	int fd, room = ROOM;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    NETLINK_ROUTE);
	if (fd != -1 && bind(fd, (struct sockaddr *)&nl, sizeof(nl)) == 0) {
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room,
		    sizeof(room));
		return fd;
	}
	log_err("netlink: %s", strerror(errno));
	if (fd != -1)
		close(fd);
	return -1;
}

/*
 * Reads once.  False: there is nothing to read (EAGAIN), or an error.  Ignores
 * messages from senders other than the kernel.
 */
static bool
read_once(int sock, struct links *links, enum links_end *end)
{
	static union {
		char		buf[BUFFER];
		struct nlmsghdr	align;
	} in;
	struct sockaddr_nl from = { .nl_family = AF_NETLINK };
	socklen_t len = sizeof(from);
	ssize_t n;

	*end = LINKS_MORE;
	n = recvfrom(sock, in.buf, sizeof(in.buf), MSG_TRUNC,
	    (struct sockaddr *)&from, &len);
	if (n == -1)
		return errno == EINTR;
	if (from.nl_pid != 0)
		return true;
	if ((size_t)n > sizeof(in.buf)) {
		errno = ENOBUFS;
		return false;
	}
	*end = links_input(links, in.buf, (size_t)n);
	return true;
}

bool
netlink_read(int sock, struct links *links)
{
	enum links_end end;

	while (read_once(sock, links, &end)) {
		if (end == LINKS_ERROR)
			return false;
	}
	return errno == EAGAIN;
}

static int
request(int sock, unsigned short type)
{
	struct {
		struct nlmsghdr	nh;
		struct rtgenmsg	gen;
	} out;

	memset(&out, 0, sizeof(out));
	out.nh.nlmsg_len = NLMSG_LENGTH(sizeof(out.gen));
	out.nh.nlmsg_type = type;
	out.nh.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	out.gen.rtgen_family = type == RTM_GETADDR ? AF_INET : AF_UNSPEC;
	return send(sock, &out, out.nh.nlmsg_len, 0) == -1 ? -1 : 0;
}

/* Asks for one dump and reads it.  LINKS_ERROR with errno set. */
static enum links_end
dump(int sock, unsigned short type, struct links *links)
{
	struct pollfd pfd = { .fd = sock, .events = POLLIN };
	enum links_end end = LINKS_MORE;

	if (request(sock, type) == -1)
		return LINKS_ERROR;
	while (end == LINKS_MORE) {
		if (!read_once(sock, links, &end) && errno == ENOBUFS)
			return LINKS_TORN;
		if (end == LINKS_MORE && poll(&pfd, 1, ANSWER_MS) == 0) {
			errno = ETIMEDOUT;
			return LINKS_ERROR;
		}
	}
	if (end == LINKS_ERROR)
		errno = ENOMEM;
	return end;
}

/* A change during the dump is in the dump, or in a message after it. */
bool
netlink_ask(int sock, struct links *links)
{
	enum links_end end;

	do {
		links_free(links);
		end = dump(sock, RTM_GETLINK, links);
		if (end == LINKS_DONE)
			end = dump(sock, RTM_GETADDR, links);
	} while (end == LINKS_TORN);
	if (end == LINKS_DONE)
		return true;
	log_err("netlink: %s", strerror(errno));
	return false;
}
