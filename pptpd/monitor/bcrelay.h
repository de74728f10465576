/* bcrelay, which carries broadcasts to the clients. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_BCRELAY_H
#define PPTPD_BCRELAY_H

#include <stdbool.h>
#include <sys/types.h>

#include "config/conf.h"

/* Before all others, after loop_init(). */
void	bcrelay_init(void);
/* Starts it if the configuration wants it; it stays the caller's. */
void	bcrelay_start(const struct conf *);
/* Another configuration: starts, stops it, or both, if that is needed. */
void	bcrelay_change(const struct conf *);
/* Ends it. */
void	bcrelay_stop(void);
/*
 * A child was reaped, with this status of wait(2); true if it was the relay,
 * which is started again after a while unless it was told to end.
 */
bool	bcrelay_reaped(pid_t, int wait_status);

#endif
