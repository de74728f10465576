/* Prometheus text: from answers as they are, and as nobody should send them. */
/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/metrics.h"
#include "unit.h"

static char *
print(const char *status_text, const char *calls_text, bool per_user)
{
	json_t *status = json_loads(status_text, 0, NULL);
	json_t *calls = json_loads(calls_text, 0, NULL);
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	ck_assert_ptr_nonnull(out);
	ck_assert_ptr_nonnull(status);
	ck_assert_ptr_nonnull(calls);
	metrics_print(out, status, calls, per_user);
	fclose(out);
	json_decref(status);
	json_decref(calls);
	return text;
}

static void
has(const char *text, const char *line)
{
	ck_assert_msg(strstr(text, line) != NULL, "no %s in\n%s", line, text);
}

#define CALL(user, state, in, lost) "{\"user\":" user ",\"state\":\"" state \
	"\",\"datapath\":\"userspace\",\"octets_in\":" in ",\"octets_out\":7," \
	"\"packets_in\":2,\"packets_out\":3,\"packets_lost\":" lost "}"

START_TEST(figures)
{
	char *text = print("{\"version\":\"2.0.0\",\"uptime\":12,"
	    "\"engine_restarts\":1,\"draining\":false,\"slots\":100,"
	    "\"limits\":{\"max-per-ip\":4},\"refused\":{\"busy\":3,"
	    "\"rate-per-ip\":0},\"gre\":{\"not_ip\":5}}",
	    "[" CALL("\"alice\"", "up", "1000", "2") ","
	    CALL("\"alice\"", "up", "5000000000", "null") ","
	    CALL("null", "login", "1", "0") "]", false);

	has(text, "# TYPE pptpd_up gauge\npptpd_up 1\n");
	has(text, "pptpd_build_info{version=\"2.0.0\"} 1\n");
	has(text, "# TYPE pptpd_engine_restarts_total counter\n"
	    "pptpd_engine_restarts_total 1\n");
	has(text, "pptpd_draining 0\n");
	has(text, "pptpd_refused_total{reason=\"busy\"} 3\n"
	    "pptpd_refused_total{reason=\"rate-per-ip\"} 0\n");
	has(text, "pptpd_limit{limit=\"max-per-ip\"} 4\n");
	has(text, "pptpd_gre_dropped_packets_total{reason=\"not_ip\"} 5\n");
	has(text, "pptpd_calls{state=\"starting\"} 0\n"
	    "pptpd_calls{state=\"login\"} 1\npptpd_calls{state=\"up\"} 2\n");
	has(text, "pptpd_active_octets{direction=\"in\"} 5000001001\n");
	has(text, "pptpd_active_irregular_packets{kind=\"lost\"} 2\n");
	ck_assert_ptr_null(strstr(text, "alice"));
	ck_assert_ptr_null(strstr(text, "pptpd_ended"));
	free(text);
}
END_TEST

START_TEST(users_if_asked_for)
{
	char *text = print("{\"ended\":{\"idle\":2}}",
	    "[" CALL("\"alice\"", "up", "10", "0") ","
	    CALL("\"alice\"", "up", "20", "0") ","
	    CALL("\"o\\\"x\\\\\\n\"", "up", "1", "0") "]", true);

	has(text, "pptpd_user_calls{user=\"alice\"} 2\n");
	has(text, "pptpd_user_octets{user=\"alice\",direction=\"in\"} 30\n");
	has(text, "pptpd_user_octets{user=\"alice\",direction=\"out\"} 14\n");
	has(text, "pptpd_user_calls{user=\"o\\\"x\\\\?\"} 1\n");
	has(text, "pptpd_ended_total{reason=\"idle\"} 2\n");
	free(text);
}
END_TEST

#define LIES	"{\"version\":7,\"uptime\":\"x\",\"refused\":[1]," \
	"\"limits\":{\"a\":\"b\"},\"gre\":{\"x\\\"} 1\\npptpd_up 0\":1}}"
#define CALL_LIES "[1,null,\"x\",{},{\"user\":3,\"state\":[]," \
	"\"octets_in\":\"9\"}]"

/* An engine in a peer's hands breaks no line and starts no family of its own. */
START_TEST(lies)
{
	static const char *const status[] = { "{}", "[]", LIES };
	static const char *const calls[] = { "[]", "{}", CALL_LIES };

	for (int i = 0; i < 3; i++) {
		char *text = print(status[i], calls[i], true);

		has(text, "pptpd_calls{state=\"up\"} 0\n");
		has(text, "pptpd_active_octets{direction=\"in\"} 0\n");
		ck_assert_ptr_null(strstr(text, "\npptpd_up 0"));
		free(text);
	}
}
END_TEST

static void
tests(TCase *t)
{
	tcase_add_test(t, figures);
	tcase_add_test(t, users_if_asked_for);
	tcase_add_test(t, lies);
}

int
main(void)
{
	return unit_main("metrics", tests);
}
