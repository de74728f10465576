/* Dictionaries of FreeRADIUS, and what is sent by their names. */
/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "dictionary.h"
#include "radius_conf.h"
#include "radius_request.h"
#include "radius_send.h"
#include "unit.h"

#define SEEK_MAX	4

static struct dict_attr sought[SEEK_MAX];
static struct dictionary dict;
static struct radius_send sends[SEEK_MAX];

/* What is included, by its path. */
static bool
include(struct dictionary *d, const char *path, bool may_miss)
{
	static const char more[] = "ATTRIBUTE In-File 99 string\n";
	static const char round[] = "$INCLUDE round\n";

	if (strcmp(path, "/d/more") == 0)
		return dict_read(d, path, more, sizeof(more) - 1) || true;
	if (strcmp(path, "/d/round") == 0)
		return dict_read(d, path, round, sizeof(round) - 1) || true;
	return may_miss;
}

static void
seek(unsigned at, const char *name, const char *text)
{
	struct radius_send *s = &sends[at];

	memset(s, 0, sizeof(*s));
	snprintf(s->name, sizeof(s->name), "%s", name);
	snprintf(s->text, sizeof(s->text), "%s", text);
	radius_send_seek(s, &sought[at]);
}

static bool
reads(const char *text)
{
	memset(&dict, 0, sizeof(dict));
	dict.sought = sought;
	dict.n = SEEK_MAX;
	dict.include = include;
	return dict_read(&dict, "/d/dictionary", text, strlen(text));
}

static const char *
result(unsigned at)
{
	return radius_send_resolve(&sends[at], &sought[at]);
}

static const char words[] =
	"# a comment\n"
	"VENDOR\tAcme\t4711\n"
	"VENDOR\tWide\t4712\tformat=2,1\n"
	"$INCLUDE more\n"
	"$INCLUDE- none\n"
	"ATTRIBUTE\tConnect-Info\t77\tstring\n"
	"ATTRIBUTE\tKind\t200\tinteger\t# its kind\n"
	"VALUE\tKind\tGold\t0x10\n"
	"BEGIN-VENDOR\tAcme\r\n"
	"ATTRIBUTE\tAcme-Address\t0x05\tipaddr\n"
	"ATTRIBUTE\tAcme-Struct\t6\ttlv\n"
	"BEGIN-TLV Acme-Struct\n"
	"ATTRIBUTE\tAcme-Inner\t1\tstring\n"
	"END-TLV Acme-Struct\n"
	"ATTRIBUTE\tAcme-Key\t7\toctets\tencrypt=2,has_tag\n"
	"END-VENDOR\tAcme\n"
	"BEGIN-VENDOR\tWide\n"
	"ATTRIBUTE\tWide-Name\t1\tstring\n"
	"END-VENDOR\tWide\n"
	"ATTRIBUTE\tOld-Name\t9\toctets\tAcme\n";

START_TEST(names_are_numbers)
{
	struct radius_out *o = calloc(1, sizeof(*o));
	static const uint8_t want[] = {
		77, 8, 'P', 'P', 'T', 'P', ' ', '2',
		200, 6, 0, 0, 0, 0x10,
		26, 12, 0, 0, 0x12, 0x67, 5, 6, 192, 0, 2, 7,
		26, 10, 0, 0, 0x12, 0x67, 9, 4, 0x0a, 0xff
	};

	seek(0, "Connect-Info", "PPTP 2");
	seek(1, "kind", "gold");
	seek(2, "Acme-Address", "192.0.2.7");
	seek(3, "Old-Name", "0x0aFF");
	ck_assert(reads(words));
	radius_begin(o, RADIUS_ACCT_REQUEST, 1, NULL);
	for (unsigned i = 0; i < SEEK_MAX; i++) {
		ck_assert_msg(result(i) == NULL, "%u: %s", i, result(i));
		radius_send_put(o, &sends[i]);
	}
	ck_assert_uint_eq(o->len, RADIUS_HEADER + sizeof(want));
	ck_assert_mem_eq(o->buf + RADIUS_HEADER, want, sizeof(want));
	free(o);
}
END_TEST

START_TEST(what_cannot_be_sent)
{
	static const struct {
		const char *name, *text, *why;
	} cases[] = {
		{ "Nobody", "1", "no dictionary has" },
		{ "Acme-Inner", "x", "its form" },
		{ "Wide-Name", "x", "its form" },
		{ "Acme-Key", "0x00", "hidden" },
		{ "Acme-Struct", "x", "a type" },
		{ "Kind", "Silver", "no such value" },
		{ "Kind", "4294967296", "no such value" },
		{ "Kind", "-1", "no such value" },
		{ "Acme-Address", "192.0.2", "not an address" },
		{ "Old-Name", "0x0", "two for each" },
		{ "Old-Name", "10", "not 0x" },
		{ "Old-Name", "0x", "empty" },
		{ "In-File", "", "empty" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		seek(0, cases[i].name, cases[i].text);
		ck_assert(reads(words));
		ck_assert_msg(result(0) != NULL && strstr(result(0),
		    cases[i].why) != NULL, "%s %s: %s", cases[i].name,
		    cases[i].text, result(0) != NULL ? result(0) : "is sent");
	}
}
END_TEST

/* Who could set these could be another user, or another NAS. */
START_TEST(what_is_ours_is_not_sent_twice)
{
	static const char text[] =
		"VENDOR Microsoft 311\n"
		"ATTRIBUTE User-Name 1 string\n"
		"ATTRIBUTE Message-Authenticator 80 octets\n"
		"BEGIN-VENDOR Microsoft\n"
		"ATTRIBUTE MS-CHAP2-Response 25 octets\n"
		"ATTRIBUTE MS-RAS-Version 18 string\n"
		"END-VENDOR Microsoft\n";

	seek(0, "User-Name", "root");
	seek(1, "Message-Authenticator", "0x00");
	seek(2, "MS-CHAP2-Response", "0x00");
	seek(3, "MS-RAS-Version", "pptpd");
	ck_assert(reads(text));
	for (unsigned i = 0; i < 3; i++)
		ck_assert_ptr_nonnull(strstr(result(i), "itself"));
	ck_assert_ptr_null(result(3));
}
END_TEST

START_TEST(lines_that_are_none)
{
	static const char *const lines[] = {
		"ATTRIBUTE X\n", "ATTRIBUTE X one string\n", "FLAGS internal\n",
		"VENDOR X\n", "VENDOR X 0\n", "BEGIN-VENDOR Nobody\n",
		"END-VENDOR Nobody\n", "VENDOR A 1\nBEGIN-VENDOR A\n",
		"VENDOR A 1\nBEGIN-VENDOR A\nBEGIN-VENDOR A\nEND-VENDOR A\n",
		"BEGIN-TLV X\n", "END-TLV X\n", "$INCLUDE\n",
		"$INCLUDE nowhere\n", "$INCLUDE round\n", "ATTRIBUTE",
		"VALUE Kind Gold many\n"
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		seek(0, "Kind", "Gold");
		ck_assert_msg(!reads(lines[i]), "%s", lines[i]);
		ck_assert_uint_eq(dict.depth, 0);
	}
	ck_assert(reads("\n   \n# VENDOR\n"));
}
END_TEST

START_TEST(the_later_of_two_counts)
{
	seek(0, "Kind", "7");
	ck_assert(reads("ATTRIBUTE Kind 200 string\n"
	    "ATTRIBUTE Kind 201 integer\n"));
	ck_assert_ptr_null(result(0));
	ck_assert_uint_eq(sends[0].type, 201);
	ck_assert_uint_eq(sends[0].len, 4);
}
END_TEST

/* As radius.conf has them. */
START_TEST(lines_of_the_configuration)
{
	static struct radius_conf conf;
	static const char text[] =
		"server 192.0.2.1 secret-file /s\n"
		"dictionary /etc/pptpd/dictionary\n"
		"send Connect-Info = \"PPTP # 2\" # a comment\n"
		"send Kind = Gold\n";
	static const char *const bad[] = {
		"send\n", "send Kind\n", "send Kind Gold\n",
		"send Kind = Gold Silver\n", "send Kind = \"Gold\n",
		"dictionary here\n"
	};
	char one[128];

	ck_assert(radius_conf_parse(&conf, "/f", text, sizeof(text) - 1));
	ck_assert_uint_eq(conf.sends, 2);
	ck_assert_str_eq(conf.send[0].text, "PPTP # 2");
	ck_assert_str_eq(conf.send[1].name, "Kind");
	ck_assert_uint_eq(conf.send[1].line, 4);
	ck_assert_str_eq(conf.dictionary, "/etc/pptpd/dictionary");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(one, sizeof(one),
		    "server 192.0.2.1 secret-file /s\n%s", bad[i]);
		ck_assert_msg(!radius_conf_parse(&conf, "/f", one,
		    strlen(one)), "%s", bad[i]);
	}
}
END_TEST

/* As Cisco-AVPair is sent for each thing that it can say. */
START_TEST(one_name_may_be_sent_more_than_once)
{
	seek(0, "Connect-Info", "one");
	seek(1, "connect-info", "two");
	seek(2, "Kind", "Gold");
	seek(3, "Kind", "7");
	ck_assert(reads(words));
	for (unsigned i = 0; i < SEEK_MAX; i++)
		ck_assert_msg(result(i) == NULL, "%u: %s", i, result(i));
	ck_assert_uint_eq(sends[0].type, 77);
	ck_assert_uint_eq(sends[1].type, 77);
	ck_assert_mem_eq(sends[1].octets, "two", 3);
	ck_assert_uint_eq(sends[2].octets[3], 0x10);
	ck_assert_uint_eq(sends[3].octets[3], 7);
}
END_TEST

/* A request that has no room for them would not be sent at all. */
START_TEST(the_largest_request_has_room_for_them)
{
	static struct radius_conf conf;
	static struct radius_out o;
	static struct aaa_acct a = { .status = AAA_STOP, .cause = 1,
	    .address = 1 };
	const struct radius_secret secret = { (const uint8_t *)"s", 1 };
	const struct request_time when = { 1, 2 };
	unsigned n = 0;

	memset(conf.nas_identifier, 'n', sizeof(conf.nas_identifier) - 1);
	memset(a.call.name.text, 'u', AAA_NAME_MAX);
	a.call.name.len = AAA_NAME_MAX;
	memset(a.call.id, '1', AAA_ID_MAX);
	a.call.client = a.call.server = UINT32_MAX;
	a.call.unit = UINT32_MAX;
	while (aaa_class_add(&a.class, "c", 1))
		continue;
	for (; n < RADIUS_SENDS_MAX; n++) {
		conf.send[n].type = 77;
		conf.send[n].len = RADIUS_VALUE_MAX;
		if (!radius_sends_fit(conf.send, n + 1))
			break;
	}
	conf.sends = n;
	ck_assert_uint_eq(n, RADIUS_SENDS_OCTETS / 255);
	ck_assert(request_acct(&o, 1, &a, &conf, &secret, &when));
	conf.send[0].vendor = 9;
	conf.send[0].len = RADIUS_VENDOR_VALUE_MAX;
	ck_assert(radius_sends_fit(conf.send, n));
	ck_assert(request_acct(&o, 1, &a, &conf, &secret, &when));
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, names_are_numbers);
	tcase_add_test(tc, what_cannot_be_sent);
	tcase_add_test(tc, what_is_ours_is_not_sent_twice);
	tcase_add_test(tc, lines_that_are_none);
	tcase_add_test(tc, the_later_of_two_counts);
	tcase_add_test(tc, lines_of_the_configuration);
	tcase_add_test(tc, one_name_may_be_sent_more_than_once);
	tcase_add_test(tc, the_largest_request_has_room_for_them);
}

int
main(void)
{
	return unit_main("dictionary", add);
}
