/* Sequence numbers, reordering, acknowledgements: RFC 2637 sections 4.1-4.3. */
/* SPDX-License-Identifier: ISC */
#include "state/gre_window.h"

#include <stdlib.h>
#include <string.h>

#include "base/wire.h"

#define MAP_BITS	64	/* of delivered_map */
#define ACK_EVERY_MOST	32	/* however large the peer's window is */

/* Signed distance from b to a, modulo 2^32. */
static int32_t
seq_diff(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

static uint64_t
clamp_wait(uint64_t us)
{
	if (us < GRE_WAIT_LEAST_US)
		return GRE_WAIT_LEAST_US;
	return us > GRE_WAIT_MOST_US ? GRE_WAIT_MOST_US : us;
}

void
gre_rx_init(struct gre_rx *rx)
{
	memset(rx, 0, sizeof(*rx));
	rx->last = rx->highest = UINT32_MAX;	/* 0 is expected */
	rx->wait_us = GRE_WAIT_FIRST_US;
}

void
gre_reorder_init(struct gre_reorder *ro)
{
	memset(ro, 0, sizeof(*ro));
}

static void
slot_clear(struct gre_slot *s)
{
	free(s->data);
	memset(s, 0, sizeof(*s));
}

static void
drop_waiting(struct gre_reorder *ro)
{
	for (size_t i = 0; i < GRE_AHEAD_MAX; i++)
		slot_clear(&ro->slot[i]);
	ro->waiting = 0;
}

void
gre_reorder_free(struct gre_reorder *ro)
{
	drop_waiting(ro);
	slot_clear(&ro->jump);
}

static bool
slot_fill(struct gre_slot *s, uint32_t seq, const uint8_t *payload, size_t len,
    uint64_t now)
{
	uint8_t *data = malloc(len > 0 ? len : 1);

	if (data == NULL)
		return false;
	free(s->data);
	memcpy(data, payload, len);
	*s = (struct gre_slot){ data, len, seq, now };
	return true;
}

static struct gre_slot *
slot_of(struct gre_reorder *ro, uint32_t seq)
{
	return &ro->slot[seq % GRE_AHEAD_MAX];
}

/* Moves `last` to seq, which the caller delivers now. */
static void
advance(struct gre_rx *rx, uint32_t seq)
{
	uint32_t step = seq - rx->last;

	rx->delivered_map = step < MAP_BITS ?
	    rx->delivered_map << step | 1 : 1;
	if (!rx->started)
		rx->delivered_map = 1;
	else
		rx->lost += step - 1;
	rx->last = seq;
	rx->started = true;
	rx->delivered++;
	if (seq_diff(seq, rx->highest) > 0)
		rx->highest = seq;
}

/* Delivers the waiting packets whose numbers follow `last` without a gap. */
static void
drain(struct gre_rx *rx, struct gre_reorder *ro, gre_deliver *deliver,
    void *arg)
{
	struct gre_slot *s;

	while (ro->waiting > 0) {
		s = slot_of(ro, rx->last + 1);
		if (s->data == NULL)
			return;
		advance(rx, s->seq);
		deliver(s->data, s->len, arg);
		slot_clear(s);
		ro->waiting--;
	}
}

/* Gives up the first gap, and delivers the packets up to the next one. */
static void
skip_gap(struct gre_rx *rx, struct gre_reorder *ro, gre_deliver *deliver,
    void *arg)
{
	for (uint32_t n = 1; n <= GRE_AHEAD_MAX && ro->waiting > 0; n++) {
		struct gre_slot *s = slot_of(ro, rx->last + n);

		if (s->data == NULL)
			continue;
		advance(rx, s->seq);
		deliver(s->data, s->len, arg);
		slot_clear(s);
		ro->waiting--;
		break;
	}
	drain(rx, ro, deliver, arg);
}

/* Arrival of the packet that waits longest. */
static uint64_t
oldest(const struct gre_reorder *ro)
{
	uint64_t t = UINT64_MAX;

	for (size_t i = 0; i < GRE_AHEAD_MAX; i++) {
		if (ro->slot[i].data != NULL && ro->slot[i].at < t)
			t = ro->slot[i].at;
	}
	return t;
}

/* If the packet is no duplicate, it was given up too early: wait longer. */
static enum gre_verdict
old_packet(struct gre_rx *rx, uint32_t seq)
{
	uint32_t age = rx->last - seq;

	if (rx->started && age < MAP_BITS &&
	    (rx->delivered_map >> age & 1) == 0) {
		rx->late++;
		rx->wait_us = clamp_wait(rx->wait_us * 2);
		rx->delivered_map |= (uint64_t)1 << age;
	} else
		rx->duplicate++;
	return GRE_OLD;
}

static enum gre_verdict
expected_packet(struct gre_rx *rx, struct gre_reorder *ro, uint32_t seq,
    const uint8_t *payload, size_t len, uint64_t now, gre_deliver *deliver,
    void *arg)
{
	advance(rx, seq);
	deliver(payload, len, arg);
	if (ro->waiting > 0) {
		/* A gap was filled: wait_us tends to twice the time it took. */
		uint64_t took = now - oldest(ro);

		rx->reordered++;
		rx->wait_us = clamp_wait((rx->wait_us * 7 + took * 2) / 8);
		if (rx->wait_us < took * 2)
			rx->wait_us = clamp_wait(took * 2);
		drain(rx, ro, deliver, arg);
	}
	return GRE_DELIVERED;
}

static enum gre_verdict
keep(struct gre_rx *rx, struct gre_reorder *ro, uint32_t seq,
    const uint8_t *payload, size_t len, uint64_t now, gre_deliver *deliver,
    void *arg)
{
	struct gre_slot *s = slot_of(ro, seq);

	if (s->data != NULL) {		/* keep the first one */
		rx->duplicate++;
		return GRE_OLD;
	}
	if (!slot_fill(s, seq, payload, len, now))
		return GRE_NO_MEMORY;
	ro->waiting++;
	if (seq_diff(seq, rx->highest) > 0)
		rx->highest = seq;
	if (ro->waiting > GRE_WAIT_MAX)
		skip_gap(rx, ro, deliver, arg);
	return GRE_WAITING;
}

/* Keeps a suspect, in place of an earlier one. */
static enum gre_verdict
suspect(struct gre_rx *rx, struct gre_reorder *ro, uint32_t seq,
    const uint8_t *payload, size_t len, uint64_t now)
{
	if (!slot_fill(&ro->jump, seq, payload, len, now))
		return GRE_NO_MEMORY;
	rx->jump = true;
	rx->jump_run++;
	rx->jump_seq = seq;
	rx->jump_at = now;
	return GRE_SUSPECT;
}

/* Moves the stream to the suspect, and delivers it. */
static void
jump(struct gre_rx *rx, struct gre_reorder *ro, bool back,
    gre_deliver *deliver, void *arg)
{
	uint32_t place;

	rx->jump = false;
	rx->jumps++;
	/* Before the first delivery packets with numbers higher than the
	 * suspect's may wait: drop them. */
	if (ro->waiting > 0 && seq_diff(rx->jump_seq, rx->highest) <= 0)
		drop_waiting(ro);
	while (ro->waiting > 0)
		skip_gap(rx, ro, deliver, arg);
	place = rx->last;
	if (back) {
		rx->lost -= rx->jump_lost;	/* nothing was lost */
		rx->jump_lost = 0;
		rx->last = rx->before;
	} else
		rx->jump_lost = rx->started ? rx->jump_seq - place - 1 : 0;
	rx->before = place;
	rx->moved_to = rx->jump_seq;
	rx->moved = true;
	rx->highest = rx->jump_seq;
	if (ro->jump.data != NULL) {	/* else an earlier engine had it */
		advance(rx, ro->jump.seq);
		deliver(ro->jump.data, ro->jump.len, arg);
		slot_clear(&ro->jump);
	} else {
		rx->last = rx->jump_seq;
		rx->lost += rx->jump_lost;
		rx->delivered_map = 1;
		rx->started = true;
	}
}

/*
 * Takes a number far ahead, or where the stream was before it jumped.  One such
 * number proves nothing: anybody who can forge a source address can send it.
 * Two close together are believed, as in RTP for a new source (RFC 3550 A.1),
 * if the client sends nothing at the old place.  Otherwise many are needed, so
 * that a client that has lost a burst of packets is not held up.
 */
static enum gre_verdict
far_packet(struct gre_rx *rx, struct gre_reorder *ro, uint32_t seq, bool back,
    const uint8_t *payload, size_t len, uint64_t now, gre_deliver *deliver,
    void *arg)
{
	/* At the old place two packets count even if they come slowly. */
	bool fresh = back || !rx->started || now - rx->jump_at <= GRE_JUMP_US;
	int32_t step = seq_diff(seq, rx->jump_seq);

	if (!rx->jump || !fresh || step <= -GRE_AHEAD_MAX ||
	    step >= GRE_AHEAD_MAX) {
		rx->jump_run = 0;
		return suspect(rx, ro, seq, payload, len, now);
	}
	if (step <= 0)
		return GRE_OLD;
	if (rx->started && rx->jump_run < GRE_JUMP_RUN &&
	    now - rx->heard_at < GRE_QUIET_US)
		return suspect(rx, ro, seq, payload, len, now);
	jump(rx, ro, back, deliver, arg);
	return gre_rx_packet(rx, ro, seq, payload, len, now, deliver, arg);
}

/* Whether seq continues the stream where it was before it jumped. */
static bool
is_before(const struct gre_rx *rx, uint32_t seq)
{
	int32_t on = seq_diff(seq, rx->before);

	return rx->moved && on > 0 && on <= GRE_JUMP_MAX &&
	    (seq_diff(rx->moved_to, rx->before) < 0 ||
	    seq_diff(seq, rx->moved_to) < 0);
}

static enum gre_verdict
receive(struct gre_rx *rx, struct gre_reorder *ro, uint32_t seq,
    const uint8_t *payload, size_t len, uint64_t now, gre_deliver *deliver,
    void *arg)
{
	int32_t ahead = seq_diff(seq, rx->last + 1);

	if (ahead == 0 || (!rx->started && seq == 1 && ro->waiting == 0))
		return expected_packet(rx, ro, seq, payload, len, now,
		    deliver, arg);
	if (rx->started && (ahead < 0 || ahead >= GRE_AHEAD_MAX) &&
	    is_before(rx, seq))
		return far_packet(rx, ro, seq, true, payload, len, now,
		    deliver, arg);
	if (rx->started && ahead < 0)
		return old_packet(rx, seq);

	/*
	 * This packet follows the highest of those that wait, so the stream
	 * has moved on: give up gaps until the packet is near enough.
	 */
	while (ro->waiting > 0 && ahead >= GRE_AHEAD_MAX &&
	    seq_diff(seq, rx->highest) > 0 &&
	    seq_diff(seq, rx->highest) < GRE_AHEAD_MAX) {
		skip_gap(rx, ro, deliver, arg);
		ahead = seq_diff(seq, rx->last + 1);
	}
	if (ahead == 0)
		return expected_packet(rx, ro, seq, payload, len, now,
		    deliver, arg);
	if (ahead > 0 && ahead < GRE_AHEAD_MAX)
		return keep(rx, ro, seq, payload, len, now, deliver, arg);
	if (rx->started && ahead > GRE_JUMP_MAX) {
		rx->distant++;
		return GRE_OLD;
	}
	return far_packet(rx, ro, seq, false, payload, len, now, deliver, arg);
}

enum gre_verdict
gre_rx_packet(struct gre_rx *rx, struct gre_reorder *ro, uint32_t seq,
    const uint8_t *payload, size_t len, uint64_t now, gre_deliver *deliver,
    void *arg)
{
	enum gre_verdict v = receive(rx, ro, seq, payload, len, now, deliver,
	    arg);

	if (v == GRE_DELIVERED || v == GRE_WAITING) {
		rx->heard_at = now;
		rx->jump = false;	/* no jump: the stream goes on */
	}
	return v;
}

uint64_t
gre_rx_deadline(const struct gre_rx *rx, const struct gre_reorder *ro)
{
	if (ro->waiting == 0)
		return UINT64_MAX;
	return oldest(ro) + rx->wait_us;
}

void
gre_rx_timer(struct gre_rx *rx, struct gre_reorder *ro, uint64_t now,
    gre_deliver *deliver, void *arg)
{
	bool gave_up = false;

	while (now >= gre_rx_deadline(rx, ro)) {
		skip_gap(rx, ro, deliver, arg);
		gave_up = true;
	}
	/* Waiting was in vain, so wait less; a late packet doubles it again. */
	if (gave_up)
		rx->wait_us = clamp_wait(rx->wait_us * 3 / 4);
}

void
gre_tx_init(struct gre_tx *tx)
{
	memset(tx, 0, sizeof(*tx));
}

void
gre_tx_acked(struct gre_tx *tx, uint32_t ack)
{
	if (tx->any_acked ? seq_diff(ack, tx->next) >= 0 : ack >= tx->next)
		return;				/* never sent */
	if (tx->any_acked && seq_diff(ack, tx->acked) <= 0)
		return;
	tx->acked = ack;
	tx->any_acked = true;
}

void
gre_ack_init(struct gre_ack *a, uint16_t window)
{
	memset(a, 0, sizeof(*a));
	a->every = window / 4;
	if (a->every == 0)
		a->every = window == 0 ? ACK_EVERY_MOST : 1;
	if (a->every > ACK_EVERY_MOST)
		a->every = ACK_EVERY_MOST;
}

void
gre_ack_received(struct gre_ack *a, uint64_t now)
{
	if (a->unacked++ == 0)
		a->since = now;
}

void
gre_ack_sent(struct gre_ack *a)
{
	a->unacked = 0;
}

bool
gre_ack_due(const struct gre_ack *a)
{
	return a->unacked >= a->every;
}

uint64_t
gre_ack_deadline(const struct gre_ack *a)
{
	return a->unacked == 0 ? UINT64_MAX : a->since + GRE_ACK_DELAY_US;
}

bool
gre_is_sane(const struct gre_rx *rx, const struct gre_tx *tx,
    const struct gre_ack *ack, uint64_t now)
{
	return wire_is_bool(&rx->started) && wire_is_bool(&rx->jump) &&
	    wire_is_bool(&rx->moved) && wire_is_bool(&tx->any_acked) &&
	    rx->wait_us == clamp_wait(rx->wait_us) && rx->jump_at <= now &&
	    rx->heard_at <= now &&
	    ack->since <= now && ack->every >= 1 &&
	    ack->every <= ACK_EVERY_MOST;
}
