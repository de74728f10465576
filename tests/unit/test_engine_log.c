/* Log lines of an engine that may be in a peer's hands. */
/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "monitor/engine_log.h"
#include "unit.h"

#define PID	77

static unsigned int count;		/* of lines that were logged */
static int urgency;			/* of the last one, and it */
static char said[LOG_LINE_MAX];

static void
listen_to(int priority, const char *line, void *arg)
{
	(void)arg;
	count++;
	urgency = priority;
	snprintf(said, sizeof(said), "%s", line);
}

static struct ipc_msg
line(int priority, const char *text)
{
	struct ipc_msg m;

	log_set_sink(listen_to, NULL);
	memset(&m, 0, sizeof(m));
	m.u.log.priority = priority;
	snprintf(m.u.log.line, sizeof(m.u.log.line), "%s", text);
	return m;
}

static void
send_lines(unsigned int engine, unsigned int n, uint64_t now)
{
	struct ipc_msg m = line(LOG_INFO, "flood");

	for (unsigned int i = 0; i < n; i++)
		engine_log(engine, PID, &m, now);
}

START_TEST(as_it_is)
{
	struct ipc_msg m = line(LOG_NOTICE, "a call");

	engine_log(0, PID, &m, 1000);
	ck_assert_str_eq(said, "a call");
	ck_assert_int_eq(urgency, LOG_NOTICE);
}
END_TEST

START_TEST(neither_alarm_nor_second_line)
{
	struct ipc_msg m = line(LOG_EMERG, "one\ntwo\033[2J");

	engine_log(0, PID, &m, 1000);
	ck_assert_str_eq(said, "one?two?[2J");
	ck_assert_int_eq(urgency, LOG_ERR);
	memset(m.u.log.line, 'x', sizeof(m.u.log.line));	/* no end */
	engine_log(0, PID, &m, 1000);
	ck_assert_uint_eq(strlen(said), sizeof(m.u.log.line) - 1);
}
END_TEST

START_TEST(a_flood_is_cut)
{
	send_lines(0, 1000000, 1000);
	ck_assert_uint_eq(count, ENGINE_LOG_BURST);
	send_lines(0, 1000000, 2000);	/* and one line that says it */
	ck_assert_uint_eq(count, ENGINE_LOG_BURST + ENGINE_LOG_RATE + 1);
	engine_log_ended(0, PID);
	ck_assert_str_eq(said, "MGR: 999000 log lines of engine[77] were "
	    "dropped: more than 1000 a second");
	count = 0;
	engine_log_ended(0, PID);
	ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(not_that_of_others)
{
	send_lines(1, 1000000, 1000);
	count = 0;
	send_lines(0, 10, 1000);
	ck_assert_uint_eq(count, 10);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, as_it_is);
	tcase_add_test(tc, neither_alarm_nor_second_line);
	tcase_add_test(tc, a_flood_is_cut);
	tcase_add_test(tc, not_that_of_others);
}

int
main(void)
{
	return unit_main("engine_log", add);
}
