/* What engines ask the monitor for: doing it, once it was judged. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_REQUEST_H
#define PPTPD_REQUEST_H

#include <stdbool.h>
#include <sys/types.h>

#include "shared/ipc.h"

/*
 * A request that is good, with its descriptors, which stay the caller's.
 * late: the client of a call has gone since.
 */
void	request_serve(const struct ipc_msg *, const struct ipc_fds *, bool late);
/* A child was reaped; true if it was asked whether a client may come in. */
bool	request_access_reaped(pid_t, int wait_status);

#endif
