/* Sequence numbers, reordering, acknowledgements: packets and time in. */
/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "state/gre_window.h"
#include "unit.h"

#define MS	1000
#define FAR	1000	/* us between packets of a quick stream */
#define GOT_MAX	8192

static struct gre_rx rx;
static struct gre_reorder ro;
static uint64_t now;
static uint32_t got[GOT_MAX];
static size_t got_count;

static void
setup(void)
{
	now = 5000000;
	got_count = 0;
	gre_rx_init(&rx);
	gre_reorder_init(&ro);
}

static void
teardown(void)
{
	gre_reorder_free(&ro);
}

/* The payload of a test packet is its number. */
static void
deliver(const uint8_t *payload, size_t len, void *arg)
{
	(void)arg;
	ck_assert_uint_eq(len, sizeof(uint32_t));
	ck_assert_uint_lt(got_count, GOT_MAX);
	memcpy(&got[got_count++], payload, sizeof(uint32_t));
}

static enum gre_verdict
packet(uint32_t seq)
{
	return gre_rx_packet(&rx, &ro, seq, (const uint8_t *)&seq, sizeof(seq),
	    now, deliver, NULL);
}

static void
timer(void)
{
	gre_rx_timer(&rx, &ro, now, deliver, NULL);
}

static void
expect(const uint32_t *want, size_t n)
{
	ck_assert_uint_eq(got_count, n);
	for (size_t i = 0; i < n; i++)
		ck_assert_uint_eq(got[i], want[i]);
}

#define EXPECT(...) do {						\
	static const uint32_t want[] = { __VA_ARGS__ };			\
	expect(want, sizeof(want) / sizeof(want[0]));			\
} while (0)

START_TEST(q1_in_order)
{
	for (uint32_t i = 0; i < 5; i++)
		ck_assert_int_eq(packet(i), GRE_DELIVERED);
	EXPECT(0, 1, 2, 3, 4);
	ck_assert_uint_eq(rx.highest, 4);
	ck_assert_uint_eq(gre_rx_deadline(&rx, &ro), UINT64_MAX);
}
END_TEST

/* Kernel clients begin with 1. */
START_TEST(q2_first_may_be_1)
{
	ck_assert_int_eq(packet(1), GRE_DELIVERED);
	ck_assert_int_eq(packet(0), GRE_OLD);
	ck_assert_int_eq(packet(2), GRE_DELIVERED);
	EXPECT(1, 2);
}
END_TEST

/* Poptop took number 1 at any time and began again there. */
START_TEST(q4_number_1_is_no_reset)
{
	for (uint32_t i = 0; i < 10; i++)
		packet(i);
	ck_assert_int_eq(packet(1), GRE_OLD);
	ck_assert_int_eq(packet(0), GRE_OLD);
	ck_assert_int_eq(packet(10), GRE_DELIVERED);
	ck_assert_uint_eq(got_count, 11);
	ck_assert_uint_eq(rx.highest, 10);
}
END_TEST

START_TEST(reordering_by_up_to_8_is_repaired)
{
	for (uint32_t by = 1; by <= 8; by++) {
		teardown();
		setup();
		packet(0);
		for (uint32_t i = 2; i < 2 + by; i++)
			ck_assert_int_eq(packet(i), GRE_WAITING);
		ck_assert_int_eq(packet(1), GRE_DELIVERED);
		ck_assert_uint_eq(got_count, by + 2);
		for (uint32_t i = 0; i < by + 2; i++)
			ck_assert_uint_eq(got[i], i);
	}
}
END_TEST

START_TEST(gap_is_given_up_after_a_few_newer_packets)
{
	packet(0);
	for (uint32_t i = 2; got_count == 1; i++) {
		packet(i);
		ck_assert_uint_le(i, 14);
	}
	ck_assert_uint_eq(got[1], 2);
	ck_assert_uint_eq(got_count, 1 + GRE_WAIT_MAX + 1);
	ck_assert_int_eq(packet(1), GRE_OLD);
}
END_TEST

START_TEST(gap_is_given_up_after_a_while)
{
	packet(0);
	packet(2);
	ck_assert_uint_eq(gre_rx_deadline(&rx, &ro), now + GRE_WAIT_FIRST_US);
	now += GRE_WAIT_FIRST_US - 1;
	timer();
	EXPECT(0);
	now++;
	timer();
	EXPECT(0, 2);
	ck_assert_uint_eq(gre_rx_deadline(&rx, &ro), UINT64_MAX);
}
END_TEST

/* Two gaps: each packet waits its own time. */
START_TEST(q6_each_packet_has_its_own_time)
{
	packet(0);
	packet(3);
	now += 10 * MS;
	packet(5);
	now += 10 * MS;
	timer();
	EXPECT(0, 3);
	ck_assert_uint_eq(rx.wait_us, 15 * MS);	/* it adapts */
	now += 5 * MS;
	timer();
	EXPECT(0, 3, 5);
}
END_TEST

START_TEST(wait_grows_with_late_packets_and_shrinks_with_losses)
{
	uint64_t first = rx.wait_us;

	packet(0);
	packet(2);
	now += first;
	timer();
	ck_assert_int_eq(packet(1), GRE_OLD);	/* just too late */
	ck_assert_uint_eq(rx.late, 1);
	ck_assert_uint_gt(rx.wait_us, first);
	ck_assert_int_eq(packet(1), GRE_OLD);	/* a copy teaches nothing */
	ck_assert_uint_eq(rx.late, 1);
	for (uint32_t i = 0; i < 50; i++) {
		packet(4 + 2 * i);
		now += GRE_WAIT_MOST_US;
		timer();
	}
	ck_assert_uint_eq(rx.wait_us, GRE_WAIT_LEAST_US);
	for (uint32_t i = 0; i < 30; i++) {	/* all late, for ever */
		packet(200 + 2 * i);
		now += GRE_WAIT_MOST_US;
		timer();
		packet(199 + 2 * i);
	}
	ck_assert_uint_le(rx.wait_us, GRE_WAIT_MOST_US);
	ck_assert_uint_ge(rx.wait_us, GRE_WAIT_MOST_US / 2);
}
END_TEST

/* T-21: one forged number, wherever, costs a live stream nothing. */
START_TEST(t21_one_far_number_does_not_hurt)
{
	static const uint32_t jumps[] = { 17, 100, 300, 301, 65536,
	    0x70000000, 0x7FFFFFFE, 0x7FFFFFFF, 0x80000000, 0x80000001 };

	for (size_t j = 0; j < sizeof(jumps) / sizeof(jumps[0]); j++) {
		teardown();
		setup();
		for (uint32_t i = 0; i < 1000; i++, now += FAR) {
			ck_assert_int_eq(packet(i), GRE_DELIVERED);
			if (i == 500) {
				enum gre_verdict v = packet(i + jumps[j]);

				ck_assert(v == GRE_SUSPECT || v == GRE_OLD);
			}
			timer();
		}
		ck_assert_uint_eq(got_count, 1000);
	}
}
END_TEST

/* After a pause two packets are enough. */
START_TEST(q8_a_real_jump_recovers_with_the_second_packet)
{
	packet(0);
	now += GRE_QUIET_US;
	ck_assert_int_eq(packet(5000), GRE_SUSPECT);
	now += FAR;
	ck_assert_int_eq(packet(5001), GRE_DELIVERED);
	ck_assert_int_eq(packet(5002), GRE_DELIVERED);
	EXPECT(0, 5000, 5001, 5002);
	ck_assert_uint_eq(rx.highest, 5002);
	ck_assert_int_eq(packet(0), GRE_OLD);
}
END_TEST

/* Without one it takes a row of them, with nothing at the old place. */
START_TEST(a_real_jump_of_a_busy_stream_takes_a_few_packets)
{
	packet(0);
	for (uint32_t i = 0; i < GRE_JUMP_RUN; i++) {
		now += FAR;
		ck_assert_int_eq(packet(5000 + i), GRE_SUSPECT);
	}
	ck_assert_int_eq(packet(5000 + GRE_JUMP_RUN), GRE_DELIVERED);
	EXPECT(0, 5000 + GRE_JUMP_RUN - 1, 5000 + GRE_JUMP_RUN);
	ck_assert_uint_eq(rx.jumps, 1);
}
END_TEST

/* S-13: two forged packets in a busy stream are not believed at all. */
START_TEST(s13_two_forged_packets_do_not_stop_a_busy_stream)
{
	for (uint32_t i = 0; i < 2000; i++, now += FAR) {
		ck_assert_int_eq(packet(i), GRE_DELIVERED);
		if (i % 10 == 5) {
			ck_assert_int_eq(packet(i + 70000), GRE_SUSPECT);
			ck_assert_int_eq(packet(i + 70001), GRE_SUSPECT);
		}
	}
	ck_assert_uint_eq(got_count, 2000);
	ck_assert_uint_eq(rx.jumps, 0);
}
END_TEST

/* S-13: nobody who guesses numbers is near, so even many are nothing. */
START_TEST(s13_distant_packets_are_never_believed)
{
	packet(0);
	now += 1000 * MS;
	for (uint32_t i = 0; i < 100; i++, now += FAR)
		ck_assert_int_eq(packet(0x40000000 + i), GRE_OLD);
	ck_assert_uint_eq(rx.distant, 100);
	ck_assert_int_eq(packet(1), GRE_DELIVERED);
	now += 1000 * MS;
	ck_assert_int_eq(packet(1 + GRE_JUMP_MAX + 2), GRE_OLD);
	ck_assert_int_eq(packet(1 + GRE_JUMP_MAX + 1), GRE_SUSPECT);
	ck_assert_int_eq(packet(1 + GRE_JUMP_MAX + 2), GRE_OLD);
}
END_TEST

/* S-13: believed while the client is silent, and taken back. */
START_TEST(s13_a_jump_of_an_idle_stream_is_taken_back)
{
	for (uint32_t i = 0; i < 10; i++, now += FAR)
		packet(i);
	now += 1000 * MS;
	packet(70000);
	packet(70001);
	ck_assert_uint_eq(got_count, 12);	/* no way to tell */
	now += GRE_QUIET_US;
	for (uint32_t i = 10; i < 1010; i++, now += FAR)
		packet(i);
	ck_assert_uint_eq(got_count, 1012);
	for (uint32_t i = 10; i < 1010; i++)
		ck_assert_uint_eq(got[i + 2], i);
	ck_assert_uint_eq(rx.highest, 1009);
	ck_assert_uint_eq(rx.lost, 0);
}
END_TEST

/* S-13: the same when the client goes on at once: it misses a few. */
START_TEST(s13_a_jump_is_taken_back_at_once)
{
	packet(0);
	now += 1000 * MS;
	packet(70000);
	packet(70001);
	for (uint32_t i = 1; i < 1001; i++, now += FAR)
		packet(i);
	ck_assert_uint_ge(got_count, 1000 - GRE_JUMP_RUN + 3);
	ck_assert_uint_eq(got[got_count - 1], 1000);
	ck_assert_uint_eq(rx.highest, 1000);
}
END_TEST

/* S-13: again and again, also before the client's first packet. */
START_TEST(s13_forging_on_and_on)
{
	uint32_t sent = 0, came = 0;

	for (uint32_t round = 0; round < 200; round++) {
		uint32_t far = round == 0 ? 0x40000000 : sent + 70000;

		packet(far);
		packet(far + 1);
		now += 1000 * MS;
		for (int i = 0; i < 20; i++, now += FAR)
			packet(sent++);
		for (size_t i = 0; i < got_count; i++)
			came += got[i] < 70000;
		got_count = 0;
		now += 1000 * MS;
	}
	ck_assert_uint_eq(came, sent);
}
END_TEST

/* S-13: a client that says something each 30 s goes back, too. */
START_TEST(s13_a_slow_client_takes_a_jump_back)
{
	packet(0);
	now += 1000 * MS;
	packet(70000);
	packet(70001);
	for (uint32_t i = 1; i < 6; i++) {
		now += 30000 * (uint64_t)MS;
		packet(i);
	}
	EXPECT(0, 70000, 70001, 1, 2, 3, 4, 5);
}
END_TEST

/* What comes late from before a real jump is no reason to go back. */
START_TEST(late_packets_take_no_jump_back)
{
	packet(0);
	now += GRE_QUIET_US;
	packet(40);
	packet(41);
	for (uint32_t i = 0; i < 30; i++, now += FAR) {
		ck_assert_int_eq(packet(42 + i), GRE_DELIVERED);
		if (i < 15)
			ck_assert_int_ne(packet(1 + i), GRE_DELIVERED);
	}
	ck_assert_uint_eq(got_count, 33);
	for (size_t i = 1; i < got_count; i++)
		ck_assert_uint_gt(got[i], got[i - 1]);
}
END_TEST

START_TEST(a_suspect_is_forgotten)
{
	packet(0);
	packet(5000);
	now += GRE_JUMP_US + 1;
	ck_assert_int_eq(packet(5001), GRE_SUSPECT);
	ck_assert_int_eq(packet(1), GRE_DELIVERED);
	EXPECT(0, 1);
}
END_TEST

/* Two forged numbers close to each other, with the stream between them. */
START_TEST(a_suspect_is_cleared_by_the_stream)
{
	packet(0);
	packet(5000);
	packet(1);
	ck_assert_int_eq(packet(5001), GRE_SUSPECT);
	ck_assert_int_eq(packet(2), GRE_DELIVERED);
	EXPECT(0, 1, 2);
}
END_TEST

START_TEST(any_first_number_is_taken_when_confirmed)
{
	ck_assert_int_eq(packet(0xFFFFFFF0), GRE_SUSPECT);
	now += 3000 * MS;		/* LCP tries again after 3 s */
	ck_assert_int_eq(packet(0xFFFFFFF1), GRE_DELIVERED);
	EXPECT(0xFFFFFFF0, 0xFFFFFFF1);
	ck_assert_uint_eq(rx.highest, 0xFFFFFFF1);
}
END_TEST

/* What waited for 0 and 1 came before the stream's own first numbers. */
START_TEST(the_first_numbers_do_not_go_backwards)
{
	ck_assert_int_eq(packet(2), GRE_WAITING);
	ck_assert_int_eq(packet(UINT32_MAX - 10), GRE_SUSPECT);
	ck_assert_int_eq(packet(UINT32_MAX - 9), GRE_DELIVERED);
	EXPECT(UINT32_MAX - 10, UINT32_MAX - 9);
	ck_assert_uint_eq(ro.waiting, 0);
}
END_TEST

START_TEST(q10_wraps)
{
	packet(0xFFFFFFF0);
	for (uint32_t i = 1; i < 64; i++)
		ck_assert_int_eq(packet(0xFFFFFFF0 + i), GRE_DELIVERED);
	ck_assert_uint_eq(got_count, 64);
	ck_assert_int_eq(packet(0xFFFFFFFF), GRE_OLD);
}
END_TEST

/* The kernel's driver dies when 0xFFFFFFFF is lost. */
START_TEST(wrap_with_the_last_number_lost)
{
	packet(0xFFFFFFFC);
	packet(0xFFFFFFFD);
	packet(0xFFFFFFFE);
	ck_assert_int_eq(packet(0), GRE_WAITING);
	now += GRE_WAIT_FIRST_US;
	timer();
	ck_assert_int_eq(packet(1), GRE_DELIVERED);
	EXPECT(0xFFFFFFFC, 0xFFFFFFFD, 0xFFFFFFFE, 0, 1);
}
END_TEST

START_TEST(q9_first_of_two_equal_numbers_wins)
{
	uint32_t two = 2, other = 99;

	packet(0);
	gre_rx_packet(&rx, &ro, 2, (const uint8_t *)&two, 4, now, deliver,
	    NULL);
	ck_assert_int_eq(gre_rx_packet(&rx, &ro, 2, (const uint8_t *)&other,
	    4, now, deliver, NULL), GRE_OLD);
	packet(1);
	EXPECT(0, 1, 2);
}
END_TEST

START_TEST(burst_loss_longer_than_the_buffer)
{
	packet(0);
	for (uint32_t i = 100; i < 120; i++)
		packet(i);
	ck_assert_uint_eq(got_count, 21 - GRE_JUMP_RUN + 1);
	ck_assert_uint_eq(got[1], 100 + GRE_JUMP_RUN - 1);
}
END_TEST

/* Loss while packets wait already: the stream moves on without a pause. */
START_TEST(gaps_behind_gaps_move_on)
{
	packet(0);
	for (uint32_t i = 2; i < 60; i += 2)
		packet(i);
	now += GRE_WAIT_MOST_US;
	timer();
	ck_assert_uint_eq(got_count, 30);
	ck_assert_uint_eq(got[29], 58);
}
END_TEST

/* Q-7, T-22: what waits is bounded, whatever comes. */
START_TEST(memory_is_bounded)
{
	uint32_t seed = 1, most = 0;

	packet(0);
	for (uint32_t i = 0; i < 1000000; i++) {
		seed = seed * 1664525 + 1013904223;
		if (seed >> 31 != 0)
			packet(seed);
		else		/* near the stream */
			packet(i / 8 + (seed >> 8) % (2 * GRE_WAIT_MAX));
		if (most < ro.waiting)
			most = ro.waiting;
		got_count = 0;
	}
	ck_assert_uint_eq(most, GRE_WAIT_MAX);
}
END_TEST

/* T-20: permutation, loss and copies; what comes out is increasing. */
START_TEST(t20_random_network)
{
	for (uint32_t seed = 1; seed <= 200; seed++) {
		uint32_t numbers[1000], r = seed;
		size_t n = 0, back = 0;

		teardown();
		setup();
		for (uint32_t i = 0; i < 1000; i++)
			numbers[n++] = i;
		for (size_t i = 1; i + 6 < n; i++) {	/* displace by <= 5 */
			size_t k;
			uint32_t t;

			r = r * 1664525 + 1013904223;
			k = i + (r >> 16) % 6;
			t = numbers[i];
			numbers[i] = numbers[k];
			numbers[k] = t;
		}
		for (size_t i = 0; i < n; i++) {
			r = r * 1664525 + 1013904223;
			now += r >> 22;
			if ((r >> 8) % 100 < seed % 10)
				continue;		/* lost */
			packet(numbers[i]);
			if ((r >> 16) % 10 == 0)
				packet(numbers[i]);	/* a copy */
			timer();
		}
		now += GRE_WAIT_MOST_US;
		timer();
		for (size_t i = 1; i < got_count; i++)
			back += got[i] <= got[i - 1];
		ck_assert_uint_eq(back, 0);
		ck_assert_uint_ge(got_count, 800);
		ck_assert_uint_eq(ro.waiting, 0);
	}
}
END_TEST

/* --- acknowledgements --- */

START_TEST(ack_after_a_quarter_of_the_window)
{
	static const struct { uint16_t window; uint32_t every; } cases[] = {
		{ 0, 32 }, { 1, 1 }, { 3, 1 }, { 4, 1 }, { 8, 2 }, { 64, 16 },
		{ 100, 25 }, { 8192, 32 }, { 65535, 32 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct gre_ack a;

		gre_ack_init(&a, cases[i].window);
		for (uint32_t n = 1; n < cases[i].every; n++) {
			gre_ack_received(&a, now);
			ck_assert(!gre_ack_due(&a));
		}
		gre_ack_received(&a, now);
		ck_assert(gre_ack_due(&a));
		gre_ack_sent(&a);
		ck_assert(!gre_ack_due(&a));
	}
}
END_TEST

START_TEST(ack_after_50_ms)
{
	struct gre_ack a;

	gre_ack_init(&a, 64);
	ck_assert_uint_eq(gre_ack_deadline(&a), UINT64_MAX);
	gre_ack_received(&a, now);
	gre_ack_received(&a, now + 40 * MS);
	ck_assert_uint_eq(gre_ack_deadline(&a), now + 50 * MS);
	gre_ack_sent(&a);
	ck_assert_uint_eq(gre_ack_deadline(&a), UINT64_MAX);
}
END_TEST

START_TEST(w6_acks_that_we_never_earned)
{
	struct gre_tx tx;

	gre_tx_init(&tx);
	gre_tx_acked(&tx, 0xFFFFFFFF);
	gre_tx_acked(&tx, 0);
	ck_assert(!tx.any_acked);
	tx.next = 10;
	gre_tx_acked(&tx, 10);
	ck_assert(!tx.any_acked);
	gre_tx_acked(&tx, 9);
	ck_assert_uint_eq(tx.acked, 9);
	gre_tx_acked(&tx, 4);
	ck_assert_uint_eq(tx.acked, 9);
}
END_TEST

/*
 * Some packets take a way that is 40 numbers shorter.  They are too far ahead
 * to wait for all that they overtake, and must not make these late: a window
 * that followed two such packets dropped a quarter of a real stream.
 */
START_TEST(few_that_overtake_far_do_not_cost_the_rest)
{
	uint32_t sent = 0, early = 0;

	for (uint32_t seq = 0; seq < 4000; seq++) {
		now += MS;
		timer();
		if (seq % 20 == 7 || seq % 50 == 11) {
			packet(seq + 40);
			early++;
		}
		if (seq < 40 || ((seq - 40) % 20 != 7 &&
		    (seq - 40) % 50 != 11)) {
			packet(seq);
			sent++;
		}
	}
	ck_assert_uint_gt(early, 250);
	ck_assert_uint_ge(got_count, sent * 98 / 100);
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, q1_in_order);
	tcase_add_test(tc, q2_first_may_be_1);
	tcase_add_test(tc, q4_number_1_is_no_reset);
	tcase_add_test(tc, reordering_by_up_to_8_is_repaired);
	tcase_add_test(tc, gap_is_given_up_after_a_few_newer_packets);
	tcase_add_test(tc, gap_is_given_up_after_a_while);
	tcase_add_test(tc, q6_each_packet_has_its_own_time);
	tcase_add_test(tc,
	    wait_grows_with_late_packets_and_shrinks_with_losses);
	tcase_add_test(tc, t21_one_far_number_does_not_hurt);
	tcase_add_test(tc, q8_a_real_jump_recovers_with_the_second_packet);
	tcase_add_test(tc, a_real_jump_of_a_busy_stream_takes_a_few_packets);
	tcase_add_test(tc, s13_two_forged_packets_do_not_stop_a_busy_stream);
	tcase_add_test(tc, s13_distant_packets_are_never_believed);
	tcase_add_test(tc, s13_a_slow_client_takes_a_jump_back);
	tcase_add_test(tc, s13_a_jump_of_an_idle_stream_is_taken_back);
	tcase_add_test(tc, s13_a_jump_is_taken_back_at_once);
	tcase_add_test(tc, s13_forging_on_and_on);
	tcase_add_test(tc, late_packets_take_no_jump_back);
	tcase_add_test(tc, a_suspect_is_forgotten);
	tcase_add_test(tc, a_suspect_is_cleared_by_the_stream);
	tcase_add_test(tc, any_first_number_is_taken_when_confirmed);
	tcase_add_test(tc, the_first_numbers_do_not_go_backwards);
	tcase_add_test(tc, q10_wraps);
	tcase_add_test(tc, wrap_with_the_last_number_lost);
	tcase_add_test(tc, q9_first_of_two_equal_numbers_wins);
	tcase_add_test(tc, burst_loss_longer_than_the_buffer);
	tcase_add_test(tc, gaps_behind_gaps_move_on);
	tcase_add_test(tc, memory_is_bounded);
	tcase_add_test(tc, t20_random_network);
	tcase_add_test(tc, ack_after_a_quarter_of_the_window);
	tcase_add_test(tc, ack_after_50_ms);
	tcase_add_test(tc, w6_acks_that_we_never_earned);
	tcase_add_test(tc, few_that_overtake_far_do_not_cost_the_rest);
}

int
main(void)
{
	return unit_main("gre_window", tests);
}
