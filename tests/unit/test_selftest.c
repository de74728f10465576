/* How far a call of the self-test has come: frames in, steps out. */
/* SPDX-License-Identifier: ISC */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ctl/selftest_client.h"
#include "ctl/selftest_room.h"
#include "ctl/selftest_walk.h"
#include "unit.h"

static struct selftest_walk w;

static void
begin(enum selftest_step last, bool mppe)
{
	selftest_walk_init(&w, last, mppe);
	selftest_pass(&w, SELFTEST_CONNECT);
	selftest_pass(&w, SELFTEST_CONTROL);
	selftest_pass(&w, SELFTEST_CALL);
}

static void
hear(bool ack)
{
	struct pptp_gre gre = { .has_seq = true, .has_ack = ack };

	selftest_heard(&w, &gre);
}

#define FRAME(from_server, ...) do {					\
	static const uint8_t frame[] = { __VA_ARGS__ };			\
	selftest_frame(&w, from_server, frame, sizeof(frame));		\
} while (0)

/* LCP Configure-Ack; ours agrees on CHAP with MS-CHAPv2. */
static void
open_lcp(void)
{
	hear(true);
	FRAME(true, 0xFF, 3, 0xC0, 0x21, 2, 1, 0, 4);
	ck_assert(!selftest_passed(&w, SELFTEST_LCP));
	FRAME(false, 0xFF, 3, 0xC0, 0x21, 2, 1, 0, 9, 3, 5, 0xC2, 0x23, 0x81);
	ck_assert(selftest_passed(&w, SELFTEST_LCP));
}

START_TEST(all_steps)
{
	begin(SELFTEST_PING, true);
	open_lcp();
	ck_assert_uint_eq(w.r.auth, PPP_AUTH_KIND_MSCHAP_V2);
	FRAME(true, 0xFF, 3, 0xC2, 0x23, 3, 1, 0, 4);	/* Success */
	ck_assert(selftest_passed(&w, SELFTEST_AUTH));
	/* CCP Configure-Ack with MPPE, stateless, 128 bits */
	FRAME(true, 0x80, 0xFD, 2, 1, 0, 10, 18, 6, 1, 0, 0, 0x40);
	ck_assert(!selftest_passed(&w, SELFTEST_MPPE));
	FRAME(false, 0x80, 0xFD, 2, 1, 0, 10, 18, 6, 1, 0, 0, 0x40);
	ck_assert(selftest_passed(&w, SELFTEST_MPPE));
	ck_assert_uint_eq(w.r.bits, 128);
	selftest_pass(&w, SELFTEST_IPCP);
	ck_assert(!selftest_over(&w));
	selftest_pass(&w, SELFTEST_PING);
	ck_assert(selftest_over(&w));
	ck_assert_uint_eq(w.r.failed, SELFTEST_STEPS);
}
END_TEST

START_TEST(a_running_server_is_left_before_the_login)
{
	begin(SELFTEST_LCP, true);
	open_lcp();
	ck_assert(selftest_over(&w));
}
END_TEST

static void
fails(bool hung_up, enum selftest_step step, const char *why)
{
	selftest_fail(&w, hung_up, "silence");
	ck_assert_uint_eq(w.r.failed, step);
	ck_assert_str_eq(w.r.why, why);
}

START_TEST(silence)
{
	begin(SELFTEST_PING, true);
	fails(false, SELFTEST_GRE_IN, "silence");
	begin(SELFTEST_PING, true);
	hear(false);
	fails(false, SELFTEST_GRE_OUT, "silence");
	begin(SELFTEST_PING, true);
	hear(true);
	fails(false, SELFTEST_LCP, "silence");
	begin(SELFTEST_PING, false);
	open_lcp();
	fails(false, SELFTEST_AUTH, "silence");
	selftest_walk_init(&w, SELFTEST_PING, true);
	fails(false, SELFTEST_CONNECT, "silence");
}
END_TEST

START_TEST(a_pppd_that_ends_at_once_is_no_fault_of_gre)
{
	begin(SELFTEST_PING, true);
	fails(true, SELFTEST_LCP, "silence");
}
END_TEST

START_TEST(a_password_that_is_refused)
{
	begin(SELFTEST_PING, true);
	open_lcp();
	FRAME(true, 0xC2, 0x23, 4, 1, 0, 4);		/* Failure */
	ck_assert(selftest_over(&w));
	fails(true, SELFTEST_AUTH, "the server refuses a user that is in its "
	    "chap-secrets");
}
END_TEST

START_TEST(no_encryption)
{
	begin(SELFTEST_PING, true);
	open_lcp();
	FRAME(true, 0xC2, 0x23, 3, 1, 0, 4);
	/* CCP agrees on nothing; then LCP Terminate-Request with words, one of
	 * which tries to speak to a terminal. */
	FRAME(true, 0x80, 0xFD, 2, 1, 0, 4);
	FRAME(true, 0xC0, 0x21, 5, 2, 0, 9, 'n', 'o', 0x1B, 'M', 'P');
	fails(true, SELFTEST_MPPE, "the server's pppd says: no?MP");
	/* Not asked for, it is passed over. */
	begin(SELFTEST_PING, false);
	open_lcp();
	FRAME(true, 0xC2, 0x23, 3, 1, 0, 4);
	fails(false, SELFTEST_IPCP, "silence");
}
END_TEST

START_TEST(frames_that_are_cut_short)
{
	static const uint8_t whole[] = { 0xFF, 3, 0x80, 0xFD, 2, 1, 0, 10, 18,
	    6, 1, 0, 0, 0x40 };
	static const uint8_t words[] = { 0xC0, 0x21, 5, 2, 0xFF, 0xFF, 'a' };

	for (size_t n = 0; n < sizeof(whole); n++) {
		begin(SELFTEST_PING, true);
		selftest_frame(&w, true, whole, n);
		selftest_frame(&w, false, whole, n);
		ck_assert_uint_eq(w.r.bits, 0);
		ck_assert(!selftest_passed(&w, SELFTEST_MPPE));
	}
	for (size_t n = 0; n <= sizeof(words); n++)
		selftest_frame(&w, true, words, n);
	ck_assert_str_eq(w.r.why, "the server's pppd says: a");
}
END_TEST

START_TEST(last_words)
{
	char words[SELFTEST_WHY];

	selftest_last_words("", words);
	ck_assert_str_eq(words, "");
	selftest_last_words("The remote system is required to\nExit.\n",
	    words);
	ck_assert_str_eq(words, "The remote system is required to");
	selftest_last_words("one\ntwo\nConnection terminated.", words);
	ck_assert_str_eq(words, "two");
}
END_TEST

/* The one who speaks may be in the hands of the server that it has called. */
START_TEST(what_a_room_says_is_printable)
{
	struct selftest_result r = { .failed = SELFTEST_STEPS };
	struct room_msg m;
	int fds[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	memset(r.why, 'x', sizeof(r.why));
	memcpy(r.why, "no\x1b[2J\n", 7);
	room_say(fds[0], ROOM_DONE, &r);
	ck_assert(room_hear(fds[1], ROOM_DONE, 1000, &m));
	ck_assert_int_eq(strncmp(m.r.why, "no?[2J?xx", 9), 0);
	ck_assert_uint_eq(strlen(m.r.why), sizeof(m.r.why) - 1);
	r.failed++;
	room_say(fds[0], ROOM_DONE, &r);
	ck_assert(!room_hear(fds[1], ROOM_DONE, 1000, &m));
	ck_assert_int_eq(m.type, ROOM_TROUBLE);
	close(fds[0]);
	close(fds[1]);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, all_steps);
	tcase_add_test(tc, a_running_server_is_left_before_the_login);
	tcase_add_test(tc, silence);
	tcase_add_test(tc, a_pppd_that_ends_at_once_is_no_fault_of_gre);
	tcase_add_test(tc, a_password_that_is_refused);
	tcase_add_test(tc, no_encryption);
	tcase_add_test(tc, frames_that_are_cut_short);
	tcase_add_test(tc, last_words);
	tcase_add_test(tc, what_a_room_says_is_printable);
}

int
main(void)
{
	return unit_main("selftest", add);
}
