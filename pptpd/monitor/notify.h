/* What a service manager is told: systemd's notify protocol, sd_notify(3). */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_NOTIFY_H
#define PPTPD_NOTIFY_H

#include <stdint.h>

/*
 * Takes socket and times from the environment.  Where nobody listens, the
 * other functions do nothing.  Errors are of no consequence here.
 */
void	notify_init(void);
/* Clients are served; also at the end of what notify_reloading() began. */
void	notify_ready(void);
/* The configuration is being read, or another pptpd takes over. */
void	notify_reloading(void);
/* The end has begun. */
void	notify_stopping(void);
/* A line about what goes on, for people; the same line is said once only. */
void	notify_status(const char *fmt, ...)
	    __attribute__((__format__(__printf__, 1, 2)));
/*
 * All is well now, now_us microseconds of CLOCK_MONOTONIC.  To be called much
 * more often than the manager's WatchdogSec; not all calls are passed on.
 */
void	notify_alive(uint64_t now_us);

#endif
