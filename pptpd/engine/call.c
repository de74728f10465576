/* Engine: the life of a call that has its keeper, to its end. */
/* SPDX-License-Identifier: ISC */
#include "engine/call_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "engine/back_calls.h"
#include "engine/call_ids.h"
#include "engine/journal.h"
#include "engine/limiter.h"
#include "shared/call_record.h"

#define PPPD_AUTH_FAILED 11	/* exit status, pppd(8) */

static const char *const stage_names[] = {
	[CALL_WAITING] = "waiting",
	[CALL_ASKED] = "asked",
	[CALL_SPAWNED] = "spawned",
	[CALL_UP] = "up",
	[CALL_VERDICT] = "verdict",
	[CALL_GONE] = "gone",
};

void
call_set_stage(struct call *call, enum call_stage to, const char *cause)
{
	log_debug("CTRL: Call %04X: %s -> %s, %s", call->id,
	    stage_names[call->stage], stage_names[to], cause);
	call->stage = to;
}

void
call_end_work(enum call_life life)
{
	(void)life;
	engine_work(0);
}

bool
call_is_ours(const struct call *call)
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
 * worker, which carries on what it holds: if it can be, that is the keeper's.
 */
static void
close_pty(struct call *call)
{
	if (call->pty != -1)
		close(call->pty);
	call->pty = -1;
}

void
call_gone(struct call *call, const char *cause)
{
	bool told = call->stage == CALL_UP || call->stage == CALL_VERDICT;

	if (call->stage == CALL_GONE)
		return;
	call_set_stage(call, CALL_GONE, cause);
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

void
call_hang_up(struct call *call)
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
		call_set_stage(call, CALL_VERDICT, "hung up");
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
		call_hang_up(call);
		break;
	case CALL_VERDICT:
	case CALL_GONE:
		break;		/* the call has ended already */
	}
	return rec;
}

enum call_life
call_ended(struct call *call, enum ctrl_end end)
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

void
call_failed(struct call *call, uint8_t result, uint8_t error)
{
	struct call_owner of = call->of;

	call_gone(call, "cannot be started");
	if (of.owner != NULL)
		of.events->failed(of.owner, result, error);
}

/* --- events of the line -------------------------------------------------- */

void
call_line_opened(void *arg)
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
	call_end_work(call_ended(arg, CTRL_END_PPPD));
}

static const struct line_events line_events = {
	.opened = call_line_opened,
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

void
call_open_line(struct call *call)
{
	if (call->pty != -1)
		line_open(&call->line, call->pty);
	else
		call_line_opened(call);
}

enum call_life
call_is_up(struct call *call)
{
	call_set_stage(call, CALL_UP, "pppd runs");
	journal_call(JOURNAL_STARTED, call->rec);
	line_begin(&call->line, call->rec->ctrl.call.window,
	    call->rec->ctrl.call_since * 1000);
	call_open_line(call);
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
		return call_is_up(call);
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
	return call_ended(call, ctrl_end_of_pppd(WIFEXITED(status) ?
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

	if (back_calls_give(call->rec, fds, &call->login_key, of.limit,
	    &call->turn)) {
		journal_call(JOURNAL_STARTED, call->rec);
		call->rec = NULL;
		call_gone(call, "another engine's");
		call_ids_lend(id);
		of.events->given(of.owner);
	} else
		life = call_ended(call, CTRL_END_LOST);
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
		return call_ended(call, CTRL_END_ADMIN);
	case IPC_STALLED:
		return call_ended(call, CTRL_END_STALLED);
	case IPC_USER_FILE:
		limiter_counted(CTRL_END_USER_FILE);
		return call_ended(call, CTRL_END_USER_FILE);
	case IPC_NO_ADDRESS:
		limiter_counted(CTRL_END_NO_ADDRESS);
		return call_ended(call, CTRL_END_NO_ADDRESS);
	default:
		return call_ended(call, CTRL_END_LOST);
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

		return call_is_ours(call) ? keeper_ready(call, pty) :
		    give_away(call, pty);
	}
	if (m != NULL && call->stage == CALL_UP)
		return keeper_message(call, m);
	/* The keeper is gone, or its message makes no sense. */
	return call_ended(call, CTRL_END_LOST);
}

static void
take_message(const struct ipc_msg *m, struct ipc_fds *fds, void *arg)
{
	struct call *call = arg;

	engine_work(call->id);
	call_end_work(keeper_said(call, m, fds));
}

static void
on_keeper(int fd, void *arg)
{
	struct ipc_fds none = { .n = 0 };
	int got = loop_message(fd, take_message, arg);

	if (got == 0 || (got == -1 && errno != EAGAIN))
		take_message(NULL, &none, arg);
}

void
call_take_keeper(struct call *call, int keeper, struct call_record *rec)
{
	const struct line_ends ends = { call->of.client, call->of.server,
	    call->id, call->of.peer_id };

	call_set_stage(call, CALL_SPAWNED, "it has a keeper");
	call->rec = rec;
	call->keeper = keeper;
	/* One that is stopped, or waits for a disk, must not stop us. */
	(void)loop_unblock(keeper);
	line_init(&call->line, &ends, rec, &line_events, call);
	loop_watch_init(&call->from_keeper, keeper, LOOP_READ, on_keeper,
	    call);
}
