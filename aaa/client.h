/* The RADIUS client: requests under way, their sockets and timers. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_CLIENT_H
#define PPTPD_CLIENT_H

#include <stdbool.h>

#include "backend.h"
#include "radius_conf.h"

/* Accounting that waits for a server; more of it is lost, interim first. */
#define CLIENT_ACCT_MAX		4096
#define CLIENT_INTERIM_MAX	2048
#define CLIENT_ACCT_KEEP_S	3600	/* then it is given up */

/* After client_init(). */
extern const struct backend client_backend;

/* conf must stay.  After loop_init(). */
void	client_init(const struct radius_conf *);

#endif
