/* For tests that need a second process. */
#ifndef UNIT_FORK_H
#define UNIT_FORK_H

#include <check.h>
#include <unistd.h>

/*
 * fork(2), for a test.  While the parent goes on, the child must not assert
 * anything: Check would have it write into the middle of what the parent says.
 */
static inline pid_t
unit_fork(void)
{
	pid_t pid = fork();

	if (pid != 0)
		ck_assert_int_ne(pid, -1);
	return pid;
}

#endif
