/* The RADIUS client: requests under way, their sockets and timers. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_CLIENT_H
#define PPTPD_CLIENT_H

#include <stdbool.h>

#include "acct_slot.h"
#include "backend.h"
#include "radius_conf.h"

/* An Accounting-Request is tried for so long; then it is begun anew. */
#define CLIENT_ACCT_S	60

struct client_request;

/* What an Accounting-Request says. */
struct client_record {
	enum acct_kind	 kind;		/* any but ACCT_SESSION */
	const struct aaa_acct *acct;	/* of ACCT_RECORD */
	int64_t		 event_ms;	/* when it was, of mono_ms() */
	uint32_t	 event_time;	/* the same, Unix time */
};

/* Whether a server has taken it; called once. */
typedef void client_taken(bool, void *arg);

/* conf must stay.  After loop_init(). */
void	client_init(const struct radius_conf *);
/* As struct backend has them. */
void	*client_login(const struct aaa_login *, backend_done *, void *arg);
void	client_cancel(void *);
/*
 * Sends a record until a server has taken it, or CLIENT_ACCT_S are over.  taken
 * is called later, never from within.  NULL: no memory.
 */
void	*client_report(const struct client_record *,
	    client_taken *, void *arg);
/*
 * What is known of a server, by its number in the configuration; there is such
 * a one.
 */
void	client_state(unsigned server, struct aaa_server *);

#endif
