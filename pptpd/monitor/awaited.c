/* Monitor: keeps addresses of keepers that have not come back yet. */
/* SPDX-License-Identifier: ISC */
#include "monitor/awaited.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/queue.h"
#include "monitor/ids_in_use.h"
#include "monitor/ledger.h"
#include "shared/slurp.h"
#include "shared/loop.h"
#include "shared/process.h"

#define PPPD_S		10	/* a killed keeper's pppd ends within it */
#define LOOK_S		1	/* between two looks at a process */
#define START_SLACK_MS	2000	/* from a keeper's start to its entry */

/* A reserved address: its keeper or the keeper's pppd runs, or may run. */
struct awaited_keeper {
	LIST_ENTRY(awaited_keeper) entry;
	pid_t		 keeper;	/* 0: gone */
	int		 ledger;
	uint16_t	 call_id;	/* 0: not known */
	int		 process;	/* the keeper (process.h); -1: none */
	bool		 unsure;	/* it runs, but process failed */
	uint64_t	 since_ms;	/* when the keeper began */
	struct loop_watch watch;	/* of process */
	struct loop_timer timer;	/* where process cannot be watched */
	char		 remote[CALL_ADDR_TEXT];
};

static LIST_HEAD(, awaited_keeper) keepers = LIST_HEAD_INITIALIZER(keepers);
static struct pool *pool;
static void (*changed)(void);

static void
unwatch(struct awaited_keeper *a)
{
	loop_timer_stop(&a->timer);
	loop_watch_off(&a->watch);
}

static void
awaited_free(struct awaited_keeper *a)
{
	pool_unreserve(pool, a->remote);
	ledger_drop(a->ledger);
	ids_in_use_remove(a->call_id);
	unwatch(a);
	if (a->process != -1)
		close(a->process);
	LIST_REMOVE(a, entry);
	free(a);
}

static void on_end(void *);

static void
on_ready(int fd, void *arg)
{
	(void)fd;
	on_end(arg);
}

/* Waits for the end of a process, or if it is -1 for so many seconds. */
static void
watch(struct awaited_keeper *a, int process, int seconds)
{
	bool waits = process != -1 && process_can_wait(process), watched;

	unwatch(a);
	if (a->process != -1 && a->process != process)
		close(a->process);
	a->process = process;
	if (waits) {
		loop_watch_init(&a->watch, process, LOOP_READ | LOOP_ONCE,
		    on_ready, a);
		watched = loop_watch_on(&a->watch);
	} else {
		loop_timer_init(&a->timer, on_end, a);
		watched = loop_timer_in_ms(&a->timer,
		    (uint64_t)seconds * 1000);
	}
	if (!watched)
		log_err("MGR: address %s stays reserved: out of memory",
		    a->remote);
}

static bool is_same(pid_t, uint64_t);

/* Whether the keeper still runs; if so, waits on. */
static bool
lives(struct awaited_keeper *a)
{
	if (a->process == -1 && a->keeper != 0)
		a->process = process_open(a->keeper);	/* failed before */
	if (a->process != -1 ? process_ended(a->process) :
	    a->keeper == 0 || !is_same(a->keeper, a->since_ms))
		return false;
	watch(a, a->process, LOOK_S);
	return true;
}

static void
on_end(void *arg)
{
	struct awaited_keeper *a = arg;

	if (lives(a))
		return;
	if (a->keeper != 0) {
		log_notice("MGR: pptpctrl[%ld], whose client had %s, has ended "
		    "instead of coming back", (long)a->keeper,
		    a->remote[0] != '\0' ? a->remote :
		    "an address of pppd's choice");
		a->keeper = 0;
		watch(a, -1, PPPD_S);	/* if killed, its pppd may live on */
		changed();
	} else
		awaited_free(a);
}

/* --- which processes still run ------------------------------------------- */

/* The start of a process in ms of CLOCK_BOOTTIME; 0: there is no process. */
static uint64_t
started_ms(pid_t pid)
{
	char path[32], *text, *p;
	unsigned long long ticks = 0;
	size_t len;

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	text = slurp(path, &len);
	if (text == NULL)
		return 0;
	p = strrchr(text, ')');		/* the name may hold a ')' */
	for (int field = 2; p != NULL && field < 22; field++)
		p = strchr(p + 1, ' ');
	if (p != NULL)
		ticks = strtoull(p, NULL, 10);
	free(text);
	return ticks * 1000 / (unsigned long long)sysconf(_SC_CLK_TCK);
}

/* Whether pid is the keeper that began then, not a later process. */
static bool
is_same(pid_t keeper, uint64_t since_ms)
{
	uint64_t began = started_ms(keeper);

	return began != 0 && began + START_SLACK_MS >= since_ms &&
	    began <= since_ms + START_SLACK_MS;
}

static void
old_entry(int ledger, const struct ledger_entry *e)
{
	struct awaited_keeper *a;

	/* If pppd chose the address, only a running keeper counts as a call. */
	if (e->remote[0] == '\0' && !is_same(e->keeper, e->since_ms)) {
		ledger_drop(ledger);
		return;
	}
	a = calloc(1, sizeof(*a));
	if (a == NULL || !pool_reserve(pool, e->remote)) {
		log_err("MGR: address %s may be in use: out of memory",
		    e->remote);
		free(a);
		return;
	}
	a->ledger = ledger;
	a->process = -1;
	a->since_ms = e->since_ms;
	a->call_id = (uint16_t)e->call_id;
	ids_in_use_add(a->call_id);
	memcpy(a->remote, e->remote, sizeof(a->remote));
	LIST_INSERT_HEAD(&keepers, a, entry);
	if (is_same(e->keeper, e->since_ms))
		a->keeper = e->keeper;
	else
		log_info("MGR: pptpctrl[%ld], whose client had %s, has ended "
		    "in the meantime", (long)e->keeper, e->remote);
}

/* Whether pppd was started with this address; its argument is LOCAL:REMOTE. */
static bool
has_address(const char *args, size_t len, const char *remote)
{
	for (const char *p = args; p < args + len; p += strlen(p) + 1) {
		const char *colon = strchr(p, ':');

		if (colon != NULL && strcmp(colon + 1, remote) == 0)
			return true;
	}
	return false;
}

/* Finds the pppds that still run although their keepers were killed. */
static void
find_pppds(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *d;

	while (proc != NULL && (d = readdir(proc)) != NULL) {
		pid_t pid = (pid_t)strtol(d->d_name, NULL, 10);
		char path[32], *args;
		struct awaited_keeper *a;
		size_t len;

		snprintf(path, sizeof(path), "/proc/%ld/cmdline", (long)pid);
		if (pid <= 1 || (args = slurp(path, &len)) == NULL)
			continue;
		LIST_FOREACH(a, &keepers, entry) {
			if (a->keeper == 0 && a->process == -1 &&
			    a->remote[0] != '\0' &&
			    has_address(args, len, a->remote)) {
				a->process = process_open(pid);
				a->unsure = a->process == -1 && errno != ESRCH;
			}
		}
		free(args);
	}
	if (proc != NULL)
		closedir(proc);
}

void
awaited_init(struct pool *p, const char *path, void (*one_gone)(void))
{
	struct awaited_keeper *a, *next;
	bool dead = false;

	pool = p;
	changed = one_gone;
	if (ledger_open(path, old_entry) == -1)
		return;
	LIST_FOREACH(a, &keepers, entry)
		dead = dead || a->keeper == 0;
	if (dead)
		find_pppds();
	for (a = LIST_FIRST(&keepers); a != NULL; a = next) {
		next = LIST_NEXT(a, entry);
		if (a->keeper != 0) {
			a->process = process_open(a->keeper);
			a->unsure = a->process == -1 && errno != ESRCH;
		}
		if (a->process == -1 && !a->unsure)
			awaited_free(a);
		else
			watch(a, a->process, a->keeper != 0 ? LOOK_S : PPPD_S);
	}
}

uint64_t
awaited_back(pid_t keeper)
{
	struct awaited_keeper *a;

	LIST_FOREACH(a, &keepers, entry) {
		if (a->keeper == keeper) {
			awaited_free(a);
			break;
		}
	}
	return started_ms(keeper);
}

bool
awaited_any(void)
{
	return !LIST_EMPTY(&keepers);
}

bool
awaited_expected(void)
{
	struct awaited_keeper *a;

	LIST_FOREACH(a, &keepers, entry) {
		if (a->keeper != 0)
			return true;
	}
	return false;
}
