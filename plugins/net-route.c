/* Networks behind a peer; in pppd.  Knows nothing of pppd. */
/* SPDX-License-Identifier: ISC */
#include "net-route.h"

#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "netlink.h"

static int
add(unsigned char family, unsigned int index, const void *net, size_t len,
    unsigned char bits, uint32_t metric)
{
	struct netlink nl;
	struct nlmsghdr *h;
	struct rtmsg *rt;
	int error = netlink_open(&nl, NETLINK_ROUTE);

	if (error != 0)
		return error;
	h = netlink_begin(&nl, RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE |
	    NLM_F_EXCL);
	rt = mnl_nlmsg_put_extra_header(h, sizeof(*rt));
	rt->rtm_family = family;
	rt->rtm_dst_len = bits;
	rt->rtm_table = RT_TABLE_MAIN;
	rt->rtm_protocol = RTPROT_STATIC;
	rt->rtm_scope = family == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
	rt->rtm_type = RTN_UNICAST;
	mnl_attr_put(h, RTA_DST, len, net);
	mnl_attr_put_u32(h, RTA_OIF, index);
	if (metric != 0)
		mnl_attr_put_u32(h, RTA_PRIORITY, metric);
	error = netlink_ask(&nl, h);
	netlink_close(&nl);
	return error;
}

int
net_route_add(unsigned int index, const struct aaa_route *r)
{
	return add(AF_INET, index, &r->net, sizeof(r->net), r->bits,
	    r->metric);
}

int
net_route_add_prefix(unsigned int index, const struct aaa_prefix *p)
{
	return add(AF_INET6, index, p->net, sizeof(p->net), p->bits, 0);
}
