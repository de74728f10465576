/* The server's address pools: how large they are, how much is leased. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_POOLS_LOOK_H
#define PPTPD_POOLS_LOOK_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "protocol/pool_name.h"

#define POOLS_LOOK_MAX	1000	/* pools; more are left out */

struct pools_look {
	int	 error;		/* errno: nothing is known; 0: */
	size_t	 n;
	struct pools_look_one {
		char	 name[POOL_NAME_MAX + 1];
		uint32_t addresses, leased;
	}	 pool[POOLS_LOOK_MAX];
};

/*
 * Looks at the files of the server with this control socket, which needs root's
 * rights.
 */
void	pools_look(const char *control, struct pools_look *);
/* Prints them as metrics_print() does the others; without pools nothing. */
void	pools_look_metrics(FILE *, const struct pools_look *);
/* pptpdctl's command, at a control socket.  Returns the exit status. */
int	pools_look_main(const char *control);

#endif
