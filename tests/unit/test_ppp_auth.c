/* What a frame from pppd says about authentication. */
/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

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

static void
tests(TCase *t)
{
	tcase_add_loop_test(t, row, 0, sizeof(rows) / sizeof(rows[0]));
}

int
main(void)
{
	return unit_main("ppp_auth", tests);
}
