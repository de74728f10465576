/* Warnings at start about passwords, encryption and who may write what. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_WARN_SAFETY_H
#define PPTPD_WARN_SAFETY_H

#include "config/conf.h"

/*
 * Looks at pppd's options files and at the modes of the files that matter,
 * and reports what is unsafe at LOG_WARNING.  Never refuses.
 */
void	warn_safety(const struct conf *, const struct conf_env *);

#endif
