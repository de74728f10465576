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
#include "engine/journal.h"
#include "engine/limiter.h"
#include "engine/line.h"
#include "engine/lockdown.h"
#include "engine/logins.h"
#include "shared/loop.h"
#include "shared/sandbox.h"

#define ACCEPT_MAX	16	/* connections accepted per event */
#define ROUNDS_MAX	64	/* of ACCEPT_MAX, before a listener is closed */
#define ACCEPT_PAUSE_MS	1000	/* when out of descriptors or memory */
#define ACCEPT_SAY	60000	/* ms until that is logged again */

static struct loop_watch from_monitor, from_clients;
static struct loop_listener listener;
static bool listens;	/* we have a listener, perhaps paused */

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
	if (!listens)
		return;
	loop_listener_off(&listener);
	listens = false;
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
pause_accept(uint64_t ms)
{
	loop_listener_pause_us(&listener, ms * 1000);
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
		pause_accept(ACCEPT_PAUSE_MS);
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
		if (engine_has_files(FILES_CONN + FILES_CALL))
			s = accept4(fd, NULL, NULL,
			    SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (s != -1) {
			conn_new(s);
		} else if (loop_is_shortage(errno)) {
			make_room(errno);
			return false;
		} else if (is_forbidden(errno)) {
			say_accept(errno);
			pause_accept(ACCEPT_PAUSE_MS);
			return false;
		} else if (errno != ECONNABORTED && errno != EINTR)
			return false;	/* EAGAIN, or a network error */
	}
	return true;
}

static void
on_connection(int fd, void *arg)
{
	(void)arg;
	(void)accept_some(fd);
}

/* --- GRE ----------------------------------------------------------------- */

static void
on_gre(int fd, void *arg)
{
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
	if (listens)
		(void)loop_listener_on(&listener);
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
	if (!first) {
		journal_reloaded();
		return;
	}
	engine.index = m->u.config.index;
	engine.count = m->u.config.count;
	if (!m->u.config.wait_listen)
		begin_listen();
	(void)loop_watch_on(&from_clients);
}

/* Leaves the calls: other engines go on with them from their records. */
static void
leave(void)
{
	gre_socket_flush(IPC_FD_GRE);
	loop_stop();
}

/*
 * Takes a listener for another address.  First accepts the connections that
 * wait at the old one.  An engine that cannot take the new one (-1: it was
 * lost) leaves, and the next engine starts with it.
 */
static void
change_listener(int fd)
{
	bool paused;

	for (int i = 0; i < ROUNDS_MAX && accept_some(IPC_FD_LISTEN); i++)
		;
	paused = loop_listener_is_paused(&listener);
	if (!paused)
		loop_listener_off(&listener);
	if (dup3(fd, IPC_FD_LISTEN, O_CLOEXEC) == -1) {
		log_err("MGR: engine: no new listener: %s", strerror(errno));
		if (engine.leave_calls)
			leave();
	}
	if (!paused)
		(void)loop_listener_on(&listener);
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
take_connection(struct ipc_fds *fds)
{
	engine.one_connection = true;
	conn_new(ipc_fds_take(fds, 0));
	engine_maybe_done();
}

/* Messages that bring one descriptor; without it they mean nothing. */
static void
take_descriptor(const struct ipc_msg *m, struct ipc_fds *fds)
{
	if (fds->n != 1)
		return;
	switch (m->type) {
	case IPC_CONNECTION:
		take_connection(fds);
		break;
	case IPC_ADOPT:
		adopt_new(ipc_fds_take(fds, 0));
		break;
	case IPC_LIMIT_MEMORY:
		limiter_map_memory(fds->fd[0]);
		break;
	case IPC_TRACE:
		call_trace_given(m, ipc_fds_take(fds, 0));
		break;
	case IPC_HISTORY:
		journal_map(fds->fd[0]);
		break;
	case IPC_ELSEWHERE:
		back_calls_tell(m->call_id, m->u.elsewhere.client_addr,
		    fds->fd[0], &m->u.elsewhere.login_key);
		break;
	default:
		break;
	}
}

/* Messages about the engine itself: how and for how long it serves. */
static void
take_order(const struct ipc_msg *m, struct ipc_fds *fds)
{
	switch (m->type) {
	case IPC_CONFIG:
		if (fds->n == 1)
			show_work(fds->fd[0]);
		configure(m);
		break;
	case IPC_LISTEN:
		begin_listen();
		break;
	case IPC_LISTENER:
		if (listens && !engine.stopping)
			change_listener(fds->n == 1 ? fds->fd[0] : -1);
		break;
	case IPC_PING:
		pong();
		break;
	case IPC_DRAIN:
		drain();
		break;
	case IPC_LEAVE:
		leave();
		break;
	case IPC_SHUTDOWN:
		stop();
		break;
	default:
		take_descriptor(m, fds);
		break;
	}
}

/* Messages about calls and clients; the others go to take_order(). */
static void
take_message(const struct ipc_msg *m, struct ipc_fds *fds, void *arg)
{
	(void)arg;
	switch (m->type) {
	case IPC_CALL_REPLY:
		call_reply(m, fds);
		break;
	case IPC_TAKE:
		adopt_given(fds);
		break;
	case IPC_IDS_IN_USE:
		await_ids(m);
		break;
	case IPC_CALL_KICK:
		(m->u.kick.now ? call_kick_now : call_kick)(m->call_id,
		    m->u.kick.end);
		break;
	case IPC_ADMIT:
		call_admit(m->call_id, m->u.admit.pppd_pid);
		break;
	case IPC_CALL_NEWS:
		back_calls_news(m);
		break;
	case IPC_CALL_OVER:
		call_missed(m);
		break;
	case IPC_ACCESS_REPLY:
		conn_access(m->u.access.token, m->u.access.client_addr,
		    m->u.access.allowed);
		break;
	case IPC_ADMIN_REPLY:
		admin_reply(m);
		break;
	default:
		take_order(m, fds);
		break;
	}
}

/* The monitor is gone, or what it sends makes no sense: stops in order. */
static void
lost_monitor(int error)
{
	if (error == EBADMSG)
		say_other_version();
	loop_watch_off(&from_monitor);
	if (engine.leave_calls)
		leave();
	else
		stop();
}

static void
on_monitor(int fd, void *arg)
{
	int got = loop_message(fd, take_message, arg);

	if (got == 0)
		lost_monitor(0);
	else if (got == -1 && errno != EAGAIN)
		lost_monitor(errno);
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
	bool controlled;

	if (argc < 4 || argc > 5 || flags == -1) {
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
	if (sandbox_enter(LOCKDOWN_WHO, argv[1], IPC_FD_ADMIN + 1, 0) == -1)
		return 1;
	if (argc == 5 && strcmp(argv[4], ENGINE_LEAVES) == 0)
		die_with(monitor);
	if (!engine_init())
		return 1;
	loop_watch_init(&from_monitor, IPC_FD_PARENT, LOOP_READ, on_monitor,
	    NULL);
	loop_watch_init(&from_clients, IPC_FD_GRE, LOOP_READ, on_gre, NULL);
	loop_listener_init(&listener, IPC_FD_LISTEN, on_connection, NULL);
	if (controlled && !admin_init())
		return 1;
	engine.sandbox = argv[2];
	if (!loop_watch_on(&from_monitor)) {
		log_err("engine: out of memory");
		return 1;
	}
	logins_init();
	if (lockdown(argv[2]) == -1)
		return 1;
	loop_run();
	return 0;
}
