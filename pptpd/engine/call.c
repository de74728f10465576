/* Engine: the life of a call, from its request to its end. */
/* SPDX-License-Identifier: ISC */
#include "engine/call.h"

#include <assert.h>
#include <errno.h>
#include <event2/event_struct.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "engine/back_calls.h"
#include "engine/call_ids.h"
#include "engine/call_queue.h"
#include "engine/conn.h"
#include "engine/engine.h"
#include "engine/limiter.h"
#include "engine/pty_queue.h"
#include "protocol/hdlc.h"
#include "protocol/ppp_auth.h"
#include "shared/call_record.h"
#include "state/gre_window.h"

/*
 * pppd empties its line when it takes it over, so nothing is written to it
 * before it has spoken, or for this long if it keeps silent.
 */
#define GATE_US		1000000
/* pppd has left its line: how long its exit may take to be heard of. */
#define LINE_GONE_US	500000

/* With so many octets waiting for pppd an acknowledgement may wait, too. */
#define ACK_BACKLOG	16384

#define PTY_READ_SIZE	65536
/* So many reads in a row while each brings much: fewer turns of the loop. */
#define PTY_READS	4
#define PTY_READ_MUCH	2048
#define DECODERS_SPARE	16	/* kept for the next frame cut in two */
#define TOUCHED_MAX	64	/* calls in one batch of packets */

#define PPPD_AUTH_FAILED 11	/* exit status, pppd(8) */

enum call_stage {
	CALL_WAITING,		/* for its turn */
	CALL_ASKED,		/* the monitor is to answer */
	CALL_SPAWNED,		/* pptpctrl is to answer */
	CALL_UP,
	CALL_VERDICT,		/* hung up; pppd may still tell why */
	CALL_GONE		/* and waits to be freed */
};

/* What was done with a call may have ended it. */
enum call_life {
	CALL_LIVES,
	CALL_OVER
};

struct call {
	struct conn	*conn;		/* NULL: gone before the answer */
	enum ctrl_end	 end;		/* ... for this reason */
	struct call_record *rec;	/* NULL: none yet, or given away */
	bool		 begun;		/* and is known to others */
	enum call_stage	 stage;
	uint16_t	 id, peer_id;
	uint32_t	 client, server;	/* network order */
	int		 keeper, pty;	/* -1: none, or the kernel's */
	bool		 touched;
	bool		 gate_open;
	bool		 pty_full;	/* pty_write_ev is waited for */
	bool		 verdict;	/* pppd's on the client is known */
	uint64_t	 gate_at;	/* us, opens then at the latest */
	uint64_t	 line_gone_at;	/* us, 0: line is there */
	uint64_t	 timer_at;	/* us, UINT64_MAX: not set */
	uint64_t	 dropped;	/* frames that pppd did not take */
	struct queued_call	 turn;
	struct pty_queue queue;
	struct gre_reorder reorder;
	struct hdlc_decoder *decoder;	/* NULL: no frame is half read */
	struct event	 keeper_ev, pty_ev, pty_write_ev, timer;
	struct engine_ended ended;
};

static struct call *touched[TOUCHED_MAX];
static unsigned int touched_count;

/* --- towards the client -------------------------------------------------- */

/* Sends a frame, or with NULL an acknowledgement alone. */
static void
send_gre(struct call *call, const uint8_t *frame, size_t len)
{
	struct call_record *rec = call->rec;
	struct gre_packet p = { .src = call->server, .dst = call->client };

	p.header.call_id = call->peer_id;
	p.payload = frame;
	if (frame != NULL) {
		p.header.has_seq = true;
		p.header.seq = rec->tx.next++;
		p.header.payload_len = len;
		rec->packets_out++;
		rec->octets_out += len;
	}
	if (rec->ack.unacked > 0) {
		p.header.has_ack = true;
		p.header.ack = rec->rx.highest;
		gre_ack_sent(&rec->ack);
	}
	gre_socket_queue(IPC_FD_GRE, &p);
}

static void
from_pppd(const uint8_t *frame, size_t len, void *arg)
{
	struct call *call = arg;

	if (!call->rec->ctrl.authenticated) {
		switch (ppp_auth_look(frame, len)) {
		case PPP_AUTH_SUCCEEDED:
			conn_authenticated(call->conn);
			break;
		case PPP_AUTH_FAILED:
			conn_auth_failed(call->conn);
			break;
		case PPP_AUTH_NOTHING:
			break;
		}
	}
	send_gre(call, frame, len);
}

/* --- towards pppd -------------------------------------------------------- */

static void
touch(struct call *call)
{
	if (call->touched)
		return;
	if (touched_count == TOUCHED_MAX)
		call_flush_touched();
	call->touched = true;
	touched[touched_count++] = call;
}

/* Writes to the pty what it takes; asks to be told when it takes more. */
static void
write_pty(struct call *call)
{
	int left = pty_queue_flush(&call->queue, call->pty);

	if (left == -1)
		pty_queue_free(&call->queue);
	if ((left == 1) == call->pty_full)
		return;		/* a busy line is full for long */
	call->pty_full = left == 1;
	if (call->pty_full)
		event_add(&call->pty_write_ev, NULL);
	else
		event_del(&call->pty_write_ev);
}

static void
flush_pty(struct call *call)
{
	if (call->gate_open && call->line_gone_at == 0 && !call->pty_full)
		write_pty(call);
}

static void
to_pppd(const uint8_t *frame, size_t len, void *arg)
{
	struct call *call = arg;

	if (len == 0)
		return;		/* a number without a frame: G-9 */
	call->rec->packets_in++;
	call->rec->octets_in += len;
	if (pty_queue_add(&call->queue, frame, len))
		return;
	flush_pty(call);	/* full: make room if pppd reads at all */
	if (!pty_queue_add(&call->queue, frame, len))
		call->dropped++;
}

/* --- the end ------------------------------------------------------------- */

/*
 * Does what the connection's ctrl asks for.  Whoever does so may find that the
 * call is over: its connection has let go of it.
 */
static enum call_life MUST_LOOK
do_ctrl(struct call *call, unsigned int todo)
{
	if (conn_do(call->conn, todo) == CONN_OVER || call->conn == NULL)
		return CALL_OVER;
	return CALL_LIVES;
}

/* Ends the call from our side: the client is told. */
static enum call_life MUST_LOOK
end(struct call *call, enum ctrl_end end)
{
	return do_ctrl(call, ctrl_call_ended(conn_ctrl(call->conn), end,
	    engine_now_ms()));
}

/* Whatever is left of the call, the event is over for it. */
static void
end_work(enum call_life life)
{
	(void)life;
	engine_work(0);
}

/* --- time ---------------------------------------------------------------- */

static void
set_timer(struct call *call)
{
	uint64_t at, other, now;
	struct timeval tv;

	at = gre_rx_deadline(&call->rec->rx, &call->reorder);
	other = gre_ack_deadline(&call->rec->ack);
	if (other < at)
		at = other;
	if (!call->gate_open && call->gate_at < at)
		at = call->gate_at;
	if (call->line_gone_at != 0 && call->line_gone_at + LINE_GONE_US < at)
		at = call->line_gone_at + LINE_GONE_US;
	/* An earlier one may fire for nothing: cheaper than moving it. */
	if (at >= call->timer_at)
		return;
	call->timer_at = at;
	now = engine_now_us();
	at = at > now ? at - now : 0;
	tv.tv_sec = at / 1000000;
	tv.tv_usec = at % 1000000;
	event_add(&call->timer, &tv);
}

static void
settle(struct call *call)
{
	flush_pty(call);
	/* A peer that honours its window waits for a pppd that is behind. */
	if (gre_ack_due(&call->rec->ack) && call->queue.len <= ACK_BACKLOG)
		send_gre(call, NULL, 0);
	set_timer(call);
}

void
call_flush_touched(void)
{
	for (unsigned int i = 0; i < touched_count; i++) {
		struct call *call = touched[i];

		if (call == NULL)
			continue;
		call->touched = false;
		engine_work(call->id);
		settle(call);
	}
	touched_count = 0;
	gre_socket_flush(IPC_FD_GRE);
}

static void
untouch(struct call *call)
{
	for (unsigned int i = 0; i < touched_count; i++) {
		if (touched[i] == call)
			touched[i] = NULL;
	}
}

/* pppd has begun, or never will say so. */
static void
open_gate(struct call *call)
{
	call->gate_open = true;
	call_queue_done(&call->turn);
	engine_news(IPC_NEWS_SPOKEN, call->id, CTRL_END_NONE);
}

static enum call_life MUST_LOOK
time_passed(struct call *call)
{
	uint64_t now = engine_now_us();

	call->timer_at = UINT64_MAX;
	if (call->line_gone_at != 0 &&
	    now >= call->line_gone_at + LINE_GONE_US)
		return end(call, CTRL_END_PPPD);
	if (!call->gate_open && now >= call->gate_at)
		open_gate(call);
	gre_rx_timer(&call->rec->rx, &call->reorder, now, to_pppd, call);
	if (now >= gre_ack_deadline(&call->rec->ack))
		send_gre(call, NULL, 0);
	settle(call);
	gre_socket_flush(IPC_FD_GRE);
	return CALL_LIVES;
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct call *call = arg;

	(void)fd;
	(void)what;
	engine_work(call->id);
	end_work(time_passed(call));
}

/* --- packets from the network -------------------------------------------- */

void
call_receive(const struct gre_packet *p)
{
	struct call *call = call_ids_find(p->header.call_id);
	enum gre_verdict verdict;
	uint64_t now;

	if (call == NULL || call->stage != CALL_UP || call->pty == -1 ||
	    p->src != call->client || p->dst != call->server)
		return;		/* not a word to strangers: G-8 */
	engine_work(call->id);	/* until the next one, or the flush */
	if (p->header.has_ack)
		gre_tx_acked(&call->rec->tx, p->header.ack);
	if (!p->header.has_seq)
		return;
	now = engine_now_us();
	verdict = gre_rx_packet(&call->rec->rx, &call->reorder, p->header.seq,
	    p->payload, p->header.payload_len, now, to_pppd, call);
	if (verdict == GRE_DELIVERED || verdict == GRE_WAITING)
		gre_ack_received(&call->rec->ack, now);
	touch(call);
}

/* --- packets from pppd --------------------------------------------------- */

static struct hdlc_decoder *spare[DECODERS_SPARE];
static size_t spares;

/* Most calls are idle, and most reads end with a frame: few need one. */
static bool
decoder_get(struct call *call)
{
	if (call->decoder != NULL)
		return true;
	call->decoder = spares > 0 ? spare[--spares] :
	    malloc(sizeof(*call->decoder));
	if (call->decoder == NULL)
		return false;
	hdlc_decoder_init(call->decoder);
	return true;
}

static void
decoder_put(struct call *call)
{
	if (call->decoder != NULL && spares < DECODERS_SPARE)
		spare[spares++] = call->decoder;
	else
		free(call->decoder);
	call->decoder = NULL;
}

/* Reads once; returns the octets, 0: nothing there, or the line is gone. */
static size_t
read_pty(struct call *call)
{
	static uint8_t buf[PTY_READ_SIZE];
	ssize_t n = read(call->pty, buf, sizeof(buf));

	if (n > 0) {
		if (!call->gate_open) {
			open_gate(call);
			flush_pty(call);
		}
		if (decoder_get(call)) {
			hdlc_decode(call->decoder, buf, n, from_pppd, call);
			if (hdlc_decoder_is_idle(call->decoder))
				decoder_put(call);
		}
		return n;
	}
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return 0;
	/* No process has the line open: pppd's exit is not far. */
	event_del(&call->pty_ev);
	event_del(&call->pty_write_ev);
	pty_queue_free(&call->queue);
	call->line_gone_at = engine_now_us();
	set_timer(call);
	return 0;
}

static void
on_pty_readable(evutil_socket_t fd, short what, void *arg)
{
	struct call *call = arg;

	(void)fd;
	(void)what;
	engine_work(call->id);
	for (int i = 0; i < PTY_READS && read_pty(call) >= PTY_READ_MUCH; i++)
		;
	gre_socket_flush(IPC_FD_GRE);
	engine_work(0);
}

static void
on_pty_writable(evutil_socket_t fd, short what, void *arg)
{
	struct call *call = arg;

	(void)fd;
	(void)what;
	engine_work(call->id);
	write_pty(call);
	settle(call);
	gre_socket_flush(IPC_FD_GRE);
	engine_work(0);
}

/* --- the keeper ---------------------------------------------------------- */

static void
call_free(void *arg)
{
	struct call *call = arg;

	call_record_unmap(call->rec);
	pty_queue_free(&call->queue);
	decoder_put(call);
	gre_reorder_free(&call->reorder);
	free(call);
}

/* It is no more; who has called us may still look at it. */
static void
call_gone(struct call *call)
{
	bool told = call->stage == CALL_UP || call->stage == CALL_VERDICT;

	if (call->stage == CALL_GONE)
		return;
	call->stage = CALL_GONE;
	untouch(call);
	call_queue_done(&call->turn);
	event_del(&call->timer);
	if (call->keeper != -1) {
		event_del(&call->keeper_ev);
		close(call->keeper);
	}
	if (call->pty != -1) {
		event_del(&call->pty_ev);
		event_del(&call->pty_write_ev);
		close(call->pty);
	}
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
	struct ipc_msg m;

	ipc_msg_init(&m, IPC_HANGUP, call->id);
	/* If it cannot be told, it sees end of file at once. */
	(void)ipc_send(call->keeper, &m, NULL, 0);
	/* Of our own calls we see the frames before the client does. */
	if (call->stage == CALL_UP && call->pty == -1 && !call->verdict &&
	    !engine.stopping)
		call->stage = CALL_VERDICT;
	else
		call_gone(call);
}

/* The record outlives the call: the connection's state lies in it. */
static void
give_record(struct call *call, enum ctrl_end end)
{
	call->rec->end = end;
	conn_take_record(call->conn, call->rec);
	call->rec = NULL;
	untouch(call);
	event_del(&call->timer);
}

void
call_end(struct call *call, enum ctrl_end end)
{
	if (call->rec != NULL)
		give_record(call, end);
	conn_call_gone(call->conn);
	call->conn = NULL;
	call->end = end;
	switch (call->stage) {
	case CALL_WAITING:
		call_gone(call);
		break;
	case CALL_ASKED:
		break;		/* call_reply() finds that nobody wants it */
	case CALL_SPAWNED:
	case CALL_UP:
		hang_up(call);
		break;
	case CALL_VERDICT:
	case CALL_GONE:
		break;		/* has ended already */
	}
}

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
call_kick(uint16_t id, enum ctrl_end why)
{
	struct call *call = call_ids_find(id);

	if (back_calls_kick(id, why) || call == NULL || call->conn == NULL)
		return;
	engine_work(id);
	end_work(end(call, why));
}

/* The line is ours to read and write; -1: the kernel carries the frames. */
static void
take_line(struct call *call, int pty)
{
	call->pty = pty;
	call->stage = CALL_UP;
	if (pty == -1)
		return;
	event_assign(&call->pty_ev, engine.base, pty, EV_READ | EV_PERSIST,
	    on_pty_readable, call);
	event_assign(&call->pty_write_ev, engine.base, pty,
	    EV_WRITE | EV_PERSIST, on_pty_writable, call);
	event_add(&call->pty_ev, NULL);
}

static enum call_life MUST_LOOK
call_up(struct call *call)
{
	struct ctrl *ctrl = conn_ctrl(call->conn);

	call->gate_at = engine_now_us() + GATE_US;
	gre_rx_init(&call->rec->rx);
	gre_tx_init(&call->rec->tx);
	gre_ack_init(&call->rec->ack, ctrl->call.window);
	if (call->pty == -1)
		open_gate(call);
	set_timer(call);
	return do_ctrl(call, ctrl_call_started(ctrl, engine_now_ms()));
}

/*
 * The kernel's call may come back to us as long as pppd has not taken it: if
 * the engine before us has died meanwhile, it is up already.
 */
static enum call_life MUST_LOOK
keeper_ready(struct call *call, int pty)
{
	bool up = call->stage == CALL_UP;

	take_line(call, pty);
	if (!up)
		return call_up(call);
	if (pty != -1) {
		call->gate_open = false;
		call->gate_at = engine_now_us() + GATE_US;
		set_timer(call);
	}
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
		limiter_failed_late(call->client);
	else
		engine_news(IPC_NEWS_AUTH_FAILED, call->id, CTRL_END_NONE);
}

/* pppd's last word on a client that has hung up before it. */
static enum call_life MUST_LOOK
late_verdict(struct call *call, const struct ipc_msg *m)
{
	if (m != NULL && m->type == IPC_PPPD_EXIT &&
	    is_auth_failure(m->u.pppd_exit.status))
		failed_late(call);
	call_gone(call);
	return CALL_OVER;
}

static enum call_life MUST_LOOK
pppd_exited(struct call *call, int status)
{
	if (call->pty != -1 && call->line_gone_at == 0) {
		while (read_pty(call) > 0)
			;		/* its last words */
	}
	gre_socket_flush(IPC_FD_GRE);
	call->verdict = true;
	if (is_auth_failure(status))
		conn_auth_failed(call->conn);
	return end(call, CTRL_END_PPPD);
}

/* Another pppd has taken the line over. */
static void
pppd_restarted(struct call *call)
{
	decoder_put(call);
	event_del(&call->pty_write_ev);
	call->pty_full = false;
	call->gate_open = false;
	call->gate_at = engine_now_us() + GATE_US;
	call->line_gone_at = 0;
	event_add(&call->pty_ev, NULL);
	set_timer(call);
}

static bool
is_ours(const struct call *call)
{
	return call->id % engine.count == engine.index;
}

/* Lets another engine send the reply to the client and go on from there. */
static enum call_life MUST_LOOK
give_away(struct call *call, int pty)
{
	struct conn *conn = call->conn;
	const int fds[BACK_FDS] = { call->keeper, conn_fd(conn), pty };
	uint16_t id = call->id;
	enum call_life life = CALL_OVER;

	if (back_calls_give(call->rec, fds, conn_limit(conn), &call->turn)) {
		call->rec = NULL;
		call_gone(call);
		call_ids_lend(id);
		conn_leave(conn);
	} else
		life = end(call, CTRL_END_LOST);
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
		if (call->pty != -1)
			pppd_restarted(call);
		return CALL_LIVES;
	case IPC_AUTHENTICATED:
		call->verdict = true;
		conn_authenticated(call->conn);
		return CALL_LIVES;
	case IPC_TERM:
		return end(call, CTRL_END_ADMIN);
	case IPC_STALLED:
		return end(call, CTRL_END_STALLED);
	default:
		return end(call, CTRL_END_LOST);
	}
}

/* A message of the keeper's, or with NULL its end; *n says what is taken. */
static enum call_life MUST_LOOK
keeper_said(struct call *call, const struct ipc_msg *m, const int *fds, int *n)
{
	if (call->stage == CALL_VERDICT)
		return late_verdict(call, m);
	if (m != NULL && m->type == IPC_KEEPER_READY && call->pty == -1 &&
	    *n == (m->u.ready.kernel ? 0 : 1)) {
		int pty = *n == 1 ? fds[0] : -1;

		*n = 0;
		return is_ours(call) ? keeper_ready(call, pty) :
		    give_away(call, pty);
	}
	if (m != NULL && call->stage == CALL_UP)
		return keeper_message(call, m);
	/* It is gone, or makes no sense. */
	return end(call, CTRL_END_LOST);
}

static void
on_keeper(evutil_socket_t fd, short what, void *arg)
{
	struct call *call = arg;
	struct ipc_msg m;
	int fds[IPC_FDS_MAX], n;
	int got = ipc_recv(fd, &m, fds, &n);

	(void)what;
	if (got == -1 && errno == EAGAIN)
		return;
	engine_work(call->id);
	end_work(keeper_said(call, got == 1 ? &m : NULL, fds, &n));
	ipc_close(fds, &n);
}

/* --- the monitor --------------------------------------------------------- */

bool
call_is_waiting(const struct call *call)
{
	return call->stage == CALL_WAITING;
}

static bool
ask_for(struct call *call)
{
	struct ipc_msg m;

	ipc_msg_init(&m, IPC_CALL_REQUEST, call->id);
	m.u.call_request.client_addr = call->client;
	m.u.call_request.server_addr = call->server;
	m.u.call_request.peer_id = call->peer_id;
	m.u.call_request.again = call->turn.since != 0;
	call->stage = CALL_ASKED;
	return engine_tell(&m, conn_fd(call->conn));
}

/* The monitor has none for it, or cannot be asked. */
static void
refused(struct call *call, uint8_t result, uint8_t error)
{
	assert(call->stage == CALL_ASKED);
	if (call->conn != NULL && do_ctrl(call, ctrl_call_failed(
	    conn_ctrl(call->conn), result, error, engine_now_ms())) ==
	    CALL_LIVES)
		call_end(call, CTRL_END_NOT_STARTED);
	call_gone(call);
}

/* A call that has waited for it has its turn. */
static void
on_turn(struct queued_call *turn)
{
	struct call *call = (struct call *)((char *)turn -
	    offsetof(struct call, turn));

	engine_work(call->id);
	if (!ask_for(call))
		refused(call, PPTP_OCRP_ERROR, PPTP_ERROR_NO_RESOURCE);
	engine_work(0);
}

/* Without a Call ID yet. */
static struct call *
call_new(struct conn *conn)
{
	struct call *call = calloc(1, sizeof(*call));

	if (call == NULL)
		return NULL;
	call->conn = conn;
	call->keeper = call->pty = -1;
	call->timer_at = UINT64_MAX;
	call->peer_id = conn_ctrl(conn)->call.peer_id;
	call->client = conn_client(conn);
	call->server = conn_server(conn);
	gre_reorder_init(&call->reorder);
	event_assign(&call->timer, engine.base, -1, 0, on_timer, call);
	return call;
}

/* With a Call ID, a multiple of `of`, or the one that is wished for. */
static struct call *
call_new_id(struct conn *conn, uint16_t wish, uint16_t of)
{
	struct call *call = call_new(conn);

	if (call == NULL)
		return NULL;
	call->id = call_ids_take(call, wish, of, engine_now_ms());
	if (call->id == 0) {
		log_err("CTRL: No free Call IDs!");
		free(call);
		return NULL;
	}
	engine.calls++;
	return call;
}

/* Its keeper and its record, from now on the call's. */
static void
take_keeper(struct call *call, int keeper, struct call_record *rec)
{
	call->stage = CALL_SPAWNED;
	call->rec = rec;
	call->keeper = keeper;
	event_assign(&call->keeper_ev, engine.base, keeper,
	    EV_READ | EV_PERSIST, on_keeper, call);
}

struct call *
call_start(struct conn *conn)
{
	/* What we have read already we cannot hand over. */
	struct call *call = call_new_id(conn, engine.first_call_id,
	    conn_has_more(conn) ? engine.count : 1);

	engine.first_call_id = 0;
	if (call == NULL)
		return NULL;
	if (!is_ours(call) && !back_calls_has_room(call->id)) {
		call_gone(call);
		return NULL;
	}
	if (call_queue_take(&call->turn, on_turn) && !ask_for(call)) {
		call_gone(call);
		return NULL;
	}
	ctrl_call_starting(conn_ctrl(conn), call->id);
	call->begun = true;
	return call;
}

/* Somebody may make room for it; false: it gets no slot. */
static bool
wait_for_slot(struct call *call)
{
	if (call->conn == NULL || !call_queue_later(&call->turn, on_turn))
		return false;
	if (!conn_make_slot(call->conn)) {
		call_queue_done(&call->turn);
		return false;
	}
	call->stage = CALL_WAITING;
	return true;
}

void
call_reply(const struct ipc_msg *m, int *fds, int n)
{
	struct call *call = call_ids_find(m->call_id);
	struct call_record *rec = NULL;

	if (call != NULL && call->stage == CALL_ASKED && n == 2)
		rec = call_record_map(fds[1]);
	if (n == 2)
		close(fds[1]);
	if (rec == NULL) {
		if (n > 0)
			close(fds[0]);	/* the keeper sees end of file */
		if (call == NULL || call->stage != CALL_ASKED)
			return;
		if (m->u.call_reply.result == PPTP_OCRP_BUSY) {
			if (wait_for_slot(call))
				return;
			limiter_counted(CTRL_END_BUSY);
		}
		if (call->conn != NULL && m->u.call_reply.end != CTRL_END_NONE)
			conn_refused(call->conn, m->u.call_reply.end);
		if (m->u.call_reply.result != PPTP_OCRP_CONNECTED)
			refused(call, m->u.call_reply.result,
			    m->u.call_reply.error);
		else		/* started, but its record is of no use */
			refused(call, PPTP_OCRP_ERROR,
			    PPTP_ERROR_NO_RESOURCE);
		return;
	}
	take_keeper(call, fds[0], rec);
	if (call->conn == NULL) {	/* given up while we waited */
		rec->end = call->end;
		hang_up(call);
		return;
	}
	conn_call_kept(call->conn);
	conn_move_ctrl(call->conn, &rec->ctrl);
	event_add(&call->keeper_ev, NULL);
}

struct call *
call_adopt(struct conn *conn, struct call_record *rec, int keeper, int pty)
{
	struct call *call = call_new(conn);

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
	take_keeper(call, keeper, rec);
	event_add(&call->keeper_ev, NULL);
	call->verdict = rec->ctrl.authenticated;
	take_line(call, pty);
	call->begun = true;
	return call;
}

void
call_resume(struct call *call)
{
	if (call->rec->ctrl.call_state == CTRL_CALL_WAIT_START) {
		end_work(call_up(call));
		return;
	}
	call->gate_open = call->pty == -1 || call->rec->tx.next > 0;
	if (call->gate_open)
		engine_news(IPC_NEWS_SPOKEN, call->id, CTRL_END_NONE);
	call->gate_at = engine_now_us() + GATE_US;
	set_timer(call);
}
