/* The signals that the monitor acts on: held, and then watched. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SIGNALS_H
#define PPTPD_SIGNALS_H

#include "shared/loop.h"

/*
 * Blocks these signals until signals_watch().  They stay blocked over
 * execve(2), until the next pptpd watches them.  A signal may come as soon as
 * the pid file is there, and must not kill us before we can act on it.
 */
void	signals_hold(void);
/* Reports these signals and SIGCHLD from the event loop from now on. */
bool	signals_watch(loop_signal_fn *);

#endif
