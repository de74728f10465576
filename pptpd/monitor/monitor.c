/* Monitor: its event loop, which ties all its modules together. */
/* SPDX-License-Identifier: ISC */
#include "monitor/monitor.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "config/instance.h"
#include "monitor/access.h"
#include "monitor/access_query.h"
#include "monitor/admin_orders.h"
#include "monitor/awaited.h"
#include "monitor/bcrelay.h"
#include "monitor/calls.h"
#include "monitor/engines.h"
#include "monitor/notify.h"
#include "monitor/plugin_choice.h"
#include "monitor/rejoin_server.h"
#include "monitor/reload.h"
#include "monitor/request.h"
#include "monitor/request_check.h"
#include "monitor/rundir.h"
#include "monitor/spawner_client.h"
#include "monitor/upgrade.h"
#include "shared/ipc.h"
#include "shared/mono.h"

#define ENGINE_STOP_S	8	/* for CDN, StopCCRQ and their answers */
#define ENGINE_LEAVE_S	2	/* to leave them to the next server */
/* As process 1: whoever stops a container waits for 10 s, then kills it. */
#define FIRST_ENGINE_STOP_S 5
#define FIRST_STOP_S	7
#define STOP_S		14	/* for everything */
#define MANY_CALLS	64	/* so many children take time to look at */
#define REAP_SOON_US	50000
#define LOOK_S		2	/* keepers have come by then */
#define EXIT_NO_SOCKET	255	/* as Poptop's exit(-1) */

static struct {
	struct monitor_setup *setup;
	struct event_base *base;
	struct event	*stop_ev, *orphan_ev, *reap_ev;
	bool		 keep_calls;	/* they outlive engine and monitor */
	bool		 ready;		/* the first engine has answered */
	bool		 stopping, draining;
	bool		 leaving;	/* ... and calls are left to the next */
	bool		 upgrading;	/* ... which we will become */
	time_t		 since;
	int		 exit_status;
	char		 rejoin[KEEPER_PATH];	/* where keepers come to */
} monitor;

static void
maybe_done(void)
{
	if (monitor.draining && !monitor.stopping && calls_count() == 0 &&
	    !awaited_expected()) {
		log_notice("MGR: the last call has gone, leaving");
		monitor_stop();
		return;
	}
	if (monitor.stopping && !engines_running() && (monitor.leaving ||
	    (calls_count() == 0 && !awaited_expected())))
		event_base_loopbreak(monitor.base);
}

/* An engine does not stay up. */
static void
give_up(void)
{
	monitor.exit_status = EXIT_NO_SOCKET;	/* 1 is the administrator's */
	monitor.stopping = true;
	monitor.leaving = monitor.keep_calls;	/* perhaps a new start helps */
	engines_stop(monitor.keep_calls ? IPC_LEAVE : IPC_SHUTDOWN);
	maybe_done();
}

/* The engine has answered, so both of us are well. */
static void
on_alive(void)
{
	if (!monitor.ready)
		notify_ready();
	monitor.ready = true;
	notify_status(monitor.draining ? "Draining, %u calls to go" :
	    "Serving, %u calls", calls_count());
	notify_alive(mono_us());
}

/* --- signals ------------------------------------------------------------- */

/* With us a container ends, and all that runs in it. */
static bool
is_first_process(void)
{
	return getpid() == 1;
}

/* What ends in any case; the engine is told how. */
static void
begin_stop(enum ipc_type how, int seconds)
{
	struct timeval tv = { seconds, 0 };

	monitor.stopping = true;
	if (monitor.upgrading)
		notify_reloading();
	else
		notify_stopping();
	notify_status("%s, %u calls", monitor.upgrading ? "Upgrading" :
	    monitor.leaving ? "Restarting" : "Stopping", calls_count());
	reload_stop();
	bcrelay_stop();
	access_query_drop();
	if (monitor.setup->listener != -1 && !monitor.upgrading)
		close(monitor.setup->listener);
	engines_stop(how);
	/* What was done in this turn of the loop may have taken long. */
	event_base_update_cache_time(monitor.base);
	event_add(monitor.stop_ev, &tv);
	maybe_done();
}

/* All calls end in order. */
void
monitor_stop(void)
{
	if (monitor.stopping)
		return;
	rejoin_server_end();
	begin_stop(IPC_SHUTDOWN, is_first_process() ? FIRST_ENGINE_STOP_S :
	    ENGINE_STOP_S);
}

/* All calls stay, for the next server. */
static void
leave(void)
{
	if (monitor.stopping)
		return;
	if (calls_count() > 0 && !monitor.upgrading)
		log_notice("MGR: %u calls wait %u s for the next pptpd",
		    calls_count(), monitor.setup->conf->restart_grace);
	monitor.leaving = true;
	rejoin_server_close();
	begin_stop(IPC_LEAVE, ENGINE_LEAVE_S);
}

bool
monitor_can_upgrade(void)
{
	const char *why = NULL;

	if (monitor.stopping)
		why = "it is stopping";
	else if (monitor.draining)
		why = "it is draining";
	else if (!monitor.keep_calls)
		why = "calls would end, see restart-grace";
	if (why != NULL)
		log_err("MGR: no upgrade, this pptpd goes on: %s", why);
	return why == NULL && upgrade_check();
}

/* Makes way for the program that lies at our path now. */
void
monitor_upgrade(void)
{
	if (monitor.stopping)
		return;
	log_notice("MGR: upgrade: starting the pptpd that is installed now");
	monitor_hold_signals();
	monitor.upgrading = true;
	monitor.exit_status = MONITOR_UPGRADE;
	leave();
}

/* Somebody has taken too long to stop. */
static void
on_stop_time(evutil_socket_t fd, short what, void *arg)
{
	struct timeval tv = { is_first_process() ?
	    FIRST_STOP_S - FIRST_ENGINE_STOP_S : STOP_S - ENGINE_STOP_S, 0 };
	static bool last;

	(void)fd;
	(void)what;
	(void)arg;
	if (engines_running())
		engines_kill("does not stop");
	if (monitor.leaving)
		return;
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

/* A call has ended. */
static void
call_over(void)
{
	on_orphan_time(-1, 0, NULL);
	maybe_done();
}

static void
reap(void)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (engines_reaped(pid, status)) {
			if (monitor.setup->conf->inetd)
				monitor.stopping = true;
		} else if (!calls_reaped(pid, status) &&
		    !bcrelay_reaped(pid, status) && !spawner_reaped(pid) &&
		    !plugin_choice_reaped(pid) &&
		    !request_access_reaped(pid, status))
			log_debug("MGR: Reaped unknown child %ld", (long)pid);
	}
	call_over();
}

static void
on_reap_time(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	reap();
}

/*
 * The kernel goes through all our children to find those that have ended.
 * With many calls that is not done for each: of engines and keepers one hears
 * otherwise, and only a few others are waited for.
 */
static void
on_child(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval soon = { 0, REAP_SOON_US }, late = { 1, 0 };
	static bool hurried;
	bool hurry;

	(void)fd;
	(void)what;
	(void)arg;
	if (calls_count() <= MANY_CALLS) {
		reap();
		return;
	}
	engines_reap();
	hurry = calls_wait_for_child() || access_query_waits();
	if (!event_pending(monitor.reap_ev, EV_TIMEOUT, NULL) ||
	    (hurry && !hurried)) {
		event_add(monitor.reap_ev, hurry ? &soon : &late);
		hurried = hurry;
	}
	maybe_done();
}

/*
 * The pptpd that we become finds the signal pending, since signals are held:
 * it is the one that can still end the calls.  libevent has caught this one
 * before they were.
 */
static void
pass_on(int sig)
{
	log_notice("MGR: upgrade: signal %d is for the pptpd that comes now",
	    sig);
	(void)raise(sig);
}

static void
on_signal(evutil_socket_t sig, short what, void *arg)
{
	(void)what;
	(void)arg;
	if (monitor.upgrading) {
		pass_on((int)sig);
		return;
	}
	switch (sig) {
	case SIGHUP:
		reload_soon();
		break;
	case SIGUSR2:
		if (monitor_can_upgrade())
			monitor_upgrade();
		break;
	case SIGUSR1:
		log_notice("MGR: signal %d has no meaning here", (int)sig);
		break;
	case SIGTERM:
		if (monitor.keep_calls && !is_first_process())
			leave();
		else
			monitor_stop();
		break;
	default:
		monitor_stop();
		break;
	}
}

#define N_SIGNALS	(sizeof(signals) / sizeof(signals[0]))

static const int signals[] = { SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1,
    SIGUSR2 };

static void
set_mask(int how)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < N_SIGNALS; i++)
		sigaddset(&set, signals[i]);
	sigprocmask(how, &set, NULL);
}

void
monitor_hold_signals(void)
{
	set_mask(SIG_BLOCK);
}

static void
watch_signals(void)
{
	signal(SIGPIPE, SIG_IGN);
	event_add(evsignal_new(monitor.base, SIGCHLD, on_child, NULL), NULL);
	for (size_t i = 0; i < N_SIGNALS; i++)
		event_add(evsignal_new(monitor.base, signals[i], on_signal,
		    NULL), NULL);
	set_mask(SIG_UNBLOCK);
}

/* --- administrators ------------------------------------------------------ */

/* The end comes with that of the last call. */
void
monitor_drain(void)
{
	if (monitor.draining || monitor.stopping)
		return;
	monitor.draining = true;
	log_notice("MGR: draining: no new calls, %u to go", calls_count());
	reload_stop();			/* it could open another listener */
	if (monitor.setup->listener != -1)
		close(monitor.setup->listener);
	monitor.setup->listener = -1;
	engines_drain();
	maybe_done();
}

void
monitor_status(struct ipc_admin_status *s)
{
	memset(s, 0, sizeof(*s));
	s->pid = (int32_t)getpid();
	s->uptime_s = (uint32_t)(mono_s() - monitor.since);
	s->engine_restarts = engines_restarts();
	s->draining = monitor.draining;
	s->stopping = monitor.stopping;
	calls_slots(&s->slots, &s->slots_free);
}

/* --- the rest ------------------------------------------------------------ */

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

/* Lets calls outlive us, if that is wanted and can be. */
static void
keep_calls(const struct conf *conf)
{
	char ledger[KEEPER_PATH];

	monitor.keep_calls = !conf->inetd && conf->restart_grace > 0 &&
	    rundir_make() &&
	    instance_path(monitor.rejoin, sizeof(monitor.rejoin), "keepers",
	    conf->pidfile) == 0 &&
	    instance_path(ledger, sizeof(ledger), "calls",
	    conf->pidfile) == 0 && rejoin_server_open(monitor.base, monitor.rejoin);
	if (monitor.keep_calls)
		calls_keep(monitor.rejoin, ledger);
}

static void
on_look_time(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	(void)plugin_choice_look();
}

/* Asks pppd, which takes its time: calls that wait for us come first. */
static void
look_at_pppd(void)
{
	struct timeval tv = { LOOK_S, 0 };

	if (!awaited_any() || event_base_once(monitor.base, -1, EV_TIMEOUT,
	    on_look_time, NULL, &tv) == -1)
		(void)plugin_choice_look();
}

int
monitor_run(struct monitor_setup *setup)
{
	monitor.setup = setup;
	monitor.since = mono_s();
	monitor.base = event_base_new();
	if (monitor.base == NULL || calls_init(setup->conf,
	    setup->log_stderr, monitor.base, call_over) == -1) {
		log_err("MGR: start failed: %s", strerror(errno));
		return 1;
	}
	calls_kernel(setup->kernel_map);
	raise_limits();
	request_check_init(&setup->conf->limits, setup->conf->debug,
	    access_built());
	if (setup->listener != -1)
		request_check_listener(setup->listener);
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
	keep_calls(setup->conf);
	look_at_pppd();
	engines_init(monitor.base, setup, monitor.keep_calls, give_up,
	    on_alive);
	monitor.stop_ev = evtimer_new(monitor.base, on_stop_time, NULL);
	monitor.orphan_ev = evtimer_new(monitor.base, on_orphan_time, NULL);
	monitor.reap_ev = evtimer_new(monitor.base, on_reap_time, NULL);
	reload_init(monitor.base, setup);
	admin_orders_init(monitor.base);
	watch_signals();
	bcrelay_init(monitor.base);
	bcrelay_start(setup->conf);
	if (!engines_start())
		return EXIT_NO_SOCKET;
	event_base_dispatch(monitor.base);
	/* Signals that libevent has caught, and that wait for their turn. */
	if (monitor.upgrading)
		event_base_loop(monitor.base, EVLOOP_NONBLOCK);
	rejoin_server_close();
	spawner_stop();
	return monitor.exit_status;
}
