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
 * After loop_init(); setup stays the caller's and must stay.  make_way(NULL) is
 * called, from the event loop, when a change needs another pptpd, which is to
 * take the calls over.
 */
void	reload_init(struct monitor_setup *, loop_fn *make_way);

/*
 * Reads it and changes to it; says in the log, and in text, which keywords have
 * changed.  False: nothing has changed, text says why, with file and line.
 * Blocks for as long as names (RESOLVE_MS) and pppd (PLUGIN_PROBE_MS) take to
 * answer.
 */
bool	reload_now(char text[RELOAD_TEXT]);
/*
 * The same from the event loop: at once, but not twice in RELOAD_PAUSE_MS, and
 * once for all who have asked until then.
 */
void	reload_soon(void);
#define RELOAD_PAUSE_MS	500

/* The server ends: from now on nothing is read. */
void	reload_stop(void);

#endif
