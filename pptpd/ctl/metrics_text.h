/* Prometheus' text format, version 0.0.4: families and their series. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_METRICS_TEXT_H
#define PPTPD_METRICS_TEXT_H

#include <stddef.h>
#include <stdio.h>

#define METRICS_PREFIX	"pptpd_"	/* of each name; names never change */

/* Begins a family; its series follow.  type: "counter", "gauge", "histogram". */
void	metrics_head(FILE *, const char *name, const char *type,
	    const char *help);
#define NO_MORE	((const char *)NULL)	/* behind the last label */

/*
 * One series.  Labels follow, each with its value, and NO_MORE.  What a value has
 * that the format does not allow is escaped, so it may come from anybody.
 */
void	metrics_sample(FILE *, const char *name, double number, ...)
	    __attribute__((sentinel));

#endif
