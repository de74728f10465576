/* The journal: who is told of what, and what is kept for later. */
/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "engine/journal.h"
#include "fake_engine.h"
#include "shared/call_record.h"
#include "state/history.h"
#include "unit.h"

static struct {
	unsigned int	 n;
	enum journal_what what;
	struct history_entry e;
} told;

static void
watch(enum journal_what what, const struct history_entry *e)
{
	told.n++;
	told.what = what;
	told.e = *e;
}

static void
setup(void)
{
	fake_engine_init();
	memset(&told, 0, sizeof(told));
	journal_watch(watch);
}

static struct call_record
record(void)
{
	struct call_record rec;

	memset(&rec, 0, sizeof(rec));
	rec.our_id = 0x1a2b;
	rec.client_addr = inet_addr("198.51.100.1");
	rec.started_ms = engine_now_ms() - 61000;
	rec.octets_in = 77;
	rec.ctrl.authenticated = true;
	strcpy(rec.session, "6748E2A41C0FFE01");
	strcpy(rec.user, "alice");
	strcpy(rec.remote, "10.0.0.5");
	return rec;
}

static const struct history_entry *
last(void)
{
	return history_before(journal_history(), UINT64_MAX);
}

START_TEST(the_end_of_a_call)
{
	struct call_record rec = record();
	time_t now = time(NULL);

	journal_ended(&rec, CTRL_END_CLEARED);
	ck_assert_uint_eq(told.n, 1);
	ck_assert_int_eq(told.what, JOURNAL_ENDED);
	ck_assert_uint_eq(last()->end, CTRL_END_CLEARED);
	ck_assert_uint_eq(last()->kind, HISTORY_ENDED);
	ck_assert_uint_eq(last()->client, rec.client_addr);
	ck_assert_uint_eq(last()->call_id, 0x1a2b);
	ck_assert_uint_eq(last()->seconds, 61);
	ck_assert_uint_eq(last()->octets_in, 77);
	ck_assert(last()->authenticated);
	ck_assert(last()->at_s - (uint64_t)now < 60);
	ck_assert_str_eq(last()->session, "6748E2A41C0FFE01");
	ck_assert_str_eq(last()->user, "alice");
	ck_assert_str_eq(last()->remote, "10.0.0.5");
	ck_assert(memcmp(&told.e.session, last()->session,
	    SESSION_ID_TEXT) == 0);
}
END_TEST

/* Its engine is gone and has left no reason, or none that there is. */
START_TEST(an_end_without_a_reason)
{
	struct call_record rec = record();

	journal_ended(&rec, CTRL_END_NONE);
	ck_assert_uint_eq(last()->end, CTRL_END_LOST);
	journal_ended(&rec, CTRL_END_COUNT);
	ck_assert_uint_eq(last()->end, CTRL_END_DAMAGED);
}
END_TEST

START_TEST(a_record_without_ends_of_texts)
{
	struct call_record rec = record();

	memset(rec.session, 'x', sizeof(rec.session));
	memset(rec.user, 'x', sizeof(rec.user));
	memset(rec.remote, 'x', sizeof(rec.remote));
	memset(rec.ifname, 'x', sizeof(rec.ifname));
	rec.started_ms = UINT64_MAX;
	journal_ended(&rec, CTRL_END_CLEARED);
	ck_assert_uint_eq(strlen(last()->session), SESSION_ID_LEN);
	ck_assert_uint_eq(strlen(last()->user), HISTORY_USER - 1);
	ck_assert_uint_eq(strlen(last()->remote), HISTORY_ADDR - 1);
	ck_assert_uint_eq(strlen(last()->ifname), 15);
	ck_assert_uint_eq(last()->seconds, 0);
}
END_TEST

/* It ended while no engine ran; but the one before may have noted it. */
START_TEST(an_end_that_no_engine_saw)
{
	struct call_record rec = record();

	journal_ended(&rec, CTRL_END_CLEARED);
	journal_missed(0x1a2b, rec.session, rec.client_addr, 0);
	ck_assert_uint_eq(told.n, 1);
	journal_missed(0x1a2b, "6748E2A41C0FFE02", rec.client_addr,
	    5);
	ck_assert_uint_eq(told.n, 2);
	ck_assert_uint_eq(last()->end, CTRL_END_LOST);
	ck_assert_uint_eq(last()->seconds, 5);
	ck_assert_str_eq(last()->session, "6748E2A41C0FFE02");
	ck_assert_uint_eq(last()->client, rec.client_addr);
}
END_TEST

START_TEST(a_refusal)
{
	journal_refused(7, CTRL_END_RATE);
	journal_refused(7, CTRL_END_RATE);
	ck_assert_uint_eq(told.n, 2);
	ck_assert_int_eq(told.what, JOURNAL_REFUSED);
	ck_assert_uint_eq(last()->times, 2);
	ck_assert_str_eq(last()->session, "");
	journal_refused(7, CTRL_END_COUNT);	/* a newer monitor's */
	ck_assert_uint_eq(told.n, 2);
}
END_TEST

START_TEST(what_pppd_reports)
{
	struct call_record rec = record();

	journal_report(&rec);
	ck_assert_int_eq(told.what, JOURNAL_CHANGED);
	strcpy(rec.ifname, "ppp3");
	journal_report(&rec);
	ck_assert_int_eq(told.what, JOURNAL_UP);
	ck_assert_str_eq(told.e.ifname, "ppp3");
	ck_assert_uint_eq(told.e.end, CTRL_END_NONE);
	ck_assert_ptr_null(last());		/* that is no end */
}
END_TEST

START_TEST(a_back_engine_keeps_quiet)
{
	struct call_record rec = record();

	engine.index = 1;
	journal_connected(7);
	journal_call(JOURNAL_STARTED, &rec);
	journal_ended(&rec, CTRL_END_CLEARED);
	journal_refused(7, CTRL_END_RATE);
	journal_reloaded();
	ck_assert_uint_eq(told.n, 0);
	ck_assert_ptr_null(last());
}
END_TEST

/* As after the death of an engine. */
START_TEST(the_memory_of_the_engine_before)
{
	int fd = memfd_create("history", MFD_CLOEXEC), small =
	    memfd_create("small", MFD_CLOEXEC);
	static struct history before;
	struct history_entry e = { .kind = HISTORY_REFUSED, .client = 9,
	    .end = CTRL_END_BUSY, .times = 1 };

	history_use(&before);
	history_add(&before, &e);
	ck_assert_int_eq(write(fd, &before, sizeof(before)), sizeof(before));
	ck_assert_int_eq(ftruncate(small, 4096), 0);
	journal_map(small);
	ck_assert_ptr_nonnull(strstr(fake.log, "no history of earlier calls"));
	ck_assert_ptr_null(last());
	journal_map(fd);
	ck_assert_uint_eq(last()->client, 9);
	journal_refused(10, CTRL_END_BUSY);
	ck_assert_int_eq(pread(fd, &before, sizeof(before), 0),
	    sizeof(before));
	ck_assert_uint_eq(history_before(&before, UINT64_MAX)->client, 10);
	close(fd);
	close(small);
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, the_end_of_a_call);
	tcase_add_test(tc, an_end_without_a_reason);
	tcase_add_test(tc, a_record_without_ends_of_texts);
	tcase_add_test(tc, an_end_that_no_engine_saw);
	tcase_add_test(tc, a_refusal);
	tcase_add_test(tc, what_pppd_reports);
	tcase_add_test(tc, a_back_engine_keeps_quiet);
	tcase_add_test(tc, the_memory_of_the_engine_before);
}

int
main(void)
{
	return unit_main("journal", tests);
}
