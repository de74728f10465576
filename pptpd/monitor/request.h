/* Carries out the requests of engines, after request_check has judged them. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_REQUEST_H
#define PPTPD_REQUEST_H

#include <stdbool.h>
#include <sys/types.h>

#include "shared/ipc.h"

/*
 * Carries out a request that is allowed.  Its descriptors stay the caller's.
 * late: the client of the call has gone in the meantime.
 */
void	request_serve(const struct ipc_msg *, const struct ipc_fds *, bool late);
/* A child was reaped; true if it was one that asks TCP wrappers. */
bool	request_access_reaped(pid_t, int wait_status);

#endif
