/* What a program may answer, and all that it may not. */
/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <string.h>

#include "hook_reply.h"
#include "unit.h"

static struct hook_reply r;
static struct hook_fault fault;

static bool
read_text(const char *text, size_t len)
{
	memset(&r, 0, sizeof(r));
	return hook_reply_read(&r, text, len, &fault);
}

START_TEST(every_attribute)
{
	static const char text[] =
	    "Accept\n"
	    "Service-Type = Framed-User\n"
	    "Framed-Protocol=PPP\n"
	    "Framed-IP-Address = 10.9.8.7\n"
	    "Framed-MTU = 1300\n"
	    "Session-Timeout = \"3600\"\n"
	    "Idle-Timeout\t=\t900  \n"
	    "Acct-Interim-Interval = 5\n"
	    "MS-Primary-DNS-Server = 10.0.0.53\n"
	    "MS-Secondary-DNS-Server = 10.0.0.54\n"
	    "MS-Primary-NBNS-Server = 10.0.0.55\n"
	    "MS-Secondary-NBNS-Server = 10.0.0.56\n"
	    "MS-MPPE-Encryption-Policy = 2\n"
	    "MS-MPPE-Encryption-Types = 4\n"
	    "Filter-Id = gold\n"
	    "Rate-Limit = 2M/512k\n"
	    "Mikrotik-Recv-Limit = 1000\n"
	    "Mikrotik-Xmit-Limit = 9223372036854775807\n"
	    "Mikrotik-Total-Limit = 5000000000\n"
	    "Framed-IPv6-Prefix = 2001:db8:1::/48\n"
	    "Delegated-IPv6-Prefix = 2001:db8:2::/64\n"
	    "Framed-Interface-Id = 0x0000000000000001\n"
	    "Framed-Route = 10.3.0.0/16\n"
	    "Framed-Route = \"10.4.0.0/16 0.0.0.0 1\"\n"
	    "Framed-Pool = staff\n"
	    "Reply-Message = \"it is \\\"\\303\\244\\\" \\\\\"\n"
	    "Class = 0x00ff\n"
	    "Class = \"0x00\"\n"
	    "Cleartext-Password = \"a b\"\n"
	    "\n";

	ck_assert(read_text(text, sizeof(text) - 1));
	ck_assert_ptr_null(fault.why);
	ck_assert_int_eq(r.reply.verdict, AAA_ACCEPT);
	ck_assert_uint_eq(r.reply.address, htonl(0x0a090807));
	ck_assert_uint_eq(r.reply.mtu, 1300);
	ck_assert_uint_eq(r.reply.session_timeout, 3600);
	ck_assert_uint_eq(r.reply.idle_timeout, 900);
	ck_assert_uint_eq(r.reply.interim, 60);
	ck_assert_uint_eq(r.reply.dns[0], htonl(0x0a000035));
	ck_assert_uint_eq(r.reply.dns[1], htonl(0x0a000036));
	ck_assert_uint_eq(r.reply.wins[0], htonl(0x0a000037));
	ck_assert_uint_eq(r.reply.wins[1], htonl(0x0a000038));
	ck_assert_uint_eq(r.reply.mppe_policy, 2);
	ck_assert_uint_eq(r.reply.mppe_types, 4);
	ck_assert_str_eq(r.reply.filter_id.text, "gold");
	ck_assert_str_eq(r.reply.pool.text, "staff");
	ck_assert_uint_eq(r.reply.limits.rate_down, 2000000);
	ck_assert_uint_eq(r.reply.limits.rate_up, 512000);
	ck_assert_uint_eq(r.reply.nroutes, 2);
	ck_assert_uint_eq(r.reply.quota.in, 1000);
	ck_assert_uint_eq(r.reply.quota.out, INT64_MAX);
	ck_assert_uint_eq(r.reply.quota.total, UINT64_C(5000000000));
	ck_assert_uint_eq(r.reply.nprefixes, 2);
	ck_assert_uint_eq(r.reply.prefixes[0].bits, 48);
	ck_assert_mem_eq(r.reply.prefixes[1].net, "\x20\x01\x0d\xb8\0\2\0\0"
	    "\0\0\0\0\0\0\0", 16);
	ck_assert(r.reply.has_ifid);
	ck_assert_uint_eq(r.reply.ifid[7], 1);
	ck_assert_uint_eq(r.reply.routes[1].net, htonl(0x0a040000));
	ck_assert_str_eq(r.reply.framed_route.text, "10.4.0.0/16 0.0.0.0 1");
	ck_assert_str_eq(r.reply.message.text, "it is \"\xc3\xa4\" \\");
	ck_assert_uint_eq(r.reply.class.len, 8);
	ck_assert_mem_eq(r.reply.class.octets, "\2\0\xff\4" "0x00", 8);
	ck_assert_int_eq(r.known.kind, KNOWN_CLEAR);
	ck_assert_uint_eq(r.known.len, 3);
	ck_assert_mem_eq(r.known.octets, "a b", 3);
}
END_TEST

START_TEST(hashes)
{
	static const char hash[] = "NT-Hash = "
	    "0x00112233445566778899aAbBcCdDeEfF\nAccept";
	static const char key[] = "NT-Key = "
	    "0x00112233445566778899aabbccddeeff\nAccept\n\n\n";

	ck_assert(read_text(hash, strlen(hash)));
	ck_assert_int_eq(r.known.kind, KNOWN_NT_HASH);
	ck_assert_uint_eq(r.known.len, 16);
	ck_assert_uint_eq(r.known.octets[15], 0xff);
	ck_assert(read_text(key, strlen(key)));
	ck_assert_int_eq(r.known.kind, KNOWN_NT_KEY);
}
END_TEST

#define HASH "0x00112233445566778899aabbccddeeff"

static const struct {
	const char *text, *why;
	unsigned line;
} bad[] = {
	{ "", "neither Accept nor Reject", 0 },
	{ "\n", "neither Accept nor Reject", 0 },
	{ "Session-Timeout = 5\n\n", "neither Accept nor Reject", 1 },
	{ "Accept\n\nReject\n", "more behind the empty line", 1 },
	{ "Accept\nReject\n", "a second verdict", 2 },
	{ "Accept\nAccept\n", "a second verdict", 2 },
	{ "accept\n", "neither Accept, Reject nor \"Name = value\"", 1 },
	{ "Accept it\n", "neither Accept, Reject nor \"Name = value\"", 1 },
	{ "Accept\r\n", "a control octet", 1 },
	{ "Accept\nFilter-Id = a\033[0m\n", "a control octet", 2 },
	{ " Accept\n", "neither Accept, Reject nor \"Name = value\"", 1 },
	{ "Segmentation fault\n", "neither Accept, Reject nor \"Name = value\"",
	    1 },
	{ "Foo = 1\n", "an unknown attribute", 1 },
	{ "session-timeout = 1\n", "an unknown attribute", 1 },
	{ "= 1\n", "an unknown attribute", 1 },
	{ "Session-Timeout = \n", "it has no value", 1 },
	{ "Session-Timeout = \"\"\n", "it has no value", 1 },
	{ "Session-Timeout = 0\n", "not a number that it can have", 1 },
	{ "Session-Timeout = -1\n", "not a number that it can have", 1 },
	{ "Session-Timeout = 1h\n", "not a number that it can have", 1 },
	{ "Session-Timeout = 2147483648\n", "not a number that it can have",
	    1 },
	{ "Session-Timeout = 99999999999\n", "not a number that it can have",
	    1 },
	{ "Session-Timeout = 1 2\n",
	    "more behind the value (blanks need quotes)", 1 },
	{ "Session-Timeout = 1\nAccept\nSession-Timeout = 1\n",
	    "it stands there twice", 3 },
	{ "Framed-MTU = 63\n", "not a number that it can have", 1 },
	{ "Framed-IP-Address = 10.9.8\n", "not an IPv4 address", 1 },
	{ "Framed-IP-Address = 0.0.0.0\n", "not an IPv4 address", 1 },
	{ "MS-MPPE-Encryption-Types = 3\n",
	    "not 2 (40 bits), 4 (128 bits) or 6 (both)", 1 },
	{ "MS-MPPE-Encryption-Policy = 3\n", "not a number that it can have",
	    1 },
	{ "Service-Type = Login-User\n",
	    "a value that this server cannot follow", 1 },
	{ "Filter-Id = \"a\\012b\"\n", "an octet that it cannot have", 1 },
	{ "Filter-Id = \xc3\xa4\n", "an octet that it cannot have", 1 },
	{ "Reply-Message = \"\\001\"\n", "an octet that it cannot have", 1 },
	{ "Filter-Id = a\"b\n",
	    "quotes and backslashes stand only within a value in quotes", 1 },
	{ "Filter-Id = a\\b\n",
	    "quotes and backslashes stand only within a value in quotes", 1 },
	{ "Filter-Id = \"a\n", "a quote is not closed", 1 },
	{ "Filter-Id = \"a\\\"\n", "a quote is not closed", 1 },
	{ "Filter-Id = \"a\" b\n",
	    "more behind the value (blanks need quotes)", 1 },
	{ "Filter-Id = \"\\n\"\n", "a backslash stands only before \", \\ and "
	    "three octal digits that are no NUL", 1 },
	{ "Filter-Id = \"\\000\"\n", "a backslash stands only before \", \\ "
	    "and three octal digits that are no NUL", 1 },
	{ "Filter-Id = \"\\400\"\n", "a backslash stands only before \", \\ "
	    "and three octal digits that are no NUL", 1 },
	{ "Rate-Limit = fast\n", "not a rate that can be kept", 1 },
	{ "Mikrotik-Rate-Limit = \"x/y\"\n", "not a rate that can be kept", 1 },
	{ "Mikrotik-Total-Limit = 0\n", "not a number of octets above 0", 1 },
	{ "Mikrotik-Total-Limit = 10000000000000000000\n",
	    "not a number of octets above 0", 1 },
	{ "Mikrotik-Total-Limit = 5G\n", "not a number of octets above 0", 1 },
	{ "Framed-IPv6-Prefix = 2001:db8::\n",
	    "not a network of IPv6 that a peer can have behind it", 1 },
	{ "Framed-IPv6-Prefix = 2001:db8::/129\n",
	    "not a network of IPv6 that a peer can have behind it", 1 },
	{ "Framed-IPv6-Prefix = 2001:db8::/\n",
	    "not a network of IPv6 that a peer can have behind it", 1 },
	{ "Framed-IPv6-Prefix = 2001:db8::1/64\n",
	    "not a network of IPv6 that a peer can have behind it", 1 },
	{ "Framed-IPv6-Prefix = fe80::/64\n",
	    "not a network of IPv6 that a peer can have behind it", 1 },
	{ "Framed-Interface-Id = 0x0000000000000000\n",
	    "not 0x and 16 hex digits, or zero", 1 },
	{ "Framed-Interface-Id = 0x00000000000001\n",
	    "not 0x and 16 hex digits, or zero", 1 },
	{ "Framed-Route = \"10.4.0.0/16 0.0.0.0 1 \\012b\"\n",
	    "an octet that it cannot have", 1 },
	{ "Framed-Route = \"10.4.0.0/16 0.0.0.0 1 \\303\"\n",
	    "an octet that it cannot have", 1 },
	{ "Framed-Route = 127.0.0.0/8\n",
	    "not a network that a peer can have behind it", 1 },
	{ "Class = 0x0\n", "not 1 to 253 octets in hex", 1 },
	{ "Class = 0x\n", "not 1 to 253 octets in hex", 1 },
	{ "Class = 0xgg\n", "not 1 to 253 octets in hex", 1 },
	{ "NT-Hash = 00112233445566778899aabbccddeeff\n",
	    "not 0x and 32 hex digits", 1 },
	{ "NT-Hash = " HASH "00\n", "not 0x and 32 hex digits", 1 },
	{ "NT-Hash = \"" HASH "\"\n", "not 0x and 32 hex digits", 1 },
	{ "NT-Hash = " HASH "\nCleartext-Password = a\n", "a second password",
	    2 },
};

START_TEST(bad_answers)
{
	size_t len = strlen(bad[_i].text);

	ck_assert_msg(!read_text(bad[_i].text, len), "%s", bad[_i].text);
	ck_assert_str_eq(fault.why, bad[_i].why);
	ck_assert_uint_eq(fault.line, bad[_i].line);
}
END_TEST

START_TEST(octets_that_no_text_has)
{
	char text[] = "Accept\nFilter-Id = a-b\n\n";

	for (int c = 0; c < 256; c++) {
		text[20] = (char)c;
		ck_assert_int_eq(read_text(text, sizeof(text) - 1),
		    c > ' ' && c <= '~' && c != '"' && c != '\\');
	}
}
END_TEST

START_TEST(long_lines)
{
	char text[HOOK_LINE_MAX + 64], name[] = "Cleartext-Password = ";

	memset(text, 'x', sizeof(text));
	ck_assert(!read_text(text, HOOK_LINE_MAX));
	ck_assert(!read_text(text, HOOK_LINE_MAX + 1));
	ck_assert_str_eq(fault.why, "a line of more than 1024 octets");
	ck_assert_str_eq(fault.name, "");
	/* The longest password, and one octet more. */
	memcpy(text, name, strlen(name));
	memcpy(text + strlen(name) + 255, "\nAccept", 7);
	ck_assert(read_text(text, strlen(name) + 255 + 7));
	memset(text, 'x', sizeof(text));
	memcpy(text, name, strlen(name));
	memcpy(text + strlen(name) + 256, "\nAccept", 7);
	ck_assert(!read_text(text, strlen(name) + 256 + 7));
	ck_assert_str_eq(fault.why, "longer than 255 octets");
	ck_assert_str_eq(fault.name, "Cleartext-Password");
	/* 1,024 octets of Class, each with its length. */
	memset(text, 'x', sizeof(text));
	memcpy(text, "Class = ", 8);
	memset(&r, 0, sizeof(r));
	for (int i = 0; i < 4; i++)
		ck_assert_ptr_null(hook_reply_line(&r, text, 8 + 253));
	ck_assert_ptr_null(hook_reply_line(&r, text, 8 + 7));
	ck_assert_ptr_nonnull(hook_reply_line(&r, text, 8 + 1));
	ck_assert_ptr_nonnull(hook_reply_line(&r, text, 8 + 254));
}
END_TEST

START_TEST(where_an_answer_ends)
{
	ck_assert_uint_eq(hook_reply_end("Accept\n\n", 8), 8);
	ck_assert_uint_eq(hook_reply_end("Accept\n\nmore", 12), 8);
	ck_assert_uint_eq(hook_reply_end("\nAccept\n\n", 9), 1);
	ck_assert_uint_eq(hook_reply_end("Accept\n", 7), 0);
	ck_assert_uint_eq(hook_reply_end("Accept\n \n", 9), 0);
	ck_assert_uint_eq(hook_reply_end("", 0), 0);
}
END_TEST

START_TEST(one_overrides_the_other)
{
	memset(&r, 0, sizeof(r));
	ck_assert_ptr_null(hook_reply_line(&r, "Idle-Timeout = 5", 16));
	ck_assert_ptr_nonnull(hook_reply_line(&r, "Idle-Timeout = 6", 16));
	hook_reply_override(&r);
	ck_assert_ptr_null(hook_reply_line(&r, "Idle-Timeout = 7", 16));
	ck_assert_uint_eq(r.reply.idle_timeout, 7);
	ck_assert(hook_line_is_secret("NT-Hash=0x", 10));
	ck_assert(hook_line_is_secret("Cleartext-Password", 18));
	ck_assert(!hook_line_is_secret("Idle-Timeout = 7", 16));
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, every_attribute);
	tcase_add_test(t, hashes);
	tcase_add_loop_test(t, bad_answers, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(t, octets_that_no_text_has);
	tcase_add_test(t, long_lines);
	tcase_add_test(t, where_an_answer_ends);
	tcase_add_test(t, one_overrides_the_other);
}

int
main(void)
{
	return unit_main("hook_reply", add);
}
