/* Lint of pppd's options: what is warned of, and what is not. */
/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/options_lint.h"
#include "unit.h"

#define SAFE	"require-mschap-v2 require-mppe-128\n"

static char said[2048];

static void
say(const char *text, void *arg)
{
	ck_assert_ptr_eq(arg, said);
	strcat(said, text);
	strcat(said, "\n");
}

/* The files that options name. */
static void
include(struct options_lint *lint, const char *path, void *arg)
{
	static const struct {
		const char *path, *text;
	} files[] = {
		{ "/etc/ppp/common", SAFE },
		{ "/etc/ppp/peers/vpn", "noauth" },
		{ "/etc/ppp/loop", "file /etc/ppp/loop\n" },
	};
	size_t i;

	ck_assert_ptr_eq(arg, said);
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (strcmp(path, files[i].path) == 0)
			options_lint_text(lint, path, files[i].text,
			    strlen(files[i].text));
	}
}

#define NO_AUTH_WORDS "f: PAP, CHAP and MS-CHAP are allowed: add " \
	"require-mschap-v2 (the refuse-... options do not bind clients)\n"
#define NO_MPPE "f: encryption is not required: add require-mppe-128\n"
#define MPPE_40 "f: 40-bit encryption is allowed: use require-mppe-128\n"

static const struct row {
	const char *text, *want;
} rows[] = {
	{ SAFE, "" },
	{ "name pptpd\nrefuse-pap\nrefuse-chap\nrefuse-mschap\n"
	    "require-mschap-v2\nrequire-mppe-128\nproxyarp\nlock\nnobsdcomp\n"
	    "novj\nnovjccomp\nnologfd\nms-dns 10.0.0.240\n", "" },
	{ "require-eap require-mppe-128", "" },
	{ "+mschap-v2 +mppe-128", "" },
	{ "require-mschap-v2 require-mppe nomppe-40", "" },
	{ "", NO_AUTH_WORDS NO_MPPE },
	{ "auth", NO_AUTH_WORDS NO_MPPE },
	/* for the pppd of another day */
	{ SAFE "\nmppe required,no40,no56,stateless\n", "f:3: mppe is an "
	    "option of patched pppds before 2.5: write require-mppe-128 "
	    "instead\n" },
	{ SAFE "mppe required", "f:2: mppe is an option of patched pppds "
	    "before 2.5: write require-mppe instead\n" },
	{ SAFE "mppe stateless noauth", "f:2: mppe is an option of patched "
	    "pppds before 2.5: write nothing instead\nf:2: noauth: clients "
	    "come in without a password\n" },
	{ SAFE "name mppe plugin radius.so plugin /usr/lib/pptpd/x.so", "" },
	{ SAFE "plugin /usr/lib64/pppd/2.4.5/radius.so", "f:2: the plugin's "
	    "path names a version of pppd: write \"plugin radius.so\", which "
	    "is the one of the pppd that runs\n" },
	/* these only bind pppd itself */
	{ "refuse-pap refuse-chap refuse-mschap\nrequire-mppe-128",
	    NO_AUTH_WORDS },
	{ "require-mschap-v2", NO_MPPE },
	{ SAFE "nomppe", NO_MPPE },
	{ "require-mschap-v2 require-mppe", MPPE_40 },
	{ "require-mschap-v2 require-mppe-40", MPPE_40 },
	{ SAFE "require-mppe-40", MPPE_40 },
	{ SAFE "require-pap",
	    "f: require-pap: passwords cross the net in clear\n" },
	{ SAFE "require-chap +mschap",
	    "f: require-chap: allows CHAP-MD5, which gives no keys for "
	    "encryption\n"
	    "f: require-mschap: allows MS-CHAP version 1, which is broken\n" },
	/* the last of auth, noauth and require-... counts */
	{ SAFE "\n\nnoauth\n",
	    "f:4: noauth: clients come in without a password\n" },
	{ "noauth\n" SAFE, "" },
	{ "noauth auth " SAFE, "" },
	{ SAFE "debug", "" },
	{ SAFE "show-password", "" },
	{ SAFE "debug\nshow-password",
	    "f: debug and show-password: passwords get into the log\n" },
	{ SAFE "debug show-password hide-password", "" },
	/* comments, quotes, values */
	{ "#noauth\n" SAFE "lock # noauth\n\tlock#noauth", "" },
	{ SAFE "name noauth\nipparam 'noauth debug' user \"noauth\"", "" },
	{ SAFE "'noauth'",
	    "f:2: noauth: clients come in without a password\n" },
	{ SAFE "no\\auth",
	    "f:2: noauth: clients come in without a password\n" },
	{ SAFE "connect \"chat\n noauth\"\n", "" },
	{ SAFE "'never closed noauth", "" },
	/* files that files name */
	{ "file /etc/ppp/common", "" },
	{ SAFE "call vpn", "/etc/ppp/peers/vpn:1: noauth: clients come in "
	    "without a password\n" },
	{ SAFE "file /etc/ppp/loop", "" },
	{ SAFE "file", "" },
	{ SAFE "name", "" },
};

START_TEST(says)
{
	struct options_lint lint;

	said[0] = '\0';
	options_lint_init(&lint, include, said);
	options_lint_text(&lint, "f", rows[_i].text, strlen(rows[_i].text));
	options_lint_finish(&lint, "f", say, said);
	ck_assert_msg(strcmp(said, rows[_i].want) == 0, "%s: %s",
	    rows[_i].text, said);
	ck_assert_int_eq(lint.depth, 0);
}
END_TEST

/* /etc/ppp/options first, then the file of pptpd.conf. */
START_TEST(two_files)
{
	struct options_lint lint;

	said[0] = '\0';
	options_lint_init(&lint, NULL, NULL);
	options_lint_text(&lint, "a", "noauth\nrequire-mppe-128\n", 24);
	options_lint_text(&lint, "b", "require-mschap-v2\nfile x", 24);
	options_lint_finish(&lint, "b", say, said);
	ck_assert_str_eq(said, "");
}
END_TEST

#define ITSELF "file x file x file x file x file x file x file x file x"

static void
include_itself(struct options_lint *lint, const char *path, void *arg)
{
	++*(int *)arg;
	options_lint_text(lint, path, ITSELF, strlen(ITSELF));
}

/* 8 deep and 8 times each would take for ever. */
START_TEST(a_file_that_includes_itself_often)
{
	struct options_lint lint;
	int files = 0;

	options_lint_init(&lint, include_itself, &files);
	options_lint_text(&lint, "x", ITSELF, strlen(ITSELF));
	ck_assert_int_eq(files, OPTIONS_LINT_FILES);
	ck_assert_int_eq(lint.depth, 0);
}
END_TEST

START_TEST(random_octets)
{
	static const char alphabet[] = " \n\t#'\"\\\0abc-noauth file call name";
	struct options_lint lint;
	char *text;
	unsigned seed = 7;
	size_t n, i, len;

	for (n = 0; n < 5000; n++) {
		len = n % 700;
		text = malloc(len + 1);
		ck_assert_ptr_nonnull(text);
		for (i = 0; i < len; i++) {
			seed = seed * 1103515245 + 12345;
			text[i] = alphabet[(seed >> 16) %
			    (sizeof(alphabet) - 1)];
		}
		said[0] = '\0';
		options_lint_init(&lint, include, said);
		/* ends where the memory ends, for the sanitizer */
		text = realloc(text, len > 0 ? len : 1);
		ck_assert_ptr_nonnull(text);
		options_lint_text(&lint, "f", text, len);
		options_lint_finish(&lint, "f", say, said);
		ck_assert_ptr_nonnull(strstr(said, NO_MPPE));
		free(text);
	}
}
END_TEST

START_TEST(what_others_ask_for)
{
	static const char text[] = "name \"a b\" mtu 1400\nmru 1300 # x\n"
	    "proxyarp novj plugin /usr/lib/pppd/2.4.9/radius.so\n";
	struct options_lint lint;

	options_lint_init(&lint, include, said);
	options_lint_text(&lint, "f", text, strlen(text));
	ck_assert_str_eq(lint.server, "a b");
	ck_assert_uint_eq(lint.mtu, 1400);
	ck_assert_uint_eq(lint.mru, 1300);
	ck_assert(lint.proxyarp && lint.novj && lint.radius);
	options_lint_text(&lint, "f", "noproxyarp name b mtu", 21);
	ck_assert_str_eq(lint.server, "b");
	ck_assert_uint_eq(lint.mtu, 0);
	ck_assert(!lint.proxyarp);
}
END_TEST

static void
tests(TCase *t)
{
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, says, 0,
	    (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(t, two_files);
	tcase_add_test(t, what_others_ask_for);
	tcase_add_test(t, a_file_that_includes_itself_often);
	tcase_add_test(t, random_octets);
}

int
main(void)
{
	return unit_main("options_lint", tests);
}
