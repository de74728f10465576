/* The process that relays, without any rights. */
/* SPDX-License-Identifier: ISC */
#ifndef BCRELAY_WORKER_H
#define BCRELAY_WORKER_H

#include "args.h"

/*
 * Never returns.  sock: the opener's messages come from it.  empty: an empty
 * directory, which becomes the worker's root directory.  Exits with 0 when the
 * opener is gone, with 1 when something does not work.
 */
void	worker_run(const struct args *, int sock, const char *empty)
	    __attribute__((noreturn));

#endif
