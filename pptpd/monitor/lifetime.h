/* The life of the monitor: it serves, and some day stops, in one of four ways. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_LIFETIME_H
#define PPTPD_LIFETIME_H

#include <stdbool.h>

#include "monitor/monitor.h"
#include "shared/ipc.h"

enum lifetime_state {
	LIFETIME_SERVING,
	LIFETIME_DRAINING,	/* nobody new; the last call ends it */
	LIFETIME_STOPPING,	/* all calls end in order */
	LIFETIME_LEAVING,	/* they stay, for the next server ... */
	LIFETIME_UPGRADING	/* ... which we will become */
};

/*
 * setup stays the caller's and must stay.  keep_calls: they can outlive the
 * server.  After loop_init(); the end of a life is loop_stop().
 */
void	lifetime_init(struct monitor_setup *, bool keep_calls);
enum lifetime_state lifetime_state(void);
/* Whether it has begun to end: STOPPING, LEAVING, UPGRADING. */
bool	lifetime_is_over(void);
/* When the loop has ended: the exit status, or MONITOR_UPGRADE. */
int	lifetime_exit_status(void);

/*
 * Orders; cause is for the log.  Each does nothing if the end has begun.
 *
 * drain: serves nobody new and stops with the last call.  stop: all calls end.
 * leave: calls wait for the next server; if they can't, it is a stop.
 */
void	lifetime_drain(const char *cause);
void	lifetime_stop(const char *cause);
void	lifetime_leave(const char *cause);
/* Whether we can be another pptpd; if not, the reason is logged. */
bool	lifetime_can_upgrade(void);
/*
 * Leaves, and main() becomes the pptpd that is installed now.  Signals are
 * held from now on.
 */
void	lifetime_upgrade(const char *cause);

/* Events. */

/* An engine does not stay up: a new server perhaps does better. */
void	lifetime_engine_failed(void);
/* All engines have answered, so all is well. */
void	lifetime_engines_alive(void);
/* inetd's connection is over, and its engine has ended. */
void	lifetime_connection_over(void);
/* An engine or a call has ended, or a call that was waited for came back. */
void	lifetime_look(void);

/* For administrators: fills in all of it. */
void	lifetime_status(struct ipc_admin_status *);

#endif
