/* The TCP socket of a control connection: reads, writes, lets input wait. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_CONN_TCP_H
#define PPTPD_CONN_TCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/loop.h"
#include "state/ctrl.h"

struct trace;

/*
 * What happens at the socket.  Each of these may close it; its memory must
 * stay until the event is over.
 */
struct conn_tcp_events {
	/* The client has sent these octets, or they have waited until now. */
	void	(*input)(void *, const uint8_t *, size_t);
	/* It sends no more; reset: the connection has failed. */
	void	(*eof)(void *, bool reset);
	/* It has closed the connection, see conn_tcp_watch_close(). */
	void	(*closed)(void *);
	/* The socket takes more of what is queued. */
	void	(*writable)(void *);
	/* A pause is over. */
	void	(*resumed)(void *);
};

/* Embedded in a connection, which reads fd and paused only. */
struct conn_tcp {
	const struct conn_tcp_events *events;
	void		*owner;
	int		 fd;		/* owned; -1: closed */
	bool		 deaf;		/* nothing is read any more */
	bool		 paused;	/* input waits for the end of a pause */
	bool		 holding;	/* input waits for conn_tcp_go_on() */
	struct trace	*trace;		/* NULL: nobody wants to see it */
	uint32_t	 client;	/* network order, for that */
	uint8_t		*held;		/* input that waits, owned */
	size_t		 held_len;
	struct loop_watch readable, writable, closed;
	struct loop_timer release, resume;
};

/*
 * Owns the connected, non-blocking socket from then on; does not read yet.
 * client: its other end, in network order.
 */
void	conn_tcp_init(struct conn_tcp *, int fd, uint32_t client,
	    const struct conn_tcp_events *, void *owner);
/* Begins to read; false: no memory. */
bool	conn_tcp_read(struct conn_tcp *);
/* Reads nothing more; the connection is about to be closed. */
void	conn_tcp_stop_reading(struct conn_tcp *);
/* Has a client's close noticed that comes while input waits. */
void	conn_tcp_watch_close(struct conn_tcp *);
/*
 * Keeps a copy of input that has to wait, and reads no more until it has been
 * given to the owner.  False: no memory.
 */
bool	conn_tcp_hold(struct conn_tcp *, const uint8_t *, size_t);
/* Input that waits is given to the owner after this event, or the pause. */
void	conn_tcp_go_on(struct conn_tcp *);
/* No input for so many ms: what was read is to be held. */
void	conn_tcp_pause(struct conn_tcp *, uint64_t ms);
/* Writes ctrl's queued messages, all at once; false: the peer is gone. */
bool	conn_tcp_flush(struct conn_tcp *, struct ctrl *);
/* Ends the connection on the wire: with a FIN, or reset. */
void	conn_tcp_end(struct conn_tcp *, bool reset);
/* Stops, and closes the socket. */
void	conn_tcp_close(struct conn_tcp *);
/* Stops; the socket is the caller's again. */
void	conn_tcp_give_back(struct conn_tcp *);
/* Frees its memory.  No function of it may be running. */
void	conn_tcp_free(struct conn_tcp *);

#endif
