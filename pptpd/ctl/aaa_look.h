/* What pptpd-aaa says of itself; and the way to its socket. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_AAA_LOOK_H
#define PPTPD_AAA_LOOK_H

#include <stdbool.h>

#include "protocol/aaa_msg.h"

#define AAA_LOOK_MS	2000	/* for all answers; then it is silent */

enum aaa_look_result {
	AAA_LOOK_FINE,
	AAA_LOOK_NONE,		/* the server has no pptpd-aaa */
	AAA_LOOK_FORBIDDEN,	/* its socket is for root */
	AAA_LOOK_SILENT		/* no answer that makes sense, in time */
};

struct aaa_look {
	enum aaa_look_result result;
	/* The rest is there if it is AAA_LOOK_FINE. */
	struct aaa_state state;	/* state.server is the first one */
	struct aaa_server server[AAA_SERVERS_MAX];	/* state.nservers */
};

/* Connects to a socket of pptpd-aaa; -1 with errno. */
int	aaa_look_connect(const char *path);
/*
 * Connects to that of the server with this control socket, which needs root's
 * rights.  Returns the descriptor; -1: *look says why.
 */
int	aaa_look_open(const char *control, struct aaa_look *look);
/*
 * Asks, and closes the descriptor; -1 is let pass.  What answers reads packets
 * of servers, so this is done without rights: no octet of it is trusted.
 */
void	aaa_look_ask(int fd, struct aaa_look *look);

/* pptpdctl's command, at a control socket.  Returns the exit status. */
int	aaa_look_main(const char *control);

#endif
