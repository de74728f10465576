/* What the control socket's status tells of the server. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ADMIN_STATUS_H
#define PPTPD_ADMIN_STATUS_H

#include <jansson.h>

#include "shared/ipc.h"

/* A new object of the monitor's and our own numbers; NULL: no memory. */
json_t	*admin_status(const struct ipc_admin_status *);

#endif
