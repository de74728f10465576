/* Accounting: what is kept until a server has taken it. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ACCT_H
#define PPTPD_ACCT_H

#include <stdbool.h>

#include "client.h"
#include "protocol/aaa_msg.h"

/* Records that wait; more of them are lost, those of the interim first. */
#define ACCT_MAX		8192
#define ACCT_INTERIM_MAX	4096
#define ACCT_WINDOW		64	/* of them under way at once */
#define ACCT_KEEP_S		(7 * 86400)	/* then one is given up */

/* As client_report(). */
typedef void *acct_report(const struct client_record *, client_taken *,
	    void *arg);

/*
 * report: how records go to whom they are for, which is ready.  spool: a descriptor of spool_open(), which
 * stays the caller's; -1: all is kept in memory.  fresh: the server has begun
 * without calls, so those of the last one have ended, and servers get
 * Accounting-On.
 */
void	acct_init(acct_report *report, int spool, bool fresh);
/*
 * Takes a record over.  One that is there already, by Acct-Session-Id and
 * Acct-Status-Type, counts once.  False: no room, it is lost.
 */
bool	acct_take(const struct aaa_acct *);
/*
 * We are about to end.  off: the server has ended in order, and servers get
 * Accounting-Off; else no more requests are begun, if all that waits is on the
 * disk, where the next pptpd-aaa finds it.
 */
void	acct_end(bool off);
/*
 * Records that no server has taken yet.  After acct_end(): those that are worth
 * a wait.
 */
unsigned acct_waiting(void);
/* Sets what there is to say of records, those that are lost included. */
void	acct_state(struct aaa_state *);

#endif
