/* Keeper: the spawner, which forks the keepers of calls. */
/* SPDX-License-Identifier: ISC */
#include "keeper/spawner.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "keeper/keeper.h"
#include "keeper/title.h"
#include "shared/ipc.h"
#include "shared/linux_calls.h"
#include "shared/spawner_msg.h"
#include "shared/syslog_sink.h"

#define NAME		"pptpd-spawner"
#define KEEPER_NAME	"pptpctrl"	/* for ps and pgrep */
#define SAFE_FD		16		/* above all of IPC_FD_* */

static bool silenced;		/* IPC_FD_SILENCER is a silencer */

/* Cuts the request's words into argv; false: the request is malformed. */
static bool
cut(struct spawner_request *request, size_t len, char *argv[PPPD_ARGS_MAX])
{
	const size_t before = offsetof(struct spawner_request, words);
	char *words = request->words;
	int argc = 0;

	if (len <= before || words[len - before - 1] != '\0')
		return false;
	len -= before;
	for (char *p = words; p < words + len; p += strlen(p) + 1) {
		if (argc == PPPD_ARGS_MAX - 1)
			return false;
		argv[argc++] = p;
	}
	argv[argc] = NULL;
	return true;
}

/*
 * In the child: moves the descriptors to the numbers that a keeper expects.
 * Returns NULL, or the name of the system call that failed, with errno.
 */
static const char *
place(struct ipc_fds *fds)
{
	static const int numbers[KEEPER_FDS] = {
		[KEEPER_FD_ENGINE] = IPC_FD_PARENT,
		[KEEPER_FD_RECORD] = IPC_FD_RECORD,
		[KEEPER_FD_CONTROL] = IPC_FD_CONTROL,
		[KEEPER_FD_MAP] = IPC_FD_MAP,
	};

	for (int i = 0; i < fds->n; i++) {
		fds->fd[i] = fcntl(fds->fd[i], F_DUPFD, SAFE_FD);
		if (fds->fd[i] == -1)
			return "fcntl";
	}
	for (int i = 0; i < fds->n; i++) {
		if (dup2(fds->fd[i], numbers[i]) == -1)
			return "dup2";
	}
	if (!silenced)
		(void)close(IPC_FD_SILENCER);
	if (linux_close_from(fds->n == KEEPER_FDS ? IPC_FD_MAP + 1 : IPC_FD_MAP,
	    -1) == -1)
		return "close_range";
	return NULL;
}

/* Runs in the child; returns its exit status. */
static int
become_keeper(const struct keeper_call *call, struct ipc_fds *fds,
    char *argv[])
{
	const char *failed;
	int error;

	prctl(PR_SET_NAME, KEEPER_NAME);
	failed = place(fds);
	if (failed == NULL)
		return keeper_run(call, argv);
	error = errno;
	syslog_sink_open("pptpd", (call->flags & CALL_FLAG_STDERR) != 0);
	log_err("CTRL: a call's pptpctrl cannot have its descriptors: %s: %s",
	    failed, strerror(error));
	return 1;
}

/* Whether the request comes from a monitor of our version. */
static bool
is_ours(const struct spawner_request *request, size_t len)
{
	return len >= offsetof(struct spawner_request, words) &&
	    request->magic == SPAWNER_MAGIC &&
	    request->version == SPAWNER_VERSION &&
	    request->size == sizeof(*request);
}

static bool
has_fds(const struct spawner_request *request, int n)
{
	bool kernel = (request->call.flags & CALL_FLAG_KERNEL) != 0;

	return n == (kernel ? KEEPER_FDS : KEEPER_FD_MAP);
}

/* Like fork(2), but the child becomes our sibling. */
static pid_t
fork_sibling(void)
{
	unsigned long flags = CLONE_PARENT | SIGCHLD;

#ifdef __s390__			/* its clone(2) begins with the stack */
	return syscall(SYS_clone, 0, flags, NULL, NULL, 0);
#else
	return syscall(SYS_clone, flags, 0, NULL, NULL, 0);
#endif
}

/*
 * Sets all signals to default, once for all keepers and their pppds.  Uses the
 * kernel's system call, because glibc's sigaction(3) refuses two internal
 * signals, and posix_spawn(3) may have left them ignored.
 */
static void
default_signals(void)
{
	static const unsigned long dfl[8];

	for (int sig = 1; sig < NSIG; sig++)
		syscall(SYS_rt_sigaction, sig, dfl, NULL, _NSIG / 8);
}

int
spawner_run(void)
{
	/* A static or allocated request would cost each keeper a page. */
	struct spawner_request request;
	char *argv[PPPD_ARGS_MAX];
	struct spawner_answer answer;
	struct ipc_fds fds;
	ssize_t len;

	default_signals();
	/* A child that did this would copy pages of its own for it. */
	keeper_catch_signals();
	prctl(PR_SET_NAME, NAME);
	title_set(NAME);
	syslog_sink_warm_up();
	silenced = fcntl(IPC_FD_SILENCER, F_GETFD) != -1;
	while ((len = ipc_recv_data(IPC_FD_PARENT, &request, sizeof(request),
	    &fds)) > 0) {
		answer = (struct spawner_answer){ -1,
		    fds.n == IPC_FDS_LOST ? EMFILE : EINVAL };
		if (!is_ours(&request, len))
			answer.error = EPROTO;
		else if (has_fds(&request, fds.n) && cut(&request, len, argv)) {
			answer.pid = fork_sibling();
			answer.error = answer.pid == -1 ? errno : 0;
		}
		if (answer.pid == 0) {
			/* Not exit(3), which would copy pages. */
			_exit(become_keeper(&request.call, &fds, argv));
		}
		ipc_fds_close(&fds);
		if (ipc_send_data(IPC_FD_PARENT, &answer, sizeof(answer),
		    NULL, 0) == -1)
			return 1;
	}
	return len == 0 ? 0 : 1;
}
