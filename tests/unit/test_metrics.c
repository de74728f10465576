/* Prometheus text: from answers as they are, and as nobody should send them. */
/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/metrics.h"
#include "unit.h"

static struct metrics_process processes[4];
static size_t nprocesses;

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
	metrics_print(out, status, calls, processes, nprocesses, per_user);
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

#define COUNTS	"[1,0,0,0,0,0,0,0,2,0,0,0,0,3]"
#define HISTOGRAM "{\"counts\":" COUNTS ",\"sum_us\":2500123}"

START_TEST(counters_of_all_calls)
{
	char *text = print("{\"traffic\":{\"octets_in\":5000000001,"
	    "\"octets_out\":2,\"acks_in\":3,\"acks_out\":4,"
	    "\"packets_lost\":5,\"packets_late\":6},"
	    "\"authentications\":{\"mschap-v2\":{\"accepted\":7}},"
	    "\"times\":{\"setup\":" HISTOGRAM ",\"setup_steps\":{"
	    "\"lcp\":" HISTOGRAM "}}}", "[]", false);

	has(text, "# TYPE pptpd_octets_total counter\n"
	    "pptpd_octets_total{direction=\"in\"} 5000000001\n"
	    "pptpd_octets_total{direction=\"out\"} 2\n");
	has(text, "pptpd_acknowledgements_total{direction=\"out\"} 4\n");
	has(text, "pptpd_irregular_packets_total{kind=\"lost\"} 5\n"
	    "pptpd_irregular_packets_total{kind=\"late\"} 6\n");
	has(text, "pptpd_authentications_total{method=\"mschap-v2\","
	    "result=\"accepted\"} 7\n");
	has(text, "# TYPE pptpd_setup_seconds histogram\n"
	    "pptpd_setup_seconds_bucket{le=\"0.005\"} 1\n"
	    "pptpd_setup_seconds_bucket{le=\"0.01\"} 1\n");
	has(text, "pptpd_setup_seconds_bucket{le=\"2.5\"} 3\n");
	has(text, "pptpd_setup_seconds_bucket{le=\"60\"} 3\n"
	    "pptpd_setup_seconds_bucket{le=\"+Inf\"} 6\n"
	    "pptpd_setup_seconds_sum 2.500123\n"
	    "pptpd_setup_seconds_count 6\n");
	has(text, "pptpd_setup_step_seconds_bucket{le=\"+Inf\",step=\"lcp\"} "
	    "6\n");
	has(text, "pptpd_setup_step_seconds_count{step=\"lcp\"} 6\n");
	free(text);
}
END_TEST

/* --- processes ----------------------------------------------------------- */

static void
put(const char *dir, const char *name, const char *text, size_t len)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fwrite(text, 1, len, f);
	fclose(f);
}

static void
process(const char *proc, int pid, const char *comm, const char *cmdline,
    size_t len)
{
	char dir[128], name[256], stat[512];

	snprintf(dir, sizeof(dir), "%s/%d", proc, pid);
	ck_assert_int_eq(mkdir(dir, 0700), 0);
	snprintf(name, sizeof(name), "%s/fd", dir);
	ck_assert_int_eq(mkdir(name, 0700), 0);
	put(name, "0", "", 0);
	put(name, "1", "", 0);
	snprintf(stat, sizeof(stat), "%d (%s) S 1 1 1 0 -1 0 0 0 0 0 250 50 0 "
	    "0 20 0 1 0 99 1000 3 18446744073709551615\n", pid, comm);
	put(dir, "stat", stat, strlen(stat));
	snprintf(stat, sizeof(stat), "%s\n", comm);
	put(dir, "comm", stat, strlen(stat));
	put(dir, "cmdline", cmdline, len);
}

/* Three engines: one of them says that it is another, one has odd names. */
START_TEST(processes_of_a_server)
{
	static struct metrics_process list[METRICS_PROCESSES_MAX];
	char proc[] = "/tmp/test_metrics.XXXXXX", dir[64], command[96];
	const double tick = (double)sysconf(_SC_CLK_TCK);
	char *text;
	FILE *out;
	size_t size;

	ck_assert_ptr_nonnull(mkdtemp(proc));
	process(proc, 70, "pptpd", "pptpd", 6);
	snprintf(dir, sizeof(dir), "%s/70/task", proc);
	ck_assert_int_eq(mkdir(dir, 0700), 0);
	snprintf(dir, sizeof(dir), "%s/70/task/70", proc);
	ck_assert_int_eq(mkdir(dir, 0700), 0);
	put(dir, "children", "71 72 73 74 75 99 ", 18);
	process(proc, 71, "pptpd-engine", "e\0d\0on\0000\0l", 10);
	process(proc, 72, "pptpd-engine", "e\0d\0on\0001", 9);
	process(proc, 73, "pptpd-engine", "e\0d\0on\0001\n}", 10);
	process(proc, 74, "pptpd-aaa", "", 0);
	process(proc, 75, "x) R 1 (", "", 0);	/* nobody's */
	ck_assert_uint_eq(metrics_processes_of(proc, 70, list), 4);
	ck_assert_str_eq(list[0].kind, "monitor");
	ck_assert_str_eq(list[2].kind, "engine");
	ck_assert_uint_eq(list[2].number, 1);
	ck_assert_uint_eq(list[2].files, 2);
	ck_assert(list[2].cpu_s == 300 / tick);
	ck_assert(list[2].resident == 3.0 * (double)sysconf(_SC_PAGESIZE));
	ck_assert_uint_eq(metrics_processes_of(proc, 99, list), 0);
	ck_assert_uint_eq(metrics_processes_of(proc, 70, list), 4);
	out = open_memstream(&text, &size);
	metrics_print(out, NULL, NULL, list, 4, false);
	fclose(out);
	has(text, "pptpd_process_open_fds{process=\"engine\",number=\"1\"} 2\n");
	has(text, "pptpd_process_open_fds{process=\"aaa\",number=\"0\"} 2\n");
	free(text);
	snprintf(command, sizeof(command), "rm -r %s", proc);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

#define LIES	"{\"version\":7,\"uptime\":\"x\",\"refused\":[1]," \
	"\"limits\":{\"a\":\"b\"},\"traffic\":{\"octets_in\":[]}," \
	"\"authentications\":{\"x\":7,\"y\\\"\":{\"z\":\"1\"}}," \
	"\"times\":{\"setup\":{\"counts\":[1,2],\"sum_us\":3}," \
	"\"setup_steps\":[1],\"authentication\":{\"a\":1}}," \
	"\"gre\":{\"x\\\"} 1\\npptpd_up 0\":1,\"\\u009b2J\":1}}"
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
		ck_assert_ptr_null(strchr(text, '\xc2'));	/* CSI */
		free(text);
	}
}
END_TEST

static void
tests(TCase *t)
{
	tcase_add_test(t, figures);
	tcase_add_test(t, users_if_asked_for);
	tcase_add_test(t, counters_of_all_calls);
	tcase_add_test(t, processes_of_a_server);
	tcase_add_test(t, lies);
}

int
main(void)
{
	return unit_main("metrics", tests);
}
