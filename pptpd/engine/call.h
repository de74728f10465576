/* A call: between the GRE socket and the pty of its pppd. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_CALL_H
#define PPTPD_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/gre_socket.h"
#include "shared/ipc.h"
#include "state/ctrl.h"

struct call;
struct call_record;
struct conn;

/*
 * Asks the monitor for the call that conn's ctrl wants; the ctrl hears of it
 * later.  NULL if it cannot be asked for.
 */
struct call *call_start(struct conn *);
/* Whether it waits for its turn to be started. */
bool	call_is_waiting(const struct call *);
/* The monitor's answer; takes the descriptors. */
void	call_reply(const struct ipc_msg *, int *fds, int n);
/*
 * A call that another engine has left, with its record, keeper and pty, which
 * are the call's from then on.  NULL: they are still the caller's, and errno is
 * ENOMEM, or EEXIST if another call has its Call ID.  Then
 * call_resume() goes on with it, which may end it.
 */
struct call *call_adopt(struct conn *, struct call_record *, int keeper,
	    int pty);
void	call_resume(struct call *);
/* Ends it: the keeper hangs up.  The call is freed and conn told. */
void	call_end(struct call *, enum ctrl_end);
/* A packet from the GRE socket, whosever it is. */
void	call_receive(const struct gre_packet *);
/* After each batch: writes to ptys and acknowledges. */
void	call_flush_touched(void);
/*
 * Goes through the records of all calls that have one, by their Call IDs:
 * *next is 1 at first.  NULL: there are no more.  Calls may come and go
 * meanwhile.
 */
const struct call_record *call_next_record(uint32_t *next);
/* Ends the call with this ID, if there is one, also at another engine. */
void	call_kick(uint16_t id, enum ctrl_end);

#endif
