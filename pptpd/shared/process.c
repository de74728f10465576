/* Shared: a descriptor for a process, which need not be a child. */
/* SPDX-License-Identifier: ISC */
#include "shared/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/linux_calls.h"

int
process_open(pid_t pid)
{
	char path[32];
	int fd = linux_pidfd_open(pid);

	if (fd != -1 || errno == ESRCH)
		return fd;
	snprintf(path, sizeof(path), "/proc/%ld", (long)pid);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1 && errno == ENOENT)
		errno = ESRCH;
	return fd;
}

bool
process_can_wait(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode);
}

/*
 * Reads pid and state of a process from its directory (proc(5), stat).  0: the
 * process is gone.
 */
static pid_t
look(int dir, char *state)
{
	char text[128], *name_end;
	int fd = openat(dir, "stat", O_RDONLY | O_CLOEXEC);
	ssize_t len = -1;

	if (fd != -1) {
		len = read(fd, text, sizeof(text) - 1);
		close(fd);
	}
	if (len <= 0)
		return 0;
	text[len] = '\0';
	/* The name has 15 octets at most, but may hold anything. */
	name_end = strrchr(text, ')');
	if (name_end == NULL || name_end[1] != ' ')
		return 0;
	*state = name_end[2];
	return (pid_t)strtol(text, NULL, 10);
}

/* 0: it has ended. */
static pid_t
living(int dir)
{
	char state = 'X';
	pid_t pid = look(dir, &state);

	return state == 'Z' || state == 'X' ? 0 : pid;
}

bool
process_ended(int fd)
{
	struct pollfd p = { fd, POLLIN, 0 };

	if (process_can_wait(fd))
		return poll(&p, 1, 0) == 1;
	return living(fd) == 0;
}

int
process_kill(int fd, int sig)
{
	pid_t pid;

	if (process_can_wait(fd))
		return linux_pidfd_kill(fd, sig);
	pid = living(fd);
	if (pid <= 1) {
		errno = ESRCH;
		return -1;
	}
	return kill(pid, sig);
}
