/* What syslog and stderr get of a log line. */
/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#include "base/log.h"
#include "shared/syslog_sink.h"
#include "unit.h"

static int syslogd, reader;	/* the other ends of the log and of stderr */
static char got[LOG_LINE_MAX * 2];

static void
setup(void)
{
	int log[2], err[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0,
	    log), 0);
	ck_assert_int_eq(pipe2(err, O_NONBLOCK), 0);
	ck_assert_int_eq(dup2(err[1], STDERR_FILENO), STDERR_FILENO);
	close(err[1]);
	syslogd = log[0];
	reader = err[0];
	syslog_sink_open("pptpd", true);
	syslog_sink_take(log[1]);
}

/* One read of it, as text; "": there was nothing. */
static const char *
hears(int fd)
{
	ssize_t n = read(fd, got, sizeof(got) - 1);

	got[n > 0 ? n : 0] = '\0';
	return got;
}

/* What follows the priority and the 16 octets of the time in RFC 3164. */
static const char *
after_the_time(int priority)
{
	char head[16];
	int n = snprintf(head, sizeof(head), "<%d>", priority);
	const char *text = hears(syslogd);

	ck_assert_msg(strncmp(text, head, n) == 0, "%s", text);
	ck_assert_uint_gt(strlen(text), n + 16);
	ck_assert_int_eq(text[n + 3], ' ');
	ck_assert_int_eq(text[n + 9], ':');
	ck_assert_int_eq(text[n + 12], ':');
	ck_assert_int_eq(text[n + 15], ' ');
	return text + n + 16;
}

START_TEST(a_line_goes_to_both)
{
	char line[64];

	snprintf(line, sizeof(line), "pptpd[%ld]: MGR: 1 call\n",
	    (long)getpid());
	log_err("MGR: %d call", 1);
	ck_assert_str_eq(hears(reader), line);
	line[strlen(line) - 1] = '\0';
	ck_assert_str_eq(after_the_time(PPTPD_FACILITY | LOG_ERR), line);
	ck_assert_str_eq(hears(syslogd), "");
}
END_TEST

START_TEST(the_longest_line)
{
	static char line[LOG_LINE_MAX];

	memset(line, 'x', sizeof(line) - 1);
	log_info("%s", line);
	ck_assert_uint_ge(strlen(after_the_time(PPTPD_FACILITY | LOG_INFO)),
	    sizeof(line) - 1);
	ck_assert_int_eq(got[strlen(got) - 1], 'x');
	ck_assert_uint_ge(strlen(hears(reader)), sizeof(line));
	ck_assert_int_eq(got[strlen(got) - 1], '\n');
}
END_TEST

/* What was given is not replaced; stderr goes on. */
START_TEST(a_syslog_that_has_gone)
{
	close(syslogd);
	log_info("one");
	log_info("two");
	ck_assert_ptr_nonnull(strstr(hears(reader), "two"));
}
END_TEST

START_TEST(a_syslog_that_is_full)
{
	for (int i = 0; i < 10000; i++) {
		log_info("%d", i);
		(void)hears(reader);
	}
	log_info("last");
	ck_assert_ptr_nonnull(strstr(hears(reader), "last"));
	ck_assert_ptr_nonnull(strstr(after_the_time(PPTPD_FACILITY | LOG_INFO),
	    "]: 0"));
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, a_line_goes_to_both);
	tcase_add_test(tc, the_longest_line);
	tcase_add_test(tc, a_syslog_that_has_gone);
	tcase_add_test(tc, a_syslog_that_is_full);
}

int
main(void)
{
	return unit_main("syslog_sink", tests);
}
