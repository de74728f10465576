/* Disconnect and CoA: RADIUS clients who change and end calls (RFC 5176). */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_COA_H
#define PPTPD_COA_H

#include <stdbool.h>

#include "protocol/aaa_msg.h"
#include "radius_conf.h"

/*
 * Opens the sockets that the configuration names, with root's rights, for the
 * descriptors AAA_FD_COA and on.  What cannot be opened is logged, and left out.
 * Returns how many there are.  conf must stay.
 */
unsigned coa_open(const struct radius_conf *);
/*
 * Serves them; after loop_init() and pppds_init().  fresh: there is no call yet;
 * else an unknown one may be about to find us.  False: no memory.
 */
bool	coa_init(bool fresh);
/* Takes no more requests, and answers none. */
void	coa_close(void);
/* Sets the counts of requests. */
void	coa_state(struct aaa_state *);

#endif
