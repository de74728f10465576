/* pptpdctl doctor: checks of addresses, routes and packet sizes. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_DOCTOR_NETWORK_H
#define PPTPD_DOCTOR_NETWORK_H

#include "ctl/doctor.h"

void	doctor_forwarding(struct doctor *);
void	doctor_rp_filter(struct doctor *);
void	doctor_pools(struct doctor *);
void	doctor_proxy_arp(struct doctor *);
void	doctor_mtu(struct doctor *);

#endif
