/* Accounting that a program of the administrator's is told. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_EXEC_ACCT_H
#define PPTPD_EXEC_ACCT_H

#include "aaa_conf.h"
#include "client.h"

/* conf must stay.  After loop_init(). */
void	exec_acct_init(const struct aaa_conf *conf);
/*
 * Tells the program a record, when those before it are told; for acct_init().
 * taken is called later, never from within.  That the server has begun or ended
 * the program need not know: each call has its stop.  NULL: no memory.
 */
void	*exec_report(const struct client_record *, client_taken *, void *arg);

#endif
