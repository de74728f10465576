/* Keeper: starts pppd on its pty and explains its exit status. */
/* SPDX-License-Identifier: ISC */
#include "keeper/pppd.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/log.h"
#include "config/pppd_args.h"
#include "protocol/aaa_msg.h"
#include "shared/linux_calls.h"
#include "shared/search_path.h"

#define PPPD_FILES	1024	/* soft limit of open files */

static const char *const status_words[] = {
	[0] = "ended normally",
	[1] = "fatal error",
	[2] = "error in its options",
	[3] = "not run by root",
	[4] = "kernel has no PPP support",
	[5] = "ended by a signal",
	[6] = "device could not be locked",
	[7] = "device could not be opened",
	[8] = "connect script failed",
	[9] = "pty command failed",
	[10] = "PPP negotiation failed",
	[11] = "peer failed to authenticate",
	[12] = "link was idle too long",
	[13] = "connect time limit reached",
	[14] = "callback negotiated",
	[15] = "peer does not answer echo requests",
	[16] = "modem hung up",
	[17] = "loopback detected",
	[18] = "init script failed",
	[19] = "we failed to authenticate to the peer",
	[20] = "traffic limit reached",
	[21] = "caller's number not allowed",
	[AAA_EXIT_ORDERED] = "ended by a RADIUS server",
	[127] = "could not be run, or crashed",
};

const char *
pppd_status_text(int wait_status, char *buf, size_t size)
{
	const char *words = NULL;
	size_t code;

	if (WIFSIGNALED(wait_status)) {
		snprintf(buf, size, "killed by signal %d (%s)",
		    WTERMSIG(wait_status), strsignal(WTERMSIG(wait_status)));
		return buf;
	}
	code = WEXITSTATUS(wait_status);
	if (code < sizeof(status_words) / sizeof(status_words[0]))
		words = status_words[code];
	snprintf(buf, size, "%s (status %zu)",
	    words != NULL ? words : "unknown status", code);
	return buf;
}

/* Makes the line neither echo nor change any octet (point P-9). */
static bool
make_raw(int slave)
{
	struct termios t;

	if (tcgetattr(slave, &t) == -1) {
		log_err("CTRL: tcgetattr() error");
		return false;
	}
	cfmakeraw(&t);
	if (tcsetattr(slave, TCSANOW, &t) == -1) {
		log_err("CTRL: tcsetattr() error");
		return false;
	}
	return true;
}

/* Opens the slave by ioctl: ptsname(3) costs more than the pty itself. */
static int
open_slave(int master)
{
	return ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
}

/* Opens a pty pair.  Returns the slave, or -1 with the reason logged. */
static int
open_pty(int *master)
{
	int slave = -1;

	*master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (*master == -1 || unlockpt(*master) == -1 ||
	    (slave = open_slave(*master)) == -1) {
		log_err("CTRL: openpty() error");
		log_err("openpty: %s", strerror(errno));
	} else if (make_raw(slave))
		return slave;
	if (slave != -1)
		close(slave);
	if (*master != -1)
		close(*master);
	*master = -1;
	return -1;
}

/* The child's descriptors; -1: none. */
struct child_fds {
	int	slave, errors, session, kernel;
};

/*
 * Runs in the child, between vfork and exec.  The child shares the parent's
 * memory and changes only *error.
 */
static void
run(char *const argv[], const struct child_fds *fds, pid_t parent,
    volatile int *error)
{
	static char path[] = SEARCH_PATH;
	char *const envp[] = { path, NULL };
	static const int changed[] = { SIGTERM, SIGCHLD, SIGPIPE, SIGINT,
	    SIGHUP };
	struct rlimit files;
	sigset_t none;
	int first = PPPD_SESSION_FD;	/* lowest to be closed */

	/* The keeper has changed only these; see spawner.c for the rest. */
	for (size_t i = 0; i < sizeof(changed) / sizeof(changed[0]); i++)
		signal(changed[i], SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* pppd stays in the daemon's process group, as under Poptop. */
	umask(022);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0 &&
	    files.rlim_cur > PPPD_FILES) {
		files.rlim_cur = PPPD_FILES;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent || dup2(fds->slave, 0) == -1 ||
	    dup2(fds->slave, 1) == -1 || dup2(fds->errors, 2) == -1)
		goto out;
	if (fds->session != -1) {
		if (dup2(fds->session, PPPD_SESSION_FD) == -1)
			goto out;
		first = PPPD_SESSION_FD + 1;
	}
	if (fds->kernel != -1) {
		if (dup2(fds->kernel, PPPD_KERNEL_FD) == -1)
			goto out;
		first = PPPD_KERNEL_FD + 1;
	}
	if (linux_close_from(first, -1) == -1)
		goto out;
	execvpe(argv[0], argv, envp);
out:
	*error = errno;
	_exit(127);
}

/* Whether argv has the option that needs the socket. */
static bool
wants_session(char *const argv[])
{
	while (*argv != NULL && strcmp(*argv, "pptpd-session-fd") != 0)
		argv++;
	return *argv != NULL;
}

/* Starts pppd on a slave and closes the slave; kernel: a socket, or -1. */
static int
start_on(struct pppd *p, int slave, int kernel, char *const argv[],
    const char *client)
{
	int errors[2] = { -1, -1 }, session[2] = { -1, -1 };
	volatile int error = 0;
	struct child_fds fds;
	pid_t self = getpid();

	p->pid = -1;
	if (pipe2(errors, O_CLOEXEC) == -1 || (wants_session(argv) &&
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0, session) == -1)) {
		log_err("CTRL: Client %s: no descriptors for pppd: %s: %s",
		    client, errors[0] == -1 ? "pipe2" : "socketpair",
		    strerror(errno));
	} else {
		fds = (struct child_fds){ slave, errors[1], session[1],
		    kernel };
		p->pid = vfork();
		if (p->pid == 0)
			run(argv, &fds, self, &error);
		if (p->pid == -1)
			log_err("CTRL: Error forking to exec pppd");
	}
	close(slave);
	if (errors[1] != -1)
		close(errors[1]);
	if (session[1] != -1)
		close(session[1]);
	p->errors = errors[0];
	p->session = session[0];
	if (p->pid != -1 && error != 0) {
		log_err("CTRL (PPPD Launcher): Failed to launch PPP daemon. "
		    "%s: %s", argv[0], strerror(error));
		waitpid(p->pid, NULL, 0);
		p->pid = -1;
	}
	if (p->pid == -1) {
		log_err("CTRL: PPPD launch failed! (launch_pppd did not fork)");
		pppd_close(p);
		return -1;
	}
	fcntl(p->errors, F_SETFL, O_NONBLOCK);
	return 0;
}

int
pppd_start(struct pppd *p, char *const argv[], const char *client)
{
	int slave = open_pty(&p->pty);

	return slave == -1 ? -1 : start_on(p, slave, -1, argv, client);
}

int
pppd_start_kernel(struct pppd *p, int sock, char *const argv[],
    const char *client)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	p->pty = -1;
	if (null == -1) {
		log_err("CTRL: /dev/null: %s", strerror(errno));
		return -1;
	}
	return start_on(p, null, sock, argv, client);
}

int
pppd_restart(struct pppd *p, char *const argv[], const char *client)
{
	int slave = open_slave(p->pty);

	if (p->errors != -1)
		close(p->errors);
	if (p->session != -1)
		close(p->session);
	p->errors = p->session = -1;
	if (slave == -1 || !make_raw(slave)) {
		log_err("CTRL: Client %s: the line of pppd cannot be opened "
		    "again: %s", client, strerror(errno));
		if (slave != -1)
			close(slave);
		pppd_close(p);
		return -1;
	}
	return start_on(p, slave, -1, argv, client);
}

void
pppd_close(struct pppd *p)
{
	if (p->pty != -1)
		close(p->pty);
	if (p->errors != -1)
		close(p->errors);
	if (p->session != -1)
		close(p->session);
	p->pty = p->errors = p->session = -1;
}
