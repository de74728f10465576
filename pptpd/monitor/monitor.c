/* Monitor: its event loop, which ties all its modules together. */
/* SPDX-License-Identifier: ISC */
#include "monitor/monitor.h"

#include <errno.h>
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
#include "monitor/aaa.h"
#include "monitor/access.h"
#include "monitor/access_query.h"
#include "monitor/admin_orders.h"
#include "monitor/awaited.h"
#include "monitor/back_relay.h"
#include "monitor/bcrelay.h"
#include "monitor/calls.h"
#include "monitor/ends.h"
#include "monitor/engines.h"
#include "monitor/firewall.h"
#include "monitor/lifetime.h"
#include "monitor/plugin_choice.h"
#include "monitor/pools.h"
#include "monitor/rejoin_server.h"
#include "monitor/reload.h"
#include "monitor/request.h"
#include "monitor/request_check.h"
#include "monitor/rundir.h"
#include "monitor/signals.h"
#include "monitor/spawner_client.h"
#include "shared/ipc.h"
#include "shared/loop.h"

#define MANY_CALLS	64	/* wait(2) is slow with so many children */
#define REAP_SOON_MS	50
#define REAP_LATE_MS	1000
#define ORPHANS_MS	1000
#define LOOK_MS		2000	/* keepers come back within this time */

static struct {
	struct monitor_setup *setup;
	struct loop_timer orphans, reap, look;
	char		 rejoin[KEEPER_PATH];	/* socket for keepers */
} monitor;

/* --- children ------------------------------------------------------------ */

static void
on_orphans(void *arg)
{
	(void)arg;
	if (calls_kill_orphans())
		(void)loop_timer_in_ms(&monitor.orphans, ORPHANS_MS);
}

/* A call has ended. */
static void
call_over(void)
{
	on_orphans(NULL);
	lifetime_look();
}

static void
reap(void)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (engines_reaped(pid, status)) {
			if (monitor.setup->conf->inetd)
				lifetime_connection_over();
		} else if (!calls_reaped(pid, status) &&
		    !bcrelay_reaped(pid, status) && !spawner_reaped(pid) &&
		    !aaa_reaped(pid, status) &&
		    !firewall_reaped(pid, status) &&
		    !plugin_choice_reaped(pid) &&
		    !request_access_reaped(pid, status))
			log_debug("MGR: Reaped unknown child %ld", (long)pid);
	}
	call_over();
}

static void
on_reap(void *arg)
{
	(void)arg;
	reap();
}

/*
 * A child has ended.  To find it, the kernel goes through all our children.
 * With many calls we do not ask at each end, but look for all together a little
 * later: the ends of engines and keepers are reported in other ways, and few
 * other children are waited for.
 */
static void
child_ended(void)
{
	static bool hurried;
	bool hurry;

	if (calls_count() <= MANY_CALLS) {
		reap();
		return;
	}
	engines_reap();
	hurry = calls_wait_for_child() || access_query_waits();
	if (!loop_timer_runs(&monitor.reap) || (hurry && !hurried)) {
		(void)loop_timer_in_ms(&monitor.reap, hurry ? REAP_SOON_MS :
		    REAP_LATE_MS);
		hurried = hurry;
	}
	lifetime_look();
}

/* --- signals ------------------------------------------------------------- */

/*
 * For a signal that libevent had caught before signals were held for the
 * upgrade.  Sends it to ourselves again: it stays pending, and the pptpd that
 * we become acts on it.  Only that one can still end the calls.
 */
static void
pass_on(int signo)
{
	log_notice("MGR: upgrade: signal %d is for the pptpd that comes now",
	    signo);
	(void)raise(signo);
}

static void
on_signal(int signo)
{
	if (signo == SIGCHLD) {
		child_ended();
		return;
	}
	if (lifetime_state() == LIFETIME_UPGRADING) {
		pass_on(signo);
		return;
	}
	switch (signo) {
	case SIGHUP:
		reload_soon();
		break;
	case SIGUSR2:
		if (lifetime_can_upgrade())
			lifetime_upgrade("SIGUSR2");
		break;
	case SIGUSR1:
		log_notice("MGR: signal %d has no meaning here", signo);
		break;
	case SIGTERM:
		lifetime_leave("SIGTERM");
		break;
	case SIGINT:
		lifetime_stop("SIGINT");
		break;
	case SIGQUIT:
		lifetime_stop("SIGQUIT");
		break;
	}
}

/* The changed configuration needs another pptpd: becomes it. */
static void
make_way(void *arg)
{
	(void)arg;
	if (lifetime_can_upgrade())
		lifetime_upgrade("the configuration");
}

/* --- engines ------------------------------------------------------------- */

static void
engine_started(unsigned int index, int sock)
{
	if (index == 0 && monitor.setup->engines > 1)
		back_relay_greet(sock);
	if (index == 0)
		ends_front_started();
}

static void
engine_ready(unsigned int index)
{
	(void)index;
	rejoin_server_serve();
}

static void
engine_ended(unsigned int index)
{
	if (index != 0)
		return;
	back_relay_front_gone();
	access_query_drop();	/* the ended engine's questions */
}

static const struct engines_ops engines_ops = {
	.failed = lifetime_engine_failed,
	.alive = lifetime_engines_alive,
	.started = engine_started,
	.ready = engine_ready,
	.ended = engine_ended,
	.request = request_serve,
};

/* --- the start ----------------------------------------------------------- */

/* Raises the limit of descriptors: each call needs a few of them here. */
static void
raise_limits(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
}

/* Lets calls outlive us, if the configuration wants it and it works. */
static bool
keep_calls(const struct conf *conf)
{
	char ledger[KEEPER_PATH];

	if (conf->inetd || conf->restart_grace == 0 || !rundir_make() ||
	    instance_path(monitor.rejoin, sizeof(monitor.rejoin), "keepers",
	    conf->pidfile) == -1 || instance_path(ledger, sizeof(ledger),
	    "calls", conf->pidfile) == -1 ||
	    !rejoin_server_open(monitor.rejoin))
		return false;
	calls_keep(monitor.rejoin, ledger);
	return true;
}

static void
on_look(void *arg)
{
	(void)arg;
	(void)plugin_choice_look();
}

/* Asks pppd about plugins, after waiting keepers, since pppd takes time. */
static void
look_at_pppd(void)
{
	loop_timer_init(&monitor.look, on_look, NULL);
	if (!awaited_any() || !loop_timer_in_ms(&monitor.look, LOOK_MS))
		(void)plugin_choice_look();
}

int
monitor_run(struct monitor_setup *setup)
{
	bool keep;

	monitor.setup = setup;
	if (!setup->conf->inetd && pools_write(setup->conf) == -1)
		log_err("MGR: address pools cannot be used: %s",
		    strerror(errno));
	if (!loop_init() || calls_init(setup->conf, setup->log_stderr,
	    call_over) == -1) {
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
	back_relay_init(setup->engines, engines_tell);
	ends_init(engines_tell);
	keep = keep_calls(setup->conf);
	lifetime_init(setup, keep);
	look_at_pppd();
	engines_init(setup, keep, &engines_ops);
	loop_timer_init(&monitor.orphans, on_orphans, NULL);
	loop_timer_init(&monitor.reap, on_reap, NULL);
	reload_init(setup, make_way);
	admin_orders_init();
	if (!signals_watch(on_signal)) {
		log_err("MGR: start failed: %s", strerror(ENOMEM));
		return 1;
	}
	bcrelay_init();
	bcrelay_start(setup->conf);
	aaa_init(setup->conf->pidfile, setup->log_stderr);
	aaa_start(setup->conf, !awaited_expected());
	calls_aaa(aaa_socket());
	firewall_start(setup->conf);
	if (!engines_start())
		return MONITOR_NO_SOCKET;
	loop_run();
	/* libevent may have caught signals that it has not reported yet. */
	if (lifetime_state() == LIFETIME_UPGRADING)
		loop_run_ready();
	aaa_stop(lifetime_state() == LIFETIME_STOPPING);
	rejoin_server_close();
	spawner_stop();
	if (lifetime_state() != LIFETIME_UPGRADING)
		firewall_end(calls_count() > 0 || awaited_any());
	return lifetime_exit_status();
}
