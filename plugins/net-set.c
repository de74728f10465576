/* The set of interfaces of calls; in pppd.  Knows nothing of pppd. */
/* SPDX-License-Identifier: ISC */
#include "net-set.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include "netlink.h"

static void
put_family(struct nlmsghdr *h, uint8_t family, uint16_t id)
{
	struct nfgenmsg *nf = mnl_nlmsg_put_extra_header(h, sizeof(*nf));

	nf->nfgen_family = family;
	nf->version = NFNETLINK_V0;
	nf->res_id = htons(id);
}

/*
 * A change of a set stands between two messages that make a transaction of it.
 * Its kind of element is nft's iface_index: four octets of the machine's own
 * order.
 */
static int
change(const char *table, unsigned int index, uint16_t type, uint16_t flags)
{
	struct netlink nl;
	struct nlattr *list, *element, *key;
	struct nlmsghdr *h;
	int error = netlink_open(&nl, NETLINK_NETFILTER);

	if (error != 0)
		return error;
	h = netlink_begin(&nl, NFNL_MSG_BATCH_BEGIN, 0);
	put_family(h, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
	h = netlink_more(&nl, h, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type),
	    NLM_F_ACK | flags);
	put_family(h, NFPROTO_INET, 0);
	mnl_attr_put_strz(h, NFTA_SET_ELEM_LIST_TABLE, table);
	mnl_attr_put_strz(h, NFTA_SET_ELEM_LIST_SET, "calls");
	list = mnl_attr_nest_start(h, NFTA_SET_ELEM_LIST_ELEMENTS);
	element = mnl_attr_nest_start(h, NFTA_LIST_ELEM);
	key = mnl_attr_nest_start(h, NFTA_SET_ELEM_KEY);
	mnl_attr_put_u32(h, NFTA_DATA_VALUE, index);
	mnl_attr_nest_end(h, key);
	mnl_attr_nest_end(h, element);
	mnl_attr_nest_end(h, list);
	h = netlink_more(&nl, h, NFNL_MSG_BATCH_END, 0);
	put_family(h, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
	error = netlink_ask(&nl, h);
	netlink_close(&nl);
	return error;
}

int
net_set_add(const char *table, unsigned int index)
{
	return change(table, index, NFT_MSG_NEWSETELEM, NLM_F_CREATE);
}

int
net_set_remove(const char *table, unsigned int index)
{
	return change(table, index, NFT_MSG_DELSETELEM, 0);
}
