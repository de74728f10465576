/* The data path of a call: between a fake GRE socket and a fake pty. */
/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "engine/gre_socket.h"
#include "engine/line.h"
#include "engine/trace.h"
#include "fake_world.h"
#include "protocol/hdlc.h"
#include "shared/call_record.h"
#include "unit.h"

#define ID	7
#define PEER	99
#define WINDOW	64		/* one acknowledgement for 16 packets */
#define EVERY	16

/* LCP Echo-Request, CHAP Success and Failure, IPv4 */
static const uint8_t lcp[] = { 0xFF, 3, 0xC0, 0x21, 9, 1, 0, 8, 0, 0, 0, 1 };
static const uint8_t success[] = { 0xFF, 3, 0xC2, 0x23, 3, 1, 0, 4 };
static const uint8_t failure[] = { 0xFF, 3, 0xC2, 0x23, 4, 1, 0, 4 };
static const uint8_t ip[] = { 0xFF, 3, 0, 0x21, 0x45, 0, 0, 4 };

static struct line line;
static struct call_record *rec;
static int pty;
static unsigned int opened, authenticated, auth_failed, gone, diagnosed;
static enum diagnosis_verdict verdict;
static uint32_t detail;

static void
on_opened(void *arg)
{
	(void)arg;
	opened++;
}

static void
on_authenticated(void *arg)
{
	(void)arg;
	rec->ctrl.authenticated = true;	/* as a connection does */
	authenticated++;
}

static void
on_auth_failed(void *arg)
{
	(void)arg;
	auth_failed++;
}

static void
on_diagnosed(void *arg, const struct diagnosis *d)
{
	(void)arg;
	diagnosed++;
	verdict = d->said;
	detail = diagnosis_detail(d);
}

static void
on_gone(void *arg)
{
	(void)arg;
	gone++;
	line_close(&line);
}

static const struct line_events events = {
	.opened = on_opened,
	.authenticated = on_authenticated,
	.auth_failed = on_auth_failed,
	.diagnosed = on_diagnosed,
	.gone = on_gone,
};

/* Closed yet, on a pty. */
static void
make(void)
{
	struct line_ends ends = { htonl(WORLD_CLIENT), htonl(WORLD_SERVER),
	    ID, PEER };

	world_init();
	rec = world_record(ID);
	pty = world_open(WORLD_PTY);
	line_init(&line, &ends, rec, &events, NULL);
	line_begin(&line, WINDOW, engine_now_us());
}

static void
begin(void)
{
	make();
	line_open(&line, pty);
}

static void
finish(void)
{
	line_close(&line);
	line_free(&line);
	call_record_unmap(rec);
	close(pty);
	ck_assert_uint_eq(world.records, 0);
}

static void
receive_from(uint32_t src, uint32_t seq, const uint8_t *frame, size_t len)
{
	struct gre_packet p = { .src = htonl(src), .dst = htonl(WORLD_SERVER),
	    .payload = frame, .at = fake_loop.now_us };

	p.header.call_id = ID;
	p.header.has_seq = true;
	p.header.seq = seq;
	p.header.payload_len = (uint16_t)len;
	line_receive(&line, &p);
}

/* The client sends a frame. */
static void
client_sends(uint32_t seq, const uint8_t *frame, size_t len)
{
	receive_from(WORLD_CLIENT, seq, frame, len);
}

/* The batch of packets is over. */
static void
flush(void)
{
	line_flush_touched();
	engine_work(0);
}

/* pppd writes a frame. */
static void
pppd_writes(const uint8_t *frame, size_t len)
{
	uint8_t buf[HDLC_ENCODED_MAX(64)];

	ck_assert_uint_le(len, 64);
	world_feed(world_file(pty), buf, hdlc_encode(buf, frame, len));
	world_serve();
}

/* The client is there and pppd, too. */
static void
begin_open(void)
{
	begin();
	line_client_spoke(&line);
	pppd_writes(lcp, sizeof(lcp));
	ck_assert(line_is_open(&line));
	world.ngre = 0;
}

static struct {
	unsigned int n;
	uint8_t	 last[HDLC_FRAME_MAX];
	size_t	 last_len;
} got;

static void
deliver(const uint8_t *frame, size_t len, void *arg)
{
	(void)arg;
	got.n++;
	memcpy(got.last, frame, len);
	got.last_len = len;
}

/* How many whole frames pppd has got; the last one is in got. */
static unsigned int
pppd_got(void)
{
	static struct hdlc_decoder d;

	hdlc_decoder_init(&d);
	got.n = 0;
	hdlc_decode(&d, world_file(pty)->tx, world_file(pty)->tx_len, deliver,
	    NULL);
	ck_assert(hdlc_decoder_is_idle(&d));
	ck_assert_uint_eq(d.counts.bad_fcs, 0);
	return got.n;
}

START_TEST(a_frame_of_the_client_comes_to_pppd)
{
	begin_open();
	client_sends(0, ip, sizeof(ip));
	ck_assert_uint_eq(world_file(pty)->tx_len, 0);
	flush();
	ck_assert_uint_eq(pppd_got(), 1);
	ck_assert_uint_eq(got.last_len, sizeof(ip));
	ck_assert_mem_eq(got.last, ip, sizeof(ip));
	ck_assert_uint_eq(rec->packets_in, 1);
	ck_assert_uint_eq(rec->octets_in, sizeof(ip));
	finish();
}
END_TEST

START_TEST(a_frame_of_pppd_goes_to_the_client)
{
	begin_open();
	pppd_writes(ip, sizeof(ip));
	ck_assert_uint_eq(world.ngre, 1);
	ck_assert_uint_eq(world.gre[0].call_id, PEER);
	ck_assert(world.gre[0].has_seq);
	ck_assert_uint_eq(world.gre[0].seq, 1);		/* 0 was LCP's */
	ck_assert_uint_eq(world.gre[0].payload_len, sizeof(ip));
	ck_assert(!world.gre[0].has_ack);
	ck_assert_uint_eq(rec->packets_out, 2);
	ck_assert_uint_eq(rec->octets_out, sizeof(lcp) + sizeof(ip));
	finish();
}
END_TEST

START_TEST(a_frame_in_two_reads_is_one)
{
	uint8_t buf[HDLC_ENCODED_MAX(sizeof(ip))];
	size_t len = hdlc_encode(buf, ip, sizeof(ip));

	begin_open();
	world_feed(world_file(pty), buf, 5);
	world_serve();
	ck_assert_uint_eq(world.ngre, 0);
	world_feed(world_file(pty), buf + 5, len - 5);
	world_serve();
	ck_assert_uint_eq(world.ngre, 1);
	ck_assert_uint_eq(world.gre[0].payload_len, sizeof(ip));
	finish();
}
END_TEST

START_TEST(strangers_come_to_nobody)
{
	begin_open();
	receive_from(WORLD_CLIENT + 1, 0, ip, sizeof(ip));
	flush();
	world_pass(1000);
	ck_assert_uint_eq(pppd_got(), 0);
	ck_assert_uint_eq(world.ngre, 0);
	ck_assert_uint_eq(rec->packets_in, 0);
	finish();
}
END_TEST

START_TEST(a_number_without_a_frame_is_acknowledged_only)
{
	begin_open();
	client_sends(0, NULL, 0);
	flush();
	world_pass(100);
	ck_assert_uint_eq(pppd_got(), 0);
	ck_assert_uint_eq(rec->packets_in, 0);
	ck_assert_uint_eq(world.ngre, 1);
	ck_assert(world.gre[0].has_ack && !world.gre[0].has_seq);
	finish();
}
END_TEST

START_TEST(the_gate_is_closed_until_pppd_speaks)
{
	begin();
	client_sends(0, lcp, sizeof(lcp));
	flush();
	world_pass(900);
	ck_assert(!line_is_open(&line));
	ck_assert_uint_eq(world_file(pty)->tx_len, 0);
	pppd_writes(lcp, sizeof(lcp));
	ck_assert(line_is_open(&line));
	ck_assert_uint_eq(opened, 1);
	ck_assert_uint_eq(pppd_got(), 1);
	ck_assert_mem_eq(got.last, lcp, sizeof(lcp));
	finish();
}
END_TEST

START_TEST(the_gate_opens_after_two_seconds_of_silence)
{
	begin();
	client_sends(0, lcp, sizeof(lcp));
	flush();
	world_pass(1999);
	ck_assert_uint_eq(opened, 0);
	world_pass(1);
	ck_assert_uint_eq(opened, 1);
	ck_assert_uint_eq(pppd_got(), 1);
	finish();
}
END_TEST

START_TEST(words_that_are_no_frames_leave_the_gate_closed)
{
	static const uint8_t words[] = "pppd: cannot open the plugin\r\n";

	begin();
	world_feed(world_file(pty), words, sizeof(words) - 1);
	world_serve();
	ck_assert(!line_is_open(&line));
	ck_assert_uint_eq(opened, 0);
	finish();
}
END_TEST

START_TEST(a_line_that_has_carried_packets_goes_on)
{
	make();
	rec->tx.next = 10;
	line_open(&line, pty);
	ck_assert(line_is_open(&line));
	client_sends(0, ip, sizeof(ip));
	flush();
	ck_assert_uint_eq(pppd_got(), 1);
	finish();
}
END_TEST

START_TEST(acknowledgements_are_for_several_packets)
{
	begin_open();
	for (uint32_t i = 0; i < EVERY - 1; i++)
		client_sends(i, ip, sizeof(ip));
	flush();
	ck_assert_uint_eq(world.ngre, 0);
	client_sends(EVERY - 1, ip, sizeof(ip));
	flush();
	ck_assert_uint_eq(world.ngre, 1);
	ck_assert(world.gre[0].has_ack && !world.gre[0].has_seq);
	ck_assert_uint_eq(world.gre[0].ack, EVERY - 1);
	finish();
}
END_TEST

START_TEST(an_acknowledgement_waits_50_ms)
{
	begin_open();
	client_sends(0, ip, sizeof(ip));
	flush();
	world_pass(49);
	ck_assert_uint_eq(world.ngre, 0);
	world_pass(1);
	ck_assert_uint_eq(world.ngre, 1);
	ck_assert(world.gre[0].has_ack);
	ck_assert_uint_eq(world.gre[0].ack, 0);
	world_pass(1000);
	ck_assert_uint_eq(world.ngre, 1);	/* once */
	finish();
}
END_TEST

START_TEST(an_acknowledgement_goes_with_a_frame)
{
	begin_open();
	client_sends(0, ip, sizeof(ip));
	flush();
	pppd_writes(ip, sizeof(ip));
	ck_assert_uint_eq(world.ngre, 1);
	ck_assert(world.gre[0].has_ack && world.gre[0].has_seq);
	world_pass(1000);
	ck_assert_uint_eq(world.ngre, 1);
	finish();
}
END_TEST

START_TEST(what_a_full_pty_does_not_take_waits_for_it)
{
	begin_open();
	world_file(pty)->room = 0;
	client_sends(0, ip, sizeof(ip));
	client_sends(1, lcp, sizeof(lcp));
	flush();
	world_serve();
	ck_assert_uint_eq(world_file(pty)->tx_len, 0);
	world_file(pty)->room = WORLD_ALL;
	world_serve();
	ck_assert_uint_eq(pppd_got(), 2);
	ck_assert_mem_eq(got.last, lcp, sizeof(lcp));
	finish();
}
END_TEST

START_TEST(a_frame_that_is_taken_in_part_comes_whole)
{
	begin_open();
	world_file(pty)->room = 3;
	client_sends(0, ip, sizeof(ip));
	flush();
	ck_assert_uint_eq(world_file(pty)->tx_len, 3);
	client_sends(1, lcp, sizeof(lcp));
	flush();
	world_file(pty)->room = WORLD_ALL;
	world_serve();
	ck_assert_uint_eq(pppd_got(), 2);
	finish();
}
END_TEST

START_TEST(acknowledgements_wait_for_a_pppd_that_is_behind)
{
	static uint8_t big[1400] = { 0xFF, 3, 0, 0x21 };

	begin_open();
	world_file(pty)->room = 0;
	for (uint32_t i = 0; i < EVERY; i++)
		client_sends(i, big, sizeof(big));
	flush();
	ck_assert_uint_eq(world.ngre, 0);
	world_file(pty)->room = WORLD_ALL;
	world_serve();
	ck_assert_uint_eq(world.ngre, 1);
	ck_assert_uint_eq(world.gre[0].ack, EVERY - 1);
	finish();
}
END_TEST

START_TEST(a_gap_is_waited_for_and_given_up)
{
	begin_open();
	client_sends(0, ip, sizeof(ip));
	client_sends(2, lcp, sizeof(lcp));
	flush();
	ck_assert_uint_eq(pppd_got(), 1);
	world_pass(400);
	ck_assert_uint_eq(pppd_got(), 2);
	ck_assert_uint_eq(rec->rx.lost, 1);
	finish();
}
END_TEST

START_TEST(pppd_says_that_the_client_is_in)
{
	begin_open();
	pppd_writes(success, sizeof(success));
	pppd_writes(success, sizeof(success));
	ck_assert_uint_eq(authenticated, 1);
	ck_assert_uint_eq(auth_failed, 0);
	ck_assert_uint_eq(world.ngre, 2);	/* the client sees it all */
	finish();
}
END_TEST

START_TEST(pppd_says_that_the_client_is_not_let_in)
{
	begin_open();
	pppd_writes(failure, sizeof(failure));
	ck_assert_uint_eq(authenticated, 0);
	ck_assert_uint_eq(auth_failed, 1);
	finish();
}
END_TEST

static const uint8_t lcp_request[] = { 0xFF, 0x03, 0xC0, 0x21, 1, 1, 0, 4 };

START_TEST(a_client_of_whom_nothing_comes)
{
	begin();
	pppd_writes(lcp_request, sizeof(lcp_request));
	world_pass(7000);
	ck_assert_uint_eq(diagnosed, 0);
	world_pass(2000);
	ck_assert_uint_eq(diagnosed, 1);
	ck_assert_int_eq(verdict, DIAGNOSIS_NO_GRE);
	world_pass(60000);
	ck_assert_uint_eq(diagnosed, 1);
	line_judge(&line);
	ck_assert_uint_eq(diagnosed, 1);
	finish();
}
END_TEST

START_TEST(a_client_whose_packets_come_from_elsewhere)
{
	begin();
	pppd_writes(lcp_request, sizeof(lcp_request));
	receive_from(WORLD_CLIENT + 1, 0, lcp_request, sizeof(lcp_request));
	flush();
	world_pass(9000);
	ck_assert_int_eq(verdict, DIAGNOSIS_OTHER_ADDRESS);
	ck_assert_uint_eq(detail, htonl(WORLD_CLIENT + 1));
	finish();
}
END_TEST

START_TEST(a_client_whose_packets_have_another_id)
{
	begin();
	pppd_writes(lcp_request, sizeof(lcp_request));
	line_stray(htonl(WORLD_CLIENT + 1), 4);
	line_stray(htonl(WORLD_CLIENT), 5);
	world_pass(9000);
	ck_assert_int_eq(verdict, DIAGNOSIS_UNKNOWN_ID);
	ck_assert_uint_eq(detail, 5);
	line_close(&line);
	line_stray(htonl(WORLD_CLIENT), 5);	/* it is in no list */
	finish();
}
END_TEST

START_TEST(a_client_that_does_not_hear_us)
{
	begin();
	pppd_writes(lcp_request, sizeof(lcp_request));
	client_sends(0, lcp_request, sizeof(lcp_request));
	flush();
	world_pass(9000);
	ck_assert_int_eq(verdict, DIAGNOSIS_NOT_HEARD);
	finish();
}
END_TEST

/* The call ends before there is a verdict. */
START_TEST(a_client_that_is_gone_soon)
{
	begin();
	pppd_writes(lcp_request, sizeof(lcp_request));
	world_pass(5000);
	ck_assert_uint_eq(diagnosed, 0);
	line_judge(&line);
	ck_assert_uint_eq(diagnosed, 1);
	ck_assert_int_eq(verdict, DIAGNOSIS_NO_GRE);
	finish();
}
END_TEST

START_TEST(a_line_without_pppd_is_gone_after_half_a_second)
{
	begin_open();
	world_file(pty)->error = EIO;
	world_serve();
	world_pass(499);
	ck_assert_uint_eq(gone, 0);
	world_pass(1);
	ck_assert_uint_eq(gone, 1);
	world_pass(10000);
	ck_assert_uint_eq(gone, 1);
	finish();
}
END_TEST

START_TEST(another_pppd_in_time_keeps_the_line)
{
	begin_open();
	world_file(pty)->error = EIO;
	world_serve();
	world_pass(400);
	world_file(pty)->error = 0;
	line_restart(&line);
	ck_assert(!line_is_open(&line));
	client_sends(0, lcp, sizeof(lcp));
	flush();
	ck_assert_uint_eq(pppd_got(), 0);
	pppd_writes(lcp, sizeof(lcp));
	ck_assert_uint_eq(opened, 2);
	ck_assert_uint_eq(pppd_got(), 1);
	world_pass(10000);
	ck_assert_uint_eq(gone, 0);
	finish();
}
END_TEST

START_TEST(the_last_words_of_pppd_are_read)
{
	uint8_t buf[HDLC_ENCODED_MAX(sizeof(ip))];

	begin_open();
	world_feed(world_file(pty), buf, hdlc_encode(buf, ip, sizeof(ip)));
	world_file(pty)->error = EIO;
	line_drain(&line);
	ck_assert_uint_eq(world.ngre, 1);
	ck_assert_uint_eq(world_file(pty)->rx_len, 0);
	finish();
}
END_TEST

START_TEST(a_closed_line_does_nothing)
{
	begin_open();
	client_sends(0, ip, sizeof(ip));
	line_close(&line);
	line_close(&line);
	flush();			/* it was touched */
	client_sends(1, ip, sizeof(ip));
	flush();
	pppd_writes(ip, sizeof(ip));
	world_pass(10000);
	ck_assert_uint_eq(pppd_got(), 0);
	ck_assert_uint_eq(world.ngre, 0);
	ck_assert_uint_eq(gone, 0);
	finish();
}
END_TEST

/* For administrators: of all lines, after their end as well. */
START_TEST(frames_of_pppd_are_counted)
{
	static const uint8_t bad[] = "\x7e" "ABCDEFGH\x7e";
	static const uint8_t half[] = "\x7e" "A";

	begin_open();
	ck_assert_uint_eq(line_frames()->frames, 1);
	pppd_writes(ip, sizeof(ip));
	world_feed(world_file(pty), bad, sizeof(bad) - 1);
	world_serve();
	ck_assert_uint_eq(line_frames()->frames, 2);
	ck_assert_uint_eq(line_frames()->bad_fcs, 1);
	world_feed(world_file(pty), half, sizeof(half) - 1);
	world_serve();
	ck_assert_uint_eq(line_frames()->too_short, 0);
	world_feed(world_file(pty), (const uint8_t *)"\x7e", 1);
	world_serve();
	ck_assert_uint_eq(line_frames()->too_short, 1);
	finish();
	ck_assert_uint_eq(line_frames()->frames, 2);
}
END_TEST

/* Packets say when they were read, and a read() of the pty does for all. */
START_TEST(data_costs_no_clock_for_each_frame)
{
	uint8_t buf[3 * HDLC_ENCODED_MAX(sizeof(ip))];
	size_t len = 0;
	unsigned int reads;

	begin_open();
	pppd_writes(ip, sizeof(ip));		/* so the client is in */
	reads = world.clock_reads;
	client_sends(0, ip, sizeof(ip));
	client_sends(1, ip, sizeof(ip));
	ck_assert_uint_eq(world.clock_reads, reads);
	flush();
	for (int i = 0; i < 3; i++)
		len += hdlc_encode(buf + len, ip, sizeof(ip));
	world.ngre = 0;
	reads = world.clock_reads;
	world_feed(world_file(pty), buf, len);
	world_serve();
	ck_assert_uint_eq(world.ngre, 3);
	ck_assert_uint_le(world.clock_reads, reads + 1);
	finish();
}
END_TEST

/* Each packet and each frame once, strangers' packets too; then no more. */
START_TEST(a_trace_gets_copies_of_all)
{
	const unsigned int (*n)[2] = world.traced;
	struct trace *t;

	begin_open();
	client_sends(0, ip, sizeof(ip));
	flush();
	ck_assert_uint_eq(n[TRACE_GRE][TRACE_IN] + n[TRACE_PPP][TRACE_IN], 0);
	t = trace_begin(-1, rec, -1, 1, 1);
	trace_attach(t, &line.trace);
	client_sends(1, ip, sizeof(ip));
	client_sends(3, ip, sizeof(ip));	/* waits for 2 */
	receive_from(WORLD_CLIENT + 1, 2, ip, sizeof(ip));
	flush();
	ck_assert_uint_eq(n[TRACE_GRE][TRACE_IN], 3);
	ck_assert_uint_eq(n[TRACE_PPP][TRACE_IN], 1);
	client_sends(2, ip, sizeof(ip));
	flush();
	ck_assert_uint_eq(n[TRACE_PPP][TRACE_IN], 3);
	pppd_writes(ip, sizeof(ip));
	ck_assert_uint_eq(n[TRACE_PPP][TRACE_OUT], 1);
	ck_assert_uint_ge(n[TRACE_GRE][TRACE_OUT], 1);
	ck_assert_uint_eq(n[TRACE_CONTROL][TRACE_IN], 0);
	line_close(&line);
	ck_assert(!world.tracing);
	finish();
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_test(tc, a_frame_of_the_client_comes_to_pppd);
	tcase_add_test(tc, a_trace_gets_copies_of_all);
	tcase_add_test(tc, a_frame_of_pppd_goes_to_the_client);
	tcase_add_test(tc, a_frame_in_two_reads_is_one);
	tcase_add_test(tc, strangers_come_to_nobody);
	tcase_add_test(tc, a_number_without_a_frame_is_acknowledged_only);
	tcase_add_test(tc, the_gate_is_closed_until_pppd_speaks);
	tcase_add_test(tc, the_gate_opens_after_two_seconds_of_silence);
	tcase_add_test(tc, words_that_are_no_frames_leave_the_gate_closed);
	tcase_add_test(tc, a_line_that_has_carried_packets_goes_on);
	tcase_add_test(tc, acknowledgements_are_for_several_packets);
	tcase_add_test(tc, an_acknowledgement_waits_50_ms);
	tcase_add_test(tc, an_acknowledgement_goes_with_a_frame);
	tcase_add_test(tc, what_a_full_pty_does_not_take_waits_for_it);
	tcase_add_test(tc, a_frame_that_is_taken_in_part_comes_whole);
	tcase_add_test(tc, acknowledgements_wait_for_a_pppd_that_is_behind);
	tcase_add_test(tc, a_gap_is_waited_for_and_given_up);
	tcase_add_test(tc, pppd_says_that_the_client_is_in);
	tcase_add_test(tc, pppd_says_that_the_client_is_not_let_in);
	tcase_add_test(tc, a_client_of_whom_nothing_comes);
	tcase_add_test(tc, a_client_whose_packets_come_from_elsewhere);
	tcase_add_test(tc, a_client_whose_packets_have_another_id);
	tcase_add_test(tc, a_client_that_does_not_hear_us);
	tcase_add_test(tc, a_client_that_is_gone_soon);
	tcase_add_test(tc, a_line_without_pppd_is_gone_after_half_a_second);
	tcase_add_test(tc, another_pppd_in_time_keeps_the_line);
	tcase_add_test(tc, the_last_words_of_pppd_are_read);
	tcase_add_test(tc, a_closed_line_does_nothing);
	tcase_add_test(tc, frames_of_pppd_are_counted);
	tcase_add_test(tc, data_costs_no_clock_for_each_frame);
}

int
main(void)
{
	return unit_main("line", tests);
}
