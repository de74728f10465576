/* pptpdctl doctor: checks of the administrator's files. */
/* SPDX-License-Identifier: ISC */
#include "config.h"
#include "ctl/doctor_conf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>		/* LOG_ERR ...; no function of it */

#include "config/iprange.h"
#include "config/secrets.h"
#include "ctl/doctor_find.h"

#define SYSTEM_OPTIONS	"/etc/ppp/options"	/* pppd always reads it */
#define CHAP_SECRETS	"/etc/ppp/chap-secrets"
#define PAP_SECRETS	"/etc/ppp/pap-secrets"
#define WORDS_MAX	64	/* of the server's command line */

/* --- configuration ------------------------------------------------------- */

static void
report(int priority, const char *text, void *arg)
{
	struct doctor *d = arg;

	if (priority == LOG_ERR)
		doctor_find(d, DOCTOR_ERROR, NULL, "%s", text);
	else if (priority == LOG_WARNING)
		doctor_find(d, DOCTOR_WARNING, NULL, "%s", text);
}

static void
print(const char *text, void *arg)
{
	(void)text;
	(void)arg;
}

static const char *
unreadable(const char *path, void *arg)
{
	struct stat st;
	int error = doctor_stat(arg, path, &st);

	return error != 0 ? strerror(error) : NULL;
}

/* The server that the pid file names, if it is one. */
static pid_t
find_server(const struct doctor *d)
{
	long pid = doctor_number(d, d->pidfile);
	char path[64];

	if (pid <= 1 || pid > INT32_MAX)
		return 0;
	snprintf(path, sizeof(path), "/proc/%ld/comm", pid);
	return doctor_file_has(d, path, "pptpd\n") ? (pid_t)pid : 0;
}

/* Reads the command line of the running server, so as to see what it sees. */
static void
parse_command_line(struct doctor *d, const struct conf_env *env)
{
	static char name[] = "pptpd";
	char path[64], *text, *argv[WORDS_MAX + 1] = { name };
	int argc = 1;
	size_t len, at;

	snprintf(path, sizeof(path), "/proc/%ld/cmdline", (long)d->server);
	text = doctor_read(d, path, DOCTOR_FILE, &len);
	if (text == NULL)
		return;
	for (at = strlen(text) + 1; at < len && argc < WORDS_MAX;
	    at += strlen(text + at) + 1)
		argv[argc++] = text + at;
	argv[argc] = NULL;
	(void)conf_parse_args(&d->conf, argc, argv, env);
	free(text);
}

static void
read_file(struct doctor *d, const struct conf_env *env)
{
	size_t len;
	char *text;

	if (d->conf_file != NULL) {
		free(d->conf.file);
		d->conf.file = strdup(d->conf_file);
		if (d->conf.file == NULL)
			abort();
	}
	text = doctor_read(d, d->conf.file, DOCTOR_FILE, &len);
	if (text == NULL) {
		doctor_find(d, errno == EACCES ? DOCTOR_UNKNOWN :
		    DOCTOR_WARNING, NULL, "%s: %s: the defaults hold",
		    d->conf.file, strerror(errno));
		return;
	}
	conf_parse_file(&d->conf, text, len, env);
	free(text);
}

static void
lint_file(struct options_lint *lint, const char *path, void *arg)
{
	struct doctor *d = arg;
	size_t len;
	char *text = doctor_read(d, path, DOCTOR_FILE, &len);

	if (text == NULL) {
		if (errno != ENOENT || strcmp(path, SYSTEM_OPTIONS) != 0)
			doctor_find(d, errno == EACCES ? DOCTOR_UNKNOWN :
			    DOCTOR_ERROR, NULL, "%s: %s%s", path,
			    strerror(errno), errno == EACCES ? "" :
			    ": pppd refuses every call");
		return;
	}
	options_lint_text(lint, path, text, len);
	free(text);
}

/* Without memory: abort(3), as in the reading of the configuration. */
static void
collect(struct addr_set *set, const struct iprange_list *list)
{
	uint32_t addr;

	if (!addr_set_reserve(set, list->n))
		abort();
	for (size_t i = 0; i < list->n; i++) {
		if (iprange_number(list->addr[i], &addr))
			addr_set_append(set, addr);
	}
	addr_set_sort(set);
}

void
doctor_configuration(struct doctor *d)
{
	const struct conf_env env = { report, print, unreadable,
	    d->world->resolve, PACKAGE_VERSION, d };
	struct stat st;

	d->server = find_server(d);
	if (d->server != 0)
		parse_command_line(d, &env);
	read_file(d, &env);
	conf_finish(&d->conf, &env);
	collect(&d->local, &d->conf.local);
	if (doctor_stat(d, d->conf.ppp, &st) != 0)
		doctor_find(d, DOCTOR_ERROR, "apt install ppp (RHEL: dnf "
		    "install ppp)", "%s: no pppd there: no call can come up",
		    d->conf.ppp);
	d->conf_good = d->conf.errors == 0;
	d->options = d->conf.option != NULL ? d->conf.option : SYSTEM_OPTIONS;
	options_lint_init(&d->lint, lint_file, d);
	lint_file(&d->lint, SYSTEM_OPTIONS, d);
	if (d->conf.option != NULL)
		lint_file(&d->lint, d->conf.option, d);
	if (!doctor_has_found(d))
		doctor_find(d, DOCTOR_OK, NULL, "%s and %s can be read",
		    d->conf.file, d->options);
}

/* --- pppd's options ------------------------------------------------------ */

/* What mends a finding of options_lint: by a word of it; @ is the file. */
static const struct {
	const char *word, *fix;
	enum severity severity;
} lint_fixes[] = {
	{ "noauth:", "sed -i 's/^noauth$/require-mschap-v2/' @",
	    DOCTOR_ERROR },
	{ "require-pap:", "sed -i '/^+pap$/d; /^require-pap$/d' @",
	    DOCTOR_WARNING },
	{ "require-chap:", "sed -i '/^+chap$/d; /^require-chap$/d' @",
	    DOCTOR_WARNING },
	{ "require-mschap:", "sed -i '/^+mschap$/d; /^require-mschap$/d' @",
	    DOCTOR_WARNING },
	{ "are allowed:", "echo require-mschap-v2 >>@", DOCTOR_WARNING },
	{ "encryption is not", "echo require-mppe-128 >>@", DOCTOR_WARNING },
	{ "40-bit", "printf '%s\\n' require-mppe-128 nomppe-40 >>@, and "
	    "remove require-mppe-40 there", DOCTOR_WARNING },
	{ "debug and show-password", "sed -i '/^show-password$/d' @",
	    DOCTOR_WARNING },
	/* The text itself says what to write in its place. */
	{ "patched pppds", NULL, DOCTOR_ERROR },
	{ "", NULL, DOCTOR_WARNING },
};

static void
say_lint(const char *text, void *arg)
{
	struct doctor *d = arg;
	char fix[DOCTOR_TEXT];
	const char *format;
	size_t i = 0, n;

	while (strstr(text, lint_fixes[i].word) == NULL)
		i++;
	format = lint_fixes[i].fix;
	if (format == NULL) {
		doctor_find(d, lint_fixes[i].severity, NULL, "%s", text);
		return;
	}
	n = strcspn(format, "@");
	snprintf(fix, sizeof(fix), "%.*s%s%s", (int)n, format, d->options,
	    format + n + 1);
	doctor_find(d, lint_fixes[i].severity, fix, "%s", text);
}

/* The findings of `pptpd --check`. */
void
doctor_authentication(struct doctor *d)
{
	options_lint_finish(&d->lint, d->options, say_lint, d);
	if (!doctor_has_found(d))
		doctor_find(d, DOCTOR_OK, NULL, "%s: clients have to "
		    "authenticate, and to encrypt with 128 bits", d->options);
}

void
doctor_compression(struct doctor *d)
{
	char fix[DOCTOR_TEXT];

	if (d->lint.novj) {
		doctor_find(d, DOCTOR_OK, NULL, "header compression of Van "
		    "Jacobson is off");
		return;
	}
	snprintf(fix, sizeof(fix), "printf '%%s\\n' novj novjccomp >>%s",
	    d->options);
	doctor_find(d, DOCTOR_WARNING, fix, "%s: novj is missing: clients may "
	    "have the kernel unpack compressed headers, which has had holes "
	    "(CVE-2024-50033), and which packets out of order spoil",
	    d->options);
}

/* --- secrets ------------------------------------------------------------- */

struct tally {
	unsigned all, ours;
	char	 other[SECRETS_WORD];	/* the server that one names */
};

static void
tally_secrets(struct doctor *d, const char *path, const char *server,
    struct tally *t)
{
	struct secrets_entry e;
	struct secrets s = { NULL, 0, 0, 1 };
	size_t len;
	char *text = doctor_read(d, path, DOCTOR_FILE, &len);

	if (text == NULL)
		return;
	s.text = text;
	s.len = len;
	while (secrets_next(&s, &e)) {
		if (e.open_quote)
			doctor_find(d, DOCTOR_ERROR, NULL, "%s:%u: a quote is "
			    "not closed: the rest of the file is lost", path,
			    e.line);
		else if (e.words < 3)
			doctor_find(d, DOCTOR_WARNING, NULL, "%s:%u: %u words: "
			    "an entry has a client, a server, a secret and "
			    "addresses", path, e.line, e.words);
		else if (e.words == 3)
			doctor_find(d, DOCTOR_WARNING, NULL, "%s:%u: no "
			    "addresses (* for any): pppd gives this user none",
			    path, e.line);
		if (e.words < 3)
			continue;
		t->all++;
		if (strcmp(e.server, "*") == 0 ||
		    strcmp(e.server, server) == 0)
			t->ours++;
		else
			snprintf(t->other, sizeof(t->other), "%s", e.server);
	}
	explicit_bzero(&e, sizeof(e));
	explicit_bzero(text, len);
	free(text);
}

static void
check_names(struct doctor *d)
{
	struct tally t = { .all = 0 };
	char server[SECRETS_WORD], fix[DOCTOR_TEXT];
	size_t len;
	char *host;

	snprintf(server, sizeof(server), "%s", d->lint.server);
	if (server[0] == '\0') {
		host = doctor_read(d, "/proc/sys/kernel/hostname", DOCTOR_FILE,
		    &len);
		if (host == NULL)
			return;
		snprintf(server, sizeof(server), "%.*s",
		    (int)strcspn(host, "\n"), host);
		free(host);
	}
	tally_secrets(d, CHAP_SECRETS, server, &t);
	if (t.all == 0) {
		doctor_find(d, d->lint.radius ? DOCTOR_OK : DOCTOR_ERROR,
		    d->lint.radius ? NULL : "vpnuser add NAME", "%s has no "
		    "user%s", CHAP_SECRETS, d->lint.radius ?
		    ", and RADIUS is asked" : ": nobody can log in");
		return;
	}
	if (t.ours > 0)
		return;
	snprintf(fix, sizeof(fix), "echo 'name %s' >>%s", t.other, d->options);
	doctor_find(d, d->lint.radius ? DOCTOR_NOTE : DOCTOR_ERROR, fix,
	    "%s: no user is for this server: its name is \"%s\" (%s), the "
	    "entries name \"%s\"", CHAP_SECRETS, server,
	    d->lint.server[0] != '\0' ? "option name" : "the host's name, as "
	    "there is no option name", t.other);
}

void
doctor_secrets(struct doctor *d)
{
	static const char *const files[] = { CHAP_SECRETS, PAP_SECRETS };
	struct stat st;
	char fix[128];
	int error;

	for (int i = 0; i < 2; i++) {
		error = doctor_stat(d, files[i], &st);
		if (error != 0) {
			if (i == 0 && !d->lint.radius)
				doctor_find(d, error == EACCES ?
				    DOCTOR_UNKNOWN : DOCTOR_ERROR,
				    error == EACCES ? NULL :
				    "vpnuser add NAME", "%s: %s%s", files[i],
				    strerror(error), error == EACCES ? "" :
				    ": nobody can log in");
			continue;
		}
		snprintf(fix, sizeof(fix), "chown root %s; chmod 600 %s",
		    files[i], files[i]);
		if (st.st_uid != 0 || (st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
			doctor_find(d, DOCTOR_ERROR, fix, "%s: owner %ld, mode "
			    "%04o: others than root can add users", files[i],
			    (long)st.st_uid, (unsigned)(st.st_mode & 07777));
		else if ((st.st_mode & (S_IRGRP | S_IROTH)) != 0)
			doctor_find(d, (st.st_mode & S_IROTH) != 0 ?
			    DOCTOR_ERROR : DOCTOR_WARNING, fix, "%s: mode "
			    "%04o: others than root can read the passwords",
			    files[i], (unsigned)(st.st_mode & 07777));
	}
	if (!d->world->root)
		doctor_find(d, DOCTOR_UNKNOWN, NULL, "what is in %s: run this "
		    "as root", CHAP_SECRETS);
	else if (doctor_exists(d, CHAP_SECRETS))
		check_names(d);
	if (!doctor_has_found(d))
		doctor_find(d, DOCTOR_OK, NULL, "%s is root's alone, with "
		    "users for this server", CHAP_SECRETS);
}

/* --- who may write what root runs ---------------------------------------- */

static void
check_writers(struct doctor *d, const char *path)
{
	struct stat st;
	char fix[DOCTOR_TEXT];

	if (path == NULL || doctor_stat(d, path, &st) != 0 ||
	    (st.st_uid == 0 && (st.st_mode & (S_IWGRP | S_IWOTH)) == 0))
		return;
	snprintf(fix, sizeof(fix), "chown root %s; chmod go-w %s", path, path);
	doctor_find(d, DOCTOR_WARNING, fix, "%s: owner %ld, mode %04o: others "
	    "than root can change it%s", path, (long)st.st_uid,
	    (unsigned)(st.st_mode & 07777), S_ISDIR(st.st_mode) ?
	    ", and pppd 2.5.3 then refuses the secrets in it" :
	    ", and so run programs as root");
}

void
doctor_modes(struct doctor *d)
{
	check_writers(d, "/etc/ppp");
	check_writers(d, d->conf.file);
	check_writers(d, d->options);
	check_writers(d, d->conf.ppp);
	check_writers(d, "/etc/ppp/ip-up");
	check_writers(d, "/etc/ppp/ip-down");
	if (!doctor_has_found(d))
		doctor_find(d, DOCTOR_OK, NULL, "only root can change the "
		    "configuration, pppd, and its scripts");
}
