/* pptpdctl metrics: answers of the server as text for Prometheus. */
/* SPDX-License-Identifier: ISC */
#include "ctl/metrics.h"

#include <string.h>

#include "ctl/metrics_text.h"
#include "state/diagnosis.h"
#include "state/histogram.h"

#define USERS_MAX	10000	/* series of users; the others are left out */

/*
 * Names never change.  A counter only grows, until its process starts again;
 * sums over the calls that are there now shrink when one ends: gauges.
 */
static bool
number_of(const json_t *object, const char *key, double *number)
{
	const json_t *value = json_object_get(object, key);

	if (json_is_boolean(value))
		*number = json_is_true(value);
	else if (json_is_number(value))
		*number = json_number_value(value);
	else
		return false;
	return true;
}

/* --- status -------------------------------------------------------------- */

static const struct {
	const char *key, *name, *type, *help;
} of_status[] = {
	{ "uptime", "uptime_seconds", "gauge",
	    "Time since the server started." },
	{ "engine_uptime", "engine_uptime_seconds", "gauge",
	    "Time since the engine, which speaks with clients, started." },
	{ "engine_restarts", "engine_restarts_total", "counter",
	    "Engines that died and were replaced." },
	{ "draining", "draining", "gauge",
	    "1 if the server takes no new calls." },
	{ "stopping", "stopping", "gauge", "1 while the server ends." },
	{ "slots", "slots", "gauge", "Calls that there can be." },
	{ "slots_free", "slots_free", "gauge",
	    "Calls that there can be besides those that are." },
	{ "connections", "connections", "gauge",
	    "Control connections, with a call or without." },
	{ "unauthenticated", "connections_unauthenticated", "gauge",
	    "Control connections whose client has not authenticated." },
};

/* An object of numbers becomes a family with the keys as a label's values. */
static const struct {
	const char *key, *name, *type, *label, *help;
} of_objects[] = {
	{ "refused", "refused_total", "counter", "reason",
	    "Clients that were refused, since the engine started." },
	{ "ended", "ended_total", "counter", "reason",
	    "Calls that have ended, since the engine started." },
	{ "diagnosed", "ended_diagnosed_total", "counter", "diagnosis",
	    "Calls that have ended with something wrong with them." },
	{ "limits", "limit", "gauge", "limit",
	    "Limits in force, by their keyword in pptpd.conf; 0 is none." },
	{ "gre", "gre_dropped_packets_total", "counter", "reason",
	    "GRE packets that got as far as no call, or could not be sent." },
};

static void
print_status(FILE *out, const json_t *status)
{
	const char *version = json_string_value(json_object_get(status,
	    "version"));
	const char *key;
	json_t *value;
	double n;

	metrics_head(out, "build_info", "gauge", "1; the version is a label.");
	metrics_sample(out, "build_info", 1, "version", version != NULL ?
	    version : "?", NO_MORE);
	for (size_t i = 0; i < sizeof(of_status) / sizeof(of_status[0]); i++) {
		if (!number_of(status, of_status[i].key, &n))
			continue;
		metrics_head(out, of_status[i].name, of_status[i].type,
		    of_status[i].help);
		metrics_sample(out, of_status[i].name, n, NO_MORE);
	}
	for (size_t i = 0; i < sizeof(of_objects) / sizeof(of_objects[0]);
	    i++) {
		json_t *object = json_object_get(status, of_objects[i].key);

		if (!json_is_object(object))
			continue;
		metrics_head(out, of_objects[i].name, of_objects[i].type,
		    of_objects[i].help);
		json_object_foreach(object, key, value) {
			if (json_is_number(value))
				metrics_sample(out, of_objects[i].name,
				    json_number_value(value),
				    of_objects[i].label, key, NO_MORE);
		}
	}
}

/* --- calls --------------------------------------------------------------- */

static double
sum(const json_t *calls, const char *key)
{
	double all = 0, n;

	for (size_t i = 0; i < json_array_size(calls); i++) {
		if (number_of(json_array_get(calls, i), key, &n))
			all += n;
	}
	return all;
}

static double
count(const json_t *calls, const char *key, const char *wanted)
{
	double n = 0;

	for (size_t i = 0; i < json_array_size(calls); i++) {
		const char *is = json_string_value(json_object_get(
		    json_array_get(calls, i), key));

		n += is != NULL && strcmp(is, wanted) == 0;
	}
	return n;
}

/* Kinds of packets that are not just the next one. */
static const char *const kinds[] = { "lost", "late", "duplicate", "reordered",
    "distant" };
#define KINDS	((int)(sizeof(kinds) / sizeof(kinds[0])))

static void
both_ways(FILE *out, const char *name, double in, double out_n)
{
	metrics_sample(out, name, in, "direction", "in", NO_MORE);
	metrics_sample(out, name, out_n, "direction", "out", NO_MORE);
}

static void
print_calls(FILE *out, const json_t *calls)
{
	static const char *const states[] = { "starting", "login", "up" };
	static const char *const paths[] = { "userspace", "kernel" };
	char key[32];

	metrics_head(out, "calls", "gauge", "Calls, by their state.");
	for (int i = 0; i < 3; i++)
		metrics_sample(out, "calls", count(calls, "state",
		    states[i]), "state", states[i], NO_MORE);
	metrics_head(out, "datapath_calls", "gauge",
	    "Calls, by what carries them.");
	for (int i = 0; i < 2; i++)
		metrics_sample(out, "datapath_calls", count(calls, "datapath",
		    paths[i]), "datapath", paths[i], NO_MORE);
	metrics_head(out, "diagnosed_calls", "gauge",
	    "Calls with something wrong with them.");
	for (int i = DIAGNOSIS_NONE + 1; i < DIAGNOSIS_COUNT; i++)
		metrics_sample(out, "diagnosed_calls", count(calls,
		    "diagnosis", diagnosis_word(i)), "diagnosis",
		    diagnosis_word(i), NO_MORE);
	metrics_head(out, "active_octets", "gauge",
	    "PPP octets of the calls that are there now.");
	both_ways(out, "active_octets", sum(calls, "octets_in"),
	    sum(calls, "octets_out"));
	metrics_head(out, "active_packets", "gauge",
	    "Packets of the calls that are there now.");
	both_ways(out, "active_packets", sum(calls, "packets_in"),
	    sum(calls, "packets_out"));
	metrics_head(out, "active_irregular_packets", "gauge", "Packets from clients "
	    "that did not come in order, of the calls that are there now.");
	for (int i = 0; i < KINDS; i++) {
		snprintf(key, sizeof(key), "packets_%s", kinds[i]);
		metrics_sample(out, "active_irregular_packets",
		    sum(calls, key), "kind", kinds[i], NO_MORE);
	}
}

/* --- counters of all calls, those that have ended included --------------- */

static void
print_traffic(FILE *out, const json_t *traffic)
{
	static const struct {
		const char *in, *out, *name, *help;
	} ways[] = {
		{ "octets_in", "octets_out", "octets_total",
		    "PPP octets of all calls." },
		{ "packets_in", "packets_out", "packets_total",
		    "Packets with a PPP frame, of all calls." },
		{ "acks_in", "acks_out", "acknowledgements_total",
		    "Packets that acknowledge others, of all calls." },
	};
	char key[32];
	double n, other;

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (!number_of(traffic, ways[i].in, &n) ||
		    !number_of(traffic, ways[i].out, &other))
			continue;
		metrics_head(out, ways[i].name, "counter", ways[i].help);
		both_ways(out, ways[i].name, n, other);
	}
	if (!number_of(traffic, "packets_lost", &n))
		return;
	metrics_head(out, "irregular_packets_total", "counter", "Packets from "
	    "clients that did not come, or not in order, of all calls.");
	for (int i = 0; i < KINDS; i++) {
		snprintf(key, sizeof(key), "packets_%s", kinds[i]);
		if (number_of(traffic, key, &n))
			metrics_sample(out, "irregular_packets_total", n,
			    "kind", kinds[i], NO_MORE);
	}
}

static void
print_authentications(FILE *out, json_t *methods)
{
	const char *method, *result;
	json_t *results, *n;

	if (!json_is_object(methods))
		return;
	metrics_head(out, "authentications_total", "counter",
	    "Verdicts on clients, by how they had to prove who they are.");
	json_object_foreach(methods, method, results) {
		json_object_foreach(results, result, n) {
			if (json_is_number(n))
				metrics_sample(out, "authentications_total",
				    json_number_value(n), "method", method,
				    "result", result, NO_MORE);
		}
	}
}

/* --- histograms ---------------------------------------------------------- */

/* One series of a histogram; label NULL: it has none of its own. */
static void
print_histogram(FILE *out, const char *name, const char *label,
    const char *value, const json_t *h)
{
	const json_t *counts = json_object_get(h, "counts");
	char series[64], le[16];
	double sum_us, all = 0;

	if (json_array_size(counts) != HISTOGRAM_BOUNDS + 1 ||
	    !number_of(h, "sum_us", &sum_us))
		return;
	snprintf(series, sizeof(series), "%s_bucket", name);
	for (size_t i = 0; i <= HISTOGRAM_BOUNDS; i++) {
		double n = json_number_value(json_array_get(counts, i));

		all += n > 0 ? n : 0;
		snprintf(le, sizeof(le), "+Inf");
		if (i < HISTOGRAM_BOUNDS)
			snprintf(le, sizeof(le), "%g",
			    histogram_bounds[i] / 1000.0);
		metrics_sample(out, series, all, "le", le, label, value, NO_MORE);
	}
	snprintf(series, sizeof(series), "%s_sum", name);
	metrics_sample(out, series, sum_us / 1e6, label, value, NO_MORE);
	snprintf(series, sizeof(series), "%s_count", name);
	metrics_sample(out, series, all, label, value, NO_MORE);
}

static void
print_histograms(FILE *out, const char *name, const char *help,
    const char *label, json_t *all)
{
	const char *value;
	json_t *h;

	if (!json_is_object(all) || json_object_size(all) == 0)
		return;
	metrics_head(out, name, "histogram", help);
	if (label == NULL)
		print_histogram(out, name, NULL, NULL, all);
	else {
		json_object_foreach(all, value, h)
			print_histogram(out, name, label, value, h);
	}
}

static void
print_times(FILE *out, const json_t *times)
{
	print_histograms(out, "setup_seconds", "From a client's connection "
	    "until its tunnel carries IP.", NULL, json_object_get(times,
	    "setup"));
	print_histograms(out, "setup_step_seconds", "The steps of that, in "
	    "their order.", "step", json_object_get(times, "setup_steps"));
	print_histograms(out, "authentication_seconds", "From the end of LCP "
	    "until pppd's verdict on the client.", "result",
	    json_object_get(times, "authentication"));
}

/* --- processes ----------------------------------------------------------- */

static void
print_process(FILE *out, const char *name, const struct metrics_process *p,
    double n)
{
	char number[16];

	snprintf(number, sizeof(number), "%u", p->number);
	metrics_sample(out, name, n, "process", p->kind, "number", number,
	    NO_MORE);
}

static void
print_processes(FILE *out, const struct metrics_process *list, size_t n)
{
	bool files = false;

	if (n == 0)
		return;
	metrics_head(out, "process_cpu_seconds_total", "counter",
	    "Processor time of the server's processes.");
	for (size_t i = 0; i < n; i++)
		print_process(out, "process_cpu_seconds_total", &list[i],
		    list[i].cpu_s);
	metrics_head(out, "process_resident_bytes", "gauge",
	    "Memory of these processes.");
	for (size_t i = 0; i < n; i++) {
		print_process(out, "process_resident_bytes", &list[i],
		    list[i].resident);
		files = files || list[i].has_files;
	}
	if (!files)
		return;
	metrics_head(out, "process_open_fds", "gauge",
	    "Descriptors that these processes have.");
	for (size_t i = 0; i < n; i++) {
		if (list[i].has_files)
			print_process(out, "process_open_fds", &list[i],
			    list[i].files);
	}
}

/* --- users --------------------------------------------------------------- */

/* An object of arrays: the calls of each user that is known. */
static json_t *
by_user(const json_t *calls)
{
	json_t *users = json_object(), *list;

	for (size_t i = 0; i < json_array_size(calls); i++) {
		json_t *call = json_array_get(calls, i);
		const char *user = json_string_value(json_object_get(call,
		    "user"));

		if (user == NULL || user[0] == '\0')
			continue;
		list = json_object_get(users, user);
		if (list == NULL && json_object_size(users) < USERS_MAX) {
			list = json_array();
			(void)json_object_set_new(users, user, list);
		}
		if (list != NULL)
			(void)json_array_append(list, call);
	}
	return users;
}

static void
print_users(FILE *out, const json_t *calls)
{
	json_t *users = by_user(calls), *list;
	const char *user;

	metrics_head(out, "user_calls", "gauge", "Calls of a user.");
	json_object_foreach(users, user, list)
		metrics_sample(out, "user_calls",
		    (double)json_array_size(list), "user", user, NO_MORE);
	metrics_head(out, "user_octets", "gauge",
	    "PPP octets of the calls that a user has now.");
	json_object_foreach(users, user, list) {
		metrics_sample(out, "user_octets", sum(list, "octets_in"),
		    "user", user, "direction", "in", NO_MORE);
		metrics_sample(out, "user_octets", sum(list, "octets_out"),
		    "user", user, "direction", "out", NO_MORE);
	}
	json_decref(users);
}

static void
print_up(FILE *out, int up)
{
	metrics_head(out, "up", "gauge", "1 if the server answers.");
	metrics_sample(out, "up", up, NO_MORE);
}

void
metrics_print(FILE *out, const json_t *status, const json_t *calls,
    const struct metrics_process *processes, size_t nprocesses, bool per_user)
{
	print_up(out, 1);
	print_status(out, status);
	print_traffic(out, json_object_get(status, "traffic"));
	print_authentications(out, json_object_get(status,
	    "authentications"));
	print_times(out, json_object_get(status, "times"));
	print_processes(out, processes, nprocesses);
	print_calls(out, calls);
	if (per_user)
		print_users(out, calls);
}

void
metrics_print_alone(FILE *out, bool up)
{
	print_up(out, up);
}
