/* Asking the kernel by netlink; in pppd, as root.  Knows nothing of pppd. */
/* SPDX-License-Identifier: ISC */
#include "netlink.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#define WAIT_S	1	/* the kernel answers while it is asked */

/* Linux 4.12; headers of other libcs may be older. */
#ifndef NLM_F_ACK_TLVS
#define NETLINK_CAP_ACK	10
#define NETLINK_EXT_ACK	11
#define NLM_F_CAPPED	0x100
#define NLM_F_ACK_TLVS	0x200
#define NLMSGERR_ATTR_MSG 1
#endif

int
netlink_open(struct netlink *nl, int protocol)
{
	struct timeval wait = { .tv_sec = WAIT_S };
	int one = 1, error;

	memset(nl, 0, sizeof(*nl));
	nl->sock = mnl_socket_open2(protocol, SOCK_CLOEXEC);
	if (nl->sock == NULL)
		return errno;
	if (mnl_socket_bind(nl->sock, 0, MNL_SOCKET_AUTOPID) == -1 ||
	    setsockopt(mnl_socket_get_fd(nl->sock), SOL_SOCKET, SO_RCVTIMEO,
	    &wait, sizeof(wait)) == -1) {
		error = errno;
		netlink_close(nl);
		return error;
	}
	/* Without these (Linux < 4.12) the kernel is less talkative. */
	(void)mnl_socket_setsockopt(nl->sock, NETLINK_CAP_ACK, &one,
	    sizeof(one));
	(void)mnl_socket_setsockopt(nl->sock, NETLINK_EXT_ACK, &one,
	    sizeof(one));
	return 0;
}

void
netlink_close(struct netlink *nl)
{
	if (nl->sock != NULL)
		(void)mnl_socket_close(nl->sock);
	nl->sock = NULL;
}

static struct nlmsghdr *
put_header(struct netlink *nl, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(nl->buf + nl->len);

	h->nlmsg_type = type;
	h->nlmsg_flags = NLM_F_REQUEST | flags;
	h->nlmsg_seq = nl->seq;
	return h;
}

struct nlmsghdr *
netlink_begin(struct netlink *nl, uint16_t type, uint16_t flags)
{
	nl->len = 0;
	nl->seq++;
	return put_header(nl, type, flags);
}

struct nlmsghdr *
netlink_more(struct netlink *nl, struct nlmsghdr *before, uint16_t type,
    uint16_t flags)
{
	nl->len += MNL_ALIGN(before->nlmsg_len);
	return put_header(nl, type, flags);
}

/* Takes the kernel's words out of an acknowledgement that has them. */
static void
take_words(struct netlink *nl, const struct nlmsghdr *h)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(h);
	size_t skip = sizeof(*e);
	const struct nlattr *a;

	if ((h->nlmsg_flags & NLM_F_ACK_TLVS) == 0)
		return;
	if ((h->nlmsg_flags & NLM_F_CAPPED) == 0 && e->error != 0)
		skip += e->msg.nlmsg_len - sizeof(e->msg);
	mnl_attr_for_each(a, h, (unsigned int)skip) {
		if (mnl_attr_get_type(a) == NLMSGERR_ATTR_MSG &&
		    mnl_attr_validate(a, MNL_TYPE_NUL_STRING) == 0)
			snprintf(nl->why, sizeof(nl->why), "%s",
			    mnl_attr_get_str(a));
	}
}

/* An acknowledgement among what was received: 0 or an errno; -1: none. */
static int
find_answer(struct netlink *nl, const void *buf, int len)
{
	const struct nlmsghdr *h = buf;
	const struct nlmsgerr *e;

	for (; mnl_nlmsg_ok(h, len); h = mnl_nlmsg_next(h, &len)) {
		if (h->nlmsg_type != NLMSG_ERROR || h->nlmsg_seq != nl->seq ||
		    h->nlmsg_len < MNL_NLMSG_HDRLEN + sizeof(*e))
			continue;
		e = mnl_nlmsg_get_payload(h);
		take_words(nl, h);
		return -e->error;
	}
	return -1;
}

int
netlink_ask(struct netlink *nl, struct nlmsghdr *last)
{
	_Alignas(8) uint8_t answer[NETLINK_BUF];
	ssize_t n;
	int error;

	nl->len += last->nlmsg_len;
	nl->why[0] = '\0';
	if (mnl_socket_sendto(nl->sock, nl->buf, nl->len) == -1)
		return errno;
	for (;;) {
		n = mnl_socket_recvfrom(nl->sock, answer, sizeof(answer));
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return errno == EAGAIN ? ETIMEDOUT : errno;
		error = find_answer(nl, answer, (int)n);
		if (error != -1)
			return error;
	}
}
