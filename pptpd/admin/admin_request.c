/* A request of a client of the control socket: one JSON object in a line. */
/* SPDX-License-Identifier: ISC */
#include "admin/admin_request.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char	*name;
	bool		 call;
} verbs[ADMIN_VERBS] = {
	[ADMIN_STATUS] = { "status", false },
	[ADMIN_LIST] = { "list", false },
	[ADMIN_SHOW] = { "show", true },
	[ADMIN_KICK] = { "kick", true },
	[ADMIN_HISTORY] = { "history", false },
	[ADMIN_EVENTS] = { "events", false },
	[ADMIN_TRACE] = { "trace", true },
	[ADMIN_RELOAD] = { "reload", false },
	[ADMIN_DRAIN] = { "drain", false },
	[ADMIN_SHUTDOWN] = { "shutdown", false },
	[ADMIN_UPGRADE] = { "upgrade", false },
	[ADMIN_NETWORKS] = { "networks", false },
	[ADMIN_LOG_LEVEL] = { "log-level", false },
};

static const char *const levels[] = {
	[ADMIN_LEVEL_INFO] = "info",
	[ADMIN_LEVEL_DEBUG] = "debug",
};

enum admin_verb
admin_verb_find(const char *name)
{
	enum admin_verb verb = 0;

	while (verb < ADMIN_VERBS && strcmp(verbs[verb].name, name) != 0)
		verb++;
	return verb;
}

const char *
admin_verb_name(enum admin_verb verb)
{
	return verbs[verb].name;
}

enum admin_level
admin_level_find(const char *name)
{
	for (int l = ADMIN_LEVEL_INFO; l <= ADMIN_LEVEL_DEBUG; l++) {
		if (strcmp(levels[l], name) == 0)
			return (enum admin_level)l;
	}
	return ADMIN_LEVEL_NONE;
}

const char *
admin_level_name(enum admin_level level)
{
	return levels[level];
}

bool
admin_verb_takes_call(enum admin_verb verb)
{
	return verbs[verb].call;
}

void
admin_error_set(struct admin_error *e, const char *code, const char *fmt, ...)
{
	va_list ap;

	e->code = code;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
}

static bool
bad(struct admin_error *e, const char *text)
{
	admin_error_set(e, "bad-request", "%s", text);
	return false;
}

/* Takes the id, a number or a short text, for the answer. */
static bool
take_id(struct admin_request *r, const json_t *root, struct admin_error *e)
{
	json_t *id = json_object_get(root, "id");

	if (id == NULL)
		return true;
	if (!json_is_integer(id) && (!json_is_string(id) ||
	    json_string_length(id) > ADMIN_ID_MAX))
		return bad(e, "\"id\" is neither a whole number nor a short "
		    "text");
	r->id = json_incref(id);
	return true;
}

static bool
take_verb(struct admin_request *r, const json_t *root, struct admin_error *e)
{
	const char *name = json_string_value(json_object_get(root,
	    "command"));

	if (name == NULL)
		return bad(e, "there is no \"command\"");
	r->verb = admin_verb_find(name);
	if (r->verb != ADMIN_VERBS)
		return true;
	admin_error_set(e, "unknown-command",
	    "this server does not know the command \"%.32s\"", name);
	return false;
}

static bool
take_call(struct admin_request *r, const json_t *root, struct admin_error *e)
{
	const json_t *call = json_object_get(root, "call");
	size_t len = json_string_length(call);

	if (!verbs[r->verb].call)
		return true;
	if (len == 0)
		return bad(e, "\"call\" does not say which call");
	if (len >= sizeof(r->call))
		return bad(e, "\"call\" is too long");
	memcpy(r->call, json_string_value(call), len + 1);
	return true;
}

static bool
take_count(struct admin_request *r, const json_t *root, struct admin_error *e)
{
	const json_t *count = json_object_get(root, "count");
	json_int_t n = json_integer_value(count);

	r->count = ADMIN_COUNT_USUAL;
	if (r->verb != ADMIN_HISTORY || count == NULL)
		return true;
	if (!json_is_integer(count) || n < 1 || n > UINT16_MAX)
		return bad(e, "\"count\" is no number from 1 to 65535");
	r->count = (unsigned int)n;
	return true;
}

static bool
take_all(struct admin_request *r, const json_t *root, struct admin_error *e)
{
	const json_t *all = json_object_get(root, "all");

	if (all != NULL && !json_is_boolean(all))
		return bad(e, "\"all\" is neither true nor false");
	r->all = r->verb == ADMIN_KICK && json_is_true(all);
	return true;
}

/* A number of a trace; without one the usual. */
static bool
take_limit(unsigned int *to, const json_t *root, const char *name,
    unsigned int usual, unsigned int most, struct admin_error *e)
{
	const json_t *limit = json_object_get(root, name);
	json_int_t n = json_integer_value(limit);

	*to = usual;
	if (limit == NULL)
		return true;
	if (!json_is_integer(limit) || n < 1 || n > (json_int_t)most) {
		admin_error_set(e, "bad-request", "\"%s\" is no number from 1 "
		    "to %u", name, most);
		return false;
	}
	*to = (unsigned int)n;
	return true;
}

/* Kick's "now" and "message". */
static bool
take_kick(struct admin_request *r, const json_t *root, struct admin_error *e)
{
	const json_t *now = json_object_get(root, "now");
	const json_t *message = json_object_get(root, "message");
	size_t len = json_string_length(message);

	if (r->verb != ADMIN_KICK)
		return true;
	if (now != NULL && !json_is_boolean(now))
		return bad(e, "\"now\" is neither true nor false");
	if (message != NULL && (!json_is_string(message) ||
	    len >= sizeof(r->message)))
		return bad(e, "\"message\" is no text of up to 160 octets");
	r->now = json_is_true(now);
	if (message != NULL)
		memcpy(r->message, json_string_value(message), len + 1);
	return true;
}

static bool
take_trace(struct admin_request *r, const json_t *root, struct admin_error *e)
{
	const json_t *wait = json_object_get(root, "wait");

	if (r->verb != ADMIN_TRACE)
		return true;
	if (wait != NULL && !json_is_boolean(wait))
		return bad(e, "\"wait\" is neither true nor false");
	r->wait = json_is_true(wait);
	return take_limit(&r->seconds, root, "seconds", ADMIN_TRACE_SECONDS,
	    ADMIN_TRACE_SECONDS_MAX, e) &&
	    take_limit(&r->packets, root, "packets", ADMIN_TRACE_PACKETS,
	    ADMIN_TRACE_PACKETS_MAX, e);
}

static bool
take_level(struct admin_request *r, const json_t *root, struct admin_error *e)
{
	const json_t *level = json_object_get(root, "level");

	if (r->verb != ADMIN_LOG_LEVEL || level == NULL)
		return true;
	if (json_is_string(level))
		r->level = admin_level_find(json_string_value(level));
	return r->level != ADMIN_LEVEL_NONE ||
	    bad(e, "\"level\" is neither info nor debug");
}

bool
admin_request_parse(struct admin_request *r, const char *line, size_t len,
    struct admin_error *e)
{
	json_error_t where;
	json_t *root = json_loadb(line, len, JSON_REJECT_DUPLICATES, &where);
	bool good;

	memset(r, 0, sizeof(*r));
	if (root == NULL) {
		admin_error_set(e, "bad-request", "no JSON: %s", where.text);
		return false;
	}
	good = json_is_object(root) || bad(e, "a request is an object");
	good = good && take_id(r, root, e) && take_verb(r, root, e) &&
	    take_call(r, root, e) && take_count(r, root, e) &&
	    take_all(r, root, e) && take_trace(r, root, e) &&
	    take_kick(r, root, e) && take_level(r, root, e);
	json_decref(root);
	return good;
}

void
admin_request_free(struct admin_request *r)
{
	json_decref(r->id);
	r->id = NULL;
}
