/* Why a call gets nowhere, from what the engine sees of its login. */
/* SPDX-License-Identifier: ISC */
#include "state/diagnosis.h"

#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/wire.h"
#include "protocol/ppp_auth.h"

#define BOTH			3	/* of acks */

/* Codes of LCP and the like, RFC 1661 5. */
#define CONFIGURE_NAK		3
#define CONFIGURE_REJECT	4
#define PROTOCOL_REJECT		8
#define OPTION_AUTH		3	/* LCP Authentication-Protocol */
/* Of PAP, CHAP and EAP: the first packet of who wants to know. */
#define ASKS			1
#define ANSWERS			2

void
diagnosis_begin(struct diagnosis *d, uint64_t now)
{
	memset(d, 0, sizeof(*d));
	d->begin = d->since = now;
	d->look_at = now + DIAGNOSIS_US;
}

/* Something is new: from now on a silence counts. */
static void
progress(struct diagnosis *d, uint64_t now)
{
	d->since = now;
	d->look_at = now + DIAGNOSIS_US;
}

bool
diagnosis_watched(const struct diagnosis *d)
{
	return d->begin != 0 && !d->up;
}

void
diagnosis_packet(struct diagnosis *d, bool acks, uint64_t now)
{
	if (!d->heard || (acks && !d->acked))
		progress(d, now);
	d->heard = true;
	d->acked = d->acked || acks;
}

void
diagnosis_stranger(struct diagnosis *d, uint32_t addr)
{
	d->stranger = addr;
}

void
diagnosis_stray(struct diagnosis *d, uint16_t id)
{
	d->strayed = true;
	d->stray = id;
}

/* --- frames -------------------------------------------------------------- */

/* Reader at what follows code, identifier and length of a control packet. */
static void
body(struct wire_reader *r, const uint8_t *frame, size_t len)
{
	size_t skip = len >= 2 && frame[0] == 0xFF && frame[1] == 0x03 ? 2 : 0;

	wire_reader_init(r, frame + skip, len - skip);
	(void)wire_get_u16(r);		/* protocol */
	(void)wire_get_u16(r);		/* code, identifier */
	(void)wire_get_u16(r);		/* length */
}

/* Whether a Configure-Nak or -Reject of LCP is about authentication. */
static bool
refuses_auth(const uint8_t *frame, size_t len)
{
	struct wire_reader r;

	body(&r, frame, len);
	while (!r.bad && r.left >= 2) {
		uint8_t type = wire_get_u8(&r), size = wire_get_u8(&r);

		if (type == OPTION_AUTH)
			return true;
		if (size < 2)
			return false;
		for (; size > 2 && !r.bad; size--)
			(void)wire_get_u8(&r);
	}
	return false;
}

static bool
rejects_ccp(const uint8_t *frame, size_t len)
{
	struct wire_reader r;

	body(&r, frame, len);
	return wire_get_u16(&r) == PPP_CCP && !r.bad;
}

static void
lcp(struct diagnosis *d, bool from_pppd, const struct ppp_head *head,
    const uint8_t *frame, size_t len)
{
	switch (head->code) {
	case PPP_CONFIGURE_REQUEST:
		d->asked = d->asked || from_pppd;
		d->requested = d->requested || !from_pppd;
		break;
	case CONFIGURE_NAK:
	case CONFIGURE_REJECT:
		if (!from_pppd && refuses_auth(frame, len))
			d->kind_refused = true;
		d->answered = d->answered || !from_pppd;
		break;
	case PPP_CONFIGURE_ACK:
		/* The client takes what it had refused before. */
		if (!from_pppd)
			d->kind_refused = false;
		d->accepted = d->accepted || from_pppd;
		d->answered = d->answered || !from_pppd;
		break;
	case PPP_TERMINATE_REQUEST:
		d->closing = true;
		break;
	case PROTOCOL_REJECT:
		if (from_pppd && rejects_ccp(frame, len))
			d->mppe_refused = true;
		break;
	}
}

static void
auth(struct diagnosis *d, bool from_pppd, const struct ppp_head *head)
{
	if (head->protocol == PPP_PAP) {	/* the client begins */
		d->challenged = true;
		d->responded = d->responded || !from_pppd;
	} else if (from_pppd && head->code == ASKS)
		d->challenged = true;
	else if (!from_pppd && head->code == ANSWERS)
		d->responded = true;
}

static void
ccp(struct diagnosis *d, bool from_pppd, const struct ppp_head *head)
{
	switch (head->code) {
	case PPP_CONFIGURE_REQUEST:
		d->mppe_asked = d->mppe_asked || from_pppd;
		break;
	case PPP_CONFIGURE_ACK:
		d->ccp_acks |= from_pppd ? 1 : 2;
		d->mppe_up = d->ccp_acks == BOTH;
		break;
	case CONFIGURE_REJECT:
		d->mppe_refused = d->mppe_refused || from_pppd;
		break;
	}
}

static void
verdict_of_pppd(struct diagnosis *d, const struct ppp_head *head)
{
	switch (ppp_auth_says(head)) {
	case PPP_AUTH_SUCCEEDED:
		d->admitted = true;
		break;
	case PPP_AUTH_FAILED:
		d->rejected = true;
		break;
	case PPP_AUTH_NOTHING:
		break;
	}
}

static void
look_into(struct diagnosis *d, bool from_pppd, const struct ppp_head *head,
    const uint8_t *frame, size_t len)
{
	if (from_pppd && head->protocol != PPP_LCP)
		d->lcp_up = true;
	if (from_pppd)
		verdict_of_pppd(d, head);
	switch (head->protocol) {
	case PPP_LCP:
		lcp(d, from_pppd, head, frame, len);
		break;
	case PPP_PAP:
	case PPP_CHAP:
	case PPP_EAP:
		auth(d, from_pppd, head);
		break;
	case PPP_CCP:
		ccp(d, from_pppd, head);
		break;
	case PPP_IPCP:
		if (head->code == PPP_CONFIGURE_ACK)
			d->ip_acks |= from_pppd ? 1 : 2;
		d->up = d->ip_acks == BOTH;
		break;
	default:
		break;
	}
}

/* What frames have told so far, a bit for each fact. */
static uint32_t
facts(const struct diagnosis *d)
{
	const bool fact[] = {
		d->asked, d->requested, d->accepted, d->answered,
		d->kind_refused, d->lcp_up, d->challenged, d->responded,
		d->admitted, d->rejected, d->mppe_asked, d->mppe_refused,
		d->closing
	};
	uint32_t bits = (uint32_t)d->ccp_acks << 2 | d->ip_acks;

	for (size_t i = 0; i < sizeof(fact) / sizeof(fact[0]); i++)
		bits |= (uint32_t)fact[i] << (i + 4);
	return bits;
}

void
diagnosis_frame(struct diagnosis *d, bool from_pppd,
    const struct ppp_head *head, const uint8_t *frame, size_t len,
    uint64_t now)
{
	uint32_t before;

	if (!diagnosis_watched(d))
		return;
	before = facts(d);
	look_into(d, from_pppd, head, frame, len);
	if (facts(d) != before)
		progress(d, now);
}

/* --- the verdict --------------------------------------------------------- */

/* What has been said already, and needs no time to be sure. */
static enum diagnosis_verdict
at_once(const struct diagnosis *d)
{
	if (d->rejected && !d->admitted)
		return DIAGNOSIS_AUTH_REFUSED;
	if (!d->closing || d->mppe_up)
		return DIAGNOSIS_NONE;
	if (d->admitted && d->mppe_refused)
		return DIAGNOSIS_MPPE_SERVER;
	if (d->admitted && d->mppe_asked)
		return DIAGNOSIS_MPPE_CLIENT;
	if (!d->lcp_up && d->kind_refused)
		return DIAGNOSIS_AUTH_KIND;
	return DIAGNOSIS_NONE;
}

/* What a silence of some seconds means. */
static enum diagnosis_verdict
after_a_while(const struct diagnosis *d)
{
	if (d->admitted || !d->asked)
		return DIAGNOSIS_NONE;
	if (!d->heard && d->stranger != 0)
		return DIAGNOSIS_OTHER_ADDRESS;
	if (!d->heard)
		return d->strayed ? DIAGNOSIS_UNKNOWN_ID : DIAGNOSIS_NO_GRE;
	if (!d->answered && !d->lcp_up)
		return d->acked ? DIAGNOSIS_LCP_SILENT : DIAGNOSIS_NOT_HEARD;
	if (!d->lcp_up)
		return d->kind_refused ? DIAGNOSIS_AUTH_KIND : DIAGNOSIS_NONE;
	if (!d->challenged)
		return DIAGNOSIS_NONE;
	return d->responded ? DIAGNOSIS_AUTH_UNDECIDED : DIAGNOSIS_AUTH_SILENT;
}

uint64_t
diagnosis_deadline(const struct diagnosis *d)
{
	return diagnosis_watched(d) && !d->admitted ? d->look_at : UINT64_MAX;
}

bool
diagnosis_look(struct diagnosis *d, uint64_t now, bool over)
{
	enum diagnosis_verdict v = DIAGNOSIS_NONE;

	/* A call that is up is judged by diagnosis_large(). */
	if (d->begin == 0 || d->said == DIAGNOSIS_LARGE_LOST)
		return false;
	if (!d->up)
		v = at_once(d);
	if (v == DIAGNOSIS_NONE && !d->up && now >= d->since +
	    (over ? DIAGNOSIS_END_US : DIAGNOSIS_US))
		v = after_a_while(d);
	/* What was wrong is so until something is new. */
	if (now >= d->look_at)
		d->look_at = now + DIAGNOSIS_AGAIN_US;
	if (v == d->said)
		return false;
	d->said = v;
	return true;
}

bool
diagnosis_large(struct diagnosis *d, bool lost, uint16_t large)
{
	if (lost == (d->said == DIAGNOSIS_LARGE_LOST))
		return false;
	d->said = lost ? DIAGNOSIS_LARGE_LOST : DIAGNOSIS_NONE;
	d->large = large;
	return true;
}

uint32_t
diagnosis_detail(const struct diagnosis *d)
{
	switch (d->said) {
	case DIAGNOSIS_OTHER_ADDRESS:
		return d->stranger;
	case DIAGNOSIS_UNKNOWN_ID:
		return d->stray;
	case DIAGNOSIS_LARGE_LOST:
		return d->large;
	default:
		return 0;
	}
}

/* --- words --------------------------------------------------------------- */

/* %c is the client, %a the other address, %i the Call ID, %n a number. */
static const struct {
	const char *word, *text;
} words[DIAGNOSIS_COUNT] = {
	[DIAGNOSIS_NONE] = { "none", "nothing is wrong" },
	[DIAGNOSIS_NO_GRE] = { "no-gre",
	    "GRE (IP protocol 47) from %c does not arrive: a firewall or "
	    "NAT on the way drops it" },
	[DIAGNOSIS_UNKNOWN_ID] = { "unknown-call-id",
	    "GRE from %c arrives with Call ID %i, which no call has: a "
	    "NAT helper on the way rewrites it wrongly" },
	[DIAGNOSIS_OTHER_ADDRESS] = { "other-address",
	    "GRE of this call arrives from %a and not from %c: a router "
	    "on the way gives GRE another address than TCP" },
	[DIAGNOSIS_NOT_HEARD] = { "not-heard",
	    "GRE from %c arrives, ours is never answered: a firewall or NAT "
	    "drops it on its way out" },
	[DIAGNOSIS_LCP_SILENT] = { "lcp-silent",
	    "%c acknowledges our GRE and does not answer LCP: its PPP does "
	    "not run" },
	[DIAGNOSIS_AUTH_REFUSED] = { "auth-refused",
	    "pppd refuses the user or the password" },
	[DIAGNOSIS_AUTH_KIND] = { "auth-kind",
	    "the client refuses the kinds of authentication that pppd allows" },
	[DIAGNOSIS_AUTH_SILENT] = { "auth-silent",
	    "the client does not answer when pppd asks it to authenticate" },
	[DIAGNOSIS_AUTH_UNDECIDED] = { "auth-undecided",
	    "pppd does not say whether the client may come in: does the "
	    "RADIUS server answer?" },
	[DIAGNOSIS_MPPE_CLIENT] = { "mppe-client",
	    "the client does not agree to the encryption that pppd requires "
	    "(MPPE)" },
	[DIAGNOSIS_MPPE_SERVER] = { "mppe-server",
	    "pppd refuses encryption (MPPE): its options or the kernel lack "
	    "it" },
	[DIAGNOSIS_LARGE_LOST] = { "large-lost",
	    "packets of %n octets do not get to %c, small ones do: a network "
	    "on the way carries no packets of that size (a lower mtu in "
	    "pppd's options)" },
};

static bool
is_known(enum diagnosis_verdict v)
{
	return (unsigned int)v < DIAGNOSIS_COUNT;
}

const char *
diagnosis_word(enum diagnosis_verdict v)
{
	return is_known(v) ? words[v].word : "unknown";
}

/* Puts the values in place of %c, %a and %i. */
static void
fill(char *text, const char *from, const char *client, const char *other,
    unsigned int id)
{
	size_t len = 0;
	int n;

	for (; *from != '\0' && len < DIAGNOSIS_TEXT - 1; from++) {
		if (*from != '%') {
			text[len++] = *from;
			continue;
		}
		switch (*++from) {
		case 'c':
			n = snprintf(text + len, DIAGNOSIS_TEXT - len, "%s",
			    client);
			break;
		case 'a':
			n = snprintf(text + len, DIAGNOSIS_TEXT - len, "%s",
			    other);
			break;
		case 'n':
			n = snprintf(text + len, DIAGNOSIS_TEXT - len, "%u",
			    id);
			break;
		default:
			n = snprintf(text + len, DIAGNOSIS_TEXT - len, "%04X",
			    id);
			break;
		}
		len += (size_t)n;
	}
	text[len < DIAGNOSIS_TEXT ? len : DIAGNOSIS_TEXT - 1] = '\0';
}

void
diagnosis_text(enum diagnosis_verdict v, uint32_t client, uint32_t detail,
    char text[DIAGNOSIS_TEXT])
{
	char from[ADDR_TEXT], other[ADDR_TEXT];

	addr_text(client, from);
	addr_text(detail, other);
	fill(text, is_known(v) ? words[v].text : "of another version", from,
	    other, detail & 0xFFFF);
}
