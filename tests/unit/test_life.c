/* The life of a call as its keeper sees it, with a clock of ours. */
/* SPDX-License-Identifier: ISC */
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "state/life.h"

#define START	1000000
#define GOODBYE	(LIFE_DO_HANG_UP | LIFE_DO_GOODBYE)

static struct life l;
static char lines[4096];

static void
sink(int priority, const char *line, void *arg)
{
	size_t len = strlen(lines);

	(void)arg;
	ck_assert_int_eq(priority, LOG_DEBUG);
	snprintf(lines + len, sizeof(lines) - len, "%s\n", line);
}

static void
fresh(void)
{
	lines[0] = '\0';
	log_set_sink(sink, NULL);
	log_set_debug(true);
	life_init(&l, "192.0.2.1", START);
}

/* Brings it from the beginning to a state, with end ADMIN where it has one. */
static void
reach(enum life_state state)
{
	fresh();
	if (state != LIFE_STARTING)
		life_started(&l, START);
	switch (state) {
	case LIFE_STARTING:
	case LIFE_SERVED:
		break;
	case LIFE_ENDING:
		life_ask(&l, CTRL_END_ADMIN, START);
		break;
	case LIFE_SEARCHING:
		life_engine_lost(&l, true, START);
		break;
	case LIFE_HUNG_UP:
		life_hang_up(&l, CTRL_END_ADMIN, "test", START);
		break;
	case LIFE_OVER:
		life_over(&l, START);
		break;
	}
	ck_assert_int_eq(l.state, state);
	lines[0] = '\0';
}

enum event { STARTED, ASK, HANG_UP, LOST, LOST_SEARCH, FOUND, OVER };

static unsigned int
happen(enum event event)
{
	switch (event) {
	case STARTED:
		return life_started(&l, START + 1);
	case ASK:
		return life_ask(&l, CTRL_END_STALLED, START + 1);
	case HANG_UP:
		return life_hang_up(&l, CTRL_END_VERSION, "test", START + 1);
	case LOST:
		return life_engine_lost(&l, false, START + 1);
	case LOST_SEARCH:
		return life_engine_lost(&l, true, START + 1);
	case FOUND:
		return life_engine_found(&l, START + 1);
	case OVER:
		return life_over(&l, START + 1);
	}
	return 0;
}

/* Every event in every state; the events that are left out change nothing. */
static const struct {
	enum life_state	from;
	enum event	event;
	enum life_state	to;
	unsigned int	todo;
	enum ctrl_end	end;
} table[] = {
	{ LIFE_STARTING, STARTED, LIFE_SERVED, 0, CTRL_END_PPPD },
	{ LIFE_STARTING, OVER, LIFE_OVER, 0, CTRL_END_PPPD },
	{ LIFE_SERVED, ASK, LIFE_ENDING, LIFE_DO_TELL, CTRL_END_STALLED },
	{ LIFE_SERVED, HANG_UP, LIFE_HUNG_UP, LIFE_DO_HANG_UP,
	    CTRL_END_VERSION },
	{ LIFE_SERVED, LOST, LIFE_HUNG_UP, GOODBYE, CTRL_END_LOST },
	{ LIFE_SERVED, LOST_SEARCH, LIFE_SEARCHING, LIFE_DO_SEARCH,
	    CTRL_END_PPPD },
	{ LIFE_SERVED, OVER, LIFE_OVER, 0, CTRL_END_PPPD },
	{ LIFE_ENDING, HANG_UP, LIFE_HUNG_UP, LIFE_DO_HANG_UP,
	    CTRL_END_VERSION },
	{ LIFE_ENDING, LOST, LIFE_HUNG_UP, GOODBYE, CTRL_END_ADMIN },
	{ LIFE_ENDING, LOST_SEARCH, LIFE_HUNG_UP, GOODBYE, CTRL_END_ADMIN },
	{ LIFE_ENDING, OVER, LIFE_OVER, 0, CTRL_END_PPPD },
	{ LIFE_SEARCHING, ASK, LIFE_HUNG_UP, GOODBYE, CTRL_END_STALLED },
	{ LIFE_SEARCHING, HANG_UP, LIFE_HUNG_UP, GOODBYE, CTRL_END_VERSION },
	{ LIFE_SEARCHING, FOUND, LIFE_SERVED, 0, CTRL_END_PPPD },
	{ LIFE_SEARCHING, OVER, LIFE_OVER, LIFE_DO_GOODBYE, CTRL_END_PPPD },
	{ LIFE_HUNG_UP, OVER, LIFE_OVER, 0, CTRL_END_ADMIN },
};

START_TEST(each_event_in_each_state)
{
	for (int from = LIFE_STARTING; from <= LIFE_OVER; from++) {
		for (int event = STARTED; event <= OVER; event++) {
			enum life_state to = (enum life_state)from;
			unsigned int todo = 0, got;
			enum ctrl_end end;

			reach((enum life_state)from);
			end = l.end;
			for (size_t i = 0; i < sizeof(table) /
			    sizeof(table[0]); i++) {
				if ((int)table[i].from != from ||
				    (int)table[i].event != event)
					continue;
				to = table[i].to;
				todo = table[i].todo;
				end = table[i].end;
			}
			got = happen((enum event)event);
			ck_assert_msg(l.state == to && got == todo &&
			    l.end == end, "state %d, event %d: state %d, "
			    "to do %#x, end %d", from, event, (int)l.state,
			    got, (int)l.end);
			/* One line a change, and none without. */
			ck_assert_int_eq(lines[0] == '\0',
			    (int)to == from);
		}
	}
}
END_TEST

START_TEST(each_change_is_logged_with_its_cause)
{
	fresh();
	life_started(&l, START);
	life_engine_lost(&l, true, START);
	life_engine_found(&l, START);
	life_ask(&l, CTRL_END_ADMIN, START);
	life_timer(&l, START + LIFE_ENGINE_MS);
	life_over(&l, START + LIFE_ENGINE_MS);
	ck_assert_str_eq(lines,
	    "CTRL: Client 192.0.2.1: keeper starting -> served, pppd runs\n"
	    "CTRL: Client 192.0.2.1: keeper served -> searching, the engine "
	    "is gone\n"
	    "CTRL: Client 192.0.2.1: keeper searching -> served, another "
	    "engine\n"
	    "CTRL: Client 192.0.2.1: keeper served -> ending, ended by the "
	    "administrator\n"
	    "CTRL: Client 192.0.2.1: keeper ending -> hung_up, the engine "
	    "does not end it\n"
	    "CTRL: Client 192.0.2.1: keeper hung_up -> over, pppd has "
	    "ended\n");
}
END_TEST

START_TEST(an_engine_that_does_not_end_the_call_is_not_waited_for)
{
	reach(LIFE_ENDING);
	ck_assert_uint_eq(life_deadline(&l), START + LIFE_ENGINE_MS);
	ck_assert_uint_eq(life_timer(&l, START + LIFE_ENGINE_MS - 1), 0);
	ck_assert_int_eq(l.state, LIFE_ENDING);
	/* The engine still has the connection: no goodbye of the keeper's. */
	ck_assert_uint_eq(life_timer(&l, START + LIFE_ENGINE_MS),
	    LIFE_DO_HANG_UP);
	ck_assert_int_eq(l.end, CTRL_END_ADMIN);
}
END_TEST

START_TEST(pppd_is_ended_by_ever_stronger_means)
{
	reach(LIFE_HUNG_UP);
	ck_assert_uint_eq(life_deadline(&l), START + LIFE_TERM_MS);
	ck_assert_uint_eq(life_timer(&l, START + LIFE_TERM_MS - 1), 0);
	ck_assert_uint_eq(life_timer(&l, START + LIFE_TERM_MS), LIFE_DO_TERM);
	ck_assert_uint_eq(life_timer(&l, START + LIFE_TERM_MS), 0);
	ck_assert_uint_eq(life_deadline(&l), START + LIFE_KILL_MS);
	ck_assert_uint_eq(life_timer(&l, START + LIFE_KILL_MS), LIFE_DO_KILL);
	ck_assert_uint_eq(life_timer(&l, START + 10 * LIFE_KILL_MS), 0);
	ck_assert_uint_eq(life_deadline(&l), UINT64_MAX);
}
END_TEST

START_TEST(pppd_in_a_hurry_gets_one_second)
{
	reach(LIFE_HUNG_UP);
	ck_assert_uint_eq(life_hurry(&l), 0);
	ck_assert_uint_eq(life_deadline(&l), START + LIFE_HURRY_MS);
	ck_assert_uint_eq(life_timer(&l, START + LIFE_HURRY_MS - 1), 0);
	ck_assert_uint_eq(life_timer(&l, START + LIFE_HURRY_MS), LIFE_DO_KILL);
	ck_assert_uint_eq(life_deadline(&l), UINT64_MAX);
	ck_assert_uint_eq(life_hurry(&l), 0);
	ck_assert_uint_eq(life_deadline(&l), UINT64_MAX);
}
END_TEST

START_TEST(a_keeper_that_slept_sends_both_signals)
{
	reach(LIFE_HUNG_UP);
	ck_assert_uint_eq(life_timer(&l, START + 10 * LIFE_KILL_MS),
	    LIFE_DO_TERM | LIFE_DO_KILL);
}
END_TEST

START_TEST(nothing_is_due_in_other_states)
{
	static const enum life_state states[] = { LIFE_STARTING, LIFE_SERVED,
	    LIFE_SEARCHING, LIFE_OVER };

	reach(states[_i]);
	ck_assert_uint_eq(life_deadline(&l), UINT64_MAX);
	ck_assert_uint_eq(life_timer(&l, START + 10 * LIFE_KILL_MS), 0);
	ck_assert_int_eq(l.state, states[_i]);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("life");
	TCase *tc = tcase_create("life");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, each_event_in_each_state);
	tcase_add_test(tc, each_change_is_logged_with_its_cause);
	tcase_add_test(tc,
	    an_engine_that_does_not_end_the_call_is_not_waited_for);
	tcase_add_test(tc, pppd_is_ended_by_ever_stronger_means);
	tcase_add_test(tc, pppd_in_a_hurry_gets_one_second);
	tcase_add_test(tc, a_keeper_that_slept_sends_both_signals);
	tcase_add_loop_test(tc, nothing_is_due_in_other_states, 0, 4);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
