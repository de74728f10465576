/* What a RADIUS server answers, as pppd needs it. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_RADIUS_ANSWER_H
#define PPTPD_RADIUS_ANSWER_H

#include "protocol/aaa_msg.h"
#include "radius.h"

/*
 * Reads an answer to an Access-Request that radius_verify() has found right.
 * Access-Challenge counts as Access-Reject (RFC 2865, 2.1), and so does an
 * Access-Accept that this server cannot follow.  NULL, or why a peer that the
 * server has accepted is rejected here.
 */
const char *answer_read(struct aaa_reply *, const uint8_t *, size_t len,
	    const struct aaa_login *, const uint8_t request[DIGEST_LEN],
	    const struct radius_secret *);

#define ANSWER_DOUBT	320	/* octets of a text */

/*
 * Whether the answer accepts a peer and has an attribute that does not count,
 * because it cannot be read as what it is: a limit of the rate, a route, a
 * prefix.  Then text says which, in printable ASCII.
 */
bool	answer_doubt(const uint8_t *, size_t len, char text[ANSWER_DOUBT]);

#endif
