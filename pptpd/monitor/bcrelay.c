/* Monitor: starts and stops bcrelay, which relays broadcasts. */
/* SPDX-License-Identifier: ISC */
#include "monitor/bcrelay.h"

#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "monitor/child.h"

#define BCRELAY		SBINDIR "/bcrelay"

static struct {
	char	interface[CONF_LINE_MAX + 1];	/* "": there is to be none */
	bool	quiet;
	pid_t	pid;		/* 0: none */
	bool	ending;		/* it was told to */
} relay;

static void
start(void)
{
	static char name[] = BCRELAY, in[] = "-i", out[] = "-o",
	    ppp[] = "ppp[0-9].*", quiet[] = "-n";
	char *argv[] = { name, in, relay.interface, out, ppp,
	    relay.quiet ? quiet : NULL, NULL };

	if (relay.interface[0] == '\0')
		return;
	log_debug("MGR: BCrelay incoming interface is %s", relay.interface);
	log_debug("MGR: BCrelay outgoing interface is regexp %s", ppp);
	relay.pid = child_spawn(BCRELAY, argv, NULL, 0);
	if (relay.pid == -1) {
		log_err("CTRL (BCrelay Launcher): Failed to launch BCrelay.");
		relay.pid = 0;
	}
}

static void
set(const struct conf *conf)
{
	snprintf(relay.interface, sizeof(relay.interface), "%s",
	    conf->bcrelay != NULL ? conf->bcrelay : "");
	relay.quiet = !conf->debug;
}

static void
end(void)
{
	if (relay.pid == 0 || relay.ending)
		return;
	log_debug("CTRL: Closing child BCrelay with pid %ld",
	    (long)relay.pid);
	kill(relay.pid, SIGTERM);	/* not reaped: still ours */
	relay.ending = true;
}

void
bcrelay_start(const struct conf *conf)
{
	set(conf);
	start();
}

/* Two at once would send each broadcast twice: the old one goes first. */
void
bcrelay_change(const struct conf *conf)
{
	const char *interface = conf->bcrelay != NULL ? conf->bcrelay : "";

	if (strcmp(interface, relay.interface) == 0 && (interface[0] == '\0' ||
	    (relay.pid != 0 && relay.quiet == !conf->debug)))
		return;
	set(conf);
	end();
	if (relay.pid == 0)
		start();
}

void
bcrelay_stop(void)
{
	relay.interface[0] = '\0';
	end();
}

bool
bcrelay_reaped(pid_t pid)
{
	if (relay.pid == 0 || pid != relay.pid)
		return false;
	relay.pid = 0;
	if (!relay.ending) {
		log_err("MGR: bcrelay[%ld] has ended", (long)pid);
		return true;
	}
	relay.ending = false;
	start();
	return true;
}
