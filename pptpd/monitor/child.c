/* Monitor: starts a program of ours with exactly the descriptors it needs. */
/* SPDX-License-Identifier: ISC */
#include "monitor/child.h"

#include "shared/search_path.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "shared/linux_calls.h"

#define LOW_FDS		16
#define FIRST_FD	3
#define OOM_SCORE	"/proc/self/oom_score_adj"

static bool spared;	/* the kernel spares us when memory runs out */

/* Our oom_score_adj, set by an administrator or service manager; 0: not set. */
static long
oom_score(void)
{
	FILE *f = fopen(OOM_SCORE, "re");
	char text[16] = "";

	if (f == NULL)
		return 0;
	if (fgets(text, sizeof(text), f) == NULL)
		text[0] = '\0';
	fclose(f);
	return strtol(text, NULL, 10);
}

/* The setting that spares the monitor must not spare its children. */
static void
reset_oom_score(pid_t pid)
{
	char path[48];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%ld/oom_score_adj", (long)pid);
	f = fopen(path, "we");
	if (f == NULL)
		return;
	fputs("0", f);
	fclose(f);
}

int
child_init(void)
{
	int fd;

	spared = oom_score() < 0;
	do {
		fd = open("/dev/null", O_RDWR);
		if (fd == -1)
			return -1;
		if (fd >= FIRST_FD)
			fcntl(fd, F_SETFD, FD_CLOEXEC);
	} while (fd < LOW_FDS - 1);
	return 0;
}

/* Sets posix_spawn(3)'s attributes; 0 or an error number. */
static int
set_attributes(posix_spawnattr_t *attr)
{
	sigset_t all, none;
	int error;

	sigfillset(&all);
	sigemptyset(&none);
	error = posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGDEF |
	    POSIX_SPAWN_SETSIGMASK);
	if (error == 0)
		error = posix_spawnattr_setsigdefault(attr, &all);
	if (error == 0)
		error = posix_spawnattr_setsigmask(attr, &none);
	return error;
}

/* Sets the child's descriptors 0 to 2; 0 or an error number. */
static int
add_standard(posix_spawn_file_actions_t *actions, int output)
{
	int error;

	if (output == -1)
		return 0;
	error = posix_spawn_file_actions_addopen(actions, STDIN_FILENO,
	    "/dev/null", O_RDONLY, 0);
	if (error == 0)
		error = posix_spawn_file_actions_addopen(actions,
		    STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	if (error == 0)
		error = posix_spawn_file_actions_adddup2(actions, output,
		    STDERR_FILENO);
	return error;
}

/*
 * Logs that clone3(2) was the cause, if it was: posix_spawn(3) itself does not
 * tell which of its system calls has failed.
 */
static void
explain(const char *path, int error)
{
	if (error == linux_clone3_error())
		log_err("MGR: %s: clone3: %s (this container must answer "
		    "ENOSYS or allow it)", path, strerror(error));
}

pid_t
child_spawn(const char *path, char *const argv[], const int *fds, int n,
    int output)
{
	static char tz[256];
	static char search[] = SEARCH_PATH;
	char *envp[3] = { search, NULL, NULL };
	const char *zone = getenv("TZ");
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	pid_t pid;
	int error;

	if (zone != NULL &&
	    (size_t)snprintf(tz, sizeof(tz), "TZ=%s", zone) < sizeof(tz))
		envp[1] = tz;
	if ((error = posix_spawnattr_init(&attr)) != 0) {
		errno = error;
		return -1;
	}
	if ((error = posix_spawn_file_actions_init(&actions)) != 0)
		goto out_attr;
	error = set_attributes(&attr);
	if (error == 0)
		error = add_standard(&actions, output);
	for (int i = 0; error == 0 && i < n; i++) {
		if (fds[i] != -1)
			error = posix_spawn_file_actions_adddup2(&actions,
			    fds[i], FIRST_FD + i);
	}
	if (error == 0)
		error = posix_spawn(&pid, path, &actions, &attr, argv, envp);
	posix_spawn_file_actions_destroy(&actions);
out_attr:
	posix_spawnattr_destroy(&attr);
	if (error != 0) {
		explain(path, error);
		errno = error;
		return -1;
	}
	if (spared)
		reset_oom_score(pid);
	return pid;
}
