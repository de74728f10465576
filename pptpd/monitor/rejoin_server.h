/* Where keepers come that have lost their engine, or their monitor. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_REJOIN_SERVER_H
#define PPTPD_REJOIN_SERVER_H

#include <stdbool.h>

/*
 * After loop_init().  Opens the socket at path, where nobody but root can come.  False with the
 * reason logged: calls end with their engine then.
 */
bool	rejoin_server_open(const char *path);
/* Sends those who wait away, to find the next monitor. */
void	rejoin_server_close(void);
/* The server ends, and so do the calls of those who wait or come from now on. */
void	rejoin_server_end(void);
/* There is an engine: gives it the calls of those who wait. */
void	rejoin_server_serve(void);

#endif
