/* bcrelay, which carries broadcasts to the clients. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_BCRELAY_H
#define PPTPD_BCRELAY_H

#include <stdbool.h>
#include <sys/types.h>

#include "config/conf.h"

/* Starts it if the configuration wants it; it stays the caller's. */
void	bcrelay_start(const struct conf *);
/* Another configuration: starts, stops it, or both, if that is needed. */
void	bcrelay_change(const struct conf *);
/* Ends it. */
void	bcrelay_stop(void);
/* A child was reaped; true if it was the relay. */
bool	bcrelay_reaped(pid_t);

#endif
