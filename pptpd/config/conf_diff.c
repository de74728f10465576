/* The configuration: what another reading of it has changed. */
/* SPDX-License-Identifier: ISC */
#include "config/conf_key.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>		/* LOG_ERR ...; no function of it */

#include "config/conf_report.h"

/* All other keywords count at once, for what begins from then on. */
static const enum conf_key next_start[] = { CONF_PIDFILE };
static const enum conf_key next_engine[] = { CONF_SANDBOX };

#define IS_IN(key, list)	is_in(key, list, sizeof(list) / sizeof((list)[0]))

static bool
is_in(enum conf_key key, const enum conf_key *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (list[i] == key)
			return true;
	}
	return false;
}

static bool
same_string(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool
same_networks(const struct conf_datapath *a, const struct conf_datapath *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		if (a->networks[i].net != b->networks[i].net ||
		    a->networks[i].mask != b->networks[i].mask ||
		    a->networks[i].kernel != b->networks[i].kernel)
			return false;
	}
	return true;
}

static bool
differs(const struct conf *a, const struct conf *b,
    const struct conf_keyword *kw)
{
	const void *x = (const char *)a + kw->field;
	const void *y = (const char *)b + kw->field;

	/* A default may depend on other keywords. */
	if (a->origin[kw->key].from == CONF_FROM_DEFAULT &&
	    b->origin[kw->key].from == CONF_FROM_DEFAULT)
		return false;
	switch (kw->kind) {
	case CONF_KIND_ACTION:
		return false;
	case CONF_KIND_FLAG:
		return *(const bool *)x != *(const bool *)y;
	case CONF_KIND_STRING:
	case CONF_KIND_SANDBOX:
		return !same_string(*(char *const *)x, *(char *const *)y);
	case CONF_KIND_LISTEN:
		return a->listen_addr != b->listen_addr;
	case CONF_KIND_CONNECTIONS:
		return a->connections != b->connections ||
		    a->connections_given != b->connections_given;
	case CONF_KIND_STIMEOUT:
	case CONF_KIND_CALLID:
		return *(const int *)x != *(const int *)y;
	case CONF_KIND_DATAPATH:
		return !same_networks(x, y);
	case CONF_KIND_ENGINES:
	case CONF_KIND_LIMIT:
		return *(const uint32_t *)x != *(const uint32_t *)y;
	}
	return false;
}

void
conf_changes(const struct conf *before, const struct conf *after, char *text,
    size_t size)
{
	const struct conf_keyword *kw;
	size_t used = 0, len;

	text[0] = '\0';
	for (kw = conf_keywords; kw < conf_keywords + conf_nkeywords; kw++) {
		if (!differs(before, after, kw))
			continue;
		len = strlen(kw->name) + 2;
		if (used + len + sizeof(", ...") > size) {
			snprintf(text + used, size - used, ", ...");
			return;
		}
		used += (size_t)snprintf(text + used, size - used, "%s%s",
		    used > 0 ? ", " : "", kw->name);
	}
}

/* What is made ready at the start of a server, for its calls. */
static bool
waits_for_another(const struct conf *before, const struct conf *after,
    enum conf_key key)
{
	return key == CONF_ENGINES || (key == CONF_DATAPATH &&
	    conf_datapath_any(after) && !conf_datapath_any(before));
}

static bool
waits_for_start(const struct conf *before, const struct conf *after,
    enum conf_key key)
{
	return IS_IN(key, next_start) || (key == CONF_RESTART_GRACE &&
	    (before->restart_grace == 0) != (after->restart_grace == 0));
}

/* Strings and numbers; of networks, none is the kernel's. */
static void
keep(const struct conf *before, struct conf *after,
    const struct conf_keyword *kw, const struct conf_env *env,
    const char *when)
{
	const void *old = (const char *)before + kw->field;
	void *field = (char *)after + kw->field;

	conf_complain(after, env, LOG_WARNING, kw->key, when, NULL);
	if (kw->kind == CONF_KIND_STRING)
		conf_set_string(field, *(char *const *)old);
	else if (kw->kind == CONF_KIND_DATAPATH)
		after->datapath.n = 0;
	else
		*(uint32_t *)field = *(const uint32_t *)old;
}

bool
conf_keep(const struct conf *before, struct conf *after,
    const struct conf_env *env)
{
	static const char start[] = "counts when pptpd is started again";
	/* Calls outlive this server, and will outlive the next. */
	bool lasting = before->restart_grace > 0 && after->restart_grace > 0;
	const struct conf_keyword *kw;
	bool another = false;

	for (kw = conf_keywords; kw < conf_keywords + conf_nkeywords; kw++) {
		if (!differs(before, after, kw))
			continue;
		if (waits_for_another(before, after, kw->key)) {
			keep(before, after, kw, env, lasting ?
			    "another pptpd takes over for it" : start);
			another = another || lasting;
		} else if (waits_for_start(before, after, kw->key))
			keep(before, after, kw, env, start);
		else if (IS_IN(kw->key, next_engine))
			conf_complain(after, env, LOG_NOTICE, kw->key,
			    "counts when the engine is started again", NULL);
	}
	return another;
}
