/* Answers what administrators ask for. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ADMIN_SERVE_H
#define PPTPD_ADMIN_SERVE_H

#include <stddef.h>

#include "engine/admin_client.h"
#include "shared/ipc.h"

/*
 * A request: a line of len octets, without its newline.  The answer is queued,
 * or comes later: token says that the monitor has to give it, next_id that it is
 * a list.
 */
void	admin_serve(struct admin_client *, const char *line, size_t len);
/* Goes on with the list, as far as there is room. */
void	admin_serve_list(struct admin_client *);
/* The monitor's answer for this client. */
void	admin_serve_reply(struct admin_client *, const struct ipc_msg *);

#endif
