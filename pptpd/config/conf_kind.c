/* The configuration: kinds of values, and how each is set, compared, copied. */
/* SPDX-License-Identifier: ISC */
#include "config.h"
#include "config/conf_key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>		/* LOG_ERR ...; no function of it */

#include "config/conf_report.h"

static void *
field_of(struct conf *conf, const struct conf_keyword *kw)
{
	return (char *)conf + kw->field;
}

static const void *
field_in(const struct conf *conf, const struct conf_keyword *kw)
{
	return (const char *)conf + kw->field;
}

/* --- setting ------------------------------------------------------------- */

/* For options that act when they are read, and set no value. */
static void
set_nothing(struct conf *conf, const struct conf_env *env,
    const struct conf_keyword *kw, const char *value)
{
	(void)conf;
	(void)env;
	(void)kw;
	(void)value;
}

static void
set_flag(struct conf *conf, const struct conf_env *env,
    const struct conf_keyword *kw, const char *value)
{
	(void)env;
	(void)value;
	*(bool *)field_of(conf, kw) = true;
}

static void
set_string(struct conf *conf, const struct conf_env *env,
    const struct conf_keyword *kw, const char *value)
{
	char **field = field_of(conf, kw);
	enum conf_key key = kw->key;

	conf_set_string(field, value);
	/* Router firmwares with forks of Poptop write this for "no relay". */
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
	case CONF_RADIUS_CONF:
		conf_complain(conf, env, LOG_WARNING, key,
		    "no value, using " CONF_RADIUS_CONF_DEFAULT, NULL);
		conf_set_string(field, CONF_RADIUS_CONF_DEFAULT);
		break;
	case CONF_PIDFILE:
		conf_complain(conf, env, LOG_WARNING, key, "no value", NULL);
		break;
	default:
		break;		/* an error when it is used */
	}
}

static void
set_listen(struct conf *conf, const struct conf_env *env,
    const struct conf_keyword *kw, const char *value)
{
	conf_set_string(&conf->listen, value);
	if (iprange_number(value, &conf->listen_addr))
		return;
	if (value[0] != '\0' && env->resolve != NULL &&
	    env->resolve(value, &conf->listen_addr, env->arg))
		return;
	conf_say(env, LOG_ERR, "MGR: Invalid listening address: %s!", value);
	conf_complain(conf, env, LOG_ERR, kw->key,
	    "no IPv4 address, and no name that has one", value);
}

/*
 * Reads a number as atoi(3) does.  Text after the number is reported and
 * ignored.  False if there is no number.
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
    const struct conf_keyword *kw, const char *value)
{
	enum conf_key key = kw->key;
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
set_stimeout(struct conf *conf, const struct conf_env *env,
    const struct conf_keyword *kw, const char *value)
{
	enum conf_key key = kw->key;
	long n;

	if (!number(conf, env, key, value, &n) || n <= 0) {
		/* Leave the value unset: after -t 0 the file's is used. */
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
set_callid(struct conf *conf, const struct conf_env *env,
    const struct conf_keyword *kw, const char *value)
{
	long n;

	if (!number(conf, env, kw->key, value, &n) || n < 0 ||
	    n > UINT16_MAX) {
		conf_complain(conf, env, LOG_WARNING, kw->key,
		    "no Call ID, using a random one", value);
		n = -1;
	}
	conf->inetd_callid = (int)n;
}

static void
set_sandbox(struct conf *conf, const struct conf_env *env,
    const struct conf_keyword *kw, const char *value)
{
	if (strcmp(value, "on") != 0 && strcmp(value, "log") != 0 &&
	    strcmp(value, "off") != 0) {
		conf_complain(conf, env, LOG_WARNING, kw->key,
		    "neither on, log nor off, it is on", value);
		value = CONF_SANDBOX_DEFAULT;
	}
	conf_set_string(&conf->sandbox, value);
}

/* A wrong word must not mean that pppd's own secrets count. */
static void
set_aaa(struct conf *conf, const struct conf_env *env,
    const struct conf_keyword *kw, const char *value)
{
	conf->aaa = conf_aaa_find(value);
	if (conf->aaa == CONF_AAA_WRONG)
		conf_complain(conf, env, LOG_ERR, kw->key,
		    "neither radius, exec, file nor none", value);
#ifndef WITH_RADIUS
	if (conf->aaa != CONF_AAA_NONE)
		conf_complain(conf, env, LOG_ERR, kw->key,
		    "this pptpd was built without pptpd-aaa", value);
#endif
}

static void
set_engines(struct conf *conf, const struct conf_env *env,
    const struct conf_keyword *kw, const char *value)
{
	long n;

	conf->engines = 0;
	if (strcmp(value, "auto") == 0)
		return;
	if (!number(conf, env, kw->key, value, &n) || n < 1) {
		conf_complain(conf, env, LOG_WARNING, kw->key,
		    "neither auto nor a number above 0, it is 1", value);
		n = 1;
	}
	if (n > CONF_ENGINES_MAX) {
		conf_complain(conf, env, LOG_WARNING, kw->key,
		    "more than 64, taken as that", value);
		n = CONF_ENGINES_MAX;
	}
	conf->engines = (uint32_t)n;
}

static void
set_datapath(struct conf *conf, const struct conf_env *env,
    const struct conf_keyword *kw, const char *value)
{
	(void)kw;
	conf_set_datapath(conf, env, value);
}

static void
set_pool(struct conf *conf, const struct conf_env *env,
    const struct conf_keyword *kw, const char *value)
{
	(void)kw;
	conf_set_pool(conf, env, value);
}

static void
set_limit(struct conf *conf, const struct conf_env *env,
    const struct conf_keyword *kw, const char *value)
{
	uint32_t *limit = field_of(conf, kw);
	enum conf_key key = kw->key;
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

/* A number, and "deny" or "replace-oldest" after it. */
static void
set_logins(struct conf *conf, const struct conf_env *env,
    const struct conf_keyword *kw, const char *value)
{
	char n[32];
	size_t len = strcspn(value, " \t");
	const char *how = value + len + strspn(value + len, " \t");
	uint32_t *limit = &conf->limits.max_logins;

	snprintf(n, sizeof(n), "%.*s", (int)len, value);
	*limit = 0;
	conf->limits.logins_replace = 0;
	set_limit(conf, env, kw, n);
	if (strcmp(how, "replace-oldest") == 0)
		conf->limits.logins_replace = 1;
	else if (how[0] != '\0' && strcmp(how, "deny") != 0)
		conf_complain(conf, env, LOG_WARNING, kw->key,
		    "neither deny nor replace-oldest, it is deny", value);
}

static void
need_net(struct conf *conf, const struct conf_env *env,
    const struct conf_keyword *kw, const char *value)
{
#ifdef WITH_NET
	(void)conf;
	(void)env;
	(void)kw;
	(void)value;
#else
	conf_complain(conf, env, LOG_ERR, kw->key,
	    "this pptpd was built without libmnl", value);
#endif
}

/* A word that cannot be read must not mean that there is no limit. */
static void
set_rate(struct conf *conf, const struct conf_env *env,
    const struct conf_keyword *kw, const char *value)
{
	struct rate_limits *limits = field_of(conf, kw);

	if (!rate_limits_read(limits, value))
		conf_complain(conf, env, LOG_ERR, kw->key, "not DOWN or "
		    "DOWN/UP in bit/s, as 10M/2M, from 8k to 32G, nor none",
		    value);
	if (limits->rate_down != 0 || limits->rate_up != 0)
		need_net(conf, env, kw, value);
}

static void
set_mss(struct conf *conf, const struct conf_env *env,
    const struct conf_keyword *kw, const char *value)
{
	uint32_t *mss = field_of(conf, kw);
	char *end;
	long n = strtol(value, &end, 10);

	*mss = 0;
	if (strcmp(value, "off") == 0)
		return;
	need_net(conf, env, kw, value);
	if (strcmp(value, "on") == 0)
		*mss = CONF_MSS_PATH;
	else if (*end == '\0' && n >= CONF_MSS_MIN && n <= CONF_MSS_MAX)
		*mss = (uint32_t)n;
	else
		conf_complain(conf, env, LOG_ERR, kw->key,
		    "neither on, off nor a number from 500 to 1460", value);
}

/* Not a flag, whose line alone means yes: a wrong word must not mean no. */
static void
set_switch(struct conf *conf, const struct conf_env *env,
    const struct conf_keyword *kw, const char *value)
{
	bool *field = field_of(conf, kw);

	*field = strcmp(value, "off") != 0;
	if (*field)
		need_net(conf, env, kw, value);
	if (*field && strcmp(value, "on") != 0)
		conf_complain(conf, env, LOG_ERR, kw->key,
		    "neither on nor off", value);
}

/* --- comparing ----------------------------------------------------------- */

static bool
same_nothing(const struct conf *a, const struct conf *b,
    const struct conf_keyword *kw)
{
	(void)a;
	(void)b;
	(void)kw;
	return true;
}

static bool
same_flag(const struct conf *a, const struct conf *b,
    const struct conf_keyword *kw)
{
	return *(const bool *)field_in(a, kw) == *(const bool *)field_in(b, kw);
}

static bool
same_aaa(const struct conf *a, const struct conf *b,
    const struct conf_keyword *kw)
{
	(void)kw;
	return a->aaa == b->aaa;
}

static bool
same_int(const struct conf *a, const struct conf *b,
    const struct conf_keyword *kw)
{
	return *(const int *)field_in(a, kw) == *(const int *)field_in(b, kw);
}

static bool
same_uint(const struct conf *a, const struct conf *b,
    const struct conf_keyword *kw)
{
	return *(const uint32_t *)field_in(a, kw) ==
	    *(const uint32_t *)field_in(b, kw);
}

static bool
same_rate(const struct conf *a, const struct conf *b,
    const struct conf_keyword *kw)
{
	return memcmp(field_in(a, kw), field_in(b, kw),
	    sizeof(struct rate_limits)) == 0;
}

static bool
same_string(const struct conf *a, const struct conf *b,
    const struct conf_keyword *kw)
{
	const char *x = *(char *const *)field_in(a, kw);
	const char *y = *(char *const *)field_in(b, kw);

	return x == NULL || y == NULL ? x == y : strcmp(x, y) == 0;
}

/* Compares addresses: two names for one address are no change. */
static bool
same_listen(const struct conf *a, const struct conf *b,
    const struct conf_keyword *kw)
{
	(void)kw;
	return a->listen_addr == b->listen_addr;
}

static bool
same_connections(const struct conf *a, const struct conf *b,
    const struct conf_keyword *kw)
{
	(void)kw;
	return a->connections == b->connections &&
	    a->connections_given == b->connections_given;
}

static bool
same_logins(const struct conf *a, const struct conf *b,
    const struct conf_keyword *kw)
{
	return same_uint(a, b, kw) &&
	    a->limits.logins_replace == b->limits.logins_replace;
}

static bool
same_datapath(const struct conf *a, const struct conf *b,
    const struct conf_keyword *kw)
{
	const struct conf_network *x = a->datapath.networks;
	const struct conf_network *y = b->datapath.networks;

	(void)kw;
	if (a->datapath.n != b->datapath.n)
		return false;
	for (size_t i = 0; i < a->datapath.n; i++) {
		if (x[i].net != y[i].net || x[i].mask != y[i].mask ||
		    x[i].kernel != y[i].kernel)
			return false;
	}
	return true;
}

static bool
same_pools(const struct conf *a, const struct conf *b,
    const struct conf_keyword *kw)
{
	(void)kw;
	return conf_pools_same(&a->pools, &b->pools);
}

/* --- copying ------------------------------------------------------------- */

static void
copy_nothing(struct conf *to, const struct conf *from,
    const struct conf_keyword *kw)
{
	(void)to;
	(void)from;
	(void)kw;
}

static void
copy_flag(struct conf *to, const struct conf *from,
    const struct conf_keyword *kw)
{
	*(bool *)field_of(to, kw) = *(const bool *)field_in(from, kw);
}

static void
copy_aaa(struct conf *to, const struct conf *from,
    const struct conf_keyword *kw)
{
	(void)kw;
	to->aaa = from->aaa;
}

static void
copy_int(struct conf *to, const struct conf *from,
    const struct conf_keyword *kw)
{
	*(int *)field_of(to, kw) = *(const int *)field_in(from, kw);
}

static void
copy_uint(struct conf *to, const struct conf *from,
    const struct conf_keyword *kw)
{
	*(uint32_t *)field_of(to, kw) = *(const uint32_t *)field_in(from, kw);
}

/* Replaces a string; both the old and the new one may be NULL. */
static void
replace(char **field, const char *value)
{
	if (value != NULL) {
		conf_set_string(field, value);
		return;
	}
	free(*field);
	*field = NULL;
}

static void
copy_rate(struct conf *to, const struct conf *from,
    const struct conf_keyword *kw)
{
	memcpy(field_of(to, kw), field_in(from, kw),
	    sizeof(struct rate_limits));
}

static void
copy_string(struct conf *to, const struct conf *from,
    const struct conf_keyword *kw)
{
	replace(field_of(to, kw), *(char *const *)field_in(from, kw));
}

static void
copy_listen(struct conf *to, const struct conf *from,
    const struct conf_keyword *kw)
{
	copy_string(to, from, kw);
	to->listen_addr = from->listen_addr;
}

static void
copy_connections(struct conf *to, const struct conf *from,
    const struct conf_keyword *kw)
{
	(void)kw;
	to->connections = from->connections;
	to->connections_given = from->connections_given;
}

static void
copy_logins(struct conf *to, const struct conf *from,
    const struct conf_keyword *kw)
{
	copy_uint(to, from, kw);
	to->limits.logins_replace = from->limits.logins_replace;
}

static void
copy_datapath(struct conf *to, const struct conf *from,
    const struct conf_keyword *kw)
{
	size_t n = from->datapath.n, size = n * sizeof(struct conf_network);
	struct conf_network *networks = NULL;

	(void)kw;
	if (n > 0) {
		networks = malloc(size);
		if (networks == NULL)
			abort();
		memcpy(networks, from->datapath.networks, size);
	}
	free(to->datapath.networks);
	to->datapath.networks = networks;
	to->datapath.n = n;
}

static void
copy_pools(struct conf *to, const struct conf *from,
    const struct conf_keyword *kw)
{
	(void)kw;
	conf_pools_copy(&to->pools, &from->pools);
}

/* --- the kinds ----------------------------------------------------------- */

static const struct {
	void	(*set)(struct conf *, const struct conf_env *,
		    const struct conf_keyword *, const char *value);
	bool	(*same)(const struct conf *, const struct conf *,
		    const struct conf_keyword *);
	void	(*copy)(struct conf *to, const struct conf *from,
		    const struct conf_keyword *);
	bool	adds_up;
} kinds[] = {
	[CONF_KIND_ACTION] = { set_nothing, same_nothing, copy_nothing, false },
	[CONF_KIND_FLAG] = { set_flag, same_flag, copy_flag, false },
	[CONF_KIND_STRING] = { set_string, same_string, copy_string, false },
	[CONF_KIND_LISTEN] = { set_listen, same_listen, copy_listen, false },
	[CONF_KIND_CONNECTIONS] = { set_connections, same_connections,
	    copy_connections, false },
	[CONF_KIND_STIMEOUT] = { set_stimeout, same_int, copy_int, false },
	[CONF_KIND_CALLID] = { set_callid, same_int, copy_int, false },
	[CONF_KIND_SANDBOX] = { set_sandbox, same_string, copy_string, false },
	[CONF_KIND_AAA] = { set_aaa, same_aaa, copy_aaa, false },
	[CONF_KIND_DATAPATH] = { set_datapath, same_datapath, copy_datapath,
	    true },
	[CONF_KIND_POOL] = { set_pool, same_pools, copy_pools, true },
	[CONF_KIND_ENGINES] = { set_engines, same_uint, copy_uint, false },
	[CONF_KIND_LIMIT] = { set_limit, same_uint, copy_uint, false },
	[CONF_KIND_LOGINS] = { set_logins, same_logins, copy_logins, false },
	[CONF_KIND_RATE] = { set_rate, same_rate, copy_rate, false },
	[CONF_KIND_MSS] = { set_mss, same_uint, copy_uint, false },
	[CONF_KIND_SWITCH] = { set_switch, same_flag, copy_flag, false },
};
_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == CONF_NKINDS,
    "a kind without a row");

void
conf_set(struct conf *conf, const struct conf_env *env,
    const struct conf_keyword *kw, const char *value, enum conf_source from,
    unsigned line)
{
	conf->origin[kw->key].from = from;
	conf->origin[kw->key].line = line;
	kinds[kw->kind].set(conf, env, kw, value);
}

bool
conf_same(const struct conf *a, const struct conf *b,
    const struct conf_keyword *kw)
{
	return kinds[kw->kind].same(a, b, kw);
}

void
conf_copy(struct conf *to, const struct conf *from,
    const struct conf_keyword *kw)
{
	kinds[kw->kind].copy(to, from, kw);
}

bool
conf_adds_up(const struct conf_keyword *kw)
{
	return kinds[kw->kind].adds_up;
}
