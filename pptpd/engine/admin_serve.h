/* Answers what administrators ask for. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ADMIN_SERVE_H
#define PPTPD_ADMIN_SERVE_H

#include <stddef.h>

#include "engine/admin_client.h"
#include "engine/journal.h"
#include "shared/ipc.h"

/*
 * Serves a request: a line of len octets, without its newline.  Its answer is
 * queued at once, or comes later: if token is set, when the monitor has
 * answered; if next_id or in_history is set, by admin_serve_list().
 */
void	admin_serve(struct admin_client *, const char *line, size_t len);
/* Queues more of the list or the history, as much as there is room for. */
void	admin_serve_list(struct admin_client *);
/*
 * Queues an event for a client that watches.  If it reads too slowly the event
 * is only counted; the client is told how many it has lost.
 */
void	admin_serve_event(struct admin_client *, enum journal_what,
	    const struct history_entry *);
/* A call has begun: traces it, if this is what the client waits for. */
void	admin_serve_started(struct admin_client *, uint16_t call_id);
/* Tells the client how many events it has lost, once there is room again. */
void	admin_serve_lost(struct admin_client *);
/* Queues the answer that the monitor gave for this client. */
void	admin_serve_reply(struct admin_client *, const struct ipc_msg *);

#endif
