/* How many descriptors and processes calls take, and the server itself. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_FILES_H
#define PPTPD_FILES_H

#define ADMIN_CLIENTS_MAX 16	/* of pptpdctl; each takes a descriptor */

/* In an engine. */
#define FILES_OWN	(16 + ADMIN_CLIENTS_MAX) /* all but clients' */
#define FILES_CONN	1	/* the control connection */
#define FILES_CALL	3	/* of its call: keeper, record, pty */

/*
 * In the monitor.  Of a call, after a restart and while there is no engine:
 * pidfds of pptpctrl and pppd, the connection that pptpctrl keeps for its last
 * word, and that on which it waits.  A record is held for a moment only.
 */
#define FILES_MONITOR_OWN 48
#define FILES_MONITOR_ENGINE 2	/* link, GRE socket */
#define FILES_MONITOR_CALL 4

#define TASKS_OWN	16
#define TASKS_CALL	2	/* pptpctrl and pppd */

/* What an engine needs for n connections, each with a call. */
static inline unsigned long
files_engine(unsigned long n)
{
	return FILES_OWN + n * (FILES_CONN + FILES_CALL);
}

/* What the monitor needs for that many engines and calls. */
static inline unsigned long
files_monitor(unsigned long engines, unsigned long calls)
{
	return FILES_MONITOR_OWN + engines * FILES_MONITOR_ENGINE +
	    calls * FILES_MONITOR_CALL;
}

#endif
