/* Monitor: calls that began under another monitor. */
/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "monitor/awaited.h"
#include "monitor/back_relay.h"
#include "monitor/call_end.h"
#include "monitor/calls.h"
#include "monitor/ledger.h"
#include "monitor/slots.h"
#include "shared/gre_filter.h"
#include "shared/process.h"

static void
on_keeper_ended(int fd, void *arg)
{
	struct slot *call = arg;

	(void)fd;
	if (!process_ended(call->keeper_watch.fd))
		return;
	process_watch_stop(&call->keeper_watch);
	if (call->keeper != 0)
		call_end_keeper(call, 0);
	slots_changed();
}

/* The keeper may be connected anew, then it has left its earlier link. */
static void
keep_link(struct slot *call, int sock)
{
	if (call->link != -1)
		close(call->link);
	call->link = fcntl(sock, F_DUPFD_CLOEXEC, 0);
	if (call->link == -1)
		log_warn("MGR: whether pptpctrl[%ld] is killed will not be "
		    "seen: %s", (long)call->keeper, strerror(errno));
}

/* Watches for the ends of both, whose descriptors are the call's from now. */
static bool
watch_both(struct slot *call, int keeper_fd, int pppd_fd)
{
	bool keeper = process_watch_start(&call->keeper_watch, keeper_fd,
	    on_keeper_ended, call);

	return process_watch_start(&call->pppd_watch, pppd_fd, call_end_pppd,
	    call) && keeper;
}

static enum ctrl_end
rejoin(pid_t keeper, const struct keeper_call *kc, int sock, int pppd_fd,
    int record_fd, const char **why)
{
	struct slot *call;
	int fd;

	LIST_FOREACH(call, &slots_list, entry) {
		if (call->keeper == keeper) {
			close(pppd_fd);
			if (call->rec == NULL)	/* an earlier monitor's */
				keep_link(call, sock);
			return CTRL_END_NONE;
		}
	}
	*why = "out of memory";
	fd = process_open(keeper);
	call = slot_new(kc->our_id);
	if (call == NULL || fd == -1) {
		close(pppd_fd);
		if (fd != -1)
			close(fd);
		if (call != NULL)
			slot_free(call);
		return CTRL_END_RESOURCE;
	}
	if (calls_kernel_map(kc) != -1) {
		call->kernel_id = kc->our_id;
		(void)gre_filter_set(calls_kernel_map(kc), kc->our_id,
		    kc->client_addr);
	}
	call->keeper = keeper;
	call->keeper_began = true;
	slot_name(call, kc);
	call->ledger = ledger_put(keeper, awaited_back(keeper), kc->our_id,
	    kc->remote);
	keep_link(call, sock);
	if (watch_both(call, fd, pppd_fd) &&
	    back_relay_rejoin(&call->relayed, kc, record_fd) &&
	    (*why = slot_claim(call, kc)) == NULL)
		return CTRL_END_NONE;
	slot_free(call);
	return CTRL_END_RESOURCE;
}

enum ctrl_end
calls_rejoin(pid_t keeper, const struct keeper_call *kc, int sock,
    int pppd_fd, int record_fd, const char **why)
{
	enum ctrl_end end = rejoin(keeper, kc, sock, pppd_fd, record_fd,
	    why);

	close(record_fd);
	return end;
}
