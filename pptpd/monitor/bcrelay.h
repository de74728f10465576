/* bcrelay, which carries broadcasts to the clients. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_BCRELAY_H
#define PPTPD_BCRELAY_H

#include <stdbool.h>
#include <sys/types.h>

#include "config/conf.h"

/* To be called before the other functions, after loop_init(). */
void	bcrelay_init(void);
/* Starts bcrelay if the configuration wants it; conf stays the caller's. */
void	bcrelay_start(const struct conf *);
/* For another configuration: starts, stops or restarts bcrelay as needed. */
void	bcrelay_change(const struct conf *);
/* Ends it. */
void	bcrelay_stop(void);
/*
 * A child was reaped, with this status of wait(2).  True if it was the relay;
 * then it is started again after a while, unless it was told to end.
 */
bool	bcrelay_reaped(pid_t, int wait_status);

#endif
