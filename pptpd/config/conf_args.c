/* The configuration: the command line. */
/* SPDX-License-Identifier: ISC */
#include "config/conf_key.h"

#include <getopt.h>
#include <string.h>
#include <syslog.h>		/* LOG_ERR ...; no function of it */

#include "config/conf_report.h"

/* The arguments of getopt_long(3), made from the table. */
struct options {
	int	  argc;
	char	**argv;
	char	  letters[2 * CONF_NKEYS + 1];
	struct option longopts[CONF_NKEYS + 1];
	const struct conf_keyword *kw[CONF_NKEYS];	/* of longopts */
	bool	  bad;		/* getopt found an error */
};

/*
 * Whether getopt_long() is to know this option.  It knows --check and
 * --check-plugins only if they are given, and inetd's options only after
 * --inetd.  Otherwise they would make abbreviations ambiguous that Poptop
 * accepts.
 */
static bool
is_option(const struct conf_keyword *kw, int argc, char **argv)
{
	int i;

	if (argc > 1 && strcmp(argv[1], "--inetd") == 0)
		return kw->where & CONF_IN_INETD;
	if (kw->key == CONF_CHECK || kw->key == CONF_CHECK_PLUGINS) {
		for (i = 1; i < argc; i++) {
			if (strncmp(argv[i], "--ch", 4) == 0)
				return true;
		}
		return false;
	}
	return kw->where & CONF_IN_ARGS;
}

static void
options_init(struct options *o, int argc, char **argv)
{
	const struct conf_keyword *kw;
	char *letter = o->letters;
	size_t n = 0;

	memset(o, 0, sizeof(*o));
	o->argc = argc;
	o->argv = argv;
	for (kw = conf_keywords; kw < conf_keywords + conf_nkeywords; kw++) {
		if (!is_option(kw, argc, argv))
			continue;
		/* With equal val, getopt takes the first that fits. */
		o->longopts[n].name = kw->name;
		o->longopts[n].has_arg = kw->value != NULL ?
		    required_argument : no_argument;
		o->kw[n++] = kw;
		if (kw->letter == 0)
			continue;
		*letter++ = kw->letter;
		if (kw->value != NULL)
			*letter++ = ':';
	}
	optind = 0;		/* start over, in glibc and musl */
}

/* The next option.  NULL: an error if bad is set, else the end. */
static const struct conf_keyword *
options_next(struct options *o)
{
	int c, i = 0;

	c = getopt_long(o->argc, o->argv, o->letters, o->longopts, &i);
	if (c == 0)
		return o->kw[i];
	o->bad = c == '?';
	return c == '?' || c == -1 ? NULL : conf_keyword_letter(c);
}

void
conf_peek_args(struct conf *conf, int argc, char **argv)
{
	const struct conf_keyword *kw;
	struct options o;

	options_init(&o, argc, argv);
	opterr = 0;
	do {
		kw = options_next(&o);
		if (kw == NULL)
			continue;
		if (kw->key == CONF_FG)
			conf->foreground = true;
		else if (kw->key == CONF_CHECK ||
		    kw->key == CONF_CHECK_PLUGINS)
			conf->check = true;
		else if (kw->key == CONF_INETD)
			conf->inetd = true;
	} while (kw != NULL || o.bad);
}

static enum conf_action
set_file(struct conf *conf, const struct conf_env *env, const char *path)
{
	const char *reason = env->unreadable(path, env->arg);

	conf_set_string(&conf->file, path);
	conf->file_given = true;
	if (reason == NULL)
		return CONF_RUN;
	conf_say(env, LOG_ERR, "MGR: Config file not found!");
	conf_complain(conf, env, LOG_ERR, CONF_CONF, reason, path);
	return CONF_EXIT_ERROR;
}

/* Prints no usage under inetd, where stdout and stderr go to the client. */
static enum conf_action
refuse(const struct conf *conf, const struct conf_env *env)
{
	if (conf->inetd)
		conf_say(env, LOG_ERR,
		    "command line: unknown option, or one without its value");
	else
		conf_usage(env);
	return CONF_EXIT_ERROR;
}

static enum conf_action
act(struct conf *conf, const struct conf_env *env, enum conf_key key)
{
	switch (key) {
	case CONF_HELP:
		conf_usage(env);
		return CONF_EXIT_OK;
	case CONF_VERSION:
		env->print("pptpd v", env->arg);
		env->print(env->version, env->arg);
		env->print("\n", env->arg);
		return CONF_EXIT_OK;
	case CONF_CONF:
		return set_file(conf, env, optarg);
	default:
		return CONF_RUN;
	}
}

enum conf_action
conf_parse_args(struct conf *conf, int argc, char **argv,
    const struct conf_env *env)
{
	const struct conf_keyword *kw;
	enum conf_action action;
	struct options o;

	options_init(&o, argc, argv);
	opterr = !conf->inetd;
	while ((kw = options_next(&o)) != NULL) {
		conf_set(conf, env, kw, optarg, CONF_FROM_ARGS, 0);
		action = act(conf, env, kw->key);
		if (action != CONF_RUN)
			return action;
		/* Poptop stops at the first error; a check finds them all. */
		if (conf->errors > 0 && !conf->check)
			return CONF_EXIT_ERROR;
	}
	if (o.bad)
		return refuse(conf, env);
	for (; optind < argc; optind++)
		conf_say(env, LOG_WARNING,
		    "command line: not an option, ignored: \"%s\"",
		    argv[optind]);
	return CONF_RUN;
}
