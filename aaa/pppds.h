/* The connections from pptpd-aaa.so: one for each pppd. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_PPPDS_H
#define PPTPD_PPPDS_H

#include <stdbool.h>

/*
 * Serves a listening socket, whose descriptor stays the caller's.  False: no
 * memory.
 */
bool	pppds_init(int fd, bool accounting);
/* Closes the socket's watch and all connections; calls go on without us. */
void	pppds_close(void);

#endif
