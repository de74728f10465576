/* What a PPP frame from pppd says about authentication. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_PPP_AUTH_H
#define PPTPD_PPP_AUTH_H

#include <stddef.h>
#include <stdint.h>

#include "protocol/ppp_frame.h"

enum ppp_auth {
	PPP_AUTH_NOTHING,
	PPP_AUTH_SUCCEEDED,	/* the client is in */
	PPP_AUTH_FAILED		/* it is not */
};

/* How one side proves to the other who it is. */
enum ppp_auth_kind {
	PPP_AUTH_KIND_UNKNOWN,	/* none was agreed on yet, or nobody saw it */
	PPP_AUTH_KIND_NONE,	/* they agreed on none */
	PPP_AUTH_KIND_PAP,
	PPP_AUTH_KIND_CHAP_MD5,
	PPP_AUTH_KIND_MSCHAP,
	PPP_AUTH_KIND_MSCHAP_V2,
	PPP_AUTH_KIND_EAP,
	PPP_AUTH_KIND_OTHER,
	PPP_AUTH_KINDS
};

/*
 * What a Configure-Ack of LCP agrees on, by its Authentication-Protocol (RFC 1661
 * 6.2; algorithms: RFC 1994 3, RFC 2433 3, RFC 2759 3).  The frame is one whose
 * head says that it is such an Ack.
 */
enum ppp_auth_kind ppp_auth_kind_of(const uint8_t *frame, size_t len);
/* In one word; never NULL. */
const char	*ppp_auth_kind_word(enum ppp_auth_kind);

/*
 * Looks at one frame, with or without address and control octets and with a
 * protocol of one or two octets (RFC 1661 6.5, 6.6).  Only frames from pppd
 * mean anything: the client can send what it likes.
 */
enum ppp_auth	ppp_auth_look(const uint8_t *frame, size_t len);
/* The same for a frame whose head is known. */
enum ppp_auth	ppp_auth_says(const struct ppp_head *);

#endif
