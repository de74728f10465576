/*
 * The configuration: the usage text.  Does not include <syslog.h>, so that
 * the facility's name below stays a name.
 */
/* SPDX-License-Identifier: ISC */
#include "config.h"
#include "config/conf_key.h"

#include <stdio.h>
#include <string.h>

#define NAME(x)		#x
#define NAME_OF(x)	NAME(x)
#define COLUMN		27		/* of the help, as in Poptop */

static void
print_option(const struct conf_keyword *kw, const struct conf_env *env)
{
	char line[160], option[40];
	const char *help = kw->help;
	size_t len;

	if (kw->letter != 0)
		snprintf(option, sizeof(option), " [-%c] [--%s%s%s]",
		    kw->letter, kw->name, kw->value != NULL ? " " : "",
		    kw->value != NULL ? kw->value : "");
	else
		snprintf(option, sizeof(option), "      [--%s]", kw->name);
	for (;;) {
		len = strcspn(help, "\n");
		snprintf(line, sizeof(line), "%-*s%.*s\n", COLUMN, option,
		    (int)len, help);
		env->print(line, env->arg);
		if (help[len] == '\0')
			break;
		help += len + 1;
		option[0] = '\0';
	}
}

void
conf_usage(const struct conf_env *env)
{
	static const char facility[] = NAME_OF(PPTPD_FACILITY);
	const struct conf_keyword *kw;

	env->print("\npptpd v", env->arg);
	env->print(env->version, env->arg);
	env->print("\nUsage: pptpd [options], where options are:\n\n",
	    env->arg);
	for (kw = conf_keywords; kw < conf_keywords + conf_nkeywords; kw++) {
		if (kw->help != NULL)
			print_option(kw, env);
	}
	env->print("\n\nLogs and debugging go to syslog as ", env->arg);
	env->print(facility + strlen("LOG_"), env->arg);
	env->print(".\n\nCommand line options will override any default "
	    "settings and any settings\nspecified in the config file (default "
	    "config file: " CONF_FILE_DEFAULT ").\n\n", env->arg);
}
