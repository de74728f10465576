/* When each step of a login was done, for the log. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_LOGIN_STEPS_H
#define PPTPD_LOGIN_STEPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/ppp_frame.h"

enum login_step {
	LOGIN_STEP_PPPD,	/* pppd's first frame */
	LOGIN_STEP_CLIENT,	/* the client's first Set-Link-Info or packet */
	LOGIN_STEP_LCP,		/* pppd's first frame that is not LCP, or the
				   client's first of PAP */
	LOGIN_STEP_AUTH,	/* pppd said that the client is in */
	LOGIN_STEP_CCP,		/* both sides have sent Configure-Ack */
	LOGIN_STEP_IP,		/* the same for IPCP */
	LOGIN_STEPS
};

#define LOGIN_STEPS_TEXT	160	/* octets, NUL included */

/* Zeroed memory is a login that is not watched. */
struct login_steps {
	uint64_t begin;			/* us, 0: not watched */
	uint64_t at[LOGIN_STEPS];	/* us, 0: not done */
	uint64_t refused_at;		/* us, pppd said that it is not in */
	uint8_t	 acks[LOGIN_STEPS];	/* bit 0: from pppd, 1: the client */
	uint8_t	 auth;			/* enum ppp_auth_kind; the caller's */
};

/* now: when the client asked for its call, in us of a monotonic clock. */
void	login_steps_begin(struct login_steps *, uint64_t now);
/* Whether the login is watched and IP is not up yet. */
bool	login_steps_watched(const struct login_steps *);
void	login_steps_client_spoke(struct login_steps *, uint64_t now);
/* Looks at a frame.  True once: for the frame that completes IP. */
bool	login_steps_frame(struct login_steps *, bool from_pppd,
	    const struct ppp_head *, uint64_t now);
/*
 * Writes "pppd 61, client 64, LCP 84, authentication 114, CCP 132, IP 152": ms
 * since the begin.  Steps that were not done are left out.
 */
void	login_steps_text(const struct login_steps *,
	    char text[LOGIN_STEPS_TEXT]);

#endif
