/* pptpdctl doctor --radius: a login, as a client's pppd would ask for it. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_DOCTOR_LOGIN_H
#define PPTPD_DOCTOR_LOGIN_H

#include "ctl/doctor.h"

/*
 * Asks the pptpd-aaa of the server with this pid file whether the user may log in
 * with this password, by PAP, and notes one finding.  Gives up root for good
 * before it reads the answer.
 */
void	doctor_login(struct doctor *, const char *user, const char *password);

#endif
