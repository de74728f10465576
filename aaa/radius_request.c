/* What pppd asks for, as a RADIUS request; in pptpd-aaa. */
/* SPDX-License-Identifier: ISC */
#include "radius_request.h"

#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/log.h"

#define SERVICE_FRAMED		2
#define PROTOCOL_PPP		1
#define PORT_VIRTUAL		5
#define AUTHENTIC_RADIUS	1
#define STATUS_ON		7	/* Acct-Status-Type */
#define STATUS_OFF		8
#define TUNNEL_PPTP		1	/* RFC 2868; its tag is 0 */
#define TUNNEL_IPV4		1

#define MD5_RESPONSE		16
#define MS_RESPONSE		49	/* as pppd has it, flags last */
#define MS_FLAGS_AT		48
#define MS_CHALLENGE		8
#define MS2_CHALLENGE		16

const char *
request_user(const struct aaa_call *call, char buf[REQUEST_USER])
{
	return log_escape(buf, REQUEST_USER, call->name.text, call->name.len);
}

static void
put_addr(struct radius_out *o, uint8_t type, uint32_t addr)
{
	radius_put(o, type, &addr, sizeof(addr));
}

static void
put_addr_text(struct radius_out *o, uint8_t type, uint32_t addr)
{
	char text[ADDR_TEXT];

	if (addr != 0)
		radius_put_text(o, type, addr_text(addr, text));
}

/* A text with a tag in front (RFC 2868, 3.3); 0 is no tag, and left out. */
static void
put_tunnel(struct radius_out *o, const struct aaa_call *call)
{
	radius_put_u32(o, RADIUS_TUNNEL_TYPE, TUNNEL_PPTP);
	radius_put_u32(o, RADIUS_TUNNEL_MEDIUM_TYPE, TUNNEL_IPV4);
	put_addr_text(o, RADIUS_TUNNEL_CLIENT_ENDPOINT, call->client);
	put_addr_text(o, RADIUS_TUNNEL_SERVER_ENDPOINT, call->server);
}

static void
put_nas(struct radius_out *o, const struct radius_conf *conf)
{
	if (conf->nas_ip != 0)
		put_addr(o, RADIUS_NAS_IP_ADDRESS, conf->nas_ip);
	radius_put_text(o, RADIUS_NAS_IDENTIFIER, conf->nas_identifier);
}

static void
put_call(struct radius_out *o, const struct aaa_call *call,
    const struct radius_conf *conf)
{
	char port[sizeof("ppp4294967295")];

	radius_put(o, RADIUS_USER_NAME, call->name.text, call->name.len);
	radius_put_u32(o, RADIUS_SERVICE_TYPE, SERVICE_FRAMED);
	radius_put_u32(o, RADIUS_FRAMED_PROTOCOL, PROTOCOL_PPP);
	put_nas(o, conf);
	radius_put_u32(o, RADIUS_NAS_PORT, call->unit);
	radius_put_u32(o, RADIUS_NAS_PORT_TYPE, PORT_VIRTUAL);
	snprintf(port, sizeof(port), "ppp%u", call->unit);
	radius_put_text(o, RADIUS_NAS_PORT_ID, port);
	put_addr_text(o, RADIUS_CALLING_STATION_ID, call->client);
	put_addr_text(o, RADIUS_CALLED_STATION_ID, call->server);
	radius_put_text(o, RADIUS_ACCT_SESSION_ID, call->id);
	put_tunnel(o, call);
	for (unsigned i = 0; i < conf->sends; i++)
		radius_send_put(o, &conf->send[i]);
}

/* --- logins -------------------------------------------------------------- */

const char *
request_login_fault(const struct aaa_login *l)
{
	size_t challenge = l->challenge.len, response = l->response.len;

	if (l->call.name.len == 0)
		return "no user name";
	switch (l->method) {
	case AAA_PAP:
		if (response == 0)
			return "no password";
		return response > RADIUS_PASSWORD_MAX ?
		    "a password of more than 128 octets" : NULL;
	case AAA_CHAP_MD5:
		return challenge > 0 && challenge <= RADIUS_VALUE_MAX &&
		    response == MD5_RESPONSE ? NULL :
		    "a CHAP challenge or response of a wrong length";
	case AAA_MSCHAP:
		return challenge == MS_CHALLENGE && response == MS_RESPONSE ?
		    NULL : "an MS-CHAP response of a wrong length";
	case AAA_MSCHAP_V2:
		return challenge == MS2_CHALLENGE && response == MS_RESPONSE ?
		    NULL : "an MS-CHAPv2 response of a wrong length";
	case AAA_METHODS:
		break;
	}
	return "an unknown method";
}

static void
put_chap(struct radius_out *o, const struct aaa_login *l)
{
	uint8_t value[1 + MD5_RESPONSE];

	value[0] = l->chap_id;
	memcpy(value + 1, l->response.octets, MD5_RESPONSE);
	radius_put(o, RADIUS_CHAP_PASSWORD, value, sizeof(value));
	radius_put(o, RADIUS_CHAP_CHALLENGE, l->challenge.octets,
	    l->challenge.len);
}

/*
 * The value begins with Ident and Flags (RFC 2548, 2.1.3 and 2.3.2), and pppd
 * has the flags at the end.
 */
static void
put_mschap(struct radius_out *o, const struct aaa_login *l)
{
	uint8_t value[1 + MS_RESPONSE];

	value[0] = l->chap_id;
	value[1] = l->response.octets[MS_FLAGS_AT];
	memcpy(value + 2, l->response.octets, MS_FLAGS_AT);
	radius_put_vendor(o, RADIUS_MICROSOFT, RADIUS_MS_CHAP_CHALLENGE,
	    l->challenge.octets, l->challenge.len);
	radius_put_vendor(o, RADIUS_MICROSOFT, l->method == AAA_MSCHAP ?
	    RADIUS_MS_CHAP_RESPONSE : RADIUS_MS_CHAP2_RESPONSE, value,
	    sizeof(value));
}

bool
request_login(struct radius_out *o, uint8_t id, const uint8_t *random,
    const struct aaa_login *l, const struct radius_conf *conf,
    const struct radius_secret *secret)
{
	radius_begin(o, RADIUS_ACCESS_REQUEST, id, random);
	put_call(o, &l->call, conf);
	switch (l->method) {
	case AAA_PAP:
		radius_put_password(o, l->response.octets, l->response.len,
		    secret);
		break;
	case AAA_CHAP_MD5:
		put_chap(o, l);
		break;
	case AAA_MSCHAP:
	case AAA_MSCHAP_V2:
		put_mschap(o, l);
		break;
	case AAA_METHODS:
		return false;
	}
	return radius_finish(o, secret);
}

/* --- accounting ---------------------------------------------------------- */

static void
put_usage(struct radius_out *o, const struct aaa_acct *a)
{
	radius_put_u32(o, RADIUS_ACCT_SESSION_TIME, a->seconds);
	radius_put_u32(o, RADIUS_ACCT_INPUT_OCTETS, (uint32_t)a->octets_in);
	radius_put_u32(o, RADIUS_ACCT_OUTPUT_OCTETS, (uint32_t)a->octets_out);
	radius_put_u32(o, RADIUS_ACCT_INPUT_GIGAWORDS,
	    (uint32_t)(a->octets_in >> 32));
	radius_put_u32(o, RADIUS_ACCT_OUTPUT_GIGAWORDS,
	    (uint32_t)(a->octets_out >> 32));
	radius_put_u32(o, RADIUS_ACCT_INPUT_PACKETS, a->packets_in);
	radius_put_u32(o, RADIUS_ACCT_OUTPUT_PACKETS, a->packets_out);
	if (a->status == AAA_STOP && a->cause != 0)
		radius_put_u32(o, RADIUS_ACCT_TERMINATE_CAUSE, a->cause);
}

static void
put_time(struct radius_out *o, const struct request_time *when)
{
	radius_put_u32(o, RADIUS_ACCT_DELAY_TIME, when->delay);
	radius_put_u32(o, RADIUS_EVENT_TIMESTAMP, when->event);
}

bool
request_acct(struct radius_out *o, uint8_t id, const struct aaa_acct *a,
    const struct radius_conf *conf, const struct radius_secret *secret,
    const struct request_time *when)
{
	const uint8_t *value;
	size_t at = 0, len;

	radius_begin(o, RADIUS_ACCT_REQUEST, id, NULL);
	radius_put_u32(o, RADIUS_ACCT_STATUS_TYPE, (uint32_t)a->status);
	put_call(o, &a->call, conf);
	radius_put_u32(o, RADIUS_ACCT_AUTHENTIC, AUTHENTIC_RADIUS);
	if (a->address != 0)
		put_addr(o, RADIUS_FRAMED_IP_ADDRESS, a->address);
	while ((value = aaa_class_next(&a->class, &at, &len)) != NULL)
		radius_put(o, RADIUS_CLASS, value, len);
	if (a->status != AAA_START)
		put_usage(o, a);
	put_time(o, when);
	return radius_finish(o, secret);
}

/* It has to have an Acct-Session-Id (RFC 2866, 5.5), which no call has. */
bool
request_nas(struct radius_out *o, uint8_t id, bool on,
    const struct radius_conf *conf, const struct radius_secret *secret,
    const struct request_time *when)
{
	char text[sizeof("server-4294967295")];

	radius_begin(o, RADIUS_ACCT_REQUEST, id, NULL);
	radius_put_u32(o, RADIUS_ACCT_STATUS_TYPE, on ? STATUS_ON :
	    STATUS_OFF);
	put_nas(o, conf);
	snprintf(text, sizeof(text), "server-%u", when->event);
	radius_put_text(o, RADIUS_ACCT_SESSION_ID, text);
	put_time(o, when);
	return radius_finish(o, secret);
}
