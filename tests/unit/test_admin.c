/* pptpdctl's words: requests, what they find, what is told of a call. */
/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/admin_find.h"
#include "admin/admin_request.h"
#include "admin/admin_select.h"
#include "admin/admin_text.h"
#include "admin/admin_users.h"
#include "admin/admin_view.h"
#include "unit.h"

#define NOW_MS	5000000U
#define NOW	UINT64_C(1800000000000)

/* --- requests ------------------------------------------------------------ */

static bool
parse(struct admin_request *r, const char *line, struct admin_error *e)
{
	return admin_request_parse(r, line, strlen(line), e);
}

START_TEST(every_verb_is_known)
{
	struct admin_request r;
	struct admin_error e;
	char line[128];

	for (enum admin_verb v = 0; v < ADMIN_VERBS; v++) {
		snprintf(line, sizeof(line), "{\"command\":\"%s\",\"call\":"
		    "\"1A2B\",\"new\":[{}]}", admin_verb_name(v));
		ck_assert(parse(&r, line, &e));
		ck_assert_int_eq(r.verb, v);
		ck_assert_str_eq(r.call, admin_verb_takes_call(v) ? "1A2B" :
		    "");
		ck_assert_ptr_null(r.id);
		ck_assert_int_eq(admin_verb_find(admin_verb_name(v)), v);
		admin_request_free(&r);
	}
	ck_assert_int_eq(admin_verb_find(""), ADMIN_VERBS);
	ck_assert_int_eq(admin_verb_find("statu"), ADMIN_VERBS);
}
END_TEST

START_TEST(ids_are_numbers_or_short_texts)
{
	struct admin_request r;
	struct admin_error e;
	char line[200], text[ADMIN_ID_MAX + 2];

	ck_assert(parse(&r, "{\"command\":\"list\",\"id\":-7}", &e));
	ck_assert_int_eq(json_integer_value(r.id), -7);
	admin_request_free(&r);
	ck_assert_ptr_null(r.id);
	memset(text, 'x', sizeof(text));
	text[ADMIN_ID_MAX] = '\0';
	snprintf(line, sizeof(line), "{\"id\":\"%s\"}", text);
	ck_assert(!parse(&r, line, &e));	/* but the id is there */
	ck_assert_str_eq(json_string_value(r.id), text);
	admin_request_free(&r);
	text[ADMIN_ID_MAX] = 'x';
	text[ADMIN_ID_MAX + 1] = '\0';
	snprintf(line, sizeof(line), "{\"command\":\"list\",\"id\":\"%s\"}",
	    text);
	ck_assert(!parse(&r, line, &e));
	ck_assert_ptr_null(r.id);
	ck_assert(!parse(&r, "{\"command\":\"list\",\"id\":1.5}", &e));
	ck_assert(!parse(&r, "{\"command\":\"list\",\"id\":null}", &e));
}
END_TEST

START_TEST(bad_requests_have_a_code)
{
	static const struct {
		const char *line, *code;
	} bad[] = {
		{ "", "bad-request" }, { "{", "bad-request" },
		{ "[]", "bad-request" }, { "7", "bad-request" },
		{ "{}", "bad-request" }, { "{} {}", "bad-request" },
		{ "{\"command\":null}", "bad-request" },
		{ "{\"command\":\"list\",\"command\":\"list\"}",
		    "bad-request" },
		{ "{\"command\":\"show\"}", "bad-request" },
		{ "{\"command\":\"show\",\"call\":\"\"}", "bad-request" },
		{ "{\"command\":\"kick\",\"call\":[]}", "bad-request" },
		{ "{\"command\":\"LIST\"}", "unknown-command" },
		{ "{\"command\":\"\"}", "unknown-command" },
	};
	struct admin_request r;
	struct admin_error e;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_msg(!parse(&r, bad[i].line, &e), "%s", bad[i].line);
		ck_assert_str_eq(e.code, bad[i].code);
		ck_assert_uint_gt(strlen(e.text), 0);
		admin_request_free(&r);
	}
}
END_TEST

START_TEST(which_call_has_a_longest_name)
{
	char line[400], what[ADMIN_CALL_MAX + 1];
	struct admin_request r;
	struct admin_error e;

	memset(what, 'a', sizeof(what));
	what[ADMIN_CALL_MAX - 1] = '\0';
	snprintf(line, sizeof(line), "{\"command\":\"show\",\"call\":\"%s\"}",
	    what);
	ck_assert(parse(&r, line, &e));
	ck_assert_str_eq(r.call, what);
	what[ADMIN_CALL_MAX - 1] = 'a';
	what[ADMIN_CALL_MAX] = '\0';
	snprintf(line, sizeof(line), "{\"command\":\"show\",\"call\":\"%s\"}",
	    what);
	ck_assert(!parse(&r, line, &e));
}
END_TEST

START_TEST(kick_may_mean_all)
{
	struct admin_request r;
	struct admin_error e;

	ck_assert(parse(&r, "{\"command\":\"kick\",\"call\":\"a\"}", &e));
	ck_assert(!r.all);
	ck_assert(parse(&r, "{\"command\":\"kick\",\"call\":\"a\","
	    "\"all\":true}", &e));
	ck_assert(r.all);
	ck_assert(parse(&r, "{\"command\":\"show\",\"call\":\"a\","
	    "\"all\":true}", &e));
	ck_assert(!r.all);		/* it shows one */
	ck_assert(!parse(&r, "{\"command\":\"kick\",\"call\":\"a\","
	    "\"all\":1}", &e));
	ck_assert_str_eq(e.code, "bad-request");
	ck_assert(!parse(&r, "{\"command\":\"kick\",\"all\":true}", &e));
}
END_TEST

START_TEST(kick_may_hurry_and_say_why)
{
	char line[400], text[ADMIN_MESSAGE_MAX + 1];
	struct admin_request r;
	struct admin_error e;

	ck_assert(parse(&r, "{\"command\":\"kick\",\"call\":\"a\"}", &e));
	ck_assert(!r.now);
	ck_assert_str_eq(r.message, "");
	ck_assert(parse(&r, "{\"command\":\"kick\",\"call\":\"a\","
	    "\"now\":true,\"message\":\"b\\u001bc\"}", &e));
	ck_assert(r.now);
	ck_assert_str_eq(r.message, "b\033c");
	ck_assert(parse(&r, "{\"command\":\"show\",\"call\":\"a\","
	    "\"now\":true,\"message\":\"b\"}", &e));
	ck_assert(!r.now);
	ck_assert_str_eq(r.message, "");
	ck_assert(!parse(&r, "{\"command\":\"kick\",\"call\":\"a\","
	    "\"now\":\"yes\"}", &e));
	ck_assert(!parse(&r, "{\"command\":\"kick\",\"call\":\"a\","
	    "\"message\":[]}", &e));
	for (size_t len = ADMIN_MESSAGE_MAX - 1; len <= ADMIN_MESSAGE_MAX;
	    len++) {
		memset(text, 'x', len);
		text[len] = '\0';
		snprintf(line, sizeof(line), "{\"command\":\"kick\","
		    "\"call\":\"a\",\"message\":\"%s\"}", text);
		ck_assert_int_eq(parse(&r, line, &e),
		    len < ADMIN_MESSAGE_MAX);
	}
	ck_assert_str_eq(e.code, "bad-request");
}
END_TEST

START_TEST(log_level_is_one_of_two)
{
	struct admin_request r;
	struct admin_error e;

	ck_assert(parse(&r, "{\"command\":\"log-level\"}", &e));
	ck_assert_int_eq(r.level, ADMIN_LEVEL_NONE);
	ck_assert(parse(&r, "{\"command\":\"log-level\",\"level\":"
	    "\"debug\"}", &e));
	ck_assert_int_eq(r.level, ADMIN_LEVEL_DEBUG);
	ck_assert(parse(&r, "{\"command\":\"log-level\",\"level\":"
	    "\"info\"}", &e));
	ck_assert_int_eq(r.level, ADMIN_LEVEL_INFO);
	ck_assert_str_eq(admin_level_name(r.level), "info");
	ck_assert(parse(&r, "{\"command\":\"list\",\"level\":\"a\"}", &e));
	ck_assert_int_eq(r.level, ADMIN_LEVEL_NONE);
	ck_assert(!parse(&r, "{\"command\":\"log-level\",\"level\":"
	    "\"\"}", &e));
	ck_assert(!parse(&r, "{\"command\":\"log-level\",\"level\":7}",
	    &e));
	ck_assert_str_eq(e.code, "bad-request");
}
END_TEST

START_TEST(calls_are_summed_up_by_user)
{
	json_t *calls = json_pack("[{ss ss ss si si si}{ss ss ss si si si}"
	    "{sn ss ss si si si}{ss ss ss si si si}]",
	    "user", "bob", "client", "192.0.2.1", "session", "1",
	    "since", 50, "octets_in", 1, "octets_out", 10,
	    "user", "anna", "client", "192.0.2.2", "session", "2",
	    "since", 60, "octets_in", 2, "octets_out", 20,
	    "user", "client", "192.0.2.9", "session", "3",
	    "since", 1, "octets_in", 4, "octets_out", 40,
	    "user", "bob", "client", "192.0.2.1", "session", "4",
	    "since", 40, "octets_in", 8, "octets_out", 80);
	json_t *want = json_pack("[{ss si s[s] s[s] si si si}"
	    "{ss si s[s] s[ss] si si si}]",
	    "user", "anna", "calls", 1, "clients", "192.0.2.2", "sessions",
	    "2", "since", 60, "octets_in", 2, "octets_out", 20,
	    "user", "bob", "calls", 2, "clients", "192.0.2.1", "sessions",
	    "1", "4", "since", 40, "octets_in", 9, "octets_out", 90);
	json_t *got = admin_users(calls);

	ck_assert_ptr_nonnull(calls);
	ck_assert_ptr_nonnull(want);
	ck_assert_msg(json_equal(got, want), "%s", json_dumps(got, 0));
	json_decref(calls);
	json_decref(want);
	json_decref(got);
}
END_TEST

START_TEST(so_many_of_the_history)
{
	static const char *const wrong[] = { "0", "-1", "65536", "\"7\"",
	    "1.5", "[]" };
	struct admin_request r;
	struct admin_error e;
	char line[100];

	ck_assert(parse(&r, "{\"command\":\"history\"}", &e));
	ck_assert_uint_eq(r.count, ADMIN_COUNT_USUAL);
	ck_assert(parse(&r, "{\"command\":\"history\",\"count\":1}", &e));
	ck_assert_uint_eq(r.count, 1);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		snprintf(line, sizeof(line),
		    "{\"command\":\"history\",\"count\":%s}", wrong[i]);
		ck_assert(!parse(&r, line, &e));
		ck_assert_str_eq(e.code, "bad-request");
	}
}
END_TEST

/* --- which call ---------------------------------------------------------- */

static struct call_record
record(uint16_t id, const char *user, const char *remote, const char *client,
    const char *ifname)
{
	struct call_record rec;

	memset(&rec, 0, sizeof(rec));
	rec.our_id = id;
	rec.peer_id = 0x64;
	rec.slot = -1;
	rec.client_addr = inet_addr(client);
	rec.server_addr = inet_addr("192.0.2.1");
	rec.started_ms = NOW_MS - 3725000;
	snprintf(rec.user, sizeof(rec.user), "%s", user);
	snprintf(rec.remote, sizeof(rec.remote), "%s", remote);
	snprintf(rec.ifname, sizeof(rec.ifname), "%s", ifname);
	snprintf(rec.session, sizeof(rec.session), "6565F00D0000%04X", id);
	return rec;
}

/* "" if it is clear, and *id is set; else the error's code. */
static const char *
look_for(const char *what, uint16_t *id, struct admin_error *e)
{
	struct call_record all[] = {
		record(0x1a2b, "alice", "10.0.0.5", "198.51.100.1", "ppp0"),
		record(0x00fe, "bob", "10.0.0.6", "198.51.100.1", "ppp1"),
		record(0xabcd, "00FE", "", "198.51.100.2", ""),
		record(0x0777, "", "10.0.0.7", "198.51.100.3", "ppp10"),
	};
	struct admin_find f;

	admin_find_init(&f, what);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		admin_find_look(&f, &all[i]);
	if (!admin_find_verdict(&f, e))
		return e->code;
	*id = f.id[0];
	return "";
}

START_TEST(a_call_is_found_in_six_ways)
{
	static const struct {
		const char *what;
		uint16_t id;
	} good[] = {
		{ "1A2B", 0x1a2b }, { "1a2b", 0x1a2b }, { "alice", 0x1a2b },
		{ "10.0.0.5", 0x1a2b }, { "ppp0", 0x1a2b },
		{ "ppp1", 0x00fe }, { "198.51.100.2", 0xabcd },
		{ "call=00fe", 0x00fe }, { "user=00FE", 0xabcd },
		{ "address=10.0.0.7", 0x0777 }, { "interface=ppp10", 0x0777 },
		{ "client=198.51.100.3", 0x0777 },
		{ "6565F00D0000ABCD", 0xabcd },
		{ "6565f00d0000abcd", 0xabcd },
		{ "session=6565F00D00001A2B", 0x1a2b },
	};
	struct admin_error e;
	uint16_t id;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		ck_assert_str_eq(look_for(good[i].what, &id, &e), "");
		ck_assert_uint_eq(id, good[i].id);
	}
}
END_TEST

START_TEST(what_is_not_clear_is_no_call)
{
	static const char *const none[] = { "1A2", "01A2B", "fe", "Alice",
	    "ppp", "10.0.0.8", "user=ppp0", "interface=", "user=", "address=",
	    "call=", "client=10.0.0.5", "=", "198.51.100.1x", "6565F00D0000AB", "6565F00D0000ABCDE",
	    "session=", "session=ABCD", "call=6565F00D0000ABCD" };
	struct admin_error e;
	uint16_t id;

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		ck_assert_str_eq(look_for(none[i], &id, &e), "no-such-call");
	/* A user who is called like another one's Call ID. */
	ck_assert_str_eq(look_for("00FE", &id, &e), "ambiguous");
	ck_assert_str_eq(e.text, "2 calls are \"00FE\": 00FE, ABCD");
	ck_assert_str_eq(look_for("198.51.100.1", &id, &e), "ambiguous");
}
END_TEST

/* Call IDs come again; a script that ends a session must not hit another. */
START_TEST(a_session_that_has_ended_is_not_the_one_with_its_call_id)
{
	struct call_record rec = record(0x1a2b, "alice", "10.0.0.5",
	    "198.51.100.1", "ppp0");
	struct admin_find f;
	struct admin_error e;
	char old[SESSION_ID_TEXT];

	memcpy(old, rec.session, sizeof(old));
	rec.session[0] = '7';		/* the next call with this Call ID */
	admin_find_init(&f, old);
	admin_find_look(&f, &rec);
	ck_assert(!admin_find_verdict(&f, &e));
	ck_assert_str_eq(e.code, "no-such-call");
	admin_find_init(&f, rec.session);
	admin_find_look(&f, &rec);
	ck_assert(admin_find_verdict(&f, &e));
	ck_assert_uint_eq(f.id[0], 0x1a2b);
}
END_TEST

START_TEST(many_that_fit_are_not_all_named)
{
	struct call_record rec = record(1, "alice", "", "192.0.2.9", "");
	char what[ADMIN_CALL_MAX];
	struct admin_find f;
	struct admin_error e;

	admin_find_init(&f, "alice");
	for (rec.our_id = 1; rec.our_id <= 1000; rec.our_id++)
		admin_find_look(&f, &rec);
	ck_assert(!admin_find_verdict(&f, &e));
	ck_assert_str_eq(e.text, "1000 calls are \"alice\": 0001, 0002, 0003, "
	    "0004, 0005, 0006, 0007, 0008, ...");
	/* The longest name leaves room for them. */
	memset(what, 'u', sizeof(what));
	what[sizeof(what) - 1] = '\0';
	admin_find_init(&f, what);
	f.n = UINT32_MAX;
	ck_assert(!admin_find_verdict(&f, &e));
	ck_assert_ptr_nonnull(strstr(e.text, ", 0000, ..."));
}
END_TEST

/* --- what is told -------------------------------------------------------- */

static const char *
text_of(const json_t *call, const char *key)
{
	ck_assert_ptr_nonnull(json_object_get(call, key));
	return json_string_value(json_object_get(call, key));
}

static json_int_t
number_of(const json_t *call, const char *key)
{
	ck_assert(json_is_integer(json_object_get(call, key)));
	return json_integer_value(json_object_get(call, key));
}

START_TEST(a_record_in_full)
{
	struct call_record rec = record(0x1a2b, "alice", "10.0.0.5",
	    "198.51.100.1", "ppp0");
	json_t *call;

	rec.slot = 4;
	rec.pppd_pid = 4711;
	rec.octets_in = UINT64_C(5000000000);
	rec.packets_out = 3;
	rec.rx.lost = 7;
	rec.rx.duplicate = 8;
	rec.ctrl.call_state = CTRL_CALL_UP;
	rec.ctrl.authenticated = true;
	call = admin_view_call(&rec, NOW_MS, NOW);
	ck_assert_str_eq(text_of(call, "session"), "6565F00D00001A2B");
	ck_assert_str_eq(text_of(call, "call_id"), "1A2B");
	ck_assert_str_eq(text_of(call, "peer_call_id"), "0064");
	ck_assert_str_eq(text_of(call, "client"), "198.51.100.1");
	ck_assert_str_eq(text_of(call, "server"), "192.0.2.1");
	ck_assert_str_eq(text_of(call, "user"), "alice");
	ck_assert_str_eq(text_of(call, "interface"), "ppp0");
	ck_assert_str_eq(text_of(call, "remote"), "10.0.0.5");
	ck_assert_ptr_null(text_of(call, "local"));
	ck_assert_str_eq(text_of(call, "state"), "up");
	ck_assert(json_is_true(json_object_get(call, "authenticated")));
	ck_assert_int_eq(number_of(call, "seconds"), 3725);
	ck_assert_int_eq(number_of(call, "since"),
	    NOW / 1000 - 3725);
	ck_assert_int_eq(number_of(call, "slot"), 4);
	ck_assert_int_eq(number_of(call, "pppd_pid"), 4711);
	ck_assert_int_eq(number_of(call, "octets_in"), 5000000000);
	ck_assert_int_eq(number_of(call, "octets_out"), 0);
	ck_assert_int_eq(number_of(call, "packets_out"), 3);
	ck_assert_int_eq(number_of(call, "packets_lost"), 7);
	ck_assert_int_eq(number_of(call, "packets_duplicate"), 8);
	ck_assert_str_eq(text_of(call, "datapath"), "userspace");
	ck_assert(json_is_null(json_object_get(call, "acknowledged")));
	ck_assert_uint_eq(json_object_size(call), 31);
	json_decref(call);
	rec.tx.any_acked = true;
	rec.tx.acked = 0xFFFFFFFF;
	call = admin_view_call(&rec, NOW_MS, NOW);
	ck_assert_int_eq(number_of(call, "acknowledged"), 0xFFFFFFFF);
	json_decref(call);
	/* What the kernel does not tell is not known. */
	rec.flags = CALL_FLAG_KERNEL;
	call = admin_view_call(&rec, NOW_MS, NOW);
	ck_assert_str_eq(text_of(call, "datapath"), "kernel");
	ck_assert(json_is_null(json_object_get(call, "packets_lost")));
	ck_assert(json_is_null(json_object_get(call, "sequence_jumps")));
	ck_assert(json_is_null(json_object_get(call, "acknowledged")));
	ck_assert_int_eq(number_of(call, "packets_out"), 3);
	json_decref(call);
}
END_TEST

START_TEST(an_entry_of_the_history)
{
	struct history_entry e = { .kind = HISTORY_ENDED, .at_s = 1800000000,
	    .end = CTRL_END_CLEARED, .client = inet_addr("198.51.100.1"),
	    .call_id = 0x1a2b, .seconds = 60, .times = 1, .octets_in = 5,
	    .session = "6748E2A41C0FFE01", .user = "alice" };
	json_t *entry = admin_view_entry(&e, "ended");

	ck_assert_str_eq(text_of(entry, "event"), "ended");
	ck_assert_str_eq(text_of(entry, "session"), "6748E2A41C0FFE01");
	ck_assert_str_eq(text_of(entry, "call_id"), "1A2B");
	ck_assert_str_eq(text_of(entry, "user"), "alice");
	ck_assert_str_eq(text_of(entry, "reason"), "cleared");
	ck_assert_str_eq(text_of(entry, "text"), "client cleared the call");
	ck_assert_int_eq(number_of(entry, "at"), 1800000000);
	ck_assert_int_eq(number_of(entry, "octets_in"), 5);
	ck_assert_uint_eq(json_object_size(entry), 19);
	json_decref(entry);
	e = (struct history_entry){ .kind = HISTORY_REFUSED, .times = 3,
	    .end = CTRL_END_RATE, .client = e.client };
	entry = admin_view_entry(&e, "refused");
	ck_assert_str_eq(text_of(entry, "client"), "198.51.100.1");
	ck_assert_str_eq(text_of(entry, "reason"), "rate-per-ip");
	ck_assert(json_is_null(json_object_get(entry, "session")));
	ck_assert(json_is_null(json_object_get(entry, "call_id")));
	ck_assert(json_is_null(json_object_get(entry, "octets_in")));
	ck_assert_uint_eq(json_object_size(entry), 19);
	json_decref(entry);
}
END_TEST

START_TEST(states_of_a_call)
{
	struct call_record rec = record(1, "", "", "192.0.2.9", "");
	json_t *call;

	call = admin_view_call(&rec, 0, NOW);	/* before it has begun */
	ck_assert_str_eq(text_of(call, "state"), "starting");
	ck_assert_int_eq(number_of(call, "seconds"), 0);
	ck_assert(json_is_null(json_object_get(call, "user")));
	ck_assert(json_is_null(json_object_get(call, "slot")));
	ck_assert(json_is_null(json_object_get(call, "pppd_pid")));
	json_decref(call);
	rec.ctrl.call_state = CTRL_CALL_UP;
	call = admin_view_call(&rec, NOW_MS, NOW);
	ck_assert_str_eq(text_of(call, "state"), "login");
	ck_assert(json_is_false(json_object_get(call, "authenticated")));
	json_decref(call);
}
END_TEST

/* No end in its texts, and octets that are no UTF-8. */
START_TEST(a_damaged_record_does_no_harm)
{
	struct call_record rec;
	struct admin_find f;
	json_t *call;
	char *dump;

	memset(&rec, 0xff, sizeof(rec));
	/* What is no bool is found when an engine takes the call over. */
	memset(&rec.ctrl, 0, sizeof(rec.ctrl));
	memset(&rec.tx, 0, sizeof(rec.tx));
	call = admin_view_call(&rec, NOW_MS, NOW);
	ck_assert_ptr_nonnull(call);
	ck_assert_uint_eq(strlen(text_of(call, "user")), 4 * CALL_USER_TEXT);
	ck_assert_uint_eq(strlen(text_of(call, "interface")),
	    4 * sizeof(rec.ifname));
	dump = json_dumps(call, JSON_COMPACT | JSON_ENSURE_ASCII);
	ck_assert_ptr_nonnull(dump);
	free(dump);
	json_decref(call);
	memset(rec.user, 'a', sizeof(rec.user));
	admin_find_init(&f, "a");
	admin_find_look(&f, &rec);
	ck_assert_uint_eq(f.n, 0);
	memset(rec.session, 'a', sizeof(rec.session));
	admin_find_init(&f, "aaaaaaaaaaaaaaaa");
	admin_find_look(&f, &rec);
	ck_assert_uint_eq(f.n, 0);
}
END_TEST

START_TEST(times_and_octets_for_people)
{
	static const struct {
		uint64_t n;
		const char *time, *octets;
	} all[] = {
		{ 0, "0s", "0" }, { 59, "59s", "59" },
		{ 60, "1m00s", "60" }, { 1023, "17m03s", "1023" },
		{ 1024, "17m04s", "1.0K" }, { 3599, "59m59s", "3.5K" },
		{ 3600, "1h00m", "3.5K" }, { 10239, "2h50m", "9.9K" },
		{ 10240, "2h50m", "10K" }, { 86399, "23h59m", "84K" },
		{ 86400, "1d00h", "84K" }, { 1048575, "12d03h", "1023K" },
		{ 1048576, "12d03h", "1.0M" },
		{ UINT64_C(5000000000), "57870d08h", "4.6G" },
	};
	char buf[24];

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		ck_assert_str_eq(admin_text_time(buf, sizeof(buf), all[i].n),
		    all[i].time);
		ck_assert_str_eq(admin_text_octets(buf, sizeof(buf),
		    all[i].n), all[i].octets);
	}
	ck_assert_str_eq(admin_text_octets(buf, sizeof(buf), UINT64_MAX),
	    "15E");
}
END_TEST

/* Output of one of the printers, to be freed. */
static char *
printed(void (*print)(FILE *, const json_t *), const char *json)
{
	json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);
	size_t size;
	char *text;
	FILE *out = open_memstream(&text, &size);

	ck_assert_ptr_nonnull(value);
	print(out, value);
	fclose(out);
	json_decref(value);
	return text;
}

static void
print_list(FILE *out, const json_t *calls)
{
	admin_text_list(out, calls, NULL);
}

START_TEST(table_of_calls)
{
	char *text = printed(print_list,
	    "[{\"call_id\":\"3C4D\",\"user\":null,\"client\":\"192.0.2.77\","
	    "\"remote\":null,\"interface\":null,\"state\":\"login\","
	    "\"seconds\":3,\"octets_in\":0,\"octets_out\":0,\"since\":9,"
	    "\"diagnosis\":\"no-gre\"},"
	    "{\"call_id\":\"1A2B\",\"user\":\"alice\",\"client\":"
	    "\"198.51.100.20\",\"remote\":\"10.0.0.5\",\"interface\":\"ppp0\","
	    "\"state\":\"up\",\"seconds\":3725,\"octets_in\":512,"
	    "\"octets_out\":1500000,\"since\":3,\"session\":"
	    "\"6565F00D00001A2B\"}]");

	ck_assert_str_eq(text,
	    "CALL  USER   CLIENT         ADDRESS   INTERFACE  STATE  TIME   "
	    "IN   OUT   SESSION           DIAGNOSIS\n"
	    "3C4D  -      192.0.2.77     -         -          login  3s     "
	    "0    0     -                 no-gre\n"
	    "1A2B  alice  198.51.100.20  10.0.0.5  ppp0       up     1h02m  "
	    "512  1.4M  6565F00D00001A2B  -\n");
	free(text);
	text = printed(print_list, "[]");
	ck_assert_str_eq(text, "CALL  USER  CLIENT  ADDRESS  INTERFACE  STATE"
	    "  TIME  IN  OUT  SESSION  DIAGNOSIS\n");
	free(text);
}
END_TEST

static const char three[] =
    "[{\"call_id\":\"1\",\"user\":\"bob\",\"client\":\"192.0.2.1\","
    "\"octets_in\":30,\"since\":3,\"state\":\"up\"},"
    "{\"call_id\":\"2\",\"user\":null,\"client\":\"192.0.2.2\","
    "\"octets_in\":20,\"since\":1,\"state\":\"login\"},"
    "{\"call_id\":\"3\",\"user\":\"alice\",\"client\":\"192.0.2.1\","
    "\"octets_in\":100,\"since\":2,\"state\":\"up\"}]";

/* The Call IDs that are chosen, in their order. */
static void
ck_selected(const char *want, const struct admin_selection *s)
{
	json_t *calls = json_loads(three, 0, NULL), *call;
	json_t *chosen = admin_select(calls, s);
	char ids[8] = "";
	size_t i;

	json_array_foreach(chosen, i, call)
		strcat(ids, text_of(call, "call_id"));
	ck_assert_str_eq(ids, want);
	json_decref(chosen);
	json_decref(calls);
}

START_TEST(calls_are_chosen_and_sorted)
{
	static const struct {
		const char *want;
		struct admin_selection s;
	} all[] = {
		{ "123", { .sort = NULL } },	/* as they come */
		{ "231", { .sort = "since" } },
		{ "213", { .sort = "octets_in" } },
		{ "312", { .sort = "-octets_in" } },
		{ "231", { .sort = "user" } },	/* none is the least */
		{ "132", { .sort = "-user" } },
		{ "132", { .sort = "client" } },	/* equal: as they come */
		{ "13", { .filter = { [ADMIN_BY_CLIENT] = "192.0.2.1" } } },
		{ "13", { .filter = { [ADMIN_BY_STATE] = "up" } } },
		{ "3", { .filter = { [ADMIN_BY_USER] = "alice",
		    [ADMIN_BY_CLIENT] = "192.0.2.1" } } },
		{ "", { .filter = { [ADMIN_BY_USER] = "alice",
		    [ADMIN_BY_CLIENT] = "192.0.2.2" } } },
		{ "", { .filter = { [ADMIN_BY_INTERFACE] = "ppp0" } } },
		{ "", { .filter = { [ADMIN_BY_ADDRESS] = "" } } },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		ck_selected(all[i].want, &all[i].s);
	ck_assert(admin_can_sort("octets_in"));
	ck_assert(admin_can_sort("-session"));
	ck_assert(!admin_can_sort("octets"));
	ck_assert(!admin_can_sort("--session"));
	ck_assert(!admin_can_sort(""));
}
END_TEST

static void
print_two(FILE *out, const json_t *calls)
{
	admin_text_list(out, calls, "octets_in,peer_call_id");
}

START_TEST(columns_are_chosen)
{
	char *text = printed(print_two, "[{\"octets_in\":2048,"
	    "\"peer_call_id\":\"0064\"}]");

	ck_assert_str_eq(text, "IN    PEER\n2.0K  0064\n");
	free(text);
	ck_assert(admin_text_are_columns("user"));
	ck_assert(!admin_text_are_columns(""));
	ck_assert(!admin_text_are_columns("user,"));
	ck_assert(!admin_text_are_columns("user,users"));
	ck_assert(!admin_text_are_columns("use"));
}
END_TEST

/* A field that is told is a column, and can be sorted by. */
START_TEST(each_field_can_be_a_column)
{
	struct call_record rec = record(1, "", "", "192.0.2.9", "");
	json_t *call = admin_view_call(&rec, NOW_MS, NOW);
	const char *key;
	json_t *value;

	json_object_foreach(call, key, value) {
		ck_assert_ptr_nonnull(value);
		ck_assert_msg(admin_text_is_field(key), "%s", key);
	}
	json_decref(call);
}
END_TEST

START_TEST(table_of_the_past)
{
	char *text = printed(admin_text_history,
	    "[{\"at\":null,\"event\":\"refused\",\"times\":12,\"client\":"
	    "\"192.0.2.77\",\"reason\":\"rate-per-ip\"}]");

	ck_assert_str_eq(text,
	    "WHEN  WHAT     TIMES  CLIENT      USER  ADDRESS  TIME  IN  OUT  "
	    "SESSION  REASON       DIAGNOSIS  SAYS-NAME\n"
	    "-     refused  12     192.0.2.77  -     -        -     -   -    "
	    "-        rate-per-ip  -          -\n");
	free(text);
}
END_TEST

START_TEST(an_event_in_a_line)
{
	char *text = printed(admin_text_event,
	    "{\"at\":null,\"event\":\"ended\",\"client\":\"192.0.2.77\","
	    "\"user\":null,\"reason\":\"closed\",\"text\":\"it is gone\","
	    "\"octets_in\":7}");

	ck_assert_str_eq(text, "-                    ended            "
	    "client=192.0.2.77 reason=closed text=\"it is gone\"\n");
	free(text);
}
END_TEST

START_TEST(nothing_reaches_the_terminal)
{
	static const char evil[] = "{\"call_id\":\"\\u001b[2J\",\"user\":"
	    "\"\\u009b1m\\u007f\\n\",\"since\":99999999999999999,"
	    "\"octets_in\":-1,\"client\":{},\"version\":\"\\u0007\","
	    "\"limits\":{\"\\u001b\":\"\\r\"},\"refused\":3}";
	static void (*const printers[])(FILE *, const json_t *) = {
		admin_text_call, admin_text_status, admin_text_event
	};
	char *text, *p, list[sizeof(evil) + 2];

	for (size_t i = 0; i < 5; i++) {
		snprintf(list, sizeof(list), "[%s]", evil);
		text = i < 3 ? printed(printers[i], evil) : printed(i == 3 ?
		    print_list : admin_text_history, list);
		for (p = text; *p != '\0'; p++) {
			ck_assert(*p == '\n' || (unsigned char)*p >= ' ');
			ck_assert(*p != 0x7f);
		}
		ck_assert_ptr_null(strstr(text, "\xc2\x9b"));
		free(text);
	}
}
END_TEST

static void
tests(TCase *t)
{
	tcase_add_test(t, every_verb_is_known);
	tcase_add_test(t, ids_are_numbers_or_short_texts);
	tcase_add_test(t, bad_requests_have_a_code);
	tcase_add_test(t, which_call_has_a_longest_name);
	tcase_add_test(t, a_call_is_found_in_six_ways);
	tcase_add_test(t,
	    a_session_that_has_ended_is_not_the_one_with_its_call_id);
	tcase_add_test(t, what_is_not_clear_is_no_call);
	tcase_add_test(t, many_that_fit_are_not_all_named);
	tcase_add_test(t, a_record_in_full);
	tcase_add_test(t, kick_may_mean_all);
	tcase_add_test(t, kick_may_hurry_and_say_why);
	tcase_add_test(t, log_level_is_one_of_two);
	tcase_add_test(t, calls_are_summed_up_by_user);
	tcase_add_test(t, so_many_of_the_history);
	tcase_add_test(t, an_entry_of_the_history);
	tcase_add_test(t, calls_are_chosen_and_sorted);
	tcase_add_test(t, columns_are_chosen);
	tcase_add_test(t, each_field_can_be_a_column);
	tcase_add_test(t, table_of_the_past);
	tcase_add_test(t, an_event_in_a_line);
	tcase_add_test(t, states_of_a_call);
	tcase_add_test(t, a_damaged_record_does_no_harm);
	tcase_add_test(t, times_and_octets_for_people);
	tcase_add_test(t, table_of_calls);
	tcase_add_test(t, nothing_reaches_the_terminal);
}

int
main(void)
{
	return unit_main("admin", tests);
}
