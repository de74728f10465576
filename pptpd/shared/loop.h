/* The event loop of a process: timers, descriptors, signals, listeners. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_LOOP_H
#define PPTPD_LOOP_H

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdbool.h>
#include <stdint.h>

#include "shared/ipc.h"

/*
 * A process has one loop.  The structs below are embedded where they are used;
 * after _init() nothing of them is allocated, so _init() cannot fail.  All of
 * them must be stopped before their memory is freed.  Memory of zeros may be
 * stopped as well.  Functions that return bool return false without memory.
 */
bool	loop_init(void);
/* Serves events until loop_stop(). */
void	loop_run(void);
/* Serves events until there is none without waiting. */
void	loop_run_ready(void);
/* After the callback that runs, no other one does. */
void	loop_stop(void);
void	loop_free(void);
/*
 * Times count from the moment when the loop woke up.  After work that took
 * long they count from now.
 */
void	loop_update_time(void);
/* For what this module does not have. */
struct event_base *loop_base(void);

/* --- timers -------------------------------------------------------------- */

typedef void loop_fn(void *arg);

struct loop_timer {
	struct event	 event;
	loop_fn		*fn;
	void		*arg;
	uint64_t	 every_us;	/* 0: once */
};

void	loop_timer_init(struct loop_timer *, loop_fn *, void *arg);
/* Once, after so long; a timer that runs already starts over. */
bool	loop_timer_in_us(struct loop_timer *, uint64_t us);
bool	loop_timer_in_ms(struct loop_timer *, uint64_t ms);
/* Once, at a time of mono_us(); if that is over, as soon as possible. */
bool	loop_timer_at_us(struct loop_timer *, uint64_t deadline);
/* Again and again. */
bool	loop_timer_every_ms(struct loop_timer *, uint64_t ms);
/* Once, after the callback that runs; cannot fail. */
void	loop_timer_now(struct loop_timer *);
void	loop_timer_stop(struct loop_timer *);
/* Whether it will fire. */
bool	loop_timer_runs(const struct loop_timer *);

/* --- descriptors --------------------------------------------------------- */

typedef void loop_fd_fn(int fd, void *arg);

#define LOOP_READ	0x1
#define LOOP_WRITE	0x2
#define LOOP_CLOSED	0x4	/* by the other side; what it sent stays */
#define LOOP_ONCE	0x8	/* goes off by itself */

struct loop_watch {
	struct event	 event;
	loop_fd_fn	*fn;
	void		*arg;
};

/* what: LOOP_*.  The descriptor stays the caller's; the watch is off. */
void	loop_watch_init(struct loop_watch *, int fd, int what, loop_fd_fn *,
	    void *arg);
bool	loop_watch_on(struct loop_watch *);
void	loop_watch_off(struct loop_watch *);
bool	loop_watch_is_on(const struct loop_watch *);

/* For the life of the process; fn is not called from the handler. */
typedef void loop_signal_fn(int signo);

bool	loop_signal(int signo, loop_signal_fn *);

/* --- listeners ----------------------------------------------------------- */

/*
 * A listening socket.  Without descriptors or memory nobody can be accepted,
 * and the event would come again at once: so it is paused.
 */
struct loop_listener {
	struct loop_watch watch;
	struct loop_timer resume;
};

/* The descriptor stays the caller's; nobody listens before _on(). */
void	loop_listener_init(struct loop_listener *, int fd, loop_fd_fn *,
	    void *arg);
bool	loop_listener_on(struct loop_listener *);
/* For good, or until _on(). */
void	loop_listener_off(struct loop_listener *);
/* Goes on after so long. */
void	loop_listener_pause_us(struct loop_listener *, uint64_t us);
bool	loop_listener_is_paused(const struct loop_listener *);
/*
 * Accepts one: non-blocking, close-on-exec, the caller's.  -1 with errno if
 * there is none; after a shortage it has paused for so long.
 */
int	loop_accept(struct loop_listener *, uint64_t pause_us);
/* Whether an errno of accept(2) is one: it would fail again at once. */
bool	loop_is_shortage(int error);

/* --- messages ------------------------------------------------------------ */

/* The handler takes the descriptors that it keeps (ipc_fds_take()). */
typedef void loop_message_fn(const struct ipc_msg *, struct ipc_fds *,
	    void *arg);

/*
 * Reads one message, gives it to the handler, and closes the descriptors that
 * are left.  Returns what ipc_recv() does.
 */
int	loop_message(int sock, loop_message_fn *, void *arg);

#endif
