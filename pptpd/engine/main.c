/* Engine: all control connections, GRE and ptys in one event loop. */
/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "engine/admin.h"
#include "engine/adopt.h"
#include "engine/back_calls.h"
#include "engine/call.h"
#include "engine/call_ids.h"
#include "engine/conn.h"
#include "engine/engine.h"
#include "engine/gre_socket.h"
#include "engine/limiter.h"
#include "engine/line.h"
#include "engine/lockdown.h"
#include "shared/loop.h"
#include "shared/sandbox.h"

#define ACCEPT_MAX	16	/* connections accepted per event */
#define ROUNDS_MAX	64	/* of ACCEPT_MAX, before a listener is closed */
#define ACCEPT_PAUSE	1000	/* ms, when out of descriptors or memory */
#define ACCEPT_SAY	60000	/* ms until that is logged again */

static struct event *monitor_ev, *listen_ev, *gre_ev, *resume_ev;

/* The engine's root directory has no /dev/log, so the monitor logs for it. */
static void
log_to_monitor(int priority, const char *line, void *arg)
{
	struct ipc_msg m;

	(void)arg;
	if (!limiter_may_log(priority))
		return;
	ipc_msg_init(&m, IPC_LOG, 0);
	m.u.log.priority = priority;
	snprintf(m.u.log.line, sizeof(m.u.log.line), "%s", line);
	(void)engine_tell(&m, -1);
}

static void
stop_listening(void)
{
	event_del(resume_ev);
	if (listen_ev == NULL)
		return;
	event_free(listen_ev);
	listen_ev = NULL;
	close(IPC_FD_LISTEN);	/* the next server may need the port */
}

static void
stop(void)
{
	if (engine.stopping)
		return;
	engine.stopping = true;
	stop_listening();
	conn_stop_all(CTRL_END_SHUTDOWN);
	engine_maybe_done();
}

static void
drain(void)
{
	engine.draining = true;
	stop_listening();
	conn_drain();
}

/* --- new connections ----------------------------------------------------- */

static void
on_resume(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	event_add(listen_ev, NULL);
}

static void
pause_accept(uint64_t ms)
{
	struct timeval tv = { (time_t)(ms / 1000),
	    (suseconds_t)(ms % 1000 * 1000) };

	event_del(listen_ev);
	event_add(resume_ev, &tv);
}

static void
say_accept(int error)
{
	static uint64_t said_at;
	uint64_t now = engine_now_ms();

	if (said_at != 0 && now < said_at + ACCEPT_SAY)
		return;
	said_at = now;
	log_err("MGR: accept() failed");
	log_err("accept4: %s", strerror(error));
}

/*
 * Out of descriptors or memory.  Closes a connection that has asked for
 * nothing; if there is none, clients wait in the backlog.
 */
static void
make_room(int error)
{
	say_accept(error);
	if (!conn_make_room())
		pause_accept(ACCEPT_PAUSE);
}

/* Whether the kernel, or a container's profile, forbids accept4() for good. */
static bool
is_forbidden(int error)
{
	return error == ENOSYS || error == EPERM;
}

/* Accepts some connections; true: there may be more. */
static bool
accept_some(int fd)
{
	for (int i = 0; i < ACCEPT_MAX; i++) {
		uint64_t now = engine_now_ms();
		uint64_t at = limit_accept_at(limiter_limits, now);
		int s = -1;

		if (at > now) {
			pause_accept(at - now);
			return false;
		}
		errno = EMFILE;
		if (engine_has_files(1 + FILES_CALL))
			s = accept4(fd, NULL, NULL,
			    SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (s != -1) {
			conn_new(s);
		} else if (loop_is_shortage(errno)) {
			make_room(errno);
			return false;
		} else if (is_forbidden(errno)) {
			say_accept(errno);
			pause_accept(ACCEPT_PAUSE);
			return false;
		} else if (errno != ECONNABORTED && errno != EINTR)
			return false;	/* EAGAIN, or a network error */
	}
	return true;
}

static void
on_connection(evutil_socket_t fd, short what, void *arg)
{
	(void)what;
	(void)arg;
	(void)accept_some(fd);
}

/* --- GRE ----------------------------------------------------------------- */

static void
on_gre(evutil_socket_t fd, short what, void *arg)
{
	(void)what;
	(void)arg;
	if (gre_socket_read(fd, call_receive) > 0)
		line_flush_touched();
	engine_work(0);
}

/* --- the monitor --------------------------------------------------------- */

/* Maps the memory that tells the monitor, after a crash, which call it was. */
static void
show_work(int fd)
{
	uint16_t *p = mmap(NULL, sizeof(*p), PROT_READ | PROT_WRITE,
	    MAP_SHARED, fd, 0);

	if (p != MAP_FAILED)
		engine.at_work = p;
}

static void
begin_listen(void)
{
	if (listen_ev != NULL)
		event_add(listen_ev, NULL);
}

static void
configure(const struct ipc_msg *m)
{
	bool first = limiter_limits == NULL;

	engine.leave_calls = m->u.config.leave_calls;
	engine.stimeout_ms = m->u.config.stimeout_ms;
	engine.first_call_id = m->u.config.first_call_id;
	engine.ask_access = m->u.config.ask_access;
	log_set_debug(m->u.config.debug);
	if (!limiter_configure(&m->u.config.limits)) {
		log_err("engine: out of memory");
		exit(1);
	}
	engine.draining = m->u.config.draining;
	admin_configure(m->u.config.admin_gid);
	if (!first)
		return;
	engine.index = m->u.config.index;
	engine.count = m->u.config.count;
	if (!m->u.config.wait_listen)
		begin_listen();
	event_add(gre_ev, NULL);
}

/* Leaves the calls: other engines go on with them from their records. */
static void
leave(void)
{
	gre_socket_flush(IPC_FD_GRE);
	event_base_loopbreak(engine.base);
}

/*
 * Takes a listener for another address.  First accepts the connections that
 * wait at the old one.  An engine that cannot take the new one (-1: it was
 * lost) leaves, and the next engine starts with it.
 */
static void
change_listener(int fd)
{
	for (int i = 0; i < ROUNDS_MAX && accept_some(IPC_FD_LISTEN); i++)
		;
	event_del(listen_ev);
	if (dup3(fd, IPC_FD_LISTEN, O_CLOEXEC) == -1) {
		log_err("MGR: engine: no new listener: %s", strerror(errno));
		if (engine.leave_calls)
			leave();
	}
	if (!event_pending(resume_ev, EV_TIMEOUT, NULL))
		event_add(listen_ev, NULL);
}

/*
 * Answers the monitor's ping.  It comes through the event loop, so an answer
 * proves that the loop turns.
 */
static void
pong(void)
{
	struct ipc_msg m;

	ipc_msg_init(&m, IPC_PONG, 0);
	(void)engine_tell(&m, -1);
}

/* Keeps the Call IDs of calls that earlier engines had: they may come to us. */
static void
await_ids(const struct ipc_msg *m)
{
	uint64_t until = engine_now_ms() + m->u.ids.for_ms;

	for (unsigned int i = 0; i < m->u.ids.count && i < IPC_IDS_MAX; i++)
		call_ids_await(m->u.ids.id[i], until);
}

/* To stderr, since that monitor could not read our log messages either. */
static void
say_other_version(void)
{
	static const char text[] = "pptpd-engine is of another version than "
	    "the pptpd that started it: restart or upgrade that (SIGUSR2)\n";

	(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
}

static void
on_monitor(evutil_socket_t fd, short what, void *arg)
{
	struct ipc_msg m;
	struct ipc_fds fds;
	int got = ipc_recv(fd, &m, &fds);

	(void)what;
	(void)arg;
	if (got == -1 && errno == EAGAIN)
		return;
	if (got == -1 && errno == EBADMSG)
		say_other_version();
	if (got != 1) {			/* it is gone: stop in order */
		event_del(monitor_ev);
		if (engine.leave_calls)
			leave();
		else
			stop();
		return;
	}
	switch (m.type) {
	case IPC_CALL_REPLY:
		call_reply(&m, &fds);
		break;
	case IPC_CONNECTION:
		if (fds.n == 1) {
			engine.one_connection = true;
			conn_new(ipc_fds_take(&fds, 0));
			engine_maybe_done();
		}
		break;
	case IPC_CONFIG:
		if (fds.n == 1)
			show_work(fds.fd[0]);
		configure(&m);
		break;
	case IPC_ADOPT:
		if (fds.n == 1)
			adopt_new(ipc_fds_take(&fds, 0));
		break;
	case IPC_TAKE:
		adopt_given(&fds);
		break;
	case IPC_LIMIT_MEMORY:
		if (fds.n == 1)
			limiter_map_memory(fds.fd[0]);
		break;
	case IPC_IDS_IN_USE:
		await_ids(&m);
		break;
	case IPC_ELSEWHERE:
		if (fds.n == 1)
			back_calls_tell(m.call_id, m.u.elsewhere.client_addr,
			    fds.fd[0]);
		break;
	case IPC_CALL_KICK:
		call_kick(m.call_id, m.u.kick.end);
		break;
	case IPC_CALL_NEWS:
		back_calls_news(&m);
		break;
	case IPC_LISTEN:
		begin_listen();
		break;
	case IPC_LEAVE:
		leave();
		break;
	case IPC_PING:
		pong();
		break;
	case IPC_ACCESS_REPLY:
		conn_access(m.u.access.token, m.u.access.client_addr,
		    m.u.access.allowed);
		break;
	case IPC_SHUTDOWN:
		stop();
		break;
	case IPC_LISTENER:
		if (listen_ev != NULL && !engine.stopping)
			change_listener(fds.n == 1 ? fds.fd[0] : -1);
		break;
	case IPC_DRAIN:
		drain();
		break;
	case IPC_ADMIN_REPLY:
		admin_reply(&m);
		break;
	}
	ipc_fds_close(&fds);
}

/*
 * Otherwise libevent logs to stderr.  That may be a file, and RLIMIT_FSIZE is 0
 * in the sandbox, so the message would be lost.
 */
static void
log_libevent(int severity, const char *text)
{
	log_msg(severity == EVENT_LOG_ERR ? LOG_ERR : LOG_DEBUG,
	    "engine: libevent: %s", text);
}

/* A supervisor or terminal signals each process; only the monitor shall act. */
static void
ignore_signals(void)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGTERM, SIGPIPE,
	    SIGUSR1, SIGUSR2, SIGXFSZ };
	struct sigaction sa = { .sa_handler = SIG_IGN };

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &sa, NULL);
}

static struct event *
watch(int fd, event_callback_fn callback)
{
	struct event *ev = event_new(engine.base, fd, EV_READ | EV_PERSIST,
	    callback, NULL);

	if (ev == NULL) {
		log_err("engine: out of memory");
		exit(1);
	}
	return ev;
}

/*
 * Whether the monitor passed this descriptor.  If not, its number is filled so
 * that no later open() gets it.
 */
static bool
is_given(int fd)
{
	if (fcntl(fd, F_GETFD) != -1)
		return true;
	(void)dup2(STDIN_FILENO, fd);
	return false;
}

/*
 * Has the kernel kill the engine when the monitor ends.  The calls are left to
 * the next server, which needs our port even if this engine hangs.
 */
static void
die_with(pid_t monitor)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != monitor)
		_exit(1);
}

int
main(int argc, char **argv)
{
	int flags = fcntl(IPC_FD_PARENT, F_GETFL);
	pid_t monitor = getppid();
	bool listens, controlled;

	if (argc < 3 || argc > 4 || flags == -1) {
		fprintf(stderr, "pptpd-engine is started by pptpd, see "
		    "pptpd(8)\n");
		return 1;
	}
	/* There is no listener under inetd, which hands over one connection. */
	listens = is_given(IPC_FD_LISTEN);
	controlled = is_given(IPC_FD_ADMIN);
	ignore_signals();
	fcntl(IPC_FD_PARENT, F_SETFL, flags | O_NONBLOCK);
	log_set_sink(log_to_monitor, NULL);
	if (sandbox_enter(LOCKDOWN_WHO, argv[1], IPC_FD_ADMIN + 1) == -1)
		return 1;
	if (argc == 4 && strcmp(argv[3], ENGINE_LEAVES) == 0)
		die_with(monitor);
	event_set_log_callback(log_libevent);
	if (!engine_init())
		return 1;
	monitor_ev = watch(IPC_FD_PARENT, on_monitor);
	gre_ev = watch(IPC_FD_GRE, on_gre);
	if (listens)
		listen_ev = watch(IPC_FD_LISTEN, on_connection);
	resume_ev = evtimer_new(engine.base, on_resume, NULL);
	if (resume_ev == NULL || (controlled && !admin_init())) {
		log_err("engine: out of memory");
		return 1;
	}
	engine.sandbox = argv[2];
	event_add(monitor_ev, NULL);
	if (lockdown(argv[2]) == -1)
		return 1;
	event_base_dispatch(engine.base);
	return 0;
}
