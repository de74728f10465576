/* Warnings at start: what the machine lacks for our calls. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_WARN_RESOURCES_H
#define PPTPD_WARN_RESOURCES_H

#include "config/conf.h"

/*
 * Warns about capabilities, and about descriptors, ptys and processes for as
 * many calls as are wanted; the start goes on.
 */
void	warn_resources(struct conf *, const struct conf_env *,
	    unsigned int engines);

#endif
