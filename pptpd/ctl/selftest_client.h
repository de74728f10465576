/* pptpdctl doctor --self-test: a small PPTP client in front of a pppd. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SELFTEST_CLIENT_H
#define PPTPD_SELFTEST_CLIENT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "ctl/selftest_walk.h"

#define SELFTEST_SILENCE_MS	12000	/* without a step: it has failed */

struct selftest_client {
	struct sockaddr_in server;
	uint32_t far_end;	/* of the tunnel, network order; pinged */
	int	 gre, icmp;	/* raw sockets */
	int	 pppd;		/* its line: a stream socket */
	int	 log;		/* a file that the pppd writes to */
};

/*
 * Makes a call, until it has come to the last step of walk or fails; takes
 * steps * SELFTEST_SILENCE_MS at most.  It needs no rights, and reads what the
 * server sends: call it without any.
 */
void	selftest_dial(const struct selftest_client *, struct selftest_walk *);

/*
 * The last line of a log that says more than that something has ended, in
 * printable ASCII; "" if there is none.
 */
void	selftest_last_words(const char *log, char words[SELFTEST_WHY]);

#endif
