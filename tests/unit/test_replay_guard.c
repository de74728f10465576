/* Requests that came before, on a clock that the test holds. */
/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "replay_guard.h"
#include "unit.h"

#define START	1764500000U	/* Unix time */

static struct replay_guard guard;
static int64_t set_by;		/* s by which the clock was set */

/* At this Unix time, by a clock that nobody has set. */
static bool
is_fresh(uint32_t made, uint32_t now)
{
	const struct replay_time t = {
		(uint64_t)(now + set_by) * 1000, (now - START) * 1000 + 5000 };

	return replay_is_fresh(&guard, made, &t);
}

static const uint8_t *
authenticator(uint32_t n)
{
	static uint8_t octets[DIGEST_LEN];

	memcpy(octets, &n, sizeof(n));
	return octets;
}

static void
setup(void)
{
	replay_init(&guard, 300, 5000);
}

static void
teardown(void)
{
	replay_free(&guard);
}

START_TEST(the_window_has_two_sides)
{
	const uint32_t now = START + 10000;

	ck_assert(is_fresh(now, now));
	ck_assert(is_fresh(now - 300, now));
	ck_assert(!is_fresh(now - 301, now));
	ck_assert(is_fresh(now + 300, now));
	ck_assert(!is_fresh(now + 301, now));
	ck_assert(!is_fresh(0, now));
	ck_assert(!is_fresh(UINT32_MAX, now));
}
END_TEST

/* What was taken before the start is not remembered. */
START_TEST(nothing_is_fresh_from_before_the_start)
{
	ck_assert(is_fresh(START + 1, START + 10));
	ck_assert(!is_fresh(START, START + 10));
}
END_TEST

/* It was an hour ahead when we began: what right clients make is taken. */
START_TEST(a_clock_that_was_ahead_is_set_back)
{
	const uint32_t now = START + 10;

	set_by = -3600;
	ck_assert(is_fresh(now - 3600, now));
	ck_assert(!is_fresh(START - 3600, now));
}
END_TEST

/* Nor does it make young again what is not remembered any more. */
START_TEST(a_clock_that_is_set_back_repeats_nothing)
{
	const uint32_t made = START + 10000, now = made + 602;

	ck_assert_ptr_nonnull(replay_add(&guard, 1, authenticator(7), made,
	    made));
	set_by = -602;
	ck_assert_ptr_nonnull(replay_find(&guard, 1, authenticator(7),
	    now - 2));
	ck_assert_ptr_null(replay_find(&guard, 1, authenticator(7), now));
	ck_assert(!is_fresh(made, now));
	ck_assert(is_fresh(made + 1, now));
}
END_TEST

/* As long as it is fresh, whatever it says of its time, it is remembered. */
START_TEST(a_request_is_remembered_as_long_as_it_is_fresh)
{
	const uint32_t now = START + 10000;

	ck_assert_ptr_null(replay_find(&guard, 1, authenticator(7), now));
	ck_assert_ptr_nonnull(replay_add(&guard, 1, authenticator(7),
	    START, now));
	for (uint32_t later = now; is_fresh(now + 300, later); later++)
		ck_assert_ptr_nonnull(replay_find(&guard, 1, authenticator(7),
		    later));
	ck_assert_ptr_null(replay_find(&guard, 1, authenticator(7),
	    now + 602));
}
END_TEST

START_TEST(another_client_or_request_is_another)
{
	ck_assert_ptr_nonnull(replay_add(&guard, 1, authenticator(7),
	    START, 1000));
	ck_assert_ptr_null(replay_find(&guard, 2, authenticator(7), 1000));
	ck_assert_ptr_null(replay_find(&guard, 1, authenticator(8), 1000));
}
END_TEST

START_TEST(an_answer_is_kept)
{
	struct replay_entry *e = replay_add(&guard, 1, authenticator(7),
	    START, 1000);

	ck_assert_ptr_null(e->answer);
	replay_answer(e, (const uint8_t *)"first", 5);
	replay_answer(e, (const uint8_t *)"answer", 6);
	e = replay_find(&guard, 1, authenticator(7), 1001);
	ck_assert_uint_eq(e->len, 6);
	ck_assert_mem_eq(e->answer, "answer", 6);
}
END_TEST

/* None is forgotten to make room: it could come again. */
START_TEST(a_full_guard_takes_no_more)
{
	for (uint32_t n = 0; n < REPLAY_ENTRIES; n++)
		ck_assert_ptr_nonnull(replay_add(&guard, 1, authenticator(n),
		    START, 1000));
	ck_assert_ptr_null(replay_add(&guard, 1, authenticator(REPLAY_ENTRIES),
	    START, 1600));
	ck_assert_ptr_nonnull(replay_find(&guard, 1, authenticator(0), 1600));
	ck_assert_ptr_nonnull(replay_add(&guard, 1, authenticator(REPLAY_ENTRIES),
	    START, 1601));
}
END_TEST

/* A server that changes its users' rates at night sends one for each call. */
START_TEST(all_calls_of_a_full_server_can_be_changed_twice)
{
	for (uint32_t n = 0; n < 2 * 4000; n++)
		ck_assert_ptr_nonnull(replay_add(&guard, 1, authenticator(n),
		    START, 1000 + n / 100));
}
END_TEST

START_TEST(without_a_window_retransmissions_are_known)
{
	replay_init(&guard, 0, START);
	ck_assert_ptr_nonnull(replay_add(&guard, 1, authenticator(7),
	    START, 1000));
	ck_assert_ptr_nonnull(replay_find(&guard, 1, authenticator(7), 1029));
	ck_assert_ptr_null(replay_find(&guard, 1, authenticator(7), 1030));
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, the_window_has_two_sides);
	tcase_add_test(tc, nothing_is_fresh_from_before_the_start);
	tcase_add_test(tc, a_clock_that_was_ahead_is_set_back);
	tcase_add_test(tc, a_clock_that_is_set_back_repeats_nothing);
	tcase_add_test(tc, a_request_is_remembered_as_long_as_it_is_fresh);
	tcase_add_test(tc, another_client_or_request_is_another);
	tcase_add_test(tc, an_answer_is_kept);
	tcase_add_test(tc, a_full_guard_takes_no_more);
	tcase_add_test(tc, all_calls_of_a_full_server_can_be_changed_twice);
	tcase_add_test(tc, without_a_window_retransmissions_are_known);
}

int
main(void)
{
	return unit_main("replay_guard", add);
}
