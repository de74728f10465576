/* Pages of top: rates, order, and that nothing leaves its place. */
/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/top.h"
#include "unit.h"

static struct top t;
static char *text;

#define STATUS(octets, lost) "{\"version\":\"2.0.0\",\"uptime\":3700," \
	"\"engine_uptime\":100,\"engine_restarts\":1,\"slots\":10," \
	"\"slots_free\":8,\"refused\":{\"busy\":4},\"traffic\":{" \
	"\"octets_in\":" octets ",\"octets_out\":0,\"packets_in\":100," \
	"\"packets_out\":0,\"packets_lost\":" lost ",\"packets_late\":0," \
	"\"packets_duplicate\":0,\"packets_reordered\":0}}"
#define CALL(id, session, user, in, packets, lost) "{\"call_id\":\"" id "\"," \
	"\"session\":\"" session "\",\"user\":\"" user "\",\"client\":" \
	"\"198.51.100.20\",\"state\":\"up\",\"seconds\":50,\"octets_in\":" in \
	",\"octets_out\":0,\"packets_in\":" packets ",\"packets_lost\":" lost \
	",\"packets_reordered\":0,\"diagnosis\":null}"

static void
take(const char *status, const char *calls, uint64_t at)
{
	top_take(&t, json_loads(status, 0, NULL), json_loads(calls, 0, NULL),
	    at);
}

static void
setup(void)
{
	memset(&t, 0, sizeof(t));
	text = NULL;
}

static void
teardown(void)
{
	free(text);
	top_free(&t);
}

static void
print(unsigned int columns, unsigned int rows)
{
	size_t size;
	FILE *out;

	free(text);
	text = NULL;
	out = open_memstream(&text, &size);
	ck_assert_ptr_nonnull(out);
	top_print(out, &t, columns, rows, "\n");
	fclose(out);
}

static void
has(const char *what)
{
	ck_assert_msg(strstr(text, what) != NULL, "no \"%s\" in\n%s", what,
	    text);
}

START_TEST(rates_are_of_the_time_between)
{
	take(STATUS("1000", "0"), "[" CALL("1A2B", "A", "alice", "500", "10",
	    "0") "," CALL("3C4D", "B", "bob", "0", "0", "0") "]", 10000);
	take(STATUS("5000", "100"), "[" CALL("1A2B", "A", "alice", "4500",
	    "19", "1") "," CALL("5E6F", "C", "carol", "500", "0", "0") "]",
	    12000);
	print(80, 24);
	has("pptpd 2.0.0 - ");
	has("up 1h01m, engine 1m40s, 1 restarts");
	has("Calls: 2, 2 up, 0 login, 0 starting; 8 of 10 slots free; 0.0 "
	    "refused/s");
	has("In: 1.9K octets/s, 0 packets/s");
	has("From clients: 100.0% lost");
	/* Two seconds: 4000 octets, 9 packets and one that was lost. */
	has("1A2B alice       198.51.100.20   up       50s  1.9K     0  10.0"
	    "     0 -");
	/* A new one: of its 50 seconds. */
	has("5E6F carol       198.51.100.20   up       50s    10     0   0.0");
	ck_assert_ptr_null(strstr(text, "bob"));
}
END_TEST

static const char *const three = "[" CALL("0001", "A", "b", "10", "9", "1") ","
    CALL("0002", "B", "c", "30", "9", "0") ","
    CALL("0003", "C", "a", "20", "9", "5") "]";

/* Whether the calls come in this order. */
static void
order(const char *first, const char *second, const char *third)
{
	const char *a, *b, *c;

	print(80, 24);
	a = strstr(text, first);
	b = strstr(text, second);
	c = strstr(text, third);
	ck_assert_msg(a != NULL && a < b && b < c, "%s", text);
}

START_TEST(keys_sort)
{
	take(STATUS("0", "0"), three, 10000);
	order("\n0001", "\n0002", "\n0003");
	ck_assert_int_eq(top_key(&t, 'i', 24), TOP_REDRAW);
	order("\n0002", "\n0003", "\n0001");
	has("Sorted by in; h for help");
	ck_assert_int_eq(top_key(&t, 'R', 24), TOP_REDRAW);
	order("\n0001", "\n0003", "\n0002");
	ck_assert_int_eq(top_key(&t, 'R', 24), TOP_REDRAW);
	ck_assert_int_eq(top_key(&t, 'u', 24), TOP_REDRAW);
	order("\n0003", "\n0001", "\n0002");
	ck_assert_int_eq(top_key(&t, 'l', 24), TOP_REDRAW);
	order("\n0003", "\n0001", "\n0002");
	ck_assert_int_eq(top_key(&t, '>', 24), TOP_REDRAW);
	has("Sorted by loss");
	ck_assert_int_eq(t.sort, TOP_BY_REORDERED);
	ck_assert_int_eq(top_key(&t, '>', 24), TOP_REDRAW);
	ck_assert_int_eq(t.sort, TOP_BY_CALL);
	ck_assert_int_eq(top_key(&t, '<', 24), TOP_REDRAW);
	ck_assert_int_eq(t.sort, TOP_BY_REORDERED);
	ck_assert_int_eq(top_key(&t, 'q', 24), TOP_QUIT);
	ck_assert_int_eq(top_key(&t, 'x', 24), TOP_IGNORED);
	ck_assert_int_eq(top_key(&t, 0, 24), TOP_IGNORED);
	ck_assert_int_eq(top_key(&t, 0xff, 24), TOP_IGNORED);
}
END_TEST

START_TEST(pages_scroll_and_end)
{
	take(STATUS("0", "0"), three, 10000);
	print(80, 8);	/* two calls have room */
	has("\n0002");
	ck_assert_ptr_null(strstr(text, "\n0003"));
	for (int i = 0; i < 9; i++)
		(void)top_key(&t, 'j', 24);
	print(80, 8);
	has("\n0003");
	ck_assert_ptr_null(strstr(text, "\n0002"));
	(void)top_key(&t, 'k', 24);
	(void)top_key(&t, 'b', 24);
	print(80, 8);
	has("\n0001");
	(void)top_key(&t, 'h', 24);
	print(80, 24);
	has("by the column before, behind");
	ck_assert_ptr_null(strstr(text, "\n0001"));
}
END_TEST

#define LIES	"[1,null,{},{\"call_id\":[],\"user\":7,\"seconds\":-5}," \
	"{\"call_id\":\"1A2B\",\"session\":\"A\",\"user\":\"\\u001b[2J" \
	"\\n\\u009bxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" \
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"," \
	"\"seconds\":1e300,\"octets_in\":1e300,\"packets_lost\":-1}]"

/* Neither a client nor an engine draws on the terminal, or beyond the edge. */
START_TEST(lies)
{
	static const char *const status[] = { "{}", "[]",
	    ("{\"version\":\"\\u001b[H\",\"uptime\":1e300,\"refused\":[],"
	    "\"traffic\":7}") };

	for (int i = 0; i < 3; i++) {
		unsigned int columns = 0, rows = 0;

		take(status[i], LIES, 1000 + (uint64_t)i);
		print(80, 24);
		for (const char *p = text; *p != '\0'; p++) {
			ck_assert_msg(*p == '\n' || (*p >= ' ' && *p < 0x7f),
			    "octet %02x", (unsigned char)*p);
			columns = *p == '\n' ? 0 : columns + 1;
			rows += *p == '\n';
			ck_assert_uint_le(columns, 80);
		}
		ck_assert_uint_le(rows, 24);
	}
}
END_TEST

static void
tests(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, rates_are_of_the_time_between);
	tcase_add_test(tc, keys_sort);
	tcase_add_test(tc, pages_scroll_and_end);
	tcase_add_test(tc, lies);
}

int
main(void)
{
	return unit_main("top", tests);
}
