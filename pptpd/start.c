/* What pptpd's main does before it runs: reading the configuration. */
#include "config.h"
#include "start.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "slurp.h"
#include "start_resources.h"
#include "start_safety.h"
#include "syslog_sink.h"

#define BCRELAY		SBINDIR "/bcrelay"

/*
 * Lines up to this priority go to stderr: all that matter in the foreground
 * when somebody looks at it, or when there is no syslog.
 */
static int
stderr_level(const struct conf *conf)
{
	bool terminal = isatty(STDERR_FILENO) == 1;

	if (conf->inetd)		/* stderr is the client's */
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

static bool
resolve(const char *name, uint32_t *addr, void *arg)
{
	struct addrinfo hints = { .ai_family = AF_INET,
	    .ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	struct sockaddr_in sin;

	(void)arg;
	if (getaddrinfo(name, NULL, &hints, &found) != 0)
		return false;
	memcpy(&sin, found->ai_addr, sizeof(sin));
	*addr = sin.sin_addr.s_addr;
	freeaddrinfo(found);
	return true;
}

/* Poptop starts without its default file, and so do we. */
static void
read_file(struct conf *conf, const struct conf_env *env)
{
	size_t len;
	char *text = slurp(conf->file, &len);

	if (text != NULL) {
		conf_parse_file(conf, text, len, env);
		free(text);
		return;
	}
	if (errno == ENOENT && !conf->file_given) {
		fprintf(stderr, "%s: %s\n", conf->file, strerror(errno));
		return;
	}
	conf_complain(conf, env, LOG_ERR, CONF_CONF, strerror(errno),
	    conf->file);
}

/*
 * What was checked here is what is used later, after chdir("/") and without a
 * search in PATH.
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

static void
warn(struct conf *conf, const struct conf_env *env)
{
	if (conf->inetd)
		return;		/* not with each connection */
	start_safety(conf, env);
	start_resources(conf, env);
}

enum conf_action
start_read(int argc, char **argv, struct conf *conf)
{
	const struct conf_env env = { report, print, unreadable, resolve,
	    PACKAGE_VERSION, conf };
	enum conf_action action;

	conf_peek_args(conf, argc, argv);
	if (!conf->check)
		syslog_sink_open(false);
	action = conf_parse_args(conf, argc, argv, &env);
	if (action != CONF_RUN)
		return action;
	if (!conf->inetd)
		read_file(conf, &env);
	if (!conf->check)
		log_set_debug(conf->debug);
	conf_finish(conf, &env);
	/* Poptop stops at the first error; the sum of them helps more. */
	check_ppp(conf, &env);
	check_option(conf, &env);
	check_bcrelay(conf, &env);
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
