/* The configuration: from the address lists to the number of slots. */
/* SPDX-License-Identifier: ISC */
#include "config/conf_key.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>		/* LOG_ERR ...; no function of it */

#include "config/conf_report.h"

#define UNUSABLE_SAID	8	/* unusable addresses that are named singly */

/* One of the two address lists, localip or remoteip. */
struct list {
	enum conf_key	 key;
	const char	*name;		/* in Poptop's messages */
	const char	*fallback;
	char	       **text;
	struct iprange_list *addrs;
};

static void
bad_list(struct conf *conf, const struct conf_env *env, const struct list *l,
    const struct iprange_result *result)
{
	const char *reason = "neither an address nor a name that has one";
	char text[IPRANGE_ENTRY + 80];

	switch (result->status) {
	case IPRANGE_BAD_RANGE:
		conf_say(env, LOG_ERR, "MGR: Bad %s IP range: %s", l->name,
		    result->bad);
		reason = "a range goes up and has both ends in full";
		break;
	case IPRANGE_BAD_ADDRESS:
		conf_say(env, LOG_ERR,
		    "MGR: Bad IP address (%s) in config file!", result->bad);
		if (result->bad[0] == '\0')
			reason = "an entry is missing";
		else if (result->bad[0] == ' ' || result->bad[0] == '\t')
			reason = "no blanks in a list";
		else if (strchr(result->bad, '-') != NULL)
			reason = "a range is in one of the four numbers";
		break;
	case IPRANGE_NO_MEMORY:
		reason = "out of memory";
		break;
	case IPRANGE_OK:
		return;
	}
	snprintf(text, sizeof(text), "%s (at \"%s\")", reason, result->bad);
	conf_complain(conf, env, LOG_ERR, l->key, text, *l->text);
}

/* Every client must have an address of its own. */
static bool
unique(struct conf *conf, const struct conf_env *env, const struct list *l)
{
	size_t i = iprange_duplicate(l->addrs);

	if (i == l->addrs->n)
		return true;
	if (i > l->addrs->n) {
		conf_complain(conf, env, LOG_ERR, l->key, "out of memory",
		    NULL);
		return false;
	}
	conf_say(env, LOG_ERR,
	    "MGR: Remote IP address %s in config is a duplicate!",
	    l->addrs->addr[i]);
	conf_complain(conf, env, LOG_ERR, l->key,
	    "an address stands in it twice", *l->text);
	return false;
}

/* Fills a list with at most limit addresses.  False if that is an error. */
static bool
expand(struct conf *conf, const struct conf_env *env, const struct list *l,
    int limit, bool *limited)
{
	struct iprange_result result;

	if (*l->text == NULL) {
		conf_say(env, LOG_NOTICE, "no %s is given: using %s",
		    l->key == CONF_LOCALIP ? "localip" : "remoteip",
		    l->fallback);
		conf_set_string(l->text, l->fallback);
	}
	iprange_expand(l->addrs, *l->text, (size_t)limit, env->resolve,
	    env->arg, &result);
	*limited = result.limited;
	if (result.status != IPRANGE_OK) {
		bad_list(conf, env, l, &result);
		return false;
	}
	if (result.cut[0] != '\0')
		conf_complain(conf, env, LOG_WARNING, l->key,
		    "what stands after the blank is left out", result.cut);
	return l->key != CONF_REMOTEIP || unique(conf, env, l);
}

/*
 * The number of calls that a list allows, limit at most.  Reports whether the
 * list is too short for limit, or has more addresses (limited).
 */
static int
count(const struct conf_env *env, const struct list *l, int limit,
    bool limited)
{
	int n = (int)l->addrs->n;

	if (limited)
		conf_say(env, LOG_WARNING, "MGR: connections limit (%d) "
		    "reached, extra IP addresses ignored", limit);
	/* A single local address serves all calls. */
	if (n >= limit || (l->key == CONF_LOCALIP && n == 1))
		return limit;
	conf_say(env, LOG_INFO, "MGR: Maximum of %d connections reduced to "
	    "%d, not enough IP addresses given", limit, n);
	return n;
}

/* pppd refuses a link with the same address at both ends. */
static void
compare_ends(struct conf *conf, const struct conf_env *env)
{
	uint32_t local, remote;
	int i;

	for (i = 0; i < conf->slots; i++) {
		if (!iprange_number(conf->local.addr[i], &local) ||
		    !iprange_number(conf->remote.addr[i], &remote) ||
		    local != remote)
			continue;
		conf_complain(conf, env, LOG_WARNING, CONF_REMOTEIP,
		    "localip of the same call has this address too",
		    conf->remote.addr[i]);
		return;
	}
}

/*
 * Whether an end of a call can have this address.  pppd exits when it is given
 * an address that it refuses, and Linux drops packets from 0.0.0.0/8.
 */
static bool
usable(const char *text)
{
	uint32_t addr;

	if (!iprange_number(text, &addr) || addr == INADDR_ANY)
		return true;	/* 0.0.0.0: pppd is given no address */
	addr = ntohl(addr);
	return addr >> IN_CLASSA_NSHIFT != 0 &&
	    addr >> IN_CLASSA_NSHIFT != IN_LOOPBACKNET &&
	    !IN_MULTICAST(addr) && !IN_BADCLASS(addr);
}

/* Reports address i of a list; *said counts those that were reported. */
static void
complain_unusable(struct conf *conf, const struct conf_env *env,
    enum conf_key key, const struct iprange_list *list, int i, int *said)
{
	/* A single localip was repeated for each call: report it once. */
	if (i > 0 && strcmp(list->addr[i], list->addr[i - 1]) == 0)
		return;
	if ((*said)++ < UNUSABLE_SAID)
		conf_complain(conf, env, LOG_WARNING, key, "no end of a call "
		    "can have a loopback, multicast or reserved address, so "
		    "this one is left out", list->addr[i]);
}

static void
complain_more(struct conf *conf, const struct conf_env *env, enum conf_key key,
    int said)
{
	char text[64];

	if (said <= UNUSABLE_SAID)
		return;
	snprintf(text, sizeof(text), "%d more like it are left out",
	    said - UNUSABLE_SAID);
	conf_complain(conf, env, LOG_WARNING, key, text, NULL);
}

static bool
is_any(const char *text)
{
	uint32_t addr;

	return iprange_number(text, &addr) && addr == INADDR_ANY;
}

/*
 * Removes the pairs in which an address cannot be used.  Other pairs stay
 * together.
 */
static void
drop_unusable(struct conf *conf, const struct conf_env *env)
{
	struct iprange_list *local = &conf->local, *remote = &conf->remote;
	int n = conf->slots, locals = 0, remotes = 0;

	conf->slots = 0;
	for (int i = 0; i < n; i++) {
		bool local_good = usable(local->addr[i]);
		bool remote_good = usable(remote->addr[i]);

		if (!remote_good)
			complain_unusable(conf, env, CONF_REMOTEIP, remote, i,
			    &remotes);
		else if (is_any(remote->addr[i]))
			conf_complain(conf, env, LOG_WARNING, CONF_REMOTEIP,
			    "gives a client no address: chap-secrets chooses "
			    "it, or the client itself", remote->addr[i]);
		if (!local_good)
			complain_unusable(conf, env, CONF_LOCALIP, local, i,
			    &locals);
		if (!local_good || !remote_good)
			continue;
		memmove(local->addr[conf->slots], local->addr[i],
		    IPRANGE_TEXT);
		memmove(remote->addr[conf->slots], remote->addr[i],
		    IPRANGE_TEXT);
		conf->slots++;
	}
	if (conf->slots == n)
		return;
	local->n = remote->n = (size_t)conf->slots;
	complain_more(conf, env, CONF_REMOTEIP, remotes);
	complain_more(conf, env, CONF_LOCALIP, locals);
	if (conf->slots == 0)
		conf_complain(conf, env, LOG_WARNING, CONF_REMOTEIP,
		    "no address is left, every client will be refused", NULL);
}

/* For pptpctrl under inetd: one address or none for each end. */
static void
finish_inetd(struct conf *conf, const struct conf_env *env,
    const struct list *lists)
{
	struct iprange_result result;
	int i;

	for (i = 0; i < 2; i++) {
		if (*lists[i].text == NULL)
			continue;
		iprange_expand(lists[i].addrs, *lists[i].text, 1, env->resolve,
		    env->arg, &result);
		if (result.status != IPRANGE_OK)
			bad_list(conf, env, &lists[i], &result);
	}
	conf->slots = 1;
}

/*
 * The limit of calls with delegate.  Poptop has no limit here, and sites may
 * have more calls than its default of 100, so ours is higher.  There must be
 * one, since each call starts a pppd.
 */
static int
delegated(const struct conf *conf)
{
	return conf->connections_given && conf->connections > 0 ?
	    conf->connections : CONF_DELEGATE_DEFAULT;
}

static void
finish_addresses(struct conf *conf, const struct conf_env *env)
{
	const struct list lists[] = {
		{ CONF_REMOTEIP, "remote", CONF_REMOTEIP_DEFAULT,
		    &conf->remoteip, &conf->remote },
		{ CONF_LOCALIP, "local", CONF_LOCALIP_DEFAULT,
		    &conf->localip, &conf->local }
	};
	int limit = conf->connections;
	bool limited, good;

	if (conf->inetd) {
		finish_inetd(conf, env, lists);
		return;
	}
	if (conf->delegate) {
		conf->slots = delegated(conf);
		return;
	}
	if (limit == 0)
		conf_complain(conf, env, LOG_WARNING, CONF_CONNECTIONS,
		    "every client will be refused", "0");
	good = expand(conf, env, &lists[0], limit, &limited);
	if (good)
		limit = count(env, &lists[0], limit, limited);
	if (!expand(conf, env, &lists[1], limit, &limited) || !good)
		return;
	limit = count(env, &lists[1], limit, limited);
	if (!iprange_repeat(&conf->local, (size_t)limit)) {
		conf_complain(conf, env, LOG_ERR, CONF_LOCALIP,
		    "out of memory", NULL);
		return;
	}
	conf->slots = limit;
	drop_unusable(conf, env);
	compare_ends(conf, env);
}

void
conf_finish(struct conf *conf, const struct conf_env *env)
{
	finish_addresses(conf, env);
	conf_pools_finish(conf, env);
	conf_limit_finish(conf);
}
