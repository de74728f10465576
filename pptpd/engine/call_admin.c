/* Engine: calls, as administrators and the monitor ask for them. */
/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "engine/back_calls.h"
#include "engine/call_ids.h"
#include "engine/call_parts.h"
#include "engine/journal.h"
#include "engine/trace.h"
#include "shared/call_record.h"

const struct call_record *
call_next_record(uint32_t *next)
{
	while (*next <= UINT16_MAX) {
		uint16_t id = (uint16_t)(*next)++;
		struct call *call = call_ids_find(id);

		if (call != NULL && call->rec != NULL)
			return call->rec;
		if (back_calls_record(id) != NULL)
			return back_calls_record(id);
	}
	return NULL;
}

const struct login_key *
call_login_key(uint16_t id)
{
	return back_calls_login_key(id);
}

void
call_admit(uint16_t id, int32_t after_pid)
{
	const struct call *call = call_ids_find(id);
	struct ipc_msg m;

	ipc_msg_init(&m, IPC_ADMIT, id);
	m.u.admit.pppd_pid = after_pid;
	if (back_calls_record(id) != NULL)
		(void)engine_tell(&m, -1);
	else if (call != NULL && call->keeper != -1)
		(void)ipc_send(call->keeper, &m, NULL, 0);
}

static void
kick(uint16_t id, enum ctrl_end why, bool now)
{
	struct call *call = call_ids_find(id);

	if (back_calls_kick(id, why, now) || call == NULL ||
	    call->of.owner == NULL)
		return;
	engine_work(id);
	call->hurries = now;
	call_end_work(call_ended(call, why));
}

enum call_trace
call_trace(uint16_t id, int fd, uint32_t seconds, uint32_t packets)
{
	struct call *call = call_ids_find(id);
	struct trace *t;

	if (back_calls_record(id) != NULL)
		return back_calls_trace(id, fd, seconds, packets) ?
		    CALL_TRACE_ELSEWHERE : CALL_TRACE_BUSY;
	if (call == NULL || call->rec == NULL || call->of.owner == NULL)
		return CALL_TRACE_NONE;
	if (*call->of.trace != NULL)
		return CALL_TRACE_BUSY;
	t = trace_begin(fd, call->rec, call->of.control, seconds, packets);
	if (t == NULL)
		return CALL_TRACE_BUSY;
	trace_attach(t, call->of.trace);
	if (call->pty != -1)		/* else the kernel has its packets */
		trace_attach(t, &call->line.trace);
	return CALL_TRACED;
}

void
call_trace_given(const struct ipc_msg *m, int fd)
{
	switch (call_trace(m->call_id, fd, m->u.trace.seconds,
	    m->u.trace.packets)) {
	case CALL_TRACED:
		break;
	case CALL_TRACE_BUSY:
		trace_refuse(fd, "busy", CALL_TRACE_BUSY_TEXT);
		break;
	case CALL_TRACE_NONE:
	case CALL_TRACE_ELSEWHERE:
		trace_refuse(fd, "no-such-call", "the call has just ended");
		break;
	}
}

void
call_kick(uint16_t id, enum ctrl_end why)
{
	kick(id, why, false);
}

void
call_kick_now(uint16_t id, enum ctrl_end why)
{
	kick(id, why, true);
}

void
call_missed(const struct ipc_msg *m)
{
	char session[SESSION_ID_TEXT];
	const struct call *call = call_ids_find(m->call_id);

	memcpy(session, m->u.over.session, sizeof(session));
	session[sizeof(session) - 1] = '\0';
	/* Its keeper's last message is on its way: that says more. */
	if (call != NULL && call->rec != NULL &&
	    strncmp(call->rec->session, session, sizeof(session)) == 0)
		return;
	journal_missed(m->call_id, session, m->u.over.client_addr,
	    m->u.over.seconds);
}
