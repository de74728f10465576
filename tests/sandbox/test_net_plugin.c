/*
 * pptpd-net.so with stand-ins for pppd and for a call's interface, on a kernel
 * that has no PPP: its options, the server's table of nftables, limits, routes.
 */
/* SPDX-License-Identifier: ISC */
#include "pppd-compat.h"

#include <arpa/inet.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "pptpd-net.h"

#define TABLE	"nft 'add table inet pptpd; " \
		"add set inet pptpd calls { type iface_index; }'"
#define SKIPPED	77
#define LINE	512

pptpd_net_limit_fn pptpd_net_limit;
pptpd_net_reach_fn pptpd_net_reach;

static unsigned int passed, failed_checks;

static void
verdict(const char *what, int ok, const char *why)
{
	if (ok) {
		passed++;
		return;
	}
	failed_checks++;
	printf("FAIL %s: %s\n", what, why);
}

/* --- what the plugin calls of pppd ------------------------------------------ */

static char warned[LINE], noticed[LINE];
static unsigned int warnings;
static option_t *options;
static ppp_notify_fn *notify_up, *notify_down, *notify_phase, *notify_exit;
static void (*timer)(void *);
static void *timer_arg;
static int timer_s;

/* Their names are pppd's, whose prototypes are not the same in all versions. */
void	say_warn(const char *, ...) __asm__("warn")
	    __attribute__((format(printf, 1, 2)));
void	say_notice(const char *, ...) __asm__("notice")
	    __attribute__((format(printf, 1, 2)));

void
say_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(warned, sizeof(warned), fmt, ap);
	va_end(ap);
	warnings++;
}

void
say_notice(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(noticed, sizeof(noticed), fmt, ap);
	va_end(ap);
}

#ifdef PPPD_API_24
char ifname[32] = "call0";
struct notifier *pidchange, *phasechange, *exitnotify, *sigreceived;
struct notifier *ip_up_notifier, *ip_down_notifier, *ipv6_up_notifier;
struct notifier *ipv6_down_notifier, *auth_up_notifier, *link_down_notifier;
struct notifier *fork_notifier;

void
add_options(option_t *o)
{
	options = o;
}

void
add_notifier(struct notifier **list, notify_func fn, void *arg)
{
	(void)arg;
	if (list == &ip_up_notifier)
		notify_up = fn;
	else if (list == &ip_down_notifier)
		notify_down = fn;
	else if (list == &phasechange)
		notify_phase = fn;
	else if (list == &exitnotify)
		notify_exit = fn;
}

void
timeout(void (*fn)(void *), void *arg, int s, int us)
{
	(void)us;
	timer = fn;
	timer_arg = arg;
	timer_s = s;
}

void
untimeout(void (*fn)(void *), void *arg)
{
	if (timer == fn && timer_arg == arg)
		timer = NULL;
}
#else
const char *
ppp_ifname(void)
{
	return "call0";
}

void
ppp_add_options(option_t *o)
{
	options = o;
}

void
ppp_add_notify(ppp_notify_t type, ppp_notify_fn *fn, void *ctx)
{
	(void)ctx;
	if (type == NF_IP_UP)
		notify_up = fn;
	else if (type == NF_IP_DOWN)
		notify_down = fn;
	else if (type == NF_PHASE_CHANGE)
		notify_phase = fn;
	else if (type == NF_EXIT)
		notify_exit = fn;
}

void
ppp_timeout(ppp_timer_cb fn, void *arg, int s, int us)
{
	(void)us;
	timer = fn;
	timer_arg = arg;
	timer_s = s;
}

void
ppp_untimeout(ppp_timer_cb fn, void *arg)
{
	if (timer == fn && timer_arg == arg)
		timer = NULL;
}
#endif

/* --- helpers --------------------------------------------------------------- */

static int
set(const char *name, const char *value)
{
	char copy[64], *argv[] = { copy, NULL };
	int (*fn)(char **);

	snprintf(copy, sizeof(copy), "%s", value);
	for (option_t *o = options; o->name != NULL; o++) {
		if (strcmp(o->name, name) == 0) {
			memcpy(&fn, &o->addr, sizeof(fn));
			return fn(argv);
		}
	}
	return -1;
}

static void
tick(void)
{
	void (*fn)(void *) = timer;

	timer = NULL;
	if (fn != NULL)
		fn(timer_arg);
}

static int
does(const char *command)
{
	return system(command) == 0;
}

/* Whether a command's output has the word. */
static int
shows(const char *command, const char *word)
{
	char text[LINE];
	FILE *f = popen(command, "r");
	int found = 0;

	if (f == NULL)
		return 0;
	while (fgets(text, sizeof(text), f) != NULL)
		found = found || strstr(text, word) != NULL;
	pclose(f);
	return found;
}

static int
is_member(void)
{
	return shows("nft list set inet pptpd calls 2>/dev/null", "\"call0\"");
}

/* --- the tests ------------------------------------------------------------- */

static void
test_options(void)
{
	static const char *const bad[] = { "", "a b", "a;b", "a-b", "A",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "../x", "a\n" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		verdict("a table's name that is none",
		    set("pptpd-net-table", bad[i]) == 0, bad[i]);
	verdict("one that is one", set("pptpd-net-table", "pptpd") == 1, "");
	verdict("a rate that is none",
	    set("pptpd-rate-limit", "10Mbit") == 0, warned);
	verdict("and one", set("pptpd-rate-limit", "1M/500k") == 1, warned);
}

static void
test_set(void)
{
	warnings = 0;
	notify_phase(NULL, PHASE_ESTABLISH);
	verdict("nothing before the network", timer == NULL, "a timer");
	notify_phase(NULL, PHASE_NETWORK);
	verdict("no table yet: it tries again soon",
	    timer != NULL && timer_s <= 5 && warnings == 0, warned);
	tick();
	verdict("and says so", warnings == 1 &&
	    strstr(warned, "table inet pptpd: No such file") != NULL, warned);
	tick();
	verdict("once", warnings == 1, warned);
	verdict("a table", does(TABLE), "nft");
	tick();
	verdict("which has the interface then", is_member(), "not there");
	tick();
	verdict("twice is no error", is_member() && timer_s >= 30, warned);
	verdict("flushed", does("nft flush ruleset") && does(TABLE), "nft");
	tick();
	verdict("it comes back", is_member(), "not there");
	notify_exit(NULL, 0);
	verdict("with the end it is out", !is_member(), "still there");
	verdict("no more than one line of it all", warnings == 1, warned);
}

/* A kernel may lack what limits need; then it is named, and only then. */
static void
test_limits(void)
{
	struct rate_limits l = { .rate_down = 2000000 };

	warnings = 0;
	notify_up(NULL, 0);
	verdict("a limit is in force, or what lacks has a name", warnings == 0
	    ? strstr(noticed, "call0: limits 1000000/500000 bit/s") != NULL
	    : warnings == 1 && strstr(warned, "the kernel lacks ") != NULL,
	    warned);
	if (shows("tc qdisc show dev call0", "tbf"))
		verdict("down", shows("tc qdisc show dev call0",
		    "rate 1Mbit"), "another");
	if (strstr(warned, "sch_tbf") == NULL) {
		verdict("one direction, changed", pptpd_net_limit(&l) == 1, warned);
		verdict("is in force", shows("tc qdisc show dev call0",
		    "rate 2Mbit"), "another");
		memset(&l, 0, sizeof(l));
		verdict("none", pptpd_net_limit(&l) == 1, warned);
		verdict("is left", !shows("tc qdisc show dev call0", "tbf"),
		    "tbf");
	}
	notify_down(NULL, 0);
}

static void
test_routes(void)
{
	static struct aaa_reply r;

	inet_pton(AF_INET, "10.77.0.0", &r.routes[0].net);
	r.routes[0].bits = 16;
	r.routes[0].metric = 5;
	inet_pton(AF_INET, "192.0.2.128", &r.routes[1].net);
	r.routes[1].bits = 25;
	r.nroutes = 2;
	pptpd_net_reach(&r);
	warnings = 0;
	verdict("somebody's route", does(
	    "ip route add 192.0.2.128/25 dev line0"), "ip");
	notify_up(NULL, 0);
	verdict("a network behind the peer", shows(
	    "ip route show 10.77.0.0/16", "dev call0 proto static scope link "
	    "metric 5"), warned);
	verdict("a route that is there stays", shows(
	    "ip route show 192.0.2.128/25", "dev line0") && !shows(
	    "ip route show 192.0.2.128/25", "dev call0"), "replaced");
	verdict("and the log says so", strstr(warned,
	    "there is a route to 192.0.2.128/25 already") != NULL, warned);
}

int
main(void)
{
	if (geteuid() != 0 || unshare(CLONE_NEWNET) == -1 || !does(
	    "ip link add call0 type veth peer name line0 && "
	    "ip link set call0 up && ip link set line0 up") ||
	    !does(TABLE " 2>/dev/null && nft flush ruleset")) {
		printf("SKIP: needs root, ip, nft, and a kernel with veth and "
		    "nftables\n");
		return SKIPPED;
	}
	plugin_init();
	plugin_init();
	test_options();
	test_set();
	test_limits();
	test_routes();
	printf("test_net_plugin: %u passed, %u failed\n", passed,
	    failed_checks);
	return failed_checks != 0;
}
