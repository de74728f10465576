/* Asking the kernel about interfaces, and hearing of changes. */
/* SPDX-License-Identifier: ISC */
#ifndef BCRELAY_NETLINK_H
#define BCRELAY_NETLINK_H

#include <stdbool.h>

#include "links.h"

/* A nonblocking socket that hears of every change; -1 with the reason logged. */
int	netlink_open(void);
/* All that there is, in place of what links holds.  False with the reason
 * logged. */
bool	netlink_ask(int sock, struct links *);
/* Takes in the changes that have been told.  False: ask again. */
bool	netlink_read(int sock, struct links *);

#endif
