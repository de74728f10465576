/* The monitor's pptpd-aaa: when it is started, and by which it is followed. */
/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "config.h"

#include "base/log.h"
#include "fake_loop.h"
#include "monitor/aaa.h"
#include "monitor/child.h"
#include "monitor/rundir.h"
#include "unit.h"

#define WORDS	5
#define NO_PROGRAM "/pptpd-aaa: No such file or directory: "
#define EXITED(status)	((status) << 8)

static char dir[] = "/tmp/test_aaa.XXXXXX";
static char radius_conf[] = "/etc/pptpd/radius.conf";
static char aaa_conf[] = "/etc/pptpd/aaa.conf";
static const char *want_kind = "-bradius", *want_file = radius_conf;
static struct conf conf;
static unsigned int started;	/* so many; pids are 1001 and so on */
static int theirs[16];		/* their ends of the socket pairs */
static bool no_program;
static bool fresh;		/* the last one was told so */
static pid_t ended;		/* who was told to end last */
static char said[LOG_LINE_MAX];

bool
rundir_make(void)
{
	return true;
}

pid_t
child_spawn(const char *path, char *const argv[], const int *fds, int n,
    int output)
{
	int last = 0;

	(void)path;
	ck_assert_str_eq(argv[1], want_kind);
	fresh = false;
	while (argv[last + 1] != NULL)
		fresh = strcmp(argv[last++], "-n") == 0 || fresh;
	ck_assert_int_ge(last, 4);
	ck_assert_str_eq(argv[last - 2], "-s");
	ck_assert_str_eq(argv[last - 1], STATEDIR "/pptpd/aaa.spool");
	ck_assert_str_eq(argv[last], want_file);
	ck_assert_int_eq(n, 2);
	ck_assert_int_eq(output, -1);
	if (no_program) {
		errno = ENOENT;
		return -1;
	}
	theirs[started] = dup(fds[0]);
	return (pid_t)(1000 + ++started);
}

int	__wrap_instance_path(char *, size_t, const char *, const char *);

/* Not in the run directory of this machine's server. */
int
__wrap_instance_path(char *buf, size_t size, const char *name,
    const char *pidfile)
{
	(void)pidfile;
	return snprintf(buf, size, "%s/%s", dir, name) < (int)size ? 0 : -1;
}

int	__wrap_kill(pid_t, int);

int
__wrap_kill(pid_t pid, int sig)
{
	ck_assert_int_eq(sig, SIGTERM);
	ended = pid;
	return 0;
}

static void
sink(int level, const char *line, void *arg)
{
	(void)level;
	(void)arg;
	snprintf(said, sizeof(said), "%s", line);
}

static void
setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
	log_set_sink(sink, NULL);
	fake_loop_init();
	conf.aaa = CONF_AAA_RADIUS;
	conf.radius_conf = radius_conf;
	conf.aaa_conf = aaa_conf;
	aaa_init("/run/pptpd.pid", false);
	ck_assert_ptr_null(aaa_socket());
	aaa_start(&conf, true);
	ck_assert_uint_eq(started, 1);
	ck_assert(fresh);
}

static void
teardown(void)
{
	char path[128];

	if (aaa_socket() != NULL) {
		snprintf(path, sizeof(path), "%s", aaa_socket());
		aaa_stop(false);
		(void)unlink(path);
	}
	(void)rmdir(dir);
}

static void
says_a_word(unsigned int n)
{
	ck_assert_int_eq(send(theirs[n - 1], "up", 2, 0), 2);
}

/* How many events there were, WORDS at most. */
static unsigned int
serve(void)
{
	unsigned int n = 0;

	while (n < WORDS && fake_loop_serve_one(0))
		n++;
	return n;
}

START_TEST(pppd_finds_its_socket)
{
	ck_assert_ptr_nonnull(aaa_socket());
	ck_assert_int_eq(access(aaa_socket(), F_OK), 0);
}
END_TEST

/* It says that calls were lost until one has heard so. */
START_TEST(only_the_first_one_is_fresh)
{
	ck_assert(aaa_reaped(1001, SIGKILL));
	fake_loop_pass_ms(1000);
	ck_assert_uint_eq(started, 2);
	ck_assert(fresh);
	says_a_word(2);
	(void)serve();
	ck_assert(aaa_reaped(1002, SIGKILL));
	fake_loop_pass_ms(60000);
	ck_assert_uint_eq(started, 3);
	ck_assert(!fresh);
}
END_TEST

START_TEST(the_last_one_hears_of_the_end)
{
	char word[16] = "";

	aaa_stop(true);
	ck_assert_int_eq(ended, 0);
	ck_assert_int_eq(recv(theirs[0], word, sizeof(word), 0), 4);
	ck_assert_str_eq(word, "off");
	ck_assert_int_eq(recv(theirs[0], word, sizeof(word), 0), 0);
}
END_TEST

START_TEST(one_that_ends_is_started_later_and_later)
{
	static const unsigned int waits[] = { 1, 2, 4, 8, 16, 32, 60, 60 };

	for (unsigned int i = 0; i < 8; i++) {
		char words[128];

		ck_assert(aaa_reaped((pid_t)(1000 + started), EXITED(3)));
		snprintf(words, sizeof(words), "MGR: pptpd-aaa[%u] has ended "
		    "with status 3, starting it again in %u s",
		    1000 + started, waits[i]);
		ck_assert_str_eq(said, words);
		fake_loop_pass_ms(waits[i] * 1000 - 1);
		ck_assert_uint_eq(started, i + 1);
		fake_loop_pass_ms(1);
		ck_assert_uint_eq(started, i + 2);
	}
	fake_loop_pass_ms(60000);
	ck_assert(aaa_reaped((pid_t)(1000 + started), SIGKILL));
	ck_assert_ptr_nonnull(strstr(said, "was ended by signal 9, starting it "
	    "again in 1 s"));
	ck_assert(!aaa_reaped(77, 0));
}
END_TEST

START_TEST(one_that_does_not_start_is_tried_again)
{
	no_program = true;
	ck_assert(aaa_reaped(1001, EXITED(1)));
	fake_loop_pass_ms(1000);
	ck_assert_uint_eq(started, 1);
	ck_assert_ptr_nonnull(strstr(said, NO_PROGRAM
	    "logins are refused; to mend it: " AAA_HINT));
	said[0] = '\0';
	fake_loop_pass_ms(2000);
	ck_assert_uint_eq(started, 1);
	ck_assert_str_eq(said, "");		/* once is enough */
	aaa_change(&conf);
	ck_assert_ptr_nonnull(strstr(said, NO_PROGRAM
	    "logins are refused; to mend it: " AAA_HINT));
	no_program = false;
	fake_loop_pass_ms(2000);
	ck_assert_uint_eq(started, 2);
}
END_TEST

/* The package was removed; a reload does not take away the one that runs. */
START_TEST(the_old_one_stays_if_there_is_no_other)
{
	says_a_word(1);
	(void)serve();
	no_program = true;
	aaa_change(&conf);
	ck_assert_ptr_nonnull(strstr(said, NO_PROGRAM "the one before it goes "
	    "on with the configuration that it has; to mend it: " AAA_HINT));
	ck_assert_int_eq(ended, 0);
}
END_TEST

START_TEST(who_does_not_say_that_it_serves_is_in_the_log)
{
	fake_loop_pass_ms(29999);
	ck_assert_str_eq(said, "");
	fake_loop_pass_ms(1);
	ck_assert_str_eq(said,
	    "MGR: pptpd-aaa[1001] does not say that it serves");
	says_a_word(1);
	(void)serve();
	aaa_change(&conf);
	said[0] = '\0';
	fake_loop_pass_ms(29999);
	ck_assert_str_eq(said, "");
	fake_loop_pass_ms(1);
	ck_assert_str_eq(said, "MGR: pptpd-aaa[1002] does not say that it "
	    "serves: the one before it goes on with the configuration that it "
	    "has");
	/* It is waited for. */
	ck_assert_int_eq(ended, 0);
	says_a_word(2);
	(void)serve();
	ck_assert_int_eq(ended, 1001);
	said[0] = '\0';
	fake_loop_pass_ms(60000);
	ck_assert_str_eq(said, "");
}
END_TEST

START_TEST(the_next_serves_before_the_old_one_ends)
{
	says_a_word(1);
	(void)serve();
	aaa_change(&conf);
	ck_assert_uint_eq(started, 2);
	(void)serve();
	ck_assert_int_eq(ended, 0);
	says_a_word(2);
	(void)serve();
	ck_assert_int_eq(ended, 1001);
	ck_assert(!aaa_reaped(1001, 0));	/* it was told to */
	ck_assert(aaa_reaped(1002, EXITED(1)));
	fake_loop_pass_ms(1000);
	ck_assert_uint_eq(started, 3);
}
END_TEST

START_TEST(the_old_one_stays_if_the_next_ends)
{
	aaa_change(&conf);
	ck_assert(aaa_reaped(1002, EXITED(1)));
	ck_assert_ptr_nonnull(strstr(said, "the one before it goes on"));
	fake_loop_pass_ms(120000);
	ck_assert_uint_eq(started, 2);
	ck_assert_int_eq(ended, 0);
}
END_TEST

START_TEST(without_the_keyword_it_ends)
{
	conf.aaa = CONF_AAA_NONE;
	aaa_change(&conf);
	ck_assert_int_eq(ended, 1001);
	fake_loop_pass_ms(120000);
	ck_assert_uint_eq(started, 1);
}
END_TEST

START_TEST(another_back_end_reads_another_file)
{
	conf.aaa = CONF_AAA_EXEC;
	want_kind = "-bexec";
	want_file = aaa_conf;
	aaa_change(&conf);
	ck_assert_uint_eq(started, 2);
}
END_TEST

/* Whoever has taken it over may say what he likes. */
START_TEST(more_words_than_one_cost_the_monitor_nothing)
{
	for (int i = 0; i < WORDS; i++)
		says_a_word(1);
	ck_assert_uint_eq(serve(), 1);
	aaa_change(&conf);
	for (int i = 0; i < WORDS; i++)
		says_a_word(2);
	ck_assert_uint_eq(serve(), 1);
	ck_assert_int_eq(ended, 1001);
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, pppd_finds_its_socket);
	tcase_add_test(tc, only_the_first_one_is_fresh);
	tcase_add_test(tc, the_last_one_hears_of_the_end);
	tcase_add_test(tc, one_that_ends_is_started_later_and_later);
	tcase_add_test(tc, one_that_does_not_start_is_tried_again);
	tcase_add_test(tc, the_next_serves_before_the_old_one_ends);
	tcase_add_test(tc, the_old_one_stays_if_the_next_ends);
	tcase_add_test(tc, the_old_one_stays_if_there_is_no_other);
	tcase_add_test(tc, who_does_not_say_that_it_serves_is_in_the_log);
	tcase_add_test(tc, without_the_keyword_it_ends);
	tcase_add_test(tc, another_back_end_reads_another_file);
	tcase_add_test(tc, more_words_than_one_cost_the_monitor_nothing);
}

int
main(void)
{
	return unit_main("aaa", tests);
}
