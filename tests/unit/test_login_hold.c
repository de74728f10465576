/* Frames that come too early in a login: what waits, for how long. */
/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state/login_hold.h"
#include "state/login_steps.h"
#include "unit.h"

#define MS	1000

/* Frames are four octets: protocol, code, and a number that tells them apart. */
#define FRAME(protocol, code, id)					\
	(const uint8_t[]){ (protocol) >> 8, (protocol) & 0xff, code, id }, 4

static struct login_hold hold;
static char heard[1024];	/* what went out, in order */
static uint64_t now;

static void
note(const char *who, const uint8_t *frame, size_t len)
{
	size_t at = strlen(heard);

	ck_assert_uint_ge(len, 4);
	snprintf(heard + at, sizeof(heard) - at, "%s%s %02x%02x %u/%u%s",
	    at > 0 ? ", " : "", who, frame[0], frame[1], frame[2], frame[3],
	    len > 4 ? " and more" : "");
}

static void
to_client(const uint8_t *frame, size_t len, void *arg)
{
	ck_assert_ptr_eq(arg, &hold);
	note("client", frame, len);
}

static void
to_pppd(const uint8_t *frame, size_t len, void *arg)
{
	ck_assert_ptr_eq(arg, &hold);
	note("pppd", frame, len);
}

static const struct login_hold_ops ops = { to_client, to_pppd };

static void
setup(void)
{
	now = 7000000;
	heard[0] = '\0';
	login_hold_init(&hold);
}

static void
teardown(void)
{
	login_hold_free(&hold);
}

static void
from_pppd(const uint8_t *frame, size_t len)
{
	struct ppp_head head;

	login_hold_from_pppd(&hold, frame, len,
	    ppp_frame_head(frame, len, &head) ? &head : NULL, now, &ops, &hold);
}

static void
from_client(const uint8_t *frame, size_t len)
{
	struct ppp_head head;

	login_hold_client_spoke(&hold, now, &ops, &hold);
	login_hold_from_client(&hold, frame, len,
	    ppp_frame_head(frame, len, &head) ? &head : NULL, now, &ops, &hold);
}

static void
timer(void)
{
	login_hold_timer(&hold, now, &ops, &hold);
}

/* What was heard since the last time. */
static void
expect(const char *want)
{
	ck_assert_str_eq(heard, want);
	heard[0] = '\0';
}

/* The client is in. */
static void
authenticate(void)
{
	login_hold_client_spoke(&hold, now, &ops, &hold);
	from_pppd(FRAME(PPP_CHAP, 3, 1));
	expect("client c223 3/1");
	ck_assert_int_eq(hold.stage, LOGIN_NETWORKS);
}

START_TEST(first_waits_for_the_client)
{
	from_pppd(FRAME(PPP_LCP, 1, 1));
	expect("");
	ck_assert_uint_eq(login_hold_deadline(&hold), now + 300 * MS);
	now += 12 * MS;
	timer();
	expect("");
	login_hold_client_spoke(&hold, now, &ops, &hold);
	expect("client c021 1/1");
	ck_assert_uint_eq(hold.waited_first, 12 * MS);
	ck_assert_uint_eq(login_hold_deadline(&hold), UINT64_MAX);
	from_pppd(FRAME(PPP_LCP, 1, 2));
	expect("client c021 1/2");
}
END_TEST

START_TEST(first_waits_for_300_ms)
{
	from_pppd(FRAME(PPP_LCP, 1, 1));
	now = login_hold_deadline(&hold) - 1;
	timer();
	expect("");
	now++;
	timer();
	expect("client c021 1/1");
	ck_assert_uint_eq(hold.waited_first, 300 * MS);
	/* The client's first packet changes nothing then. */
	from_client(FRAME(PPP_LCP, 1, 9));
	expect("pppd c021 1/9");
}
END_TEST

START_TEST(client_speaks_first)
{
	from_client(FRAME(PPP_LCP, 1, 9));
	expect("pppd c021 1/9");
	from_pppd(FRAME(PPP_LCP, 1, 1));
	expect("client c021 1/1");
}
END_TEST

/* Two frames at once: a pppd that does not wait is not waited for. */
START_TEST(second_frame_takes_the_first_along)
{
	from_pppd(FRAME(PPP_LCP, 1, 1));
	from_pppd(FRAME(PPP_CHAP, 1, 2));
	expect("client c021 1/1, client c223 1/2");
	ck_assert_uint_eq(login_hold_deadline(&hold), UINT64_MAX);
}
END_TEST

/* Windows 10: the three requests come together, 5 ms after CHAP success. */
START_TEST(requests_wait_for_those_of_pppd)
{
	authenticate();
	now += 5 * MS;
	from_client(FRAME(PPP_IPV6CP, 1, 5));
	from_client(FRAME(PPP_CCP, 1, 6));
	from_client(FRAME(PPP_IPCP, 1, 7));
	expect("");
	ck_assert_uint_eq(login_hold_deadline(&hold), now + 1000 * MS);
	now += MS;
	from_pppd(FRAME(PPP_CCP, 1, 1));
	expect("client 80fd 1/1, pppd 80fd 1/6");
	from_client(FRAME(PPP_CCP, 2, 1));
	from_pppd(FRAME(PPP_CCP, 2, 6));
	expect("pppd 80fd 2/1, client 80fd 2/6");
	now += 20 * MS;
	from_pppd(FRAME(PPP_IPCP, 1, 1));
	expect("client 8021 1/1, pppd 8021 1/7, pppd 8057 1/5");
	ck_assert_int_eq(hold.stage, LOGIN_OVER);
	ck_assert_uint_eq(hold.waited_ncp, 21 * MS);
	ck_assert_uint_eq(login_hold_deadline(&hold), UINT64_MAX);
}
END_TEST

/* noccp: pppd never asks for CCP, and the client has to hear so at once. */
START_TEST(ip_without_ccp_opens_all)
{
	authenticate();
	from_client(FRAME(PPP_CCP, 1, 6));
	from_client(FRAME(PPP_IPCP, 1, 7));
	expect("");
	from_pppd(FRAME(PPP_IPCP, 1, 1));
	expect("client 8021 1/1, pppd 80fd 1/6, pppd 8021 1/7");
}
END_TEST

START_TEST(ipv6_alone_opens_all)
{
	authenticate();
	from_client(FRAME(PPP_IPCP, 1, 7));
	from_pppd(FRAME(PPP_IPV6CP, 1, 1));
	expect("client 8057 1/1, pppd 8021 1/7");
}
END_TEST

/* Only a request shows that pppd has opened it: fsm.c answers when closed. */
START_TEST(a_terminate_ack_opens_nothing)
{
	authenticate();
	from_client(FRAME(PPP_IPCP, 1, 7));
	from_pppd(FRAME(PPP_IPCP, 6, 7));
	expect("client 8021 6/7");
	from_pppd(FRAME(PPP_IPCP, 1, 1));
	expect("client 8021 1/1, pppd 8021 1/7");
}
END_TEST

START_TEST(the_newest_of_each_waits)
{
	authenticate();
	from_client(FRAME(PPP_IPCP, 1, 1));
	now += 400 * MS;
	from_client(FRAME(PPP_IPCP, 1, 2));
	from_client(FRAME(PPP_CCP, 1, 3));
	now += 400 * MS;
	from_client(FRAME(PPP_IPCP, 1, 4));
	expect("");
	/* The time counts from the first of its protocol. */
	now += 199 * MS;
	timer();
	expect("");
	now += MS;
	timer();
	expect("pppd 8021 1/4");
	now += 400 * MS;
	timer();
	expect("pppd 80fd 1/3");
	/* Who was not heard of in time is not waited for again. */
	from_client(FRAME(PPP_IPCP, 1, 5));
	from_client(FRAME(PPP_CCP, 1, 6));
	expect("pppd 8021 1/5, pppd 80fd 1/6");
}
END_TEST

START_TEST(before_and_after_nothing_waits)
{
	from_client(FRAME(PPP_IPCP, 1, 1));
	expect("pppd 8021 1/1");
	authenticate();
	from_client(FRAME(PPP_LCP, 9, 1));
	from_client(FRAME(0x0021, 69, 1));
	expect("pppd c021 9/1, pppd 0021 69/1");
	from_pppd(FRAME(PPP_IPCP, 1, 1));
	expect("client 8021 1/1");
	from_client(FRAME(PPP_IPCP, 1, 1));
	from_client(FRAME(PPP_CCP, 1, 2));
	expect("pppd 8021 1/1, pppd 80fd 1/2");
}
END_TEST

START_TEST(pap_and_eap_count)
{
	login_hold_client_spoke(&hold, now, &ops, &hold);
	from_pppd(FRAME(PPP_PAP, 3, 1));
	from_pppd(FRAME(PPP_EAP, 4, 1));
	ck_assert_int_eq(hold.stage, LOGIN_LINK);
	if (_i == 0)
		from_pppd(FRAME(PPP_PAP, 2, 1));
	else
		from_pppd(FRAME(PPP_EAP, 3, 1));
	ck_assert_int_eq(hold.stage, LOGIN_NETWORKS);
	heard[0] = '\0';
	from_client(FRAME(PPP_IPCP, 1, 1));
	expect("");
}
END_TEST

/* Without authentication pppd opens its protocols with LCP. */
START_TEST(without_authentication)
{
	login_hold_client_spoke(&hold, now, &ops, &hold);
	from_pppd(FRAME(PPP_CCP, 1, 1));
	expect("client 80fd 1/1");
	from_client(FRAME(PPP_IPCP, 1, 1));
	expect("");
	from_pppd(FRAME(PPP_IPCP, 1, 1));
	expect("client 8021 1/1, pppd 8021 1/1");
}
END_TEST

/* Giants are not kept, and what is kept is given up with the call. */
START_TEST(what_does_not_fit_passes)
{
	static const uint8_t giant[LOGIN_HOLD_FRAME_MAX + 1] =
	    { 0x80, 0x21, 1, 8 };

	authenticate();
	from_client(giant, sizeof(giant));
	expect("pppd 8021 1/8 and more");
	from_client(giant, sizeof(giant) - 1);
	expect("");
	login_hold_free(&hold);
	ck_assert_int_eq(hold.stage, LOGIN_OVER);
	from_client(FRAME(PPP_IPCP, 1, 1));
	expect("pppd 8021 1/1");
	ck_assert_uint_eq(login_hold_deadline(&hold), UINT64_MAX);
}
END_TEST

/* --- the steps, for the log ----------------------------------------------- */

static bool
step(struct login_steps *s, bool from_pppd, uint16_t protocol, uint8_t code)
{
	const struct ppp_head head = { protocol, code };

	now += 10 * MS;
	return login_steps_frame(s, from_pppd, &head, now);
}

START_TEST(steps_of_a_login)
{
	struct login_steps s = { 0 };
	char text[LOGIN_STEPS_TEXT];

	ck_assert(!step(&s, true, PPP_LCP, 1));	/* not watched */
	login_steps_text(&s, text);
	ck_assert_str_eq(text, "");
	login_steps_begin(&s, now);
	ck_assert(!step(&s, true, PPP_LCP, 1));
	login_steps_client_spoke(&s, now + 5 * MS);
	login_steps_client_spoke(&s, now + 6 * MS);
	ck_assert(!step(&s, true, PPP_CHAP, 1));
	ck_assert(!step(&s, true, PPP_CHAP, 3));
	ck_assert(!step(&s, true, PPP_CCP, 2));
	ck_assert(!step(&s, false, PPP_IPCP, 2));
	login_steps_text(&s, text);
	ck_assert_str_eq(text, "pppd 10, client 15, LCP 20, authentication 30");
	ck_assert(!step(&s, false, PPP_CCP, 2));
	ck_assert(!step(&s, false, PPP_IPCP, 2));
	ck_assert(step(&s, true, PPP_IPCP, 2));
	login_steps_text(&s, text);
	ck_assert_str_eq(text, "pppd 10, client 15, LCP 20, authentication 30, "
	    "CCP 60, IP 80");
	ck_assert(!step(&s, true, PPP_IPCP, 2));	/* never again */
}
END_TEST

START_TEST(steps_text_is_long_enough)
{
	struct login_steps s;
	char text[LOGIN_STEPS_TEXT];

	login_steps_begin(&s, 1);
	for (int i = 0; i < LOGIN_STEPS; i++)
		s.at[i] = UINT64_MAX;
	login_steps_text(&s, text);
	ck_assert_str_eq(text + strlen(text) - 18, " 18446744073709551");
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, first_waits_for_the_client);
	tcase_add_test(tc, first_waits_for_300_ms);
	tcase_add_test(tc, client_speaks_first);
	tcase_add_test(tc, second_frame_takes_the_first_along);
	tcase_add_test(tc, requests_wait_for_those_of_pppd);
	tcase_add_test(tc, ip_without_ccp_opens_all);
	tcase_add_test(tc, ipv6_alone_opens_all);
	tcase_add_test(tc, a_terminate_ack_opens_nothing);
	tcase_add_test(tc, the_newest_of_each_waits);
	tcase_add_test(tc, before_and_after_nothing_waits);
	tcase_add_loop_test(tc, pap_and_eap_count, 0, 2);
	tcase_add_test(tc, without_authentication);
	tcase_add_test(tc, what_does_not_fit_passes);
	tcase_add_test(tc, steps_of_a_login);
	tcase_add_test(tc, steps_text_is_long_enough);
}

int
main(void)
{
	return unit_main("login_hold", tests);
}
