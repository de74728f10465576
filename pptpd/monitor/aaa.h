/* pptpd-aaa, which is asked about callers. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_AAA_H
#define PPTPD_AAA_H

#include <stdbool.h>
#include <sys/types.h>

#include "config/conf.h"

/*
 * To be called before the other functions, after loop_init() and once the run
 * directory is there.
 */
void	aaa_init(const char *pidfile, bool to_stderr);
/*
 * The socket on which it serves pppd; NULL: there is none, and calls that need
 * it must not begin.
 */
const char *aaa_socket(void);
/*
 * Starts it if the configuration wants it; conf stays the caller's.  fresh: this
 * server begins, and no call of an earlier one is awaited.
 */
void	aaa_start(const struct conf *, bool fresh);
/*
 * For another configuration, or another file of its: a new pptpd-aaa reads it,
 * and the old one serves until the new one does.
 */
void	aaa_change(const struct conf *);
/* Ends it.  off: the server ends, and all calls have ended in order. */
void	aaa_stop(bool off);
/*
 * A child was reaped, with this status of wait(2).  True if it was a pptpd-aaa;
 * then one is started again after a while, unless it was told to end.
 */
bool	aaa_reaped(pid_t, int wait_status);
/*
 * For --check: has pptpd-aaa read its configuration and say on stderr what is
 * wrong with it.  False: it would not start.  Blocks.
 */
bool	aaa_check(const struct conf *);

#endif
