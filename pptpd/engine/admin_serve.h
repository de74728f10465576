/* Answers what administrators ask for. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ADMIN_SERVE_H
#define PPTPD_ADMIN_SERVE_H

#include <stddef.h>

#include "engine/admin_client.h"
#include "shared/ipc.h"

/*
 * Serves a request: a line of len octets, without its newline.  Its answer is
 * queued at once, or comes later: if token is set, when the monitor has
 * answered; if next_id is set, by admin_serve_list().
 */
void	admin_serve(struct admin_client *, const char *line, size_t len);
/* Queues more of the list, as much as there is room for. */
void	admin_serve_list(struct admin_client *);
/* Queues the answer that the monitor gave for this client. */
void	admin_serve_reply(struct admin_client *, const struct ipc_msg *);

#endif
