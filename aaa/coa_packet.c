/* Disconnect and CoA: requests and answers; in pptpd-aaa. */
/* SPDX-License-Identifier: ISC */
#include "coa_packet.h"

#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "rate_limit.h"

#define ERROR_CAUSE	101
#define NAS_IPV6	95
#define INTERIM_MIN	60	/* s (RFC 2869, 2.1) */
#define PORT_VIRTUAL	5	/* NAS-Port-Type */

struct reader {
	const struct radius_conf *conf;
	struct aaa_order *order;
	bool	 keys;			/* it names a session */
	uint8_t	 seen[256 / 8];		/* a bit for each type */
};

bool
coa_is_request(const uint8_t *buf)
{
	return buf[0] == RADIUS_DISCONNECT_REQUEST ||
	    buf[0] == RADIUS_COA_REQUEST;
}

bool
coa_time(const uint8_t *buf, size_t len, uint32_t *unix_time)
{
	struct radius_attr a;
	unsigned n = 0;
	size_t at = 0;

	while (radius_next(buf, len, &at, &a)) {
		if (a.type != RADIUS_EVENT_TIMESTAMP)
			continue;
		if (!radius_get_u32(&a, unix_time))
			return false;
		n++;
	}
	return n == 1;
}

/* --- which call ---------------------------------------------------------- */

static bool
is_text(const struct radius_attr *a, const char *text, size_t len)
{
	return a->len == len && memcmp(a->value, text, len) == 0;
}

static bool
is_number(const struct radius_attr *a, uint32_t value)
{
	uint32_t n;

	return radius_get_u32(a, &n) && n == value;
}

static bool
is_octets(const struct radius_attr *a, const void *octets, size_t len)
{
	return a->len == len && memcmp(a->value, octets, len) == 0;
}

static bool
is_address_text(const struct radius_attr *a, uint32_t addr)
{
	char text[ADDR_TEXT];

	(void)addr_text(addr, text);
	return addr != 0 && is_text(a, text, strlen(text));
}

static bool
is_port(const struct radius_attr *a, uint32_t unit)
{
	char text[sizeof("ppp4294967295")];

	snprintf(text, sizeof(text), "ppp%u", unit);
	return is_text(a, text, strlen(text));
}

static bool
is_key(uint8_t type)
{
	return type == RADIUS_USER_NAME || type == RADIUS_NAS_PORT ||
	    type == RADIUS_FRAMED_IP_ADDRESS ||
	    type == RADIUS_CALLED_STATION_ID ||
	    type == RADIUS_CALLING_STATION_ID ||
	    type == RADIUS_ACCT_SESSION_ID ||
	    type == RADIUS_ACCT_MULTI_SESSION_ID ||
	    type == RADIUS_NAS_PORT_ID;
}

static bool
key_fits(const struct radius_attr *a, const struct aaa_acct *c)
{
	switch (a->type) {
	case RADIUS_USER_NAME:
		return is_text(a, c->call.name.text, c->call.name.len);
	case RADIUS_NAS_PORT:
		return is_number(a, c->call.unit);
	case RADIUS_FRAMED_IP_ADDRESS:
		return c->address != 0 &&
		    is_octets(a, &c->address, sizeof(c->address));
	case RADIUS_CALLED_STATION_ID:
		return is_address_text(a, c->call.server);
	case RADIUS_CALLING_STATION_ID:
		return is_address_text(a, c->call.client);
	case RADIUS_ACCT_SESSION_ID:
		return is_text(a, c->call.id, strlen(c->call.id));
	case RADIUS_ACCT_MULTI_SESSION_ID:
		return false;		/* we send none, so no call has one */
	case RADIUS_NAS_PORT_TYPE:
		return is_number(a, PORT_VIRTUAL);
	case RADIUS_NAS_PORT_ID:
		return is_port(a, c->call.unit);
	default:
		return true;		/* says nothing of the call */
	}
}

bool
coa_fits(const uint8_t *buf, size_t len, const struct aaa_acct *call)
{
	struct radius_attr a;
	size_t at = 0;

	while (radius_next(buf, len, &at, &a)) {
		if (!key_fits(&a, call))
			return false;
	}
	return true;
}

/* --- what it says -------------------------------------------------------- */

/* What says which NAS is meant. */
static bool
is_ours(const struct radius_attr *a, const struct radius_conf *conf)
{
	bool v6 = a->type == NAS_IPV6;

	if (a->type == RADIUS_NAS_IDENTIFIER)
		return is_text(a, conf->nas_identifier,
		    strlen(conf->nas_identifier));
	if (!v6 && conf->nas_ip != 0)
		return is_octets(a, &conf->nas_ip, sizeof(conf->nas_ip));
	for (unsigned i = 0; i < conf->coa.listens; i++) {
		const struct radius_listen *l = &conf->coa.listen[i];

		if (l->v6 == v6 && is_octets(a, l->octets, v6 ? 16 : 4))
			return true;
	}
	return false;
}

static enum coa_error
take_number(const struct radius_attr *a, uint32_t min, uint32_t *value)
{
	return radius_get_u32(a, value) && *value >= min &&
	    *value <= INT32_MAX ? COA_FINE : COA_INVALID_VALUE;
}

static enum coa_error
take_filter(struct aaa_text *filter, const struct radius_attr *a)
{
	for (size_t i = 0; i < a->len; i++) {
		if (a->value[i] < ' ' || a->value[i] > '~')
			return COA_INVALID_VALUE;
	}
	return a->len > 0 && aaa_text_set(filter, a->value, a->len) ?
	    COA_FINE : COA_INVALID_VALUE;
}

static enum coa_error
read_change(struct aaa_order *o, const struct radius_attr *a)
{
	enum coa_error error;

	switch (a->type) {
	case RADIUS_SESSION_TIMEOUT:
		o->changes |= AAA_CHANGE_SESSION;
		return take_number(a, 1, &o->session_timeout);
	case RADIUS_IDLE_TIMEOUT:
		o->changes |= AAA_CHANGE_IDLE;
		return take_number(a, 0, &o->idle_timeout);
	case RADIUS_ACCT_INTERIM_INTERVAL:
		o->changes |= AAA_CHANGE_INTERIM;
		error = take_number(a, 0, &o->interim);
		return o->interim > 0 && o->interim < INTERIM_MIN ?
		    COA_INVALID_VALUE : error;
	case RADIUS_CLASS:
		o->changes |= AAA_CHANGE_CLASS;
		return aaa_class_add(&o->class, a->value, a->len) ? COA_FINE :
		    COA_INVALID_VALUE;
	case RADIUS_VENDOR_SPECIFIC:
		if (!rate_limit_is_one(a))
			return COA_UNSUPPORTED_ATTRIBUTE;
		o->changes |= AAA_CHANGE_LIMITS;
		return COA_FINE;
	case RADIUS_FILTER_ID:
		if (rate_limit_is_one(a))
			o->changes |= AAA_CHANGE_LIMITS;
		o->changes |= AAA_CHANGE_FILTER;
		return take_filter(&o->filter_id, a);
	default:
		return COA_UNSUPPORTED_ATTRIBUTE;
	}
}

static bool
may_repeat(uint8_t type)
{
	return type == RADIUS_VENDOR_SPECIFIC || type == RADIUS_CLASS || type == RADIUS_PROXY_STATE ||
	    type == RADIUS_REPLY_MESSAGE;
}

/* Whether a type that may be there once is there again. */
static bool
is_second(struct reader *r, uint8_t type)
{
	uint8_t bit = (uint8_t)(1U << type % 8);
	bool seen = (r->seen[type / 8] & bit) != 0;

	r->seen[type / 8] |= bit;
	return seen && !may_repeat(type);
}

static enum coa_error
read_attr(struct reader *r, const struct radius_attr *a)
{
	if (is_second(r, a->type))
		return COA_INVALID_REQUEST;
	if (is_key(a->type)) {
		r->keys = true;
		return a->len > 0 ? COA_FINE : COA_INVALID_VALUE;
	}
	switch (a->type) {
	case RADIUS_NAS_IP_ADDRESS:
	case RADIUS_NAS_IDENTIFIER:
	case NAS_IPV6:
		return is_ours(a, r->conf) ? COA_FINE : COA_OTHER_NAS;
	case RADIUS_SERVICE_TYPE:	/* such as Authorize-Only */
		return COA_UNSUPPORTED_SERVICE;
	case RADIUS_EVENT_TIMESTAMP:
	case RADIUS_MESSAGE_AUTHENTICATOR:
	case RADIUS_PROXY_STATE:
	case RADIUS_NAS_PORT_TYPE:
		return COA_FINE;
	case RADIUS_REPLY_MESSAGE:	/* nobody can be told; why it ends */
	case RADIUS_ACCT_TERMINATE_CAUSE:
		return r->order->end ? COA_FINE : COA_UNSUPPORTED_ATTRIBUTE;
	default:
		return r->order->end ? COA_UNSUPPORTED_ATTRIBUTE :
		    read_change(r->order, a);
	}
}

enum coa_error
coa_read(const uint8_t *buf, size_t len, const struct radius_conf *conf,
    struct aaa_order *order)
{
	struct reader r = { .conf = conf, .order = order };
	char fault[RATE_LIMIT_FAULT];
	enum coa_error error, first = COA_FINE;
	struct radius_attr a;
	size_t at = 0;

	memset(order, 0, sizeof(*order));
	order->end = buf[0] == RADIUS_DISCONNECT_REQUEST;
	while (radius_next(buf, len, &at, &a)) {
		error = read_attr(&r, &a);
		if (error == COA_OTHER_NAS)
			return error;	/* so the rest is not for us */
		if (first == COA_FINE)
			first = error;
	}
	if (first != COA_FINE)
		return first;
	if ((order->changes & AAA_CHANGE_LIMITS) &&
	    !rate_limit_read(&order->limits, buf, len, fault))
		return COA_INVALID_VALUE;
	return r.keys && (order->end || order->changes != 0) ? COA_FINE :
	    COA_MISSING_ATTRIBUTE;
}

/* --- answers ------------------------------------------------------------- */

static enum radius_code
answer_code(uint8_t request, bool fine)
{
	if (request == RADIUS_DISCONNECT_REQUEST)
		return fine ? RADIUS_DISCONNECT_ACK : RADIUS_DISCONNECT_NAK;
	return fine ? RADIUS_COA_ACK : RADIUS_COA_NAK;
}

bool
coa_answer(struct radius_out *o, const uint8_t *buf, size_t len,
    enum coa_error error, const struct radius_secret *secret)
{
	struct radius_attr a;
	size_t at = 0;

	radius_begin_answer(o, answer_code(buf[0], error == COA_FINE), buf[1],
	    buf + RADIUS_HEADER - DIGEST_LEN);
	if (error != COA_FINE)
		radius_put_u32(o, ERROR_CAUSE, (uint32_t)error);
	while (radius_next(buf, len, &at, &a)) {
		if (a.type == RADIUS_PROXY_STATE)
			radius_put(o, a.type, a.value, a.len);
	}
	return radius_finish_answer(o, secret);
}

/* --- words --------------------------------------------------------------- */

const char *
coa_error_text(enum coa_error error)
{
	switch (error) {
	case COA_FINE:
		break;
	case COA_UNSUPPORTED_ATTRIBUTE:
		return "an attribute that is not supported";
	case COA_MISSING_ATTRIBUTE:
		return "it names no session, or no change";
	case COA_OTHER_NAS:
		return "it is meant for another NAS";
	case COA_INVALID_REQUEST:
		return "an attribute is there twice";
	case COA_UNSUPPORTED_SERVICE:
		return "a Service-Type, none of which is supported";
	case COA_INVALID_VALUE:
		return "a value that its attribute cannot have";
	case COA_NO_SESSION:
		return "no such session";
	case COA_NO_RESOURCES:
		return "the call's pppd cannot do it, or does not answer";
	}
	return "no error";
}

static void
add_word(char buf[COA_WORDS], const char *name, const uint32_t *value)
{
	size_t len = strlen(buf);

	len += (size_t)snprintf(buf + len, COA_WORDS - len, "%s%s",
	    len > 0 ? ", " : "", name);
	if (value != NULL)
		snprintf(buf + len, COA_WORDS - len, " %u", *value);
}

static void
add_limits(char buf[COA_WORDS], const struct rate_limits *l)
{
	char text[RATE_TEXT], words[RATE_TEXT + sizeof("limits ")];

	rate_limits_text(l, text);
	snprintf(words, sizeof(words), "limits %s", text);
	add_word(buf, words, NULL);
}

const char *
coa_words(const struct aaa_order *o, char buf[COA_WORDS])
{
	buf[0] = '\0';
	if (o->changes & AAA_CHANGE_SESSION)
		add_word(buf, "Session-Timeout", &o->session_timeout);
	if (o->changes & AAA_CHANGE_IDLE)
		add_word(buf, "Idle-Timeout", &o->idle_timeout);
	if (o->changes & AAA_CHANGE_INTERIM)
		add_word(buf, "Acct-Interim-Interval", &o->interim);
	if (o->changes & AAA_CHANGE_CLASS)
		add_word(buf, "Class", NULL);
	if (o->changes & AAA_CHANGE_LIMITS)
		add_limits(buf, &o->limits);
	if (o->changes & AAA_CHANGE_FILTER)
		add_word(buf, "Filter-Id", NULL);
	return buf;
}
