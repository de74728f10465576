/* pptpdctl: queries and controls a running pptpd. */
/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "admin/admin_request.h"
#include "admin/admin_select.h"
#include "admin/admin_text.h"
#include "admin/admin_users.h"
#include "config/conf_key.h"
#include "config/instance.h"
#include "ctl/aaa_look.h"
#include "ctl/doctor.h"
#include "ctl/metrics.h"
#include "ctl/pools_look.h"
#include "ctl/pptpdctl_events.h"
#include "ctl/pptpdctl_link.h"
#include "ctl/pptpdctl_output.h"
#include "ctl/top_main.h"
#include "ctl/trace_main.h"

#define CALLS_MAX	65536
#define LOOK_MS		100	/* between looks whether the server runs */

/* Options. */
static bool waits;		/* --wait */
static bool all;		/* --all */
static bool per_user;		/* --per-user */
static struct doctor_wish doctor_wish;	/* of doctor */
static struct top_wish top_wish;	/* of top; ms 0: the usual */
static struct trace_wish trace_wish;	/* of trace; 0: not asked for */
static bool users;		/* the command: a list, by users */
static bool now;		/* --now */
static const char *message;	/* --message; NULL: none */
static const char *columns;	/* --columns; NULL: the usual ones */
static struct admin_selection selection;

/* Those that have no letter. */
enum { OPTION_COLUMNS = 256, OPTION_SORT, OPTION_WAIT, OPTION_SECONDS,
	OPTION_RADIUS, OPTION_SELF_TEST, OPTION_PACKETS, OPTION_NOW,
	OPTION_MESSAGE, OPTION_FILTER };

static void
usage(FILE *out)
{
	fputs("usage: pptpdctl [-ajuw] [-p pidfile | -s socket] command\n"
	    "  status         the server, its limits, whom it refused\n"
	    "  list           all calls, or those of --user, --client, "
	    "--address, --interface, --state\n"
	    "  show CALL      one call: by its session, Call ID, user, address "
	    "or interface\n"
	    "  kick CALL      end it; with --all each call that CALL means, as "
	    "user=NAME\n"
	    "  users          who is logged in: how often, since when, from "
	    "where\n"
	    "  networks       networks of clients whose GRE never gets here\n"
	    "  log-level [L]  which lines are logged; to change it: info or "
	    "debug\n"
	    "  events         what happens, as it happens, until interrupted\n"
	    "  history [N]    the last N calls that have ended and clients "
	    "refused (20)\n"
	    "  trace CALL     what passes through a call, into a file for "
	    "Wireshark: -w FILE\n"
	    "  reload         read the configuration again\n"
	    "  drain          take no new calls, leave after the last\n"
	    "  shutdown       end all calls and leave\n"
	    "  upgrade        run the program that is installed now, keep the "
	    "calls\n"
	    "  doctor [FILE]  what this machine lacks for calls, with this "
	    "pptpd.conf\n"
	    "  top            calls and their rates, as they change\n"
	    "  metrics        all figures, as Prometheus reads them\n"
	    "  aaa            pptpd-aaa: logins, accounting that waits, RADIUS "
	    "servers\n"
	    "  pools          address pools: how many addresses, how many are "
	    "leased\n"
	    "  -a, --all      with kick: all calls that are meant\n"
	    "  --now          with kick: pppd is killed if it takes a second\n"
	    "  --message TEXT with kick: this goes to the log\n"
	    "  --columns A,B  with list: these fields (as in --json)\n"
	    "  --sort FIELD   with list: in this order; -FIELD: the other way "
	    "round\n"
	    "  --radius USER  with doctor: ask whether this user may log in, and "
	    "no more\n"
	    "  --self-test    with doctor: make calls to this machine's server, and "
	    "no more\n"
	    "  -b, --batch    with top: print pages, for a file or a pipe\n"
	    "  -d, --delay N  with top: seconds between pages (2)\n"
	    "  -n, --iterations N  with top: so many pages\n"
	    "  -j, --json     answer in JSON\n"
	    "  -w, --wait     after drain and shutdown: until the server has "
	    "ended\n"
	    "  -w FILE        with trace: this file, - is standard output\n"
	    "  --wait         with trace: for a call that begins, if there is "
	    "none yet\n"
	    "  --seconds N    with trace: so long at most (60)\n"
	    "  --packets N    with trace: so many at most (10000)\n"
	    "  -u, --per-user with metrics: those of each user, too\n"
	    "  -p, --pidfile  which server, if not the one with "
	    CONF_PIDFILE_DEFAULT "\n"
	    "  -s, --socket   the same, by its control socket\n"
	    "  -h, --help     this text\n"
	    "  -v, --version  the version\n", out);
}

/* --- answers ------------------------------------------------------------- */

static void
report_kick_of(const json_t *call)
{
	const char *id = json_string_value(json_object_get(call, "call_id"));
	const char *user = json_string_value(json_object_get(call, "user"));
	const char *client = json_string_value(json_object_get(call,
	    "client"));

	fputs("ending call ", stdout);
	admin_text_put(stdout, id != NULL ? id : "-");
	fputs(" of user ", stdout);
	admin_text_put(stdout, user != NULL ? user : "-");
	fputs(", client ", stdout);
	admin_text_put(stdout, client != NULL ? client : "-");
	putchar('\n');
}

/* calls: those of --all. */
static void
report_kick(const json_t *call, const json_t *calls)
{
	size_t i;

	if (call != NULL)
		report_kick_of(call);
	json_array_foreach(calls, i, call)
		report_kick_of(call);
}

static void
report_level(const json_t *result)
{
	const char *level = json_string_value(json_object_get(result,
	    "level"));
	const char *text = json_string_value(json_object_get(result, "text"));

	admin_text_put(stdout, level != NULL ? level : "-");
	if (text != NULL) {
		fputs(", ", stdout);
		admin_text_put(stdout, text);
	}
	putchar('\n');
}

static void
report_users(const json_t *calls)
{
	json_t *list = admin_users(calls), *object;

	if (ctl_is_json()) {
		object = json_pack("{sO}", "users", list);
		ctl_put_json(object);
		json_decref(object);
	} else
		admin_text_users(stdout, list);
	json_decref(list);
}

static void
report(enum admin_verb verb, const json_t *result, json_t *calls)
{
	const json_t *call = json_object_get(result, "call");
	const char *text;

	switch (verb) {
	case ADMIN_STATUS:
		admin_text_status(stdout, result);
		break;
	case ADMIN_LIST:
		admin_text_list(stdout, calls, columns);
		break;
	case ADMIN_HISTORY:
		admin_text_history(stdout, calls);
		break;
	case ADMIN_NETWORKS:
		admin_text_networks(stdout, json_object_get(result,
		    "networks"));
		break;
	case ADMIN_LOG_LEVEL:
		report_level(result);
		break;
	case ADMIN_SHOW:
		admin_text_call(stdout, call);
		break;
	case ADMIN_KICK:
		report_kick(call, calls);
		break;
	default:
		text = json_string_value(json_object_get(result, "text"));
		admin_text_put(stdout, text != NULL ? text : "done");
		putchar('\n');
		break;
	}
}

static void
report_json(enum admin_verb verb, const json_t *result, json_t *calls)
{
	json_t *list;

	if (verb != ADMIN_LIST && verb != ADMIN_HISTORY && !all) {
		ctl_put_json(result);
		return;
	}
	list = json_pack("{sO}", verb == ADMIN_HISTORY ? "history" : "calls",
	    calls);
	ctl_put_json(list);
	json_decref(list);
}

/* EPERM means that the process exists, but is not ours to signal. */
static void
wait_for_end(const json_t *result)
{
	pid_t pid = (pid_t)json_integer_value(json_object_get(result, "pid"));

	(void)fflush(stdout);
	while (pid > 1 && (kill(pid, 0) == 0 || errno == EPERM))
		(void)poll(NULL, 0, LOOK_MS);
}

/* Reads until the answer is complete; returns the exit status. */
static int
hear(struct link *in, enum admin_verb verb)
{
	json_t *calls = json_array(), *object, *call, *chosen;
	const json_t *ok = NULL;
	int status = EXIT_TROUBLE;

	while ((object = link_next(in)) != NULL) {
		ok = json_object_get(object, "ok");
		call = json_object_get(object, verb == ADMIN_HISTORY ?
		    "entry" : "call");
		if (ok != NULL)
			break;
		/* Ignore other objects: a later version may send them. */
		if (call != NULL && json_array_size(calls) < CALLS_MAX)
			(void)json_array_append(calls, call);
		json_decref(object);
	}
	if (object != NULL && !json_is_true(ok))
		status = link_refused(object);
	else if (object != NULL) {
		if (verb == ADMIN_LIST &&
		    (chosen = admin_select(calls, &selection)) != NULL) {
			json_decref(calls);
			calls = chosen;
		}
		if (users)
			report_users(calls);
		else
			(ctl_is_json() ? report_json : report)(verb,
			    json_object_get(object, "result"), calls);
		if (waits)
			wait_for_end(json_object_get(object, "result"));
		status = 0;
	}
	json_decref(object);
	json_decref(calls);
	return status;
}

/* word: of the command line, or NULL. */
static json_t *
request(enum admin_verb verb, const char *word)
{
	json_t *r = json_pack("{ss}", "command", admin_verb_name(verb));

	if (word != NULL && verb == ADMIN_HISTORY)
		(void)json_object_set_new(r, "count",
		    json_integer(strtol(word, NULL, 10)));
	else if (word != NULL && verb == ADMIN_LOG_LEVEL)
		(void)json_object_set_new(r, "level", json_string(word));
	else if (word != NULL)
		(void)json_object_set_new(r, "call", json_string(word));
	if (now)
		(void)json_object_set_new(r, "now", json_true());
	if (message != NULL)
		(void)json_object_set_new(r, "message",
		    ctl_json_text(message));
	if (all)
		(void)json_object_set_new(r, "all", json_true());
	return r;
}

static int
talk(const char *path, enum admin_verb verb, const char *word)
{
	static struct link in;
	int status = EXIT_TROUBLE;

	in.fd = link_open(path);
	if (in.fd == -1)
		return EXIT_TROUBLE;
	if (link_give_up_root() && link_greet(&in) &&
	    link_ask(in.fd, request(verb, word)))
		status = hear(&in, verb);
	close(in.fd);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "pptpdctl: standard output: %s\n",
		    strerror(errno));
		return EXIT_TROUBLE;
	}
	return status;
}

/* --- the command line ---------------------------------------------------- */

static int
wrong(const char *text)
{
	ctl_complain("usage", "%s", text);
	if (!ctl_is_json())
		fputs("usage: pptpdctl [options] command; pptpdctl --help "
		    "lists them\n", stderr);
	return EXIT_TROUBLE;
}

static bool
is_state(const char *word)
{
	return strcmp(word, "starting") == 0 || strcmp(word, "login") == 0 ||
	    strcmp(word, "up") == 0;
}

/* What is wrong with options that only some commands have; NULL: nothing. */
static const char *
option_fault(enum admin_verb verb)
{
	bool filtered = false;

	for (int f = 0; f < ADMIN_FILTERS; f++)
		filtered = filtered || selection.filter[f] != NULL;
	if (verb != ADMIN_TRACE && (trace_wish.file != NULL ||
	    trace_wish.seconds != 0 || trace_wish.packets != 0))
		return "--seconds, --packets and a file are for trace";
	if (verb == ADMIN_TRACE && trace_wish.file == NULL)
		return "which file? (-w FILE)";
	if (waits && verb != ADMIN_TRACE && verb != ADMIN_DRAIN && verb != ADMIN_SHUTDOWN)
		return "only drain and shutdown can be waited for";
	if ((all || now || message != NULL) && verb != ADMIN_KICK)
		return "--all, --now and --message are for kick";
	if (message != NULL && strlen(message) >= ADMIN_MESSAGE_MAX)
		return "the message is longer than 160 octets";
	if ((filtered || columns != NULL || selection.sort != NULL) &&
	    verb != ADMIN_LIST)
		return "only a list has columns, an order and filters";
	if (selection.filter[ADMIN_BY_STATE] != NULL &&
	    !is_state(selection.filter[ADMIN_BY_STATE]))
		return "--state: starting, login or up";
	if (columns != NULL && !admin_text_are_columns(columns))
		return "a column is no field of a call";
	if (selection.sort != NULL && !admin_can_sort(selection.sort))
		return "what to sort by is no field of a call";
	return NULL;
}

static int
run_trace(const char *path, const char *call)
{
	trace_wish.call = call;
	trace_wish.wait = waits;
	if (trace_wish.seconds == 0)
		trace_wish.seconds = ADMIN_TRACE_SECONDS;
	if (trace_wish.packets == 0)
		trace_wish.packets = ADMIN_TRACE_PACKETS;
	return trace_main(path, &trace_wish);
}

/* A number from 1 to most; 0: it is none. */
static unsigned int
number(const char *text, unsigned int most)
{
	unsigned long n = text[0] == '\0' || strlen(text) > 9 ||
	    text[strspn(text, "0123456789")] != '\0' ? 0 :
	    strtoul(text, NULL, 10);

	return n <= most ? (unsigned int)n : 0;
}

/*
 * Whether the command is trace, whose -w has an argument, as in tcpdump(8) and
 * tshark(1).
 */
static bool
is_trace(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "trace") == 0)
			return true;
	}
	return false;
}

/* Seconds as ms; 0: too few, too many, or none. */
static unsigned int
delay(const char *text)
{
	char *end;
	double s = strtod(text, &end);

	if (text[0] == '\0' || *end != '\0' || !(s * 1000 >= TOP_MS_LEAST) ||
	    !(s * 1000 <= TOP_MS_MOST))
		return 0;
	return (unsigned int)(s * 1000);
}

static int
run_top(const char *path)
{
	if (ctl_is_json())
		return wrong("top has no JSON: see list and status");
	if (top_wish.ms == 0)
		top_wish.ms = TOP_MS_USUAL;
	return top_main(path, &top_wish);
}

/* Runs the command with its argument. */
static int
run(int argc, char **argv, const char *path)
{
	enum admin_verb verb;

	if (argc == 0)
		return wrong("no command");
	if (argc > 1 && (strcmp(argv[0], "metrics") == 0 ||
	    strcmp(argv[0], "top") == 0 || strcmp(argv[0], "aaa") == 0))
		return wrong("too many words");
	if (strcmp(argv[0], "metrics") == 0 && argc == 1 &&
	    option_fault(ADMIN_STATUS) == NULL)
		return metrics_main(path, per_user);
	if (per_user)
		return wrong("--per-user is for metrics");
	if (strcmp(argv[0], "top") == 0 && argc == 1 &&
	    option_fault(ADMIN_STATUS) == NULL)
		return run_top(path);
	if (strcmp(argv[0], "aaa") == 0 && argc == 1 &&
	    option_fault(ADMIN_STATUS) == NULL)
		return aaa_look_main(path);
	if (strcmp(argv[0], "pools") == 0 && argc == 1 &&
	    option_fault(ADMIN_STATUS) == NULL)
		return pools_look_main(path);
	if (top_wish.batch || top_wish.ms != 0 || top_wish.pages != 0)
		return wrong("-b, -d and -n are for top");
	users = strcmp(argv[0], "users") == 0;
	verb = users ? ADMIN_LIST : admin_verb_find(argv[0]);
	if (verb == ADMIN_VERBS)
		return wrong("no such command");
	if (argc > (admin_verb_takes_call(verb) || verb == ADMIN_HISTORY ||
	    verb == ADMIN_LOG_LEVEL ? 2 : 1))
		return wrong("too many words");
	if (argc == 2 && verb == ADMIN_LOG_LEVEL &&
	    admin_level_find(argv[1]) == ADMIN_LEVEL_NONE)
		return wrong("a level is info or debug");
	if (users && (columns != NULL || selection.sort != NULL))
		return wrong("only a list has columns and an order");
	if (argc == 2 && verb == ADMIN_HISTORY &&
	    number(argv[1], UINT16_MAX) == 0)
		return wrong("how many of the history? (1 to 65535)");
	if (argc == 1 && admin_verb_takes_call(verb))
		return wrong("which call?");
	if (option_fault(verb) != NULL)
		return wrong(option_fault(verb));
	/* The oldest first: session ids sort by time. */
	if (selection.sort == NULL && !ctl_is_json())
		selection.sort = "session";
	if (verb == ADMIN_EVENTS)
		return events_follow(path);
	if (verb == ADMIN_TRACE)
		return run_trace(path, argv[1]);
	return talk(path, verb, argv[1]);
}

/* What main() is told by its options, beside the wishes above. */
struct given {
	const char *pidfile;
	const char *path;	/* of the socket; NULL: the pid file says */
};

#define GO_ON	(-1)

static const struct option options[] = {
	{ "all", no_argument, NULL, 'a' },
	{ "now", no_argument, NULL, OPTION_NOW },
	{ "message", required_argument, NULL, OPTION_MESSAGE },
	{ "columns", required_argument, NULL, OPTION_COLUMNS },
	{ "sort", required_argument, NULL, OPTION_SORT },
	{ "user", required_argument, NULL,
	    OPTION_FILTER + ADMIN_BY_USER },
	{ "client", required_argument, NULL,
	    OPTION_FILTER + ADMIN_BY_CLIENT },
	{ "address", required_argument, NULL,
	    OPTION_FILTER + ADMIN_BY_ADDRESS },
	{ "interface", required_argument, NULL,
	    OPTION_FILTER + ADMIN_BY_INTERFACE },
	{ "state", required_argument, NULL,
	    OPTION_FILTER + ADMIN_BY_STATE },
	{ "json", no_argument, NULL, 'j' },
	{ "wait", no_argument, NULL, OPTION_WAIT },
	{ "seconds", required_argument, NULL, OPTION_SECONDS },
	{ "packets", required_argument, NULL, OPTION_PACKETS },
	{ "per-user", no_argument, NULL, 'u' },
	{ "radius", required_argument, NULL, OPTION_RADIUS },
	{ "self-test", no_argument, NULL, OPTION_SELF_TEST },
	{ "batch", no_argument, NULL, 'b' },
	{ "delay", required_argument, NULL, 'd' },
	{ "iterations", required_argument, NULL, 'n' },
	{ "pidfile", required_argument, NULL, 'p' },
	{ "socket", required_argument, NULL, 's' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'v' },
	{ NULL, 0, NULL, 0 }
};

/* The options of one request each; GO_ON, or the exit status. */
static int
take_of_request(int c)
{
	switch (c) {
	case OPTION_NOW:
		now = true;
		break;
	case OPTION_MESSAGE:
		message = optarg;
		break;
	case OPTION_SECONDS:
		trace_wish.seconds = number(optarg, ADMIN_TRACE_SECONDS_MAX);
		if (trace_wish.seconds == 0)
			return wrong("--seconds: 1 to 3600");
		break;
	case OPTION_PACKETS:
		trace_wish.packets = number(optarg, ADMIN_TRACE_PACKETS_MAX);
		if (trace_wish.packets == 0)
			return wrong("--packets: 1 to 1000000");
		break;
	case OPTION_RADIUS:
		doctor_wish.user = optarg;
		break;
	case OPTION_SELF_TEST:
		doctor_wish.self_test = true;
		break;
	case 'b':
		top_wish.batch = true;
		break;
	case 'd':
		top_wish.ms = delay(optarg);
		if (top_wish.ms == 0)
			return wrong("-d: 0.25 to 20 seconds");
		break;
	case 'n':
		top_wish.pages = number(optarg, 999999999);
		if (top_wish.pages == 0)
			return wrong("-n: how many pages?");
		break;
	default:	/* getopt(3) has said what is wrong */
		fputs("usage: pptpdctl [options] command; pptpdctl --help "
		    "lists them\n", stderr);
		return EXIT_TROUBLE;
	}
	return GO_ON;
}

/* -w, which names a file for trace. */
static void
take_w(int argc, char **argv)
{
	if (is_trace(argc, argv) && optind < argc)
		trace_wish.file = argv[optind++];
	else
		waits = true;
}

/* Takes one option; GO_ON, or the exit status. */
static int
take(int c, int argc, char **argv, struct given *given)
{
	switch (c) {
	case 'a':
		all = true;
		break;
	case OPTION_COLUMNS:
		columns = optarg;
		break;
	case OPTION_SORT:
		selection.sort = optarg;
		break;
	case OPTION_FILTER + ADMIN_BY_USER:
	case OPTION_FILTER + ADMIN_BY_CLIENT:
	case OPTION_FILTER + ADMIN_BY_ADDRESS:
	case OPTION_FILTER + ADMIN_BY_INTERFACE:
	case OPTION_FILTER + ADMIN_BY_STATE:
		selection.filter[c - OPTION_FILTER] = optarg;
		break;
	case 'j':
		ctl_set_json(true);
		break;
	case 'w':
		take_w(argc, argv);
		break;
	case OPTION_WAIT:
		waits = true;
		break;
	case 'u':
		per_user = true;
		break;
	case 'p':
		given->pidfile = optarg;
		break;
	case 's':
		given->path = optarg;
		break;
	case 'h':
		usage(stdout);
		return 0;
	case 'v':
		printf("pptpdctl v%s\n", PACKAGE_VERSION);
		return 0;
	default:
		return take_of_request(c);
	}
	return GO_ON;
}

int
main(int argc, char **argv)
{
	struct given given = { CONF_PIDFILE_DEFAULT, NULL };
	char buf[sizeof(((struct sockaddr_un *)0)->sun_path)];
	int c, status;

	ctl_hold_places();
	while ((c = getopt_long(argc, argv, "abd:jn:wup:s:hv", options, NULL)) != -1) {
		status = take(c, argc, argv, &given);
		if (status != GO_ON)
			return status;
	}
	ctl_choose_colours();
	doctor_wish.pidfile = given.pidfile;
	if (doctor_wish.user != NULL && doctor_wish.self_test)
		return wrong("--radius or --self-test, not both");
	if (optind < argc && strcmp(argv[optind], "doctor") == 0 && !waits)
		return doctor_main(argc - optind, argv + optind, &doctor_wish);
	if (doctor_wish.user != NULL || doctor_wish.self_test)
		return wrong("--radius and --self-test are for doctor");
	if (given.path == NULL) {
		if (instance_path(buf, sizeof(buf), "control",
		    given.pidfile) == -1)
			return wrong("the socket's name is too long");
		given.path = buf;
	}
	return run(argc - optind, argv + optind, given.path);
}
