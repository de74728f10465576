/* Logins that no server is asked about, and answers that pppd cannot follow. */
/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "radius_answer.h"
#include "radius_request.h"
#include "unit.h"

#define SECRET	((struct radius_secret){ (const uint8_t *)"secret", 6 })

static const uint8_t authenticator[DIGEST_LEN];
static struct radius_out packet;
static struct aaa_login login;
static struct aaa_reply reply;

static void
begin(enum radius_code code, enum aaa_method method)
{
	memset(&login, 0, sizeof(login));
	login.method = method;
	radius_begin(&packet, code, 1, NULL);
}

static void
put_ms(uint8_t type, const void *value, size_t len)
{
	radius_put_vendor(&packet, RADIUS_MICROSOFT, type, value, len);
}

static const char *
read_it(void)
{
	struct radius_secret secret = SECRET;

	memset(&reply, 0xa5, sizeof(reply));
	return answer_read(&reply, packet.buf, packet.len, &login,
	    authenticator, &secret);
}

static void
put_success(void)
{
	put_ms(RADIUS_MS_CHAP2_SUCCESS,
	    "\5S=0123456789ABCDEF0123456789ABCDEF01234567", 43);
}

START_TEST(an_accept)
{
	begin(RADIUS_ACCESS_ACCEPT, AAA_PAP);
	radius_put_u32(&packet, RADIUS_SESSION_TIMEOUT, UINT32_MAX);
	radius_put_u32(&packet, RADIUS_ACCT_INTERIM_INTERVAL, 5);
	radius_put_u32(&packet, RADIUS_FRAMED_MTU, 1);
	radius_put(&packet, RADIUS_IDLE_TIMEOUT, "\0\0\1", 3);
	radius_put(&packet, RADIUS_REPLY_MESSAGE, "a\nb\0c", 5);
	radius_put(&packet, RADIUS_FILTER_ID, "a\nb", 3);
	radius_put_text(&packet, RADIUS_FRAMED_POOL, "main pool");
	radius_put(&packet, RADIUS_CLASS, "\0", 1);
	ck_assert_ptr_null(read_it());
	ck_assert_int_eq(reply.verdict, AAA_ACCEPT);
	ck_assert_uint_eq(reply.session_timeout, 0);
	ck_assert_uint_eq(reply.interim, 60);
	ck_assert_uint_eq(reply.mtu, 0);
	ck_assert_uint_eq(reply.idle_timeout, 0);
	ck_assert_str_eq(reply.message.text, "a?b?c");
	ck_assert_uint_eq(reply.filter_id.len, 0);
	ck_assert_str_eq(reply.pool.text, "main pool");
	ck_assert_uint_eq(reply.class.len, 2);
	ck_assert(!reply.has_keys);
}
END_TEST

START_TEST(a_reject_has_no_more_than_words)
{
	static const char error[] = "\5E=691 R=0 C=00 V=3 M=no";

	begin(RADIUS_ACCESS_REJECT, AAA_MSCHAP_V2);
	radius_put_u32(&packet, RADIUS_SESSION_TIMEOUT, 5);
	radius_put(&packet, RADIUS_FRAMED_IP_ADDRESS, "\12\1\1\1", 4);
	put_ms(RADIUS_MS_CHAP_ERROR, error, sizeof(error) - 1);
	radius_put_text(&packet, RADIUS_REPLY_MESSAGE, "no");
	ck_assert_ptr_null(read_it());
	ck_assert_int_eq(reply.verdict, AAA_REJECT);
	ck_assert_uint_eq(reply.address, 0);
	ck_assert_uint_eq(reply.session_timeout, 0);
	ck_assert_str_eq(reply.message.text, error + 1);
	begin(RADIUS_ACCESS_CHALLENGE, AAA_PAP);
	radius_put_text(&packet, RADIUS_REPLY_MESSAGE, "code?");
	ck_assert_ptr_null(read_it());
	ck_assert_int_eq(reply.verdict, AAA_REJECT);
	ck_assert_str_eq(reply.message.text, "code?");
	/* The words of MS-CHAP have a form, which a Reply-Message has not. */
	begin(RADIUS_ACCESS_REJECT, AAA_MSCHAP);
	radius_put_text(&packet, RADIUS_REPLY_MESSAGE, "no");
	ck_assert_ptr_null(read_it());
	ck_assert_uint_eq(reply.message.len, 0);
}
END_TEST

static void
is_refused(void)
{
	ck_assert_ptr_nonnull(read_it());
	ck_assert_int_eq(reply.verdict, AAA_REJECT);
	ck_assert_uint_eq(reply.session_timeout, 0);
}

START_TEST(accepts_that_are_none)
{
	uint8_t octets[RADIUS_VALUE_MAX] = { 0 };

	begin(RADIUS_ACCESS_ACCEPT, AAA_PAP);
	radius_put_u32(&packet, RADIUS_SESSION_TIMEOUT, 5);
	radius_put_u32(&packet, RADIUS_SERVICE_TYPE, 1);
	is_refused();
	begin(RADIUS_ACCESS_ACCEPT, AAA_PAP);
	radius_put_u32(&packet, RADIUS_FRAMED_PROTOCOL, 2);
	is_refused();
	begin(RADIUS_ACCESS_ACCEPT, AAA_PAP);
	radius_put(&packet, RADIUS_FRAMED_IP_ADDRESS, octets, 3);
	is_refused();
	begin(RADIUS_ACCESS_ACCEPT, AAA_PAP);
	for (int i = 0; i < 5; i++)
		radius_put(&packet, RADIUS_CLASS, octets, sizeof(octets));
	is_refused();
	begin(RADIUS_ACCESS_ACCEPT, AAA_MSCHAP_V2);
	is_refused();
	begin(RADIUS_ACCESS_ACCEPT, AAA_MSCHAP_V2);
	put_ms(RADIUS_MS_CHAP2_SUCCESS, octets, 43);
	is_refused();
	begin(RADIUS_ACCESS_ACCEPT, AAA_MSCHAP_V2);
	put_ms(RADIUS_MS_CHAP_ERROR, "\5E=691", 6);
	is_refused();
	begin(RADIUS_ACCESS_ACCEPT, AAA_MSCHAP_V2);
	put_success();
	put_ms(RADIUS_MS_MPPE_SEND_KEY, octets, 34);
	is_refused();
	begin(RADIUS_ACCESS_ACCEPT, AAA_MSCHAP);
	put_ms(RADIUS_MS_CHAP_MPPE_KEYS, octets, 31);
	is_refused();
}
END_TEST

START_TEST(success_of_mschapv2)
{
	begin(RADIUS_ACCESS_ACCEPT, AAA_MSCHAP_V2);
	radius_put_text(&packet, RADIUS_REPLY_MESSAGE, "before");
	put_success();
	radius_put_text(&packet, RADIUS_REPLY_MESSAGE, "after");
	ck_assert_ptr_null(read_it());
	ck_assert_uint_eq(reply.message.len, 42);
	ck_assert_mem_eq(reply.message.text, "S=01", 4);
	ck_assert(!reply.has_keys);
}
END_TEST

/* T-36; which lengths go through is in tests/radius, with a server. */
START_TEST(lengths)
{
	static const struct {
		enum aaa_method method;
		uint16_t name, challenge, response;
	} good[] = {
		{ AAA_PAP, 1, 0, 1 }, { AAA_PAP, 253, 0, 128 },
		{ AAA_CHAP_MD5, 1, 1, 16 }, { AAA_CHAP_MD5, 1, 253, 16 },
		{ AAA_MSCHAP, 1, 8, 49 }, { AAA_MSCHAP_V2, 1, 16, 49 }
	};
	bool is_good;

	for (unsigned m = 0; m <= AAA_METHODS; m++)
	for (uint16_t name = 0; name <= 1; name++)
	for (uint16_t challenge = 0; challenge <= 255; challenge++)
	for (uint16_t response = 0; response <= 255; response++) {
		login.method = (enum aaa_method)m;
		login.call.name.len = name;
		login.challenge.len = challenge;
		login.response.len = response;
		is_good = name > 0 && (
		    (m == AAA_PAP && response >= 1 && response <= 128) ||
		    (m == AAA_CHAP_MD5 && challenge >= 1 &&
		    challenge <= 253 && response == 16) ||
		    (m == AAA_MSCHAP && challenge == 8 && response == 49) ||
		    (m == AAA_MSCHAP_V2 && challenge == 16 &&
		    response == 49));
		if ((request_login_fault(&login) == NULL) != is_good)
			ck_abort_msg("%u %u %u %u", m, name, challenge,
			    response);
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct radius_secret secret = SECRET;
		struct radius_conf conf = { .nas_identifier = "nas" };

		memset(&login, 'x', sizeof(login));
		login.method = good[i].method;
		strcpy(login.call.id, "0123456789abcdef");
		login.call.name.len = good[i].name;
		login.challenge.len = good[i].challenge;
		login.response.len = good[i].response;
		ck_assert(request_login(&packet, 1, authenticator, &login,
		    &conf, &secret));
	}
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, an_accept);
	tcase_add_test(tc, a_reject_has_no_more_than_words);
	tcase_add_test(tc, accepts_that_are_none);
	tcase_add_test(tc, success_of_mschapv2);
	tcase_add_test(tc, lengths);
}

int
main(void)
{
	return unit_main("answer", add);
}
