/* The monitor's engine: starting it, talking to it, starting it again. */
#include "engines.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "access.h"
#include "asking.h"
#include "calls.h"
#include "child.h"
#include "keepers.h"
#include "log.h"
#include "orders.h"
#include "pptp_msg.h"
#include "request.h"
#include "rundir.h"

#define ENGINE		LIBEXECDIR "/pptpd-engine"

#define QUICK_DEATH_S	2	/* an engine that dies so soon ... */
#define QUICK_DEATHS	20	/* ... so often is not started again */
#define BACK_OFF_US	10000	/* before the next start; then doubled */
#define BACK_OFF_MAX_US	640000
#define PULSE_S		2	/* from ping to ping */
#define UNANSWERED_MAX	5	/* then it hangs */
#define QUEUE_SIZE	(4 * 1024 * 1024)	/* messages to the engine */

static struct {
	const struct monitor_setup *setup;
	struct event_base *base;
	void		(*failed)(void), (*alive)(void);
	struct event	*event, *restart_ev, *pulse_ev;
	int		 sock;		/* -1: none */
	pid_t		 pid;		/* 0: none */
	time_t		 since;
	int		 quick_deaths;
	unsigned int	 unanswered;	/* pings */
	unsigned int	 restarts;
	bool		 draining;
	bool		 stopping;
	bool		 keep_calls;	/* they outlive it */
	uint16_t	*at_work;	/* Call ID; written by the engine */
	uint16_t	 suspect, culprit;	/* of crashes; 0: none */
} engine;

static time_t
seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

bool
engines_running(void)
{
	return engine.pid != 0;
}

unsigned int
engines_restarts(void)
{
	return engine.restarts;
}

void
engines_drain(void)
{
	struct ipc_msg m;

	engine.draining = true;
	ipc_msg_init(&m, IPC_DRAIN, 0);
	engines_tell(&m, NULL, 0);
}

void
engines_stop(void)
{
	engine.stopping = true;
}

/* --- talking to the engine ----------------------------------------------- */

/* An engine that does not listen, or talks nonsense, is of no use. */
void
engines_kill(const char *why)
{
	log_err("MGR: engine[%ld] %s, ending it", (long)engine.pid, why);
	kill(engine.pid, SIGKILL);	/* not reaped: still ours */
}

bool
engines_tell(const struct ipc_msg *m, const int *fds, int n)
{
	if (engine.sock == -1)
		return false;
	if (ipc_send(engine.sock, m, fds, n) == 0)
		return true;
	if (errno == EAGAIN)
		engines_kill("does not read its messages");
	return false;
}

int
engines_adopt(void)
{
	struct ipc_msg m;
	int pair[2];
	bool told;

	if (engine.sock == -1 || ipc_pair(pair) == -1)
		return -1;
	ipc_msg_init(&m, IPC_ADOPT, 0);
	told = engines_tell(&m, &pair[1], 1);
	close(pair[1]);
	if (told)
		return pair[0];
	close(pair[0]);
	return -1;
}

/* --- which call an engine has died of ------------------------------------ */

/* Where the engine says what it is at; -1: nowhere. */
static int
make_at_work(void)
{
	int fd = memfd_create("pptpd-at-work", MFD_CLOEXEC);
	void *p;

	if (fd == -1)
		return -1;
	if (ftruncate(fd, sizeof(*engine.at_work)) == -1 ||
	    (p = mmap(NULL, sizeof(*engine.at_work), PROT_READ, MAP_SHARED,
	    fd, 0)) == MAP_FAILED) {
		close(fd);
		return -1;
	}
	engine.at_work = p;
	return fd;
}

/* Nobody dies of SIGKILL or SIGTERM by itself. */
static void
find_suspect(int status)
{
	uint16_t id = engine.at_work != NULL ? *engine.at_work : 0;

	if (engine.at_work != NULL)
		munmap(engine.at_work, sizeof(*engine.at_work));
	engine.at_work = NULL;
	if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGKILL ||
	    WTERMSIG(status) == SIGTERM))
		return;
	engine.culprit = id != 0 && id == engine.suspect ? id : 0;
	engine.suspect = id;
}

bool
engines_crashed_by(uint16_t call_id)
{
	return engine.culprit != 0 && call_id == engine.culprit;
}

static void
answer_access(uint32_t token, bool allowed)
{
	struct ipc_msg m;

	ipc_msg_init(&m, IPC_ACCESS_REPLY, 0);
	m.u.access.token = token;
	m.u.access.allowed = allowed;
	engines_tell(&m, NULL, 0);
}

bool
engines_access_reaped(pid_t pid, int status)
{
	return asking_reaped(pid, status, answer_access);
}

static void
call_request(const struct ipc_msg *request, int control_fd)
{
	struct ipc_msg reply;
	int fds[IPC_FDS_MAX];

	if (control_fd != -1 && engine_request_is_late(control_fd)) {
		ipc_msg_init(&reply, IPC_CALL_REPLY, request->call_id);
		reply.u.call_reply.result = PPTP_OCRP_ERROR;
		reply.u.call_reply.error = PPTP_ERROR_PAC;
		engines_tell(&reply, NULL, 0);
		return;
	}
	calls_start(request, control_fd, &reply, fds);
	if (reply.u.call_reply.result != PPTP_OCRP_CONNECTED) {
		engines_tell(&reply, NULL, 0);
		return;
	}
	engines_tell(&reply, fds, 2);
	close(fds[0]);
	close(fds[1]);
}

static void
admin_request(const struct ipc_msg *request)
{
	struct ipc_msg reply;

	ipc_msg_init(&reply, IPC_ADMIN_REPLY, 0);
	reply.u.admin_reply.token = request->u.admin_request.token;
	orders_do(request->u.admin_request.verb, &reply);
	engines_tell(&reply, NULL, 0);
}

static void
engine_log(struct ipc_msg *m)
{
	m->u.log.line[sizeof(m->u.log.line) - 1] = '\0';
	log_msg(m->u.log.priority & LOG_PRIMASK, "%s", m->u.log.line);
}

/* --- whether it answers -------------------------------------------------- */

static void
ping(void)
{
	struct ipc_msg m;

	engine.unanswered++;
	ipc_msg_init(&m, IPC_PING, 0);
	(void)engines_tell(&m, NULL, 0);
}

static void
pong(void)
{
	engine.unanswered = 0;
	engine.alive();
}

/*
 * What it is at counts as the cause, as in a crash; but if SIGABRT does not
 * end it either, somebody has stopped it.  Pulses are counted, not seconds:
 * the machine may have slept.
 */
static void
on_pulse(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	if (engine.pid == 0 || engine.stopping)
		return;
	if (engine.unanswered == UNANSWERED_MAX) {
		log_err("MGR: engine[%ld] does not answer, ending it",
		    (long)engine.pid);
		kill(engine.pid, SIGABRT);
	} else if (engine.unanswered > UNANSWERED_MAX)
		engines_kill("does not end");
	ping();
}

static void
on_engine(evutil_socket_t fd, short what, void *arg)
{
	struct ipc_msg m;
	int fds[IPC_FDS_MAX], n;
	int got = ipc_recv(fd, &m, fds, &n);
	const char *fault;

	(void)what;
	(void)arg;
	if (got == -1 && errno == EAGAIN)
		return;
	if (got == 0) {			/* its exit will be reaped */
		event_del(engine.event);
		return;
	}
	fault = got != 1 ? "sent what is no message" :
	    engine_request_fault(&m, fds, n, seconds() * 1000);
	if (engine.stopping)
		;			/* it knows, or soon will */
	else if (fault != NULL)
		engines_kill(fault);
	else if (m.type == IPC_CALL_REQUEST)
		call_request(&m, n == 1 ? fds[0] : -1);
	else if (m.type == IPC_ACCESS_REQUEST)
		asking_start(m.u.access.token, m.u.access.client_addr,
		    answer_access);
	else if (m.type == IPC_PONG)
		pong();
	if (fault == NULL && m.type == IPC_LOG)
		engine_log(&m);
	if (fault == NULL && m.type == IPC_ADMIN_REQUEST)
		admin_request(&m);
	while (n > 0)
		close(fds[--n]);
}

/* --- starting the engine ------------------------------------------------- */

static void
configure(int at_work)
{
	const struct conf *conf = engine.setup->conf;
	struct ipc_msg m;

	ipc_msg_init(&m, IPC_CONFIG, 0);
	m.u.config.stimeout_ms = (uint32_t)conf->stimeout * 1000;
	m.u.config.debug = conf->debug;
	m.u.config.ask_access = access_built();
	m.u.config.draining = engine.draining;
	m.u.config.admin_gid = engine.setup->admin_group;
	m.u.config.limits = conf->limits;
	if (conf->inetd && conf->inetd_callid > 0)
		m.u.config.first_call_id = conf->inetd_callid;
	m.u.config.leave_calls = engine.keep_calls;
	engines_tell(&m, &at_work, at_work == -1 ? 0 : 1);
}

void
engines_configure(void)
{
	configure(-1);
}

/* What only a new one is told. */
static void
introduce(void)
{
	struct ipc_msg m;
	int fd = make_at_work();

	configure(fd);
	if (fd != -1)
		close(fd);
	if (engine.setup->connection == -1)
		return;
	ipc_msg_init(&m, IPC_CONNECTION, 0);
	engines_tell(&m, &engine.setup->connection, 1);
	close(engine.setup->connection);
}

bool
engines_start(void)
{
	static char name[] = ENGINE, dir[] = RUNDIR_EMPTY;
	char *argv[] = { name, dir, engine.setup->conf->sandbox, NULL };
	int pair[2], fds[4], size = QUEUE_SIZE;

	if (!rundir_make())
		return false;
	if (ipc_pair(pair) == -1) {
		log_err("MGR: socketpair: %s", strerror(errno));
		return false;
	}
	for (int i = 0; i < 2; i++)
		(void)setsockopt(pair[i], SOL_SOCKET, SO_SNDBUFFORCE, &size,
		    sizeof(size));
	fds[0] = pair[1];
	fds[1] = engine.setup->listener;
	fds[2] = engine.setup->gre;
	fds[3] = engine.setup->admin;
	engine.pid = child_spawn(ENGINE, argv, fds, 4);
	close(pair[1]);
	if (engine.pid == -1) {
		log_err("MGR: cannot start " ENGINE ": %s", strerror(errno));
		engine.pid = 0;
		close(pair[0]);
		return false;
	}
	engine.sock = pair[0];
	engine.since = seconds();
	evutil_make_socket_nonblocking(engine.sock);
	engine.event = event_new(engine.base, engine.sock,
	    EV_READ | EV_PERSIST, on_engine, NULL);
	event_add(engine.event, NULL);
	introduce();
	keepers_serve();
	engine.unanswered = 0;
	ping();
	return true;
}

/* Starts the engine again: at once, unless it has just been started. */
static void
try_again(void)
{
	struct timeval soon = { 0, 0 };

	if (++engine.quick_deaths >= QUICK_DEATHS) {
		log_err("MGR: the engine does not stay up, giving up");
		engine.failed();
		return;
	}
	for (int i = 1; i < engine.quick_deaths; i++)
		soon.tv_usec = soon.tv_usec == 0 ? BACK_OFF_US :
		    soon.tv_usec * 2;
	if (soon.tv_usec > BACK_OFF_MAX_US)
		soon.tv_usec = BACK_OFF_MAX_US;
	event_add(engine.restart_ev, &soon);
}

static void
on_restart(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	if (engine.stopping)
		return;
	if (!engines_start())
		try_again();
	else
		engine.restarts++;
}

bool
engines_reaped(pid_t pid, int status)
{
	const char *calls = engine.keep_calls ? ", another one takes its "
	    "calls" : ", its calls end";

	if (engine.pid == 0 || pid != engine.pid)
		return false;
	/* What it still had to say. */
	if (event_pending(engine.event, EV_READ, NULL)) {
		struct ipc_msg m;
		int fds[IPC_FDS_MAX], n;

		while (ipc_recv(engine.sock, &m, fds, &n) == 1) {
			if (m.type == IPC_LOG)
				engine_log(&m);
			while (n > 0)
				close(fds[--n]);
		}
	}
	event_free(engine.event);
	close(engine.sock);
	engine.sock = -1;
	engine.pid = 0;
	find_suspect(status);
	if (engine.stopping || engine.setup->conf->inetd)
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
	if (seconds() - engine.since >= QUICK_DEATH_S)
		engine.quick_deaths = 0;
	try_again();
	return true;
}

void
engines_init(struct event_base *base, const struct monitor_setup *setup,
    bool keep_calls, void (*failed)(void), void (*alive)(void))
{
	struct timeval pulse = { PULSE_S, 0 };

	engine.keep_calls = keep_calls;
	engine.base = base;
	engine.setup = setup;
	engine.failed = failed;
	engine.alive = alive;
	engine.sock = -1;
	engine.restart_ev = evtimer_new(base, on_restart, NULL);
	engine.pulse_ev = event_new(base, -1, EV_PERSIST, on_pulse, NULL);
	event_add(engine.pulse_ev, &pulse);
}
