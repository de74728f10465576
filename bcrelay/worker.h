/* The process that relays, without any rights. */
/* SPDX-License-Identifier: ISC */
#ifndef BCRELAY_WORKER_H
#define BCRELAY_WORKER_H

#include "args.h"

/*
 * Never returns.  sock: where the opener's messages come from; empty: a
 * directory with nothing in it, to live in.  Exits with 0 when the opener has
 * gone, with 1 when something does not work.
 */
void	worker_run(const struct args *, int sock, const char *empty)
	    __attribute__((noreturn));

#endif
