/* Keeper: finds another engine after its own has ended. */
/* SPDX-License-Identifier: ISC */
#include "keeper/rejoin.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "shared/call_record.h"
#include "shared/ipc.h"
#include "shared/process.h"
#include "shared/rejoin_msg.h"

#define QUICK_TRIES	20	/* most engines are back at once */
#define QUICK_MS	50
#define SLOW_MS		250

void
rejoin_init(struct rejoin *r)
{
	memset(r, 0, sizeof(*r));
	r->sock = r->monitor = -1;
}

void
rejoin_start(struct rejoin *r, const struct keeper_call *call, uint64_t now)
{
	r->until = now + (uint64_t)call->grace_s * 1000;
	r->next = now;
	r->tries = 0;
}

static void
disconnect(struct rejoin *r)
{
	if (r->sock != -1)
		close(r->sock);
	r->sock = -1;
}

/* A monitor that has heard of the call hears of its end, too. */
void
rejoin_stop(struct rejoin *r)
{
	if (r->sock != -1) {
		if (r->monitor != -1)
			close(r->monitor);
		r->monitor = r->sock;
		r->sock = -1;
	}
	r->until = 0;
}

void
rejoin_say_end(const struct rejoin *r)
{
	const struct rejoin_end end = { REJOIN_MAGIC };

	if (r->monitor != -1)
		(void)ipc_send_data(r->monitor, &end, sizeof(end), NULL, 0);
}

uint64_t
rejoin_deadline(const struct rejoin *r)
{
	if (r->until == 0)
		return UINT64_MAX;
	return r->next < r->until ? r->next : r->until;
}

/* Only root may answer. */
static bool
is_root(int sock)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	return getsockopt(sock, SOL_SOCKET, SO_PEERCRED, &cred, &len) == 0 &&
	    cred.uid == 0;
}

static bool
connect_to(struct rejoin *r, const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(sun.sun_path))
		return false;
	memcpy(sun.sun_path, path, strlen(path));
	r->sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0);
	return r->sock != -1 &&
	    connect(r->sock, (struct sockaddr *)&sun, sizeof(sun)) == 0 &&
	    is_root(r->sock);
}

static bool
say_hello(const struct rejoin *r, const struct keeper_call *call, pid_t pppd)
{
	struct rejoin_hello hello;
	const int fds[REJOIN_FDS] = {
		[REJOIN_FD_PPPD] = process_open(pppd),
		[REJOIN_FD_RECORD] = IPC_FD_RECORD,
	};
	int sent;

	if (fds[REJOIN_FD_PPPD] == -1)
		return false;
	memset(&hello, 0, sizeof(hello));
	hello.magic = REJOIN_MAGIC;
	hello.version = REJOIN_VERSION;
	hello.size = sizeof(hello);
	hello.record_version = CALL_RECORD_VERSION;
	hello.ipc_version = IPC_VERSION;
	hello.client_addr = call->client_addr;
	hello.call = *call;
	sent = ipc_send_data(r->sock, &hello, sizeof(hello), fds,
	    REJOIN_FDS);
	close(fds[REJOIN_FD_PPPD]);
	return sent == 0;
}

/* Tries once to reach a monitor, and sets the time of the next try. */
static void
try(struct rejoin *r, const struct keeper_call *call, pid_t pppd, uint64_t now)
{
	r->next = now + (r->tries++ < QUICK_TRIES ? QUICK_MS : SLOW_MS);
	if (connect_to(r, call->rejoin) && say_hello(r, call, pppd))
		r->next = UINT64_MAX;
	else
		disconnect(r);
}

/*
 * Takes a descriptor that came with the link.  A socket is the new server's
 * silencer and replaces the old one.  Anything else is the map of the new GRE
 * socket, for the kernel data path.
 */
static void
take_fd(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0)
		(void)dup2(fd, S_ISSOCK(st.st_mode) ? IPC_FD_SILENCER :
		    IPC_FD_MAP);
	close(fd);
}

/* Reads the monitor's answer, if it has come. */
static enum rejoin_result
read_answer(struct rejoin *r, uint64_t now, int *engine, uint32_t *end)
{
	struct rejoin_answer answer;
	struct ipc_fds fds;
	ssize_t got = ipc_recv_data(r->sock, &answer, sizeof(answer), &fds);

	if (got == -1 && errno == EAGAIN)
		return REJOIN_WAIT;
	if (got == (ssize_t)sizeof(answer) && answer.magic == REJOIN_MAGIC) {
		if (answer.verdict == REJOIN_ENGINE && fds.n >= 1) {
			*engine = fds.fd[REJOIN_ANSWER_FD_ENGINE];
			for (int i = REJOIN_ANSWER_FD_OTHERS; i < fds.n; i++)
				take_fd(fds.fd[i]);
			rejoin_stop(r);
			return REJOIN_FOUND;
		}
		if (answer.verdict == REJOIN_HANG_UP) {
			*end = answer.end;
			ipc_fds_close(&fds);
			rejoin_stop(r);
			return REJOIN_REFUSED;
		}
	}
	ipc_fds_close(&fds);
	disconnect(r);		/* this monitor is of no use either */
	r->next = now + QUICK_MS;
	return REJOIN_WAIT;
}

enum rejoin_result
rejoin_go_on(struct rejoin *r, const struct keeper_call *call, pid_t pppd,
    uint64_t now, int *engine, uint32_t *end)
{
	if (r->sock == -1 && now >= r->next && now < r->until)
		try(r, call, pppd, now);
	if (now >= r->until) {
		rejoin_stop(r);
		*end = CTRL_END_LOST;
		return REJOIN_REFUSED;
	}
	return r->sock != -1 ? read_answer(r, now, engine, end) : REJOIN_WAIT;
}
