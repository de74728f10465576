/* What a RADIUS server answers, as pppd needs it; in pptpd-aaa. */
/* SPDX-License-Identifier: ISC */
#include "radius_answer.h"

#include <string.h>

#include "radius_net.h"
#include "rate_limit.h"

#define SERVICE_FRAMED		2
#define PROTOCOL_PPP		1
#define INTERIM_MIN		60	/* s (RFC 2869, 2.1) */
#define MTU_MIN			64	/* (RFC 2865, 5.12) */
#define MTU_MAX			65535
#define MPPE_TYPES		6	/* 40 and 128 bits */
#define MS_KEYS_LEN		32	/* RFC 2548, 2.4.1 */
#define MS_NT_KEY_AT		8
#define SUCCESS_LEN		43	/* Ident, "S=", 40 digits */

struct reader {
	struct aaa_reply *reply;
	const struct aaa_login *login;
	const uint8_t	*request;
	const struct radius_secret *secret;
	const char	*fault;
	bool		 send_key, recv_key;
	bool		 said;		/* message is Microsoft's */
	bool		 success;	/* and it is MS-CHAP2-Success */
};

/* The value as a text for the peer, without control octets. */
static void
set_message(struct reader *r, const uint8_t *text, size_t len)
{
	struct aaa_text *message = &r->reply->message;

	memset(message, 0, sizeof(*message));
	for (size_t i = 0; i < len && i < AAA_NAME_MAX; i++)
		message->text[message->len++] = text[i] < ' ' ||
		    text[i] == 0x7f ? '?' : (char)text[i];
}

/* As above for scripts and the log: ASCII only, else it is left out. */
static void
set_text(struct aaa_text *t, const struct radius_attr *a)
{
	for (size_t i = 0; i < a->len; i++) {
		if (a->value[i] < ' ' || a->value[i] > '~')
			return;
	}
	(void)aaa_text_set(t, a->value, a->len);
}

static uint32_t
address(const struct radius_attr *a)
{
	uint32_t addr = 0;

	if (a->len == sizeof(addr))
		memcpy(&addr, a->value, sizeof(addr));
	return addr;
}

/* A number, if it has the right form and is within; else 0. */
static uint32_t
number(const struct radius_attr *a, uint32_t min, uint32_t max)
{
	uint32_t n;

	return radius_get_u32(a, &n) && n >= min && n <= max ? n : 0;
}

/* Longer than the kernel counts is for ever. */
static uint32_t
seconds(const struct radius_attr *a, uint32_t min)
{
	return number(a, min, INT32_MAX);
}

/* --- Microsoft's --------------------------------------------------------- */

static bool
is_success(const struct radius_attr *a)
{
	static const char digits[] = "0123456789ABCDEFabcdef";

	if (a->len != SUCCESS_LEN || a->value[1] != 'S' || a->value[2] != '=')
		return false;
	for (size_t i = 3; i < a->len; i++) {
		if (a->value[i] == '\0' || strchr(digits, a->value[i]) == NULL)
			return false;
	}
	return true;
}

static void
read_key(struct reader *r, const struct radius_attr *a, uint8_t *key, bool *has)
{
	if (r->login->method != AAA_MSCHAP_V2)
		return;
	*has = radius_reveal_key(key, AAA_KEY_LEN, a, r->request, r->secret);
	if (!*has)
		r->fault = "an MPPE key that cannot be decrypted";
}

/* MS-CHAPv1: LAN Manager's key, and what the keys are derived from. */
static void
read_keys(struct reader *r, const struct radius_attr *a)
{
	uint8_t plain[MS_KEYS_LEN];

	if (r->login->method != AAA_MSCHAP)
		return;
	if (a->len != sizeof(plain) || !radius_reveal(plain, a->value, a->len,
	    r->request, r->secret)) {
		r->fault = "MS-CHAP-MPPE-Keys that cannot be decrypted";
		return;
	}
	memcpy(r->reply->send_key, plain + MS_NT_KEY_AT, AAA_KEY_LEN);
	explicit_bzero(plain, sizeof(plain));
	r->send_key = r->recv_key = true;
}

static void
read_microsoft(struct reader *r, const struct radius_attr *a)
{
	struct aaa_reply *reply = r->reply;

	switch ((enum radius_ms_type)a->type) {
	case RADIUS_MS_CHAP_ERROR:
		if (a->len > 1) {
			set_message(r, a->value + 1, a->len - 1);
			r->said = true;
		}
		break;
	case RADIUS_MS_CHAP2_SUCCESS:
		if (r->login->method == AAA_MSCHAP_V2 && is_success(a)) {
			set_message(r, a->value + 1, a->len - 1);
			r->said = r->success = true;
		}
		break;
	case RADIUS_MS_MPPE_ENCRYPTION_POLICY:
		reply->mppe_policy = number(a, 1, 2);
		break;
	case RADIUS_MS_MPPE_ENCRYPTION_TYPES:
		reply->mppe_types = number(a, 0, UINT32_MAX) & MPPE_TYPES;
		break;
	case RADIUS_MS_CHAP_MPPE_KEYS:
		read_keys(r, a);
		break;
	case RADIUS_MS_MPPE_SEND_KEY:
		read_key(r, a, reply->send_key, &r->send_key);
		break;
	case RADIUS_MS_MPPE_RECV_KEY:
		read_key(r, a, reply->recv_key, &r->recv_key);
		break;
	case RADIUS_MS_PRIMARY_DNS:
		reply->dns[0] = address(a);
		break;
	case RADIUS_MS_SECONDARY_DNS:
		reply->dns[1] = address(a);
		break;
	case RADIUS_MS_PRIMARY_NBNS:
		reply->wins[0] = address(a);
		break;
	case RADIUS_MS_SECONDARY_NBNS:
		reply->wins[1] = address(a);
		break;
	case RADIUS_MS_CHAP_RESPONSE:
	case RADIUS_MS_CHAP_CHALLENGE:
	case RADIUS_MS_CHAP2_RESPONSE:
		break;
	}
}

/* --- the others ---------------------------------------------------------- */

static void
read_attr(struct reader *r, const struct radius_attr *a)
{
	struct aaa_reply *reply = r->reply;
	struct radius_attr inner;
	size_t at = 0;

	switch (a->type) {
	case RADIUS_SERVICE_TYPE:
		if (number(a, 0, UINT32_MAX) != SERVICE_FRAMED)
			r->fault = "a Service-Type other than Framed";
		break;
	case RADIUS_FRAMED_PROTOCOL:
		if (number(a, 0, UINT32_MAX) != PROTOCOL_PPP)
			r->fault = "a Framed-Protocol other than PPP";
		break;
	case RADIUS_FRAMED_IP_ADDRESS:
		reply->address = address(a);
		if (reply->address == 0)
			r->fault = "a Framed-IP-Address that is none";
		break;
	case RADIUS_FILTER_ID:
		set_text(&reply->filter_id, a);
		break;
	case RADIUS_FRAMED_POOL:
		set_text(&reply->pool, a);
		break;
	case RADIUS_FRAMED_MTU:
		reply->mtu = number(a, MTU_MIN, MTU_MAX);
		break;
	case RADIUS_REPLY_MESSAGE:
		if (!r->said && reply->message.len == 0)
			set_message(r, a->value, a->len);
		break;
	case RADIUS_FRAMED_ROUTE:
		set_text(&reply->framed_route, a);
		break;
	case RADIUS_CLASS:
		if (!aaa_class_add(&reply->class, a->value, a->len))
			r->fault = "more octets of Class than can be kept";
		break;
	case RADIUS_SESSION_TIMEOUT:
		reply->session_timeout = seconds(a, 1);
		break;
	case RADIUS_IDLE_TIMEOUT:
		reply->idle_timeout = seconds(a, 1);
		break;
	case RADIUS_ACCT_INTERIM_INTERVAL:
		reply->interim = seconds(a, 0);
		if (reply->interim != 0 && reply->interim < INTERIM_MIN)
			reply->interim = INTERIM_MIN;
		break;
	case RADIUS_VENDOR_SPECIFIC:
		while (radius_vendor_next(a, RADIUS_MICROSOFT, &at, &inner))
			read_microsoft(r, &inner);
		break;
	default:
		break;
	}
}

static const char *
read_all(struct reader *r, const uint8_t *buf, size_t len)
{
	char limits[RATE_LIMIT_FAULT], net[RADIUS_NET_FAULT];
	struct radius_attr a;
	size_t at = 0;

	while (radius_next(buf, len, &at, &a))
		read_attr(r, &a);
	/* What cannot be read of these refuses nobody; answer_doubt() says it. */
	(void)rate_limit_read(&r->reply->limits, buf, len, limits);
	(void)radius_net_read(r->reply, buf, len, net);
	return r->fault;
}

const char *
answer_read(struct aaa_reply *reply, const uint8_t *buf, size_t len,
    const struct aaa_login *login, const uint8_t request[DIGEST_LEN],
    const struct radius_secret *secret)
{
	struct reader r = { .reply = reply, .login = login, .request = request,
	    .secret = secret };
	struct aaa_text message;
	const char *fault;

	memset(reply, 0, sizeof(*reply));
	fault = read_all(&r, buf, len);
	reply->verdict = AAA_ACCEPT;
	reply->has_keys = r.send_key && r.recv_key;
	if (buf[0] != RADIUS_ACCESS_ACCEPT) {
		message = reply->message;
		explicit_bzero(reply, sizeof(*reply));
		reply->verdict = AAA_REJECT;
		if (r.said || login->method == AAA_PAP ||
		    login->method == AAA_CHAP_MD5)
			reply->message = message;
		return NULL;
	}
	if (fault == NULL && login->method == AAA_MSCHAP_V2 && !r.success)
		fault = "no MS-CHAP2-Success, without which the peer does not "
		    "trust us";
	if (fault == NULL)
		return NULL;
	explicit_bzero(reply, sizeof(*reply));
	reply->verdict = AAA_REJECT;
	return fault;
}

bool
answer_doubt(const uint8_t *buf, size_t len, char text[ANSWER_DOUBT])
{
	struct rate_limits limits;
	struct aaa_reply reply;

	_Static_assert(ANSWER_DOUBT >= RATE_LIMIT_FAULT &&
	    ANSWER_DOUBT >= RADIUS_NET_FAULT, "no room for a doubt");
	return buf[0] == RADIUS_ACCESS_ACCEPT &&
	    (!rate_limit_read(&limits, buf, len, text) ||
	    !radius_net_read(&reply, buf, len, text));
}
