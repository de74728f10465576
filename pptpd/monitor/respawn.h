/* Starts a program of ours again that has ended, later each time. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_RESPAWN_H
#define PPTPD_RESPAWN_H

#include <sys/types.h>
#include <time.h>

#include "shared/loop.h"

struct respawn {
	const char	 *name;		/* in log lines */
	int		  wait;		/* s, before the next start */
	struct loop_timer again;
};

/* start(arg) is what starts it; the name must stay valid. */
void	respawn_init(struct respawn *, const char *name,
	    void (*start)(void *arg), void *arg);
/* A start was asked for: the next wait is one second again. */
void	respawn_anew(struct respawn *);
/* Starts it after the wait, which doubles each time, up to a minute. */
void	respawn_later(struct respawn *);
void	respawn_stop(struct respawn *);
/* Logs how it has ended, and what happens then. */
void	respawn_say(const struct respawn *, pid_t pid, int status,
	    const char *then);
/*
 * It has ended with this status of wait(2), without having been told to.  Logs
 * that, and starts it later.  started: by CLOCK_MONOTONIC, in s; if it ran for a
 * minute, the wait is the shortest.
 */
void	respawn_ended(struct respawn *, pid_t pid, int status,
	    time_t started);

#endif
