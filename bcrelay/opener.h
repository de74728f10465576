/* The process that follows the interfaces and opens sockets on them. */
/* SPDX-License-Identifier: ISC */
#ifndef BCRELAY_OPENER_H
#define BCRELAY_OPENER_H

#include "args.h"

/*
 * Starts the worker and serves it until a signal comes.  parent: a socket
 * whose other end is held by pptpd, which started us; -1: pptpd did not.
 * Returns the exit status: 0 after SIGTERM or SIGINT and when pptpd is gone, 1
 * when something does not work or the worker has ended.
 */
int	opener_run(const struct args *, int parent);

#endif
