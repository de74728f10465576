/* Limits, with a clock that the test holds: buckets, addresses, penalties. */
/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "state/bucket.h"
#include "state/limit.h"
#include "state/source.h"
#include "unit.h"

#define SECOND	1000
#define SEED	12345

static const struct limit_conf usual = { .connections = 100,
	.max_unauth = 300, .max_unauth_per_ip = 150,
	.connection_rate_per_ip = 20, .call_timeout = 60, .auth_timeout = 60,
	.auth_penalty = 5, .message_rate = 10, .log_rate = 5 };

static struct limits *l;
static uint64_t now, at;

static void
begin(const struct limit_conf *conf)
{
	limit_free(l);
	l = limit_new(conf, SEED);
	ck_assert_ptr_nonnull(l);
	now = 1000000;
}

static void
setup(void)
{
	l = NULL;
	begin(&usual);
}

static void
teardown(void)
{
	limit_free(l);
}

/* --- buckets --- */

START_TEST(bucket_bursts_then_drips)
{
	struct bucket_rate rate = bucket_rate(10, SECOND, 5);
	struct bucket b = { 0 };

	for (int i = 0; i < 5; i++)
		ck_assert(bucket_take(&b, &rate, now));
	ck_assert(!bucket_take(&b, &rate, now));
	ck_assert_uint_eq(bucket_next(&b, &rate, now), now + 100);
	ck_assert(!bucket_take(&b, &rate, now + 99));
	ck_assert(bucket_take(&b, &rate, now + 100));
	ck_assert(!bucket_take(&b, &rate, now + 100));
	/* A year later it is full, not fuller. */
	now += 365ULL * 86400 * SECOND;
	ck_assert_uint_eq(bucket_next(&b, &rate, now), now);
	for (int i = 0; i < 5; i++)
		ck_assert(bucket_take(&b, &rate, now));
	ck_assert(!bucket_take(&b, &rate, now));
}
END_TEST

START_TEST(bucket_rate_holds_over_time)
{
	struct bucket_rate rate = bucket_rate(300, SECOND, 10);
	struct bucket b = { 0 };
	int taken = 0;

	for (int ms = 0; ms < 10 * SECOND; ms++)
		taken += bucket_take(&b, &rate, now + ms);
	ck_assert_int_ge(taken, 2990);
	ck_assert_int_le(taken, 3010);
}
END_TEST

START_TEST(bucket_takes_back)
{
	struct bucket_rate rate = bucket_rate(1, SECOND, 2);
	struct bucket b = { 0 };

	bucket_give(&b, &rate);		/* a full one stays full */
	for (int i = 0; i < 100; i++) {
		ck_assert(bucket_take(&b, &rate, now));
		bucket_give(&b, &rate);
	}
	ck_assert(bucket_take(&b, &rate, now));
	ck_assert(bucket_take(&b, &rate, now));
	ck_assert(!bucket_take(&b, &rate, now));
}
END_TEST

START_TEST(bucket_without_limit)
{
	struct bucket_rate rate = bucket_rate(0, SECOND, 0);
	struct bucket b = { 0 };

	for (int i = 0; i < 100000; i++)
		ck_assert(bucket_take(&b, &rate, now));
	ck_assert_uint_eq(bucket_next(&b, &rate, now), now);
}
END_TEST

/* --- the table of addresses --- */

START_TEST(table_finds_what_it_got)
{
	struct source_table t;

	ck_assert_int_eq(source_table_init(&t, 1000, SEED), 0);
	for (uint32_t i = 0; i < 1000; i++)
		source_get(&t, i * 7919, NULL)->failed_at = i;
	for (uint32_t i = 0; i < 1000; i++) {
		ck_assert_ptr_nonnull(source_find(&t, i * 7919));
		ck_assert_uint_eq(source_find(&t, i * 7919)->failed_at, i);
	}
	ck_assert_ptr_null(source_find(&t, 1));
	source_table_free(&t);
}
END_TEST

START_TEST(full_table_forgets_the_oldest)
{
	struct source forgotten;
	struct source_table t;

	ck_assert_int_eq(source_table_init(&t, 4, SEED), 0);
	for (uint32_t i = 1; i <= 4; i++)
		source_get(&t, i, &forgotten)->known = true;
	ck_assert_uint_eq(forgotten.addr, 0);
	source_get(&t, 1, NULL);
	source_find(&t, 2)->connections = 1;
	/* 2 is in use, 1 was used: 3 goes, then 4, then 1. */
	source_get(&t, 5, &forgotten);
	ck_assert_uint_eq(forgotten.addr, 3);
	ck_assert(forgotten.known);
	ck_assert(!source_find(&t, 5)->known);
	source_get(&t, 6, &forgotten);
	ck_assert_uint_eq(forgotten.addr, 4);
	source_get(&t, 7, &forgotten);
	ck_assert_uint_eq(forgotten.addr, 1);
	ck_assert_ptr_nonnull(source_find(&t, 2));
	source_table_free(&t);
}
END_TEST

START_TEST(table_full_of_connections_takes_nobody)
{
	struct source_table t;

	ck_assert_int_eq(source_table_init(&t, 8, SEED), 0);
	for (uint32_t i = 1; i <= 8; i++)
		source_get(&t, i, NULL)->connections = 1;
	ck_assert_ptr_null(source_get(&t, 9, NULL));
	ck_assert_ptr_nonnull(source_get(&t, 8, NULL));
	source_find(&t, 5)->connections = 0;
	ck_assert_ptr_nonnull(source_get(&t, 9, NULL));
	ck_assert_ptr_null(source_find(&t, 5));
	source_table_free(&t);
}
END_TEST

/* Against a list that is searched from one end to the other. */
START_TEST(table_and_a_plain_list_agree)
{
	enum { MAX = 16, STEPS = 20000 };
	uint32_t order[MAX], n = 0, random = SEED;
	struct source_table t;

	ck_assert_int_eq(source_table_init(&t, MAX, SEED), 0);
	for (int step = 0; step < STEPS; step++) {
		uint32_t addr, i;

		random = random * 1664525 + 1013904223;
		addr = (random >> 16) % 40 + 1;
		for (i = 0; i < n && order[i] != addr; i++)
			;
		ck_assert((i < n) == (source_find(&t, addr) != NULL));
		if (i == n && n == MAX)
			i = 0;		/* the oldest goes */
		if (i < n)
			memmove(order + i, order + i + 1,
			    (--n - i) * sizeof(order[0]));
		order[n++] = addr;
		ck_assert_ptr_nonnull(source_get(&t, addr, NULL));
	}
	source_table_free(&t);
}
END_TEST

/* --- connections --- */

START_TEST(office_behind_one_address_gets_in_at_once)
{
	enum { CLIENTS = 100 };
	static struct limit_conn c[CLIENTS];

	memset(c, 0, sizeof(c));
	for (int i = 0; i < CLIENTS; i++) {
		ck_assert_int_eq(limit_open(l, &c[i], 7, now),
		    CTRL_END_NONE);
		ck_assert_ptr_null(limit_victim(l, false, now));
	}
	for (int i = 0; i < CLIENTS; i++)
		ck_assert_int_eq(limit_call(l, &c[i], now), CTRL_END_NONE);
	now += 5 * SECOND;
	for (int i = 0; i < CLIENTS; i++)
		ck_assert_uint_eq(limit_authenticated(l, &c[i], now), 0);
	ck_assert_uint_eq(l->unauthenticated, 0);
	ck_assert_uint_eq(c[0].source->calls, CLIENTS);
	/* ... and again, for ever, since it succeeds. */
	for (int round = 0; round < 50; round++) {
		for (int i = 0; i < CLIENTS; i++) {
			limit_call_over(l, &c[i], now);
			limit_close(l, &c[i]);
			memset(&c[i], 0, sizeof(c[i]));
			ck_assert_int_eq(limit_open(l, &c[i], 7, now),
			    CTRL_END_NONE);
			ck_assert_int_eq(limit_call(l, &c[i], now),
			    CTRL_END_NONE);
			limit_authenticated(l, &c[i], now);
		}
	}
	for (int i = 0; i < CLIENTS; i++)
		limit_close(l, &c[i]);
	ck_assert_uint_eq(source_find(&l->sources, 7)->calls, 0);
	ck_assert_uint_eq(source_find(&l->sources, 7)->connections, 0);
	ck_assert_uint_eq(l->silent.n, 0);
}
END_TEST

START_TEST(adopted_calls_count)
{
	struct limit_conf conf = usual;
	struct limit_conn c[3];

	conf.max_per_ip = 2;
	begin(&conf);
	memset(c, 0, sizeof(c));
	limit_adopt(l, &c[0], 1, true, now);
	limit_adopt(l, &c[1], 1, false, now);
	ck_assert_uint_eq(l->unauthenticated, 1);
	ck_assert_int_eq(limit_open(l, &c[2], 1, now), CTRL_END_NONE);
	ck_assert_int_eq(limit_call(l, &c[2], now), CTRL_END_PER_IP);
	limit_close(l, &c[0]);
	ck_assert_int_eq(limit_call(l, &c[2], now), CTRL_END_NONE);
	/* The other one may still fail to authenticate. */
	limit_failed(l, &c[1], now);
	ck_assert(c[1].failed);
	limit_close(l, &c[1]);
	limit_close(l, &c[2]);
	ck_assert_uint_eq(l->unauthenticated, 0);
}
END_TEST

START_TEST(a_thousand_adopted_calls_take_no_turn)
{
	static struct limit_conn c[1000], fresh;

	for (int i = 0; i < 1000; i++)
		limit_adopt(l, &c[i], 1, true, now);
	ck_assert_uint_eq(limit_accept_at(l, now), now);
	ck_assert_int_eq(limit_open(l, &fresh, 1, now), CTRL_END_NONE);
}
END_TEST

START_TEST(d5_max_per_ip)
{
	struct limit_conf conf = usual;
	struct limit_conn c[4] = { { 0 } }, other = { 0 };

	conf.max_per_ip = 3;
	begin(&conf);
	for (int i = 0; i < 4; i++)
		limit_open(l, &c[i], 7, now);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(limit_call(l, &c[i], now), CTRL_END_NONE);
	ck_assert_int_eq(limit_call(l, &c[3], now), CTRL_END_PER_IP);
	limit_open(l, &other, 8, now);
	ck_assert_int_eq(limit_call(l, &other, now), CTRL_END_NONE);
	limit_call_over(l, &c[1], now);
	ck_assert_int_eq(limit_call(l, &c[3], now), CTRL_END_NONE);
}
END_TEST

/* A call of an address that has its slot. */
static void
dial(struct limit_conn *c, uint32_t addr)
{
	memset(c, 0, sizeof(*c));
	(void)limit_open(l, c, addr, now);
	ck_assert_int_eq(limit_call(l, c, now), CTRL_END_NONE);
	limit_has_slot(l, c, now);
}

/* S-8: the address that has most of what is not authenticated makes room. */
START_TEST(s8_whoever_has_most_makes_room)
{
	static struct limit_conn greedy[10], other[2], c;
	bool later;

	ck_assert(!limit_slots_short(l, now));
	limit_no_slot(l, now);
	ck_assert(limit_slots_short(l, now + LIMIT_SHORT_MS - 1));
	ck_assert(!limit_slots_short(l, now + LIMIT_SHORT_MS));
	dial(&other[0], 2);
	now += 1;
	for (int i = 0; i < 10; i++, now++)
		dial(&greedy[i], 1);
	memset(&c, 0, sizeof(c));
	(void)limit_open(l, &c, 3, now);
	(void)limit_call(l, &c, now);
	ck_assert_ptr_null(limit_slot_victim(l, &c, now, &later));
	ck_assert(later);		/* all of them are too young */
	now += LIMIT_CALL_YOUNG_MS;
	ck_assert_ptr_eq(limit_slot_victim(l, &c, now, &later), &greedy[0]);
	/* Not for one of its own. */
	dial(&other[1], 1);
	limit_slot_done(l, &other[1]);
	ck_assert_ptr_null(limit_slot_victim(l, &other[1], now, &later));
	ck_assert(!later);
	/* Nobody goes whose pppd has let it in. */
	for (int i = 0; i < 10; i++)
		limit_authenticated(l, &greedy[i], now);
	ck_assert_ptr_eq(limit_slot_victim(l, &c, now, &later), &other[0]);
	limit_authenticated(l, &other[0], now);
	ck_assert_ptr_null(limit_slot_victim(l, &c, now, &later));
	ck_assert(!later);
	for (int i = 0; i < 10; i++)
		limit_close(l, &greedy[i]);
	limit_close(l, &other[0]);
	limit_close(l, &other[1]);
	limit_close(l, &c);
	ck_assert_uint_eq(l->waiting.n, 0);
	ck_assert_uint_eq(source_find(&l->sources, 1)->waiting, 0);
}
END_TEST

/* S-8: of many addresses with one each the oldest goes. */
START_TEST(s8_of_equals_the_oldest_makes_room)
{
	static struct limit_conn many[50], c;
	bool later;

	for (uint32_t i = 0; i < 50; i++, now += 100)
		dial(&many[i], 100 + i);
	memset(&c, 0, sizeof(c));
	(void)limit_open(l, &c, 3, now);
	(void)limit_call(l, &c, now);
	ck_assert_ptr_eq(limit_slot_victim(l, &c, now, &later), &many[0]);
	limit_call_over(l, &many[0], now);
	now += LIMIT_CALL_YOUNG_MS;
	ck_assert_ptr_eq(limit_slot_victim(l, &c, now, &later), &many[1]);
	/* One that has a slot itself takes none from its equals. */
	limit_has_slot(l, &c, now);
	dial(&many[0], 3);
	limit_slot_done(l, &many[0]);
	ck_assert_ptr_null(limit_slot_victim(l, &many[0], now, &later));
}
END_TEST

/* S-8: what moves to another engine's list of calls is still found. */
START_TEST(s8_a_call_that_moves_makes_room)
{
	static struct limit_conn from, to, c;
	bool later;

	dial(&from, 1);
	limit_move(l, &to, &from);
	ck_assert_ptr_null(from.source);
	now += LIMIT_CALL_YOUNG_MS;
	memset(&c, 0, sizeof(c));
	(void)limit_open(l, &c, 3, now);
	(void)limit_call(l, &c, now);
	ck_assert_ptr_eq(limit_slot_victim(l, &c, now, &later), &to);
	limit_close(l, &to);
	ck_assert_ptr_null(limit_slot_victim(l, &c, now, &later));
}
END_TEST

START_TEST(max_unauth_per_ip)
{
	struct limit_conf conf = usual;
	struct limit_conn c[4] = { { 0 } }, other = { 0 };

	conf.max_unauth_per_ip = 2;
	begin(&conf);
	ck_assert_int_eq(limit_open(l, &c[0], 7, now), CTRL_END_NONE);
	ck_assert_int_eq(limit_open(l, &c[1], 7, now), CTRL_END_NONE);
	ck_assert_int_eq(limit_open(l, &c[2], 7, now),
	    CTRL_END_UNAUTH_PER_IP);
	ck_assert_int_eq(limit_open(l, &other, 8, now), CTRL_END_NONE);
	limit_close(l, &c[2]);
	limit_close(l, &c[2]);		/* once more does nothing */
	ck_assert_uint_eq(l->unauthenticated, 3);
	/* Nobody has been silent for long, then somebody has. */
	ck_assert_ptr_null(limit_neighbour(l, &c[1], now));
	now += 2 * SECOND;
	limit_open(l, &c[2], 7, now);
	ck_assert_ptr_eq(limit_neighbour(l, &c[2], now), &c[0]);
	limit_close(l, &c[2]);
	/* Who is in makes room. */
	limit_call(l, &c[0], now);
	limit_authenticated(l, &c[0], now);
	ck_assert_int_eq(limit_open(l, &c[3], 7, now), CTRL_END_NONE);
}
END_TEST

START_TEST(d1_silent_ones_make_room_for_the_next)
{
	enum { CROWD = 2000 };
	static struct limit_conn c[CROWD];
	struct limit_conn good = { 0 }, *victim;
	unsigned int open = 0;

	memset(c, 0, sizeof(c));
	for (int i = 0; i < CROWD; i++) {
		now += 10;		/* 100 come each second */
		ck_assert_int_eq(limit_open(l, &c[i], 1000 + i % 100, now),
		    CTRL_END_NONE);
		open++;
		victim = limit_victim(l, false, now);
		if (victim != NULL) {
			ck_assert(victim->since + LIMIT_YOUNG_MS <= now);
			limit_close(l, victim);
			open--;
		}
		ck_assert_uint_le(open, usual.max_unauth);
	}
	ck_assert_uint_ge(open, usual.max_unauth / 2);
	/* A good one has a second's time, and needs a round trip. */
	ck_assert_int_eq(limit_open(l, &good, 7, now), CTRL_END_NONE);
	victim = limit_victim(l, false, now);
	ck_assert_ptr_ne(victim, &good);
	if (victim != NULL)
		limit_close(l, victim);
	ck_assert_int_eq(limit_call(l, &good, now), CTRL_END_NONE);
	for (int i = 0; i < CROWD; i++)
		limit_close(l, &c[i]);
	limit_close(l, &good);
	ck_assert_uint_eq(l->silent.n, 0);
	ck_assert_uint_eq(l->unauthenticated, 0);
}
END_TEST

START_TEST(drops_begin_at_half_and_grow)
{
	enum { CROWD = 300 };
	static struct limit_conn c[CROWD];
	unsigned int early = 0, late = 0;

	memset(c, 0, sizeof(c));
	for (int i = 0; i < CROWD; i++)
		limit_open(l, &c[i], 1000 + i, now);
	now += 2 * SECOND;
	for (unsigned int n = 1; n <= CROWD; n++) {
		l->unauthenticated = n;
		for (int i = 0; i < 100; i++) {
			bool drop = limit_victim(l, false, now) != NULL;

			ck_assert(!drop || n > CROWD / 2);
			early += drop && n <= CROWD * 3 / 4;
			late += drop && n > CROWD * 3 / 4;
		}
	}
	ck_assert_uint_gt(early, 75 * 100 / 8);
	ck_assert_uint_lt(early, 75 * 100 * 3 / 8);
	ck_assert_uint_gt(late, 75 * 100 * 5 / 8);
}
END_TEST

START_TEST(calls_are_no_victims)
{
	struct limit_conf conf = usual;
	struct limit_conn c[20] = { { 0 } }, newcomer = { 0 };

	conf.max_unauth = 10;
	begin(&conf);
	for (int i = 0; i < 20; i++) {
		limit_open(l, &c[i], 1000 + i, now);
		limit_call(l, &c[i], now);
	}
	now += 30 * SECOND;
	limit_open(l, &newcomer, 7, now);
	ck_assert_ptr_eq(limit_victim(l, false, now), &newcomer);
	/* Out of descriptors nobody young goes. */
	ck_assert_ptr_null(limit_victim(l, true, now));
	ck_assert_ptr_eq(limit_victim(l, true, now + SECOND), &newcomer);
}
END_TEST

START_TEST(connections_for_nothing_are_limited)
{
	int welcome = 0;

	for (int i = 0; i < 10000; i++) {
		struct limit_conn c = { 0 };

		now++;			/* a thousand each second */
		if (limit_open(l, &c, 7, now) == CTRL_END_NONE) {
			welcome++;
			limit_close(l, &c);
		}
		ck_assert_ptr_null(c.source);
	}
	ck_assert_int_ge(welcome, 200 + 199);
	ck_assert_int_le(welcome, 200 + 201);
}
END_TEST

START_TEST(connections_with_a_call_are_not)
{
	for (int i = 0; i < 10000; i++) {
		struct limit_conn c = { 0 };

		ck_assert_int_eq(limit_open(l, &c, 7, now), CTRL_END_NONE);
		ck_assert_int_eq(limit_call(l, &c, now), CTRL_END_NONE);
		limit_close(l, &c);
	}
}
END_TEST

START_TEST(calls_for_nothing_are_limited_if_asked)
{
	struct limit_conf conf = usual;
	int given = 0;

	conf.call_rate_per_ip = 2;
	begin(&conf);
	for (int i = 0; i < 2000; i++) {
		struct limit_conn c = { 0 };

		now += 10;
		ck_assert_int_ne(limit_open(l, &c, 7, now), CTRL_END_PENALTY);
		given += limit_call(l, &c, now) == CTRL_END_NONE;
		limit_close(l, &c);
	}
	ck_assert_int_ge(given, 1000 + 39);
	ck_assert_int_le(given, 1000 + 41);
}
END_TEST

START_TEST(call_rate_per_ip_0_is_no_limit)
{
	struct limit_conf conf = usual;

	conf.call_rate_per_ip = 0;
	begin(&conf);
	for (int i = 0; i < 5000; i++) {
		struct limit_conn c = { 0 };

		now += 10;
		ck_assert_int_ne(limit_open(l, &c, 7, now), CTRL_END_PENALTY);
		ck_assert_int_eq(limit_call(l, &c, now), CTRL_END_NONE);
		limit_close(l, &c);
	}
}
END_TEST

/* RADIUS was down: who waits in vain is slowed down, until one gets in. */
START_TEST(one_success_gives_all_of_an_address_their_turn)
{
	struct limit_conf conf = usual;
	struct limit_conn good = { 0 };
	int given = 0;

	conf.call_rate_per_ip = 1;
	begin(&conf);
	limit_open(l, &good, 7, now);
	limit_call(l, &good, now);
	for (int i = 0; i < 2000; i++) {
		struct limit_conn c = { 0 };

		limit_open(l, &c, 7, now);
		given += limit_call(l, &c, now) == CTRL_END_NONE;
		limit_close(l, &c);
	}
	ck_assert_int_eq(given, 999);
	limit_authenticated(l, &good, now);
	for (int i = 0; i < 500; i++) {
		struct limit_conn c = { 0 };

		limit_open(l, &c, 7, now);
		ck_assert_int_eq(limit_call(l, &c, now), CTRL_END_NONE);
		limit_close(l, &c);
	}
}
END_TEST

START_TEST(total_rates_say_when_to_go_on)
{
	struct limit_conf conf = usual;
	int accepted = 0, started = 0;

	conf.connection_rate = 50;
	conf.call_rate = 5;
	begin(&conf);
	while (limit_accept_at(l, now) <= now) {
		struct limit_conn c = { 0 };

		limit_open(l, &c, 7, now);
		limit_close(l, &c);
		accepted++;
	}
	ck_assert_int_eq(accepted, 50);
	ck_assert_uint_eq(limit_accept_at(l, now), now + 20);
	ck_assert_uint_eq(limit_accept_at(l, now + 20), now + 20);
	while (limit_start(l, now, &at))
		started++;
	ck_assert_int_eq(started, 5);
	ck_assert_uint_eq(at, now + 200);
}
END_TEST

/* --- control messages --- */

START_TEST(d8_messages_are_paced)
{
	struct limit_messages m = { { 0 }, 0 };

	for (int i = 0; i < 50; i++)
		ck_assert_int_eq(limit_message(l, &m, now, &at),
		    LIMIT_GO_ON);
	/* This one was read all the same. */
	ck_assert_int_eq(limit_message(l, &m, now, &at), LIMIT_PAUSE);
	ck_assert_uint_eq(at, now + 200);
	/* Once is no flood: after a pause all is forgiven. */
	now += 5 * SECOND;
	ck_assert_int_eq(limit_message(l, &m, now, &at), LIMIT_GO_ON);
	ck_assert_uint_eq(m.flood_since, 0);
}
END_TEST

START_TEST(d8_flood_is_ended)
{
	struct limit_messages m = { { 0 }, 0 };
	uint64_t begun = now;
	enum limit_pace pace;

	do {
		pace = limit_message(l, &m, now, &at);
		if (pace == LIMIT_PAUSE)
			now = at;
	} while (pace != LIMIT_ENOUGH);
	ck_assert_uint_ge(now - begun, LIMIT_FLOOD_MS);
	ck_assert_uint_le(now - begun, LIMIT_FLOOD_MS + SECOND);
}
END_TEST

START_TEST(d8_flood_is_read_at_the_rate)
{
	struct limit_messages m = { { 0 }, 0 };
	uint64_t begun = now;
	int read = 0;

	while (now - begun < 20 * SECOND) {
		read++;
		if (limit_message(l, &m, now, &at) == LIMIT_PAUSE)
			now = at;
	}
	ck_assert_int_ge(read, 50 + 200 - 2);
	ck_assert_int_le(read, 50 + 200 + 2);
}
END_TEST

START_TEST(d8_busy_client_is_no_flood)
{
	struct limit_messages m = { { 0 }, 0 };

	/* five each second, for an hour, with bursts */
	for (int i = 0; i < 3600; i += 4) {
		for (int k = 0; k < 20; k++)
			ck_assert_int_eq(limit_message(l, &m, now, &at),
			    LIMIT_GO_ON);
		now += 4 * SECOND;
	}
}
END_TEST

/* --- authentication --- */

/* A call from addr that ends so; what there is to say. */
static unsigned int
attempt(uint32_t addr, bool success)
{
	struct limit_conn c = { 0 };
	unsigned int say;

	ck_assert_int_eq(limit_open(l, &c, addr, now), CTRL_END_NONE);
	ck_assert_int_eq(limit_call(l, &c, now), CTRL_END_NONE);
	say = success ? limit_authenticated(l, &c, now) :
	    limit_failed(l, &c, now);
	limit_call_over(l, &c, now);
	limit_close(l, &c);
	return say;
}

/* Whether a connection from addr is refused. */
static bool
refused(uint32_t addr)
{
	struct limit_conn c = { 0 };
	enum ctrl_end end = limit_open(l, &c, addr, now);

	limit_close(l, &c);
	return end == CTRL_END_PENALTY;
}

START_TEST(d14_guessing_is_refused_for_a_while)
{
	for (int i = 0; i < 3; i++) {
		ck_assert_uint_eq(attempt(7, false), 0);
		ck_assert(!refused(7));
	}
	ck_assert_uint_eq(attempt(7, false), LIMIT_SAY_REFUSED);
	ck_assert(refused(7));
	ck_assert(!refused(8));
	now += 20 * SECOND - 1;
	ck_assert(refused(7));
	now++;
	ck_assert(!refused(7));
	/* It starts anew. */
	ck_assert_uint_eq(attempt(7, false), 0);
	ck_assert(!refused(7));
}
END_TEST

START_TEST(d14_guessing_on_and_on)
{
	int attempts = 0;

	for (uint64_t end = now + 3600 * SECOND; now < end; now += SECOND) {
		if (refused(7))
			continue;
		attempt(7, false);
		attempts++;
	}
	/* 5 s each, whatever is tried. */
	ck_assert_int_le(attempts, 3600 / 5 + 4);
}
END_TEST

START_TEST(slow_mistakes_cost_nothing)
{
	for (int i = 0; i < 1000; i++) {
		ck_assert_uint_eq(attempt(7, false), 0);
		now += 6 * SECOND;
		ck_assert(!refused(7));
	}
}
END_TEST

START_TEST(failures_at_once_count_up_to_a_maximum)
{
	static struct limit_conn c[300];

	memset(c, 0, sizeof(c));
	for (int i = 0; i < 150; i++)
		limit_open(l, &c[i], 7, now);
	for (int i = 0; i < 150; i++)
		ck_assert_int_eq(limit_call(l, &c[i], now), CTRL_END_NONE);
	for (int i = 0; i < 20; i++) {
		limit_failed(l, &c[i], now);
		limit_failed(l, &c[i], now);	/* counts once */
	}
	ck_assert_uint_eq(limit_penalty(l, c[0].source, now), 100 * SECOND);
	for (int i = 20; i < 150; i++)
		limit_failed(l, &c[i], now);
	ck_assert_uint_eq(limit_penalty(l, c[0].source, now),
	    LIMIT_PENALTY_MAX_MS);
	/* A connection that was there before does not get round it. */
	limit_call_over(l, &c[149], now);
	ck_assert_int_eq(limit_call(l, &c[149], now), CTRL_END_PENALTY);
}
END_TEST

START_TEST(success_lifts_everything)
{
	struct limit_conn c = { 0 };

	limit_open(l, &c, 7, now);
	limit_call(l, &c, now);
	for (int i = 0; i < 10; i++)
		if (!refused(7))
			attempt(7, false);
	ck_assert(refused(7));
	ck_assert_uint_eq(limit_authenticated(l, &c, now), 0);
	ck_assert(!refused(7));
	/* With a call that works, nobody behind the address is refused. */
	for (int i = 0; i < 10; i++)
		attempt(7, false);
	ck_assert(!refused(7));
	limit_close(l, &c);
	/* Without one, it is; but only for a minute, since it is known. */
	ck_assert(refused(7));
	ck_assert_uint_le(limit_penalty(l, source_find(&l->sources, 7), now),
	    LIMIT_PENALTY_KNOWN_MS);
}
END_TEST

/* ctrl.c lets no second call follow; if it did, nothing would wrap. */
START_TEST(s24_a_second_call_counts_as_the_first)
{
	struct limit_conn c = { 0 }, other = { 0 };

	limit_open(l, &c, 7, now);
	limit_open(l, &other, 7, now);
	limit_call(l, &other, now);
	limit_authenticated(l, &other, now);
	for (uint32_t i = 0; i < 2; i++) {
		ck_assert_int_eq(limit_call(l, &c, now), CTRL_END_NONE);
		limit_authenticated(l, &c, now);
		ck_assert_uint_eq(c.source->calls, 2);
		ck_assert_uint_eq(c.source->authenticated, 2);
		limit_call_over(l, &c, now);
		ck_assert_uint_eq(c.source->calls, 1);
		ck_assert_uint_eq(c.source->authenticated, 1);
	}
	limit_close(l, &c);
	limit_close(l, &other);
	ck_assert_uint_eq(source_find(&l->sources, 7)->authenticated, 0);
	ck_assert_uint_eq(l->unauthenticated, 0);
}
END_TEST

START_TEST(penalties_can_be_off)
{
	struct limit_conf conf = usual;

	conf.auth_penalty = 0;
	begin(&conf);
	for (int i = 0; i < 1000; i++)
		ck_assert_uint_eq(attempt(7, false), 0);
	ck_assert(!refused(7));
}
END_TEST

START_TEST(full_table_drops_the_oldest_penalty)
{
	for (int i = 0; i < 4; i++)
		attempt(7, false);
	ck_assert(refused(7));
	for (uint32_t i = 0; i < SOURCE_MAX; i++) {
		struct limit_conn c = { 0 };

		limit_open(l, &c, 1000 + i, now);
		limit_close(l, &c);
	}
	ck_assert(!refused(7));
	ck_assert_uint_eq(l->sources.used, SOURCE_MAX);
}
END_TEST

/* --- RADIUS is down --- */

START_TEST(fl16_when_everybody_fails_nobody_is_refused)
{
	unsigned int said = 0;

	/* ten offices redial, five clients each */
	for (int round = 0; round < 5; round++) {
		for (uint32_t addr = 100; addr < 110; addr++) {
			if (!refused(addr))
				said |= attempt(addr, false);
			now += 100;
		}
	}
	ck_assert((said & LIMIT_SAY_SUSPENDED) != 0);
	for (uint32_t addr = 100; addr < 110; addr++)
		ck_assert(!refused(addr));
	/* It is back: all get in, and guessers are refused again. */
	now += 30 * SECOND;
	said = 0;
	for (uint32_t addr = 100; addr < 110; addr++)
		said |= attempt(addr, true);
	now += 2 * LIMIT_PERIOD_MS;
	for (int i = 0; i < 4; i++)
		said |= attempt(7, false);
	ck_assert((said & LIMIT_SAY_RESUMED) != 0);
	ck_assert(refused(7));
	ck_assert(!refused(100));
}
END_TEST

START_TEST(fl16_penalties_from_before_are_void)
{
	for (int i = 0; i < 4; i++)
		attempt(100, false);
	ck_assert(refused(100));
	for (uint32_t addr = 101; addr < 110; addr++)
		attempt(addr, false);
	ck_assert(!refused(100));
	now += 3 * LIMIT_PERIOD_MS;
	attempt(500, true);
	ck_assert(!refused(100));
}
END_TEST

START_TEST(strangers_who_guess_are_no_outage)
{
	uint32_t addr;

	/* ten clients got in before */
	for (addr = 100; addr < 110; addr++)
		attempt(addr, true);
	now += 3600 * SECOND;
	/* at night a hundred strangers guess, nobody dials in */
	for (int round = 0; round < 4; round++) {
		for (addr = 1000; addr < 1100; addr++)
			attempt(addr, false);
	}
	for (addr = 1000; addr < 1100; addr++)
		ck_assert(refused(addr));
	/* but when those fail who used to succeed, it is one */
	for (addr = 100; addr < 110; addr++)
		attempt(addr, false);
	ck_assert(!refused(100));
	ck_assert(!refused(1000));
}
END_TEST

START_TEST(one_address_is_not_everybody)
{
	for (int i = 0; i < 20 && !refused(7); i++)
		attempt(7, false);
	ck_assert(refused(7));
}
END_TEST

/* --- log --- */

static uint32_t reported_lines, reported_addr, reports;

static void
report(const struct limit_summary *sum)
{
	reported_lines += sum->lines;
	reported_addr = sum->addr;
	reports++;
}

START_TEST(d11_lines_of_one_address_are_limited)
{
	struct limit_summary sum;
	struct limit_conn c = { 0 };
	int lines = 0;

	reported_lines = reports = 0;
	limit_open(l, &c, 7, now);
	for (int i = 0; i < 1000; i++) {
		lines += limit_log(l, &c, 7, SOURCE_LOG_PROTOCOL, now, &sum);
		ck_assert_uint_eq(sum.lines, 0);
	}
	ck_assert_int_eq(lines, 5);
	/* another class, another address */
	ck_assert(limit_log(l, &c, 7, SOURCE_LOG_REFUSED, now, &sum));
	ck_assert(limit_log(l, NULL, 8, SOURCE_LOG_PROTOCOL, now, &sum));
	/* too early to say how many there were */
	ck_assert(limit_log_flush(l, now, report));
	ck_assert_uint_eq(reports, 0);
	now += 12 * SECOND;
	ck_assert(limit_log(l, &c, 7, SOURCE_LOG_PROTOCOL, now, &sum));
	ck_assert_uint_eq(sum.lines, 995);
	ck_assert_uint_eq(sum.addr, 7);
	ck_assert_uint_eq(sum.seconds, 12);
	ck_assert(!limit_log_flush(l, now, report));
	/* and if no line comes later, the summary does */
	ck_assert(!limit_log(l, &c, 7, SOURCE_LOG_PROTOCOL, now, &sum));
	limit_close(l, &c);
	now += 60 * SECOND;
	ck_assert(!limit_log_flush(l, now, report));
	ck_assert_uint_eq(reports, 1);
	ck_assert_uint_eq(reported_lines, 1);
	ck_assert_uint_eq(reported_addr, 7);
}
END_TEST

START_TEST(d11_lines_of_all_are_limited)
{
	struct limit_summary sum;
	uint32_t lines = 0;

	reported_lines = reports = 0;
	for (int i = 0; i < 10000; i++) {
		struct limit_conn c = { 0 };

		now++;
		limit_open(l, &c, 1000 + i, now);
		lines += limit_log(l, &c, 1000 + i, SOURCE_LOG_PROTOCOL, now,
		    &sum);
		limit_close(l, &c);
	}
	ck_assert_uint_le(lines, 10 * LIMIT_LOG_PER_S +
	    2 * LIMIT_LOG_PER_S + 1);
	limit_log_flush(l, now, report);
	ck_assert_uint_eq(reported_lines, 10000 - lines);
	ck_assert_uint_eq(reported_addr, 0);
}
END_TEST

START_TEST(clients_that_are_in_have_lines_of_their_own)
{
	struct limit_summary sum;
	struct limit_conn c[20] = { { 0 } };

	for (int i = 0; i < 20; i++) {
		limit_open(l, &c[i], 7, now);
		limit_call(l, &c[i], now);
		limit_authenticated(l, &c[i], now);
	}
	/* an office loses its line: each of its calls says so */
	for (int i = 0; i < 20; i++)
		ck_assert(limit_log(l, &c[i], 7, SOURCE_LOG_PROTOCOL, now,
		    &sum));
	for (int i = 0; i < 4; i++)
		ck_assert(limit_log(l, &c[0], 7, SOURCE_LOG_PROTOCOL, now,
		    &sum));
	ck_assert(!limit_log(l, &c[0], 7, SOURCE_LOG_PROTOCOL, now, &sum));
}
END_TEST

START_TEST(forgotten_addresses_keep_the_count_right)
{
	struct limit_conf conf = usual;
	struct limit_summary sum;

	conf.log_rate = 1;
	begin(&conf);
	reported_lines = reports = 0;
	for (uint32_t i = 0; i < 2 * SOURCE_MAX; i++) {
		struct limit_conn c = { 0 };

		now += 20;
		limit_open(l, &c, 1000 + i, now);
		limit_log(l, &c, 1000 + i, SOURCE_LOG_PROTOCOL, now, &sum);
		limit_log(l, &c, 1000 + i, SOURCE_LOG_PROTOCOL, now, &sum);
		limit_close(l, &c);
	}
	now += 120 * SECOND;
	ck_assert(!limit_log_flush(l, now, report));
	ck_assert_uint_eq(reported_lines, 2 * SOURCE_MAX);
	ck_assert_uint_eq(l->log_pending, 0);
}
END_TEST

static void
tests(TCase *t)
{
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, bucket_bursts_then_drips);
	tcase_add_test(t, bucket_rate_holds_over_time);
	tcase_add_test(t, bucket_takes_back);
	tcase_add_test(t, bucket_without_limit);
	tcase_add_test(t, table_finds_what_it_got);
	tcase_add_test(t, full_table_forgets_the_oldest);
	tcase_add_test(t, table_full_of_connections_takes_nobody);
	tcase_add_test(t, table_and_a_plain_list_agree);
	tcase_add_test(t, office_behind_one_address_gets_in_at_once);
	tcase_add_test(t, d5_max_per_ip);
	tcase_add_test(t, adopted_calls_count);
	tcase_add_test(t, a_thousand_adopted_calls_take_no_turn);
	tcase_add_test(t, max_unauth_per_ip);
	tcase_add_test(t, s8_whoever_has_most_makes_room);
	tcase_add_test(t, s8_of_equals_the_oldest_makes_room);
	tcase_add_test(t, s8_a_call_that_moves_makes_room);
	tcase_add_test(t, d1_silent_ones_make_room_for_the_next);
	tcase_add_test(t, drops_begin_at_half_and_grow);
	tcase_add_test(t, calls_are_no_victims);
	tcase_add_test(t, connections_for_nothing_are_limited);
	tcase_add_test(t, connections_with_a_call_are_not);
	tcase_add_test(t, calls_for_nothing_are_limited_if_asked);
	tcase_add_test(t, call_rate_per_ip_0_is_no_limit);
	tcase_add_test(t, one_success_gives_all_of_an_address_their_turn);
	tcase_add_test(t, total_rates_say_when_to_go_on);
	tcase_add_test(t, d8_messages_are_paced);
	tcase_add_test(t, d8_flood_is_ended);
	tcase_add_test(t, d8_flood_is_read_at_the_rate);
	tcase_add_test(t, d8_busy_client_is_no_flood);
	tcase_add_test(t, d14_guessing_is_refused_for_a_while);
	tcase_add_test(t, d14_guessing_on_and_on);
	tcase_add_test(t, s24_a_second_call_counts_as_the_first);
	tcase_add_test(t, slow_mistakes_cost_nothing);
	tcase_add_test(t, failures_at_once_count_up_to_a_maximum);
	tcase_add_test(t, success_lifts_everything);
	tcase_add_test(t, penalties_can_be_off);
	tcase_add_test(t, full_table_drops_the_oldest_penalty);
	tcase_add_test(t, fl16_when_everybody_fails_nobody_is_refused);
	tcase_add_test(t, fl16_penalties_from_before_are_void);
	tcase_add_test(t, strangers_who_guess_are_no_outage);
	tcase_add_test(t, one_address_is_not_everybody);
	tcase_add_test(t, d11_lines_of_one_address_are_limited);
	tcase_add_test(t, d11_lines_of_all_are_limited);
	tcase_add_test(t, clients_that_are_in_have_lines_of_their_own);
	tcase_add_test(t, forgotten_addresses_keep_the_count_right);
}

int
main(void)
{
	return unit_main("limits", tests);
}
