/* How often one user may be logged in: which calls end, and which go on. */
/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "engine/call.h"
#include "engine/journal.h"
#include "engine/limiter.h"
#include "engine/logins.h"
#include "fake_engine.h"
#include "shared/call_record.h"
#include "unit.h"

#define CALLS	8
#define LOOK_MS	25	/* from look to look, and more */

static struct limit_conf conf = { .connections = 100 };
static struct call_record *rec[CALLS];	/* Call IDs 1 to CALLS */
static char done[400];			/* "3 replaced, 4 goes, ..." */
static unsigned int looks;
static const struct login_key key = { "0123456789abcde" };
static bool elsewhere[CALLS];		/* another engine has that call */

/* --- in place of call.c -------------------------------------------------- */

const struct call_record *
call_next_record(uint32_t *next)
{
	if (*next == 1)
		looks++;
	while (*next <= CALLS) {
		if (rec[(*next)++ - 1] != NULL)
			return rec[*next - 2];
	}
	return NULL;
}

const struct login_key *
call_login_key(uint16_t id)
{
	return elsewhere[id - 1] ? &key : NULL;
}

static void
note(unsigned int id, const char *what)
{
	size_t len = strlen(done);

	snprintf(done + len, sizeof(done) - len, "%s%u %s",
	    len > 0 ? ", " : "", id, what);
}

void
call_kick(uint16_t id, enum ctrl_end why)
{
	note(id, ctrl_end_word(why));
	rec[id - 1]->end = why;		/* as its engine does */
}

void
call_admit(uint16_t id, int32_t after_pid)
{
	char text[32] = "goes";

	if (after_pid != 0)
		snprintf(text, sizeof(text), "goes after %d", after_pid);
	note(id, text);
	rec[id - 1]->login_waits = 0;	/* as its keeper does */
}

/* ------------------------------------------------------------------------- */

static void
setup(void)
{
	fake_engine_init();
	engine.count = 1;
	ck_assert(limiter_configure(&conf));
	engine.calls = CALLS;
	logins_init();
}

/* This user logs in, on the call with this ID. */
static void
login(unsigned int id, const char *user)
{
	struct call_record *r = calloc(1, sizeof(*r));

	fake_loop_pass_ms(LOOK_MS);
	r->our_id = (uint16_t)id;
	r->pppd_pid = (int32_t)(100 + id);
	snprintf(r->user, sizeof(r->user), "%s", user);
	snprintf(r->session, sizeof(r->session), "%016X", id);
	r->login_ms = engine_now_ms();
	r->login_waits = 1;
	rec[id - 1] = r;
	journal_report(r);
}

/* What has been done since the last time. */
static const char *
judged(void)
{
	static char last[sizeof(done)];

	fake_loop_pass_ms(LOOK_MS);
	memcpy(last, done, sizeof(last));
	done[0] = '\0';
	return last;
}

static void
limit(uint32_t max, uint32_t replace)
{
	conf.max_logins = max;
	conf.logins_replace = replace;
	ck_assert(limiter_configure(&conf));
}

/* As its keeper does. */
static void
seal(struct call_record *r)
{
	struct login_words l = { .ms = r->login_ms, .max = r->login_max,
	    .own = r->login_own, .replace = r->login_replace };

	memcpy(l.user, r->user, sizeof(l.user));
	r->login_seal = login_seal(&key, &l);
}

START_TEST(without_a_limit_all_go_on)
{
	limit(0, 0);
	login(1, "anna");
	login(2, "anna");
	ck_assert_str_eq(judged(), "1 goes, 2 goes");
	login(3, "anna");
	ck_assert_str_eq(judged(), "3 goes");
}
END_TEST

START_TEST(the_last_one_is_denied)
{
	limit(2, 0);
	login(3, "anna");
	login(1, "bob");
	ck_assert_str_eq(judged(), "3 goes, 1 goes");
	login(2, "anna");
	login(4, "anna");
	ck_assert_str_eq(judged(), "2 goes, 4 max-logins-per-user");
	ck_assert_uint_eq(limiter_count(CTRL_END_LOGINS), 1);
	login(5, "bob");
	ck_assert_str_eq(judged(), "5 goes");
}
END_TEST

/* A peer has taken another engine over, and it writes to its records. */
START_TEST(an_engine_cannot_end_the_calls_of_others)
{
	limit(1, 1);
	elsewhere[1] = elsewhere[2] = true;
	login(1, "anna");
	login(2, "bob");
	seal(rec[1]);
	ck_assert_str_eq(judged(), "1 goes, 2 goes");
	/* Bob is called Anna, later than her: her call would end. */
	snprintf(rec[1]->user, sizeof(rec[1]->user), "anna");
	rec[1]->login_ms++;
	journal_report(rec[1]);
	ck_assert_str_eq(judged(), "");
	/* His own limit, and a limit of hers in his record. */
	rec[1]->login_own = 1;
	journal_report(rec[1]);
	ck_assert_str_eq(judged(), "");
	/* What the keeper has sealed counts, for this call. */
	login(3, "bob");
	seal(rec[2]);
	rec[2]->our_id = 1;
	ck_assert_str_eq(judged(), "3 goes");
	snprintf(rec[1]->user, sizeof(rec[1]->user), "bob");
	rec[1]->login_ms--;
	rec[1]->login_own = 0;
	journal_report(rec[1]);
	ck_assert_str_eq(judged(), "2 replaced");
}
END_TEST

/* Its records may also have the Call IDs of others in them. */
START_TEST(the_call_that_ends_is_the_one_of_the_record)
{
	limit(1, 1);
	elsewhere[1] = elsewhere[2] = true;
	login(1, "anna");
	login(2, "bob");
	seal(rec[1]);
	rec[1]->our_id = 1;
	login(3, "bob");
	seal(rec[2]);
	ck_assert_str_eq(judged(), "1 goes, 2 goes, 2 replaced, "
	    "3 goes after 102");
}
END_TEST

START_TEST(the_first_one_is_replaced)
{
	limit(2, 1);
	login(7, "anna");
	login(3, "anna");
	login(5, "anna");
	ck_assert_str_eq(judged(), "7 goes, 3 goes, 7 replaced, 5 goes after 107");
	login(1, "anna");
	ck_assert_str_eq(judged(), "3 replaced, 1 goes after 103");
	ck_assert_uint_eq(limiter_count(CTRL_END_REPLACED), 2);
}
END_TEST

/* A RADIUS server may not care, and the user would have as many as he likes. */
START_TEST(case_makes_no_other_user)
{
	limit(1, 0);
	login(1, "anna");
	login(2, "Anna");
	login(3, "annA ");
	ck_assert_str_eq(judged(), "1 goes, 2 max-logins-per-user, 3 goes");
}
END_TEST

START_TEST(nobody_has_no_limit)
{
	limit(1, 0);
	login(1, "");
	login(2, "");
	ck_assert_str_eq(judged(), "");
}
END_TEST

START_TEST(a_limit_of_his_own)
{
	limit(1, 0);
	login(1, "anna");
	ck_assert_str_eq(judged(), "1 goes");
	login(2, "anna");
	rec[1]->login_own = 1;
	rec[1]->login_max = 2;
	ck_assert_str_eq(judged(), "2 goes");
	login(3, "anna");
	rec[2]->login_own = 1;
	rec[2]->login_max = 1;
	rec[2]->login_replace = 1;
	ck_assert_str_eq(judged(), "1 replaced, 2 replaced, 3 goes after 102");
	login(4, "anna");
	rec[3]->login_own = 1;		/* without a limit */
	ck_assert_str_eq(judged(), "4 goes");
}
END_TEST

/* Calls that were there before an engine, in whatever order they come. */
START_TEST(what_is_found_counts)
{
	limit(1, 0);
	login(2, "anna");
	login(1, "anna");
	(void)judged();
	for (int i = 0; i < 2; i++) {
		rec[i]->end = CTRL_END_NONE;
		rec[i]->login_waits = 0;
	}
	journal_found(rec[0]);
	journal_found(rec[1]);
	ck_assert_str_eq(judged(), "1 max-logins-per-user");
}
END_TEST

START_TEST(many_logins_are_one_look)
{
	limit(5, 0);
	for (unsigned int id = 1; id <= CALLS; id++)
		journal_found(&(struct call_record){ .login_ms = 1 });
	(void)judged();
	ck_assert_uint_eq(looks, 1);
	engine.index = 1;		/* the front does it */
	journal_found(&(struct call_record){ .login_ms = 1 });
	(void)judged();
	ck_assert_uint_eq(looks, 1);
}
END_TEST

/* Thousands may log in again within a minute, and each look is at all. */
START_TEST(looks_are_apart)
{
	limit(5, 0);
	journal_found(&(struct call_record){ .login_ms = 1 });
	fake_loop_pass_ms(1);
	ck_assert_uint_eq(looks, 1);
	for (int i = 0; i < 10; i++) {
		journal_found(&(struct call_record){ .login_ms = 1 });
		fake_loop_pass_ms(1);
	}
	ck_assert_uint_eq(looks, 1);
	(void)judged();
	ck_assert_uint_eq(looks, 2);
	(void)judged();
	ck_assert_uint_eq(looks, 2);
}
END_TEST

/* An engine may have written anything there. */
START_TEST(a_damaged_record_does_no_harm)
{
	limit(1, 0);
	login(1, "anna");
	login(2, "anna");
	for (int i = 0; i < 2; i++) {
		memset(rec[i]->user, 'x', sizeof(rec[i]->user));
		memset(rec[i]->session, 'x', sizeof(rec[i]->session));
		rec[i]->login_ms = UINT64_MAX;
	}
	ck_assert_uint_gt(strlen(judged()), 0);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, without_a_limit_all_go_on);
	tcase_add_test(tc, the_last_one_is_denied);
	tcase_add_test(tc, an_engine_cannot_end_the_calls_of_others);
	tcase_add_test(tc, the_call_that_ends_is_the_one_of_the_record);
	tcase_add_test(tc, the_first_one_is_replaced);
	tcase_add_test(tc, case_makes_no_other_user);
	tcase_add_test(tc, nobody_has_no_limit);
	tcase_add_test(tc, a_limit_of_his_own);
	tcase_add_test(tc, what_is_found_counts);
	tcase_add_test(tc, many_logins_are_one_look);
	tcase_add_test(tc, looks_are_apart);
	tcase_add_test(tc, a_damaged_record_does_no_harm);
}

int
main(void)
{
	return unit_main("logins", add);
}
