/*
 * pptpd-net.so: a pppd plugin that sets up a call's interface by netlink, as
 * pptpd's configuration, an options file or pptpd-aaa.so says: how fast it may
 * be, and which networks are behind the peer.  It takes numbers from them and
 * never a text of a peer or a server.  What cannot be set is logged, and the
 * call goes on without it.
 */
/* SPDX-License-Identifier: ISC */
#include "pppd-compat.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>

#include "net-rate.h"
#include "net-route.h"
#include "net-set.h"
#include "pptpd-net.h"

#define RETRY_S	3
#define AGAIN_S	60

PLUGIN_VERSION_STAMP();

PLUGIN_EXPORT pptpd_net_limit_fn pptpd_net_limit;
PLUGIN_EXPORT pptpd_net_reach_fn pptpd_net_reach;

static struct rate_limits limits;	/* wanted */
static struct net_rate in_force;
static unsigned int up;			/* index of the interface, once IP is
					   up; else 0 */
static struct aaa_route routes[AAA_ROUTES_MAX];
static size_t	nroutes;
static struct aaa_prefix prefixes[AAA_PREFIXES_MAX];
static size_t	nprefixes;

static char	table[NET_SET_TABLE];	/* "": none */
static unsigned int member;		/* index of the interface that is in
					   its set; 0: none */

static int	set_rate(char **);
static int	set_table(char **);

static option_t options[] = {
	{ PLUGIN_TEXT("pptpd-rate-limit"), o_special, (void *)set_rate,
	    PLUGIN_TEXT("Rates to and from the peer, such as 10M/2M"),
	    OPT_PRIV, NULL, 0, 0, NULL, 0, 0 },
	{ PLUGIN_TEXT("pptpd-net-table"), o_special, (void *)set_table,
	    PLUGIN_TEXT("The server's table in nftables"),
	    OPT_PRIV, NULL, 0, 0, NULL, 0, 0 },
	{ NULL, o_wild, NULL, NULL, 0, NULL, 0, 0, NULL, 0, 0 }
};

static int
set_rate(char **argv)
{
	struct rate_limits l;

	if (!rate_limits_read(&l, argv[0])) {
		plugin_warn("pptpd-net.so: pptpd-rate-limit: \"%s\" is not "
		    "DOWN/UP in bit/s, from 8k to 32G, or \"none\"", argv[0]);
		return 0;
	}
	(void)pptpd_net_limit(&l);
	return 1;
}

static int
set_table(char **argv)
{
	size_t len = strlen(argv[0]);

	if (len > 0 && len < sizeof(table) && strspn(argv[0],
	    "abcdefghijklmnopqrstuvwxyz0123456789_") == len) {
		memcpy(table, argv[0], len + 1);
		return 1;
	}
	plugin_warn("pptpd-net.so: \"%s\" is not the name of a table",
	    argv[0]);
	return 0;
}

/* --- rates --------------------------------------------------------------- */

static bool
is_any(const struct rate_limits *l)
{
	return l->rate_down != 0 || l->rate_up != 0;
}

static int
apply_limits(void)
{
	char why[NET_RATE_WHY], text[RATE_TEXT];

	if (in_force.index != up)
		memset(&in_force, 0, sizeof(in_force));
	if (!is_any(&limits) && in_force.index == 0)
		return 1;
	rate_limits_text(&limits, text);
	if (!net_rate_set(&in_force, up, &limits, why)) {
		plugin_warn("pptpd-net.so: %s: the limits %s are not in force: "
		    "%s", ppp_ifname(), text, why);
		return 0;
	}
	plugin_notice("pptpd-net.so: %s: limits %s bit/s", ppp_ifname(), text);
	return 1;
}

int
pptpd_net_limit(const struct rate_limits *l)
{
	limits = *l;
	return up != 0 ? apply_limits() : 1;
}

/* --- networks behind the peer -------------------------------------------- */

void
pptpd_net_reach(const struct aaa_reply *r)
{
	nroutes = r->nroutes;
	nprefixes = r->nprefixes;
	memcpy(routes, r->routes, sizeof(routes));
	memcpy(prefixes, r->prefixes, sizeof(prefixes));
}

static void
report(int family, const void *net, unsigned int bits, int error)
{
	char text[INET6_ADDRSTRLEN];

	if (inet_ntop(family, net, text, sizeof(text)) == NULL)
		return;
	if (error == 0)
		plugin_notice("pptpd-net.so: %s: route to %s/%d", ppp_ifname(),
		    text, (int)bits);
	else if (error == EEXIST)
		plugin_warn("pptpd-net.so: %s: there is a route to %s/%d "
		    "already, which stays", ppp_ifname(), text, (int)bits);
	else
		plugin_warn("pptpd-net.so: %s: no route to %s/%d: %s",
		    ppp_ifname(), text, (int)bits, strerror(error));
}

static void
add_routes(void)
{
	for (size_t i = 0; i < nroutes; i++)
		report(AF_INET, &routes[i].net, routes[i].bits,
		    net_route_add(up, &routes[i]));
}

static void
add_prefixes(unsigned int index)
{
	for (size_t i = 0; i < nprefixes; i++)
		report(AF_INET6, prefixes[i].net, prefixes[i].bits,
		    net_route_add_prefix(index, &prefixes[i]));
}

/* --- the server's table --------------------------------------------------- */

/*
 * The table may come later than this call, or be flushed with all others and
 * made again: so the interface is put there again and again.  arg is not NULL
 * but for the first time.
 */
static void
join(void *arg)
{
	static bool told;
	bool late = arg != NULL;
	unsigned int index = if_nametoindex(ppp_ifname());
	int error = index != 0 ? net_set_add(table, index) : errno;

	if (error == 0)
		member = index;
	else if (late && member == 0 && !told) {
		told = 1;
		plugin_warn("pptpd-net.so: %s: mss-clamp and anti-spoofing do "
		    "not count for this call: table inet %s: %s",
		    ppp_ifname(), table, strerror(error));
	}
	ppp_timeout(join, table, error == 0 ? AGAIN_S :
	    RETRY_S, 0);
}

/* Before IP comes up: no packet goes by unseen. */
static void
on_phase(void *ctx, int arg)
{
	(void)ctx;
	if (arg != PHASE_NETWORK || table[0] == '\0')
		return;
	ppp_untimeout(join, NULL);
	ppp_untimeout(join, table);
	join(NULL);
}

static void
on_exit_status(void *ctx, int arg)
{
	(void)ctx;
	(void)arg;
	if (member != 0)
		(void)net_set_remove(table, member);
	member = 0;
}

/* --- pppd's events ------------------------------------------------------- */

static void
on_ip_up(void *ctx, int arg)
{
	(void)ctx;
	(void)arg;
	up = if_nametoindex(ppp_ifname());
	if (up == 0) {
		plugin_warn("pptpd-net.so: %s: %m", ppp_ifname());
		return;
	}
	(void)apply_limits();
	add_routes();
}

/* The kernel takes routes away when the interface goes down. */
static void
on_ip_down(void *ctx, int arg)
{
	(void)ctx;
	(void)arg;
	up = 0;
}

static void
on_ipv6_up(void *ctx, int arg)
{
	unsigned int index = if_nametoindex(ppp_ifname());

	(void)ctx;
	(void)arg;
	if (index != 0)
		add_prefixes(index);
}

PLUGIN_EXPORT void
plugin_init(void)
{
	if (!plugin_is_new())
		return;
	ppp_add_options(options);
	ppp_add_notify(NF_PHASE_CHANGE, on_phase, NULL);
	ppp_add_notify(NF_EXIT, on_exit_status, NULL);
	ppp_add_notify(NF_IP_UP, on_ip_up, NULL);
	ppp_add_notify(NF_IP_DOWN, on_ip_down, NULL);
	ppp_add_notify(NF_IPV6_UP, on_ipv6_up, NULL);
}
