/* pptpdctl doctor: the machine itself, as checks see it. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_DOCTOR_SYSTEM_H
#define PPTPD_DOCTOR_SYSTEM_H

#include "ctl/doctor.h"

/* Fills in the functions that look at this machine. */
void	doctor_system(struct doctor_world *);

#endif
