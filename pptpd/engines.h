/* The monitor's engine: starting it, talking to it, starting it again. */
#ifndef PPTPD_ENGINES_H
#define PPTPD_ENGINES_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "ipc.h"
#include "monitor.h"

/*
 * Before the first start; setup stays the caller's and must stay.  keep_calls:
 * they outlive an engine.  failed() is called when the engine does not stay up,
 * alive() every few seconds if it answers; one that does not is replaced.
 */
void	engines_init(struct event_base *, const struct monitor_setup *,
	    bool keep_calls, void (*failed)(void), void (*alive)(void));
/* Starts it.  False with the reason logged. */
bool	engines_start(void);
/* Tells it what the configuration says now. */
void	engines_configure(void);
/*
 * Tells it something; one that does not listen is ended.  False: it was not
 * told.
 */
bool	engines_tell(const struct ipc_msg *, const int *fds, int n);
/* Kills it, for a reason that is logged. */
void	engines_kill(const char *why);
/* It serves nobody new, not after another start either. */
void	engines_drain(void);
/* How often it was started again. */
unsigned int engines_restarts(void);
/* From now on its end is no accident. */
void	engines_stop(void);
/* A child was reaped; true if it was the engine. */
bool	engines_reaped(pid_t, int wait_status);
/* The same of a child that was asked whether a client may come in. */
bool	engines_access_reaped(pid_t, int wait_status);
/*
 * Announces to the engine that a call comes to it.  Returns the other end of a
 * link to it, which is the caller's, for the call's keeper; -1: there is no
 * engine now.
 */
int	engines_adopt(void);
/* Whether the engine has died of the call with this Call ID twice in a row. */
bool	engines_crashed_by(uint16_t call_id);
/* Whether one runs. */
bool	engines_running(void);

#endif
