/* Monitor: ends of keepers, and pppds that outlive their keepers. */
/* SPDX-License-Identifier: ISC */
#include "monitor/call_end.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/addr.h"
#include "base/log.h"
#include "config/pppd_args.h"
#include "monitor/children.h"
#include "monitor/slots.h"
#include "monitor/spawner_client.h"
#include "shared/linux_calls.h"
#include "shared/loop.h"
#include "shared/mono.h"
#include "shared/process.h"
#include "shared/rejoin_msg.h"

#define ORPHAN_MS	5000	/* time for a pppd to end after SIGTERM */

static struct loop_timer find_timer;	/* for the pppds of killed keepers */

static void on_find(void *);

void
call_end_init(void)
{
	loop_timer_init(&find_timer, on_find, NULL);
}

/* Whether these are the arguments of the pppd that serves this call. */
static bool
is_its_pppd(const struct slot *call, const char *args, size_t len)
{
	char client[ADDR_TEXT], pair[PPPD_ARGS_ADDRESSES];

	addr_text(call->client, client);
	return children_args_have(args, len, "remotenumber", client) &&
	    (!pppd_args_addresses(pair, pool_local(&slots_pool, call->slot),
	    pool_remote(&slots_pool, call->slot)) ||
	    children_args_have(args, len, pair, NULL));
}

static bool
can_be_pppd(pid_t pid)
{
	struct slot *call;

	if (spawner_is(pid))
		return false;
	LIST_FOREACH(call, &slots_list, entry) {
		if (call->keeper == pid || call->pppd == pid)
			return false;
	}
	return true;
}

void
call_end_pppd(int fd, void *arg)
{
	struct slot *call = arg;

	(void)fd;
	if (!process_ended(call->pppd_watch.fd))
		return;
	process_watch_stop(&call->pppd_watch);
	if (call->keeper == 0)
		slot_free(call);
	slots_changed();
}

static void
look_at_child(pid_t pid, const char *args, size_t len)
{
	struct slot *call;
	int fd;

	if (!can_be_pppd(pid))
		return;
	LIST_FOREACH(call, &slots_list, entry) {
		if (call->lost && is_its_pppd(call, args, len))
			break;
	}
	if (call == NULL)
		return;
	call->lost = false;
	call->pppd = pid;
	fd = linux_pidfd_open(pid);
	if (fd != -1 && !process_watch_start(&call->pppd_watch, fd,
	    call_end_pppd, call))
		process_watch_stop(&call->pppd_watch);
}

void
call_end_find(void)
{
	struct slot *call, *next;

	children_each(look_at_child);
	for (call = LIST_FIRST(&slots_list); call != NULL; call = next) {
		next = LIST_NEXT(call, entry);
		if (call->lost)
			slot_free(call);
	}
}

static void
on_find(void *arg)
{
	(void)arg;
	call_end_find();
	slots_changed();
}

void
call_end_kill(const struct slot *call)
{
	if (!process_watch_kill(&call->pppd_watch, SIGKILL) && call->pppd != 0)
		kill(call->pppd, SIGKILL);	/* not reaped yet */
}

bool
call_end_kill_orphans(void)
{
	struct slot *call;
	uint64_t now = mono_ms();

	if (slots_counts.orphans == 0)
		return false;
	LIST_FOREACH(call, &slots_list, entry) {
		if (call->orphan_since != 0 &&
		    now >= call->orphan_since + ORPHAN_MS)
			call_end_kill(call);
	}
	return true;
}

static void
log_killed(const struct slot *call, const char *how)
{
	char client[ADDR_TEXT];

	addr_text(call->client, client);
	log_err("MGR: pptpctrl[%ld] was killed (%s)", (long)call->keeper,
	    how);
	log_info("CTRL: Client %s control connection finished", client);
}

/* The keeper itself has logged the reason, if it could. */
static void
log_failed(const struct slot *call, int status)
{
	char client[ADDR_TEXT];

	addr_text(call->client, client);
	log_err("MGR: pptpctrl[%ld] could not begin the call of client %s "
	    "(status %d)", (long)call->keeper, client, status);
}

/*
 * Whether a keeper that is not our child, so that we do not get its exit
 * status, was killed.  One that ends in order says so, and says it before it
 * ends.  Without a link it is believed.
 */
static bool
was_cut_short(const struct slot *call)
{
	struct rejoin_end end = { 0 };

	return call->link != -1 && (recv(call->link, &end, sizeof(end),
	    MSG_DONTWAIT) != (ssize_t)sizeof(end) ||
	    end.magic != REJOIN_MAGIC);
}

/*
 * The pppd of a killed keeper becomes our child (we are a subreaper).  The
 * kernel has sent it SIGTERM at the keeper's death, and its address is in use
 * until it has ended.  We have to find out which child it is: its pid is in the
 * call's record, but the engine can write there.
 */
void
call_end_keeper(struct slot *call, int status)
{
	log_debug("MGR: Reaped child %ld", (long)call->keeper);
	if (WIFSIGNALED(status))
		log_killed(call, strsignal(WTERMSIG(status)));
	else if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
		log_failed(call, WEXITSTATUS(status));
	else if (was_cut_short(call))
		log_killed(call, "it left without a word");
	call->keeper = 0;
	call->orphan_since = mono_ms();
	slots_counts.orphans++;
	if (call->pppd_watch.fd != -1)
		return;
	if (!WIFSIGNALED(status)) {
		slot_free(call);	/* the keeper has waited for pppd */
		return;
	}
	call->lost = true;		/* all are looked for at once */
	loop_timer_now(&find_timer);
}
