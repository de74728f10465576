/* Monitor: starts calls, and sees them end. */
/* SPDX-License-Identifier: ISC */
#include "monitor/calls.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "monitor/awaited.h"
#include "monitor/back_relay.h"
#include "monitor/call_end.h"
#include "monitor/call_plan.h"
#include "monitor/ledger.h"
#include "monitor/slots.h"
#include "monitor/spawner_client.h"
#include "protocol/pptp_msg.h"
#include "shared/linux_calls.h"
#include "shared/mono.h"
#include "shared/spawner_msg.h"
#include "state/bucket.h"

#define KEEPER		SBINDIR "/pptpctrl"
#define MINUTE_US	60000000U
#define FULL_PER_MINUTE	20	/* log lines about calls without a slot */

static int kernel_map = -1;

int
calls_init(const struct conf *conf, bool log_stderr, void (*changed)(void))
{
	call_plan_init(conf, log_stderr);
	call_end_init();
	return slots_init(conf, changed);
}

int
calls_change(const struct conf *other)
{
	return slots_change(other);
}

void
calls_keep(const char *path, const char *ledger)
{
	int fd = linux_pidfd_open(getpid());

	if (fd == -1)
		log_notice("MGR: pidfd_open: %s: whether processes of calls "
		    "that began under another pptpd have ended is looked at "
		    "once a second", strerror(errno));
	else
		close(fd);
	call_plan_keep(path);
	awaited_init(&slots_pool, ledger, slots_changed);
}

void
calls_kernel(int map)
{
	kernel_map = map;
	slots_map(map);
	call_plan_kernel(map != -1);
}

void
calls_aaa(const char *socket)
{
	call_plan_aaa(socket);
}

int
calls_kernel_map(const struct keeper_call *kc)
{
	return (kc->flags & CALL_FLAG_KERNEL) != 0 ? kernel_map : -1;
}

unsigned int
calls_count(void)
{
	return slots_counts.all;
}

void
calls_slots(uint32_t *slots, uint32_t *free_slots)
{
	int left = slots_pool.limit - slots_pool.taken - slots_pool.reserved;

	*slots = (uint32_t)slots_pool.limit;
	*free_slots = left > 0 ? (uint32_t)left : 0;
}

/* The second half of calls_start(): false with the reason logged. */
static bool
start(struct slot *call, const struct ipc_msg *m, int control_fd,
    struct ipc_msg *reply, int fds[IPC_REPLY_FDS])
{
	struct call_plan plan;
	const struct keeper_call *kc = &plan.kc;
	int pair[2], record, keeper_fds[KEEPER_FDS];

	if (!call_plan_make(&plan, m, pool_local(&slots_pool, call->slot),
	    pool_remote(&slots_pool, call->slot)))
		return false;
	slot_name(call, kc);
	if (plan.kernel)
		call->kernel_id = kc->our_id;
	record = call_plan_record(kc, call->slot, &call->rec);
	if (record == -1) {
		log_err("MGR: no memory for the record of a call: "
		    "memfd_create: %s", strerror(errno));
		return false;
	}
	if (!back_relay_begin(&call->relayed, kc, record) ||
	    ipc_pair(pair) == -1) {
		log_err("MGR: socketpair: %s", strerror(errno));
		close(record);
		return false;
	}
	keeper_fds[KEEPER_FD_ENGINE] = pair[1];
	keeper_fds[KEEPER_FD_RECORD] = record;
	keeper_fds[KEEPER_FD_CONTROL] = control_fd;
	keeper_fds[KEEPER_FD_MAP] = kernel_map;
	call->keeper = spawner_keeper(kc, &plan.args, keeper_fds,
	    plan.kernel ? KEEPER_FDS : KEEPER_FD_MAP);
	close(pair[1]);
	if (call->keeper == -1) {
		log_err("MGR: fork() failed launching " KEEPER ": %s",
		    strerror(errno));
		close(pair[0]);
		close(record);
		return false;
	}
	call->keeper_began = true;
	call->ledger = ledger_put(call->keeper, 0, kc->our_id, kc->remote);
	fds[IPC_REPLY_FD_KEEPER] = pair[0];
	fds[IPC_REPLY_FD_RECORD] = record;
	reply->u.call_reply.login_key = kc->login_key;
	return true;
}

static void
refuse(struct ipc_msg *reply, uint8_t result, uint8_t error)
{
	reply->u.call_reply.result = result;
	reply->u.call_reply.error = error;
}

/* Logs a refusal, at a limited rate: many clients must not fill the log. */
static void
log_full(void)
{
	static const struct bucket_rate rate = { MINUTE_US / FULL_PER_MINUTE,
	    FULL_PER_MINUTE };
	static struct bucket bucket;
	static unsigned int more;

	if (!bucket_take(&bucket, &rate, mono_ms())) {
		more++;
		return;
	}
	if (more > 0)
		log_notice("MGR: %u more calls were refused for want of free "
		    "slots or IPs", more);
	more = 0;
	log_err("MGR: No free connection slots or IPs - no more clients can "
	    "connect!");
}

static void
on_keeper(int fd, void *arg)
{
	struct slot *call = arg;
	int status;

	(void)fd;
	if (waitpid(call->keeper, &status, WNOHANG) == call->keeper)
		call_end_keeper(call, status);
	slots_changed();
}

/* Watches for the keeper's end; without a pidfd calls_reaped() reports it. */
static void
watch_keeper(struct slot *call)
{
	int fd = linux_pidfd_open(call->keeper);

	if (fd != -1 && process_watch_start(&call->keeper_watch, fd, on_keeper,
	    call))
		return;
	process_watch_stop(&call->keeper_watch);
	call->unwatched = true;
	slots_counts.unwatched++;
}

void
calls_start(const struct ipc_msg *m, int control_fd, struct ipc_msg *reply,
    int fds[IPC_REPLY_FDS])
{
	struct slot *call;

	ipc_msg_init(reply, IPC_CALL_REPLY, m->call_id);
	/* The packets of its tunnel would be routed into the tunnel itself. */
	if (pool_has(&slots_pool, m->u.call_request.client_addr)) {
		refuse(reply, PPTP_OCRP_FORBIDDEN, PPTP_ERROR_NONE);
		reply->u.call_reply.end = CTRL_END_ADDRESS;
		return;
	}
	call = control_fd != -1 ? slot_new(m->call_id) : NULL;
	if (call == NULL) {
		refuse(reply, PPTP_OCRP_ERROR, PPTP_ERROR_NO_RESOURCE);
		reply->u.call_reply.end = CTRL_END_RESOURCE;
		return;
	}
	call->slot = pool_take(&slots_pool);
	if (call->slot == -1) {
		if (!m->u.call_request.again)
			log_full();
		slot_free(call);
		refuse(reply, PPTP_OCRP_BUSY, PPTP_ERROR_NONE);
		return;
	}
	if (!start(call, m, control_fd, reply, fds)) {
		slot_free(call);
		refuse(reply, PPTP_OCRP_ERROR, PPTP_ERROR_NO_RESOURCE);
		reply->u.call_reply.end = CTRL_END_NOT_STARTED;
		return;
	}
	watch_keeper(call);
	reply->u.call_reply.result = PPTP_OCRP_CONNECTED;
}

void
calls_kick(uint16_t id)
{
	struct slot *call;

	LIST_FOREACH(call, &slots_list, entry) {
		if (call->relayed == NULL || call->relayed->id != id)
			continue;
		if (!process_watch_kill(&call->keeper_watch, SIGTERM) &&
		    call->keeper != 0)
			kill(call->keeper, SIGTERM);	/* not reaped yet */
	}
}

bool
calls_wait_for_child(void)
{
	return slots_counts.orphans > 0 || slots_counts.unwatched > 0;
}

bool
calls_kill_orphans(void)
{
	return call_end_kill_orphans();
}

bool
calls_reaped(pid_t pid, int status)
{
	struct slot *call;

	LIST_FOREACH(call, &slots_list, entry) {
		if (call->keeper == pid) {
			call_end_keeper(call, status);
			return true;
		}
		/* From now on another process can get this pid. */
		if (call->pppd == pid) {
			slot_free(call);
			return true;
		}
	}
	return false;
}

void
calls_kill_all(void)
{
	struct slot *call;

	call_end_find();
	LIST_FOREACH(call, &slots_list, entry) {
		if (!process_watch_kill(&call->keeper_watch, SIGKILL) &&
		    call->keeper != 0)
			kill(call->keeper, SIGKILL);
		call_end_kill(call);
	}
}
