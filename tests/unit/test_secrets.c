/* Words of chap-secrets: read as pppd reads them, and written for it. */
/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/secrets.h"
#include "prng.h"
#include "unit.h"

static const struct row {
	const char *text, *client, *server, *secret, *address;
	unsigned words, line;
} rows[] = {
	{ "alice pptpd pw *\n", "alice", "pptpd", "pw", "*", 4, 1 },
	{ "# c\n\n  \"a b\"\t* 'p#\"w' 10.0.0.1 10.0.0.2 # x\n", "a b", "*",
	    "p#\"w", "10.0.0.1", 5, 3 },
	{ "alice pptpd pw", "alice", "pptpd", "pw", "", 3, 1 },
	{ "alice \\\n pptpd pw *", "alice", "pptpd", "pw", "*", 4, 1 },
	{ "dom\\\\user * \"p\\\"w\" *", "dom\\user", "*", "p\"w", "*", 4, 1 },
	{ "a\\sb * \\x41\\102\\t *", "a b", "*", "AB\t", "*", 4, 1 },
	{ "\"a\"b'c d' * \"\" *", "abc d", "*", "", "*", 4, 1 },
	{ "a#b * pw *", "a", "", "", "", 1, 1 },
	{ "\"two\nlines\" * pw *\n", "two\nlines", "*", "pw", "*", 4, 1 },
};

START_TEST(reads)
{
	const struct row *r = &rows[_i];
	struct secrets s = { r->text, strlen(r->text), 0, 1 };
	struct secrets_entry e;

	ck_assert(secrets_next(&s, &e));
	ck_assert_str_eq(e.client, r->client);
	ck_assert_str_eq(e.server, r->server);
	ck_assert_str_eq(e.secret, r->secret);
	ck_assert_str_eq(e.address, r->address);
	ck_assert_uint_eq(e.words, r->words);
	ck_assert_uint_eq(e.line, r->line);
	ck_assert(!e.open_quote);
	ck_assert(!secrets_next(&s, &e));
}
END_TEST

START_TEST(places_of_entries)
{
	static const char text[] = "# head\nalice * \"x\" *\n\n  bob \\\n * y *"
	    "  # his\ncarol * 'z' *";
	static const char *const lines[] = { "alice * \"x\" *\n",
	    "  bob \\\n * y *  # his\n", "carol * 'z' *" };
	static const char *const secrets[] = { "\"x\"", "y", "'z'" };
	struct secrets s = { text, sizeof(text) - 1, 0, 1 };
	struct secrets_entry e;

	for (int i = 0; i < 3; i++) {
		ck_assert(secrets_next(&s, &e));
		ck_assert_uint_eq(e.line_end - e.line_at, strlen(lines[i]));
		ck_assert_mem_eq(text + e.line_at, lines[i],
		    strlen(lines[i]));
		ck_assert_uint_eq(e.secret_end - e.secret_at,
		    strlen(secrets[i]));
		ck_assert_mem_eq(text + e.secret_at, secrets[i],
		    strlen(secrets[i]));
	}
	ck_assert(!secrets_next(&s, &e));
}
END_TEST

START_TEST(an_open_quote)
{
	static const char text[] = "alice * \"pw\nbob * x *\n";
	struct secrets s = { text, sizeof(text) - 1, 0, 1 };
	struct secrets_entry e;

	ck_assert(secrets_next(&s, &e));
	ck_assert(e.open_quote);
	ck_assert(!secrets_next(&s, &e));
}
END_TEST

START_TEST(what_cannot_be_written)
{
	char *text = calloc(1, 300);

	ck_assert_ptr_nonnull(text);
	memset(text, 'a', 256);
	ck_assert_ptr_null(secrets_bad_name("DOM\\user"));
	ck_assert_ptr_null(secrets_bad_name("m\xc3\xbcller"));
	ck_assert_ptr_nonnull(secrets_bad_name(""));
	ck_assert_ptr_nonnull(secrets_bad_name("*"));
	ck_assert_ptr_nonnull(secrets_bad_name("a\nb * x *"));
	ck_assert_ptr_nonnull(secrets_bad_name(text));
	ck_assert_ptr_null(secrets_bad_secret("pass # \"word\\"));
	ck_assert_ptr_nonnull(secrets_bad_secret(""));
	ck_assert_ptr_nonnull(secrets_bad_secret("a\tb"));
	ck_assert_ptr_nonnull(secrets_bad_secret("@/etc/shadow"));
	ck_assert_ptr_nonnull(secrets_bad_secret("m\xc3\xbcller"));
	ck_assert_ptr_nonnull(secrets_bad_secret(text));
	text[255] = '\0';
	ck_assert_ptr_null(secrets_bad_secret(text));
	free(text);
}
END_TEST

/* What is written is read back, whatever stands around it. */
START_TEST(round_trip)
{
	char secret[SECRETS_WORD], name[SECRETS_WORD], line[2048];
	char quoted[2 * SECRETS_WORD + 3], quoted_name[sizeof(quoted)];
	struct secrets_entry e;

	for (int n = 0; n < 20000; n++) {
		size_t len = 1 + prng() % (n % 100 == 0 ? 255 : 12);

		for (size_t i = 0; i < len; i++) {
			secret[i] = (char)(' ' + prng() % ('~' - ' ' + 1));
			name[i] = (char)(' ' + prng() % ('~' - ' ' + 1));
		}
		secret[len] = name[len] = '\0';
		if (secrets_bad_secret(secret) != NULL ||
		    secrets_bad_name(name) != NULL)
			continue;
		ck_assert(secrets_quote(quoted, sizeof(quoted), secret));
		ck_assert(secrets_quote(quoted_name, sizeof(quoted_name),
		    name));
		snprintf(line, sizeof(line), "# x\n%s\t*\t%s\t*\nother * x *\n",
		    quoted_name, quoted);
		struct secrets s = { line, strlen(line), 0, 1 };
		ck_assert(secrets_next(&s, &e));
		ck_assert_str_eq(e.client, name);
		ck_assert_str_eq(e.secret, secret);
		ck_assert_uint_eq(e.words, 4);
		ck_assert(secrets_next(&s, &e));
		ck_assert_str_eq(e.client, "other");
	}
	ck_assert(!secrets_quote(quoted, 4, "ab"));
}
END_TEST

/* Any octets: no read behind the end, and an end. */
START_TEST(random_octets)
{
	static const char alphabet[] = " \n\t#'\"\\\0abx07*";
	struct secrets_entry e;

	for (size_t n = 0; n < 5000; n++) {
		size_t len = n % 300;
		char *text = malloc(len > 0 ? len : 1);
		struct secrets s = { text, len, 0, 1 };

		ck_assert_ptr_nonnull(text);
		for (size_t i = 0; i < len; i++)
			text[i] = alphabet[prng() %
			    (sizeof(alphabet) - 1)];
		while (secrets_next(&s, &e))
			ck_assert_uint_le(e.line_end, len);
		ck_assert_uint_eq(s.at, len);
		free(text);
	}
}
END_TEST

static void
tests(TCase *t)
{
	tcase_add_loop_test(t, reads, 0,
	    (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(t, places_of_entries);
	tcase_add_test(t, an_open_quote);
	tcase_add_test(t, what_cannot_be_written);
	tcase_add_test(t, round_trip);
	tcase_add_test(t, random_octets);
}

int
main(void)
{
	return unit_main("secrets", tests);
}
