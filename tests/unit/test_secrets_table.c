/* Lines of chap-secrets: which one counts, and which refuse. */
/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "secrets_table.h"
#include "unit.h"

static struct secrets_table table;
static char said[8][LOG_LINE_MAX];
static unsigned lines;

static void
sink(int level, const char *line, void *arg)
{
	(void)level;
	(void)arg;
	if (lines < 8)
		snprintf(said[lines++], LOG_LINE_MAX, "%s", line);
}

static void
read_text(const char *text)
{
	log_set_sink(sink, NULL);
	lines = 0;
	ck_assert(secrets_table_read(&table, "/f", text, strlen(text)));
}

static const struct secrets_row *
find(const char *name, const char *ours)
{
	struct aaa_text n, o;

	ck_assert(aaa_text_set(&n, name, strlen(name)));
	ck_assert(aaa_text_set(&o, ours, strlen(ours)));
	return secrets_table_find(&table, &n, &o);
}

START_TEST(columns)
{
	const struct secrets_row *row;

	read_text("# head\n\"a b\" pptpd \"p \\\"w\" 10.0.0.7\nbob * pw *\n");
	ck_assert_uint_eq(lines, 0);
	ck_assert_uint_eq(table.n, 2);
	row = find("a b", "pptpd");
	ck_assert_ptr_nonnull(row);
	ck_assert_str_eq(row->secret, "p \"w");
	ck_assert_uint_eq(row->address, htonl(0x0a000007));
	ck_assert_ptr_null(row->fault);
	ck_assert_uint_eq(row->line, 2);
	ck_assert_ptr_null(find("a b", "other"));
	ck_assert_uint_eq(find("bob", "other")->address, 0);
	ck_assert_ptr_null(find("Bob", "other"));
	ck_assert_ptr_null(find("bo", "other"));
	ck_assert_ptr_null(find("", ""));
	secrets_table_free(&table);
}
END_TEST

/* As scan_authfile() of pppd. */
START_TEST(which_counts)
{
	read_text("* * all *\n"
	    "* us us-all *\n"
	    "bob * bob-1 *\n"
	    "bob * bob-2 *\n"
	    "eve us eve-us *\n"
	    "eve * eve-any *\n");
	ck_assert_str_eq(find("bob", "us")->secret, "bob-1");
	ck_assert_str_eq(find("eve", "us")->secret, "eve-us");
	ck_assert_str_eq(find("eve", "they")->secret, "eve-any");
	ck_assert_str_eq(find("joe", "us")->secret, "us-all");
	ck_assert_str_eq(find("joe", "they")->secret, "all");
	secrets_table_free(&table);
}
END_TEST

static const struct {
	const char *line, *why;
} bad[] = {
	{ "bob\n", "fewer than three words" },
	{ "bob *\n", "fewer than three words" },
	{ "bob * pw\n", "no fourth word, so pppd allows no address: write "
	    "\"*\"" },
	{ "bob * \"\" *\n", "an empty secret" },
	{ "bob * @/etc/secret *\n", "the secret is in another file (@/...)" },
	{ "bob * pw 10.0.0.1 10.0.0.2\n", "more than one address, or options" },
	{ "bob * pw -- mtu\n", "more than one address, or options" },
	{ "bob * pw --\n", "more than one address, or options" },
	{ "bob * pw -\n", "the fourth word is neither \"*\" nor an IPv4 "
	    "address" },
	{ "bob * pw 10.0.0.0/24\n", "the fourth word is neither \"*\" nor an "
	    "IPv4 address" },
	{ "bob * pw !10.0.0.1\n", "the fourth word is neither \"*\" nor an "
	    "IPv4 address" },
	{ "bob * pw 0.0.0.0\n", "the fourth word is neither \"*\" nor an IPv4 "
	    "address" },
	{ "bob * pw host.example\n", "the fourth word is neither \"*\" nor an "
	    "IPv4 address" },
	{ "bob * \"pw *\n", "a quote is not closed" },
};

/* Such a line refuses, even if one for all would let the user in. */
START_TEST(lines_that_refuse)
{
	char text[200], want[LOG_LINE_MAX];

	snprintf(text, sizeof(text), "* * all *\n%s", bad[_i].line);
	read_text(text);
	ck_assert_uint_eq(lines, 1);
	snprintf(want, sizeof(want), "/f:2: user \"bob\" is refused: %s",
	    bad[_i].why);
	ck_assert_str_eq(said[0], want);
	ck_assert_uint_eq(table.n, 2);
	ck_assert_uint_eq(table.faults, 1);
	ck_assert_ptr_nonnull(find("bob", "us"));
	ck_assert_str_eq(find("bob", "us")->fault, bad[_i].why);
	ck_assert_ptr_null(find("eve", "us")->fault);
	secrets_table_free(&table);
}
END_TEST

/* pppd would cut it, and whoever knows the beginning would be in. */
START_TEST(a_long_word_is_no_word)
{
	char text[1000], word[256];

	memset(word, 'a', 255);
	word[255] = '\0';
	for (int i = 0; i < 3; i++) {
		snprintf(text, sizeof(text), "%s %s %s *\n",
		    i == 0 ? word : "bob", i == 1 ? word : "*",
		    i == 2 ? word : "pw");
		read_text(text);
		ck_assert_uint_eq(table.faults, 1);
		ck_assert_ptr_nonnull(strstr(said[0], "more than 254 octets"));
		secrets_table_free(&table);
	}
}
END_TEST

START_TEST(no_secret_in_the_log)
{
	read_text("bob * hunter2\nbob hunter2 hunter2 hunter2 hunter2\n");
	ck_assert_uint_eq(lines, 2);
	for (unsigned i = 0; i < lines; i++)
		ck_assert_ptr_null(strstr(said[i], "hunter2"));
	secrets_table_free(&table);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, columns);
	tcase_add_test(t, which_counts);
	tcase_add_loop_test(t, lines_that_refuse, 0,
	    sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(t, a_long_word_is_no_word);
	tcase_add_test(t, no_secret_in_the_log);
}

int
main(void)
{
	return unit_main("secrets_table", add);
}
