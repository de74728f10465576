/* Clients of the control socket: administrators with pptpdctl(8). */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ADMIN_H
#define PPTPD_ADMIN_H

#include <stdbool.h>
#include <sys/types.h>

#include "shared/ipc.h"

/* Before the sandbox is locked.  False: no memory. */
bool	admin_init(void);
/* Serves root and this group from now on. */
void	admin_configure(gid_t group);
/* The monitor's answer to one of them. */
void	admin_reply(const struct ipc_msg *);

#endif
