/* The configuration: the struct, its defaults, and setting one value. */
/* SPDX-License-Identifier: ISC */
#include "config/conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>		/* LOG_ERR ...; no function of it */

#include "config/conf_key.h"
#include "config/conf_report.h"

void
conf_init(struct conf *conf)
{
	memset(conf, 0, sizeof(*conf));
	conf_set_string(&conf->file, CONF_FILE_DEFAULT);
	conf_set_string(&conf->pidfile, CONF_PIDFILE_DEFAULT);
	conf_set_string(&conf->ppp, CONF_PPP_DEFAULT);
	conf_set_string(&conf->speed, CONF_SPEED_DEFAULT);
	conf_set_string(&conf->plugin, CONF_PLUGIN_DEFAULT);
	conf_set_string(&conf->sandbox, CONF_SANDBOX_DEFAULT);
	conf->restart_grace = CONF_RESTART_GRACE_DEFAULT;
	conf->engines = 1;
	conf->stimeout = CONF_STIMEOUT_DEFAULT;
	conf->connections = CONF_CONNECTIONS_DEFAULT;
	conf->inetd_callid = -1;
	conf_limit_init(&conf->limits);
}

void
conf_free(struct conf *conf)
{
	free(conf->file);
	free(conf->bcrelay);
	free(conf->listen);
	free(conf->pidfile);
	free(conf->ppp);
	free(conf->option);
	free(conf->speed);
	free(conf->localip);
	free(conf->remoteip);
	free(conf->plugin);
	free(conf->sandbox);
	free(conf->error);
	free(conf->control_group);
	free(conf->datapath.networks);
	iprange_free(&conf->local);
	iprange_free(&conf->remote);
	memset(conf, 0, sizeof(*conf));
}

static void
set_string(struct conf *conf, const struct conf_env *env, enum conf_key key,
    char **field, const char *value)
{
	conf_set_string(field, value);
	/* Poptop's forks in routers write this for "no relay". */
	if (key == CONF_BCRELAY && strcmp(value, "disable") == 0) {
		free(*field);
		*field = NULL;
	}
	if (value[0] != '\0')
		return;
	switch (key) {
	case CONF_BCRELAY:
		conf_complain(conf, env, LOG_WARNING, key,
		    "no interface, so there is no relay", NULL);
		free(*field);
		*field = NULL;
		break;
	case CONF_SPEED:
		conf_complain(conf, env, LOG_WARNING, key,
		    "no value, using " CONF_SPEED_DEFAULT, NULL);
		conf_set_string(field, CONF_SPEED_DEFAULT);
		break;
	case CONF_CONTROL_GROUP:
		conf_complain(conf, env, LOG_WARNING, key,
		    "no value, so pptpdctl is for root only", NULL);
		free(*field);
		*field = NULL;
		break;
	case CONF_PIDFILE:
		conf_complain(conf, env, LOG_WARNING, key, "no value", NULL);
		break;
	default:
		break;		/* an error when it is used */
	}
}

static void
set_listen(struct conf *conf, const struct conf_env *env, const char *value)
{
	conf_set_string(&conf->listen, value);
	if (iprange_number(value, &conf->listen_addr))
		return;
	if (value[0] != '\0' && env->resolve != NULL &&
	    env->resolve(value, &conf->listen_addr, env->arg))
		return;
	conf_say(env, LOG_ERR, "MGR: Invalid listening address: %s!", value);
	conf_complain(conf, env, LOG_ERR, CONF_LISTEN,
	    "no IPv4 address, and no name that has one", value);
}

/*
 * As atoi(3) reads it: what stands after the number is named and passed over.
 * False if there is no number.
 */
static bool
number(struct conf *conf, const struct conf_env *env, enum conf_key key,
    const char *value, long *n)
{
	char *end, reason[64];

	*n = strtol(value, &end, 10);
	if (end == value)
		return false;
	if (*end != '\0') {
		snprintf(reason, sizeof(reason), "taken as %ld", *n);
		conf_complain(conf, env, LOG_WARNING, key, reason, value);
	}
	return true;
}

static void
set_connections(struct conf *conf, const struct conf_env *env,
    const char *value)
{
	const enum conf_key key = CONF_CONNECTIONS;
	bool in_file = conf->origin[key].from == CONF_FROM_FILE;
	long n;

	conf->connections = CONF_CONNECTIONS_DEFAULT;
	conf->connections_given = false;
	if (!number(conf, env, key, value, &n) || n < 0 ||
	    (n == 0 && in_file)) {
		if (in_file)
			conf_complain(conf, env, LOG_WARNING, key,
			    "not a number above 0, using the default", value);
		else
			conf_complain(conf, env, LOG_ERR, key,
			    "not a number of 0 or more", value);
		return;
	}
	if (n > CONF_CONNECTIONS_MAX) {
		conf_complain(conf, env, LOG_WARNING, key,
		    "there are no more than 65535 Call IDs", value);
		n = CONF_CONNECTIONS_MAX;
	}
	conf->connections = (int)n;
	conf->connections_given = true;
}

static void
set_stimeout(struct conf *conf, const struct conf_env *env, const char *value)
{
	const enum conf_key key = CONF_STIMEOUT;
	long n;

	if (!number(conf, env, key, value, &n) || n <= 0) {
		/* As if it were not there: with -t 0 the file counts. */
		conf_complain(conf, env, LOG_WARNING, key,
		    "not a number of seconds above 0, passed over", value);
		conf->origin[key].from = CONF_FROM_DEFAULT;
		return;
	}
	if (n > CONF_STIMEOUT_MAX) {
		conf_complain(conf, env, LOG_WARNING, key,
		    "more than a day, using 86400", value);
		n = CONF_STIMEOUT_MAX;
	}
	conf->stimeout = (int)n;
}

static void
set_callid(struct conf *conf, const struct conf_env *env, const char *value)
{
	long n;

	if (!number(conf, env, CONF_CALLID, value, &n) || n < 0 ||
	    n > UINT16_MAX) {
		conf_complain(conf, env, LOG_WARNING, CONF_CALLID,
		    "no Call ID, using a random one", value);
		n = -1;
	}
	conf->inetd_callid = (int)n;
}

static void
set_sandbox(struct conf *conf, const struct conf_env *env, const char *value)
{
	if (strcmp(value, "on") != 0 && strcmp(value, "log") != 0 &&
	    strcmp(value, "off") != 0) {
		conf_complain(conf, env, LOG_WARNING, CONF_SANDBOX,
		    "neither on, log nor off, it is on", value);
		value = CONF_SANDBOX_DEFAULT;
	}
	conf_set_string(&conf->sandbox, value);
}

static void
set_engines(struct conf *conf, const struct conf_env *env, const char *value)
{
	long n;

	conf->engines = 0;
	if (strcmp(value, "auto") == 0)
		return;
	if (!number(conf, env, CONF_ENGINES, value, &n) || n < 1) {
		conf_complain(conf, env, LOG_WARNING, CONF_ENGINES,
		    "neither auto nor a number above 0, it is 1", value);
		n = 1;
	}
	if (n > CONF_ENGINES_MAX) {
		conf_complain(conf, env, LOG_WARNING, CONF_ENGINES,
		    "more than 64, taken as that", value);
		n = CONF_ENGINES_MAX;
	}
	conf->engines = (uint32_t)n;
}

static void
set_limit(struct conf *conf, const struct conf_env *env, enum conf_key key,
    uint32_t *limit, const char *value)
{
	long n;

	if (!number(conf, env, key, value, &n) || n < 0) {
		conf_complain(conf, env, LOG_WARNING, key,
		    "not a number of 0 or more, passed over", value);
		conf->origin[key].from = CONF_FROM_DEFAULT;
		return;
	}
	if (n > CONF_LIMIT_MAX) {
		conf_complain(conf, env, LOG_WARNING, key,
		    "more than 1000000, taken as that", value);
		n = CONF_LIMIT_MAX;
	}
	*limit = (uint32_t)n;
}

void
conf_set(struct conf *conf, const struct conf_env *env,
    const struct conf_keyword *kw, const char *value, enum conf_source from,
    unsigned line)
{
	void *field = (char *)conf + kw->field;

	conf->origin[kw->key].from = from;
	conf->origin[kw->key].line = line;
	switch (kw->kind) {
	case CONF_KIND_ACTION:
		break;
	case CONF_KIND_FLAG:
		*(bool *)field = true;
		break;
	case CONF_KIND_STRING:
		set_string(conf, env, kw->key, field, value);
		break;
	case CONF_KIND_LISTEN:
		set_listen(conf, env, value);
		break;
	case CONF_KIND_CONNECTIONS:
		set_connections(conf, env, value);
		break;
	case CONF_KIND_STIMEOUT:
		set_stimeout(conf, env, value);
		break;
	case CONF_KIND_CALLID:
		set_callid(conf, env, value);
		break;
	case CONF_KIND_SANDBOX:
		set_sandbox(conf, env, value);
		break;
	case CONF_KIND_DATAPATH:
		conf_set_datapath(conf, env, value);
		break;
	case CONF_KIND_ENGINES:
		set_engines(conf, env, value);
		break;
	case CONF_KIND_LIMIT:
		set_limit(conf, env, kw->key, field, value);
		break;
	}
}
