/* Messages between pptpd-aaa.so, inside pppd, and the process pptpd-aaa. */
/* SPDX-License-Identifier: ISC */
#include "protocol/aaa_msg.h"

#include <string.h>

#include "base/wire.h"

#define HEADER_LEN	4
#define MTU_MAX		65535

/* The length, or 0 with the reader gone bad if it is more than max. */
static uint16_t
get_len(struct wire_reader *r, size_t max)
{
	uint16_t len = wire_get_u16(r);

	if (len <= max)
		return len;
	r->bad = true;
	return 0;
}

static bool
get_text(struct wire_reader *r, struct aaa_text *t)
{
	t->len = get_len(r, AAA_NAME_MAX);
	wire_get_bytes(r, t->text, t->len);
	t->text[t->len] = '\0';
	return strlen(t->text) == t->len;
}

static void
put_text(struct wire_writer *w, const struct aaa_text *t)
{
	wire_put_u16(w, t->len);
	if (t->len <= AAA_NAME_MAX)
		wire_put_bytes(w, t->text, t->len);
}

static void
get_octets(struct wire_reader *r, struct aaa_octets *o)
{
	o->len = get_len(r, AAA_SECRET_MAX);
	wire_get_bytes(r, o->octets, o->len);
}

static void
put_octets(struct wire_writer *w, const struct aaa_octets *o)
{
	wire_put_u16(w, o->len);
	if (o->len <= AAA_SECRET_MAX)
		wire_put_bytes(w, o->octets, o->len);
}

const uint8_t *
aaa_class_next(const struct aaa_class *c, size_t *at, size_t *len)
{
	size_t start = *at + 1;

	if (*at >= c->len || c->octets[*at] == 0 ||
	    c->octets[*at] > c->len - start)
		return NULL;
	*len = c->octets[*at];
	*at = start + *len;
	return c->octets + start;
}

bool
aaa_class_add(struct aaa_class *c, const void *value, size_t len)
{
	if (len == 0 || len > AAA_NAME_MAX ||
	    c->len + 1 + len > sizeof(c->octets))
		return false;
	c->octets[c->len] = (uint8_t)len;
	memcpy(c->octets + c->len + 1, value, len);
	c->len = (uint16_t)(c->len + 1 + len);
	return true;
}

static bool
get_class(struct wire_reader *r, struct aaa_class *c)
{
	size_t at = 0, len;

	c->len = get_len(r, AAA_CLASS_MAX);
	wire_get_bytes(r, c->octets, c->len);
	while (aaa_class_next(c, &at, &len) != NULL) {
		if (len > AAA_NAME_MAX)
			return false;
	}
	return at == c->len;
}

static void
put_class(struct wire_writer *w, const struct aaa_class *c)
{
	wire_put_u16(w, c->len);
	if (c->len <= AAA_CLASS_MAX)
		wire_put_bytes(w, c->octets, c->len);
}

static bool
is_hex(const char *text)
{
	return text[0] != '\0' &&
	    text[strspn(text, "0123456789ABCDEFabcdef")] == '\0';
}

static bool
get_call(struct wire_reader *r, struct aaa_call *c)
{
	uint16_t len = get_len(r, AAA_ID_MAX);

	wire_get_bytes(r, c->id, len);
	c->id[len] = '\0';
	c->client = wire_get_addr(r);
	c->server = wire_get_addr(r);
	c->unit = wire_get_u32(r);
	return get_text(r, &c->name) && strlen(c->id) == len && is_hex(c->id);
}

static void
put_call(struct wire_writer *w, const struct aaa_call *c)
{
	size_t len = strnlen(c->id, AAA_ID_MAX);

	wire_put_u16(w, (uint16_t)len);
	wire_put_bytes(w, c->id, len);
	wire_put_addr(w, c->client);
	wire_put_addr(w, c->server);
	wire_put_u32(w, c->unit);
	put_text(w, &c->name);
}

static bool
is_method(unsigned int v)
{
	return v >= AAA_PAP && v < AAA_METHODS;
}

static bool
get_login(struct wire_reader *r, struct aaa_login *l)
{
	bool fine = get_call(r, &l->call);
	uint8_t method = wire_get_u8(r);

	l->method = (enum aaa_method)method;
	l->chap_id = wire_get_u8(r);
	get_octets(r, &l->challenge);
	get_octets(r, &l->response);
	fine = get_text(r, &l->our_name) && fine;
	return fine && is_method(method);
}

static void
put_login(struct wire_writer *w, const struct aaa_login *l)
{
	put_call(w, &l->call);
	wire_put_u8(w, (uint8_t)l->method);
	wire_put_u8(w, l->chap_id);
	put_octets(w, &l->challenge);
	put_octets(w, &l->response);
	put_text(w, &l->our_name);
}

static void
get_limits(struct wire_reader *r, struct rate_limits *l)
{
	l->rate_down = wire_get_u64(r);
	l->rate_up = wire_get_u64(r);
	l->burst_down = wire_get_u64(r);
	l->burst_up = wire_get_u64(r);
	l->peak_down = wire_get_u64(r);
	l->peak_up = wire_get_u64(r);
}

static void
put_limits(struct wire_writer *w, const struct rate_limits *l)
{
	wire_put_u64(w, l->rate_down);
	wire_put_u64(w, l->rate_up);
	wire_put_u64(w, l->burst_down);
	wire_put_u64(w, l->burst_up);
	wire_put_u64(w, l->peak_down);
	wire_put_u64(w, l->peak_up);
}

static void
get_quota(struct wire_reader *r, struct aaa_quota *q)
{
	q->in = wire_get_u64(r);
	q->out = wire_get_u64(r);
	q->total = wire_get_u64(r);
}

static void
put_quota(struct wire_writer *w, const struct aaa_quota *q)
{
	wire_put_u64(w, q->in);
	wire_put_u64(w, q->out);
	wire_put_u64(w, q->total);
}

/* Whether all bits of a network below its prefix are 0. */
static bool
ends_in_zeros(const uint8_t *net, size_t len, unsigned int bits)
{
	for (size_t i = bits; i < len * 8; i++) {
		if ((net[i / 8] >> (7 - i % 8) & 1) != 0)
			return false;
	}
	return bits <= len * 8;
}

bool
aaa_route_fits(const struct aaa_route *route)
{
	uint8_t net[sizeof(route->net)];

	memcpy(net, &route->net, sizeof(net));
	return route->bits >= AAA_ROUTE_BITS &&
	    ends_in_zeros(net, sizeof(net), route->bits) && net[0] != 0 &&
	    net[0] != 127 && net[0] < 224 && route->metric <= INT32_MAX;
}

/* Global unicast is 2000::/3, and unique local addresses are fc00::/7. */
bool
aaa_prefix_fits(const struct aaa_prefix *p)
{
	return p->bits >= AAA_PREFIX_BITS &&
	    ends_in_zeros(p->net, sizeof(p->net), p->bits) &&
	    ((p->net[0] & 0xe0) == 0x20 || (p->net[0] & 0xfe) == 0xfc);
}

static bool
get_routes(struct wire_reader *r, struct aaa_reply *a)
{
	bool fine = true;

	a->nroutes = wire_get_u8(r);
	if (a->nroutes > AAA_ROUTES_MAX)
		return false;
	for (size_t i = 0; i < a->nroutes; i++) {
		a->routes[i].net = wire_get_addr(r);
		a->routes[i].bits = wire_get_u8(r);
		a->routes[i].metric = wire_get_u32(r);
		fine = aaa_route_fits(&a->routes[i]) && fine;
	}
	return fine;
}

static void
put_routes(struct wire_writer *w, const struct aaa_reply *a)
{
	wire_put_u8(w, a->nroutes);
	for (size_t i = 0; i < a->nroutes && i < AAA_ROUTES_MAX; i++) {
		wire_put_addr(w, a->routes[i].net);
		wire_put_u8(w, a->routes[i].bits);
		wire_put_u32(w, a->routes[i].metric);
	}
}

static bool
get_ipv6(struct wire_reader *r, struct aaa_reply *a)
{
	uint8_t has = wire_get_u8(r);
	bool fine = has <= 1;

	a->has_ifid = has == 1;
	wire_get_bytes(r, a->ifid, sizeof(a->ifid));
	a->nprefixes = wire_get_u8(r);
	if (a->nprefixes > AAA_PREFIXES_MAX)
		return false;
	for (size_t i = 0; i < a->nprefixes; i++) {
		wire_get_bytes(r, a->prefixes[i].net, AAA_IP6_LEN);
		a->prefixes[i].bits = wire_get_u8(r);
		fine = aaa_prefix_fits(&a->prefixes[i]) && fine;
	}
	return fine;
}

static void
put_ipv6(struct wire_writer *w, const struct aaa_reply *a)
{
	wire_put_u8(w, a->has_ifid ? 1 : 0);
	wire_put_bytes(w, a->ifid, sizeof(a->ifid));
	wire_put_u8(w, a->nprefixes);
	for (size_t i = 0; i < a->nprefixes && i < AAA_PREFIXES_MAX; i++) {
		wire_put_bytes(w, a->prefixes[i].net, AAA_IP6_LEN);
		wire_put_u8(w, a->prefixes[i].bits);
	}
}

/* For scripts: printable ASCII. */
static bool
is_plain(const struct aaa_text *t)
{
	for (size_t i = 0; i < t->len; i++) {
		if (t->text[i] < ' ' || t->text[i] > '~')
			return false;
	}
	return true;
}

static bool
get_reply(struct wire_reader *r, struct aaa_reply *a)
{
	uint8_t verdict = wire_get_u8(r), keys;
	bool fine = get_text(r, &a->message);

	a->verdict = (enum aaa_verdict)verdict;
	a->address = wire_get_addr(r);
	a->session_timeout = wire_get_u32(r);
	a->idle_timeout = wire_get_u32(r);
	a->interim = wire_get_u32(r);
	a->mtu = wire_get_u32(r);
	a->dns[0] = wire_get_addr(r);
	a->dns[1] = wire_get_addr(r);
	a->wins[0] = wire_get_addr(r);
	a->wins[1] = wire_get_addr(r);
	a->mppe_policy = wire_get_u32(r);
	a->mppe_types = wire_get_u32(r);
	keys = wire_get_u8(r);
	a->has_keys = keys == 1;
	wire_get_bytes(r, a->send_key, sizeof(a->send_key));
	wire_get_bytes(r, a->recv_key, sizeof(a->recv_key));
	fine = get_class(r, &a->class) && fine;
	fine = get_text(r, &a->filter_id) && fine;
	fine = get_text(r, &a->framed_route) && fine;
	fine = get_text(r, &a->pool) && fine;
	fine = is_plain(&a->filter_id) && is_plain(&a->framed_route) &&
	    is_plain(&a->pool) && fine;
	get_limits(r, &a->limits);
	get_quota(r, &a->quota);
	fine = get_routes(r, a) && get_ipv6(r, a) && fine;
	return fine && rate_limits_sane(&a->limits) && verdict >= AAA_ACCEPT && verdict < AAA_VERDICTS &&
	    keys <= 1 && a->mppe_policy <= 2 && a->mppe_types <= 6 &&
	    a->mtu <= MTU_MAX && a->session_timeout <= INT32_MAX &&
	    a->idle_timeout <= INT32_MAX && a->interim <= INT32_MAX;
}

static void
put_reply(struct wire_writer *w, const struct aaa_reply *a)
{
	wire_put_u8(w, (uint8_t)a->verdict);
	put_text(w, &a->message);
	wire_put_addr(w, a->address);
	wire_put_u32(w, a->session_timeout);
	wire_put_u32(w, a->idle_timeout);
	wire_put_u32(w, a->interim);
	wire_put_u32(w, a->mtu);
	wire_put_addr(w, a->dns[0]);
	wire_put_addr(w, a->dns[1]);
	wire_put_addr(w, a->wins[0]);
	wire_put_addr(w, a->wins[1]);
	wire_put_u32(w, a->mppe_policy);
	wire_put_u32(w, a->mppe_types);
	wire_put_u8(w, a->has_keys ? 1 : 0);
	wire_put_bytes(w, a->send_key, sizeof(a->send_key));
	wire_put_bytes(w, a->recv_key, sizeof(a->recv_key));
	put_class(w, &a->class);
	put_text(w, &a->filter_id);
	put_text(w, &a->framed_route);
	put_text(w, &a->pool);
	put_limits(w, &a->limits);
	put_quota(w, &a->quota);
	put_routes(w, a);
	put_ipv6(w, a);
}

/* Whether a field of fixed size holds a name, and zeros to its end. */
static bool
is_ifname(const char *s)
{
	size_t len = strnlen(s, AAA_IFNAME_LEN);

	for (size_t i = 0; i < AAA_IFNAME_LEN; i++) {
		if (i < len ? s[i] <= ' ' || s[i] > '~' : s[i] != '\0')
			return false;
	}
	return len < AAA_IFNAME_LEN;
}

static bool
get_acct(struct wire_reader *r, struct aaa_acct *a)
{
	bool fine = get_call(r, &a->call);
	uint8_t status = wire_get_u8(r), method = wire_get_u8(r);

	a->status = (enum aaa_status)status;
	a->method = (enum aaa_method)method;
	a->address = wire_get_addr(r);
	wire_get_bytes(r, a->ifname, sizeof(a->ifname));
	a->seconds = wire_get_u32(r);
	a->octets_in = wire_get_u64(r);
	a->octets_out = wire_get_u64(r);
	a->packets_in = wire_get_u32(r);
	a->packets_out = wire_get_u32(r);
	a->cause = wire_get_u32(r);
	return get_class(r, &a->class) && fine && is_method(method) &&
	    status >= AAA_START && status <= AAA_INTERIM &&
	    is_ifname(a->ifname) && a->cause <= AAA_CAUSE_MAX &&
	    (a->cause == 0 || status == AAA_STOP);
}

static void
put_acct(struct wire_writer *w, const struct aaa_acct *a)
{
	put_call(w, &a->call);
	wire_put_u8(w, (uint8_t)a->status);
	wire_put_u8(w, (uint8_t)a->method);
	wire_put_addr(w, a->address);
	wire_put_bytes(w, a->ifname, sizeof(a->ifname));
	wire_put_u32(w, a->seconds);
	wire_put_u64(w, a->octets_in);
	wire_put_u64(w, a->octets_out);
	wire_put_u32(w, a->packets_in);
	wire_put_u32(w, a->packets_out);
	wire_put_u32(w, a->cause);
	put_class(w, &a->class);
}

static bool
get_order(struct wire_reader *r, struct aaa_order *o)
{
	uint8_t end;
	bool fine;

	o->number = wire_get_u32(r);
	end = wire_get_u8(r);
	o->end = end == 1;
	o->changes = wire_get_u32(r);
	o->session_timeout = wire_get_u32(r);
	o->idle_timeout = wire_get_u32(r);
	o->interim = wire_get_u32(r);
	fine = get_class(r, &o->class);
	fine = get_text(r, &o->filter_id) && fine;
	get_limits(r, &o->limits);
	return fine && rate_limits_sane(&o->limits) && end <= 1 && (o->changes & ~(uint32_t)AAA_CHANGES) == 0 &&
	    (o->end ? o->changes == 0 : o->changes != 0) &&
	    (o->session_timeout != 0) ==
	    ((o->changes & AAA_CHANGE_SESSION) != 0) &&
	    o->session_timeout <= INT32_MAX && o->idle_timeout <= INT32_MAX &&
	    o->interim <= INT32_MAX && is_plain(&o->filter_id);
}

static void
put_order(struct wire_writer *w, const struct aaa_order *o)
{
	wire_put_u32(w, o->number);
	wire_put_u8(w, o->end ? 1 : 0);
	wire_put_u32(w, o->changes);
	wire_put_u32(w, o->session_timeout);
	wire_put_u32(w, o->idle_timeout);
	wire_put_u32(w, o->interim);
	put_class(w, &o->class);
	put_text(w, &o->filter_id);
	put_limits(w, &o->limits);
}

static bool
get_done(struct wire_reader *r, struct aaa_done *d)
{
	uint8_t fine;

	d->number = wire_get_u32(r);
	fine = wire_get_u8(r);
	d->fine = fine == 1;
	return fine <= 1;
}

/* A whole number that JSON and Prometheus can say. */
static uint64_t
get_count(struct wire_reader *r)
{
	uint64_t n = wire_get_u64(r);

	if (n > AAA_COUNT_MAX)
		r->bad = true;
	return n;
}

static bool
is_address(const char *text)
{
	return text[0] != '\0' &&
	    text[strspn(text, "0123456789abcdefABCDEF:.")] == '\0';
}

static bool
get_server(struct wire_reader *r, struct aaa_server *s)
{
	uint16_t len = get_len(r, AAA_ADDRESS_LEN - 1);
	uint8_t alive;

	wire_get_bytes(r, s->address, len);
	s->address[len] = '\0';
	alive = wire_get_u8(r);
	s->alive = alive == 1;
	s->under_way = wire_get_u32(r);
	for (size_t i = 0; i < AAA_SERVER_COUNTS; i++)
		s->count[i] = get_count(r);
	for (size_t i = 0; i < AAA_TIMES; i++)
		s->times[i] = get_count(r);
	s->sum_us = get_count(r);
	return strlen(s->address) == len && is_address(s->address) &&
	    alive <= 1;
}

static void
put_server(struct wire_writer *w, const struct aaa_server *s)
{
	size_t len = strnlen(s->address, AAA_ADDRESS_LEN - 1);

	wire_put_u16(w, (uint16_t)len);
	wire_put_bytes(w, s->address, len);
	wire_put_u8(w, s->alive ? 1 : 0);
	wire_put_u32(w, s->under_way);
	for (size_t i = 0; i < AAA_SERVER_COUNTS; i++)
		wire_put_u64(w, s->count[i]);
	for (size_t i = 0; i < AAA_TIMES; i++)
		wire_put_u64(w, s->times[i]);
	wire_put_u64(w, s->sum_us);
}

static bool
get_state(struct wire_reader *r, struct aaa_state *s)
{
	uint8_t kind = wire_get_u8(r);

	s->kind = (enum aaa_kind)kind;
	s->waiting = wire_get_u32(r);
	s->stored = wire_get_u32(r);
	s->workers = wire_get_u32(r);
	s->busy = wire_get_u32(r);
	for (size_t i = 0; i < AAA_COUNTS; i++)
		s->count[i] = get_count(r);
	s->nservers = wire_get_u8(r);
	s->at = wire_get_u8(r);
	return kind >= AAA_KIND_RADIUS && kind < AAA_KINDS &&
	    s->stored <= s->waiting && s->busy <= s->workers &&
	    s->nservers <= AAA_SERVERS_MAX && s->at < AAA_SERVERS_MAX &&
	    (s->at >= s->nservers || get_server(r, &s->server));
}

static void
put_state(struct wire_writer *w, const struct aaa_state *s)
{
	wire_put_u8(w, (uint8_t)s->kind);
	wire_put_u32(w, s->waiting);
	wire_put_u32(w, s->stored);
	wire_put_u32(w, s->workers);
	wire_put_u32(w, s->busy);
	for (size_t i = 0; i < AAA_COUNTS; i++)
		wire_put_u64(w, s->count[i]);
	wire_put_u8(w, s->nservers);
	wire_put_u8(w, s->at);
	if (s->at < s->nservers)
		put_server(w, &s->server);
}

static bool
get_body(struct wire_reader *r, struct aaa_msg *m)
{
	switch (m->type) {
	case AAA_LOGIN:
		return get_login(r, &m->u.login);
	case AAA_REPLY:
		return get_reply(r, &m->u.reply);
	case AAA_ACCT:
		return get_acct(r, &m->u.acct);
	case AAA_TAKEN:
		return true;
	case AAA_ORDER:
		return get_order(r, &m->u.order);
	case AAA_DONE:
		return get_done(r, &m->u.done);
	case AAA_LOOK:
		m->u.look = wire_get_u8(r);
		return m->u.look < AAA_SERVERS_MAX;
	case AAA_STATE:
		return get_state(r, &m->u.state);
	case AAA_TYPES:
		break;
	}
	return false;
}

bool
aaa_msg_decode(const void *buf, size_t len, struct aaa_msg *m)
{
	struct wire_reader r;
	uint8_t version, type;
	uint16_t said;

	wire_reader_init(&r, buf, len);
	version = wire_get_u8(&r);
	type = wire_get_u8(&r);
	said = wire_get_u16(&r);
	if (r.bad || version != AAA_MSG_VERSION || said != len ||
	    len > AAA_MSG_MAX)
		return false;
	memset(m, 0, sizeof(*m));
	m->type = (enum aaa_msg_type)type;
	return get_body(&r, m) && !r.bad && r.left == 0;
}

static void
put_body(struct wire_writer *w, const struct aaa_msg *m)
{
	switch (m->type) {
	case AAA_LOGIN:
		put_login(w, &m->u.login);
		break;
	case AAA_REPLY:
		put_reply(w, &m->u.reply);
		break;
	case AAA_ACCT:
		put_acct(w, &m->u.acct);
		break;
	case AAA_TAKEN:
		break;
	case AAA_ORDER:
		put_order(w, &m->u.order);
		break;
	case AAA_DONE:
		wire_put_u32(w, m->u.done.number);
		wire_put_u8(w, m->u.done.fine ? 1 : 0);
		break;
	case AAA_LOOK:
		wire_put_u8(w, m->u.look);
		break;
	case AAA_STATE:
		put_state(w, &m->u.state);
		break;
	case AAA_TYPES:
		w->bad = true;
		break;
	}
}

size_t
aaa_msg_encode(const struct aaa_msg *m, void *buf)
{
	struct wire_writer w;
	struct aaa_msg check;
	uint8_t *octets = buf;
	bool fine;

	wire_writer_init(&w, buf, AAA_MSG_MAX);
	wire_put_u8(&w, AAA_MSG_VERSION);
	wire_put_u8(&w, (uint8_t)m->type);
	wire_put_u16(&w, 0);		/* the length, below */
	put_body(&w, m);
	octets[2] = (uint8_t)(w.len >> 8);
	octets[3] = (uint8_t)w.len;
	/* Do not send what our own reader would refuse. */
	fine = !w.bad && aaa_msg_decode(buf, w.len, &check);
	explicit_bzero(&check, sizeof(check));
	return fine ? w.len : 0;
}

bool
aaa_text_set(struct aaa_text *t, const void *text, size_t len)
{
	memset(t, 0, sizeof(*t));
	if (len > AAA_NAME_MAX || memchr(text, '\0', len) != NULL)
		return false;
	memcpy(t->text, text, len);
	t->len = (uint16_t)len;
	return true;
}

bool
aaa_octets_set(struct aaa_octets *o, const void *octets, size_t len)
{
	memset(o, 0, sizeof(*o));
	if (len > sizeof(o->octets))
		return false;
	memcpy(o->octets, octets, len);
	o->len = (uint16_t)len;
	return true;
}
