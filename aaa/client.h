/* The RADIUS client: requests under way, their sockets and timers. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_CLIENT_H
#define PPTPD_CLIENT_H

#include <stdbool.h>

#include "protocol/aaa_msg.h"
#include "radius_conf.h"

/* Accounting that waits for a server; more of it is lost, interim first. */
#define CLIENT_ACCT_MAX		4096
#define CLIENT_INTERIM_MAX	2048
#define CLIENT_ACCT_KEEP_S	3600	/* then it is given up */

struct client_request;

/* The answer; called once, unless the request was cancelled. */
typedef void client_done(const struct aaa_reply *, void *arg);

/* conf must stay.  After loop_init(). */
void	client_init(const struct radius_conf *);
/*
 * Asks about a login that request_login_fault() has nothing against.  done is
 * called later, never from within.  NULL: no memory.
 */
struct client_request *client_login(const struct aaa_login *, client_done *,
	    void *arg);
/* Forgets a login that is not answered yet. */
void	client_cancel(struct client_request *);
/* Takes a record of accounting over.  False: no room, the record is lost. */
bool	client_acct(const struct aaa_acct *);
/* Records of accounting that no server has taken yet. */
unsigned client_acct_waiting(void);

#endif
