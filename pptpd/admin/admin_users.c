/* Who is logged in how often, made of the list of calls. */
/* SPDX-License-Identifier: ISC */
#include "admin/admin_users.h"

#include <stdlib.h>
#include <string.h>

/* Appends a text of the call to a list of the user, if it is not there yet. */
static void
add_text(json_t *user, const char *list, const json_t *call, const char *key)
{
	json_t *texts = json_object_get(user, list), *there;
	json_t *text = json_object_get(call, key);
	size_t i;

	if (!json_is_string(text))
		return;
	json_array_foreach(texts, i, there) {
		if (json_equal(there, text))
			return;
	}
	(void)json_array_append(texts, text);
}

static void
add_number(json_t *user, const char *key, json_int_t n)
{
	json_t *sum = json_object_get(user, key);

	(void)json_integer_set(sum, json_integer_value(sum) + n);
}

static void
add_call(json_t *user, const json_t *call)
{
	json_t *since = json_object_get(user, "since");
	json_int_t at = json_integer_value(json_object_get(call, "since"));

	if (json_integer_value(json_object_get(user, "calls")) == 0 ||
	    at < json_integer_value(since))
		(void)json_integer_set(since, at);
	add_number(user, "calls", 1);
	add_text(user, "clients", call, "client");
	add_text(user, "sessions", call, "session");
	add_number(user, "octets_in", json_integer_value(
	    json_object_get(call, "octets_in")));
	add_number(user, "octets_out", json_integer_value(
	    json_object_get(call, "octets_out")));
}

/* A call that has a user. */
struct row {
	const json_t	*call;
	const char	*user;
};

static int
compare(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return strcmp(x->user, y->user);
}

/* The calls in the order of their users; *n of them.  NULL: no memory. */
static struct row *
by_user(const json_t *calls, size_t *n)
{
	struct row *rows = calloc(json_array_size(calls) + 1, sizeof(*rows));
	const json_t *call;
	size_t i;

	*n = 0;
	if (rows == NULL)
		return NULL;
	json_array_foreach(calls, i, call) {
		const char *user = json_string_value(json_object_get(call,
		    "user"));

		if (user != NULL)
			rows[(*n)++] = (struct row){ call, user };
	}
	qsort(rows, *n, sizeof(*rows), compare);
	return rows;
}

json_t *
admin_users(const json_t *calls)
{
	json_t *users = json_array(), *user = NULL;
	size_t n;
	struct row *rows = by_user(calls, &n);

	for (size_t i = 0; rows != NULL && i < n; i++) {
		if (i == 0 || compare(&rows[i - 1], &rows[i]) != 0) {
			user = json_pack("{ss si s[] s[] si sI sI}",
			    "user", rows[i].user,
			    "calls", 0, "clients", "sessions", "since", 0,
			    "octets_in", (json_int_t)0,
			    "octets_out", (json_int_t)0);
			(void)json_array_append_new(users, user);
		}
		add_call(user, rows[i].call);
	}
	free(rows);
	return users;
}
