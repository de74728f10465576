/*
 * Fuzz target: a call whose state another process has left, damaged perhaps.
 * The input is written over good state; what is accepted all the same must be
 * as good as any.
 */
/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "fuzz.h"
#include "state/ctrl_out.h"
#include "state/gre_window.h"

#define CALL_ID	0x1234
#define PATCHES	8
#define TIMERS	1000

static struct state {
	struct ctrl	ctrl;
	struct gre_rx	rx;
	struct gre_tx	tx;
	struct gre_ack	ack;
} s;
static uint64_t now = 1000000;		/* ms */

static void
give(uint16_t type)
{
	struct pptp_msg m = { .type = type };
	uint8_t buf[PPTP_MSG_MAX];
	const uint8_t *p = buf;
	size_t n;

	if (type == PPTP_SCCRQ)
		m.u.start.version = PPTP_VERSION;
	else
		m.u.ocrq.window = 64;
	n = pptp_msg_encode(buf, sizeof(buf), &m);
	(void)ctrl_input(&s.ctrl, &p, &n, now);
}

/* A call that is up, with a reply that waits to be sent. */
static void
begin(void)
{
	memset(&s, 0, sizeof(s));
	ctrl_init(&s.ctrl, "198.51.100.20", 10000, now);
	give(PPTP_SCCRQ);
	give(PPTP_OCRQ);
	ctrl_call_starting(&s.ctrl, CALL_ID);
	(void)ctrl_call_started(&s.ctrl, now);
	gre_rx_init(&s.rx);
	gre_tx_init(&s.tx);
	gre_ack_init(&s.ack, 64);
	MUST(ctrl_fault(&s.ctrl, now) == NULL);
	MUST(gre_is_sane(&s.rx, &s.tx, &s.ack, now * 1000));
}

static void
patch(struct fuzz_input *in)
{
	for (int i = fuzz_u8(in) % PATCHES; i >= 0; i--) {
		size_t at = fuzz_u16(in) % sizeof(s), n = fuzz_u8(in);
		const uint8_t *data = fuzz_bytes(in, &n);

		if (n > sizeof(s) - at)
			n = sizeof(s) - at;
		if (n > 0)
			memcpy((uint8_t *)&s + at, data, n);
	}
}

static void
read_all(void)
{
	const uint8_t *data;
	size_t len;

	while ((len = ctrl_out_next(&s.ctrl, &data)) > 0) {
		MUST(data == s.ctrl.out && len <= s.ctrl.out_len);
		ctrl_out_sent(&s.ctrl, len);
	}
}

static void
deliver(const uint8_t *payload, size_t len, void *arg)
{
	(void)arg;
	fuzz_known(payload, len);
}

static void
go_on_gre(struct fuzz_input *in)
{
	struct gre_reorder reorder;
	uint64_t us = now * 1000;

	gre_reorder_init(&reorder);
	for (int i = fuzz_u8(in); i > 0; i--) {
		uint32_t seq = s.rx.last + (uint32_t)fuzz_u8(in) - 4;
		enum gre_verdict v = gre_rx_packet(&s.rx, &reorder, seq,
		    (const uint8_t *)"x", 1, us, deliver, NULL);

		if (v == GRE_DELIVERED || v == GRE_WAITING)
			gre_ack_received(&s.ack, us);
		gre_tx_acked(&s.tx, fuzz_u8(in));
		us += fuzz_u16(in);
		do
			gre_rx_timer(&s.rx, &reorder, us, deliver, NULL);
		while (gre_rx_deadline(&s.rx, &reorder) <= us);
		if (gre_ack_due(&s.ack) || gre_ack_deadline(&s.ack) <= us)
			gre_ack_sent(&s.ack);
	}
	gre_reorder_free(&reorder);
}

static void
go_on_ctrl(struct fuzz_input *in)
{
	size_t len = fuzz_u8(in);
	const uint8_t *data = fuzz_bytes(in, &len);

	read_all();
	while (len > 0 && s.ctrl.state != CTRL_CLOSED) {
		(void)ctrl_input(&s.ctrl, &data, &len, now);
		read_all();
	}
	/* Left alone, it ends, whatever its timers were. */
	for (int i = 0; i < TIMERS && s.ctrl.state != CTRL_CLOSED; i++) {
		uint64_t at = ctrl_deadline(&s.ctrl);

		if (at > now)
			now = at;
		(void)ctrl_timer(&s.ctrl, now);
		read_all();
	}
	MUST(s.ctrl.state == CTRL_CLOSED);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };

	now = 1000000;
	begin();
	patch(&in);
	if (gre_is_sane(&s.rx, &s.tx, &s.ack, now * 1000))
		go_on_gre(&in);
	if (ctrl_fault(&s.ctrl, now) == NULL)
		go_on_ctrl(&in);
	return 0;
}
