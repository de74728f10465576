/* The history of calls and refusals: what stays, what goes, what is mended. */
/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state/history.h"
#include "unit.h"

#define NOW	UINT64_C(1800000000)

static struct history h;

static void
setup(void)
{
	memset(&h, 0xA5, sizeof(h));
	history_use(&h);
}

static struct history_entry
call(unsigned int n, bool authenticated)
{
	struct history_entry e;

	memset(&e, 0, sizeof(e));
	e.kind = HISTORY_ENDED;
	e.end = CTRL_END_CLEARED;
	e.at_s = NOW + n;
	e.times = 1;
	e.authenticated = authenticated;
	snprintf(e.session, sizeof(e.session), "%016X", n);
	return e;
}

static struct history_entry
refusal(uint32_t client, enum ctrl_end end, uint64_t at_s)
{
	struct history_entry e;

	memset(&e, 0, sizeof(e));
	e.kind = HISTORY_REFUSED;
	e.end = end;
	e.client = client;
	e.at_s = at_s;
	e.times = 1;
	return e;
}

static unsigned int
count(void)
{
	const struct history_entry *e = history_after(&h, 0);
	unsigned int n = 0;

	for (; e != NULL; e = history_after(&h, e->number))
		n++;
	return n;
}

START_TEST(nothing_is_there_at_first)
{
	ck_assert_uint_eq(count(), 0);
	ck_assert_ptr_null(history_before(&h, UINT64_MAX));
	ck_assert(!history_has(&h, ""));
}
END_TEST

START_TEST(all_are_there_in_order)
{
	const struct history_entry *e;
	struct history_entry new;

	for (unsigned int n = 1; n <= 20; n++) {
		new = call(n, n % 3 == 0);
		history_add(&h, &new);
	}
	e = history_after(&h, 0);
	for (unsigned int n = 1; n <= 20; n++) {
		ck_assert_uint_eq(e->at_s, NOW + n);
		ck_assert_int_eq(e->authenticated, n % 3 == 0);
		e = history_after(&h, e->number);
	}
	ck_assert_ptr_null(e);
	e = history_before(&h, UINT64_MAX);
	for (unsigned int n = 20; n >= 1; n--) {
		ck_assert_uint_eq(e->at_s, NOW + n);
		e = history_before(&h, e->number);
	}
	ck_assert_ptr_null(e);
	ck_assert(history_has(&h, "0000000000000014"));
	ck_assert(!history_has(&h, "0000000000000015"));
}
END_TEST

/* Strangers cannot push out who was here. */
START_TEST(a_flood_of_strangers)
{
	struct history_entry new = call(1, true);

	history_add(&h, &new);
	for (unsigned int n = 2; n < 10 * HISTORY_RING; n++) {
		new = call(n, false);
		history_add(&h, &new);
		new = refusal(n, CTRL_END_RATE, NOW + n);
		history_add(&h, &new);
	}
	ck_assert(history_has(&h, "0000000000000001"));
	ck_assert_uint_eq(count(), HISTORY_RING + 1);
	ck_assert_uint_eq(history_before(&h, UINT64_MAX)->client,
	    10 * HISTORY_RING - 1);
}
END_TEST

START_TEST(a_refusal_again_and_again_is_one)
{
	const struct history_entry *e;
	struct history_entry new;

	for (unsigned int n = 0; n < 100; n++) {
		new = refusal(7, CTRL_END_RATE, NOW + n / 2);
		history_add(&h, &new);
	}
	ck_assert_uint_eq(count(), 1);
	e = history_after(&h, 0);
	ck_assert_uint_eq(e->times, 100);
	ck_assert_uint_eq(e->at_s, NOW + 49);
	new = refusal(7, CTRL_END_PENALTY, NOW + 50);	/* another reason */
	history_add(&h, &new);
	new = refusal(8, CTRL_END_PENALTY, NOW + 50);	/* client */
	history_add(&h, &new);
	new = refusal(8, CTRL_END_PENALTY, NOW + 110);	/* time */
	history_add(&h, &new);
	new = refusal(8, CTRL_END_PENALTY, NOW);	/* or set back */
	history_add(&h, &new);
	ck_assert_uint_eq(count(), 5);
	/* Calls are never one. */
	for (int n = 0; n < 3; n++) {
		new = call(1, false);
		history_add(&h, &new);
	}
	ck_assert_uint_eq(count(), 8);
}
END_TEST

START_TEST(the_next_engine_goes_on)
{
	struct history_entry new = call(1, true);

	history_add(&h, &new);
	history_use(&h);
	new = call(2, true);
	history_add(&h, &new);
	ck_assert_uint_eq(count(), 2);
	ck_assert_uint_eq(history_after(&h, 0)->number, 1);
	h.version++;
	history_use(&h);
	ck_assert_uint_eq(count(), 0);
	ck_assert_uint_eq(h.version, HISTORY_VERSION);
}
END_TEST

/* An engine that a client has taken over, or that died while it wrote. */
START_TEST(nonsense_does_no_harm)
{
	struct history_entry new = call(1, true);

	history_add(&h, &new);
	memset(h.ring, 0xFF, sizeof(h.ring));
	history_use(&h);
	ck_assert_uint_eq(count(), 0);
	for (unsigned int n = 0; n < 3 * HISTORY_RING; n++) {
		new = call(n, true);
		history_add(&h, &new);
	}
	ck_assert_uint_eq(count(), HISTORY_RING);
	h.ring[HISTORY_KNOWN].entry[3].kind = 77;
	memset(h.ring[HISTORY_KNOWN].entry[4].user, 'x', HISTORY_USER);
	h.ring[HISTORY_KNOWN].entry[5].number = UINT64_MAX;
	h.ring[HISTORY_KNOWN].next = UINT32_MAX;
	history_use(&h);
	ck_assert_uint_eq(count(), HISTORY_RING - 3);
	new = call(1, true);
	history_add(&h, &new);
	ck_assert_uint_eq(history_before(&h, UINT64_MAX)->at_s, NOW + 1);
}
END_TEST

/* What is found at once is what a look at each entry finds. */
START_TEST(neighbours_of_each_number)
{
	const struct history_entry *e, *before, *after;
	struct history_entry new;

	for (unsigned int n = 1; n <= 3 * HISTORY_RING; n++) {
		new = call(n, n % 5 < 2);
		history_add(&h, &new);
	}
	for (uint64_t n = 0; n <= 3 * HISTORY_RING + 1; n++) {
		before = after = NULL;
		for (int i = 0; i < HISTORY_MOST; i++) {
			e = &h.ring[i / HISTORY_RING].entry[i % HISTORY_RING];
			if (e->number < n && (before == NULL ||
			    e->number > before->number))
				before = e;
			if (e->number > n && (after == NULL ||
			    e->number < after->number))
				after = e;
		}
		ck_assert_ptr_eq(history_before(&h, n), before);
		ck_assert_ptr_eq(history_after(&h, n), after);
	}
}
END_TEST

START_TEST(a_mixed_up_ring_is_put_in_order)
{
	struct history_entry new, *ring = h.ring[HISTORY_KNOWN].entry;

	for (unsigned int n = 1; n <= HISTORY_RING + 7; n++) {
		new = call(n, true);
		history_add(&h, &new);
	}
	for (int i = 0; i < HISTORY_RING / 2; i += 3) {
		new = ring[i];
		ring[i] = ring[HISTORY_RING - 1 - i];
		ring[HISTORY_RING - 1 - i] = new;
	}
	memset(&ring[40], 0, sizeof(ring[40]));
	h.ring[HISTORY_KNOWN].next = 300;
	history_use(&h);
	ck_assert_uint_eq(count(), HISTORY_RING - 1);
	new = call(0, true);
	history_add(&h, &new);		/* where the empty one is now */
	ck_assert_uint_eq(count(), HISTORY_RING);
	ck_assert_uint_eq(history_before(&h, UINT64_MAX)->number,
	    HISTORY_RING + 8);
}
END_TEST

/* Another process writes after the look at the whole: all stays inside. */
START_TEST(memory_that_changes_later_does_no_harm)
{
	struct history_entry new = call(1, true);
	/* Of its own, so that what reads or writes behind it is seen. */
	struct history *shared = malloc(sizeof(*shared));

	ck_assert_ptr_nonnull(shared);
	memset(shared, 0, sizeof(*shared));
	history_use(shared);
	memset(shared->ring, 0x7F, sizeof(shared->ring));
	ck_assert(!history_has(shared, new.session));
	history_add(shared, &new);
	ck_assert(history_has(shared, new.session));
	free(shared);
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, nothing_is_there_at_first);
	tcase_add_test(tc, all_are_there_in_order);
	tcase_add_test(tc, a_flood_of_strangers);
	tcase_add_test(tc, a_refusal_again_and_again_is_one);
	tcase_add_test(tc, the_next_engine_goes_on);
	tcase_add_test(tc, nonsense_does_no_harm);
	tcase_add_test(tc, neighbours_of_each_number);
	tcase_add_test(tc, a_mixed_up_ring_is_put_in_order);
	tcase_add_test(tc, memory_that_changes_later_does_no_harm);
}

int
main(void)
{
	return unit_main("history", tests);
}
