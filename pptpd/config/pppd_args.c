/* pppd's argument vector: Poptop's, in its order. */
/* SPDX-License-Identifier: ISC */
#include "config/pppd_args.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "config/instance.h"

_Static_assert(PPPD_ARGS_MAX <= 64, "a word has no bit");

/*
 * Appends a word.  If there is no room, the word is not stored but counted in
 * used; pppd_args_build() checks used at its end.
 */
static void
put(struct pppd_args *args, const char *word)
{
	size_t size = strlen(word) + 1;

	assert(args->argc < PPPD_ARGS_MAX - 1);
	if (args->used <= sizeof(args->room) &&
	    size <= sizeof(args->room) - args->used) {
		args->argv[args->argc] = args->room + args->used;
		memcpy(args->argv[args->argc++], word, size);
	}
	args->used += size;
}

static bool
given(const char *text)
{
	return text != NULL && text[0] != '\0';
}

bool
pppd_args_addresses(char pair[PPPD_ARGS_ADDRESSES], const char *local,
    const char *remote)
{
	if (!given(local) && !given(remote))
		return false;
	snprintf(pair, PPPD_ARGS_ADDRESSES, "%s:%s", given(local) ? local : "",
	    given(remote) ? remote : "");
	return true;
}

static uint64_t
bit(int word)
{
	return (uint64_t)1 << word;
}

static void
put_plugin(struct pppd_args *args, const char *path, const char *option,
    const char *value)
{
	int first = args->argc;

	put(args, "plugin");
	put(args, path);
	put(args, option);
	put(args, value);
	for (int i = first; i < args->argc; i++)
		args->optional |= bit(i);
}

/* Words of pptpd-net.so, which a call can do without. */
static void
put_net(struct pppd_args *args, const struct conf *conf, const char *path)
{
	const struct rate_limits *l = &conf->rate_limit;
	char limits[RATE_TEXT], table[INSTANCE_TABLE];
	int first = args->argc;

	put(args, "plugin");
	put(args, path);
	if (l->rate_down != 0 || l->rate_up != 0) {
		rate_limits_text(l, limits);
		put(args, "pptpd-rate-limit");
		put(args, limits);
	}
	if (conf_table_any(conf) && instance_table(table, conf->pidfile) == 0) {
		put(args, "pptpd-net-table");
		put(args, table);
	}
	for (int i = first; i < args->argc; i++)
		args->optional |= bit(i);
}

static void
put_session(struct pppd_args *args, const struct conf *conf, const char *path)
{
	char fd[12], leases[CONF_LINE_MAX];
	int first = args->argc;

	put(args, "plugin");
	put(args, path);
	snprintf(fd, sizeof(fd), "%d", PPPD_SESSION_FD);
	put(args, "pptpd-session-fd");
	put(args, fd);
	/* Under inetd nobody writes pools, and another server may have some. */
	if (!conf->inetd && instance_path(leases, sizeof(leases), "leases",
	    conf->pidfile) == 0) {
		put(args, "pptpd-leases");
		put(args, leases);
	}
	for (int i = first; i < args->argc; i++)
		args->session |= bit(i);
	args->optional |= args->session;
}

int
pppd_args_build(struct pppd_args *args, const struct conf *conf,
    const char *local, const char *remote, const char *client_ip,
    const char *logwtmp, const char *kernel, const char *session,
    const struct pppd_aaa *aaa, const char *net)
{
	char fd[12], pair[PPPD_ARGS_ADDRESSES];

	memset(args, 0, sizeof(*args));
	put(args, conf->ppp);
	put(args, "local");
	if (given(conf->option)) {
		put(args, "file");
		put(args, conf->option);
	}
	put(args, conf->speed);
	if (pppd_args_addresses(pair, local, remote))
		put(args, pair);
	if (!conf->noipparam) {
		put(args, "ipparam");
		put(args, client_ip);
	}
	if (logwtmp != NULL)
		put_plugin(args, logwtmp, "pptpd-original-ip", client_ip);
	if (aaa != NULL) {
		put(args, "plugin");
		put(args, aaa->plugin);
		put(args, "pptpd-aaa-socket");
		put(args, aaa->socket);
		put(args, "pptpd-aaa-called");
		put(args, aaa->called);
		put(args, "pptpd-aaa-session");
		put(args, aaa->session);
	}
	if (net != NULL)
		put_net(args, conf, net);
	if (kernel != NULL) {
		uint64_t before = args->optional;

		snprintf(fd, sizeof(fd), "%d", PPPD_KERNEL_FD);
		put_plugin(args, kernel, "pptpd-kernel-fd", fd);
		/* Without a terminal pppd would detach from its parent. */
		put(args, "nodetach");
		args->optional |= bit(args->argc - 1);
		args->kernel = args->optional & ~before;
	}
	if (session != NULL)
		put_session(args, conf, session);
	/*
	 * For radius.so, allow-number and pppd's "peer from calling number".
	 * The client's address stays the last word, as Poptop has it: panels
	 * take it from there (LuCI's page of who is online).
	 */
	put(args, "remotenumber");
	put(args, client_ip);
	args->argv[args->argc] = NULL;
	return args->used <= sizeof(args->room) ? 0 : -1;
}

uint64_t
pppd_args_drop(char *argv[], uint64_t words, uint64_t marked)
{
	uint64_t left = 0;
	int to = 0;

	for (int from = 0; argv[from] != NULL; from++) {
		if ((words & bit(from)) != 0)
			continue;
		if ((marked & bit(from)) != 0)
			left |= bit(to);
		argv[to++] = argv[from];
	}
	argv[to] = NULL;
	return left;
}
