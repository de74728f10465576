/* Shared: runs a program for a limited time and takes its output. */
/* SPDX-License-Identifier: ISC */
#include "shared/subprocess.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shared/linux_calls.h"
#include "shared/mono.h"
#include "shared/search_path.h"

void
subprocess_signals(void)
{
	struct sigaction sa;
	sigset_t none;
	int sig;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = SIG_DFL;
	for (sig = 1; sig < NSIG; sig++)
		sigaction(sig, &sa, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void
child(char *const argv[], const char *dir, int out)
{
	static char path[] = SEARCH_PATH;
	static char locale[] = "LC_ALL=C";
	char *env[] = { path, locale, NULL };
	int null;

	subprocess_signals();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	null = open("/dev/null", O_RDWR);
	if (null == -1 || dup2(null, 0) == -1 || dup2(out, 1) == -1 ||
	    dup2(out, 2) == -1)
		_exit(127);
	if (linux_close_from(3, -1) == -1) {
		dprintf(2, "close_range: %s", strerror(errno));
		_exit(127);
	}
	if (chdir(dir) == -1)
		_exit(127);
	execve(argv[0], argv, env);
	dprintf(2, "%s", strerror(errno));
	/* Not _exit(127): that is one of pppd's own exit statuses. */
	kill(getpid(), SIGKILL);
	_exit(127);
}

/* Appends to out; when out is full, drops its first half. */
static void
keep(char *out, size_t size, size_t *len, const char *new, size_t n)
{
	size_t half = (size - 1) / 2;

	while (n > 0) {
		if (*len == size - 1) {
			memmove(out, out + half, *len - half);
			*len -= half;
		}
		out[(*len)++] = *new != '\0' ? *new : '?';
		new++;
		n--;
	}
	out[*len] = '\0';
}

/* Reads the output until end of file.  False: the deadline came first. */
static bool
listen_to(int fd, uint64_t deadline_ms, char *out, size_t size)
{
	struct pollfd pfd;
	char buf[512];
	uint64_t left;
	ssize_t n;
	size_t len = 0;

	out[0] = '\0';
	for (;;) {
		left = mono_left_ms(deadline_ms);
		if (left == 0)
			return false;
		pfd.fd = fd;
		pfd.events = POLLIN;
		if (poll(&pfd, 1, (int)left) == -1 && errno != EINTR)
			return false;
		n = read(fd, buf, sizeof(buf));
		if (n == 0)
			return true;
		if (n > 0)
			keep(out, size, &len, buf, (size_t)n);
		else if (errno != EINTR && errno != EAGAIN)
			return false;
	}
}

/* Waits for the child, which may go on after it has closed its outputs. */
static bool
wait_for(pid_t pid, uint64_t deadline_ms, int *status)
{
	pid_t got;

	for (;;) {
		got = waitpid(pid, status, WNOHANG);
		if (got == pid)
			return true;
		if ((got == -1 && errno != EINTR) ||
		    mono_left_ms(deadline_ms) == 0)
			return false;
		usleep(1000);
	}
}

int
subprocess_run(char *const argv[], const char *dir, uint64_t deadline_ms,
    char *out, size_t size)
{
	pid_t pid;
	int fds[2], status = 0;
	bool ended;

	if (pipe2(fds, O_CLOEXEC) == -1) {
		snprintf(out, size, "%s", strerror(errno));
		return SUBPROCESS_FAILED;
	}
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	pid = fork();
	if (pid == 0)
		child(argv, dir, fds[1]);
	close(fds[1]);
	if (pid == -1) {
		snprintf(out, size, "%s", strerror(errno));
		close(fds[0]);
		return SUBPROCESS_FAILED;
	}
	ended = listen_to(fds[0], deadline_ms, out, size) &&
	    wait_for(pid, deadline_ms, &status);
	close(fds[0]);
	if (!ended) {
		kill(pid, SIGKILL);
		while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
			;
		return SUBPROCESS_LATE;
	}
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	if (out[0] == '\0')
		snprintf(out, size, "killed by signal %d", WTERMSIG(status));
	return SUBPROCESS_FAILED;
}
