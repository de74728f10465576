/* LCP Identification: what Windows says of itself, and what is none of it. */
/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "state/client_says.h"
#include "unit.h"

/* PPP LCP Identification, length N, Magic-Number, text */
#define HEAD(n)	"\xFF\x03\xC0\x21\x0C\x02\x00" n "\x1A\x2B\x3C\x4D"

static struct client_says says;

/* A copy of exactly that length, for AddressSanitizer. */
static void
look(const char *frame, size_t len)
{
	uint8_t *copy = malloc(len + (len == 0));

	memcpy(copy, frame, len);
	client_says_look(&says, copy, len);
	free(copy);
}

#define LOOK(frame)	look(frame, sizeof(frame) - 1)

static void
setup(void)
{
	memset(&says, 0, sizeof(says));
}

static void
ck_nothing(void)
{
	ck_assert_str_eq(says.name, "");
	ck_assert_str_eq(says.version, "");
}

/* As in the captures of Windows 10. */
START_TEST(windows)
{
	LOOK(HEAD("\x12") "MSRASV5.20");
	ck_assert_str_eq(says.version, "MSRASV5.20");
	ck_assert_str_eq(says.name, "");
	LOOK(HEAD("\x14") "MSRAS-0-PC-4");
	ck_assert_str_eq(says.name, "PC-4");
	ck_assert_str_eq(says.version, "MSRASV5.20");
	/* Without address and control octets, and with padding behind. */
	look(&(HEAD("\x14") "MSRAS-0-PC-5xxxx")[2],
	    sizeof(HEAD("\x14") "MSRAS-0-PC-5xxxx") - 3);
	ck_assert_str_eq(says.name, "PC-5");
}
END_TEST

START_TEST(what_is_no_identification)
{
	LOOK(HEAD("\x0D") "abcde");		/* another text */
	LOOK(HEAD("\x10") "MSRAS-0-");		/* no name */
	LOOK("\xFF\x03\xC0\x21\x09\x02\x00\x14\1\2\3\4MSRAS-0-PC-4");
	LOOK("\xFF\x03\xC2\x23\x0C\x02\x00\x14\1\2\3\4MSRAS-0-PC-4");
	LOOK(HEAD("\x15") "MSRAS-0-PC-4");	/* longer than it is */
	LOOK(HEAD("\x07") "MSRAS-0-PC-4");	/* shorter than its head */
	ck_nothing();
	for (size_t len = 0; len < 24; len++)	/* cut anywhere */
		look(HEAD("\x14") "MSRAS-0-PC-4", len);
	ck_nothing();
}
END_TEST

START_TEST(nothing_of_it_is_trusted)
{
	char long_name[4 + 8 + 200];

	LOOK(HEAD("\x14") "MSRAS-0-a\x1B\n\xFF");
	ck_assert_ptr_null(strpbrk(says.name, "\x1B\n\xFF"));
	ck_assert_str_eq(says.name, "a\\x1b\\x0a\\xff");
	memset(long_name, 'n', sizeof(long_name));
	memcpy(long_name, HEAD("\xD0") "MSRAS-0-", 20);
	look(long_name, sizeof(long_name));
	ck_assert_uint_lt(strlen(says.name), CLIENT_SAYS_NAME);
	ck_assert_uint_gt(strlen(says.name), CLIENT_SAYS_NAME / 2);
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, windows);
	tcase_add_test(tc, what_is_no_identification);
	tcase_add_test(tc, nothing_of_it_is_trusted);
}

int
main(void)
{
	return unit_main("client_says", tests);
}
