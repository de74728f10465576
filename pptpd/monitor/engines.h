/* The monitor's engines: starting them, talking to them, starting them again. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ENGINES_H
#define PPTPD_ENGINES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "monitor/monitor.h"
#include "shared/ipc.h"

/* What engines tell; 0 is the index of the front, the one that listens. */
struct engines_ops {
	/* One does not stay up, and is not started again. */
	void	(*failed)(void);
	/* All answer; every few seconds.  One that does not is replaced. */
	void	(*alive)(void);
	/*
	 * One has been started; sock is the link to it, which is ours.  It has
	 * been told its configuration, and now hears what it has to know ...
	 */
	void	(*started)(unsigned int index, int sock);
	/* ... so that it can be given calls. */
	void	(*ready)(unsigned int index);
	/* One has ended. */
	void	(*ended)(unsigned int index);
	/*
	 * One asks for what it may ask for.  Its descriptors stay ours, to be
	 * closed with patience.h.  late: the client of a call has gone since.
	 */
	void	(*request)(const struct ipc_msg *, const struct ipc_fds *,
		    bool late);
};

/*
 * Before the first start, after loop_init(); setup and ops stay the caller's
 * and must stay.  keep_calls: they outlive an engine.
 */
void	engines_init(const struct monitor_setup *, bool keep_calls,
	    const struct engines_ops *);
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
