/* Monitor: reads the configuration, at the start and at SIGHUP. */
/* SPDX-License-Identifier: ISC */
#include "config.h"
#include "monitor/conf_load.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "config/conf_report.h"
#include "monitor/resolve.h"
#include "shared/slurp.h"
#include "monitor/warn_resources.h"
#include "monitor/warn_safety.h"
#include "shared/syslog_sink.h"

#define BCRELAY		SBINDIR "/bcrelay"

/* The command line and directory of the start, for reading again. */
static struct {
	int	  argc;
	char	**argv;
	char	 *dir;		/* NULL: not known */
} first;

/*
 * Lines up to this priority go to stderr; -1: none.  In the foreground these
 * are all that matter, if stderr is a terminal or if there is no syslog.
 */
static int
stderr_level(const struct conf *conf)
{
	bool terminal = isatty(STDERR_FILENO) == 1;

	if (conf->inetd)		/* stderr goes to the client */
		return -1;
	if (conf->check)
		return LOG_INFO;
	if (conf->foreground)
		return terminal || access("/dev/log", F_OK) == -1 ?
		    LOG_INFO : LOG_WARNING;
	return terminal ? LOG_WARNING : -1;
}

static void
report(int priority, const char *text, void *arg)
{
	const struct conf *conf = arg;
	char line[LOG_LINE_MAX], *p;

	if (!conf->check)
		log_msg(priority, "%s", text);
	if (priority > stderr_level(conf))
		return;
	snprintf(line, sizeof(line), "%s", text);
	for (p = line; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	}
	fprintf(stderr, "pptpd: %s%s\n",
	    priority == LOG_WARNING ? "warning: " : "", line);
}

static void
print(const char *text, void *arg)
{
	(void)arg;
	fputs(text, stdout);
}

static bool
is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static const char *
unreadable(const char *path, void *arg)
{
	(void)arg;
	if (access(path, R_OK) == -1)
		return strerror(errno);
	return is_directory(path) ? strerror(EISDIR) : NULL;
}

/*
 * Reads the file.  Like Poptop we start without the default file.  But when a
 * running server reads again (needed), a file that existed before must exist.
 */
static void
read_file(struct conf *conf, const struct conf_env *env, bool needed)
{
	size_t len;
	char *text = slurp(conf->file, &len);

	if (text != NULL) {
		conf_parse_file(conf, text, len, env);
		free(text);
		return;
	}
	if (errno == ENOENT && !conf->file_given && !needed) {
		fprintf(stderr, "%s: %s\n", conf->file, strerror(errno));
		return;
	}
	conf_complain(conf, env, LOG_ERR, CONF_CONF, strerror(errno),
	    conf->file);
}

/*
 * Makes the path of a program or file absolute.  Later, after chdir("/"), it
 * means the same file that was checked here, without a search in PATH.
 */
static void
make_absolute(struct conf *conf, const struct conf_env *env, enum conf_key key,
    char **path)
{
	char *cwd, *full;

	if ((*path)[0] == '/' || (*path)[0] == '\0')
		return;
	cwd = getcwd(NULL, 0);
	if (cwd == NULL || asprintf(&full, "%s/%s", cwd, *path) == -1) {
		free(cwd);
		return;
	}
	conf_complain(conf, env, LOG_NOTICE, key, "taken as", full);
	free(cwd);
	free(*path);
	*path = full;
}

static void
check_ppp(struct conf *conf, const struct conf_env *env)
{
	const char *reason = NULL;

	if (access(conf->ppp, X_OK) == -1)
		reason = strerror(errno);
	else if (is_directory(conf->ppp))
		reason = strerror(EISDIR);
	if (reason == NULL) {
		make_absolute(conf, env, CONF_PPP, &conf->ppp);
		return;
	}
	conf_say(env, LOG_ERR, "MGR: PPP binary %s not executable", conf->ppp);
	conf_complain(conf, env, LOG_ERR, CONF_PPP, reason, conf->ppp);
}

static void
check_option(struct conf *conf, const struct conf_env *env)
{
	const char *reason;

	if (conf->option == NULL)
		return;
	reason = unreadable(conf->option, NULL);
	if (reason == NULL) {
		make_absolute(conf, env, CONF_OPTION, &conf->option);
		return;
	}
	conf_say(env, LOG_ERR, "MGR: PPP options file %s not readable",
	    conf->option);
	conf_complain(conf, env, LOG_ERR, CONF_OPTION, reason, conf->option);
}

static void
check_bcrelay(struct conf *conf, const struct conf_env *env)
{
	const char *reason;

	if (conf->bcrelay == NULL)
		return;
	if (access(BCRELAY, X_OK) == 0) {
		conf_say(env, LOG_DEBUG,
		    "CTRL: BCrelay incoming interface is %s", conf->bcrelay);
		return;
	}
	reason = strerror(errno);
	conf_say(env, LOG_ERR, "MGR: bcrelay binary %s not executable",
	    BCRELAY);
	conf_complain(conf, env, LOG_ERR, CONF_BCRELAY, reason,
	    conf->bcrelay);
}

unsigned int
conf_load_engines(const struct conf *conf)
{
	cpu_set_t cores;
	unsigned int n = 1;

	if (conf->inetd)
		return 1;	/* there is one connection only */
	if (conf->engines > 0)
		return conf->engines;
	if (sched_getaffinity(0, sizeof(cores), &cores) == 0)
		n = (unsigned int)CPU_COUNT(&cores);
	return n < CONF_ENGINES_MAX ? n : CONF_ENGINES_MAX;
}

static void
warn(struct conf *conf, const struct conf_env *env)
{
	if (conf->inetd)
		return;		/* under inetd each connection would warn */
	warn_safety(conf, env);
	warn_resources(conf, env, conf_load_engines(conf));
}

/* Checks everything and reports all errors; Poptop stops at the first. */
static void
check(struct conf *conf, const struct conf_env *env)
{
	check_ppp(conf, env);
	check_option(conf, env);
	check_bcrelay(conf, env);
}

enum conf_action
conf_load(int argc, char **argv, struct conf *conf)
{
	const struct conf_env env = { report, print, unreadable, resolve_name,
	    PACKAGE_VERSION, conf };
	enum conf_action action;

	first.argc = argc;
	first.argv = argv;
	first.dir = getcwd(NULL, 0);
	conf_peek_args(conf, argc, argv);
	if (!conf->check)
		syslog_sink_open("pptpd", false);
	action = conf_parse_args(conf, argc, argv, &env);
	if (action != CONF_RUN)
		return action;
	if (!conf->inetd)
		read_file(conf, &env, false);
	if (!conf->check)
		log_set_debug(conf->debug);
	conf_finish(conf, &env);
	check(conf, &env);
	if (conf->errors > 0) {
		if (conf->check)
			fprintf(stderr, "pptpd: %u error%s: it would not "
			    "start\n", conf->errors,
			    conf->errors == 1 ? "" : "s");
		return CONF_EXIT_ERROR;
	}
	warn(conf, &env);
	return CONF_RUN;
}

/* --- reading again ------------------------------------------------------- */

/* Leaves out errors and LOG_INFO: the result is logged as one line, later. */
static void
report_again(int priority, const char *text, void *arg)
{
	(void)arg;
	if (priority > LOG_ERR && priority != LOG_INFO)
		log_msg(priority, "%s", text);
}

static void
read_again(struct conf *conf, const struct conf_env *env, bool needed)
{
	if (conf_parse_args(conf, first.argc, first.argv, env) != CONF_RUN) {
		if (conf->errors == 0)
			conf_complain(conf, env, LOG_ERR, CONF_CONF,
			    "the command line cannot be read again", NULL);
		return;
	}
	read_file(conf, env, needed);
	conf_finish(conf, env);
	check(conf, env);
	if (conf->errors == 0)
		warn(conf, env);
}

bool
conf_load_again(struct conf *conf, const struct conf *now)
{
	const struct conf_env env = { report_again, print, unreadable,
	    resolve_in_time, PACKAGE_VERSION, conf };
	int here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (here == -1) {
		conf_complain(conf, &env, LOG_ERR, CONF_CONF, strerror(errno),
		    NULL);
		return false;
	}
	if (first.dir == NULL || chdir(first.dir) == -1)
		log_warn("MGR: the directory of the start is gone: relative "
		    "paths count from \"/\"");
	resolve_begin();
	read_again(conf, &env, now->file_read);
	if (fchdir(here) == -1)
		log_err("MGR: fchdir: %s", strerror(errno));
	close(here);
	return conf->errors == 0;
}

static const struct conf_env again = { .report = report_again };

void
conf_load_complain(struct conf *conf, enum conf_key key, const char *reason,
    const char *value)
{
	conf_complain(conf, &again, LOG_ERR, key, reason, value);
}

bool
conf_load_keep(const struct conf *before, struct conf *after)
{
	return conf_keep(before, after, &again);
}
