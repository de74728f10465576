/* Starting a program of ours with exactly the descriptors that it gets. */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LOW_FDS		16
#define FIRST_FD	3

int
child_init(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
		if (fd == -1)
			return -1;
		if (fd >= FIRST_FD)
			fcntl(fd, F_SETFD, FD_CLOEXEC);
	} while (fd < LOW_FDS - 1);
	return 0;
}

/* posix_spawn's attributes; 0 or an error number. */
static int
set_attributes(posix_spawnattr_t *attr)
{
	sigset_t all, none;
	int error;

	sigfillset(&all);
	sigemptyset(&none);
	error = posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGDEF |
	    POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
	if (error == 0)
		error = posix_spawnattr_setsigdefault(attr, &all);
	if (error == 0)
		error = posix_spawnattr_setsigmask(attr, &none);
	return error;
}

pid_t
child_spawn(const char *path, char *const argv[], const int *fds, int n)
{
	static char tz[256];
	static char search[] = "PATH=/usr/local/sbin:/usr/sbin:/sbin:"
	    "/usr/local/bin:/usr/bin:/bin";
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
		errno = error;
		return -1;
	}
	return pid;
}
