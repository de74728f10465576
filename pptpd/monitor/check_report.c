/* Monitor: prints what `pptpd --check` finds and what a start would do. */
/* SPDX-License-Identifier: ISC */
#include "config.h"
#include "monitor/conf_load.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/addr.h"
#include "base/log.h"
#include "config/pool.h"
#include "config/pppd_args.h"
#include "monitor/aaa.h"
#include "monitor/listener.h"
#include "monitor/plugin_choice.h"

#define EXAMPLE_CLIENT	"203.0.113.1"	/* RFC 5737 */
#define EXAMPLE_SESSION	"6748E2A41C0FFE01"
#define EXAMPLE_SERVER	"203.0.113.2"
#define EXAMPLE_ADDR	0xCB007101U
#define SHOWN		4		/* first pairs shown; the last is too */

static void
line(const char *what, const char *text)
{
	printf("  %-18s%s\n", what, text);
}

/* Whether this machine has the address, so that bind(2) will work. */
static bool
is_ours(uint32_t addr)
{
	struct ifaddrs *all, *i;
	struct sockaddr_in sin;
	bool found = false;

	/* 127.0.0.0/8 is the machine itself. */
	if (addr == 0 || ntohl(addr) >> 24 == 127 || getifaddrs(&all) == -1)
		return true;
	for (i = all; i != NULL; i = i->ifa_next) {
		if (i->ifa_addr == NULL || i->ifa_addr->sa_family != AF_INET)
			continue;
		memcpy(&sin, i->ifa_addr, sizeof(sin));
		found = found || sin.sin_addr.s_addr == addr;
	}
	freeifaddrs(all);
	return found;
}

static void
print_listen(const struct conf *conf)
{
	char addr[ADDR_TEXT] = "all addresses", text[64];

	if (conf->listen_addr != 0)
		addr_text(conf->listen_addr, addr);
	snprintf(text, sizeof(text), "%s, TCP port %u, and GRE", addr,
	    (unsigned)listener_port());
	line("listens on", text);
	if (!is_ours(conf->listen_addr))
		fprintf(stderr, "pptpd: warning: this machine does not have "
		    "the address %s now\n", addr);
}

static void
print_time(const char *what, uint32_t seconds)
{
	char text[32];

	snprintf(text, sizeof(text), "within %u s", (unsigned)seconds);
	line(what, seconds > 0 ? text : "at any time");
}

static void
print_calls(const struct conf *conf)
{
	char text[80];

	if (!conf->delegate)
		snprintf(text, sizeof(text), "at most %d at once", conf->slots);
	else
		snprintf(text, sizeof(text),
		    "at most %d at once, pppd chooses addresses", conf->slots);
	line("calls", text);
	if (conf->limits.max_per_ip > 0)
		snprintf(text, sizeof(text), "at most %u at once",
		    (unsigned)conf->limits.max_per_ip);
	line("of one address", conf->limits.max_per_ip > 0 ? text :
	    "no limit");
	snprintf(text, sizeof(text), "within %d s", conf->stimeout);
	line("first message", text);
	print_time("request of a call", conf->limits.call_timeout);
	print_time("authentication", conf->limits.auth_timeout);
}

/* Prints a line for each network, and one for all other clients. */
static void
print_datapath(const struct conf *conf)
{
	const struct conf_datapath *d = &conf->datapath;
	const char *what = "data path";
	char addr[ADDR_TEXT], text[80];
	bool others = false;

	for (size_t i = 0; i < d->n; i++) {
		if (d->networks[i].mask == 0) {
			others = d->networks[i].kernel;
			continue;
		}
		addr_text(htonl(d->networks[i].net), addr);
		snprintf(text, sizeof(text), "%s for %s/%d",
		    d->networks[i].kernel ? "kernel" : "userspace", addr,
		    __builtin_popcount(d->networks[i].mask));
		line(what, text);
		what = "";
	}
	if (d->n > 0)
		line(what, others ? "kernel for all others" :
		    "userspace for all others");
}

static void
print_addresses(const struct conf *conf)
{
	char text[2 * IPRANGE_TEXT + 8];
	const char *what = "server:client";
	int i;

	if (conf->delegate)
		return;
	for (i = 0; i < conf->slots; i++) {
		if (i == SHOWN && conf->slots > SHOWN + 1) {
			line("", "...");
			i = conf->slots - 1;
		}
		snprintf(text, sizeof(text), "%s:%s", conf->local.addr[i],
		    conf->remote.addr[i]);
		line(what, text);
		what = "";
	}
}

/* Prints what is wrong with pppd or a plugin. */
static void
complain(int priority, const char *text, void *arg)
{
	(void)arg;
	if (priority <= LOG_WARNING)
		fprintf(stderr, "pptpd: %s\n", text);
}

static int
print_pppd(const struct conf *conf)
{
	bool addresses = !conf->delegate && conf->slots > 0;
	struct plugin_choice use;
	struct pppd_aaa aaa;
	struct pppd_args args;
	bool runs;
	int i;

	log_set_sink(complain, NULL);
	plugin_choice_init(false, conf);
	runs = plugin_choice_look();
	plugin_choice_choose(&use);
	log_set_sink(NULL, NULL);
	aaa = (struct pppd_aaa){ use.aaa, RUNDIR "/pptpd/aaa", EXAMPLE_SERVER,
	    EXAMPLE_SESSION };
	if (pppd_args_build(&args, conf,
	    addresses ? conf->local.addr[0] : NULL,
	    addresses ? conf->remote.addr[0] : NULL, EXAMPLE_CLIENT,
	    use.logwtmp, conf_datapath_kernel(conf, htonl(EXAMPLE_ADDR)) ?
	    use.kernel : NULL, use.session, use.aaa != NULL ? &aaa : NULL,
	    use.net) == -1) {
		fprintf(stderr, "pptpd: error: the paths are too long\n");
		return -1;
	}
	printf("  %-18s", "pppd, for a client at " EXAMPLE_CLIENT ":");
	printf("\n   ");
	for (i = 0; i < args.argc; i++)
		printf(strpbrk(args.argv[i], " \t") != NULL ? " '%s'" : " %s",
		    args.argv[i]);
	printf("\n");
	return runs && (!conf->aaa || use.aaa != NULL) ? 0 : -1;
}

int
check_report(const struct conf *conf)
{
	printf("pptpd v%s would start:\n", PACKAGE_VERSION);
	line("configuration", conf->file_read ? conf->file :
	    "none, only defaults");
	print_listen(conf);
	print_calls(conf);
	print_addresses(conf);
	print_datapath(conf);
	if (print_pppd(conf) == -1)
		return 1;
	if (conf->aaa) {
		line("asks about peers", conf_aaa_file(conf));
		if (fflush(stdout) != 0 || !aaa_check(conf))
			return 1;
	}
	if (conf->bcrelay != NULL)
		line("broadcasts from", conf->bcrelay);
	line("pid file", conf->pidfile);
	line("runs in", conf->foreground ? "the foreground" :
	    "the background");
	if (conf->debug)
		line("log", "every step (debug)");
	return fflush(stdout) == 0 ? 0 : 1;
}
