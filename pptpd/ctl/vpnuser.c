/* vpnuser: adds, removes and shows users in pppd's chap-secrets. */
/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/admin_text.h"
#include "config/secrets.h"
#include "config/secrets_edit.h"
#include "ctl/password.h"
#include "ctl/pptpdctl_output.h"
#include "ctl/secrets_file.h"

#define FILE_DEFAULT	SYSCONFDIR "/ppp/chap-secrets"
#define EXIT_NOT_DONE	1	/* no such user, a bad password, ... */
#define EXIT_TROUBLE	2	/* wrong usage, no file */

static struct {
	const char *file, *server, *address;	/* server NULL: not given */
} given = { FILE_DEFAULT, NULL, "*" };

static void
usage(FILE *out)
{
	fputs("usage: vpnuser [-f file] [-s server] [-a address] command\n"
	    "  add USER            a new user; asks for the password\n"
	    "  del USER            take the user away\n"
	    "  show [USER]         who may log in\n"
	    "  passwd USER         another password; asks for it\n"
	    "  domain USER DOMAIN  the user logs in as DOMAIN\\USER\n"
	    "  -f, --file          if not " FILE_DEFAULT "\n"
	    "  -s, --server        the server's name: of a new entry (any, "
	    "*),\n"
	    "                      or of the entries that are meant\n"
	    "  -a, --address       what a new user gets (*: any that is "
	    "free)\n"
	    "  -h, --help          this text\n"
	    "  -v, --version       the version\n"
	    "The password is read from the terminal, or is a line on standard "
	    "input.\n", out);
}

static int
complain(int status, const char *what, const char *why)
{
	fputs("vpnuser: ", stderr);
	admin_text_put(stderr, what);
	fprintf(stderr, " %s\n", why);
	return status;
}

static int
no_such_user(const char *user)
{
	if (given.server == NULL)
		return complain(EXIT_NOT_DONE, user, "is no user there");
	return complain(EXIT_NOT_DONE, user, "is no user of that server");
}

/* --- commands ------------------------------------------------------------ */

static bool
get_password(char password[SECRETS_WORD])
{
	const char *why;

	/* One more than pppd takes: that is said below, and not here. */
	if (!password_read(password, SECRETS_WORD))
		return false;
	why = secrets_bad_secret(password);
	if (why == NULL)
		return true;
	(void)complain(0, "the password", why);
	return false;
}

static int
save(struct secrets_file *f, const struct secrets_text *t)
{
	return secrets_file_replace(f, t) ? 0 : EXIT_TROUBLE;
}

static int
add(struct secrets_file *f, struct secrets_text *t, const char *user,
    const char *domain)
{
	char password[SECRETS_WORD] = "";
	const char *server = given.server != NULL ? given.server : "*";
	int status = EXIT_NOT_DONE;

	(void)domain;
	if (secrets_count(t, user, server) > 0)
		return complain(EXIT_NOT_DONE, user, "is there already "
		    "(vpnuser passwd changes the password)");
	if (get_password(password)) {
		secrets_add(t, user, server, password, given.address);
		/* A backslash or quote before it would swallow it. */
		if (secrets_count(t, user, server) == 1)
			status = save(f, t);
		else
			(void)complain(0, given.file, "ends with an open "
			    "quote or a backslash: mend that first");
	}
	explicit_bzero(password, sizeof(password));
	return status;
}

static int
del(struct secrets_file *f, struct secrets_text *t, const char *user,
    const char *domain)
{
	(void)domain;
	if (secrets_remove(t, user, given.server) == 0)
		return no_such_user(user);
	return save(f, t);
}

static int
passwd(struct secrets_file *f, struct secrets_text *t, const char *user,
    const char *domain)
{
	char password[SECRETS_WORD] = "";
	int status = EXIT_NOT_DONE;

	(void)domain;
	if (secrets_count(t, user, given.server) == 0)
		return no_such_user(user);
	if (get_password(password)) {
		if (secrets_set(t, user, given.server, password) == 0)
			status = complain(EXIT_NOT_DONE, user, "has no "
			    "complete entry");
		else
			status = save(f, t);
	}
	explicit_bzero(password, sizeof(password));
	return status;
}

static int
add_domain(struct secrets_file *f, struct secrets_text *t, const char *user,
    const char *domain)
{
	char name[2 * SECRETS_WORD];
	const char *why = strchr(domain, '\\') != NULL ?
	    "has a backslash in it" : secrets_bad_name(domain);

	if (why != NULL)
		return complain(EXIT_NOT_DONE, domain, why);
	if (strchr(user, '\\') != NULL)
		return complain(EXIT_NOT_DONE, user, "has a domain already");
	snprintf(name, sizeof(name), "%s\\%s", domain, user);
	why = secrets_bad_name(name);
	if (why != NULL)
		return complain(EXIT_NOT_DONE, name, why);
	if (secrets_domain(t, user, given.server, domain) == 0)
		return no_such_user(user);
	return save(f, t);
}

static void
show_entry(const struct secrets_entry *e)
{
	admin_text_put(stdout, e->client);
	putchar('\t');
	admin_text_put(stdout, e->words > 1 ? e->server : "-");
	putchar('\t');
	admin_text_put(stdout, e->words > 3 ? e->address : "-");
	if (e->words < 3 || e->open_quote)
		printf("\t(line %u: pppd cannot use this)", e->line);
	putchar('\n');
}

static int
show(const char *user)
{
	struct secrets_file f;
	struct secrets_text t;
	struct secrets_entry e;
	struct secrets s;
	size_t n = 0;

	if (!secrets_file_open(&f, given.file, false, &t))
		return EXIT_TROUBLE;
	s = (struct secrets){ t.text, t.len, 0, 1 };
	fputs("User\tServer\tAddress\n", stdout);
	while (secrets_next(&s, &e)) {
		if ((user != NULL && strcmp(user, e.client) != 0) ||
		    (given.server != NULL &&
		    strcmp(given.server, e.server) != 0))
			continue;
		show_entry(&e);
		n++;
	}
	explicit_bzero(&e, sizeof(e));
	secrets_text_free(&t);
	secrets_file_close(&f);
	if (user != NULL && n == 0)
		return no_such_user(user);
	return 0;
}

/* --- the command line ---------------------------------------------------- */

static const struct command {
	const char *name;
	int	    min, max;	/* words behind it */
	int	    (*run)(struct secrets_file *, struct secrets_text *,
			const char *user, const char *domain);
} commands[] = {
	{ "add", 1, 1, add },
	{ "del", 1, 1, del },
	{ "show", 0, 1, NULL },
	{ "passwd", 1, 1, passwd },
	{ "domain", 2, 2, add_domain },
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static int
wrong(const char *what, const char *why)
{
	(void)complain(0, what, why);
	usage(stderr);
	return EXIT_TROUBLE;
}

static int
change(const struct command *c, int argc, char **argv)
{
	const char *why = secrets_bad_name(argv[1]);
	struct secrets_file f;
	struct secrets_text t;
	int status;

	if (why != NULL)
		return complain(EXIT_NOT_DONE, "the user's name", why);
	if (!secrets_file_open(&f, given.file, true, &t))
		return EXIT_TROUBLE;
	status = c->run(&f, &t, argv[1], argc > 2 ? argv[2] : NULL);
	secrets_text_free(&t);
	secrets_file_close(&f);
	return status;
}

static int
run(int argc, char **argv)
{
	const struct command *c = commands;

	if (argc == 0)
		return wrong("no command", "is given");
	while (c < commands + COMMANDS && strcmp(c->name, argv[0]) != 0)
		c++;
	if (c == commands + COMMANDS)
		return wrong(argv[0], "is no command");
	if (argc == 3 && (c->run == add || c->run == passwd))
		return complain(EXIT_TROUBLE, c->name, "takes no password on "
		    "the command line, which everybody on this machine can "
		    "see: it asks for it, or reads it from standard input");
	if (argc - 1 < c->min || argc - 1 > c->max)
		return wrong(c->name, argc - 1 < c->min ? "needs more words" :
		    "has too many words");
	return c->run == NULL ? show(argv[1]) : change(c, argc, argv);
}

static bool
is_address(const char *text)
{
	struct in_addr addr;

	return strcmp(text, "*") == 0 || inet_pton(AF_INET, text, &addr) == 1;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "file", required_argument, NULL, 'f' },
		{ "server", required_argument, NULL, 's' },
		{ "address", required_argument, NULL, 'a' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },
		{ NULL, 0, NULL, 0 }
	};
	int c, status;

	ctl_hold_places();
	umask(077);
	while ((c = getopt_long(argc, argv, "+f:s:a:hv", options, NULL)) !=
	    -1) {
		switch (c) {
		case 'f':
			given.file = optarg;
			break;
		case 's':
			given.server = optarg;
			break;
		case 'a':
			given.address = optarg;
			break;
		case 'h':
			usage(stdout);
			return 0;
		case 'v':
			printf("vpnuser v%s\n", PACKAGE_VERSION);
			return 0;
		default:
			usage(stderr);
			return EXIT_TROUBLE;
		}
	}
	if (!is_address(given.address))
		return wrong(given.address, "is no address");
	if (given.server != NULL && strcmp(given.server, "*") != 0 &&
	    secrets_bad_name(given.server) != NULL)
		return complain(EXIT_NOT_DONE, "the server's name",
		    secrets_bad_name(given.server));
	status = run(argc - optind, argv + optind);
	if (fflush(stdout) != 0 || ferror(stdout))
		return EXIT_TROUBLE;
	return status;
}
