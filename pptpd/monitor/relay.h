/* bcrelay, which carries broadcasts to the clients. */
#ifndef PPTPD_RELAY_H
#define PPTPD_RELAY_H

#include <stdbool.h>
#include <sys/types.h>

#include "config/conf.h"

/* Starts it if the configuration wants it; it stays the caller's. */
void	relay_start(const struct conf *);
/* Another configuration: starts, stops it, or both, if that is needed. */
void	relay_change(const struct conf *);
/* Ends it. */
void	relay_stop(void);
/* A child was reaped; true if it was the relay. */
bool	relay_reaped(pid_t);

#endif
