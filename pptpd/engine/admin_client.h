/* One client of the control socket: what it has sent, and what it gets. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ADMIN_CLIENT_H
#define PPTPD_ADMIN_CLIENT_H

#include <event2/event_struct.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "admin/admin_request.h"
#include "base/queue.h"

struct evbuffer;

/*
 * The lowest of three: admin.c (the socket, whose turn it is) calls
 * admin_serve.c (requests), and both call this.
 */
struct admin_client {
	/* admin.c */
	LIST_ENTRY(admin_client) entry;
	uid_t		 uid;
	pid_t		 pid;
	uint64_t	 used_at;	/* ms */
	struct event	 readable, writable, again, idle;
	/* admin_serve.c */
	uint32_t	 token;		/* the monitor is to answer; 0: no */
	uint32_t	 next_id;	/* of the list that it gets; 0: none */
	json_int_t	 listed;
	struct admin_request request;	/* that is being answered */
	/* admin_client.c */
	int		 fd;		/* owned */
	bool		 eof;		/* it says no more */
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
 * Reads once.  False: the connection has failed.  The end of what it says is
 * noted in eof.
 */
bool	admin_client_read(struct admin_client *);
/* The first whole line, *len octets without its newline, or NULL. */
const char *admin_client_line(const struct admin_client *, size_t *len);
/* That line is done with. */
void	admin_client_line_done(struct admin_client *, size_t len);
/* It has sent as much as a line can have, and no newline. */
bool	admin_client_line_too_long(const struct admin_client *);

/* Queues a line; takes the object (NULL: there was no memory for it). */
void	admin_client_put(struct admin_client *, json_t *);
/* Queues the last line of an answer; takes the result. */
void	admin_client_answer(struct admin_client *, json_t *);
/* ... that says why not. */
void	admin_client_refuse(struct admin_client *, const struct admin_error *);
void	admin_client_refuse_text(struct admin_client *, const char *code,
	    const char *text);
/* Whether enough is queued for now. */
bool	admin_client_is_full(const struct admin_client *);
/* Octets that are queued. */
size_t	admin_client_unsent(const struct admin_client *);
/* Sends what the socket takes, *sent octets.  False: the connection has failed. */
bool	admin_client_flush(struct admin_client *, size_t *sent);

#endif
