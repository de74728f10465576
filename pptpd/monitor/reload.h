/* Reading the configuration again, and changing to it while calls go on. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_RELOAD_H
#define PPTPD_RELOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "monitor/monitor.h"
#include "shared/loop.h"

#define RELOAD_TEXT	1024	/* octets of what is said about it */

/*
 * To be called after loop_init(); setup stays the caller's and must stay.  If a
 * change needs a new pptpd to take the calls over, make_way(NULL) is called
 * from the event loop.
 */
void	reload_init(struct monitor_setup *, loop_fn *make_way);

/*
 * Reads the configuration and changes to it; the log and text say which
 * keywords have changed.  False: it is bad and nothing was changed; text says
 * why, with file and line.  Blocks while names are looked up (RESOLVE_MS at
 * most) and pppd is asked (PLUGIN_PROBE_MS at most).
 */
bool	reload_now(char text[RELOAD_TEXT]);
/*
 * The same from the event loop: at once, but at most once in RELOAD_PAUSE_MS.
 * Several requests within that time lead to one reading.
 */
void	reload_soon(void);
#define RELOAD_PAUSE_MS	500

/* Logs debug lines, or none, until the configuration is read again. */
void	reload_log_level(bool debug);

/* The server ends: the configuration is not read any more. */
void	reload_stop(void);

#endif
