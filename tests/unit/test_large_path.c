/* Large packets that are lost: paths and clients of several kinds. */
/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "prng.h"
#include "state/large_path.h"
#include "unit.h"

#define MS		1000
#define SECOND		1000000
#define LARGE		1400
#define SMALL		100
#define PACKETS_MAX	100000
#define NEVER		UINT64_MAX

/*
 * A client at the end of a path, and what both sides send, by the millisecond.
 * The client acknowledges with each packet of its own, and alone, every so many
 * packets or not at all.
 */
static struct {
	unsigned int trip;		/* ms, there and back */
	unsigned int jitter;		/* ms more at most, each way */
	unsigned int most;		/* octets that the path carries; 0: all */
	unsigned int loss;		/* per mille, of all */
	bool	 dead;			/* nothing gets to the client */
	unsigned int alone;		/* acknowledges every so many; 0: never */
	unsigned int speaks;		/* ms between packets of its own */
	bool	 replies;		/* to each small packet, at once */
	bool	 asks;			/* we answer each packet of its own */

	struct large_path path;
	uint64_t now;			/* us */
	uint32_t next;
	struct { uint64_t at; uint32_t seq; } down[PACKETS_MAX];
	struct { uint64_t at; uint32_t ack; bool own; } up[PACKETS_MAX];
	unsigned int ndown, gotdown, nup, gotup, unacked;
	uint32_t highest;
	bool	 any;
	uint8_t	 kind[PACKETS_MAX];	/* by number: large */
	uint64_t said_at;		/* NEVER: not */
	uint64_t back_at;
} w;

static void
setup(void)
{
	memset(&w, 0, sizeof(w));
	w.trip = 30;
	w.speaks = 370;
	w.said_at = w.back_at = NEVER;
	w.now = 1000 * (uint64_t)SECOND;
}

/* Nothing overtakes what was sent before. */
static uint64_t
arrival(uint64_t last)
{
	uint64_t at = w.now + w.trip * MS / 2;

	if (w.jitter > 0)
		at += prng() % w.jitter * MS;
	return at > last ? at : last;
}

static void
send_one(unsigned int len)
{
	bool lost = w.dead || (w.most != 0 && len > w.most) ||
	    prng() % 1000 < w.loss;
	uint32_t seq = w.next++;

	w.kind[seq] = len >= LARGE_PATH_OCTETS;
	large_path_sent(&w.path, seq, len, w.now);
	if (lost)
		return;
	w.down[w.ndown].at = arrival(w.ndown > 0 ? w.down[w.ndown - 1].at :
	    0);
	w.down[w.ndown++].seq = seq;
}

static void
acknowledge(bool own)
{
	if (!w.any)
		return;
	w.up[w.nup].own = own;
	w.up[w.nup].at = arrival(w.nup > 0 ? w.up[w.nup - 1].at : 0);
	w.up[w.nup++].ack = w.highest;
	w.unacked = 0;
}

/* What reaches the client now. */
static void
client(void)
{
	while (w.gotdown < w.ndown && w.down[w.gotdown].at <= w.now) {
		uint32_t seq = w.down[w.gotdown++].seq;

		w.highest = seq;
		w.any = true;
		if ((w.alone != 0 && ++w.unacked >= w.alone) ||
		    (w.replies && !w.kind[seq]))
			acknowledge(false);
	}
	if (w.speaks != 0 && w.now / MS % w.speaks == 0)
		acknowledge(true);
}

/* What reaches us now. */
static void
server(void)
{
	while (w.gotup < w.nup && w.up[w.gotup].at <= w.now) {
		bool own = w.up[w.gotup].own;

		switch (large_path_acked(&w.path, w.up[w.gotup++].ack, w.next,
		    w.now)) {
		case LARGE_ARE_LOST:
			w.said_at = w.said_at == NEVER ? w.now : w.said_at;
			break;
		case LARGE_COME_AGAIN:
			w.back_at = w.now;
			break;
		case LARGE_NOTHING_NEW:
			break;
		}
		if (own && w.asks)
			send_one(SMALL);
	}
}

typedef void traffic(unsigned int ms);

/* So many seconds of this traffic; returns when it was said that they are lost,
 * in ms from the begin. */
static uint64_t
run(traffic *send, unsigned int seconds)
{
	uint64_t begin = w.now;

	for (unsigned int ms = 0; ms < seconds * 1000; ms++) {
		send(ms);
		client();
		server();
		w.now += MS;
	}
	return w.said_at == NEVER ? NEVER : (w.said_at - begin) / MS;
}

/* --- traffic ------------------------------------------------------------- */

/* A login is some small packets, which are answered at once. */
static void
login(unsigned int ms)
{
	if (ms % 200 == 0)
		send_one(SMALL);
}

/* TCP sends ten segments, and again and again the first of them. */
static void
tcp_that_is_lost(unsigned int ms)
{
	static const unsigned int again[] = { 200, 600, 1400, 3000, 6200,
	    12600 };

	if (ms == 0) {
		for (int i = 0; i < 10; i++)
			send_one(LARGE);
	}
	for (size_t i = 0; i < sizeof(again) / sizeof(again[0]); i++) {
		if (ms == again[i])
			send_one(LARGE);
	}
}

/* A browser opens four connections, each is acknowledged. */
static void
a_page_that_hangs(unsigned int ms)
{
	static const unsigned int begins[] = { 0, 900, 2000, 3100 };

	if (ms == 0)
		send_one(SMALL);
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		if (ms >= begins[i])
			tcp_that_is_lost(ms - begins[i]);
	}
}

static void
large_pings(unsigned int ms)
{
	if (ms % 1000 == 0)
		send_one(LARGE);
	if (ms % 430 == 120)
		send_one(SMALL);
}

static void
only_large_pings(unsigned int ms)
{
	if (ms == 0)
		send_one(SMALL);
	if (ms % 700 == 0)
		send_one(LARGE);
}

static void
download(unsigned int ms)
{
	if (ms % 3 == 0)
		send_one(LARGE);
	if (ms % 97 == 0)
		send_one(SMALL);
}

/* IP packets that were too long for the tunnel: two fragments each. */
static void
fragments(unsigned int ms)
{
	if (ms % 400 == 0) {
		send_one(LARGE);
		send_one(SMALL);
	}
}

/* Nobody answers the large ones, and the client answers the small ones. */
static void
one_way(unsigned int ms)
{
	if (ms % 300 == 0)
		send_one(LARGE);
	if (ms % 300 == 10 || ms % 1700 == 0)
		send_one(SMALL);
}

static void
random_sizes(unsigned int ms)
{
	(void)ms;
	if (prng() % 60 == 0)
		send_one(prng() % 2 == 0 ? LARGE : SMALL);
}

/* --- paths that carry no large packets ----------------------------------- */

START_TEST(lost_within_15_s)
{
	static traffic *const all[] = { a_page_that_hangs,
	    only_large_pings };
	static const unsigned int trips[] = { 2, 30, 150 };
	uint64_t when;

	w.most = 1300;
	w.trip = trips[_i % 3];
	w.asks = true;
	w.replies = true;
	w.alone = _i / 3 % 2;
	w.speaks = 930;
	(void)run(login, 1);
	when = run(all[_i / 6], 20);
	ck_assert_msg(when < 15000, "after %d s", when == NEVER ? -1 :
	    (int)(when / 1000));
	ck_assert_uint_eq(w.path.least, LARGE);
}
END_TEST

START_TEST(the_path_is_mended)
{
	w.most = 1300;
	w.asks = w.replies = true;
	w.speaks = 930;
	(void)run(login, 1);
	(void)run(only_large_pings, 30);
	ck_assert(w.said_at != NEVER && w.back_at == NEVER);
	w.most = 0;
	(void)run(only_large_pings, 10);
	ck_assert(w.back_at != NEVER && !w.path.said);
}
END_TEST

/* --- paths that do ------------------------------------------------------- */

static traffic *const kinds[] = { large_pings, download, fragments, one_way,
    random_sizes, a_page_that_hangs, only_large_pings };
#define KINDS	(sizeof(kinds) / sizeof(kinds[0]))

/* Short and long ones, some with loss; clients with four habits. */
START_TEST(never_of_a_path_that_carries_them)
{
	static const unsigned int trips[] = { 1, 30, 300, 700, 1500 };
	static const unsigned int losses[] = { 0, 10, 50, 200 };

	for (size_t i = 0; i < KINDS; i++) {
		for (int k = 0; k < 20; k++) {
			setup();
			w.trip = trips[k / 4];
			w.loss = losses[k % 4];
			w.alone = (unsigned int)_i % 3;
			w.replies = _i / 3 % 2 == 1;
			w.asks = _i / 6 % 2 == 1;
			w.jitter = _i / 12 == 1 ? 200 : 0;
			ck_assert_msg(run(kinds[i], 60) == NEVER,
			    "traffic %zu, trip %u, loss %u, habits %d", i,
			    w.trip, w.loss, _i);
		}
	}
}
END_TEST

/* Of both sizes nothing comes for some seconds, again and again. */
START_TEST(never_of_a_path_that_is_cut)
{
	for (size_t i = 0; i < KINDS; i++) {
		setup();
		w.replies = _i % 3 == 1;
		w.alone = _i % 3 == 2 ? 1 : 0;
		w.asks = _i / 3 == 1;
		for (int k = 0; k < 20; k++) {
			w.dead = k % 2 == 1;
			ck_assert_msg(run(kinds[i], k % 2 == 1 ? 3 : 10) ==
			    NEVER, "traffic %zu, cut %d", i, k);
		}
	}
}
END_TEST

/* A path that is twenty times as slow from one moment to the next. */
START_TEST(never_of_a_path_that_gets_slow)
{
	for (size_t i = 0; i < KINDS; i++) {
		setup();
		w.replies = _i % 3 == 1;
		w.alone = _i % 3 == 2 ? 1 : 0;
		w.asks = _i / 3 == 1;
		for (int k = 0; k < 20; k++) {
			w.trip = k % 2 == 1 ? 600 : 30;
			ck_assert_msg(run(kinds[i], 6) == NEVER,
			    "traffic %zu, %d", i, k);
		}
	}
}
END_TEST

START_TEST(acknowledgements_of_nothing)
{
	large_path_sent(&w.path, 0, LARGE, w.now);
	for (uint32_t i = 0; i < 1000; i++) {
		w.now += 100 * MS;
		ck_assert_int_eq(large_path_acked(&w.path, prng(), 1, w.now),
		    LARGE_NOTHING_NEW);
	}
	/* Numbers begin again at 0 after 2^32. */
	setup();
	for (uint32_t i = 0; i < 600; i++) {
		uint32_t seq = UINT32_MAX - 300 + i;

		large_path_sent(&w.path, seq, i % 2 != 0 ? LARGE : SMALL,
		    w.now);
		w.now += 10 * MS;
		ck_assert_int_eq(large_path_acked(&w.path, seq, seq + 1,
		    w.now), LARGE_NOTHING_NEW);
		ck_assert_uint_eq(w.path.lost, 0);
	}
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_loop_test(tc, lost_within_15_s, 0, 12);
	tcase_add_test(tc, the_path_is_mended);
	tcase_add_loop_test(tc, never_of_a_path_that_carries_them, 0, 24);
	tcase_add_loop_test(tc, never_of_a_path_that_is_cut, 0, 6);
	tcase_add_loop_test(tc, never_of_a_path_that_gets_slow, 0, 6);
	tcase_add_test(tc, acknowledgements_of_nothing);
}

int
main(void)
{
	return unit_main("large_path", tests);
}
