/* Monitor: does what engines request, once request_check.c has judged it. */
/* SPDX-License-Identifier: ISC */
#include "monitor/request.h"

#include <unistd.h>

#include "monitor/access_query.h"
#include "monitor/admin_orders.h"
#include "monitor/back_relay.h"
#include "monitor/calls.h"
#include "monitor/engines.h"
#include "monitor/request_check.h"
#include "protocol/pptp_msg.h"

static void
answer_access(uint32_t token, uint32_t client, bool allowed)
{
	struct ipc_msg m;

	ipc_msg_init(&m, IPC_ACCESS_REPLY, 0);
	m.u.access.token = token;
	m.u.access.client_addr = client;
	m.u.access.allowed = allowed;
	(void)engines_tell(&m, NULL, 0);
}

bool
request_access_reaped(pid_t pid, int status)
{
	return access_query_reaped(pid, status, answer_access);
}

static void
call_request(const struct ipc_msg *request, int control_fd, bool late)
{
	struct ipc_msg reply;
	int fds[IPC_REPLY_FDS];

	if (late) {
		ipc_msg_init(&reply, IPC_CALL_REPLY, request->call_id);
		reply.u.call_reply.result = PPTP_OCRP_ERROR;
		reply.u.call_reply.error = PPTP_ERROR_PAC;
		(void)engines_tell(&reply, NULL, 0);
		return;
	}
	calls_start(request, control_fd, &reply, fds);
	if (reply.u.call_reply.result != PPTP_OCRP_CONNECTED) {
		request_check_refused();
		(void)engines_tell(&reply, NULL, 0);
		return;
	}
	(void)engines_tell(&reply, fds, IPC_REPLY_FDS);
	close(fds[IPC_REPLY_FD_KEEPER]);
	close(fds[IPC_REPLY_FD_RECORD]);
}

static void
admin_request(const struct ipc_msg *request)
{
	struct ipc_msg reply;

	ipc_msg_init(&reply, IPC_ADMIN_REPLY, 0);
	reply.u.admin_reply.token = request->u.admin_request.token;
	admin_orders_do(request->u.admin_request.verb, &reply);
	(void)engines_tell(&reply, NULL, 0);
}

/*
 * The front has prepared a call for a back engine: passes it on.  If that
 * engine does not run, the call's keeper sees end of file and connects to us.
 */
static void
call_give(const struct ipc_msg *m, const int *fds, int n)
{
	const struct relayed_call *relayed = back_relay_find(m->call_id);
	struct ipc_msg take;
	int all_fds[IPC_TAKE_FDS];
	bool pty = n == IPC_GIVE_FDS;

	if (relayed == NULL || relayed->client != m->u.call_give.client_addr)
		return;		/* the call has just ended */
	ipc_msg_init(&take, IPC_TAKE, m->call_id);
	all_fds[IPC_TAKE_FD_KEEPER] = fds[IPC_GIVE_FD_KEEPER];
	all_fds[IPC_TAKE_FD_RECORD] = relayed->record;
	all_fds[IPC_TAKE_FD_CONTROL] = fds[IPC_GIVE_FD_CONTROL];
	if (pty)
		all_fds[IPC_TAKE_FD_PTY] = fds[IPC_GIVE_FD_PTY];
	(void)engines_tell_owner(&take, all_fds,
	    pty ? IPC_TAKE_FDS : IPC_TAKE_FD_PTY);
}

void
request_serve(const struct ipc_msg *m, const struct ipc_fds *fds, bool late)
{
	switch (m->type) {
	case IPC_CALL_REQUEST:
		call_request(m, fds->n == 1 ? fds->fd[0] : -1, late);
		break;
	case IPC_ACCESS_REQUEST:
		access_query_start(m->u.access.token, m->u.access.client_addr,
		    answer_access);
		break;
	case IPC_ADMIN_REQUEST:
		admin_request(m);
		break;
	case IPC_CALL_GIVE:
		if (fds->n != IPC_FDS_LOST)
			call_give(m, fds->fd, fds->n);
		break;
	case IPC_CALL_NEWS:
		back_relay_news(m);
		break;
	case IPC_ADMIT:
		(void)engines_tell_owner(m, NULL, 0);
		break;
	case IPC_TRACE:
		if (fds->n == 1)
			(void)engines_tell_owner(m, fds->fd, 1);
		break;
	case IPC_CALL_KICK:
		if (!engines_tell_owner(m, NULL, 0))
			calls_kick(m->call_id);
		break;
	}
}
