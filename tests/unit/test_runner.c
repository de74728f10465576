/* The runner: what it does for pptpd-aaa, and what nobody gets it to do. */
/* SPDX-License-Identifier: ISC */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner.h"
#include "runner_msg.h"
#include "unit.h"

#define WAIT_MS	30000
#define SLOTS	2

static struct aaa_conf conf;
static int sock;
static int fds[RUNNER_FDS];

static void
begin(char *const argv[])
{
	aaa_conf_init(&conf);
	conf.workers = SLOTS;
	strcpy(conf.run_as, "nobody");
	for (int i = 0; argv[i] != NULL; i++)
		conf.program[i] = argv[i];
	sock = runner_start(&conf);
	ck_assert_int_ge(sock, 16);
}

static void
order(uint32_t type, uint32_t slot)
{
	const struct runner_msg m = { .type = type, .slot = slot };

	ck_assert_int_eq(send(sock, &m, sizeof(m), MSG_NOSIGNAL), sizeof(m));
}

/* The next message; 0: the runner is gone.  Descriptors go to fds. */
static ssize_t
hear(struct runner_msg *m)
{
	struct iovec iov = { m, sizeof(*m) };
	union {
		struct cmsghdr hdr;
		char	 room[CMSG_SPACE(sizeof(fds))];
	} control;
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
	    .msg_control = &control, .msg_controllen = sizeof(control.room) };
	struct pollfd p = { .fd = sock, .events = POLLIN };
	struct cmsghdr *c;
	ssize_t n;

	ck_assert_int_eq(poll(&p, 1, WAIT_MS), 1);
	n = recvmsg(sock, &msg, 0);
	c = n > 0 ? CMSG_FIRSTHDR(&msg) : NULL;
	if (c != NULL) {
		ck_assert_uint_eq(c->cmsg_len, CMSG_LEN(sizeof(fds)));
		memcpy(fds, CMSG_DATA(c), sizeof(fds));
	}
	return n;
}

static void
ck_hear(enum runner_type type, uint32_t slot)
{
	struct runner_msg m;

	ck_assert_int_eq(hear(&m), sizeof(m));
	ck_assert_uint_eq(m.type, type);
	ck_assert_uint_eq(m.slot, slot);
}

/* Waits for the end of what a program says. */
static void
ck_reads(int fd, const char *want)
{
	char buf[256];
	size_t len = 0;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n;

	do {
		ck_assert_int_eq(poll(&p, 1, WAIT_MS), 1);
		n = read(fd, buf + len, sizeof(buf) - 1 - len);
		len += n > 0 ? (size_t)n : 0;
	} while (n > 0);
	buf[len] = '\0';
	ck_assert_str_eq(buf, want);
}

static bool
is_root(void)
{
	if (geteuid() == 0)
		return true;
	printf("not root: nothing is shown here\n");
	return false;
}

static char cat[] = "/bin/cat", sh[] = "/bin/sh", c[] = "-c";

START_TEST(a_program_has_three_pipes)
{
	char *const argv[] = { cat, NULL };
	struct runner_msg m;

	if (!is_root())
		return;
	begin(argv);
	order(RUNNER_START, 1);
	ck_hear(RUNNER_STARTED, 1);
	ck_assert_int_eq(write(fds[0], "hello", 5), 5);
	close(fds[0]);
	ck_reads(fds[1], "hello");
	ck_reads(fds[2], "");
	ck_assert_int_eq(hear(&m), sizeof(m));
	ck_assert_uint_eq(m.type, RUNNER_ENDED);
	ck_assert_int_eq(m.value, 0);
	/* The slot is free, and an order to end it does nothing. */
	order(RUNNER_KILL, 1);
	order(RUNNER_START, 1);
	ck_hear(RUNNER_STARTED, 1);
	order(RUNNER_KILL, 1);
	ck_assert_int_eq(hear(&m), sizeof(m));
	ck_assert_uint_eq(m.type, RUNNER_ENDED);
	ck_assert(WIFSIGNALED(m.value) && WTERMSIG(m.value) == SIGKILL);
}
END_TEST

START_TEST(a_program_that_cannot_be_executed_says_why)
{
	static char path[] = "/nonexistent/program";
	char *const argv[] = { path, NULL };
	struct runner_msg m;

	if (!is_root())
		return;
	begin(argv);
	order(RUNNER_START, 0);
	ck_hear(RUNNER_STARTED, 0);
	ck_reads(fds[2], "/nonexistent/program: No such file or directory\n");
	ck_assert_int_eq(hear(&m), sizeof(m));
	ck_assert(WIFEXITED(m.value) && WEXITSTATUS(m.value) == 127);
}
END_TEST

/* Its children keep the pipes open, until they end with it. */
START_TEST(what_a_program_leaves_behind_ends_with_it)
{
	static char script[] = "sleep 1000 & exit 3";
	char *const argv[] = { sh, c, script, NULL };
	struct runner_msg m;

	if (!is_root())
		return;
	begin(argv);
	order(RUNNER_START, 0);
	ck_hear(RUNNER_STARTED, 0);
	ck_reads(fds[1], "");
	ck_assert_int_eq(hear(&m), sizeof(m));
	ck_assert(WIFEXITED(m.value) && WEXITSTATUS(m.value) == 3);
}
END_TEST

/* pptpd-aaa is gone, or was taken over: what ran ends, too. */
START_TEST(any_other_order_ends_all)
{
	static const struct runner_msg bad[] = {
		{ RUNNER_START, 0, 0 },		/* it runs */
		{ RUNNER_START, SLOTS, 0 },
		{ RUNNER_START, UINT32_MAX, 0 },
		{ RUNNER_KILL, SLOTS, 0 },
		{ RUNNER_STARTED, 1, 0 },
		{ 0, 1, 0 },
		{ UINT32_MAX, 1, 0 },
		{ RUNNER_START, 1, 0 },		/* cut, below */
		{ RUNNER_START, 1, 0 },		/* longer, below */
	};
	char *const argv[] = { cat, NULL };
	char buf[2 * sizeof(bad[0])] = { 0 };
	size_t len = sizeof(bad[0]);
	struct runner_msg m;

	if (!is_root())
		return;
	if (_i == 7)
		len--;
	if (_i == 8)
		len++;
	begin(argv);
	order(RUNNER_START, 0);
	ck_hear(RUNNER_STARTED, 0);
	memcpy(buf, &bad[_i], sizeof(bad[0]));
	ck_assert_int_eq(send(sock, buf, len, 0), (ssize_t)len);
	ck_reads(fds[1], "");
	ck_assert_int_eq(hear(&m), 0);
}
END_TEST

START_TEST(with_our_end_all_ends)
{
	char *const argv[] = { cat, NULL };

	if (!is_root())
		return;
	begin(argv);
	order(RUNNER_START, 0);
	ck_hear(RUNNER_STARTED, 0);
	close(sock);
	ck_reads(fds[1], "");
}
END_TEST

/* An account that is none, or root's, starts nothing. */
START_TEST(no_account)
{
	aaa_conf_init(&conf);
	conf.program[0] = cat;
	ck_assert(!is_root() || runner_check(&conf));
	strcpy(conf.run_as, "root");
	ck_assert(!runner_check(&conf));
	strcpy(conf.run_as, "no such user");
	ck_assert(!runner_check(&conf));
	if (!is_root())
		return;
	ck_assert_int_eq(runner_start(&conf), -1);
	strcpy(conf.run_as, "root");
	ck_assert_int_eq(runner_start(&conf), -1);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, a_program_has_three_pipes);
	tcase_add_test(t, a_program_that_cannot_be_executed_says_why);
	tcase_add_test(t, what_a_program_leaves_behind_ends_with_it);
	tcase_add_loop_test(t, any_other_order_ends_all, 0, 9);
	tcase_add_test(t, with_our_end_all_ends);
	tcase_add_test(t, no_account);
}

int
main(void)
{
	return unit_main("runner", add);
}
