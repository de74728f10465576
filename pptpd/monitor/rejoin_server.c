/* Monitor: the socket that keepers connect to when they lose their engine. */
/* SPDX-License-Identifier: ISC */
#include "monitor/rejoin_server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/log.h"
#include "base/queue.h"
#include "monitor/calls.h"
#include "monitor/engines.h"
#include "monitor/file_id.h"
#include "monitor/listener.h"
#include "shared/loop.h"
#include "shared/mono.h"
#include "shared/rejoin_msg.h"

#define BACKLOG		4096	/* all keepers come at once */
#define ACCEPT_MAX	64
#define ACCEPT_SAY_MS	60000
#define ACCEPT_PAUSE_US	250000	/* when descriptors or memory run out */

/* A keeper that is connected. */
struct visitor {
	TAILQ_ENTRY(visitor) entry;
	int		 sock;
	pid_t		 pid;
	struct loop_watch watch;
	bool		 waits;		/* said hello, waits for an engine */
	uint16_t	 our_id;
	uint32_t	 client;	/* network order */
	int		 kernel_map;	/* to be passed to it, -1: none */
};

static TAILQ_HEAD(, visitor) visitors = TAILQ_HEAD_INITIALIZER(visitors);
static int listener = -1;
static struct loop_listener clients;
static struct stat made;	/* to recognize our socket's file */
static char socket_path[KEEPER_PATH];
static bool ending;

static void
visitor_free(struct visitor *v)
{
	TAILQ_REMOVE(&visitors, v, entry);
	loop_watch_off(&v->watch);
	close(v->sock);
	free(v);
}

/*
 * Answers a keeper and disconnects it.  engine is a link to its engine; if it
 * is -1, the keeper is to end its call for the reason `end`.
 */
static void
answer(struct visitor *v, int engine, enum ctrl_end end)
{
	struct rejoin_answer a = { REJOIN_MAGIC, REJOIN_ENGINE, end };
	int fds[IPC_FDS_MAX], n = REJOIN_ANSWER_FD_OTHERS;

	fds[REJOIN_ANSWER_FD_ENGINE] = engine;
	if (listener_silencer() != -1)
		fds[n++] = listener_silencer();
	if (v->kernel_map != -1)
		fds[n++] = v->kernel_map;
	if (engine == -1) {
		a.verdict = REJOIN_HANG_UP;
		n = 0;
	}
	(void)ipc_send_data(v->sock, &a, sizeof(a), fds, n);
	if (engine != -1)
		close(engine);
	visitor_free(v);
}

static void
refuse(struct visitor *v, enum ctrl_end end, const char *why)
{
	char client[ADDR_TEXT];

	addr_text(v->client, client);
	log_err("MGR: Call of client %s, kept by pptpctrl[%ld], cannot go on: "
	    "%s", client, (long)v->pid, why);
	answer(v, -1, end);
}

static void
serve(struct visitor *v)
{
	int engine;

	if (ending)
		answer(v, -1, CTRL_END_SHUTDOWN);
	else if (engines_crashed_by(v->our_id))
		refuse(v, CTRL_END_CRASH, "the engine has crashed over it "
		    "twice");
	else if ((engine = engines_adopt(v->our_id)) != -1)
		answer(v, engine, CTRL_END_NONE);
	/* else it waits for the next engine */
}

void
rejoin_server_serve(void)
{
	struct visitor *v, *next;

	for (v = TAILQ_FIRST(&visitors); v != NULL; v = next) {
		next = TAILQ_NEXT(v, entry);
		if (v->waits)
			serve(v);
	}
}

/* What is wrong with a keeper's message, such as another format; or NULL. */
static const char *
fault(const struct rejoin_hello *hello, ssize_t len)
{
	if (len < (ssize_t)offsetof(struct rejoin_hello, call) ||
	    hello->magic != REJOIN_MAGIC)
		return "it does not speak as pptpctrl does";
	if (hello->version != REJOIN_VERSION ||
	    hello->ipc_version != IPC_VERSION ||
	    hello->record_version != CALL_RECORD_VERSION)
		return "it is of another version of pptpd, whose records "
		    "this one cannot read";
	if (len != (ssize_t)sizeof(*hello) || hello->size != sizeof(*hello))
		return "it does not speak as pptpctrl does";
	return NULL;
}

static void
hello(struct visitor *v, const struct rejoin_hello *h, ssize_t len, int pppd,
    int record)
{
	const char *why = fault(h, len);
	enum ctrl_end end = CTRL_END_NONE;

	if (len >= (ssize_t)offsetof(struct rejoin_hello, call))
		v->client = h->client_addr;
	if (why == NULL) {
		v->our_id = h->call.our_id;
		end = calls_rejoin(v->pid, &h->call, v->sock, pppd, record,
		    &why);
		v->kernel_map = calls_kernel_map(&h->call);
	} else {
		end = CTRL_END_VERSION;
		close(pppd);
		close(record);
	}
	if (end != CTRL_END_NONE)
		refuse(v, end, why);
	else
		serve(v);
}

static void
on_visitor(int fd, void *arg)
{
	struct visitor *v = arg;
	struct rejoin_hello h;
	struct ipc_fds fds;
	ssize_t len = ipc_recv_data(fd, &h, sizeof(h), &fds);

	if (len == -1 && errno == EAGAIN)
		return;
	if (len > 0 && fds.n == REJOIN_FDS) {
		loop_watch_off(&v->watch);
		v->waits = true;
		hello(v, &h, len, fds.fd[REJOIN_FD_PPPD],
		    fds.fd[REJOIN_FD_RECORD]);
		return;
	}
	ipc_fds_close(&fds);
	visitor_free(v);
}

static void
visitor_new(int sock)
{
	struct visitor *v = calloc(1, sizeof(*v));
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (v == NULL || getsockopt(sock, SOL_SOCKET, SO_PEERCRED, &cred,
	    &len) == -1 || cred.uid != 0 || cred.pid <= 1) {
		free(v);
		close(sock);
		return;
	}
	v->sock = sock;
	v->pid = cred.pid;
	v->kernel_map = -1;
	TAILQ_INSERT_TAIL(&visitors, v, entry);
	loop_watch_init(&v->watch, sock, LOOP_READ, on_visitor, v);
	if (!loop_watch_on(&v->watch))
		visitor_free(v);
}

/*
 * Logs that keepers cannot be accepted now.  They wait in the backlog, or try
 * again.
 */
static void
say_shortage(int error)
{
	static uint64_t said;

	if (said != 0 && mono_ms() < said + ACCEPT_SAY_MS)
		return;
	log_err("MGR: calls that wait to go on cannot be accepted: %s",
	    strerror(error));
	said = mono_ms();
}

static void
on_client(int fd, void *arg)
{
	int sock;

	(void)fd;
	(void)arg;
	for (int i = 0; i < ACCEPT_MAX; i++) {
		sock = loop_accept(&clients, ACCEPT_PAUSE_US);
		if (sock == -1) {
			if (loop_is_shortage(errno))
				say_shortage(errno);
			return;
		}
		visitor_new(sock);
	}
}

bool
rejoin_server_open(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	mode_t mask;
	int bound;

	if (strlen(path) >= sizeof(sun.sun_path)) {
		log_err("MGR: %s: %s", path, strerror(ENAMETOOLONG));
		return false;
	}
	memcpy(sun.sun_path, path, strlen(path));
	memcpy(socket_path, path, strlen(path) + 1);
	listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0);
	(void)unlink(path);	/* left by an earlier server, which is gone */
	mask = umask(077);
	bound = listener == -1 ? -1 :
	    bind(listener, (struct sockaddr *)&sun, sizeof(sun));
	umask(mask);
	if (bound == -1 || listen(listener, BACKLOG) == -1 ||
	    lstat(path, &made) == -1) {
		log_err("MGR: %s: %s", path, strerror(errno));
		rejoin_server_close();
		return false;
	}
	loop_listener_init(&clients, listener, on_client, NULL);
	if (loop_listener_on(&clients))
		return true;
	log_err("MGR: %s: %s", path, strerror(ENOMEM));
	rejoin_server_close();
	return false;
}

void
rejoin_server_end(void)
{
	ending = true;
	rejoin_server_serve();
}

void
rejoin_server_close(void)
{
	struct visitor *v;

	while ((v = TAILQ_FIRST(&visitors)) != NULL)
		visitor_free(v);
	loop_listener_off(&clients);
	if (listener == -1)
		return;
	file_id_unlink(socket_path, &made);
	close(listener);
	listener = -1;
}
