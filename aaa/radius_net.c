/* What a server says of a call's networks and its octets; in pptpd-aaa. */
/* SPDX-License-Identifier: ISC */
#include "radius_net.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIKROTIK	14988
#define CHILLISPOT	14559

/* Numbers that dictionaries give to these two without asking IANA. */
#define SESSION_OCTETS_LIMIT 227
#define OCTETS_DIRECTION 228

#define OCTETS_OF_PREFIX(bits) (((bits) + 7U) / 8)

enum direction { Q_IN, Q_OUT, Q_TOTAL, DIRECTIONS };

struct reader {
	struct aaa_reply *reply;
	uint32_t low[DIRECTIONS], high[DIRECTIONS];
	uint32_t session, direction;	/* pppd's own: 0 all, 1 in, 2 out,
					   3 the larger */
	char	*fault;			/* "": none */
};

static void
complain(struct reader *r, const char *name, const char *text)
{
	if (r->fault[0] == '\0')
		snprintf(r->fault, RADIUS_NET_FAULT, "%s \"%s\"", name, text);
}

/* --- routes -------------------------------------------------------------- */

/* RFC 2865, 5.22: without a prefix it follows from the first octet. */
static unsigned long
class_bits(uint32_t net)
{
	uint32_t first = ntohl(net) >> 24;

	return first < 128 ? 8 : first < 192 ? 16 : 24;
}

/* Digits only; false: none, or more than max. */
static bool
get_number(const char **s, unsigned long max, unsigned long *n)
{
	char *end;

	if (**s < '0' || **s > '9')
		return false;
	*n = strtoul(*s, &end, 10);
	*s = end;
	return *n <= max;
}

/* An address of 15 characters at most, which ends at one of these. */
static bool
get_address(const char **s, const char *ends, uint32_t *addr)
{
	size_t len = strcspn(*s, ends);
	char text[INET_ADDRSTRLEN];

	if (len == 0 || len >= sizeof(text))
		return false;
	memcpy(text, *s, len);
	text[len] = '\0';
	*s += len;
	return inet_pton(AF_INET, text, addr) == 1;
}

bool
radius_net_route(struct aaa_route *route, const char *s)
{
	unsigned long bits, metric = 0;
	uint32_t gateway;

	memset(route, 0, sizeof(*route));
	s += strspn(s, " ");
	if (!get_address(&s, "/ ", &route->net))
		return false;
	bits = class_bits(route->net);
	if (*s == '/') {
		s++;
		if (!get_number(&s, 32, &bits))
			return false;
	}
	s += strspn(s, " ");
	if (*s != '\0' && !get_address(&s, " ", &gateway))
		return false;
	s += strspn(s, " ");
	/* Of several metrics the first counts. */
	if (*s != '\0' && (!get_number(&s, INT32_MAX, &metric) ||
	    (*s != '\0' && *s != ' ')))
		return false;
	route->bits = (uint8_t)bits;
	route->metric = (uint32_t)metric;
	return aaa_route_fits(route);
}

static void
read_route(struct reader *r, const struct radius_attr *a)
{
	struct aaa_reply *reply = r->reply;
	char text[RADIUS_VALUE_MAX + 1];

	for (size_t i = 0; i < a->len; i++)
		text[i] = a->value[i] < ' ' || a->value[i] > '~' ? '?' :
		    (char)a->value[i];
	text[a->len] = '\0';
	if (reply->nroutes == AAA_ROUTES_MAX)
		complain(r, "one Framed-Route too many,", text);
	else if (radius_net_route(&reply->routes[reply->nroutes], text))
		reply->nroutes++;
	else
		complain(r, "Framed-Route", text);
}

/* --- IPv6 ---------------------------------------------------------------- */

/* RFC 3162, 2.3: a reserved octet, the length, and octets of the prefix. */
static void
read_prefix(struct reader *r, const struct radius_attr *a, const char *name)
{
	struct aaa_reply *reply = r->reply;
	struct aaa_prefix p = { .bits = 0 };
	char text[INET6_ADDRSTRLEN] = "";

	if (a->len >= 2 && a->len <= 2 + sizeof(p.net)) {
		p.bits = a->value[1];
		memcpy(p.net, a->value + 2, a->len - 2);
		(void)inet_ntop(AF_INET6, p.net, text, sizeof(text));
	}
	if (reply->nprefixes < AAA_PREFIXES_MAX && p.bits <= 128 &&
	    a->len >= 2 + OCTETS_OF_PREFIX(p.bits) && aaa_prefix_fits(&p))
		reply->prefixes[reply->nprefixes++] = p;
	else
		complain(r, name, text);
}

static void
read_ifid(struct reader *r, const struct radius_attr *a)
{
	static const uint8_t none[AAA_IFID_LEN];

	if (a->len != AAA_IFID_LEN || memcmp(a->value, none, a->len) == 0) {
		complain(r, "Framed-Interface-Id", "");
		return;
	}
	memcpy(r->reply->ifid, a->value, a->len);
	r->reply->has_ifid = true;
}

/* --- octets -------------------------------------------------------------- */

static const struct {
	uint32_t vendor;
	enum direction direction;
	uint8_t	 type;
	bool	 high;			/* so many times 4 GiB */
} limits[] = {
	{ MIKROTIK, Q_IN, 1, false },	/* Recv-Limit, by the router */
	{ MIKROTIK, Q_OUT, 2, false },
	{ MIKROTIK, Q_IN, 14, true },
	{ MIKROTIK, Q_OUT, 15, true },
	{ MIKROTIK, Q_TOTAL, 17, false },
	{ MIKROTIK, Q_TOTAL, 18, true },
	{ CHILLISPOT, Q_IN, 1, false },	/* Max-Input-Octets */
	{ CHILLISPOT, Q_OUT, 2, false },
	{ CHILLISPOT, Q_TOTAL, 3, false },
	{ CHILLISPOT, Q_IN, 21, true },
	{ CHILLISPOT, Q_OUT, 22, true },
	{ CHILLISPOT, Q_TOTAL, 23, true }
};

static void
read_vendor(struct reader *r, const struct radius_attr *vsa)
{
	struct radius_attr a;
	uint32_t n;
	size_t at;

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		at = 0;
		while (radius_vendor_next(vsa, limits[i].vendor, &at, &a)) {
			if (a.type != limits[i].type || !radius_get_u32(&a, &n))
				continue;
			if (limits[i].high)
				r->high[limits[i].direction] = n;
			else
				r->low[limits[i].direction] = n;
		}
	}
}

static uint64_t
octets(const struct reader *r, enum direction d)
{
	return (uint64_t)r->high[d] << 32 | r->low[d];
}

static void
smaller(uint64_t *limit, uint64_t other)
{
	if (other != 0 && (*limit == 0 || other < *limit))
		*limit = other;
}

static void
set_quota(const struct reader *r)
{
	struct aaa_quota *q = &r->reply->quota;

	q->in = octets(r, Q_IN);
	q->out = octets(r, Q_OUT);
	q->total = octets(r, Q_TOTAL);
	switch (r->direction) {
	case 0:
		smaller(&q->total, r->session);
		break;
	case 1:
		smaller(&q->in, r->session);
		break;
	case 2:
		smaller(&q->out, r->session);
		break;
	default:
		smaller(&q->in, r->session);
		smaller(&q->out, r->session);
		break;
	}
}

bool
radius_net_read(struct aaa_reply *reply, const uint8_t *packet, size_t len,
    char fault[RADIUS_NET_FAULT])
{
	struct reader r = { .reply = reply, .fault = fault };
	struct radius_attr a;
	size_t at = 0;

	fault[0] = '\0';
	reply->nroutes = reply->nprefixes = 0;
	reply->has_ifid = false;
	while (radius_next(packet, len, &at, &a)) {
		if (a.type == RADIUS_FRAMED_ROUTE)
			read_route(&r, &a);
		else if (a.type == RADIUS_FRAMED_IPV6_PREFIX)
			read_prefix(&r, &a, "Framed-IPv6-Prefix");
		else if (a.type == RADIUS_DELEGATED_IPV6_PREFIX)
			read_prefix(&r, &a, "Delegated-IPv6-Prefix");
		else if (a.type == RADIUS_FRAMED_INTERFACE_ID)
			read_ifid(&r, &a);
		else if (a.type == SESSION_OCTETS_LIMIT)
			(void)radius_get_u32(&a, &r.session);
		else if (a.type == OCTETS_DIRECTION)
			(void)radius_get_u32(&a, &r.direction);
		else if (a.type == RADIUS_VENDOR_SPECIFIC)
			read_vendor(&r, &a);
	}
	set_quota(&r);
	return fault[0] == '\0';
}
