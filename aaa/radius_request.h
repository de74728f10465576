/* What pppd asks for, as a RADIUS request. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_RADIUS_REQUEST_H
#define PPTPD_RADIUS_REQUEST_H

#include "protocol/aaa_msg.h"
#include "radius.h"
#include "radius_conf.h"

/*
 * Whether a login is one that a server may be asked about: lengths of name,
 * password, challenge and response as the method has them, none of them empty.
 * NULL, or why it is refused without a question.
 */
const char *request_login_fault(const struct aaa_login *);
#define REQUEST_USER	256	/* octets, with the NUL */

/* A user's name, cut and escaped, for a line of the log.  Returns buf. */
const char *request_user(const struct aaa_call *, char buf[REQUEST_USER]);
/*
 * Writes an Access-Request with 16 random octets.  False: it does not fit, or
 * there is no digest.  The login has no fault.
 */
bool	request_login(struct radius_out *, uint8_t id, const uint8_t *random,
	    const struct aaa_login *, const struct radius_conf *,
	    const struct radius_secret *);
/* When what is accounted for was. */
struct request_time {
	uint32_t delay;			/* s since then */
	uint32_t event;			/* Unix time of it */
};

/* Writes an Accounting-Request of a call.  False: as above. */
bool	request_acct(struct radius_out *, uint8_t id, const struct aaa_acct *,
	    const struct radius_conf *, const struct radius_secret *,
	    const struct request_time *);
/* Writes Accounting-On, or else Accounting-Off. */
bool	request_nas(struct radius_out *, uint8_t id, bool on,
	    const struct radius_conf *, const struct radius_secret *,
	    const struct request_time *);

#endif
