/* pptpdctl metrics: figures of pptpd-aaa and its servers. */
/* SPDX-License-Identifier: ISC */
#include "ctl/metrics_aaa.h"

#include "ctl/metrics_text.h"
#include "state/histogram.h"

_Static_assert(AAA_TIMES == HISTOGRAM_BOUNDS + 1, "a class is left out");

/* Counters of a family: which, and the value of its label. */
struct part {
	int	 count;
	const char *value;
};
#define PARTS(list)	(list), sizeof(list) / sizeof((list)[0])

/* --- pptpd-aaa as a whole ------------------------------------------------ */

static void
print_one(FILE *out, const char *name, const char *type, const char *help,
    double n)
{
	metrics_head(out, name, type, help);
	metrics_sample(out, name, n, NO_MORE);
}

static void
print_parts(FILE *out, const struct aaa_state *s, const char *name,
    const char *help, const struct part *part, size_t n)
{
	metrics_head(out, name, "counter", help);
	for (size_t i = 0; i < n; i++)
		metrics_sample(out, name, (double)s->count[part[i].count],
		    "result", part[i].value, NO_MORE);
}

static void
print_backend(FILE *out, enum aaa_kind kind)
{
	static const char *const names[AAA_KINDS] = {
		[AAA_KIND_RADIUS] = "radius", [AAA_KIND_EXEC] = "exec",
		[AAA_KIND_FILE] = "file"
	};

	metrics_head(out, "aaa_backend", "gauge",
	    "1; who is asked about clients is a label.");
	metrics_sample(out, "aaa_backend", 1, "backend", names[kind], NO_MORE);
}

static void
print_accounting(FILE *out, const struct aaa_state *s)
{
	metrics_head(out, "aaa_accounting_waiting", "gauge",
	    "Records of accounting that nobody has taken yet.");
	metrics_sample(out, "aaa_accounting_waiting", s->waiting - s->stored,
	    "kept", "memory", NO_MORE);
	metrics_sample(out, "aaa_accounting_waiting", s->stored, "kept",
	    "disk", NO_MORE);
	print_one(out, "aaa_accounting_lost_total", "counter",
	    "Records of accounting that are lost.",
	    (double)s->count[AAA_COUNT_LOST]);
}

static void
print_program(FILE *out, const struct aaa_state *s)
{
	if (s->workers == 0)
		return;
	print_one(out, "aaa_workers", "gauge",
	    "Processes of the program that there can be.", s->workers);
	print_one(out, "aaa_workers_busy", "gauge",
	    "Those of them that are asked something now.", s->busy);
	print_one(out, "aaa_questions_total", "counter",
	    "Questions to the program that are over.",
	    (double)s->count[AAA_COUNT_QUESTIONS]);
	print_one(out, "aaa_question_failures_total", "counter",
	    "Those of them that it has not answered.",
	    (double)s->count[AAA_COUNT_FAILURES]);
}

static void
print_whole(FILE *out, const struct aaa_state *s)
{
	static const struct part logins[] = {
		{ AAA_COUNT_ACCEPTED, "accepted" },
		{ AAA_COUNT_REJECTED, "rejected" },
		{ AAA_COUNT_UNAVAILABLE, "unavailable" }
	};
	static const struct part coa[] = {
		{ AAA_COUNT_COA_DONE, "done" },
		{ AAA_COUNT_COA_REFUSED, "refused" },
		{ AAA_COUNT_COA_IGNORED, "ignored" }
	};

	print_backend(out, s->kind);
	print_parts(out, s, "aaa_logins_total", "Logins that pptpd-aaa was "
	    "asked about; unavailable: nobody could be asked.",
	    PARTS(logins));
	print_accounting(out, s);
	print_program(out, s);
	if (s->kind == AAA_KIND_RADIUS)
		print_parts(out, s, "aaa_coa_requests_total",
		    "Disconnect and CoA requests.", PARTS(coa));
}

/* --- RADIUS servers ------------------------------------------------------ */

/* Two servers may have one address, with other ports: they have numbers. */
struct named {
	const struct aaa_server *s;
	char	 number[8];
};

static void
print_of(FILE *out, const char *name, const struct named *n, double value,
    const char *label, const char *text)
{
	metrics_sample(out, name, value, "server", n->s->address, "number",
	    n->number, label, text, NO_MORE);
}

static void
print_counts(FILE *out, const struct named *server, size_t n,
    const char *name, const char *help, const char *label,
    const struct part *part, size_t parts)
{
	metrics_head(out, name, "counter", help);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < parts; k++)
			print_of(out, name, &server[i],
			    (double)server[i].s->count[part[k].count], label,
			    part[k].value);
	}
}

static void
print_times(FILE *out, const struct named *n)
{
	double all = 0;
	char le[16];

	for (size_t i = 0; i < AAA_TIMES; i++) {
		all += (double)n->s->times[i];
		snprintf(le, sizeof(le), "+Inf");
		if (i < HISTOGRAM_BOUNDS)
			snprintf(le, sizeof(le), "%g",
			    histogram_bounds[i] / 1000.0);
		print_of(out, "radius_round_trip_seconds_bucket", n, all,
		    "le", le);
	}
	print_of(out, "radius_round_trip_seconds_sum", n,
	    (double)n->s->sum_us / 1e6, NULL, NULL);
	print_of(out, "radius_round_trip_seconds_count", n, all, NULL, NULL);
}

static void
print_all_counts(FILE *out, const struct named *server, size_t n)
{
	static const struct part requests[] = {
		{ AAA_SERVER_LOGINS, "login" },
		{ AAA_SERVER_RECORDS, "accounting" }
	};
	static const struct part answers[] = {
		{ AAA_SERVER_ACCEPTS, "accept" },
		{ AAA_SERVER_REJECTS, "reject" },
		{ AAA_SERVER_CHALLENGES, "challenge" },
		{ AAA_SERVER_TAKEN, "accounting" }
	};
	static const struct part timeouts[] = {
		{ AAA_SERVER_TIMEOUTS, NULL }
	};
	static const struct part ignored[] = {
		{ AAA_SERVER_WRONG, "wrong" }, { AAA_SERVER_LATE, "late" }
	};

	print_counts(out, server, n, "radius_requests_total", "Requests to a "
	    "RADIUS server, without repetitions.", "kind", PARTS(requests));
	print_counts(out, server, n, "radius_answers_total",
	    "Answers of a RADIUS server.", "answer", PARTS(answers));
	print_counts(out, server, n, "radius_timeouts_total", "Waits for a "
	    "RADIUS server in vain, those of repetitions included.", NULL,
	    PARTS(timeouts));
	print_counts(out, server, n, "radius_ignored_packets_total", "Packets "
	    "from a RADIUS server that do not count: wrong ones cannot be "
	    "trusted, late ones answer no question.", "reason",
	    PARTS(ignored));
}

static void
print_servers(FILE *out, const struct aaa_look *look)
{
	struct named server[AAA_SERVERS_MAX];
	size_t n = look->state.nservers;

	if (n == 0)
		return;
	for (size_t i = 0; i < n; i++) {
		server[i].s = &look->server[i];
		snprintf(server[i].number, sizeof(server[i].number), "%u",
		    (unsigned)(i % AAA_SERVERS_MAX + 1));
	}
	metrics_head(out, "radius_server_alive", "gauge",
	    "0 if a RADIUS server is taken for dead.");
	for (size_t i = 0; i < n; i++)
		print_of(out, "radius_server_alive", &server[i],
		    server[i].s->alive ? 1 : 0, NULL, NULL);
	metrics_head(out, "radius_requests_under_way", "gauge",
	    "Requests that wait for a RADIUS server now.");
	for (size_t i = 0; i < n; i++)
		print_of(out, "radius_requests_under_way", &server[i],
		    server[i].s->under_way, NULL, NULL);
	print_all_counts(out, server, n);
	metrics_head(out, "radius_round_trip_seconds", "histogram", "From a "
	    "request to a RADIUS server until its answer.");
	for (size_t i = 0; i < n; i++)
		print_times(out, &server[i]);
}

/* --- all of it ----------------------------------------------------------- */

void
metrics_aaa_print(FILE *out, const struct aaa_look *look)
{
	if (look->result == AAA_LOOK_NONE) {
		fputs("# There is no pptpd-aaa.\n", out);
		return;
	}
	if (look->result == AAA_LOOK_FORBIDDEN) {
		fputs("# Only root may ask pptpd-aaa.\n", out);
		return;
	}
	print_one(out, "aaa_up", "gauge", "1 if pptpd-aaa answers.",
	    look->result == AAA_LOOK_FINE ? 1 : 0);
	if (look->result != AAA_LOOK_FINE)
		return;
	print_whole(out, &look->state);
	print_servers(out, look);
}
