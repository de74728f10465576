/*
 * The runner: starts the administrator's program; a process of its own, beside
 * pptpd-aaa.  It has no root's rights, and reads nothing but orders of a fixed
 * size: what a program is asked, and answers, goes by pipes between that and
 * pptpd-aaa.
 */
/* SPDX-License-Identifier: ISC */
#include "runner.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "runner_msg.h"
#include "shared/linux_calls.h"
#include "shared/sandbox.h"
#include "shared/search_path.h"
#include "shared/subprocess.h"

#define WHO	"AAA: the runner of programs"
#define NAME	"pptpd-aaa-run"
#define HIGH_FD	16	/* above all of AAA_FD_* */

enum end {
	END_READ,
	END_WRITE
};

static const struct aaa_conf *conf;
static int sock;
static pid_t self;			/* the runner */
static pid_t pids[AAA_WORKERS_MAX];	/* by slot; 0: free */

/* --- the program --------------------------------------------------------- */

bool
runner_check(const struct aaa_conf *c)
{
	const char *path = c->program[0];
	struct stat st;
	struct passwd *user;

	if (stat(path, &st) == -1)
		log_err("AAA: %s: %s", path, strerror(errno));
	else if (!S_ISREG(st.st_mode) || (st.st_mode & 0111) == 0)
		log_err("AAA: %s: not a program: \"chmod 755 %s\" makes it one",
		    path, path);
	else if (st.st_uid != 0 || (st.st_mode & 022) != 0)
		log_err("AAA: %s: others than root can change it: \"chown root "
		    "%s; chmod 755 %s\" mends that", path, path, path);
	else if (c->run_as[0] == '\0')
		return true;
	else if ((user = getpwnam(c->run_as)) == NULL)
		log_err("AAA: run-as: there is no user \"%s\"", c->run_as);
	else if (user->pw_uid == 0)
		log_err("AAA: run-as: user \"%s\" is root", c->run_as);
	else
		return true;
	return false;
}

/* What it says on standard error before it is the program, we log. */
static void
fail(const char *what)
{
	dprintf(2, "%s: %s\n", what, strerror(errno));
	_exit(127);
}

static void
run(int in, int out, int err)
{
	static char path[] = SEARCH_PATH, locale[] = "LC_ALL=C";
	char *env[AAA_WORDS_MAX + 3] = { path, locale };
	struct rlimit none = { 0, 0 };

	/* A group of its own, which ends as one. */
	if (setsid() == -1 || dup2(in, 0) == -1 || dup2(out, 1) == -1 ||
	    dup2(err, 2) == -1)
		_exit(127);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1 ||
	    getppid() != self)
		_exit(127);
	subprocess_signals();
	memcpy(env + 2, conf->environment, sizeof(conf->environment));
	if (linux_close_from(3, -1) == -1)
		fail("close_range");
	(void)setrlimit(RLIMIT_CORE, &none);
	umask(077);
	execve(conf->program[0], conf->program, env);
	fail(conf->program[0]);
}

/* --- slots --------------------------------------------------------------- */

/* pptpd-aaa is gone: so are we, and all that we have started. */
static void
leave(void)
{
	for (unsigned i = 0; i < conf->workers; i++) {
		if (pids[i] != 0)
			(void)kill(-pids[i], SIGKILL);
	}
	_exit(0);
}

static void
tell(enum runner_type type, uint32_t slot, int value, const int *fds)
{
	struct runner_msg m = { type, slot, value };
	struct iovec iov = { &m, sizeof(m) };
	union {
		struct cmsghdr hdr;
		char	 room[CMSG_SPACE(RUNNER_FDS * sizeof(int))];
	} control = { 0 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;

	if (fds != NULL) {
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control.room);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(RUNNER_FDS * sizeof(int));
		memcpy(CMSG_DATA(c), fds, RUNNER_FDS * sizeof(int));
	}
	if (sendmsg(sock, &msg, MSG_NOSIGNAL) == -1)
		leave();
}

static void
close_pipes(int pipes[RUNNER_FDS][2], enum end end)
{
	for (unsigned i = 0; i < RUNNER_FDS; i++)
		close(pipes[i][i == 0 ? 1 - end : end]);
}

/*
 * Opens the pipes: standard input's end for writing is pptpd-aaa's, and those
 * of the others for reading; it does not wait on them.
 */
static bool
open_pipes(int pipes[RUNNER_FDS][2], int ours[RUNNER_FDS])
{
	for (unsigned i = 0; i < RUNNER_FDS; i++) {
		if (pipe2(pipes[i], O_CLOEXEC) == -1) {
			while (i-- > 0) {
				close(pipes[i][0]);
				close(pipes[i][1]);
			}
			return false;
		}
		ours[i] = pipes[i][i == 0 ? END_WRITE : END_READ];
		(void)fcntl(ours[i], F_SETFL, O_NONBLOCK);
	}
	return true;
}

static void
start(uint32_t slot)
{
	int pipes[RUNNER_FDS][2], ours[RUNNER_FDS], error;
	pid_t pid;

	if (!open_pipes(pipes, ours)) {
		tell(RUNNER_FAILED, slot, errno, NULL);
		return;
	}
	pid = fork();
	if (pid == 0)
		run(pipes[0][END_READ], pipes[1][END_WRITE],
		    pipes[2][END_WRITE]);
	error = errno;
	close_pipes(pipes, END_WRITE);
	if (pid == -1)
		tell(RUNNER_FAILED, slot, error, NULL);
	else {
		pids[slot] = pid;
		tell(RUNNER_STARTED, slot, 0, ours);
	}
	close_pipes(pipes, END_READ);
}

/* Before it has a group of its own there is only itself. */
static void
end(uint32_t slot)
{
	if (pids[slot] == 0)
		return;
	if (kill(-pids[slot], SIGKILL) == -1)
		(void)kill(pids[slot], SIGKILL);
}

/* Ends what a program has left behind in its group before its pid is free. */
static void
reap(void)
{
	siginfo_t info;
	int status;

	for (;;) {
		memset(&info, 0, sizeof(info));
		if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) ==
		    -1 || info.si_pid == 0)
			return;
		(void)kill(-info.si_pid, SIGKILL);
		if (waitpid(info.si_pid, &status, 0) != info.si_pid)
			return;
		for (uint32_t i = 0; i < conf->workers; i++) {
			if (pids[i] != info.si_pid)
				continue;
			pids[i] = 0;
			tell(RUNNER_ENDED, i, status, NULL);
		}
	}
}

/* --- the process --------------------------------------------------------- */

static void
obey(void)
{
	struct runner_msg m;
	ssize_t n = recv(sock, &m, sizeof(m), MSG_TRUNC);

	if (n == -1 && errno == EINTR)
		return;
	if (n != sizeof(m) || m.slot >= conf->workers)
		leave();
	if (m.type == RUNNER_START && pids[m.slot] == 0)
		start(m.slot);
	else if (m.type == RUNNER_KILL)
		end(m.slot);
	else
		leave();
}

static void
serve(int signals)
{
	struct pollfd p[2] = { { .fd = sock, .events = POLLIN },
	    { .fd = signals, .events = POLLIN } };
	struct signalfd_siginfo info;

	for (;;) {
		if (poll(p, 2, -1) == -1 && errno != EINTR)
			leave();
		if (p[1].revents != 0 &&
		    read(signals, &info, sizeof(info)) > 0)
			reap();
		if (p[0].revents != 0)
			obey();
	}
}

static int
block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &set, NULL) == -1)
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/*
 * The socket moves to descriptor 3, and all others but the log's of pptpd-aaa
 * are closed: so that no program and no order meets the listener, or monitor.
 */
static void
be_runner(int theirs)
{
	int signals;

	(void)prctl(PR_SET_NAME, NAME);
	self = getpid();
	for (int sig = SIGHUP; sig <= SIGTERM; sig++) {
		if (sig != SIGKILL)
			signal(sig, SIG_IGN);
	}
	if (dup3(theirs, 3, O_CLOEXEC) == -1)
		_exit(1);
	sock = 3;
	if (sandbox_become(WHO, conf->run_as[0] != '\0' ? conf->run_as : NULL,
	    sock + 1) == -1 || chdir("/") == -1)
		_exit(1);
	signals = block_signals();
	if (signals == -1)
		_exit(1);
	tell(RUNNER_STARTED, 0, 0, NULL);
	serve(signals);
}

/* It has said that it has no rights, or it is gone. */
static bool
is_ready(int fd)
{
	struct runner_msg m;
	ssize_t n;

	do
		n = recv(fd, &m, sizeof(m), 0);
	while (n == -1 && errno == EINTR);
	return n == sizeof(m);
}

int
runner_start(const struct aaa_conf *c)
{
	int pair[2], high;
	pid_t pid;

	conf = c;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1 ||
	    (pid = fork()) == -1) {
		log_err(WHO ": %s", strerror(errno));
		return -1;
	}
	if (pid == 0)
		be_runner(pair[1]);
	close(pair[1]);
	if (!is_ready(pair[0])) {
		log_err(WHO " did not start");
		close(pair[0]);
		return -1;
	}
	/* Out of the way of descriptors that have their places. */
	high = fcntl(pair[0], F_DUPFD_CLOEXEC, HIGH_FD);
	close(pair[0]);
	return high;
}
