/* Logging: the sink, the debug gate, one line only, a peer's octets escaped. */
/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "prng.h"
#include "unit.h"

#define SEED 2637

/* What the sink got last, and how often it was called. */
static struct {
	int	 lines;
	int	 priority;
	void	*arg;
	char	 line[LOG_LINE_MAX];
} got;

static void
sink(int priority, const char *line, void *arg)
{
	got.lines++;
	got.priority = priority;
	got.arg = arg;
	ck_assert_uint_lt(strlen(line), sizeof(got.line));
	snprintf(got.line, sizeof(got.line), "%s", line);
}

static void
setup(void)
{
	memset(&got, 0, sizeof(got));
	log_set_debug(false);
	log_set_sink(sink, &got);
}

START_TEST(line_reaches_the_sink)
{
	log_msg(LOG_WARNING, "call %d of %s", 7, "10.0.0.1");
	ck_assert_int_eq(got.lines, 1);
	ck_assert_int_eq(got.priority, LOG_WARNING);
	ck_assert_ptr_eq(got.arg, &got);
	ck_assert_str_eq(got.line, "call 7 of 10.0.0.1");
}
END_TEST

START_TEST(each_name_has_its_priority)
{
	log_err("%d", 1);
	ck_assert_int_eq(got.priority, LOG_ERR);
	log_warn("%d", 2);
	ck_assert_int_eq(got.priority, LOG_WARNING);
	log_notice("%d", 3);
	ck_assert_int_eq(got.priority, LOG_NOTICE);
	log_info("%d", 4);
	ck_assert_int_eq(got.priority, LOG_INFO);
	log_set_debug(true);
	log_debug("%d", 5);
	ck_assert_int_eq(got.priority, LOG_DEBUG);
	ck_assert_int_eq(got.lines, 5);
	ck_assert_str_eq(got.line, "5");
}
END_TEST

static int evaluated;

static int
evaluate(void)
{
	return ++evaluated;
}

START_TEST(debug_gate)
{
	ck_assert(!log_is_debug());
	log_debug("%d", evaluate());
	log_msg(LOG_DEBUG, "no");
	ck_assert_int_eq(got.lines, 0);
	ck_assert_int_eq(evaluated, 0);
	log_set_debug(true);
	ck_assert(log_is_debug());
	log_debug("%d", evaluate());
	log_msg(LOG_DEBUG, "yes");
	ck_assert_int_eq(got.lines, 2);
	log_set_debug(false);
	log_msg(LOG_DEBUG, "no");
	ck_assert_int_eq(got.lines, 2);
	log_always(LOG_DEBUG, "%s", "yes");
	ck_assert_int_eq(got.lines, 3);
	ck_assert(!log_is_debug());
}
END_TEST

START_TEST(no_sink)
{
	log_set_sink(NULL, NULL);
	log_err("nobody listens");
	ck_assert_int_eq(got.lines, 0);
}
END_TEST

/* Security test T-7: neither a second line nor a terminal command. */
START_TEST(control_octets_are_replaced)
{
	char all[33], expected[33];
	int i;

	log_err("a%sb", "\r\nMar  1 sshd: \x1b[2Jroot\t\x7f");
	ck_assert_str_eq(got.line, "a??Mar  1 sshd: ?[2Jroot??b");

	for (i = 0; i < 31; i++)
		all[i] = (char)(i + 1);
	all[31] = 0x7f;
	all[32] = '\0';
	memset(expected, '?', 32);
	expected[32] = '\0';
	log_err("%s", all);
	ck_assert_str_eq(got.line, expected);
	ck_assert_int_eq(got.lines, 2);
}
END_TEST

/* S-12: C1 controls, as octets and in UTF-8, speak to terminals, too. */
START_TEST(c1_controls_are_replaced)
{
	log_err("a\x9b" "31m b\xc2\x9b" "31m c\xc2\x80 d\xc2\x9f");
	ck_assert_str_eq(got.line, "a?31m b\xc2?31m c\xc2? d\xc2?");
	/* Too long for what they are: U+009B, ESC. */
	log_err("\xe0\x82\x9b \xc0\x9b");
	ck_assert_str_eq(got.line, "\xe0?? \xc0?");
	/* Cut off, out of range, a surrogate. */
	log_err("\xe2\x82 \xf4\x90\x80\x80 \xed\xa0\x80");
	ck_assert_str_eq(got.line, "\xe2? \xf4??? \xed\xa0?");
	/* Names in UTF-8 (an octet of theirs is in that range) and Latin-1. */
	log_err("\xc3\x9c" "ber \xe2\x82\xac \xf0\x9f\x9a\x80 \xfc");
	ck_assert_str_eq(got.line,
	    "\xc3\x9c" "ber \xe2\x82\xac \xf0\x9f\x9a\x80 \xfc");
}
END_TEST

START_TEST(only_printable_ascii)
{
	char text[] = "a\x1b\n\x7f\x9b\xc3\x9c~";

	ck_assert_ptr_eq(log_printable(text), text);
	ck_assert_str_eq(text, "a??????~");
}
END_TEST

START_TEST(control_octets_of_the_format)
{
	log_err("one\ntwo\n");
	ck_assert_str_eq(got.line, "one?two?");
}
END_TEST

START_TEST(argument_is_no_format)
{
	log_err("%s", "%s%n%x");
	ck_assert_str_eq(got.line, "%s%n%x");
}
END_TEST

START_TEST(long_line_is_cut)
{
	char big[3 * LOG_LINE_MAX];
	size_t len;

	for (len = LOG_LINE_MAX - 3; len < LOG_LINE_MAX + 3; len++) {
		memset(big, 'x', len);
		big[len] = '\0';
		log_err("%s", big);
		ck_assert_uint_eq(strlen(got.line),
		    len < LOG_LINE_MAX ? len : LOG_LINE_MAX - 1);
	}
	memset(big, '\n', sizeof(big));
	big[sizeof(big) - 1] = '\0';
	log_err("%s", big);
	ck_assert_uint_eq(strlen(got.line), LOG_LINE_MAX - 1);
	ck_assert_uint_eq(strspn(got.line, "?"), LOG_LINE_MAX - 1);
}
END_TEST

START_TEST(escape_examples)
{
	char buf[300];
	uint8_t ff[64];
	int i;

	ck_assert_str_eq(log_escape(buf, sizeof(buf), "local", 64), "local");
	ck_assert_str_eq(log_escape(buf, sizeof(buf), "local", 3), "loc");
	ck_assert_str_eq(log_escape(buf, sizeof(buf), "", 0), "");
	ck_assert_str_eq(log_escape(buf, sizeof(buf), NULL, 0), "");
	ck_assert_str_eq(log_escape(buf, sizeof(buf), "a\\\"b", 4),
	    "a\\x5c\\x22b");
	ck_assert_str_eq(log_escape(buf, sizeof(buf), "%s%n\n\x1b[H", 8),
	    "%s%n\\x0a\\x1b[H");
	/* UTF-8 too: a terminal may be in any other character set. */
	ck_assert_str_eq(log_escape(buf, sizeof(buf), "\xc3\xa4~\x7f", 4),
	    "\\xc3\\xa4~\\x7f");

	/* A field that is full has no NUL. */
	memset(ff, 0xff, sizeof(ff));
	log_escape(buf, sizeof(buf), ff, sizeof(ff));
	ck_assert_uint_eq(strlen(buf), 4 * sizeof(ff));
	for (i = 0; i < 64; i++)
		ck_assert_mem_eq(buf + 4 * i, "\\xff", 4);
}
END_TEST

START_TEST(escape_writes_whole_escapes_only)
{
	static const char *const expected[] = { NULL, "", "a", "a", "a", "a",
		"a\\x01", "a\\x01b", "a\\x01b", "a\\x01b", "a\\x01b",
		"a\\x01b\\x02", "a\\x01b\\x02" };
	char buf[16];
	size_t size;

	for (size = 0; size < sizeof(expected) / sizeof(expected[0]); size++) {
		memset(buf, 0x55, sizeof(buf));
		ck_assert_ptr_eq(log_escape(buf, size, "a\x01" "b\x02", 4),
		    buf);
		if (size > 0)
			ck_assert_str_eq(buf, expected[size]);
		ck_assert_int_eq(buf[size], 0x55);
	}
}
END_TEST

/* What is escaped can be read back, is printable and loses nothing. */
START_TEST(escape_random_octets)
{
	uint8_t src[64], back[64];
	char buf[4 * sizeof(src) + 1];
	unsigned int octet;
	size_t i, n, len;
	int round;

	prng_state = SEED;
	for (round = 0; round < 2000; round++) {
		for (i = 0; i < sizeof(src); i++)
			src[i] = (uint8_t)(prng() >> 9);
		len = strnlen((const char *)src, sizeof(src));
		log_escape(buf, sizeof(buf), src, sizeof(src));
		for (i = 0, n = 0; buf[i] != '\0'; n++) {
			ck_assert(isprint((unsigned char)buf[i]));
			ck_assert_int_ne(buf[i], '"');
			ck_assert_uint_lt(n, sizeof(back));
			if (buf[i] != '\\') {
				back[n] = (uint8_t)buf[i++];
				continue;
			}
			ck_assert_int_eq(sscanf(buf + i, "\\x%2x", &octet), 1);
			back[n] = (uint8_t)octet;
			i += 4;
		}
		ck_assert_uint_eq(n, len);
		ck_assert_mem_eq(back, src, len);
	}
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, line_reaches_the_sink);
	tcase_add_test(tc, each_name_has_its_priority);
	tcase_add_test(tc, debug_gate);
	tcase_add_test(tc, no_sink);
	tcase_add_test(tc, control_octets_are_replaced);
	tcase_add_test(tc, c1_controls_are_replaced);
	tcase_add_test(tc, only_printable_ascii);
	tcase_add_test(tc, control_octets_of_the_format);
	tcase_add_test(tc, argument_is_no_format);
	tcase_add_test(tc, long_line_is_cut);
	tcase_add_test(tc, escape_examples);
	tcase_add_test(tc, escape_writes_whole_escapes_only);
	tcase_add_test(tc, escape_random_octets);
}

int
main(void)
{
	return unit_main("log", tests);
}
