/* Calls that other engines serve: what the front one keeps of them. */
#ifndef PPTPD_AWAY_H
#define PPTPD_AWAY_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/ipc.h"
#include "state/limit.h"
#include "engine/turn.h"

struct call_record;

/* What an engine holds of a call, in the order of IPC_CALL_GIVE; the pty is -1
 * if the kernel carries its frames. */
enum { AWAY_KEEPER, AWAY_CONTROL, AWAY_PTY, AWAY_FDS };

/*
 * Gives a call of ours that is about to be up to the engine that its Call ID
 * belongs to.  The descriptors stay the caller's, to be closed; the record,
 * its limits and its turn are moved, and the Call ID is the caller's to lend.
 * False: it cannot be, and all is as it was.
 */
bool	away_give(struct call_record *, const int fds[AWAY_FDS],
	    struct limit_conn *, struct turn *);
/*
 * A call that was given away by another engine that was the front: its record
 * is behind fd, which stays the caller's; client in network order.
 */
void	away_tell(uint16_t id, uint32_t client, int fd);
/* What has become of one. */
void	away_news(const struct ipc_msg *);
/* Whether an engine can have one more call with that Call ID. */
bool	away_has_room(uint16_t id);
/* Ends one; false: it is not away. */
bool	away_kick(uint16_t id);
/* What is known of one, NULL if it is not away. */
const struct call_record *away_record(uint16_t id);
/* How many there are. */
unsigned int away_count(void);

#endif
