/* Monitor: warns at the start about passwords, encryption and file modes. */
/* SPDX-License-Identifier: ISC */
#include "monitor/warn_safety.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "config/conf_report.h"
#include "config/options_lint.h"
#include "shared/slurp.h"

#define SYSTEM_OPTIONS	"/etc/ppp/options"	/* pppd always reads it */

static void
say(const char *text, void *arg)
{
	const struct conf_env *env = arg;

	conf_say(env, LOG_WARNING, "%s", text);
}

static void
lint_file(struct options_lint *lint, const char *path, void *arg)
{
	size_t len;
	char *text = slurp(path, &len);

	(void)arg;
	if (text == NULL)
		return;		/* pppd itself will report that */
	options_lint_text(lint, path, text, len);
	free(text);
}

/* Warns about writers: with the next call they could run programs as root. */
static void
check_writers(const struct conf_env *env, const char *path)
{
	struct stat st;

	if (stat(path, &st) == -1)
		return;
	if (st.st_uid != 0 && st.st_uid != geteuid())
		conf_say(env, LOG_WARNING, "%s: belongs to user %ld, who can "
		    "change it", path, (long)st.st_uid);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		conf_say(env, LOG_WARNING, "%s: mode %04o: others than its "
		    "owner can change it", path,
		    (unsigned)(st.st_mode & 07777));
}

static void
check_secrets(const struct conf_env *env, const char *path)
{
	struct stat st;

	check_writers(env, path);
	if (stat(path, &st) == 0 && (st.st_mode & S_IROTH))
		conf_say(env, LOG_WARNING, "%s: mode %04o: everybody can read "
		    "the passwords", path, (unsigned)(st.st_mode & 07777));
}

void
warn_safety(const struct conf *conf, const struct conf_env *env)
{
	const char *options = conf->option != NULL ? conf->option :
	    SYSTEM_OPTIONS;
	struct options_lint lint;

	options_lint_init(&lint, lint_file, NULL);
	lint_file(&lint, SYSTEM_OPTIONS, NULL);
	if (conf->option != NULL)
		lint_file(&lint, conf->option, NULL);
	options_lint_finish(&lint, options, say, (void *)(uintptr_t)env);
	check_writers(env, conf->ppp);
	check_writers(env, options);
	if (conf->file_read)
		check_writers(env, conf->file);
	check_secrets(env, "/etc/ppp/chap-secrets");
	check_secrets(env, "/etc/ppp/pap-secrets");
}
