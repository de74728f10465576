/* When a call of the kernel's is taken for stalled, and when it is not. */
/* SPDX-License-Identifier: ISC */

#include "state/stall.h"
#include "unit.h"

static struct stall s;

static void
fresh(void)
{
	s = (struct stall){ .dry = 0 };
}

/* A look after so many packets more have arrived, and come out. */
static bool
look(unsigned int arrived, unsigned int received)
{
	static uint64_t in, out;

	in += arrived;
	out += received;
	return stall_look(&s, in, out);
}

START_TEST(a_busy_call_is_not_stalled)
{
	for (int i = 0; i < 100; i++)
		ck_assert(!look(1000, 999));
	for (int i = 0; i < 100; i++)
		ck_assert(!look(1000, 1));	/* nearly all are late */
}
END_TEST

START_TEST(an_idle_call_is_not_stalled)
{
	for (int i = 0; i < 1000; i++)
		ck_assert(!look(0, 0));
}
END_TEST

START_TEST(what_arrives_and_does_not_come_out_is)
{
	ck_assert(!look(100, 100));
	ck_assert(!look(STALL_PACKETS, 0));
	ck_assert(look(STALL_PACKETS, 0));
	ck_assert(look(0, 0));		/* until something comes out */
	ck_assert(!look(10, 1));
}
END_TEST

START_TEST(silence_between_does_not_matter)
{
	ck_assert(!look(0, 0));
	ck_assert(!look(50, 0));
	for (int i = 0; i < 10; i++)
		ck_assert(!look(0, 0));
	ck_assert(look(50, 0));
}
END_TEST

START_TEST(a_few_late_packets_are_no_stall)
{
	ck_assert(!look(0, 0));
	for (int i = 0; i < 100; i++)
		ck_assert(!look(STALL_PACKETS - 1, 0));
}
END_TEST

START_TEST(the_first_look_only_begins)
{
	ck_assert(!look(1000, 0));
	ck_assert(!look(1000, 0));
	ck_assert(look(1000, 0));
}
END_TEST

static void
tests(TCase *t)
{
	tcase_add_checked_fixture(t, fresh, NULL);
	tcase_add_test(t, a_busy_call_is_not_stalled);
	tcase_add_test(t, an_idle_call_is_not_stalled);
	tcase_add_test(t, what_arrives_and_does_not_come_out_is);
	tcase_add_test(t, silence_between_does_not_matter);
	tcase_add_test(t, a_few_late_packets_are_no_stall);
	tcase_add_test(t, the_first_look_only_begins);
}

int
main(void)
{
	return unit_main("stall", tests);
}
