/* pptpdctl doctor: checks of the port, and of limits of the system. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_DOCTOR_SERVER_H
#define PPTPD_DOCTOR_SERVER_H

#include "ctl/doctor.h"

void	doctor_port(struct doctor *);
void	doctor_limits(struct doctor *);

#endif
