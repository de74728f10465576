/* Packets of RADIUS: the RFC's examples, vectors, and bad forms. */
/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "digest.h"
#include "radius.h"
#include "unit.h"

#define XYZZY	((struct radius_secret){ (const uint8_t *)"xyzzy5461", 9 })

/* RFC 2865, 7.1: user nemo, password arctangent. */
static const uint8_t nemo[] = {
	0x01, 0x00, 0x00, 0x38, 0x0f, 0x40, 0x3f, 0x94, 0x73, 0x97, 0x80, 0x57,
	0xbd, 0x83, 0xd5, 0xcb, 0x98, 0xf4, 0x22, 0x7a, 0x01, 0x06, 0x6e, 0x65,
	0x6d, 0x6f, 0x02, 0x12, 0x0d, 0xbe, 0x70, 0x8d, 0x93, 0xd4, 0x13, 0xce,
	0x31, 0x96, 0xe4, 0x3f, 0x78, 0x2a, 0x0a, 0xee, 0x04, 0x06, 0xc0, 0xa8,
	0x01, 0x10, 0x05, 0x06, 0x00, 0x00, 0x00, 0x03
};
static const uint8_t nemo_accept[] = {
	0x02, 0x00, 0x00, 0x26, 0x86, 0xfe, 0x22, 0x0e, 0x76, 0x24, 0xba, 0x2a,
	0x10, 0x05, 0xf6, 0xbf, 0x9b, 0x55, 0xe0, 0xb2, 0x06, 0x06, 0x00, 0x00,
	0x00, 0x01, 0x0f, 0x06, 0x00, 0x00, 0x00, 0x00, 0x0e, 0x06, 0xc0, 0xa8,
	0x01, 0x03
};

/* The Request Authenticator 01 02 ... 10 of the vectors below. */
static const uint8_t counted[DIGEST_LEN] = {
	1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
};
/* A signed Access-Reject with Reply-Message "no". */
static const uint8_t reject[] = {
	0x03, 0x09, 0x00, 0x2a, 0xab, 0x25, 0xe7, 0x47, 0x5e, 0x9f, 0xdc, 0xad,
	0x5e, 0x20, 0x4e, 0x27, 0x8b, 0x13, 0x45, 0x2a, 0x50, 0x12, 0xb0, 0xfe,
	0x55, 0x91, 0x33, 0xb4, 0x0a, 0xd8, 0xeb, 0xfc, 0x13, 0x1e, 0x75, 0xc6,
	0x58, 0xd9, 0x12, 0x04, 0x6e, 0x6f
};
/* MS-MPPE-Send-Key and MS-CHAP-MPPE-Keys whose key is a0 a1 ... af. */
static const uint8_t salted[] = {
	0x9a, 0x31, 0x44, 0x89, 0xc8, 0x26, 0x36, 0xf1, 0xf9, 0x91, 0x87, 0x17,
	0x55, 0xaa, 0x63, 0x51, 0x7b, 0xef, 0x15, 0xcd, 0xc8, 0x34, 0x5a, 0xdc,
	0xb2, 0x31, 0x29, 0x95, 0x86, 0x67, 0xf1, 0x8c, 0x3c, 0x5e
};
static const uint8_t v1_keys[] = {
	0xbd, 0x7a, 0xf4, 0x28, 0xdf, 0x6c, 0x92, 0x6c, 0x0d, 0x84, 0xf2, 0x2b,
	0x28, 0x95, 0x77, 0xd4, 0x06, 0x75, 0xfd, 0x34, 0x37, 0x31, 0x8a, 0xf2,
	0x14, 0x94, 0x44, 0x1d, 0xdb, 0x8d, 0x4e, 0x3d
};
static const uint8_t key[] = {
	0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7,
	0xa8, 0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf
};

/* RFC 1321, A.5 and RFC 2202, 2 (test case 2). */
START_TEST(digests)
{
	static const uint8_t abc[] = {
		0x90, 0x01, 0x50, 0x98, 0x3c, 0xd2, 0x4f, 0xb0,
		0xd6, 0x96, 0x3f, 0x7d, 0x28, 0xe1, 0x7f, 0x72
	};
	static const uint8_t jefe[] = {
		0x75, 0x0c, 0x78, 0x3e, 0x6a, 0xb0, 0xb5, 0x03,
		0xea, 0xa8, 0x6e, 0x31, 0x0a, 0x5d, 0xb7, 0x38
	};
	const struct digest_part part[] = { { "a", 1 }, { "", 0 },
	    { "bc", 2 } };
	static const char text[] = "what do ya want for nothing?";
	uint8_t md[DIGEST_LEN];

	ck_assert(digest_init());
	ck_assert(digest_md5(md, part, 3));
	ck_assert_mem_eq(md, abc, sizeof(abc));
	ck_assert(digest_hmac(md, "Jefe", 4, text, strlen(text)));
	ck_assert_mem_eq(md, jefe, sizeof(jefe));
	ck_assert(digest_equal(md, jefe, sizeof(jefe)));
	md[15] ^= 1;
	ck_assert(!digest_equal(md, jefe, sizeof(jefe)));
}
END_TEST

/* Ours begins with a Message-Authenticator, and the RFC's has none. */
START_TEST(request_of_rfc2865)
{
	static const uint8_t addr[] = { 192, 168, 1, 16 };
	struct radius_secret secret = XYZZY;
	struct radius_out o;

	radius_begin(&o, RADIUS_ACCESS_REQUEST, 0, nemo + 4);
	radius_put_text(&o, RADIUS_USER_NAME, "nemo");
	radius_put_password(&o, "arctangent", 10, &secret);
	radius_put(&o, RADIUS_NAS_IP_ADDRESS, addr, sizeof(addr));
	radius_put_u32(&o, RADIUS_NAS_PORT, 3);
	ck_assert(radius_finish(&o, &secret));
	ck_assert_uint_eq(o.len, sizeof(nemo) + 18);
	ck_assert_uint_eq(o.buf[20], RADIUS_MESSAGE_AUTHENTICATOR);
	ck_assert_mem_eq(o.buf + 4, nemo + 4, DIGEST_LEN);
	ck_assert_mem_eq(o.buf + 38, nemo + 20, sizeof(nemo) - 20);
	ck_assert_ptr_eq(radius_authenticator(&o), o.buf + 4);
}
END_TEST

START_TEST(accept_of_rfc2865)
{
	struct radius_secret secret = XYZZY, other = { secret.octets, 8 };
	uint8_t copy[sizeof(nemo_accept)];
	struct radius_attr a;
	size_t len = sizeof(nemo_accept), at = 0;
	uint32_t value;
	bool is_signed;

	ck_assert_ptr_null(radius_verify(nemo_accept, &len, nemo + 4, &secret,
	    &is_signed));
	ck_assert(!is_signed);
	ck_assert(radius_next(nemo_accept, len, &at, &a));
	ck_assert_uint_eq(a.type, RADIUS_SERVICE_TYPE);
	ck_assert(radius_get_u32(&a, &value));
	ck_assert_uint_eq(value, 1);
	ck_assert(radius_next(nemo_accept, len, &at, &a));
	ck_assert(radius_next(nemo_accept, len, &at, &a));
	ck_assert_uint_eq(a.type, 14);
	ck_assert_mem_eq(a.value, ((uint8_t[]){ 192, 168, 1, 3 }), 4);
	ck_assert(!radius_next(nemo_accept, len, &at, &a));
	ck_assert_ptr_nonnull(radius_verify(nemo_accept, &len, nemo + 4,
	    &other, &is_signed));
	/* No octet of it can change. */
	for (size_t i = 0; i < sizeof(copy); i++) {
		memcpy(copy, nemo_accept, sizeof(copy));
		copy[i] ^= 0x40;
		len = sizeof(copy);
		ck_assert_ptr_nonnull(radius_verify(copy, &len, nemo + 4,
		    &secret, &is_signed));
	}
}
END_TEST

START_TEST(signed_answer)
{
	struct radius_secret secret = XYZZY;
	uint8_t padded[sizeof(reject) + 7] = { 0 };
	size_t len = sizeof(padded);
	bool is_signed;

	memcpy(padded, reject, sizeof(reject));
	ck_assert_ptr_null(radius_verify(padded, &len, counted, &secret,
	    &is_signed));
	ck_assert(is_signed);
	ck_assert_uint_eq(len, sizeof(reject));
	for (len = 0; len < sizeof(reject); len++) {
		size_t cut = len;

		ck_assert_ptr_nonnull(radius_verify(reject, &cut, counted,
		    &secret, &is_signed));
	}
}
END_TEST

/* Makes an answer with a right Response Authenticator; returns the reason. */
static const char *
verify(const uint8_t *attrs, size_t n)
{
	struct radius_secret secret = XYZZY;
	uint8_t buf[RADIUS_MAX] = { 2, 1 };
	const struct digest_part part[] = {
		{ buf, 4 }, { counted, DIGEST_LEN }, { attrs, n },
		{ secret.octets, secret.len }
	};
	size_t len = 20 + n;
	bool is_signed;

	buf[2] = (uint8_t)(len >> 8);
	buf[3] = (uint8_t)len;
	if (n > 0)
		memcpy(buf + 20, attrs, n);
	ck_assert(digest_md5(buf + 4, part, 4));
	return radius_verify(buf, &len, counted, &secret, &is_signed);
}

START_TEST(bad_forms)
{
	static const uint8_t two[36] = { 80, 18, [18] = 80, [19] = 18 };
	static const uint8_t shorter[] = { 80, 4, 0, 0 };

	ck_assert_ptr_null(verify(NULL, 0));
	ck_assert_ptr_null(verify((const uint8_t[]){ 6, 2 }, 2));
	ck_assert_ptr_nonnull(verify((const uint8_t[]){ 6 }, 1));
	ck_assert_ptr_nonnull(verify((const uint8_t[]){ 6, 0 }, 2));
	ck_assert_ptr_nonnull(verify((const uint8_t[]){ 6, 1 }, 2));
	ck_assert_ptr_nonnull(verify((const uint8_t[]){ 6, 4, 1 }, 3));
	ck_assert_ptr_nonnull(verify((const uint8_t[]){ 6, 3, 1, 7 }, 4));
	ck_assert_ptr_nonnull(verify(shorter, sizeof(shorter)));
	ck_assert_ptr_nonnull(verify(two, 18));	/* all zeros: not signed */
	ck_assert_ptr_nonnull(verify(two, sizeof(two)));
}
END_TEST

START_TEST(microsoft_keys)
{
	struct radius_attr a = { RADIUS_MS_MPPE_SEND_KEY, salted,
	    sizeof(salted) };
	struct radius_secret secret = XYZZY;
	uint8_t got[sizeof(v1_keys)];

	ck_assert(radius_reveal_key(got, 16, &a, counted, &secret));
	ck_assert_mem_eq(got, key, sizeof(key));
	ck_assert(!radius_reveal_key(got, 15, &a, counted, &secret));
	ck_assert(!radius_reveal_key(got, 16, &a, nemo + 4, &secret));
	for (a.len = 0; a.len < sizeof(salted); a.len++)
		ck_assert(!radius_reveal_key(got, 16, &a, counted, &secret));
	ck_assert(radius_reveal(got, v1_keys, sizeof(v1_keys), counted,
	    &secret));
	ck_assert_mem_eq(got + 8, key, sizeof(key));
	ck_assert(!radius_reveal(got, v1_keys, 31, counted, &secret));
}
END_TEST

START_TEST(vendors)
{
	static const uint8_t value[] = { 0, 0, 1, 0x37, 7, 6, 0, 0, 0, 2, 8,
	    3, 9 };
	struct radius_attr vsa = { RADIUS_VENDOR_SPECIFIC, value,
	    sizeof(value) }, a;
	struct radius_out o;
	uint32_t policy;
	size_t at = 0;

	ck_assert(radius_vendor_next(&vsa, 311, &at, &a));
	ck_assert_uint_eq(a.type, RADIUS_MS_MPPE_ENCRYPTION_POLICY);
	ck_assert(radius_get_u32(&a, &policy));
	ck_assert_uint_eq(policy, 2);
	ck_assert(radius_vendor_next(&vsa, 311, &at, &a));
	ck_assert(!radius_get_u32(&a, &policy));
	ck_assert(!radius_vendor_next(&vsa, 311, &at, &a));
	at = 0;
	ck_assert(!radius_vendor_next(&vsa, 9, &at, &a));
	for (vsa.len = 0; vsa.len < 10; vsa.len++) {
		at = 0;
		ck_assert(!radius_vendor_next(&vsa, 311, &at, &a));
	}
	radius_begin(&o, RADIUS_ACCT_REQUEST, 1, NULL);
	radius_put_vendor(&o, 311, 7, value + 6, 4);
	ck_assert_uint_eq(o.len, 20 + 12);
	ck_assert_mem_eq(o.buf + 22, value, 10);
}
END_TEST

START_TEST(what_does_not_fit)
{
	uint8_t octets[RADIUS_VALUE_MAX + 1] = { 0 };
	struct radius_secret secret = XYZZY;
	struct radius_out o;

	radius_begin(&o, RADIUS_ACCESS_REQUEST, 0, counted);
	radius_put(&o, 1, octets, sizeof(octets));
	ck_assert(!radius_finish(&o, &secret));
	radius_begin(&o, RADIUS_ACCESS_REQUEST, 0, counted);
	radius_put_password(&o, octets, RADIUS_PASSWORD_MAX + 1, &secret);
	ck_assert(!radius_finish(&o, &secret));
	radius_begin(&o, RADIUS_ACCESS_REQUEST, 0, counted);
	radius_put_vendor(&o, 9, 1, octets, RADIUS_VENDOR_VALUE_MAX + 1);
	ck_assert(!radius_finish(&o, &secret));
	radius_begin(&o, RADIUS_ACCESS_REQUEST, 0, counted);
	for (int i = 0; i < 15; i++)
		radius_put(&o, 1, octets, RADIUS_VALUE_MAX);
	ck_assert(!o.bad);
	radius_put(&o, 1, octets, RADIUS_VALUE_MAX);
	ck_assert(!radius_finish(&o, &secret));
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, digests);
	tcase_add_test(tc, request_of_rfc2865);
	tcase_add_test(tc, accept_of_rfc2865);
	tcase_add_test(tc, signed_answer);
	tcase_add_test(tc, bad_forms);
	tcase_add_test(tc, microsoft_keys);
	tcase_add_test(tc, vendors);
	tcase_add_test(tc, what_does_not_fit);
}

int
main(void)
{
	return unit_main("radius", add);
}
