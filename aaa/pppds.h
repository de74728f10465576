/* The connections from pptpd-aaa.so: one for each pppd. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_PPPDS_H
#define PPTPD_PPPDS_H

#include <stdbool.h>
#include <stdint.h>

#include "backend.h"
#include "protocol/aaa_msg.h"

struct pppds_conf {
	const struct backend *backend;
	bool	 accounting;		/* the back end is told of use */
	uint32_t interim;		/* s between reports of a call, where
					   the back end says nothing; 0: none */
	/* What there is to say, but for the logins; at: which server. */
	void	(*state)(unsigned at, struct aaa_state *);
};

/*
 * Serves a listening socket, whose descriptor stays the caller's.  False: no
 * memory.
 */
bool	pppds_init(int fd, const struct pppds_conf *);
/* Whether an order is for a call, of which this is the last report. */
typedef bool pppds_fits(const struct aaa_acct *, const void *);
/* The answer to an order: whether all calls that are left have taken it. */
typedef void pppds_done(bool, void *arg);

/*
 * Gives an order to all calls that fit.  Returns how many there are; then done
 * is called once, later.  -1: one of them has not answered an earlier order, or
 * there is no memory; then none has this one.
 */
int	pppds_order(const struct aaa_order *, pppds_fits *, const void *,
	    pppds_done *, void *arg);
/* Closes the socket's watch and all connections; calls go on without us. */
void	pppds_close(void);

#endif
