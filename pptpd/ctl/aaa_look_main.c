/* pptpdctl aaa: the state of pptpd-aaa, for people and as JSON. */
/* SPDX-License-Identifier: ISC */
#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

#include "ctl/aaa_look.h"
#include "ctl/pptpdctl_link.h"
#include "ctl/pptpdctl_output.h"

static const char *const kinds[AAA_KINDS] = {
	[AAA_KIND_RADIUS] = "radius", [AAA_KIND_EXEC] = "exec",
	[AAA_KIND_FILE] = "file"
};

/* --- JSON ---------------------------------------------------------------- */

struct name {
	int	 count;
	const char *key;
};

static json_t *
counts(const uint64_t *count, const struct name *names, size_t n)
{
	json_t *o = json_object();

	for (size_t i = 0; i < n; i++)
		(void)json_object_set_new(o, names[i].key,
		    json_integer((json_int_t)count[names[i].count]));
	return o;
}
#define COUNTS(from, list)						\
	counts((from), (list), sizeof(list) / sizeof((list)[0]))

/* As status has the times of calls. */
static json_t *
times_of(const struct aaa_server *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < AAA_TIMES; i++)
		(void)json_array_append_new(list,
		    json_integer((json_int_t)s->times[i]));
	return json_pack("{sosI}", "counts", list, "sum_us",
	    (json_int_t)s->sum_us);
}

static json_t *
server_json(const struct aaa_server *s)
{
	static const struct name names[] = {
		{ AAA_SERVER_LOGINS, "logins" },
		{ AAA_SERVER_RECORDS, "records" },
		{ AAA_SERVER_ACCEPTS, "accepts" },
		{ AAA_SERVER_REJECTS, "rejects" },
		{ AAA_SERVER_CHALLENGES, "challenges" },
		{ AAA_SERVER_TAKEN, "records_taken" },
		{ AAA_SERVER_TIMEOUTS, "timeouts" },
		{ AAA_SERVER_WRONG, "ignored_wrong" },
		{ AAA_SERVER_LATE, "ignored_late" }
	};
	json_t *o = COUNTS(s->count, names);

	(void)json_object_set_new(o, "server", json_string(s->address));
	(void)json_object_set_new(o, "alive", json_boolean(s->alive));
	(void)json_object_set_new(o, "under_way",
	    json_integer(s->under_way));
	(void)json_object_set_new(o, "round_trip", times_of(s));
	return o;
}

static json_t *
look_json(const struct aaa_look *look)
{
	static const struct name names[] = {
		{ AAA_COUNT_ACCEPTED, "logins_accepted" },
		{ AAA_COUNT_REJECTED, "logins_rejected" },
		{ AAA_COUNT_UNAVAILABLE, "logins_unavailable" },
		{ AAA_COUNT_LOST, "accounting_lost" },
		{ AAA_COUNT_COA_DONE, "coa_done" },
		{ AAA_COUNT_COA_REFUSED, "coa_refused" },
		{ AAA_COUNT_COA_IGNORED, "coa_ignored" },
		{ AAA_COUNT_QUESTIONS, "questions" },
		{ AAA_COUNT_FAILURES, "question_failures" }
	};
	const struct aaa_state *s = &look->state;
	json_t *o = COUNTS(s->count, names), *servers = json_array();

	(void)json_object_set_new(o, "backend", json_string(kinds[s->kind]));
	(void)json_object_set_new(o, "accounting_waiting",
	    json_integer(s->waiting));
	(void)json_object_set_new(o, "accounting_on_disk",
	    json_integer(s->stored));
	(void)json_object_set_new(o, "workers", json_integer(s->workers));
	(void)json_object_set_new(o, "workers_busy", json_integer(s->busy));
	for (size_t i = 0; i < s->nservers; i++)
		(void)json_array_append_new(servers,
		    server_json(&look->server[i]));
	(void)json_object_set_new(o, "servers", servers);
	return o;
}

/* --- for people ---------------------------------------------------------- */

#define N(n)	(unsigned long long)(n)

/* Of all answers, in ms; 0: there was none. */
static double
mean(const struct aaa_server *s)
{
	uint64_t n = 0;

	for (size_t i = 0; i < AAA_TIMES; i++)
		n += s->times[i];
	return n > 0 ? (double)s->sum_us / 1000 / (double)n : 0;
}

static void
put_server(const struct aaa_server *s)
{
	printf("%-20s %-6s %8llu %8llu %8llu %8llu %8llu %8llu %8llu %6u "
	    "%9.1f\n", s->address, s->alive ? "alive" : "dead",
	    N(s->count[AAA_SERVER_LOGINS]), N(s->count[AAA_SERVER_ACCEPTS]),
	    N(s->count[AAA_SERVER_REJECTS]), N(s->count[AAA_SERVER_RECORDS]),
	    N(s->count[AAA_SERVER_TAKEN]), N(s->count[AAA_SERVER_TIMEOUTS]),
	    N(s->count[AAA_SERVER_WRONG] + s->count[AAA_SERVER_LATE]),
	    s->under_way, mean(s));
}

static void
put_look(const struct aaa_look *look)
{
	const struct aaa_state *s = &look->state;
	const uint64_t *n = s->count;

	printf("back end     %s\nlogins       %llu accepted, %llu rejected, "
	    "%llu without anybody to ask\naccounting   %u records wait, %u of "
	    "them on the disk; %llu are lost\n", kinds[s->kind],
	    N(n[AAA_COUNT_ACCEPTED]), N(n[AAA_COUNT_REJECTED]),
	    N(n[AAA_COUNT_UNAVAILABLE]), s->waiting, s->stored,
	    N(n[AAA_COUNT_LOST]));
	if (s->workers > 0)
		printf("program      %u of %u processes are asked; %llu "
		    "questions, %llu without an answer\n", s->busy,
		    s->workers, N(n[AAA_COUNT_QUESTIONS]),
		    N(n[AAA_COUNT_FAILURES]));
	if (s->nservers == 0)
		return;
	printf("CoA          %llu done, %llu refused, %llu ignored\n\n"
	    "%-20s %-6s %8s %8s %8s %8s %8s %8s %8s %6s %9s\n",
	    N(n[AAA_COUNT_COA_DONE]), N(n[AAA_COUNT_COA_REFUSED]),
	    N(n[AAA_COUNT_COA_IGNORED]), "SERVER", "STATE", "LOGINS",
	    "ACCEPTS", "REJECTS", "RECORDS", "TAKEN", "TIMEOUTS", "IGNORED",
	    "NOW", "MEAN/MS");
	for (size_t i = 0; i < s->nservers; i++)
		put_server(&look->server[i]);
}

/* --- the command --------------------------------------------------------- */

static int
answer(const struct aaa_look *look)
{
	json_t *o;

	switch (look->result) {
	case AAA_LOOK_NONE:
		ctl_complain("not-running", "there is no pptpd-aaa: the "
		    "server does not run, or its pptpd.conf has no aaa");
		return EXIT_TROUBLE;
	case AAA_LOOK_FORBIDDEN:
		ctl_complain("permission", "pptpd-aaa's socket is for root "
		    "only");
		return EXIT_TROUBLE;
	case AAA_LOOK_SILENT:
		ctl_complain("unreachable", "pptpd-aaa does not answer: its "
		    "log says why");
		return EXIT_TROUBLE;
	case AAA_LOOK_FINE:
		break;
	}
	if (!ctl_is_json()) {
		put_look(look);
		return 0;
	}
	o = look_json(look);
	ctl_put_json(o);
	json_decref(o);
	return 0;
}

int
aaa_look_main(const char *control)
{
	static struct aaa_look look;
	int fd = aaa_look_open(control, &look), status;

	if (!link_give_up_root()) {
		if (fd != -1)
			close(fd);
		return EXIT_TROUBLE;
	}
	aaa_look_ask(fd, &look);
	status = answer(&look);
	return fflush(stdout) != 0 || ferror(stdout) ? EXIT_TROUBLE : status;
}
