/* System calls that this kernel may lack, and lists of our own. */
/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/queue.h"
#include "shared/linux_calls.h"
#include "unit.h"
#include "unit_fork.h"

#ifndef SYS_close_range
#define SYS_close_range	436
#endif
#ifndef SYS_clone3
#define SYS_clone3	435
#endif

#define FIRST	40
#define MANY	400		/* more than one getdents64(2) tells */
#define KEPT	(FIRST + 123)

/* An emulator of another machine has no seccomp. */
static bool
has_seccomp(void)
{
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL) == -1 &&
	    errno == EFAULT;
}

/* From now on it answers error, for this process. */
static void
forbid(int call, int error)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)call, 0, 1),
		BPF_STMT(BPF_RET | BPF_K,
		    SECCOMP_RET_ERRNO | (unsigned int)error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { 4, code };

	ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog), 0);
}

static bool
is_open(int fd)
{
	return fcntl(fd, F_GETFD) != -1;
}

static void
open_many(void)
{
	int null = open("/dev/null", O_RDONLY);

	for (int fd = FIRST; fd < FIRST + MANY; fd++)
		ck_assert_int_eq(dup2(null, fd), fd);
	close(null);
}

static void
check_closed(int keep)
{
	for (int fd = FIRST; fd < FIRST + MANY; fd++)
		ck_assert_msg(is_open(fd) == (fd == keep), "%d", fd);
}

/* 0: close_range(2) is there, else its error. */
static void
close_with(int error)
{
	if (error != 0)
		forbid(SYS_close_range, error);
	open_many();
	ck_assert_int_eq(linux_close_from(FIRST, KEPT), 0);
	check_closed(KEPT);
	ck_assert_int_eq(linux_close_from(FIRST, FIRST - 1), 0);
	check_closed(-1);
	ck_assert(is_open(STDERR_FILENO));
	open_many();
	ck_assert_int_eq(linux_close_from(FIRST, FIRST), 0);
	check_closed(FIRST);
	open_many();
	ck_assert_int_eq(linux_close_from(FIRST, -1), 0);
	check_closed(-1);
}

START_TEST(all_from_one_on_are_closed)
{
	static const int errors[] = { 0, ENOSYS, EPERM };

	close_with(errors[_i]);
}
END_TEST

/* In a child that just ends: a sanitizer that looks for leaks reads /proc. */
START_TEST(what_cannot_be_closed_is_said)
{
	pid_t pid = unit_fork();
	int status;

	if (pid == 0) {
		forbid(SYS_close_range, EPERM);
		forbid(SYS_getdents64, ENOSYS);
		open_many();
		_exit(linux_close_from(FIRST, -1) == -1 && errno == EPERM ?
		    0 : 1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
END_TEST

START_TEST(a_memfd_is_close_on_exec)
{
	int fd = linux_memfd("test", MFD_ALLOW_SEALING);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK), 0);
	close(fd);
}
END_TEST

/* --- queue.h -------------------------------------------------------------- */

struct member {
	LIST_ENTRY(member) list;
	TAILQ_ENTRY(member) queue;
	int		 number;
};

LIST_HEAD(list, member);
TAILQ_HEAD(queue, member);

#define MEMBERS	5

/* The numbers in order, as digits. */
static int
listed(struct list *head)
{
	struct member *m;
	int digits = 0;

	LIST_FOREACH(m, head, list)
		digits = digits * 10 + m->number;
	return digits;
}

static int
queued(struct queue *head)
{
	struct member *m;
	int digits = 0;

	TAILQ_FOREACH(m, head, queue)
		digits = digits * 10 + m->number;
	return digits;
}

START_TEST(members_of_a_list_come_and_go)
{
	struct list head = LIST_HEAD_INITIALIZER(head);
	struct member m[MEMBERS];

	ck_assert(LIST_EMPTY(&head));
	for (int i = 0; i < MEMBERS; i++) {
		m[i].number = i + 1;
		LIST_INSERT_HEAD(&head, &m[i], list);
	}
	ck_assert_int_eq(listed(&head), 54321);
	LIST_REMOVE(&m[2], list);
	ck_assert_int_eq(listed(&head), 5421);
	LIST_REMOVE(&m[4], list);
	ck_assert_int_eq(listed(&head), 421);
	LIST_REMOVE(&m[0], list);
	ck_assert_int_eq(listed(&head), 42);
	ck_assert_ptr_eq(LIST_NEXT(&m[3], list), &m[1]);
	LIST_REMOVE(&m[3], list);
	LIST_REMOVE(&m[1], list);
	ck_assert(LIST_EMPTY(&head));
	LIST_INSERT_HEAD(&head, &m[0], list);
	ck_assert_ptr_eq(LIST_FIRST(&head), &m[0]);
	LIST_INSERT_AFTER(&m[0], &m[1], list);
	LIST_INSERT_AFTER(&m[0], &m[2], list);
	ck_assert_int_eq(listed(&head), 132);
	LIST_REMOVE(&m[2], list);
	LIST_REMOVE(&m[1], list);
	ck_assert_int_eq(listed(&head), 1);
}
END_TEST

START_TEST(members_of_a_queue_come_last)
{
	struct queue head = TAILQ_HEAD_INITIALIZER(head);
	struct queue more = TAILQ_HEAD_INITIALIZER(more);
	struct member m[MEMBERS];

	for (int i = 0; i < MEMBERS; i++) {
		m[i].number = i + 1;
		TAILQ_INSERT_TAIL(&head, &m[i], queue);
	}
	ck_assert_int_eq(queued(&head), 12345);
	TAILQ_REMOVE(&head, &m[4], queue);	/* the last */
	TAILQ_INSERT_TAIL(&more, &m[4], queue);
	TAILQ_REMOVE(&head, &m[1], queue);
	TAILQ_INSERT_TAIL(&head, &m[1], queue);
	ck_assert_int_eq(queued(&head), 1342);
	TAILQ_CONCAT(&more, &head, queue);
	ck_assert_int_eq(queued(&more), 51342);
	ck_assert(TAILQ_EMPTY(&head));
	TAILQ_CONCAT(&more, &head, queue);	/* nothing */
	TAILQ_REMOVE(&more, &m[4], queue);	/* the first */
	TAILQ_REMOVE(&more, &m[1], queue);
	TAILQ_INSERT_TAIL(&more, &m[4], queue);
	ck_assert_int_eq(queued(&more), 1345);
	TAILQ_INSERT_TAIL(&head, &m[1], queue);	/* it is as new */
	ck_assert_int_eq(queued(&head), 2);
}
END_TEST

/* _i 0: it is there; else the error that it has. */
START_TEST(why_nothing_can_be_started)
{
	static const struct {
		int error, expected;
	} when[] = { { 0, 0 }, { ENOSYS, 0 }, { EPERM, EPERM } };

	if (when[_i].error != 0)
		forbid(SYS_clone3, when[_i].error);
	ck_assert_int_eq(linux_clone3_error(), when[_i].expected);
}
END_TEST

static void
tests(TCase *tc)
{
	int ways = has_seccomp() ? 3 : 1;

	tcase_add_loop_test(tc, all_from_one_on_are_closed, 0, ways);
	tcase_add_loop_test(tc, why_nothing_can_be_started, 0, ways);
	if (ways > 1)
		tcase_add_test(tc, what_cannot_be_closed_is_said);
	else
		printf("no seccomp here: no call can be forbidden\n");
	tcase_add_test(tc, a_memfd_is_close_on_exec);
	tcase_add_test(tc, members_of_a_list_come_and_go);
	tcase_add_test(tc, members_of_a_queue_come_last);
}

int
main(void)
{
	return unit_main("linux_calls", tests);
}
