/* The states of the monitor: it serves, and then ends in one of four ways. */
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
	LIFETIME_LEAVING,	/* ends; calls wait for the next server */
	LIFETIME_UPGRADING	/* the same, and we become the next server */
};

/*
 * To be called after loop_init().  setup stays the caller's and must stay.
 * keep_calls: calls can outlive the server.  When all is over, this module
 * calls loop_stop().
 */
void	lifetime_init(struct monitor_setup *, bool keep_calls);
enum lifetime_state lifetime_state(void);
/* Whether the end has begun: STOPPING, LEAVING or UPGRADING. */
bool	lifetime_is_over(void);
/* When the loop has ended: the exit status, or MONITOR_UPGRADE. */
int	lifetime_exit_status(void);

/*
 * Orders; cause is for the log.  Each does nothing if the end has begun.
 *
 * drain: serves nobody new and stops with the last call.  stop: all calls end.
 * leave: calls wait for the next server; without keep_calls it is a stop.
 */
void	lifetime_drain(const char *cause);
void	lifetime_stop(const char *cause);
void	lifetime_leave(const char *cause);
/* Whether an upgrade is possible; if not, the reason is logged. */
bool	lifetime_can_upgrade(void);
/*
 * Leaves; then main() executes the pptpd that is installed now, in the same
 * process.  Signals are held from now on.
 */
void	lifetime_upgrade(const char *cause);

/* Events. */

/* Engines end again and again: stops, so that a new server can be started. */
void	lifetime_engine_failed(void);
/* All engines have answered, so all is well. */
void	lifetime_engines_alive(void);
/* inetd's connection is over, and its engine has ended. */
void	lifetime_connection_over(void);
/*
 * Looks whether the server can end now: an engine or a call has ended, or an
 * awaited call has come back.
 */
void	lifetime_look(void);

/* Fills in all of the status, for administrators. */
void	lifetime_status(struct ipc_admin_status *);

#endif
