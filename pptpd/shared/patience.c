/* Monitor, keeper: close an engine's descriptors without waiting. */
/* SPDX-License-Identifier: ISC */
#include "shared/patience.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define TICK_US	10000

static bool caught;		/* SIGALRM */

static void
on_alarm(int sig)
{
	(void)sig;
}

static void
set_timer(suseconds_t us)
{
	const struct itimerval t = { { 0, us }, { 0, us } };

	(void)setitimer(ITIMER_REAL, &t, NULL);
}

void
patience_prepare(void)
{
	struct sigaction sa = { .sa_handler = on_alarm }; /* no SA_RESTART */

	if (!caught)
		caught = sigaction(SIGALRM, &sa, NULL) == 0;
}

void
patience_limit(void)
{
	patience_prepare();
	/* It repeats: the first one may come before the system call. */
	if (caught)
		set_timer(TICK_US);
}

void
patience_restore(void)
{
	set_timer(0);
}

void
patience_close(int fd)
{
	struct linger l = { 0, 0 };
	socklen_t len = sizeof(l);

	if (getsockopt(fd, SOL_SOCKET, SO_LINGER, &l, &len) == 0 &&
	    l.l_onoff != 0 && l.l_linger != 0) {
		l = (struct linger){ 0, 0 };
		(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
	}
	patience_limit();
	close(fd);
	patience_restore();
}

void
patience_close_all(const int *fds, int *n)
{
	while (*n > 0)
		patience_close(fds[--*n]);
	*n = 0;
}
