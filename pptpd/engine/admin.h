/* Clients of the control socket: administrators with pptpdctl(8). */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ADMIN_H
#define PPTPD_ADMIN_H

#include <stdbool.h>
#include <sys/types.h>

#include "shared/ipc.h"

/*
 * Call it before lockdown(): it needs system calls that are refused later.
 * False: no memory.
 */
bool	admin_init(void);
/* From now on only root and members of this group are served. */
void	admin_configure(gid_t group);
/* Passes the monitor's answer to the client that asked, if it still exists. */
void	admin_reply(const struct ipc_msg *);

#endif
