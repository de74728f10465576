/* pptpd-aaa: asks RADIUS servers about callers, and reports their use. */
/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "client.h"
#include "digest.h"
#include "pppds.h"
#include "lockdown.h"
#include "radius_secrets.h"
#include "shared/loop.h"
#include "shared/mono.h"
#include "shared/syslog_sink.h"

#define EMPTY_DIR	RUNDIR "/pptpd/empty"
#define READY		"ready"
/* How long accounting that waits for a server keeps us after the end. */
#define LEAVE_MS	20000
#define LOOK_MS		100

static struct radius_conf conf;
static struct loop_watch parent;
static struct loop_timer leaving;
static uint64_t leave_at;	/* ms; 0: we stay */

static void
on_leaving(void *arg)
{
	unsigned waiting = client_acct_waiting();

	(void)arg;
	if (waiting > 0 && mono_ms() < leave_at) {
		(void)loop_timer_in_ms(&leaving, LOOK_MS);
		return;
	}
	if (waiting > 0)
		log_err("AAA: %u records of accounting are lost: no server "
		    "took them before the end", waiting);
	loop_stop();
}

/* Calls go on, and tell the next pptpd-aaa. */
static void
leave(void)
{
	if (leave_at != 0)
		return;
	leave_at = mono_ms() + LEAVE_MS;
	pppds_close();
	close(AAA_FD_LISTEN);
	loop_watch_off(&parent);
	loop_timer_now(&leaving);
}

static void
on_signal(int signo)
{
	(void)signo;
	leave();
}

/* pptpd never writes: it has closed its end, and may be gone. */
static void
on_parent(int fd, void *arg)
{
	(void)fd;
	(void)arg;
	leave();
}

static void
ignore_signals(void)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGPIPE, SIGUSR1,
	    SIGUSR2, SIGQUIT };

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], SIG_IGN);
}

static int
serve(void)
{
	ignore_signals();
	if (lockdown_enter(EMPTY_DIR) == -1)
		return 1;
	if (!loop_init() || !loop_signal(SIGTERM, on_signal)) {
		log_err("AAA: start failed: %s", strerror(ENOMEM));
		return 1;
	}
	client_init(&conf);
	loop_timer_init(&leaving, on_leaving, NULL);
	loop_watch_init(&parent, AAA_FD_PARENT, LOOP_READ, on_parent, NULL);
	if (!loop_watch_on(&parent) ||
	    !pppds_init(AAA_FD_LISTEN, conf.accounting) ||
	    lockdown_lock() == -1)
		return 1;
	log_info("AAA: serves pppd, with %u RADIUS server%s", conf.n,
	    conf.n == 1 ? "" : "s");
	(void)send(AAA_FD_PARENT, READY, sizeof(READY), MSG_NOSIGNAL |
	    MSG_DONTWAIT);
	loop_run();
	return 0;
}

static int
usage(void)
{
	fprintf(stderr, "usage: pptpd-aaa [-d] [-e] [-t] FILE\n"
	    "pptpd(8) starts it; -t checks FILE, the RADIUS client's "
	    "configuration, and ends.\n");
	return 2;
}

int
main(int argc, char **argv)
{
	bool check = false, to_stderr = false;
	int option;

	while ((option = getopt(argc, argv, "det")) != -1) {
		switch (option) {
		case 'd':
			log_set_debug(true);
			break;
		case 'e':
			to_stderr = true;
			break;
		case 't':
			check = to_stderr = true;
			break;
		default:
			return usage();
		}
	}
	if (optind + 1 != argc)
		return usage();
	syslog_sink_open("pptpd-aaa", to_stderr);
	syslog_sink_warm_up();
	if (!digest_init()) {
		log_err("AAA: libcrypto has no MD5 (is this machine in FIPS "
		    "mode?): RADIUS cannot be spoken");
		return 1;
	}
	if (!radius_secrets_load(&conf, argv[optind]))
		return 1;
	if (!check)
		return serve();
	printf("%s: good, %u server%s\n", argv[optind], conf.n,
	    conf.n == 1 ? "" : "s");
	return fflush(stdout) == 0 ? 0 : 1;
}
