/* Session ids: none comes twice. */
/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "state/session_id.h"
#include "unit.h"

#define SECOND	UINT64_C(0x6748E2A4)

START_TEST(an_id_is_the_second_and_a_number)
{
	struct session_ids ids;
	char text[SESSION_ID_TEXT];

	session_ids_init(&ids, 0x1C0FFE01);
	session_ids_next(&ids, SECOND, text);
	ck_assert_str_eq(text, "6748E2A41C0FFE01");
	session_ids_next(&ids, SECOND, text);
	ck_assert_str_eq(text, "6748E2A41C0FFE02");
	session_ids_next(&ids, 7, text);
	ck_assert_str_eq(text, "000000071C0FFE03");
	session_ids_init(&ids, UINT32_MAX);
	session_ids_next(&ids, UINT64_C(0x16748E2A4), text);	/* year 2161 */
	ck_assert_str_eq(text, "6748E2A4FFFFFFFF");
	session_ids_next(&ids, SECOND, text);
	ck_assert_str_eq(text, "6748E2A400000000");
}
END_TEST

/* Both of a minute, with the clock going back and forth, and in two monitors. */
START_TEST(none_comes_twice)
{
	static char seen[2000][SESSION_ID_TEXT];
	struct session_ids ids;
	size_t n = 0, twice = 0;

	for (uint32_t monitor = 0; monitor < 2; monitor++) {
		session_ids_init(&ids, monitor * 0x80000000U);
		for (int i = 0; i < 1000; i++)
			session_ids_next(&ids, SECOND + (uint64_t)i % 3,
			    seen[n++]);
	}
	for (size_t i = 0; i < n; i++) {
		for (size_t before = 0; before < i; before++)
			twice += strcmp(seen[i], seen[before]) == 0;
	}
	ck_assert_uint_eq(twice, 0);
}
END_TEST

/* The later call has the greater id. */
START_TEST(they_sort_by_time)
{
	char first[SESSION_ID_TEXT], later[SESSION_ID_TEXT];
	struct session_ids ids;

	session_ids_init(&ids, UINT32_MAX);
	session_ids_next(&ids, SECOND, first);
	session_ids_next(&ids, SECOND + 1, later);
	ck_assert_int_lt(strcmp(first, later), 0);
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_test(tc, an_id_is_the_second_and_a_number);
	tcase_add_test(tc, none_comes_twice);
	tcase_add_test(tc, they_sort_by_time);
}

int
main(void)
{
	return unit_main("session_id", tests);
}
