/* The event loop and the clock, where time passes when a test says so. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_FAKE_LOOP_H
#define PPTPD_FAKE_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/loop.h"

/* In place of shared/loop.c and shared/mono.c.  Descriptors are real ones, */
struct fake_loop {
	uint64_t	now_us;
	bool		stopped;	/* by loop_stop() */
	bool		no_memory;	/* nothing more can be watched */
	/* unless this says whether one is ready, for what: LOOP_*. */
	bool		(*is_ready)(int fd, int what);
};

extern struct fake_loop fake_loop;

/* No timers, no watches, and a clock that is not at 0. */
void	fake_loop_init(void);
/*
 * So much time passes; timers fire at their times and in their order, until
 * loop_stop() is called.  Descriptors are for loop_run_ready().
 */
void	fake_loop_pass_ms(uint64_t ms);
/* How many timers will fire. */
unsigned int fake_loop_timers(void);
/* Serves the nth of the events that are ready, counted round; false: none is. */
bool	fake_loop_serve_one(unsigned int nth);
/*
 * This memory is about to be freed.  No timer in it may run and no watch in it
 * may be on: then it aborts.
 */
void	fake_loop_forget(const void *, size_t);

#endif
