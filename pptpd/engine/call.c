/* Engine: the life of a call, from its request to its end. */
/* SPDX-License-Identifier: ISC */
#include "engine/call.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "engine/back_calls.h"
#include "engine/call_ids.h"
#include "engine/call_queue.h"
#include "engine/engine.h"
#include "engine/journal.h"
#include "engine/limiter.h"
#include "engine/line.h"
#include "engine/tally.h"
#include "engine/trace.h"
#include "protocol/pptp_msg.h"
#include "shared/call_record.h"
#include "shared/loop.h"

#define PPPD_AUTH_FAILED 11	/* exit status, pppd(8) */

enum call_stage {
	CALL_WAITING,		/* it waits for its turn */
	CALL_ASKED,		/* the monitor has to answer */
	CALL_SPAWNED,		/* its keeper has to answer */
	CALL_UP,
	CALL_VERDICT,		/* hung up; pppd's exit status is due */
	CALL_GONE		/* over, freed after this event */
};

static const char *const stage_names[] = {
	[CALL_WAITING] = "waiting",
	[CALL_ASKED] = "asked",
	[CALL_SPAWNED] = "spawned",
	[CALL_UP] = "up",
	[CALL_VERDICT] = "verdict",
	[CALL_GONE] = "gone",
};

/* The result of functions that may end the call. */
enum call_life {
	CALL_LIVES,
	CALL_OVER		/* ended: its caller must not go on with it */
};

struct call {
	enum call_stage	 stage;
	uint16_t	 id;
	struct call_owner of;		/* .owner NULL: the owner ended it */
	enum ctrl_end	 end;		/* ... with this reason */
	struct call_record *rec;	/* NULL: none yet, or given away */
	bool		 begun;		/* the front is told of its end */
	bool		 verdict;	/* pppd let the client in, or exited */
	bool		 hurries;	/* call_kick_now() */
	int		 keeper, pty;	/* -1: none (pty: kernel data path) */
	struct queued_call turn;
	struct line	 line;		/* open if there is a pty */
	struct loop_watch from_keeper;
	struct engine_ended ended;
};

static void
set_stage(struct call *call, enum call_stage to, const char *cause)
{
	log_debug("CTRL: Call %04X: %s -> %s, %s", call->id,
	    stage_names[call->stage], stage_names[to], cause);
	call->stage = to;
}

/* Ends an event of the call, which may have ended: it is not used any more. */
static void
end_work(enum call_life life)
{
	(void)life;
	engine_work(0);
}

static bool
is_ours(const struct call *call)
{
	return call->id % engine.count == engine.index;
}

uint16_t
call_id(const struct call *call)
{
	return call->id;
}

bool
call_is_waiting(const struct call *call)
{
	return call->stage == CALL_WAITING;
}

/* --- the end ------------------------------------------------------------- */

static void
call_free(void *arg)
{
	struct call *call = arg;

	call_record_unmap(call->rec);
	line_free(&call->line);
	free(call);
}

/*
 * Closes our copy of the pty.  The last close of a pty waits for the kernel's
 * worker, which carries on what it holds: if possible that is left to the keeper.
 */
static void
close_pty(struct call *call)
{
	if (call->pty != -1)
		close(call->pty);
	call->pty = -1;
}

/* Ends the call.  Its memory stays until the event is over, for our callers. */
static void
call_gone(struct call *call, const char *cause)
{
	bool told = call->stage == CALL_UP || call->stage == CALL_VERDICT;

	if (call->stage == CALL_GONE)
		return;
	set_stage(call, CALL_GONE, cause);
	line_close(&call->line);
	call_queue_done(&call->turn);
	if (call->keeper != -1) {
		loop_watch_off(&call->from_keeper);
		close(call->keeper);
	}
	close_pty(call);
	if (call->begun)
		engine_news(IPC_NEWS_OVER, call->id, CTRL_END_NONE);
	if (told)
		call_ids_give(call->id, engine_now_ms());
	else
		call_ids_drop(call->id);	/* no client was told */
	engine.calls--;
	engine_free_later(&call->ended, call_free, call);
	engine_maybe_done();
}

/* Tells the keeper to hang up; the reason lies in the record. */
static void
hang_up(struct call *call)
{
	bool in_kernel = call->pty == -1;
	struct ipc_msg m;

	close_pty(call);	/* before the keeper closes its own */
	ipc_msg_init(&m, IPC_HANGUP, call->id);
	m.u.hangup.now = call->hurries;
	/* If this fails, the keeper sees end of file when we close it. */
	(void)ipc_send(call->keeper, &m, NULL, 0);
	/*
	 * Without a pty the kernel carries the call and we see no frames: wait
	 * for pppd's verdict on the client.  Otherwise we have seen it.
	 */
	if (call->stage == CALL_UP && in_kernel && !call->verdict &&
	    !engine.stopping)
		set_stage(call, CALL_VERDICT, "hung up");
	else
		call_gone(call, "hung up");
}

struct call_record *
call_end(struct call *call, enum ctrl_end end)
{
	struct call_record *rec = call->rec;

	if (rec != NULL)
		line_judge(&call->line);
	line_close(&call->line);
	call->of.owner = NULL;
	call->end = end;
	if (rec != NULL) {
		rec->end = end;
		journal_ended(rec, end);
	}
	call->rec = NULL;
	switch (call->stage) {
	case CALL_WAITING:
		call_gone(call, ctrl_end_text(end));
		break;
	case CALL_ASKED:
		break;		/* call_reply() ends it: it has no owner */
	case CALL_SPAWNED:
	case CALL_UP:
		hang_up(call);
		break;
	case CALL_VERDICT:
	case CALL_GONE:
		break;		/* the call has ended already */
	}
	return rec;
}

/* Ends a call that its owner did not end: the owner is told. */
static enum call_life MUST_LOOK
ended(struct call *call, enum ctrl_end end)
{
	struct call_owner of = call->of;
	struct call_record *rec;

	/* The client still waits for its OCRP: its call has not started. */
	if (call->stage != CALL_UP)
		end = CTRL_END_NOT_STARTED;
	rec = call_end(call, end);
	if (of.owner != NULL)
		of.events->ended(of.owner, end, rec);
	return CALL_OVER;
}

/* Ends a call that cannot be started, and tells its owner. */
static void
failed(struct call *call, uint8_t result, uint8_t error)
{
	struct call_owner of = call->of;

	call_gone(call, "cannot be started");
	if (of.owner != NULL)
		of.events->failed(of.owner, result, error);
}

/* --- events of the line -------------------------------------------------- */

static void
line_opened(void *arg)
{
	struct call *call = arg;

	call_queue_done(&call->turn);
	engine_news(IPC_NEWS_SPOKEN, call->id, CTRL_END_NONE);
}

static void
line_authenticated(void *arg)
{
	struct call *call = arg;

	call->of.events->authenticated(call->of.owner);
	journal_call(JOURNAL_AUTHENTICATED, call->rec);
}

static void
line_auth_failed(void *arg)
{
	struct call *call = arg;

	call->of.events->auth_failed(call->of.owner);
}

static void
line_diagnosed(void *arg, const struct diagnosis *d)
{
	struct call *call = arg;
	struct call_record *rec = call->rec;
	const char *over = NULL;
	char text[DIAGNOSIS_TEXT];

	if (d->said == DIAGNOSIS_NONE)
		over = rec->diagnosis == DIAGNOSIS_LARGE_LOST ?
		    "large packets come through again" :
		    "the login goes on after all";
	rec->diagnosis = (uint32_t)d->said;
	rec->diagnosis_detail = diagnosis_detail(d);
	journal_report(rec);
	engine_news(IPC_NEWS_REPORT, call->id, CTRL_END_NONE);
	if (!limiter_permits(call->of.limit, call->of.client,
	    SOURCE_LOG_REFUSED))
		return;
	diagnosis_text(d->said, call->of.client, rec->diagnosis_detail, text);
	log_notice("CTRL: Client %s, session %.*s: %s (%s)", rec->ctrl.client,
	    SESSION_ID_LEN, rec->session, over != NULL ? over : text,
	    diagnosis_word(d->said));
}

static void
line_gone(void *arg)
{
	end_work(ended(arg, CTRL_END_PPPD));
}

static const struct line_events line_events = {
	.opened = line_opened,
	.authenticated = line_authenticated,
	.auth_failed = line_auth_failed,
	.diagnosed = line_diagnosed,
	.gone = line_gone,
};

void
call_receive(const struct gre_packet *p)
{
	struct call *call = call_ids_find(p->header.call_id);

	if (call != NULL && call->stage == CALL_UP)
		line_receive(&call->line, p);
	else if (call == NULL)
		line_stray(p->src, p->header.call_id);
}

/* --- the keeper ---------------------------------------------------------- */

/* Opens the line; without a pty the kernel carries the call. */
static void
open_line(struct call *call)
{
	if (call->pty != -1)
		line_open(&call->line, call->pty);
	else
		line_opened(call);
}

static enum call_life MUST_LOOK
call_up(struct call *call)
{
	set_stage(call, CALL_UP, "pppd runs");
	journal_call(JOURNAL_STARTED, call->rec);
	line_begin(&call->line, call->rec->ctrl.call.window,
	    call->rec->ctrl.call_since * 1000);
	open_line(call);
	call->of.events->started(call->of.owner);
	return call->stage == CALL_UP ? CALL_LIVES : CALL_OVER;
}

void
call_client_spoke(struct call *call)
{
	line_client_spoke(&call->line);
}

/*
 * Usually the call is not up yet.  It is up if an engine died after it gave the
 * call to the kernel: as long as pppd has not taken it, the keeper may still
 * give us a pty instead.
 */
static enum call_life MUST_LOOK
keeper_ready(struct call *call, int pty)
{
	call->pty = pty;
	if (call->stage != CALL_UP)
		return call_up(call);
	if (pty != -1)
		line_open(&call->line, pty);
	return CALL_LIVES;
}

static bool
is_auth_failure(int status)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == PPPD_AUTH_FAILED;
}

static void
failed_late(const struct call *call)
{
	if (engine.index == 0)
		limiter_failed_late(call->of.client);
	else
		engine_news(IPC_NEWS_AUTH_FAILED, call->id, CTRL_END_NONE);
}

/* Takes pppd's exit status after the client has hung up. */
static enum call_life MUST_LOOK
late_verdict(struct call *call, const struct ipc_msg *m)
{
	if (m != NULL && m->type == IPC_PPPD_EXIT &&
	    is_auth_failure(m->u.pppd_exit.status))
		failed_late(call);
	call_gone(call, "pppd's verdict");
	return CALL_OVER;
}

static enum call_life MUST_LOOK
pppd_exited(struct call *call, int status)
{
	line_drain(&call->line);	/* frames from before its exit */
	call->verdict = true;
	if (is_auth_failure(status))
		call->of.events->auth_failed(call->of.owner);
	return ended(call, ctrl_end_of_pppd(WIFEXITED(status) ?
	    WEXITSTATUS(status) : -1));
}

/* Gives the call to a back engine, which sends the OCRP and serves it. */
static enum call_life MUST_LOOK
give_away(struct call *call, int pty)
{
	struct call_owner of = call->of;
	const int fds[IPC_GIVE_FDS] = {
		[IPC_GIVE_FD_KEEPER] = call->keeper,
		[IPC_GIVE_FD_CONTROL] = of.control,
		[IPC_GIVE_FD_PTY] = pty,
	};
	uint16_t id = call->id;
	enum call_life life = CALL_OVER;

	if (back_calls_give(call->rec, fds, of.limit, &call->turn)) {
		journal_call(JOURNAL_STARTED, call->rec);
		call->rec = NULL;
		call_gone(call, "another engine's");
		call_ids_lend(id);
		of.events->given(of.owner);
	} else
		life = ended(call, CTRL_END_LOST);
	if (pty != -1)
		close(pty);
	return life;
}

static enum call_life MUST_LOOK
keeper_message(struct call *call, const struct ipc_msg *m)
{
	switch (m->type) {
	case IPC_PPPD_EXIT:
		return pppd_exited(call, m->u.pppd_exit.status);
	case IPC_PPPD_RESTARTED:
		line_restart(&call->line);
		return CALL_LIVES;
	case IPC_AUTHENTICATED:
		call->verdict = true;
		call->of.events->authenticated(call->of.owner);
		journal_call(JOURNAL_AUTHENTICATED, call->rec);
		return CALL_LIVES;
	case IPC_REPORT:
		journal_report(call->rec);
		engine_news(IPC_NEWS_REPORT, call->id, CTRL_END_NONE);
		return CALL_LIVES;
	case IPC_TERM:
		return ended(call, CTRL_END_ADMIN);
	case IPC_STALLED:
		return ended(call, CTRL_END_STALLED);
	case IPC_USER_FILE:
		limiter_counted(CTRL_END_USER_FILE);
		return ended(call, CTRL_END_USER_FILE);
	default:
		return ended(call, CTRL_END_LOST);
	}
}

/* Takes a keeper's message (NULL: it is gone). */
static enum call_life MUST_LOOK
keeper_said(struct call *call, const struct ipc_msg *m, struct ipc_fds *fds)
{
	if (m != NULL && m->type == IPC_REPORT && call->stage != CALL_UP)
		return CALL_LIVES;	/* too early or too late to be told */
	if (call->stage == CALL_VERDICT)
		return late_verdict(call, m);
	if (m != NULL && m->type == IPC_KEEPER_READY && call->pty == -1 &&
	    fds->n == (m->u.ready.kernel ? 0 : 1)) {
		int pty = ipc_fds_take(fds, 0);	/* -1: the kernel */

		return is_ours(call) ? keeper_ready(call, pty) :
		    give_away(call, pty);
	}
	if (m != NULL && call->stage == CALL_UP)
		return keeper_message(call, m);
	/* The keeper is gone, or its message makes no sense. */
	return ended(call, CTRL_END_LOST);
}

static void
take_message(const struct ipc_msg *m, struct ipc_fds *fds, void *arg)
{
	struct call *call = arg;

	engine_work(call->id);
	end_work(keeper_said(call, m, fds));
}

static void
on_keeper(int fd, void *arg)
{
	struct ipc_fds none = { .n = 0 };
	int got = loop_message(fd, take_message, arg);

	if (got == 0 || (got == -1 && errno != EAGAIN))
		take_message(NULL, &none, arg);
}

/* Gives the call its keeper and its record, which it owns from now on. */
static void
take_keeper(struct call *call, int keeper, struct call_record *rec)
{
	const struct line_ends ends = { call->of.client, call->of.server,
	    call->id, call->of.peer_id };

	set_stage(call, CALL_SPAWNED, "it has a keeper");
	call->rec = rec;
	call->keeper = keeper;
	/* One that is stopped, or waits for a disk, must not stop us. */
	(void)loop_unblock(keeper);
	line_init(&call->line, &ends, rec, &line_events, call);
	loop_watch_init(&call->from_keeper, keeper, LOOP_READ, on_keeper,
	    call);
}

/* --- the beginning ------------------------------------------------------- */

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
	set_stage(call, CALL_ASKED, "its turn");
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
		failed(call, PPTP_OCRP_ERROR, PPTP_ERROR_NO_RESOURCE);
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
	if ((!is_ours(call) && !back_calls_has_room(call->id)) ||
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
	set_stage(call, CALL_WAITING, "no slot");
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
	failed(call, result, error);
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
	take_keeper(call, ipc_fds_take(fds, IPC_REPLY_FD_KEEPER), rec);
	if (call->of.owner == NULL) {	/* its owner has ended it */
		rec->end = call->end;
		journal_ended(rec, call->end);
		hang_up(call);
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
	take_keeper(call, keeper, rec);
	(void)loop_watch_on(&call->from_keeper);
	call->verdict = rec->ctrl.authenticated;
	call->pty = pty;
	call->begun = true;
	if (rec->ctrl.call_state == CTRL_CALL_UP)
		set_stage(call, CALL_UP, "taken up");
	journal_found(rec);
	return call;
}

void
call_resume(struct call *call)
{
	if (call->stage == CALL_SPAWNED) {
		end_work(call_up(call));
		return;
	}
	open_line(call);
	if (call->pty != -1 && line_is_open(&call->line))
		line_opened(call);
}

/* --- for administrators -------------------------------------------------- */

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
	end_work(ended(call, why));
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
