/* Monitor: waits for the end of a process, whoever's child it is. */
/* SPDX-License-Identifier: ISC */
#include "monitor/process_watch.h"

#include <unistd.h>

#include "shared/process.h"

#define LOOK_MS		1000	/* between looks at a process */

/* Calls back as if the descriptor were ready; the callback looks itself. */
static void
on_look(void *arg)
{
	struct process_watch *w = arg;

	w->watch.fn(w->fd, w->watch.arg);
}

bool
process_watch_start(struct process_watch *w, int fd, loop_fd_fn *fn, void *arg)
{
	bool waits = process_can_wait(fd);

	w->fd = fd;
	loop_watch_init(&w->watch, fd, LOOP_READ | LOOP_ONCE, fn, arg);
	if (waits)
		return loop_watch_on(&w->watch);
	loop_timer_init(&w->look, on_look, w);
	return loop_timer_every_ms(&w->look, LOOK_MS);
}

void
process_watch_stop(struct process_watch *w)
{
	if (w->fd == -1)
		return;
	loop_watch_off(&w->watch);
	loop_timer_stop(&w->look);
	close(w->fd);
	w->fd = -1;
}

bool
process_watch_kill(const struct process_watch *w, int sig)
{
	if (w->fd == -1)
		return false;
	(void)process_kill(w->fd, sig);
	return true;
}
