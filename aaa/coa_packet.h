/* Disconnect and CoA: what a request says, and our answer (RFC 5176). */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_COA_PACKET_H
#define PPTPD_COA_PACKET_H

#include "protocol/aaa_msg.h"
#include "radius.h"
#include "radius_conf.h"

/* Values of Error-Cause (RFC 5176, 3.5). */
enum coa_error {
	COA_FINE = 0,
	COA_UNSUPPORTED_ATTRIBUTE = 401,
	COA_MISSING_ATTRIBUTE = 402,
	COA_OTHER_NAS = 403,
	COA_INVALID_REQUEST = 404,
	COA_UNSUPPORTED_SERVICE = 405,
	COA_INVALID_VALUE = 407,
	COA_NO_SESSION = 503,
	COA_NO_RESOURCES = 506
};

#define COA_WORDS	256	/* octets, with the NUL */

/*
 * All functions want a packet that radius_verify_request() has found right.
 *
 * Whether the code is one of requests.
 */
bool	coa_is_request(const uint8_t *);
/* Its Event-Timestamp; false: it has none, or more than one. */
bool	coa_time(const uint8_t *, size_t len, uint32_t *unix_time);
/*
 * Reads the whole of a request: that it is about this NAS and about some
 * session, and what is to change.  *order has everything but a number.
 */
enum coa_error coa_read(const uint8_t *, size_t len,
	    const struct radius_conf *, struct aaa_order *);
/* Whether a call is the one, or one of those, that a request names. */
bool	coa_fits(const uint8_t *, size_t len, const struct aaa_acct *);
/*
 * Writes the answer: ACK, or NAK with its Error-Cause; with the Proxy-State of
 * the request.  False: it does not fit, or there is no digest.
 */
bool	coa_answer(struct radius_out *, const uint8_t *, size_t len,
	    enum coa_error, const struct radius_secret *);
/* An error in words. */
const char *coa_error_text(enum coa_error);
/* The changes in words, as "Session-Timeout 60, Class".  Returns buf. */
const char *coa_words(const struct aaa_order *, char buf[COA_WORDS]);

#endif
