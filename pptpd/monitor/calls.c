/* Monitor: slots, addresses and keepers of all calls. */
/* SPDX-License-Identifier: ISC */
#include "monitor/calls.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/log.h"
#include "base/queue.h"
#include "config/pool.h"
#include "config/pppd_args.h"
#include "monitor/awaited.h"
#include "monitor/back_relay.h"
#include "monitor/children.h"
#include "monitor/ends.h"
#include "monitor/ids_in_use.h"
#include "monitor/ledger.h"
#include "monitor/plugin_choice.h"
#include "monitor/process_watch.h"
#include "monitor/spawner_client.h"
#include "monitor/tunnel.h"
#include "protocol/pptp_msg.h"
#include "shared/call_record.h"
#include "shared/gre_filter.h"
#include "shared/linux_calls.h"
#include "shared/loop.h"
#include "shared/mono.h"
#include "shared/process.h"
#include "shared/rejoin_msg.h"
#include "shared/spawner_msg.h"
#include "state/bucket.h"
#include "state/session_id.h"

#define KEEPER		SBINDIR "/pptpctrl"
#define MINUTE_US	60000000U
#define LOOK_MS		1000	/* between looks at tunnels */
#define FULL_PER_MINUTE	20	/* log lines about calls without a slot */
#define ORPHAN_MS	5000	/* time for a pppd to end after SIGTERM */

struct slot {
	LIST_ENTRY(slot) entry;
	pid_t		 keeper;	/* 0: gone */
	pid_t		 pppd;		/* child of ours since the keeper's
					   death, until it is reaped; 0: none */
	uint64_t	 orphan_since;	/* ms; the keeper died */
	bool		 lost;		/* find_pppds() has to find its pppd */
	int		 slot;		/* -1: none */
	uint16_t	 id;		/* our Call ID */
	uint32_t	 client;	/* network order */
	uint64_t	 started_ms;
	char		 session[SESSION_ID_TEXT];	/* "": none yet */
	uint16_t	 kernel_id;	/* ID marked in the map; 0: none */
	struct call_record *rec;	/* the engine can write there; NULL: a
					   call of an earlier monitor */
	/*
	 * The keeper is watched because wait(2) for any of thousands of
	 * children is slow, and because a keeper that began under an earlier
	 * monitor may not be our child.  pppd is watched in that second case,
	 * and when its keeper is gone.
	 */
	struct process_watch keeper_watch, pppd_watch;
	int		 link;		/* its last word comes here (struct
					   rejoin_end); -1: none */
	char		*reserved;	/* its address, if it has no slot */
	bool		 unwatched;	/* its keeper has no pidfd */
	bool		 keeper_began;	/* so the call has a session */
	int		 ledger;	/* entry, -1: none */
	struct relayed_call *relayed;	/* NULL: the front's call */
};

static LIST_HEAD(, slot) calls = LIST_HEAD_INITIALIZER(calls);
static unsigned int count;
static unsigned int orphans;	/* calls whose keeper is gone */
static unsigned int unwatched;	/* calls whose keeper has no pidfd */
static const struct conf *conf;
static struct pool pool;
static struct session_ids session_ids;
static bool log_stderr;
static void (*changed)(void);
static struct loop_timer find_timer;	/* for the pppds of killed keepers */
static struct loop_timer tunnels_timer;	/* looks for addresses that pppd
					   chose */
static const char *rejoin_path;	/* NULL: calls end with their engine */
static int kernel_map = -1;
static const char *aaa_socket;	/* NULL: nobody listens */

static void on_find(void *);
static void on_tunnels(void *);

/* Without random bits, as early in a system's boot, the clock has to do. */
static void
begin_session_ids(void)
{
	uint32_t random;

	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) !=
	    sizeof(random))
		random = (uint32_t)mono_ms() ^ (uint32_t)getpid() << 16;
	session_ids_init(&session_ids, random);
}

int
calls_init(const struct conf *c, bool to_stderr, void (*call_over)(void))
{
	conf = c;
	changed = call_over;
	log_stderr = to_stderr;
	plugin_choice_init(true, c);
	begin_session_ids();
	loop_timer_init(&find_timer, on_find, NULL);
	loop_timer_init(&tunnels_timer, on_tunnels, NULL);
	return pool_init(&pool, c);
}

static bool
is_address_known(const struct slot *call)
{
	const char *remote = call->reserved;

	if (call->slot != -1)
		remote = pool_remote(&pool, call->slot);
	return remote != NULL && remote[0] != '\0';
}

static bool
are_addresses_known(void)
{
	struct slot *call;

	LIST_FOREACH(call, &calls, entry) {
		if (!is_address_known(call))
			return false;
	}
	return true;
}

/*
 * Calls that began with delegate have addresses that pppd chose.  When the
 * configuration has a list now, no other call may get such an address from it.
 * Only the call's record has that address, and the engine can write there, so
 * it is not believed.  Instead, while there are such calls, all addresses that
 * the kernel shows at the far end of a tunnel are held back.
 */
static void
watch_tunnels(void)
{
	uint32_t *peers;
	size_t n;

	if (pool.delegate || are_addresses_known()) {
		(void)pool_chosen(&pool, NULL, 0);
		return;
	}
	peers = tunnel_peers(&n);
	if (peers == NULL || !pool_chosen(&pool, peers, n))
		log_warn("MGR: no addresses of tunnels: %s", strerror(errno));
	free(peers);
	(void)loop_timer_in_ms(&tunnels_timer, LOOK_MS);
}

static void
on_tunnels(void *arg)
{
	(void)arg;
	watch_tunnels();
}

int
calls_change(const struct conf *other)
{
	if (pool_change(&pool, other) == -1)
		return -1;
	watch_tunnels();
	return 0;
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
	rejoin_path = path;
	awaited_init(&pool, ledger, changed);
}

void
calls_kernel(int map)
{
	kernel_map = map;
}

void
calls_aaa(const char *socket)
{
	aaa_socket = socket;
}

int
calls_kernel_map(const struct keeper_call *kc)
{
	return (kc->flags & CALL_FLAG_KERNEL) != 0 ? kernel_map : -1;
}

unsigned int
calls_count(void)
{
	return count;
}

void
calls_slots(uint32_t *slots, uint32_t *free_slots)
{
	int left = pool.limit - pool.taken - pool.reserved;

	*slots = (uint32_t)pool.limit;
	*free_slots = left > 0 ? (uint32_t)left : 0;
}

static struct slot *
call_new(uint16_t id)
{
	struct slot *call = calloc(1, sizeof(*call));

	if (call == NULL)
		return NULL;
	call->id = id;
	ids_in_use_add(id);
	call->slot = call->ledger = -1;
	call->keeper_watch.fd = call->pppd_watch.fd = call->link = -1;
	LIST_INSERT_HEAD(&calls, call, entry);
	count++;
	return call;
}

static void
call_free(struct slot *call)
{
	/* Of the other engines' calls back_relay tells. */
	if (call->keeper_began && call->relayed == NULL)
		ends_add(call->id, call->session, call->client,
		    (uint32_t)((mono_ms() - call->started_ms) / 1000));
	if (call->slot != -1)
		pool_release(&pool, call->slot);
	if (call->reserved != NULL)
		pool_unreserve(&pool, call->reserved);
	free(call->reserved);
	ledger_drop(call->ledger);
	ids_in_use_remove(call->id);
	back_relay_end(call->relayed);
	process_watch_stop(&call->keeper_watch);
	process_watch_stop(&call->pppd_watch);
	if (call->link != -1)
		close(call->link);
	if (call->kernel_id != 0)
		(void)gre_filter_set(kernel_map, call->kernel_id, 0);
	call_record_unmap(call->rec);
	LIST_REMOVE(call, entry);
	if (call->orphan_since != 0)
		orphans--;
	if (call->unwatched)
		unwatched--;
	free(call);
	count--;
}

/* Takes over what names the call, from the monitor's or its keeper's words. */
static void
name(struct slot *call, const struct keeper_call *kc)
{
	call->client = kc->client_addr;
	call->started_ms = kc->started_ms;
	memcpy(call->session, kc->session, sizeof(call->session));
	call->session[sizeof(call->session) - 1] = '\0';
}

/* Fills in the description of the call for its keeper. */
static void
describe(struct keeper_call *kc, const struct ipc_msg *m, const char *local,
    const char *remote, const struct plugin_choice *use)
{
	memset(kc, 0, sizeof(*kc));
	kc->flags = (conf->debug ? CALL_FLAG_DEBUG : 0) |
	    (log_stderr ? CALL_FLAG_STDERR : 0) |
	    (use->logwtmp != NULL ? CALL_FLAG_LOGWTMP : 0) |
	    (use->own_wtmp ? CALL_FLAG_OWN_WTMP : 0) |
	    (use->kernel != NULL ? CALL_FLAG_KERNEL : 0) |
	    (conf->limits.max_logins != 0 ? CALL_FLAG_LOGINS : 0);
	kc->client_addr = m->u.call_request.client_addr;
	kc->server_addr = m->u.call_request.server_addr;
	kc->our_id = m->call_id;
	kc->peer_id = m->u.call_request.peer_id;
	kc->started_ms = mono_ms();
	snprintf(kc->local, sizeof(kc->local), "%s",
	    local != NULL ? local : "");
	snprintf(kc->remote, sizeof(kc->remote), "%s",
	    remote != NULL ? remote : "");
	session_ids_next(&session_ids, (uint64_t)time(NULL), kc->session);
	if (rejoin_path == NULL)
		return;
	kc->grace_s = conf->restart_grace;
	snprintf(kc->rejoin, sizeof(kc->rejoin), "%s", rejoin_path);
}

/* Makes the record, with its first contents.  A descriptor, or -1. */
static int
make_record(struct slot *call, const struct keeper_call *kc)
{
	struct call_record *rec;
	int fd = call_record_create(&rec);

	if (fd == -1)
		return -1;
	rec->flags = kc->flags;
	rec->slot = call->slot;
	rec->client_addr = kc->client_addr;
	rec->server_addr = kc->server_addr;
	rec->our_id = kc->our_id;
	rec->peer_id = kc->peer_id;
	rec->started_ms = kc->started_ms;
	memcpy(rec->local, kc->local, sizeof(rec->local));
	memcpy(rec->remote, kc->remote, sizeof(rec->remote));
	memcpy(rec->session, kc->session, sizeof(rec->session));
	call_record_seal(rec);
	call->rec = rec;
	return fd;
}

/* Leaves pptpd-kernel.so out if it is not wanted or cannot be used. */
static void
choose_datapath(struct plugin_choice *use, uint32_t addr, const char *client)
{
	if (!conf_datapath_kernel(conf, addr)) {
		use->kernel = NULL;
		return;
	}
	if (kernel_map == -1) {
		use->kernel = NULL;
		use->no_kernel = "pptpd has had no filter for it since its start";
	}
	if (use->kernel == NULL)
		log_notice("CTRL: Client %s: the kernel cannot carry this "
		    "call, userspace does: %s", client, use->no_kernel);
}

/* False: nobody could be asked about the caller, so the call must not be. */
static bool
choose_aaa(const struct plugin_choice *use, const char *client)
{
	if (!conf->aaa || (use->aaa != NULL && aaa_socket != NULL))
		return true;
	log_err("MGR: call of client %s refused: aaa is wanted, and %s", client,
	    use->aaa == NULL ? "pppd cannot use pptpd-aaa.so" :
	    "pptpd-aaa has no socket");
	return false;
}

static bool
build_args(struct pppd_args *args, const struct slot *call,
    const struct keeper_call *kc, const struct plugin_choice *use,
    const char *client)
{
	char server[ADDR_TEXT];
	const struct pppd_aaa aaa = { use->aaa, aaa_socket,
	    addr_text(kc->server_addr, server), kc->session };

	if (pppd_args_build(args, conf, pool_local(&pool, call->slot),
	    pool_remote(&pool, call->slot), client, use->logwtmp, use->kernel,
	    use->session, use->aaa != NULL ? &aaa : NULL, use->net) == 0)
		return true;
	log_err("MGR: pppd's arguments for client %s do not fit", client);
	return false;
}

/* The second half of calls_start(): false with the reason logged. */
static bool
start(struct slot *call, const struct ipc_msg *m, int control_fd,
    int fds[IPC_REPLY_FDS])
{
	const char *local = pool_local(&pool, call->slot);
	const char *remote = pool_remote(&pool, call->slot);
	char client[ADDR_TEXT];
	struct plugin_choice use;
	struct pppd_args args;
	struct keeper_call kc;
	int pair[2], record, keeper_fds[KEEPER_FDS];

	addr_text(m->u.call_request.client_addr, client);
	plugin_choice_choose(&use);
	if (!choose_aaa(&use, client))
		return false;
	choose_datapath(&use, m->u.call_request.client_addr, client);
	if (conf->limits.max_logins != 0 && use.session == NULL)
		log_warn("CTRL: Client %s: max-logins-per-user does not count "
		    "this call: pptpd-session.so cannot be used", client);
	describe(&kc, m, local, remote, &use);
	if (!build_args(&args, call, &kc, &use, client))
		return false;
	name(call, &kc);
	kc.optional_words = args.optional;
	kc.kernel_words = args.kernel;
	if (use.kernel != NULL)
		call->kernel_id = kc.our_id;
	record = make_record(call, &kc);
	if (record == -1) {
		log_err("MGR: no memory for the record of a call: "
		    "memfd_create: %s", strerror(errno));
		return false;
	}
	if (!back_relay_begin(&call->relayed, kc.our_id, kc.client_addr,
	    record) || ipc_pair(pair) == -1) {
		log_err("MGR: socketpair: %s", strerror(errno));
		close(record);
		return false;
	}
	keeper_fds[KEEPER_FD_ENGINE] = pair[1];
	keeper_fds[KEEPER_FD_RECORD] = record;
	keeper_fds[KEEPER_FD_CONTROL] = control_fd;
	keeper_fds[KEEPER_FD_MAP] = kernel_map;
	call->keeper = spawner_keeper(&kc, &args, keeper_fds,
	    use.kernel != NULL ? KEEPER_FDS : KEEPER_FD_MAP);
	close(pair[1]);
	if (call->keeper == -1) {
		log_err("MGR: fork() failed launching " KEEPER ": %s",
		    strerror(errno));
		close(pair[0]);
		close(record);
		return false;
	}
	call->keeper_began = true;
	call->ledger = ledger_put(call->keeper, 0, kc.our_id,
	    kc.remote);
	fds[IPC_REPLY_FD_KEEPER] = pair[0];
	fds[IPC_REPLY_FD_RECORD] = record;
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
static void
keeper_gone(struct slot *call, int status)
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
	orphans++;
	if (call->pppd_watch.fd != -1)
		return;
	if (!WIFSIGNALED(status)) {
		call_free(call);	/* the keeper has waited for pppd */
		return;
	}
	call->lost = true;		/* find_pppds() looks for all at once */
	loop_timer_now(&find_timer);
}

static void
on_keeper(int fd, void *arg)
{
	struct slot *call = arg;
	int status;

	(void)fd;
	if (waitpid(call->keeper, &status, WNOHANG) == call->keeper)
		keeper_gone(call, status);
	changed();
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
	unwatched++;
}

void
calls_start(const struct ipc_msg *m, int control_fd, struct ipc_msg *reply,
    int fds[IPC_REPLY_FDS])
{
	struct slot *call;

	ipc_msg_init(reply, IPC_CALL_REPLY, m->call_id);
	/* The packets of its tunnel would be routed into the tunnel itself. */
	if (pool_has(&pool, m->u.call_request.client_addr)) {
		refuse(reply, PPTP_OCRP_FORBIDDEN, PPTP_ERROR_NONE);
		reply->u.call_reply.end = CTRL_END_ADDRESS;
		return;
	}
	call = control_fd != -1 ? call_new(m->call_id) : NULL;
	if (call == NULL) {
		refuse(reply, PPTP_OCRP_ERROR, PPTP_ERROR_NO_RESOURCE);
		reply->u.call_reply.end = CTRL_END_RESOURCE;
		return;
	}
	call->slot = pool_take(&pool);
	if (call->slot == -1) {
		if (!m->u.call_request.again)
			log_full();
		call_free(call);
		refuse(reply, PPTP_OCRP_BUSY, PPTP_ERROR_NONE);
		return;
	}
	if (!start(call, m, control_fd, fds)) {
		call_free(call);
		refuse(reply, PPTP_OCRP_ERROR, PPTP_ERROR_NO_RESOURCE);
		reply->u.call_reply.end = CTRL_END_NOT_STARTED;
		return;
	}
	watch_keeper(call);
	reply->u.call_reply.result = PPTP_OCRP_CONNECTED;
}

/* --- calls that began under another monitor ------------------------------ */

static void
on_keeper_ended(int fd, void *arg)
{
	struct slot *call = arg;

	(void)fd;
	if (!process_ended(call->keeper_watch.fd))
		return;
	process_watch_stop(&call->keeper_watch);
	if (call->keeper != 0)
		keeper_gone(call, 0);
	changed();
}

static void
on_pppd_ended(int fd, void *arg)
{
	struct slot *call = arg;

	(void)fd;
	if (!process_ended(call->pppd_watch.fd))
		return;
	process_watch_stop(&call->pppd_watch);
	if (call->keeper == 0)
		call_free(call);
	changed();
}

/* Gives the call its address again.  NULL, or the reason why it can't. */
static const char *
claim(struct slot *call, const struct keeper_call *kc)
{
	call->slot = pool_claim(&pool, kc->local, kc->remote);
	if (call->slot >= 0)
		return NULL;
	if (call->slot == POOL_TAKEN) {
		call->slot = -1;
		return "its address is in use";
	}
	call->slot = -1;
	call->reserved = strdup(kc->remote);
	if (call->reserved != NULL && pool_reserve(&pool, kc->remote)) {
		if (!is_address_known(call))
			watch_tunnels();
		return NULL;
	}
	free(call->reserved);
	call->reserved = NULL;
	return "out of memory";
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

	return process_watch_start(&call->pppd_watch, pppd_fd, on_pppd_ended,
	    call) && keeper;
}

static enum ctrl_end
rejoin(pid_t keeper, const struct keeper_call *kc, int sock, int pppd_fd,
    int record_fd, const char **why)
{
	struct slot *call;
	int fd;

	LIST_FOREACH(call, &calls, entry) {
		if (call->keeper == keeper) {
			close(pppd_fd);
			if (call->rec == NULL)	/* an earlier monitor's */
				keep_link(call, sock);
			return CTRL_END_NONE;
		}
	}
	*why = "out of memory";
	fd = process_open(keeper);
	call = call_new(kc->our_id);
	if (call == NULL || fd == -1) {
		close(pppd_fd);
		if (fd != -1)
			close(fd);
		if (call != NULL)
			call_free(call);
		return CTRL_END_RESOURCE;
	}
	if (calls_kernel_map(kc) != -1) {
		call->kernel_id = kc->our_id;
		(void)gre_filter_set(kernel_map, kc->our_id, kc->client_addr);
	}
	call->keeper = keeper;
	call->keeper_began = true;
	name(call, kc);
	call->ledger = ledger_put(keeper, awaited_back(keeper), kc->our_id,
	    kc->remote);
	keep_link(call, sock);
	if (watch_both(call, fd, pppd_fd) &&
	    back_relay_rejoin(&call->relayed, kc->our_id, kc->client_addr,
	    record_fd) &&
	    (*why = claim(call, kc)) == NULL)
		return CTRL_END_NONE;
	call_free(call);
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

void
calls_kick(uint16_t id)
{
	struct slot *call;

	LIST_FOREACH(call, &calls, entry) {
		if (call->relayed == NULL || call->relayed->id != id)
			continue;
		if (!process_watch_kill(&call->keeper_watch, SIGTERM) &&
		    call->keeper != 0)
			kill(call->keeper, SIGTERM);	/* not reaped yet */
	}
}

/* --- the pppds of killed keepers ------------------------------------------ */

/* Whether these are the arguments of the pppd that serves this call. */
static bool
is_its_pppd(const struct slot *call, const char *args, size_t len)
{
	char client[ADDR_TEXT], pair[PPPD_ARGS_ADDRESSES];

	addr_text(call->client, client);
	return children_args_have(args, len, "remotenumber", client) &&
	    (!pppd_args_addresses(pair, pool_local(&pool, call->slot),
	    pool_remote(&pool, call->slot)) ||
	    children_args_have(args, len, pair, NULL));
}

static bool
can_be_pppd(pid_t pid)
{
	struct slot *call;

	if (spawner_is(pid))
		return false;
	LIST_FOREACH(call, &calls, entry) {
		if (call->keeper == pid || call->pppd == pid)
			return false;
	}
	return true;
}

static void
look_at_child(pid_t pid, const char *args, size_t len)
{
	struct slot *call;
	int fd;

	if (!can_be_pppd(pid))
		return;
	LIST_FOREACH(call, &calls, entry) {
		if (call->lost && is_its_pppd(call, args, len))
			break;
	}
	if (call == NULL)
		return;
	call->lost = false;
	call->pppd = pid;
	fd = linux_pidfd_open(pid);
	if (fd != -1 && !process_watch_start(&call->pppd_watch, fd,
	    on_pppd_ended, call))
		process_watch_stop(&call->pppd_watch);
}

/* Finds the pppds of killed keepers; a call without a pppd has ended. */
static void
find_pppds(void)
{
	struct slot *call, *next;

	children_each(look_at_child);
	for (call = LIST_FIRST(&calls); call != NULL; call = next) {
		next = LIST_NEXT(call, entry);
		if (call->lost)
			call_free(call);
	}
}

static void
on_find(void *arg)
{
	(void)arg;
	find_pppds();
	changed();
}

static void
kill_pppd(const struct slot *call)
{
	if (!process_watch_kill(&call->pppd_watch, SIGKILL) && call->pppd != 0)
		kill(call->pppd, SIGKILL);	/* not reaped yet */
}

bool
calls_wait_for_child(void)
{
	return orphans > 0 || unwatched > 0;
}

bool
calls_kill_orphans(void)
{
	struct slot *call;
	uint64_t now = mono_ms();

	if (orphans == 0)
		return false;
	LIST_FOREACH(call, &calls, entry) {
		if (call->orphan_since != 0 &&
		    now >= call->orphan_since + ORPHAN_MS)
			kill_pppd(call);
	}
	return true;
}

bool
calls_reaped(pid_t pid, int status)
{
	struct slot *call;

	LIST_FOREACH(call, &calls, entry) {
		if (call->keeper == pid) {
			keeper_gone(call, status);
			return true;
		}
		/* From now on another process can get this pid. */
		if (call->pppd == pid) {
			call_free(call);
			return true;
		}
	}
	return false;
}

void
calls_kill_all(void)
{
	struct slot *call;

	find_pppds();
	LIST_FOREACH(call, &calls, entry) {
		if (!process_watch_kill(&call->keeper_watch, SIGKILL) &&
		    call->keeper != 0)
			kill(call->keeper, SIGKILL);
		kill_pppd(call);
	}
}
