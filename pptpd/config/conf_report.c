/* The configuration: reports errors and notices of a reading. */
/* SPDX-License-Identifier: ISC */
#include "config/conf_report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>		/* LOG_ERR ...; no function of it */

#include "config/conf_key.h"

void
conf_set_string(char **field, const char *value)
{
	char *copy = strdup(value);

	if (copy == NULL)
		abort();
	free(*field);
	*field = copy;
}

void
conf_say(const struct conf_env *env, int priority, const char *fmt, ...)
{
	char text[2 * CONF_LINE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	env->report(priority, text, env->arg);
}

static const char *
key_name(enum conf_key key)
{
	size_t i;

	for (i = 0; i < conf_nkeywords; i++) {
		if (conf_keywords[i].key == key)
			return conf_keywords[i].name;
	}
	return "?";
}

void
conf_complain(struct conf *conf, const struct conf_env *env, int priority,
    enum conf_key key, const char *reason, const char *value)
{
	char where[CONF_LINE_MAX], text[2 * CONF_LINE_MAX];

	switch (conf->origin[key].from) {
	case CONF_FROM_FILE:
		snprintf(where, sizeof(where), "%s:%u", conf->file,
		    conf->origin[key].line);
		break;
	case CONF_FROM_ARGS:
		snprintf(where, sizeof(where), "command line");
		break;
	case CONF_FROM_DEFAULT:
		snprintf(where, sizeof(where), "default");
		break;
	}
	if (value != NULL)
		snprintf(text, sizeof(text), "%s: %s: %s: \"%s\"", where,
		    key_name(key), reason, value);
	else
		snprintf(text, sizeof(text), "%s: %s: %s", where,
		    key_name(key), reason);
	conf_say(env, priority, "%s", text);
	if (priority == LOG_ERR && conf->errors++ == 0)
		conf_set_string(&conf->error, text);
}
