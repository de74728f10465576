/* The event loop and the clock, where time passes when a test says so. */
/* SPDX-License-Identifier: ISC */
#include "fake_loop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "../fuzz/fuzz.h"
#include "shared/mono.h"

#define FAKE_MAX	512
#define TURNS_MAX	1000	/* of loop_run_ready() */

struct fake_loop fake_loop;
static struct {
	struct loop_timer *timer;	/* NULL: a free entry */
	uint64_t at_us;
} timers[FAKE_MAX];
static struct {
	struct loop_watch *watch;	/* NULL: a free entry */
	int	 fd, what;
	bool	 on;
} watches[FAKE_MAX];

void
fake_loop_init(void)
{
	memset(timers, 0, sizeof(timers));
	memset(watches, 0, sizeof(watches));
	fake_loop = (struct fake_loop){ .now_us = 1000000000 };
}

uint64_t
mono_us(void)
{
	return fake_loop.now_us;
}

uint64_t
mono_ms(void)
{
	return fake_loop.now_us / 1000;
}

time_t
mono_s(void)
{
	return (time_t)(fake_loop.now_us / 1000000);
}

/* --- timers -------------------------------------------------------------- */

static int
timer_find(const struct loop_timer *t)
{
	for (int i = 0; i < FAKE_MAX; i++) {
		if (timers[i].timer == t)
			return i;
	}
	return -1;
}

static bool
timer_start(struct loop_timer *t, uint64_t at_us)
{
	int i = timer_find(t);

	if (i == -1)
		i = timer_find(NULL);
	MUST(i != -1);
	timers[i].timer = t;
	timers[i].at_us = at_us;
	return true;
}

/* The first timer that fires until end; -1: none does. */
static int
timer_next(uint64_t end)
{
	int first = -1;

	for (int i = 0; i < FAKE_MAX; i++) {
		if (timers[i].timer != NULL && timers[i].at_us <= end &&
		    (first == -1 || timers[i].at_us < timers[first].at_us))
			first = i;
	}
	return first;
}

static void
timer_serve(int i)
{
	struct loop_timer *t = timers[i].timer;

	if (timers[i].at_us > fake_loop.now_us)
		fake_loop.now_us = timers[i].at_us;
	timers[i].timer = NULL;
	if (t->every_us > 0)
		(void)timer_start(t, fake_loop.now_us + t->every_us);
	t->fn(t->arg);
}

static bool
timer_fire(uint64_t end)
{
	int i = timer_next(end);

	if (i != -1)
		timer_serve(i);
	return i != -1;
}

void
fake_loop_pass_ms(uint64_t ms)
{
	uint64_t end = fake_loop.now_us + ms * 1000;

	while (!fake_loop.stopped && timer_fire(end))
		;
	if (!fake_loop.stopped)
		fake_loop.now_us = end;
}

unsigned int
fake_loop_timers(void)
{
	unsigned int n = 0;

	for (int i = 0; i < FAKE_MAX; i++)
		n += timers[i].timer != NULL;
	return n;
}

void
loop_timer_init(struct loop_timer *t, loop_fn *fn, void *arg)
{
	memset(t, 0, sizeof(*t));
	t->fn = fn;
	t->arg = arg;
}

bool
loop_timer_in_us(struct loop_timer *t, uint64_t us)
{
	t->every_us = 0;
	return timer_start(t, fake_loop.now_us + us);
}

bool
loop_timer_in_ms(struct loop_timer *t, uint64_t ms)
{
	return loop_timer_in_us(t, ms * 1000);
}

bool
loop_timer_at_us(struct loop_timer *t, uint64_t deadline)
{
	t->every_us = 0;
	return timer_start(t, deadline);
}

bool
loop_timer_at_ms(struct loop_timer *t, uint64_t deadline)
{
	return loop_timer_in_ms(t, mono_left_ms(deadline));
}

bool
loop_timer_every_ms(struct loop_timer *t, uint64_t ms)
{
	t->every_us = ms * 1000;
	return timer_start(t, fake_loop.now_us + t->every_us);
}

void
loop_timer_now(struct loop_timer *t)
{
	(void)timer_start(t, fake_loop.now_us);
}

void
loop_timer_stop(struct loop_timer *t)
{
	int i = timer_find(t);

	if (i != -1)
		timers[i].timer = NULL;
	t->every_us = 0;
}

bool
loop_timer_runs(const struct loop_timer *t)
{
	return timer_find(t) != -1;
}

/* --- descriptors --------------------------------------------------------- */

static int
watch_find(const struct loop_watch *w)
{
	for (int i = 0; i < FAKE_MAX; i++) {
		if (watches[i].watch == w)
			return i;
	}
	return -1;
}

void
loop_watch_init(struct loop_watch *w, int fd, int what, loop_fd_fn *fn,
    void *arg)
{
	int i = watch_find(w);

	MUST(i == -1 || !watches[i].on);
	if (i == -1)
		i = watch_find(NULL);
	MUST(i != -1);
	watches[i].watch = w;
	watches[i].fd = fd;
	watches[i].what = what;
	watches[i].on = false;
	w->fn = fn;
	w->arg = arg;
}

static bool
fd_is_ready(int fd, int what)
{
	struct pollfd p = { .fd = fd };

	if (fake_loop.is_ready != NULL)
		return fake_loop.is_ready(fd, what);
	if ((what & LOOP_READ) != 0)
		p.events |= POLLIN;
	if ((what & LOOP_WRITE) != 0)
		p.events |= POLLOUT;
	if ((what & LOOP_CLOSED) != 0)
		p.events |= POLLRDHUP;
	return poll(&p, 1, 0) == 1;
}

static bool
is_ready(int i)
{
	return watches[i].watch != NULL && watches[i].on &&
	    fd_is_ready(watches[i].fd, watches[i].what);
}

bool
loop_watch_on(struct loop_watch *w)
{
	int i = watch_find(w);

	MUST(i != -1);
	if (fake_loop.no_memory)
		return false;
	watches[i].on = true;
	(void)is_ready(i);	/* its descriptor is open */
	return true;
}

/* Its memory may be freed now: only loop_watch_on() finds it again. */
void
loop_watch_off(struct loop_watch *w)
{
	int i = watch_find(w);

	if (i != -1)
		watches[i].on = false;
}

bool
loop_watch_is_on(const struct loop_watch *w)
{
	int i = watch_find(w);

	return i != -1 && watches[i].on;
}

static void
watch_serve(int i)
{
	if ((watches[i].what & LOOP_ONCE) != 0)
		watches[i].on = false;
	watches[i].watch->fn(watches[i].fd, watches[i].watch->arg);
}

static bool
watches_serve(void)
{
	bool any = false;

	for (int i = 0; i < FAKE_MAX && !fake_loop.stopped; i++) {
		if (!is_ready(i))
			continue;
		any = true;
		watch_serve(i);
	}
	return any;
}

bool
loop_unblock(int fd)
{
	return fake_loop.is_ready != NULL ||
	    fcntl(fd, F_SETFL, O_NONBLOCK) == 0;
}

/* --- one event after the other ------------------------------------------- */

static bool
timer_is_due(int i)
{
	return timers[i].timer != NULL && timers[i].at_us <= fake_loop.now_us;
}

bool
fake_loop_serve_one(unsigned int nth)
{
	unsigned int n = 0;

	for (int i = 0; i < FAKE_MAX; i++)
		n += (unsigned int)timer_is_due(i) + (unsigned int)is_ready(i);
	if (n == 0)
		return false;
	nth %= n;
	for (int i = 0; i < FAKE_MAX; i++) {
		if (timer_is_due(i) && nth-- == 0) {
			timer_serve(i);
			break;
		}
		if (is_ready(i) && nth-- == 0) {
			watch_serve(i);
			break;
		}
	}
	return true;
}

static bool
is_in(const void *what, const void *from, size_t len)
{
	const char *p = what, *start = from;

	return p >= start && p < start + len;
}

void
fake_loop_forget(const void *from, size_t len)
{
	for (int i = 0; i < FAKE_MAX; i++) {
		MUST(!is_in(timers[i].timer, from, len));
		if (!is_in(watches[i].watch, from, len))
			continue;
		MUST(!watches[i].on);
		watches[i].watch = NULL;
	}
}

void
loop_run_ready(void)
{
	for (int i = 0; i < TURNS_MAX && !fake_loop.stopped; i++) {
		if (!timer_fire(fake_loop.now_us) && !watches_serve())
			return;
	}
}

void
loop_stop(void)
{
	fake_loop.stopped = true;
}

void
loop_update_time(void)
{
}

/* --- listeners ----------------------------------------------------------- */

void
loop_listener_init(struct loop_listener *l, int fd, loop_fd_fn *fn, void *arg)
{
	loop_watch_init(&l->watch, fd, LOOP_READ, fn, arg);
}

bool
loop_listener_on(struct loop_listener *l)
{
	return loop_watch_on(&l->watch);
}

void
loop_listener_off(struct loop_listener *l)
{
	loop_watch_off(&l->watch);
}

int
loop_accept(struct loop_listener *l, uint64_t pause_us)
{
	(void)pause_us;
	return accept4(watches[watch_find(&l->watch)].fd, NULL, NULL,
	    SOCK_NONBLOCK | SOCK_CLOEXEC);
}

bool
loop_is_shortage(int error)
{
	return error == EMFILE;
}
