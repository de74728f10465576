/* pptpdctl doctor --self-test: a call to this machine's server. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_SELFTEST_H
#define PPTPD_SELFTEST_H

#include "ctl/doctor.h"

/*
 * Makes two calls from network namespaces: one to the server that runs, up to
 * the login, and one to a private server with the same programs and pppd
 * options, and a user of its own, up to a ping.  Says how far each has come.
 * The configuration has been read; needs root.
 */
void	doctor_self_test(struct doctor *);

#endif
