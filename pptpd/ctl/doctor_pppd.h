/* pptpdctl doctor: checks of pppd, its options and plugins. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_DOCTOR_PPPD_H
#define PPTPD_DOCTOR_PPPD_H

#include "ctl/doctor.h"

void	doctor_pppd(struct doctor *);
void	doctor_options(struct doctor *);
void	doctor_legacy(struct doctor *);
void	doctor_plugins(struct doctor *);

#endif
