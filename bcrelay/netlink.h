/* Asking the kernel about interfaces, and hearing of changes. */
/* SPDX-License-Identifier: ISC */
#ifndef BCRELAY_NETLINK_H
#define BCRELAY_NETLINK_H

#include <stdbool.h>

#include "links.h"

/* A nonblocking socket that gets every change; -1 with the reason logged. */
int	netlink_open(void);
/*
 * Asks for all interfaces and replaces the contents of links.  False with the
 * reason logged.
 */
bool	netlink_ask(int sock, struct links *);
/*
 * Takes in the changes that the kernel has sent.  False: some were lost, call
 * netlink_ask() again.
 */
bool	netlink_read(int sock, struct links *);

#endif
