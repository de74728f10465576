/* pptpdctl doctor: checks of addresses, routes and packet sizes. */
/* SPDX-License-Identifier: ISC */
#include "ctl/doctor_network.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "ctl/doctor_find.h"

#define IPV4		"/proc/sys/net/ipv4/"
#define TUNNEL		44	/* IP 20, GRE 16, PPP 4, MPPE 4 */
#define PPP_MTU		1500	/* pppd's, if none is given */
#define SAID_MAX	8	/* conflicts of one kind that are named */

/* --- forwarding, filters ------------------------------------------------- */

void
doctor_forwarding(struct doctor *d)
{
	if (doctor_number(d, IPV4 "ip_forward") == 0)
		doctor_find(d, DOCTOR_WARNING, "sysctl -w net.ipv4.ip_forward=1;"
		    " echo net.ipv4.ip_forward=1 >/etc/sysctl.d/90-pptpd.conf",
		    "IPv4 forwarding is off: clients reach this machine and "
		    "nothing behind it");
	else
		doctor_find(d, DOCTOR_OK, NULL, "IPv4 forwarding is on");
}

/* Interfaces with a default route, in /proc/net/route. */
struct defaults {
	char	 name[IF_NAMESIZE];	/* the first */
	uint32_t gateway;		/* its gateway, host order */
	unsigned n;
	bool	 several;		/* on different interfaces */
};

static void
note_route(char *line, void *arg)
{
	struct defaults *r = arg;
	char name[IF_NAMESIZE];
	unsigned net, gateway, flags, mask;

	if (sscanf(line, "%15s %x %x %x %*d %*d %*d %x", name, &net, &gateway,
	    &flags, &mask) != 5 || net != 0 || mask != 0)
		return;
	if (r->n++ == 0) {
		memcpy(r->name, name, sizeof(name));
		r->gateway = ntohl(gateway);	/* octets as they lie there */
	} else if (strcmp(name, r->name) != 0)
		r->several = true;
}

static struct defaults
default_routes(const struct doctor *d)
{
	struct defaults r = { "", 0, 0, false };
	size_t len;
	char *text = doctor_read(d, "/proc/net/route", DOCTOR_FILE, &len);

	if (text != NULL)
		doctor_lines(text, note_route, &r);
	free(text);
	return r;
}

/*
 * The kernel takes the larger value of "all" and the interface's, which for a
 * ppp interface is that of "default".
 */
void
doctor_rp_filter(struct doctor *d)
{
	long all = doctor_number(d, IPV4 "conf/all/rp_filter");
	long of_ppp = doctor_number(d, IPV4 "conf/default/rp_filter");

	if (all == -1 && of_ppp == -1) {
		doctor_find(d, DOCTOR_UNKNOWN, NULL, IPV4 "conf: no rp_filter "
		    "there");
		return;
	}
	if (all == 1 && default_routes(d).several)
		doctor_find(d, DOCTOR_WARNING, "sysctl -w "
		    "net.ipv4.conf.all.rp_filter=2", "rp_filter is strict, and "
		    "there are default routes on several interfaces: GRE that "
		    "comes in by the other one is dropped in silence");
	if (d->conf.anti_spoofing) {
		if (!doctor_has_found(d))
			doctor_find(d, DOCTOR_OK, NULL, "anti-spoofing drops "
			    "what clients send with others' addresses");
	} else if (all != 1 && of_ppp != 1 && (all == 2 || of_ppp != 2))
		doctor_find(d, DOCTOR_NOTE, "\"anti-spoofing on\" in "
		    "pptpd.conf, and pptpdctl reload", "rp_filter is not strict on ppp interfaces: unless a "
		    "firewall rule forbids it, clients can send with "
		    "anybody's address");
	else if (!doctor_has_found(d))
		doctor_find(d, DOCTOR_OK, NULL, "rp_filter is on");
}

/* --- pools --------------------------------------------------------------- */

static uint32_t
nth(const struct iprange_list *l, size_t i)
{
	uint32_t addr = 0;

	return iprange_number(l->addr[i], &addr) ? ntohl(addr) : 0;
}

/* A LAN of ours with room for hosts; ppp interfaces are calls. */
static bool
is_lan(const struct doctor_iface *f)
{
	return f->addr != 0 && (f->flags & (IFF_LOOPBACK | IFF_POINTOPOINT)) ==
	    0 && f->mask != 0xffffffff && f->mask != 0;
}

static const struct doctor_iface *
lan_of(const struct doctor *d, uint32_t addr)
{
	for (size_t i = 0; i < d->nifaces; i++) {
		const struct doctor_iface *f = &d->ifaces[i];

		if (is_lan(f) && (addr & f->mask) == (f->addr & f->mask))
			return f;
	}
	return NULL;
}

static const struct doctor_iface *
owner_of(const struct doctor *d, uint32_t addr)
{
	for (size_t i = 0; i < d->nifaces; i++) {
		if (d->ifaces[i].addr != 0 && d->ifaces[i].addr == addr)
			return &d->ifaces[i];
	}
	return NULL;
}

static const char *
text_of(uint32_t addr, char buf[ADDR_TEXT])
{
	addr_text(htonl(addr), buf);
	return buf;
}

#define OTHER_POOL "write another range behind remoteip in pptpd.conf, then " \
	"pptpdctl reload"
#define OTHER_RANGE "write another range behind its name in pptpd.conf, then " \
	"pptpdctl reload"

/* One of the lists that clients get addresses from. */
struct range {
	const struct iprange_list *list;
	char	 name[POOL_NAME_MAX + sizeof("pool ")];	/* or remoteip */
	const char *fix;
};

/* List i: remoteip, if it counts, and then the pools; false: no more. */
static bool
range_at(const struct doctor *d, size_t i, struct range *r)
{
	const struct conf_pool *pool;

	if (!d->conf.delegate && i-- == 0) {
		*r = (struct range){ &d->conf.remote, "remoteip", OTHER_POOL };
		return true;
	}
	if (i >= d->conf.pools.n)
		return false;
	pool = &d->conf.pools.pool[i];
	*r = (struct range){ &pool->addrs, "", OTHER_RANGE };
	snprintf(r->name, sizeof(r->name), "pool %s", pool->name);
	return true;
}

/* One address that a client may get.  Returns true if something is wrong with it. */
static bool
check_remote(struct doctor *d, const struct range *of, uint32_t addr,
    const struct defaults *r)
{
	const struct doctor_iface *own = owner_of(d, addr);
	const struct doctor_iface *lan = lan_of(d, addr);
	char text[ADDR_TEXT];

	text_of(addr, text);
	if (own != NULL)
		doctor_find(d, DOCTOR_ERROR, of->fix, "%s has %s, "
		    "which is this machine's own, on %s: the client that gets "
		    "it reaches nobody", of->name, text, own->name);
	else if (r->n > 0 && addr == r->gateway && addr != 0)
		doctor_find(d, DOCTOR_ERROR, of->fix, "%s has %s, "
		    "which is the gateway of this machine's default route: "
		    "the client that gets it cuts the server off", of->name,
		    text);
	else if (addr_set_has(&d->local, htonl(addr)))
		doctor_find(d, DOCTOR_ERROR, of->fix, "%s is in localip and "
		    "in %s: both ends of a tunnel cannot have it", text,
		    of->name);
	else if (lan != NULL && ((addr & ~lan->mask) == 0 ||
	    (addr & ~lan->mask) == ~lan->mask))
		doctor_find(d, DOCTOR_WARNING, of->fix, "%s has %s, "
		    "which is the network or broadcast address of %s",
		    of->name, text, lan->name);
	else
		return false;
	return true;
}

struct neighbours {
	struct doctor *d;
	const struct range *of;
	unsigned n;
};

static bool
has(const struct range *r, uint32_t from, uint32_t to)
{
	for (size_t i = 0; i < r->list->n; i++) {
		uint32_t addr = nth(r->list, i);

		if (addr >= from && addr <= to)
			return true;
	}
	return false;
}

/*
 * A host in the LAN that has an address of the pool; lines of /proc/net/arp.
 * A complete entry is one that the host itself has answered for.
 */
static void
check_neighbour(char *line, void *arg)
{
	struct neighbours *n = arg;
	char addr[32], mac[32], dev[IF_NAMESIZE];
	unsigned flags;
	uint32_t number;

	if (sscanf(line, "%31s %*s %x %31s %*s %15s", addr, &flags, mac,
	    dev) != 4 || flags != 2 || !iprange_number(addr, &number) ||
	    !has(n->of, ntohl(number), ntohl(number)) || n->n >= SAID_MAX)
		return;
	n->n++;
	doctor_find(n->d, DOCTOR_WARNING, n->of->fix, "%s has %s, and a "
	    "host on %s answers for it (%s): take it out of the range, or out "
	    "of the DHCP server's", n->of->name, addr, dev, mac);
}

/* --- ranges of DHCP servers on this machine */

struct dhcp {
	struct doctor *d;
	const struct range *of;
	const char *path;
};

/* "dhcp-range=[tag:x,]A,B..." of dnsmasq, "range A B;" of ISC's dhcpd. */
static void
check_dhcp(char *line, void *arg)
{
	const struct dhcp *f = arg;
	char *next, *word, from_text[ADDR_TEXT], to_text[ADDR_TEXT];
	uint32_t addr, range[2];
	int n = 0;

	line += strspn(line, " \t");
	if (strncmp(line, "dhcp-range", 10) != 0 &&
	    strncmp(line, "range", 5) != 0)
		return;
	for (word = strtok_r(line, " \t,;=", &next); word != NULL && n < 2;
	    word = strtok_r(NULL, " \t,;=", &next)) {
		if (strchr(word, '.') != NULL && iprange_number(word, &addr))
			range[n++] = ntohl(addr);
	}
	if (n == 1)
		range[1] = range[0];
	if (n > 0 && has(f->of, range[0], range[1]))
		doctor_find(f->d, DOCTOR_WARNING, f->of->fix, "%s and "
		    "the DHCP range %s to %s of %s overlap: two hosts get the "
		    "same address", f->of->name, text_of(range[0], from_text),
		    text_of(range[1], to_text), f->path);
}

static void
check_dhcp_servers(struct doctor *d, const struct range *of)
{
	static const char *const files[] = { "/etc/dnsmasq.conf",
	    "/etc/dhcp/dhcpd.conf" };
	size_t len;

	for (int i = 0; i < 2; i++) {
		struct dhcp f = { d, of, files[i] };
		char *text = doctor_read(d, files[i], DOCTOR_FILE, &len);

		if (text != NULL)
			doctor_lines(text, check_dhcp, &f);
		free(text);
	}
}

static void
check_range(struct doctor *d, const struct range *of, const struct defaults *r)
{
	struct neighbours near = { d, of, 0 };
	unsigned wrong = 0;
	char *arp;
	size_t len;

	for (size_t i = 0; i < of->list->n && wrong < SAID_MAX; i++)
		wrong += check_remote(d, of, nth(of->list, i), r);
	arp = doctor_read(d, "/proc/net/arp", DOCTOR_FILE, &len);
	if (arp != NULL)
		doctor_lines(arp, check_neighbour, &near);
	free(arp);
	check_dhcp_servers(d, of);
}

void
doctor_pools(struct doctor *d)
{
	const struct defaults r = default_routes(d);
	struct range range;
	size_t n = 0;

	if (!d->conf_good) {
		doctor_find(d, DOCTOR_UNKNOWN, NULL,
		    "the pools: the configuration has errors");
		return;
	}
	for (size_t i = 0; range_at(d, i, &range); i++) {
		check_range(d, &range, &r);
		n += range.list->n;
	}
	if (doctor_has_found(d))
		return;
	if (n == 0)
		doctor_find(d, DOCTOR_OK, NULL, "pppd chooses the addresses "
		    "(delegate)");
	else
		doctor_find(d, DOCTOR_OK, NULL, "no address of the %zu in "
		    "%s is anybody else's, as far as can be seen", n,
		    d->conf.pools.n == 0 ? "remoteip" : d->conf.delegate ?
		    "the pools" : "remoteip and the pools");
}

/*
 * Clients with addresses of the LAN are found there by ARP only; with other
 * addresses the LAN needs a route, and ARP is in vain.
 */
/* Returns how many addresses are in a LAN. */
static size_t
check_arp(struct doctor *d, const struct range *of, bool arp)
{
	const char *name = "";
	char fix[DOCTOR_TEXT], text[ADDR_TEXT] = "";
	size_t inside = 0;

	for (size_t i = 0; i < of->list->n; i++) {
		const struct doctor_iface *lan = lan_of(d, nth(of->list, i));

		if (lan == NULL)
			continue;
		if (inside++ == 0)
			text_of(nth(of->list, i), text);
		name = lan->name;
	}
	snprintf(fix, sizeof(fix), "echo proxyarp >>%s", d->options);
	if (inside > 0 && !arp)
		doctor_find(d, DOCTOR_WARNING, fix, "%s has addresses of "
		    "the LAN at %s (%s), and proxyarp is not set: hosts there "
		    "cannot answer clients", of->name, name, text);
	if (inside > 0 && inside < of->list->n)
		doctor_find(d, DOCTOR_WARNING, of->fix, "%zu of %zu "
		    "addresses of %s are in the LAN at %s, the others "
		    "are not: those need a route there", inside, of->list->n,
		    of->name, name);
	if (inside == 0 && d->lint.proxyarp)
		doctor_find(d, DOCTOR_NOTE, NULL, "proxyarp is set, and no LAN "
		    "of this machine has the addresses of %s: hosts "
		    "behind it need a route to the clients", of->name);
	return inside;
}

void
doctor_proxy_arp(struct doctor *d)
{
	bool arp = d->lint.proxyarp ||
	    doctor_number(d, IPV4 "conf/all/proxy_arp") == 1;
	struct range range;
	size_t n = 0, inside = 0;

	if (!d->conf_good) {
		doctor_find(d, DOCTOR_UNKNOWN, NULL,
		    "proxy ARP: the configuration has errors");
		return;
	}
	for (; range_at(d, n, &range); n++)
		inside += check_arp(d, &range, arp);
	if (!doctor_has_found(d))
		doctor_find(d, DOCTOR_OK, NULL, n == 0 ? "pppd chooses the "
		    "addresses (delegate)" : inside > 0 ? "hosts in the LAN "
		    "find clients by ARP" : "clients have a network of their "
		    "own");
}

/* --- sizes --------------------------------------------------------------- */

void
doctor_mtu(struct doctor *d)
{
	const struct defaults r = default_routes(d);
	unsigned mtu = d->lint.mtu != 0 ? d->lint.mtu : PPP_MTU, link = 0;
	unsigned mru = d->lint.mru != 0 ? d->lint.mru : PPP_MTU;
	char fix[DOCTOR_TEXT];

	for (size_t i = 0; i < d->nifaces; i++) {
		if (r.n > 0 && strcmp(d->ifaces[i].name, r.name) == 0)
			link = d->ifaces[i].mtu;
	}
	if (link == 0) {
		doctor_find(d, DOCTOR_UNKNOWN, NULL, "the MTU towards clients: "
		    "there is no default route");
		return;
	}
	snprintf(fix, sizeof(fix), "printf '%%s\\n' 'mtu %u' 'mru %u' >>%s",
	    link >= 1500 ? 1400 : link - TUNNEL, link >= 1500 ? 1400 :
	    link - TUNNEL, d->options);
	if (mtu + TUNNEL > link || mru + TUNNEL > link)
		doctor_find(d, DOCTOR_WARNING, fix, "packets in the tunnel may "
		    "have %u octets (mtu) and %u (mru%s), and %s takes %u with "
		    "44 of the tunnel: large ones are sent in fragments, which "
		    "many routers lose", mtu, mru, d->lint.mtu == 0 ||
		    d->lint.mru == 0 ? "; pppd's default is 1500" : "",
		    r.name, link);
	else
		doctor_find(d, DOCTOR_OK, NULL, "packets of %u octets fit into "
		    "the tunnel", mtu);
}
