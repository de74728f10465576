/* What a reading of the configuration reports, and the strings it keeps. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_CONF_REPORT_H
#define PPTPD_CONF_REPORT_H

#include "config/conf.h"

/* Reports a formatted line. */
void	conf_say(const struct conf_env *, int priority, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/*
 * Reports what is wrong with the value of a key, and where it was given:
 * "/etc/pptpd.conf:7: ppp: is a directory: "/tmp"".  Counts an error if the
 * priority is LOG_ERR.  value may be NULL.
 */
void	conf_complain(struct conf *, const struct conf_env *, int priority,
	    enum conf_key, const char *reason, const char *value);

/* Replaces a string of the struct by a copy.  Out of memory: abort(3). */
void	conf_set_string(char **field, const char *value);

#endif
