/* pptpdctl metrics: answers of the server as text for Prometheus. */
/* SPDX-License-Identifier: ISC */
#include "ctl/metrics.h"

#include <stdlib.h>
#include <string.h>

#define PREFIX		"pptpd_"
#define USERS_MAX	10000	/* series of users; the others are left out */

/* --- the format ---------------------------------------------------------- */

/*
 * Names never change.  A counter only grows, until its process starts again;
 * sums over the calls that are there now shrink when one ends: gauges.
 */
static void
head(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP " PREFIX "%s %s\n# TYPE " PREFIX "%s %s\n", name,
	    help, name, type);
}

/* The value of a label: backslash, quote and newline are escaped. */
static void
put_label(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\\' || *text == '"')
			fprintf(out, "\\%c", *text);
		else if ((unsigned char)*text < ' ' || *text == 0x7f)
			fputc('?', out);
		else
			fputc(*text, out);
	}
}

/* One series; without a label, label and value are NULL. */
static void
sample(FILE *out, const char *name, const char *label, const char *value,
    double number)
{
	fprintf(out, PREFIX "%s", name);
	if (label != NULL && value != NULL) {
		fprintf(out, "{%s=\"", label);
		put_label(out, value);
		fputs("\"}", out);
	}
	fprintf(out, " %.0f\n", number);
}

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

	head(out, "build_info", "gauge", "1; the version is a label.");
	sample(out, "build_info", "version", version != NULL ? version : "?",
	    1);
	for (size_t i = 0; i < sizeof(of_status) / sizeof(of_status[0]); i++) {
		if (!number_of(status, of_status[i].key, &n))
			continue;
		head(out, of_status[i].name, of_status[i].type,
		    of_status[i].help);
		sample(out, of_status[i].name, NULL, NULL, n);
	}
	for (size_t i = 0; i < sizeof(of_objects) / sizeof(of_objects[0]);
	    i++) {
		json_t *object = json_object_get(status, of_objects[i].key);

		if (!json_is_object(object))
			continue;
		head(out, of_objects[i].name, of_objects[i].type,
		    of_objects[i].help);
		json_object_foreach(object, key, value) {
			if (json_is_number(value))
				sample(out, of_objects[i].name,
				    of_objects[i].label, key,
				    json_number_value(value));
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

static void
print_calls(FILE *out, const json_t *calls)
{
	static const char *const states[] = { "starting", "login", "up" };
	static const char *const paths[] = { "userspace", "kernel" };
	static const char *const kinds[] = { "lost", "late", "duplicate",
	    "reordered", "distant" };
	char key[32];

	head(out, "calls", "gauge", "Calls, by their state.");
	for (int i = 0; i < 3; i++)
		sample(out, "calls", "state", states[i],
		    count(calls, "state", states[i]));
	head(out, "datapath_calls", "gauge", "Calls, by what carries them.");
	for (int i = 0; i < 2; i++)
		sample(out, "datapath_calls", "datapath", paths[i],
		    count(calls, "datapath", paths[i]));
	head(out, "active_octets", "gauge",
	    "PPP octets of the calls that are there now.");
	sample(out, "active_octets", "direction", "in", sum(calls,
	    "octets_in"));
	sample(out, "active_octets", "direction", "out", sum(calls,
	    "octets_out"));
	head(out, "active_packets", "gauge",
	    "Packets of the calls that are there now.");
	sample(out, "active_packets", "direction", "in", sum(calls,
	    "packets_in"));
	sample(out, "active_packets", "direction", "out", sum(calls,
	    "packets_out"));
	head(out, "active_irregular_packets", "gauge", "Packets from clients "
	    "that did not come in order, of the calls that are there now.");
	for (int i = 0; i < 5; i++) {
		snprintf(key, sizeof(key), "packets_%s", kinds[i]);
		sample(out, "active_irregular_packets", "kind", kinds[i],
		    sum(calls, key));
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
user_octets(FILE *out, const char *user, const char *direction, double n)
{
	fputs(PREFIX "user_octets{user=\"", out);
	put_label(out, user);
	fprintf(out, "\",direction=\"%s\"} %.0f\n", direction, n);
}

static void
print_users(FILE *out, const json_t *calls)
{
	json_t *users = by_user(calls), *list;
	const char *user;

	head(out, "user_calls", "gauge", "Calls of a user.");
	json_object_foreach(users, user, list)
		sample(out, "user_calls", "user", user,
		    (double)json_array_size(list));
	head(out, "user_octets", "gauge",
	    "PPP octets of the calls that a user has now.");
	json_object_foreach(users, user, list) {
		user_octets(out, user, "in", sum(list, "octets_in"));
		user_octets(out, user, "out", sum(list, "octets_out"));
	}
	json_decref(users);
}

static void
print_up(FILE *out, int up)
{
	head(out, "up", "gauge", "1 if the server answers.");
	sample(out, "up", NULL, NULL, up);
}

void
metrics_print(FILE *out, const json_t *status, const json_t *calls,
    bool per_user)
{
	print_up(out, 1);
	print_status(out, status);
	print_calls(out, calls);
	if (per_user)
		print_users(out, calls);
}

void
metrics_print_down(FILE *out)
{
	print_up(out, 0);
}
