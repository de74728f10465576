/* What a program is asked: lines of text; in pptpd-aaa. */
/* SPDX-License-Identifier: ISC */
#include "hook_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "password_check.h"

#define MS_FLAGS_AT	48	/* in pppd's response: Microsoft has it first */

static void put(struct hook_text *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

static void
put(struct hook_text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->text + t->len, sizeof(t->text) - t->len, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(t->text) - t->len)
		t->bad = true;
	else
		t->len += (size_t)n;
}

static void
put_text(struct hook_text *t, const char *name, const char *text, size_t len)
{
	put(t, "%s = \"", name);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\')
			put(t, "\\%c", c);
		else if (c >= ' ' && c <= '~')
			put(t, "%c", c);
		else
			put(t, "\\%03o", c);
	}
	put(t, "\"\n");
}

static void
put_octets(struct hook_text *t, const char *name, const uint8_t *octets,
    size_t len)
{
	put(t, "%s = 0x", name);
	for (size_t i = 0; i < len; i++)
		put(t, "%02x", octets[i]);
	put(t, "\n");
}

static void
put_addr(struct hook_text *t, const char *name, uint32_t addr)
{
	char text[ADDR_TEXT];

	if (addr != 0)
		put(t, "%s = %s\n", name, addr_text(addr, text));
}

static void
put_number(struct hook_text *t, const char *name, uint64_t n)
{
	put(t, "%s = %llu\n", name, (unsigned long long)n);
}

static const char *
method_name(enum aaa_method method)
{
	static const char *const names[] = {
		[AAA_PAP] = "PAP", [AAA_CHAP_MD5] = "CHAP",
		[AAA_MSCHAP] = "MS-CHAP", [AAA_MSCHAP_V2] = "MS-CHAPv2"
	};

	return names[method];
}

static void
put_call(struct hook_text *t, const struct aaa_call *call,
    enum aaa_method method, const char *nas_identifier)
{
	put_text(t, "User-Name", call->name.text, call->name.len);
	put(t, "Auth-Method = %s\n", method_name(method));
	put(t, "Service-Type = Framed-User\nFramed-Protocol = PPP\n");
	put_text(t, "NAS-Identifier", nas_identifier, strlen(nas_identifier));
	put_number(t, "NAS-Port", call->unit);
	put(t, "NAS-Port-Id = ppp%u\nNAS-Port-Type = Virtual\n", call->unit);
	put(t, "Tunnel-Type = PPTP\n");
	put_addr(t, "Calling-Station-Id", call->client);
	put_addr(t, "Called-Station-Id", call->server);
	put(t, "Acct-Session-Id = %s\n", call->id);
}

/* --- logins -------------------------------------------------------------- */

static void
put_chap(struct hook_text *t, const struct aaa_login *l)
{
	uint8_t value[1 + AAA_SECRET_MAX];

	value[0] = l->chap_id;
	memcpy(value + 1, l->response.octets, l->response.len);
	put_octets(t, "CHAP-Password", value, 1U + l->response.len);
	put_octets(t, "CHAP-Challenge", l->challenge.octets, l->challenge.len);
}

/*
 * As RADIUS has it (RFC 2548), and the two values that the hash of a password
 * is checked with, for programs that know no hash functions.
 */
static void
put_mschap(struct hook_text *t, const struct aaa_login *l)
{
	uint8_t challenge[NT_CHALLENGE_LEN], response[NT_RESPONSE_LEN];
	uint8_t value[2 + MS_FLAGS_AT];

	value[0] = l->chap_id;
	value[1] = l->response.octets[MS_FLAGS_AT];
	memcpy(value + 2, l->response.octets, MS_FLAGS_AT);
	put_octets(t, "MS-CHAP-Challenge", l->challenge.octets,
	    l->challenge.len);
	put_octets(t, l->method == AAA_MSCHAP ? "MS-CHAP-Response" :
	    "MS-CHAP2-Response", value, sizeof(value));
	if (!password_nt_response(l, challenge, response))
		return;
	put_octets(t, "NT-Challenge", challenge, sizeof(challenge));
	put_octets(t, "NT-Response", response, sizeof(response));
}

bool
hook_text_login(struct hook_text *t, const struct aaa_login *l,
    const char *nas_identifier)
{
	t->len = 0;
	t->bad = false;
	put(t, "Packet-Type = Access-Request\n");
	put_call(t, &l->call, l->method, nas_identifier);
	switch (l->method) {
	case AAA_PAP:
		put_text(t, "User-Password", (const char *)l->response.octets,
		    l->response.len);
		break;
	case AAA_CHAP_MD5:
		put_chap(t, l);
		break;
	case AAA_MSCHAP:
	case AAA_MSCHAP_V2:
		put_mschap(t, l);
		break;
	case AAA_METHODS:
		return false;
	}
	put(t, "\n");
	return !t->bad;
}

/* --- accounting ---------------------------------------------------------- */

static const char *
status_name(enum aaa_status status)
{
	switch (status) {
	case AAA_START:
		return "Start";
	case AAA_STOP:
		return "Stop";
	case AAA_INTERIM:
		break;
	}
	return "Interim-Update";
}

/* RFC 2866, 5.10, by FreeRADIUS's names; 0 is none. */
static const char *const causes[AAA_CAUSE_MAX + 1] = {
	NULL, "User-Request", "Lost-Carrier", "Lost-Service", "Idle-Timeout",
	"Session-Timeout", "Admin-Reset", "Admin-Reboot", "Port-Error",
	"NAS-Error", "NAS-Request", "NAS-Reboot", "Port-Unneeded",
	"Port-Preempted", "Port-Suspended", "Service-Unavailable", "Callback",
	"User-Error", "Host-Request"
};

static void
put_usage(struct hook_text *t, const struct aaa_acct *a)
{
	put_number(t, "Acct-Session-Time", a->seconds);
	put_number(t, "Acct-Input-Octets", a->octets_in);
	put_number(t, "Acct-Output-Octets", a->octets_out);
	put_number(t, "Acct-Input-Packets", a->packets_in);
	put_number(t, "Acct-Output-Packets", a->packets_out);
	if (a->status == AAA_STOP && a->cause != 0)
		put(t, "Acct-Terminate-Cause = %s\n", causes[a->cause]);
}

bool
hook_text_acct(struct hook_text *t, const struct aaa_acct *a,
    const char *nas_identifier, uint32_t delay, uint32_t event_time)
{
	const uint8_t *value;
	size_t at = 0, len;

	t->len = 0;
	t->bad = false;
	put(t, "Packet-Type = Accounting-Request\n");
	put(t, "Acct-Status-Type = %s\n", status_name(a->status));
	put_call(t, &a->call, a->method, nas_identifier);
	put_text(t, "Interface", a->ifname, strlen(a->ifname));
	put_addr(t, "Framed-IP-Address", a->address);
	while ((value = aaa_class_next(&a->class, &at, &len)) != NULL)
		put_octets(t, "Class", value, len);
	if (a->status != AAA_START)
		put_usage(t, a);
	put_number(t, "Acct-Delay-Time", delay);
	put_number(t, "Event-Timestamp", event_time);
	put(t, "\n");
	return !t->bad;
}
