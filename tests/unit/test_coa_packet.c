/* Disconnect and CoA: which call is meant, what changes, the answer. */
/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <string.h>

#include "coa_packet.h"
#include "unit.h"

static const struct radius_secret secret = { (const uint8_t *)"secret", 6 };
static struct radius_conf conf;
static struct aaa_acct call;
static struct aaa_order order;
static uint8_t packet[RADIUS_MAX];
static size_t len;

static void
setup(void)
{
	memset(&conf, 0, sizeof(conf));
	strcpy(conf.nas_identifier, "vpn1");
	conf.coa.listens = 1;
	memcpy(conf.coa.listen[0].octets, "\300\0\2\1", 4);
	memset(&call, 0, sizeof(call));
	strcpy(call.call.id, "0123456789abcdef");
	ck_assert(aaa_text_set(&call.call.name, "user1", 5));
	call.call.client = inet_addr("198.51.100.20");
	call.call.server = inet_addr("192.0.2.1");
	call.call.unit = 7;
	call.address = inet_addr("10.9.8.7");
}

static void
begin(enum radius_code code)
{
	memset(packet, 0, sizeof(packet));
	packet[0] = (uint8_t)code;
	packet[1] = 9;
	len = RADIUS_HEADER;
}

static void
put(uint8_t type, const void *value, size_t n)
{
	packet[len] = type;
	packet[len + 1] = (uint8_t)(n + 2);
	memcpy(packet + len + 2, value, n);
	len += n + 2;
}

static void
put_u32(uint8_t type, uint32_t value)
{
	value = htonl(value);
	put(type, &value, sizeof(value));
}

static void
put_session(void)
{
	put(RADIUS_ACCT_SESSION_ID, "0123456789abcdef", 16);
}

static enum coa_error
result(void)
{
	return coa_read(packet, len, &conf, &order);
}

#define T(text)	text, sizeof(text) - 1

/* Each key, alone, with a value of this call and one of another. */
START_TEST(each_key_finds_its_call)
{
	static const struct {
		uint8_t type;
		const char *right;
		size_t	right_len;
		const char *wrong;
		size_t	wrong_len;
	} keys[] = {
		{ RADIUS_USER_NAME, T("user1"), T("user") },
		{ RADIUS_USER_NAME, T("user1"), T("user1\0") },
		{ RADIUS_NAS_PORT, T("\0\0\0\7"), T("\0\0\0\10") },
		{ RADIUS_NAS_PORT, T("\0\0\0\7"), T("\0\0\7") },
		{ RADIUS_FRAMED_IP_ADDRESS, T("\12\11\10\7"),
		    T("\12\11\10\6") },
		{ RADIUS_CALLED_STATION_ID, T("192.0.2.1"), T("192.0.2.11") },
		{ RADIUS_CALLING_STATION_ID, T("198.51.100.20"),
		    T("198.51.100.2") },
		{ RADIUS_ACCT_SESSION_ID, T("0123456789abcdef"),
		    T("0123456789ABCDEF") },
		{ RADIUS_NAS_PORT_ID, T("ppp7"), T("ppp70") },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		begin(RADIUS_DISCONNECT_REQUEST);
		put(keys[i].type, keys[i].right, keys[i].right_len);
		ck_assert_int_eq(result(), COA_FINE);
		ck_assert(order.end);
		ck_assert(coa_fits(packet, len, &call));
		begin(RADIUS_DISCONNECT_REQUEST);
		put(keys[i].type, keys[i].wrong, keys[i].wrong_len);
		ck_assert_int_eq(result(), COA_FINE);
		ck_assert(!coa_fits(packet, len, &call));
	}
}
END_TEST

START_TEST(all_keys_have_to_fit)
{
	begin(RADIUS_DISCONNECT_REQUEST);
	put(RADIUS_USER_NAME, "user1", 5);
	put(RADIUS_FRAMED_IP_ADDRESS, "\12\11\10\7", 4);
	ck_assert(coa_fits(packet, len, &call));
	put_u32(RADIUS_NAS_PORT, 8);
	ck_assert(!coa_fits(packet, len, &call));
}
END_TEST

/* No call of ours has one, so no call is meant. */
START_TEST(a_multi_session_id_fits_nobody)
{
	begin(RADIUS_DISCONNECT_REQUEST);
	put(RADIUS_USER_NAME, "user1", 5);
	put(RADIUS_ACCT_MULTI_SESSION_ID, "1", 1);
	ck_assert_int_eq(result(), COA_FINE);
	ck_assert(!coa_fits(packet, len, &call));
}
END_TEST

START_TEST(another_nas_is_another_nas)
{
	begin(RADIUS_DISCONNECT_REQUEST);
	put_session();
	put(RADIUS_NAS_IDENTIFIER, "vpn1", 4);
	put(RADIUS_NAS_IP_ADDRESS, "\300\0\2\1", 4);
	ck_assert_int_eq(result(), COA_FINE);
	put(95, "0123456789abcdef", 16);
	ck_assert_int_eq(result(), COA_OTHER_NAS);
	begin(RADIUS_DISCONNECT_REQUEST);
	put_session();
	put(RADIUS_VENDOR_SPECIFIC, "\0\0\0\1\1\3x", 7);
	put(RADIUS_NAS_IDENTIFIER, "vpn2", 4);
	ck_assert_int_eq(result(), COA_OTHER_NAS);
	conf.nas_ip = inet_addr("192.0.2.9");
	begin(RADIUS_DISCONNECT_REQUEST);
	put_session();
	put(RADIUS_NAS_IP_ADDRESS, "\300\0\2\1", 4);
	ck_assert_int_eq(result(), COA_OTHER_NAS);
}
END_TEST

START_TEST(changes_are_read)
{
	char words[COA_WORDS];

	begin(RADIUS_COA_REQUEST);
	put_session();
	put_u32(RADIUS_SESSION_TIMEOUT, 60);
	put_u32(RADIUS_IDLE_TIMEOUT, 0);
	put_u32(RADIUS_ACCT_INTERIM_INTERVAL, 300);
	put(RADIUS_CLASS, "gold", 4);
	put(RADIUS_CLASS, "\0", 1);
	put(RADIUS_FILTER_ID, "slow", 4);
	put(RADIUS_VENDOR_SPECIFIC, "\0\0\72\214\10\7" "1M/2M", 11);
	put_u32(RADIUS_EVENT_TIMESTAMP, 1764500000);
	put(RADIUS_PROXY_STATE, "x", 1);
	ck_assert_int_eq(result(), COA_FINE);
	ck_assert(!order.end);
	ck_assert_uint_eq(order.changes, AAA_CHANGES);
	ck_assert_uint_eq(order.session_timeout, 60);
	ck_assert_uint_eq(order.idle_timeout, 0);
	ck_assert_uint_eq(order.interim, 300);
	ck_assert_uint_eq(order.class.len, 7);
	ck_assert_str_eq(order.filter_id.text, "slow");
	ck_assert(order.limits.rate_up == 1000000);
	ck_assert(order.limits.rate_down == 2000000);
	ck_assert_str_eq(coa_words(&order, words), "Session-Timeout 60, "
	    "Idle-Timeout 0, Acct-Interim-Interval 300, Class, "
	    "limits 2000000/1000000, Filter-Id");
}
END_TEST

START_TEST(errors_have_their_numbers)
{
	begin(RADIUS_COA_REQUEST);
	put_session();
	ck_assert_int_eq(result(), COA_MISSING_ATTRIBUTE);
	begin(RADIUS_COA_REQUEST);
	put_u32(RADIUS_SESSION_TIMEOUT, 60);
	ck_assert_int_eq(result(), COA_MISSING_ATTRIBUTE);
	begin(RADIUS_DISCONNECT_REQUEST);
	put_u32(RADIUS_NAS_PORT_TYPE, 5);
	ck_assert_int_eq(result(), COA_MISSING_ATTRIBUTE);

#define IS(error, code, action) do {					\
	begin(code);							\
	put_session();							\
	if ((code) == RADIUS_COA_REQUEST)				\
		put_u32(RADIUS_IDLE_TIMEOUT, 60);			\
	action;								\
	ck_assert_int_eq(result(), error);				\
} while (0)
	IS(COA_FINE, RADIUS_COA_REQUEST, (void)0);
	IS(COA_UNSUPPORTED_ATTRIBUTE, RADIUS_COA_REQUEST, put(200, "x", 1));
	IS(COA_UNSUPPORTED_ATTRIBUTE, RADIUS_COA_REQUEST,
	    put(RADIUS_VENDOR_SPECIFIC, "\0\0\0\1\1\3x", 7));
	IS(COA_UNSUPPORTED_ATTRIBUTE, RADIUS_COA_REQUEST,
	    put(RADIUS_REPLY_MESSAGE, "x", 1));
	IS(COA_FINE, RADIUS_DISCONNECT_REQUEST,
	    put(RADIUS_REPLY_MESSAGE, "x", 1));
	IS(COA_UNSUPPORTED_ATTRIBUTE, RADIUS_DISCONNECT_REQUEST,
	    put_u32(RADIUS_SESSION_TIMEOUT, 60));
	IS(COA_UNSUPPORTED_SERVICE, RADIUS_COA_REQUEST,
	    put_u32(RADIUS_SERVICE_TYPE, 17));
	IS(COA_INVALID_REQUEST, RADIUS_COA_REQUEST, put_session());
	IS(COA_INVALID_REQUEST, RADIUS_COA_REQUEST,
	    put_u32(RADIUS_IDLE_TIMEOUT, 60));
	IS(COA_INVALID_VALUE, RADIUS_COA_REQUEST,
	    put_u32(RADIUS_SESSION_TIMEOUT, 0));
	IS(COA_INVALID_VALUE, RADIUS_COA_REQUEST,
	    put_u32(RADIUS_SESSION_TIMEOUT, UINT32_MAX));
	IS(COA_INVALID_VALUE, RADIUS_COA_REQUEST,
	    put(RADIUS_SESSION_TIMEOUT, "\0\0\1", 3));
	IS(COA_INVALID_VALUE, RADIUS_COA_REQUEST,
	    put_u32(RADIUS_ACCT_INTERIM_INTERVAL, 59));
	IS(COA_INVALID_VALUE, RADIUS_COA_REQUEST, put(RADIUS_CLASS, "", 0));
	IS(COA_INVALID_VALUE, RADIUS_COA_REQUEST,
	    put(RADIUS_FILTER_ID, "a\nb", 3));
	IS(COA_INVALID_VALUE, RADIUS_COA_REQUEST,
	    put(RADIUS_FILTER_ID, "", 0));
	IS(COA_INVALID_VALUE, RADIUS_COA_REQUEST,
	    put(RADIUS_VENDOR_SPECIFIC, "\0\0\72\214\10\6what", 10));
	IS(COA_INVALID_VALUE, RADIUS_COA_REQUEST,
	    put(RADIUS_USER_NAME, "", 0));
#undef IS
}
END_TEST

START_TEST(a_time_is_there_once)
{
	uint32_t when;

	begin(RADIUS_COA_REQUEST);
	ck_assert(!coa_time(packet, len, &when));
	put_u32(RADIUS_EVENT_TIMESTAMP, 1764500000);
	ck_assert(coa_time(packet, len, &when));
	ck_assert_uint_eq(when, 1764500000);
	put_u32(RADIUS_EVENT_TIMESTAMP, 1764500001);
	ck_assert(!coa_time(packet, len, &when));
	begin(RADIUS_COA_REQUEST);
	put(RADIUS_EVENT_TIMESTAMP, "abc", 3);
	ck_assert(!coa_time(packet, len, &when));
}
END_TEST

/* The client can verify it, and finds its Proxy-State. */
START_TEST(answers_are_right)
{
	static const uint8_t codes[][3] = {
		{ RADIUS_DISCONNECT_REQUEST, RADIUS_DISCONNECT_ACK,
		    RADIUS_DISCONNECT_NAK },
		{ RADIUS_COA_REQUEST, RADIUS_COA_ACK, RADIUS_COA_NAK },
	};
	static struct radius_out o;
	bool is_signed;

	for (int i = 0; i < 4; i++) {
		bool nak = i % 2 != 0;

		begin((enum radius_code)codes[i / 2][0]);
		memcpy(packet + 4, "0123456789abcdef", 16);
		put(RADIUS_PROXY_STATE, "first", 5);
		put_session();
		put(RADIUS_PROXY_STATE, "second", 6);
		ck_assert(coa_answer(&o, packet, len, nak ? COA_NO_SESSION :
		    COA_FINE, &secret));
		ck_assert_uint_eq(o.buf[0], codes[i / 2][nak ? 2 : 1]);
		ck_assert_uint_eq(o.buf[1], 9);
		ck_assert_ptr_null(radius_verify(o.buf, &o.len, packet + 4,
		    &secret, &is_signed));
		ck_assert(is_signed);
		if (nak)
			ck_assert_mem_eq(o.buf + 38, "\145\6\0\0\1\367", 6);
		ck_assert_mem_eq(o.buf + (nak ? 44 : 38),
		    "\41\7first\41\10second", 15);
	}
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, each_key_finds_its_call);
	tcase_add_test(tc, all_keys_have_to_fit);
	tcase_add_test(tc, a_multi_session_id_fits_nobody);
	tcase_add_test(tc, another_nas_is_another_nas);
	tcase_add_test(tc, changes_are_read);
	tcase_add_test(tc, errors_have_their_numbers);
	tcase_add_test(tc, a_time_is_there_once);
	tcase_add_test(tc, answers_are_right);
}

int
main(void)
{
	return unit_main("coa_packet", add);
}
