/* pptpdctl doctor: checks of the kernel and its modules. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_DOCTOR_KERNEL_H
#define PPTPD_DOCTOR_KERNEL_H

#include "ctl/doctor.h"

void	doctor_ppp(struct doctor *);
void	doctor_mppe(struct doctor *);
void	doctor_kernel_path(struct doctor *);
void	doctor_rights(struct doctor *);
void	doctor_tunnels(struct doctor *);
void	doctor_helper(struct doctor *);

#endif
