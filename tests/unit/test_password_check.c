/* Who knows a password: the vectors of RFC 2433, 2759 and 3079, and those that
 * are never right. */
/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "digest.h"
#include "password_check.h"
#include "unit.h"

static struct aaa_login login;
static struct aaa_reply reply;
static struct known_password known;

static void
set_known(enum known_kind kind, const void *octets, size_t len)
{
	memset(&known, 0, sizeof(known));
	known.kind = kind;
	known.len = len;
	memcpy(known.octets, octets, len);
}

static void
set_password(const char *password)
{
	set_known(KNOWN_CLEAR, password, strlen(password));
}

static void
set_name(const char *name)
{
	ck_assert(aaa_text_set(&login.call.name, name, strlen(name)));
}

static const char *
check(void)
{
	memset(&reply, 0, sizeof(reply));
	return password_check(&login, &known, &reply);
}

/* RFC 2759, 9.2. */
static const uint8_t v2_challenge[] = { 0x5b, 0x5d, 0x7c, 0x7d, 0x7b, 0x3f,
	0x2f, 0x3e, 0x3c, 0x2c, 0x60, 0x21, 0x32, 0x26, 0x26, 0x28 };
static const uint8_t v2_response[49] = {
	0x21, 0x40, 0x23, 0x24, 0x25, 0x5e, 0x26, 0x2a, 0x28, 0x29, 0x5f, 0x2b,
	0x3a, 0x33, 0x7c, 0x7e,
	0, 0, 0, 0, 0, 0, 0, 0,
	0x82, 0x30, 0x9e, 0xcd, 0x8d, 0x70, 0x8b, 0x5e, 0xa0, 0x8f, 0xaa, 0x39,
	0x81, 0xcd, 0x83, 0x54, 0x42, 0x33, 0x11, 0x4a, 0x3d, 0x85, 0xd6, 0xdf,
	0
};
static const uint8_t v2_hash[] = { 0x44, 0xeb, 0xba, 0x8d, 0x53, 0x12, 0xb8,
	0xd6, 0x11, 0x47, 0x44, 0x11, 0xf5, 0x69, 0x89, 0xae };
static const uint8_t v2_hash_hash[] = { 0x41, 0xc0, 0x0c, 0x58, 0x4b, 0xd2,
	0xd9, 0x1c, 0x40, 0x17, 0xa2, 0xa1, 0x2f, 0xa5, 0x9f, 0x3f };
static const char v2_proof[] = "S=407A5589115FD0D6209F510FE9C04566932CDA56";
/* RFC 3079, 3.5.3. */
static const uint8_t v2_send_key[] = { 0x8b, 0x7c, 0xdc, 0x14, 0x9b, 0x99,
	0x3a, 0x1b, 0xa1, 0x18, 0xcb, 0x15, 0x3f, 0x56, 0xdc, 0xcb };

static void
begin_v2(void)
{
	memset(&login, 0, sizeof(login));
	login.method = AAA_MSCHAP_V2;
	set_name("User");
	ck_assert(aaa_octets_set(&login.challenge, v2_challenge,
	    sizeof(v2_challenge)));
	ck_assert(aaa_octets_set(&login.response, v2_response,
	    sizeof(v2_response)));
}

START_TEST(libcrypto_has_it)
{
	ck_assert(password_check_init());
}
END_TEST

START_TEST(mschap_v2_of_rfc_2759)
{
	static const struct {
		enum known_kind kind;
		const void *octets;
		size_t len;
	} rows[] = {
		{ KNOWN_CLEAR, "clientPass", 10 },
		{ KNOWN_NT_HASH, v2_hash, 16 },
		{ KNOWN_NT_KEY, v2_hash_hash, 16 },
	};

	for (size_t i = 0; i < 3; i++) {
		begin_v2();
		set_known(rows[i].kind, rows[i].octets, rows[i].len);
		ck_assert_ptr_null(check());
		ck_assert_str_eq(reply.message.text, v2_proof);
		ck_assert_uint_eq(reply.message.len, strlen(v2_proof));
		ck_assert(reply.has_keys);
		ck_assert_mem_eq(reply.send_key, v2_send_key, AAA_KEY_LEN);
		ck_assert_int_ne(memcmp(reply.recv_key, v2_send_key,
		    AAA_KEY_LEN), 0);
		/* The domain is not part of it. */
		set_name("DOMAIN\\User");
		ck_assert_ptr_null(check());
	}
}
END_TEST

/* One octet of anything that counts is another. */
START_TEST(mschap_v2_another_octet)
{
	begin_v2();
	set_password("clientPass");
	for (size_t i = 0; i < 48; i++) {
		if (i >= 16 && i < 24)
			continue;	/* reserved */
		login.response.octets[i] ^= 1;
		ck_assert_ptr_nonnull(check());
		ck_assert(!reply.has_keys);
		ck_assert_uint_eq(reply.message.len, 0);
		login.response.octets[i] ^= 1;
	}
	for (size_t i = 0; i < 16; i++) {
		login.challenge.octets[i] ^= 0x80;
		ck_assert_ptr_nonnull(check());
		login.challenge.octets[i] ^= 0x80;
	}
	set_name("user");
	ck_assert_ptr_nonnull(check());
	set_name("User");
	set_password("clientpass");
	ck_assert_ptr_nonnull(check());
	set_known(KNOWN_NT_HASH, v2_hash_hash, 16);
	ck_assert_ptr_nonnull(check());
}
END_TEST

/* RFC 2433, B.2. */
static const uint8_t v1_challenge[] = { 0x10, 0x2d, 0xb5, 0xdf, 0x08, 0x5d,
	0x30, 0x41 };
static const uint8_t v1_response[] = { 0x4e, 0x9d, 0x3c, 0x8f, 0x9c, 0xfd, 0x38,
	0x5d, 0x5b, 0xf4, 0xd3, 0x24, 0x67, 0x91, 0x95, 0x6c, 0xa4, 0xc3, 0x51,
	0xab, 0x40, 0x9a, 0x3d, 0x61 };
static const uint8_t v1_hash[] = { 0xfc, 0x15, 0x6a, 0xf7, 0xed, 0xcd, 0x6c,
	0x0e, 0xdd, 0xe3, 0x33, 0x7d, 0x42, 0x7f, 0x4e, 0xac };

static void
begin_v1(uint8_t flags)
{
	uint8_t response[49] = { 0 };

	memcpy(response + 24, v1_response, sizeof(v1_response));
	response[48] = flags;
	memset(&login, 0, sizeof(login));
	login.method = AAA_MSCHAP;
	set_name("x");
	ck_assert(aaa_octets_set(&login.challenge, v1_challenge, 8));
	ck_assert(aaa_octets_set(&login.response, response, 49));
}

START_TEST(mschap_v1_of_rfc_2433)
{
	begin_v1(1);
	set_password("MyPw");
	ck_assert_ptr_null(check());
	ck_assert(reply.has_keys);
	ck_assert_uint_eq(reply.message.len, 0);
	set_known(KNOWN_NT_HASH, v1_hash, 16);
	ck_assert_ptr_null(check());
	set_password("MyPW");
	ck_assert_ptr_nonnull(check());
	begin_v1(0);		/* LAN Manager's response only */
	set_password("MyPw");
	ck_assert_str_eq(check(), "LAN Manager's response only");
}
END_TEST

static void
begin_pap(const char *password)
{
	memset(&login, 0, sizeof(login));
	login.method = AAA_PAP;
	set_name("x");
	ck_assert(aaa_octets_set(&login.response, password, strlen(password)));
}

/* MD4 of a password in UTF-16, and of its octets as characters. */
static const uint8_t hash_utf16[] = {
	0x0a, 0x31, 0xac, 0x7d, 0x5a, 0x63, 0xc4, 0x16,
	0xa2, 0xeb, 0x45, 0x1c, 0xa1, 0xcf, 0xd2, 0x00
};
static const uint8_t hash_octets[] = {
	0xe4, 0x93, 0x46, 0xb0, 0x1b, 0x8a, 0x1b, 0x8c,
	0x4f, 0x5c, 0x03, 0xde, 0x52, 0x8d, 0xdc, 0x1c
};
/* Of "p\xe4\xed\xa0\x80", which is no UTF-8. */
static const uint8_t hash_no_utf8[] = {
	0x47, 0x87, 0xc2, 0x79, 0x4b, 0xd0, 0xce, 0xc7,
	0x62, 0x2f, 0x42, 0xc8, 0x74, 0x38, 0x30, 0xe5
};

/* A password that is not ASCII, as clients have it that know UTF-16, and as
 * pppd has it. */
START_TEST(codings)
{
	begin_pap("p\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
	set_known(KNOWN_NT_HASH, hash_utf16, 16);
	ck_assert_ptr_null(check());
	set_known(KNOWN_NT_HASH, hash_octets, 16);
	ck_assert_ptr_null(check());
	set_known(KNOWN_NT_HASH, hash_no_utf8, 16);
	ck_assert_ptr_nonnull(check());
	begin_pap("p\xe4\xed\xa0\x80");
	ck_assert_ptr_null(check());
}
END_TEST

/* What a program like ntlm_auth is asked with. */
START_TEST(what_the_hash_answers)
{
	uint8_t challenge[NT_CHALLENGE_LEN], response[NT_RESPONSE_LEN];

	begin_v1(1);
	ck_assert(password_nt_response(&login, challenge, response));
	ck_assert_mem_eq(challenge, v1_challenge, 8);
	ck_assert_mem_eq(response, v1_response, 24);
	begin_v2();
	ck_assert(password_nt_response(&login, challenge, response));
	ck_assert_mem_eq(challenge, "\xd0\x2e\x43\x86\xbc\xe9\x12\x26", 8);
	ck_assert_mem_eq(response, v2_response + 24, 24);
	login.method = AAA_PAP;
	ck_assert(!password_nt_response(&login, challenge, response));
}
END_TEST

START_TEST(pap)
{
	char longest[AAA_SECRET_MAX + 1], longer[AAA_SECRET_MAX];

	begin_pap("clientPass");
	set_password("clientPass");
	ck_assert_ptr_null(check());
	ck_assert(!reply.has_keys);
	set_known(KNOWN_NT_HASH, v2_hash, 16);
	ck_assert_ptr_null(check());
	set_known(KNOWN_NT_KEY, v2_hash_hash, 16);
	ck_assert_ptr_null(check());
	set_known(KNOWN_NT_KEY, v2_hash, 16);
	ck_assert_ptr_nonnull(check());
	set_password("clientPas");
	ck_assert_ptr_nonnull(check());
	set_password("clientPass2");
	ck_assert_ptr_nonnull(check());
	/* A zero is an octet like any other. */
	set_known(KNOWN_CLEAR, "clientPass\0", 11);
	ck_assert_ptr_nonnull(check());
	memset(longest, 'a', AAA_SECRET_MAX);
	longest[AAA_SECRET_MAX] = '\0';
	begin_pap(longest);
	set_password(longest);
	ck_assert_ptr_null(check());
	memcpy(longer, longest, sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	set_password(longer);
	ck_assert_ptr_nonnull(check());
}
END_TEST

START_TEST(chap)
{
	static const char password[] = "secret", challenge[] = "0123456789";
	const struct digest_part part[] = {
		{ "\7", 1 }, { password, 6 }, { challenge, 10 }
	};
	uint8_t want[DIGEST_LEN];

	memset(&login, 0, sizeof(login));
	login.method = AAA_CHAP_MD5;
	login.chap_id = 7;
	set_name("x");
	ck_assert(digest_md5(want, part, 3));
	ck_assert(aaa_octets_set(&login.challenge, challenge, 10));
	ck_assert(aaa_octets_set(&login.response, want, DIGEST_LEN));
	set_password(password);
	ck_assert_ptr_null(check());
	login.chap_id = 8;
	ck_assert_ptr_nonnull(check());
	login.chap_id = 7;
	set_password("Secret");
	ck_assert_ptr_nonnull(check());
	set_known(KNOWN_NT_HASH, v2_hash, 16);
	ck_assert_ptr_nonnull(strstr(check(), "the password itself"));
}
END_TEST

/* T-36: nothing that is empty is ever right. */
START_TEST(nothing_is_never_right)
{
	for (unsigned method = AAA_PAP; method < AAA_METHODS; method++) {
		begin_v2();
		login.method = (enum aaa_method)method;
		if (method == AAA_PAP)
			begin_pap("");
		set_known(KNOWN_NOTHING, "", 0);
		ck_assert_ptr_nonnull(check());
		set_known(KNOWN_CLEAR, "", 0);
		ck_assert_ptr_nonnull(check());
		set_known(KNOWN_NT_HASH, "", 0);
		ck_assert_ptr_nonnull(check());
		set_known(KNOWN_NT_HASH, v2_hash, 15);
		ck_assert_ptr_nonnull(check());
		set_known(KNOWN_NT_KEY, v2_hash, 1);
		ck_assert_ptr_nonnull(check());
	}
	begin_v2();
	login.method = AAA_METHODS;
	set_password("clientPass");
	ck_assert_str_eq(check(), "an unknown method");
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, libcrypto_has_it);
	tcase_add_test(t, mschap_v2_of_rfc_2759);
	tcase_add_test(t, mschap_v2_another_octet);
	tcase_add_test(t, mschap_v1_of_rfc_2433);
	tcase_add_test(t, codings);
	tcase_add_test(t, what_the_hash_answers);
	tcase_add_test(t, pap);
	tcase_add_test(t, chap);
	tcase_add_test(t, nothing_is_never_right);
}

int
main(void)
{
	return unit_main("password_check", add);
}
