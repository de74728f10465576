/* Monitor: reads the configuration again and applies it while calls go on. */
/* SPDX-License-Identifier: ISC */
#include "monitor/reload.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "config/conf.h"
#include "monitor/aaa.h"
#include "monitor/access.h"
#include "monitor/admin_socket.h"
#include "monitor/bcrelay.h"
#include "monitor/calls.h"
#include "monitor/conf_load.h"
#include "monitor/engines.h"
#include "monitor/firewall.h"
#include "monitor/listener.h"
#include "monitor/notify.h"
#include "monitor/plugin_choice.h"
#include "monitor/pools.h"
#include "monitor/request_check.h"
#include "shared/ipc.h"
#include "shared/loop.h"
#include "shared/mono.h"

static struct {
	struct monitor_setup *setup;
	struct loop_timer timer, make_way_timer;
	uint64_t	 last;		/* ms; 0: never */
	bool		 stopped;
} state;

/* --- steps that can fail, before anything changes ------------------------ */

/* Opens the listener for another address; *fd is -1 if it stays the same. */
static bool
open_listener(struct conf *conf, int *fd)
{
	*fd = -1;
	if (conf->listen_addr == state.setup->conf->listen_addr)
		return true;
	*fd = listener_open(conf->listen_addr, state.setup->listener);
	if (*fd == -1)
		conf_load_complain(conf, CONF_LISTEN, strerror(errno),
		    conf->listen);
	return *fd != -1;
}

static bool
try_pppd(struct conf *conf)
{
	char text[LOG_LINE_MAX];

	if (plugin_choice_try(conf, text))
		return true;
	conf_load_complain(conf, conf->option != NULL ? CONF_OPTION : CONF_PPP,
	    text, NULL);
	return false;
}

static bool
change_calls(struct conf *conf, int listener)
{
	/* From here on no pppd takes an address that a pool has lost. */
	if (pools_write(conf) == -1)
		conf_load_complain(conf, CONF_POOL, strerror(errno), NULL);
	else if (calls_change(conf) == 0)
		return true;
	else {
		(void)pools_write(state.setup->conf);
		conf_load_complain(conf, CONF_REMOTEIP, strerror(ENOMEM),
		    NULL);
	}
	if (listener != -1)
		close(listener);
	return false;
}

static void
say_error(const struct conf *conf, char *text)
{
	if (conf->errors > 1)
		snprintf(text, RELOAD_TEXT, "%s (and %u more error%s)",
		    conf->error, conf->errors - 1,
		    conf->errors == 2 ? "" : "s");
	else
		snprintf(text, RELOAD_TEXT, "%s", conf->error);
	log_err("MGR: configuration not changed: %s", text);
}

/* --- steps that cannot fail ---------------------------------------------- */

static void
change_listener(int listener)
{
	struct ipc_msg m;

	if (listener == -1)
		return;
	close(state.setup->listener);
	state.setup->listener = listener;
	request_check_listener(listener);
	ipc_msg_init(&m, IPC_LISTENER, 0);
	(void)engines_tell(&m, &listener, 1);
}

/*
 * Puts the new configuration into the struct that is in use: other modules keep
 * pointers to it.
 */
static void
change(struct conf *conf, int listener)
{
	struct conf *now = state.setup->conf, before = *now;

	bool another = conf_load_keep(&before, conf);

	*now = *conf;
	conf_free(&before);
	log_set_debug(now->debug);
	plugin_choice_change();
	request_check_init(&now->limits, now->debug, access_built());
	admin_socket_change(now->control_group, &state.setup->admin_group);
	engines_configure();
	change_listener(listener);
	bcrelay_change(now);
	aaa_change(now);
	calls_aaa(aaa_socket());
	firewall_change(now);
	if (another)
		loop_timer_now(&state.make_way_timer);
}

bool
reload_now(char text[RELOAD_TEXT])
{
	struct conf *now = state.setup->conf, conf;
	char changed[RELOAD_TEXT / 2];
	int listener;

	if (state.stopped || now->inetd) {
		snprintf(text, RELOAD_TEXT, "%s", state.stopped ?
		    "pptpd is about to end" : "under inetd there is no file");
		return false;
	}
	state.last = mono_ms();
	conf_init(&conf);
	if (!conf_load_again(&conf, now) || !try_pppd(&conf) ||
	    !open_listener(&conf, &listener) ||
	    !change_calls(&conf, listener)) {
		say_error(&conf, text);
		conf_free(&conf);
		return false;
	}
	conf_changes(now, &conf, changed, sizeof(changed));
	change(&conf, listener);
	snprintf(text, RELOAD_TEXT, "%s%s", changed[0] != '\0' ? changed :
	    "nothing", " changed");
	log_info("MGR: configuration read again: %s", text);
	return true;
}

void
reload_log_level(bool debug)
{
	struct conf *now = state.setup->conf;

	now->debug = debug;
	log_set_debug(debug);
	request_check_init(&now->limits, debug, access_built());
	engines_configure();
	log_notice("MGR: log level is %s", debug ? "debug" : "info");
}

/* --- reading at a signal ------------------------------------------------- */

static void
on_time(void *arg)
{
	char text[RELOAD_TEXT];

	(void)arg;
	notify_reloading();
	(void)reload_now(text);
	notify_ready();
}

void
reload_soon(void)
{
	if (state.stopped || loop_timer_runs(&state.timer))
		return;
	(void)loop_timer_at_us(&state.timer, state.last == 0 ? 0 :
	    (state.last + RELOAD_PAUSE_MS) * 1000);
}

void
reload_stop(void)
{
	state.stopped = true;
	loop_timer_stop(&state.timer);
	loop_timer_stop(&state.make_way_timer);
}

void
reload_init(struct monitor_setup *setup, loop_fn *make_way)
{
	memset(&state, 0, sizeof(state));
	state.setup = setup;
	loop_timer_init(&state.timer, on_time, NULL);
	loop_timer_init(&state.make_way_timer, make_way, NULL);
}
