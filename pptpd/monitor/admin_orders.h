/* Administrators' orders to the monitor; none does more than a signal does. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ADMIN_ORDERS_H
#define PPTPD_ADMIN_ORDERS_H

#include "shared/ipc.h"

/* After loop_init(). */
void	admin_orders_init(void);
/*
 * Carries out an order that the engine passes on for an administrator, and
 * fills in the reply.  What ends the server is done from the event loop, after
 * the caller has sent the reply.  If the order is refused, the reply says why.
 */
void	admin_orders_do(enum ipc_admin_verb, struct ipc_msg *reply);

#endif
