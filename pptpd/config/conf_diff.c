/* The configuration: what another reading of it has changed. */
/* SPDX-License-Identifier: ISC */
#include "config/conf_key.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>		/* LOG_ERR ...; no function of it */

#include "config/conf_report.h"

/*
 * Keywords whose change waits for the next start of pptpd, or of an engine.  A
 * change of any other keyword counts at once, for connections and calls that
 * begin after it.
 */
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
differs(const struct conf *a, const struct conf *b,
    const struct conf_keyword *kw)
{
	/* A default may depend on other keywords. */
	if (a->origin[kw->key].from == CONF_FROM_DEFAULT &&
	    b->origin[kw->key].from == CONF_FROM_DEFAULT)
		return false;
	return !conf_same(a, b, kw);
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

/*
 * Whether a change needs another pptpd that takes the calls over, because what
 * it needs is set up only at the start of a server.
 */
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

static void
keep(const struct conf *before, struct conf *after,
    const struct conf_keyword *kw, const struct conf_env *env,
    const char *when)
{
	conf_complain(after, env, LOG_WARNING, kw->key, when, NULL);
	conf_copy(after, before, kw);
}

bool
conf_keep(const struct conf *before, struct conf *after,
    const struct conf_env *env)
{
	static const char start[] = "counts when pptpd is started again";
	/* Calls can pass to the next server, and later to the one after it. */
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
