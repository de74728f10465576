/* Reads radius.conf and the files of its secrets, with root's rights. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_RADIUS_SECRETS_H
#define PPTPD_RADIUS_SECRETS_H

#include <stdbool.h>

#include "radius_conf.h"

/* False with each error logged; the file and its secrets are read whole. */
bool	radius_secrets_load(struct radius_conf *, const char *file);

#endif
