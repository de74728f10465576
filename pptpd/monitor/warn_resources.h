/* Warnings at start: what the machine lacks for our calls. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_WARN_RESOURCES_H
#define PPTPD_WARN_RESOURCES_H

#include "config/conf.h"

/*
 * Warns if capabilities are missing, or if descriptors, ptys or processes do
 * not suffice for the calls that the configuration allows.  Never refuses.
 */
void	warn_resources(struct conf *, const struct conf_env *,
	    unsigned int engines);

#endif
