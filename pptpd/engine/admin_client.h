/* A client of the control socket: what serves it, what carries its octets. */
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

struct admin_client {
	LIST_ENTRY(admin_client) entry;
	int		 fd;
	uid_t		 uid;
	pid_t		 pid;
	uint64_t	 used_at;	/* ms */
	uint32_t	 token;		/* the monitor is to answer; 0: no */
	uint32_t	 next_id;	/* of the list that it gets; 0: none */
	json_int_t	 listed;
	bool		 eof;		/* it says no more */
	bool		 closing;	/* neither do we, after this */
	bool		 broken;	/* no memory for its answer */
	struct admin_request request;	/* that is being answered */
	size_t		 in_len;
	char		 in[ADMIN_LINE_MAX];
	struct evbuffer	*out;
	struct event	 readable, writable, again, idle;
};

/* admin.c: octets, and whose turn it is. */

/* Queues a line; takes the object (NULL: there was no memory for it). */
void	admin_client_put(struct admin_client *, json_t *);
/* Whether enough is queued for now. */
bool	admin_client_is_full(const struct admin_client *);
/* The one that waits for the monitor's answer with this token, or NULL. */
struct admin_client *admin_client_find(uint32_t token);
/* Sends what is queued and goes on with what there is; it may be gone then. */
void	admin_client_proceed(struct admin_client *);

/* admin_serve.c: requests. */

/* A line of len octets, without its newline. */
void	admin_serve(struct admin_client *, const char *line, size_t len);
/* Goes on with the list that it has asked for. */
void	admin_serve_list(struct admin_client *);
/* Tells it why not. */
void	admin_serve_not(struct admin_client *, const char *code,
	    const char *text);

#endif
