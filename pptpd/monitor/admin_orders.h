/* What administrators have the monitor do; it means no more than a signal. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ADMIN_ORDERS_H
#define PPTPD_ADMIN_ORDERS_H

#include "shared/ipc.h"

/* After loop_init(). */
void	admin_orders_init(void);
/*
 * Does what the engine asks for in an administrator's name, once the reply is
 * on its way, or fills in why not.
 */
void	admin_orders_do(enum ipc_admin_verb, struct ipc_msg *reply);

#endif
