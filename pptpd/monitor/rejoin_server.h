/* The socket that keepers connect to when they lose their engine or monitor. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_REJOIN_SERVER_H
#define PPTPD_REJOIN_SERVER_H

#include <stdbool.h>

/*
 * To be called after loop_init().  Opens the socket at path, which only root
 * can connect to.  False with the reason logged: then calls end with their
 * engine.
 */
bool	rejoin_server_open(const char *path);
/*
 * Disconnects the keepers that wait for an answer; they retry and find the
 * next monitor.
 */
void	rejoin_server_close(void);
/* The server ends: tells keepers, waiting now or coming later, to end too. */
void	rejoin_server_end(void);
/* An engine runs: gives it the calls of the keepers that wait. */
void	rejoin_server_serve(void);

#endif
