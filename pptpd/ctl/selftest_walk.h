/* pptpdctl doctor --self-test: how far a call has come, from what passes by. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SELFTEST_WALK_H
#define PPTPD_SELFTEST_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/ppp_auth.h"
#include "protocol/pptp_gre.h"

/* In the order in which a call takes them. */
enum selftest_step {
	SELFTEST_CONNECT,	/* TCP */
	SELFTEST_CONTROL,	/* SCCRQ, SCCRP */
	SELFTEST_CALL,		/* OCRQ, OCRP */
	SELFTEST_GRE_OUT,	/* the server has heard us, */
	SELFTEST_GRE_IN,	/* we have heard the server */
	SELFTEST_LCP,
	SELFTEST_AUTH,
	SELFTEST_MPPE,		/* CCP */
	SELFTEST_IPCP,
	SELFTEST_PING,
	SELFTEST_STEPS
};

#define SELFTEST_WHY	240	/* octets of a reason, NUL included */

/* What is known at the end; it crosses from the client to who reports. */
struct selftest_result {
	uint16_t passed;	/* bit n: step n */
	uint8_t	 failed;	/* a step; SELFTEST_STEPS: none */
	uint8_t	 auth;		/* enum ppp_auth_kind */
	uint8_t	 bits;		/* of the weaker key; 0: not encrypted */
	char	 why[SELFTEST_WHY];
};

struct selftest_walk {
	struct selftest_result r;
	enum selftest_step last;	/* the call is to get so far */
	bool	 wants_mppe;		/* without it the call fails */
	uint8_t	 lcp_acks, ccp_acks;	/* bit 0: of the server, 1: ours */
};

/* mppe: encryption is required, so the call is not to come up without it. */
void	selftest_walk_init(struct selftest_walk *, enum selftest_step last,
	    bool mppe);
void	selftest_pass(struct selftest_walk *, enum selftest_step);
bool	selftest_passed(const struct selftest_walk *, enum selftest_step);
/* A GRE packet of this call from the server. */
void	selftest_heard(struct selftest_walk *, const struct pptp_gre *);
/* A PPP frame, on its way from the server or to it. */
void	selftest_frame(struct selftest_walk *, bool from_server,
	    const uint8_t *, size_t);
/*
 * The call gets no further: finds out at which step.  hung_up: the server has
 * ended it, else there was silence.  The reason, if a frame has not given a
 * better one before, is kept in printable ASCII.
 */
void	selftest_fail(struct selftest_walk *, bool hung_up, const char *fmt,
	    ...) __attribute__((format(printf, 3, 4)));
/* Whether it has come to its last step, or has failed. */
bool	selftest_over(const struct selftest_walk *);

#endif
