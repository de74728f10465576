/* The monitor: starts the engine, gives it calls, and outlives it. */
#include "monitor.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "access.h"
#include "asking.h"
#include "calls.h"
#include "child.h"
#include "ipc.h"
#include "log.h"
#include "pptp_msg.h"
#include "request.h"
#include "spawner.h"

#define ENGINE		LIBEXECDIR "/pptpd-engine"
#define BCRELAY		SBINDIR "/bcrelay"
#define EMPTY_DIR	RUNDIR "/pptpd/empty"

#define ENGINE_STOP_S	8	/* for CDN, StopCCRQ and their answers */
#define STOP_S		14	/* for everything */
#define QUICK_DEATH_S	5	/* an engine that dies so soon ... */
#define QUICK_DEATHS	5	/* ... so often is not started again */
#define QUEUE_SIZE	(4 * 1024 * 1024)	/* messages to the engine */
#define EXIT_NO_SOCKET	255	/* as Poptop's exit(-1) */

static struct {
	const struct monitor_setup *setup;
	struct event_base *base;
	struct event	*engine_ev, *restart_ev, *stop_ev, *orphan_ev;
	int		 engine;	/* socket, -1: none */
	pid_t		 engine_pid, bcrelay_pid;	/* 0: none */
	time_t		 engine_since;
	int		 quick_deaths;
	bool		 stopping;
	int		 exit_status;
} monitor;

static time_t
seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

static void
maybe_done(void)
{
	if (monitor.stopping && monitor.engine_pid == 0 && calls_count() == 0)
		event_base_loopbreak(monitor.base);
}

/* --- talking to the engine ----------------------------------------------- */

/* An engine that does not listen, or talks nonsense, is of no use. */
static void
kill_engine(const char *why)
{
	log_err("MGR: engine[%ld] %s, ending it", (long)monitor.engine_pid,
	    why);
	kill(monitor.engine_pid, SIGKILL);	/* not reaped: still ours */
}

static void
tell(const struct ipc_msg *m, const int *fds, int n)
{
	if (monitor.engine != -1 &&
	    ipc_send(monitor.engine, m, fds, n) == -1 && errno == EAGAIN)
		kill_engine("does not read its messages");
}

static void
answer_access(uint32_t token, bool allowed)
{
	struct ipc_msg m;

	ipc_msg_init(&m, IPC_ACCESS_REPLY, 0);
	m.u.access.token = token;
	m.u.access.allowed = allowed;
	tell(&m, NULL, 0);
}

static void
call_request(const struct ipc_msg *request, int control_fd)
{
	struct ipc_msg reply;
	int fds[IPC_FDS_MAX];

	if (control_fd != -1 && request_is_late(control_fd)) {
		ipc_msg_init(&reply, IPC_CALL_REPLY, request->call_id);
		reply.u.call_reply.result = PPTP_OCRP_ERROR;
		reply.u.call_reply.error = PPTP_ERROR_PAC;
		tell(&reply, NULL, 0);
		return;
	}
	calls_start(request, control_fd, &reply, fds);
	if (reply.u.call_reply.result != PPTP_OCRP_CONNECTED) {
		tell(&reply, NULL, 0);
		return;
	}
	tell(&reply, fds, 2);
	close(fds[0]);
	close(fds[1]);
}

static void
engine_log(struct ipc_msg *m)
{
	m->u.log.line[sizeof(m->u.log.line) - 1] = '\0';
	log_msg(m->u.log.priority & LOG_PRIMASK, "%s", m->u.log.line);
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
		event_del(monitor.engine_ev);
		return;
	}
	fault = got == 1 ? request_fault(&m, fds, n, seconds() * 1000) :
	    "sent what is no message";
	if (monitor.stopping)
		;			/* it knows, or soon will */
	else if (fault != NULL)
		kill_engine(fault);
	else if (m.type == IPC_CALL_REQUEST)
		call_request(&m, n == 1 ? fds[0] : -1);
	else if (m.type == IPC_ACCESS_REQUEST)
		asking_start(m.u.access.token, m.u.access.client_addr,
		    answer_access);
	if (fault == NULL && m.type == IPC_LOG)
		engine_log(&m);
	while (n > 0)
		close(fds[--n]);
}

/* --- starting the engine ------------------------------------------------- */

static bool
make_empty_dir(void)
{
	char path[] = EMPTY_DIR;

	for (char *slash = path + 1; (slash = strchr(slash, '/')) != NULL;
	    slash++) {
		*slash = '\0';
		(void)mkdir(path, 0755);	/* what fails, fails below */
		*slash = '/';
	}
	if (mkdir(path, 0555) == -1 && errno != EEXIST) {
		log_err("MGR: " EMPTY_DIR ": %s", strerror(errno));
		return false;
	}
	return true;
}

static void
configure_engine(void)
{
	const struct conf *conf = monitor.setup->conf;
	struct ipc_msg m;

	ipc_msg_init(&m, IPC_CONFIG, 0);
	m.u.config.stimeout_ms = (uint32_t)conf->stimeout * 1000;
	m.u.config.debug = conf->debug;
	m.u.config.ask_access = access_built();
	m.u.config.limits = conf->limits;
	if (conf->inetd && conf->inetd_callid > 0)
		m.u.config.first_call_id = conf->inetd_callid;
	tell(&m, NULL, 0);
	if (monitor.setup->connection != -1) {
		ipc_msg_init(&m, IPC_CONNECTION, 0);
		tell(&m, &monitor.setup->connection, 1);
		close(monitor.setup->connection);
	}
}

static bool
start_engine(void)
{
	static char name[] = ENGINE, dir[] = EMPTY_DIR;
	char *argv[] = { name, dir, monitor.setup->conf->sandbox, NULL };
	int pair[2], fds[3], size = QUEUE_SIZE;

	if (!make_empty_dir())
		return false;
	if (ipc_pair(pair) == -1) {
		log_err("MGR: socketpair: %s", strerror(errno));
		return false;
	}
	for (int i = 0; i < 2; i++)
		(void)setsockopt(pair[i], SOL_SOCKET, SO_SNDBUFFORCE, &size,
		    sizeof(size));
	fds[0] = pair[1];
	fds[1] = monitor.setup->listener;
	fds[2] = monitor.setup->gre;
	monitor.engine_pid = child_spawn(ENGINE, argv, fds, 3);
	close(pair[1]);
	if (monitor.engine_pid == -1) {
		log_err("MGR: cannot start " ENGINE ": %s", strerror(errno));
		monitor.engine_pid = 0;
		close(pair[0]);
		return false;
	}
	monitor.engine = pair[0];
	monitor.engine_since = seconds();
	evutil_make_socket_nonblocking(monitor.engine);
	monitor.engine_ev = event_new(monitor.base, monitor.engine,
	    EV_READ | EV_PERSIST, on_engine, NULL);
	event_add(monitor.engine_ev, NULL);
	configure_engine();
	return true;
}

static void
give_up(void)
{
	monitor.exit_status = EXIT_NO_SOCKET;	/* 1 is the administrator's */
	monitor.stopping = true;
	maybe_done();
}

/* Starts the engine again, in a second. */
static void
try_again(void)
{
	struct timeval soon = { 1, 0 };

	if (++monitor.quick_deaths >= QUICK_DEATHS) {
		log_err("MGR: the engine does not stay up, giving up");
		give_up();
		return;
	}
	event_add(monitor.restart_ev, &soon);
}

static void
on_restart(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	if (!monitor.stopping && !start_engine())
		try_again();
}

static void
engine_gone(int status)
{
	pid_t pid = monitor.engine_pid;

	/* What it still had to say. */
	if (event_pending(monitor.engine_ev, EV_READ, NULL)) {
		struct ipc_msg m;
		int fds[IPC_FDS_MAX], n;

		while (ipc_recv(monitor.engine, &m, fds, &n) == 1) {
			if (m.type == IPC_LOG)
				engine_log(&m);
			while (n > 0)
				close(fds[--n]);
		}
	}
	event_free(monitor.engine_ev);
	close(monitor.engine);
	monitor.engine = -1;
	monitor.engine_pid = 0;
	if (monitor.stopping || monitor.setup->conf->inetd) {
		monitor.stopping = true;
		maybe_done();
		return;
	}
	if (WIFSIGNALED(status))
		log_err("MGR: engine[%ld] was killed by signal %d (%s), its "
		    "calls end", (long)pid, WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
	else
		log_err("MGR: engine[%ld] exited with status %d, its calls "
		    "end", (long)pid, WEXITSTATUS(status));
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		log_err("MGR: its sandbox forbade it a system call: the "
		    "kernel's log has the number; \"sandbox\" in "
		    "pptpd.conf(5) says more");
	if (seconds() - monitor.engine_since >= QUICK_DEATH_S)
		monitor.quick_deaths = 0;
	try_again();
}

/* --- signals ------------------------------------------------------------- */

static void
stop(void)
{
	struct timeval tv = { ENGINE_STOP_S, 0 };
	struct ipc_msg m;

	if (monitor.stopping)
		return;
	monitor.stopping = true;
	if (monitor.bcrelay_pid != 0) {
		log_debug("CTRL: Closing child BCrelay with pid %ld",
		    (long)monitor.bcrelay_pid);
		kill(monitor.bcrelay_pid, SIGTERM);
	}
	if (monitor.setup->listener != -1)
		close(monitor.setup->listener);
	ipc_msg_init(&m, IPC_SHUTDOWN, 0);
	tell(&m, NULL, 0);
	event_add(monitor.stop_ev, &tv);
	maybe_done();
}

/* Somebody has taken too long to stop. */
static void
on_stop_time(evutil_socket_t fd, short what, void *arg)
{
	struct timeval tv = { STOP_S - ENGINE_STOP_S, 0 };
	static bool last;

	(void)fd;
	(void)what;
	(void)arg;
	if (monitor.engine_pid != 0)
		kill_engine("does not stop");
	if (last) {
		log_err("MGR: %u calls do not end, leaving", calls_count());
		calls_kill_all();
		event_base_loopbreak(monitor.base);
		return;
	}
	last = true;
	event_add(monitor.stop_ev, &tv);
}

static void
on_orphan_time(evutil_socket_t fd, short what, void *arg)
{
	struct timeval second = { 1, 0 };

	(void)fd;
	(void)what;
	(void)arg;
	if (calls_kill_orphans())
		event_add(monitor.orphan_ev, &second);
}

static void
on_child(evutil_socket_t fd, short what, void *arg)
{
	pid_t pid;
	int status;

	(void)what;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == monitor.engine_pid) {
			engine_gone(status);
		} else if (pid == monitor.bcrelay_pid) {
			monitor.bcrelay_pid = 0;
			if (!monitor.stopping)
				log_err("MGR: bcrelay[%ld] has ended",
				    (long)pid);
		} else if (!calls_reaped(pid, status) &&
		    !spawner_reaped(pid) &&
		    !asking_reaped(pid, status, answer_access))
			log_debug("MGR: Reaped unknown child %ld", (long)pid);
	}
	on_orphan_time(fd, what, arg);
	maybe_done();
}

static void
on_signal(evutil_socket_t sig, short what, void *arg)
{
	(void)what;
	(void)arg;
	switch (sig) {
	case SIGHUP:
		log_notice("MGR: SIGHUP: the configuration is read at start "
		    "only; restart pptpd to change it");
		break;
	case SIGUSR1:
	case SIGUSR2:
		log_notice("MGR: signal %d has no meaning here", (int)sig);
		break;
	default:
		stop();
		break;
	}
}

static void
watch_signals(void)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGQUIT, SIGHUP,
	    SIGUSR1, SIGUSR2 };

	signal(SIGPIPE, SIG_IGN);
	event_add(evsignal_new(monitor.base, SIGCHLD, on_child, NULL), NULL);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		event_add(evsignal_new(monitor.base, signals[i], on_signal,
		    NULL), NULL);
}

/* --- the rest ------------------------------------------------------------ */

static void
start_bcrelay(void)
{
	const struct conf *conf = monitor.setup->conf;
	static char name[] = BCRELAY, in[] = "-i", out[] = "-o",
	    ppp[] = "ppp[0-9].*", quiet[] = "-n";
	char *argv[] = { name, in, conf->bcrelay, out, ppp,
	    conf->debug ? NULL : quiet, NULL };

	if (conf->bcrelay == NULL)
		return;
	log_debug("MGR: BCrelay incoming interface is %s", conf->bcrelay);
	log_debug("MGR: BCrelay outgoing interface is regexp %s", ppp);
	monitor.bcrelay_pid = child_spawn(BCRELAY, argv, NULL, 0);
	if (monitor.bcrelay_pid == -1) {
		log_err("CTRL (BCrelay Launcher): Failed to launch BCrelay.");
		monitor.bcrelay_pid = 0;
	}
}

/* Each call needs a few descriptors here while it starts, one less after. */
static void
raise_limits(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
}

int
monitor_run(const struct monitor_setup *setup)
{
	monitor.setup = setup;
	monitor.engine = -1;
	monitor.base = event_base_new();
	if (monitor.base == NULL || calls_init(setup->conf,
	    setup->log_stderr) == -1) {
		log_err("MGR: start failed: %s", strerror(errno));
		return 1;
	}
	raise_limits();
	request_init(&setup->conf->limits, setup->conf->debug,
	    access_built());
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
	monitor.restart_ev = evtimer_new(monitor.base, on_restart, NULL);
	monitor.stop_ev = evtimer_new(monitor.base, on_stop_time, NULL);
	monitor.orphan_ev = evtimer_new(monitor.base, on_orphan_time, NULL);
	watch_signals();
	start_bcrelay();
	if (!start_engine())
		return EXIT_NO_SOCKET;
	event_base_dispatch(monitor.base);
	spawner_stop();
	return monitor.exit_status;
}
