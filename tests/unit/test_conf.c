/* Command line and pptpd.conf: golden files, and what they cannot show. */
/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <check.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <arpa/inet.h>

#include "config/conf.h"
#include "config/conf_key.h"

#define ARGS_MAX 32

/* What a reading said and printed. */
static char *said, *printed;
static size_t said_len, printed_len;
static FILE *say_to, *print_to;

static void
report(int priority, const char *text, void *arg)
{
	(void)arg;
	fprintf(say_to, "%c %s\n", "EEEEWNID"[priority], text);
}

static void
print(const char *text, void *arg)
{
	(void)arg;
	fputs(text, print_to);
}

static const char *
unreadable(const char *path, void *arg)
{
	(void)arg;
	return strstr(path, "missing") != NULL ? "No such file" : NULL;
}

static bool
resolve(const char *name, uint32_t *addr, void *arg)
{
	(void)arg;
	if (strcmp(name, "vpn.example.org") != 0)
		return false;
	*addr = htonl(0xc6336407);	/* 198.51.100.7 */
	return true;
}

static const struct conf_env env = { report, print, unreadable, resolve,
	"9.8.7", NULL };

static void
close_streams(void)
{
	fclose(say_to);
	fclose(print_to);
}

static void
free_streams(void)
{
	free(said);
	free(printed);
	said = printed = NULL;
}

static void
open_streams(void)
{
	free_streams();
	say_to = open_memstream(&said, &said_len);
	print_to = open_memstream(&printed, &printed_len);
	ck_assert(say_to != NULL && print_to != NULL);
}

/*
 * Splits words at blanks into argv, after the program's name.  Returns argc;
 * argv and *copy are the caller's.
 */
static int
split(const char *words, char **argv, char **copy)
{
	static char name[] = "pptpd";
	char *p, *save = NULL;
	int argc = 0;

	argv[argc++] = name;
	*copy = strdup(words);
	ck_assert_ptr_nonnull(*copy);
	for (p = strtok_r(*copy, " \n", &save); p != NULL;
	    p = strtok_r(NULL, " \n", &save)) {
		ck_assert_int_lt(argc, ARGS_MAX - 1);
		argv[argc++] = p;
	}
	argv[argc] = NULL;
	return argc;
}

/* Reads as a start does; text may be NULL. */
static enum conf_action
read_all(struct conf *conf, const char *words, const char *text, size_t len)
{
	char *argv[ARGS_MAX], *copy;
	enum conf_action action;
	int argc = split(words, argv, &copy);

	conf_init(conf);
	free(conf->file);
	conf->file = strdup("pptpd.conf");
	open_streams();
	conf_peek_args(conf, argc, argv);
	action = conf_parse_args(conf, argc, argv, &env);
	if (action == CONF_RUN) {
		if (text != NULL)
			conf_parse_file(conf, text, len, &env);
		conf_finish(conf, &env);
	}
	close_streams();
	free(copy);
	return action;
}

static enum conf_action
read_text(struct conf *conf, const char *words, const char *text)
{
	return read_all(conf, words, text, text != NULL ? strlen(text) : 0);
}

/* --- golden files -------------------------------------------------------- */

static void
put_string(FILE *f, const char *name, const char *value)
{
	if (value != NULL)
		fprintf(f, "%s \"%s\"\n", name, value);
}

static void
put_flag(FILE *f, const char *name, bool value)
{
	if (value)
		fprintf(f, "%s\n", name);
}

static void
put_limits(FILE *f, const struct conf *conf)
{
	const struct limit_conf *l = &conf->limits;
	const struct {
		enum conf_key key;
		const char *name;
		uint32_t value;
	} limits[] = {
		{ CONF_MAX_PER_IP, "max-per-ip", l->max_per_ip },
		{ CONF_MAX_UNAUTH, "max-unauth", l->max_unauth },
		{ CONF_MAX_UNAUTH_PER_IP, "max-unauth-per-ip",
		    l->max_unauth_per_ip },
		{ CONF_CONNECTION_RATE, "connection-rate",
		    l->connection_rate },
		{ CONF_CONNECTION_RATE_PER_IP, "connection-rate-per-ip",
		    l->connection_rate_per_ip },
		{ CONF_CALL_RATE, "call-rate", l->call_rate },
		{ CONF_CALL_RATE_PER_IP, "call-rate-per-ip",
		    l->call_rate_per_ip },
		{ CONF_CALL_TIMEOUT, "call-timeout", l->call_timeout },
		{ CONF_AUTH_TIMEOUT, "auth-timeout", l->auth_timeout },
		{ CONF_AUTH_PENALTY, "auth-penalty", l->auth_penalty },
		{ CONF_MESSAGE_RATE, "message-rate", l->message_rate },
		{ CONF_LOG_RATE, "log-rate", l->log_rate },
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		if (conf->origin[limits[i].key].from != CONF_FROM_DEFAULT)
			fprintf(f, "%s %u\n", limits[i].name,
			    limits[i].value);
	}
}

/* The result, as the golden files have it: what is not the default. */
static void
put_conf(FILE *f, const struct conf *conf)
{
	int i;

	fprintf(f, "errors %u\n", conf->errors);
	put_flag(f, "foreground", conf->foreground);
	put_flag(f, "debug", conf->debug);
	put_flag(f, "noipparam", conf->noipparam);
	put_flag(f, "logwtmp", conf->logwtmp);
	put_flag(f, "delegate", conf->delegate);
	put_string(f, "bcrelay", conf->bcrelay);
	put_string(f, "listen", conf->listen);
	if (conf->listen != NULL)
		fprintf(f, "listen_addr %08x\n",
		    (unsigned)ntohl(conf->listen_addr));
	if (conf->origin[CONF_PIDFILE].from != CONF_FROM_DEFAULT)
		put_string(f, "pidfile", conf->pidfile);
	put_string(f, "ppp", conf->ppp);
	put_string(f, "option", conf->option);
	put_string(f, "speed", conf->speed);
	if (strcmp(conf->sandbox, "on") != 0)
		put_string(f, "sandbox", conf->sandbox);
	put_string(f, "control-group", conf->control_group);
	if (conf->aaa != CONF_AAA_NONE)
		put_string(f, "aaa", conf_aaa_name(conf->aaa));
	if (conf->origin[CONF_RADIUS_CONF].from != CONF_FROM_DEFAULT)
		put_string(f, "radius-conf", conf->radius_conf);
	if (conf->origin[CONF_AAA_CONF].from != CONF_FROM_DEFAULT)
		put_string(f, "aaa-conf", conf->aaa_conf);
	if (conf->rate_limit.rate_down != 0 || conf->rate_limit.rate_up != 0) {
		char rates[RATE_TEXT];

		rate_limits_text(&conf->rate_limit, rates);
		put_string(f, "rate-limit", rates);
	}
	if (conf->mss_clamp == CONF_MSS_PATH)
		fprintf(f, "mss-clamp on\n");
	else if (conf->mss_clamp != 0)
		fprintf(f, "mss-clamp %u\n", (unsigned)conf->mss_clamp);
	if (conf->anti_spoofing)
		fprintf(f, "anti-spoofing on\n");
	if (conf->engines != 1)
		fprintf(f, "engines %u\n", (unsigned)conf->engines);
	fprintf(f, "stimeout %d\n", conf->stimeout);
	fprintf(f, "connections %d%s\n", conf->connections,
	    conf->connections_given ? " given" : "");
	fprintf(f, "slots %d\n", conf->slots);
	put_limits(f, conf);
	for (size_t n = 0; n < conf->datapath.n; n++)
		fprintf(f, "datapath %s %08x/%08x\n",
		    conf->datapath.networks[n].kernel ? "kernel" : "userspace",
		    (unsigned)conf->datapath.networks[n].net,
		    (unsigned)conf->datapath.networks[n].mask);
	for (size_t n = 0; n < conf->pools.n; n++) {
		const struct conf_pool *p = &conf->pools.pool[n];

		fprintf(f, "pool %s line %u%s: %zu of %zu, %s to %s\n", p->name,
		    p->line, conf_pool_is_first(conf, n) ? "" : " (more)",
		    p->addrs.n, conf_pool_size(conf, p->name),
		    p->addrs.n > 0 ? p->addrs.addr[0] : "-",
		    p->addrs.n > 0 ? p->addrs.addr[p->addrs.n - 1] : "-");
	}
	if (conf->local.n < (size_t)conf->slots)
		return;
	for (i = 0; i < conf->slots; i++) {
		if (i > 2 && i < conf->slots - 1)
			continue;
		fprintf(f, "slot %d %s:%s\n", i, conf->local.addr[i],
		    conf->remote.addr[i]);
	}
}

static char *
slurp(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	char *text = calloc(1, 65536);

	ck_assert_msg(f != NULL, "%s cannot be read", path);
	ck_assert_ptr_nonnull(text);
	*len = fread(text, 1, 65535, f);
	fclose(f);
	return text;
}

static glob_t golden;

/*
 * NAME.conf is read, and with it the words of "#args" in its first line.
 * NAME.out has the messages, "--", and the result.
 */
START_TEST(golden_file)
{
	const char *path = golden.gl_pathv[_i];
	char *text, *want, *got = NULL, words[200] = "", name[512];
	size_t len, want_len, got_len;
	struct conf conf;
	FILE *f;

	text = slurp(path, &len);
	if (strncmp(text, "#args ", 6) == 0)
		snprintf(words, sizeof(words), "%.*s",
		    (int)strcspn(text, "\n") - 6, text + 6);
	ck_assert_int_eq(read_all(&conf, words, text, len), CONF_RUN);
	f = open_memstream(&got, &got_len);
	fprintf(f, "%s--\n", said);
	put_conf(f, &conf);
	fclose(f);
	snprintf(name, sizeof(name), "%.*s.out", (int)strlen(path) - 5, path);
	want = slurp(name, &want_len);
	ck_assert_msg(strcmp(got, want) == 0,
	    "%s: read as\n%s\ninstead of\n%s", path, got, want);
	free(got);
	free(want);
	free(text);
	free_streams();
	conf_free(&conf);
}
END_TEST

START_TEST(golden_files_are_there)
{
	ck_assert_uint_ge(golden.gl_pathc, 25);
}
END_TEST

/* --- command line -------------------------------------------------------- */

static const struct args_row {
	const char *words;
	enum conf_action action;
	const char *said;		/* what must be in it */
} args_rows[] = {
	{ "", CONF_RUN, "" },
	{ "-h", CONF_EXIT_OK, "" },
	{ "--help", CONF_EXIT_OK, "" },
	{ "--he", CONF_EXIT_OK, "" },
	{ "-v", CONF_EXIT_OK, "" },
	{ "word -v", CONF_EXIT_OK, "" },
	/* they act the moment they are read */
	{ "-h -c missing", CONF_EXIT_OK, "" },
	{ "-c missing -h", CONF_EXIT_ERROR, "E MGR: Config file not found!\n"
	    "E command line: conf: No such file: \"missing\"\n" },
	{ "-l nosuch -v", CONF_EXIT_ERROR,
	    "E MGR: Invalid listening address: nosuch!\n" },
	/* Poptop's abbreviations: the first in the table that fits */
	{ "--c missing", CONF_EXIT_ERROR, "Config file not found!" },
	{ "--con missing", CONF_EXIT_ERROR, "Config file not found!" },
	{ "-Z", CONF_EXIT_ERROR, "" },
	{ "-V blue", CONF_EXIT_ERROR, "" },
	{ "--vrf blue", CONF_EXIT_ERROR, "" },
	{ "--l x", CONF_EXIT_ERROR, "" },
	{ "-C", CONF_EXIT_ERROR, "" },
	{ "--debug=1", CONF_EXIT_ERROR, "" },
	/* only after --inetd */
	{ "--localip 10.0.0.1", CONF_EXIT_ERROR, "" },
	{ "-f --inetd", CONF_EXIT_ERROR, "" },
	{ "-C -1", CONF_EXIT_ERROR, "E command line: connections: not a "
	    "number of 0 or more: \"-1\"\n" },
	{ "-C x", CONF_EXIT_ERROR, "not a number of 0 or more: \"x\"" },
	{ "-C 0", CONF_RUN, "W command line: connections: every client will "
	    "be refused: \"0\"\n" },
	{ "-C 5x", CONF_RUN, "W command line: connections: taken as 5: "
	    "\"5x\"\n" },
	{ "stray -d word", CONF_RUN,
	    "W command line: not an option, ignored: \"stray\"\n"
	    "W command line: not an option, ignored: \"word\"\n" },
	{ "-- -d", CONF_RUN,
	    "W command line: not an option, ignored: \"-d\"\n" },
};

START_TEST(args)
{
	const struct args_row *row = &args_rows[_i];
	struct conf conf;

	ck_assert_msg(read_text(&conf, row->words, NULL) == row->action, "%s",
	    row->words);
	ck_assert_msg(strstr(said, row->said) != NULL, "%s: %s", row->words,
	    said);
	if (row->action == CONF_EXIT_ERROR && row->said[0] == '\0')
		ck_assert_ptr_nonnull(strstr(printed, "Usage: pptpd"));
	free_streams();
	conf_free(&conf);
}
END_TEST

#define LONG_FORMS "--conf f --debug --ppp p --fg --noipparam " \
	"--listen 127.1 --option=o --pidfile=q --speed=9 --stimeout=3 " \
	"--logwtmp --connections=7 --delegate"

START_TEST(every_option)
{
	static const char *const forms[] = {
		"-c f -d -e p -f -i -l 127.1 -o o -p q -s 9 -t 3 -w -C 7 -D",
		"-dfiwD -C7 -cf -ep -l127.1 -oo -pq -s9 -t3",
		LONG_FORMS
	};
	struct conf conf;
	int i;

	for (i = 0; i < 3; i++) {
		const char *words = forms[i];

		ck_assert_int_eq(read_text(&conf, words, NULL), CONF_RUN);
		ck_assert_str_eq(said, "");
		ck_assert_str_eq(conf.file, "f");
		ck_assert(conf.file_given);
		ck_assert(conf.debug && conf.foreground && conf.noipparam &&
		    conf.logwtmp && conf.delegate && !conf.check);
		ck_assert_str_eq(conf.ppp, "p");
		ck_assert_str_eq(conf.listen, "127.1");
		ck_assert_uint_eq(conf.listen_addr, htonl(INADDR_LOOPBACK));
		ck_assert_str_eq(conf.option, "o");
		ck_assert_str_eq(conf.pidfile, "q");
		ck_assert_str_eq(conf.speed, "9");
		ck_assert_int_eq(conf.stimeout, 3);
		ck_assert_int_eq(conf.connections, 7);
		ck_assert(conf.connections_given);
		ck_assert_int_eq(conf.slots, 7);
		free_streams();
		conf_free(&conf);
	}
}
END_TEST

START_TEST(last_one_counts)
{
	struct conf conf;

	ck_assert_int_eq(read_text(&conf, "-s 1 -s 2 -C 9 -C 8 -c a -c b",
	    NULL), CONF_RUN);
	ck_assert_str_eq(conf.speed, "2");
	ck_assert_int_eq(conf.connections, 8);
	ck_assert_str_eq(conf.file, "b");
	free_streams();
	conf_free(&conf);
}
END_TEST

START_TEST(abbreviations)
{
	struct conf conf;

	/* Of debug and delegate, ppp and pidfile, the first; --lo is one. */
	ck_assert_int_eq(read_text(&conf, "--d --p /x --lo --s 5", NULL),
	    CONF_RUN);
	ck_assert(conf.debug && !conf.delegate && conf.logwtmp);
	ck_assert_str_eq(conf.ppp, "/x");
	ck_assert_str_eq(conf.speed, "5");
	free_streams();
	conf_free(&conf);
	ck_assert_int_eq(read_text(&conf, "--check --d", NULL), CONF_RUN);
	ck_assert(conf.check && conf.debug && !conf.check_plugins);
	free_streams();
	conf_free(&conf);
	ck_assert_int_eq(read_text(&conf, "--check-plugins --d", NULL),
	    CONF_RUN);
	ck_assert(conf.check_plugins && conf.debug);
	free_streams();
	conf_free(&conf);
}
END_TEST

START_TEST(version_and_usage)
{
	static const char *const lines[] = {
		"\npptpd v9.8.7\nUsage: pptpd [options], where options are:\n"
		"\n",
		" [-c] [--conf file]        ", " [-d] [--debug]            ",
		" [-t] [--stimeout seconds] ", " [-C] [--connections n]    ",
		" [-l] [--listen x.x.x.x]   ", "      [--check]            ",
		"\n\n\nLogs and debugging go to syslog as ",
		"\n\nCommand line options will override any default settings "
		"and any settings\nspecified in the config file (default "
		"config file: ",
	};
	struct conf conf;
	char *line, *save = NULL;
	size_t i;

	ck_assert_int_eq(read_text(&conf, "-v", NULL), CONF_EXIT_OK);
	ck_assert_str_eq(printed, "pptpd v9.8.7\n");
	free_streams();
	conf_free(&conf);
	ck_assert_int_eq(read_text(&conf, "-h", NULL), CONF_EXIT_OK);
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		ck_assert_msg(strstr(printed, lines[i]) != NULL, "%s",
		    lines[i]);
	ck_assert_ptr_null(strstr(printed, "inetd"));
	ck_assert_ptr_null(strstr(printed, "localip"));
	for (line = strtok_r(printed, "\n", &save); line != NULL;
	    line = strtok_r(NULL, "\n", &save)) {
		/* Two lines name files that configure may put anywhere. */
		if (strstr(line, "pptpd.conf") == NULL &&
		    strstr(line, "pptpd.pid") == NULL)
			ck_assert_msg(strlen(line) < 80, "%s", line);
	}
	free_streams();
	conf_free(&conf);
}
END_TEST

/* A check goes on after an error, to find the next ones. */
START_TEST(check_finds_all_errors)
{
	struct conf conf;

	ck_assert_int_eq(read_text(&conf, "-l nosuch -C -1 --check",
	    "remoteip 10.0.0.9-2\nlocalip x y\n"), CONF_RUN);
	ck_assert_uint_eq(conf.errors, 4);
	ck_assert_ptr_nonnull(strstr(said, "listening address: nosuch!"));
	ck_assert_ptr_nonnull(strstr(said, "connections: not a number"));
	ck_assert_ptr_nonnull(strstr(said, "E MGR: Bad remote IP range: "
	    "10.0.0.9-2\nE pptpd.conf:1: remoteip: "));
	ck_assert_ptr_nonnull(strstr(said, "E MGR: Bad IP address (x y) in "
	    "config file!\nE pptpd.conf:2: localip: "));
	free_streams();
	conf_free(&conf);
}
END_TEST

START_TEST(peeks)
{
	static const struct {
		const char *words;
		bool	    fg, check, inetd;
	} p[] = {
		{ "", false, false, false },
		{ "-c missing -f", true, false, false },
		{ "-Z --fg", true, false, false },
		{ "-c -f", false, false, false },
		{ "-c --check", false, false, false },
		{ "-- -f", false, false, false },
		{ "word --che", false, true, false },
		{ "--check-plugins", false, true, false },
		{ "--inetd -f", true, false, true },
		{ "-f --inetd", true, false, false },
	};
	char *argv[ARGS_MAX], *copy;
	struct conf conf;
	size_t i;
	int argc;

	for (i = 0; i < sizeof(p) / sizeof(p[0]); i++) {
		argc = split(p[i].words, argv, &copy);
		conf_init(&conf);
		conf_peek_args(&conf, argc, argv);
		ck_assert_msg(conf.foreground == p[i].fg &&
		    conf.check == p[i].check && conf.inetd == p[i].inetd,
		    "%s", p[i].words);
		conf_free(&conf);
		free(copy);
	}
}
END_TEST

START_TEST(inetd)
{
	struct conf conf;

	ck_assert_int_eq(read_text(&conf, "--inetd --fg --debug --option /o "
	    "--speed 9 --localip 10.0.0.2 --remoteip 10.1 --callid 128 "
	    "--ppp /p --logwtmp", NULL), CONF_RUN);
	ck_assert_str_eq(said, "");
	ck_assert(conf.inetd && conf.foreground && conf.debug && conf.logwtmp);
	ck_assert_int_eq(conf.inetd_callid, 128);
	ck_assert_uint_eq(conf.local.n, 1);
	ck_assert_str_eq(conf.local.addr[0], "10.0.0.2");
	ck_assert_str_eq(conf.remote.addr[0], "10.1");
	ck_assert_int_eq(conf.slots, 1);
	free_streams();
	conf_free(&conf);

	ck_assert_int_eq(read_text(&conf, "--inetd", NULL), CONF_RUN);
	ck_assert_int_eq(conf.inetd_callid, -1);
	ck_assert_uint_eq(conf.local.n + conf.remote.n, 0);
	ck_assert_int_eq(conf.slots, 1);
	ck_assert_str_eq(said, "");
	free_streams();
	conf_free(&conf);

	/* stdout and stderr are the client's there */
	ck_assert_int_eq(read_text(&conf, "--inetd --nosuch", NULL),
	    CONF_EXIT_ERROR);
	ck_assert_str_eq(printed, "");
	ck_assert_str_eq(said, "E command line: unknown option, or one "
	    "without its value\n");
	free_streams();
	conf_free(&conf);

	ck_assert_int_eq(read_text(&conf, "--inetd --callid 70000", NULL),
	    CONF_RUN);
	ck_assert_int_eq(conf.inetd_callid, -1);
	free_streams();
	conf_free(&conf);
}
END_TEST

/* --- file ---------------------------------------------------------------- */

/* 509 octets are a line, 510 are too many; its end does not count. */
START_TEST(line_length)
{
	static const char *const ends[] = { "\n", "\r\n", "" };
	struct conf conf;
	char text[600];
	size_t len, i;

	for (i = 0; i < 3; i++) {
		for (len = 505; len < 515; len++) {
			memset(text, ' ', len);
			memcpy(text, "speed 57600", 11);
			strcpy(text + len, ends[i]);
			read_text(&conf, "-C 1", text);
			ck_assert_str_eq(conf.speed, len <= CONF_LINE_MAX ?
			    "57600" : "115200");
			ck_assert((strstr(said,
			    "E Long config file line ignored.\n") != NULL) ==
			    (len > CONF_LINE_MAX));
			free_streams();
			conf_free(&conf);
		}
	}
}
END_TEST

START_TEST(nul_octets)
{
	static const char text[] = "speed 9\0 8\nfoo\0bar\n\0\noption /o\n";
	struct conf conf;

	read_all(&conf, "-D", text, sizeof(text) - 1);
	ck_assert_str_eq(conf.speed, "9");
	ck_assert_str_eq(conf.option, "/o");
	ck_assert_uint_eq(conf.errors, 0);
	free_streams();
	conf_free(&conf);
}
END_TEST

/* Whatever stands in a file: no overrun, and the next line is read. */
START_TEST(random_octets)
{
	static const char alphabet[] =
	    "# \t\r\n\n,.-0125:/\"'\\%abc\xff\0speed\0localip\0remoteip 1\0"
	    "connections";
	char text[900];
	struct conf conf;
	unsigned seed = 1;
	size_t n, i;

	for (n = 0; n < 3000; n++) {
		for (i = 0; i < 800; i++) {
			seed = seed * 1103515245 + 12345;
			text[i] = alphabet[(seed >> 16) %
			    (sizeof(alphabet) - 1)];
		}
		strcpy(text + 800, "\npidfile /last\n");
		read_all(&conf, "", text, 815);
		ck_assert_str_eq(conf.pidfile, "/last");
		free_streams();
		conf_free(&conf);
	}
}
END_TEST

START_TEST(empty_file)
{
	struct conf conf;

	read_text(&conf, "", "");
	ck_assert_str_eq(said,
	    "N no remoteip is given: using 192.168.1.1-100\n"
	    "N no localip is given: using 192.168.0.1-100\n");
	ck_assert_int_eq(conf.slots, 100);
	ck_assert_str_eq(conf.local.addr[99], "192.168.0.100");
	ck_assert_str_eq(conf.remote.addr[99], "192.168.1.100");
	ck_assert(conf.file_read);
	free_streams();
	conf_free(&conf);
}
END_TEST

/* The relay is an option of configure; no line about it stops a start. */
START_TEST(bcrelay)
{
	struct conf conf;
	bool built;

	read_text(&conf, "-h", NULL);
	built = strstr(printed, " [-b] [--bcrelay if]") != NULL;
	free_streams();
	conf_free(&conf);

	read_text(&conf, "-D", "bcrelay eth1\n");
	if (built) {
		ck_assert_str_eq(conf.bcrelay, "eth1");
		ck_assert_str_eq(said, "");
	} else {
		ck_assert_ptr_null(conf.bcrelay);
		ck_assert_str_eq(said, "W pptpd.conf:1: unknown keyword, "
		    "line ignored: \"bcrelay\"\n");
	}
	free_streams();
	conf_free(&conf);

	read_text(&conf, "-D", "bcrelay\n");
	ck_assert_ptr_null(conf.bcrelay);
	ck_assert_uint_eq(conf.errors, 0);
	ck_assert_str_eq(said, built ? "W pptpd.conf:1: bcrelay: no "
	    "interface, so there is no relay\n" : "W pptpd.conf:1: unknown "
	    "keyword, line ignored: \"bcrelay\"\n");
	free_streams();
	conf_free(&conf);

	read_text(&conf, "-D", "bcrelay disable\n");
	ck_assert_ptr_null(conf.bcrelay);
	ck_assert_uint_eq(conf.errors, 0);
	if (built)
		ck_assert_str_eq(said, "");
	free_streams();
	conf_free(&conf);

	ck_assert_int_eq(read_text(&conf, "-b eth1", NULL),
	    built ? CONF_RUN : CONF_EXIT_ERROR);
	free_streams();
	conf_free(&conf);
}
END_TEST

/* A reload reads into a second struct while the first is in use. */
START_TEST(two_at_once)
{
	struct conf one, two;

	read_text(&one, "-d -C 5", "localip 10.0.0.1\nremoteip 10.1.0.1-9\n");
	free_streams();
	read_text(&two, "-d -C 5", "localip 10.0.0.2\nremoteip 10.2.0.1-9\n");
	free_streams();
	ck_assert_int_eq(one.slots, 5);
	ck_assert_int_eq(two.slots, 5);
	ck_assert_str_eq(one.remote.addr[4], "10.1.0.5");
	ck_assert_str_eq(two.remote.addr[4], "10.2.0.5");
	conf_free(&two);
	ck_assert_str_eq(one.local.addr[0], "10.0.0.1");
	conf_free(&one);
}
END_TEST

/* --- datapath --- */

static bool
kernel_carries(const struct conf *conf, const char *client)
{
	return conf_datapath_kernel(conf, inet_addr(client));
}

START_TEST(the_smallest_network_decides)
{
	struct conf conf;

	read_text(&conf, "", "localip 10.0.0.1\nremoteip 10.0.0.2\n"
	    "datapath kernel 198.51.100.0/24\n"
	    "datapath userspace 198.51.100.64/26, 203.0.113.7\n"
	    "datapath kernel 198.51.100.65\n");
	ck_assert(conf_datapath_any(&conf));
	ck_assert(kernel_carries(&conf, "198.51.100.63"));
	ck_assert(!kernel_carries(&conf, "198.51.100.64"));
	ck_assert(kernel_carries(&conf, "198.51.100.65"));
	ck_assert(!kernel_carries(&conf, "198.51.100.66"));
	ck_assert(kernel_carries(&conf, "198.51.100.255"));
	ck_assert(!kernel_carries(&conf, "198.51.101.0"));
	ck_assert(!kernel_carries(&conf, "203.0.113.7"));
	free_streams();
	conf_free(&conf);
}
END_TEST

START_TEST(datapath_for_all_but_some)
{
	struct conf conf;

	read_text(&conf, "", "localip 10.0.0.1\nremoteip 10.0.0.2\n"
	    "datapath userspace 192.0.2.0/24\ndatapath kernel\n");
	ck_assert(kernel_carries(&conf, "198.51.100.1"));
	ck_assert(!kernel_carries(&conf, "192.0.2.1"));
	free_streams();
	conf_free(&conf);
}
END_TEST

START_TEST(datapath_is_userspace)
{
	struct conf conf;

	read_text(&conf, "", "localip 10.0.0.1\nremoteip 10.0.0.2\n"
	    "datapath userspace\n");
	ck_assert(!conf_datapath_any(&conf));
	ck_assert(!kernel_carries(&conf, "198.51.100.1"));
	free_streams();
	conf_free(&conf);
}
END_TEST

/* --- limits --- */

START_TEST(delegate_has_a_bound)
{
	static const struct {
		const char *args, *text;
		int slots;
	} rows[] = {
		{ "", "delegate\n", 4096 },
		{ "-D", "", 4096 },
		{ "-D -C 0", "", 4096 },	/* Poptop did not look at it */
		{ "-D -C 9", "", 9 },
		{ "", "delegate\nconnections nonsense\n", 4096 },
		{ "", "delegate\nconnections 9\n", 9 },
		{ "", "delegate\nconnections 65535\n", 65535 },
		{ "", "delegate\nconnections 70000\n", 65535 },
	};
	struct conf conf;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ck_assert_int_eq(read_text(&conf, rows[i].args, rows[i].text),
		    CONF_RUN);
		ck_assert_msg(conf.slots == rows[i].slots, "\"%s\" %s: %d",
		    rows[i].args, rows[i].text, conf.slots);
		free_streams();
		conf_free(&conf);
	}
}
END_TEST

START_TEST(limits_follow_the_calls_there_can_be)
{
	static const struct {
		const char *text;
		uint32_t calls, unauth, unauth_per_ip;
	} rows[] = {
		{ "localip 10.0.0.1\nremoteip 10.1.0.1-200\n",
		    100, 300, 150 },
		{ "localip 10.0.0.1\nremoteip 10.1.0.1-20\n", 20, 140, 70 },
		{ "delegate\nconnections 4000\n", 4000, 8100, 4050 },
		{ "delegate\n", 4096, 8292, 4146 },
		{ "delegate\nconnections 65535\n", 65535, 131170, 65585 },
		{ "delegate\nconnections 4000\nmax-unauth 0\n"
		    "max-unauth-per-ip 5\n", 4000, 0, 5 },
	};
	struct conf conf;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ck_assert_int_eq(read_text(&conf, "", rows[i].text),
		    CONF_RUN);
		ck_assert_uint_eq(conf.limits.connections, rows[i].calls);
		ck_assert_uint_eq(conf.limits.max_unauth, rows[i].unauth);
		ck_assert_uint_eq(conf.limits.max_unauth_per_ip,
		    rows[i].unauth_per_ip);
		/* an office behind one address is not limited */
		ck_assert_uint_eq(conf.limits.max_per_ip, 0);
		ck_assert_uint_eq(conf.limits.call_rate, 0);
		ck_assert_uint_eq(conf.limits.connection_rate, 2000);
		ck_assert_uint_eq(conf.limits.connection_rate_per_ip, 20);
		ck_assert_uint_eq(conf.limits.call_rate_per_ip, 10);
		ck_assert_uint_eq(conf.limits.call_timeout, 60);
		ck_assert_uint_eq(conf.limits.auth_timeout, 60);
		ck_assert_uint_eq(conf.limits.auth_penalty, 5);
		ck_assert_uint_eq(conf.limits.message_rate, 10);
		ck_assert_uint_eq(conf.limits.log_rate, 5);
		free_streams();
		conf_free(&conf);
	}
}
END_TEST

START_TEST(logins_of_one_user)
{
	static const struct {
		const char *text;
		uint32_t max, replace;
		const char *said;
	} rows[] = {
		{ "", 0, 0, "" },
		{ "max-logins-per-user 1\n", 1, 0, "" },
		{ "max-logins-per-user 2 deny\n", 2, 0, "" },
		{ "max-logins-per-user 3\t replace-oldest\n", 3, 1, "" },
		{ "max-logins-per-user 0 replace-oldest\n", 0, 1, "" },
		{ "max-logins-per-user 1 replace\n", 1, 0,
		    "neither deny nor replace-oldest, it is deny" },
		{ "max-logins-per-user 1 deny now\n", 1, 0,
		    "neither deny nor replace-oldest, it is deny" },
		{ "max-logins-per-user many\n", 0, 0,
		    "not a number of 0 or more" },
		{ "max-logins-per-user\n", 0, 0, "not a number of 0 or more" },
		{ "max-logins-per-user 1\nmax-logins-per-user 2 "
		    "replace-oldest\n", 1, 0, "" },
	};
	struct conf conf;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ck_assert_int_eq(read_text(&conf, "", rows[i].text),
		    CONF_RUN);
		ck_assert_uint_eq(conf.limits.max_logins, rows[i].max);
		ck_assert_uint_eq(conf.limits.logins_replace,
		    rows[i].replace);
		ck_assert_uint_eq(conf.errors, 0);
		ck_assert_msg(strstr(said, rows[i].said) != NULL,
		    "\"%s\": %s", rows[i].text, said);
		free_streams();
		conf_free(&conf);
	}
}
END_TEST

/* --- another reading ----------------------------------------------------- */

static const struct changes_row {
	const char *before, *after, *changes;
} changes_rows[] = {
	{ "", "", "" },
	{ "debug\n", "# comment\n\ndebug\n", "" },
	{ "", "debug\n", "debug" },
	{ "debug\nlogwtmp\n", "logwtmp\n", "debug" },
	{ "ppp /a\n", "ppp /b\n", "ppp" },
	{ "option /a\n", "", "option" },
	{ "", "option /a\n", "option" },
	{ "listen 127.0.0.1\n", "listen 127.1\n", "" },
	{ "listen 127.0.0.1\n", "listen 127.0.0.2\n", "listen" },
	{ "listen 127.0.0.1\n", "", "listen" },
	{ "stimeout 5\n", "stimeout 6\n", "stimeout" },
	{ "stimeout 10\n", "", "" },
	{ "call-timeout 5\n", "call-timeout 6\n", "call-timeout" },
	{ "delegate\nconnections 100\n", "delegate\n", "connections" },
	{ "sandbox log\n", "sandbox off\n", "sandbox" },
	{ "", "control-group wheel\n", "control-group" },
	{ "engines 1\n", "engines auto\n", "engines" },
	{ "", "max-logins-per-user 1\n", "max-logins-per-user" },
	{ "max-logins-per-user 1\n",
	    "max-logins-per-user 1 replace-oldest\n", "max-logins-per-user" },
	{ "max-logins-per-user 1\n", "max-logins-per-user 1 deny\n", "" },
	{ "", "aaa none\n", "" },
	{ "", "aaa radius\n", "aaa" },
	{ "aaa exec\n", "aaa file\n", "aaa" },
	{ "radius-conf /a\n", "radius-conf /b\n", "radius-conf" },
	{ "aaa-conf /a\n", "aaa-conf /b\n", "aaa-conf" },
	/* What follows from others is not named. */
	{ "connections 5\n", "connections 50\n", "connections" },
	{ "localip 10.0.0.1\nremoteip 10.1.0.1-9\n",
	    "debug\nremoteip 10.1.0.1-8\nlocalip 10.0.0.1\n",
	    "debug, remoteip" },
};

START_TEST(changes)
{
	const struct changes_row *row = &changes_rows[_i];
	struct conf before, after;
	char text[100];

	ck_assert_int_eq(read_text(&before, "", row->before), CONF_RUN);
	free_streams();
	ck_assert_int_eq(read_text(&after, "", row->after), CONF_RUN);
	conf_changes(&before, &after, text, sizeof(text));
	ck_assert_str_eq(text, row->changes);
	free_streams();
	conf_free(&before);
	conf_free(&after);
}
END_TEST

/* A wrong word is no start without aaa, nor is it a build that has none. */
START_TEST(aaa_guards)
{
	static const struct {
		const char *text;
		enum conf_aaa aaa;
		bool wrong;
	} rows[] = {
		{ "", CONF_AAA_NONE, false },
		{ "aaa none\n", CONF_AAA_NONE, false },
		{ "aaa radios\n", CONF_AAA_WRONG, true },
		{ "aaa wrong\n", CONF_AAA_WRONG, true },
		{ "aaa\n", CONF_AAA_WRONG, true },
#ifdef WITH_RADIUS
		{ "aaa radius\n", CONF_AAA_RADIUS, false },
		{ "aaa exec\n", CONF_AAA_EXEC, false },
		{ "aaa file\n", CONF_AAA_FILE, false },
#else
		{ "aaa radius\n", CONF_AAA_RADIUS, true },
		{ "aaa file\n", CONF_AAA_FILE, true },
#endif
	};
	struct conf conf;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ck_assert_int_eq(read_text(&conf, "", rows[i].text), CONF_RUN);
		ck_assert_int_eq(conf.aaa, rows[i].aaa);
		ck_assert_int_eq(conf.errors > 0, rows[i].wrong);
		free_streams();
		conf_free(&conf);
	}
}
END_TEST

/* A limit that cannot be read is no start: it would be none at all. */
START_TEST(rate_limits)
{
	static const struct {
		const char *text;
		uint64_t down, up;
		bool	 wrong;
	} rows[] = {
		{ "", 0, 0, false },
		{ "rate-limit none\n", 0, 0, false },
#ifdef WITH_NET
		{ "rate-limit 10M/2M\n", 10000000, 2000000, false },
		{ "rate-limit 512k\n", 512000, 512000, false },
		{ "rate-limit 0/64k\n", 0, 64000, false },
#else
		{ "rate-limit 10M/2M\n", 10000000, 2000000, true },
#endif
		{ "rate-limit 10Mbit\n", 0, 0, true },
		{ "rate-limit 1/1\n", 0, 0, true },
		{ "rate-limit 33G\n", 0, 0, true },
		{ "rate-limit\n", 0, 0, true }
	};
	struct conf conf;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ck_assert_int_eq(read_text(&conf, "", rows[i].text), CONF_RUN);
		ck_assert_uint_eq(conf.rate_limit.rate_down, rows[i].down);
		ck_assert_uint_eq(conf.rate_limit.rate_up, rows[i].up);
		ck_assert_int_eq(conf.errors > 0, rows[i].wrong);
		ck_assert_int_eq(conf_net_any(&conf), rows[i].down != 0 ||
		    rows[i].up != 0);
		free_streams();
		conf_free(&conf);
	}
}
END_TEST

/* What guards must not be off by a slip of the pen. */
START_TEST(table)
{
	static const struct {
		const char *text;
		uint32_t mss;
		bool	 sources, wrong;
	} rows[] = {
		{ "", 0, false, false },
		{ "mss-clamp off\nanti-spoofing off\n", 0, false, false },
#ifdef WITH_NET
		{ "mss-clamp on\nanti-spoofing on\n", CONF_MSS_PATH, true,
		    false },
		{ "mss-clamp 1360\n", 1360, false, false },
		{ "mss-clamp 500\n", 500, false, false },
		{ "mss-clamp 1460\n", 1460, false, false },
#else
		{ "mss-clamp on\n", CONF_MSS_PATH, false, true },
		{ "anti-spoofing on\n", 0, true, true },
#endif
		{ "mss-clamp 499\n", 0, false, true },
		{ "mss-clamp 1461\n", 0, false, true },
		{ "mss-clamp 1300x\n", 0, false, true },
		{ "mss-clamp\n", 0, false, true },
		{ "anti-spoofing yes\n", 0, true, true },
		{ "anti-spoofing\n", 0, true, true }
	};
	struct conf conf;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ck_assert_int_eq(read_text(&conf, "", rows[i].text), CONF_RUN);
		ck_assert_uint_eq(conf.mss_clamp, rows[i].mss);
		ck_assert_int_eq(conf.anti_spoofing, rows[i].sources);
		ck_assert_int_eq(conf.errors > 0, rows[i].wrong);
		ck_assert_int_eq(conf_table_any(&conf), rows[i].mss != 0 ||
		    rows[i].sources);
		free_streams();
		conf_free(&conf);
	}
}
END_TEST

/* More names than there is room for. */
START_TEST(changes_are_cut)
{
	struct conf before, after;
	char text[40];

	ck_assert_int_eq(read_text(&before, "", ""), CONF_RUN);
	free_streams();
	ck_assert_int_eq(read_text(&after, "", "debug\nnoipparam\nlogwtmp\n"
	    "stimeout 3\nspeed 9600\ncall-rate 1\n"), CONF_RUN);
	for (size_t size = 16; size <= sizeof(text); size++) {
		memset(text, 'x', sizeof(text));
		conf_changes(&before, &after, text, size);
		ck_assert_uint_lt(strlen(text), size);
		ck_assert_ptr_nonnull(strstr(text, ", ..."));
		ck_assert_int_eq(strncmp(text, "debug", 5), 0);
	}
	free_streams();
	conf_free(&before);
	conf_free(&after);
}
END_TEST

/* Every keyword of the file: other values in each, no flag in the first. */
static const char text_before[] = "ppp /bin/a\nlisten 192.0.2.1\n"
    "option /etc/a\npidfile /run/a\nspeed 9600\nstimeout 3\n"
    "connections 5\nlocalip 10.0.0.1\nremoteip 10.0.0.2\nsandbox log\n"
    "engines 2\nrestart-grace 7\ncontrol-group a\naaa none\n"
    "radius-conf /etc/a\naaa-conf /etc/a\nrate-limit 1M/2M\n"
    "mss-clamp 1300\nanti-spoofing off\n"
    "datapath kernel 192.0.2.0/24 198.51.100.7\n"
    "pool staff 10.2.0.1-9\npool guests 10.2.1.1\n"
    "max-per-ip 1\nmax-unauth 2\nmax-unauth-per-ip 3\nconnection-rate 4\n"
    "connection-rate-per-ip 5\ncall-rate 6\ncall-rate-per-ip 7\n"
    "call-timeout 8\nauth-timeout 9\nauth-penalty 10\nmessage-rate 11\n"
    "log-rate 12\nmax-logins-per-user 13\nbcrelay eth0\n";
static const char text_after[] = "debug\nnoipparam\nlogwtmp\ndelegate\n"
    "ppp /bin/b\nlisten 192.0.2.2\noption /etc/b\npidfile /run/b\n"
    "speed 19200\nstimeout 4\nconnections 6\nlocalip 10.0.1.1\n"
    "remoteip 10.0.1.2\nsandbox off\nengines 3\nrestart-grace 8\n"
    "control-group b\naaa radius\nradius-conf /etc/b\naaa-conf /etc/b\nrate-limit 1M/3M\n"
    "mss-clamp on\nanti-spoofing on\n"
    "datapath userspace 203.0.113.0/24\npool staff 10.2.0.1-8\n"
    "max-per-ip 101\nmax-unauth 102\nmax-unauth-per-ip 103\n"
    "connection-rate 104\nconnection-rate-per-ip 105\ncall-rate 106\n"
    "call-rate-per-ip 107\ncall-timeout 108\nauth-timeout 109\n"
    "auth-penalty 110\nmessage-rate 111\nlog-rate 112\n"
    "max-logins-per-user 13 replace-oldest\nbcrelay eth1\n";

START_TEST(a_value_is_copied_and_nothing_else)
{
	const struct conf_keyword *kw, *other;
	struct conf before, after, untouched;

	open_streams();
	for (kw = conf_keywords; kw < conf_keywords + conf_nkeywords; kw++) {
		if (!(kw->where & CONF_IN_FILE))
			continue;
		conf_init(&before);
		conf_init(&after);
		conf_init(&untouched);
		conf_parse_file(&before, text_before, strlen(text_before),
		    &env);
		conf_parse_file(&after, text_after, strlen(text_after), &env);
		conf_parse_file(&untouched, text_after, strlen(text_after),
		    &env);
		ck_assert_msg(!conf_same(&before, &after, kw),
		    "%s: the same in both texts", kw->name);
		conf_copy(&after, &before, kw);
		conf_copy(&after, &before, kw);		/* frees the first */
		ck_assert_msg(conf_same(&before, &after, kw),
		    "%s: not copied", kw->name);
		for (other = conf_keywords;
		    other < conf_keywords + conf_nkeywords; other++) {
			if (other != kw)
				ck_assert_msg(conf_same(&after, &untouched,
				    other), "%s: changes %s", kw->name,
				    other->name);
		}
		/* Each has its own: valgrind and the sanitizers see it. */
		conf_free(&before);
		conf_copy(&untouched, &after, kw);
		conf_free(&after);
		conf_free(&untouched);
	}
	close_streams();
	free_streams();
}
END_TEST

/* What was not given is copied too. */
START_TEST(nothing_is_copied_over_something)
{
	const struct conf_keyword *kw;
	struct conf before, after;

	conf_init(&before);
	conf_init(&after);
	open_streams();
	conf_parse_file(&after, text_after, strlen(text_after), &env);
	close_streams();
	for (kw = conf_keywords; kw < conf_keywords + conf_nkeywords; kw++)
		conf_copy(&after, &before, kw);
	ck_assert_ptr_null(after.option);
	ck_assert_ptr_null(after.listen);
	ck_assert_uint_eq(after.listen_addr, 0);
	ck_assert_uint_eq(after.datapath.n, 0);
	ck_assert(!after.debug && !after.delegate);
	ck_assert_int_eq(after.connections, CONF_CONNECTIONS_DEFAULT);
	ck_assert(!after.connections_given);
	ck_assert_str_eq(after.sandbox, "on");
	conf_free(&before);
	conf_free(&after);
	free_streams();
}
END_TEST

START_TEST(what_cannot_change_is_kept)
{
	struct conf before, after;

	ck_assert_int_eq(read_text(&before, "-p /run/old", "sandbox on\n"
	    "restart-grace 5\n"), CONF_RUN);
	free_streams();
	ck_assert_int_eq(read_text(&after, "", "debug\nsandbox off\n"
	    "pidfile /run/new\nrestart-grace 0\nengines 3\n"), CONF_RUN);
	free_streams();
	open_streams();
	ck_assert(!conf_keep(&before, &after, &env));
	close_streams();
	ck_assert_str_eq(said,
	    "W pptpd.conf:3: pidfile: counts when pptpd is started again\n"
	    "N pptpd.conf:2: sandbox: counts when the engine is started "
	    "again\n"
	    "W pptpd.conf:5: engines: counts when pptpd is started again\n"
	    "W pptpd.conf:4: restart-grace: counts when pptpd is started "
	    "again\n");
	ck_assert_uint_eq(after.restart_grace, 5);
	ck_assert_uint_eq(after.engines, 1);
	ck_assert_str_eq(after.pidfile, "/run/old");
	ck_assert_str_eq(after.sandbox, "off");
	free_streams();
	conf_free(&before);
	conf_free(&after);
}
END_TEST

/* Its filter is made at start. */
START_TEST(the_first_kernel_call_waits_for_another_server)
{
	static const char userspace[] = "datapath userspace\n";
	static const char kernel[] = "datapath kernel 192.0.2.0/24\n";
	static const struct {
		const char *before, *after, *changes, *said;
		bool kernel;
	} rows[] = {
		{ userspace, kernel, "datapath", "W pptpd.conf:1: datapath: "
		    "another pptpd takes over for it\n", false },
		{ kernel, userspace, "datapath", "", false },
		{ kernel, "datapath kernel\n", "datapath", "", true },
		{ kernel, kernel, "", "", true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct conf before, after;
		char text[64];

		read_text(&before, "", rows[i].before);
		free_streams();
		read_text(&after, "", rows[i].after);
		free_streams();
		open_streams();
		conf_changes(&before, &after, text, sizeof(text));
		ck_assert(conf_keep(&before, &after, &env) ==
		    (rows[i].said[0] != '\0'));
		close_streams();
		ck_assert_str_eq(text, rows[i].changes);
		ck_assert_str_eq(said, rows[i].said);
		ck_assert(conf_datapath_any(&after) == rows[i].kernel);
		free_streams();
		conf_free(&before);
		conf_free(&after);
	}
}
END_TEST

/* What only another server can do, if calls outlive this one. */
START_TEST(another_server_takes_over)
{
	struct conf before, after;

	ck_assert_int_eq(read_text(&before, "", "engines 2\n"), CONF_RUN);
	free_streams();
	ck_assert_int_eq(read_text(&after, "", "engines 3\n"), CONF_RUN);
	open_streams();
	ck_assert(conf_keep(&before, &after, &env));
	close_streams();
	ck_assert_str_eq(said, "W pptpd.conf:1: engines: another pptpd takes "
	    "over for it\n");
	ck_assert_uint_eq(after.engines, 2);
	open_streams();
	ck_assert(!conf_keep(&before, &after, &env));
	close_streams();
	ck_assert_str_eq(said, "");
	free_streams();
	conf_free(&before);
	conf_free(&after);
}
END_TEST

START_TEST(first_error_is_kept)
{
	struct conf conf;

	ck_assert_int_eq(read_text(&conf, "", "debug\nlisten nosuch\n"
	    "localip 10.0.0.300\n"), CONF_RUN);
	ck_assert_uint_eq(conf.errors, 2);
	ck_assert_str_eq(conf.error, "pptpd.conf:2: listen: no IPv4 "
	    "address, and no name that has one: \"nosuch\"");
	free_streams();
	conf_free(&conf);
}
END_TEST

static void
add_tests(TCase *t)
{
	tcase_add_test(t, golden_files_are_there);
	tcase_add_loop_test(t, golden_file, 0, (int)golden.gl_pathc);
	tcase_add_loop_test(t, args, 0,
	    (int)(sizeof(args_rows) / sizeof(args_rows[0])));
	tcase_add_test(t, every_option);
	tcase_add_test(t, last_one_counts);
	tcase_add_test(t, abbreviations);
	tcase_add_test(t, version_and_usage);
	tcase_add_test(t, check_finds_all_errors);
	tcase_add_test(t, peeks);
	tcase_add_test(t, inetd);
	tcase_add_test(t, line_length);
	tcase_add_test(t, nul_octets);
	tcase_add_test(t, random_octets);
	tcase_add_test(t, empty_file);
	tcase_add_test(t, bcrelay);
	tcase_add_test(t, two_at_once);
	tcase_add_test(t, the_first_kernel_call_waits_for_another_server);
	tcase_add_test(t, the_smallest_network_decides);
	tcase_add_test(t, datapath_for_all_but_some);
	tcase_add_test(t, datapath_is_userspace);
	tcase_add_test(t, delegate_has_a_bound);
	tcase_add_test(t, limits_follow_the_calls_there_can_be);
	tcase_add_test(t, logins_of_one_user);
	tcase_add_loop_test(t, changes, 0,
	    (int)(sizeof(changes_rows) / sizeof(changes_rows[0])));
	tcase_add_test(t, aaa_guards);
	tcase_add_test(t, rate_limits);
	tcase_add_test(t, table);
	tcase_add_test(t, changes_are_cut);
	tcase_add_test(t, a_value_is_copied_and_nothing_else);
	tcase_add_test(t, nothing_is_copied_over_something);
	tcase_add_test(t, what_cannot_change_is_kept);
	tcase_add_test(t, another_server_takes_over);
	tcase_add_test(t, first_error_is_kept);
}

int
main(void)
{
	Suite *s = suite_create("conf");
	TCase *t = tcase_create("conf");
	SRunner *r;
	int failed;

	glob(TESTDATA "/conf/*.conf", 0, NULL, &golden);
	tcase_set_timeout(t, 60);
	add_tests(t);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	globfree(&golden);
	return failed == 0 ? 0 : 1;
}
