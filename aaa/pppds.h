/* The connections from pptpd-aaa.so: one for each pppd. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_PPPDS_H
#define PPTPD_PPPDS_H

#include <stdbool.h>
#include <stdint.h>

#include "backend.h"

struct pppds_conf {
	const struct backend *backend;
	bool	 accounting;		/* the back end is told of use */
	uint32_t interim;		/* s between reports of a call, where
					   the back end says nothing; 0: none */
};

/*
 * Serves a listening socket, whose descriptor stays the caller's.  False: no
 * memory.
 */
bool	pppds_init(int fd, const struct pppds_conf *);
/* Closes the socket's watch and all connections; calls go on without us. */
void	pppds_close(void);

#endif
