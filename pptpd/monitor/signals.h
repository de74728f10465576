/* The signals that the monitor acts on: held, and then watched. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SIGNALS_H
#define PPTPD_SIGNALS_H

#include "shared/loop.h"

/*
 * They wait from now on, until signals_watch() or, over execve(2), until
 * another program does the same: whoever reads the pid file may send one at
 * once.
 */
void	signals_hold(void);
/* They come in the event loop from now on.  SIGCHLD, too. */
bool	signals_watch(loop_signal_fn *);

#endif
