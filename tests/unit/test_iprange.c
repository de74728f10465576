/* Address lists: ranges, names, limits, duplicates. */
/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>

#include "config/iprange.h"
#include "unit.h"

static unsigned asked;		/* names that the resolver was asked for */

static bool
resolve(const char *name, uint32_t *addr, void *arg)
{
	ck_assert_ptr_eq(arg, &asked);
	asked++;
	if (strcmp(name, "vpn.example.org") != 0)
		return false;
	*addr = htonl(0xc6336407);	/* 198.51.100.7 */
	return true;
}

struct row {
	const char *text;
	size_t	    limit;
	enum iprange_status status;
	bool	    limited;
	const char *want;	/* addresses, a blank between; or what is bad */
	const char *cut;
};

static const struct row rows[] = {
	{ "10.0.0.5", 100, IPRANGE_OK, false, "10.0.0.5", "" },
	{ "10.0.0.5-7", 100, IPRANGE_OK, false,
	    "10.0.0.5 10.0.0.6 10.0.0.7", "" },
	{ "10.0.0.5-5", 100, IPRANGE_OK, false, "10.0.0.5", "" },
	/* a range in any of the four numbers */
	{ "192.168.254-255.2", 100, IPRANGE_OK, false,
	    "192.168.254.2 192.168.255.2", "" },
	{ "10.7-8.0.1", 100, IPRANGE_OK, false, "10.7.0.1 10.8.0.1", "" },
	{ "10-11.0.0.1", 100, IPRANGE_OK, false, "10.0.0.1 11.0.0.1", "" },
	{ "192.168.0.234-236,192.168.0.245", 100, IPRANGE_OK, false,
	    "192.168.0.234 192.168.0.235 192.168.0.236 192.168.0.245", "" },
	/* written as it was read: inet_addr(3) has its own ideas */
	{ "10.1", 100, IPRANGE_OK, false, "10.1", "" },
	{ "10", 100, IPRANGE_OK, false, "10", "" },
	{ "0x0a.0.0.5", 100, IPRANGE_OK, false, "0x0a.0.0.5", "" },
	{ "010.00.0.1-2", 100, IPRANGE_OK, false, "010.00.0.1 010.00.0.2", "" },
	{ "10.0.0.010-012", 100, IPRANGE_OK, false,
	    "10.0.0.10 10.0.0.11 10.0.0.12", "" },
	{ "0x0a.0x00.0x00.0x05", 100, IPRANGE_OK, false, "10.0.0.5", "" },
	{ "255.255.255.255", 100, IPRANGE_OK, false, "255.255.255.255", "" },
	{ "0.0.0.0", 100, IPRANGE_OK, false, "0.0.0.0", "" },
	/* names */
	{ "vpn.example.org", 100, IPRANGE_OK, false, "198.51.100.7", "" },
	{ "10.0.0.5,vpn.example.org,10.0.0.7-8", 100, IPRANGE_OK, false,
	    "10.0.0.5 198.51.100.7 10.0.0.7 10.0.0.8", "" },
	{ "nosuch.example.org", 100, IPRANGE_BAD_ADDRESS, false,
	    "nosuch.example.org", "" },
	/* not ranges */
	{ "10.0.0.1-10.0.0.5", 100, IPRANGE_BAD_ADDRESS, false,
	    "10.0.0.1-10.0.0.5", "" },
	{ "10.0.0.1-5-7", 100, IPRANGE_BAD_ADDRESS, false, "10.0.0.1-5-7",
	    "" },
	{ "10.0-1.0-1.1", 100, IPRANGE_BAD_ADDRESS, false, "10.0-1.0-1.1",
	    "" },
	{ "1-5", 100, IPRANGE_BAD_ADDRESS, false, "1-5", "" },
	{ "10.0.0.1-a", 100, IPRANGE_BAD_ADDRESS, false, "10.0.0.1-a", "" },
	/* bad ranges */
	{ "10.0.0.234-8", 100, IPRANGE_BAD_RANGE, false, "10.0.0.234-8", "" },
	{ "10.0.0.10-", 100, IPRANGE_BAD_RANGE, false, "10.0.0.10-", "" },
	{ "-10.0.0.1", 100, IPRANGE_BAD_RANGE, false, "-10.0.0.1", "" },
	{ "10.0.0.-5", 100, IPRANGE_BAD_RANGE, false, "10.0.0.-5", "" },
	{ "10.0.0.1-1111", 100, IPRANGE_BAD_RANGE, false, "10.0.0.1-1111",
	    "" },
	{ "10.0.0.250-260", 100, IPRANGE_BAD_ADDRESS, false, "10.0.0.256",
	    "" },
	{ "10.0.0.300-301", 100, IPRANGE_BAD_ADDRESS, false, "10.0.0.300",
	    "" },
	{ "10..0.1-2", 100, IPRANGE_BAD_ADDRESS, false, "10..0.1", "" },
	/* blanks and gaps */
	{ "", 100, IPRANGE_BAD_ADDRESS, false, "", "" },
	{ ",10.0.0.1", 100, IPRANGE_BAD_ADDRESS, false, "", "" },
	{ "10.0.0.1,", 100, IPRANGE_BAD_ADDRESS, false, "", "" },
	{ "10.0.0.1,,10.0.0.2", 100, IPRANGE_BAD_ADDRESS, false, "", "" },
	{ "10.0.0.1, 10.0.0.2", 100, IPRANGE_BAD_ADDRESS, false, " 10.0.0.2",
	    "" },
	{ "10.0.0.1 ,10.0.0.2", 100, IPRANGE_OK, false, "10.0.0.1 10.0.0.2",
	    "" },
	{ "10.0.0.1 10.0.0.2", 100, IPRANGE_OK, false, "10.0.0.1",
	    "10.0.0.1 10.0.0.2" },
	{ "10.0.0.1-2 # c", 100, IPRANGE_BAD_ADDRESS, false, "10.0.0.1-2 # c",
	    "" },
	{ "vpn.example.org x", 100, IPRANGE_BAD_ADDRESS, false,
	    "vpn.example.org x", "" },
	/* the limit; one address more is looked at */
	{ "10.0.0.1-3", 3, IPRANGE_OK, false, "10.0.0.1 10.0.0.2 10.0.0.3",
	    "" },
	{ "10.0.0.1-4", 3, IPRANGE_OK, true, "10.0.0.1 10.0.0.2 10.0.0.3",
	    "" },
	{ "10.0.0.1,10.0.0.2,x y", 1, IPRANGE_OK, true, "10.0.0.1", "" },
	{ "10.0.0.1,x y", 1, IPRANGE_BAD_ADDRESS, false, "x y", "" },
	{ "10.0.0.1,10.0.0.9-2", 1, IPRANGE_BAD_RANGE, false, "10.0.0.9-2",
	    "" },
	{ "10.0.0.255-256", 1, IPRANGE_BAD_ADDRESS, false, "10.0.0.256", "" },
	{ "10.0.0.254-999", 1, IPRANGE_OK, true, "10.0.0.254", "" },
	{ "10.0.0.1", 0, IPRANGE_OK, true, "", "" },
};

START_TEST(expands)
{
	const struct row *row = &rows[_i];
	struct iprange_list list = { NULL, 0 };
	struct iprange_result result;
	char got[512] = "";
	size_t i;

	iprange_expand(&list, row->text, row->limit, resolve, &asked, &result);
	ck_assert_msg(result.status == row->status, "%s: status %d",
	    row->text, result.status);
	ck_assert_msg(result.limited == row->limited, "%s", row->text);
	ck_assert_str_eq(result.cut, row->cut);
	for (i = 0; i < list.n; i++) {
		strcat(got, i > 0 ? " " : "");
		strcat(got, list.addr[i]);
	}
	ck_assert_str_eq(row->status == IPRANGE_OK ? got : result.bad,
	    row->want);
	iprange_free(&list);
	ck_assert_uint_eq(list.n, 0);
}
END_TEST

/* A look-up can take half a minute: what is no name is not asked for. */
START_TEST(asks_only_for_names)
{
	static const char *const texts[] = { "10.0.0.256", "10.0.0.1-10.0.0.5",
		"1-5", "", "a b", "10.0.0.1, x" };
	struct iprange_list list = { NULL, 0 };
	struct iprange_result result;
	size_t i;

	asked = 0;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		iprange_expand(&list, texts[i], 100, resolve, &asked, &result);
		ck_assert_int_eq(result.status, IPRANGE_BAD_ADDRESS);
	}
	ck_assert_uint_eq(asked, 0);
	iprange_expand(&list, "nosuch-5", 100, resolve, &asked, &result);
	ck_assert_uint_eq(asked, 1);
	iprange_expand(&list, "x.example", 100, NULL, NULL, &result);
	ck_assert_int_eq(result.status, IPRANGE_BAD_ADDRESS);
	iprange_free(&list);
}
END_TEST

START_TEST(entry_of_any_length)
{
	struct iprange_list list = { NULL, 0 };
	struct iprange_result result;
	char text[600];
	size_t len;

	for (len = 100; len < sizeof(text) - 1; len++) {
		memset(text, '0', len);
		text[len] = '\0';
		/* Zero, however long, is an address; Poptop reads 127. */
		iprange_expand(&list, text, 10, resolve, &asked, &result);
		if (len < IPRANGE_ENTRY) {
			ck_assert_int_eq(result.status, IPRANGE_OK);
			ck_assert_str_eq(list.addr[0], "0.0.0.0");
		} else {
			ck_assert_int_eq(result.status, IPRANGE_BAD_ADDRESS);
			ck_assert_uint_eq(strlen(result.bad),
			    IPRANGE_ENTRY - 1);
		}
		iprange_free(&list);
	}
}
END_TEST

START_TEST(many_addresses)
{
	struct iprange_list list = { NULL, 0 };
	struct iprange_result result;
	char text[512] = "", want[32];
	int i;

	for (i = 0; i < 16; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
		    "%s10.9.%d.0-255", i > 0 ? "," : "", i);
	iprange_expand(&list, text, 4000, resolve, &asked, &result);
	ck_assert_int_eq(result.status, IPRANGE_OK);
	ck_assert(result.limited);
	ck_assert_uint_eq(list.n, 4000);
	for (i = 0; i < 4000; i++) {
		snprintf(want, sizeof(want), "10.9.%d.%d", i / 256, i % 256);
		ck_assert_str_eq(list.addr[i], want);
	}
	ck_assert_uint_eq(iprange_duplicate(&list), list.n);
	iprange_free(&list);
}
END_TEST

START_TEST(finds_duplicates)
{
	static const struct {
		const char *text;
		size_t	    want;
	} d[] = {
		{ "10.0.0.1", 1 },
		{ "10.0.0.1,10.0.0.2", 2 },
		{ "10.0.0.1,10.0.0.1", 1 },
		{ "10.0.0.9,10.0.0.1-3,10.0.0.2,10.0.0.9", 4 },
		/* the same number in other words */
		{ "10.1,10.0.0.1", 1 },
		{ "0x0a.0.0.1,10.0.0.2,10.0.0.1", 2 },
		{ "vpn.example.org,198.51.100.7", 1 },
	};
	struct iprange_list list = { NULL, 0 };
	struct iprange_result result;
	size_t i;

	ck_assert_uint_eq(iprange_duplicate(&list), 0);
	for (i = 0; i < sizeof(d) / sizeof(d[0]); i++) {
		iprange_expand(&list, d[i].text, 100, resolve, &asked,
		    &result);
		ck_assert_int_eq(result.status, IPRANGE_OK);
		ck_assert_msg(iprange_duplicate(&list) == d[i].want, "%s",
		    d[i].text);
		iprange_free(&list);
	}
}
END_TEST

START_TEST(repeats_one)
{
	struct iprange_list list = { NULL, 0 };
	struct iprange_result result;
	size_t i;

	ck_assert(iprange_repeat(&list, 5));
	ck_assert_uint_eq(list.n, 0);
	iprange_expand(&list, "10.0.0.2", 100, resolve, &asked, &result);
	ck_assert(iprange_repeat(&list, 0));
	ck_assert_uint_eq(list.n, 1);
	ck_assert(iprange_repeat(&list, 21));
	ck_assert_uint_eq(list.n, 21);
	for (i = 0; i < list.n; i++)
		ck_assert_str_eq(list.addr[i], "10.0.0.2");
	iprange_free(&list);
}
END_TEST

START_TEST(reads_numbers)
{
	uint32_t addr = 0;

	ck_assert(iprange_number("10.0.0.1", &addr));
	ck_assert_uint_eq(addr, htonl(0x0a000001));
	ck_assert(iprange_number("10.1", &addr));
	ck_assert_uint_eq(addr, htonl(0x0a000001));
	ck_assert(!iprange_number("10.0.0.256", &addr));
	ck_assert(!iprange_number("", &addr));
	ck_assert(!iprange_number("10.0.0.1 x", &addr));
	ck_assert(!iprange_number("localhost", &addr));
	ck_assert_uint_eq(addr, htonl(0x0a000001));
}
END_TEST

static void
tests(TCase *t)
{
	tcase_add_loop_test(t, expands, 0,
	    (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(t, asks_only_for_names);
	tcase_add_test(t, entry_of_any_length);
	tcase_add_test(t, many_addresses);
	tcase_add_test(t, finds_duplicates);
	tcase_add_test(t, repeats_one);
	tcase_add_test(t, reads_numbers);
}

int
main(void)
{
	return unit_main("iprange", tests);
}
