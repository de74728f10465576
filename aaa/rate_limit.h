/* How fast a call may be, as RADIUS servers say it: many dialects. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_RATE_LIMIT_H
#define PPTPD_RATE_LIMIT_H

#include <stdbool.h>

#include "base/rate.h"
#include "radius.h"

#define RATE_LIMIT_FAULT 320	/* octets of a fault's text */

/*
 * Reads the limits from a packet that radius_verify() has found right.  If it
 * has those of several dialects, that of the first in this list counts:
 * Mikrotik-Rate-Limit, Cisco-AVPair, WISPr-Bandwidth-Max-Down and -Up,
 * Ascend-Xmit-Rate and -Data-Rate, ChilliSpot-Bandwidth-Max-Down and -Up,
 * RP-Downstream-Speed-Limit and -Upstream-, Filter-Id.  Rates out of bounds are
 * cut to them.  Returns whether all that look like limits can be read; if not,
 * fault names the first that cannot, in ASCII, and it sets no limit.
 */
bool	rate_limit_read(struct rate_limits *, const uint8_t *packet,
	    size_t len, char fault[RATE_LIMIT_FAULT]);

/*
 * Whether an attribute, Filter-Id or one of a vendor's, is about a limit, be it
 * one that can be read or not.
 */
bool	rate_limit_is_one(const struct radius_attr *);

/*
 * The text of a Mikrotik-Rate-Limit: "rx/tx", and if there are bursts
 * " rx/tx-burst-rate rx/tx-burst-threshold rx/tx-burst-time", then what is not
 * honoured, priority and minimum rates.  Its "rx" is what the router receives:
 * up.  False: it is none.
 */
bool	rate_limit_mikrotik(struct rate_limits *, const char *);
/*
 * The text of a Cisco-AVPair, such as
 *	lcp:interface-config#1=rate-limit output 1000000 8000 16000 ...
 * which limits one direction.  "Output" is down.  Returns whether it is about
 * a limit (*fine: and can be read); others change nothing.
 */
bool	rate_limit_cisco(struct rate_limits *, const char *, bool *fine);
/* A Filter-Id "down/up" in kbit/s, or with units; false: it means another
 * thing. */
bool	rate_limit_filter(struct rate_limits *, const char *);

#endif
