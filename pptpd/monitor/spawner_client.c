/* Monitor: asks the spawner for keepers, and starts the spawner. */
/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "monitor/child.h"
#include "monitor/listener.h"
#include "monitor/spawner_client.h"
#include "shared/ipc.h"
#include "shared/spawner_msg.h"

#define PROGRAM		SBINDIR "/pptpctrl"
/* Blanks behind argv[0] reserve memory for the process title. */
#define TITLE_ROOM	"                                "

static int sock = -1;
static pid_t spawner;		/* 0: none */

static bool
start(void)
{
	static char name[] = PROGRAM TITLE_ROOM, mode[] = "--spawner",
	    room[] = TITLE_ROOM TITLE_ROOM;
	char *argv[] = { name, mode, room, NULL };
	int pair[2], fds[] = { -1, -1, -1, -1 };

	if (ipc_pair(pair) == -1)
		return false;
	fds[0] = pair[1];
	fds[IPC_FD_SILENCER - IPC_FD_PARENT] = listener_silencer();
	spawner = child_spawn(PROGRAM, argv, fds, sizeof(fds) /
	    sizeof(fds[0]), -1);
	close(pair[1]);
	if (spawner == -1) {
		spawner = 0;
		close(pair[0]);
		return false;
	}
	sock = pair[0];
	return true;
}

static void
stop(void)
{
	if (sock != -1)
		close(sock);		/* the spawner ends at end of file */
	sock = -1;
}

int
spawner_reaped(pid_t pid)
{
	if (pid != spawner)
		return 0;
	spawner = 0;
	stop();
	return 1;
}

void
spawner_stop(void)
{
	stop();
	if (spawner > 0)
		waitpid(spawner, NULL, 0);
	spawner = 0;
}

int
spawner_is(pid_t pid)
{
	return spawner != 0 && pid == spawner;
}

/* Asks the spawner once.  -1 and EPIPE: there is no spawner. */
static pid_t
ask(const struct keeper_call *call, const struct pppd_args *args,
    const int *fds, int nfds)
{
	static struct spawner_request request;
	struct spawner_answer answer;
	struct ipc_fds none;
	ssize_t got;

	request.magic = SPAWNER_MAGIC;
	request.version = SPAWNER_VERSION;
	request.size = sizeof(request);
	request.call = *call;
	memcpy(request.words, args->room, args->used);
	if (ipc_send_data(sock, &request, offsetof(struct spawner_request,
	    words) + args->used, fds, nfds) == -1)
		return -1;
	got = ipc_recv_data(sock, &answer, sizeof(answer), &none);
	ipc_fds_close(&none);
	if (got != (ssize_t)sizeof(answer)) {
		errno = EPIPE;
		return -1;
	}
	if (answer.error == EPROTO)
		log_err("MGR: " PROGRAM " is of another version than this "
		    "pptpd: restart or upgrade it (SIGUSR2)");
	errno = answer.error;
	return answer.pid;
}

pid_t
spawner_keeper(const struct keeper_call *call, const struct pppd_args *args,
    const int *fds, int n)
{
	pid_t pid;

	for (int i = 0; i < 2; i++) {
		if (sock == -1 && !start())
			return -1;
		log_debug("MGR: Launching " PROGRAM " to handle client");
		pid = ask(call, args, fds, n);
		if (pid != -1 || errno != EPIPE)
			return pid;
		stop();
	}
	return -1;
}
