/* The control socket's answer to "status". */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ADMIN_STATUS_H
#define PPTPD_ADMIN_STATUS_H

#include <jansson.h>

#include "shared/ipc.h"

/* A new object with the monitor's numbers and our own; NULL: no memory. */
json_t	*admin_status(const struct ipc_admin_status *);

#endif
