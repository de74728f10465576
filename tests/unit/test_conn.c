/* A control connection and its call, from TCP's octets to its end. */
/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/wire.h"
#include "engine/call.h"
#include "engine/conn.h"
#include "engine/limiter.h"
#include "fake_world.h"
#include "protocol/pptp_msg.h"
#include "shared/call_record.h"
#include "unit.h"

#define PEER	99

static struct limit_conf conf = { .connections = 64, .max_unauth = 64,
    .max_unauth_per_ip = 64, .call_timeout = 60 };
static int fd;			/* of the connection */
static const struct ctrl *ctrl;	/* its state, once it has a record */

/* --- how far a connection comes ------------------------------------------ */

static void
make(void)
{
	world_init();
	ck_assert(limiter_configure(&conf));
}

static int
connect_from(uint32_t client)
{
	int s = world_open(WORLD_TCP);

	world_file(s)->client = htonl(client);
	conn_new(s);
	world_event_over();
	return s;
}

static void
begin(void)
{
	make();
	fd = connect_from(WORLD_CLIENT);
	ck_assert_uint_eq(engine.conns, 1);
}

/* Octets of a message come; they are not served yet. */
static void
queue(int s, uint16_t type)
{
	struct pptp_msg m = { .type = type };
	uint8_t buf[PPTP_MSG_MAX];

	if (type == PPTP_SCCRQ)
		m.u.start.version = PPTP_VERSION;
	if (type == PPTP_OCRQ) {
		m.u.ocrq.call_id = PEER;
		m.u.ocrq.window = 64;
	}
	if (type == PPTP_CCRQ)
		m.u.ccrq.call_id = PEER;
	world_feed(world_file(s), buf, pptp_msg_encode(buf, sizeof(buf), &m));
}

static void
says(uint16_t type)
{
	queue(fd, type);
	world_serve();
}

/*
 * The nth message, from 0, that the client has got; its type is 0 if there are
 * not so many.
 */
static struct pptp_msg
reply(unsigned int nth)
{
	const struct world_file *f = world_file(fd);
	struct pptp_msg m = { .type = 0 };
	size_t at = 0, len;

	while (at < f->tx_len) {
		struct wire_reader r;

		wire_reader_init(&r, f->tx + at, f->tx_len - at);
		len = wire_get_u16(&r);
		ck_assert_uint_ge(len, PPTP_HEADER_LEN);
		ck_assert_uint_le(len, f->tx_len - at);
		if (nth-- == 0) {
			ck_assert_int_eq(pptp_msg_decode(f->tx + at, len, &m),
			    PPTP_DECODED);
			return m;
		}
		at += len;
	}
	return m;
}

/* The monitor answers for the call that it was asked for last. */
static void
answer(uint8_t result, bool with)
{
	struct ipc_msg m;
	struct ipc_fds fds = { .n = 0 };

	ck_assert_uint_gt(world.nasked, 0);
	ipc_msg_init(&m, IPC_CALL_REPLY, world.asked[--world.nasked].call_id);
	m.u.call_reply.result = result;
	if (with) {
		fds.n = IPC_REPLY_FDS;
		fds.fd[IPC_REPLY_FD_KEEPER] = world_open(WORLD_KEEPER);
		fds.fd[IPC_REPLY_FD_RECORD] = world_open(WORLD_RECORD);
	}
	call_reply(&m, &fds);
	ipc_fds_close(&fds);
	world_event_over();
}

/* pppd runs on a pty. */
static void
keeper_ready(void)
{
	struct world_file *f = world_file(world_pick(WORLD_KEEPER, 0));

	ipc_msg_init(&f->msg, IPC_KEEPER_READY, 0);
	f->msg_fd = world_open(WORLD_PTY);
	f->has_msg = true;
	world_serve();
}

static void
keeper_says(enum ipc_type type)
{
	struct world_file *f = world_file(world_pick(WORLD_KEEPER, 0));

	ipc_msg_init(&f->msg, type, 0);
	f->has_msg = true;
	world_serve();
}

static void
established(void)
{
	begin();
	says(PPTP_SCCRQ);
	ck_assert_uint_eq(reply(0).type, PPTP_SCCRP);
}

/* Its call has been asked for. */
static void
asked(void)
{
	established();
	says(PPTP_OCRQ);
	ck_assert_uint_eq(world.nasked, 1);
}

/* ... and has a keeper */
static void
spawned(void)
{
	uint32_t next = 1;

	asked();
	answer(PPTP_OCRP_CONNECTED, true);
	ctrl = &call_next_record(&next)->ctrl;
}

static void
up(void)
{
	spawned();
	keeper_ready();
	ck_assert_uint_eq(reply(1).type, PPTP_OCRP);
}

/* Neither the connection nor anything of it is there. */
static void
is_gone(void)
{
	ck_assert_uint_eq(engine.conns, 0);
	ck_assert_uint_eq(engine.calls, 0);
	ck_assert_uint_eq(world.records, 0);
	ck_assert_uint_eq(world_count(WORLD_NONE), WORLD_MAX);
}

/* --- requests and replies ------------------------------------------------ */

START_TEST(an_sccrq_gets_its_sccrp)
{
	begin();
	says(PPTP_SCCRQ);
	ck_assert_uint_eq(reply(0).type, PPTP_SCCRP);
	ck_assert_uint_eq(reply(0).u.start.result, PPTP_SCCRP_OK);
	ck_assert_uint_eq(reply(1).type, 0);
}
END_TEST

START_TEST(an_ocrq_gets_its_ocrp_when_pppd_runs)
{
	spawned();
	ck_assert_uint_eq(reply(1).type, 0);
	keeper_ready();
	ck_assert_uint_eq(reply(1).type, PPTP_OCRP);
	ck_assert_uint_eq(reply(1).u.ocrp.result, PPTP_OCRP_CONNECTED);
	ck_assert_uint_eq(reply(1).u.ocrp.peer_call_id, PEER);
	ck_assert_uint_eq(reply(1).u.ocrp.call_id, ctrl->call.our_id);
}
END_TEST

START_TEST(a_message_in_pieces_is_one)
{
	uint8_t all[PPTP_MSG_MAX];
	struct world_file *f;
	size_t len;

	begin();
	f = world_file(fd);
	queue(fd, PPTP_SCCRQ);
	len = f->rx_len;
	memcpy(all, f->rx, len);
	f->rx_len = 0;
	for (size_t i = 0; i < len; i++) {
		ck_assert_uint_eq(f->tx_len, 0);
		world_feed(f, all + i, 1);
		world_serve();
	}
	ck_assert_uint_eq(reply(0).type, PPTP_SCCRP);
}
END_TEST

START_TEST(a_refused_call_leaves_the_connection)
{
	asked();
	answer(PPTP_OCRP_ERROR, false);
	ck_assert_uint_eq(reply(1).type, PPTP_OCRP);
	ck_assert_uint_eq(reply(1).u.ocrp.result, PPTP_OCRP_ERROR);
	ck_assert_uint_eq(engine.calls, 0);
	says(PPTP_ECHORQ);
	ck_assert_uint_eq(reply(2).type, PPTP_ECHORP);
	says(PPTP_OCRQ);
	ck_assert_uint_eq(world.nasked, 1);	/* it may ask again */
}
END_TEST

START_TEST(without_descriptors_a_call_is_refused)
{
	established();
	world.files_max = 0;
	says(PPTP_OCRQ);
	ck_assert_uint_eq(world.nasked, 0);
	ck_assert_uint_eq(reply(1).type, PPTP_OCRP);
	ck_assert_uint_eq(reply(1).u.ocrp.result, PPTP_OCRP_ERROR);
	ck_assert_uint_eq(reply(1).u.ocrp.error, PPTP_ERROR_NO_RESOURCE);
	ck_assert_uint_eq(engine.conns, 1);
}
END_TEST

START_TEST(a_monitor_that_cannot_be_asked_is_a_refusal)
{
	established();
	world.deaf = true;
	says(PPTP_OCRQ);
	ck_assert_uint_eq(reply(1).type, PPTP_OCRP);
	ck_assert_uint_eq(reply(1).u.ocrp.result, PPTP_OCRP_ERROR);
	ck_assert_uint_eq(engine.calls, 0);
	ck_assert_uint_eq(engine.conns, 1);
}
END_TEST

START_TEST(a_cleared_call_ends_with_its_connection)
{
	up();
	says(PPTP_CCRQ);
	ck_assert_uint_eq(reply(2).type, PPTP_CDN);
	ck_assert_uint_eq(reply(3).type, PPTP_STOPCCRQ);
	ck_assert_uint_eq(engine.calls, 0);
	ck_assert_uint_eq(world.hangups, 1);
	ck_assert_uint_eq(engine.conns, 1);
	says(PPTP_STOPCCRP);
	is_gone();
}
END_TEST

START_TEST(a_stop_request_is_answered_before_the_end)
{
	up();
	world_file(fd)->room = 0;
	says(PPTP_STOPCCRQ);
	ck_assert_uint_eq(engine.calls, 0);
	ck_assert_uint_eq(engine.conns, 1);	/* a reply is left */
	world_file(fd)->room = 1;
	world_serve();
	ck_assert_uint_eq(engine.conns, 1);
	world_file(fd)->room = WORLD_ALL;
	world_serve();
	is_gone();
}
END_TEST

START_TEST(who_takes_no_reply_is_closed_in_time)
{
	up();
	world_file(fd)->room = 0;
	says(PPTP_STOPCCRQ);
	world_pass(CTRL_FLUSH_MS - 1);
	ck_assert_uint_eq(engine.conns, 1);
	world_pass(1);
	is_gone();
}
END_TEST

START_TEST(nonsense_at_the_beginning_is_reset)
{
	static const uint8_t get[] = "GET / HTTP/1.0\r\n\r\n";

	begin();
	world_feed(world_file(fd), get, sizeof(get) - 1);
	ck_assert(world_serve_one(0));
	is_gone();
}
END_TEST

START_TEST(pppd_s_exit_is_told_to_the_client)
{
	up();
	keeper_says(IPC_PPPD_EXIT);
	ck_assert_uint_eq(reply(2).type, PPTP_CDN);
	ck_assert_uint_eq(reply(3).type, PPTP_STOPCCRQ);
	ck_assert_uint_eq(engine.calls, 0);
	says(PPTP_STOPCCRP);
	is_gone();
}
END_TEST

START_TEST(a_keeper_that_ends_before_pppd_runs_is_a_refusal)
{
	spawned();
	keeper_says(IPC_KEEPER_FAILED);
	ck_assert_uint_eq(reply(1).type, PPTP_OCRP);
	ck_assert_uint_eq(reply(1).u.ocrp.result, PPTP_OCRP_ERROR);
	ck_assert_uint_eq(engine.calls, 0);
	ck_assert_uint_eq(engine.conns, 1);
}
END_TEST

/* --- what has to wait ---------------------------------------------------- */

START_TEST(what_comes_behind_a_request_waits_for_its_reply)
{
	uint32_t next = 1;

	established();
	queue(fd, PPTP_OCRQ);
	queue(fd, PPTP_ECHORQ);
	world_serve();
	ck_assert_uint_eq(reply(1).type, 0);
	answer(PPTP_OCRP_CONNECTED, true);
	ck_assert_ptr_nonnull(call_next_record(&next));
	world_serve();
	ck_assert_uint_eq(reply(1).type, 0);
	keeper_ready();
	ck_assert_uint_eq(reply(1).type, PPTP_OCRP);
	ck_assert_uint_eq(reply(2).type, PPTP_ECHORP);
}
END_TEST

START_TEST(what_comes_after_a_request_waits_for_its_reply)
{
	asked();
	says(PPTP_ECHORQ);
	ck_assert_uint_gt(world_file(fd)->rx_len, 0);	/* not read */
	answer(PPTP_OCRP_ERROR, false);
	world_serve();
	ck_assert_uint_eq(reply(1).type, PPTP_OCRP);
	ck_assert_uint_eq(reply(2).type, PPTP_ECHORP);
}
END_TEST

START_TEST(held_octets_may_start_the_next_call)
{
	established();
	for (int i = 0; i < 3; i++)
		queue(fd, PPTP_OCRQ);
	world_serve();
	for (unsigned int i = 1; i <= 3; i++) {
		ck_assert_uint_eq(world.nasked, 1);
		answer(PPTP_OCRP_ERROR, false);
		world_serve();
		ck_assert_uint_eq(reply(i).type, PPTP_OCRP);
	}
	ck_assert_uint_eq(reply(4).type, 0);
	ck_assert_uint_eq(engine.calls, 0);
}
END_TEST

START_TEST(a_connection_that_ends_takes_what_it_holds_along)
{
	established();
	queue(fd, PPTP_OCRQ);
	queue(fd, PPTP_ECHORQ);
	world_serve();
	conn_stop_all(CTRL_END_SHUTDOWN);
	world_event_over();
	world_pass(CTRL_STOP_MS);
	answer(PPTP_OCRP_CONNECTED, true);
	is_gone();
}
END_TEST

START_TEST(who_sends_too_many_messages_waits)
{
	conf.message_rate = 10;
	established();
	for (int i = 0; i < 100; i++)
		queue(fd, PPTP_ECHORQ);
	world_serve();
	ck_assert_uint_eq(reply(99).type, 0);
	for (int i = 0; i < 60; i++)
		world_pass(250);
	ck_assert_uint_eq(reply(100).type, PPTP_ECHORP);
	ck_assert_uint_eq(reply(101).type, 0);
}
END_TEST

/* --- the end of TCP, in each state --------------------------------------- */

START_TEST(s1_a_peer_that_is_gone_starts_no_call)
{
	begin();
	world_file(fd)->room = 0;
	says(PPTP_SCCRQ);		/* its reply is not out yet */
	queue(fd, PPTP_OCRQ);
	world_file(fd)->error = ECONNRESET;
	world_serve();
	ck_assert_uint_eq(world.nasked, 0);
	is_gone();
}
END_TEST

/* The client has closed TCP, or it broke. */
static void
tcp_ends(int error)
{
	world_file(fd)->eof = error == 0;
	world_file(fd)->error = error;
	world_serve();
}

static const int tcp_errors[] = { 0, ECONNRESET };

START_TEST(tcp_ends_before_the_sccrq)
{
	begin();
	tcp_ends(tcp_errors[_i]);
	is_gone();
}
END_TEST

START_TEST(tcp_ends_before_a_call)
{
	established();
	tcp_ends(tcp_errors[_i]);
	is_gone();
}
END_TEST

START_TEST(tcp_ends_while_a_call_is_asked_for)
{
	asked();
	tcp_ends(tcp_errors[_i]);
	ck_assert_uint_eq(engine.conns, 1);	/* not looked at: milliseconds */
	answer(PPTP_OCRP_CONNECTED, true);
	keeper_ready();
	is_gone();
	ck_assert_uint_eq(world.hangups, 1);
}
END_TEST

START_TEST(tcp_ends_while_a_call_is_refused)
{
	asked();
	tcp_ends(tcp_errors[_i]);
	answer(PPTP_OCRP_ERROR, false);
	world_serve();
	is_gone();
}
END_TEST

START_TEST(tcp_ends_while_a_call_is_up)
{
	up();
	tcp_ends(tcp_errors[_i]);
	is_gone();
	ck_assert_uint_eq(world.hangups, 1);
}
END_TEST

START_TEST(tcp_ends_when_we_have_said_goodbye)
{
	up();
	keeper_says(IPC_TERM);
	tcp_ends(tcp_errors[_i]);
	is_gone();
}
END_TEST

/* Two calls; the second, which is fd's from then on, waits for a slot. */
static void
waits_for_slot(void)
{
	conf.connections = 1;
	up();				/* has the only slot */
	fd = connect_from(WORLD_CLIENT + 1);
	says(PPTP_SCCRQ);
	says(PPTP_OCRQ);
	answer(PPTP_OCRP_BUSY, false);
	ck_assert_uint_eq(engine.calls, 2);
}

START_TEST(tcp_ends_while_a_call_waits_for_a_slot)
{
	waits_for_slot();
	tcp_ends(tcp_errors[_i]);
	ck_assert_uint_eq(engine.calls, 1);
	ck_assert_uint_eq(engine.conns, 1);
	world_pass(1000);
	ck_assert_uint_eq(world.nasked, 0);
}
END_TEST

START_TEST(a_stop_ends_who_waits_for_a_slot)
{
	waits_for_slot();
	conn_stop_all(CTRL_END_SHUTDOWN);
	world_event_over();
	ck_assert_uint_eq(reply(1).type, PPTP_STOPCCRQ);
	world_pass(CTRL_STOP_MS);
	is_gone();
}
END_TEST

/* --- room for others ----------------------------------------------------- */

START_TEST(room_is_made_by_who_is_silent_for_a_second)
{
	int other;

	begin();
	world_pass(LIMIT_YOUNG_MS - 1);
	other = connect_from(WORLD_CLIENT + 1);
	ck_assert(!conn_make_room());
	world_pass(1);
	ck_assert(conn_make_room());
	world_event_over();
	ck_assert_uint_eq(engine.conns, 1);
	ck_assert(!world_is_open(fd));
	ck_assert(world_is_open(other));
}
END_TEST

START_TEST(nobody_with_a_call_makes_room)
{
	up();
	ck_assert(!conn_make_room());
	ck_assert_uint_eq(engine.conns, 1);
}
END_TEST

START_TEST(one_more_than_max_unauth_evicts_one)
{
	conf.max_unauth = 2;
	begin();
	world_pass(10);
	(void)connect_from(WORLD_CLIENT + 1);
	world_pass(10);
	(void)connect_from(WORLD_CLIENT + 2);
	ck_assert_uint_eq(engine.conns, 2);
	ck_assert_uint_eq(limiter_count(CTRL_END_CROWDED), 1);
}
END_TEST

START_TEST(a_call_without_descriptors_closes_a_silent_one)
{
	int silent;

	make();
	silent = connect_from(WORLD_CLIENT + 1);
	world_pass(LIMIT_YOUNG_MS);
	fd = connect_from(WORLD_CLIENT);
	says(PPTP_SCCRQ);
	world.files_max = 1 + FILES_CALL;
	says(PPTP_OCRQ);
	ck_assert(!world_is_open(silent));
	ck_assert_uint_eq(world.nasked, 1);
}
END_TEST

/* --- TCP wrappers -------------------------------------------------------- */

static void
begin_asking(void)
{
	make();
	engine.ask_access = true;
	fd = connect_from(WORLD_CLIENT);
	ck_assert_int_eq(world.told.type, IPC_ACCESS_REQUEST);
	says(PPTP_SCCRQ);
	ck_assert_uint_gt(world_file(fd)->rx_len, 0);	/* not served yet */
}

static void
access_is(uint32_t client, bool allowed)
{
	conn_access(world.told.u.access.token, htonl(client), allowed);
	world_event_over();
	world_serve();
}

START_TEST(who_is_allowed_is_served)
{
	begin_asking();
	access_is(WORLD_CLIENT, true);
	ck_assert_uint_eq(reply(0).type, PPTP_SCCRP);
}
END_TEST

START_TEST(who_is_not_allowed_is_closed_without_a_word)
{
	begin_asking();
	access_is(WORLD_CLIENT, false);
	is_gone();
}
END_TEST

START_TEST(the_answer_for_another_client_is_nobody_s)
{
	begin_asking();
	access_is(WORLD_CLIENT + 1, false);
	ck_assert_uint_eq(engine.conns, 1);
	ck_assert_uint_eq(reply(0).type, 0);
}
END_TEST

START_TEST(without_anybody_to_ask_it_is_closed)
{
	make();
	engine.ask_access = true;
	world.deaf = true;
	fd = connect_from(WORLD_CLIENT);
	is_gone();
}
END_TEST

/* --- from our side ------------------------------------------------------- */

START_TEST(a_stop_ends_a_call_in_order)
{
	up();
	conn_stop_all(CTRL_END_SHUTDOWN);
	world_event_over();
	ck_assert_uint_eq(reply(2).type, PPTP_CDN);
	ck_assert_uint_eq(reply(3).type, PPTP_STOPCCRQ);
	ck_assert_uint_eq(engine.calls, 0);
	world_pass(CTRL_STOP_MS);	/* no reply */
	is_gone();
}
END_TEST

START_TEST(a_drain_leaves_those_with_a_call)
{
	int other;

	up();
	other = connect_from(WORLD_CLIENT + 1);
	queue(other, PPTP_SCCRQ);
	world_serve();
	conn_drain();
	world_event_over();
	world_pass(CTRL_STOP_MS);
	ck_assert(!world_is_open(other));
	ck_assert(world_is_open(fd));
	ck_assert_uint_eq(engine.calls, 1);
	ck_assert_uint_eq(reply(2).type, 0);
}
END_TEST

START_TEST(a_draining_engine_refuses_calls)
{
	established();
	engine.draining = true;
	says(PPTP_OCRQ);
	ck_assert_uint_eq(world.nasked, 0);
	ck_assert_uint_eq(reply(1).type, PPTP_OCRP);
	ck_assert_uint_ne(reply(1).u.ocrp.result, PPTP_OCRP_CONNECTED);
}
END_TEST

START_TEST(who_asks_for_no_call_is_told_to_go)
{
	established();
	world_pass(60000);
	ck_assert_uint_eq(reply(1).type, PPTP_STOPCCRQ);
	world_pass(CTRL_STOP_MS);
	is_gone();
}
END_TEST

static char lines[4096];

static void
keep_line(int priority, const char *line, void *arg)
{
	size_t len = strlen(lines);

	(void)priority;
	(void)arg;
	snprintf(lines + len, sizeof(lines) - len, "%s\n", line);
}

/* A line without the word of its reason could not be counted by programs. */
START_TEST(the_end_of_who_has_no_call_has_its_word)
{
	static const uint8_t get[] = "GET / HTTP/1.0\r\n\r\n";

	conf.call_timeout = 0;
	switch (_i) {
	case 0:
		established();
		log_set_sink(keep_line, NULL);
		world_pass(CTRL_IDLE_MS);
		ck_assert_uint_eq(reply(1).type, PPTP_ECHORQ);
		world_pass(CTRL_ECHO_MS);
		ck_assert_ptr_nonnull(strstr(lines, "CTRL: Session timed out, "
		    "ending call\n"));
		ck_assert_ptr_nonnull(strstr(lines, ": client does not answer "
		    "Echo-Requests (echo-timeout)\n"));
		break;
	case 1:
		begin();
		log_set_sink(keep_line, NULL);
		world_feed(world_file(fd), get, sizeof(get) - 1);
		ck_assert(world_serve_one(0));
		ck_assert_ptr_nonnull(strstr(lines, " in the first message, "
		    "closing (protocol)\n"));
		break;
	case 2:
		established();
		log_set_sink(keep_line, NULL);
		world_feed(world_file(fd), get, sizeof(get) - 1);
		ck_assert(world_serve_one(0));
		ck_assert_ptr_nonnull(strstr(lines, ", closing (protocol)\n"));
		break;
	}
	is_gone();
}
END_TEST

/* --- another engine has left it ------------------------------------------ */

static struct call_record *
left(enum ctrl_call_state state)
{
	struct call_record *rec;

	make();
	rec = world_record(7);
	ctrl_init(&rec->ctrl, "198.51.100.1", 10000, engine_now_ms());
	rec->ctrl.state = CTRL_ESTABLISHED;
	rec->ctrl.started = true;
	rec->ctrl.call_state = state;
	rec->ctrl.call.our_id = 7;
	rec->ctrl.call.peer_id = PEER;
	fd = world_open(WORLD_TCP);
	return rec;
}

static void
adopt(enum ctrl_call_state state)
{
	struct call_record *rec = left(state);
	struct conn *conn = conn_adopt(fd, rec, world_open(WORLD_KEEPER),
	    world_open(WORLD_PTY));

	ck_assert_ptr_nonnull(conn);
	conn_resume(conn);
	world_event_over();
}

START_TEST(adopted_before_its_ocrp_it_gets_it)
{
	adopt(CTRL_CALL_WAIT_START);
	ck_assert_uint_eq(reply(0).type, PPTP_OCRP);
	ck_assert_uint_eq(reply(0).u.ocrp.call_id, 7);
}
END_TEST

START_TEST(adopted_with_its_call_it_goes_on)
{
	adopt(CTRL_CALL_UP);
	ck_assert_uint_eq(reply(0).type, 0);
	says(PPTP_ECHORQ);
	ck_assert_uint_eq(reply(0).type, PPTP_ECHORP);
	says(PPTP_CCRQ);
	ck_assert_uint_eq(reply(1).type, PPTP_CDN);
	ck_assert_uint_eq(engine.calls, 0);
}
END_TEST

START_TEST(s1_adopted_from_a_peer_that_is_gone_it_ends)
{
	struct call_record *rec = left(CTRL_CALL_WAIT_START);
	struct conn *conn;
	struct pptp_msg m = { .type = PPTP_ECHORP };

	rec->ctrl.out_len = (uint16_t)pptp_msg_encode(rec->ctrl.out,
	    sizeof(rec->ctrl.out), &m);
	world_file(fd)->error = ECONNRESET;
	conn = conn_adopt(fd, rec, world_open(WORLD_KEEPER),
	    world_open(WORLD_PTY));
	ck_assert_ptr_nonnull(conn);
	conn_resume(conn);
	world_event_over();
	is_gone();
	ck_assert_uint_eq(world.hangups, 1);
}
END_TEST

START_TEST(an_id_in_use_leaves_all_with_the_caller)
{
	struct call_record *rec;
	int other, keeper;

	adopt(CTRL_CALL_UP);
	rec = world_record(7);
	other = world_open(WORLD_TCP);
	keeper = world_open(WORLD_KEEPER);
	ck_assert_ptr_null(conn_adopt(other, rec, keeper, -1));
	ck_assert_int_eq(errno, EEXIST);
	world_event_over();
	ck_assert(world_is_open(other) && world_is_open(keeper));
	ck_assert_uint_eq(engine.conns, 1);
	ck_assert_uint_eq(world.records, 2);
	call_record_unmap(rec);
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_test(tc, an_sccrq_gets_its_sccrp);
	tcase_add_test(tc, an_ocrq_gets_its_ocrp_when_pppd_runs);
	tcase_add_test(tc, a_message_in_pieces_is_one);
	tcase_add_test(tc, a_refused_call_leaves_the_connection);
	tcase_add_test(tc, without_descriptors_a_call_is_refused);
	tcase_add_test(tc, a_monitor_that_cannot_be_asked_is_a_refusal);
	tcase_add_test(tc, a_cleared_call_ends_with_its_connection);
	tcase_add_test(tc, a_stop_request_is_answered_before_the_end);
	tcase_add_test(tc, who_takes_no_reply_is_closed_in_time);
	tcase_add_test(tc, nonsense_at_the_beginning_is_reset);
	tcase_add_test(tc, pppd_s_exit_is_told_to_the_client);
	tcase_add_test(tc, a_keeper_that_ends_before_pppd_runs_is_a_refusal);
	tcase_add_test(tc, what_comes_behind_a_request_waits_for_its_reply);
	tcase_add_test(tc, what_comes_after_a_request_waits_for_its_reply);
	tcase_add_test(tc, held_octets_may_start_the_next_call);
	tcase_add_test(tc, a_connection_that_ends_takes_what_it_holds_along);
	tcase_add_test(tc, who_sends_too_many_messages_waits);
	tcase_add_test(tc, s1_a_peer_that_is_gone_starts_no_call);
	tcase_add_loop_test(tc, tcp_ends_before_the_sccrq, 0, 2);
	tcase_add_loop_test(tc, tcp_ends_before_a_call, 0, 2);
	tcase_add_loop_test(tc, tcp_ends_while_a_call_is_asked_for, 0, 2);
	tcase_add_loop_test(tc, tcp_ends_while_a_call_is_refused, 0, 2);
	tcase_add_loop_test(tc, tcp_ends_while_a_call_is_up, 0, 2);
	tcase_add_loop_test(tc, tcp_ends_when_we_have_said_goodbye, 0, 2);
	tcase_add_loop_test(tc, tcp_ends_while_a_call_waits_for_a_slot, 0, 2);
	tcase_add_test(tc, a_stop_ends_who_waits_for_a_slot);
	tcase_add_test(tc, room_is_made_by_who_is_silent_for_a_second);
	tcase_add_test(tc, nobody_with_a_call_makes_room);
	tcase_add_test(tc, one_more_than_max_unauth_evicts_one);
	tcase_add_test(tc, a_call_without_descriptors_closes_a_silent_one);
	tcase_add_test(tc, who_is_allowed_is_served);
	tcase_add_test(tc, who_is_not_allowed_is_closed_without_a_word);
	tcase_add_test(tc, the_answer_for_another_client_is_nobody_s);
	tcase_add_test(tc, without_anybody_to_ask_it_is_closed);
	tcase_add_test(tc, a_stop_ends_a_call_in_order);
	tcase_add_test(tc, a_drain_leaves_those_with_a_call);
	tcase_add_test(tc, a_draining_engine_refuses_calls);
	tcase_add_test(tc, who_asks_for_no_call_is_told_to_go);
	tcase_add_loop_test(tc, the_end_of_who_has_no_call_has_its_word, 0, 3);
	tcase_add_test(tc, adopted_before_its_ocrp_it_gets_it);
	tcase_add_test(tc, adopted_with_its_call_it_goes_on);
	tcase_add_test(tc, s1_adopted_from_a_peer_that_is_gone_it_ends);
	tcase_add_test(tc, an_id_in_use_leaves_all_with_the_caller);
}

int
main(void)
{
	return unit_main("conn", tests);
}
