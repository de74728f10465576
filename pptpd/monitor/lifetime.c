/* Monitor: how it ends, and what has to end before. */
/* SPDX-License-Identifier: ISC */
#include "monitor/lifetime.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "monitor/aaa.h"
#include "monitor/access_query.h"
#include "monitor/awaited.h"
#include "monitor/bcrelay.h"
#include "monitor/calls.h"
#include "monitor/engines.h"
#include "monitor/notify.h"
#include "monitor/rejoin_server.h"
#include "monitor/reload.h"
#include "monitor/signals.h"
#include "monitor/upgrade.h"
#include "shared/loop.h"
#include "shared/mono.h"

#define ENGINE_STOP_MS	8000	/* for CDN, StopCCRQ and their answers */
#define ENGINE_LEAVE_MS	2000	/* to leave calls to the next server */
#define STOP_MS		14000	/* for the whole end */
/* As process 1: a container that is stopped is killed after 10 s. */
#define FIRST_ENGINE_STOP_MS 5000
#define FIRST_STOP_MS	7000

static struct {
	struct monitor_setup *setup;
	enum lifetime_state state;
	bool		 keep_calls;	/* calls can outlive us */
	bool		 ready;		/* all engines have answered once */
	bool		 hurried;	/* the engines' time to end is over */
	time_t		 since;
	int		 exit_status;
	struct loop_timer timer;	/* for a stop that takes too long */
} life;

static const char *const names[] = {
	[LIFETIME_SERVING] = "serving",
	[LIFETIME_DRAINING] = "draining",
	[LIFETIME_STOPPING] = "stopping",
	[LIFETIME_LEAVING] = "leaving",
	[LIFETIME_UPGRADING] = "upgrading",
};

static void
set_state(enum lifetime_state state, const char *cause)
{
	log_debug("MGR: %s -> %s: %s", names[life.state], names[state], cause);
	life.state = state;
}

enum lifetime_state
lifetime_state(void)
{
	return life.state;
}

bool
lifetime_is_over(void)
{
	switch (life.state) {
	case LIFETIME_SERVING:
	case LIFETIME_DRAINING:
		return false;
	case LIFETIME_STOPPING:
	case LIFETIME_LEAVING:
	case LIFETIME_UPGRADING:
		break;
	}
	return true;
}

int
lifetime_exit_status(void)
{
	return life.exit_status;
}

/* The container ends with its first process, and all that runs in it. */
static bool
is_first_process(void)
{
	return getpid() == 1;
}

/* Whether there is no call, and none is expected back. */
static bool
is_idle(void)
{
	return calls_count() == 0 && !awaited_expected();
}

void
lifetime_look(void)
{
	switch (life.state) {
	case LIFETIME_SERVING:
		break;
	case LIFETIME_DRAINING:
		if (is_idle()) {
			log_notice("MGR: the last call has gone, leaving");
			lifetime_stop("the last call has gone");
		}
		break;
	case LIFETIME_STOPPING:
		if (!engines_running() && is_idle())
			loop_stop();
		break;
	case LIFETIME_LEAVING:
	case LIFETIME_UPGRADING:
		if (!engines_running())
			loop_stop();
		break;
	}
}

/* The end takes too long: kills what is left, first the engines. */
static void
on_time(void *arg)
{
	(void)arg;
	if (engines_running())
		engines_kill("does not stop");
	if (life.state != LIFETIME_STOPPING)
		return;
	if (life.hurried) {
		log_err("MGR: %u calls do not end, leaving", calls_count());
		calls_kill_all();
		loop_stop();
		return;
	}
	life.hurried = true;
	(void)loop_timer_in_ms(&life.timer, is_first_process() ?
	    FIRST_STOP_MS - FIRST_ENGINE_STOP_MS : STOP_MS - ENGINE_STOP_MS);
}

/*
 * The steps that stopping, leaving and upgrading share.  how is what the
 * engines are told, ms the time that they have.
 */
static void
begin_end(enum ipc_type how, uint64_t ms)
{
	bool upgrading = life.state == LIFETIME_UPGRADING;

	if (upgrading)
		notify_reloading();
	else
		notify_stopping();
	notify_status("%s, %u calls", upgrading ? "Upgrading" :
	    life.state == LIFETIME_LEAVING ? "Restarting" : "Stopping",
	    calls_count());
	reload_stop();
	bcrelay_stop();
	/* Calls that end now have their last word to say to it. */
	if (life.state != LIFETIME_STOPPING)
		aaa_stop(false);
	access_query_drop();
	if (life.setup->listener != -1 && !upgrading) {
		close(life.setup->listener);
		life.setup->listener = -1;
	}
	engines_stop(how);
	/* The loop's clock may be old: this turn may have taken long. */
	loop_update_time();
	(void)loop_timer_in_ms(&life.timer, ms);
	lifetime_look();
}

void
lifetime_stop(const char *cause)
{
	if (lifetime_is_over())
		return;
	set_state(LIFETIME_STOPPING, cause);
	rejoin_server_end();
	begin_end(IPC_SHUTDOWN, is_first_process() ? FIRST_ENGINE_STOP_MS :
	    ENGINE_STOP_MS);
}

void
lifetime_leave(const char *cause)
{
	if (lifetime_is_over())
		return;
	if (!life.keep_calls || is_first_process()) {
		lifetime_stop(cause);
		return;
	}
	if (calls_count() > 0)
		log_notice("MGR: %u calls wait %u s for the next pptpd",
		    calls_count(), life.setup->conf->restart_grace);
	set_state(LIFETIME_LEAVING, cause);
	rejoin_server_close();
	begin_end(IPC_LEAVE, ENGINE_LEAVE_MS);
}

bool
lifetime_can_upgrade(void)
{
	const char *why = NULL;

	if (lifetime_is_over())
		why = "it is stopping";
	else if (life.state == LIFETIME_DRAINING)
		why = "it is draining";
	else if (!life.keep_calls)
		why = "calls would end, see restart-grace";
	if (why != NULL)
		log_err("MGR: no upgrade, this pptpd goes on: %s", why);
	return why == NULL && upgrade_check();
}

void
lifetime_upgrade(const char *cause)
{
	if (lifetime_is_over())
		return;
	log_notice("MGR: upgrade: starting the pptpd that is installed now");
	signals_hold();
	set_state(LIFETIME_UPGRADING, cause);
	life.exit_status = MONITOR_UPGRADE;
	rejoin_server_close();
	begin_end(IPC_LEAVE, ENGINE_LEAVE_MS);
}

void
lifetime_drain(const char *cause)
{
	if (life.state != LIFETIME_SERVING)
		return;
	set_state(LIFETIME_DRAINING, cause);
	log_notice("MGR: draining: no new calls, %u to go", calls_count());
	reload_stop();			/* a reload could open a listener */
	if (life.setup->listener != -1)
		close(life.setup->listener);
	life.setup->listener = -1;
	engines_drain();
	lifetime_look();
}

/* --- events -------------------------------------------------------------- */

void
lifetime_engine_failed(void)
{
	life.exit_status = MONITOR_NO_SOCKET;	/* 1: bad configuration */
	lifetime_leave("an engine does not stay up");
}

void
lifetime_connection_over(void)
{
	if (!lifetime_is_over()) {
		set_state(LIFETIME_STOPPING, "the connection is over");
		life.hurried = true;	/* no engine is left */
		(void)loop_timer_in_ms(&life.timer, STOP_MS);
	}
	lifetime_look();
}

void
lifetime_engines_alive(void)
{
	if (!life.ready)
		notify_ready();
	life.ready = true;
	notify_status(life.state == LIFETIME_DRAINING ?
	    "Draining, %u calls to go" : "Serving, %u calls", calls_count());
	notify_alive(mono_us());
}

/* --- the status ---------------------------------------------------------- */

void
lifetime_status(struct ipc_admin_status *s)
{
	memset(s, 0, sizeof(*s));
	s->pid = (int32_t)getpid();
	s->uptime_s = (uint32_t)(mono_s() - life.since);
	s->engine_restarts = engines_restarts();
	s->draining = life.state == LIFETIME_DRAINING;
	s->stopping = lifetime_is_over();
	calls_slots(&s->slots, &s->slots_free);
}

void
lifetime_init(struct monitor_setup *setup, bool keep_calls)
{
	memset(&life, 0, sizeof(life));
	life.setup = setup;
	life.keep_calls = keep_calls;
	life.since = mono_s();
	loop_timer_init(&life.timer, on_time, NULL);
}
