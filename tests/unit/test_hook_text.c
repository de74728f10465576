/* What a program is asked: nothing that a peer says can be a line of it. */
/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "hook_text.h"
#include "prng.h"
#include "unit.h"

static struct hook_text text;
static struct aaa_login login;
static struct aaa_acct acct;

static void
set_call(struct aaa_call *c, const void *name, size_t len)
{
	strcpy(c->id, "0123456789abcdef");
	c->client = htonl(0xc6336414);
	c->server = htonl(0xc0000201);
	c->unit = 7;
	ck_assert(aaa_text_set(&c->name, name, len));
}

static void
begin(enum aaa_method method, const void *name, size_t len)
{
	memset(&login, 0, sizeof(login));
	login.method = method;
	login.chap_id = 5;
	set_call(&login.call, name, len);
}

#define CALL								\
	"Service-Type = Framed-User\nFramed-Protocol = PPP\n"		\
	"NAS-Identifier = \"vpn\"\nNAS-Port = 7\nNAS-Port-Id = ppp7\n"	\
	"NAS-Port-Type = Virtual\nTunnel-Type = PPTP\n"			\
	"Calling-Station-Id = 198.51.100.20\n"				\
	"Called-Station-Id = 192.0.2.1\n"				\
	"Acct-Session-Id = 0123456789abcdef\n"

START_TEST(a_login_by_pap)
{
	static const char want[] = "Packet-Type = Access-Request\n"
	    "User-Name = \"b\\\"o\\\\b\\303\\251\"\nAuth-Method = PAP\n" CALL
	    "User-Password = \"\\012\\012Accept\"\n\n";

	begin(AAA_PAP, "b\"o\\b\xc3\xa9", 7);
	ck_assert(aaa_octets_set(&login.response, "\n\nAccept", 8));
	ck_assert(hook_text_login(&text, &login, "vpn"));
	ck_assert_uint_eq(text.len, strlen(want));
	ck_assert_mem_eq(text.text, want, text.len);
}
END_TEST

START_TEST(a_login_by_chap)
{
	static const char end[] = "CHAP-Password = "
	    "0x0530313233343536373839616263646566\n"
	    "CHAP-Challenge = 0x0001ff\n\n";

	begin(AAA_CHAP_MD5, "bob", 3);
	ck_assert(aaa_octets_set(&login.response, "0123456789abcdef", 16));
	ck_assert(aaa_octets_set(&login.challenge, "\0\1\xff", 3));
	ck_assert(hook_text_login(&text, &login, "vpn"));
	ck_assert_ptr_nonnull(strstr(text.text, end));
}
END_TEST

START_TEST(accounting)
{
	static const char want[] = "Packet-Type = Accounting-Request\n"
	    "Acct-Status-Type = Stop\nUser-Name = \"bob\"\n"
	    "Auth-Method = MS-CHAPv2\n" CALL
	    "Interface = \"ppp7\"\nFramed-IP-Address = 10.9.8.7\n"
	    "Class = 0x676f6c64\nClass = 0x00\nAcct-Session-Time = 100\n"
	    "Acct-Input-Octets = 81985529216486895\nAcct-Output-Octets = 2\n"
	    "Acct-Input-Packets = 3\nAcct-Output-Packets = 4\n"
	    "Acct-Terminate-Cause = Host-Request\nAcct-Delay-Time = 9\n"
	    "Event-Timestamp = 1700000000\n\n";

	memset(&acct, 0, sizeof(acct));
	set_call(&acct.call, "bob", 3);
	acct.status = AAA_STOP;
	acct.method = AAA_MSCHAP_V2;
	acct.address = htonl(0x0a090807);
	strcpy(acct.ifname, "ppp7");
	acct.seconds = 100;
	acct.octets_in = UINT64_C(0x0123456789abcdef);
	acct.octets_out = 2;
	acct.packets_in = 3;
	acct.packets_out = 4;
	acct.cause = AAA_CAUSE_MAX;
	ck_assert(aaa_class_add(&acct.class, "gold", 4));
	ck_assert(aaa_class_add(&acct.class, "\0", 1));
	ck_assert(hook_text_acct(&text, &acct, "vpn", 9, 1700000000));
	ck_assert_str_eq(text.text, want);
	acct.status = AAA_START;
	ck_assert(hook_text_acct(&text, &acct, "vpn", 0, 0));
	ck_assert_ptr_null(strstr(text.text, "Octets"));
}
END_TEST

/* Lines are printable ASCII, and as many as without the peer's octets. */
static unsigned
count_lines(void)
{
	unsigned n = 0, bad = 0;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.text[i];

		bad += (c < ' ' || c > '~') && c != '\n';
		n += c == '\n';
	}
	ck_assert_uint_eq(bad, 0);
	ck_assert(text.len > 1);
	ck_assert_mem_eq(text.text + text.len - 2, "\n\n", 2);
	ck_assert_ptr_eq(strstr(text.text, "\n\n"), text.text + text.len - 2);
	return n;
}

START_TEST(no_octet_of_a_peer_is_a_line)
{
	uint8_t name[AAA_NAME_MAX], password[AAA_SECRET_MAX];

	for (unsigned i = 0; i < 2000; i++) {
		for (size_t k = 0; k < sizeof(name); k++)
			name[k] = (uint8_t)(1 + prng() % 255);
		for (size_t k = 0; k < sizeof(password); k++)
			password[k] = (uint8_t)prng();
		begin(AAA_PAP, name, 1 + prng() % sizeof(name));
		ck_assert(aaa_octets_set(&login.response, password,
		    prng() % (sizeof(password) + 1)));
		ck_assert(hook_text_login(&text, &login, "vpn"));
		ck_assert_uint_eq(count_lines(), 15);
	}
}
END_TEST

/* The longest of all that there can be. */
START_TEST(there_is_room)
{
	char name[AAA_NAME_MAX], nas[256];
	uint8_t octets[AAA_SECRET_MAX];

	memset(name, 1, sizeof(name));
	memset(nas, 1, sizeof(nas) - 1);
	nas[sizeof(nas) - 1] = '\0';
	memset(octets, 1, sizeof(octets));
	for (unsigned m = AAA_PAP; m < AAA_METHODS; m++) {
		begin((enum aaa_method)m, name, sizeof(name));
		ck_assert(aaa_octets_set(&login.response, octets,
		    sizeof(octets)));
		ck_assert(aaa_octets_set(&login.challenge, octets,
		    sizeof(octets)));
		ck_assert(hook_text_login(&text, &login, nas));
		(void)count_lines();
	}
	memset(&acct, 0, sizeof(acct));
	set_call(&acct.call, name, sizeof(name));
	acct.status = AAA_STOP;
	acct.method = AAA_PAP;
	/* One octet each: the most lines. */
	while (aaa_class_add(&acct.class, "\0", 1))
		continue;
	ck_assert(hook_text_acct(&text, &acct, nas, UINT32_MAX, UINT32_MAX));
	(void)count_lines();
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, a_login_by_pap);
	tcase_add_test(t, a_login_by_chap);
	tcase_add_test(t, accounting);
	tcase_add_test(t, no_octet_of_a_peer_is_a_line);
	tcase_add_test(t, there_is_room);
}

int
main(void)
{
	return unit_main("hook_text", add);
}
