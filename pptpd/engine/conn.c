/* Engine: a control connection on its TCP socket. */
/* SPDX-License-Identifier: ISC */
#include "engine/conn.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/log.h"
#include "base/queue.h"
#include "engine/call.h"
#include "engine/engine.h"
#include "engine/limiter.h"
#include "shared/call_record.h"
#include "shared/loop.h"

#define READ_SIZE	4096
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

struct conn {
	LIST_ENTRY(conn) entry;
	int		 fd;
	uint32_t	 client, server;	/* network order */
	uint32_t	 token;			/* of its access request */
	bool		 asking;		/* waits for that answer */
	bool		 announced;		/* we have logged "started" */
	bool		 muted;			/* log-rate forbade it */
	bool		 by_keeper;		/* a keeper logs both ends */
	struct call	*call;
	struct ctrl	*ctrl;			/* own, or in a record */
	struct ctrl	*own;			/* NULL: ctrl is in a record */
	struct call_record *record;		/* of an ended call, owned */
	bool		 holding;		/* input waits for an OCRP */
	uint8_t		*held;			/* input that waits, owned */
	size_t		 held_len;
	bool		 paused;		/* input waits for resume */
	bool		 more;			/* input behind this message */
	enum ctrl_end	 refuse;		/* why its SCCRQ is refused */
	struct limit_conn limit;
	struct limit_messages messages;
	uint64_t	 room_at;		/* ms, ended another's call */
	struct loop_watch readable, writable, closed;
	struct loop_timer timer, release, resume;
	bool		 over;			/* freed after this event */
	struct engine_ended ended;
};

static const struct call_events call_events;
static void on_auth_failed(void *);
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

	free(conn->held);
	free_ctrl(conn);
	free(conn);
}

/* Closes the connection and logs nothing.  It is freed after the event. */
static void
leave(struct conn *conn)
{
	limit_close(limiter_limits, &conn->limit);
	loop_watch_off(&conn->readable);
	loop_watch_off(&conn->writable);
	loop_watch_off(&conn->closed);
	loop_timer_stop(&conn->timer);
	loop_timer_stop(&conn->release);
	loop_timer_stop(&conn->resume);
	if (conn->fd != -1)
		close(conn->fd);
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
	struct linger at_once = { 1, 0 };

	if (!conn->by_keeper)
		say_unserved(conn);
	announce(conn);
	limiter_quiet();
	if (conn->announced && !conn->by_keeper)
		log_info("CTRL: Client %s control connection finished",
		    conn->ctrl->client);
	if (reset)
		(void)setsockopt(conn->fd, SOL_SOCKET, SO_LINGER, &at_once,
		    sizeof(at_once));
	else		/* a keeper may have the socket, too */
		(void)shutdown(conn->fd, SHUT_RDWR);
	leave(conn);
}

/* Removes n octets of queued messages, which were sent. */
static void
sent(struct conn *conn, size_t n)
{
	const uint8_t *data;

	while (n > 0) {
		size_t len = ctrl_out_next(conn->ctrl, &data);
		size_t part = len < n ? len : n;

		ctrl_out_sent(conn->ctrl, part);
		n -= part;
		if (part == len)
			log_debug("CTRL: Sent packet to client");
	}
}

/* Writes queued messages, all at once; false: the peer is gone. */
static bool
conn_flush(struct conn *conn)
{
	const struct ctrl *ctrl = conn->ctrl;

	while (ctrl->out_len > 0) {
		ssize_t n = send(conn->fd, ctrl->out, ctrl->out_len,
		    MSG_NOSIGNAL);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno != EAGAIN)
			return false;
		if (n > 0)
			sent(conn, n);
		if (ctrl->out_len > 0) {
			(void)loop_watch_on(&conn->writable);
			return true;
		}
	}
	return true;
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

/* Keeps input that has to wait; false: no memory. */
static bool
hold(struct conn *conn, const uint8_t *data, size_t len)
{
	conn->holding = true;
	loop_watch_off(&conn->readable);
	if (conn->call != NULL && call_is_waiting(conn->call))
		(void)loop_watch_on(&conn->closed);
	if (len == 0)
		return true;
	conn->held = malloc(len);
	if (conn->held == NULL)
		return false;
	memcpy(conn->held, data, len);
	conn->held_len = len;
	return true;
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
	conn->paused = true;
	(void)loop_timer_in_ms(&conn->resume, at - now);
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
		if (!is_starting(conn) && !conn->paused)
			continue;
		if (!hold(conn, data, len))
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

/* Goes on with the input that has waited. */
static enum conn_life MUST_LOOK
release(struct conn *conn)
{
	uint8_t *data = conn->held;
	size_t len = conn->held_len;
	enum conn_life life;

	conn->held = NULL;
	conn->held_len = 0;
	loop_watch_off(&conn->closed);
	life = input(conn, data, len);
	free(data);
	if (life == CONN_LIVES && !conn->holding &&
	    conn->ctrl->state != CTRL_CLOSED)
		(void)loop_watch_on(&conn->readable);
	return life;
}

static void
on_release(void *arg)
{
	struct conn *conn = arg;

	begin_work(conn);
	end_work(release(conn));
}

static void
on_resume(void *arg)
{
	struct conn *conn = arg;

	begin_work(conn);
	conn->paused = false;
	end_work(conn_do(conn, 0));
}

static struct call_owner
owner(struct conn *conn)
{
	return (struct call_owner){ &call_events, conn, conn->client,
	    conn->server, conn->ctrl->call.peer_id, conn->fd, &conn->limit };
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

/* Whether the client caused the end of its call. */
static bool
is_clients_doing(enum ctrl_end end)
{
	switch (end) {
	case CTRL_END_CLEARED:
	case CTRL_END_STOPPED:
	case CTRL_END_EOF:
	case CTRL_END_RESET:
	case CTRL_END_PROTOCOL:
	case CTRL_END_NOT_READING:
	case CTRL_END_ECHO:
	case CTRL_END_PPPD:
	case CTRL_END_AUTH_FAILED:
	case CTRL_END_NEGOTIATION:
	case CTRL_END_IDLE:
	case CTRL_END_TIME:
	case CTRL_END_TRAFFIC:
	case CTRL_END_LCP_ECHO:
	case CTRL_END_PPPD_SIGNAL:
	case CTRL_END_PPPD_OPTIONS:
	case CTRL_END_NO_PPP:
	case CTRL_END_PPPD_FAILED:
		return true;
	default:
		return false;
	}
}

/* Whether this end counts as a failed authentication. */
static bool
is_failure(struct conn *conn, enum ctrl_end end)
{
	return end == CTRL_END_NO_AUTH || (conn->limit.slot &&
	    is_clients_doing(end) &&
	    limit_slots_short(limiter_limits, engine_now_ms()));
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

	if (is_failure(conn, end))
		on_auth_failed(conn);
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
	if (!conn_flush(conn))
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
		loop_watch_off(&conn->readable);
	}
	if (conn->holding && !is_starting(conn) && !conn->paused) {
		conn->holding = false;
		loop_timer_now(&conn->release);
	}
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
	struct conn *conn = arg;

	ctrl_call_authenticated(conn->ctrl);
	if (engine.index == 0) {
		limiter_authenticated(&conn->limit, conn->client);
		return;
	}
	/* Here it only counts for the log. */
	(void)limit_authenticated(limiter_limits, &conn->limit,
	    engine_now_ms());
	engine_news(IPC_NEWS_AUTHENTICATED, conn->ctrl->call.our_id,
	    CTRL_END_NONE);
}

static void
on_auth_failed(void *arg)
{
	struct conn *conn = arg;

	if (engine.index == 0)
		limiter_failed(&conn->limit, conn->client, conn->ctrl->end);
	else
		engine_news(IPC_NEWS_AUTH_FAILED, conn->ctrl->call.our_id,
		    conn->ctrl->end);
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

	if (is_failure(conn, end))
		on_auth_failed(conn);
	call_over(conn, rec);
	let_go(conn_do(conn, ctrl_call_ended(conn->ctrl, end,
	    engine_now_ms())));
}

static void
on_given(void *arg)
{
	struct conn *conn = arg;

	conn->call = NULL;
	leave(conn);
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
	(void)loop_watch_on(&conn->closed);
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
on_readable(int fd, void *arg)
{
	struct conn *conn = arg;
	uint8_t buf[READ_SIZE];
	ssize_t n = recv(fd, buf, sizeof(buf), 0);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	begin_work(conn);
	if (n > 0)
		end_work(input(conn, buf, n));
	else
		end_work(conn_do(conn, ctrl_eof(conn->ctrl, n == -1,
		    engine_now_ms())));
}

/* The client has closed the connection while its call waited. */
static void
on_closed(int fd, void *arg)
{
	struct conn *conn = arg;

	(void)fd;
	if (!is_starting(conn))
		return;
	begin_work(conn);
	end_work(conn_do(conn, ctrl_eof(conn->ctrl, false, engine_now_ms())));
}

static void
on_writable(int fd, void *arg)
{
	struct conn *conn = arg;

	(void)fd;
	begin_work(conn);
	end_work(conn_do(conn, conn->ctrl->state == CTRL_CLOSED ?
	    CTRL_DO_CLOSE : 0));
}

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

static void
conn_begin(struct conn *conn)
{
	char client[ADDR_TEXT];

	addr_text(conn->client, client);
	conn->ctrl = conn->own;
	ctrl_init(conn->ctrl, client, engine.stimeout_ms, engine_now_ms());
	conn->ctrl->call_timeout_ms = limiter_limits->conf.call_timeout * 1000;
	conn->ctrl->auth_timeout_ms = limiter_limits->conf.auth_timeout * 1000;
	if (conn->refuse != CTRL_END_NONE)
		ctrl_refuse(conn->ctrl, conn->refuse == CTRL_END_PENALTY ?
		    PPTP_SCCRP_FORBIDDEN : PPTP_SCCRP_ERROR, conn->refuse);
	if (!loop_watch_on(&conn->readable)) {
		leave(conn);	/* no memory */
		return;
	}
	set_timer(conn);
}

static bool
ask_access(struct conn *conn)
{
	static uint32_t last_token;
	struct ipc_msg m;

	conn->token = ++last_token;
	conn->asking = true;
	ipc_msg_init(&m, IPC_ACCESS_REQUEST, 0);
	m.u.access.token = conn->token;
	m.u.access.client_addr = conn->client;
	return engine_tell(&m, -1);
}

void
conn_access(uint32_t token, uint32_t client, bool allowed)
{
	struct conn *conn;

	LIST_FOREACH(conn, &conns, entry) {
		if (conn->asking && conn->token == token &&
		    conn->client == client)
			break;
	}
	if (conn == NULL)
		return;
	conn->asking = false;
	if (!allowed)
		limiter_refused(&conn->limit, conn->client, CTRL_END_ACCESS);
	if (allowed && !engine.stopping && !engine.draining)
		conn_begin(conn);
	else
		leave(conn);
}

/* Closes a connection to make room for others.  Never the one being served. */
static void
evict(struct conn *conn)
{
	limiter_refused(&conn->limit, conn->client, CTRL_END_CROWDED);
	limit_close(limiter_limits, &conn->limit);
	if (conn->asking)
		leave(conn);
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
		evict(victim->owner);
	return victim != NULL;
}

/* Counts a new connection; false: it has to be closed. */
static bool
admit(struct conn *conn)
{
	uint64_t now = engine_now_ms();
	struct limit_conn *victim;

	conn->refuse = limit_open(limiter_limits, &conn->limit, conn->client,
	    now);
	if (conn->refuse == CTRL_END_UNAUTH_PER_IP) {
		victim = limit_neighbour(limiter_limits, &conn->limit, now);
		if (victim != NULL) {
			evict(victim->owner);
			conn->refuse = CTRL_END_NONE;
		}
	}
	if (conn->refuse != CTRL_END_NONE)
		limiter_refused(&conn->limit, conn->client, conn->refuse);
	if (conn->limit.source == NULL)
		return false;
	victim = limit_victim(limiter_limits, false, now);
	if (victim == NULL)
		return true;
	if (victim != &conn->limit) {
		evict(victim->owner);
		return true;
	}
	limiter_refused(&conn->limit, conn->client, CTRL_END_CROWDED);
	return false;
}

static void
conn_init(struct conn *conn, int fd, uint32_t client, uint32_t server)
{
	conn->fd = fd;
	conn->client = client;
	conn->server = server;
	conn->limit.owner = conn;
	loop_watch_init(&conn->readable, fd, LOOP_READ, on_readable, conn);
	loop_watch_init(&conn->writable, fd, LOOP_WRITE | LOOP_ONCE,
	    on_writable, conn);
	loop_watch_init(&conn->closed, fd, LOOP_CLOSED | LOOP_ONCE, on_closed,
	    conn);
	loop_timer_init(&conn->timer, on_timer, conn);
	loop_timer_init(&conn->release, on_release, conn);
	loop_timer_init(&conn->resume, on_resume, conn);
	LIST_INSERT_HEAD(&conns, conn, entry);
	engine.conns++;
}

void
conn_new(int fd)
{
	struct sockaddr_in peer = { .sin_family = AF_UNSPEC }, self;
	socklen_t peer_len = sizeof(peer), self_len = sizeof(self);
	struct conn *conn = calloc(1, sizeof(*conn));
	int on = 1;

	if (conn == NULL ||
	    (conn->own = calloc(1, sizeof(*conn->own))) == NULL ||
	    getpeername(fd, (struct sockaddr *)&peer, &peer_len) == -1 ||
	    getsockname(fd, (struct sockaddr *)&self, &self_len) == -1 ||
	    peer.sin_family != AF_INET ||
	    !loop_unblock(fd)) {
		log_debug("CTRL: connection was gone before it was served");
		if (conn != NULL)
			free(conn->own);
		free(conn);
		close(fd);
		return;
	}
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	conn_init(conn, fd, peer.sin_addr.s_addr, self.sin_addr.s_addr);
	if (!admit(conn))
		leave(conn);
	else if (!engine.ask_access)
		conn_begin(conn);
	else if (!ask_access(conn))
		leave(conn);
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
	if (loop_watch_on(&conn->readable))
		conn->call = call_adopt(&of, rec, keeper, pty);
	if (conn->call == NULL) {
		error = errno;
		loop_watch_off(&conn->readable);
		conn->fd = -1;		/* still the caller's */
		leave(conn);
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

/* Ends all connections in order, or those without a call. */
static void
stop_some(enum ctrl_end end, bool all)
{
	struct conn *conn, *next;

	for (conn = LIST_FIRST(&conns); conn != NULL; conn = next) {
		next = LIST_NEXT(conn, entry);
		if (conn->asking)
			leave(conn);
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
