/* Judges what engines ask of the monitor, before anything is done. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_REQUEST_CHECK_H
#define PPTPD_REQUEST_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/ipc.h"
#include "state/limit.h"

/* What administrators may ask by way of an engine, per second and at once. */
#define REQUEST_STATUS_RATE	100	/* questions; as many at once */
#define REQUEST_ORDER_RATE	2
#define REQUEST_ORDER_BURST	10
#define REQUEST_TRACE_RATE	4

/* Sets the rates of requests, from the limits that the engine keeps to. */
void		 request_check_init(const struct limit_conf *, bool debug,
		    bool ask_access);

/* Tells the listener, by whose port control connections are recognized. */
void		 request_check_listener(int fd);

/*
 * Judges a message with n descriptors (or IPC_FDS_LOST) from the engine with
 * this index, one of count.  Returns what is wrong with it, for the log; NULL:
 * nothing.  A call must be for the client at the other end of its control
 * connection, because that address becomes an argument of pppd.  *late: the
 * client has closed the connection, so the call need not be started.  now:
 * milliseconds of a monotonic clock.
 */
const char	*request_check_fault(unsigned int index, unsigned int count,
		    const struct ipc_msg *, const int *fds, int n,
		    uint64_t now, bool *late);
/*
 * The call that was judged last was not started.  It is taken off the engine's
 * rate, so that the engine may ask for it again.
 */
void		 request_check_refused(void);

#endif
