/* The life of a call: each of its stages, by whatever may happen in it. */
/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "engine/back_calls.h"
#include "engine/call.h"
#include "engine/call_ids.h"
#include "engine/limiter.h"
#include "engine/trace.h"
#include "fake_world.h"
#include "protocol/hdlc.h"
#include "protocol/pptp_msg.h"
#include "shared/call_record.h"
#include "unit.h"

#define PEER		99
#define AUTH_FAILED	(11 << 8)	/* pppd's, as wait(2) says it */

static struct limit_conf conf = { .connections = 64, .max_unauth = 64 };
static struct limit_conn limit;
static struct call *call;
static uint16_t id;
static int control;

/* --- the owner ----------------------------------------------------------- */

static bool waits;		/* what it says if there is no slot */
static struct call_record *kept;
static struct {
	unsigned int no_slot, kept, started, authenticated, auth_failed;
	unsigned int refused, failed, ended, given;
	enum ctrl_end end;	/* of refused, ended */
	uint8_t result, error;
} told;

static bool
on_no_slot(void *arg)
{
	(void)arg;
	told.no_slot++;
	return waits;
}

static void
on_kept(void *arg, struct call_record *rec)
{
	(void)arg;
	told.kept++;
	kept = rec;
	limit_has_slot(limiter_limits, &limit, engine_now_ms());
}

static void
on_started(void *arg)
{
	(void)arg;
	told.started++;
}

static void
on_authenticated(void *arg)
{
	(void)arg;
	told.authenticated++;
}

static void
on_auth_failed(void *arg)
{
	(void)arg;
	told.auth_failed++;
}

static void
on_refused(void *arg, enum ctrl_end end)
{
	(void)arg;
	told.refused++;
	told.end = end;
}

static void
on_failed(void *arg, uint8_t result, uint8_t error)
{
	(void)arg;
	told.failed++;
	told.result = result;
	told.error = error;
}

static void
on_ended(void *arg, enum ctrl_end end, struct call_record *rec)
{
	(void)arg;
	told.ended++;
	told.end = end;
	call_record_unmap(rec);
}

static void
on_given(void *arg)
{
	(void)arg;
	told.given++;
}

static const struct call_events events = {
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

static struct trace *traced;

static struct call_owner
owner(void)
{
	return (struct call_owner){ &events, &limit, htonl(WORLD_CLIENT),
	    htonl(WORLD_SERVER), PEER, control, &limit, &traced };
}

/* --- how far a call comes ------------------------------------------------ */

static void
make(void)
{
	world_init();
	ck_assert(limiter_configure(&conf));
	control = world_open(WORLD_TCP);
	ck_assert_int_eq(limit_open(limiter_limits, &limit,
	    htonl(WORLD_CLIENT), engine_now_ms()), CTRL_END_NONE);
	ck_assert_int_eq(limit_call(limiter_limits, &limit, engine_now_ms()),
	    CTRL_END_NONE);
}

static void
start(void)
{
	struct call_owner of;

	make();
	of = owner();
	call = call_start(&of, false);
	ck_assert_ptr_nonnull(call);
	id = call_id(call);
}

/* The monitor answers; with a keeper and a record if those are open. */
static void
answer(uint8_t result, uint8_t error, enum ctrl_end end, bool with)
{
	struct ipc_msg m;
	struct ipc_fds fds = { .n = 0 };

	ipc_msg_init(&m, IPC_CALL_REPLY, id);
	m.u.call_reply.result = result;
	m.u.call_reply.error = error;
	m.u.call_reply.end = end;
	if (with) {
		fds.n = IPC_REPLY_FDS;
		fds.fd[IPC_REPLY_FD_KEEPER] = world_open(WORLD_KEEPER);
		fds.fd[IPC_REPLY_FD_RECORD] = world_open(WORLD_RECORD);
	}
	call_reply(&m, &fds);
	ipc_fds_close(&fds);
	world_event_over();
}

static void
connected(void)
{
	answer(PPTP_OCRP_CONNECTED, PPTP_ERROR_NONE, CTRL_END_NONE, true);
}

static void
spawn(void)
{
	start();
	connected();
	ck_assert_uint_eq(told.kept, 1);
	kept->ctrl.call.window = 64;
}

static struct world_file *
keeper(void)
{
	return world_file(world_pick(WORLD_KEEPER, 0));
}

static void
keeper_says(enum ipc_type type, int status)
{
	struct world_file *f = keeper();

	ipc_msg_init(&f->msg, type, id);
	if (type == IPC_PPPD_EXIT)
		f->msg.u.pppd_exit.status = status;
	f->has_msg = true;
	world_serve();
}

/* pppd runs, on a pty of ours or the kernel's call. */
static void
keeper_ready(bool kernel)
{
	struct world_file *f = keeper();

	ipc_msg_init(&f->msg, IPC_KEEPER_READY, id);
	f->msg.u.ready.kernel = kernel;
	if (!kernel)
		f->msg_fd = world_open(WORLD_PTY);
	f->has_msg = true;
	world_serve();
}

static void
up(bool kernel)
{
	spawn();
	keeper_ready(kernel);
	ck_assert_uint_eq(told.started, 1);
}

static void
keeper_ends(void)
{
	keeper()->eof = true;
	world_serve();
}

/* The owner ends it. */
static struct call_record *
end(enum ctrl_end why)
{
	struct call_record *rec = call_end(call, why);

	world_event_over();
	return rec;
}

/* There is no call, and nothing of it is left. */
static void
is_gone(void)
{
	world_event_over();
	ck_assert_uint_eq(engine.calls, 0);
	ck_assert_ptr_null(call_ids_find(id));
	ck_assert_uint_eq(world_count(WORLD_KEEPER), 0);
	ck_assert_uint_eq(world_count(WORLD_PTY), 0);
	ck_assert_uint_eq(world_count(WORLD_RECORD), 0);
	ck_assert_uint_eq(world.records, 0);
	ck_assert(world_is_open(control));	/* it is the owner's */
}

/* It has told its owner that it has ended, once and for this reason. */
static void
has_ended(enum ctrl_end why)
{
	ck_assert_uint_eq(told.ended, 1);
	ck_assert_int_eq(told.end, why);
	ck_assert_uint_eq(told.failed, 0);
	is_gone();
}

/* --- start --------------------------------------------------------------- */

START_TEST(a_start_asks_the_monitor)
{
	start();
	ck_assert_uint_eq(world.nasked, 1);
	ck_assert_uint_eq(world.asked[0].call_id, id);
	ck_assert_uint_eq(world.asked[0].u.call_request.client_addr,
	    htonl(WORLD_CLIENT));
	ck_assert_uint_eq(world.asked[0].u.call_request.peer_id, PEER);
	ck_assert(!world.asked[0].u.call_request.again);
	ck_assert(!call_is_waiting(call));
	ck_assert_uint_eq(engine.calls, 1);
}
END_TEST

START_TEST(a_monitor_that_cannot_be_told_is_no_start)
{
	struct call_owner of;

	make();
	world.deaf = true;
	of = owner();
	ck_assert_ptr_null(call_start(&of, false));
	ck_assert_uint_eq(told.failed, 0);	/* its owner knows already */
	is_gone();
}
END_TEST

START_TEST(a_keeper_is_not_yet_a_start)
{
	spawn();
	ck_assert_uint_eq(kept->our_id, 0);	/* the monitor's to fill in */
	ck_assert_uint_eq(told.started, 0);
	ck_assert_uint_eq(world_count(WORLD_KEEPER), 1);
	ck_assert_uint_eq(world_count(WORLD_RECORD), 0);	/* mapped */
}
END_TEST

START_TEST(a_refusal_comes_to_the_owner_as_it_is)
{
	start();
	answer(PPTP_OCRP_ERROR, PPTP_ERROR_PAC, CTRL_END_NONE, false);
	ck_assert_uint_eq(told.refused, 0);
	ck_assert_uint_eq(told.failed, 1);
	ck_assert_uint_eq(told.result, PPTP_OCRP_ERROR);
	ck_assert_uint_eq(told.error, PPTP_ERROR_PAC);
	is_gone();
}
END_TEST

START_TEST(a_reason_is_told_before_the_refusal)
{
	start();
	answer(PPTP_OCRP_ERROR, PPTP_ERROR_NONE, CTRL_END_ADDRESS, false);
	ck_assert_uint_eq(told.refused, 1);
	ck_assert_int_eq(told.end, CTRL_END_ADDRESS);
	ck_assert_uint_eq(told.failed, 1);
	is_gone();
}
END_TEST

START_TEST(a_keeper_whose_record_is_none_is_a_failure)
{
	struct ipc_msg m;
	struct ipc_fds fds = { .n = IPC_REPLY_FDS };

	start();
	ipc_msg_init(&m, IPC_CALL_REPLY, id);
	m.u.call_reply.result = PPTP_OCRP_CONNECTED;
	fds.fd[IPC_REPLY_FD_KEEPER] = world_open(WORLD_KEEPER);
	fds.fd[IPC_REPLY_FD_RECORD] = world_open(WORLD_RECORD);
	world_file(fds.fd[IPC_REPLY_FD_RECORD])->eof = true;
	call_reply(&m, &fds);
	ipc_fds_close(&fds);
	ck_assert_uint_eq(told.failed, 1);
	ck_assert_uint_eq(told.result, PPTP_OCRP_ERROR);
	ck_assert_uint_eq(told.error, PPTP_ERROR_NO_RESOURCE);
	is_gone();
}
END_TEST

START_TEST(a_second_answer_changes_nothing)
{
	spawn();
	connected();
	ck_assert_uint_eq(told.kept, 1);
	ck_assert_uint_eq(world_count(WORLD_KEEPER), 1);
	ck_assert_uint_eq(world_count(WORLD_RECORD), 0);
}
END_TEST

/* --- no slot ------------------------------------------------------------- */

START_TEST(without_a_slot_it_has_failed)
{
	start();
	answer(PPTP_OCRP_BUSY, PPTP_ERROR_NONE, CTRL_END_NONE, false);
	ck_assert_uint_eq(told.no_slot, 1);
	ck_assert_uint_eq(told.failed, 1);
	ck_assert_uint_eq(told.result, PPTP_OCRP_BUSY);
	ck_assert_uint_eq(told.refused, 1);
	ck_assert_int_eq(told.end, CTRL_END_BUSY);
	is_gone();
}
END_TEST

/* There is no slot, and it waits for one. */
static void
wait_for_slot(void)
{
	start();
	waits = true;
	answer(PPTP_OCRP_BUSY, PPTP_ERROR_NONE, CTRL_END_NONE, false);
	ck_assert(call_is_waiting(call));
	ck_assert_uint_eq(told.failed, 0);
	world.nasked = 0;
}

START_TEST(who_waits_for_a_slot_asks_again)
{
	wait_for_slot();
	world_pass(300);
	ck_assert_uint_eq(world.nasked, 1);
	ck_assert_uint_eq(world.asked[0].call_id, id);
	ck_assert(world.asked[0].u.call_request.again);
	ck_assert(!call_is_waiting(call));
}
END_TEST

START_TEST(who_has_waited_too_long_has_failed)
{
	wait_for_slot();
	for (int i = 0; i < 60 && told.failed == 0; i++) {
		world_pass(300);
		ck_assert_uint_eq(world.nasked, 1);
		world.nasked = 0;
		answer(PPTP_OCRP_BUSY, PPTP_ERROR_NONE, CTRL_END_NONE, false);
	}
	ck_assert_uint_eq(told.failed, 1);
	ck_assert_uint_eq(told.result, PPTP_OCRP_BUSY);
	is_gone();
}
END_TEST

START_TEST(who_waits_may_find_the_monitor_gone)
{
	wait_for_slot();
	world.deaf = true;
	world_pass(300);
	ck_assert_uint_eq(told.failed, 1);
	ck_assert_uint_eq(told.result, PPTP_OCRP_ERROR);
	is_gone();
}
END_TEST

START_TEST(who_is_ended_while_it_waits_asks_no_more)
{
	wait_for_slot();
	ck_assert_ptr_null(end(CTRL_END_EOF));
	world_pass(1000);
	ck_assert_uint_eq(world.nasked, 0);
	is_gone();
}
END_TEST

/* --- the owner ends it --------------------------------------------------- */

START_TEST(ended_while_asked_for_its_keeper_hangs_up)
{
	start();
	ck_assert_ptr_null(end(CTRL_END_EOF));
	ck_assert_uint_eq(engine.calls, 1);	/* the monitor still answers */
	connected();
	ck_assert_uint_eq(told.kept, 0);
	ck_assert_uint_eq(world.hangups, 1);
	is_gone();
}
END_TEST

START_TEST(ended_while_asked_for_a_refusal_is_told_to_nobody)
{
	start();
	(void)end(CTRL_END_EOF);
	answer(PPTP_OCRP_BUSY, PPTP_ERROR_NONE, CTRL_END_ADDRESS, false);
	ck_assert_uint_eq(told.no_slot + told.refused + told.failed, 0);
	is_gone();
}
END_TEST

/* Its record is the owner's, and says why. */
static void
ends_with_its_record(enum ctrl_end why)
{
	struct call_record *rec = end(why);

	ck_assert_ptr_eq(rec, kept);
	ck_assert_int_eq(rec->end, why);
	call_record_unmap(rec);
	ck_assert_uint_eq(told.ended, 0);	/* it knows */
	ck_assert_uint_eq(world.hangups, 1);
}

START_TEST(ended_before_it_is_up_it_is_gone)
{
	spawn();
	ends_with_its_record(CTRL_END_EOF);
	is_gone();
}
END_TEST

START_TEST(ended_on_a_pty_it_is_gone)
{
	up(false);
	ends_with_its_record(CTRL_END_CLEARED);
	/* The last close of a pty takes time: that is for the keeper. */
	ck_assert_uint_eq(world.hangups, 1);
	ck_assert_uint_eq(world.hangups_pty, 0);
	is_gone();
}
END_TEST

/* The kernel has its frames: pppd's verdict on the client is waited for. */
static void
ended_in_kernel(void)
{
	up(true);
	ends_with_its_record(CTRL_END_CLEARED);
	ck_assert_uint_eq(engine.calls, 1);
}

START_TEST(ended_in_the_kernel_a_late_verdict_counts)
{
	conf.auth_penalty = 60;
	ended_in_kernel();
	keeper_says(IPC_PPPD_EXIT, AUTH_FAILED);
	ck_assert_uint_eq(limiter_count(CTRL_END_NO_AUTH), 1);
	ck_assert_uint_eq(told.auth_failed, 0);	/* nobody is left to hear */
	is_gone();
}
END_TEST

START_TEST(ended_in_the_kernel_another_exit_does_not_count)
{
	ended_in_kernel();
	keeper_says(IPC_PPPD_EXIT, 0);
	ck_assert_uint_eq(limiter_count(CTRL_END_NO_AUTH), 0);
	is_gone();
}
END_TEST

START_TEST(ended_in_the_kernel_the_keeper_may_just_go)
{
	ended_in_kernel();
	keeper_ends();
	ck_assert_uint_eq(told.ended, 0);
	is_gone();
}
END_TEST

START_TEST(ended_twice_is_ended_once)
{
	ended_in_kernel();
	ck_assert_ptr_null(call_end(call, CTRL_END_EOF));
	ck_assert_uint_eq(engine.calls, 1);
	keeper_ends();
	is_gone();
}
END_TEST

START_TEST(with_a_verdict_nothing_is_waited_for)
{
	up(true);
	keeper_says(IPC_AUTHENTICATED, 0);
	ck_assert_uint_eq(told.authenticated, 1);
	ends_with_its_record(CTRL_END_CLEARED);
	is_gone();
}
END_TEST

START_TEST(an_engine_that_stops_waits_for_no_verdict)
{
	up(true);
	engine.stopping = true;
	ends_with_its_record(CTRL_END_SHUTDOWN);
	is_gone();
}
END_TEST

/* --- the keeper ---------------------------------------------------------- */

START_TEST(the_keeper_s_end_before_the_start_is_no_start)
{
	spawn();
	keeper_ends();
	has_ended(CTRL_END_NOT_STARTED);
}
END_TEST

START_TEST(a_keeper_that_fails_is_no_start)
{
	spawn();
	keeper_says(IPC_KEEPER_FAILED, 0);
	has_ended(CTRL_END_NOT_STARTED);
}
END_TEST

START_TEST(a_keeper_without_the_pty_is_no_start)
{
	spawn();
	keeper_says(IPC_KEEPER_READY, 0);
	has_ended(CTRL_END_NOT_STARTED);
}
END_TEST

START_TEST(the_keeper_s_end_of_a_call_that_is_up_loses_it)
{
	up(false);
	keeper_ends();
	has_ended(CTRL_END_LOST);
}
END_TEST

START_TEST(a_keeper_that_makes_no_sense_loses_the_call)
{
	up(false);
	keeper_says(IPC_PING, 0);
	has_ended(CTRL_END_LOST);
}
END_TEST

START_TEST(a_second_pty_loses_the_call)
{
	up(false);
	keeper_ready(false);
	has_ended(CTRL_END_LOST);
}
END_TEST

START_TEST(pppd_s_exit_ends_it)
{
	up(false);
	keeper_says(IPC_PPPD_EXIT, 0);
	ck_assert_uint_eq(told.auth_failed, 0);
	has_ended(CTRL_END_PPPD);
}
END_TEST

START_TEST(pppd_s_exit_may_be_a_failed_login)
{
	up(false);
	keeper_says(IPC_PPPD_EXIT, AUTH_FAILED);
	ck_assert_uint_eq(told.auth_failed, 1);
	has_ended(CTRL_END_AUTH_FAILED);
}
END_TEST

START_TEST(an_administrator_s_signal_ends_it)
{
	up(false);
	keeper_says(IPC_TERM, 0);
	has_ended(CTRL_END_ADMIN);
}
END_TEST

START_TEST(a_kernel_that_takes_nothing_ends_it)
{
	up(true);
	keeper_says(IPC_STALLED, 0);
	/* pppd's verdict is outstanding. */
	ck_assert_uint_eq(told.ended, 1);
	keeper_ends();
	has_ended(CTRL_END_STALLED);
}
END_TEST

START_TEST(another_pppd_does_not_end_it)
{
	up(false);
	keeper_says(IPC_PPPD_RESTARTED, 0);
	ck_assert_uint_eq(told.ended, 0);
	ck_assert_uint_eq(engine.calls, 1);
}
END_TEST

START_TEST(pppd_s_first_word_is_news)
{
	static const uint8_t lcp[] = { 0xFF, 3, 0xC0, 0x21, 9, 1, 0, 4 };
	uint8_t buf[HDLC_ENCODED_MAX(sizeof(lcp))];

	up(false);
	ck_assert_uint_eq(world.nnews, 0);
	world_feed(world_file(world_pick(WORLD_PTY, 0)), buf,
	    hdlc_encode(buf, lcp, sizeof(lcp)));
	world_serve();
	ck_assert_uint_eq(world.nnews, 1);
	ck_assert_int_eq(world.news[0], IPC_NEWS_SPOKEN);
}
END_TEST

START_TEST(in_the_kernel_pppd_need_not_speak)
{
	up(true);
	ck_assert_uint_eq(world.nnews, 1);
	ck_assert_int_eq(world.news[0], IPC_NEWS_SPOKEN);
}
END_TEST

START_TEST(the_kernel_s_call_may_come_back_to_a_pty)
{
	up(true);
	keeper_ready(false);
	ck_assert_uint_eq(told.started, 1);	/* it was told */
	ck_assert_uint_eq(told.ended, 0);
	ck_assert_uint_eq(world_count(WORLD_PTY), 1);
	world_file(world_pick(WORLD_PTY, 0))->error = EIO;
	world_serve();
	world_pass(500);		/* so its line is open */
	has_ended(CTRL_END_PPPD);
}
END_TEST

START_TEST(a_pty_that_pppd_has_left_ends_it)
{
	up(false);
	world_file(world_pick(WORLD_PTY, 0))->error = EIO;
	world_serve();
	ck_assert_uint_eq(told.ended, 0);
	world_pass(500);
	has_ended(CTRL_END_PPPD);
}
END_TEST

/* --- administrators ------------------------------------------------------ */

START_TEST(kicked_while_asked_for_it_was_not_started)
{
	start();
	call_kick(id, CTRL_END_ADMIN);
	ck_assert_uint_eq(told.ended, 1);
	connected();
	has_ended(CTRL_END_NOT_STARTED);
}
END_TEST

START_TEST(kicked_when_up_it_ends)
{
	up(false);
	call_kick(id, CTRL_END_ADMIN);
	has_ended(CTRL_END_ADMIN);
}
END_TEST

START_TEST(kicked_when_it_has_ended_it_stays_so)
{
	ended_in_kernel();
	call_kick(id, CTRL_END_ADMIN);
	ck_assert_uint_eq(told.ended, 0);
	keeper_ends();
	is_gone();
}
END_TEST

START_TEST(calls_with_a_record_are_listed)
{
	uint32_t next = 1;

	start();
	ck_assert_ptr_null(call_next_record(&next));
	connected();
	next = 1;
	ck_assert_ptr_eq(call_next_record(&next), kept);
	ck_assert_uint_eq(next, id + 1U);
	ck_assert_ptr_null(call_next_record(&next));
}
END_TEST

/* --- other engines ------------------------------------------------------- */

/* One whose Call ID is a back engine's has a keeper. */
static void
spawn_away(void)
{
	engine.first_call_id = 7;
	start();
	ck_assert_uint_eq(id, 7);
	engine.count = 2;
	connected();
	kept->our_id = id;
	kept->client_addr = htonl(WORLD_CLIENT);
}

START_TEST(another_engine_s_call_is_given_to_it)
{
	spawn_away();
	keeper_ready(false);
	ck_assert_uint_eq(world.given, 1);
	ck_assert_uint_eq(world.told.call_id, 7);
	ck_assert_uint_eq(told.given, 1);
	ck_assert_uint_eq(told.started + told.ended, 0);
	ck_assert_uint_eq(engine.calls, 0);
	ck_assert_uint_eq(world_count(WORLD_KEEPER), 0);
	ck_assert_uint_eq(world_count(WORLD_PTY), 0);
	ck_assert_ptr_eq(back_calls_record(7), kept);
	ck_assert_uint_eq(world.records, 1);
}
END_TEST

START_TEST(a_call_that_cannot_be_given_is_not_started)
{
	spawn_away();
	world.deaf = true;
	keeper_ready(false);
	ck_assert_uint_eq(told.given, 0);
	ck_assert_uint_eq(back_calls_count(), 0);
	has_ended(CTRL_END_NOT_STARTED);
}
END_TEST

START_TEST(a_given_call_is_kicked_where_it_is)
{
	spawn_away();
	keeper_ready(true);
	call_kick(7, CTRL_END_ADMIN);
	ck_assert_int_eq(world.told.type, IPC_CALL_KICK);
	ck_assert_uint_eq(world.told.call_id, 7);
	ck_assert_uint_eq(told.ended, 0);
}
END_TEST

START_TEST(a_call_that_stays_has_an_id_of_ours)
{
	struct call_owner of;

	make();
	engine.count = 64;
	of = owner();
	call = call_start(&of, true);
	ck_assert_ptr_nonnull(call);
	ck_assert_uint_eq(call_id(call) % 64, 0);
}
END_TEST

/* A call that another engine has left, with a pty or in the kernel. */
static void
adopt(enum ctrl_call_state state, bool pty)
{
	struct call_owner of;

	make();
	id = 7;
	kept = world_record(id);
	kept->ctrl.call_state = state;
	kept->ctrl.call.window = 64;
	of = owner();
	call = call_adopt(&of, kept, world_open(WORLD_KEEPER),
	    pty ? world_open(WORLD_PTY) : -1);
	ck_assert_ptr_nonnull(call);
	call_resume(call);
	ck_assert_uint_eq(engine.calls, 1);
}

START_TEST(adopted_before_its_reply_it_is_started)
{
	adopt(CTRL_CALL_WAIT_START, true);
	ck_assert_uint_eq(told.started, 1);
	ends_with_its_record(CTRL_END_CLEARED);
	is_gone();
}
END_TEST

START_TEST(adopted_when_it_is_up_it_goes_on)
{
	adopt(CTRL_CALL_UP, true);
	ck_assert_uint_eq(told.started, 0);
	keeper_says(IPC_PPPD_EXIT, 0);
	has_ended(CTRL_END_PPPD);
}
END_TEST

START_TEST(adopted_in_the_kernel_it_goes_on)
{
	adopt(CTRL_CALL_UP, false);
	ck_assert_uint_eq(told.started, 0);
	keeper_says(IPC_AUTHENTICATED, 0);
	ck_assert_uint_eq(told.authenticated, 1);
	keeper_says(IPC_TERM, 0);
	has_ended(CTRL_END_ADMIN);
}
END_TEST

START_TEST(a_call_id_in_use_is_not_adopted)
{
	struct call_record *rec;
	struct call_owner of;

	adopt(CTRL_CALL_UP, true);
	rec = world_record(id);
	of = owner();
	ck_assert_ptr_null(call_adopt(&of, rec, -1, -1));
	ck_assert_int_eq(errno, EEXIST);
	ck_assert_uint_eq(engine.calls, 1);
	ck_assert_ptr_eq(call_ids_find(id), call);
	call_record_unmap(rec);		/* still the caller's */
}
END_TEST

/* One trace of a call, with two places; without a pty there is one. */
START_TEST(a_call_is_traced_once)
{
	struct call_record *rec;

	ck_assert_int_eq(call_trace(1, -1, 1, 1), CALL_TRACE_NONE);
	up(_i == 1);
	ck_assert_int_eq(call_trace(id, -1, 0, 1), CALL_TRACE_BUSY);
	ck_assert_int_eq(call_trace(id, -1, 1, 1), CALL_TRACED);
	ck_assert_ptr_nonnull(traced);
	ck_assert_int_eq(call_trace(id, -1, 1, 1), CALL_TRACE_BUSY);
	rec = end(CTRL_END_EOF);
	ck_assert_int_eq(call_trace(id, -1, 1, 1), CALL_TRACE_NONE);
	/* The connection's messages about the end are still to come. */
	ck_assert(world.tracing);
	trace_detach(&traced);
	ck_assert(!world.tracing);
	call_record_unmap(rec);
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_loop_test(tc, a_call_is_traced_once, 0, 2);
	tcase_add_test(tc, a_start_asks_the_monitor);
	tcase_add_test(tc, a_monitor_that_cannot_be_told_is_no_start);
	tcase_add_test(tc, a_keeper_is_not_yet_a_start);
	tcase_add_test(tc, a_refusal_comes_to_the_owner_as_it_is);
	tcase_add_test(tc, a_reason_is_told_before_the_refusal);
	tcase_add_test(tc, a_keeper_whose_record_is_none_is_a_failure);
	tcase_add_test(tc, a_second_answer_changes_nothing);
	tcase_add_test(tc, without_a_slot_it_has_failed);
	tcase_add_test(tc, who_waits_for_a_slot_asks_again);
	tcase_add_test(tc, who_has_waited_too_long_has_failed);
	tcase_add_test(tc, who_waits_may_find_the_monitor_gone);
	tcase_add_test(tc, who_is_ended_while_it_waits_asks_no_more);
	tcase_add_test(tc, ended_while_asked_for_its_keeper_hangs_up);
	tcase_add_test(tc, ended_while_asked_for_a_refusal_is_told_to_nobody);
	tcase_add_test(tc, ended_before_it_is_up_it_is_gone);
	tcase_add_test(tc, ended_on_a_pty_it_is_gone);
	tcase_add_test(tc, ended_in_the_kernel_a_late_verdict_counts);
	tcase_add_test(tc, ended_in_the_kernel_another_exit_does_not_count);
	tcase_add_test(tc, ended_in_the_kernel_the_keeper_may_just_go);
	tcase_add_test(tc, ended_twice_is_ended_once);
	tcase_add_test(tc, with_a_verdict_nothing_is_waited_for);
	tcase_add_test(tc, an_engine_that_stops_waits_for_no_verdict);
	tcase_add_test(tc, the_keeper_s_end_before_the_start_is_no_start);
	tcase_add_test(tc, a_keeper_that_fails_is_no_start);
	tcase_add_test(tc, a_keeper_without_the_pty_is_no_start);
	tcase_add_test(tc, the_keeper_s_end_of_a_call_that_is_up_loses_it);
	tcase_add_test(tc, a_keeper_that_makes_no_sense_loses_the_call);
	tcase_add_test(tc, a_second_pty_loses_the_call);
	tcase_add_test(tc, pppd_s_exit_ends_it);
	tcase_add_test(tc, pppd_s_exit_may_be_a_failed_login);
	tcase_add_test(tc, an_administrator_s_signal_ends_it);
	tcase_add_test(tc, a_kernel_that_takes_nothing_ends_it);
	tcase_add_test(tc, another_pppd_does_not_end_it);
	tcase_add_test(tc, pppd_s_first_word_is_news);
	tcase_add_test(tc, in_the_kernel_pppd_need_not_speak);
	tcase_add_test(tc, the_kernel_s_call_may_come_back_to_a_pty);
	tcase_add_test(tc, a_pty_that_pppd_has_left_ends_it);
	tcase_add_test(tc, kicked_while_asked_for_it_was_not_started);
	tcase_add_test(tc, kicked_when_up_it_ends);
	tcase_add_test(tc, kicked_when_it_has_ended_it_stays_so);
	tcase_add_test(tc, calls_with_a_record_are_listed);
	tcase_add_test(tc, another_engine_s_call_is_given_to_it);
	tcase_add_test(tc, a_call_that_cannot_be_given_is_not_started);
	tcase_add_test(tc, a_given_call_is_kicked_where_it_is);
	tcase_add_test(tc, a_call_that_stays_has_an_id_of_ours);
	tcase_add_test(tc, adopted_before_its_reply_it_is_started);
	tcase_add_test(tc, adopted_when_it_is_up_it_goes_on);
	tcase_add_test(tc, adopted_in_the_kernel_it_goes_on);
	tcase_add_test(tc, a_call_id_in_use_is_not_adopted);
}

int
main(void)
{
	return unit_main("call", tests);
}
