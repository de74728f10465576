/* pptpdctl doctor: checks of the administrator's files. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_DOCTOR_CONF_H
#define PPTPD_DOCTOR_CONF_H

#include "ctl/doctor.h"

/* Must be the first: it reads what the others ask for. */
void	doctor_configuration(struct doctor *);
void	doctor_authentication(struct doctor *);
void	doctor_compression(struct doctor *);
void	doctor_secrets(struct doctor *);
void	doctor_modes(struct doctor *);

#endif
