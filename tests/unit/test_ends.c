/* Ends of calls: told to the front, or to the next one. */
/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "monitor/ends.h"
#include "unit.h"

#define SESSION	"6748E2A41C0FFE01"

static struct {
	bool		 runs;
	unsigned int	 n;
	uint16_t	 first;
	struct ipc_msg	 last;
} front;

static bool
tell(const struct ipc_msg *m, const int *fds, int n)
{
	ck_assert_ptr_null(fds);
	ck_assert_int_eq(n, 0);
	if (!front.runs)
		return false;
	if (front.n++ == 0)
		front.first = m->call_id;
	front.last = *m;
	return true;
}

static void
setup(void)
{
	memset(&front, 0, sizeof(front));
	front.runs = true;
	ends_init(tell);
}

START_TEST(a_front_that_runs_is_told)
{
	ends_add(7, SESSION, 77, 777);
	ck_assert_uint_eq(front.n, 1);
	ck_assert_int_eq(front.last.type, IPC_CALL_OVER);
	ck_assert_uint_eq(front.last.call_id, 7);
	ck_assert_uint_eq(front.last.u.over.client_addr, 77);
	ck_assert_uint_eq(front.last.u.over.seconds, 777);
	ck_assert_str_eq(front.last.u.over.session, SESSION);
	ends_front_started();
	ck_assert_uint_eq(front.n, 1);
}
END_TEST

START_TEST(the_next_front_is_told)
{
	front.runs = false;
	for (uint16_t id = 1; id <= 3; id++)
		ends_add(id, SESSION, 77, 777);
	ends_front_started();
	front.runs = true;
	ends_front_started();
	ck_assert_uint_eq(front.n, 3);
	ck_assert_uint_eq(front.first, 1);
	ck_assert_uint_eq(front.last.call_id, 3);
	ends_front_started();
	ck_assert_uint_eq(front.n, 3);
}
END_TEST

START_TEST(the_oldest_are_forgotten)
{
	front.runs = false;
	for (uint16_t id = 1; id <= 1000; id++)
		ends_add(id, SESSION, 77, 777);
	front.runs = true;
	ends_front_started();
	ck_assert_uint_eq(front.n, 256);
	ck_assert_uint_eq(front.first, 745);
	ck_assert_uint_eq(front.last.call_id, 1000);
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, a_front_that_runs_is_told);
	tcase_add_test(tc, the_next_front_is_told);
	tcase_add_test(tc, the_oldest_are_forgotten);
}

int
main(void)
{
	return unit_main("ends", tests);
}
