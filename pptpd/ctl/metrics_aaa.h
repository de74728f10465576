/* pptpdctl metrics: figures of pptpd-aaa and its servers. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_METRICS_AAA_H
#define PPTPD_METRICS_AAA_H

#include <stdio.h>

#include "ctl/aaa_look.h"

/* Prints them as metrics_print() does the others; or why there are none. */
void	metrics_aaa_print(FILE *, const struct aaa_look *);

#endif
