/* Limits of the rate of one interface; in pppd.  Knows nothing of pppd. */
/* SPDX-License-Identifier: ISC */
#include "net-rate.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_ether.h>
#include <linux/netlink.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "netlink.h"

#define TBF_HANDLE	TC_H_MAKE(1 << 16, 0)
#define TBF_CLASS	TC_H_MAKE(1 << 16, 1)
#define QUEUES_HANDLE	TC_H_MAKE(2 << 16, 0)
#define INGRESS		TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS)

/* The kernel counts times of queues in units of 64 ns (PSCHED_SHIFT). */
#define TICK_NS		64
#define NS_PER_S	UINT64_C(1000000000)

/* Bursts where nobody has said one: so many ms at the rate, and never less
 * than some packets. */
#define DOWN_MS		25
#define DOWN_MIN	6000	/* octets */
#define UP_MS		100
#define UP_MIN		16000
#define PEAK_MS		10	/* at once, of a burst with a peak */
#define PEAK_MIN	6000
#define QUEUE_MS	200	/* of tbf's own queue */
#define QUEUE_MIN	16000

#define TABLE_LEN	256	/* entries, which the kernel wants to see */
#define CELL_LOG	8	/* of octets of an entry: up to 64 KiB */

#define FLOWS		64	/* queues of fq_codel, in place of 1,024 */
#define PACKETS		1000	/* in all of them */
#define PACKET		1514	/* octets */
#define TARGET_US	5000

static uint64_t
octets_in(uint64_t rate, uint64_t ms)
{
	return rate / 8 * ms / 1000;
}

static uint32_t
at_least(uint64_t octets, uint32_t min)
{
	if (octets < min)
		return min;
	return octets < RATE_BURST_MAX ? (uint32_t)octets : RATE_BURST_MAX;
}

static uint32_t
burst_of(uint64_t burst, uint64_t rate, uint64_t ms, uint32_t min)
{
	return at_least(burst != 0 ? burst : octets_in(rate, ms), min);
}

/* Octets at a rate of bit/s as the kernel's time; cut to 32 bits. */
static uint32_t
ticks(uint64_t octets, uint64_t rate)
{
	uint64_t t = octets * 8 * (NS_PER_S / TICK_NS) / rate;

	return t < UINT32_MAX ? (uint32_t)t : UINT32_MAX;
}

static void
set_spec(struct tc_ratespec *r, uint64_t rate)
{
	r->rate = (uint32_t)(rate / 8);
	r->linklayer = TC_LINKLAYER_ETHERNET;
	r->cell_log = CELL_LOG;
}

static struct nlmsghdr *
begin(struct netlink *nl, uint16_t type, uint16_t flags, unsigned int index,
    uint32_t parent, uint32_t handle, uint32_t info)
{
	struct nlmsghdr *h = netlink_begin(nl, type, NLM_F_ACK | flags);
	struct tcmsg *tc = mnl_nlmsg_put_extra_header(h, sizeof(*tc));

	tc->tcm_ifindex = (int)index;
	tc->tcm_parent = parent;
	tc->tcm_handle = handle;
	tc->tcm_info = info;
	return h;
}

/* --- to the peer --------------------------------------------------------- */

static int
set_tbf(struct netlink *nl, unsigned int index, const struct rate_limits *l)
{
	uint32_t burst = burst_of(l->burst_down, l->rate_down, DOWN_MS,
	    DOWN_MIN);
	uint32_t peak = at_least(octets_in(l->peak_down, PEAK_MS), PEAK_MIN);
	struct nlmsghdr *h = begin(nl, RTM_NEWQDISC, NLM_F_CREATE |
	    NLM_F_REPLACE, index, TC_H_ROOT, TBF_HANDLE, 0);
	struct tc_tbf_qopt q;
	struct nlattr *nest;

	memset(&q, 0, sizeof(q));
	set_spec(&q.rate, l->rate_down);
	q.buffer = ticks(burst, l->rate_down);
	q.limit = burst + at_least(octets_in(l->rate_down, QUEUE_MS),
	    QUEUE_MIN);
	if (l->peak_down != 0) {
		set_spec(&q.peakrate, l->peak_down);
		q.mtu = ticks(peak, l->peak_down);
	}
	mnl_attr_put_strz(h, TCA_KIND, "tbf");
	nest = mnl_attr_nest_start(h, TCA_OPTIONS);
	mnl_attr_put(h, TCA_TBF_PARMS, sizeof(q), &q);
	mnl_attr_put_u32(h, TCA_TBF_BURST, burst);
	if (l->peak_down != 0)
		mnl_attr_put_u32(h, TCA_TBF_PBURST, peak);
	mnl_attr_nest_end(h, nest);
	return netlink_ask(nl, h);
}

/*
 * Within the rate, each of the peer's connections has a queue of its own, so
 * that a download does not hold up all others.  A kernel without fq_codel
 * leaves tbf's own queue there.
 */
static void
set_queues(struct netlink *nl, struct net_rate *r, const struct rate_limits *l)
{
	uint64_t two_packets = UINT64_C(2) * PACKET * 8 * 1000000 /
	    l->rate_down;
	struct nlmsghdr *h = begin(nl, RTM_NEWQDISC, NLM_F_CREATE |
	    NLM_F_REPLACE, r->index, TBF_CLASS, QUEUES_HANDLE, 0);
	struct nlattr *nest;

	mnl_attr_put_strz(h, TCA_KIND, "fq_codel");
	nest = mnl_attr_nest_start(h, TCA_OPTIONS);
	mnl_attr_put_u32(h, TCA_FQ_CODEL_TARGET, two_packets > TARGET_US ?
	    (uint32_t)two_packets : TARGET_US);
	mnl_attr_put_u32(h, TCA_FQ_CODEL_LIMIT, PACKETS);
	if (!r->queues)		/* cannot be changed later */
		mnl_attr_put_u32(h, TCA_FQ_CODEL_FLOWS, FLOWS);
	mnl_attr_nest_end(h, nest);
	if (netlink_ask(nl, h) == 0)
		r->queues = true;
}

static int
set_down(struct netlink *nl, struct net_rate *r, const struct rate_limits *l)
{
	int error;

	if (l->rate_down == 0) {
		if (!r->down)
			return 0;
		r->down = r->queues = false;
		return netlink_ask(nl, begin(nl, RTM_DELQDISC, 0, r->index,
		    TC_H_ROOT, TBF_HANDLE, 0));
	}
	error = set_tbf(nl, r->index, l);
	if (error == 0) {
		r->down = true;
		set_queues(nl, r, l);
	}
	return error;
}

/* --- from the peer ------------------------------------------------------- */

static uint32_t
filter_info(unsigned int priority)
{
	return TC_H_MAKE(priority << 16, htons(ETH_P_ALL));
}

/* Kernels since 3.8 compute these themselves, but want to be given them. */
static void
put_table(struct nlmsghdr *h, uint16_t type, uint64_t rate)
{
	uint32_t table[TABLE_LEN];

	for (uint32_t i = 0; i < TABLE_LEN; i++)
		table[i] = ticks((uint64_t)(i + 1) << CELL_LOG, rate);
	mnl_attr_put(h, type, sizeof(table), table);
}

static void
put_police(struct nlmsghdr *h, const struct rate_limits *l)
{
	struct tc_police p;
	struct nlattr *nest;

	memset(&p, 0, sizeof(p));
	p.action = TC_ACT_SHOT;		/* for what is too much */
	p.burst = ticks(burst_of(l->burst_up, l->rate_up, UP_MS, UP_MIN),
	    l->rate_up);
	p.mtu = 1 << 16;
	set_spec(&p.rate, l->rate_up);
	if (l->peak_up != 0) {
		set_spec(&p.peakrate, l->peak_up);
		p.mtu = at_least(octets_in(l->peak_up, PEAK_MS), PEAK_MIN);
	}
	mnl_attr_put_strz(h, TCA_ACT_KIND, "police");
	nest = mnl_attr_nest_start(h, TCA_ACT_OPTIONS);
	mnl_attr_put(h, TCA_POLICE_TBF, sizeof(p), &p);
	put_table(h, TCA_POLICE_RATE, l->rate_up);
	if (l->peak_up != 0)
		put_table(h, TCA_POLICE_PEAKRATE, l->peak_up);
	/* The rest goes on to whatever other filters the administrator has. */
	mnl_attr_put_u32(h, TCA_POLICE_RESULT, (uint32_t)TC_ACT_UNSPEC);
	mnl_attr_nest_end(h, nest);
}

static int
add_filter(struct netlink *nl, const struct net_rate *r, unsigned int priority,
    const struct rate_limits *l)
{
	struct nlmsghdr *h = begin(nl, RTM_NEWTFILTER, NLM_F_CREATE |
	    NLM_F_EXCL, r->index, INGRESS, 0, filter_info(priority));
	struct nlattr *options, *actions, *action;

	mnl_attr_put_strz(h, TCA_KIND, "matchall");
	options = mnl_attr_nest_start(h, TCA_OPTIONS);
	actions = mnl_attr_nest_start(h, TCA_MATCHALL_ACT);
	action = mnl_attr_nest_start(h, 1);	/* the first and only one */
	put_police(h, l);
	mnl_attr_nest_end(h, action);
	mnl_attr_nest_end(h, actions);
	mnl_attr_nest_end(h, options);
	return netlink_ask(nl, h);
}

static int
delete_filter(struct netlink *nl, const struct net_rate *r,
    unsigned int priority)
{
	return netlink_ask(nl, begin(nl, RTM_DELTFILTER, 0, r->index, INGRESS,
	    0, filter_info(priority)));
}

static int
add_clsact(struct netlink *nl, struct net_rate *r)
{
	struct nlmsghdr *h = begin(nl, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL,
	    r->index, TC_H_CLSACT, TC_H_MAKE(TC_H_CLSACT, 0), 0);
	int error;

	mnl_attr_put_strz(h, TCA_KIND, "clsact");
	error = netlink_ask(nl, h);
	if (error == EEXIST)		/* an administrator's */
		error = 0;
	r->clsact = error == 0;
	return error;
}

/* A filter cannot be changed: another one comes before it goes. */
static int
set_up(struct netlink *nl, struct net_rate *r, const struct rate_limits *l,
    bool *no_clsact)
{
	unsigned int before = r->up, priority = before == 1 ? 2 : 1;
	int error = 0;

	*no_clsact = false;
	if (l->rate_up != 0) {
		if (!r->clsact)
			error = add_clsact(nl, r);
		*no_clsact = error != 0;
		if (error == 0)
			error = add_filter(nl, r, priority, l);
		if (error == 0)
			r->up = priority;
	}
	if (error == 0 && before != 0) {
		error = delete_filter(nl, r, before);
		if (l->rate_up == 0)
			r->up = 0;
	}
	return error;
}

/* --- both ---------------------------------------------------------------- */

/* ENOENT: a kind of queue, filter or action is not there. */
static void
explain(const struct netlink *nl, int error, const char *lacks,
    const char *direction, char *why, size_t size)
{
	size_t used = strlen(why);

	snprintf(why + used, size - used, "%s%s%s%s: %s%s%s%s",
	    used > 0 ? "; " : "", error == ENOENT ? "the kernel lacks " : "",
	    error == ENOENT ? lacks : direction, error == ENOENT ? "" :
	    " cannot be limited", strerror(error),
	    nl->why[0] != '\0' ? " (" : "", nl->why,
	    nl->why[0] != '\0' ? ")" : "");
}

bool
net_rate_set(struct net_rate *r, unsigned int index,
    const struct rate_limits *l, char why[NET_RATE_WHY])
{
	struct netlink nl;
	bool no_clsact;
	int error;

	why[0] = '\0';
	r->index = index;
	error = netlink_open(&nl, NETLINK_ROUTE);
	if (error != 0) {
		explain(&nl, error, "NETLINK_ROUTE", "the call", why,
		    NET_RATE_WHY);
		return false;
	}
	error = set_down(&nl, r, l);
	if (error != 0)
		explain(&nl, error, "sch_tbf", "what is sent to the peer", why,
		    NET_RATE_WHY);
	error = set_up(&nl, r, l, &no_clsact);
	if (error != 0)
		explain(&nl, error, no_clsact ? "sch_ingress" :
		    "cls_matchall or act_police", "what the peer sends", why,
		    NET_RATE_WHY);
	netlink_close(&nl);
	return why[0] == '\0';
}
