/* What a program answers, and what the configuration adds; in pptpd-aaa. */
/* SPDX-License-Identifier: ISC */
#include "hook_reply.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/digit.h"
#include "base/log.h"
#include "radius_net.h"
#include "rate_limit.h"

#define BLANKS		" \t"
#define INTERIM_MIN	60	/* s (RFC 2869, 2.1) */
#define MTU_MIN		64	/* (RFC 2865, 5.12) */
#define MTU_MAX		65535
#define NO_RATE		"not a rate that can be kept"
#define NO_PREFIX	"not a network of IPv6 that a peer can have behind it"

enum kind {
	KIND_NUMBER,		/* uint32_t */
	KIND_INTERIM,		/* the same; 0, or at least INTERIM_MIN */
	KIND_TYPES,		/* the same, some bits only */
	KIND_ADDRESS,		/* uint32_t, network order */
	KIND_TEXT,		/* struct aaa_text, printable ASCII */
	KIND_MESSAGE,		/* struct aaa_text, for the peer */
	KIND_CLASS,		/* struct aaa_class; may come again */
	KIND_ROUTE,		/* a network behind the peer; the same */
	KIND_RATE,		/* struct rate_limits: "DOWN/UP" */
	KIND_MIKROTIK,		/* the same in its words */
	KIND_OCTETS,		/* uint64_t, not 0 */
	KIND_PREFIX,		/* of IPv6, behind the peer; may come again */
	KIND_IFID,		/* the peer's interface identifier */
	KIND_WORD,		/* has this value, or is an error */
	KIND_PASSWORD,
	KIND_NT_HASH,
	KIND_NT_KEY
};

struct attr {
	const char	*name;
	enum kind	 kind;
	size_t		 at;		/* in struct aaa_reply */
	uint32_t	 min, max;
	const char	*word;		/* KIND_WORD: this one */
};

#define AT(member)	offsetof(struct aaa_reply, member)

/*
 * All that a back end of text can say; names are those of the RADIUS
 * dictionaries where these have one.
 */
static const struct attr attrs[] = {
	{ "Cleartext-Password", KIND_PASSWORD, 0, 0, 0, NULL },
	{ "NT-Hash", KIND_NT_HASH, 0, 0, 0, NULL },
	{ "NT-Key", KIND_NT_KEY, 0, 0, 0, NULL },
	{ "Service-Type", KIND_WORD, 0, 0, 0, "Framed-User" },
	{ "Framed-Protocol", KIND_WORD, 0, 0, 0, "PPP" },
	{ "Framed-IP-Address", KIND_ADDRESS, AT(address), 0, 0, NULL },
	{ "Framed-MTU", KIND_NUMBER, AT(mtu), MTU_MIN, MTU_MAX, NULL },
	{ "Session-Timeout", KIND_NUMBER, AT(session_timeout), 1, INT32_MAX,
	    NULL },
	{ "Idle-Timeout", KIND_NUMBER, AT(idle_timeout), 1, INT32_MAX, NULL },
	{ "Acct-Interim-Interval", KIND_INTERIM, AT(interim), 0, INT32_MAX,
	    NULL },
	{ "MS-Primary-DNS-Server", KIND_ADDRESS, AT(dns[0]), 0, 0, NULL },
	{ "MS-Secondary-DNS-Server", KIND_ADDRESS, AT(dns[1]), 0, 0, NULL },
	{ "MS-Primary-NBNS-Server", KIND_ADDRESS, AT(wins[0]), 0, 0, NULL },
	{ "MS-Secondary-NBNS-Server", KIND_ADDRESS, AT(wins[1]), 0, 0, NULL },
	{ "MS-MPPE-Encryption-Policy", KIND_NUMBER, AT(mppe_policy), 1, 2,
	    NULL },
	{ "MS-MPPE-Encryption-Types", KIND_TYPES, AT(mppe_types), 2, 6, NULL },
	{ "Filter-Id", KIND_TEXT, AT(filter_id), 0, 0, NULL },
	{ "Framed-Pool", KIND_TEXT, AT(pool), 0, 0, NULL },
	{ "Framed-Route", KIND_ROUTE, AT(framed_route), 0, 0, NULL },
	{ "Rate-Limit", KIND_RATE, AT(limits), 0, 0, NULL },
	{ "Mikrotik-Rate-Limit", KIND_MIKROTIK, AT(limits), 0, 0, NULL },
	{ "Mikrotik-Recv-Limit", KIND_OCTETS, AT(quota.in), 0, 0, NULL },
	{ "Mikrotik-Xmit-Limit", KIND_OCTETS, AT(quota.out), 0, 0, NULL },
	{ "Mikrotik-Total-Limit", KIND_OCTETS, AT(quota.total), 0, 0, NULL },
	{ "Framed-IPv6-Prefix", KIND_PREFIX, 0, 0, 0, NULL },
	{ "Delegated-IPv6-Prefix", KIND_PREFIX, 0, 0, 0, NULL },
	{ "Framed-Interface-Id", KIND_IFID, 0, 0, 0, NULL },
	{ "Reply-Message", KIND_MESSAGE, AT(message), 0, 0, NULL },
	{ "Class", KIND_CLASS, AT(class), 0, 0, NULL },
};

/* A value without its quotes; text has a NUL behind it. */
struct value {
	char	 text[HOOK_LINE_MAX + 1];
	size_t	 len;
	bool	 quoted;
};

/* --- values -------------------------------------------------------------- */

static bool
is_control(char c)
{
	unsigned char octet = (unsigned char)c;

	return octet < ' ' || octet == 0x7f;
}

/* What a backslash stands for, at whose next octet *at is. */
static bool
get_escaped(const char *line, size_t len, size_t *at, char *octet)
{
	int n = 0;

	if (*at == len)
		return false;
	if (line[*at] == '"' || line[*at] == '\\') {
		*octet = line[(*at)++];
		return true;
	}
	if (len - *at < 3)
		return false;
	for (int i = 0; i < 3; i++) {
		int d = digit_value(line[(*at)++], 8);

		if (d == -1)
			return false;
		n = 8 * n + d;
	}
	*octet = (char)(unsigned char)n;
	return n > 0 && n <= UINT8_MAX;
}

/* Reads a value in quotes; *at is behind the first. */
static const char *
get_quoted(const char *line, size_t len, size_t *at, struct value *v)
{
	while (*at < len && line[*at] != '"') {
		char c = line[(*at)++];

		if (c == '\\' && !get_escaped(line, len, at, &c))
			return "a backslash stands only before \", \\ and three "
			    "octal digits that are no NUL";
		v->text[v->len++] = c;
	}
	if (*at == len)
		return "a quote is not closed";
	(*at)++;
	return NULL;
}

static const char *
get_value(const char *line, size_t len, size_t at, struct value *v)
{
	const char *why;

	v->len = 0;
	v->quoted = at < len && line[at] == '"';
	if (v->quoted) {
		at++;
		why = get_quoted(line, len, &at, v);
		if (why != NULL)
			return why;
	}
	while (!v->quoted && at < len && line[at] != ' ' && line[at] != '\t') {
		if (line[at] == '"' || line[at] == '\\')
			return "quotes and backslashes stand only within a "
			    "value in quotes";
		v->text[v->len++] = line[at++];
	}
	v->text[v->len] = '\0';
	at += strspn(line + at, BLANKS);
	if (at < len)
		return "more behind the value (blanks need quotes)";
	return v->len == 0 ? "it has no value" : NULL;
}

/*
 * Octets that may be written as 0x and digits.  False: they are not, or more
 * than max.
 */
static bool
get_hex(const struct value *v, uint8_t *out, size_t max, size_t *len)
{
	if (v->quoted || v->len < 4 || v->len % 2 != 0 ||
	    strncmp(v->text, "0x", 2) != 0 || v->len / 2 - 1 > max)
		return false;
	for (*len = 0; *len < v->len / 2 - 1; (*len)++) {
		int high = digit_value(v->text[2 + 2 * *len], 16);
		int low = digit_value(v->text[3 + 2 * *len], 16);

		if (high == -1 || low == -1)
			return false;
		out[*len] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static bool
get_octets(const struct value *v, uint64_t *n)
{
	char *end;

	/* 19 digits fit. */
	if (v->len > 19 || digit_value(v->text[0], 10) == -1)
		return false;
	*n = strtoull(v->text, &end, 10);
	return *end == '\0';
}

static bool
get_number(const struct value *v, uint32_t *n)
{
	uint64_t value;

	if (!get_octets(v, &value) || value > UINT32_MAX)
		return false;
	*n = (uint32_t)value;
	return true;
}

static const char *
set_number(const struct attr *a, const struct value *v, uint32_t *n)
{
	if (!get_number(v, n) || *n < a->min || *n > a->max)
		return "not a number that it can have";
	if (a->kind == KIND_INTERIM && *n > 0 && *n < INTERIM_MIN)
		*n = INTERIM_MIN;
	if (a->kind == KIND_TYPES && *n % 2 != 0)
		return "not 2 (40 bits), 4 (128 bits) or 6 (both)";
	return NULL;
}

static const char *
set_address(const struct value *v, uint32_t *addr)
{
	return inet_pton(AF_INET, v->text, addr) == 1 && *addr != 0 ? NULL :
	    "not an IPv4 address";
}

/* Texts for scripts are printable ASCII; a peer's have no control octets. */
static const char *
set_text(const struct attr *a, const struct value *v, struct aaa_text *text)
{
	for (size_t i = 0; i < v->len; i++) {
		if (is_control(v->text[i]) || (a->kind != KIND_MESSAGE &&
		    (unsigned char)v->text[i] > '~'))
			return "an octet that it cannot have";
	}
	return aaa_text_set(text, v->text, v->len) ? NULL : "too long";
}

static const char *
add_class(const struct value *v, struct aaa_class *class)
{
	uint8_t octets[AAA_NAME_MAX];
	size_t len;

	if (!v->quoted && strncmp(v->text, "0x", 2) == 0) {
		if (!get_hex(v, octets, sizeof(octets), &len))
			return "not 1 to 253 octets in hex";
		return aaa_class_add(class, octets, len) ? NULL :
		    "more octets of Class than can be kept";
	}
	return aaa_class_add(class, v->text, v->len) ? NULL :
	    "more octets of Class than can be kept";
}

/* The text of the last one is for scripts, as with RADIUS. */
static const char *
add_route(const struct attr *a, const struct value *v, struct aaa_reply *reply)
{
	struct aaa_route route;

	if (!radius_net_route(&route, v->text))
		return "not a network that a peer can have behind it";
	if (reply->nroutes == AAA_ROUTES_MAX)
		return "more networks than can be kept";
	reply->routes[reply->nroutes++] = route;
	return set_text(a, v, &reply->framed_route);
}

/* "2001:db8::/64"; nothing is set below the length. */
static const char *
add_prefix(const struct value *v, struct aaa_reply *reply)
{
	const char *slash = strchr(v->text, '/');
	struct aaa_prefix p = { .bits = 0 };
	struct value bits = { .len = 0 };
	char text[INET6_ADDRSTRLEN];
	uint32_t n = 0;

	if (slash == NULL || (size_t)(slash - v->text) >= sizeof(text))
		return NO_PREFIX;
	memcpy(text, v->text, (size_t)(slash - v->text));
	text[slash - v->text] = '\0';
	bits.len = strlen(slash + 1);
	memcpy(bits.text, slash + 1, bits.len + 1);
	if (inet_pton(AF_INET6, text, p.net) != 1 || !get_number(&bits, &n) ||
	    n > 128)
		return NO_PREFIX;
	p.bits = (uint8_t)n;
	if (!aaa_prefix_fits(&p))
		return NO_PREFIX;
	if (reply->nprefixes == AAA_PREFIXES_MAX)
		return "more prefixes than can be kept";
	reply->prefixes[reply->nprefixes++] = p;
	return NULL;
}

static const char *
set_ifid(const struct value *v, struct aaa_reply *reply)
{
	static const uint8_t none[AAA_IFID_LEN];
	size_t len;

	if (!get_hex(v, reply->ifid, AAA_IFID_LEN, &len) ||
	    len != AAA_IFID_LEN || memcmp(reply->ifid, none, len) == 0)
		return "not 0x and 16 hex digits, or zero";
	reply->has_ifid = true;
	return NULL;
}

static const char *
set_known(const struct attr *a, const struct value *v,
    struct known_password *known)
{
	if (known->kind != KNOWN_NOTHING)
		return "a second password";
	if (a->kind == KIND_PASSWORD) {
		if (v->len > sizeof(known->octets))
			return "longer than 255 octets";
		memcpy(known->octets, v->text, v->len);
		known->len = v->len;
		known->kind = KNOWN_CLEAR;
		return NULL;
	}
	if (!get_hex(v, known->octets, NT_HASH_LEN, &known->len) ||
	    known->len != NT_HASH_LEN)
		return "not 0x and 32 hex digits";
	known->kind = a->kind == KIND_NT_HASH ? KNOWN_NT_HASH : KNOWN_NT_KEY;
	return NULL;
}

static const char *
set(struct hook_reply *r, const struct attr *a, const struct value *v)
{
	void *field = (char *)&r->reply + a->at;

	switch (a->kind) {
	case KIND_NUMBER:
	case KIND_INTERIM:
	case KIND_TYPES:
		return set_number(a, v, field);
	case KIND_ADDRESS:
		return set_address(v, field);
	case KIND_MESSAGE:
		r->has_message = true;
		return set_text(a, v, field);
	case KIND_TEXT:
		return set_text(a, v, field);
	case KIND_CLASS:
		return add_class(v, field);
	case KIND_ROUTE:
		return add_route(a, v, &r->reply);
	case KIND_RATE:
		return rate_limits_read(field, v->text) ? NULL : NO_RATE;
	case KIND_MIKROTIK:
		return rate_limit_mikrotik(field, v->text) ? NULL : NO_RATE;
	case KIND_OCTETS:
		return get_octets(v, field) && *(uint64_t *)field > 0 ? NULL :
		    "not a number of octets above 0";
	case KIND_PREFIX:
		return add_prefix(v, &r->reply);
	case KIND_IFID:
		return set_ifid(v, &r->reply);
	case KIND_WORD:
		return strcmp(v->text, a->word) == 0 ? NULL :
		    "a value that this server cannot follow";
	case KIND_PASSWORD:
	case KIND_NT_HASH:
	case KIND_NT_KEY:
		return set_known(a, v, &r->known);
	}
	return NULL;
}

/* --- lines --------------------------------------------------------------- */

static const char *
judge_octets(const char *line, size_t len)
{
	if (len > HOOK_LINE_MAX)
		return "a line of more than 1024 octets";
	for (size_t i = 0; i < len; i++) {
		if (is_control(line[i]) && line[i] != '\t')
			return "a control octet";
	}
	return NULL;
}

static size_t
name_len(const char *line, size_t len)
{
	size_t n = 0;

	while (n < len && line[n] != ' ' && line[n] != '\t' && line[n] != '=')
		n++;
	return n;
}

static const struct attr *
find(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(attrs) / sizeof(attrs[0]); i++) {
		if (strlen(attrs[i].name) == len &&
		    memcmp(attrs[i].name, name, len) == 0)
			return &attrs[i];
	}
	return NULL;
}

static const char *
set_verdict(struct hook_reply *r, enum aaa_verdict verdict)
{
	if (r->reply.verdict != 0)
		return "a second verdict";
	r->reply.verdict = verdict;
	return NULL;
}

static const char *
set_attr(struct hook_reply *r, const struct attr *a, const struct value *v)
{
	uint64_t bit = UINT64_C(1) << (a - attrs);

	if ((r->seen & bit) != 0 && a->kind != KIND_CLASS &&
	    a->kind != KIND_ROUTE && a->kind != KIND_PREFIX)
		return "it stands there twice";
	r->seen |= bit;
	return set(r, a, v);
}

const char *
hook_reply_line(struct hook_reply *r, const char *text, size_t len)
{
	const char *why = judge_octets(text, len);
	char line[HOOK_LINE_MAX + 1];
	const struct attr *a;
	struct value v;
	size_t at;

	if (why != NULL)
		return why;
	memcpy(line, text, len);
	line[len] = '\0';
	while (len > 0 && (line[len - 1] == ' ' || line[len - 1] == '\t'))
		line[--len] = '\0';
	at = name_len(line, len);
	if (at == len && strcmp(line, "Accept") == 0)
		return set_verdict(r, AAA_ACCEPT);
	if (at == len && strcmp(line, "Reject") == 0)
		return set_verdict(r, AAA_REJECT);
	a = find(line, at);
	at += strspn(line + at, BLANKS);
	if (line[at] != '=')
		return "neither Accept, Reject nor \"Name = value\"";
	if (a == NULL)
		return "an unknown attribute";
	at += 1 + strspn(line + at + 1, BLANKS);
	why = get_value(line, len, at, &v);
	if (why == NULL)
		why = set_attr(r, a, &v);
	explicit_bzero(&v, sizeof(v));
	explicit_bzero(line, sizeof(line));
	return why;
}

void
hook_reply_override(struct hook_reply *r)
{
	r->seen = 0;
	r->has_message = false;
}

bool
hook_line_is_secret(const char *line, size_t len)
{
	const struct attr *a = find(line, name_len(line, len));

	return a != NULL && (a->kind == KIND_PASSWORD ||
	    a->kind == KIND_NT_HASH || a->kind == KIND_NT_KEY);
}

/* --- answers ------------------------------------------------------------- */

size_t
hook_reply_end(const char *text, size_t len)
{
	if (len > 0 && text[0] == '\n')
		return 1;
	for (size_t i = 1; i < len; i++) {
		if (text[i - 1] == '\n' && text[i] == '\n')
			return i + 1;
	}
	return 0;
}

static void
set_fault(struct hook_fault *fault, const char *why, const char *line,
    size_t len)
{
	size_t name = line != NULL ? name_len(line, len) : 0;

	fault->why = why;
	/* What does not look like a name may be a password. */
	if (name < len && name > 0 && name < HOOK_NAME_MAX)
		log_escape(fault->name, sizeof(fault->name), line, name);
}

bool
hook_reply_read(struct hook_reply *r, const char *text, size_t len,
    struct hook_fault *fault)
{
	size_t end = hook_reply_end(text, len), at = 0, n;
	const char *eol;

	*fault = (struct hook_fault){ 0 };
	if (end == 0)
		end = len;
	while (fault->why == NULL && at < end && text[at] != '\n') {
		eol = memchr(text + at, '\n', end - at);
		n = eol != NULL ? (size_t)(eol - text) - at : end - at;
		fault->line++;
		set_fault(fault, hook_reply_line(r, text + at, n), text + at,
		    n);
		at += n + 1;
	}
	for (at = end; fault->why == NULL && at < len; at++) {
		if (text[at] != '\n')
			set_fault(fault, "more behind the empty line", NULL, 0);
	}
	if (fault->why == NULL && r->reply.verdict == 0)
		set_fault(fault, "neither Accept nor Reject", NULL, 0);
	return fault->why == NULL;
}
