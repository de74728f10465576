/* What a RADIUS server says of a call's networks and of its octets. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_RADIUS_NET_H
#define PPTPD_RADIUS_NET_H

#include <stdbool.h>

#include "protocol/aaa_msg.h"
#include "radius.h"

#define RADIUS_NET_FAULT 320	/* octets of a fault's text */

/*
 * Reads routes, quota, interface identifier and prefixes from a packet that
 * radius_verify() has found right: Framed-Route, Framed-Interface-Id,
 * Framed-IPv6-Prefix, Delegated-IPv6-Prefix, Session-Octets-Limit with
 * Octets-Direction, and Mikrotik's and ChilliSpot's limits of octets.  Returns
 * whether all of them can be followed; if not, fault names the first that
 * cannot, in ASCII, and the others count.
 */
bool	radius_net_read(struct aaa_reply *, const uint8_t *packet, size_t len,
	    char fault[RADIUS_NET_FAULT]);

/*
 * A Framed-Route (RFC 2865, 5.22): "192.0.2.0/24 0.0.0.0 1", where the gateway
 * is the peer whatever it says, and the metric may be missing; without "/24"
 * the prefix is that of the address's class.  False: it is none that there may
 * be.
 */
bool	radius_net_route(struct aaa_route *, const char *);

#endif
