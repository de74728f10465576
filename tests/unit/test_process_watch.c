/* Waiting for the end of a process, whoever's child it is. */
/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake_loop.h"
#include "monitor/process_watch.h"
#include "shared/process.h"
#include "unit.h"
#include "unit_fork.h"

static struct process_watch w;
static pid_t child;
static int calls;

static void
on_end(int fd, void *arg)
{
	ck_assert_int_eq(fd, w.fd);
	ck_assert_ptr_eq(arg, &child);
	calls++;
}

static void
setup(void)
{
	fake_loop_init();
	calls = 0;
	signal(SIGTERM, SIG_DFL);	/* not Check's, for the child */
	child = unit_fork();
	if (child == 0) {
		(void)pause();
		_exit(0);
	}
	w.fd = -1;
	process_watch_stop(&w);		/* of nothing */
	ck_assert(process_watch_start(&w, process_open(child), on_end,
	    &child));
}

static void
teardown(void)
{
	process_watch_stop(&w);
	kill(child, SIGKILL);
	(void)waitpid(child, NULL, 0);
}

/* It has ended, and is not reaped: whoever's child it is, it can be seen. */
static void
end_child(void)
{
	siginfo_t info;

	ck_assert(process_watch_kill(&w, SIGTERM));
	ck_assert_int_eq(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT),
	    0);
	ck_assert_int_eq(info.si_status, SIGTERM);
}

START_TEST(the_end_calls_back)
{
	loop_run_ready();
	ck_assert_int_eq(calls, 0);
	end_child();
	fake_loop_pass_ms(1000);	/* or it is looked at, without pidfds */
	loop_run_ready();
	ck_assert_int_eq(calls, 1);
	ck_assert(process_ended(w.fd));
}
END_TEST

START_TEST(whoever_has_stopped_hears_nothing)
{
	process_watch_stop(&w);
	ck_assert_int_eq(w.fd, -1);
	process_watch_stop(&w);
	ck_assert(!process_watch_kill(&w, SIGTERM));
	kill(child, SIGKILL);
	fake_loop_pass_ms(5000);
	loop_run_ready();
	ck_assert_int_eq(calls, 0);
}
END_TEST

/* A descriptor that cannot be watched is looked at again and again. */
START_TEST(without_pidfds_it_is_looked_at)
{
	char path[32];

	process_watch_stop(&w);
	snprintf(path, sizeof(path), "/proc/%ld", (long)child);
	ck_assert(process_watch_start(&w, open(path, O_RDONLY | O_CLOEXEC |
	    O_DIRECTORY), on_end, &child));
	fake_loop_pass_ms(3500);
	ck_assert_int_eq(calls, 3);	/* and asks each time */
	ck_assert(!process_ended(w.fd));
	end_child();
	ck_assert(process_ended(w.fd));
	process_watch_stop(&w);
	ck_assert_uint_eq(fake_loop_timers(), 0);
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, the_end_calls_back);
	tcase_add_test(tc, whoever_has_stopped_hears_nothing);
	tcase_add_test(tc, without_pidfds_it_is_looked_at);
}

int
main(void)
{
	return unit_main("process_watch", tests);
}
