/* The diagnosis of a login: what is said of which, when, and of which nothing. */
/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state/diagnosis.h"
#include "unit.h"

#define SECOND		UINT64_C(1000000)
#define SILENCE		(DIAGNOSIS_US / SECOND)
#define PPPD		true
#define CLIENT		false

static struct diagnosis d;
static uint64_t now;

static void
setup(void)
{
	now = 1000 * SECOND;
	diagnosis_begin(&d, now);
}

/* A frame with address, control and two octets of protocol. */
static void
frame(bool from_pppd, uint16_t protocol, uint8_t code, const void *body,
    size_t len)
{
	uint8_t buf[64] = { 0xFF, 0x03, (uint8_t)(protocol >> 8),
	    (uint8_t)protocol, code, 1, 0, (uint8_t)(4 + len) };
	struct ppp_head head = { protocol, code };

	if (len > 0)
		memcpy(buf + 8, body, len);
	diagnosis_frame(&d, from_pppd, &head, buf, 8 + len, now);
}

static void
says(bool from_pppd, uint16_t protocol, uint8_t code)
{
	frame(from_pppd, protocol, code, NULL, 0);
}

/* The verdict so many seconds later; the deadlines have been kept. */
static enum diagnosis_verdict
after(uint64_t seconds)
{
	uint64_t end = now + seconds * SECOND;

	while (diagnosis_deadline(&d) <= end) {
		ck_assert_uint_ge(diagnosis_deadline(&d) + 1, now);
		now = diagnosis_deadline(&d);
		(void)diagnosis_look(&d, now, false);
		ck_assert_uint_gt(diagnosis_deadline(&d), now);
	}
	now = end;
	return d.said;
}

/* LCP is agreed, both ways. */
static void
lcp(void)
{
	says(PPPD, PPP_LCP, 1);
	diagnosis_packet(&d, true, now);
	says(CLIENT, PPP_LCP, 1);
	says(PPPD, PPP_LCP, 2);
	says(CLIENT, PPP_LCP, 2);
}

static void
login(void)
{
	lcp();
	says(PPPD, PPP_CHAP, 1);
	says(CLIENT, PPP_CHAP, 2);
	says(PPPD, PPP_CHAP, 3);
}

static void
ip(void)
{
	says(PPPD, PPP_IPCP, 1);
	says(CLIENT, PPP_IPCP, 1);
	says(PPPD, PPP_IPCP, 2);
	says(CLIENT, PPP_IPCP, 2);
}

START_TEST(a_healthy_call)
{
	login();
	says(PPPD, PPP_CCP, 1);
	says(CLIENT, PPP_CCP, 2);
	says(CLIENT, PPP_CCP, 1);
	says(PPPD, PPP_CCP, 2);
	ip();
	ck_assert_int_eq(after(3600), DIAGNOSIS_NONE);
	ck_assert_uint_eq(diagnosis_deadline(&d), UINT64_MAX);
	says(CLIENT, PPP_LCP, 5);	/* it hangs up */
	ck_assert(!diagnosis_look(&d, now, true));
}
END_TEST

/* Each step takes nearly as long as a silence may. */
START_TEST(a_slow_call)
{
	static const struct {
		bool from_pppd;
		uint16_t protocol;
		uint8_t code;
	} all[] = {
		{ PPPD, PPP_LCP, 1 }, { CLIENT, PPP_LCP, 1 },
		{ PPPD, PPP_LCP, 2 }, { CLIENT, PPP_LCP, 2 },
		{ PPPD, PPP_CHAP, 1 }, { CLIENT, PPP_CHAP, 2 },
		{ PPPD, PPP_CHAP, 3 },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (!all[i].from_pppd)
			diagnosis_packet(&d, true, now);
		says(all[i].from_pppd, all[i].protocol, all[i].code);
		/* Only the client's first request is nothing new. */
		ck_assert_int_eq(after(SILENCE / 2), DIAGNOSIS_NONE);
	}
	ip();
	ck_assert_int_eq(after(60), DIAGNOSIS_NONE);
}
END_TEST

START_TEST(no_gre_at_all)
{
	char text[DIAGNOSIS_TEXT];

	for (int i = 0; i < 3; i++) {
		says(PPPD, PPP_LCP, 1);
		ck_assert_int_eq(after(i < 2 ? 3 : 2), i < 2 ? DIAGNOSIS_NONE :
		    DIAGNOSIS_NO_GRE);
	}
	diagnosis_text(d.said, inet_addr("198.51.100.20"), 0, text);
	ck_assert_str_eq(text, "GRE (IP protocol 47) from 198.51.100.20 does "
	    "not arrive: a firewall or NAT on the way drops it");
	ck_assert_str_eq(diagnosis_word(d.said), "no-gre");
	ck_assert_int_eq(after(60), DIAGNOSIS_NO_GRE);
	/* It comes after all. */
	login();
	ck_assert(diagnosis_look(&d, now, false));
	ck_assert_int_eq(d.said, DIAGNOSIS_NONE);
}
END_TEST

/* Whose fault it is is not known then. */
START_TEST(pppd_has_said_nothing_yet)
{
	ck_assert_int_eq(after(60), DIAGNOSIS_NONE);
	says(PPPD, PPP_LCP, 1);
	ck_assert_int_eq(after(SILENCE - 1), DIAGNOSIS_NONE);
	ck_assert_int_eq(after(1), DIAGNOSIS_NO_GRE);
}
END_TEST

START_TEST(gre_of_no_call)
{
	char text[DIAGNOSIS_TEXT];

	says(PPPD, PPP_LCP, 1);
	diagnosis_stray(&d, 0x1a2b);
	ck_assert_int_eq(after(SILENCE), DIAGNOSIS_UNKNOWN_ID);
	diagnosis_text(d.said, inet_addr("198.51.100.20"),
	    diagnosis_detail(&d), text);
	ck_assert_ptr_nonnull(strstr(text, "with Call ID 1A2B, which"));
}
END_TEST

START_TEST(gre_from_elsewhere)
{
	char text[DIAGNOSIS_TEXT];

	says(PPPD, PPP_LCP, 1);
	diagnosis_stray(&d, 0x1a2b);
	diagnosis_stranger(&d, inet_addr("203.0.113.9"));
	ck_assert_int_eq(after(SILENCE), DIAGNOSIS_OTHER_ADDRESS);
	diagnosis_text(d.said, inet_addr("198.51.100.20"),
	    diagnosis_detail(&d), text);
	ck_assert_ptr_nonnull(strstr(text,
	    "from 203.0.113.9 and not from 198.51.100.20"));
}
END_TEST

/* Another call's packets, or an attacker's, beside those of the client. */
START_TEST(strays_of_a_call_that_works)
{
	diagnosis_stray(&d, 7);
	diagnosis_stranger(&d, 7);
	login();
	diagnosis_stray(&d, 7);
	ip();
	ck_assert_int_eq(after(60), DIAGNOSIS_NONE);
}
END_TEST

START_TEST(ours_is_not_heard)
{
	for (int i = 0; i < 5; i++) {	/* each repeats its request */
		says(PPPD, PPP_LCP, 1);
		diagnosis_packet(&d, false, now);
		says(CLIENT, PPP_LCP, 1);
		says(PPPD, PPP_LCP, 2);
		(void)after(3);
	}
	ck_assert_int_eq(d.said, DIAGNOSIS_NOT_HEARD);
}
END_TEST

START_TEST(a_client_without_ppp)
{
	says(PPPD, PPP_LCP, 1);
	diagnosis_packet(&d, true, now);
	ck_assert_int_eq(after(SILENCE), DIAGNOSIS_LCP_SILENT);
}
END_TEST

START_TEST(a_wrong_password)
{
	lcp();
	says(PPPD, PPP_CHAP, 1);
	says(CLIENT, PPP_CHAP, 2);
	ck_assert(!diagnosis_look(&d, now, false));
	says(PPPD, PPP_CHAP, 4);
	ck_assert(diagnosis_look(&d, now, false));
	ck_assert_int_eq(d.said, DIAGNOSIS_AUTH_REFUSED);
	ck_assert(!diagnosis_look(&d, now, true));	/* said already */
}
END_TEST

START_TEST(no_answer_to_a_challenge)
{
	lcp();
	says(PPPD, PPP_CHAP, 1);
	ck_assert_int_eq(after(SILENCE), DIAGNOSIS_AUTH_SILENT);
}
END_TEST

START_TEST(a_server_of_passwords_that_is_down)
{
	lcp();
	says(PPPD, PPP_CHAP, 1);
	says(CLIENT, PPP_CHAP, 2);
	ck_assert_int_eq(after(SILENCE), DIAGNOSIS_AUTH_UNDECIDED);
	setup();
	lcp();
	says(CLIENT, PPP_PAP, 1);
	ck_assert_int_eq(after(SILENCE), DIAGNOSIS_NONE);	/* not yet */
	says(PPPD, PPP_CHAP, 1);
	ck_assert_int_eq(after(SILENCE), DIAGNOSIS_AUTH_UNDECIDED);
}
END_TEST

START_TEST(no_common_kind_of_authentication)
{
	/* MRU, then Authentication-Protocol PAP */
	static const uint8_t nak[] = { 1, 4, 5, 120, 3, 4, 0xC0, 0x23 };

	says(PPPD, PPP_LCP, 1);
	diagnosis_packet(&d, true, now);
	frame(CLIENT, PPP_LCP, 3, nak, sizeof(nak));
	says(PPPD, PPP_LCP, 1);
	frame(CLIENT, PPP_LCP, 4, nak, sizeof(nak));
	ck_assert(!diagnosis_look(&d, now, false));
	says(PPPD, PPP_LCP, 5);
	ck_assert(diagnosis_look(&d, now, false));
	ck_assert_int_eq(d.said, DIAGNOSIS_AUTH_KIND);
	/* Windows refuses EAP first, and then takes MS-CHAPv2. */
	setup();
	says(PPPD, PPP_LCP, 1);
	frame(CLIENT, PPP_LCP, 3, nak, sizeof(nak));
	login();
	ip();
	ck_assert_int_eq(after(60), DIAGNOSIS_NONE);
}
END_TEST

/* Frames cut anywhere, options of length 0: nothing is read beyond them. */
START_TEST(options_that_are_none)
{
	static const uint8_t zero[] = { 1, 0, 3, 4 }, half[] = { 1, 200, 3 };
	struct ppp_head head = { PPP_LCP, 3 };
	uint8_t *copy;

	frame(CLIENT, PPP_LCP, 3, zero, sizeof(zero));
	ck_assert(!d.kind_refused);
	frame(CLIENT, PPP_LCP, 4, half, sizeof(half));
	ck_assert(!d.kind_refused);
	for (size_t len = 0; len < 12; len++) {
		copy = malloc(len + 1);		/* for AddressSanitizer */
		memset(copy, 0xFF, len + 1);
		diagnosis_frame(&d, CLIENT, &head, copy, len, now);
		head.code = 8;
		diagnosis_frame(&d, PPPD, &head, copy, len, now);
		head.code = 3;
		free(copy);
	}
}
END_TEST

START_TEST(the_client_wants_no_encryption)
{
	login();
	says(PPPD, PPP_CCP, 1);
	says(CLIENT, PPP_CCP, 4);
	ck_assert(!diagnosis_look(&d, now, false));
	says(PPPD, PPP_LCP, 5);
	ck_assert(diagnosis_look(&d, now, false));
	ck_assert_int_eq(d.said, DIAGNOSIS_MPPE_CLIENT);
}
END_TEST

START_TEST(the_server_has_no_encryption)
{
	static const uint8_t ccp[] = { 0x80, 0xFD, 1, 1, 0, 4 };

	login();
	says(CLIENT, PPP_CCP, 1);
	frame(PPPD, PPP_LCP, 8, ccp, sizeof(ccp));
	says(CLIENT, PPP_LCP, 5);
	ck_assert(diagnosis_look(&d, now, false));
	ck_assert_int_eq(d.said, DIAGNOSIS_MPPE_SERVER);
	setup();
	login();
	says(CLIENT, PPP_CCP, 1);
	says(PPPD, PPP_CCP, 4);
	says(CLIENT, PPP_LCP, 5);
	(void)diagnosis_look(&d, now, false);
	ck_assert_int_eq(d.said, DIAGNOSIS_MPPE_SERVER);
	/* Another protocol that is rejected is no encryption. */
	setup();
	login();
	frame(PPPD, PPP_LCP, 8, "\x80\x57\1\1\0\4", 6);
	says(CLIENT, PPP_LCP, 5);
	ck_assert(!diagnosis_look(&d, now, false));
}
END_TEST

/* The client hangs up before a silence is long enough. */
START_TEST(a_call_that_ends_early)
{
	says(PPPD, PPP_LCP, 1);
	ck_assert_int_eq(after(1), DIAGNOSIS_NONE);
	ck_assert(!diagnosis_look(&d, now, true));
	ck_assert_int_eq(after(4), DIAGNOSIS_NONE);
	ck_assert(diagnosis_look(&d, now, true));
	ck_assert_int_eq(d.said, DIAGNOSIS_NO_GRE);
}
END_TEST

START_TEST(a_call_that_is_not_watched)
{
	memset(&d, 0, sizeof(d));
	ck_assert(!diagnosis_watched(&d));
	says(PPPD, PPP_LCP, 1);
	ck_assert_uint_eq(diagnosis_deadline(&d), UINT64_MAX);
	ck_assert(!diagnosis_look(&d, now + 60 * SECOND, true));
}
END_TEST

/* Rows of the table below "## Diagnoses" of docs/troubleshooting.md. */
static unsigned int
rows(const char *word)
{
	const char *top = getenv("TOP");
	char path[1024], line[1024], want[64];
	bool inside = false;
	unsigned int n = 0;
	FILE *f;

	snprintf(want, sizeof(want), "| `%s", word);
	snprintf(path, sizeof(path), "%s/docs/troubleshooting.md",
	    top != NULL ? top : "../..");
	f = fopen(path, "r");
	ck_assert_msg(f != NULL, "%s", path);
	while (fgets(line, sizeof(line), f) != NULL) {
		if (strncmp(line, "## ", 3) == 0)
			inside = strcmp(line, "## Diagnoses\n") == 0;
		n += inside && strncmp(line, want, strlen(want)) == 0;
	}
	fclose(f);
	return n;
}

START_TEST(each_has_words_and_a_row_in_the_docs)
{
	char text[DIAGNOSIS_TEXT], word[64];

	for (int v = DIAGNOSIS_NONE; v < DIAGNOSIS_COUNT; v++) {
		diagnosis_text(v, UINT32_MAX, UINT32_MAX, text);
		ck_assert_uint_gt(strlen(text), 10);
		ck_assert_uint_lt(strlen(text), DIAGNOSIS_TEXT - 1);
		ck_assert_ptr_null(strchr(text, '%'));
		snprintf(word, sizeof(word), "%s` |", diagnosis_word(v));
		ck_assert_msg(rows(word) == (v != DIAGNOSIS_NONE), "%s", word);
	}
	ck_assert_uint_eq(rows(""), DIAGNOSIS_COUNT - 1);
	ck_assert_str_eq(diagnosis_word(DIAGNOSIS_COUNT), "unknown");
	ck_assert_str_eq(diagnosis_word((enum diagnosis_verdict)-1),
	    "unknown");
	diagnosis_text(DIAGNOSIS_COUNT, 0, 0, text);
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, a_healthy_call);
	tcase_add_test(tc, a_slow_call);
	tcase_add_test(tc, no_gre_at_all);
	tcase_add_test(tc, pppd_has_said_nothing_yet);
	tcase_add_test(tc, gre_of_no_call);
	tcase_add_test(tc, gre_from_elsewhere);
	tcase_add_test(tc, strays_of_a_call_that_works);
	tcase_add_test(tc, ours_is_not_heard);
	tcase_add_test(tc, a_client_without_ppp);
	tcase_add_test(tc, a_wrong_password);
	tcase_add_test(tc, no_answer_to_a_challenge);
	tcase_add_test(tc, a_server_of_passwords_that_is_down);
	tcase_add_test(tc, no_common_kind_of_authentication);
	tcase_add_test(tc, options_that_are_none);
	tcase_add_test(tc, the_client_wants_no_encryption);
	tcase_add_test(tc, the_server_has_no_encryption);
	tcase_add_test(tc, a_call_that_ends_early);
	tcase_add_test(tc, a_call_that_is_not_watched);
	tcase_add_test(tc, each_has_words_and_a_row_in_the_docs);
}

int
main(void)
{
	return unit_main("diagnosis", tests);
}
