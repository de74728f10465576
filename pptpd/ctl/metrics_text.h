/* Prometheus' text format, version 0.0.4: families and their series. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_METRICS_TEXT_H
#define PPTPD_METRICS_TEXT_H

#include <stdio.h>

#define METRICS_PREFIX	"pptpd_"	/* of each name; names never change */

/* Begins a family; its series follow.  type: "counter", "gauge", "histogram". */
void	metrics_head(FILE *, const char *name, const char *type,
	    const char *help);
/*
 * One series.  Labels follow, each with its value, and a NULL.  What a value has
 * that the format does not allow is escaped, so it may come from anybody.
 */
void	metrics_sample(FILE *, const char *name, double number, ...)
	    __attribute__((sentinel));

#endif
