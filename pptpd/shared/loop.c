/* Monitor and engine: libevent, as far as they need it. */
/* SPDX-License-Identifier: ISC */
#include "shared/loop.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>

#include "base/log.h"
#include "shared/mono.h"

static struct event_base *base;

/*
 * libevent's own words go to stderr, unless it is told otherwise.  That may be
 * a file, which a sandbox forbids to grow, so they would be lost.
 */
static void
log_libevent(int severity, const char *text)
{
	log_msg(severity == EVENT_LOG_ERR ? LOG_ERR : LOG_DEBUG,
	    "libevent: %s", text);
}

bool
loop_init(void)
{
	event_set_log_callback(log_libevent);
	base = event_base_new();
	return base != NULL;
}

void
loop_free(void)
{
	event_base_free(base);
	base = NULL;
}

void
loop_run(void)
{
	event_base_dispatch(base);
}

void
loop_run_ready(void)
{
	event_base_loop(base, EVLOOP_NONBLOCK);
}

void
loop_stop(void)
{
	event_base_loopbreak(base);
}

void
loop_update_time(void)
{
	event_base_update_cache_time(base);
}

/* --- timers -------------------------------------------------------------- */

static bool
start(struct loop_timer *t, uint64_t us)
{
	struct timeval tv = { (time_t)(us / 1000000),
	    (suseconds_t)(us % 1000000) };

	return event_add(&t->event, &tv) == 0;
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct loop_timer *t = arg;

	(void)fd;
	(void)what;
	if (t->every_us > 0)
		(void)start(t, t->every_us);
	t->fn(t->arg);
}

void
loop_timer_init(struct loop_timer *t, loop_fn *fn, void *arg)
{
	event_assign(&t->event, base, -1, 0, on_timer, t);
	t->fn = fn;
	t->arg = arg;
	t->every_us = 0;
}

bool
loop_timer_in_us(struct loop_timer *t, uint64_t us)
{
	t->every_us = 0;
	return start(t, us);
}

bool
loop_timer_in_ms(struct loop_timer *t, uint64_t ms)
{
	return loop_timer_in_us(t, ms * 1000);
}

bool
loop_timer_at_us(struct loop_timer *t, uint64_t deadline)
{
	uint64_t now = mono_us();

	return loop_timer_in_us(t, deadline > now ? deadline - now : 0);
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
	return start(t, t->every_us);
}

void
loop_timer_now(struct loop_timer *t)
{
	event_active(&t->event, EV_TIMEOUT, 0);
}

void
loop_timer_stop(struct loop_timer *t)
{
	if (t->fn != NULL)
		event_del(&t->event);
	t->every_us = 0;
}

bool
loop_timer_runs(const struct loop_timer *t)
{
	return t->fn != NULL && event_pending(&t->event, EV_TIMEOUT, NULL);
}

/* --- descriptors --------------------------------------------------------- */

static void
on_ready(evutil_socket_t fd, short what, void *arg)
{
	struct loop_watch *w = arg;

	(void)what;
	w->fn(fd, w->arg);
}

void
loop_watch_init(struct loop_watch *w, int fd, int what, loop_fd_fn *fn,
    void *arg)
{
	short events = (short)((what & LOOP_READ ? EV_READ : 0) |
	    (what & LOOP_WRITE ? EV_WRITE : 0) |
	    (what & LOOP_CLOSED ? EV_CLOSED : 0) |
	    (what & LOOP_ONCE ? 0 : EV_PERSIST));

	event_assign(&w->event, base, fd, events, on_ready, w);
	w->fn = fn;
	w->arg = arg;
}

bool
loop_watch_on(struct loop_watch *w)
{
	return event_add(&w->event, NULL) == 0;
}

void
loop_watch_off(struct loop_watch *w)
{
	if (w->fn != NULL)
		event_del(&w->event);
}

bool
loop_watch_is_on(const struct loop_watch *w)
{
	return w->fn != NULL && event_pending(&w->event, EV_READ | EV_WRITE |
	    EV_CLOSED, NULL);
}

bool
loop_unblock(int fd)
{
	return evutil_make_socket_nonblocking(fd) == 0;
}

/* --- signals ------------------------------------------------------------- */

static void
on_signal(evutil_socket_t signo, short what, void *arg)
{
	loop_signal_fn **fn = arg;

	(void)what;
	(*fn)((int)signo);
}

bool
loop_signal(int signo, loop_signal_fn *fn)
{
	static struct { struct event event; loop_signal_fn *fn; } all[NSIG];

	all[signo].fn = fn;
	event_assign(&all[signo].event, base, signo, EV_SIGNAL | EV_PERSIST,
	    on_signal, &all[signo].fn);
	return event_add(&all[signo].event, NULL) == 0;
}

/* --- listeners ----------------------------------------------------------- */

static void
on_resume(void *arg)
{
	struct loop_listener *l = arg;

	(void)loop_watch_on(&l->watch);
}

void
loop_listener_init(struct loop_listener *l, int fd, loop_fd_fn *fn, void *arg)
{
	loop_watch_init(&l->watch, fd, LOOP_READ, fn, arg);
	loop_timer_init(&l->resume, on_resume, l);
}

bool
loop_listener_on(struct loop_listener *l)
{
	loop_timer_stop(&l->resume);
	return loop_watch_on(&l->watch);
}

void
loop_listener_off(struct loop_listener *l)
{
	loop_timer_stop(&l->resume);
	loop_watch_off(&l->watch);
}

void
loop_listener_pause_us(struct loop_listener *l, uint64_t us)
{
	loop_watch_off(&l->watch);
	(void)loop_timer_in_us(&l->resume, us);
}

bool
loop_listener_is_paused(const struct loop_listener *l)
{
	return loop_timer_runs(&l->resume);
}

bool
loop_is_shortage(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS ||
	    error == ENOMEM;
}

/* Whether the next accept(2) may succeed, now or when the socket is ready. */
static bool
is_passing(int error)
{
	return error == EAGAIN || error == EINTR || error == ECONNABORTED;
}

int
loop_accept(struct loop_listener *l, uint64_t pause_us)
{
	int s = accept4(event_get_fd(&l->watch.event), NULL, NULL,
	    SOCK_CLOEXEC | SOCK_NONBLOCK);
	int error = errno;

	if (s == -1 && !is_passing(error))
		loop_listener_pause_us(l, pause_us);
	errno = error;
	return s;
}
