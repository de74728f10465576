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

/* A listener of ours: control connections come in by its port. */
void		 request_check_listener(int fd);

/*
 * What is wrong with a message of an engine, that with this index of count,
 * and its n descriptors (or IPC_FDS_LOST), for the log; NULL: nothing.  A call
 * must be for the very client at the other end of its control connection: that
 * address becomes an argument of pppd.  *late: there is no client at its other
 * end any more, so that it is not worth starting anything.  now: milliseconds
 * of a monotonic clock.
 */
const char	*request_check_fault(unsigned int index, unsigned int count,
		    const struct ipc_msg *, const int *fds, int n,
		    uint64_t now, bool *late);
/*
 * The call that was judged last was not started, so that it does not count
 * among those that an engine may ask for: it may ask for it again.
 */
void		 request_check_refused(void);

#endif
