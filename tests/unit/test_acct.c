/* Accounting: its order, what is kept on the disk, what counts once. */
/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "acct.h"
#include "client.h"
#include "fake_loop.h"
#include "spool.h"
#include "syncer.h"
#include "unit.h"

#define MINUTE	60000U
#define SENT_MAX 256

struct request {
	char	 name[64];	/* "start ID", "on" and the like */
	uint32_t cause;
	client_taken *taken;	/* NULL: over */
	void	*arg;
};

static time_t clock_shift;	/* s by which time() is wrong */

time_t	__wrap_time(time_t *);

time_t
__wrap_time(time_t *t)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	now.tv_sec += clock_shift;
	if (t != NULL)
		*t = now.tv_sec;
	return now.tv_sec;
}

static struct request sent[SENT_MAX];
static unsigned n_sent;
static char path[] = "/tmp/test_acct.XXXXXX";
static int disk;

static void *
report(const struct client_record *r, client_taken *taken, void *arg)
{
	static const char *const words[] = { [AAA_START] = "start",
	    [AAA_STOP] = "stop", [AAA_INTERIM] = "interim" };
	struct request *c = &sent[n_sent++];

	ck_assert_uint_le(n_sent, SENT_MAX);
	if (r->kind == ACCT_RECORD)
		snprintf(c->name, sizeof(c->name), "%s %s",
		    words[r->acct->status], r->acct->call.id);
	else
		snprintf(c->name, sizeof(c->name), "%s",
		    r->kind == ACCT_ON ? "on" : "off");
	c->cause = r->kind == ACCT_RECORD ? r->acct->cause : 0;
	c->taken = taken;
	c->arg = arg;
	return c;
}

/* The oldest request that is under way is over. */
static void
answer(bool taken, const char *name)
{
	for (unsigned i = 0; i < n_sent; i++) {
		client_taken *fn = sent[i].taken;

		if (fn == NULL)
			continue;
		ck_assert_str_eq(sent[i].name, name);
		sent[i].taken = NULL;
		fn(taken, sent[i].arg);
		fake_loop_pass_ms(1);
		return;
	}
	ck_abort_msg("%s is not under way", name);
}

static unsigned
under_way(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < n_sent; i++)
		n += sent[i].taken != NULL;
	return n;
}

static void
tell(enum aaa_status status, const char *id)
{
	struct aaa_acct a = { .status = status, .method = AAA_PAP };

	snprintf(a.call.id, sizeof(a.call.id), "%s", id);
	(void)acct_take(&a);
	fake_loop_pass_ms(1);
}

static void
begin(bool fresh)
{
	fake_loop_init();
	n_sent = 0;
	memset(sent, 0, sizeof(sent));
	acct_init(report, disk, fresh);
	fake_loop_pass_ms(1);
}

/* One life of pptpd-aaa, at whose end it is killed. */
static void
in_a_life(void (*fn)(void), bool fresh)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		begin(fresh);
		fn();
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}

static void
setup(void)
{
	disk = mkstemp(path);
	ck_assert_int_ne(disk, -1);
	ck_assert_int_eq(unlink(path), 0);
}

START_TEST(records_of_one_call_go_one_by_one)
{
	begin(false);
	tell(AAA_START, "a1");
	tell(AAA_START, "b2");
	tell(AAA_STOP, "a1");
	ck_assert_uint_eq(n_sent, 2);
	answer(true, "start a1");
	ck_assert_uint_eq(n_sent, 3);
	answer(true, "start b2");
	answer(true, "stop a1");
	ck_assert_uint_eq(acct_waiting(), 0);
}
END_TEST

START_TEST(a_window_bounds_what_is_under_way)
{
	char id[AAA_ID_MAX];

	begin(false);
	for (int i = 0; i < ACCT_WINDOW + 10; i++) {
		snprintf(id, sizeof(id), "%x", i);
		tell(AAA_START, id);
	}
	ck_assert_uint_eq(under_way(), ACCT_WINDOW);
	answer(true, "start 0");
	ck_assert_uint_eq(under_way(), ACCT_WINDOW);
	ck_assert_uint_eq(acct_waiting(), ACCT_WINDOW + 9);
}
END_TEST

START_TEST(the_same_counts_once)
{
	begin(false);
	tell(AAA_START, "a1");
	tell(AAA_START, "a1");
	answer(true, "start a1");
	tell(AAA_START, "a1");
	ck_assert_uint_eq(acct_waiting(), 0);
	tell(AAA_STOP, "a1");
	tell(AAA_STOP, "a1");
	answer(true, "stop a1");
	tell(AAA_STOP, "a1");
	ck_assert_uint_eq(acct_waiting(), 0);
	ck_assert_uint_eq(n_sent, 2);
}
END_TEST

/* The newest figures are enough, as long as no packet has left. */
START_TEST(one_interim_record_of_a_call_waits)
{
	begin(false);
	tell(AAA_START, "a1");
	for (int i = 0; i < 5; i++)
		tell(AAA_INTERIM, "a1");
	ck_assert_uint_eq(acct_waiting(), 2);
	answer(true, "start a1");
	tell(AAA_INTERIM, "a1");
	tell(AAA_STOP, "a1");
	ck_assert_uint_eq(acct_waiting(), 3);
	answer(true, "interim a1");
	answer(true, "interim a1");
	answer(true, "stop a1");
	ck_assert_uint_eq(acct_waiting(), 0);
}
END_TEST

/* Nobody has taken any of it when it is killed. */
static void
an_outage(void)
{
	tell(AAA_START, "a1");
	tell(AAA_STOP, "a1");
	tell(AAA_START, "b2");
	ck_assert_uint_eq(acct_waiting(), 3);
}

START_TEST(a_death_loses_nothing)
{
	in_a_life(an_outage, false);
	begin(false);
	ck_assert_uint_eq(acct_waiting(), 3);
	tell(AAA_START, "b2");		/* its pppd has heard no answer */
	tell(AAA_STOP, "a1");
	ck_assert_uint_eq(acct_waiting(), 3);
	answer(true, "start a1");
	answer(true, "start b2");
	answer(true, "stop a1");
	ck_assert_uint_eq(acct_waiting(), 0);
}
END_TEST

static void
is_empty(void)
{
	ck_assert_uint_eq(acct_waiting(), 0);
}

static void
all_are_taken(void)
{
	answer(true, "start a1");
	answer(true, "start b2");
	answer(true, "stop a1");
}

START_TEST(what_was_taken_is_not_sent_again)
{
	in_a_life(an_outage, false);
	in_a_life(all_are_taken, false);
	in_a_life(is_empty, false);
}
END_TEST

/* pppd and pptpd-aaa are killed: nobody has seen the call's end. */
START_TEST(a_call_that_nobody_tells_of_ends)
{
	in_a_life(an_outage, false);
	begin(false);
	all_are_taken();
	fake_loop_pass_ms(MINUTE - 100);
	ck_assert_uint_eq(acct_waiting(), 0);
	fake_loop_pass_ms(200);
	ck_assert_uint_eq(sent[n_sent - 1].cause, 9);
	answer(true, "stop b2");
	fake_loop_pass_ms(10 * MINUTE);
	ck_assert_uint_eq(acct_waiting(), 0);
}
END_TEST

START_TEST(a_call_that_goes_on_does_not_end)
{
	in_a_life(an_outage, false);
	begin(false);
	tell(AAA_INTERIM, "b2");
	all_are_taken();
	answer(true, "interim b2");
	fake_loop_pass_ms(10 * MINUTE);
	ck_assert_uint_eq(acct_waiting(), 0);
}
END_TEST

START_TEST(a_fresh_start_ends_calls_and_then_says_on)
{
	in_a_life(an_outage, false);
	begin(true);
	tell(AAA_START, "c3");
	answer(true, "start a1");
	answer(true, "start b2");
	answer(true, "stop a1");
	answer(true, "stop b2");
	ck_assert_uint_eq(under_way(), 1);
	answer(true, "on");
	answer(true, "start c3");
	ck_assert_uint_eq(acct_waiting(), 0);
}
END_TEST

START_TEST(the_end_says_off_after_all_else)
{
	begin(false);
	tell(AAA_START, "a1");
	acct_end(true);
	fake_loop_pass_ms(1);
	answer(true, "start a1");
	answer(true, "stop a1");
	ck_assert_uint_eq(sent[1].cause, 7);
	ck_assert_uint_eq(acct_waiting(), 1);
	answer(true, "off");
	ck_assert_uint_eq(acct_waiting(), 0);
}
END_TEST

static void
answer_all(bool on)
{
	unsigned n = n_sent;

	for (unsigned i = 0; i < n; i++) {
		client_taken *fn = sent[i].taken;

		if (fn == NULL || on != (strcmp(sent[i].name, "on") == 0))
			continue;
		sent[i].taken = NULL;
		fn(!on, sent[i].arg);
	}
	fake_loop_pass_ms(1);
}

static void
all_but_on(void)
{
	answer_all(false);
	answer_all(true);
}

/* What a server is silent about must not hold up the rest for ever. */
START_TEST(an_on_that_nobody_takes_is_passed_by)
{
	begin(true);
	tell(AAA_START, "a1");
	tell(AAA_START, "b2");
	ck_assert_uint_eq(n_sent, 1);
	fake_loop_pass_ms(6000);
	ck_assert_uint_eq(n_sent, 3);
	for (int round = 0; round < 5 && acct_waiting() > 0; round++) {
		all_but_on();
		tell(AAA_START, (char[]){ (char)('1' + round), '\0' });
		fake_loop_pass_ms(2 * MINUTE);
	}
	all_but_on();
	ck_assert_uint_eq(acct_waiting(), 0);
}
END_TEST

START_TEST(damage_costs_one_record)
{
	in_a_life(an_outage, false);
	/* Slot 0 is the call a1 at first, and slot 1 its start. */
	ck_assert_int_eq(pwrite(disk, "?", 1, ACCT_SLOT + 40), 1);
	begin(false);
	ck_assert_uint_eq(acct_waiting(), 2);
	answer(true, "stop a1");
	answer(true, "start b2");
}
END_TEST

static void
a_start(void)
{
	tell(AAA_START, "c3");
	answer(true, "start c3");
}

/* Not its end: what cannot be read now is written over by nobody. */
START_TEST(an_error_of_reading_loses_nothing)
{
	const int readable = disk;
	char name[64];

	in_a_life(an_outage, false);
	ck_assert_int_eq(flock(disk, LOCK_UN), 0);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", disk);
	disk = open(name, O_WRONLY);
	ck_assert_int_ne(disk, -1);
	in_a_life(a_start, false);
	close(disk);
	disk = readable;
	begin(false);
	all_are_taken();
	ck_assert_uint_eq(acct_waiting(), 0);
}
END_TEST

static void
in_1970(void)
{
	clock_shift = -time(NULL) + 1000;
	an_outage();
}

/* A machine without a battery, whose clock is set after our start. */
START_TEST(a_clock_that_was_decades_off_loses_nothing)
{
	in_a_life(in_1970, false);
	begin(false);
	answer(false, "start a1");
	answer(false, "start b2");
	ck_assert_uint_eq(acct_waiting(), 3);
	all_are_taken();
	ck_assert_uint_eq(acct_waiting(), 0);
}
END_TEST

/* One that was written ten minutes less than a week ago has these. */
START_TEST(a_record_is_given_up_after_a_week)
{
	in_a_life(an_outage, false);
	clock_shift = 7 * 86400 - 600;
	begin(false);
	fake_loop_pass_ms(9 * MINUTE);
	answer(false, "start a1");
	ck_assert_uint_eq(acct_waiting(), 4);
	fake_loop_pass_ms(2 * MINUTE);
	answer(false, "start b2");
	ck_assert_uint_eq(acct_waiting(), 3);
}
END_TEST

int	__wrap_fdatasync(int);

static unsigned waits;		/* times that we waited for the disk */

int
__wrap_fdatasync(int fd)
{
	(void)fd;
	waits++;
	return 0;
}

static unsigned
told_to_sync(int fd)
{
	unsigned n = 0;
	char order;

	while (recv(fd, &order, sizeof(order), MSG_DONTWAIT) == sizeof(order))
		n++;
	return n;
}

static void
has_synced(int fd, int error)
{
	ck_assert_int_eq(send(fd, &error, sizeof(error), 0), sizeof(error));
	ck_assert(fake_loop_serve_one(0));
}

/* A disk that takes its time holds no login up. */
START_TEST(somebody_else_waits_for_the_disk)
{
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	begin(false);
	spool_syncer(pair[0]);
	tell(AAA_START, "a1");
	fake_loop_pass_ms(1100);
	ck_assert_uint_eq(told_to_sync(pair[1]), 1);
	for (int i = 0; i < 3; i++) {
		tell(AAA_INTERIM, "a1");
		fake_loop_pass_ms(1100);
	}
	ck_assert_uint_eq(told_to_sync(pair[1]), 0);
	has_synced(pair[1], 0);
	ck_assert_uint_eq(told_to_sync(pair[1]), 1);
	has_synced(pair[1], EIO);
	ck_assert_uint_eq(told_to_sync(pair[1]), 0);
	ck_assert_uint_eq(waits, 0);
	/* Without it we have to wait, and do. */
	tell(AAA_STOP, "a1");
	close(pair[1]);
	fake_loop_pass_ms(1100);
	ck_assert_uint_eq(waits, 1);
}
END_TEST

START_TEST(the_syncer_syncs_and_ends)
{
	const char order = 's';
	int sock, error = -1;

	if (geteuid() != 0)
		return;
	ck_assert_int_eq(setpgid(0, 0), 0);
	sock = syncer_start(disk, "/");
	ck_assert_int_ge(sock, 16);
	for (int i = 0; i < 2; i++) {
		error = -1;
		ck_assert_int_eq(send(sock, &order, 1, MSG_NOSIGNAL), 1);
		ck_assert_int_eq(recv(sock, &error, sizeof(error), 0),
		    sizeof(error));
		ck_assert_int_eq(error, 0);
		/* Of a terminal, or of who ends a service: they go to all. */
		signal(SIGTERM, SIG_IGN);
		signal(SIGINT, SIG_IGN);
		ck_assert_int_eq(kill(0, SIGINT), 0);
		ck_assert_int_eq(kill(0, SIGTERM), 0);
	}
	close(sock);
	ck_assert_int_ne(wait(&error), -1);
	ck_assert_int_eq(error, 0);
}
END_TEST

START_TEST(another_one_has_the_disk)
{
	char name[64];
	int other;

	snprintf(name, sizeof(name), "/proc/self/fd/%d", disk);
	other = open(name, O_RDWR);
	ck_assert_int_ne(other, -1);
	ck_assert_int_eq(flock(other, LOCK_EX), 0);
	begin(false);
	tell(AAA_START, "a1");
	ck_assert_uint_eq(n_sent, 0);
	fake_loop_pass_ms(1000);
	ck_assert_uint_eq(n_sent, 0);
	close(other);
	fake_loop_pass_ms(100);
	answer(true, "start a1");
	ck_assert_uint_eq(acct_waiting(), 0);
}
END_TEST

/* A pptpd-aaa that has lost the disk may stay for 20 s, and has the file. */
START_TEST(one_that_ends_slowly_has_the_disk)
{
	char name[64];
	int other;

	in_a_life(an_outage, false);
	ck_assert_int_eq(flock(disk, LOCK_UN), 0);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", disk);
	other = open(name, O_RDWR);
	ck_assert_int_ne(other, -1);
	ck_assert_int_eq(flock(other, LOCK_EX), 0);
	begin(false);
	for (int i = 0; i < 210; i++)
		fake_loop_pass_ms(100);
	ck_assert_uint_eq(n_sent, 0);
	close(other);
	fake_loop_pass_ms(100);
	all_are_taken();
	ck_assert_uint_eq(acct_waiting(), 0);
}
END_TEST

/* Room for the first slot, where the call is, and for no other. */
static void
the_disk_is_full(void)
{
	const struct rlimit full = { ACCT_SLOT, ACCT_SLOT };

	tell(AAA_START, "a1");
	answer(true, "start a1");
	ck_assert_ptr_ne(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &full), 0);
	tell(AAA_INTERIM, "a1");
	answer(true, "interim a1");
}

START_TEST(a_full_disk_keeps_what_was_on_it)
{
	in_a_life(the_disk_is_full, false);
	begin(false);
	fake_loop_pass_ms(MINUTE + 100);
	answer(true, "stop a1");
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, records_of_one_call_go_one_by_one);
	tcase_add_test(tc, a_window_bounds_what_is_under_way);
	tcase_add_test(tc, the_same_counts_once);
	tcase_add_test(tc, one_interim_record_of_a_call_waits);
	tcase_add_test(tc, a_death_loses_nothing);
	tcase_add_test(tc, what_was_taken_is_not_sent_again);
	tcase_add_test(tc, a_call_that_nobody_tells_of_ends);
	tcase_add_test(tc, a_call_that_goes_on_does_not_end);
	tcase_add_test(tc, a_fresh_start_ends_calls_and_then_says_on);
	tcase_add_test(tc, the_end_says_off_after_all_else);
	tcase_add_test(tc, an_on_that_nobody_takes_is_passed_by);
	tcase_add_test(tc, damage_costs_one_record);
	tcase_add_test(tc, an_error_of_reading_loses_nothing);
	tcase_add_test(tc, a_clock_that_was_decades_off_loses_nothing);
	tcase_add_test(tc, a_record_is_given_up_after_a_week);
	tcase_add_test(tc, somebody_else_waits_for_the_disk);
	tcase_add_test(tc, the_syncer_syncs_and_ends);
	tcase_add_test(tc, another_one_has_the_disk);
	tcase_add_test(tc, one_that_ends_slowly_has_the_disk);
	tcase_add_test(tc, a_full_disk_keeps_what_was_on_it);
}

int
main(void)
{
	return unit_main("acct", add);
}
