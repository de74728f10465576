/* Control connection and call: events in, messages and actions out. */
/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/wire.h"
#include "state/ctrl_out.h"
#include "unit.h"

#define PEER_ID	0x1234
#define OUR_ID	0xBEEF
#define SECOND	1000

static struct ctrl c;
static uint64_t now;
static char last_log[LOG_LINE_MAX];

static void
keep_log(int priority, const char *line, void *arg)
{
	(void)priority;
	(void)arg;
	snprintf(last_log, sizeof(last_log), "%s", line);
}

static void
setup(void)
{
	now = 1000000;
	last_log[0] = '\0';
	log_set_sink(keep_log, NULL);
	ctrl_init(&c, "198.51.100.20", 10 * SECOND, now);
}

/* --- the client's side --- */

static unsigned int
feed(const void *octets, size_t len)
{
	const uint8_t *p = octets;
	unsigned int todo = 0;

	while (len > 0)
		todo |= ctrl_input(&c, &p, &len, now);
	return todo;
}

static unsigned int
give(const struct pptp_msg *m)
{
	uint8_t buf[PPTP_MSG_MAX];
	size_t n = pptp_msg_encode(buf, sizeof(buf), m);

	ck_assert_uint_gt(n, 0);
	return feed(buf, n);
}

static unsigned int
give_type(uint16_t type)
{
	struct pptp_msg m = { .type = type };

	return give(&m);
}

static unsigned int
give_sccrq(uint16_t version)
{
	struct pptp_msg m = { .type = PPTP_SCCRQ };

	m.u.start.version = version;
	return give(&m);
}

static unsigned int
give_ocrq(uint16_t call_id)
{
	struct pptp_msg m = { .type = PPTP_OCRQ };

	m.u.ocrq.call_id = call_id;
	m.u.ocrq.max_bps = 10000000;
	m.u.ocrq.window = 64;
	return give(&m);
}

static unsigned int
give_ccrq(uint16_t call_id)
{
	struct pptp_msg m = { .type = PPTP_CCRQ };

	m.u.ccrq.call_id = call_id;
	return give(&m);
}

static unsigned int
give_echo_reply(uint32_t id)
{
	struct pptp_msg m = { .type = PPTP_ECHORP };

	m.u.echo.id = id;
	m.u.echo.result = PPTP_RESULT_OK;
	return give(&m);
}

/* --- what it gets --- */

/* Takes the next message out; type 0 when there is none. */
static struct pptp_msg
take(void)
{
	struct pptp_msg m;
	const uint8_t *data;
	size_t len = ctrl_out_next(&c, &data);

	memset(&m, 0, sizeof(m));
	if (len == 0)
		return m;
	ck_assert_int_eq(pptp_msg_decode(data, len, &m), PPTP_DECODED);
	ck_assert_uint_eq(len, pptp_msg_length(m.type));
	ctrl_out_sent(&c, len);
	return m;
}

static void
expect(uint16_t type)
{
	ck_assert_uint_eq(take().type, type);
}

static void
expect_silence(void)
{
	expect(0);
}

static void
establish(void)
{
	ck_assert_uint_eq(give_sccrq(PPTP_VERSION), 0);
	expect(PPTP_SCCRP);
	ck_assert_int_eq(c.state, CTRL_ESTABLISHED);
}

static void
call_up(void)
{
	establish();
	ck_assert_uint_eq(give_ocrq(PEER_ID), CTRL_DO_START);
	ctrl_call_starting(&c, OUR_ID);
	expect_silence();
	ck_assert_uint_eq(ctrl_call_started(&c, now), 0);
	expect(PPTP_OCRP);
}

/* --- establishment --- */

START_TEST(sccrp_has_poptops_values)
{
	static const uint8_t host[PPTP_NAME_LEN] = "local";
	static const uint8_t vendor[PPTP_NAME_LEN] = "linux";
	struct pptp_msg m;

	give_sccrq(PPTP_VERSION);
	m = take();
	ck_assert_uint_eq(m.type, PPTP_SCCRP);
	ck_assert_uint_eq(m.u.start.version, 0x0100);
	ck_assert_uint_eq(m.u.start.result, PPTP_SCCRP_OK);
	ck_assert_uint_eq(m.u.start.error, 0);
	ck_assert_uint_eq(m.u.start.framing, 0);
	ck_assert_uint_eq(m.u.start.bearer, 0);
	ck_assert_uint_eq(m.u.start.max_channels, 1);
	ck_assert_uint_eq(m.u.start.firmware, 1);
	ck_assert_mem_eq(m.u.start.host, host, sizeof(host));
	ck_assert_mem_eq(m.u.start.vendor, vendor, sizeof(vendor));
}
END_TEST

START_TEST(newer_version_gets_ours)
{
	ck_assert_uint_eq(give_sccrq(0x0200), 0);
	ck_assert_uint_eq(take().u.start.version, 0x0100);
	ck_assert_int_eq(c.state, CTRL_ESTABLISHED);
}
END_TEST

START_TEST(older_version_is_refused)
{
	ck_assert_uint_eq(give_sccrq(0x0001), CTRL_DO_CLOSE);
	ck_assert_uint_eq(take().u.start.result, PPTP_SCCRP_VERSION);
	ck_assert_int_eq(c.state, CTRL_CLOSED);
}
END_TEST

START_TEST(second_sccrq_changes_nothing)
{
	call_up();
	ck_assert_uint_eq(give_sccrq(PPTP_VERSION), 0);
	ck_assert_uint_eq(take().u.start.result, PPTP_SCCRP_EXISTS);
	ck_assert_int_eq(c.call_state, CTRL_CALL_UP);
}
END_TEST

/* Anything but SCCRQ first, and every sort of rubbish: RST, no answer. */
START_TEST(first_message_must_be_sccrq)
{
	for (uint16_t type = 2; type <= PPTP_SLI; type++) {
		setup();
		ck_assert_uint_eq(give_type(type),
		    CTRL_DO_CLOSE | CTRL_DO_RESET);
		expect_silence();
		ck_assert_int_eq(c.end, CTRL_END_PROTOCOL);
	}
}
END_TEST

START_TEST(scanner_of_2003_gets_rst)
{
	uint8_t probe[1500];

	memset(probe, 'A', sizeof(probe));
	probe[0] = probe[1] = 0;
	ck_assert_uint_eq(feed(probe, sizeof(probe)),
	    CTRL_DO_CLOSE | CTRL_DO_RESET);
	expect_silence();
}
END_TEST

START_TEST(lost_cookie_ends_everything)
{
	uint8_t buf[16] = { 0, 16, 0, 1, 0x1A, 0x2B, 0x3C, 0x4E };

	call_up();
	ck_assert_uint_eq(feed(buf, sizeof(buf)), CTRL_DO_CLOSE | CTRL_DO_END);
	expect_silence();
}
END_TEST

/* Poptop answered a 12-octet OCRQ with what lay on its stack. */
START_TEST(short_message_is_not_answered)
{
	for (uint16_t type = 1; type <= PPTP_SLI; type++) {
		uint8_t buf[PPTP_MSG_MAX];
		struct pptp_msg m = { .type = type };
		size_t n = pptp_msg_encode(buf, sizeof(buf), &m);

		setup();
		establish();
		buf[0] = (n - 1) >> 8;
		buf[1] = (n - 1) & 0xFF;
		ck_assert_uint_eq(feed(buf, n - 1), CTRL_DO_CLOSE);
		expect_silence();
	}
}
END_TEST

START_TEST(unknown_messages_are_skipped_not_for_ever)
{
	uint8_t buf[16] = { 0, 16, 0, 1, 0x1A, 0x2B, 0x3C, 0x4D, 0, 99 };
	unsigned int todo = 0;
	int n;

	establish();
	ck_assert_uint_eq(feed(buf, sizeof(buf)), 0);
	expect_silence();
	ck_assert_str_eq(last_log,
	    "CTRL: PPTP Control Message type 99 not supported.");
	for (n = 1; todo == 0 && n < 1000; n++)
		todo = feed(buf, sizeof(buf));
	ck_assert_uint_eq(todo, CTRL_DO_CLOSE);
	ck_assert_int_eq(n, 64);
}
END_TEST

START_TEST(management_messages_close_at_the_third)
{
	uint8_t buf[16] = { 0, 16, 0, 2, 0x1A, 0x2B, 0x3C, 0x4D, 0, 5 };

	establish();
	ck_assert_uint_eq(feed(buf, sizeof(buf)), 0);
	ck_assert_uint_eq(feed(buf, sizeof(buf)), 0);
	ck_assert_uint_eq(feed(buf, sizeof(buf)), CTRL_DO_CLOSE);
}
END_TEST

START_TEST(messages_not_for_us_are_ignored)
{
	static const uint16_t types[] = { PPTP_SCCRP, PPTP_STOPCCRP,
	    PPTP_OCRP, PPTP_ICRP, PPTP_ICCN, PPTP_CDN, PPTP_WEN,
	    PPTP_ECHORP };

	call_up();
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		ck_assert_uint_eq(give_type(types[i]), 0);
		expect_silence();
	}
	ck_assert_int_eq(c.call_state, CTRL_CALL_UP);
}
END_TEST

/* It shows that the client listens; nothing else comes of it. */
START_TEST(set_link_info_is_told)
{
	establish();
	ck_assert_uint_eq(give_type(PPTP_SLI), 0);
	expect_silence();
	call_up();
	ck_assert_uint_eq(give_type(PPTP_SLI), CTRL_DO_LINKED);
	expect_silence();
	ck_assert_int_eq(c.call_state, CTRL_CALL_UP);
}
END_TEST

START_TEST(incoming_call_is_refused)
{
	struct pptp_msg m = { .type = PPTP_ICRQ };

	establish();
	m.u.icrq.call_id = 77;
	ck_assert_uint_eq(give(&m), 0);
	m = take();
	ck_assert_uint_eq(m.type, PPTP_ICRP);
	ck_assert_uint_eq(m.u.icrp.call_id, 0);
	ck_assert_uint_eq(m.u.icrp.peer_call_id, 77);
	ck_assert_uint_eq(m.u.icrp.result, PPTP_ICRP_FORBIDDEN);
}
END_TEST

/* --- keep-alive --- */

START_TEST(echo_is_answered)
{
	struct pptp_msg m = { .type = PPTP_ECHORQ };

	establish();
	m.u.echo.id = 0x01020304;
	ck_assert_uint_eq(give(&m), 0);
	m = take();
	ck_assert_uint_eq(m.type, PPTP_ECHORP);
	ck_assert_uint_eq(m.u.echo.id, 0x01020304);
	ck_assert_uint_eq(m.u.echo.result, PPTP_RESULT_OK);
}
END_TEST

START_TEST(silence_is_asked_about_and_then_ended)
{
	call_up();
	ck_assert_uint_eq(ctrl_deadline(&c), now + 60 * SECOND);
	now += 60 * SECOND - 1;
	ck_assert_uint_eq(ctrl_timer(&c, now), 0);
	expect_silence();
	now++;
	ck_assert_uint_eq(ctrl_timer(&c, now), 0);
	expect(PPTP_ECHORQ);
	now += 60 * SECOND - 1;
	ck_assert_uint_eq(ctrl_timer(&c, now), 0);
	now++;
	ck_assert_uint_eq(ctrl_timer(&c, now), CTRL_DO_END | CTRL_DO_CLOSE);
	ck_assert_int_eq(c.end, CTRL_END_ECHO);
	ck_assert_str_eq(last_log, "CTRL: Session timed out, ending call");
}
END_TEST

START_TEST(only_the_right_echo_reply_counts)
{
	uint32_t id;

	call_up();
	now += 60 * SECOND;
	ctrl_timer(&c, now);
	id = take().u.echo.id;
	ck_assert_uint_eq(give_echo_reply(id + 1), 0);
	ck_assert(c.echo_wait);
	ck_assert_uint_eq(give_echo_reply(id), 0);
	ck_assert(!c.echo_wait);
	ck_assert_uint_eq(ctrl_deadline(&c), now + 60 * SECOND);
}
END_TEST

START_TEST(a_month_of_echoes)
{
	call_up();
	for (int minutes = 0; minutes < 30 * 24 * 60; minutes++) {
		struct pptp_msg m;

		now = ctrl_deadline(&c);
		ck_assert_uint_eq(ctrl_timer(&c, now), 0);
		m = take();
		ck_assert_uint_eq(m.type, PPTP_ECHORQ);
		ck_assert_uint_eq(give_echo_reply(m.u.echo.id), 0);
	}
	ck_assert_int_eq(c.call_state, CTRL_CALL_UP);
}
END_TEST

/* --- time limits --- */

START_TEST(sccrq_must_come_in_time)
{
	uint8_t part[4] = { 0, 156, 0, 1 };

	now += 9 * SECOND;
	feed(part, sizeof(part));	/* a part of it is not enough */
	now += SECOND;
	ck_assert_uint_eq(ctrl_timer(&c, now), CTRL_DO_CLOSE);
	ck_assert_int_eq(c.end, CTRL_END_NO_SCCRQ);
}
END_TEST

START_TEST(ocrq_must_come_in_time)
{
	establish();
	now += 30 * SECOND;
	give_type(PPTP_ECHORQ);
	expect(PPTP_ECHORP);
	now += 30 * SECOND;
	ck_assert_uint_eq(ctrl_timer(&c, now), 0);
	ck_assert_uint_eq(take().u.stop.reason, PPTP_STOP_NONE);
	ck_assert_int_eq(c.state, CTRL_WAIT_STOP_REPLY);
}
END_TEST

START_TEST(message_must_be_completed)
{
	uint8_t part[4] = { 0, 16, 0, 1 };

	call_up();
	feed(part, sizeof(part));
	now += 9 * SECOND;
	feed(part + 2, 1);		/* a drop now and then is no excuse */
	ck_assert_uint_eq(ctrl_timer(&c, now), 0);
	now += SECOND;
	ck_assert_uint_eq(ctrl_timer(&c, now), CTRL_DO_CLOSE | CTRL_DO_END);
}
END_TEST

START_TEST(stop_reply_is_waited_for_5_s)
{
	call_up();
	ctrl_stop(&c, CTRL_END_SHUTDOWN, now);
	ck_assert_uint_eq(ctrl_deadline(&c), now + 5 * SECOND);
	now += 5 * SECOND;
	ck_assert_uint_eq(ctrl_timer(&c, now), CTRL_DO_CLOSE);
}
END_TEST

START_TEST(call_that_does_not_start_times_out)
{
	struct pptp_msg m;

	establish();
	give_ocrq(PEER_ID);
	ctrl_call_starting(&c, OUR_ID);
	now += 60 * SECOND;
	ck_assert_uint_eq(ctrl_timer(&c, now), CTRL_DO_END);
	m = take();
	ck_assert_uint_eq(m.u.ocrp.result, PPTP_OCRP_TIMEOUT);
	ck_assert_uint_eq(m.u.ocrp.peer_call_id, PEER_ID);
}
END_TEST

/* --- calls --- */

START_TEST(ocrp_has_poptops_values)
{
	struct pptp_msg m;

	establish();
	give_ocrq(PEER_ID);
	ctrl_call_starting(&c, OUR_ID);
	ctrl_call_started(&c, now);
	m = take();
	ck_assert_uint_eq(m.type, PPTP_OCRP);
	ck_assert_uint_eq(m.u.ocrp.call_id, OUR_ID);
	ck_assert_uint_eq(m.u.ocrp.peer_call_id, PEER_ID);
	ck_assert_uint_eq(m.u.ocrp.result, PPTP_OCRP_CONNECTED);
	ck_assert_uint_eq(m.u.ocrp.error, 0);
	ck_assert_uint_eq(m.u.ocrp.cause, 0);
	ck_assert_uint_eq(m.u.ocrp.speed, 10000000);
	ck_assert_uint_eq(m.u.ocrp.window, 64);
	ck_assert_uint_eq(m.u.ocrp.delay, 0);
	ck_assert_uint_eq(m.u.ocrp.channel, 0);
}
END_TEST

/* Windows XP calls with Call ID 0. */
START_TEST(call_id_0_of_a_peer_is_legal)
{
	establish();
	ck_assert_uint_eq(give_ocrq(0), CTRL_DO_START);
	ctrl_call_starting(&c, OUR_ID);
	ctrl_call_started(&c, now);
	expect(PPTP_OCRP);
	ck_assert_uint_eq(give_ccrq(0), CTRL_DO_END);
	expect(PPTP_CDN);
}
END_TEST

START_TEST(refused_call_leaves_the_connection)
{
	struct pptp_msg m;

	establish();
	give_ocrq(PEER_ID);
	ctrl_call_starting(&c, OUR_ID);
	ck_assert_uint_eq(ctrl_call_failed(&c, PPTP_OCRP_BUSY, 0, now),
	    CTRL_DO_END);
	m = take();
	ck_assert_uint_eq(m.u.ocrp.result, PPTP_OCRP_BUSY);
	ck_assert_uint_eq(m.u.ocrp.call_id, 0);
	ck_assert_uint_eq(m.u.ocrp.peer_call_id, PEER_ID);
	ck_assert_int_eq(c.state, CTRL_ESTABLISHED);
	ck_assert_uint_eq(give_ocrq(PEER_ID), CTRL_DO_START);
}
END_TEST

/* Poptop killed the first call. */
START_TEST(second_ocrq_does_not_hurt_the_first_call)
{
	struct pptp_msg m;

	call_up();
	ck_assert_uint_eq(give_ocrq(PEER_ID + 1), 0);
	m = take();
	ck_assert_uint_eq(m.u.ocrp.result, PPTP_OCRP_BUSY);
	ck_assert_uint_eq(m.u.ocrp.peer_call_id, PEER_ID + 1);
	ck_assert_uint_eq(give_ocrq(PEER_ID), 0);
	m = take();
	ck_assert_uint_eq(m.u.ocrp.result, PPTP_OCRP_ERROR);
	ck_assert_uint_eq(m.u.ocrp.error, PPTP_ERROR_BAD_CALL_ID);
	ck_assert_int_eq(c.call_state, CTRL_CALL_UP);
	ck_assert_uint_eq(c.call.peer_id, PEER_ID);
}
END_TEST

START_TEST(call_clear_gets_cdn_then_stop)
{
	struct pptp_msg m;

	call_up();
	ck_assert_uint_eq(give_ccrq(PEER_ID), CTRL_DO_END);
	ck_assert_int_eq(c.end, CTRL_END_CLEARED);
	m = take();
	ck_assert_uint_eq(m.type, PPTP_CDN);
	ck_assert_uint_eq(m.u.cdn.call_id, OUR_ID);
	ck_assert_uint_eq(m.u.cdn.result, PPTP_CDN_REQUEST);
	ck_assert_uint_eq(m.u.cdn.error, 0);
	m = take();
	ck_assert_uint_eq(m.type, PPTP_STOPCCRQ);
	ck_assert_uint_eq(m.u.stop.reason, PPTP_STOP_NONE);
	ck_assert_uint_eq(give_type(PPTP_STOPCCRP), CTRL_DO_CLOSE);
	expect_silence();
}
END_TEST

START_TEST(call_clear_for_another_call)
{
	call_up();
	ck_assert_uint_eq(give_ccrq(PEER_ID + 1), 0);
	expect_silence();
	ck_assert_int_eq(c.call_state, CTRL_CALL_UP);
}
END_TEST

START_TEST(call_clear_before_pppd_runs)
{
	establish();
	give_ocrq(PEER_ID);
	ctrl_call_starting(&c, OUR_ID);
	ck_assert_uint_eq(give_ccrq(PEER_ID), CTRL_DO_END);
	expect(PPTP_CDN);
	expect(PPTP_STOPCCRQ);
	ck_assert_uint_eq(ctrl_call_started(&c, now), 0);
	expect_silence();
}
END_TEST

/* Windows clears the call and stops the connection in one go. */
START_TEST(stop_requests_may_cross)
{
	call_up();
	give_ccrq(PEER_ID);
	expect(PPTP_CDN);
	expect(PPTP_STOPCCRQ);
	ck_assert_uint_eq(give_type(PPTP_STOPCCRQ), CTRL_DO_CLOSE);
	expect(PPTP_STOPCCRP);
}
END_TEST

START_TEST(stop_request_ends_the_call_too)
{
	call_up();
	ck_assert_uint_eq(give_type(PPTP_STOPCCRQ),
	    CTRL_DO_END | CTRL_DO_CLOSE);
	ck_assert_int_eq(c.end, CTRL_END_STOPPED);
	ck_assert_uint_eq(take().u.stop_reply.result, PPTP_RESULT_OK);
	expect_silence();
}
END_TEST

START_TEST(end_of_file_ends_the_call_too)
{
	call_up();
	ck_assert_uint_eq(ctrl_eof(&c, false, now),
	    CTRL_DO_END | CTRL_DO_CLOSE);
	ck_assert_int_eq(c.end, CTRL_END_EOF);
}
END_TEST

/* Each end from our side: CDN result and StopCCRQ reason. */
START_TEST(ends_from_our_side)
{
	static const struct {
		enum ctrl_end end;
		uint8_t result, error, reason;
	} ends[] = {
		{ CTRL_END_PPPD, PPTP_CDN_LOST_CARRIER, 0, PPTP_STOP_NONE },
		{ CTRL_END_ADMIN, PPTP_CDN_SHUTDOWN, 0, PPTP_STOP_NONE },
		{ CTRL_END_SHUTDOWN, PPTP_CDN_SHUTDOWN, 0,
		    PPTP_STOP_SHUTDOWN },
		{ CTRL_END_LOST, PPTP_CDN_ERROR, PPTP_ERROR_PAC,
		    PPTP_STOP_NONE },
	};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct pptp_msg m;

		setup();
		call_up();
		ck_assert_uint_eq(ctrl_call_ended(&c, ends[i].end, now),
		    CTRL_DO_END);
		ck_assert_int_eq(c.end, ends[i].end);
		m = take();
		ck_assert_uint_eq(m.u.cdn.call_id, OUR_ID);
		ck_assert_uint_eq(m.u.cdn.result, ends[i].result);
		ck_assert_uint_eq(m.u.cdn.error, ends[i].error);
		ck_assert_uint_eq(take().u.stop.reason, ends[i].reason);
		/* A second end, from wherever, changes nothing. */
		ck_assert_uint_eq(ctrl_call_ended(&c, CTRL_END_LOST, now), 0);
		expect_silence();
	}
}
END_TEST

START_TEST(stop_without_a_call)
{
	establish();
	ck_assert_uint_eq(ctrl_stop(&c, CTRL_END_SHUTDOWN, now), 0);
	ck_assert_uint_eq(take().u.stop.reason, PPTP_STOP_SHUTDOWN);
	setup();
	ck_assert_uint_eq(ctrl_stop(&c, CTRL_END_SHUTDOWN, now),
	    CTRL_DO_CLOSE);
	expect_silence();
}
END_TEST

/* CVE-2021-42870 of another server: all of it in one segment. */
START_TEST(t10_start_call_clear_in_one_segment)
{
	uint8_t buf[3 * PPTP_MSG_MAX];
	const uint8_t *p = buf;
	struct pptp_msg m = { .type = PPTP_SCCRQ };
	size_t len;

	m.u.start.version = PPTP_VERSION;
	len = pptp_msg_encode(buf, PPTP_MSG_MAX, &m);
	memset(&m, 0, sizeof(m));
	m.type = PPTP_OCRQ;
	m.u.ocrq.call_id = PEER_ID;
	len += pptp_msg_encode(buf + len, PPTP_MSG_MAX, &m);
	memset(&m, 0, sizeof(m));
	m.type = PPTP_CCRQ;
	m.u.ccrq.call_id = PEER_ID;
	len += pptp_msg_encode(buf + len, PPTP_MSG_MAX, &m);

	ck_assert_uint_eq(ctrl_input(&c, &p, &len, now), 0);
	ck_assert_uint_eq(ctrl_input(&c, &p, &len, now), CTRL_DO_START);
	ctrl_call_starting(&c, OUR_ID);
	ck_assert_uint_eq(ctrl_input(&c, &p, &len, now), CTRL_DO_END);
	ck_assert_uint_eq(len, 0);
	expect(PPTP_SCCRP);
	expect(PPTP_CDN);
	expect(PPTP_STOPCCRQ);
}
END_TEST

/* --- output --- */

START_TEST(t6_peer_that_does_not_read_is_cut_off)
{
	unsigned int todo = 0;
	int n;

	call_up();
	for (n = 0; todo == 0 && n < 10000; n++)
		todo = give_type(PPTP_ECHORQ);
	ck_assert_uint_eq(todo, CTRL_DO_END | CTRL_DO_CLOSE | CTRL_DO_RESET);
	ck_assert_int_le(n, CTRL_OUT_MAX / 20 + 1);
	ck_assert_int_eq(c.end, CTRL_END_NOT_READING);
}
END_TEST

START_TEST(a_message_sent_in_part_is_finished_first)
{
	const uint8_t *data;

	establish();
	give_type(PPTP_ECHORQ);
	give_type(PPTP_STOPCCRQ);
	ck_assert_uint_eq(ctrl_out_next(&c, &data), 20);
	ctrl_out_sent(&c, 13);
	ck_assert_uint_eq(ctrl_out_next(&c, &data), 7);
	ctrl_out_sent(&c, 7);
	expect(PPTP_STOPCCRP);
	expect_silence();
}
END_TEST

/* Random messages in random order at random times: T-13. */
START_TEST(t13_random_schedule)
{
	uint32_t seed = 12345;

	for (int round = 0; round < 2000; round++) {
		setup();
		for (int i = 0; i < 50 && c.state != CTRL_CLOSED; i++) {
			unsigned int todo;

			seed = seed * 1664525 + 1013904223;
			now += seed >> 24 & 0x3F ? 10 : 20 * SECOND;
			if ((seed >> 20 & 15) == 0)
				give_sccrq(PPTP_VERSION);
			todo = give_type(1 + (seed >> 12) % 15);
			if ((todo & CTRL_DO_START) != 0)
				ctrl_call_starting(&c, OUR_ID);
			if ((todo & CTRL_DO_START) != 0 && (seed >> 16 & 1))
				ctrl_call_started(&c, now);
			ctrl_timer(&c, now);
			while (take().type != 0)
				;
			ck_assert_uint_le(c.out_len, CTRL_OUT_MAX);
			if (c.state == CTRL_CLOSED)
				ck_assert_int_eq(c.call_state,
				    CTRL_CALL_NONE);
		}
	}
}
END_TEST

/* --- limits --- */

START_TEST(refused_client_gets_a_proper_sccrp)
{
	struct pptp_msg m;

	ctrl_refuse(&c, PPTP_SCCRP_FORBIDDEN, CTRL_END_PENALTY);
	ck_assert_uint_eq(give_sccrq(PPTP_VERSION), CTRL_DO_CLOSE);
	m = take();
	ck_assert_uint_eq(m.type, PPTP_SCCRP);
	ck_assert_uint_eq(m.u.start.result, PPTP_SCCRP_FORBIDDEN);
	ck_assert_uint_eq(m.u.start.error, 0);
	ck_assert_int_eq(c.end, CTRL_END_PENALTY);
	ck_assert(!c.started);

	setup();
	ctrl_refuse(&c, PPTP_SCCRP_ERROR, CTRL_END_UNAUTH_PER_IP);
	ck_assert_uint_eq(give_sccrq(PPTP_VERSION), CTRL_DO_CLOSE);
	ck_assert_uint_eq(take().u.start.error, PPTP_ERROR_NO_RESOURCE);
}
END_TEST

START_TEST(d6_call_timeout_can_be_set)
{
	c.call_timeout_ms = 5 * SECOND;
	establish();
	ck_assert_uint_eq(ctrl_deadline(&c), now + 5 * SECOND);
	now += 5 * SECOND;
	ck_assert_uint_eq(ctrl_timer(&c, now), 0);
	expect(PPTP_STOPCCRQ);
	ck_assert_int_eq(c.end, CTRL_END_NO_CALL);

	/* 0: for ever, as long as it answers echoes */
	setup();
	c.call_timeout_ms = 0;
	establish();
	ck_assert_uint_eq(ctrl_deadline(&c), now + CTRL_IDLE_MS);
}
END_TEST

START_TEST(d7_call_without_authentication_is_ended)
{
	c.auth_timeout_ms = 40 * SECOND;
	call_up();
	ck_assert_uint_eq(ctrl_deadline(&c), now + 40 * SECOND);
	now += 40 * SECOND - 1;
	ck_assert_uint_eq(ctrl_timer(&c, now), 0);
	expect_silence();
	now++;
	ck_assert_uint_eq(ctrl_timer(&c, now), CTRL_DO_END);
	ck_assert_uint_eq(take().u.cdn.result, PPTP_CDN_SHUTDOWN);
	expect(PPTP_STOPCCRQ);
	ck_assert_int_eq(c.end, CTRL_END_NO_AUTH);
}
END_TEST

START_TEST(d7_authenticated_call_stays)
{
	c.auth_timeout_ms = 40 * SECOND;
	call_up();
	ctrl_call_authenticated(&c);
	ck_assert_uint_eq(ctrl_deadline(&c), now + CTRL_IDLE_MS);

	/* 0: nobody looks */
	setup();
	call_up();
	ck_assert_uint_eq(ctrl_deadline(&c), now + CTRL_IDLE_MS);
}
END_TEST

START_TEST(dropped_connection_is_closed_at_once)
{
	ck_assert_uint_eq(ctrl_drop(&c, CTRL_END_CROWDED, now),
	    CTRL_DO_CLOSE);
	expect_silence();

	setup();
	establish();
	ck_assert_uint_eq(ctrl_drop(&c, CTRL_END_CROWDED, now),
	    CTRL_DO_CLOSE);
	expect(PPTP_STOPCCRQ);
	ck_assert_int_eq(c.state, CTRL_CLOSED);
	ck_assert_int_eq(c.end, CTRL_END_CROWDED);
	ck_assert_uint_eq(ctrl_drop(&c, CTRL_END_FLOOD, now), 0);

	/* one whose StopCCRP is still awaited */
	setup();
	call_up();
	ctrl_call_ended(&c, CTRL_END_PPPD, now);
	ck_assert_int_eq(c.state, CTRL_WAIT_STOP_REPLY);
	ck_assert_uint_eq(ctrl_drop(&c, CTRL_END_CROWDED, now),
	    CTRL_DO_CLOSE);
}
END_TEST

START_TEST(whole_messages_are_counted)
{
	uint8_t buf[16] = { 0, 16, 0, 1, 0x1A, 0x2B, 0x3C, 0x4D, 0, 99 };

	establish();
	ck_assert_uint_eq(c.messages, 1);
	feed(buf, 15);
	ck_assert_uint_eq(c.messages, 1);
	feed(buf + 15, 1);
	ck_assert_uint_eq(c.messages, 2);
}
END_TEST

/* --- another process goes on with it --- */

START_TEST(a_call_that_is_up_can_be_taken_up)
{
	const uint8_t part[] = { 0x00, 0x10, 0x00, 0x01, 0x1A };

	call_up();
	ck_assert_ptr_null(ctrl_fault(&c, now));
	feed(part, sizeof(part));
	ck_assert_ptr_null(ctrl_fault(&c, now));
}
END_TEST

START_TEST(a_call_that_starts_can_be_taken_up)
{
	establish();
	give_ocrq(PEER_ID);
	ctrl_call_starting(&c, OUR_ID);
	ck_assert_ptr_null(ctrl_fault(&c, now));
}
END_TEST

START_TEST(what_makes_no_sense_is_not_taken_up)
{
	struct ctrl good;

	ck_assert_ptr_nonnull(ctrl_fault(&c, now));	/* no call */
	call_up();
	give_type(PPTP_ECHORQ);		/* its reply waits to be sent */
	good = c;
	ck_assert_ptr_null(ctrl_fault(&c, now));
	c.state = (enum ctrl_state)77;
	ck_assert_ptr_nonnull(ctrl_fault(&c, now));
	c = good;
	c.call_state = (enum ctrl_call_state)77;
	ck_assert_ptr_nonnull(ctrl_fault(&c, now));
	c = good;
	c.end = CTRL_END_PPPD;
	ck_assert_ptr_nonnull(ctrl_fault(&c, now));
	c = good;
	memset(c.client, 'x', sizeof(c.client));
	ck_assert_ptr_nonnull(ctrl_fault(&c, now));
	c = good;
	c.last_input = now + 1;
	ck_assert_ptr_nonnull(ctrl_fault(&c, now));
	c = good;
	c.in.have = sizeof(c.in.buf) + 1;
	ck_assert_ptr_nonnull(ctrl_fault(&c, now));
	c = good;
	c.out_len = sizeof(c.out) + 1;
	ck_assert_ptr_nonnull(ctrl_fault(&c, now));
	c = good;
	c.out_len--;			/* half a message */
	ck_assert_ptr_nonnull(ctrl_fault(&c, now));
	c = good;
	c.out_part = (uint16_t)(c.out_len + 1);
	ck_assert_ptr_nonnull(ctrl_fault(&c, now));
	c = good;
	/* gcc 7 makes a bool, 0, of what memset() writes. */
	*(volatile unsigned char *)&c.echo_wait = 2;
	ck_assert_ptr_nonnull(ctrl_fault(&c, now));
}
END_TEST

START_TEST(goodbye_is_cdn_and_stop)
{
	uint8_t buf[PPTP_MSG_MAX];
	struct pptp_msg m;
	size_t n = ctrl_goodbye(0, OUR_ID, CTRL_END_LOST, buf);

	ck_assert_int_eq(pptp_msg_decode(buf, n, &m), PPTP_DECODED);
	ck_assert_uint_eq(m.type, PPTP_CDN);
	ck_assert_uint_eq(m.u.cdn.call_id, OUR_ID);
	ck_assert_uint_eq(m.u.cdn.result, PPTP_CDN_ERROR);
	n = ctrl_goodbye(1, OUR_ID, CTRL_END_SHUTDOWN, buf);
	ck_assert_int_eq(pptp_msg_decode(buf, n, &m), PPTP_DECODED);
	ck_assert_uint_eq(m.type, PPTP_STOPCCRQ);
	ck_assert_uint_eq(m.u.stop.reason, PPTP_STOP_SHUTDOWN);
	ck_assert_uint_eq(ctrl_goodbye(2, OUR_ID, CTRL_END_LOST, buf), 0);
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, sccrp_has_poptops_values);
	tcase_add_test(tc, newer_version_gets_ours);
	tcase_add_test(tc, older_version_is_refused);
	tcase_add_test(tc, second_sccrq_changes_nothing);
	tcase_add_test(tc, first_message_must_be_sccrq);
	tcase_add_test(tc, scanner_of_2003_gets_rst);
	tcase_add_test(tc, lost_cookie_ends_everything);
	tcase_add_test(tc, short_message_is_not_answered);
	tcase_add_test(tc, unknown_messages_are_skipped_not_for_ever);
	tcase_add_test(tc, management_messages_close_at_the_third);
	tcase_add_test(tc, messages_not_for_us_are_ignored);
	tcase_add_test(tc, set_link_info_is_told);
	tcase_add_test(tc, incoming_call_is_refused);
	tcase_add_test(tc, echo_is_answered);
	tcase_add_test(tc, silence_is_asked_about_and_then_ended);
	tcase_add_test(tc, only_the_right_echo_reply_counts);
	tcase_add_test(tc, a_month_of_echoes);
	tcase_add_test(tc, sccrq_must_come_in_time);
	tcase_add_test(tc, ocrq_must_come_in_time);
	tcase_add_test(tc, message_must_be_completed);
	tcase_add_test(tc, stop_reply_is_waited_for_5_s);
	tcase_add_test(tc, call_that_does_not_start_times_out);
	tcase_add_test(tc, ocrp_has_poptops_values);
	tcase_add_test(tc, call_id_0_of_a_peer_is_legal);
	tcase_add_test(tc, refused_call_leaves_the_connection);
	tcase_add_test(tc, second_ocrq_does_not_hurt_the_first_call);
	tcase_add_test(tc, call_clear_gets_cdn_then_stop);
	tcase_add_test(tc, call_clear_for_another_call);
	tcase_add_test(tc, call_clear_before_pppd_runs);
	tcase_add_test(tc, stop_requests_may_cross);
	tcase_add_test(tc, stop_request_ends_the_call_too);
	tcase_add_test(tc, end_of_file_ends_the_call_too);
	tcase_add_test(tc, ends_from_our_side);
	tcase_add_test(tc, stop_without_a_call);
	tcase_add_test(tc, t10_start_call_clear_in_one_segment);
	tcase_add_test(tc, t6_peer_that_does_not_read_is_cut_off);
	tcase_add_test(tc, a_message_sent_in_part_is_finished_first);
	tcase_add_test(tc, t13_random_schedule);
	tcase_add_test(tc, refused_client_gets_a_proper_sccrp);
	tcase_add_test(tc, d6_call_timeout_can_be_set);
	tcase_add_test(tc, d7_call_without_authentication_is_ended);
	tcase_add_test(tc, d7_authenticated_call_stays);
	tcase_add_test(tc, dropped_connection_is_closed_at_once);
	tcase_add_test(tc, whole_messages_are_counted);
	tcase_add_test(tc, a_call_that_is_up_can_be_taken_up);
	tcase_add_test(tc, a_call_that_starts_can_be_taken_up);
	tcase_add_test(tc, what_makes_no_sense_is_not_taken_up);
	tcase_add_test(tc, goodbye_is_cdn_and_stop);
}

int
main(void)
{
	return unit_main("ctrl", tests);
}
