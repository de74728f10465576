/* What a service manager is told: systemd's notify protocol, sd_notify(3). */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_NOTIFY_H
#define PPTPD_NOTIFY_H

#include <stdint.h>

#define NOTIFY_STATUS_MAX 128	/* octets of a status, its NUL included */

/*
 * Takes socket and times from the environment.  If the environment names no
 * socket, the other functions do nothing.  Errors are ignored: the server does
 * not depend on the service manager.
 */
void	notify_init(void);
/* Clients are served, after a start or after notify_reloading(). */
void	notify_ready(void);
/* The configuration is being read, or another pptpd takes over. */
void	notify_reloading(void);
/* The end has begun. */
void	notify_stopping(void);
/* A status line for people; a line like the one before is not sent again. */
void	notify_status(const char *fmt, ...)
	    __attribute__((__format__(__printf__, 1, 2)));
/*
 * The server works, at now_us microseconds of CLOCK_MONOTONIC.  To be called
 * much more often than the manager's WatchdogSec; the manager is told only as
 * often as it needs.
 */
void	notify_alive(uint64_t now_us);

#endif
