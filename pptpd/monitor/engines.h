/* The monitor's engines: starts them, talks to them, starts them again. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ENGINES_H
#define PPTPD_ENGINES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "monitor/monitor.h"
#include "shared/ipc.h"

/* What the engines module reports.  The front engine, which listens, is 0. */
struct engines_ops {
	/* An engine ends again and again, and is not started any more. */
	void	(*failed)(void);
	/*
	 * All engines answer the monitor's pings; called every few seconds.
	 * An engine that does not answer is replaced.
	 */
	void	(*alive)(void);
	/*
	 * An engine was started and has been sent its configuration.  sock is
	 * the link to it, which is ours.  What the engine has to know before
	 * its first call is to be sent now.
	 */
	void	(*started)(unsigned int index, int sock);
	/* The engine knows all that it needs, and can be given calls. */
	void	(*ready)(unsigned int index);
	/* An engine has ended. */
	void	(*ended)(unsigned int index);
	/*
	 * An engine asks for something that it is allowed to ask for.  The
	 * message's descriptors stay ours, to be closed with patience.h.
	 * late: the client of the call has gone in the meantime.
	 */
	void	(*request)(const struct ipc_msg *, const struct ipc_fds *,
		    bool late);
};

/*
 * To be called before the first start, after loop_init(); setup and ops stay
 * the caller's and must stay.  keep_calls: calls outlive their engine.
 */
void	engines_init(const struct monitor_setup *, bool keep_calls,
	    const struct engines_ops *);
/* Starts all engines.  False with the reason logged. */
bool	engines_start(void);
/* The number of engines that are to run. */
unsigned int engines_count(void);
/* Tells all engines what the configuration says now. */
void	engines_configure(void);
/*
 * Sends a message to the front engine; if it does not read its messages, it is
 * killed.  False: the message was not sent.
 */
bool	engines_tell(const struct ipc_msg *, const int *fds, int n);
/* The same to the engine that the message's call belongs to. */
bool	engines_tell_owner(const struct ipc_msg *, const int *fds, int n);
/* Kills all engines, for a reason that is logged. */
void	engines_kill(const char *why);
/* Engines serve nobody new from now on; the same for engines started later. */
void	engines_drain(void);
/* How many times engines were started again. */
unsigned int engines_restarts(void);
/*
 * Tells all engines to end, by IPC_SHUTDOWN or IPC_LEAVE.  From now on the end
 * of an engine is expected, and none is started again.
 */
void	engines_stop(enum ipc_type how);
/* A child was reaped; true if it was an engine. */
bool	engines_reaped(pid_t, int wait_status);
/*
 * Announces a call to the engine that it belongs to, with one end of a new
 * link.  Returns the other end, which is the caller's, for the call's keeper;
 * -1: that engine does not run now.
 */
int	engines_adopt(uint16_t call_id);
/* Whether engines have crashed twice in a row while serving this Call ID. */
bool	engines_crashed_by(uint16_t call_id);
/* Whether any engine runs. */
bool	engines_running(void);
/* Reaps engines that have ended, and no other children. */
void	engines_reap(void);

#endif
