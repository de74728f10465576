/* The limiter: what is refused is logged and counted, within bounds. */
/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <syslog.h>
#include <unistd.h>

#include "base/log.h"
#include "engine/limiter.h"
#include "fake_engine.h"
#include "state/limit_memory.h"
#include "unit.h"

static struct limit_conf conf = {
	.connections = 100, .max_unauth = 64, .auth_penalty = 10,
	.log_rate = 3
};
static uint32_t client;

static void
setup(void)
{
	fake_engine_init();
	client = inet_addr("198.51.100.7");
	ck_assert(limiter_configure(&conf));
}

/* A connection of an address, with a call. */
static void
dial(struct limit_conn *c, uint32_t addr)
{
	memset(c, 0, sizeof(*c));
	(void)limit_open(limiter_limits, c, addr, engine_now_ms());
	(void)limit_call(limiter_limits, c, engine_now_ms());
}

static int
lines(const char *text)
{
	int n = 0;

	for (const char *p = fake.log; (p = strstr(p, text)) != NULL; p++)
		n++;
	return n;
}

START_TEST(a_refusal_names_client_and_reason)
{
	struct limit_conn c;

	dial(&c, client);
	limiter_refused(&c, client, CTRL_END_PER_IP);
	ck_assert_ptr_nonnull(strstr(fake.log, "CTRL: Client 198.51.100.7 "
	    "refused: too many calls from its address"));
	ck_assert_uint_eq(limiter_count(CTRL_END_PER_IP), 1);
	ck_assert_uint_eq(limiter_count(CTRL_END_RATE), 0);
}
END_TEST

START_TEST(more_of_them_are_counted_and_not_logged)
{
	struct limit_conn c;

	dial(&c, client);
	for (int i = 0; i < 50; i++)
		limiter_refused(NULL, client, CTRL_END_RATE);
	ck_assert_int_eq(lines("refused"), 3);
	ck_assert_uint_eq(limiter_count(CTRL_END_RATE), 50);
	fake_loop.now_us += 60000 * 1000;
	limiter_refused(NULL, client, CTRL_END_RATE);
	ck_assert_int_eq(lines("47 more such lines suppressed"), 1);
}
END_TEST

/* Lines about a client are limited; ours and those for debugging are not. */
START_TEST(lines_between_speak_and_quiet_are_limited)
{
	struct limit_conn c;
	int n = 0;

	dial(&c, client);
	ck_assert(limiter_may_log(LOG_INFO));
	limiter_speak(NULL, client);
	for (int i = 0; i < 20; i++)
		n += limiter_may_log(LOG_INFO);
	ck_assert_int_eq(n, 3);
	ck_assert(limiter_may_log(LOG_DEBUG));
	limiter_quiet();
	ck_assert(limiter_may_log(LOG_INFO));
}
END_TEST

START_TEST(failures_end_in_a_penalty_that_is_logged_once)
{
	struct limit_conn c;

	for (int i = 0; i < 4; i++) {
		dial(&c, client);
		limiter_failed(&c, client, CTRL_END_NONE);
		limiter_failed(&c, client, CTRL_END_NONE);	/* once */
		limit_close(limiter_limits, &c);
	}
	ck_assert_uint_eq(limiter_count(CTRL_END_NO_AUTH), 4);
	ck_assert_int_eq(lines("refused for 20 s"), 1);
	ck_assert_int_eq(lines("authentication failed"), 3);	/* log_rate */
	memset(&c, 0, sizeof(c));
	ck_assert_int_eq(limit_open(limiter_limits, &c, client, engine_now_ms()),
	    CTRL_END_PENALTY);
}
END_TEST

START_TEST(a_failure_says_what_it_was)
{
	struct limit_conn c;

	dial(&c, client);
	limiter_failed(&c, client, CTRL_END_MADE_ROOM);
	ck_assert_int_eq(lines("made room for another client"), 1);
	dial(&c, client);
	limiter_failed(&c, client, CTRL_END_EOF);
	ck_assert_int_eq(lines("gone without authentication"), 1);
	dial(&c, client);
	limiter_failed(&c, client, CTRL_END_NO_AUTH);
	ck_assert_int_eq(lines("did not authenticate in time"), 1);
}
END_TEST

START_TEST(a_late_failure_counts_for_the_address)
{
	struct limit_conn c;

	limiter_failed_late(client);		/* nobody knows it */
	ck_assert_uint_eq(limiter_count(CTRL_END_NO_AUTH), 0);
	dial(&c, client);
	limit_close(limiter_limits, &c);
	limiter_failed_late(client);
	ck_assert_uint_eq(limiter_count(CTRL_END_NO_AUTH), 1);
}
END_TEST

START_TEST(an_outage_suspends_penalties_and_says_so)
{
	struct limit_conn c;

	for (uint32_t i = 0; i < 20; i++) {
		dial(&c, client + i);
		limiter_failed(&c, client + i, CTRL_END_NONE);
		limit_close(limiter_limits, &c);
	}
	ck_assert_int_eq(lines("auth-penalty is suspended"), 1);
}
END_TEST

/* What is no memory of the right size is not used, and that is said. */
START_TEST(a_short_memory_is_refused)
{
	int fd = memfd_create("test", 0);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(ftruncate(fd, 100), 0);
	limiter_map_memory(fd);
	ck_assert_int_eq(lines("are forgotten when it dies"), 1);
	ck_assert_int_eq(ftruncate(fd, sizeof(struct limit_memory)), 0);
	limiter_map_memory(fd);
	ck_assert_int_eq(lines("are forgotten when it dies"), 1);
	close(fd);
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, a_refusal_names_client_and_reason);
	tcase_add_test(tc, more_of_them_are_counted_and_not_logged);
	tcase_add_test(tc, lines_between_speak_and_quiet_are_limited);
	tcase_add_test(tc, failures_end_in_a_penalty_that_is_logged_once);
	tcase_add_test(tc, a_failure_says_what_it_was);
	tcase_add_test(tc, a_late_failure_counts_for_the_address);
	tcase_add_test(tc, an_outage_suspends_penalties_and_says_so);
	tcase_add_test(tc, a_short_memory_is_refused);
}

int
main(void)
{
	return unit_main("limiter", tests);
}
