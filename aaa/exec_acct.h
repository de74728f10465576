/* Accounting that a program of the administrator's is told. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_EXEC_ACCT_H
#define PPTPD_EXEC_ACCT_H

#include <stdbool.h>

#include "aaa_conf.h"
#include "protocol/aaa_msg.h"

/* conf must stay.  After loop_init(). */
void	exec_acct_init(const struct aaa_conf *conf);
/* Those of struct backend. */
bool	exec_acct(const struct aaa_acct *);
unsigned exec_acct_waiting(void);

#endif
