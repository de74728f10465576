/* Monitor: ends of calls, for an engine that has not seen them. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ENDS_H
#define PPTPD_ENDS_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/ipc.h"

/* tell() sends a message to the front engine; false: it does not run. */
void	ends_init(bool (*tell)(const struct ipc_msg *, const int *, int));
/*
 * A call of the front engine has ended.  The front adds it to the history,
 * unless it knows that; if it does not run, the next one is told.  session is
 * SESSION_ID_TEXT octets, client in network order; so many seconds it lasted.
 */
void	ends_add(uint16_t id, const char *session, uint32_t client,
	    uint32_t seconds);
/* A front engine has been started, and knows its configuration. */
void	ends_front_started(void);

#endif
