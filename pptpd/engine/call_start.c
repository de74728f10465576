/* Engine: the beginning of a call, up to its keeper; and its adoption. */
/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/log.h"
#include "engine/back_calls.h"
#include "engine/call_ids.h"
#include "engine/call_parts.h"
#include "engine/journal.h"
#include "engine/tally.h"
#include "protocol/pptp_msg.h"
#include "shared/call_record.h"

/* Makes a call that has no Call ID yet. */
static struct call *
call_new(const struct call_owner *of)
{
	struct call *call = calloc(1, sizeof(*call));

	if (call == NULL)
		return NULL;
	call->of = *of;
	call->keeper = call->pty = call->line.pty = -1;
	return call;
}

/* Makes a call with the Call ID `wish`, or if that is 0 or in use with a free
 * one that is a multiple of `of_ids`. */
static struct call *
call_new_id(const struct call_owner *of, uint16_t wish, uint16_t of_ids)
{
	struct call *call = call_new(of);

	if (call == NULL)
		return NULL;
	call->id = call_ids_take(call, wish, of_ids, engine_now_ms());
	if (call->id == 0) {
		log_err("CTRL: No free Call IDs!");
		free(call);
		return NULL;
	}
	engine.calls++;
	return call;
}

static bool
ask_for(struct call *call)
{
	struct ipc_msg m;

	ipc_msg_init(&m, IPC_CALL_REQUEST, call->id);
	m.u.call_request.client_addr = call->of.client;
	m.u.call_request.server_addr = call->of.server;
	m.u.call_request.peer_id = call->of.peer_id;
	m.u.call_request.again = call->turn.since != 0;
	call_set_stage(call, CALL_ASKED, "its turn");
	return engine_tell(&m, call->of.control);
}

/* The turn of a call that has waited for it. */
static void
on_turn(struct queued_call *turn)
{
	struct call *call = (struct call *)((char *)turn -
	    offsetof(struct call, turn));

	engine_work(call->id);
	if (!ask_for(call))
		call_failed(call, PPTP_OCRP_ERROR, PPTP_ERROR_NO_RESOURCE);
	engine_work(0);
}

struct call *
call_start(const struct call_owner *of, bool stays)
{
	struct call *call = call_new_id(of, engine.first_call_id,
	    stays ? engine.count : 1);

	engine.first_call_id = 0;
	if (call == NULL)
		return NULL;
	if ((!call_is_ours(call) && !back_calls_has_room(call->id)) ||
	    (call_queue_take(&call->turn, on_turn) && !ask_for(call))) {
		call_gone(call, "cannot be asked for");
		return NULL;
	}
	call->begun = true;
	return call;
}

/* Waits if the owner expects a free slot soon; false: the call gets none. */
static bool
wait_for_slot(struct call *call)
{
	if (call->of.owner == NULL || !call_queue_later(&call->turn, on_turn))
		return false;
	if (!call->of.events->no_slot(call->of.owner)) {
		call_queue_done(&call->turn);
		return false;
	}
	call_set_stage(call, CALL_WAITING, "no slot");
	return true;
}

/* The monitor has refused the call. */
static void
refused(struct call *call, const struct ipc_msg *m)
{
	uint8_t result = m->u.call_reply.result, error = m->u.call_reply.error;
	enum ctrl_end end = m->u.call_reply.end;

	if (result == PPTP_OCRP_BUSY) {
		if (wait_for_slot(call))
			return;
		end = CTRL_END_BUSY;
	}
	if (call->of.owner != NULL && end != CTRL_END_NONE)
		call->of.events->refused(call->of.owner, end);
	if (result == PPTP_OCRP_CONNECTED) {	/* its record is unusable */
		result = PPTP_OCRP_ERROR;
		error = PPTP_ERROR_NO_RESOURCE;
	}
	call_failed(call, result, error);
}

void
call_reply(const struct ipc_msg *m, struct ipc_fds *fds)
{
	struct call *call = call_ids_find(m->call_id);
	struct call_record *rec = NULL;

	if (call != NULL && call->stage != CALL_ASKED)
		call = NULL;
	if (call == NULL)
		return;		/* the keeper, if any, sees end of file */
	if (fds->n == IPC_REPLY_FDS)
		rec = call_record_map(fds->fd[IPC_REPLY_FD_RECORD]);
	if (rec == NULL) {
		refused(call, m);
		return;
	}
	call->login_key = m->u.call_reply.login_key;
	call_take_keeper(call, ipc_fds_take(fds, IPC_REPLY_FD_KEEPER), rec);
	if (call->of.owner == NULL) {	/* its owner has ended it */
		rec->end = call->end;
		journal_ended(rec, call->end);
		call_hang_up(call);
		return;
	}
	call->of.events->kept(call->of.owner, rec);
	(void)loop_watch_on(&call->from_keeper);
}

struct call *
call_adopt(const struct call_owner *of, struct call_record *rec, int keeper,
    int pty)
{
	struct call *call = call_new(of);

	errno = ENOMEM;
	if (call == NULL)
		return NULL;
	if (!call_ids_claim(call, rec->our_id)) {
		free(call);
		errno = EEXIST;
		return NULL;
	}
	call->id = rec->our_id;
	engine.calls++;
	tally_joined(rec);
	call_take_keeper(call, keeper, rec);
	(void)loop_watch_on(&call->from_keeper);
	call->verdict = rec->ctrl.authenticated;
	call->pty = pty;
	call->begun = true;
	if (rec->ctrl.call_state == CTRL_CALL_UP)
		call_set_stage(call, CALL_UP, "taken up");
	journal_found(rec);
	return call;
}

void
call_resume(struct call *call)
{
	if (call->stage == CALL_SPAWNED) {
		call_end_work(call_is_up(call));
		return;
	}
	call_open_line(call);
	if (call->pty != -1 && line_is_open(&call->line))
		call_line_opened(call);
}
