/* What the engine may ask of the monitor, judged before anything is done. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_REQUEST_CHECK_H
#define PPTPD_REQUEST_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/ipc.h"
#include "state/limit.h"

/* Takes the rates from limits that the engine keeps to. */
void		 request_check_init(const struct limit_conf *, bool debug,
		    bool ask_access);

/*
 * What is wrong with a message of an engine, that with this index of count,
 * and its n descriptors (or IPC_FDS_LOST), for the log; NULL: nothing.  A call must be for the very
 * client at the other end of its control connection: that address becomes an
 * argument of pppd.  now: milliseconds of a monotonic clock.
 */
const char	*request_check_fault(unsigned int index, unsigned int count,
		    const struct ipc_msg *, const int *fds, int n,
		    uint64_t now);
/* The client of a call has gone since: not worth starting anything. */
bool		 request_check_is_late(int control_fd);

#endif
