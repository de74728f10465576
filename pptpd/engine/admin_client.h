/* One client of the control socket: what it has sent, and what it gets. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ADMIN_CLIENT_H
#define PPTPD_ADMIN_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "admin/admin_request.h"
#include "base/queue.h"
#include "shared/loop.h"

struct evbuffer;

/*
 * Three modules share a client: admin.c (its socket and its events) calls
 * admin_serve.c (its requests), and both call admin_client.c (its buffers).
 */
struct admin_client {
	/* admin.c */
	LIST_ENTRY(admin_client) entry;
	uid_t		 uid;
	pid_t		 pid;
	uint64_t	 used_at;	/* ms */
	struct loop_watch readable, writable;
	struct loop_timer again, idle;
	/* admin_serve.c */
	uint32_t	 token;		/* of the monitor's answer; 0: none */
	uint32_t	 next_id;	/* of the list under way; 0: no list */
	uint64_t	 after;		/* entry of the history that was sent */
	bool		 in_history;	/* the history is under way */
	bool		 watches;	/* is told of events */
	bool		 awaits;	/* a call that it wants to trace */
	json_int_t	 lost;		/* events that it has not been told */
	json_int_t	 listed;
	struct admin_request request;	/* the one being answered */
	/* admin_client.c */
	int		 fd;		/* owned */
	bool		 eof;		/* the client sends no more */
	bool		 closing;	/* to be closed after this answer */
	bool		 broken;	/* no memory for its answer */
	size_t		 in_len;
	char		 in[ADMIN_LINE_MAX];
	struct evbuffer	*out;
};

/* A client on a connected, non-blocking socket; NULL: no memory, fd stays. */
struct admin_client *admin_client_new(int fd);
/* Closes the socket. */
void	admin_client_free(struct admin_client *);

/*
 * Reads once.  False: the connection has failed.  If the client has ended its
 * side of the connection, eof is set.
 */
bool	admin_client_read(struct admin_client *);
/* The first whole line, *len octets without its newline, or NULL. */
const char *admin_client_line(const struct admin_client *, size_t *len);
/* Removes that line. */
void	admin_client_line_done(struct admin_client *, size_t len);
/* Whether the client has sent the longest line possible without a newline. */
bool	admin_client_line_too_long(const struct admin_client *);

/* Queues a line; takes the object (NULL: there was no memory for it). */
void	admin_client_put(struct admin_client *, json_t *);
/* Queues the last line of an answer; takes the result. */
void	admin_client_answer(struct admin_client *, json_t *);
/* Queues a last line that says why the request was refused. */
void	admin_client_refuse(struct admin_client *, const struct admin_error *);
void	admin_client_refuse_text(struct admin_client *, const char *code,
	    const char *text);
/* Whether so much is queued that more should wait until this is sent. */
bool	admin_client_is_full(const struct admin_client *);
/* The number of octets that are queued. */
size_t	admin_client_unsent(const struct admin_client *);
/* Sends what the socket takes, *sent octets.  False: the connection failed. */
bool	admin_client_flush(struct admin_client *, size_t *sent);

#endif
