/* Counters of the whole server: over the ends of calls, and of engines. */
/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "engine/tally.h"
#include "fake_engine.h"
#include "shared/call_record.h"
#include "unit.h"

static struct tally_traffic t;

static void
setup(void)
{
	fake_engine_init();
}

static struct call_record
record(uint16_t id)
{
	struct call_record rec;

	memset(&rec, 0, sizeof(rec));
	rec.our_id = id;
	rec.octets_in = 100;
	rec.rx.lost = 3;
	rec.acks_out = 5;
	rec.ctrl.call_state = CTRL_CALL_UP;
	return rec;
}

static void
sum(const struct call_record *one, const struct call_record *two)
{
	tally_begin(&t);
	if (one != NULL)
		tally_add(&t, one);
	if (two != NULL)
		tally_add(&t, two);
}

START_TEST(sums_do_not_shrink_when_a_call_ends)
{
	struct call_record one = record(1), two = record(2);

	sum(&one, &two);
	ck_assert_uint_eq(t.octets_in, 200);
	two.octets_in += 11;
	tally_ended(&two, CTRL_END_CLEARED);
	sum(&one, NULL);
	ck_assert_uint_eq(t.octets_in, 211);
	ck_assert_uint_eq(t.lost, 6);
	ck_assert_uint_eq(t.acks_out, 10);
	ck_assert_uint_eq(tally_get()->ended[CTRL_END_CLEARED], 1);
	tally_missed(CTRL_END_LOST);
	tally_missed(CTRL_END_COUNT);
	ck_assert_uint_eq(tally_get()->ended[CTRL_END_LOST], 1);
}
END_TEST

/* A new engine's counters begin at zero, and its predecessor's calls go on. */
START_TEST(what_a_call_had_before_is_not_counted)
{
	struct call_record rec = record(1);

	rec.ctrl.authenticated = true;
	tally_joined(&rec);
	sum(&rec, NULL);
	ck_assert_uint_eq(t.octets_in, 0);
	rec.octets_in += 7;
	sum(&rec, NULL);
	ck_assert_uint_eq(t.octets_in, 7);
	tally_ended(&rec, CTRL_END_EOF);
	sum(NULL, NULL);
	ck_assert_uint_eq(t.octets_in, 7);
	ck_assert_uint_eq(tally_get()->auth[PPP_AUTH_KIND_UNKNOWN][
	    TALLY_ACCEPTED], 0);
}
END_TEST

/* Times in us: the connection at 1 s, and so on; IP after 2.222 s. */
static void
log_in(struct call_record *rec)
{
	rec->ctrl.opened = 1000;
	rec->login.begin = 1002000;
	rec->login.at[LOGIN_STEP_PPPD] = 1022000;
	rec->login.at[LOGIN_STEP_LCP] = 1222000;
	rec->login.auth = PPP_AUTH_KIND_MSCHAP_V2;
	rec->login.at[LOGIN_STEP_AUTH] = 3222000;
	rec->login.at[LOGIN_STEP_IP] = 3222000;
	rec->ctrl.authenticated = true;
}

START_TEST(a_login_is_counted_once)
{
	const struct tally *all = tally_get();
	struct call_record rec = record(1);

	sum(&rec, NULL);
	ck_assert_uint_eq(histogram_count(&all->setup), 0);
	log_in(&rec);
	sum(&rec, NULL);
	sum(&rec, NULL);
	tally_ended(&rec, CTRL_END_CLEARED);
	ck_assert_uint_eq(all->auth[PPP_AUTH_KIND_MSCHAP_V2][TALLY_ACCEPTED],
	    1);
	ck_assert_uint_eq(all->auth[PPP_AUTH_KIND_MSCHAP_V2][
	    TALLY_UNFINISHED], 0);
	ck_assert_uint_eq(histogram_count(&all->setup), 1);
	ck_assert_uint_eq(all->setup.sum_us, 2222000);
	ck_assert_uint_eq(all->setup.n[8], 1);	/* up to 2.5 s */
	ck_assert_uint_eq(all->step[TALLY_STEP_CONTROL].sum_us, 2000);
	ck_assert_uint_eq(all->step[TALLY_STEP_PPPD].sum_us, 20000);
	ck_assert_uint_eq(all->step[TALLY_STEP_LCP].sum_us, 200000);
	ck_assert_uint_eq(all->step[TALLY_STEP_AUTH].sum_us, 2000000);
	ck_assert_uint_eq(all->step[TALLY_STEP_NETWORK].sum_us, 0);
	ck_assert_uint_eq(all->auth_time[TALLY_ACCEPTED].sum_us, 2000000);
	/* The Call ID is another call's now. */
	rec = record(1);
	log_in(&rec);
	tally_ended(&rec, CTRL_END_CLEARED);
	ck_assert_uint_eq(histogram_count(&all->setup), 2);
}
END_TEST

START_TEST(logins_that_fail)
{
	const struct tally *all = tally_get();
	struct call_record rec = record(1);

	rec.login.auth = PPP_AUTH_KIND_PAP;
	rec.login.at[LOGIN_STEP_LCP] = 1000000;
	rec.login.refused_at = 1007000;
	tally_ended(&rec, CTRL_END_AUTH_FAILED);
	ck_assert_uint_eq(all->auth[PPP_AUTH_KIND_PAP][TALLY_REJECTED], 1);
	ck_assert_uint_eq(all->auth_time[TALLY_REJECTED].n[1], 1);
	rec = record(1);	/* in the kernel: nobody saw a frame */
	tally_ended(&rec, CTRL_END_AUTH_FAILED);
	ck_assert_uint_eq(all->auth[PPP_AUTH_KIND_UNKNOWN][TALLY_REJECTED],
	    1);
	rec = record(1);
	rec.login.auth = PPP_AUTH_KINDS;	/* of a newer engine */
	tally_ended(&rec, CTRL_END_NO_AUTH);
	ck_assert_uint_eq(all->auth[PPP_AUTH_KIND_UNKNOWN][TALLY_UNFINISHED],
	    1);
	rec = record(1);
	rec.ctrl.call_state = CTRL_CALL_WAIT_START;
	tally_ended(&rec, CTRL_END_NOT_STARTED);
	ck_assert_uint_eq(all->auth[PPP_AUTH_KIND_UNKNOWN][TALLY_UNFINISHED],
	    1);
}
END_TEST

/* Steps in an order that no login has, as damaged records may have them. */
START_TEST(times_never_run_backwards)
{
	const struct tally *all = tally_get();
	struct call_record rec = record(1);

	log_in(&rec);
	rec.login.at[LOGIN_STEP_LCP] = 0;
	rec.login.at[LOGIN_STEP_AUTH] = UINT64_MAX / 2;
	rec.login.at[LOGIN_STEP_IP] = 5;
	rec.ctrl.opened = 4000000;
	sum(&rec, NULL);
	ck_assert_uint_eq(histogram_count(&all->setup), 1);
	ck_assert_uint_eq(all->step[TALLY_STEP_LCP].sum_us, 0);
	ck_assert_uint_eq(all->step[TALLY_STEP_NETWORK].sum_us, 0);
}
END_TEST

START_TEST(classes_of_a_histogram)
{
	struct histogram h;

	memset(&h, 0, sizeof(h));
	histogram_add(&h, 0);
	histogram_add(&h, 5000);
	histogram_add(&h, 5001);
	histogram_add(&h, 60000000);
	histogram_add(&h, 60000001);
	ck_assert_uint_eq(h.n[0], 2);
	ck_assert_uint_eq(h.n[1], 1);
	ck_assert_uint_eq(h.n[HISTOGRAM_BOUNDS - 1], 1);
	ck_assert_uint_eq(h.n[HISTOGRAM_BOUNDS], 1);
	ck_assert_uint_eq(histogram_count(&h), 5);
	ck_assert_uint_eq(h.sum_us, 120010002);
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, sums_do_not_shrink_when_a_call_ends);
	tcase_add_test(tc, what_a_call_had_before_is_not_counted);
	tcase_add_test(tc, a_login_is_counted_once);
	tcase_add_test(tc, logins_that_fail);
	tcase_add_test(tc, times_never_run_backwards);
	tcase_add_test(tc, classes_of_a_histogram);
}

int
main(void)
{
	return unit_main("tally", tests);
}
