/* Engine: a control connection, its state machine and its call. */
/* SPDX-License-Identifier: ISC */
#include "engine/conn.h"

#include <errno.h>
#include <stdlib.h>

#include "base/addr.h"
#include "base/log.h"
#include "engine/call.h"
#include "engine/conn_parts.h"
#include "engine/engine.h"
#include "engine/journal.h"
#include "engine/limiter.h"
#include "shared/call_record.h"
#include "state/ctrl_out.h"

/* If a connection has asked for no call by then, the engine logs its start. */
#define ANNOUNCE_MS	3000	/* pptp-linux takes 1 s */
#define SLOT_PATIENCE_MS	3000	/* wait for another call to end */
#define ROOM_TRIES	8	/* silent connections closed for one call */

/*
 * The result of functions that may end the connection.  If it is over, the
 * caller must not go on with it; it is freed at the end of the event.
 */
enum conn_life {
	CONN_LIVES,
	CONN_OVER
};

static const struct call_events call_events;
static const struct conn_tcp_events tcp_events;
static LIST_HEAD(, conn) conns = LIST_HEAD_INITIALIZER(conns);

static void
free_ctrl(struct conn *conn)
{
	free(conn->own);
	conn->own = NULL;
	call_record_unmap(conn->record);
	conn->record = NULL;
}

/* --- the life of a connection -------------------------------------------- */

/*
 * Scripts pair the pid of "started" with that of the pppd lines after it, so
 * the call's keeper logs "started" and "finished".  For a connection without a
 * call the engine does.
 */
static void
announce(struct conn *conn)
{
	if (conn->announced || conn->muted || conn->by_keeper ||
	    !conn->ctrl->started)
		return;
	conn->announced = limiter_permits(&conn->limit, conn->client,
	    SOURCE_LOG_SESSION);
	conn->muted = !conn->announced;
	if (conn->muted)
		return;
	limiter_quiet();
	log_info("CTRL: Client %s control connection started",
	    conn->ctrl->client);
}

static void
conn_free(void *arg)
{
	struct conn *conn = arg;

	conn_tcp_free(&conn->tcp);
	free_ctrl(conn);
	free(conn);
}

void
conn_leave(struct conn *conn)
{
	limit_close(limiter_limits, &conn->limit);
	loop_timer_stop(&conn->timer);
	conn_tcp_close(&conn->tcp);
	LIST_REMOVE(conn, entry);
	engine.conns--;
	conn->over = true;
	engine_free_later(&conn->ended, conn_free, conn);
	engine_maybe_done();
}

/* Says why we end a connection that has had no call. */
static void
say_unserved(struct conn *conn)
{
	switch (conn->ctrl->end) {
	case CTRL_END_ECHO:	/* Poptop's line has neither client nor word */
		log_info("CTRL: Client %s: %s (%s)", conn->ctrl->client,
		    ctrl_end_text(conn->ctrl->end),
		    ctrl_end_word(conn->ctrl->end));
		journal_refused(conn->client, conn->ctrl->end);
		break;
	case CTRL_END_PROTOCOL:		/* ctrl.c has logged these */
	case CTRL_END_NOT_READING:
		journal_refused(conn->client, conn->ctrl->end);
		break;
	case CTRL_END_NO_SCCRQ:
	case CTRL_END_NO_CALL:
	case CTRL_END_DRAIN:
		limiter_refused(&conn->limit, conn->client, conn->ctrl->end);
		break;
	default:		/* the client's doing, or said elsewhere */
		break;
	}
}

/* Closes the connection, and logs its end. */
static void
finish(struct conn *conn, bool reset)
{
	if (!conn->by_keeper)
		say_unserved(conn);
	announce(conn);
	limiter_quiet();
	if (conn->announced && !conn->by_keeper)
		log_info("CTRL: Client %s control connection finished",
		    conn->ctrl->client);
	conn_tcp_end(&conn->tcp, reset);
	conn_leave(conn);
}

static void
set_timer(struct conn *conn)
{
	uint64_t at = ctrl_deadline(conn->ctrl);

	if (conn->ctrl->started && !conn->announced && !conn->muted &&
	    !conn->by_keeper &&
	    at > conn->ctrl->state_since + ANNOUNCE_MS)
		at = conn->ctrl->state_since + ANNOUNCE_MS;
	(void)loop_timer_at_ms(&conn->timer, at);
}

/*
 * Whether input has to wait while a call is being started, so that replies keep
 * the order of requests.  This takes milliseconds unless there is a queue.
 */
static bool
is_starting(const struct conn *conn)
{
	return conn->ctrl->call_state == CTRL_CALL_WAIT_START;
}

static enum conn_life conn_do(struct conn *, unsigned int) MUST_LOOK;

/* After each message: a client that sends too many is read from later. */
static enum conn_life MUST_LOOK
pace(struct conn *conn)
{
	uint64_t now = engine_now_ms(), at;
	unsigned int todo = 0;

	switch (limit_message(limiter_limits, &conn->messages, now, &at)) {
	case LIMIT_GO_ON:
		return CONN_LIVES;
	case LIMIT_ENOUGH:
		if (conn->ctrl->state == CTRL_ESTABLISHED)
			limiter_refused(&conn->limit, conn->client,
			    CTRL_END_FLOOD);
		todo = ctrl_stop(conn->ctrl, CTRL_END_FLOOD, now);
		break;
	case LIMIT_PAUSE:
		break;
	}
	conn_tcp_pause(&conn->tcp, at - now);
	return conn_do(conn, todo);
}

/* Takes octets from the client. */
static enum conn_life MUST_LOOK
input(struct conn *conn, const uint8_t *data, size_t len)
{
	while (len > 0) {
		uint32_t messages = conn->ctrl->messages;
		unsigned int todo = ctrl_input(conn->ctrl, &data, &len,
		    engine_now_ms());

		conn->more = len > 0;
		if (conn_do(conn, todo) == CONN_OVER)
			return CONN_OVER;
		if (conn->ctrl->messages != messages &&
		    pace(conn) == CONN_OVER)
			return CONN_OVER;
		if (!is_starting(conn) && !conn->tcp.paused)
			continue;
		if (conn->call != NULL && call_is_waiting(conn->call))
			conn_tcp_watch_close(&conn->tcp);
		if (!conn_tcp_hold(&conn->tcp, data, len))
			return conn_do(conn, ctrl_eof(conn->ctrl, true,
			    engine_now_ms()));
		break;
	}
	return CONN_LIVES;
}

/* From here on log lines are about this client; a crash counts for its call. */
static void
begin_work(struct conn *conn)
{
	limiter_speak(&conn->limit, conn->client);
	engine_work(conn->by_keeper ? conn->ctrl->call.our_id : 0);
}

/* Takes the result of a function after which the connection is not used. */
static void
let_go(enum conn_life life)
{
	(void)life;
}

static void
end_work(enum conn_life life)
{
	let_go(life);
	engine_work(0);
	limiter_quiet();
}

static struct call_owner
owner(struct conn *conn)
{
	return (struct call_owner){ &call_events, conn, conn->client,
	    conn->server, conn->ctrl->call.peer_id, conn->tcp.fd, &conn->limit,
	    &conn->tcp.trace };
}

static bool
ask_for_call(struct conn *conn)
{
	struct call_owner of = owner(conn);

	/* Octets already read cannot go to another engine. */
	conn->call = call_start(&of, conn->more);
	if (conn->call == NULL)
		return false;
	ctrl_call_starting(conn->ctrl, call_id(conn->call));
	return true;
}

/* Starts the call that the client asks for.  Returns CTRL_DO_* if it fails. */
static unsigned int
start_call(struct conn *conn)
{
	uint64_t now = engine_now_ms();
	enum ctrl_end end = engine.draining ? CTRL_END_DRAIN :
	    limit_call(limiter_limits, &conn->limit, now);
	uint8_t result, error = PPTP_ERROR_NONE;

	if (end == CTRL_END_NONE) {
		for (int i = 0; i < ROOM_TRIES && !engine_has_files(FILES_CALL);
		    i++)
			conn_make_room();
		if (!engine_has_files(FILES_CALL))
			end = CTRL_END_RESOURCE;
		else if (ask_for_call(conn))
			return 0;
		else
			end = CTRL_END_RESOURCE;
		limit_call_over(limiter_limits, &conn->limit, now);
	}
	if (end != CTRL_END_NONE)
		limiter_refused(&conn->limit, conn->client, end);
	result = ctrl_end_ocrp_result(end);
	if (result == PPTP_OCRP_ERROR)
		error = PPTP_ERROR_NO_RESOURCE;
	return ctrl_call_failed(conn->ctrl, result, error, now);
}

/* Takes note that the call is over, and owns its record if it had one. */
static void
call_over(struct conn *conn, struct call_record *rec)
{
	conn->call = NULL;
	if (rec != NULL)	/* else ctrl may be in an earlier record */
		conn->record = rec;
	limit_call_over(limiter_limits, &conn->limit, engine_now_ms());
}

/* Ends the call because ctrl says so. */
static void
end_call(struct conn *conn)
{
	enum ctrl_end end = conn->ctrl->end;

	conn_auth_ended(conn, end);
	call_over(conn, call_end(conn->call, end != CTRL_END_NONE ? end :
	    CTRL_END_NOT_STARTED));
}

static enum conn_life
conn_do(struct conn *conn, unsigned int todo)
{
	const uint8_t *data;

	if (conn->over)
		return CONN_OVER;
	/* If the peer is gone, its call need not be started any more. */
	if (!conn_tcp_flush(&conn->tcp, conn->ctrl))
		todo = (todo & ~CTRL_DO_START) |
		    ctrl_eof(conn->ctrl, true, engine_now_ms());
	if ((todo & CTRL_DO_END) != 0 && conn->call != NULL)
		end_call(conn);
	if ((todo & CTRL_DO_LINKED) != 0 && conn->call != NULL)
		call_client_spoke(conn->call);
	if ((todo & CTRL_DO_START) != 0) {
		todo = start_call(conn);
		if (conn->call == NULL)
			return conn_do(conn, todo);
	}
	if ((todo & CTRL_DO_CLOSE) != 0) {
		bool reset = (todo & CTRL_DO_RESET) != 0;

		if (reset || ctrl_out_next(conn->ctrl, &data) == 0) {
			finish(conn, reset);
			return CONN_OVER;
		}
		conn_tcp_stop_reading(&conn->tcp);
	}
	if (!is_starting(conn))
		conn_tcp_go_on(&conn->tcp);
	set_timer(conn);
	return CONN_LIVES;
}

/* --- events of the call -------------------------------------------------- */

static void
on_kept(void *arg, struct call_record *rec)
{
	struct conn *conn = arg;

	limit_has_slot(limiter_limits, &conn->limit, engine_now_ms());
	conn->by_keeper = true;
	rec->ctrl = *conn->ctrl;
	free_ctrl(conn);
	conn->ctrl = &rec->ctrl;
}

static void
on_started(void *arg)
{
	struct conn *conn = arg;

	let_go(conn_do(conn, ctrl_call_started(conn->ctrl, engine_now_ms())));
}

static void
on_authenticated(void *arg)
{
	conn_auth_succeeded(arg);
}

static void
on_auth_failed(void *arg)
{
	conn_auth_failed(arg);
}

static void
on_refused(void *arg, enum ctrl_end end)
{
	struct conn *conn = arg;

	limiter_refused(&conn->limit, conn->client, end);
}

static void
on_failed(void *arg, uint8_t result, uint8_t error)
{
	struct conn *conn = arg;

	call_over(conn, NULL);
	let_go(conn_do(conn, ctrl_call_failed(conn->ctrl, result, error,
	    engine_now_ms())));
}

static void
on_ended(void *arg, enum ctrl_end end, struct call_record *rec)
{
	struct conn *conn = arg;

	conn_auth_ended(conn, end);
	call_over(conn, rec);
	let_go(conn_do(conn, ctrl_call_ended(conn->ctrl, end,
	    engine_now_ms())));
}

static void
on_given(void *arg)
{
	struct conn *conn = arg;

	conn->call = NULL;
	conn_leave(conn);
}

/* Ends an unauthenticated call so that another call gets its slot. */
static void
end_for_others(struct limit_conn *victim)
{
	struct conn *conn = victim->owner;

	limiter_failed(victim, victim->source->addr, CTRL_END_MADE_ROOM);
	limiter_counted(CTRL_END_MADE_ROOM);
	if (victim->elsewhere != 0) {
		call_kick(victim->elsewhere, CTRL_END_MADE_ROOM);
		return;
	}
	begin_work(conn);
	end_work(conn_do(conn, ctrl_call_ended(conn->ctrl,
	    CTRL_END_MADE_ROOM, engine_now_ms())));
}

/*
 * There is no slot for the call.  True: there may soon be one, since an
 * unauthenticated call is ending, or will have to end.
 */
static bool
on_no_slot(void *arg)
{
	struct conn *conn = arg;
	uint64_t now = engine_now_ms();
	struct limit_conn *victim;
	bool later;

	limit_no_slot(limiter_limits, now);
	victim = limit_slot_victim(limiter_limits, &conn->limit, now, &later);
	if (conn->room_at != 0 && now < conn->room_at + SLOT_PATIENCE_MS)
		return true;
	if (victim == NULL && !later)
		return false;
	conn_tcp_watch_close(&conn->tcp);
	if (victim != NULL) {
		conn->room_at = now;
		end_for_others(victim);
	}
	return true;
}

static const struct call_events call_events = {
	.no_slot = on_no_slot,
	.kept = on_kept,
	.started = on_started,
	.authenticated = on_authenticated,
	.auth_failed = on_auth_failed,
	.refused = on_refused,
	.failed = on_failed,
	.ended = on_ended,
	.given = on_given,
};

/* --- events -------------------------------------------------------------- */

static void
on_input(void *arg, const uint8_t *data, size_t len)
{
	struct conn *conn = arg;

	begin_work(conn);
	end_work(input(conn, data, len));
}

static void
on_eof(void *arg, bool reset)
{
	struct conn *conn = arg;

	begin_work(conn);
	end_work(conn_do(conn, ctrl_eof(conn->ctrl, reset, engine_now_ms())));
}

/* The client has closed the connection while its call waited. */
static void
on_closed(void *arg)
{
	struct conn *conn = arg;

	if (is_starting(conn))
		on_eof(conn, false);
}

static void
on_writable(void *arg)
{
	struct conn *conn = arg;

	begin_work(conn);
	end_work(conn_do(conn, conn->ctrl->state == CTRL_CLOSED ?
	    CTRL_DO_CLOSE : 0));
}

static void
on_resumed(void *arg)
{
	struct conn *conn = arg;

	begin_work(conn);
	end_work(conn_do(conn, 0));
}

static const struct conn_tcp_events tcp_events = {
	.input = on_input,
	.eof = on_eof,
	.closed = on_closed,
	.writable = on_writable,
	.resumed = on_resumed,
};

static void
on_timer(void *arg)
{
	struct conn *conn = arg;
	uint64_t now = engine_now_ms();

	begin_work(conn);
	if (now >= conn->ctrl->state_since + ANNOUNCE_MS)
		announce(conn);
	end_work(conn_do(conn, ctrl_timer(conn->ctrl, now)));
}

/* --- beginning and end --------------------------------------------------- */

void
conn_begin(struct conn *conn)
{
	char client[ADDR_TEXT];

	addr_text(conn->client, client);
	journal_connected(conn->client);
	conn->ctrl = conn->own;
	ctrl_init(conn->ctrl, client, engine.stimeout_ms, engine_now_ms());
	conn->ctrl->call_timeout_ms = limiter_limits->conf.call_timeout * 1000;
	conn->ctrl->auth_timeout_ms = limiter_limits->conf.auth_timeout * 1000;
	if (conn->refuse != CTRL_END_NONE)
		ctrl_refuse(conn->ctrl, conn->refuse == CTRL_END_PENALTY ?
		    PPTP_SCCRP_FORBIDDEN : PPTP_SCCRP_ERROR, conn->refuse);
	if (!conn_tcp_read(&conn->tcp)) {
		conn_leave(conn);	/* no memory */
		return;
	}
	set_timer(conn);
}

void
conn_evict(struct conn *conn)
{
	limiter_refused(&conn->limit, conn->client, CTRL_END_CROWDED);
	limit_close(limiter_limits, &conn->limit);
	if (conn->asking)
		conn_leave(conn);
	else
		let_go(conn_do(conn, ctrl_drop(conn->ctrl, CTRL_END_CROWDED,
		    engine_now_ms())));
}

bool
conn_make_room(void)
{
	struct limit_conn *victim = limit_victim(limiter_limits, true,
	    engine_now_ms());

	if (victim != NULL)
		conn_evict(victim->owner);
	return victim != NULL;
}

void
conn_init(struct conn *conn, int fd, uint32_t client, uint32_t server)
{
	conn->client = client;
	conn->server = server;
	conn->limit.owner = conn;
	conn_tcp_init(&conn->tcp, fd, client, &tcp_events, conn);
	loop_timer_init(&conn->timer, on_timer, conn);
	LIST_INSERT_HEAD(&conns, conn, entry);
	engine.conns++;
}

struct conn *
conn_adopt(int fd, struct call_record *rec, int keeper, int pty)
{
	struct conn *conn = calloc(1, sizeof(*conn));
	struct call_owner of;
	int error;

	if (conn == NULL)
		return NULL;
	conn_init(conn, fd, rec->client_addr, rec->server_addr);
	conn->ctrl = &rec->ctrl;
	conn->by_keeper = true;
	limit_adopt(limiter_limits, &conn->limit, conn->client,
	    conn->ctrl->authenticated, engine_now_ms());
	of = owner(conn);
	if (conn_tcp_read(&conn->tcp))
		conn->call = call_adopt(&of, rec, keeper, pty);
	if (conn->call == NULL) {
		error = errno;
		conn_tcp_give_back(&conn->tcp);	/* still the caller's */
		conn_leave(conn);
		errno = error;
		return NULL;
	}
	if (conn->ctrl->authenticated)
		engine_news(IPC_NEWS_AUTHENTICATED, rec->our_id,
		    CTRL_END_NONE);
	return conn;
}

void
conn_resume(struct conn *conn)
{
	enum conn_life life;

	begin_work(conn);
	life = conn_do(conn, 0);
	if (life == CONN_LIVES && conn->call != NULL)
		call_resume(conn->call);
	end_work(life);
}

struct conn *
conn_asking(uint32_t token, uint32_t client)
{
	struct conn *conn;

	LIST_FOREACH(conn, &conns, entry) {
		if (conn->asking && conn->token == token &&
		    conn->client == client)
			break;
	}
	return conn;
}

/* Ends all connections in order, or those without a call. */
static void
stop_some(enum ctrl_end end, bool all)
{
	struct conn *conn, *next;

	for (conn = LIST_FIRST(&conns); conn != NULL; conn = next) {
		next = LIST_NEXT(conn, entry);
		if (conn->asking)
			conn_leave(conn);
		else if (all || conn->call == NULL)
			let_go(conn_do(conn, ctrl_stop(conn->ctrl, end,
			    engine_now_ms())));
	}
}

void
conn_stop_all(enum ctrl_end end)
{
	stop_some(end, true);
}

void
conn_drain(void)
{
	stop_some(CTRL_END_DRAIN, false);
}
