/*
 * Fuzz target: sequence numbers, reordering, acknowledgements.  The input is
 * a list of packets (number, length, time since the last one) and of what else
 * happens to a call.
 */
/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "fuzz.h"
#include "state/gre_window.h"

#define PAYLOAD_MAX	64
#define NEAR		20	/* around the stream's place */

enum op {
	OP_NEXT,		/* what the sender sends next */
	OP_NEAR,
	OP_FAR,
	OP_ANY,
	OP_AGAIN,		/* a number of before */
	OP_TIMER,
	OP_DEADLINE,
	OP_SEND,
	OP_ACK,
	OP_RESTART,		/* another engine takes the call over */
	OPS
};

static struct gre_rx rx;
static struct gre_reorder reorder;
static struct gre_tx tx;
static struct gre_ack ack;
static uint64_t now, delivered;
static uint32_t sender, last;
static uint64_t jumps;
static bool any;			/* last is one */
static bool forgot;			/* an engine took a suspect with it */

/* Every octet follows from number and length. */
static size_t
make(uint8_t payload[PAYLOAD_MAX], uint32_t seq, uint8_t len)
{
	size_t n = len % (PAYLOAD_MAX + 1);

	for (size_t i = 0; i < n; i++)
		payload[i] = (uint8_t)(seq * 31 + n + i);
	return n;
}

static void
deliver(const uint8_t *payload, size_t len, void *arg)
{
	uint8_t want[PAYLOAD_MAX];

	MUST(arg == &rx);
	MUST(len <= PAYLOAD_MAX);
	/* It goes back only to where it was before the last jump. */
	MUST(!any || (int32_t)(rx.last - last) > 0 ||
	    (rx.jumps > jumps && rx.moved));
	jumps = rx.jumps;
	MUST(make(want, rx.last, (uint8_t)len) == len);
	MUST(memcmp(want, payload, len) == 0);
	last = rx.last;
	any = true;
	delivered++;
}

static void
check(void)
{
	unsigned int waiting = 0;
	uint64_t deadline = gre_rx_deadline(&rx, &reorder);

	for (size_t i = 0; i < GRE_AHEAD_MAX; i++) {
		const struct gre_slot *s = &reorder.slot[i];

		if (s->data == NULL)
			continue;
		waiting++;
		MUST(s->seq % GRE_AHEAD_MAX == i);
		MUST(s->len <= PAYLOAD_MAX && s->at <= now);
		/* The expected one would have been delivered. */
		MUST(s->seq - rx.last > 1 &&
		    s->seq - rx.last <= GRE_AHEAD_MAX);
	}
	MUST(waiting == reorder.waiting && waiting <= GRE_WAIT_MAX);
	MUST((deadline == UINT64_MAX) == (waiting == 0));
	if (forgot && rx.started && !rx.jump) {
		MUST(!any || (int32_t)(rx.last - last) >= 0 ||
		    rx.jumps > jumps);
		last = rx.last;		/* it was confirmed, unseen */
		jumps = rx.jumps;
		any = true;
		forgot = false;
	}
	MUST(rx.delivered == delivered && rx.started == any);
	MUST(!any || rx.last == last);
	MUST(rx.highest - rx.last <= GRE_AHEAD_MAX);
	MUST(!rx.jump || (rx.jump_run > 0 && rx.jump_run <= GRE_JUMP_RUN));
	MUST(rx.heard_at <= now && rx.jump_at <= now);
	MUST(rx.wait_us >= GRE_WAIT_LEAST_US &&
	    rx.wait_us <= GRE_WAIT_MOST_US);
	MUST(!any || (rx.delivered_map & 1) == 1);
	MUST(ack.every > 0 && (ack.unacked > 0 ||
	    gre_ack_deadline(&ack) == UINT64_MAX));
	MUST(!tx.any_acked || (int32_t)(tx.next - tx.acked) > 0);
}

static void
packet(uint32_t seq, uint8_t len)
{
	uint8_t payload[PAYLOAD_MAX];
	size_t n = make(payload, seq, len);
	uint64_t before = delivered;
	enum gre_verdict v;

	v = gre_rx_packet(&rx, &reorder, seq, payload, n, now, deliver, &rx);
	memset(payload, 0xee, sizeof(payload));	/* it is the caller's again */
	switch (v) {
	case GRE_DELIVERED:
		MUST(delivered > before);
		break;
	case GRE_WAITING:
		break;
	case GRE_OLD:
	case GRE_SUSPECT:
		/* Others may have been, that waited. */
		MUST(delivered == before || rx.last != seq);
		return;
	case GRE_NO_MEMORY:
		return;
	}
	gre_ack_received(&ack, now);
	if (gre_ack_due(&ack))
		gre_ack_sent(&ack);
}

static void
timer(void)
{
	int n = 0;

	do {	/* giving up makes it less patient: more may be due at once */
		gre_rx_timer(&rx, &reorder, now, deliver, &rx);
		MUST(n++ <= GRE_WAIT_MAX);
	} while (gre_rx_deadline(&rx, &reorder) <= now);
	if (now >= gre_ack_deadline(&ack)) {
		MUST(now - ack.since >= GRE_ACK_DELAY_US);
		gre_ack_sent(&ack);
		MUST(!gre_ack_due(&ack));
	}
}

/* What waited dies with an engine; the record lives. */
static void
restart(void)
{
	forgot = rx.jump;
	gre_reorder_free(&reorder);
	gre_reorder_init(&reorder);
}

static void
step(struct fuzz_input *in)
{
	uint8_t op = fuzz_u8(in);
	uint32_t seq;

	now += (uint64_t)fuzz_u8(in) * 500;
	switch ((enum op)(op % OPS)) {
	case OP_NEXT:
		packet(++sender, fuzz_u8(in));
		break;
	case OP_NEAR:
		seq = sender + fuzz_u8(in) % (2 * NEAR) - NEAR;
		packet(seq, fuzz_u8(in));
		break;
	case OP_FAR:
		sender += fuzz_u16(in);
		packet(sender, fuzz_u8(in));
		break;
	case OP_ANY:
		seq = fuzz_u32(in);
		packet(seq, fuzz_u8(in));
		break;
	case OP_AGAIN:
		packet(sender - fuzz_u8(in), fuzz_u8(in));
		break;
	case OP_TIMER:
		now += (uint64_t)fuzz_u16(in) * 100;
		timer();
		break;
	case OP_DEADLINE:
		if (reorder.waiting > 0 && gre_rx_deadline(&rx, &reorder) > now)
			now = gre_rx_deadline(&rx, &reorder);
		timer();
		break;
	case OP_SEND:
		tx.next += fuzz_u8(in) + 1U;
		break;
	case OP_ACK:
		gre_tx_acked(&tx, fuzz_u32(in));
		break;
	case OP_RESTART:
		restart();
		break;
	case OPS:
		break;
	}
	check();
}

/* A client that goes on where it was is heard again, whatever was forged. */
static void
client_goes_on(uint32_t place, uint32_t forged, uint8_t forgeries)
{
	/* Anywhere but at its own next numbers. */
	uint32_t far = place + 64 + forged % (UINT32_MAX - 256);

	now += GRE_JUMP_US + 1;
	for (uint32_t i = 0; i < forgeries; i++)
		packet(far + i, (uint8_t)i);
	for (uint32_t i = 1; i <= GRE_JUMP_RUN + 2; i++) {
		now += 1000;
		packet(place + i, (uint8_t)i);
		timer();
		check();
	}
	MUST(rx.last == place + GRE_JUMP_RUN + 2);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };

	now = 1000000;
	delivered = 0;
	jumps = 0;
	any = forgot = false;
	gre_rx_init(&rx);
	gre_reorder_init(&reorder);
	gre_tx_init(&tx);
	gre_ack_init(&ack, fuzz_u16(&in));
	sender = fuzz_u8(&in) % 2 == 0 ? UINT32_MAX : fuzz_u32(&in);
	while (in.left > 0)
		step(&in);
	now += GRE_WAIT_MOST_US + GRE_ACK_DELAY_US;
	timer();
	check();
	MUST(reorder.waiting == 0 && ack.unacked == 0);
	if (any)
		client_goes_on(rx.last, sender, ack.every);
	gre_reorder_free(&reorder);
	return 0;
}
