/* Asking the kernel by netlink, one request at a time, with libmnl. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_NETLINK_H
#define PPTPD_NETLINK_H

#include <stddef.h>
#include <stdint.h>

struct mnl_socket;
struct nlmsghdr;

#define NETLINK_BUF	8192	/* octets of the requests together */

struct netlink {
	struct mnl_socket *sock;	/* NULL: not open */
	uint32_t seq;
	char	 why[128];		/* the kernel's words, "" if it has
					   none (extended acknowledgement) */
	size_t	 len;			/* of the requests in buf */
	_Alignas(8) uint8_t buf[NETLINK_BUF];
};

/* Opens a socket of this protocol (NETLINK_ROUTE ...): 0, or an errno. */
int	netlink_open(struct netlink *, int protocol);
/* Also for one that is not open. */
void	netlink_close(struct netlink *);
/*
 * Begins the first request, or one more behind the others; the caller adds its
 * header and attributes.  It is acknowledged if flags has NLM_F_ACK.
 */
struct nlmsghdr *netlink_begin(struct netlink *, uint16_t type,
	    uint16_t flags);
struct nlmsghdr *netlink_more(struct netlink *, struct nlmsghdr *,
	    uint16_t type, uint16_t flags);
/*
 * Sends what was begun, of which exactly one request wants an acknowledgement,
 * the last one excepted; waits a second for it at most.  0, or an errno, for
 * which `why` may say more.
 */
int	netlink_ask(struct netlink *, struct nlmsghdr *last);

#endif
