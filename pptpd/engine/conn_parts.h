/* What the modules that serve a control connection share. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_CONN_PARTS_H
#define PPTPD_CONN_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/queue.h"
#include "engine/conn_tcp.h"
#include "engine/engine.h"
#include "state/ctrl.h"
#include "state/limit.h"

struct call;
struct call_record;

/*
 * conn_door.c lets connections in, conn.c serves them, and uses conn_auth.c
 * (who is authenticated) and conn_tcp.c (the socket).
 */
struct conn {
	LIST_ENTRY(conn) entry;
	uint32_t	 client, server;	/* network order */
	uint32_t	 token;			/* of its access request */
	bool		 asking;		/* waits for that answer */
	bool		 announced;		/* we have logged "started" */
	bool		 muted;			/* log-rate forbade it */
	bool		 by_keeper;		/* a keeper logs both ends */
	struct call	*call;
	struct ctrl	*ctrl;			/* own, or in a record */
	struct ctrl	*own;			/* NULL: ctrl is in a record */
	struct call_record *record;		/* of an ended call, owned */
	bool		 more;			/* input behind this message */
	enum ctrl_end	 refuse;		/* why its SCCRQ is refused */
	struct limit_conn limit;
	struct limit_messages messages;
	uint64_t	 room_at;		/* ms, ended another's call */
	struct conn_tcp	 tcp;
	struct loop_timer timer;
	bool		 over;			/* freed after this event */
	struct engine_ended ended;
};

/* --- conn_auth.c --------------------------------------------------------- */

/* pppd has let the client in, or has refused it. */
void	conn_auth_succeeded(struct conn *);
void	conn_auth_failed(struct conn *);
/* The call has ended, which may count as a failed authentication. */
void	conn_auth_ended(struct conn *, enum ctrl_end);

/* --- conn.c, for conn_door.c --------------------------------------------- */

/* Fills in a zeroed connection; it owns the descriptor from then on. */
void	conn_init(struct conn *, int fd, uint32_t client, uint32_t server);
/* Serves it: waits for its SCCRQ.  May close it. */
void	conn_begin(struct conn *);
/* Closes the connection and logs nothing.  It is freed after the event. */
void	conn_leave(struct conn *);
/* Closes it to make room for others.  Never the one being served. */
void	conn_evict(struct conn *);
/* The connection that waits for this answer of TCP wrappers, or NULL. */
struct conn *conn_asking(uint32_t token, uint32_t client);

#endif
