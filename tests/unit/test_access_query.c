/* Questions to TCP wrappers: how many, what their children hold, their end. */
/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "monitor/access.h"
#include "monitor/access_query.h"
#include "unit.h"

static int answers, allowed;
static uint32_t last_client;
static bool rules = true;
static int ours;		/* a descriptor that no child may have */

/* --- a fake of TCP wrappers; client 1 is allowed, 2 takes its time --- */

bool
access_has_rules(void)
{
	return rules;
}

bool
access_allowed(uint32_t client, bool names)
{
	if (fcntl(ours, F_GETFD) != -1)
		return false;
	if (client == 2) {
		alarm(0);	/* on a slow machine it is not over before */
		pause();
	}
	return client == 1 || (client == 3 && !names);
}

static void
answer(uint32_t token, uint32_t client, bool yes)
{
	(void)token;
	answers++;
	allowed += yes;
	last_client = client;
}

static void
setup(void)
{
	answers = allowed = 0;
	rules = true;
	ours = open("/dev/null", O_RDONLY);
	ck_assert_int_gt(ours, 2);
}

static void
reap(int n)
{
	int status;

	while (n-- > 0) {
		pid_t pid = wait(&status);

		ck_assert_int_gt(pid, 0);
		ck_assert(access_query_reaped(pid, status, answer));
	}
}

START_TEST(without_rules_nobody_is_asked)
{
	rules = false;
	access_query_start(1, 7, answer);
	ck_assert_int_eq(allowed, 1);
	ck_assert_uint_eq(last_client, 7);
	ck_assert(!access_query_waits());
}
END_TEST

/* S-6: the child that asks holds nothing of ours. */
START_TEST(s6_the_child_holds_nothing)
{
	access_query_start(1, 1, answer);
	ck_assert(access_query_waits());
	reap(1);
	ck_assert_int_eq(answers, 1);
	ck_assert_int_eq(allowed, 1);
	ck_assert_uint_eq(last_client, 1);
	access_query_start(2, 4, answer);
	reap(1);
	ck_assert_int_eq(answers, 2);
	ck_assert_int_eq(allowed, 1);
}
END_TEST

/* S-6: an engine that was taken over can ask for as many as it likes. */
START_TEST(s6_questions_are_bounded)
{
	for (int i = 0; i < ACCESS_QUERIES_MAX; i++)
		access_query_start((uint32_t)i, 2, answer);
	ck_assert_int_eq(answers, 0);
	for (int i = 0; i < 1000; i++)
		access_query_start((uint32_t)i, 1, answer);
	ck_assert_int_eq(answers, 1000);
	ck_assert_int_eq(allowed, 0);
	/* S-5: dropped ones end, and nobody gets an answer. */
	access_query_drop();
	reap(ACCESS_QUERIES_MAX);
	ck_assert_int_eq(answers, 1000);
	ck_assert(!access_query_waits());
}
END_TEST

/* Others' names that are not to be had hold nobody up. */
START_TEST(names_are_bounded)
{
	for (int i = 0; i < ACCESS_NAMES_MAX; i++)
		access_query_start((uint32_t)i, 2, answer);
	access_query_start(1000, 3, answer);	/* asked without its name */
	reap(1);
	ck_assert_int_eq(allowed, 1);
	access_query_drop();
	reap(ACCESS_NAMES_MAX);
	ck_assert_int_eq(answers, 1);
	access_query_start(1001, 3, answer);
	reap(1);
	ck_assert_int_eq(answers, 2);
	ck_assert_int_eq(allowed, 1);
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, without_rules_nobody_is_asked);
	tcase_add_test(tc, s6_the_child_holds_nothing);
	tcase_add_test(tc, s6_questions_are_bounded);
	tcase_add_test(tc, names_are_bounded);
}

int
main(void)
{
	return unit_main("access_query", tests);
}
