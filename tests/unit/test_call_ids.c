/* Call IDs: drawn, rested, lent, and those of calls that come back. */
/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "engine/call_ids.h"
#include "unit.h"

#define NOW	1000000
#define AWAIT	60000

/* Any pointers will do: nothing looks at what they point at. */
static char calls[UINT16_MAX + 1];

static struct call *
call(unsigned int i)
{
	return (struct call *)(void *)&calls[i];
}

START_TEST(each_id_goes_to_one_call)
{
	for (unsigned int i = 1; i <= UINT16_MAX; i++) {
		uint16_t id = call_ids_take(call(i), 0, 1, NOW);

		ck_assert_uint_ne(id, 0);
		ck_assert_ptr_eq(call_ids_find(id), call(i));
	}
	ck_assert_uint_eq(call_ids_take(call(0), 0, 1, NOW), 0);
	ck_assert_ptr_null(call_ids_find(0));
}
END_TEST

START_TEST(ids_of_one_engine)
{
	for (int i = 0; i < 100; i++)
		ck_assert_uint_eq(call_ids_take(call(1), 0, 7, NOW) % 7, 0);
}
END_TEST

START_TEST(a_used_id_rests)
{
	uint16_t id = call_ids_take(call(1), 0x1234, 1, NOW);

	ck_assert_uint_eq(id, 0x1234);
	call_ids_give(id, NOW);
	ck_assert_ptr_null(call_ids_find(id));
	ck_assert_uint_ne(call_ids_take(call(2), id, 1, NOW + 1), id);
	ck_assert_uint_eq(call_ids_take(call(3), id, 1, NOW + CALL_ID_REST_MS),
	    id);
}
END_TEST

/* S-10: a request that was refused has told no client an ID. */
START_TEST(s10_an_id_that_nobody_was_told_need_not_rest)
{
	uint16_t id = call_ids_take(call(1), 0x1234, 1, NOW);

	call_ids_drop(id);
	ck_assert_ptr_null(call_ids_find(id));
	ck_assert_uint_eq(call_ids_take(call(2), id, 1, NOW), id);
}
END_TEST

/* S-10: nobody draws the ID of a call that may come; that call gets it. */
START_TEST(s10_an_awaited_id_is_not_drawn)
{
	for (uint16_t id = 1; id <= 65000; id++)
		call_ids_await(id, NOW + AWAIT);
	for (unsigned int i = 0; i < UINT16_MAX - 65000; i++)
		ck_assert_uint_gt(call_ids_take(call(i), 0, 1, NOW), 65000);
	ck_assert_uint_eq(call_ids_take(call(0), 0, 1, NOW), 0);
	ck_assert_uint_ne(call_ids_take(call(0), 77, 1, NOW), 77);
	ck_assert(call_ids_claim(call(7), 77));
	ck_assert_ptr_eq(call_ids_find(77), call(7));
	ck_assert(!call_ids_claim(call(8), 77));
	ck_assert(!call_ids_claim(call(8), 0));
	/* Those that have not come by then have ended. */
	ck_assert_uint_eq(call_ids_take(call(0), 78, 1, NOW + AWAIT), 78);
}
END_TEST

/* S-10: one that rests, after a call that was refused, may come all the same. */
START_TEST(s10_an_id_that_rests_can_be_claimed)
{
	call_ids_give(call_ids_take(call(1), 99, 1, NOW), NOW);
	ck_assert(call_ids_claim(call(2), 99));
}
END_TEST

/* To be awaited shortens no rest, and no loan. */
START_TEST(awaiting_shortens_nothing)
{
	call_ids_lend(5);
	call_ids_await(5, NOW + 1);
	ck_assert_uint_ne(call_ids_take(call(1), 5, 1, NOW + AWAIT), 5);
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_test(tc, each_id_goes_to_one_call);
	tcase_add_test(tc, ids_of_one_engine);
	tcase_add_test(tc, a_used_id_rests);
	tcase_add_test(tc, s10_an_id_that_nobody_was_told_need_not_rest);
	tcase_add_test(tc, s10_an_awaited_id_is_not_drawn);
	tcase_add_test(tc, s10_an_id_that_rests_can_be_claimed);
	tcase_add_test(tc, awaiting_shortens_nothing);
}

int
main(void)
{
	return unit_main("call_ids", tests);
}
