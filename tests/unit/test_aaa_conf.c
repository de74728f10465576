/* aaa.conf: every keyword, every mistake. */
/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "aaa_conf.h"
#include "base/log.h"
#include "unit.h"

static struct aaa_conf conf;
static char said[LOG_LINE_MAX];
static unsigned lines;

static void
sink(int level, const char *line, void *arg)
{
	(void)level;
	(void)arg;
	lines++;
	snprintf(said, sizeof(said), "%s", line);
}

static bool
parse(const char *text)
{
	log_set_sink(sink, NULL);
	lines = 0;
	return aaa_conf_parse(&conf, "/f", text, strlen(text));
}

START_TEST(nothing_said)
{
	ck_assert(parse("# a comment\n\n   \n"));
	ck_assert_str_eq(conf.secrets, "/etc/ppp/chap-secrets");
	ck_assert_ptr_null(conf.program[0]);
	ck_assert_ptr_null(conf.environment[0]);
	ck_assert_str_eq(conf.run_as, "");
	ck_assert(!conf.kept);
	ck_assert_uint_eq(conf.workers, 4);
	ck_assert_uint_eq(conf.deadline, 10);
	ck_assert(conf.accounting);
	ck_assert_uint_eq(conf.interim, 0);
	aaa_conf_free(&conf);
}
END_TEST

START_TEST(every_keyword)
{
	struct hook_reply r = { 0 };

	ck_assert(parse("secrets /etc/other\n"
	    "program /usr/bin/x --db \"a \\\"b\\\\\" '' # comment\n"
	    "mode kept\nworkers 8\nrun-as vpn\ndeadline 5\r\n"
	    "environment A=1\nenvironment \"B=2 3\"\naccounting off\n"
	    "interim-interval 300\nnas-identifier vpn1\n"
	    "reply Session-Timeout = 3600\n"
	    "reply Filter-Id = \"silver # 1\"\n"
	    "reply-for \"b \\\"ob\" Filter-Id = gold\n"));
	ck_assert_str_eq(conf.secrets, "/etc/other");
	ck_assert_str_eq(conf.program[0], "/usr/bin/x");
	ck_assert_str_eq(conf.program[1], "--db");
	ck_assert_str_eq(conf.program[2], "a \"b\\");
	ck_assert_str_eq(conf.program[3], "''");
	ck_assert_ptr_null(conf.program[4]);
	ck_assert_str_eq(conf.environment[0], "A=1");
	ck_assert_str_eq(conf.environment[1], "B=2 3");
	ck_assert(conf.kept);
	ck_assert_uint_eq(conf.workers, 8);
	ck_assert_str_eq(conf.run_as, "vpn");
	ck_assert_uint_eq(conf.deadline, 5);
	ck_assert(!conf.accounting);
	ck_assert_uint_eq(conf.interim, 300);
	ck_assert_str_eq(conf.nas_identifier, "vpn1");
	ck_assert_ptr_null(aaa_conf_reply(&conf, "eve", &r));
	ck_assert_uint_eq(r.reply.session_timeout, 3600);
	ck_assert_str_eq(r.reply.filter_id.text, "silver # 1");
	memset(&r, 0, sizeof(r));
	ck_assert_ptr_null(aaa_conf_reply(&conf, "b \"ob", &r));
	ck_assert_uint_eq(r.reply.session_timeout, 3600);
	ck_assert_str_eq(r.reply.filter_id.text, "gold");
	/* The program has the last word. */
	ck_assert_ptr_null(hook_reply_line(&r, "Filter-Id = x", 13));
	ck_assert_str_eq(r.reply.filter_id.text, "x");
	aaa_conf_free(&conf);
}
END_TEST

static const struct {
	const char *text, *line;
} bad[] = {
	{ "server x\n", "/f:1: server: unknown keyword" },
	{ "\nsecrets x\n", "/f:2: secrets: not an absolute path: \"x\"" },
	{ "secrets\n", "/f:1: secrets: no value" },
	{ "program x\n",
	    "/f:1: program: not the absolute path of a program: \"x\"" },
	{ "program\n", "/f:1: program: not the absolute path of a program" },
	{ "program /a\nprogram /b\n",
	    "/f:2: program: there is one already: \"/b\"" },
	{ "program \"/a\n", "/f:1: program: a quote is not closed" },
	{ "program /a 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 "
	    "23 24 25 26 27 28 29 30 31 32\n",
	    "/f:1: program: too many words: \"32\"" },
	{ "mode never\n", "/f:1: mode: neither kept nor once: \"never\"" },
	{ "workers 0\n", "/f:1: workers: not a number from 1 to 64: \"0\"" },
	{ "workers 65\n", "/f:1: workers: not a number from 1 to 64: \"65\"" },
	{ "workers 4 5\n", "/f:1: workers: more than one value: \"5\"" },
	{ "deadline 26\n", "/f:1: deadline: not a number from 1 to 25: "
	    "\"26\"" },
	{ "deadline x\n", "/f:1: deadline: not a number from 1 to 25: \"x\"" },
	{ "accounting yes\n", "/f:1: accounting: neither on nor off: "
	    "\"yes\"" },
	{ "interim-interval 59\n", "/f:1: interim-interval: neither 0 nor a "
	    "number from 60 to 86400" },
	{ "environment A\n", "/f:1: environment: not NAME=value: \"A\"" },
	{ "environment =A\n", "/f:1: environment: not NAME=value: \"=A\"" },
	{ "reply Foo = 1\n", "/f:1: reply: an unknown attribute: "
	    "\"Foo = 1\"" },
	{ "reply Accept\n", "/f:1: reply: not \"Name = value\": \"Accept\"" },
	{ "reply Cleartext-Password = hunter2\n", "/f:1: reply: passwords have "
	    "no place in this file, which all can read" },
	{ "reply-for bob\n", "/f:1: reply-for: neither Accept, Reject nor "
	    "\"Name = value\": \"\"" },
	{ "reply-for\n", "/f:1: reply-for: no user" },
	{ "reply Idle-Timeout = 1\nreply Idle-Timeout = 2\n", "/f:1: reply: an "
	    "attribute of all: it stands there twice" },
	{ "reply-for a Idle-Timeout = 1\nreply-for b Idle-Timeout = 2\n"
	    "reply-for b Idle-Timeout = 2\n", "/f:2: reply-for: an attribute of "
	    "\"b\": it stands there twice" },
};

START_TEST(mistakes)
{
	ck_assert_msg(!parse(bad[_i].text), "%s", bad[_i].text);
	ck_assert_uint_eq(lines, 1);
	ck_assert_str_eq(said, bad[_i].line);
}
END_TEST

/* Each is named, not the first one only. */
START_TEST(all_mistakes)
{
	ck_assert(!parse("a\nb\nc\n"));
	ck_assert_uint_eq(lines, 3);
	ck_assert(!aaa_conf_parse(&conf, "/f", "mode\0kept\n", 10));
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, nothing_said);
	tcase_add_test(t, every_keyword);
	tcase_add_loop_test(t, mistakes, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(t, all_mistakes);
}

int
main(void)
{
	return unit_main("aaa_conf", add);
}
