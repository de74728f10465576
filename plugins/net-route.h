/* Networks behind a peer: routes over its interface. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_NET_ROUTE_H
#define PPTPD_NET_ROUTE_H

#include "protocol/aaa_msg.h"

/*
 * Adds a route over the interface with this index; the interface's end is the
 * route's.  One that is there already, of whomever, is not replaced: EEXIST.
 * 0, or an errno.
 */
int	net_route_add(unsigned int index, const struct aaa_route *);
int	net_route_add_prefix(unsigned int index, const struct aaa_prefix *);

#endif
