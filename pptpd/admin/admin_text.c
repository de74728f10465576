/* Prints answers of the control socket for people: tables and lists. */
/* SPDX-License-Identifier: ISC */
#include "admin/admin_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "admin/admin_colour.h"

#define CELL_MAX	240	/* octets of a value, NUL included */
#define GAP		2	/* blanks between columns */
#define LABEL_WIDTH	26

enum kind { PLAIN, OCTETS, DURATION, DATE };

struct field {
	const char	*key, *title;
	enum kind	 kind;
};

/* Control characters, and those of C1 in UTF-8 (0xc2 0x80 to 0x9f). */
static void
make_safe(char *text)
{
	unsigned char *s = (unsigned char *)text;

	for (; *s != '\0'; s++) {
		if (*s < ' ' || *s == 0x7f)
			*s = '?';
		else if (s[0] == 0xc2 && s[1] >= 0x80 && s[1] < 0xa0)
			s[0] = s[1] = '?';
	}
}

void
admin_text_put(FILE *out, const char *text)
{
	char *copy = strdup(text);

	if (copy == NULL)
		return;
	make_safe(copy);
	fputs(copy, out);
	free(copy);
}

char *
admin_text_time(char *buf, size_t size, uint64_t s)
{
	if (s < 60)
		snprintf(buf, size, "%" PRIu64 "s", s);
	else if (s < 3600)
		snprintf(buf, size, "%" PRIu64 "m%02" PRIu64 "s", s / 60,
		    s % 60);
	else if (s < 86400)
		snprintf(buf, size, "%" PRIu64 "h%02" PRIu64 "m", s / 3600,
		    s % 3600 / 60);
	else
		snprintf(buf, size, "%" PRIu64 "d%02" PRIu64 "h", s / 86400,
		    s % 86400 / 3600);
	return buf;
}

char *
admin_text_octets(char *buf, size_t size, uint64_t octets)
{
	static const char units[] = "KMGTPE";
	uint64_t unit = 1024;
	size_t i = 0;

	if (octets < unit) {
		snprintf(buf, size, "%" PRIu64, octets);
		return buf;
	}
	while (octets / unit >= 1024) {
		unit *= 1024;
		i++;
	}
	if (octets / unit < 10)
		snprintf(buf, size, "%" PRIu64 ".%" PRIu64 "%c",
		    octets / unit, octets % unit * 10 / unit, units[i]);
	else
		snprintf(buf, size, "%" PRIu64 "%c", octets / unit, units[i]);
	return buf;
}

static void
put_date(char *buf, size_t size, json_int_t at)
{
	time_t t = (time_t)at;
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL ||
	    strftime(buf, size, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		snprintf(buf, size, "-");
}

/* Texts with commas between them, as many as fit. */
static void
join(char buf[CELL_MAX], const json_t *texts)
{
	size_t used = 0, i;
	const json_t *text;

	buf[0] = '\0';
	json_array_foreach(texts, i, text) {
		const char *s = json_is_string(text) ?
		    json_string_value(text) : "?";

		if (used + strlen(s) + sizeof(",...") > CELL_MAX) {
			snprintf(buf + used, CELL_MAX - used, ",...");
			return;
		}
		used += (size_t)snprintf(buf + used, CELL_MAX - used, "%s%s",
		    i > 0 ? "," : "", s);
	}
}

/* A value as text, "-" if there is none. */
static void
cell(char buf[CELL_MAX], const json_t *value, enum kind kind)
{
	json_int_t n = json_integer_value(value);

	if (json_is_integer(value) && n >= 0 && kind == OCTETS)
		admin_text_octets(buf, CELL_MAX, (uint64_t)n);
	else if (json_is_integer(value) && n >= 0 && kind == DURATION)
		admin_text_time(buf, CELL_MAX, (uint64_t)n);
	else if (json_is_integer(value) && kind == DATE)
		put_date(buf, CELL_MAX, n);
	else if (json_is_integer(value))
		snprintf(buf, CELL_MAX, "%" JSON_INTEGER_FORMAT, n);
	else if (json_is_string(value) && json_string_length(value) > 0)
		snprintf(buf, CELL_MAX, "%s", json_string_value(value));
	else if (json_is_array(value) && json_array_size(value) > 0)
		join(buf, value);
	else if (json_is_boolean(value))
		snprintf(buf, CELL_MAX, "%s", json_is_true(value) ? "yes" :
		    "no");
	else
		snprintf(buf, CELL_MAX, "-");
	make_safe(buf);
}

static void
put_line(FILE *out, const char *title, const char *value,
    enum admin_colour colour)
{
	char safe[CELL_MAX];

	snprintf(safe, sizeof(safe), "%s", title);
	make_safe(safe);
	fprintf(out, "%-*s", LABEL_WIDTH, safe);
	admin_colour_put(out, colour, value, 0);
	fputc('\n', out);
}

static void
put_fields(FILE *out, const json_t *object, const struct field *f, size_t n)
{
	char value[CELL_MAX];

	for (; n > 0; n--, f++) {
		cell(value, json_object_get(object, f->key), f->kind);
		put_line(out, f->title, value,
		    admin_colour_of(f->key, value));
	}
}

/* --- one call ------------------------------------------------------------ */

static const struct field call_fields[] = {
	{ "session", "session", PLAIN },
	{ "call_id", "Call ID", PLAIN },
	{ "peer_call_id", "Call ID of the client", PLAIN },
	{ "state", "state", PLAIN },
	{ "diagnosis", "diagnosis", PLAIN },
	{ "diagnosis_text", "", PLAIN },
	{ "user", "user", PLAIN },
	{ "client", "client", PLAIN },
	{ "server", "at", PLAIN },
	{ "says_name", "says its name is", PLAIN },
	{ "says_version", "says it is", PLAIN },
	{ "interface", "interface", PLAIN },
	{ "local", "local address", PLAIN },
	{ "remote", "remote address", PLAIN },
	{ "datapath", "data path", PLAIN },
	{ "since", "since", DATE },
	{ "seconds", "for", DURATION },
	{ "slot", "slot", PLAIN },
	{ "pppd_pid", "pppd", PLAIN },
	{ "octets_in", "octets received", PLAIN },
	{ "octets_out", "octets sent", PLAIN },
	{ "packets_in", "packets received", PLAIN },
	{ "packets_out", "packets sent", PLAIN },
	{ "packets_lost", "lost on the way", PLAIN },
	{ "packets_reordered", "put back in order", PLAIN },
	{ "packets_late", "too late", PLAIN },
	{ "packets_duplicate", "duplicate", PLAIN },
	{ "packets_distant", "too far ahead", PLAIN },
	{ "sequence_jumps", "jumps in sequence", PLAIN },
	{ "acknowledged", "acknowledged up to", PLAIN },
};

void
admin_text_call(FILE *out, const json_t *call)
{
	put_fields(out, call, call_fields,
	    sizeof(call_fields) / sizeof(call_fields[0]));
}

/* --- tables -------------------------------------------------------------- */

static void
measure(size_t *width, const struct field *columns, size_t n,
    const json_t *rows)
{
	char value[CELL_MAX];
	size_t i, c;
	const json_t *row;

	for (c = 0; c < n; c++) {
		width[c] = strlen(columns[c].title);
		json_array_foreach(rows, i, row) {
			cell(value, json_object_get(row, columns[c].key),
			    columns[c].kind);
			if (strlen(value) > width[c])
				width[c] = strlen(value);
		}
	}
}

/* row NULL: the titles. */
static void
put_row(FILE *out, const size_t *width, const struct field *columns, size_t n,
    const json_t *row)
{
	char value[CELL_MAX];

	for (size_t c = 0; c < n; c++) {
		if (row == NULL)
			snprintf(value, sizeof(value), "%s",
			    columns[c].title);
		else
			cell(value, json_object_get(row, columns[c].key),
			    columns[c].kind);
		admin_colour_put(out, row == NULL ? ADMIN_TITLE :
		    admin_colour_of(columns[c].key, value), value,
		    c + 1 < n ? (int)(width[c] + GAP) : 0);
	}
	fputc('\n', out);
}

static const struct field columns[] = {
	{ "call_id", "CALL", PLAIN },
	{ "user", "USER", PLAIN },
	{ "client", "CLIENT", PLAIN },
	{ "remote", "ADDRESS", PLAIN },
	{ "interface", "INTERFACE", PLAIN },
	{ "state", "STATE", PLAIN },
	{ "seconds", "TIME", DURATION },
	{ "octets_in", "IN", OCTETS },
	{ "octets_out", "OUT", OCTETS },
	{ "session", "SESSION", PLAIN },
	{ "diagnosis", "DIAGNOSIS", PLAIN },
};
#define COLUMNS	(sizeof(columns) / sizeof(columns[0]))

/* All fields, as columns. */
static const struct field more_columns[] = {
	{ "peer_call_id", "PEER", PLAIN },
	{ "server", "SERVER", PLAIN },
	{ "local", "LOCAL", PLAIN },
	{ "datapath", "DATAPATH", PLAIN },
	{ "since", "SINCE", DATE },
	{ "slot", "SLOT", PLAIN },
	{ "pppd_pid", "PPPD", PLAIN },
	{ "authenticated", "AUTHENTICATED", PLAIN },
	{ "diagnosis_text", "WORDS", PLAIN },
	{ "packets_in", "PACKETS-IN", PLAIN },
	{ "packets_out", "PACKETS-OUT", PLAIN },
	{ "packets_lost", "LOST", PLAIN },
	{ "packets_reordered", "REORDERED", PLAIN },
	{ "packets_late", "LATE", PLAIN },
	{ "packets_duplicate", "DUPLICATE", PLAIN },
	{ "packets_distant", "DISTANT", PLAIN },
	{ "sequence_jumps", "JUMPS", PLAIN },
	{ "acknowledged", "ACKNOWLEDGED", PLAIN },
	{ "says_name", "SAYS-NAME", PLAIN },
	{ "says_version", "SAYS-VERSION", PLAIN },
};
#define MORE_COLUMNS	(sizeof(more_columns) / sizeof(more_columns[0]))
#define FIELDS_MAX	(COLUMNS + MORE_COLUMNS)

/* The column of a field whose name has len octets; NULL: there is none. */
static const struct field *
find_column(const char *name, size_t len)
{
	for (size_t i = 0; i < FIELDS_MAX; i++) {
		const struct field *f = i < COLUMNS ? &columns[i] :
		    &more_columns[i - COLUMNS];

		if (strlen(f->key) == len && strncmp(f->key, name, len) == 0)
			return f;
	}
	return NULL;
}

bool
admin_text_is_field(const char *name)
{
	return find_column(name, strlen(name)) != NULL;
}

/* Takes the columns of a list of names; returns their number, 0: it is none. */
static size_t
take_columns(struct field *chosen, const char *names)
{
	size_t n = 0, len;
	const struct field *f;

	for (;; names += len + 1) {
		len = strcspn(names, ",");
		f = find_column(names, len);
		if (f == NULL || n == FIELDS_MAX)
			return 0;
		chosen[n++] = *f;
		if (names[len] == '\0')
			return n;
	}
}

bool
admin_text_are_columns(const char *names)
{
	struct field chosen[FIELDS_MAX];

	return take_columns(chosen, names) > 0;
}

void
admin_text_list(FILE *out, const json_t *calls, const char *names)
{
	struct field chosen[FIELDS_MAX];
	size_t width[FIELDS_MAX], n = COLUMNS, i;
	const json_t *call;

	memcpy(chosen, columns, sizeof(columns));
	if (names != NULL)
		n = take_columns(chosen, names);
	if (n == 0)
		return;
	measure(width, chosen, n, calls);
	put_row(out, width, chosen, n, NULL);
	json_array_foreach(calls, i, call)
		put_row(out, width, chosen, n, call);
}

static const struct field past[] = {
	{ "at", "WHEN", DATE },
	{ "event", "WHAT", PLAIN },
	{ "times", "TIMES", PLAIN },
	{ "client", "CLIENT", PLAIN },
	{ "user", "USER", PLAIN },
	{ "remote", "ADDRESS", PLAIN },
	{ "seconds", "TIME", DURATION },
	{ "octets_in", "IN", OCTETS },
	{ "octets_out", "OUT", OCTETS },
	{ "session", "SESSION", PLAIN },
	{ "reason", "REASON", PLAIN },
	{ "diagnosis", "DIAGNOSIS", PLAIN },
	{ "says_name", "SAYS-NAME", PLAIN },
};
#define PAST	(sizeof(past) / sizeof(past[0]))

void
admin_text_history(FILE *out, const json_t *entries)
{
	size_t width[PAST], i;
	const json_t *entry;

	measure(width, past, PAST, entries);
	put_row(out, width, past, PAST, NULL);
	json_array_foreach(entries, i, entry)
		put_row(out, width, past, PAST, entry);
}

static const struct field users[] = {
	{ "user", "USER", PLAIN },
	{ "calls", "CALLS", PLAIN },
	{ "since", "SINCE", DATE },
	{ "octets_in", "IN", OCTETS },
	{ "octets_out", "OUT", OCTETS },
	{ "clients", "CLIENTS", PLAIN },
};
#define USERS	(sizeof(users) / sizeof(users[0]))

void
admin_text_users(FILE *out, const json_t *all)
{
	size_t width[USERS], i;
	const json_t *user;

	measure(width, users, USERS, all);
	put_row(out, width, users, USERS, NULL);
	json_array_foreach(all, i, user)
		put_row(out, width, users, USERS, user);
}

static const struct field networks[] = {
	{ "network", "NETWORK", PLAIN },
	{ "calls", "CALLS", PLAIN },
	{ "first", "FIRST", DATE },
	{ "last", "LAST", DATE },
	{ "diagnosis", "DIAGNOSIS", PLAIN },
};
#define NETWORKS	(sizeof(networks) / sizeof(networks[0]))

void
admin_text_networks(FILE *out, const json_t *all)
{
	size_t width[NETWORKS], i;
	const json_t *network;

	measure(width, networks, NETWORKS, all);
	put_row(out, width, networks, NETWORKS, NULL);
	json_array_foreach(all, i, network)
		put_row(out, width, networks, NETWORKS, network);
}

/* --- events -------------------------------------------------------------- */

/* What is known of it, behind its time and its name. */
static const struct field event_words[] = {
	{ "client", "client", PLAIN },
	{ "session", "session", PLAIN },
	{ "call_id", "call", PLAIN },
	{ "user", "user", PLAIN },
	{ "interface", "interface", PLAIN },
	{ "remote", "address", PLAIN },
	{ "reason", "reason", PLAIN },
	{ "text", "text", PLAIN },
	{ "diagnosis", "diagnosis", PLAIN },
	{ "diagnosis_text", "words", PLAIN },
	{ "count", "count", PLAIN },
};

void
admin_text_event(FILE *out, const json_t *event)
{
	char value[CELL_MAX];
	const json_t *got = json_object_get(event, "at");

	cell(value, got, DATE);
	fprintf(out, "%-19s  ", value);
	cell(value, json_object_get(event, "event"), PLAIN);
	admin_colour_put(out, admin_colour_of("event", value), value, 16);
	for (size_t i = 0; i < sizeof(event_words) / sizeof(event_words[0]);
	    i++) {
		got = json_object_get(event, event_words[i].key);
		if (got == NULL || json_is_null(got))
			continue;
		cell(value, got, event_words[i].kind);
		fprintf(out, strchr(value, ' ') == NULL ? " %s=%s" :
		    " %s=\"%s\"", event_words[i].title, value);
	}
	fputc('\n', out);
}

/* --- the server ---------------------------------------------------------- */

static const struct field status_fields[] = {
	{ "version", "version", PLAIN },
	{ "pid", "process", PLAIN },
	{ "uptime", "up for", DURATION },
	{ "engine_uptime", "engine up for", DURATION },
	{ "engine_restarts", "engine restarts", PLAIN },
	{ "sandbox", "sandbox", PLAIN },
	{ "draining", "draining", PLAIN },
	{ "stopping", "stopping", PLAIN },
	{ "calls", "calls", PLAIN },
	{ "slots", "slots", PLAIN },
	{ "slots_free", "free slots", PLAIN },
	{ "connections", "control connections", PLAIN },
	{ "unauthenticated", "unauthenticated", PLAIN },
};

static void
put_object(FILE *out, const char *title, json_t *object)
{
	char value[CELL_MAX];
	void *i;

	fprintf(out, "\n%s\n", title);
	for (i = json_object_iter(object); i != NULL;
	    i = json_object_iter_next(object, i)) {
		cell(value, json_object_iter_value(i), PLAIN);
		put_line(out, json_object_iter_key(i), value, ADMIN_PLAIN);
	}
}

void
admin_text_status(FILE *out, const json_t *status)
{
	put_fields(out, status, status_fields,
	    sizeof(status_fields) / sizeof(status_fields[0]));
	put_object(out, "limits", json_object_get(status, "limits"));
	put_object(out, "refused since the engine started",
	    json_object_get(status, "refused"));
	put_object(out, "GRE packets of no use",
	    json_object_get(status, "gre"));
	put_object(out, "frames from pppds",
	    json_object_get(status, "hdlc"));
}
