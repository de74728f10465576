/* What is remembered of addresses over the death of the process that counts. */
/* SPDX-License-Identifier: ISC */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "state/limit.h"
#include "state/limit_memory.h"
#include "unit.h"
#include "unit_fork.h"

#define SECOND	1000
#define ENTRIES	(LIMIT_MEMORY_SETS * LIMIT_MEMORY_WAYS)

static const struct limit_conf usual = {
	.connections = 100, .max_unauth = 64, .connection_rate_per_ip = 1,
	.call_rate_per_ip = 1, .auth_penalty = 10
};
static struct limit_memory memory;
static struct limits *l;
static uint64_t now;

/* Another process counts from now on. */
static void
restart(void)
{
	limit_free(l);
	l = limit_new(&usual, 1);
	ck_assert_ptr_nonnull(l);
	limit_memory_use(l, &memory, 77, now);
}

static void
setup(void)
{
	memset(&memory, 0, sizeof(memory));
	now = 1000 * SECOND;
	l = NULL;
	restart();
}

static void
teardown(void)
{
	limit_free(l);
}

static void
dial(struct limit_conn *c, uint32_t addr)
{
	memset(c, 0, sizeof(*c));
	(void)limit_open(l, c, addr, now);
	(void)limit_call(l, c, now);
}

static void
fail_auth(uint32_t addr, int times)
{
	struct limit_conn c;

	for (int i = 0; i < times; i++) {
		dial(&c, addr);
		(void)limit_failed(l, &c, now);
		limit_close(l, &c);
	}
}

static enum ctrl_end
knock(uint32_t addr)
{
	struct limit_conn c;
	enum ctrl_end end;

	memset(&c, 0, sizeof(c));
	end = limit_open(l, &c, addr, now);
	limit_close(l, &c);
	return end;
}

START_TEST(penalties_live_on)
{
	fail_auth(7, 5);
	fail_auth(8, 1);
	ck_assert_int_eq(knock(7), CTRL_END_PENALTY);
	restart();
	ck_assert_int_eq(knock(7), CTRL_END_PENALTY);
	ck_assert_int_eq(knock(8), CTRL_END_NONE);
	ck_assert_int_eq(knock(9), CTRL_END_NONE);
	fail_auth(8, 1);			/* the second of two counts */
	ck_assert_int_eq(knock(8), CTRL_END_PENALTY);
	now += 50 * SECOND;
	restart();
	ck_assert_int_eq(knock(7), CTRL_END_NONE);
}
END_TEST

/* N-30i: "auth-penalty 0" lifts what an earlier configuration has set. */
START_TEST(penalties_end_when_they_are_off)
{
	struct limit_conf off = usual;

	off.auth_penalty = 0;
	fail_auth(7, 5);
	ck_assert_int_eq(knock(7), CTRL_END_PENALTY);
	limit_change(l, &off);
	ck_assert_int_eq(knock(7), CTRL_END_NONE);
}
END_TEST

START_TEST(success_lives_on)
{
	struct limit_conn c;

	fail_auth(7, 5);
	dial(&c, 7);
	c.call = true;
	(void)limit_authenticated(l, &c, now);
	restart();
	ck_assert_int_eq(knock(7), CTRL_END_NONE);
	ck_assert(source_find(&l->sources, 7)->known);
	ck_assert_uint_eq(l->known, 1);
}
END_TEST

START_TEST(rates_live_on)
{
	int opened = 0;

	while (knock(7) == CTRL_END_NONE)
		opened++;
	ck_assert_int_ge(opened, 100);
	restart();
	ck_assert_int_eq(knock(7), CTRL_END_RATE);
	ck_assert_int_eq(knock(8), CTRL_END_NONE);
}
END_TEST

START_TEST(amnesty_lives_on)
{
	fail_auth(7, 5);
	l->amnesty = now;
	ck_assert_int_eq(knock(7), CTRL_END_NONE);
	fail_auth(9, 1);
	restart();
	ck_assert_int_eq(knock(7), CTRL_END_NONE);
}
END_TEST

/* Many that fail push out what is worth least, and nothing else. */
START_TEST(memory_is_bounded)
{
	struct limit_conn c[2];
	uint32_t n = 0;

	for (uint32_t i = 0; i < 2; i++) {	/* so that it is no outage */
		dial(&c[i], 10 + i);
		(void)limit_authenticated(l, &c[i], now);
	}
	fail_auth(7, 50);
	for (uint32_t addr = 100; addr < 100 + 4 * ENTRIES; addr++)
		fail_auth(addr, 1);
	restart();
	ck_assert_uint_le(l->sources.used, ENTRIES);
	ck_assert_int_eq(knock(7), CTRL_END_PENALTY);
	for (size_t i = 0; i < ENTRIES; i++)
		n += memory.entry[i].addr != 0;
	ck_assert_uint_ge(n, ENTRIES * 9 / 10);
}
END_TEST

/* An engine that was taken over can leave what it likes: not for long. */
START_TEST(nonsense_does_no_harm)
{
	uint32_t seed = 1;
	uint8_t *p = (uint8_t *)memory.entry;

	for (int round = 0; round < 100; round++) {
		for (size_t i = 0; i < sizeof(memory.entry); i++) {
			seed = seed * 1664525 + 1013904223;
			p[i] = (uint8_t)(seed >> (round % 2 == 0 ? 24 : 30));
		}
		memory.amnesty = (uint64_t)seed << (round % 40);
		restart();
		for (uint32_t i = 1; i <= l->sources.used; i++) {
			const struct source *s = &l->sources.entry[i];

			ck_assert_uint_le(limit_penalty(l, s, now),
			    LIMIT_PENALTY_MAX_MS);
			ck_assert_uint_le(s->failed_at, now);
		}
		ck_assert_uint_le(l->known, l->sources.used);
		fail_auth(7, 3);
	}
}
END_TEST

/* An entry that says: refused until the end of time. */
static void
ban(struct limit_memory_entry *e, uint32_t addr)
{
	*e = (struct limit_memory_entry){ .addr = addr,
		.flags = LIMIT_MEMORY_REFUSED, .failed_at = now,
		.penalty_until = UINT64_MAX, .connect_us = UINT64_MAX,
		.call_us = UINT64_MAX };
}

/* Each new engine gave such an address 10 minutes more, for ever. */
START_TEST(no_ban_is_renewed_by_the_next_engine)
{
	for (int i = 0; i < ENTRIES; i++)
		ban(&memory.entry[i], 7);	/* most are not its places */
	restart();
	ck_assert_int_ne(knock(7), CTRL_END_NONE);
	ck_assert_int_eq(knock(8), CTRL_END_NONE);
	for (int minutes = 0; minutes < 10; minutes++) {
		now += 60 * SECOND;
		restart();
	}
	now += 60 * SECOND;
	restart();
	ck_assert_int_eq(knock(7), CTRL_END_NONE);
}
END_TEST

/* Another process writes all the time: what was checked is what is taken. */
START_TEST(memory_that_changes_meanwhile_does_no_harm)
{
	pid_t writer;
	int at = 0;
	struct limit_memory *shared = mmap(NULL, sizeof(*shared),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	volatile struct limit_memory_entry *e = shared->entry;

	ck_assert_ptr_ne(shared, MAP_FAILED);
	*shared = memory;
	writer = unit_fork();
	while (writer == 0) {
		e[at].addr = (uint32_t)at % 1000 + 1;
		e[at].flags = LIMIT_MEMORY_REFUSED;
		e[at].failed_at = e[at].penalty_until = e[at].connect_us = 1;
		e[at].failed_at = e[at].penalty_until = e[at].connect_us =
		    UINT64_MAX;
		shared->amnesty = at % 2 == 0 ? 0 : UINT64_MAX;
		at = (at + 1) % ENTRIES;
	}
	for (int round = 0; round < 200; round++) {
		limit_free(l);
		l = limit_new(&usual, 1);
		limit_memory_use(l, shared, 77, now);
		ck_assert_uint_le(l->amnesty, now);
		for (uint32_t i = 1; i <= l->sources.used; i++) {
			const struct source *s = &l->sources.entry[i];

			ck_assert_uint_le(s->failed_at, now);
			ck_assert_uint_le(s->penalty_until, now +
			    LIMIT_PENALTY_MAX_MS);
			ck_assert_uint_ne(s->connect.empty_us, UINT64_MAX);
		}
		fail_auth(7, 3);
	}
	ck_assert_int_eq(kill(writer, SIGKILL), 0);
	ck_assert_int_eq(waitpid(writer, NULL, 0), writer);
}
END_TEST

START_TEST(another_version_is_overwritten)
{
	fail_auth(7, 5);
	memory.version++;
	restart();
	ck_assert_uint_eq(memory.version, LIMIT_MEMORY_VERSION);
	ck_assert_int_eq(knock(7), CTRL_END_NONE);
	ck_assert_uint_eq(memory.seed, 77);
}
END_TEST

/* After a boot the clock begins anew. */
START_TEST(what_lies_in_the_future_is_forgotten)
{
	fail_auth(7, 5);
	now = 5 * SECOND;
	restart();
	ck_assert_int_eq(knock(7), CTRL_END_NONE);
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, penalties_live_on);
	tcase_add_test(tc, penalties_end_when_they_are_off);
	tcase_add_test(tc, success_lives_on);
	tcase_add_test(tc, rates_live_on);
	tcase_add_test(tc, amnesty_lives_on);
	tcase_add_test(tc, memory_is_bounded);
	tcase_add_test(tc, nonsense_does_no_harm);
	tcase_add_test(tc, no_ban_is_renewed_by_the_next_engine);
	tcase_add_test(tc, memory_that_changes_meanwhile_does_no_harm);
	tcase_add_test(tc, another_version_is_overwritten);
	tcase_add_test(tc, what_lies_in_the_future_is_forgotten);
}

int
main(void)
{
	return unit_main("limit_memory", tests);
}
