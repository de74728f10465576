/* What the front engine keeps of calls that back engines serve. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_BACK_CALLS_H
#define PPTPD_BACK_CALLS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/call_queue.h"
#include "shared/ipc.h"
#include "state/limit.h"

struct call_record;

/*
 * Gives a call of ours, just before it is up, to the engine that serves its
 * Call ID, with its descriptors (IPC_GIVE_FD_*; the pty is -1 if the kernel
 * carries its frames).  The record, its limits and its turn are moved.  The
 * caller still has to close the descriptors and to lend the Call ID
 * (call_ids_lend()).  False: it could not be given, and nothing has changed.
 */
bool	back_calls_give(struct call_record *, const int fds[IPC_GIVE_FDS],
	    const struct login_key *, struct limit_conn *,
	    struct queued_call *);
/*
 * Notes a call that an earlier front engine gave away.  fd is its record and
 * stays the caller's; client in network order.
 */
void	back_calls_tell(uint16_t id, uint32_t client, int fd,
	    const struct login_key *);
/* Notes what a back engine tells of one of its calls. */
void	back_calls_news(const struct ipc_msg *);
/* Whether the engine that serves that Call ID has room for one more call. */
bool	back_calls_has_room(uint16_t id);
/* Has such a call traced for the client behind fd, which stays the caller's. */
bool	back_calls_trace(uint16_t id, int fd, uint32_t seconds,
	    uint32_t packets);
/* Ends such a call; false: no back engine serves that Call ID. */
bool	back_calls_kick(uint16_t id, enum ctrl_end, bool now);
/* The record of such a call; NULL: no back engine serves that Call ID. */
const struct call_record *back_calls_record(uint16_t id);
/* What the seal on its login is made with; NULL as above. */
const struct login_key *back_calls_login_key(uint16_t id);
/* The number of calls that back engines serve. */
unsigned int back_calls_count(void);

#endif
