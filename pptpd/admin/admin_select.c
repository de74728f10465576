/* Which calls of a list an administrator wants to see, and in which order. */
/* SPDX-License-Identifier: ISC */
#include "admin/admin_select.h"

#include <stdlib.h>
#include <string.h>

#include "admin/admin_text.h"

static const char *const fields[ADMIN_FILTERS] = {
	[ADMIN_BY_USER] = "user",
	[ADMIN_BY_CLIENT] = "client",
	[ADMIN_BY_ADDRESS] = "remote",
	[ADMIN_BY_INTERFACE] = "interface",
	[ADMIN_BY_STATE] = "state",
};

bool
admin_can_sort(const char *sort)
{
	return admin_text_is_field(sort + (sort[0] == '-'));
}

static bool
fits(const json_t *call, const struct admin_selection *s)
{
	for (int f = 0; f < ADMIN_FILTERS; f++) {
		const char *value = json_string_value(json_object_get(call,
		    fields[f]));

		if (s->filter[f] != NULL && (value == NULL ||
		    strcmp(value, s->filter[f]) != 0))
			return false;
	}
	return true;
}

struct row {
	json_t		*call;
	const json_t	*key;
	bool		 down;
	size_t		 nth;	/* keeps equal ones in their order */
};

static int
compare_keys(const json_t *a, const json_t *b)
{
	if (json_is_integer(a) && json_is_integer(b)) {
		json_int_t x = json_integer_value(a), y =
		    json_integer_value(b);

		return (x > y) - (x < y);
	}
	if (json_is_string(a) && json_is_string(b))
		return strcmp(json_string_value(a), json_string_value(b));
	/* What has no value is less than what has one. */
	return (a != NULL && !json_is_null(a)) -
	    (b != NULL && !json_is_null(b));
}

/* For qsort(3). */
static int
compare(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int order = compare_keys(x->key, y->key);

	if (order == 0)
		return (x->nth > y->nth) - (x->nth < y->nth);
	return x->down ? -order : order;
}

json_t *
admin_select(const json_t *calls, const struct admin_selection *s)
{
	const char *sort = s->sort != NULL ? s->sort : "";
	bool down = sort[0] == '-';
	size_t n = 0, i;
	struct row *rows = calloc(json_array_size(calls) + 1, sizeof(*rows));
	json_t *chosen = json_array(), *call;

	if (rows == NULL || chosen == NULL) {
		free(rows);
		json_decref(chosen);
		return NULL;
	}
	json_array_foreach(calls, i, call) {
		if (!fits(call, s))
			continue;
		rows[n] = (struct row){ call, json_object_get(call,
		    sort + down), down, n };
		n++;
	}
	qsort(rows, n, sizeof(*rows), compare);
	for (i = 0; i < n; i++)
		(void)json_array_append(chosen, rows[i].call);
	free(rows);
	return chosen;
}
