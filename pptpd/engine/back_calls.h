/* Calls that other engines serve: what the front one keeps of them. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_BACK_CALLS_H
#define PPTPD_BACK_CALLS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/call_queue.h"
#include "shared/ipc.h"
#include "state/limit.h"

struct call_record;

/* What an engine holds of a call, in the order of IPC_CALL_GIVE; the pty is -1
 * if the kernel carries its frames. */
enum { BACK_FD_KEEPER, BACK_FD_CONTROL, BACK_FD_PTY, BACK_FDS };

/*
 * Gives a call of ours that is about to be up to the engine that its Call ID
 * belongs to.  The descriptors stay the caller's, to be closed; the record,
 * its limits and its turn are moved, and the Call ID is the caller's to lend.
 * False: it cannot be, and all is as it was.
 */
bool	back_calls_give(struct call_record *, const int fds[BACK_FDS],
	    struct limit_conn *, struct queued_call *);
/*
 * A call that was given away by another engine that was the front: its record
 * is behind fd, which stays the caller's; client in network order.
 */
void	back_calls_tell(uint16_t id, uint32_t client, int fd);
/* What has become of one. */
void	back_calls_news(const struct ipc_msg *);
/* Whether an engine can have one more call with that Call ID. */
bool	back_calls_has_room(uint16_t id);
/* Ends one; false: it is not away. */
bool	back_calls_kick(uint16_t id, enum ctrl_end);
/* What is known of one, NULL if it is not away. */
const struct call_record *back_calls_record(uint16_t id);
/* How many there are. */
unsigned int back_calls_count(void);

#endif
