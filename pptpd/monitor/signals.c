/* Monitor: the signals that it acts on. */
/* SPDX-License-Identifier: ISC */
#include "monitor/signals.h"

#include <signal.h>

static const int signals[] = { SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1,
    SIGUSR2 };

#define N_SIGNALS	(sizeof(signals) / sizeof(signals[0]))

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
signals_hold(void)
{
	set_mask(SIG_BLOCK);
}

bool
signals_watch(loop_signal_fn *fn)
{
	bool all = loop_signal(SIGCHLD, fn);

	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < N_SIGNALS; i++)
		all = loop_signal(signals[i], fn) && all;
	set_mask(SIG_UNBLOCK);
	return all;
}
