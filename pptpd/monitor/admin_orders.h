/* What administrators have the monitor do; it means no more than a signal. */
/* SPDX-License-Identifier: ISC */
#ifndef PPTPD_ADMIN_ORDERS_H
#define PPTPD_ADMIN_ORDERS_H

#include <event2/event.h>

#include "shared/ipc.h"

void	admin_orders_init(struct event_base *);
/*
 * Does what the engine asks for in an administrator's name, once the reply is
 * on its way, or fills in why not.
 */
void	admin_orders_do(enum ipc_admin_verb, struct ipc_msg *reply);

#endif
