/* pptpdctl doctor --self-test: how far a call has come, from what passes by. */
/* SPDX-License-Identifier: ISC */
#include "ctl/selftest_walk.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/wire.h"
#include "protocol/ppp_frame.h"

#define BOTH_ACKS	3
#define OPTION_MPPE	18	/* RFC 3078 2.1 */
#define BITS_128	0x40	/* of its last octet */
#define BITS_40		0x20

void
selftest_walk_init(struct selftest_walk *w, enum selftest_step last, bool mppe)
{
	memset(w, 0, sizeof(*w));
	w->r.failed = SELFTEST_STEPS;
	w->last = last;
	w->wants_mppe = mppe;
}

bool
selftest_passed(const struct selftest_walk *w, enum selftest_step step)
{
	return (w->r.passed & 1U << step) != 0;
}

void
selftest_pass(struct selftest_walk *w, enum selftest_step step)
{
	w->r.passed = (uint16_t)(w->r.passed | 1U << step);
}

/* An acknowledgement means that one of our packets has come. */
void
selftest_heard(struct selftest_walk *w, const struct pptp_gre *gre)
{
	selftest_pass(w, SELFTEST_GRE_IN);
	if (gre->has_ack)
		selftest_pass(w, SELFTEST_GRE_OUT);
}

/* --- frames -------------------------------------------------------------- */

/* What a Terminate-Request says of its reason; pppd writes words there. */
static void
hear_reason(struct selftest_walk *w, bool from_server, struct wire_reader *r)
{
	char text[SELFTEST_WHY / 2] = "";
	size_t len;

	wire_skip(r, 1);			/* Identifier */
	len = wire_get_u16(r);
	if (len <= 4 || r->bad || r->left == 0)
		return;
	len = len - 4 < r->left ? len - 4 : r->left;
	len = len < sizeof(text) - 1 ? len : sizeof(text) - 1;
	wire_get_bytes(r, text, len);
	if (w->r.why[0] == '\0')
		snprintf(w->r.why, sizeof(w->r.why), "the %s pppd says: %s",
		    from_server ? "server's" : "client's",
		    log_printable(text));
}

/* The bits of the key that a Configure-Ack of CCP agrees on; 0: none. */
static uint8_t
key_bits(struct wire_reader *r)
{
	wire_skip(r, 3);			/* Identifier, Length */
	while (!r->bad && r->left >= 2) {
		uint8_t type = wire_get_u8(r), size = wire_get_u8(r);

		if (type == OPTION_MPPE && size == 6) {
			uint32_t bits = wire_get_u32(r);

			return r->bad ? 0 : (bits & BITS_128) != 0 ? 128 :
			    (bits & BITS_40) != 0 ? 40 : 56;
		}
		wire_skip(r, size < 2 ? r->left : (size_t)size - 2);
	}
	return 0;
}

static void
hear_ccp(struct selftest_walk *w, uint8_t ack, struct wire_reader *r)
{
	uint8_t bits = key_bits(r);

	if (bits == 0)
		return;
	w->ccp_acks |= ack;
	if (w->r.bits == 0 || bits < w->r.bits)
		w->r.bits = bits;
	if (w->ccp_acks == BOTH_ACKS)
		selftest_pass(w, SELFTEST_MPPE);
}

/* RFC 1661 4: the link is open when both sides have had their Ack. */
static void
hear_lcp(struct selftest_walk *w, uint8_t ack, const uint8_t *frame,
    size_t len)
{
	w->lcp_acks |= ack;
	if (ack == 2)		/* ours, to what the server asks for */
		w->r.auth = (uint8_t)ppp_auth_kind_of(frame, len);
	if (w->lcp_acks == BOTH_ACKS)
		selftest_pass(w, SELFTEST_LCP);
}

static void
hear_verdict(struct selftest_walk *w, const struct ppp_head *head)
{
	switch (ppp_auth_says(head)) {
	case PPP_AUTH_SUCCEEDED:
		selftest_pass(w, SELFTEST_AUTH);
		break;
	case PPP_AUTH_FAILED:
		if (selftest_passed(w, SELFTEST_AUTH))
			break;
		selftest_fail(w, true, "the server refuses a user that is in "
		    "its chap-secrets");
		break;
	case PPP_AUTH_NOTHING:
		break;
	}
}

void
selftest_frame(struct selftest_walk *w, bool from_server,
    const uint8_t *frame, size_t len)
{
	size_t skip = len >= 2 && frame[0] == 0xFF && frame[1] == 0x03 ? 2 : 0;
	uint8_t ack = from_server ? 1 : 2;
	struct wire_reader r;
	struct ppp_head head;

	if (!ppp_frame_head(frame, len, &head))
		return;
	if (from_server && selftest_passed(w, SELFTEST_LCP))
		hear_verdict(w, &head);
	wire_reader_init(&r, frame + skip, len - skip);
	wire_skip(&r, 3);			/* protocol and code */
	if (head.protocol == PPP_LCP && head.code == PPP_TERMINATE_REQUEST)
		hear_reason(w, from_server, &r);
	else if (head.code != PPP_CONFIGURE_ACK)
		return;
	else if (head.protocol == PPP_LCP)
		hear_lcp(w, ack, frame, len);
	else if (head.protocol == PPP_CCP)
		hear_ccp(w, ack, &r);
}

/* --- where it ends ------------------------------------------------------- */

/* The first step that is missing, and not only because nobody could see it. */
static enum selftest_step
blame(const struct selftest_walk *w, bool hung_up)
{
	for (int s = SELFTEST_CONNECT; s <= (int)w->last; s++) {
		if (selftest_passed(w, s) ||
		    (s == SELFTEST_MPPE && !w->wants_mppe))
			continue;
		if (s != SELFTEST_GRE_OUT && s != SELFTEST_GRE_IN)
			return s;
		/* A pppd that ends before its first frame: GRE is not to
		 * blame. */
		if (hung_up)
			return SELFTEST_LCP;
		/* Who hears nothing does not know whether he is heard. */
		if (s == SELFTEST_GRE_IN ||
		    selftest_passed(w, SELFTEST_GRE_IN))
			return s;
	}
	return w->last;
}

void
selftest_fail(struct selftest_walk *w, bool hung_up, const char *fmt, ...)
{
	va_list ap;

	if (selftest_over(w))
		return;
	w->r.failed = (uint8_t)blame(w, hung_up);
	if (w->r.why[0] != '\0')
		return;
	va_start(ap, fmt);
	vsnprintf(w->r.why, sizeof(w->r.why), fmt, ap);
	va_end(ap);
	(void)log_printable(w->r.why);
}

bool
selftest_over(const struct selftest_walk *w)
{
	return w->r.failed != SELFTEST_STEPS || selftest_passed(w, w->last);
}
