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

/*
 * Looks at one frame, with or without address and control octets and with a
 * protocol of one or two octets (RFC 1661 6.5, 6.6).  Only frames from pppd
 * mean anything: the client can send what it likes.
 */
enum ppp_auth	ppp_auth_look(const uint8_t *frame, size_t len);
/* The same for a frame whose head is known. */
enum ppp_auth	ppp_auth_says(const struct ppp_head *);

#endif
