/* The monitor's engines: starting them, talking to them, starting them again. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ENGINES_H
#define PPTPD_ENGINES_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "monitor/monitor.h"
#include "shared/ipc.h"

/*
 * Before the first start; setup stays the caller's and must stay.  keep_calls:
 * they outlive an engine.  failed() is called when one does not stay up, alive()
 * every few seconds if all answer; one that does not is replaced.
 */
void	engines_init(struct event_base *, const struct monitor_setup *,
	    bool keep_calls, void (*failed)(void), void (*alive)(void));
/* Starts all of them.  False with the reason logged. */
bool	engines_start(void);
/* How many there are to be. */
unsigned int engines_count(void);
/* Tells them what the configuration says now. */
void	engines_configure(void);
/*
 * Tells the front, the one that listens, something; one that does not read is
 * ended.  False: it was not told.
 */
bool	engines_tell(const struct ipc_msg *, const int *fds, int n);
/* The same of the one that the message's call belongs to. */
bool	engines_tell_owner(const struct ipc_msg *, const int *fds, int n);
/* Kills them, for a reason that is logged. */
void	engines_kill(const char *why);
/* They serve nobody new, not after another start either. */
void	engines_drain(void);
/* How often one was started again. */
unsigned int engines_restarts(void);
/*
 * Tells them to end, by IPC_SHUTDOWN or IPC_LEAVE; from now on their end is
 * no accident.
 */
void	engines_stop(enum ipc_type how);
/* A child was reaped; true if it was one of them. */
bool	engines_reaped(pid_t, int wait_status);
/*
 * Announces a call to the engine that it belongs to.  Returns the other end
 * of a link to it, which is the caller's, for the call's keeper; -1: it does
 * not run now.
 */
int	engines_adopt(uint16_t call_id);
/* Whether one has died of the call with this Call ID twice in a row. */
bool	engines_crashed_by(uint16_t call_id);
/* Whether any runs. */
bool	engines_running(void);
/* Looks whether any has ended, without a look at all children. */
void	engines_reap(void);

#endif
