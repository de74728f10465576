/* pptpdctl top: calls with their rates, as a page of text. */
/* SPDX-License-Identifier: ISC */
#include "ctl/top.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "admin/admin_text.h"

#define HEAD_ROWS	6	/* above the calls */
#define LINE_SIZE	512
#define COLUMNS_LEAST	40
#define NUMBER_MAX	1e16	/* in a ms, it still fits in 64 bits a second */

struct row {
	const json_t	*call;
	double		 in, out;	/* octets per second */
	double		 loss;		/* of the client's packets, per cent */
	double		 reordered;	/* packets per second */
	double		 seconds;
};

/* --- answers ------------------------------------------------------------- */

static double
number(const json_t *object, const char *key)
{
	double n = json_number_value(json_object_get(object, key));

	return n > NUMBER_MAX ? NUMBER_MAX : n > 0 ? n : 0;
}

static const char *
text(const json_t *object, const char *key)
{
	const char *s = json_string_value(json_object_get(object, key));

	return s != NULL && s[0] != '\0' ? s : "-";
}

void
top_free(struct top *t)
{
	json_decref(t->status);
	json_decref(t->calls);
	json_decref(t->old_status);
	json_decref(t->old_calls);
	t->status = t->calls = t->old_status = t->old_calls = NULL;
}

static json_t *
by_session(json_t *calls)
{
	json_t *all = json_object(), *call;
	size_t i;

	json_array_foreach(calls, i, call)
		(void)json_object_set(all, text(call, "session"), call);
	return all;
}

void
top_take(struct top *t, json_t *status, json_t *calls, uint64_t at)
{
	json_decref(t->old_status);
	json_decref(t->old_calls);
	t->old_status = t->status;
	t->old_calls = t->calls != NULL ? by_session(t->calls) : NULL;
	json_decref(t->calls);
	t->old_at = t->at;
	t->status = status;
	t->calls = calls;
	t->at = at;
}

/* The same call a while ago; NULL: it is new. */
static const json_t *
before(const struct top *t, const json_t *call)
{
	return json_object_get(t->old_calls, text(call, "session"));
}

/* How much it has grown since; a counter that has begun anew: by all of it. */
static double
growth(const json_t *now, const json_t *old, const char *key)
{
	double n = number(now, key), was = number(old, key);

	return n >= was ? n - was : n;
}

static double
seconds_between(const struct top *t)
{
	return t->old_calls != NULL && t->at > t->old_at ?
	    (double)(t->at - t->old_at) / 1000 : 0;
}

static double
share(double part, double rest)
{
	return part + rest > 0 ? 100 * part / (part + rest) : 0;
}

/* On the first page there is nothing to compare with: a call's mean. */
static void
fill(struct row *row, const struct top *t, const json_t *call)
{
	const json_t *old = before(t, call);
	double s = seconds_between(t);

	row->call = call;
	row->seconds = number(call, "seconds");
	if (old == NULL || s == 0)
		s = row->seconds > 0 ? row->seconds : 1;
	row->in = growth(call, old, "octets_in") / s;
	row->out = growth(call, old, "octets_out") / s;
	row->reordered = growth(call, old, "packets_reordered") / s;
	row->loss = share(growth(call, old, "packets_lost"), growth(call, old,
	    "packets_in"));
}

/* --- order --------------------------------------------------------------- */

static const struct top *sorted;	/* for compare(), by qsort(3) */

static int
compare_numbers(double a, double b)
{
	return a < b ? 1 : a > b ? -1 : 0;
}

static int
compare_rows(const struct row *a, const struct row *b)
{
	switch (sorted->sort) {
	case TOP_BY_USER:
		return strcmp(text(a->call, "user"), text(b->call, "user"));
	case TOP_BY_CLIENT:
		return strcmp(text(a->call, "client"), text(b->call,
		    "client"));
	case TOP_BY_TIME:
		return compare_numbers(a->seconds, b->seconds);
	case TOP_BY_IN:
		return compare_numbers(a->in, b->in);
	case TOP_BY_OUT:
		return compare_numbers(a->out, b->out);
	case TOP_BY_LOSS:
		return compare_numbers(a->loss, b->loss);
	case TOP_BY_REORDERED:
		return compare_numbers(a->reordered, b->reordered);
	case TOP_BY_CALL:
	case TOP_SORTS:
		break;
	}
	return 0;
}

static int
compare(const void *one, const void *two)
{
	const struct row *a = one, *b = two;
	int n = compare_rows(a, b);

	if (n == 0)	/* so that rows do not jump about */
		n = strcmp(text(a->call, "call_id"), text(b->call, "call_id"));
	return sorted->reverse ? -n : n;
}

/* --- a page -------------------------------------------------------------- */

struct page {
	FILE		*out;
	unsigned int	 columns, rows, row;	/* rows 0: no end */
	const char	*end;
};

/* Prints a line, cut at the edge; nothing below it. */
static void
put(struct page *p, const char *line)
{
	if (p->rows != 0 && p->row >= p->rows)
		return;
	if (p->row++ > 0)
		fputs(p->end, p->out);
	for (unsigned int i = 0; i < p->columns && line[i] != '\0'; i++)
		fputc(line[i] >= ' ' && line[i] < 0x7f ? line[i] : '?',
		    p->out);
}

/* Octets or packets per second, in five characters. */
static const char *
rate(char buf[24], double n)
{
	return admin_text_octets(buf, 24, (uint64_t)(n + 0.5));
}

static const char *const names[TOP_SORTS] = {
	"call", "user", "client", "time", "in", "out", "loss", "reordered"
};

static void
put_server(struct page *p, const struct top *t)
{
	char line[LINE_SIZE], up[24], engine[24], date[32];
	time_t now = time(NULL);
	struct tm tm;

	if (localtime_r(&now, &tm) == NULL ||
	    strftime(date, sizeof(date), "%H:%M:%S", &tm) == 0)
		date[0] = '\0';
	snprintf(line, sizeof(line), "pptpd %s - %s up %s, engine %s, %.0f "
	    "restarts%s", text(t->status, "version"), date,
	    admin_text_time(up, sizeof(up), (uint64_t)number(t->status,
	    "uptime")), admin_text_time(engine, sizeof(engine),
	    (uint64_t)number(t->status, "engine_uptime")), number(t->status,
	    "engine_restarts"), json_is_true(json_object_get(t->status,
	    "draining")) ? ", draining" : "");
	put(p, line);
}

static unsigned int
in_state(const struct top *t, const char *state)
{
	unsigned int n = 0;
	const json_t *call;
	size_t i;

	json_array_foreach(t->calls, i, call)
		n += strcmp(text(call, "state"), state) == 0;
	return n;
}

/* Refusals of all kinds; a server counts each kind. */
static double
refusals(const json_t *status)
{
	json_t *all = json_object_get(status, "refused"), *n;
	const char *key;
	double sum = 0;

	json_object_foreach(all, key, n)
		sum += json_number_value(n);
	return sum;
}

static void
put_calls(struct page *p, const struct top *t)
{
	char line[LINE_SIZE];
	double s = seconds_between(t), n = refusals(t->status);

	if (s > 0)
		n = n >= refusals(t->old_status) ?
		    (n - refusals(t->old_status)) / s : n / s;
	snprintf(line, sizeof(line), "Calls: %zu, %u up, %u login, %u starting; "
	    "%.0f of %.0f slots free; %.*f refused%s",
	    json_array_size(t->calls), in_state(t, "up"), in_state(t, "login"),
	    in_state(t, "starting"), number(t->status, "slots_free"),
	    number(t->status, "slots"), s > 0, n, s > 0 ? "/s" : "");
	put(p, line);
}

/* All calls together, those that have ended meanwhile included. */
static void
put_traffic(struct page *p, const struct top *t)
{
	const json_t *now = json_object_get(t->status, "traffic");
	const json_t *old = json_object_get(t->old_status, "traffic");
	char line[LINE_SIZE], in[24], out[24], pin[24], pout[24];
	double s = seconds_between(t);

	if (s == 0)
		s = number(t->status, "engine_uptime");
	if (s == 0)
		s = 1;
	snprintf(line, sizeof(line), "In: %s octets/s, %s packets/s  Out: %s "
	    "octets/s, %s packets/s", rate(in, growth(now, old, "octets_in") /
	    s), rate(pin, growth(now, old, "packets_in") / s), rate(out,
	    growth(now, old, "octets_out") / s), rate(pout, growth(now, old,
	    "packets_out") / s));
	put(p, line);
	snprintf(line, sizeof(line), "From clients: %.1f%% lost, %.1f%% late, "
	    "%.1f%% twice, %.1f%% reordered", share(growth(now, old,
	    "packets_lost"), growth(now, old, "packets_in")), share(growth(now,
	    old, "packets_late"), growth(now, old, "packets_in")),
	    share(growth(now, old, "packets_duplicate"), growth(now, old,
	    "packets_in")), share(growth(now, old, "packets_reordered"),
	    growth(now, old, "packets_in")));
	put(p, line);
}

/* Where there is room, users and diagnoses get more of it. */
static void
put_row(struct page *p, const char *const cell[])
{
	int more = p->columns > 80 ? (int)(p->columns - 80) / 2 : 0;
	char line[LINE_SIZE];

	snprintf(line, sizeof(line), "%-4.4s %-*.*s %-15.15s %-5.5s %6.6s %5.5s "
	    "%5.5s %5.5s %5.5s %-*.*s", cell[0], 11 + more, 11 + more, cell[1],
	    cell[2], cell[3], cell[4], cell[5], cell[6], cell[7], cell[8],
	    10 + more, 10 + more, cell[9]);
	put(p, line);
}

static void
put_call(struct page *p, const struct row *row)
{
	char time[24], in[24], out[24], loss[24], reordered[24];
	const char *cell[] = {
		text(row->call, "call_id"), text(row->call, "user"),
		text(row->call, "client"), text(row->call, "state"),
		admin_text_time(time, sizeof(time), (uint64_t)row->seconds),
		rate(in, row->in), rate(out, row->out), loss,
		rate(reordered, row->reordered),
		text(row->call, "diagnosis")
	};

	snprintf(loss, sizeof(loss), "%.1f", row->loss);
	put_row(p, cell);
}

static void
put_help(struct page *p)
{
	static const char *const lines[] = {
		"q        quit",
		"h  ?     this text, and back",
		"c u a t  sort by Call ID, user, address of the client, time",
		"i o      sort by octets per second from, to the client",
		"l r      sort by loss, by packets out of order",
		"<  >     sort by the column before, behind",
		"R        turn the order round",
		"space    now",
		"+  -     twice as often, half as often",
		"j k      down, up a line;  f b: a page;  g: to the first",
		"",
		"IN and OUT are octets per second.  LOSS is the share of",
		"the client's packets that never came, in per cent.  REORD",
		"are packets per second that came out of order.  Of calls",
		"that the kernel carries neither is known.",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		put(p, lines[i]);
}

static void
put_table(struct page *p, const struct top *t)
{
	static const char *const titles[] = { "CALL", "USER", "CLIENT",
	    "STATE", "TIME", "IN/s", "OUT/s", "LOSS%", "REORD", "DIAGNOSIS" };
	size_t n = json_array_size(t->calls), count = 0, i;
	struct row *rows = calloc(n + 1, sizeof(*rows));
	const json_t *call;

	put_row(p, titles);
	if (rows == NULL)
		return;
	json_array_foreach(t->calls, i, call)
		fill(&rows[count++], t, call);
	sorted = t;
	qsort(rows, count, sizeof(*rows), compare);
	for (i = t->first < count ? t->first : 0; i < count; i++)
		put_call(p, &rows[i]);
	free(rows);
}

void
top_print(FILE *out, const struct top *t, unsigned int columns,
    unsigned int rows, const char *end)
{
	struct page p = { out, columns < COLUMNS_LEAST ? COLUMNS_LEAST :
	    columns, rows, 0, end };
	char line[LINE_SIZE];

	put_server(&p, t);
	put_calls(&p, t);
	put_traffic(&p, t);
	snprintf(line, sizeof(line), "Sorted by %s%s%s", names[t->sort],
	    t->reverse ? ", the other way round" : "", rows != 0 ?
	    "; h for help" : "");
	put(&p, line);
	if (t->help)
		put_help(&p);
	else
		put_table(&p, t);
	fputs(end, out);
}

/* --- keys ---------------------------------------------------------------- */

static enum top_key
sort_by(struct top *t, enum top_sort sort)
{
	t->sort = sort;
	t->first = 0;
	return TOP_REDRAW;
}

/* Scrolls by so many rows. */
static enum top_key
scroll(struct top *t, int by)
{
	size_t n = json_array_size(t->calls);

	if (by < 0)
		t->first = t->first < (unsigned int)-by ? 0 :
		    t->first - (unsigned int)-by;
	else if (t->first + (unsigned int)by < n)
		t->first += (unsigned int)by;
	return TOP_REDRAW;
}

enum top_key
top_key(struct top *t, int key, unsigned int rows)
{
	static const char sorts[TOP_SORTS + 1] = "cuatiolr";
	const char *sort = key > 0 && key < 0x7f ? strchr(sorts, key) : NULL;
	int page = rows > HEAD_ROWS + 1 ? (int)(rows - HEAD_ROWS) : 1;

	if (sort != NULL)
		return sort_by(t, (enum top_sort)(sort - sorts));
	switch (key) {
	case 'q':
		return TOP_QUIT;
	case 'h':
	case '?':
		t->help = !t->help;
		return TOP_REDRAW;
	case 'R':
		t->reverse = !t->reverse;
		return TOP_REDRAW;
	case '<':
		return sort_by(t, (t->sort + TOP_SORTS - 1) % TOP_SORTS);
	case '>':
		return sort_by(t, (t->sort + 1) % TOP_SORTS);
	case ' ':
	case '\n':
	case '\r':
		return TOP_NOW;
	case '+':
		return TOP_FASTER;
	case '-':
		return TOP_SLOWER;
	case 'j':
		return scroll(t, 1);
	case 'k':
		return scroll(t, -1);
	case 'f':
		return scroll(t, page);
	case 'b':
		return scroll(t, -page);
	case 'g':
		return sort_by(t, t->sort);
	default:
		return TOP_IGNORED;
	}
}
