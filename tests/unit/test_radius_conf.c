/* radius.conf: good values, and errors that name file, line and value. */
/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "radius_conf.h"
#include "unit.h"

#define SERVER	"server 192.0.2.1 secret-file /s\n"

static char said[4096];

static void
note(int priority, const char *line, void *arg)
{
	(void)priority;
	(void)arg;
	strncat(said, line, sizeof(said) - strlen(said) - 2);
	strcat(said, "\n");
}

static bool
parse(struct radius_conf *conf, const char *text)
{
	said[0] = '\0';
	log_set_sink(note, NULL);
	return radius_conf_parse(conf, "/f", text, strlen(text));
}

START_TEST(defaults)
{
	struct radius_conf conf;

	ck_assert(parse(&conf, SERVER));
	ck_assert_str_eq(said, "");
	ck_assert_uint_eq(conf.n, 1);
	ck_assert_str_eq(conf.servers[0].address, "192.0.2.1");
	ck_assert_uint_eq(conf.servers[0].auth_port, 1812);
	ck_assert_uint_eq(conf.servers[0].acct_port, 1813);
	ck_assert_str_eq(conf.servers[0].secret_file, "/s");
	ck_assert_uint_eq(conf.timeout, 2);
	ck_assert_uint_eq(conf.tries, 2);
	ck_assert_uint_eq(conf.deadline, 15);
	ck_assert_uint_eq(conf.dead_time, 60);
	ck_assert_uint_eq(conf.interim, 0);
	ck_assert(conf.accounting);
	ck_assert_int_eq(conf.require, RADIUS_REQUIRE_AUTO);
}
END_TEST

START_TEST(all_of_them)
{
	struct radius_conf conf;

	ck_assert(parse(&conf, "# a comment\r\n\n"
	    "\tserver 2001:db8::1 auth-port 1645 acct-port 1646 "
	    "secret-file /s priority 7 weight 3 limit 20 # the first\n" SERVER
	    "timeout 3\ntries 4\ndeadline 20\ndead-time 0\n"
	    "interim-interval 300\nnas-identifier vpn#1\n"
	    "nas-ip-address 192.0.2.9\naccounting off\n"
	    "require-message-authenticator yes"));
	ck_assert_uint_eq(conf.n, 2);
	ck_assert(conf.servers[0].v6);
	ck_assert_uint_eq(conf.servers[0].octets[1], 0x01);
	ck_assert_uint_eq(conf.servers[0].octets[15], 1);
	ck_assert_uint_eq(conf.servers[0].auth_port, 1645);
	ck_assert_uint_eq(conf.servers[0].acct_port, 1646);
	ck_assert_uint_eq(conf.servers[0].priority, 7);
	ck_assert_uint_eq(conf.servers[0].weight, 3);
	ck_assert_uint_eq(conf.servers[0].limit, 20);
	ck_assert_uint_eq(conf.servers[1].priority, 2);
	ck_assert_uint_eq(conf.servers[1].weight, 1);
	ck_assert_uint_eq(conf.servers[1].limit, 0);
	ck_assert_uint_eq(conf.timeout, 3);
	ck_assert_uint_eq(conf.tries, 4);
	ck_assert_uint_eq(conf.deadline, 20);
	ck_assert_uint_eq(conf.dead_time, 0);
	ck_assert_uint_eq(conf.interim, 300);
	ck_assert_str_eq(conf.nas_identifier, "vpn#1");
	ck_assert(!conf.accounting);
	ck_assert_int_eq(conf.require, RADIUS_REQUIRE_YES);
}
END_TEST

static const struct {
	const char *text, *want;
} bad[] = {
	{ "", "/f: no server\n" },
	{ "timeout 3\n", "/f: no server\n" },
	{ SERVER "tiemout 3", "/f:2: tiemout: unknown keyword\n" },
	{ SERVER "timeout", "/f:2: timeout: no value\n" },
	{ SERVER "timeout 3 4",
	    "/f:2: timeout: more than one value: \"4\"\n" },
	{ SERVER "timeout 0",
	    "/f:2: timeout: not a number from 1 to 15: \"0\"\n" },
	{ SERVER "timeout 3s",
	    "/f:2: timeout: not a number from 1 to 15: \"3s\"\n" },
	{ SERVER "timeout -1",
	    "/f:2: timeout: not a number from 1 to 15: \"-1\"\n" },
	{ SERVER "deadline 99999999999999999999",
	    "/f:2: deadline: not a number from 3 to 25: "
	    "\"99999999999999999999\"\n" },
	{ SERVER "coa-listen 192.0.2.1",
	    "/f: coa-listen and coa-client need each other\n" },
	{ SERVER "coa-client 192.0.2.1 secret-file /s",
	    "/f: coa-listen and coa-client need each other\n" },
	{ SERVER "coa-listen 0.0.0.0", "/f:2: coa-listen: name one of this "
	    "machine's addresses: \"0.0.0.0\"\n" },
	{ SERVER "coa-listen ::", "/f:2: coa-listen: name one of this "
	    "machine's addresses: \"::\"\n" },
	{ SERVER "coa-listen here", "/f:2: coa-listen: not an IPv4 or IPv6 "
	    "address (names are not looked up): \"here\"\n" },
	{ SERVER "coa-listen 192.0.2.1 3799", "/f:2: coa-listen: not "
	    "\"port\" and a number: \"3799\"\n" },
	{ SERVER "coa-client 192.0.2.1", "/f:2: coa-client: no secret-file for "
	    "it: \"192.0.2.1\"\n" },
	{ SERVER "coa-client 192.0.2.1 secret-file /s auth-port 5",
	    "/f:2: coa-client: a client has a secret-file and no more\n" },
	{ SERVER "coa-window 1h", "/f:2: coa-window: not a number from 0 to "
	    "86400: \"1h\"\n" },
	{ SERVER "interim-interval 59", "/f:2: interim-interval: not a number "
	    "from 60 to 86400: \"59\"\n" },
	{ "server radius.example secret-file /s", "/f:1: server: not an IPv4 "
	    "or IPv6 address (names are not looked up): \"radius.example\"\n" },
	{ "server 192.0.2.1", "/f:1: server: no secret-file for it: "
	    "\"192.0.2.1\"\n" },
	{ "server 192.0.2.1 secret-file", "/f:1: server: no value for it: "
	    "\"secret-file\"\n/f:1: server: no secret-file for it: "
	    "\"192.0.2.1\"\n" },
	{ "server 192.0.2.1 secret-file s", "/f:1: server: not the absolute "
	    "path of a secret: \"s\"\n/f:1: server: no secret-file for it: "
	    "\"192.0.2.1\"\n" },
	{ "server 192.0.2.1 secret-file /s secret x", "/f:1: server: neither "
	    "secret-file, auth-port, acct-port, priority, weight nor limit: "
	    "\"secret\"\n" },
	{ "server 192.0.2.1 secret-file /s weight 0", "/f:1: server: not a "
	    "number from 1 to 100: \"0\"\n" },
	{ "server 192.0.2.1 secret-file /s auth-port 65536", "/f:1: server: "
	    "not a number from 1 to 65535: \"65536\"\n" },
	{ SERVER "accounting yes",
	    "/f:2: accounting: neither on nor off: \"yes\"\n" },
	{ SERVER "require-message-authenticator on", "/f:2: "
	    "require-message-authenticator: neither auto, yes nor no: "
	    "\"on\"\n" },
	{ SERVER "nas-ip-address ::1",
	    "/f:2: nas-ip-address: not an IPv4 address: \"::1\"\n" },
};

START_TEST(errors)
{
	struct radius_conf conf;

	ck_assert(!parse(&conf, bad[_i].text));
	ck_assert_str_eq(said, bad[_i].want);
}
END_TEST

START_TEST(too_many)
{
	char text[17 * sizeof(SERVER) + 1100] = "";
	struct radius_conf conf;

	for (int i = 0; i < 16; i++)
		strcat(text, SERVER);
	ck_assert(parse(&conf, text));
	strcat(text, SERVER);
	ck_assert(!parse(&conf, text));
	ck_assert_str_eq(said, "/f:17: server: there are 16 servers already: "
	    "\"192.0.2.1\"\n");
	memset(text, 'x', 1025);
	text[1025] = '\0';
	ck_assert(!parse(&conf, text));
	ck_assert_ptr_nonnull(strstr(said, "/f:1: longer than 1024 octets"));
}
END_TEST

START_TEST(secrets)
{
	struct radius_server s = { .secret_file = "/s" };
	char text[300];

	said[0] = '\0';
	log_set_sink(note, NULL);
	ck_assert(radius_conf_secret(&s, "0123456789abcdef\r\nmore", 22));
	ck_assert_uint_eq(s.secret_len, 16);
	ck_assert_str_eq(said, "");
	ck_assert(radius_conf_secret(&s, "short", 5));
	ck_assert_ptr_nonnull(strstr(said, "can be guessed"));
	ck_assert(!radius_conf_secret(&s, "\nx", 2));
	ck_assert(!radius_conf_secret(&s, "", 0));
	memset(text, 'x', sizeof(text));
	ck_assert(radius_conf_secret(&s, text, RADIUS_SECRET_MAX));
	ck_assert(!radius_conf_secret(&s, text, RADIUS_SECRET_MAX + 1));
}
END_TEST

/* The sample, when every line is taken in that "#" leaves out. */
START_TEST(sample)
{
	struct radius_conf conf;
	char line[256], text[4096] = "";
	FILE *f = fopen(TESTDATA "/../../../etc/radius.conf", "re");

	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		bool taken = line[0] == '#' && line[1] >= 'a' && line[1] <= 'z';

		ck_assert_uint_lt(strlen(text) + strlen(line), sizeof(text));
		strcat(text, taken ? line + 1 : line);
	}
	fclose(f);
	ck_assert(parse(&conf, text));
	ck_assert_str_eq(said, "");
	ck_assert_uint_eq(conf.coa.listens, 1);
	ck_assert_uint_eq(conf.coa.listen[0].port, 3799);
	ck_assert_str_eq(conf.coa.client[0].address, "192.0.2.10");
	ck_assert_uint_eq(conf.n, 2);
	ck_assert_uint_eq(conf.interim, 300);
	ck_assert_int_eq(conf.require, RADIUS_REQUIRE_AUTO);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, sample);
	tcase_add_test(tc, defaults);
	tcase_add_test(tc, all_of_them);
	tcase_add_loop_test(tc, errors, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(tc, too_many);
	tcase_add_test(tc, secrets);
}

int
main(void)
{
	return unit_main("radius_conf", add);
}
