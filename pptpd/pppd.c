/* pppd on its pty: starting it, and what its exit status means. */
#include "pppd.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "log.h"

#define PPPD_PATH	"PATH=/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:" \
			"/usr/bin:/bin"
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

/* Opens the pty pair; no octet is echoed or changed by it (rfc2637.md P-9). */
static int
open_pty(int *master, int *slave)
{
	struct termios t;

	if (openpty(master, slave, NULL, NULL, NULL) == -1) {
		log_err("CTRL: openpty() error");
		log_err("openpty: %s", strerror(errno));
		return -1;
	}
	if (tcgetattr(*slave, &t) == -1) {
		log_err("CTRL: tcgetattr() error");
	} else {
		cfmakeraw(&t);
		if (tcsetattr(*slave, TCSANOW, &t) == 0 &&
		    fcntl(*master, F_SETFD, FD_CLOEXEC) == 0 &&
		    fcntl(*master, F_SETFL, O_RDWR | O_NONBLOCK) == 0)
			return 0;
		log_err("CTRL: tcsetattr() error");
	}
	close(*master);
	close(*slave);
	return -1;
}

/* In the child, between vfork and exec: no memory of the parent is changed
 * but *error. */
static void
run(char *const argv[], int slave, int errors, pid_t parent,
    volatile int *error)
{
	static char path[] = PPPD_PATH;
	char *const envp[] = { path, NULL };
	/* The kernel's own form of SIG_DFL without flags: glibc's sigaction(2)
	 * keeps its hands off two signals that posix_spawn(3) has ignored. */
	static const unsigned long dfl[8];
	struct rlimit files;
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		syscall(SYS_rt_sigaction, sig, dfl, NULL, _NSIG / 8);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	umask(022);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0 &&
	    files.rlim_cur > PPPD_FILES) {
		files.rlim_cur = PPPD_FILES;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() == parent && dup2(slave, 0) == 0 && dup2(slave, 1) == 1 &&
	    dup2(errors, 2) == 2) {
		close_range(3, ~0U, 0);
		execvpe(argv[0], argv, envp);
	}
	*error = errno;
	_exit(127);
}

int
pppd_start(struct pppd *p, char *const argv[], const char *client)
{
	int slave, pipefd[2];
	volatile int error = 0;
	pid_t self = getpid();

	if (pipe2(pipefd, O_CLOEXEC) == -1) {
		log_err("CTRL: Client %s: pipe: %s", client, strerror(errno));
		return -1;
	}
	if (open_pty(&p->pty, &slave) == -1) {
		close(pipefd[0]);
		close(pipefd[1]);
		return -1;
	}
	fcntl(slave, F_SETFD, FD_CLOEXEC);
	fcntl(pipefd[0], F_SETFL, O_NONBLOCK);
	p->errors = pipefd[0];

	p->pid = vfork();
	if (p->pid == 0)
		run(argv, slave, pipefd[1], self, &error);
	close(slave);
	close(pipefd[1]);
	if (p->pid == -1)
		log_err("CTRL: Error forking to exec pppd");
	else if (error != 0) {
		log_err("CTRL (PPPD Launcher): Failed to launch PPP daemon. "
		    "%s: %s", argv[0], strerror(error));
		waitpid(p->pid, NULL, 0);
	} else
		return 0;
	log_err("CTRL: PPPD launch failed! (launch_pppd did not fork)");
	close(p->pty);
	close(p->errors);
	return -1;
}
