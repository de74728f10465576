/* The ledger: what a server leaves in it, the next one finds. */
/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "monitor/ledger.h"
#include "unit.h"

#define OLD_MAX	8

static char path[] = "ledger-XXXXXX";
static struct ledger_entry olds[OLD_MAX];
static int entries[OLD_MAX], nolds;
static int file;		/* a descriptor of our own */

static void
remember(int entry, const struct ledger_entry *e)
{
	ck_assert_int_lt(nolds, OLD_MAX);
	entries[nolds] = entry;
	olds[nolds++] = *e;
}

/* As a new server does. */
static void
reopen(void)
{
	nolds = 0;
	ck_assert_int_eq(ledger_open(path, remember), 0);
}

static void
setup(void)
{
	strcpy(path, "ledger-XXXXXX");
	file = mkstemp(path);
	ck_assert_int_ne(file, -1);
	reopen();
}

static void
teardown(void)
{
	close(file);
	unlink(path);
}

START_TEST(what_is_not_dropped_is_found)
{
	int a = ledger_put(100, 0, 0x1234, "10.0.0.2");
	int b = ledger_put(101, 0, 0x1234, "10.0.0.3");
	int c = ledger_put(102, 777, 0x1234, "");

	ledger_drop(b);
	reopen();
	ck_assert_int_eq(nolds, 2);
	ck_assert_int_eq(entries[0], a);
	ck_assert_int_eq(olds[0].keeper, 100);
	ck_assert_uint_eq(olds[0].call_id, 0x1234);
	ck_assert_str_eq(olds[0].remote, "10.0.0.2");
	ck_assert_uint_ne(olds[0].since_ms, 0);
	ck_assert_int_eq(entries[1], c);
	ck_assert_str_eq(olds[1].remote, "");
	ck_assert_uint_eq(olds[1].since_ms, 777);
	/* They are not lost by looking, and their places not given out. */
	ck_assert_int_eq(ledger_put(103, 0, 0x1234, "10.0.0.4"), b);
	reopen();
	ck_assert_int_eq(nolds, 3);
}
END_TEST

START_TEST(places_are_used_again)
{
	for (int i = 0; i < 1000; i++)
		ledger_drop(ledger_put(100, 0, 0x1234, "10.0.0.2"));
	ck_assert_int_eq(ledger_put(100, 0, 0x1234, "10.0.0.2"), 0);
	reopen();
	ck_assert_int_eq(nolds, 1);
}
END_TEST

START_TEST(another_layout_begins_anew)
{
	uint32_t head[3];		/* magic, version, size of an entry */

	ledger_put(100, 0, 0x1234, "10.0.0.2");
	ck_assert_int_eq(pread(file, head, sizeof(head), 0), sizeof(head));
	ck_assert_uint_eq(head[1], LEDGER_VERSION);
	ck_assert_uint_eq(head[2], sizeof(olds[0]));
	head[_i]++;
	ck_assert_int_eq(pwrite(file, head, sizeof(head), 0), sizeof(head));
	reopen();
	ck_assert_int_eq(nolds, 0);
	reopen();
	ck_assert_int_eq(nolds, 0);
}
END_TEST

START_TEST(a_cut_file_is_read_as_far_as_it_goes)
{
	ledger_put(100, 0, 0x1234, "10.0.0.2");
	ledger_put(101, 0, 0x1234, "10.0.0.3");
	ck_assert_int_eq(ftruncate(file, 2 * sizeof(olds[0]) + 3), 0);
	reopen();
	ck_assert_int_eq(nolds, 1);
	ck_assert_int_eq(ledger_put(102, 0, 0x1234, "10.0.0.4"), 1);
}
END_TEST

START_TEST(without_a_file_nothing_happens)
{
	ck_assert_int_eq(ledger_open("no/such/directory", remember), -1);
	ck_assert_int_eq(ledger_put(100, 0, 0x1234, "10.0.0.2"), -1);
	ledger_drop(-1);
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, what_is_not_dropped_is_found);
	tcase_add_test(tc, places_are_used_again);
	tcase_add_loop_test(tc, another_layout_begins_anew, 0, 3);
	tcase_add_test(tc, a_cut_file_is_read_as_far_as_it_goes);
	tcase_add_test(tc, without_a_file_nothing_happens);
}

int
main(void)
{
	return unit_main("ledger", tests);
}
