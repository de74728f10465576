/* A back end of pptpd-aaa: who is asked about callers, and told of their use. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_BACKEND_H
#define PPTPD_BACKEND_H

#include <stdbool.h>

#include "protocol/aaa_msg.h"

/* The answer to a login; called once, unless the login was cancelled. */
typedef void backend_done(const struct aaa_reply *, void *arg);

/*
 * All that the rest of pptpd-aaa knows of a back end.  None of these functions
 * waits.
 */
struct backend {
	/*
	 * For the log: why nobody has answered, as "no server has answered".
	 * NULL: it logs that itself.
	 */
	const char *silence;
	/*
	 * Asks about a login that request_login_fault() has nothing against.
	 * done is called later, never from within.  Returns what cancel()
	 * takes, or NULL without memory.
	 */
	void	*(*login)(const struct aaa_login *, backend_done *done,
		    void *arg);
	/* Forgets a login that is not answered yet. */
	void	(*cancel)(void *);
	/*
	 * Takes a record of accounting over.  False: no room, the record is
	 * lost, and the log says so.
	 */
	bool	(*acct)(const struct aaa_acct *);
	/*
	 * Records of accounting that still need us: not delivered, and kept
	 * nowhere else.
	 */
	unsigned (*acct_waiting)(void);
	/*
	 * We are about to end.  off: so is the server, without calls; else the
	 * next pptpd-aaa goes on with those.  NULL: it need not know.
	 */
	void	(*end)(bool off);
};

#endif
