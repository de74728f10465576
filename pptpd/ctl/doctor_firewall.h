/* pptpdctl doctor: checks of the packet filter. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_DOCTOR_FIREWALL_H
#define PPTPD_DOCTOR_FIREWALL_H

#include "ctl/doctor.h"

void	doctor_firewall(struct doctor *);
/* After the above. */
void	doctor_mss(struct doctor *);

#endif
