/*
 * Fuzz target: frames that wait in a login.  The input is a list of frames
 * of both sides and of what else happens.  Every frame has a number, so that
 * what comes out can be judged: nothing is lost but what a newer one of its
 * protocol replaces, nothing comes twice, and nothing waits beyond its time.
 */
/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "fuzz.h"
#include "state/login_hold.h"
#include "state/login_steps.h"

#define FRAME_LEN	7	/* FF 03, protocol, code, number */
#define NONE		UINT16_MAX

enum op {
	OP_PPPD,
	OP_CLIENT,
	OP_SPOKE,
	OP_TIME,
	OP_DEADLINE,
	OP_END,			/* the call is over, or adopted */
	OPS
};

static const uint16_t protocols[] = {
	PPP_LCP, PPP_PAP, PPP_CHAP, PPP_EAP, PPP_CCP, PPP_IPCP, PPP_IPV6CP,
	0x0021, 0x00FD, 0x8053
};
#define PROTOCOLS	(sizeof(protocols) / sizeof(protocols[0]))

static struct login_hold hold;
static struct login_steps steps;
static uint64_t now;
static uint16_t sent[2];	/* numbers of pppd's frames, the client's */
static uint16_t to_client_next;	/* what the client has to get next */
static uint16_t waits[PROTOCOLS];	/* number of the client's that waits */
static uint64_t since[PROTOCOLS];	/* us, when the first of them came */
static uint16_t got;		/* by pppd, last; NONE: nothing */
static bool ended;

static unsigned int
index_of(const uint8_t *frame)
{
	unsigned int i = 0;

	while (protocols[i] != (uint16_t)(frame[2] << 8 | frame[3]))
		i++;
	return i;
}

static uint16_t
number_of(const uint8_t *frame, size_t len)
{
	MUST(len == FRAME_LEN);
	return (uint16_t)(frame[5] << 8 | frame[6]);
}

static void
to_client(const uint8_t *frame, size_t len, void *arg)
{
	MUST(arg == &hold);
	MUST(number_of(frame, len) == to_client_next);
	to_client_next++;
}

static void
to_pppd(const uint8_t *frame, size_t len, void *arg)
{
	unsigned int i = index_of(frame);

	MUST(arg == &hold);
	got = number_of(frame, len);
	if (got == sent[1])
		return;			/* the one that has just come */
	MUST(waits[i] == got);
	MUST(now - since[i] <= LOGIN_HOLD_NCP_US);
	waits[i] = NONE;
}

static const struct login_hold_ops ops = { to_client, to_pppd };

static void
frame(bool from_pppd, uint8_t what, uint8_t code)
{
	unsigned int i = what % PROTOCOLS;
	uint16_t number = sent[from_pppd ? 0 : 1];
	uint8_t octets[FRAME_LEN] = { 0xff, 0x03, protocols[i] >> 8,
	    protocols[i] & 0xff, code, number >> 8, number & 0xff };
	struct ppp_head head;
	bool known = ppp_frame_head(octets, sizeof(octets), &head);

	MUST(known);
	login_steps_frame(&steps, from_pppd, &head, now);
	if (from_pppd) {
		login_hold_from_pppd(&hold, octets, sizeof(octets), &head, now,
		    &ops, &hold);
		sent[0]++;
		MUST(sent[0] - to_client_next <= 1);
		MUST(!ended || sent[0] == to_client_next);
		return;
	}
	got = NONE;
	login_hold_from_client(&hold, octets, sizeof(octets), &head, now, &ops,
	    &hold);
	if (got == NONE) {	/* a new one waits, in place of an older */
		MUST(!ended && protocols[i] >= PPP_IPCP &&
		    protocols[i] <= PPP_CCP && protocols[i] != 0x8053);
		if (waits[i] == NONE)
			since[i] = now;
		waits[i] = number;
	} else
		MUST(got == number);
	sent[1]++;
}

static void
timer(void)
{
	login_hold_timer(&hold, now, &ops, &hold);
	MUST(login_hold_deadline(&hold) > now);
}

static void
step(struct fuzz_input *in)
{
	uint8_t a, b;
	uint64_t at;

	switch ((enum op)(fuzz_u8(in) % OPS)) {
	case OP_PPPD:
		a = fuzz_u8(in);
		b = fuzz_u8(in);
		frame(true, a, b % 12);
		break;
	case OP_CLIENT:
		a = fuzz_u8(in);
		b = fuzz_u8(in);
		frame(false, a, b);
		break;
	case OP_SPOKE:
		login_steps_client_spoke(&steps, now);
		login_hold_client_spoke(&hold, now, &ops, &hold);
		MUST(sent[0] == to_client_next);
		break;
	case OP_TIME:
		/* Never beyond a deadline: a timer comes in time. */
		at = now + fuzz_u16(in) * UINT64_C(20);
		now = at < login_hold_deadline(&hold) ? at :
		    login_hold_deadline(&hold);
		timer();
		break;
	case OP_DEADLINE:
		if (login_hold_deadline(&hold) != UINT64_MAX)
			now = login_hold_deadline(&hold);
		timer();
		break;
	case OP_END:
		if (in->left % 5 != 0)
			break;
		login_hold_free(&hold);
		to_client_next = sent[0];
		for (size_t i = 0; i < PROTOCOLS; i++)
			waits[i] = NONE;
		ended = true;
		break;
	case OPS:
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };
	char text[LOGIN_STEPS_TEXT];

	if (size > 60000)
		return 0;		/* numbers are 16 bits */
	now = 5000000;
	sent[0] = sent[1] = to_client_next = 0;
	for (size_t i = 0; i < PROTOCOLS; i++)
		waits[i] = NONE;
	ended = false;
	login_hold_init(&hold);
	login_steps_begin(&steps, now);
	while (in.left > 0)
		step(&in);
	while (login_hold_deadline(&hold) != UINT64_MAX) {
		now = login_hold_deadline(&hold);
		timer();
	}
	/* Whatever waited has come out. */
	MUST(sent[0] == to_client_next);
	for (size_t i = 0; i < PROTOCOLS; i++)
		MUST(waits[i] == NONE);
	login_steps_text(&steps, text);
	MUST(strlen(text) < sizeof(text));
	login_hold_free(&hold);
	return 0;
}
