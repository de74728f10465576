/* What a frame from pppd says about authentication. */
/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "protocol/ppp_auth.h"
#include "unit.h"

static const struct row {
	const char *what;
	enum ppp_auth says;
	size_t len;
	uint8_t frame[16];
} rows[] = {
	{ "LCP Configure-Request", PPP_AUTH_NOTHING, 8,
	    { 0xff, 0x03, 0xc0, 0x21, 0x01, 0x01, 0x00, 0x04 } },
	{ "LCP Configure-Nak, code 3", PPP_AUTH_NOTHING, 8,
	    { 0xff, 0x03, 0xc0, 0x21, 0x03, 0x01, 0x00, 0x04 } },
	{ "LCP without address and control", PPP_AUTH_NOTHING, 6,
	    { 0xc0, 0x21, 0x04, 0x01, 0x00, 0x04 } },
	{ "CHAP Challenge", PPP_AUTH_NOTHING, 8,
	    { 0xff, 0x03, 0xc2, 0x23, 0x01, 0x01, 0x00, 0x04 } },
	{ "CHAP Success", PPP_AUTH_SUCCEEDED, 8,
	    { 0xff, 0x03, 0xc2, 0x23, 0x03, 0x01, 0x00, 0x04 } },
	{ "CHAP Success without address and control", PPP_AUTH_SUCCEEDED, 6,
	    { 0xc2, 0x23, 0x03, 0x01, 0x00, 0x04 } },
	{ "CHAP Failure", PPP_AUTH_FAILED, 8,
	    { 0xff, 0x03, 0xc2, 0x23, 0x04, 0x01, 0x00, 0x04 } },
	{ "EAP Request", PPP_AUTH_NOTHING, 8,
	    { 0xff, 0x03, 0xc2, 0x27, 0x01, 0x01, 0x00, 0x04 } },
	{ "EAP Success", PPP_AUTH_SUCCEEDED, 8,
	    { 0xff, 0x03, 0xc2, 0x27, 0x03, 0x01, 0x00, 0x04 } },
	{ "EAP Failure", PPP_AUTH_FAILED, 8,
	    { 0xff, 0x03, 0xc2, 0x27, 0x04, 0x01, 0x00, 0x04 } },
	{ "PAP Authenticate-Request", PPP_AUTH_NOTHING, 8,
	    { 0xff, 0x03, 0xc0, 0x23, 0x01, 0x01, 0x00, 0x04 } },
	{ "PAP Ack", PPP_AUTH_SUCCEEDED, 9,
	    { 0xff, 0x03, 0xc0, 0x23, 0x02, 0x01, 0x00, 0x05, 0x00 } },
	{ "PAP Nak", PPP_AUTH_FAILED, 9,
	    { 0xff, 0x03, 0xc0, 0x23, 0x03, 0x01, 0x00, 0x05, 0x00 } },
	{ "IPCP Configure-Request", PPP_AUTH_SUCCEEDED, 8,
	    { 0xff, 0x03, 0x80, 0x21, 0x01, 0x01, 0x00, 0x04 } },
	{ "CCP, which comes with IPCP", PPP_AUTH_SUCCEEDED, 8,
	    { 0xff, 0x03, 0x80, 0xfd, 0x01, 0x01, 0x00, 0x04 } },
	{ "an IP packet", PPP_AUTH_SUCCEEDED, 5,
	    { 0xff, 0x03, 0x00, 0x21, 0x45 } },
	{ "an IP packet, everything compressed", PPP_AUTH_SUCCEEDED, 2,
	    { 0x21, 0x45 } },
	{ "nothing", PPP_AUTH_NOTHING, 0, { 0 } },
	{ "address and control only", PPP_AUTH_NOTHING, 2, { 0xff, 0x03 } },
	{ "half a protocol", PPP_AUTH_NOTHING, 3, { 0xff, 0x03, 0xc2 } },
	{ "no code", PPP_AUTH_NOTHING, 4, { 0xff, 0x03, 0xc2, 0x23 } },
};

START_TEST(row)
{
	const struct row *r = &rows[_i];
	/* On the heap, so that a sanitizer sees who reads too far. */
	uint8_t *copy = malloc(r->len > 0 ? r->len : 1);

	ck_assert_ptr_nonnull(copy);
	for (size_t i = 0; i < r->len; i++)
		copy[i] = r->frame[i];
	ck_assert_msg(ppp_auth_look(copy, r->len) == r->says, "%s", r->what);
	free(copy);
}
END_TEST

/* What is read at one glance is what the head says. */
START_TEST(data_is_what_its_head_says)
{
	static const uint8_t octets[] = { 0, 1, 3, 0x20, 0x21, 0x7e, 0x7f,
	    0x80, 0x81, 0xc0, 0xc1, 0xfd, 0xff };
	const size_t n = sizeof(octets);
	struct ppp_head head;

	for (size_t i = 0; i < 6 * n * n * n * n; i++) {
		size_t k = i / 6, len = i % 6;
		const uint8_t whole[5] = { octets[k % n], octets[k / n % n],
		    octets[k / n / n % n], octets[k / n / n / n], 1 };
		uint8_t *frame = malloc(len > 0 ? len : 1);

		ck_assert_ptr_nonnull(frame);
		memcpy(frame, whole, len);
		if (ppp_frame_is_data(frame, len) !=
		    (ppp_frame_head(frame, len, &head) &&
		    head.protocol < PPP_NETWORK_CONTROL))
			ck_abort_msg("%02x %02x %02x %02x, %zu octets",
			    whole[0], whole[1], whole[2], whole[3], len);
		free(frame);
	}
}
END_TEST

/* Configure-Acks of LCP; the kind is what they agree on. */
static const struct agreed {
	enum ppp_auth_kind kind;
	size_t len;
	uint8_t frame[24];
} agreed[] = {
	{ PPP_AUTH_KIND_UNKNOWN, 15, { 0xff, 0x03, 0xc0, 0x21, 2, 1, 0, 13,
	    1, 4, 5, 0xdc, 3, 5, 0xc2 } },	/* the next one, cut */
	{ PPP_AUTH_KIND_MSCHAP_V2, 17, { 0xff, 0x03, 0xc0, 0x21, 2, 1, 0, 13,
	    1, 4, 5, 0xdc, 3, 5, 0xc2, 0x23, 0x81 } },
	{ PPP_AUTH_KIND_MSCHAP, 11, { 0xc0, 0x21, 2, 1, 0, 9,
	    3, 5, 0xc2, 0x23, 0x80 } },
	{ PPP_AUTH_KIND_CHAP_MD5, 11, { 0xc0, 0x21, 2, 1, 0, 9,
	    3, 5, 0xc2, 0x23, 5 } },
	{ PPP_AUTH_KIND_OTHER, 11, { 0xc0, 0x21, 2, 1, 0, 9,
	    3, 5, 0xc2, 0x23, 6 } },
	{ PPP_AUTH_KIND_PAP, 10, { 0xc0, 0x21, 2, 1, 0, 8,
	    3, 4, 0xc0, 0x23 } },
	{ PPP_AUTH_KIND_EAP, 10, { 0xc0, 0x21, 2, 1, 0, 8,
	    3, 4, 0xc2, 0x27 } },
	{ PPP_AUTH_KIND_OTHER, 10, { 0xc0, 0x21, 2, 1, 0, 8,
	    3, 4, 0xc0, 0x27 } },
	{ PPP_AUTH_KIND_NONE, 10, { 0xc0, 0x21, 2, 1, 0, 8,
	    1, 4, 5, 0xdc } },
	{ PPP_AUTH_KIND_NONE, 6, { 0xc0, 0x21, 2, 1, 0, 4 } },
	{ PPP_AUTH_KIND_UNKNOWN, 8, { 0xc0, 0x21, 2, 1, 0, 6, 1, 0 } },
	{ PPP_AUTH_KIND_UNKNOWN, 5, { 0xc0, 0x21, 2, 1, 0 } },
	{ PPP_AUTH_KIND_UNKNOWN, 0, { 0 } },
};

START_TEST(kind)
{
	const struct agreed *a = &agreed[_i];
	uint8_t *copy = malloc(a->len > 0 ? a->len : 1);

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, a->frame, a->len);
	ck_assert_msg(ppp_auth_kind_of(copy, a->len) == a->kind, "row %d: %s",
	    _i, ppp_auth_kind_word(ppp_auth_kind_of(copy, a->len)));
	free(copy);
}
END_TEST

START_TEST(each_kind_has_a_word_of_its_own)
{
	for (int i = 0; i < PPP_AUTH_KINDS; i++) {
		for (int k = 0; k < i; k++)
			ck_assert_str_ne(ppp_auth_kind_word(i),
			    ppp_auth_kind_word(k));
	}
	ck_assert_str_eq(ppp_auth_kind_word(PPP_AUTH_KINDS), "unknown");
}
END_TEST

static void
tests(TCase *t)
{
	tcase_add_loop_test(t, row, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(t, data_is_what_its_head_says);
	tcase_add_loop_test(t, kind, 0, sizeof(agreed) / sizeof(agreed[0]));
	tcase_add_test(t, each_kind_has_a_word_of_its_own);
}

int
main(void)
{
	return unit_main("ppp_auth", tests);
}
