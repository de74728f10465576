/* Which RADIUS server is asked, and when again: by the clock of the test. */
/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "attempt.h"
#include "unit.h"

#define MIDDLE	0	/* a random number for timeouts a tenth shorter */

static struct radius_conf conf;
static struct pool_state pool;
static struct attempt a;
static uint64_t now;

static void
set_up(unsigned servers)
{
	memset(&conf, 0, sizeof(conf));
	conf.n = servers;
	conf.timeout = 2;
	conf.tries = 2;
	conf.dead_time = 60;
	for (unsigned i = 0; i < servers; i++) {
		conf.servers[i].priority = i + 1;
		conf.servers[i].weight = 1;
	}
	pool_init(&pool, &conf);
	now = 1000000;
}

/* Waits until the timeout; the step, and whether the server has died. */
static enum attempt_step
step(bool *died)
{
	now += attempt_wait(&a, now);
	return attempt_timeout(&a, &pool, now, MIDDLE, died);
}

static void
begin(uint64_t s)
{
	attempt_begin(&a, &pool, now, now + s * 1000, MIDDLE);
}

/* RFC 5080, 2.2.1: RT is 2 s, then twice as long, and a tenth more or less. */
START_TEST(timeouts_grow)
{
	bool died;

	set_up(1);
	conf.tries = 10;
	begin(100);
	ck_assert_uint_eq(attempt_wait(&a, now), 1800);
	ck_assert_int_eq(step(&died), ATTEMPT_AGAIN);
	ck_assert_uint_eq(attempt_wait(&a, now), 3240);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(step(&died), ATTEMPT_AGAIN);
	ck_assert_uint_eq(attempt_wait(&a, now), 14400);
	for (uint32_t random = 0; random < 100000; random += 77) {
		attempt_begin(&a, &pool, now, now + 100000, random);
		ck_assert_uint_ge(a.rt, 1800);
		ck_assert_uint_le(a.rt, 2200);
	}
}
END_TEST

START_TEST(the_next_server)
{
	bool died;

	set_up(3);
	begin(60);
	ck_assert_uint_eq(a.server, 0);
	ck_assert_int_eq(step(&died), ATTEMPT_AGAIN);
	ck_assert(!died);
	ck_assert_int_eq(step(&died), ATTEMPT_OTHER);
	ck_assert(died);
	ck_assert_uint_eq(a.server, 1);
	ck_assert_uint_eq(attempt_wait(&a, now), 1800);
	ck_assert(!attempt_answered(&a, &pool, now));
	/* The dead one is passed over until its time is over. */
	begin(60);
	ck_assert_uint_eq(a.server, 1);
	now += 61000;
	begin(60);
	ck_assert_uint_eq(a.server, 0);
	ck_assert(attempt_answered(&a, &pool, now));
	ck_assert(!attempt_answered(&a, &pool, now));
}
END_TEST

/* When all are dead, all are asked in turn, for as long as there is time. */
START_TEST(all_dead)
{
	unsigned seen[2] = { 0, 0 };
	enum attempt_step s;
	bool died;

	set_up(2);
	begin(30);
	do {
		s = step(&died);
		seen[a.server]++;
	} while (s != ATTEMPT_OVER);
	ck_assert_uint_eq(now, 1030000);
	ck_assert_uint_gt(seen[0], 3);
	ck_assert_uint_gt(seen[1], 3);
	begin(30);
	ck_assert_uint_eq(a.server, 0);
}
END_TEST

/* A server that answers others meanwhile has lost a packet and is not dead. */
START_TEST(not_dead)
{
	struct attempt other;
	bool died;

	set_up(2);
	begin(60);
	attempt_begin(&other, &pool, now, now + 60000, MIDDLE);
	ck_assert_int_eq(step(&died), ATTEMPT_AGAIN);
	(void)attempt_answered(&other, &pool, now);
	ck_assert_int_eq(step(&died), ATTEMPT_OTHER);
	ck_assert(!died);
	ck_assert_uint_eq(a.server, 1);
	begin(60);
	ck_assert_uint_eq(a.server, 0);
}
END_TEST

START_TEST(deadline)
{
	bool died;

	set_up(1);
	begin(1);
	ck_assert_uint_eq(attempt_wait(&a, now), 1000);
	ck_assert_int_eq(step(&died), ATTEMPT_OVER);
	ck_assert_uint_eq(attempt_wait(&a, now + 5000), 0);
}
END_TEST

/* How many of 10,000 attempts go to each server. */
static void
spread(unsigned count[RADIUS_SERVERS_MAX])
{
	uint32_t random = 1;

	memset(count, 0, RADIUS_SERVERS_MAX * sizeof(count[0]));
	for (int i = 0; i < 10000; i++) {
		random = random * 1664525 + 1013904223;
		attempt_begin(&a, &pool, now, now + 1000, random);
		count[a.server]++;
		attempt_end(&a, &pool);
	}
}

START_TEST(weights_share_a_priority)
{
	unsigned count[RADIUS_SERVERS_MAX];

	set_up(4);
	for (unsigned i = 0; i < 3; i++)
		conf.servers[i].priority = 1;
	conf.servers[1].weight = 3;
	spread(count);
	for (unsigned i = 0; i < 3; i++) {
		unsigned want = 2000 * conf.servers[i].weight;

		ck_assert_uint_ge(count[i], want - 200);
		ck_assert_uint_le(count[i], want + 200);
	}
	ck_assert_uint_eq(count[3], 0);
	pool.server[1].dead = true;
	pool.server[1].dead_until = now + 1;
	spread(count);
	ck_assert_uint_eq(count[1], 0);
	ck_assert_uint_ge(count[0], 4800);
	ck_assert_uint_le(count[0], 5200);
}
END_TEST

START_TEST(a_lower_priority_is_asked_first)
{
	unsigned count[RADIUS_SERVERS_MAX];

	set_up(2);
	conf.servers[0].priority = 9;
	spread(count);
	ck_assert_uint_eq(count[1], 10000);
}
END_TEST

START_TEST(a_full_server_is_left_for_others)
{
	struct attempt more[4];

	set_up(2);
	conf.servers[0].limit = 2;
	for (int i = 0; i < 4; i++) {
		attempt_begin(&more[i], &pool, now, now + 60000, MIDDLE);
		ck_assert_uint_eq(more[i].server, i < 2 ? 0 : 1);
	}
	conf.servers[1].limit = 2;	/* both are full: as without limits */
	begin(60);
	ck_assert_uint_eq(a.server, 0);
	attempt_end(&a, &pool);
	attempt_end(&more[0], &pool);
	begin(60);
	ck_assert_uint_eq(a.server, 0);
	ck_assert_uint_eq(pool.server[0].under_way, 2);
}
END_TEST

/* Whoever goes on to another server is no request of the first any more. */
START_TEST(what_is_under_way_is_counted_once)
{
	bool died;

	set_up(3);
	begin(600);
	for (int i = 0; i < 20; i++) {
		unsigned n = 0;

		(void)step(&died);
		for (unsigned k = 0; k < 3; k++)
			n += pool.server[k].under_way;
		ck_assert_uint_eq(n, 1);
		ck_assert_uint_eq(pool.server[a.server].under_way, 1);
	}
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, weights_share_a_priority);
	tcase_add_test(tc, a_lower_priority_is_asked_first);
	tcase_add_test(tc, a_full_server_is_left_for_others);
	tcase_add_test(tc, what_is_under_way_is_counted_once);
	tcase_add_test(tc, timeouts_grow);
	tcase_add_test(tc, the_next_server);
	tcase_add_test(tc, all_dead);
	tcase_add_test(tc, not_dead);
	tcase_add_test(tc, deadline);
}

int
main(void)
{
	return unit_main("attempt", add);
}
