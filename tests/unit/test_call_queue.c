/* The queue of calls to be started: how many at once, in which order. */
/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "engine/call_queue.h"
#include "engine/limiter.h"
#include "fake_engine.h"
#include "unit.h"

#define MANY	(TURN_MAX + 40)

static struct limit_conf conf = { .connections = 1000 };
static struct queued_call calls[MANY];
static int started[2 * MANY], nstarted;

static void
start(struct queued_call *q)
{
	started[nstarted++] = (int)(q - calls);
}

static bool
one_more(void)
{
	return nstarted > 0;
}

static bool
nobody(void)
{
	return nstarted > MANY;
}

static void
begin(uint32_t call_rate)
{
	conf.call_rate = call_rate;
	fake_engine_init();
	ck_assert(limiter_configure(&conf));
	memset(calls, 0, sizeof(calls));
	nstarted = 0;
}

START_TEST(so_many_at_once_then_one_by_one)
{
	begin(0);
	for (int i = 0; i < MANY; i++)
		ck_assert_int_eq(call_queue_take(&calls[i], start),
		    i < TURN_MAX);
	ck_assert(!fake_engine_run(one_more, 50));
	for (int i = 0; i < 40; i++) {
		nstarted = 0;
		call_queue_done(&calls[i]);
		call_queue_done(&calls[i]);	/* told twice is told once */
		ck_assert(fake_engine_run(one_more, 5000));
		ck_assert_int_eq(nstarted, 1);
		ck_assert_int_eq(started[0], TURN_MAX + i);
	}
}
END_TEST

START_TEST(whoever_leaves_the_queue_is_not_started)
{
	begin(0);
	for (int i = 0; i < MANY; i++)
		(void)call_queue_take(&calls[i], start);
	call_queue_done(&calls[TURN_MAX]);
	call_queue_done(&calls[0]);
	ck_assert(fake_engine_run(one_more, 5000));
	ck_assert_int_eq(started[0], TURN_MAX + 1);
}
END_TEST

/* Nobody overtakes those that wait, though there is a turn for him. */
START_TEST(nobody_overtakes)
{
	begin(10);
	for (int i = 0; i < 12; i++)
		ck_assert_int_eq(call_queue_take(&calls[i], start), i < 10);
	fake_loop.now_us += 1000 * 1000;
	ck_assert(!call_queue_take(&calls[12], start));
	ck_assert(fake_engine_run(one_more, 5000));
	ck_assert_int_eq(started[0], 10);
}
END_TEST

/* S-8: without a slot a call comes round again, for a while. */
START_TEST(s8_without_a_slot_it_comes_round_again)
{
	begin(0);
	ck_assert(call_queue_take(&calls[0], start));
	ck_assert(call_queue_later(&calls[0], start));
	ck_assert(!calls[0].taken);
	fake_loop.now_us += 300 * 1000;
	ck_assert(fake_engine_run(one_more, 5000));
	ck_assert(calls[0].taken);
	fake_loop.now_us += CALL_QUEUE_LATER_MS * 1000;
	ck_assert(!call_queue_later(&calls[0], start));
	ck_assert(calls[0].taken);	/* and nothing has changed */
	nstarted = 0;
	ck_assert(call_queue_take(&calls[1], start));
	ck_assert(call_queue_later(&calls[1], start));
	call_queue_done(&calls[1]);
	fake_loop.now_us += 300 * 1000;
	ck_assert(!fake_engine_run(one_more, 600));
}
END_TEST

START_TEST(s8_only_so_many_wait_for_a_slot)
{
	begin(0);
	for (int i = 0; i < MANY; i++) {
		ck_assert(call_queue_take(&calls[i], start));
		ck_assert_int_eq(call_queue_later(&calls[i], start),
		    i < CALL_QUEUE_LATER_MAX);
		call_queue_done(i < CALL_QUEUE_LATER_MAX ? &calls[MANY - 1] :
		    &calls[i]);
	}
	fake_loop.now_us += 300 * 1000;
	ck_assert(!fake_engine_run(nobody, 600));
	ck_assert_int_eq(nstarted, CALL_QUEUE_LATER_MAX);
	for (int i = 0; i < nstarted; i++)
		ck_assert_int_eq(started[i], i);
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_test(tc, so_many_at_once_then_one_by_one);
	tcase_add_test(tc, whoever_leaves_the_queue_is_not_started);
	tcase_add_test(tc, nobody_overtakes);
	tcase_add_test(tc, s8_without_a_slot_it_comes_round_again);
	tcase_add_test(tc, s8_only_so_many_wait_for_a_slot);
}

int
main(void)
{
	return unit_main("call_queue", tests);
}
