/* Monitor: starts and stops bcrelay, which relays broadcasts. */
/* SPDX-License-Identifier: ISC */
#include "monitor/bcrelay.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "monitor/child.h"
#include "monitor/respawn.h"
#include "shared/mono.h"

#define BCRELAY		SBINDIR "/bcrelay"
#define CALLERS		"ppp[0-9].*"

static struct {
	char	wanted[CONF_LINE_MAX + 1];	/* the value; "": no relay */
	char	in[CONF_LINE_MAX + 1];		/* its part for -i */
	char	out[CONF_LINE_MAX + 1];		/* its part for -o */
	bool	quiet;
	pid_t	pid;		/* 0: none */
	int	sock;		/* when it closes, bcrelay ends; -1: none */
	bool	ending;		/* it was told to */
	time_t	started;	/* CLOCK_MONOTONIC */
	struct respawn again;
} relay = { .sock = -1 };

/*
 * Finds the comma in "br0,ppp1[0-9].*": forks of Poptop in router firmwares let
 * the value name the clients' interfaces too.  A comma in braces belongs to a
 * regular expression.
 */
static const char *
find_comma(const char *text)
{
	int depth = 0;

	for (; *text != '\0'; text++) {
		if (*text == '{')
			depth++;
		else if (*text == '}')
			depth--;
		else if (*text == ',' && depth <= 0)
			return text;
	}
	return NULL;
}

static void
set(const struct conf *conf)
{
	const char *wanted = conf->bcrelay != NULL ? conf->bcrelay : "";
	const char *comma = find_comma(wanted);
	size_t len = comma != NULL ? (size_t)(comma - wanted) : strlen(wanted);

	snprintf(relay.wanted, sizeof(relay.wanted), "%s", wanted);
	snprintf(relay.in, sizeof(relay.in), "%.*s", (int)len, wanted);
	snprintf(relay.out, sizeof(relay.out), "%s",
	    comma != NULL && comma[1] != '\0' ? comma + 1 : CALLERS);
	relay.quiet = !conf->debug;
	respawn_anew(&relay.again);
}

static void
close_sock(void)
{
	if (relay.sock != -1)
		close(relay.sock);
	relay.sock = -1;
}

/*
 * Starts bcrelay with the other end of a socket pair as its descriptor 3.  That
 * end closes when we end, by whatever cause, and then bcrelay ends too.
 */
static pid_t
spawn(void)
{
	static char name[] = BCRELAY, in[] = "-i", out[] = "-o", quiet[] = "-n";
	char *argv[] = { name, in, relay.in, out, relay.out,
	    relay.quiet ? quiet : NULL, NULL };
	int pair[2], error;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1)
		return -1;
	pid = child_spawn(BCRELAY, argv, &pair[1], 1, -1);
	error = errno;
	close(pair[1]);
	relay.sock = pair[0];
	if (pid == -1)
		close_sock();
	errno = error;
	return pid;
}

static void
start(void)
{
	if (relay.wanted[0] == '\0')
		return;
	log_debug("MGR: BCrelay incoming interface is %s", relay.in);
	log_debug("MGR: BCrelay outgoing interface is regexp %s", relay.out);
	relay.started = mono_s();
	relay.pid = spawn();
	if (relay.pid != -1)
		return;
	log_err("CTRL (BCrelay Launcher): Failed to launch BCrelay.");
	log_err("%s: %s", BCRELAY, strerror(errno));
	relay.pid = 0;
	respawn_later(&relay.again);
}

static void
on_again(void *arg)
{
	(void)arg;
	start();
}

static void
end(void)
{
	respawn_stop(&relay.again);
	if (relay.pid == 0 || relay.ending)
		return;
	log_debug("CTRL: Closing child BCrelay with pid %ld",
	    (long)relay.pid);
	kill(relay.pid, SIGTERM);	/* not reaped, so the pid is ours */
	close_sock();
	relay.ending = true;
}

void
bcrelay_init(void)
{
	respawn_init(&relay.again, "bcrelay", on_again, NULL);
}

void
bcrelay_start(const struct conf *conf)
{
	set(conf);
	start();
}

/* Ends the old relay first: two at once would send each broadcast twice. */
void
bcrelay_change(const struct conf *conf)
{
	const char *wanted = conf->bcrelay != NULL ? conf->bcrelay : "";

	if (strcmp(wanted, relay.wanted) == 0 && (wanted[0] == '\0' ||
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
	relay.wanted[0] = '\0';
	end();
}

bool
bcrelay_reaped(pid_t pid, int status)
{
	if (relay.pid == 0 || pid != relay.pid)
		return false;
	relay.pid = 0;
	close_sock();
	if (relay.ending) {
		relay.ending = false;
		start();
		return true;
	}
	respawn_ended(&relay.again, pid, status, relay.started);
	return true;
}
