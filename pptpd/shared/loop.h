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
 * A process has one loop.  The caller embeds the structs below in its own.
 * _init() allocates nothing and cannot fail.  Stop each of them before its
 * memory is freed; zeroed memory may be stopped as well.  Functions that
 * return bool return false if there is no memory.
 */
bool	loop_init(void);	/* and libevent's own words go to our log */
/* Serves events until loop_stop(). */
void	loop_run(void);
/* Serves the events that are ready now; does not wait for more. */
void	loop_run_ready(void);
/* Ends loop_run() after the present callback; no other callback runs. */
void	loop_stop(void);
void	loop_free(void);
/*
 * Timers count from the moment when the loop woke up.  Call this after long
 * work: then they count from now.
 */
void	loop_update_time(void);

/* --- timers -------------------------------------------------------------- */

typedef void loop_fn(void *arg);

struct loop_timer {
	struct event	 event;
	loop_fn		*fn;
	void		*arg;
	uint64_t	 every_us;	/* 0: once */
};

void	loop_timer_init(struct loop_timer *, loop_fn *, void *arg);
/* Fires once, after this time; a running timer starts over. */
bool	loop_timer_in_us(struct loop_timer *, uint64_t us);
bool	loop_timer_in_ms(struct loop_timer *, uint64_t ms);
/* Fires once, at a time of mono_us() or mono_ms(); a past one means at once. */
bool	loop_timer_at_us(struct loop_timer *, uint64_t deadline);
bool	loop_timer_at_ms(struct loop_timer *, uint64_t deadline);
/* Fires every ms milliseconds. */
bool	loop_timer_every_ms(struct loop_timer *, uint64_t ms);
/* Fires once, right after the present callback; cannot fail. */
void	loop_timer_now(struct loop_timer *);
void	loop_timer_stop(struct loop_timer *);
/* Whether the timer will fire. */
bool	loop_timer_runs(const struct loop_timer *);

/* --- descriptors --------------------------------------------------------- */

typedef void loop_fd_fn(int fd, void *arg);

#define LOOP_READ	0x1
#define LOOP_WRITE	0x2
#define LOOP_CLOSED	0x4	/* the other side closed; its data stays */
#define LOOP_ONCE	0x8	/* the watch goes off after one event */

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
/* Reads and writes on it wait no more; false: errno says why. */
bool	loop_unblock(int fd);

/* Until the process ends; runs in the loop, not in the signal handler. */
typedef void loop_signal_fn(int signo);

bool	loop_signal(int signo, loop_signal_fn *);

/* --- listeners ----------------------------------------------------------- */

/*
 * A listening socket.  Without free descriptors or memory accept(2) fails, as
 * it does where accept4() is forbidden, and the event would come again at
 * once: so the listener pauses.
 */
struct loop_listener {
	struct loop_watch watch;
	struct loop_timer resume;
};

/* The descriptor stays the caller's; the listener is off at first. */
void	loop_listener_init(struct loop_listener *, int fd, loop_fd_fn *,
	    void *arg);
bool	loop_listener_on(struct loop_listener *);
/* Stops the listener until _on(). */
void	loop_listener_off(struct loop_listener *);
/* Stops the listener for this time. */
void	loop_listener_pause_us(struct loop_listener *, uint64_t us);
bool	loop_listener_is_paused(const struct loop_listener *);
/*
 * Accepts one connection: a non-blocking close-on-exec descriptor, the
 * caller's.  -1 with errno if there is none.  The listener then pauses for
 * pause_us, unless errno is EAGAIN, EINTR or ECONNABORTED.
 */
int	loop_accept(struct loop_listener *, uint64_t pause_us);
/* Whether an errno of accept(2) means a shortage of resources. */
bool	loop_is_shortage(int error);

/* --- messages ------------------------------------------------------------ */

/* The handler takes the descriptors that it keeps (ipc_fds_take()). */
typedef void loop_message_fn(const struct ipc_msg *, struct ipc_fds *,
	    void *arg);

/*
 * Reads one message, gives it to the handler, and closes the descriptors that
 * the handler did not take.  Returns the result of ipc_recv().
 */
int	loop_message(int sock, loop_message_fn *, void *arg);

#endif
