/* Login records: on files of our own, and on files that are no good. */
/* SPDX-License-Identifier: ISC */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE		/* unshare */
#endif
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keeper/wtmp_line.h"
#include "shared/wtmp.h"

#define PID 4711

static char	dir[] = "/var/tmp/pptpd-test-wtmp.XXXXXX";
static char	wtmp[64], utmp[64];

static void
empty(const char *path)
{
	int	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	ck_assert_int_ne(fd, -1);
	close(fd);
}

static void
setup(void)
{
	empty(wtmp);
	empty(utmp);
	wtmp_set_files(wtmp, utmp);
}

static size_t
records(const char *path)
{
	struct stat	st;

	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_size % (off_t)sizeof(struct utmp), 0);
	return (size_t)st.st_size / sizeof(struct utmp);
}

static struct utmp
record(const char *path, size_t i)
{
	struct utmp	ut;
	int		fd = open(path, O_RDONLY);

	ck_assert_int_eq(pread(fd, &ut, sizeof(ut),
	    (off_t)(i * sizeof(ut))), (int)sizeof(ut));
	close(fd);
	return ut;
}

/* Another process holds a lock that everybody may take: to read. */
static pid_t
hold_lock(const char *path)
{
	struct flock	fl;
	char		c;
	pid_t		pid;
	int		fd, fds[2];

	ck_assert_int_eq(pipe(fds), 0);
	if ((pid = fork()) == 0) {
		memset(&fl, 0, sizeof(fl));
		fl.l_type = F_RDLCK;
		fl.l_whence = SEEK_SET;
		fd = open(path, O_RDONLY);
		if (fcntl(fd, F_SETLK, &fl) == 0)
			(void)!write(fds[1], "", 1);
		pause();
	}
	ck_assert_int_eq(read(fds[0], &c, 1), 1);
	close(fds[0]);
	close(fds[1]);
	return pid;
}

static void
let_go(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static double
now(void)
{
	struct timespec	ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

START_TEST(record_has_logwtmps_fields)
{
	struct utmp	ut;
	char		user[400];

	wtmp_record(&ut, "ppp0", "bob", "198.51.100.7", PID);
	ck_assert_int_eq(ut.ut_type, USER_PROCESS);
	ck_assert_int_eq(ut.ut_pid, PID);
	ck_assert_str_eq(ut.ut_line, "ppp0");
	ck_assert_str_eq(ut.ut_user, "bob");
	ck_assert_str_eq(ut.ut_host, "198.51.100.7");
	ck_assert_int_eq(ut.ut_id[0], 0);
	ck_assert_int_eq(ut.ut_addr_v6[0], 0);
	ck_assert_int_le(labs((long)ut.ut_tv.tv_sec - (long)time(NULL)), 2);

	wtmp_record(&ut, "ppp0", "", "", PID);
	ck_assert_int_eq(ut.ut_type, DEAD_PROCESS);

	memset(user, 'x', sizeof(user));
	user[sizeof(user) - 1] = '\0';
	wtmp_record(&ut, user, user, user, PID);
	ck_assert_int_eq(ut.ut_line[UT_LINESIZE - 1], 'x');
	ck_assert_int_eq(ut.ut_user[UT_NAMESIZE - 1], 'x');
	ck_assert_int_eq(ut.ut_host[UT_HOSTSIZE - 1], 'x');
	ck_assert_int_eq(ut.ut_exit.e_exit, 0);
}
END_TEST

START_TEST(no_file_is_made)
{
	struct utmp	ut;

	wtmp_record(&ut, "ppp0", "bob", "h", PID);
	unlink(wtmp);
	unlink(utmp);
	ck_assert_int_eq(wtmp_append(wtmp, &ut), -1);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(wtmp_put_utmp(utmp, &ut), -1);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(access(wtmp, F_OK), -1);
	ck_assert_int_eq(access(utmp, F_OK), -1);
}
END_TEST

START_TEST(a_full_disk_leaves_no_half_record)
{
	struct rlimit	small = { 400, 400 };
	struct utmp	ut;
	pid_t		pid;
	int		status;

	wtmp_record(&ut, "ppp0", "bob", "h", PID);
	ck_assert_int_eq(wtmp_append(wtmp, &ut), 0);
	/* Of the second one only 16 octets fit. */
	if ((pid = fork()) == 0) {
		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &small);
		_exit(wtmp_append(wtmp, &ut) == -1 && errno == ENOSPC ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	ck_assert_int_eq(status, 0);
	ck_assert_uint_eq(records(wtmp), 1);

	ck_assert_int_eq(wtmp_append("/dev/full", &ut), -1);
	ck_assert_int_eq(errno, ENOSPC);
}
END_TEST

START_TEST(a_locked_wtmp_gets_its_record_soon)
{
	struct utmp	ut;
	double		start;
	pid_t		holder = hold_lock(wtmp);

	wtmp_record(&ut, "ppp0", "bob", "h", PID);
	start = now();
	ck_assert_int_eq(wtmp_append(wtmp, &ut), 0);
	ck_assert(now() - start < 1.0);
	let_go(holder);
	ck_assert_uint_eq(records(wtmp), 1);
}
END_TEST

START_TEST(a_locked_utmp_is_left_alone_soon)
{
	struct utmp	ut;
	double		start;
	pid_t		holder = hold_lock(utmp);

	wtmp_record(&ut, "ppp0", "bob", "h", PID);
	start = now();
	ck_assert_int_eq(wtmp_put_utmp(utmp, &ut), -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert(now() - start < 1.0);
	let_go(holder);
	ck_assert_uint_eq(records(utmp), 0);
}
END_TEST

START_TEST(utmp_has_one_entry_for_a_line)
{
	struct utmp	ut;
	char		line[16];
	int		i;

	/* More than are read at once. */
	for (i = 0; i < 200; i++) {
		snprintf(line, sizeof(line), "ppp%d", i);
		wtmp_record(&ut, line, "bob", "h", PID + i);
		ck_assert_int_eq(wtmp_put_utmp(utmp, &ut), 0);
	}
	ck_assert_uint_eq(records(utmp), 200);
	wtmp_record(&ut, "ppp150", "eve", "h", 77);
	ck_assert_int_eq(wtmp_put_utmp(utmp, &ut), 0);
	ck_assert_uint_eq(records(utmp), 200);
	ut = record(utmp, 150);
	ck_assert_str_eq(ut.ut_user, "eve");
	ut = record(utmp, 149);
	ck_assert_str_eq(ut.ut_user, "bob");
}
END_TEST

START_TEST(an_end_does_not_touch_the_next_call)
{
	struct utmp	ut;

	wtmp_record(&ut, "ppp0", "eve", "h", PID + 1);
	ck_assert_int_eq(wtmp_put_utmp(utmp, &ut), 0);
	wtmp_record(&ut, "ppp0", "", "", PID);
	ck_assert_int_eq(wtmp_put_utmp(utmp, &ut), 0);
	ut = record(utmp, 0);
	ck_assert_int_eq(ut.ut_type, USER_PROCESS);
	ck_assert_str_eq(ut.ut_user, "eve");
	/* Nor does an end without a beginning leave anything. */
	wtmp_record(&ut, "ppp9", "", "", PID);
	ck_assert_int_eq(wtmp_put_utmp(utmp, &ut), 0);
	ck_assert_uint_eq(records(utmp), 1);
}
END_TEST

START_TEST(libc_reads_and_replaces_our_entries)
{
	struct utmp	 ut, key, *got;

	wtmp_record(&ut, "ppp0", "bob", "198.51.100.7", PID);
	ck_assert_int_eq(wtmp_put_utmp(utmp, &ut), 0);
	ck_assert_int_eq(utmpname(utmp), 0);
	setutent();
	memset(&key, 0, sizeof(key));
	strcpy(key.ut_line, "ppp0");
	got = getutline(&key);
	ck_assert_ptr_nonnull(got);
	ck_assert_str_eq(got->ut_user, "bob");
	/* pppd 2.4's own way of writing it. */
	setutent();
	ut = *got;
	ut.ut_id[0] = '0';
	ck_assert_ptr_nonnull(pututline(&ut));
	endutent();
	ck_assert_uint_eq(records(utmp), 1);
	wtmp_record(&ut, "ppp0", "", "", PID);
	ck_assert_int_eq(wtmp_put_utmp(utmp, &ut), 0);
	ck_assert_uint_eq(records(utmp), 1);
	ut = record(utmp, 0);
	ck_assert_int_eq(ut.ut_type, DEAD_PROCESS);
}
END_TEST

START_TEST(login_and_logout)
{
	struct wtmp_login	l;
	struct utmp		ut;

	memset(&l, 0, sizeof(l));
	ck_assert_int_eq(wtmp_logout(&l), 0);
	ck_assert_uint_eq(records(wtmp), 0);

	ck_assert_int_eq(wtmp_login(&l, "ppp3", NULL, "198.51.100.7", PID), 0);
	ut = record(wtmp, 0);
	ck_assert_int_eq(ut.ut_type, USER_PROCESS);
	ck_assert_str_eq(ut.ut_user, WTMP_USER_UNKNOWN);
	ck_assert_str_eq(ut.ut_line, "ppp3");
	ck_assert_int_eq(ut.ut_pid, PID);
	ut = record(utmp, 0);
	ck_assert_int_eq(ut.ut_type, USER_PROCESS);

	ck_assert_int_eq(wtmp_logout(&l), 0);
	ck_assert_int_eq(wtmp_logout(&l), 0);
	ck_assert_uint_eq(records(wtmp), 2);
	ut = record(wtmp, 1);
	ck_assert_int_eq(ut.ut_type, DEAD_PROCESS);
	ck_assert_str_eq(ut.ut_line, "ppp3");
	ck_assert_int_eq(ut.ut_pid, PID);
	ut = record(utmp, 0);
	ck_assert_int_eq(ut.ut_type, DEAD_PROCESS);
}
END_TEST

/* What another process, the plugin, wrote. */
static void
plugin_wrote(short type, const char *line, const char *user, pid_t pid,
    time_t at)
{
	struct utmp	ut;

	wtmp_record(&ut, line, user, "h", pid);
	ut.ut_type = type;
	ut.ut_tv.tv_sec = (int32_t)at;
	ck_assert_int_eq(wtmp_append(wtmp, &ut), 0);
	ck_assert_int_eq(wtmp_put_utmp(utmp, &ut), 0);
}

START_TEST(a_killed_pppds_record_is_closed_once)
{
	struct utmp	ut;
	time_t		t = time(NULL);
	int		i;

	plugin_wrote(USER_PROCESS, "ppp7", "bob", PID, t - 60);
	/* Other calls come and go, more than are read at once. */
	for (i = 0; i < 150; i++)
		plugin_wrote(USER_PROCESS, "ppp8", "eve", 100 + i, t);
	ck_assert_int_eq(wtmp_close_killed(PID, t - 61, NULL), 1);
	ck_assert_uint_eq(records(wtmp), 152);
	ut = record(wtmp, 151);
	ck_assert_int_eq(ut.ut_type, DEAD_PROCESS);
	ck_assert_str_eq(ut.ut_line, "ppp7");
	ck_assert_str_eq(ut.ut_user, "");
	ck_assert_int_eq(ut.ut_pid, PID);
	ut = record(utmp, 0);
	ck_assert_int_eq(ut.ut_type, DEAD_PROCESS);
	ck_assert_int_eq(wtmp_close_killed(PID, t - 61, NULL), 0);
	ck_assert_uint_eq(records(wtmp), 152);
}
END_TEST

START_TEST(what_is_not_open_is_not_closed)
{
	time_t	t = time(NULL);

	ck_assert_int_eq(wtmp_close_killed(PID, t, NULL), 0);
	/* A pid of long ago. */
	plugin_wrote(USER_PROCESS, "ppp7", "bob", PID, t - 7200);
	ck_assert_int_eq(wtmp_close_killed(PID, t - 3600, NULL), 0);
	/* Ended the way of libc, and of pppd 2.4. */
	plugin_wrote(USER_PROCESS, "ppp7", "bob", PID, t);
	plugin_wrote(DEAD_PROCESS, "ppp7", "", PID, t);
	ck_assert_int_eq(wtmp_close_killed(PID, t - 1, NULL), 0);
	plugin_wrote(USER_PROCESS, "ppp7", "bob", PID, t);
	plugin_wrote(USER_PROCESS, "ppp7", "", PID, t);
	ck_assert_int_eq(wtmp_close_killed(PID, t - 1, NULL), 0);
	ck_assert_uint_eq(records(wtmp), 5);
}
END_TEST

START_TEST(without_wtmp_utmp_says_what_is_open)
{
	struct utmp	ut;

	plugin_wrote(USER_PROCESS, "ppp7", "bob", PID, time(NULL));
	unlink(wtmp);
	ck_assert_int_eq(wtmp_close_killed(PID, time(NULL) - 5, NULL), 1);
	ut = record(utmp, 0);
	ck_assert_int_eq(ut.ut_type, DEAD_PROCESS);
	ck_assert_int_eq(access(wtmp, F_OK), -1);
}
END_TEST

/* In a network and a /run of our own. */
START_TEST(finds_the_interface)
{
	char		 name[UT_LINESIZE + 1];
	uint32_t	 local = htonl(0x0a090801), remote = htonl(0x0a090802);
	FILE		*f;

	ck_assert_int_eq(unshare(CLONE_NEWNET | CLONE_NEWNS), 0);
	ck_assert_int_eq(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL),
	    0);
	ck_assert_int_eq(mount("tmpfs", "/run", "tmpfs", 0, NULL), 0);
	ck_assert_int_eq(system("ip tuntap add dev vpn9 mode tun && "
	    "ip addr add 10.9.8.1 peer 10.9.8.2 dev vpn9"), 0);
	/* Not up yet. */
	ck_assert(!wtmp_find_line(PID, local, remote, name));
	ck_assert_int_eq(system("ip link set vpn9 up"), 0);
	ck_assert(wtmp_find_line(PID, local, remote, name));
	ck_assert_str_eq(name, "vpn9");
	ck_assert(!wtmp_find_line(PID, remote, local, name));
	ck_assert(!wtmp_find_line(PID, local, 0, name));

	/* Without addresses: by pid files, as each version calls them. */
	ck_assert_int_eq(system("ip link set vpn9 down && "
	    "ip link set vpn9 name ppp9 && ip link set ppp9 up"), 0);
	f = fopen("/run/ppp9.pid", "w");
	fprintf(f, "%d\n", PID);
	fclose(f);
	ck_assert(wtmp_find_line(PID, 0, 0, name));
	ck_assert_str_eq(name, "ppp9");
	ck_assert(!wtmp_find_line(PID + 1, 0, 0, name));
	ck_assert_int_eq(rename("/run/ppp9.pid", "/run/pppdppp9.pid"), 0);
	ck_assert(wtmp_find_line(PID, 0, 0, name));
	ck_assert_str_eq(name, "ppp9");
	mkdir("/run/pppd", 0755);
	ck_assert_int_eq(rename("/run/pppdppp9.pid", "/run/pppd/ppp9.pid"), 0);
	ck_assert(wtmp_find_line(PID, 0, 0, name));
	ck_assert_int_eq(system("ip link set ppp9 down"), 0);
	ck_assert(!wtmp_find_line(PID, 0, 0, name));
}
END_TEST

int
main(void)
{
	Suite	*s = suite_create("wtmp");
	TCase	*tc = tcase_create("records");
	SRunner	*sr;
	int	 failed;

	if (mkdtemp(dir) == NULL)
		return EXIT_FAILURE;
	snprintf(wtmp, sizeof(wtmp), "%s/wtmp", dir);
	snprintf(utmp, sizeof(utmp), "%s/utmp", dir);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, record_has_logwtmps_fields);
	tcase_add_test(tc, no_file_is_made);
	tcase_add_test(tc, a_full_disk_leaves_no_half_record);
	tcase_add_test(tc, a_locked_wtmp_gets_its_record_soon);
	tcase_add_test(tc, a_locked_utmp_is_left_alone_soon);
	tcase_add_test(tc, utmp_has_one_entry_for_a_line);
	tcase_add_test(tc, an_end_does_not_touch_the_next_call);
	tcase_add_test(tc, libc_reads_and_replaces_our_entries);
	tcase_add_test(tc, login_and_logout);
	tcase_add_test(tc, a_killed_pppds_record_is_closed_once);
	tcase_add_test(tc, what_is_not_open_is_not_closed);
	tcase_add_test(tc, without_wtmp_utmp_says_what_is_open);
	tcase_add_test(tc, finds_the_interface);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	unlink(wtmp);
	unlink(utmp);
	rmdir(dir);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
