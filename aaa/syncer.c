/*
 * The syncer: has the kernel write accounting to the disk; a process of its own,
 * beside pptpd-aaa, since a slow disk would hold logins up.
 */
/* SPDX-License-Identifier: ISC */
#include "syncer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "shared/sandbox.h"

#define WHO	"AAA: pptpd-aaa-sync"
#define NAME	"pptpd-aaa-sync"
#define HIGH_FD	16	/* above all of AAA_FD_* */

enum {
	FD_SOCK = 3,
	FD_FILE,
	FD_END
};

static const struct sandbox_rule allowed[] = {
	{ "recvfrom", 2, { SANDBOX_IS(0, FD_SOCK), SANDBOX_IS(4, 0) } },
	{ "recv", 1, { SANDBOX_IS(0, FD_SOCK) } },
	{ "sendto", 2, { SANDBOX_IS(0, FD_SOCK), SANDBOX_IS(4, 0) } },
	{ "send", 1, { SANDBOX_IS(0, FD_SOCK) } },
	{ "fdatasync", 1, { SANDBOX_IS(0, FD_FILE) } },
};

static void
serve(void)
{
	char order;
	int error;

	for (;;) {
		ssize_t n = recv(FD_SOCK, &order, sizeof(order), 0);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			_exit(0);
		error = fdatasync(FD_FILE) == -1 ? errno : 0;
		if (send(FD_SOCK, &error, sizeof(error), MSG_NOSIGNAL) == -1 &&
		    errno != EPIPE)
			_exit(0);
	}
}

/*
 * What there is to say of the account pptpd-aaa says, too; and that we have
 * ended.
 */
static void
say_nothing(int priority, const char *line, void *arg)
{
	(void)priority;
	(void)line;
	(void)arg;
}

static void
be_syncer(int sock, int file, const char *empty_dir)
{
	(void)prctl(PR_SET_NAME, NAME);
	/* pptpd-aaa says when it is over, after its last words. */
	for (int sig = SIGHUP; sig <= SIGTERM; sig++) {
		if (sig != SIGKILL)
			signal(sig, SIG_IGN);
	}
	log_set_sink(say_nothing, NULL);
	/* Both are above their places. */
	if (dup3(sock, FD_SOCK, O_CLOEXEC) == -1 ||
	    dup3(file, FD_FILE, O_CLOEXEC) == -1 ||
	    sandbox_enter(WHO, empty_dir, FD_END, 0) == -1)
		_exit(1);
	(void)sandbox_landlock(WHO);
	if (sandbox_seccomp(WHO, allowed, sizeof(allowed) / sizeof(allowed[0]),
	    false) == -1)
		_exit(1);
	serve();
}

/*
 * The same file once more: a lock of it belongs to what has been opened, and
 * ours must end with us.
 */
static int
open_again(int file)
{
	char name[sizeof("/proc/self/fd/-2147483648")];
	int fd, high;

	snprintf(name, sizeof(name), "/proc/self/fd/%d", file);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return -1;
	high = fcntl(fd, F_DUPFD_CLOEXEC, HIGH_FD);
	close(fd);
	return high;
}

static int
to_high(int fd)
{
	int high = fcntl(fd, F_DUPFD_CLOEXEC, HIGH_FD);

	close(fd);
	return high;
}

int
syncer_start(int file, const char *empty_dir)
{
	int pair[2] = { -1, -1 }, again = open_again(file);
	pid_t pid = -1;

	if (again != -1 && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC,
	    0, pair) == 0) {
		pair[0] = to_high(pair[0]);
		pair[1] = to_high(pair[1]);
		pid = fork();
	}
	if (pid == 0)
		be_syncer(pair[1], again, empty_dir);
	if (pid == -1)
		log_warn(WHO ": %s: logins wait while a slow disk writes "
		    "accounting", strerror(errno));
	if (again != -1)
		close(again);
	if (pair[1] != -1)
		close(pair[1]);
	if (pid != -1)
		return pair[0];
	if (pair[0] != -1)
		close(pair[0]);
	return -1;
}
