/* The back end "exec": a program of the administrator's. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_EXEC_BACKEND_H
#define PPTPD_EXEC_BACKEND_H

#include <stdbool.h>

#include "aaa_conf.h"
#include "backend.h"

/* Accounting that waits for the program; more of it is lost, interim first. */
#define EXEC_ACCT_MAX		4096
#define EXEC_INTERIM_MAX	2048
#define EXEC_ACCT_KEEP_S	3600	/* then it is given up */

/* After exec_backend_init(). */
extern const struct backend exec_backend;

/*
 * sock is that of runner_start(); conf must stay.  After loop_init().  False:
 * no memory.
 */
bool	exec_backend_init(int sock, const struct aaa_conf *conf);

#endif
