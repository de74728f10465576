/* Monitor: does what an administrator orders through an engine. */
/* SPDX-License-Identifier: ISC */
#include "monitor/admin_orders.h"

#include <stdio.h>

#include "monitor/calls.h"
#include "monitor/lifetime.h"
#include "monitor/reload.h"
#include "shared/loop.h"

static struct loop_timer order_timer;
static enum ipc_admin_verb order;	/* to be carried out next */

/* Carries out the promised order; the reply with the promise has been sent. */
static void
on_order(void *arg)
{
	(void)arg;
	switch (order) {
	case IPC_ADMIN_SHUTDOWN:
		lifetime_stop("pptpdctl shutdown");
		break;
	case IPC_ADMIN_DRAIN:
		lifetime_drain("pptpdctl drain");
		break;
	case IPC_ADMIN_UPGRADE:
		lifetime_upgrade("pptpdctl upgrade");
		break;
	case IPC_ADMIN_STATUS:
	case IPC_ADMIN_RELOAD:
	case IPC_ADMIN_LOG_INFO:
	case IPC_ADMIN_LOG_DEBUG:
		break;			/* never promised */
	}
}

static void
promise(enum ipc_admin_verb verb, struct ipc_msg *reply, const char *text)
{
	if (order != IPC_ADMIN_SHUTDOWN)
		order = verb;
	loop_timer_now(&order_timer);
	reply->u.admin_reply.ok = true;
	snprintf(reply->u.admin_reply.text, IPC_ADMIN_TEXT, "%s", text);
}

static const char *
count(char calls[32])
{
	unsigned int n = calls_count();

	snprintf(calls, 32, "%u call%s", n, n == 1 ? "" : "s");
	return calls;
}

void
admin_orders_do(enum ipc_admin_verb verb, struct ipc_msg *reply)
{
	char text[IPC_ADMIN_TEXT], reloaded[RELOAD_TEXT], calls[32];

	lifetime_status(&reply->u.admin_reply.status);
	switch (verb) {
	case IPC_ADMIN_STATUS:
		reply->u.admin_reply.ok = true;
		break;
	case IPC_ADMIN_DRAIN:
		snprintf(text, sizeof(text), "draining: the server leaves with "
		    "its last call, %s", count(calls));
		promise(verb, reply, text);
		break;
	case IPC_ADMIN_SHUTDOWN:
		snprintf(text, sizeof(text), "shutting down: %s",
		    count(calls));
		promise(verb, reply, text);
		break;
	case IPC_ADMIN_UPGRADE:
		if (lifetime_can_upgrade())
			promise(verb, reply, "becoming the pptpd that is "
			    "installed now");
		else
			snprintf(reply->u.admin_reply.text, IPC_ADMIN_TEXT,
			    "no upgrade, this pptpd goes on: its log says why");
		break;
	case IPC_ADMIN_LOG_INFO:
	case IPC_ADMIN_LOG_DEBUG:
		reload_log_level(verb == IPC_ADMIN_LOG_DEBUG);
		reply->u.admin_reply.ok = true;
		snprintf(reply->u.admin_reply.text, IPC_ADMIN_TEXT,
		    "until the configuration is read again");
		break;
	case IPC_ADMIN_RELOAD:
		reply->u.admin_reply.ok = reload_now(reloaded);
		snprintf(reply->u.admin_reply.text, IPC_ADMIN_TEXT, "%.*s",
		    IPC_ADMIN_TEXT - 1, reloaded);
		break;
	}
}

void
admin_orders_init(void)
{
	order = IPC_ADMIN_STATUS;
	loop_timer_init(&order_timer, on_order, NULL);
}
