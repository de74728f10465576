/* Monitor: starts the engines, talks to them, starts them again. */
/* SPDX-License-Identifier: ISC */
#include "monitor/engines.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "config/conf.h"
#include "monitor/access.h"
#include "monitor/admin_socket.h"
#include "monitor/child.h"
#include "monitor/engine_file.h"
#include "monitor/engine_log.h"
#include "monitor/engine_output.h"
#include "monitor/ids_in_use.h"
#include "monitor/listener.h"
#include "monitor/request_check.h"
#include "monitor/rundir.h"
#include "shared/linux_calls.h"
#include "shared/loop.h"
#include "shared/mono.h"
#include "shared/patience.h"
#include "state/history.h"
#include "state/limit_memory.h"

#define ENGINE		LIBEXECDIR "/pptpd-engine"

#define QUICK_DEATH_S	2	/* an engine that ends within this time, */
#define QUICK_DEATHS	20	/* so many times, is not started again */
#define BACK_OFF_US	10000	/* pause before a start; doubled each time */
#define BACK_OFF_MAX_US	640000
#define PULSE_MS	2000	/* from ping to ping */
#define UNANSWERED_MAX	5	/* pings without answer: the engine hangs */
#define HANG_UP_MS	30000	/* a call that no server takes ends in it */
#define QUEUE_SIZE	(4 * 1024 * 1024)	/* octets of messages to it */

struct engine_proc {
	unsigned int	 index;		/* 0: the front */
	struct loop_watch watch;	/* of sock, on until end of file */
	struct loop_timer restart;
	int		 sock;		/* -1: none */
	pid_t		 pid;		/* 0: none */
	struct engine_output *output;	/* its descriptor 2; NULL: none */
	time_t		 since;
	int		 quick_deaths;
	unsigned int	 unanswered;	/* pings */
	uint16_t	*at_work;	/* Call ID that the engine works on;
					   it writes this itself */
	/*
	 * Call IDs, 0: none.  suspect: at_work at the last crash.  culprit:
	 * the same, if it was the suspect of the crash before, too.
	 */
	uint16_t	 suspect, culprit;
};

static struct engine_proc engines[CONF_ENGINES_MAX];
static struct {
	const struct monitor_setup *setup;
	const struct engines_ops *ops;
	struct loop_timer pulse;
	unsigned int	 count;		/* of engines */
	unsigned int	 restarts;
	bool		 draining;
	bool		 stopping;
	bool		 keep_calls;	/* calls outlive engines */
	/* Of the front, for the next one; -1: none. */
	int		 limit_file, history_file;
} all;

#define FRONT		(&engines[0])
#define FOREACH(e)							\
	for ((e) = engines; (e) < engines + all.count; (e)++)

static struct engine_proc *
engine_of(uint16_t call_id)
{
	return &engines[call_id % all.count];
}

bool
engines_running(void)
{
	struct engine_proc *e;

	FOREACH(e) {
		if (e->pid != 0)
			return true;
	}
	return false;
}

unsigned int
engines_count(void)
{
	return all.count;
}

unsigned int
engines_restarts(void)
{
	return all.restarts;
}

/* --- talking to engines -------------------------------------------------- */

/*
 * Kills an engine that does not read its messages, or sends nonsense.  What it
 * has sent since is not done; hear_out() looks for log lines in it.
 */
static void
end(struct engine_proc *e, const char *why)
{
	log_err("MGR: engine[%ld] %s, ending it", (long)e->pid, why);
	loop_watch_off(&e->watch);
	kill(e->pid, SIGKILL);		/* not reaped, so the pid is ours */
}

void
engines_kill(const char *why)
{
	struct engine_proc *e;

	FOREACH(e) {
		if (e->pid != 0)
			end(e, why);
	}
}

static bool
tell(struct engine_proc *e, const struct ipc_msg *m, const int *fds, int n)
{
	if (e->sock == -1)
		return false;
	if (ipc_send(e->sock, m, fds, n) == 0)
		return true;
	if (errno == EAGAIN)
		end(e, "does not read its messages");
	return false;
}

bool
engines_tell(const struct ipc_msg *m, const int *fds, int n)
{
	return tell(FRONT, m, fds, n);
}

bool
engines_tell_owner(const struct ipc_msg *m, const int *fds, int n)
{
	return tell(engine_of(m->call_id), m, fds, n);
}

int
engines_adopt(uint16_t call_id)
{
	struct engine_proc *e = engine_of(call_id);
	struct ipc_msg m;
	int pair[2];
	bool told;

	if (e->sock == -1 || ipc_pair(pair) == -1)
		return -1;
	ipc_msg_init(&m, IPC_ADOPT, 0);
	told = tell(e, &m, &pair[1], 1);
	close(pair[1]);
	if (told)
		return pair[0];
	close(pair[0]);
	return -1;
}

void
engines_drain(void)
{
	struct ipc_msg m;

	all.draining = true;
	ipc_msg_init(&m, IPC_DRAIN, 0);
	(void)engines_tell(&m, NULL, 0);
}

void
engines_stop(enum ipc_type how)
{
	struct engine_proc *e;
	struct ipc_msg m;

	all.stopping = true;
	ipc_msg_init(&m, how, 0);
	FOREACH(e)
		(void)tell(e, &m, NULL, 0);
}

/* --- which call an engine has crashed at --------------------------------- */

/* Makes memory where the engine notes the call that it works on.  Or -1. */
static int
make_at_work(struct engine_proc *e)
{
	int fd = linux_memfd("pptpd-at-work", MFD_ALLOW_SEALING);
	void *p;

	if (fd == -1)
		return -1;
	/* The engine must not shrink it: our reading would get SIGBUS. */
	if (ftruncate(fd, sizeof(*e->at_work)) == -1 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW |
	    F_SEAL_SEAL) == -1 || (p = mmap(NULL, sizeof(*e->at_work), PROT_READ, MAP_SHARED,
	    fd, 0)) == MAP_FAILED) {
		close(fd);
		return -1;
	}
	e->at_work = p;
	return fd;
}

/*
 * Blames a crash on the call that the engine worked on.  Not if the signal was
 * SIGKILL or SIGTERM: these come from outside.
 */
static void
find_suspect(struct engine_proc *e, int status)
{
	uint16_t id = e->at_work != NULL ? *e->at_work : 0;

	if (e->at_work != NULL)
		munmap(e->at_work, sizeof(*e->at_work));
	e->at_work = NULL;
	if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGKILL ||
	    WTERMSIG(status) == SIGTERM))
		return;
	e->culprit = id != 0 && id == e->suspect ? id : 0;
	e->suspect = id;
}

bool
engines_crashed_by(uint16_t call_id)
{
	struct engine_proc *e;

	FOREACH(e) {
		if (e->culprit != 0 && call_id == e->culprit)
			return true;
	}
	return false;
}

/* --- whether engines answer ---------------------------------------------- */

static void
ping(struct engine_proc *e)
{
	struct ipc_msg m;

	e->unanswered++;
	ipc_msg_init(&m, IPC_PING, 0);
	(void)tell(e, &m, NULL, 0);
}

static void
pong(struct engine_proc *e)
{
	e->unanswered = 0;
	FOREACH(e) {
		if (e->unanswered > 0)
			return;
	}
	all.ops->alive();
}

/*
 * Ends an engine that hangs, with SIGABRT: as in a crash, the call that it
 * works on counts as the cause.  If SIGABRT does not end it, somebody has
 * stopped the process (SIGSTOP); SIGKILL ends it then and blames no call.
 * Pings are counted instead of seconds, because the machine may have slept.
 */
static void
look_at(struct engine_proc *e)
{
	if (e->unanswered == UNANSWERED_MAX) {
		log_err("MGR: engine[%ld] does not answer, ending it",
		    (long)e->pid);
		kill(e->pid, SIGABRT);
	} else if (e->unanswered > UNANSWERED_MAX)
		end(e, "does not end");
	ping(e);
}

static void
on_pulse(void *arg)
{
	struct engine_proc *e;

	(void)arg;
	FOREACH(e) {
		if (e->pid != 0 && !all.stopping)
			look_at(e);
	}
}

static void
on_message(struct engine_proc *e, const struct ipc_msg *m,
    const struct ipc_fds *fds)
{
	bool late = false;
	const char *fault = request_check_fault(e->index, all.count, m,
	    fds->fd, fds->n, (uint64_t)mono_s() * 1000, &late);

	if (fault == NULL && m->type == IPC_LOG)
		engine_log(e->index, e->pid, m, mono_ms());
	else if (fault == NULL && m->type == IPC_ADMIN_REQUEST)
		all.ops->request(m, fds, late);
	else if (all.stopping)
		;			/* the engine knows, or soon will */
	else if (fault != NULL)
		end(e, fault);
	else if (m->type == IPC_PONG)
		pong(e);
	else
		all.ops->request(m, fds, late);
}

/*
 * Like loop_message(), but the descriptors are closed with patience.h only.
 * Once the engine has ended, only log lines are handled.  Returns as ipc_recv()
 * does.
 */
static int
receive(struct engine_proc *e, bool ended)
{
	struct ipc_msg m;
	struct ipc_fds fds;
	int got, error;

	patience_limit();		/* ipc_recv() may close descriptors */
	got = ipc_recv(e->sock, &m, &fds);
	error = errno;
	patience_restore();
	if (got == 1 && !ended)
		on_message(e, &m, &fds);
	else if (got == 1 && m.type == IPC_LOG)
		engine_log(e->index, e->pid, &m, mono_ms());
	patience_close_all(fds.fd, &fds.n);
	errno = error;
	return got;
}

static void
on_engine(int fd, void *arg)
{
	struct engine_proc *e = arg;
	int got = receive(e, false);

	(void)fd;
	if (got == 0)			/* end of file: it will be reaped */
		loop_watch_off(&e->watch);
	else if (got == -1 && errno != EAGAIN && !all.stopping)
		end(e, "sent what is no message");
}

/*
 * Reads the last messages of an engine that has ended, and closes the
 * descriptors in them.  The engine was reaped, so no more can come.
 */
static void
hear_out(struct engine_proc *e)
{
	int got;

	while ((got = receive(e, true)) == 1 ||
	    (got == -1 && errno == EBADMSG))
		;
	patience_limit();
	close(e->sock);
	patience_restore();
	e->sock = -1;
}

/* --- starting the engine ------------------------------------------------- */

static void
configure(struct engine_proc *e, int at_work)
{
	const struct conf *conf = all.setup->conf;
	struct ipc_msg m;

	ipc_msg_init(&m, IPC_CONFIG, 0);
	m.u.config.stimeout_ms = (uint32_t)conf->stimeout * 1000;
	m.u.config.debug = conf->debug;
	m.u.config.ask_access = access_built();
	m.u.config.draining = all.draining;
	m.u.config.admin_gid = all.setup->admin_group;
	m.u.config.limits = conf->limits;
	if (conf->inetd && conf->inetd_callid > 0)
		m.u.config.first_call_id = conf->inetd_callid;
	m.u.config.leave_calls = all.keep_calls;
	m.u.config.index = (uint16_t)e->index;
	m.u.config.count = (uint16_t)all.count;
	m.u.config.wait_listen = e == FRONT && all.count > 1;
	(void)tell(e, &m, &at_work, at_work == -1 ? 0 : 1);
}

void
engines_configure(void)
{
	struct engine_proc *e;

	FOREACH(e)
		configure(e, -1);
}

/* Gives the engine a memory of the engine before it. */
static void
give_file(struct engine_proc *e, enum ipc_type type, int fd, const char *name,
    size_t size)
{
	struct ipc_msg m;

	ipc_msg_init(&m, type, 0);
	engine_file_restore(fd, name, size);
	if (fd != -1)
		(void)tell(e, &m, &fd, 1);
}

/* Tells a new engine all that it has to know before its first call. */
static void
introduce(struct engine_proc *e)
{
	struct ipc_msg m;
	int fd = make_at_work(e);

	/* Before it listens: it must not draw a Call ID that is in use. */
	if (e == FRONT) {
		give_file(e, IPC_LIMIT_MEMORY, all.limit_file, "limits",
		    sizeof(struct limit_memory));
		give_file(e, IPC_HISTORY, all.history_file, "history",
		    sizeof(struct history));
	}
	if (e == FRONT)
		ids_in_use_tell(e->sock, all.setup->conf->restart_grace *
		    1000 + HANG_UP_MS);
	configure(e, fd);
	if (fd != -1)
		close(fd);
	all.ops->started(e->index, e->sock);
	if (all.setup->connection == -1)
		return;
	ipc_msg_init(&m, IPC_CONNECTION, 0);
	engines_tell(&m, &all.setup->connection, 1);
	patience_close(all.setup->connection);
}

static bool
start(struct engine_proc *e)
{
	static char name[] = ENGINE, dir[] = RUNDIR_EMPTY;
	static char leaves[] = ENGINE_LEAVES;
	char number[12];	/* for who looks at the list of processes */
	char *argv[] = { name, dir, all.setup->conf->sandbox, number,
	    all.keep_calls ? leaves : NULL, NULL };
	int pair[2], fds[4], size = QUEUE_SIZE, output;

	snprintf(number, sizeof(number), "%u", e->index);
	if (!rundir_make())
		return false;
	if (ipc_pair(pair) == -1) {
		log_err("MGR: socketpair: %s", strerror(errno));
		return false;
	}
	for (int i = 0; i < 2; i++)
		(void)setsockopt(pair[i], SOL_SOCKET, SO_SNDBUFFORCE, &size,
		    sizeof(size));
	if (e == FRONT) {
		listener_restore(all.setup->listener);
		admin_socket_restore(all.setup->admin,
		    all.setup->admin_group);
	}
	fds[0] = pair[1];		/* IPC_FD_PARENT, and so on */
	fds[IPC_FD_LISTEN - IPC_FD_PARENT] =
	    e == FRONT ? all.setup->listener : -1;
	fds[IPC_FD_GRE - IPC_FD_PARENT] = all.setup->gre[e->index];
	fds[IPC_FD_ADMIN - IPC_FD_PARENT] =
	    e == FRONT ? all.setup->admin : -1;
	e->output = engine_output_open(&output);
	if (e->output == NULL) {
		log_err("MGR: pipe2: %s", strerror(errno));
		close(pair[0]);
		close(pair[1]);
		return false;
	}
	e->pid = child_spawn(ENGINE, argv, fds, 4, output);
	close(output);
	close(pair[1]);
	if (e->pid == -1) {
		log_err("MGR: cannot start " ENGINE ": %s", strerror(errno));
		engine_output_close(e->output, 0);
		e->output = NULL;
		e->pid = 0;
		close(pair[0]);
		return false;
	}
	e->sock = pair[0];
	e->since = mono_s();
	(void)loop_unblock(e->sock);
	loop_watch_init(&e->watch, e->sock, LOOP_READ, on_engine, e);
	(void)loop_watch_on(&e->watch);
	introduce(e);
	all.ops->ready(e->index);
	e->unanswered = 0;
	ping(e);
	return true;
}

bool
engines_start(void)
{
	struct engine_proc *e;

	FOREACH(e) {
		if (!start(e))
			return false;
	}
	return true;
}

/* Starts the engine again: at once, or after a pause if it ended quickly. */
static void
try_again(struct engine_proc *e)
{
	uint64_t us = 0;

	if (++e->quick_deaths >= QUICK_DEATHS) {
		log_err("MGR: the engine does not stay up, giving up");
		all.ops->failed();
		return;
	}
	for (int i = 1; i < e->quick_deaths && us < BACK_OFF_MAX_US; i++)
		us = us == 0 ? BACK_OFF_US : us * 2;
	(void)loop_timer_in_us(&e->restart, us);
}

static void
on_restart(void *arg)
{
	if (all.stopping)
		return;
	if (!start(arg))
		try_again(arg);
	else
		all.restarts++;
}

static struct engine_proc *
engine_with(pid_t pid)
{
	struct engine_proc *e;

	FOREACH(e) {
		if (e->pid != 0 && e->pid == pid)
			return e;
	}
	return NULL;
}

bool
engines_reaped(pid_t pid, int status)
{
	const char *calls = all.keep_calls ? ", another one takes its "
	    "calls" : ", its calls end";
	struct engine_proc *e = engine_with(pid);

	if (e == NULL)
		return false;
	all.ops->ended(e->index);
	loop_watch_off(&e->watch);
	hear_out(e);
	engine_log_ended(e->index, pid);
	engine_output_close(e->output, pid);
	e->output = NULL;
	e->pid = 0;
	find_suspect(e, status);
	if (all.stopping || all.setup->conf->inetd)
		return true;
	if (WIFSIGNALED(status))
		log_err("MGR: engine[%ld] was killed by signal %d (%s)%s",
		    (long)pid, WTERMSIG(status), strsignal(WTERMSIG(status)),
		    calls);
	else
		log_err("MGR: engine[%ld] exited with status %d%s",
		    (long)pid, WEXITSTATUS(status), calls);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		log_err("MGR: its sandbox forbade it a system call: the "
		    "kernel's log has the number; \"sandbox\" in "
		    "pptpd.conf(5) says more");
	if (mono_s() - e->since >= QUICK_DEATH_S)
		e->quick_deaths = 0;
	try_again(e);
	return true;
}

void
engines_reap(void)
{
	struct engine_proc *e;
	int status;
	pid_t pid;

	FOREACH(e) {
		pid = e->pid;
		if (pid != 0 && waitpid(pid, &status, WNOHANG) == pid)
			(void)engines_reaped(pid, status);
	}
}

void
engines_init(const struct monitor_setup *setup, bool keep_calls,
    const struct engines_ops *ops)
{
	memset(&all, 0, sizeof(all));
	all.keep_calls = keep_calls;
	all.setup = setup;
	all.ops = ops;
	all.count = setup->engines;
	all.limit_file = all.history_file = -1;
	if (!setup->conf->inetd && rundir_make()) {
		all.limit_file = engine_file_open(setup->conf->pidfile,
		    "limits", sizeof(struct limit_memory),
		    "an engine that dies takes penalties and limits with it");
		all.history_file = engine_file_open(setup->conf->pidfile,
		    "history", sizeof(struct history),
		    "an engine that dies takes the history with it");
	}
	for (unsigned int i = 0; i < all.count; i++) {
		engines[i] = (struct engine_proc){ .index = i, .sock = -1 };
		loop_timer_init(&engines[i].restart, on_restart, &engines[i]);
	}
	loop_timer_init(&all.pulse, on_pulse, NULL);
	(void)loop_timer_every_ms(&all.pulse, PULSE_MS);
}
